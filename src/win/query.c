/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <stdlib.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h> /* First: the others need its types. */

#include <psapi.h>

/* Checks the decoders' layouts against the system's own headers. */
_Static_assert(sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX) >= 48, "an entry has room for a core");
_Static_assert((int)RelationProcessorCore == SYSINFO__CORES && (int)RelationProcessorPackage == SYSINFO__PACKAGES,
               "relations have their numbers");
_Static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupCount) == 30,
               "CORE_GROUPS in decode.c");
_Static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupMask) == 32, "CORE_MASKS in decode.c");
_Static_assert(sizeof(GROUP_AFFINITY) == sizeof(uintptr_t) + 8, "MASK_AND_GROUP in decode.c");
_Static_assert(offsetof(GROUP_AFFINITY, Group) == sizeof(uintptr_t), "the group stands behind the mask");

typedef LONG(WINAPI *query_function)(int class, void *buffer, ULONG size, ULONG *length);
typedef LONG(WINAPI *query_ex_function)(int class, void *input, ULONG input_size, void *buffer, ULONG size,
                                        ULONG *length);

enum { MOST_BYTES = 16 << 20 }; /* A bound on results; a system that asks for more is broken. */
static const uint32_t info_length_mismatch = 0xC0000004, buffer_overflow = 0x80000005, buffer_too_small = 0xC0000023,
                      not_implemented = 0xC0000002, invalid_info_class = 0xC0000003, invalid_parameter = 0xC000000D,
                      no_memory = 0xC0000017, not_supported = 0xC00000BB;

sysinfo__function sysinfo__win_find(const wchar_t *library, const char *name) {
    DWORD last_error = GetLastError();
    HMODULE module = GetModuleHandleW(library);
    sysinfo__function function = module != NULL ? (sysinfo__function)GetProcAddress(module, name) : NULL;
    SetLastError(last_error);
    return function;
}

/* Looks up functions of ntdll by name: Microsoft guarantees no more about them. */
static struct sysinfo__state *look_up(struct sysinfo_host *host) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->query == NULL || state->query_ex == NULL) {
        state->query = sysinfo__win_find(L"ntdll.dll", "NtQuerySystemInformation");
        state->query_ex = sysinfo__win_find(L"ntdll.dll", "NtQuerySystemInformationEx");
    }
    return state;
}

/* Enlarges the buffer; its contents are lost. */
static bool grow(struct sysinfo__state *state, size_t wanted) {
    size_t capacity = state->capacity * 2 > wanted ? state->capacity * 2 : wanted;
    void *buffer = capacity <= MOST_BYTES ? malloc(capacity) : NULL;
    if (buffer == NULL) {
        return false;
    }
    if (state->buffer != state->small_buffer) {
        free(state->buffer);
    }
    state->buffer = buffer;
    state->capacity = capacity;
    return true;
}

static bool is_too_small(uint32_t status) {
    return status == info_length_mismatch || status == buffer_overflow || status == buffer_too_small;
}

/*
 * Queries once, and again with a larger buffer as often as the system asks for one. A NULL `group` means no processor
 * group. Returns the NTSTATUS; on success, 0, it sets the state's length.
 */
static uint32_t ask(struct sysinfo__state *state, enum sysinfo__class class, const USHORT *group) {
    for (;;) {
        ULONG length = 0;
        uint32_t status;
        if (group == NULL) {
            status =
                (uint32_t)((query_function)state->query)((int)class, state->buffer, (ULONG)state->capacity, &length);
        } else {
            USHORT number = *group;
            status = (uint32_t)((query_ex_function)state->query_ex)((int)class, &number, sizeof number, state->buffer,
                                                                    (ULONG)state->capacity, &length);
        }
        if (!is_too_small(status)) {
            state->length = length < state->capacity ? length : state->capacity;
            return status;
        }
        /* The required length is sometimes 0 (wine), and may have grown since. */
        if (!grow(state, length)) {
            return no_memory;
        }
    }
}

static int no_function(struct sysinfo_host *host) {
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "ntdll.dll", "has no NtQuerySystemInformation");
}

