/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

static void open_state(struct sysinfo__state *state) {
    memset(state, 0, offsetof(struct sysinfo__state, small_text));
    state->root = -1;
    for (int i = 0; i < SYSINFO__FILES; i++) {
        state->file[i] = -1;
    }
    sysinfo__huge_pages_open(&state->huge_pages);
    state->arcstats.fd = -1;
    state->cpuinfo = -1;
    sysinfo__process_open(&state->process);
    sysinfo__cgroups_open(&state->cgroups);
    sysinfo__affinity_open(&state->affinity);
    sysinfo__numa_open(&state->numa);
    for (size_t i = 0; i < sizeof state->pressure / sizeof state->pressure[0]; i++) {
        state->pressure[i].fd = -1;
    }
    state->text = state->small_text;
    state->capacity = sizeof state->small_text;
}

static void close_state(struct sysinfo__state *state) {
    if (state->root >= 0) {
        close(state->root);
    }
    for (int i = 0; i < SYSINFO__FILES; i++) {
        if (state->file[i] >= 0) {
            close(state->file[i]);
        }
    }
    if (state->cpuinfo >= 0) {
        close(state->cpuinfo);
    }
    sysinfo__huge_pages_close(&state->huge_pages);
    sysinfo__kept_close(&state->arcstats);
    sysinfo__process_close(&state->process);
    sysinfo__cgroups_close(&state->cgroups);
    sysinfo__affinity_close(&state->affinity);
    sysinfo__numa_close(&state->numa);
    for (size_t i = 0; i < sizeof state->pressure / sizeof state->pressure[0]; i++) {
        sysinfo__kept_close(&state->pressure[i]);
    }
    if (state->text != state->small_text) {
        free(state->text);
    }
    free(state->counted.online);
}

#define USABLE_MEMORY(field, text) SOURCE(SYSINFO_RESULT_MEMORY_ALLOWANCE, sysinfo_allowance, field, text)
#define USABLE_SWAP(field, text) SOURCE(SYSINFO_RESULT_SWAP_ALLOWANCE, sysinfo_allowance, field, text)
#define USABLE_CPUS(field, text) SOURCE(SYSINFO_RESULT_CPU_ALLOWANCE, sysinfo_cpu_allowance, field, text)
#define CGROUP(field, text) SOURCE(SYSINFO_RESULT_CGROUP, sysinfo_cgroup, field, text)
#define PAGING(field, text) SOURCE(SYSINFO_RESULT_PAGING, sysinfo_paging, field, text)
#define PROCESS(field, text) SOURCE(SYSINFO_RESULT_PROCESS, sysinfo_process, field, text)
#define PRESSURE_FIELD(result, field, text) SOURCE(SYSINFO_RESULT_##result, sysinfo_pressure, field, text)
#define PRESSURE(result, file)                                          \
    PRESSURE_FIELD(result, some_avg10, "avg10 of some in " file),       \
        PRESSURE_FIELD(result, some_avg60, "avg60 of some in " file),   \
        PRESSURE_FIELD(result, some_avg300, "avg300 of some in " file), \
        PRESSURE_FIELD(result, some_total, "total of some in " file),   \
        PRESSURE_FIELD(result, full_avg10, "avg10 of full in " file),   \
        PRESSURE_FIELD(result, full_avg60, "avg60 of full in " file),   \
        PRESSURE_FIELD(result, full_avg300, "avg300 of full in " file), \
        PRESSURE_FIELD(result, full_total, "total of full in " file)

