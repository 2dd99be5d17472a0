/* SPDX-License-Identifier: MIT */
/*
 * The heaps of Windows, all that the process has: the C library's own, if it has
 * one, is among them. HeapSummary() (Windows Server 2022, Windows 11) knows sums;
 * before, all blocks must be walked. This has run under Wine, not on Windows.
 *
 * Wine leaves large blocks (of 1 MB, for example) out of the walk, and has no HeapSummary():
 * calling what it exports by that name ends the process.
 */
#include "owner.h"

#include <windows.h>

#include <psapi.h>
#include <string.h>

/* As the system's headers have them; older ones do not. */
struct summary {
    DWORD size;
    SIZE_T allocated, committed, reserved, most_reserved;
};
typedef BOOL(WINAPI *heap_summary)(HANDLE heap, DWORD flags, struct summary *summary);
struct optimize {
    DWORD version, flags;
};
enum { OPTIMIZE_RESOURCES = 3 };

static int failed(struct sysinfo_host *host, const char *source) {
    return sysinfo__failed(host, SYSINFO_SYSTEM, (int64_t)GetLastError(), source, NULL);
}

/* ---- All heaps ---- */

struct heaps {
    HANDLE *heap;
    DWORD count;
    HANDLE few[64];
};

/*
 * Other threads make heaps meanwhile, so the number may grow between two calls. Memory for the list
 * is not taken from the heaps that are to be measured.
 */
static int list_heaps(struct sysinfo_host *host, struct heaps *heaps) {
    heaps->heap = heaps->few;
    DWORD room = sizeof heaps->few / sizeof heaps->few[0];
    for (;;) {
        heaps->count = GetProcessHeaps(room, heaps->heap);
        if (heaps->count == 0) {
            return failed(host, "GetProcessHeaps");
        }
        if (heaps->count <= room) {
            return SYSINFO_OK;
        }
        if (heaps->heap != heaps->few) {
            VirtualFree(heaps->heap, 0, MEM_RELEASE);
        }
        room = heaps->count + 64;
        heaps->heap = VirtualAlloc(NULL, room * sizeof *heaps->heap, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        if (heaps->heap == NULL) {
            return sysinfo__failed(host, SYSINFO_NO_MEMORY, (int64_t)GetLastError(), "VirtualAlloc", NULL);
        }
    }
}

static void free_heaps(struct heaps *heaps) {
    if (heaps->heap != heaps->few) {
        VirtualFree(heaps->heap, 0, MEM_RELEASE);
    }
}

/* ---- The figures ---- */

struct sums {
    uint64_t used, committed, blocks;
    bool is_reported; /* At least one heap could be asked. */
};

static heap_summary find_summary(void) {
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll"), kernel = GetModuleHandleW(L"kernelbase.dll");
    if (ntdll == NULL || kernel == NULL || GetProcAddress(ntdll, "wine_get_version") != NULL) {
        return NULL;
    }
    FARPROC address = GetProcAddress(kernel, "HeapSummary");
    heap_summary call;
    memcpy(&call, &address, sizeof call);
    return call;
}

static void summarize(heap_summary call, const struct heaps *heaps, struct sums *sums) {
    for (DWORD i = 0; i < heaps->count; i++) {
        struct summary summary = {.size = sizeof summary};
        if (call(heaps->heap[i], 0, &summary)) {
            sums->used += summary.allocated;
            sums->committed += summary.committed;
            sums->is_reported = true;
        }
    }
}

/* Between lock and unlock nothing here may allocate. */
static void walk(HANDLE heap, struct sums *sums) {
    if (!HeapLock(heap)) {
        return;
    }
    PROCESS_HEAP_ENTRY entry;
    memset(&entry, 0, sizeof entry);
    while (HeapWalk(heap, &entry)) {
        if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) {
            sums->used += entry.cbData;
            sums->blocks++;
        } else if (entry.wFlags & PROCESS_HEAP_REGION) {
            sums->committed += entry.Region.dwCommittedSize;
        }
    }
    sums->is_reported = sums->is_reported || GetLastError() == ERROR_NO_MORE_ITEMS;
    HeapUnlock(heap);
}

static int set_sums(struct sysinfo_host *host, bool in_detail, const struct heaps *heaps, struct sysinfo_heap *heap) {
    struct sums sums = {0, 0, 0, false};
    heap_summary summary = find_summary();
    if (summary != NULL) {
        summarize(summary, heaps, &sums);
    }
    bool has_summary = sums.is_reported;
    if (in_detail) {
        struct sums walked = {0, 0, 0, false};
        for (DWORD i = 0; i < heaps->count; i++) {
            walk(heaps->heap[i], &walked);
        }
        if (walked.is_reported) {
            FACT(heap, blocks, walked.blocks);
            sums = has_summary ? sums : walked;
        }
    }
    if (!sums.is_reported) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "this version of Windows",
                               "reports its heaps only to sysinfo_heap_detail()");
    }
    FACT(heap, used, sums.used);
    FACT(heap, footprint, sums.committed);
    FACT(heap, arenas, heaps->count);
    return SYSINFO_OK;
}

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)owner;
    DWORD saved_error = GetLastError();
    struct heaps heaps;
    int status = list_heaps(host, &heaps);
    if (status == SYSINFO_OK) {
        status = set_sums(host, in_detail, &heaps, heap);
        free_heaps(&heaps);
    }
    SetLastError(saved_error);
    return status;
}

/* ---- Giving back ---- */

/* HeapCompact() returns 0 for an error as well as for a heap that is full, and then leaves the error alone. */
static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    (void)owner;
    DWORD saved_error = GetLastError();
    struct heaps heaps;
    int status = list_heaps(host, &heaps);
    if (status == SYSINFO_OK) {
        struct optimize optimize = {1, 0};
        HeapSetInformation(NULL, (HEAP_INFORMATION_CLASS)OPTIMIZE_RESOURCES, &optimize,
                           sizeof optimize); /* Windows 8.1; before, refused. */
        for (DWORD i = 0; i < heaps.count && status == SYSINFO_OK; i++) {
            SetLastError(ERROR_SUCCESS);
            if (HeapCompact(heaps.heap[i], 0) == 0 && GetLastError() != ERROR_SUCCESS) {
                status = failed(host, "HeapCompact");
            }
        }
        free_heaps(&heaps);
    }
    SetLastError(saved_error);
    return status;
}

/* Memory that was committed for this process alone. */
static int resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes) {
    (void)is_exact;
    DWORD saved_error = GetLastError();
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    int status = K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)
                     ? SYSINFO_OK
                     : failed(host, "GetProcessMemoryInfo");
    *bytes = counters.PagefileUsage;
    SetLastError(saved_error);
    return status;
}

/* ---- The owner ---- */

static const struct sysinfo__allocator windows = {"windows", report, trim, NULL};

static void find(struct sysinfo__heap_owner *owner) {
    owner->allocator = &windows;
}

static const struct sysinfo__source sources[] = {
    HEAP(used, "cbAllocated of HeapSummary(); else, in detail, the blocks in use of HeapWalk()"),
    HEAP(footprint, "cbCommitted of HeapSummary(); else, in detail, the regions of HeapWalk()"),
    HEAP(free, "footprint - used"),
    HEAP(arenas, "GetProcessHeaps()"),
    HEAP(blocks, "in detail: HeapWalk()"),
    NO_MORE_SOURCES,
};

const struct sysinfo__heap_backend sysinfo__heap_backend = {.sources = sources, .find = find, .resident = resident};
