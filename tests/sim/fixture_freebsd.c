/* SPDX-License-Identifier: MIT */
/* The answers of a FreeBSD 14 kernel. Compiled with its headers; calls no libc. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>
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

/* Page counts have 4 bytes. */
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

/* Counters have 8 bytes, or 4 for an older program with room for only 4. */
#define COUNTER(name, member)                                             \
    KEY(name) {                                                           \
        uint64_t value = sim.member;                                      \
        return room == 4 ? give(&value, 4, answer, size) : ANSWER(value); \
    }
COUNTER(v_swtch, switches)
COUNTER(v_intr, interrupts)
COUNTER(v_soft, soft_interrupts)
COUNTER(v_syscall, syscalls)
COUNTER(v_forks, forks)
COUNTER(v_vforks, vforks)
COUNTER(v_rforks, rforks)
COUNTER(v_vm_faults, faults)
COUNTER(v_io_faults, read_faults)
COUNTER(v_vnodepgsin, file_in)
COUNTER(v_vnodepgsout, file_out)
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

KEY(proc_pid) {
    if (rest[0] != SIM_PID) {
        return SIM_ENOENT;
    }
    struct kinfo_proc process = {.ki_structsize = sizeof process,
                                 .ki_pid = SIM_PID,
                                 .ki_size = sim.process.vms * sim.page_size,
                                 .ki_rssize = (segsz_t)sim.process.rss,
                                 .ki_dsize = (segsz_t)sim.process.data,
                                 .ki_numthreads = (int)sim.process.threads};
    return ANSWER(process);
}

KEY(proc_all) {
    static struct kinfo_proc rows[SIM_PROCESSES];
    for (unsigned i = 0; i < sim.processes; i++) {
        const struct sim_process *other = &sim.other[i];
        rows[i] = (struct kinfo_proc){.ki_pid = other->pid,
                                      .ki_ppid = other->parent,
                                      .ki_start = {other->started, 5},
                                      .ki_stat = other->is_dead ? SZOMB : SRUN,
                                      .ki_rssize = (segsz_t)other->rss,
                                      .ki_numthreads = (int)other->threads,
                                      .ki_rusage = {.ru_utime = {0, other->user_microseconds},
                                                    .ru_stime = {0, other->system_microseconds},
                                                    .ru_maxrss = other->peak},
                                      .ki_childtime = {0, other->children_microseconds},
                                      .ki_comm = "a-name-of-19-letters"};
    }
    return sim.processes == 0 ? SIM_EPERM : give(rows, sim.processes * sizeof rows[0], answer, size);
}

KEY(nfds) {
    int count = (int)sim.process.descriptors;
    return rest[0] == 0 ? ANSWER(count) : SIM_EINVAL;
}

KEY(racct) {
    int counts = sim.counts_racct;
    return counts < 0 ? SIM_NO_SUCH_KEY : ANSWER(counts);
}

NUMBER(frequency, int, sim.megahertz)
NUMBER(clockrate_hw, int, 2300)
TEXT(levels, sim.levels)
TEXT(model, sim.brand)
TEXT(machine, "amd64")
BOOTTIME
LIMITS(RLIMIT_AS, RLIMIT_DATA)

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

/* Numbers that a kernel assigns to names dynamically; these are made up. */
enum { DYNAMIC = 2147480000 };

