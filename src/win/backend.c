/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include <stdlib.h>
#include <string.h>

const char sysinfo__backend_name[] = "windows";
const bool sysinfo__backend_has_roots = false;

void sysinfo__backend_open(struct sysinfo__state *state) {
    memset(state, 0, offsetof(struct sysinfo__state, small_buffer));
    state->buffer = state->small_buffer;
    state->capacity = sizeof state->small_buffer;
}

void sysinfo__backend_close(struct sysinfo__state *state) {
    if (state->buffer != state->small_buffer) {
        free(state->buffer);
    }
}

#define CPU_USAGE(field, text) SOURCE(SYSINFO_RESULT_CPU_USAGE, sysinfo_cpu_usage, field, text)
#define CPU_COUNT(field, text) SOURCE(SYSINFO_RESULT_PROCESSORS, sysinfo_processors, field, text)
#define CPU_SAMPLE(field, text) SOURCE(SYSINFO_RESULT_CPU_SAMPLE, sysinfo_cpu_sample, field, text)
#define MEMORY(field, text) SOURCE(SYSINFO_RESULT_MEMORY, sysinfo_memory, field, text)
#define SWAP(field, text) SOURCE(SYSINFO_RESULT_SWAP, sysinfo_swap, field, text)
#define STATS(field, text) SOURCE(SYSINFO_RESULT_STATS, sysinfo_stats, field, text)

const struct sysinfo__source sysinfo__backend_sources[] = {
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
    {0, 0, NULL},
};
