/* SPDX-License-Identifier: MIT */
/* What a macOS kernel answers. Compiled with its headers; calls no libc. */
#include <sys/types.h> /* First: the others need its types. */

#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_host.h>
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

BOOTTIME
LIMITS(RLIMIT_AS, RLIMIT_DATA)

const struct sim_key sim_keys[] = {
    {"hw.logicalcpu", {0}, 0, 0, build_logicalcpu},
    {"hw.physicalcpu", {0}, 0, 0, build_physicalcpu},
    {"hw.memsize", {0}, 0, 0, build_memsize},
    {"vm.swapusage", {0}, 0, 0, build_swapusage},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.memorystatus_vm_pressure_level", {0}, 0, 0, build_pressure},
    {"kern.memorystatus_level", {0}, 0, 0, build_pressure_free},
    {NULL, {0}, 0, 0, NULL},
};

/* Ticks have 32 bits; the place of lowered priority holds 0. Processors that are off stand among the others. */
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

/* A kernel of macOS 13: it knows nothing behind revision 1. */
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

/* Asked without room, it answers with the room for more descriptors than there are. */
int sim_process_info(int what, void *answer, int room) {
    struct proc_taskinfo *task = answer;
    struct proc_fdinfo *file = answer;
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

NO_CPUCTL
