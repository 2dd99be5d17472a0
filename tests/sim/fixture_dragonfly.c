/* SPDX-License-Identifier: MIT */
/*
 * What a DragonFly 6 kernel answers. Compiled with FreeBSD's headers, from which DragonFly's come, and with ours in
 * dragonfly/ where they differ; calls no libc.
 */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/kinfo.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <vm/vm_param.h>

#include <errno.h>

#include "fixture.h"

const char sim_name[] = "dragonfly";
const bool sim_all_or_nothing = false;

int sim_unknown_key(void) {
    return ENOENT;
}

KEY(cputime) {
    static struct kinfo_cputime rows[SIM_CPUS];
    for (unsigned i = 0; i < sim.cpus; i++) {
        const struct sim_cpu *cpu = &sim.cpu[i];
        rows[i] = (struct kinfo_cputime){.cp_user = cpu->user,
                                         .cp_nice = cpu->nice,
                                         .cp_sys = cpu->system,
                                         .cp_intr = cpu->irq,
                                         .cp_idle = cpu->idle,
                                         .cp_others = {77, 78, 79, 80},
                                         .cp_msg = "token"};
    }
    return give(rows, sim.cpus * sizeof rows[0], answer, size);
}

KEY(ncpu) {
    int cpus = (int)sim.cpus;
    return ANSWER(cpus);
}

KEY(physmem) {
    unsigned long physical = sim.physical;
    return ANSWER(physical);
}

/* All of them have 4 bytes, and begin again at 0. */
#define COUNT(name, member)                    \
    KEY(name) {                                \
        uint32_t count = (uint32_t)sim.member; \
        return ANSWER(count);                  \
    }
COUNT(v_free, free)
COUNT(v_active, active)
COUNT(v_inactive, inactive)
COUNT(v_wire, wired)
COUNT(v_cache, cache)
COUNT(v_swtch, switches)
COUNT(v_intr, interrupts)
COUNT(v_soft, soft_interrupts)
COUNT(v_syscall, syscalls)
COUNT(v_forks, forks)
COUNT(v_vforks, vforks)
COUNT(v_rforks, rforks)
COUNT(v_vm_faults, faults)
COUNT(v_vnodepgsin, file_in)
COUNT(v_vnodepgsout, file_out)
COUNT(v_swappgsin, pages_in)
COUNT(v_swappgsout, pages_out)

KEY(bufspace) {
    long bytes = (long)sim.buffers;
    return ANSWER(bytes);
}

/* A process that is not there is an answer of no bytes. */
KEY(proc_pid) {
    struct kinfo_proc process = {.kp_pid = SIM_PID,
                                 .kp_nthreads = (int)sim.process.threads,
                                 .kp_vm_map_size = sim.process.vms * sim.page_size,
                                 .kp_vm_rssize = (segsz_t)sim.process.rss};
    *size = 0;
    return rest[0] == SIM_PID ? ANSWER(process) : SIM_OK;
}

KEY(swap_info) {
    static struct xswdev rows[5000];
    unsigned count = sim.swaps < 5000 ? sim.swaps : 5000;
    for (unsigned i = 0; i < count; i++) {
        rows[i] = (struct xswdev){.xsw_size = sim.swap_row > 0 ? sim.swap_row : sizeof rows[0],
                                  .xsw_version = (int)sim.swap_version,
                                  .xsw_dev = 1,
                                  .xsw_blksize = sim.page_size,
                                  .xsw_nblks = sim.swap[i % SIM_SWAPS].bytes / sim.page_size,
                                  .xsw_used = sim.swap[i % SIM_SWAPS].used / sim.page_size};
    }
    return give(rows, count * sizeof rows[0], answer, size);
}

/* A timespec, where the others have a timeval. */
KEY(boottime) {
    struct timespec boot = {.tv_sec = sim.boot_seconds, .tv_nsec = sim.boot_microseconds * 1000};
    return ANSWER(boot);
}

TEXT(model, sim.brand)
TEXT(machine, "x86_64")
LIMITS(RLIMIT_AS, RLIMIT_DATA)

/* Numbers that a kernel gives to names as they come: these are invented, as they are there. */
enum { DYNAMIC = 256 };

const struct sim_key sim_keys[] = {
    {"kern.cputime", {CTL_KERN, DYNAMIC}, 2, 0, build_cputime},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, 0, build_ncpu},
    {"hw.physmem", {CTL_HW, HW_PHYSMEM}, 2, 0, build_physmem},
    {"vm.stats.vm.v_free_count", {CTL_VM, DYNAMIC, 1, 1}, 4, 0, build_v_free},
    {"vm.stats.vm.v_active_count", {CTL_VM, DYNAMIC, 1, 2}, 4, 0, build_v_active},
    {"vm.stats.vm.v_inactive_count", {CTL_VM, DYNAMIC, 1, 3}, 4, 0, build_v_inactive},
    {"vm.stats.vm.v_wire_count", {CTL_VM, DYNAMIC, 1, 4}, 4, 0, build_v_wire},
    {"vm.stats.vm.v_cache_count", {CTL_VM, DYNAMIC, 1, 5}, 4, 0, build_v_cache},
    {"vm.stats.vm.v_swappgsin", {CTL_VM, DYNAMIC, 1, 6}, 4, 0, build_v_swappgsin},
    {"vm.stats.vm.v_swappgsout", {CTL_VM, DYNAMIC, 1, 7}, 4, 0, build_v_swappgsout},
    {"vm.stats.vm.v_forks", {CTL_VM, DYNAMIC, 1, 8}, 4, 0, build_v_forks},
    {"vm.stats.vm.v_vforks", {CTL_VM, DYNAMIC, 1, 9}, 4, 0, build_v_vforks},
    {"vm.stats.vm.v_rforks", {CTL_VM, DYNAMIC, 1, 10}, 4, 0, build_v_rforks},
    {"vm.stats.vm.v_vm_faults", {CTL_VM, DYNAMIC, 1, 11}, 4, 0, build_v_vm_faults},
    {"vm.stats.vm.v_vnodepgsin", {CTL_VM, DYNAMIC, 1, 12}, 4, 0, build_v_vnodepgsin},
    {"vm.stats.vm.v_vnodepgsout", {CTL_VM, DYNAMIC, 1, 13}, 4, 0, build_v_vnodepgsout},
    {"vm.stats.sys.v_swtch", {CTL_VM, DYNAMIC, 2, 1}, 4, 0, build_v_swtch},
    {"vm.stats.sys.v_intr", {CTL_VM, DYNAMIC, 2, 2}, 4, 0, build_v_intr},
    {"vm.stats.sys.v_soft", {CTL_VM, DYNAMIC, 2, 3}, 4, 0, build_v_soft},
    {"vm.stats.sys.v_syscall", {CTL_VM, DYNAMIC, 2, 4}, 4, 0, build_v_syscall},
    {"vm.swap_info_array", {CTL_VM, DYNAMIC + 1}, 2, 0, build_swap_info},
    {"vfs.bufspace", {CTL_VFS, DYNAMIC}, 2, 0, build_bufspace},
    {"hw.model", {CTL_HW, HW_MODEL}, 2, 0, build_model},
    {"hw.machine", {CTL_HW, HW_MACHINE}, 2, 0, build_machine},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc.pid", {CTL_KERN, KERN_PROC, KERN_PROC_PID}, 3, 1, build_proc_pid},
    {NULL, {0}, 0, 0, NULL},
};

NO_CPUCTL
NO_MACH
