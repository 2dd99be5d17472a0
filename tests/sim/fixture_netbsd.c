/* SPDX-License-Identifier: MIT */
/* The answers of a NetBSD 10 kernel. Compiled with its headers; calls no libc. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/cpuio.h>
#include <sys/ioctl.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sched.h>
#include <sys/sysctl.h>
#include <uvm/uvm_extern.h>

#include <errno.h>

#include "fixture.h"

const char sim_name[] = "netbsd";
const bool sim_all_or_nothing = false;

int sim_unknown_key(void) {
    return ENOENT;
}

/* A buffer of exactly one block, or none, gets the sum; any other size gets a block for each CPU. */
KEY(cp_time) {
    uint64_t time[SIM_CPUS][CPUSTATES] = {{0}}, sum[CPUSTATES] = {0};
    for (unsigned i = 0; i < sim.cpus; i++) {
        const struct sim_cpu *cpu = &sim.cpu[i];
        time[i][CP_USER] = cpu->user;
        time[i][CP_NICE] = cpu->nice;
        time[i][CP_SYS] = cpu->system;
        time[i][CP_INTR] = cpu->irq;
        time[i][CP_IDLE] = cpu->idle;
        for (int state = 0; state < CPUSTATES; state++) {
            sum[state] += time[i][state];
        }
    }
    return room == 0 || room == sizeof sum ? ANSWER(sum) : give(time, sim.cpus * sizeof time[0], answer, size);
}

KEY(clockrate) {
    struct clockinfo clock = {.hz = sim.hz, .tick = 10000, .stathz = sim.stathz, .profhz = 1024};
    return ANSWER(clock);
}

KEY(ncpu) {
    int cpus = (int)sim.cpus;
    return ANSWER(cpus);
}

KEY(ncpuonline) {
    int cpus = 0;
    for (unsigned i = 0; i < sim.cpus; i++) {
        cpus += !sim.cpu[i].is_offline;
    }
    return ANSWER(cpus);
}

/* Counters that the kernel keeps in an int are copied with their sign. */
KEY(uvmexp2) {
    struct uvmexp_sysctl uvmexp = {0};
    uvmexp.pagesize = (int64_t)sim.page_size;
    uvmexp.npages = sim.pages;
    uvmexp.free = sim.free;
    uvmexp.active = sim.active;
    uvmexp.inactive = sim.inactive;
    uvmexp.wired = sim.wired;
    uvmexp.swpages = (int)(uint32_t)swap_pages(false);
    uvmexp.swpginuse = (int)(uint32_t)swap_pages(true);
    uvmexp.nswget = (int)(uint32_t)sim.pages_in;
    uvmexp.pgswapout = (int)(uint32_t)sim.pages_out;
    uvmexp.intrs = (int64_t)sim.interrupts;
    uvmexp.swtch = (int64_t)sim.switches;
    uvmexp.softs = (int64_t)sim.soft_interrupts;
    uvmexp.syscalls = (int64_t)sim.syscalls;
    uvmexp.forks = (int64_t)sim.forks;
    uvmexp.faults = (int64_t)sim.faults;
    uvmexp.fltget = (int64_t)sim.read_faults - 21;
    uvmexp.pageins = 21;
    uvmexp.anonpages = sim.anonymous;
    uvmexp.filepages = sim.file;
    uvmexp.execpages = sim.exec;
    uvmexp.filedirty = sim.dirty;
    /* The kernel returns no more than fits. */
    return give(&uvmexp, room > 0 && room < sizeof uvmexp ? room : sizeof uvmexp, answer, size);
}

KEY(bufmem) {
    long bytes = (long)sim.buffers;
    return ANSWER(bytes);
}

KEY(arc) {
    uint64_t bytes = sim.arc;
    return bytes == 0 ? SIM_NO_SUCH_KEY : ANSWER(bytes);
}

KEY(arc_least) {
    uint64_t bytes = sim.arc_least;
    return sim.arc == 0 ? SIM_NO_SUCH_KEY : ANSWER(bytes);
}

