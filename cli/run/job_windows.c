/* SPDX-License-Identifier: MIT */
#include "run/job_windows.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

static HANDLE job;

bool job_begin(HANDLE process) {
    if (job != NULL) { /* From an earlier run. */
        CloseHandle(job);
    }
    job = CreateJobObjectW(NULL, NULL);
    if (job != NULL && !AssignProcessToJobObject(job, process)) {
        CloseHandle(job);
        job = NULL;
    }
    return job != NULL;
}

bool job_end(DWORD status) {
    return job != NULL && TerminateJobObject(job, status);
}

void job_members(struct pids *pids) {
    enum { MOST_TRIES = 8 };
    DWORD room = 64;
    for (int i = 0; job != NULL && i < MOST_TRIES; i++, room *= 4) {
        DWORD size = (DWORD)(offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList) + room * sizeof(ULONG_PTR));
        JOBOBJECT_BASIC_PROCESS_ID_LIST *list = calloc(1, size);
        if (list == NULL) {
            fail_no_memory();
        }
        bool is_whole = QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, size, NULL) &&
                        list->NumberOfProcessIdsInList >= list->NumberOfAssignedProcesses;
        for (DWORD at = 0; is_whole && at < list->NumberOfProcessIdsInList && at < room; at++) {
            pids_add(pids, (int64_t)list->ProcessIdList[at]);
        }
        free(list);
        if (is_whole) {
            return;
        }
    }
}

struct job_usage job_usage(void) {
    struct job_usage usage = {.has_cpu = false};
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION times;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION memory;
    if (job == NULL) {
        return usage;
    }
    if (QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &times, sizeof times, NULL)) {
        usage.has_cpu = times.TotalUserTime.QuadPart > 0 || times.TotalKernelTime.QuadPart > 0;
        usage.user = (double)times.TotalUserTime.QuadPart / 1e7;
        usage.system = (double)times.TotalKernelTime.QuadPart / 1e7;
    }
    if (QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &memory, sizeof memory, NULL)) {
        usage.peak_process = memory.PeakProcessMemoryUsed;
        usage.peak_all = memory.PeakJobMemoryUsed;
        /*
         * Every process has committed memory, so a job that counts it counts time too: the time was less than a tick.
         */
        usage.has_cpu = usage.has_cpu || usage.peak_process > 0;
    }
    return usage;
}
