/* SPDX-License-Identifier: MIT */
/* What an OpenBSD 7.8 kernel answers. Compiled with its headers; calls no libc. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/mount.h>
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

/* The process, and then each of its threads. */
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
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc", {CTL_KERN, KERN_PROC, KERN_PROC_PID | KERN_PROC_SHOW_THREADS}, 3, 3, build_proc},
    {NULL, {0}, 0, 0, NULL},
};

NO_CPUCTL
NO_MACH
