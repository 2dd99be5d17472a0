/* SPDX-License-Identifier: MIT */
/* The answers of a macOS kernel. Compiled with its headers; calls no libc. */
#include <sys/types.h> /* First: the others need its types. */

#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_host.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sysctl.h>

#include <errno.h>

#include "fixture.h"

const char sim_name[] = "macos";
const bool sim_all_or_nothing = false;

int sim_unknown_key(void) {
    return ENOENT;
}

KEY(logicalcpu) {
    int cpus = 0;
    for (unsigned i = 0; i < sim.cpus; i++) {
        cpus += !sim.cpu[i].is_offline;
    }
    return ANSWER(cpus);
}

KEY(physicalcpu) {
    int cores = (int)sim.cores;
    return ANSWER(cores);
}

KEY(memsize) {
    uint64_t physical = sim.physical;
    return ANSWER(physical);
}

KEY(swapusage) {
    struct xsw_usage usage = {.xsu_pagesize = (uint32_t)sim.page_size, .xsu_encrypted = 1};
    for (unsigned i = 0; i < sim.swaps; i++) {
        usage.xsu_total += sim.swap[i].bytes;
        usage.xsu_used += sim.swap[i].used;
    }
    usage.xsu_avail = usage.xsu_total - usage.xsu_used;
    return ANSWER(usage);
}

KEY(pressure) {
    int level = (int)sim.pressure;
    return level == 0 ? SIM_NO_SUCH_KEY : ANSWER(level);
}

KEY(pressure_free) {
    int percent = (int)sim.pressure_free;
    return ANSWER(percent);
}

KEY(proc_all) {
    static struct kinfo_proc rows[SIM_PROCESSES];
    for (unsigned i = 0; i < sim.processes; i++) {
        const struct sim_process *other = &sim.other[i];
        rows[i] = (struct kinfo_proc){
            .kp_proc = {.p_pid = other->pid, .p_stat = other->is_dead ? SZOMB : SRUN, .p_comm = "a-name-of-15-le"},
            .kp_eproc = {.e_ppid = other->parent}};
        rows[i].kp_proc.p_starttime.tv_sec = other->started;
        rows[i].kp_proc.p_starttime.tv_usec = 5;
    }
    return sim.processes == 0 ? SIM_EPERM : give(rows, sim.processes * sizeof rows[0], answer, size);
}

NUMBER(frequency, uint64_t, sim.megahertz *UINT64_C(1000000))
NUMBER(frequency_min, uint64_t, sim.megahertz *UINT64_C(500000))
NUMBER(core_levels, int, sim.levels_of_cores)
NUMBER(efficient, int, sim.efficient)
NUMBER(packages, int, 1)
TEXT(brand, sim.brand)
TEXT(vendor, "GenuineIntel")
TEXT(machine, "x86_64")
BOOTTIME
LIMITS(RLIMIT_AS, RLIMIT_DATA)

const struct sim_key sim_keys[] = {
    {"hw.logicalcpu", {0}, 0, 0, build_logicalcpu},
    {"hw.physicalcpu", {0}, 0, 0, build_physicalcpu},
    {"hw.memsize", {0}, 0, 0, build_memsize},
    {"vm.swapusage", {0}, 0, 0, build_swapusage},
    {"hw.cpufrequency", {0}, 0, 0, build_frequency},
    {"hw.cpufrequency_min", {0}, 0, 0, build_frequency_min},
    {"hw.cpufrequency_max", {0}, 0, 0, build_frequency},
    {"hw.nperflevels", {0}, 0, 0, build_core_levels},
    {"hw.perflevel1.physicalcpu", {0}, 0, 0, build_efficient},
    {"hw.packages", {0}, 0, 0, build_packages},
    {"machdep.cpu.brand_string", {0}, 0, 0, build_brand},
    {"machdep.cpu.vendor", {0}, 0, 0, build_vendor},
    {"hw.machine", {0}, 0, 0, build_machine},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc.all", {CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0}, 4, 0, build_proc_all},
    {"kern.memorystatus_vm_pressure_level", {0}, 0, 0, build_pressure},
    {"kern.memorystatus_level", {0}, 0, 0, build_pressure_free},
    {NULL, {0}, 0, 0, NULL},
};

