/* SPDX-License-Identifier: MIT */
/* What a FreeBSD 14 kernel answers. Compiled with its headers; calls no libc. */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <vm/vm_param.h>

#include <errno.h>

#include "fixture.h"

const char sim_name[] = "freebsd";
const bool sim_all_or_nothing = false;

int sim_unknown_key(void) {
    return ENOENT;
}

static void fill(const struct sim_cpu *cpu, long *time) {
    time[CP_USER] = (long)cpu->user;
    time[CP_NICE] = (long)cpu->nice;
    time[CP_SYS] = (long)cpu->system;
    time[CP_INTR] = (long)cpu->irq;
    time[CP_IDLE] = (long)cpu->idle;
}

KEY(cp_time) {
    long sum[CPUSTATES] = {0}, time[CPUSTATES];
    for (unsigned i = 0; i < sim.cpus; i++) {
        fill(&sim.cpu[i], time);
        for (int state = 0; state < CPUSTATES && !sim.cpu[i].is_absent; state++) {
            sum[state] += time[state];
        }
    }
    return ANSWER(sum);
}

KEY(cp_times) {
    long time[SIM_CPUS][CPUSTATES] = {{0}};
    for (unsigned i = 0; i < sim.cpus; i++) {
        if (!sim.cpu[i].is_absent) { /* The kernel has zeros for such a number. */
            fill(&sim.cpu[i], time[i]);
        }
    }
    return give(time, sim.cpus * sizeof time[0], answer, size);
}

KEY(clockrate) {
    struct clockinfo clock = {
        .hz = sim.hz, .tick = 1000000 / (sim.hz > 0 ? sim.hz : 1), .stathz = sim.stathz, .profhz = 8128};
    return ANSWER(clock);
}

KEY(ncpu) {
    int cpus = 0;
    for (unsigned i = 0; i < sim.cpus; i++) {
        cpus += !sim.cpu[i].is_absent;
    }
    return ANSWER(cpus);
}

KEY(cores) {
    int cores = (int)sim.cores;
    return ANSWER(cores);
}

KEY(physmem) {
    unsigned long physical = sim.physical;
    return ANSWER(physical);
}

/* Counts of pages have 4 bytes. */
#define PAGES(name, member)                    \
    KEY(name) {                                \
        uint32_t pages = (uint32_t)sim.member; \
        return ANSWER(pages);                  \
    }
PAGES(v_free, free)
PAGES(v_active, active)
PAGES(v_inactive, inactive)
PAGES(v_wire, wired)
PAGES(v_laundry, laundry)

/* Counters have 8, but 4 for a caller with room for 4: an older program. */
#define COUNTER(name, member)                                             \
    KEY(name) {                                                           \
        uint64_t value = sim.member;                                      \
        return room == 4 ? give(&value, 4, answer, size) : ANSWER(value); \
    }
COUNTER(v_swtch, switches)
COUNTER(v_intr, interrupts)
COUNTER(v_soft, soft_interrupts)
COUNTER(v_syscall, syscalls)
COUNTER(v_swappgsin, pages_in)
COUNTER(v_swappgsout, pages_out)

KEY(bufspace) {
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

KEY(swap_info) {
    if (rest[0] < 0 || (unsigned)rest[0] >= sim.swaps) {
        return SIM_ENOENT;
    }
    int which = rest[0] % SIM_SWAPS;
    struct xswdev device = {.xsw_version = sim.swap_version,
                            .xsw_dev = 1,
                            .xsw_nblks = (int)(sim.swap[which].bytes / sim.page_size),
                            .xsw_used = (int)(sim.swap[which].used / sim.page_size)};
    return ANSWER(device);
}

/* Numbers that a kernel gives to names as they come: these are invented, as they are there. */
enum { DYNAMIC = 2147480000 };

const struct sim_key sim_keys[] = {
    {"kern.cp_time", {CTL_KERN, DYNAMIC}, 2, false, build_cp_time},
    {"kern.cp_times", {CTL_KERN, DYNAMIC + 1}, 2, false, build_cp_times},
    {"kern.clockrate", {CTL_KERN, KERN_CLOCKRATE}, 2, false, build_clockrate},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, false, build_ncpu},
    {"kern.smp.cores", {CTL_KERN, DYNAMIC + 2, 3}, 3, false, build_cores},
    {"hw.physmem", {CTL_HW, HW_PHYSMEM}, 2, false, build_physmem},
    {"vm.stats.vm.v_free_count", {CTL_VM, DYNAMIC, 1, 1}, 4, false, build_v_free},
    {"vm.stats.vm.v_active_count", {CTL_VM, DYNAMIC, 1, 2}, 4, false, build_v_active},
    {"vm.stats.vm.v_inactive_count", {CTL_VM, DYNAMIC, 1, 3}, 4, false, build_v_inactive},
    {"vm.stats.vm.v_wire_count", {CTL_VM, DYNAMIC, 1, 4}, 4, false, build_v_wire},
    {"vm.stats.vm.v_laundry_count", {CTL_VM, DYNAMIC, 1, 5}, 4, false, build_v_laundry},
    {"vm.stats.vm.v_swappgsin", {CTL_VM, DYNAMIC, 1, 6}, 4, false, build_v_swappgsin},
    {"vm.stats.vm.v_swappgsout", {CTL_VM, DYNAMIC, 1, 7}, 4, false, build_v_swappgsout},
    {"vm.stats.sys.v_swtch", {CTL_VM, DYNAMIC, 2, 1}, 4, false, build_v_swtch},
    {"vm.stats.sys.v_intr", {CTL_VM, DYNAMIC, 2, 2}, 4, false, build_v_intr},
    {"vm.stats.sys.v_soft", {CTL_VM, DYNAMIC, 2, 3}, 4, false, build_v_soft},
    {"vm.stats.sys.v_syscall", {CTL_VM, DYNAMIC, 2, 4}, 4, false, build_v_syscall},
    {"vfs.bufspace", {CTL_VFS, DYNAMIC}, 2, false, build_bufspace},
    {"kstat.zfs.misc.arcstats.size", {DYNAMIC, 1, 2, 3}, 4, false, build_arc},
    {"kstat.zfs.misc.arcstats.c_min", {DYNAMIC, 1, 2, 4}, 4, false, build_arc_least},
    {"vm.swap_info", {CTL_VM, DYNAMIC + 1}, 2, true, build_swap_info},
    {NULL, {0}, 0, false, NULL},
};

NO_CPUCTL
NO_MACH