int sysinfo__query(struct sysinfo_host *host, enum sysinfo__class class, const char *source) {
    struct sysinfo__state *state = look_up(host);
    if (state->query == NULL) {
        return no_function(host);
    }
    uint32_t status = ask(state, class, NULL);
    return status == 0 ? SYSINFO_OK : sysinfo__failed(host, sysinfo__win_status(status), status, source, NULL);
}

/* ---- CPU by CPU ---- */

static const char processor_source[] = "NtQuerySystemInformation(SystemProcessorPerformanceInformation)";

/* Visits at most `most` CPUs in the state's buffer. False: no memory. */
static bool visit_rows(const struct sysinfo__state *state, uint64_t first, size_t most, sysinfo__visit *visit,
                       void *context) {
    const struct sysinfo__processor *processor = state->buffer;
    size_t count = state->length / sizeof *processor;
    for (size_t i = 0; i < count && i < most; i++) {
        if (!visit(context, first + i, &processor[i])) {
            return false;
        }
    }
    return true;
}

/*
 * Without a query by group, only the group that this thread happens to run in can be read. With one group, that is the
 * whole machine; with more, no result is better than one that changes with the thread.
 */
static int each_of_one_group(struct sysinfo_host *host, WORD groups, sysinfo__visit *visit, void *context) {
    if (groups > 1) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "NtQuerySystemInformationEx",
                               "is missing, and this machine has more than one processor group");
    }
    int status = sysinfo__query(host, SYSINFO__CLASS_PROCESSOR_PERFORMANCE, processor_source);
    if (status != SYSINFO_OK) {
        return status;
    }
    return visit_rows(sysinfo__state(host), 0, SIZE_MAX, visit, context) ? SYSINFO_OK
                                                                         : sysinfo__no_memory(host, processor_source);
}

/* Whether the system rejects the query itself, not the group. */
static bool is_unknown_question(uint32_t status) {
    return status == not_implemented || status == invalid_info_class || status == not_supported;
}

static int count_groups(struct sysinfo_host *host, WORD *groups) {
    DWORD last_error = GetLastError();
    *groups = GetActiveProcessorGroupCount();
    DWORD error = GetLastError();
    SetLastError(last_error);
    return *groups > 0 ? SYSINFO_OK
                       : sysinfo__failed(host, sysinfo__win_status(error), error, "GetActiveProcessorGroupCount", NULL);
}

/* Online CPUs in a group, or with ALL_PROCESSOR_GROUPS in all; 0: unknown. */
static DWORD count_cpus(WORD group) {
    DWORD last_error = GetLastError();
    DWORD cpus = GetActiveProcessorCount(group);
    SetLastError(last_error);
    return cpus;
}

uint64_t sysinfo__query_cpus(void) {
    return count_cpus(ALL_PROCESSOR_GROUPS);
}

uint64_t sysinfo__query_group_cpus(uint16_t group) {
    return count_cpus(group);
}

uint64_t sysinfo__query_groups(void) {
    DWORD last_error = GetLastError();
    WORD groups = GetActiveProcessorGroupCount();
    SetLastError(last_error);
    return groups;
}

/* CPUs are numbered across the groups: each group takes as many numbers as it has active CPUs. */
int sysinfo__each_processor(struct sysinfo_host *host, sysinfo__visit *visit, void *context) {
    struct sysinfo__state *state = look_up(host);
    WORD groups;
    int counted = count_groups(host, &groups);
    if (counted != SYSINFO_OK) {
        return counted;
    }
    if (state->query_ex == NULL) {
        return each_of_one_group(host, groups, visit, context);
    }
    uint64_t first = 0;
    for (USHORT group = 0; group < groups; group++) {
        size_t active = count_cpus(group);
        uint32_t status = ask(state, SYSINFO__CLASS_PROCESSOR_PERFORMANCE, &group);
        if (group == 0 && is_unknown_question(status)) {
            return each_of_one_group(host, groups, visit, context);
        }
        if (group > 0 && status == invalid_parameter) {
            continue; /* The group existed when the groups were counted. */
        }
        if (status != 0) {
            return sysinfo__failed(host, sysinfo__win_status(status), status, processor_source, NULL);
        }
        if (active == 0) {
            active = state->length / sizeof(struct sysinfo__processor);
        }
        if (!visit_rows(state, first, active, visit, context)) {
            return sysinfo__no_memory(host, processor_source);
        }
        first += active;
    }
    return SYSINFO_OK;
}