const struct sim_key sim_keys[] = {
    {"kern.cp_time", {CTL_KERN, DYNAMIC}, 2, 0, build_cp_time},
    {"kern.cp_times", {CTL_KERN, DYNAMIC + 1}, 2, 0, build_cp_times},
    {"kern.clockrate", {CTL_KERN, KERN_CLOCKRATE}, 2, 0, build_clockrate},
    {"hw.ncpu", {CTL_HW, HW_NCPU}, 2, 0, build_ncpu},
    {"kern.smp.cores", {CTL_KERN, DYNAMIC + 2, 3}, 3, 0, build_cores},
    {"hw.physmem", {CTL_HW, HW_PHYSMEM}, 2, 0, build_physmem},
    {"vm.stats.vm.v_free_count", {CTL_VM, DYNAMIC, 1, 1}, 4, 0, build_v_free},
    {"vm.stats.vm.v_active_count", {CTL_VM, DYNAMIC, 1, 2}, 4, 0, build_v_active},
    {"vm.stats.vm.v_inactive_count", {CTL_VM, DYNAMIC, 1, 3}, 4, 0, build_v_inactive},
    {"vm.stats.vm.v_wire_count", {CTL_VM, DYNAMIC, 1, 4}, 4, 0, build_v_wire},
    {"vm.stats.vm.v_laundry_count", {CTL_VM, DYNAMIC, 1, 5}, 4, 0, build_v_laundry},
    {"vm.stats.vm.v_swappgsin", {CTL_VM, DYNAMIC, 1, 6}, 4, 0, build_v_swappgsin},
    {"vm.stats.vm.v_swappgsout", {CTL_VM, DYNAMIC, 1, 7}, 4, 0, build_v_swappgsout},
    {"vm.stats.vm.v_forks", {CTL_VM, DYNAMIC, 1, 8}, 4, 0, build_v_forks},
    {"vm.stats.vm.v_vforks", {CTL_VM, DYNAMIC, 1, 9}, 4, 0, build_v_vforks},
    {"vm.stats.vm.v_rforks", {CTL_VM, DYNAMIC, 1, 10}, 4, 0, build_v_rforks},
    {"vm.stats.vm.v_vm_faults", {CTL_VM, DYNAMIC, 1, 11}, 4, 0, build_v_vm_faults},
    {"vm.stats.vm.v_io_faults", {CTL_VM, DYNAMIC, 1, 12}, 4, 0, build_v_io_faults},
    {"vm.stats.vm.v_vnodepgsin", {CTL_VM, DYNAMIC, 1, 13}, 4, 0, build_v_vnodepgsin},
    {"vm.stats.vm.v_vnodepgsout", {CTL_VM, DYNAMIC, 1, 14}, 4, 0, build_v_vnodepgsout},
    {"dev.cpu.0.freq", {DYNAMIC + 2, 0, 1}, 3, 0, build_frequency},
    {"dev.cpu.0.freq_levels", {DYNAMIC + 2, 0, 2}, 3, 0, build_levels},
    {"dev.cpu.2.freq", {DYNAMIC + 2, 2, 1}, 3, 0, build_frequency},
    {"hw.clockrate", {CTL_HW, DYNAMIC}, 2, 0, build_clockrate_hw},
    {"hw.model", {CTL_HW, HW_MODEL}, 2, 0, build_model},
    {"hw.machine", {CTL_HW, HW_MACHINE}, 2, 0, build_machine},
    {"kern.boottime", {CTL_KERN, KERN_BOOTTIME}, 2, 0, build_boottime},
    {"kern.proc.pid", {CTL_KERN, KERN_PROC, KERN_PROC_PID}, 3, 1, build_proc_pid},
    {"kern.proc.proc", {CTL_KERN, KERN_PROC, KERN_PROC_PROC}, 3, 0, build_proc_all},
    {"kern.proc.nfds", {CTL_KERN, KERN_PROC, KERN_PROC_NFDS}, 3, 1, build_nfds},
    {"kern.racct.enable", {CTL_KERN, DYNAMIC + 3, 1}, 3, 0, build_racct},
    {"vm.stats.sys.v_swtch", {CTL_VM, DYNAMIC, 2, 1}, 4, 0, build_v_swtch},
    {"vm.stats.sys.v_intr", {CTL_VM, DYNAMIC, 2, 2}, 4, 0, build_v_intr},
    {"vm.stats.sys.v_soft", {CTL_VM, DYNAMIC, 2, 3}, 4, 0, build_v_soft},
    {"vm.stats.sys.v_syscall", {CTL_VM, DYNAMIC, 2, 4}, 4, 0, build_v_syscall},
    {"vfs.bufspace", {CTL_VFS, DYNAMIC}, 2, 0, build_bufspace},
    {"kstat.zfs.misc.arcstats.size", {DYNAMIC, 1, 2, 3}, 4, 0, build_arc},
    {"kstat.zfs.misc.arcstats.c_min", {DYNAMIC, 1, 2, 4}, 4, 0, build_arc_least},
    {"vm.swap_info", {CTL_VM, DYNAMIC + 1}, 2, 1, build_swap_info},
    {NULL, {0}, 0, 0, NULL},
};

NO_CPUCTL
NO_MACH
