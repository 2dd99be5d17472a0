/* SPDX-License-Identifier: MIT */
/* What an OpenBSD 7.8 kernel answers. Compiled with its headers; calls no libc. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/mount.h>
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
    return ANSWER(uvmexp);
}

KEY(bcachestat) {
    struct bcachestats stats = {.numbufpages = sim.cache, .numdirtypages = sim.dirty};
    return ANSWER(stats);
}

const struct sim_key sim_keys[] = {
    {"kern.cpustats", {CTL_KERN, KERN_CPUSTATS}, 2, true, build_cpustats},
    {"kern.clockrate", {CTL_KERN, KERN_CLOCKRATE}, 2, false, build_clockrate},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, false, build_ncpu},
    {"hw.ncpuonline", {CTL_HW, HW_NCPUONLINE}, 2, false, build_ncpuonline},
    {"hw.smt", {CTL_HW, HW_SMT}, 2, false, build_smt},
    {"hw.physmem", {CTL_HW, HW_PHYSMEM64}, 2, false, build_physmem},
    {"vm.uvmexp", {CTL_VM, VM_UVMEXP}, 2, false, build_uvmexp},
    {"vfs.generic.bcachestat", {CTL_VFS, VFS_GENERIC, VFS_BCACHESTAT}, 3, false, build_bcachestat},
    {NULL, {0}, 0, false, NULL},
};

NO_CPUCTL
NO_MACH
