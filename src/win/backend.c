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

#define PAGING(field, text) SOURCE(SYSINFO_RESULT_PAGING, sysinfo_paging, field, text)
#define PROCESS(field, text) SOURCE(SYSINFO_RESULT_PROCESS, sysinfo_process, field, text)

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
    STATS(boot_time, "GetSystemTimePreciseAsFileTime - GetTickCount64, to the second"),
    STATS(uptime, "GetTickCount64"),
    PAGING(paged_in, "SystemPerformanceInformation: PageReadCount, 32 bits, x page size"),
    PAGING(paged_out, "SystemPerformanceInformation: DirtyPagesWriteCount + MappedPagesWriteCount, x page size"),
    PAGING(faults, "SystemPerformanceInformation: PageFaultCount, 32 bits"),
    PAGING(major_faults, "SystemPerformanceInformation: PageReadIoCount, 32 bits"),
    CPU_FREQUENCY(current, "NtPowerInformation(ProcessorInformation): CurrentMhz; estimated, for turbo is not in it"),
    CPU_FREQUENCY(base, "NtPowerInformation(ProcessorInformation): MaxMhz"),
    CPU_DESCRIPTION(vendor, "VendorIdentifier of CentralProcessor\\0 in the registry"),
    CPU_DESCRIPTION(model, "ProcessorNameString of CentralProcessor\\0 in the registry"),
    CPU_DESCRIPTION(architecture, "IsWow64Process2"),
    CPU_DESCRIPTION(packages, "GetLogicalProcessorInformationEx: entries of RelationProcessorPackage"),
    CPU_DESCRIPTION(cores_performance, "cores of a higher EfficiencyClass than the lowest"),
    CPU_DESCRIPTION(cores_efficiency, "cores of the lowest EfficiencyClass, where there are several"),
    PROCESS(rss, "GetProcessMemoryInfo: WorkingSetSize"),
    PROCESS(peak_rss, "GetProcessMemoryInfo: PeakWorkingSetSize"),
    PROCESS(vms, "NtQueryInformationProcess(ProcessVmCounters): VirtualSize"),
    PROCESS(uss, "in detail: WorkingSetPrivateSize of SystemProcessInformation; estimated"),
    PROCESS(threads, "in detail: NumberOfThreads of SystemProcessInformation"),
    PROCESS(cpu_user, "GetProcessTimes"),
    PROCESS(cpu_system, "GetProcessTimes"),
    PROCESS(minor_faults, "in detail: PageFaultCount of GetProcessMemoryInfo - HardFaultCount"),
    PROCESS(major_faults, "in detail: HardFaultCount of SystemProcessInformation"),
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
    .page_stats = sysinfo__win_page_stats,
    .cpu_freq = sysinfo__win_cpu_freq,
    .cpu_info = sysinfo__win_cpu_info,
    .process = sysinfo__win_process,
    .process_memory = sysinfo__win_process_memory,
    .memory_limit = sysinfo__win_memory_limit,
    .swap_limit = sysinfo__win_swap_limit,
    .limit_levels = sysinfo__win_limit_levels,
    .cpu_limit = sysinfo__win_cpu_limit,
    .allowed_cores = sysinfo__win_allowed_cores,
};
