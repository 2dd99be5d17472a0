/* SPDX-License-Identifier: MIT */
/*
 * Windows: one query lists all processes with all required values, and needs no rights on any of them. The command's
 * job determines its tree, even if a parent came and went between two samples.
 */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "run/decode_windows.h"
#include "run/job_windows.h"
#include "run/process_source.h"

#include <winternl.h>

/* Checks the layout against the names in the system's own header. */
_Static_assert(offsetof(struct windows_process, name_bytes) == offsetof(SYSTEM_PROCESS_INFORMATION, ImageName),
               "as Windows lays it out");
_Static_assert(offsetof(struct windows_process, pid) == offsetof(SYSTEM_PROCESS_INFORMATION, UniqueProcessId),
               "as Windows lays it out");
_Static_assert(offsetof(struct windows_process, working_set) ==
                   offsetof(SYSTEM_PROCESS_INFORMATION, VirtualMemoryCounters.WorkingSetSize),
               "as Windows lays it out");
_Static_assert(offsetof(struct windows_process, handles) == offsetof(SYSTEM_PROCESS_INFORMATION, HandleCount),
               "as Windows lays it out");

typedef LONG(WINAPI *query_function)(int class, void *buffer, ULONG size, ULONG *length);

struct lister {
    query_function query;
    char *buffer;
    ULONG capacity;
    struct pids members;
};

/* The list may grow during the call; the returned size may be outdated, or 0. */
static ULONG ask(struct lister *lister) {
    static const LONG too_short = (LONG)0xC0000004;
    enum { PROCESSES = 5, MOST_TRIES = 16 };
    for (int i = 0; i < MOST_TRIES; i++) {
        ULONG length = 0;
        LONG status = lister->query(PROCESSES, lister->buffer, lister->capacity, &length);
        if (status != too_short) {
            return status == 0 ? length : 0;
        }
        ULONG wanted = length > lister->capacity ? length + length / 4 : lister->capacity * 2 + 65536;
        lister->buffer = realloc(lister->buffer, wanted);
        if (lister->buffer == NULL) {
            fail_no_memory();
        }
        lister->capacity = wanted;
    }
    return 0;
}

static void list(struct tree *tree) {
    struct lister *lister = tree->system;
    ULONG length = ask(lister);
    decode_windows_processes(lister->buffer, length, &tree->all);
    lister->members.count = 0;
    job_members(&lister->members);
    for (size_t i = 0; i < lister->members.count; i++) {
        struct process *process = process_table_find(&tree->all, lister->members.at[i]);
        if (process != NULL) {
            process->is_member = true;
        }
    }
}

static double count_cpu(struct tree *tree) {
    (void)tree;
    struct job_usage usage = job_usage();
    return usage.has_cpu ? usage.user + usage.system : -1;
}

static bool open_lister(struct tree *tree, const char *proc, const char **why) {
    (void)proc;
    struct lister *lister = calloc(1, sizeof *lister);
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC query = ntdll != NULL ? GetProcAddress(ntdll, "NtQuerySystemInformation") : NULL;
    if (lister == NULL) {
        fail_no_memory();
    }
    memcpy(&lister->query, &query, sizeof query);
    tree->system = lister;
    if (query == NULL || ask(lister) == 0) {
        *why = "Windows does not list its processes";
        return false;
    }
    return true;
}

static void close_lister(struct tree *tree) {
    struct lister *lister = tree->system;
    free(lister->members.at);
    free(lister->buffer);
    free(lister);
}

const struct process_source process_source = {
    .open = open_lister, .close = close_lister, .list = list, .cpu = count_cpu};