KEY(proc2) {
    if (rest[0] != SIM_PID || rest[1] != sizeof(struct kinfo_proc2) || rest[2] != 1) {
        return SIM_EINVAL;
    }
    struct kinfo_proc2 process = {.p_pid = SIM_PID,
                                  .p_vm_rssize = (int32_t)sim.process.rss,
                                  .p_vm_dsize = (int32_t)sim.process.data,
                                  .p_vm_vsize = (int64_t)sim.process.vms,
                                  .p_nlwps = sim.process.threads};
    return ANSWER(process);
}

KEY(proc_all) {
    static struct kinfo_proc2 rows[SIM_PROCESSES];
    for (unsigned i = 0; i < sim.processes; i++) {
        const struct sim_process *other = &sim.other[i];
        rows[i] = (struct kinfo_proc2){.p_pid = other->pid,
                                       .p_ppid = other->parent,
                                       .p_ustart_sec = (uint32_t)other->started,
                                       .p_ustart_usec = 5,
                                       .p_realstat = other->is_dead ? SZOMB : SACTIVE,
                                       .p_vm_rssize = (int32_t)other->rss,
                                       .p_nlwps = other->threads,
                                       .p_uutime_usec = (uint32_t)other->user_microseconds,
                                       .p_ustime_usec = (uint32_t)other->system_microseconds,
                                       .p_uctime_usec = (uint32_t)other->children_microseconds,
                                       .p_uru_maxrss = (uint64_t)other->peak,
                                       .p_comm = "a-name-of-19-letters"};
    }
    if (rest[1] != sizeof rows[0] || sim.processes == 0) {
        return SIM_EPERM;
    }
    return give(rows, sim.processes * sizeof rows[0], answer, size);
}

KEY(file2) {
    static struct kinfo_file files[SIM_ANSWER / sizeof(struct kinfo_file)];
    return rest[0] == SIM_PID && rest[1] == sizeof files[0] && rest[2] > 0
               ? give(files, sim.process.descriptors * sizeof files[0], answer, size)
               : SIM_EINVAL;
}

NUMBER(frequency, int, sim.megahertz)
TEXT(levels, sim.levels)
TEXT(brand, sim.brand)
TEXT(model, "Generic")
TEXT(machine, "amd64")
BOOTTIME
LIMITS(RLIMIT_AS, RLIMIT_DATA)

const struct sim_key sim_keys[] = {
    {"kern.cp_time", {CTL_KERN, KERN_CP_TIME}, 2, 0, build_cp_time},
    {"kern.clockrate", {CTL_KERN, KERN_CLOCKRATE}, 2, 0, build_clockrate},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, 0, build_ncpu},
    {"hw.ncpuonline", {CTL_HW, HW_NCPUONLINE}, 2, 0, build_ncpuonline},
    {"vm.uvmexp2", {CTL_VM, VM_UVMEXP2}, 2, 0, build_uvmexp2},
    {"vm.bufmem", {CTL_VM, 1000100}, 2, 0, build_bufmem},
    {"kstat.zfs.misc.arcstats.size", {1000101, 1, 2, 3}, 4, 0, build_arc},
    {"kstat.zfs.misc.arcstats.c_min", {1000101, 1, 2, 4}, 4, 0, build_arc_least},
    {"machdep.powernow.frequency.current", {1000102, 1, 1}, 3, 0, build_frequency},
    {"machdep.powernow.frequency.available", {1000102, 1, 2}, 3, 0, build_levels},
    {"machdep.cpu_brand", {1000102, 2}, 2, 0, build_brand},
    {"hw.model", {CTL_HW, HW_MODEL}, 2, 0, build_model},
    {"hw.machine", {CTL_HW, HW_MACHINE}, 2, 0, build_machine},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc2", {CTL_KERN, KERN_PROC2, KERN_PROC_PID}, 3, 3, build_proc2},
    {"kern.proc2.all", {CTL_KERN, KERN_PROC2, KERN_PROC_ALL}, 3, 3, build_proc_all},
    {"kern.file2", {CTL_KERN, KERN_FILE2, KERN_FILE_BYPID}, 3, 3, build_file2},
    {NULL, {0}, 0, 0, NULL},
};

int sim_cpu_state(unsigned long request, void *state) {
    cpustate_t *cpu = state;
    if (request != IOC_CPU_GETSTATE || cpu->cs_id >= sim.cpus) {
        return -1;
    }
    cpu->cs_online = !sim.cpu[cpu->cs_id].is_offline;
    return 0;
}

NO_MACH