int sysinfo__query_cores(struct sysinfo_host *host, enum sysinfo__relation relation,
                         const struct sysinfo__win_affinity *affinity, struct sysinfo__cores *cores) {
    static const char source[] = "GetLogicalProcessorInformationEx";
    struct sysinfo__state *state = sysinfo__state(host);
    DWORD last_error = GetLastError();
    DWORD error, length;
    bool is_reported, has_memory = true;
    do {
        length = (DWORD)state->capacity;
        is_reported =
            GetLogicalProcessorInformationEx((LOGICAL_PROCESSOR_RELATIONSHIP)relation, state->buffer, &length);
        error = GetLastError();
        if (!is_reported && error == ERROR_INSUFFICIENT_BUFFER) {
            has_memory = grow(state, length);
        }
    } while (!is_reported && error == ERROR_INSUFFICIENT_BUFFER && has_memory);
    SetLastError(last_error);
    if (!has_memory) {
        return sysinfo__no_memory(host, source);
    }
    if (!is_reported) {
        return sysinfo__failed(host, sysinfo__win_status(error), error, source, NULL);
    }
    state->length = length < state->capacity ? length : state->capacity;
    if (!sysinfo__decode_cores(state->buffer, state->length, affinity, cores)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, source, "returned entries that do not match their sizes");
    }
    return SYSINFO_OK;
}

/* ---- Memory ---- */

int sysinfo__query_pages(struct sysinfo_host *host, struct sysinfo__pages *pages) {
    DWORD last_error = GetLastError();
    PERFORMANCE_INFORMATION information = {.cb = sizeof information};
    bool is_reported = GetPerformanceInfo(&information, sizeof information);
    DWORD error = GetLastError();
    SetLastError(last_error);
    if (!is_reported) {
        return sysinfo__failed(host, sysinfo__win_status(error), error, "GetPerformanceInfo", NULL);
    }
    *pages = (struct sysinfo__pages){
        .page_size = information.PageSize,
        .total = information.PhysicalTotal,
        .available = information.PhysicalAvailable,
        .cache = information.SystemCache,
        .nonpaged = information.KernelNonpaged,
        .committed = information.CommitTotal,
        .commit_limit = information.CommitLimit,
    };
    return SYSINFO_OK;
}

/*
 * The kernel requires the exact size for this query: 22 numbers, 21 before Windows 8. A later Windows may have more; if
 * it does not report how many, all sizes are tried once.
 */
bool sysinfo__query_page_lists(struct sysinfo_host *host, struct sysinfo__page_lists *lists) {
    enum { USUAL = 22, LEAST = 3, MOST = 64 };
    struct sysinfo__state *state = look_up(host);
    uintptr_t numbers[MOST] = {0};
    uint32_t status = state->query != NULL && state->page_lists <= MOST ? info_length_mismatch : not_implemented;
    size_t size = state->page_lists > 0 ? state->page_lists : USUAL;
    for (size_t next = LEAST; status == info_length_mismatch && size <= MOST; next++) {
        ULONG length = 0;
        status = (uint32_t)((query_function)state->query)(SYSINFO__CLASS_MEMORY_LIST, numbers,
                                                          (ULONG)(size * sizeof numbers[0]), &length);
        bool is_reported = length >= LEAST * sizeof numbers[0] && length <= sizeof numbers && next == LEAST;
        state->page_lists = size;
        size = is_reported && length != size * sizeof numbers[0] ? length / sizeof numbers[0] : next;
    }
    if (status == info_length_mismatch) {
        state->page_lists = MOST + 1; /* No size fits: do not try again. */
    }
    *lists = (struct sysinfo__page_lists){.zeroed = numbers[0], .free = numbers[1], .modified = numbers[2]};
    return status == 0;
}
