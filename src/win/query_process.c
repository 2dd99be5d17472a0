/* SPDX-License-Identifier: MIT */
/* Readers of this process's affinity and job. */
#include "query.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h> /* First: the others need its types. */

#include <psapi.h>

/* ---- Affinity ---- */

/* Since Windows 10. */
typedef BOOL(WINAPI *cpu_sets_function)(HANDLE process, PULONG ids, ULONG room, PULONG wanted);

static void look_up(struct sysinfo__state *state) {
    if (!state->has_looked) {
        state->cpu_sets = sysinfo__win_find(L"kernel32.dll", "GetProcessDefaultCpuSets");
        state->has_looked = true;
    }
}

/* The number of CPU sets assigned to this process, each of which is one CPU; 0: none, so all may be used. */
static ULONG count_cpu_sets(const struct sysinfo__state *state) {
    ULONG wanted = 0;
    bool is_reported = state->cpu_sets == NULL ||
                       ((cpu_sets_function)state->cpu_sets)(GetCurrentProcess(), NULL, 0, &wanted) ||
                       GetLastError() == ERROR_INSUFFICIENT_BUFFER;
    return is_reported ? wanted : 0;
}

/*
 * On Windows 11 a process may use all groups unless it was given a mask; on Windows 10, only the group it started in.
 */
void sysinfo__query_affinity(struct sysinfo_host *host, struct sysinfo__win_affinity *affinity) {
    enum { MOST_GROUPS = 64 };
    struct sysinfo__state *state = sysinfo__state(host);
    DWORD last_error = GetLastError();
    USHORT group[MOST_GROUPS], count = MOST_GROUPS;
    DWORD_PTR mask = 0, group_mask = 0;
    look_up(state);
    *affinity = (struct sysinfo__win_affinity){.cpus = sysinfo__query_cpus(), .cpu_sets = count_cpu_sets(state)};
    if (GetProcessGroupAffinity(GetCurrentProcess(), &count, group) && count > 0) {
        affinity->groups = count;
        affinity->group = group[0];
        for (USHORT i = 0; i < count; i++) {
            affinity->own_cpus += sysinfo__query_group_cpus(group[i]);
        }
    }
    if (GetProcessAffinityMask(GetCurrentProcess(), &mask, &group_mask)) {
        affinity->mask = mask;
    }
    SetLastError(last_error);
}

/* ---- The job ---- */

/* JobObjectMemoryUsageInformation, since Windows 10: current and peak use. */
enum { MEMORY_USAGE = 28 };

static void read_limits(struct sysinfo__job *job) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    uint64_t usage[2] = {0, 0};
    job->has_limits = QueryInformationJobObject(NULL, JobObjectExtendedLimitInformation, &limits, sizeof limits, NULL);
    if (!job->has_limits) {
        return;
    }
    DWORD flags = limits.BasicLimitInformation.LimitFlags;
    if ((flags & JOB_OBJECT_LIMIT_PROCESS_MEMORY) != 0) {
        job->process_limit = limits.ProcessMemoryLimit;
    }
    if ((flags & JOB_OBJECT_LIMIT_JOB_MEMORY) != 0) {
        job->job_limit = limits.JobMemoryLimit;
        job->has_job_used =
            QueryInformationJobObject(NULL, (JOBOBJECTINFOCLASS)MEMORY_USAGE, usage, sizeof usage, NULL);
        job->job_used = usage[0];
    }
}

static void read_rate(struct sysinfo__job *job) {
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate;
    job->has_rate = QueryInformationJobObject(NULL, JobObjectCpuRateControlInformation, &rate, sizeof rate, NULL);
    if (job->has_rate) {
        job->rate_flags = rate.ControlFlags;
        job->rate = rate.CpuRate;
    }
}

void sysinfo__query_job(struct sysinfo__job *job) {
    DWORD last_error = GetLastError();
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    BOOL is_member = FALSE;
    *job = (struct sysinfo__job){.process_limit = SYSINFO_UNLIMITED, .job_limit = SYSINFO_UNLIMITED};
    job->is_known = IsProcessInJob(GetCurrentProcess(), NULL, &is_member);
    job->is_member = is_member;
    if (is_member) {
        read_limits(job);
        read_rate(job);
    }
    if (job->has_limits && GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory)) {
        job->has_process_used = true;
        job->process_used = memory.PagefileUsage; /* Committed memory, resident or not. */
    }
    SetLastError(last_error);
}
