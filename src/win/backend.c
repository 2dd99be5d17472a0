/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "query.h"

static void open_state(struct sysinfo__state *state) {
    memset(state, 0, offsetof(struct sysinfo__state, small_buffer));
    state->buffer = state->small_buffer;
    state->capacity = sizeof state->small_buffer;
}

static void close_state(struct sysinfo__state *state) {
    if (state->buffer != state->small_buffer) {
        free(state->buffer);
    }
}

static const struct sysinfo__source sources[] = {
    CPU_USAGE(cpu, "processor groups in turn, counted through"),
    CPU_USAGE(interval, "QueryPerformanceCounter"),
    CPU_USAGE(percent, "SystemProcessorPerformanceInformation: 100 - idle"),
    CPU_USAGE(user, "SystemProcessorPerformanceInformation: UserTime"),
    CPU_USAGE(system, "SystemProcessorPerformanceInformation: KernelTime - IdleTime - InterruptTime - DpcTime"),
    CPU_USAGE(idle, "SystemProcessorPerformanceInformation: IdleTime"),
    CPU_USAGE(irq, "SystemProcessorPerformanceInformation: InterruptTime"),
    CPU_USAGE(softirq, "SystemProcessorPerformanceInformation: DpcTime"),
    CPU_COUNT(count, "GetActiveProcessorCount of all groups"),
    CPU_COUNT(cores, "GetLogicalProcessorInformationEx: entries of RelationProcessorCore"),
    CPU_SAMPLE(cpu, "processor groups in turn, counted through"),
    CPU_SAMPLE(time, "QueryPerformanceCounter"),
    CPU_SAMPLE(user, "SystemProcessorPerformanceInformation: UserTime"),
    CPU_SAMPLE(system, "SystemProcessorPerformanceInformation: KernelTime - IdleTime - InterruptTime - DpcTime"),
    CPU_SAMPLE(idle, "SystemProcessorPerformanceInformation: IdleTime"),
    CPU_SAMPLE(irq, "SystemProcessorPerformanceInformation: InterruptTime"),
    CPU_SAMPLE(softirq, "SystemProcessorPerformanceInformation: DpcTime"),
    MEMORY(total, "GetPerformanceInfo: PhysicalTotal"),
    MEMORY(available, "GetPerformanceInfo: PhysicalAvailable"),
    MEMORY(percent, "(total - available) / total"),
    MEMORY(used, "total - available"),
    MEMORY(free, "SystemMemoryListInformation: zeroed and free pages"),
    MEMORY(cached, "GetPerformanceInfo: SystemCache"),
    MEMORY(committed, "GetPerformanceInfo: CommitTotal"),
    MEMORY(commit_limit, "GetPerformanceInfo: CommitLimit"),
    MEMORY(wired, "GetPerformanceInfo: KernelNonpaged"),
    MEMORY(laundry, "SystemMemoryListInformation: modified pages"),
    SWAP(total,
         "SystemPageFileInformation: TotalSize of all page files; else estimated as CommitLimit - PhysicalTotal"),
    SWAP(used, "SystemPageFileInformation: TotalInUse of all page files"),
    SWAP(free, "total - used"),
    SWAP(percent, "used / total"),
    STATS(ctx_switches, "SystemPerformanceInformation: ContextSwitches, 32 bits"),
    STATS(interrupts, "SystemProcessorPerformanceInformation: sum of InterruptCount, 32 bits for each CPU"),
    STATS(syscalls, "SystemPerformanceInformation: SystemCalls, 32 bits"),
    SOURCE(SYSINFO_RESULT_MEMORY_ALLOWANCE, sysinfo_allowance, limit,
           "least of ProcessMemoryLimit and JobMemoryLimit of the job (QueryInformationJobObject)"),
    SOURCE(SYSINFO_RESULT_MEMORY_ALLOWANCE, sysinfo_allowance, usable,
           "least of available, what may still be committed (estimated) and, for each limit, limit - committed"),
    SOURCE(SYSINFO_RESULT_SWAP_ALLOWANCE, sysinfo_allowance, limit, "a process in no job has none"),
    SOURCE(SYSINFO_RESULT_SWAP_ALLOWANCE, sysinfo_allowance, usable, "least of free and what the job's limits leave"),
    SOURCE(SYSINFO_RESULT_CPU_ALLOWANCE, sysinfo_cpu_allowance, usable,
           "least of GetProcessAffinityMask, the groups of GetProcessGroupAffinity, default CPU sets, and quota "
           "rounded up; at least 1"),
    SOURCE(SYSINFO_RESULT_CPU_ALLOWANCE, sysinfo_cpu_allowance, quota,
           "hard cap of JobObjectCpuRateControlInformation x CPUs"),
    NO_MORE_SOURCES,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "windows",
    .sources = sources,
    .open = open_state,
    .close = close_state,
    .clock = sysinfo__win_clock,
    .sleep = sysinfo__win_sleep,
    .error = sysinfo__win_error,
    .cpu_times = sysinfo__win_cpu_times,
    .cpu_times_percpu = sysinfo__win_cpu_times_percpu,
    .cpu_counts = sysinfo__win_cpu_counts,
    .online = sysinfo__win_online,
    .virtual_memory = sysinfo__win_virtual_memory,
    .swap_memory = sysinfo__win_swap_memory,
    .cpu_stats = sysinfo__win_cpu_stats,
    .memory_limit = sysinfo__win_memory_limit,
    .swap_limit = sysinfo__win_swap_limit,
    .limit_levels = sysinfo__win_limit_levels,
    .cpu_limit = sysinfo__win_cpu_limit,
    .allowed_cores = sysinfo__win_allowed_cores,
};
