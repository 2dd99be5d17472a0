/* SPDX-License-Identifier: MIT */
/* This process. Windows counts handles, which include more than files, and no context switches; both stay unknown. */
#include "query.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h> /* First: the others need its types. */

#include <psapi.h>

static int read_memory(struct sysinfo_host *host, PROCESS_MEMORY_COUNTERS *memory) {
    DWORD last_error = GetLastError();
    bool is_reported = GetProcessMemoryInfo(GetCurrentProcess(), memory, sizeof *memory);
    DWORD error = GetLastError();
    SetLastError(last_error);
    return is_reported ? SYSINFO_OK
                       : sysinfo__failed(host, sysinfo__win_status(error), error, "GetProcessMemoryInfo", NULL);
}

/* The address space: VirtualSize in VM_COUNTERS. */
static void read_address_space(struct sysinfo_process *process) {
    typedef LONG(WINAPI * query_function)(HANDLE process, int class, void *buffer, ULONG size, ULONG *length);
    enum { VM_COUNTERS_CLASS = 3, NUMBERS = 11 };
    SIZE_T counters[NUMBERS] = {0}; /* The peak, the size, and nine others, among them the fault count. */
    query_function query = (query_function)sysinfo__win_find(L"ntdll.dll", "NtQueryInformationProcess");
    if (query != NULL && query(GetCurrentProcess(), VM_COUNTERS_CLASS, counters, sizeof counters, NULL) == 0) {
        FACT(process, vms, counters[1]);
    }
}

static double seconds(FILETIME time) {
    return (double)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / 1e7;
}

static void read_times(struct sysinfo_process *process) {
    DWORD last_error = GetLastError();
    FILETIME created, ended, kernel, user;
    if (GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user)) {
        FACT(process, cpu_user, seconds(user));
        FACT(process, cpu_system, seconds(kernel));
    }
    SetLastError(last_error);
}

/* Reads what only the list of all processes contains; if it is unavailable, that stays unknown. */
static int read_list(struct sysinfo_host *host, uint32_t faults, struct sysinfo_process *process) {
    struct sysinfo__process_entry entry;
    int status = sysinfo__query(host, SYSINFO__CLASS_PROCESSES, "NtQuerySystemInformation(SystemProcessInformation)");
    const struct sysinfo__state *state = sysinfo__state(host);
    if (status != SYSINFO_OK || !sysinfo__decode_process(state->buffer, state->length, GetCurrentProcessId(), &entry)) {
        return status == SYSINFO_NO_MEMORY ? status : SYSINFO_OK;
    }
    if (entry.threads > 0) {
        FACT(process, threads, entry.threads);
    }
    if (entry.private_set > 0) { /* It excludes pages that may be shared, even if they are not. */
        GUESS(process, uss, entry.private_set);
    }
    if (faults > 0 && entry.hard_faults <= faults) {
        FACT(process, minor_faults, faults - entry.hard_faults);
        FACT(process, major_faults, entry.hard_faults);
    }
    return SYSINFO_OK;
}

int sysinfo__win_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process) {
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    int status = read_memory(host, &memory);
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(process, rss, memory.WorkingSetSize);
    FACT(process, peak_rss, memory.PeakWorkingSetSize);
    read_address_space(process);
    read_times(process);
    return in_detail ? read_list(host, memory.PageFaultCount, process) : SYSINFO_OK;
}

int sysinfo__win_process_memory(struct sysinfo_host *host, uint64_t *rss) {
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    int status = read_memory(host, &memory);
    *rss = memory.WorkingSetSize;
    return status;
}
