/* SPDX-License-Identifier: MIT */
/* The answers of an OpenBSD 7.8 kernel. Compiled with its headers; calls no libc. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sched.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <uvm/uvmexp.h>

#include <errno.h>

#include "fixture.h"

const char sim_name[] = "openbsd";
const bool sim_all_or_nothing = true;

int sim_unknown_key(void) {
    return EOPNOTSUPP;
}

KEY(cpustats) {
    if (rest[0] < 0 || (unsigned)rest[0] >= sim.cpus || sim.cpu[rest[0]].is_absent) {
        return SIM_ENOENT;
    }
    const struct sim_cpu *cpu = &sim.cpu[rest[0]];
    struct cpustats stats = {.cs_flags = cpu->is_offline ? 0 : CPUSTATS_ONLINE};
    stats.cs_time[CP_USER] = cpu->user;
    stats.cs_time[CP_NICE] = cpu->nice;
    stats.cs_time[CP_SYS] = cpu->system;
    stats.cs_time[CP_SPIN] = cpu->spin;
    stats.cs_time[CP_INTR] = cpu->irq;
    stats.cs_time[CP_IDLE] = cpu->idle;
    return ANSWER(stats);
}

KEY(clockrate) {
    struct clockinfo clock = {.hz = sim.hz, .tick = 10000, .stathz = sim.stathz, .profhz = 1000};
    return ANSWER(clock);
}

KEY(ncpu) {
    int cpus = (int)sim.cpus;
    return ANSWER(cpus);
}

KEY(ncpuonline) {
    int cpus = 0;
    for (unsigned i = 0; i < sim.cpus; i++) {
        cpus += !sim.cpu[i].is_offline && !sim.cpu[i].is_absent;
    }
    return ANSWER(cpus);
}

KEY(smt) {
    int smt = sim.smt;
    return smt < 0 ? SIM_NO_SUCH_KEY : ANSWER(smt);
}

KEY(physmem) {
    int64_t physical = (int64_t)sim.physical;
    return ANSWER(physical);
}

KEY(uvmexp) {
    struct uvmexp uvmexp = {0};
    uvmexp.pagesize = (int)sim.page_size;
    uvmexp.npages = (int)sim.pages;
    uvmexp.free = (int)sim.free;
    uvmexp.active = (int)sim.active;
    uvmexp.inactive = (int)sim.inactive;
    uvmexp.wired = (int)sim.wired;
    uvmexp.swpages = (int)(uint32_t)swap_pages(false);
    uvmexp.swpginuse = (int)(uint32_t)swap_pages(true);
    uvmexp.nswget = (int)(uint32_t)sim.pages_in;
    uvmexp.pgswapout = (int)(uint32_t)sim.pages_out;
    uvmexp.intrs = (int)(uint32_t)sim.interrupts;
    uvmexp.swtch = (int)(uint32_t)sim.switches;
    uvmexp.softs = (int)(uint32_t)sim.soft_interrupts;
    uvmexp.syscalls = (int)(uint32_t)sim.syscalls;
    uvmexp.forks = (int)(uint32_t)sim.forks;
    uvmexp.faults = (int)(uint32_t)sim.faults;
    uvmexp.fltget = (int)(uint32_t)sim.read_faults - 21;
    uvmexp.pageins = 21;
    return ANSWER(uvmexp);
}

KEY(bcachestat) {
    struct bcachestats stats = {.numbufpages = sim.cache, .numdirtypages = sim.dirty};
    return ANSWER(stats);
}

/* The process, then each of its threads. */
KEY(proc) {
    static struct kinfo_proc rows[SIM_ANSWER / sizeof(struct kinfo_proc)];
    if (rest[0] != SIM_PID || rest[1] != sizeof rows[0] || rest[2] < 1) {
        return SIM_EINVAL;
    }
    for (unsigned i = 0; i <= sim.process.threads; i++) {
        rows[i].p_pid = SIM_PID;
        rows[i].p_tid = i == 0 ? -1 : 100000 + (int)i;
        rows[i].p_vm_rssize = (int32_t)sim.process.rss;
        rows[i].p_vm_dsize = (int32_t)sim.process.data;
        rows[i].p_vm_map_size = sim.process.vms * sim.page_size;
    }
    return give(rows, (1 + sim.process.threads) * sizeof rows[0], answer, size);
}

/* A row for each thread follows that of its process. */
KEY(proc_all) {
    static struct kinfo_proc rows[4 * SIM_PROCESSES];
    unsigned count = 0;
    for (unsigned i = 0; i < sim.processes; i++) {
        const struct sim_process *other = &sim.other[i];
        for (unsigned thread = 0; thread <= other->threads && count < 4 * SIM_PROCESSES; thread++) {
            rows[count++] = (struct kinfo_proc){.p_pid = other->pid,
                                                .p_tid = thread == 0 ? -1 : 1000 + (int)thread,
                                                .p_ppid = other->parent,
                                                .p_ustart_sec = (uint64_t)other->started,
                                                .p_ustart_usec = 5,
                                                .p_psflags = other->is_dead ? PS_ZOMBIE : 0,
                                                .p_vm_rssize = (int32_t)other->rss,
                                                .p_uutime_usec = (uint32_t)other->user_microseconds,
                                                .p_ustime_usec = (uint32_t)other->system_microseconds,
                                                .p_uctime_usec = (uint32_t)other->children_microseconds,
                                                .p_uru_maxrss = (uint64_t)other->peak,
                                                .p_comm = "a-name-of-19-letters"};
        }
    }
    if (rest[1] != sizeof rows[0] || sim.processes == 0) {
        return SIM_EPERM;
    }
    return give(rows, count * sizeof rows[0], answer, size);
}

NUMBER(frequency, int, sim.megahertz)
TEXT(model, sim.brand)
TEXT(machine, "amd64")
BOOTTIME
LIMITS(-1, RLIMIT_DATA)

const struct sim_key sim_keys[] = {
    {"kern.cpustats", {CTL_KERN, KERN_CPUSTATS}, 2, 1, build_cpustats},
    {"kern.clockrate", {CTL_KERN, KERN_CLOCKRATE}, 2, 0, build_clockrate},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, 0, build_ncpu},
    {"hw.ncpuonline", {CTL_HW, HW_NCPUONLINE}, 2, 0, build_ncpuonline},
    {"hw.smt", {CTL_HW, HW_SMT}, 2, 0, build_smt},
    {"hw.physmem", {CTL_HW, HW_PHYSMEM64}, 2, 0, build_physmem},
    {"vm.uvmexp", {CTL_VM, VM_UVMEXP}, 2, 0, build_uvmexp},
    {"vfs.generic.bcachestat", {CTL_VFS, VFS_GENERIC, VFS_BCACHESTAT}, 3, 0, build_bcachestat},
    {"hw.cpuspeed", {CTL_HW, HW_CPUSPEED}, 2, 0, build_frequency},
    {"hw.model", {CTL_HW, HW_MODEL}, 2, 0, build_model},
    {"hw.machine", {CTL_HW, HW_MACHINE}, 2, 0, build_machine},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc.all", {CTL_KERN, KERN_PROC, KERN_PROC_ALL | KERN_PROC_SHOW_THREADS}, 3, 3, build_proc_all},
    {"kern.proc", {CTL_KERN, KERN_PROC, KERN_PROC_PID | KERN_PROC_SHOW_THREADS}, 3, 3, build_proc},
    {NULL, {0}, 0, 0, NULL},
};

NO_CPUCTL
NO_MACH