static const struct sysinfo__source sources[] = {
    CPU_USAGE(cpu, "cpuN lines of /proc/stat"),
    CPU_USAGE(interval, "CLOCK_MONOTONIC"),
    CPU_USAGE(percent, "/proc/stat: 100 - idle - iowait"),
    CPU_USAGE(user, "/proc/stat, column 1"),
    CPU_USAGE(system, "/proc/stat, column 3"),
    CPU_USAGE(nice, "/proc/stat, column 2"),
    CPU_USAGE(idle, "/proc/stat, column 4"),
    CPU_USAGE(iowait, "/proc/stat, column 5"),
    CPU_USAGE(irq, "/proc/stat, column 6"),
    CPU_USAGE(softirq, "/proc/stat, column 7"),
    CPU_USAGE(steal, "/proc/stat, column 8"),
    CPU_USAGE(guest, "/proc/stat, column 9"),
    CPU_USAGE(guest_nice, "/proc/stat, column 10"),
    CPU_COUNT(count, "/sys/devices/system/cpu/online"),
    CPU_COUNT(cores, "/sys/devices/system/cpu/cpu*/topology/core_cpus_list: distinct sets"),
    CPU_SAMPLE(cpu, "cpuN lines of /proc/stat"),
    CPU_SAMPLE(time, "CLOCK_MONOTONIC"),
    CPU_SAMPLE(user, "/proc/stat, column 1"),
    CPU_SAMPLE(system, "/proc/stat, column 3"),
    CPU_SAMPLE(nice, "/proc/stat, column 2"),
    CPU_SAMPLE(idle, "/proc/stat, column 4"),
    CPU_SAMPLE(iowait, "/proc/stat, column 5"),
    CPU_SAMPLE(irq, "/proc/stat, column 6"),
    CPU_SAMPLE(softirq, "/proc/stat, column 7"),
    CPU_SAMPLE(steal, "/proc/stat, column 8"),
    CPU_SAMPLE(guest, "/proc/stat, column 9"),
    CPU_SAMPLE(guest_nice, "/proc/stat, column 10"),
    CPU_SAMPLE(cpus, "cpuN lines of /proc/stat, counted"),
    CPU_FREQUENCY(cpu, "/sys/devices/system/cpu/online"),
    CPU_FREQUENCY(current, "cpu MHz (POWER: clock) in /proc/cpuinfo; else scaling_cur_freq or cpuinfo_cur_freq in "
                           "/sys/devices/system/cpu/cpu*/cpufreq"),
    CPU_FREQUENCY(min, "cpuinfo_min_freq in /sys/devices/system/cpu/cpu*/cpufreq; else scaling_min_freq"),
    CPU_FREQUENCY(max, "cpuinfo_max_freq in /sys/devices/system/cpu/cpu*/cpufreq; else scaling_max_freq"),
    CPU_FREQUENCY(base, "base_frequency in /sys/devices/system/cpu/cpu*/cpufreq; else nominal_freq in acpi_cppc; s390: "
                        "cpu MHz static in /proc/cpuinfo"),
    CPU_DESCRIPTION(vendor, "vendor_id in /proc/cpuinfo; ARM: by CPU implementer"),
    CPU_DESCRIPTION(model, "model name in /proc/cpuinfo, or the key that the processor has; ARM: by CPU part"),
    CPU_DESCRIPTION(architecture, "/proc/sys/kernel/arch; else uname(2)"),
    CPU_DESCRIPTION(packages, "physical_package_id in /sys/devices/system/cpu/cpu*/topology: distinct numbers; else "
                              "physical id in /proc/cpuinfo"),
    CPU_DESCRIPTION(cores_performance, "/sys/devices/cpu_core/cpus; ARM: cpu_capacity above the lowest in "
                                       "/sys/devices/system/cpu/cpu*"),
    CPU_DESCRIPTION(cores_efficiency, "/sys/devices/cpu_atom/cpus; ARM: the lowest cpu_capacity in "
                                      "/sys/devices/system/cpu/cpu*"),
    MEMORY(total, "MemTotal in /proc/meminfo"),
    MEMORY(available, "MemAvailable in /proc/meminfo; else estimated from MemFree, the file cache and /proc/zoneinfo"),
    MEMORY(percent, "(total - available) / total"),
    MEMORY(used, "total - available"),
    MEMORY(free, "MemFree in /proc/meminfo"),
    MEMORY(active, "Active in /proc/meminfo"),
    MEMORY(inactive, "Inactive in /proc/meminfo"),
    MEMORY(buffers, "Buffers in /proc/meminfo"),
    MEMORY(cached, "Cached + SReclaimable in /proc/meminfo"),
    MEMORY(shared, "Shmem in /proc/meminfo"),
    MEMORY(slab, "Slab in /proc/meminfo"),
    MEMORY(dirty, "Dirty in /proc/meminfo"),
    MEMORY(writeback, "Writeback in /proc/meminfo"),
    MEMORY(committed, "Committed_AS in /proc/meminfo"),
    MEMORY(commit_limit, "CommitLimit in /proc/meminfo"),
    MEMORY(hugepages_total, "Hugetlb in /proc/meminfo; before Linux 4.17 HugePages_Total x Hugepagesize"),
    MEMORY(hugepages_free, "free_hugepages of each size in /sys/kernel/mm/hugepages; with one size HugePages_Free x "
                           "Hugepagesize in /proc/meminfo"),
    MEMORY(zswap, "Zswap in /proc/meminfo"),
    MEMORY(zswapped, "Zswapped in /proc/meminfo"),
    MEMORY(arc, "size in /proc/spl/kstat/zfs/arcstats"),
    SWAP(total, "SwapTotal in /proc/meminfo"),
    SWAP(used, "total - free"),
    SWAP(free, "SwapFree in /proc/meminfo"),
    SWAP(percent, "used / total"),
    SWAP(sin, "pswpin in /proc/vmstat x page size"),
    SWAP(sout, "pswpout in /proc/vmstat x page size"),
    LOAD(min1, "/proc/loadavg, column 1"),
    LOAD(min5, "/proc/loadavg, column 2"),
    LOAD(min15, "/proc/loadavg, column 3"),
    STATS(ctx_switches, "ctxt in /proc/stat"),
    STATS(interrupts, "intr in /proc/stat"),
    STATS(soft_interrupts, "softirq in /proc/stat"),
    STATS(forks, "processes in /proc/stat"),
    STATS(running, "procs_running in /proc/stat"),
    STATS(blocked, "procs_blocked in /proc/stat"),
    STATS(boot_time, "btime in /proc/stat"),
    STATS(uptime, "CLOCK_REALTIME - btime in /proc/stat"),
    PAGING(paged_in, "pgpgin in /proc/vmstat"),
    PAGING(paged_out, "pgpgout in /proc/vmstat"),
    PAGING(faults, "pgfault in /proc/vmstat"),
    PAGING(major_faults, "pgmajfault in /proc/vmstat"),
    USABLE_MEMORY(limit, "least of memory.max and memory.high (v1: memory.limit_in_bytes) of its own cgroup and all "
                         "above it, RLIMIT_AS and RLIMIT_DATA"),
    USABLE_MEMORY(usable, "least of available, for each cgroup with a limit, limit - (current - active_file - "
                          "inactive_file - slab_reclaimable), RLIMIT_AS - VmSize and RLIMIT_DATA - VmData; without "
                          "what memory.min keeps for other cgroups"),
    USABLE_SWAP(limit, "least of memory.swap.max and memory.swap.high (v1: memory.memsw.limit_in_bytes - "
                       "memory.limit_in_bytes) of its own cgroup and all above it"),
    USABLE_SWAP(usable, "least of free swap and, for each limit, limit - memory.swap.current of the same cgroup"),
    USABLE_CPUS(
        usable,
        "least of sched_getaffinity (another root: Cpus_allowed and cpuset.cpus) and quota rounded up; at least 1"),
    USABLE_CPUS(quota,
                "least of cpu.max (v1: cpu.cfs_quota_us / cpu.cfs_period_us) of its own cgroup and all above it"),
    CGROUP(time, "CLOCK_MONOTONIC"),
    CGROUP(interval, "CLOCK_MONOTONIC"),
    CGROUP(cpu_percent,
           "usage_usec in cpu.stat (v1: cpuacct.usage) / (interval x the lesser of quota and usable CPUs)"),
    CGROUP(cpu_time, "usage_usec in cpu.stat (v1: cpuacct.usage)"),
    CGROUP(cpu_user, "user_usec in cpu.stat (v1: user in cpuacct.stat)"),
    CGROUP(cpu_system, "system_usec in cpu.stat (v1: system in cpuacct.stat)"),
    CGROUP(periods, "nr_periods in cpu.stat"),
    CGROUP(throttled_periods, "nr_throttled in cpu.stat"),
    CGROUP(throttled, "throttled_usec (v1: throttled_time) in cpu.stat"),
    CGROUP(current, "memory.current (v1: memory.usage_in_bytes)"),
    CGROUP(peak, "memory.peak (v1: memory.max_usage_in_bytes)"),
    CGROUP(limit, "least of memory.max and memory.high (v1: memory.limit_in_bytes) of it and all above it"),
    CGROUP(events_high, "high in memory.events"),
    CGROUP(events_max, "max in memory.events (v1: memory.failcnt)"),
    CGROUP(events_oom, "oom in memory.events"),
    CGROUP(events_oom_kill, "oom_kill in memory.events (v1: in memory.oom_control)"),
    CGROUP(limit_level, "the level whose memory.max or memory.high (v1: memory.limit_in_bytes) is least"),
    CGROUP(limit_current, "its memory.current (v1: memory.usage_in_bytes)"),
    CGROUP(limit_events_high, "high in its memory.events"),
    CGROUP(limit_events_max, "max in its memory.events (v1: memory.failcnt)"),
    CGROUP(limit_events_oom, "oom in its memory.events"),
    CGROUP(limit_events_oom_kill, "oom_kill in its memory.events (v1: in memory.oom_control)"),
    PRESSURE(CPU_PRESSURE, "/proc/pressure/cpu"),
    PRESSURE(MEMORY_PRESSURE, "/proc/pressure/memory"),
    PRESSURE(IO_PRESSURE, "/proc/pressure/io"),
    PRESSURE(IRQ_PRESSURE, "/proc/pressure/irq"),
    PRESSURE(CGROUP_CPU_PRESSURE, "cpu.pressure of its own cgroup"),
    PRESSURE(CGROUP_MEMORY_PRESSURE, "memory.pressure of its own cgroup"),
    PRESSURE(CGROUP_IO_PRESSURE, "io.pressure of its own cgroup"),
    PRESSURE(CGROUP_IRQ_PRESSURE, "irq.pressure of its own cgroup"),
    PROCESS(rss, "VmRSS in /proc/self/status"),
    PROCESS(peak_rss, "VmHWM in /proc/self/status"),
    PROCESS(vms, "VmSize in /proc/self/status"),
    PROCESS(swap, "VmSwap in /proc/self/status"),
    PROCESS(uss, "Private_Clean + Private_Dirty + Private_Hugetlb in /proc/self/smaps_rollup"),
    PROCESS(pss, "Pss in /proc/self/smaps_rollup"),
    PROCESS(threads, "Threads in /proc/self/status"),
    PROCESS(descriptors, "entries of /proc/self/fd"),
    PROCESS(cpu_user, "ru_utime of getrusage(2)"),
    PROCESS(cpu_system, "ru_stime of getrusage(2)"),
    PROCESS(minor_faults, "ru_minflt of getrusage(2)"),
    PROCESS(major_faults, "ru_majflt of getrusage(2)"),
    PROCESS(voluntary_switches, "ru_nvcsw of getrusage(2)"),
    PROCESS(involuntary_switches, "ru_nivcsw of getrusage(2)"),
    NO_MORE_SOURCES,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "linux",
    .has_roots = true,
    .sources = sources,
    .open = open_state,
    .close = close_state,
    .clock = sysinfo__posix_clock,
    .sleep = sysinfo__posix_sleep,
    .is_privileged = sysinfo__linux_is_privileged,
    .error = sysinfo__posix_error,
    .cpu_times = sysinfo__linux_cpu_times,
    .cpu_times_percpu = sysinfo__linux_cpu_times_percpu,
    .cpu_counts = sysinfo__linux_cpu_counts,
    .cpu_freq = sysinfo__linux_cpu_freq,
    .cpu_info = sysinfo__linux_cpu_info,
    .online = sysinfo__linux_online,
    .virtual_memory = sysinfo__linux_virtual_memory,
    .available_memory = sysinfo__linux_available_memory,
    .swap_memory = sysinfo__linux_swap_memory,
    .load_average = sysinfo__linux_load_average,
    .cpu_stats = sysinfo__linux_cpu_stats,
    .page_stats = sysinfo__linux_page_stats,
    .memory_limit = sysinfo__linux_memory_limit,
    .swap_limit = sysinfo__linux_swap_limit,
    .limit_levels = sysinfo__linux_limit_levels,
    .cpu_limit = sysinfo__linux_cpu_limit,
    .allowed_cores = sysinfo__linux_allowed_cores,
    .cgroup = sysinfo__linux_cgroup,
    .cgroup_path = sysinfo__linux_cgroup_path,
    .pressure = sysinfo__linux_pressure,
    .numa = sysinfo__linux_numa,
    .check_topology = sysinfo__linux_check_topology,
    .topology = sysinfo__linux_topology,
    .process = sysinfo__linux_process,
    .process_memory = sysinfo__linux_process_memory,
    .append_mark = sysinfo__posix_append_mark,
    .tracker = sysinfo__linux_tracker,
    .heap_record = sysinfo__linux_heap_record,
};