/* Ticks have 32 bits; the place for lowered priority is 0. Processors that are off are in the list too. */
int sim_processor_info(int what, int *answer, unsigned *cpus, unsigned *length) {
    struct processor_basic_info *info = (void *)answer;
    struct processor_cpu_load_info *load = (void *)answer;
    *cpus = sim.cpus;
    for (unsigned i = 0; i < sim.cpus; i++) {
        const struct sim_cpu *cpu = &sim.cpu[i];
        if (what == PROCESSOR_BASIC_INFO) {
            info[i].running = !cpu->is_offline;
            info[i].slot_num = (int)i;
        } else if (what == PROCESSOR_CPU_LOAD_INFO) {
            load[i].cpu_ticks[CPU_STATE_USER] = (unsigned)(cpu->user + cpu->nice);
            load[i].cpu_ticks[CPU_STATE_SYSTEM] = (unsigned)(cpu->system + cpu->irq);
            load[i].cpu_ticks[CPU_STATE_IDLE] = (unsigned)cpu->idle;
            load[i].cpu_ticks[CPU_STATE_NICE] = 0;
        } else {
            return -1;
        }
    }
    *length = sim.cpus * (what == PROCESSOR_BASIC_INFO ? PROCESSOR_BASIC_INFO_COUNT : PROCESSOR_CPU_LOAD_INFO_COUNT);
    return 0;
}

/* A macOS 13 kernel: it reports nothing after revision 1. */
int sim_statistics(int what, int *answer, unsigned *length) {
    if (what != HOST_VM_INFO64 || *length < HOST_VM_INFO64_REV1_COUNT) {
        return -1;
    }
    struct vm_statistics64 *pages = (void *)answer;
    pages->free_count = (natural_t)sim.free;
    pages->active_count = (natural_t)sim.active;
    pages->inactive_count = (natural_t)sim.inactive;
    pages->wire_count = (natural_t)sim.wired;
    pages->speculative_count = (natural_t)sim.speculative;
    pages->purgeable_count = (natural_t)sim.purgeable;
    pages->pageins = sim.file_in; /* Of files: not swap. */
    pages->pageouts = sim.file_out;
    pages->faults = sim.faults;
    pages->compressor_page_count = (natural_t)sim.compressor;
    pages->swapins = sim.pages_in;
    pages->swapouts = sim.pages_out;
    pages->external_page_count = (natural_t)sim.file;
    *length = HOST_VM_INFO64_REV1_COUNT;
    return 0;
}

/* Without a buffer, it returns a size for more descriptors than there are. */
int sim_process_info(int pid, int what, void *answer, int room) {
    struct proc_taskinfo *task = answer;
    struct proc_fdinfo *file = answer;
    for (unsigned i = 0; i < sim.processes; i++) { /* CPU time in units of Mach time. */
        const struct sim_process *other = &sim.other[i];
        if (other->pid == pid && what == PROC_PIDTASKINFO) {
            *task = (struct proc_taskinfo){.pti_resident_size = other->rss * sim.page_size,
                                           .pti_total_user = (uint64_t)other->user_microseconds * 24,
                                           .pti_total_system = (uint64_t)other->system_microseconds * 24,
                                           .pti_threadnum = (int)other->threads};
            return other->is_dead ? -1 : (int)sizeof *task;
        }
    }
    if (pid != SIM_PID) {
        return -1;
    }
    if (what == PROC_PIDTASKINFO && room >= (int)sizeof *task) {
        *task = (struct proc_taskinfo){.pti_virtual_size = sim.process.vms * sim.page_size,
                                       .pti_resident_size = sim.process.rss * sim.page_size,
                                       .pti_threadnum = (int)sim.process.threads};
        return sizeof *task;
    }
    if (what != PROC_PIDLISTFDS) {
        return -1;
    }
    if (answer == NULL) {
        return (int)((sim.process.descriptors + 20) * sizeof *file);
    }
    int files = 0;
    for (; files < (int)sim.process.descriptors && (files + 1) * (int)sizeof *file <= room; files++) {
        file[files] = (struct proc_fdinfo){.proc_fd = files};
    }
    return files * (int)sizeof *file;
}

int sim_task_info(unsigned what, int *answer, unsigned *length) {
    if (what != TASK_VM_INFO || *length < TASK_VM_INFO_REV1_COUNT) {
        return -1;
    }
    struct task_vm_info *task = (void *)answer;
    task->virtual_size = sim.process.vms * sim.page_size;
    task->resident_size = sim.process.rss * sim.page_size;
    task->phys_footprint = sim.heap.footprint;
    *length = TASK_VM_INFO_REV1_COUNT;
    return 0;
}

NO_CPUCTL
