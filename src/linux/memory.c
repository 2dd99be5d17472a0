/* SPDX-License-Identifier: MIT */
/* docs/fields/mem.md explains every formula. */
#include <string.h>
#include <sys/sysinfo.h>

#include "linux.h"
#include "scan.h"

#define KEY_BIT(key) (UINT32_C(1) << SYSINFO__##key)
#define IS_KNOWN(meminfo, key) (((meminfo)->known & KEY_BIT(key)) != 0)

/* Sets a value from the file. A negative one, as some containers show, becomes 0 and is marked. */
#define SET_VALUE(memory, field, meminfo, key)                     \
    do {                                                           \
        if ((meminfo)->negative & KEY_BIT(key)) {                  \
            GUESS(memory, field, 0);                               \
        } else if (IS_KNOWN(meminfo, key)) {                       \
            FACT(memory, field, (meminfo)->value[SYSINFO__##key]); \
        }                                                          \
    } while (0)

/* Lines that are a field unchanged; of two for the same field, the later one here counts. */
static const struct {
    unsigned char key, slot;
} lines[] = {
#define LINE(key, field) {SYSINFO__##key, offsetof(struct sysinfo_memory, field) / 8}
    LINE(MEM_TOTAL, total),
    LINE(MEM_FREE, free),
    LINE(ACTIVE, active),
    LINE(BUFFERS, buffers),
    LINE(MEM_SHARED, shared), /* Linux 2.4 */
    LINE(SHMEM, shared),      /* 2.6.32 and later */
    LINE(SLAB, slab),
    LINE(DIRTY, dirty),
    LINE(WRITEBACK, writeback),
    LINE(COMMITTED_AS, committed),
    LINE(COMMIT_LIMIT, commit_limit),
    LINE(ZSWAP, zswap),
    LINE(ZSWAPPED, zswapped),
#undef LINE
};

static void set_lines(const struct sysinfo__meminfo *meminfo, struct sysinfo_memory *memory) {
    SYSINFO__ROLLED
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        uint32_t key = UINT32_C(1) << lines[i].key;
        uint64_t field = UINT64_C(1) << lines[i].slot;
        if (meminfo->known & key) {
            memcpy((char *)memory + (size_t)8 * lines[i].slot, &meminfo->value[lines[i].key], sizeof(uint64_t));
            memory->present |= field;
            memory->estimated |= (meminfo->negative & key) != 0 ? field : 0;
        }
    }
}

static __attribute__((cold)) int complain_of_total(struct sysinfo_host *host, const struct sysinfo__meminfo *meminfo) {
    const char *complaint = "has a MemTotal of 0";
    if (!(meminfo->seen & KEY_BIT(MEM_TOTAL))) {
        complaint = "has no MemTotal line";
    } else if (!IS_KNOWN(meminfo, MEM_TOTAL) || (meminfo->negative & KEY_BIT(MEM_TOTAL))) {
        complaint = "has a MemTotal line without a usable number";
    }
    return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/meminfo", complaint);
}

/* ---- available, where the kernel does not report it ---- */

static int page_size(struct sysinfo_host *host, const struct sysinfo__meminfo *meminfo, uint64_t *size) {
    struct sysinfo__state *state = sysinfo__state(host);
    uint64_t pages[SYSINFO__VMSTAT_KEYS] = {0};
    bool is_guess;
    if (!sysinfo__root_is_own(host)) {
        int status = sysinfo__file_read(host, SYSINFO__FILE_VMSTAT);
        if (status == SYSINFO_OK) {
            sysinfo__decode_vmstat(state->text, state->length, state->vmstat_hints, pages);
        } else if (!sysinfo__is_missing(status)) {
            return status;
        }
    }
    *size = sysinfo__page_size(host, meminfo->value[SYSINFO__MEM_FREE], pages[SYSINFO__NR_FREE_PAGES], &is_guess);
    return SYSINFO_OK;
}

/*
 * Approximates what Linux 3.14 and later compute for MemAvailable from an older kernel's files: free memory above the
 * low watermarks, plus the file cache and the reclaimable kernel objects, except for a part that is better kept. If not
 * even those are reported: free memory and the cache.
 */
static __attribute__((cold)) int estimate_available(struct sysinfo_host *host, const struct sysinfo__meminfo *meminfo,
                                                    struct sysinfo_memory *memory) {
    const uint64_t *value = meminfo->value;
    if (!IS_KNOWN(meminfo, MEM_FREE)) {
        return SYSINFO_OK;
    }
    const uint32_t needed = KEY_BIT(ACTIVE_FILE) | KEY_BIT(INACTIVE_FILE) | KEY_BIT(S_RECLAIMABLE);
    int status =
        (meminfo->known & needed) == needed ? sysinfo__file_read(host, SYSINFO__FILE_ZONEINFO) : SYSINFO_NOT_FOUND;
    if (sysinfo__is_missing(status)) {
        GUESS(memory, available, value[SYSINFO__MEM_FREE] + (IS_KNOWN(meminfo, CACHED) ? value[SYSINFO__CACHED] : 0));
        return SYSINFO_OK;
    }
    uint64_t bytes_per_page;
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t low_pages = status == SYSINFO_OK ? sysinfo__decode_zoneinfo_low(state->text, state->length) : 0;
    if (status == SYSINFO_OK) {
        status = page_size(host, meminfo, &bytes_per_page);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    uint64_t low = sysinfo__bytes(low_pages, bytes_per_page);
    if (low > value[SYSINFO__MEM_TOTAL]) { /* A container's small meminfo beside the machine's zoneinfo. */
        low = 0;
    }
    uint64_t file_cache = value[SYSINFO__ACTIVE_FILE] + value[SYSINFO__INACTIVE_FILE];
    uint64_t objects = value[SYSINFO__S_RECLAIMABLE];
    uint64_t gain = file_cache - sysinfo__smaller(file_cache / 2, low) + objects - sysinfo__smaller(objects / 2, low);
    GUESS(memory, available, sysinfo__reduced(value[SYSINFO__MEM_FREE] + gain, low));
    return SYSINFO_OK;
}

/* ---- Other fields computed from several lines ---- */

static void set_available(const struct sysinfo__meminfo *meminfo, struct sysinfo_memory *memory) {
    if (IS_KNOWN(meminfo, MEM_AVAILABLE) &&
        meminfo->value[SYSINFO__MEM_AVAILABLE] > 0) { /* 0 is a bug of some kernels, not a value. */
        FACT(memory, available, meminfo->value[SYSINFO__MEM_AVAILABLE]);
    }
}

/* The page cache and the reclaimable kernel caches, as in free(1) and psutil. */
static void set_cached(const struct sysinfo__meminfo *meminfo, struct sysinfo_memory *memory) {
    SET_VALUE(memory, cached, meminfo, CACHED);
    if (SYSINFO_HAS(memory, cached) && IS_KNOWN(meminfo, S_RECLAIMABLE)) {
        memory->cached += meminfo->value[SYSINFO__S_RECLAIMABLE];
    }
}

/* Linux 2.4 splits 2.6's inactive list into up to three. */
static void set_inactive(const struct sysinfo__meminfo *meminfo, struct sysinfo_memory *memory) {
    SET_VALUE(memory, inactive, meminfo, INACTIVE);
    if (!SYSINFO_HAS(memory, inactive) && IS_KNOWN(meminfo, INACT_DIRTY) && IS_KNOWN(meminfo, INACT_CLEAN)) {
        uint64_t laundry = IS_KNOWN(meminfo, INACT_LAUNDRY) ? meminfo->value[SYSINFO__INACT_LAUNDRY] : 0;
        FACT(memory, inactive, meminfo->value[SYSINFO__INACT_DIRTY] + meminfo->value[SYSINFO__INACT_CLEAN] + laundry);
    }
}

/*
 * The HugePages_* lines cover only the default size; Hugetlb covers all. The other sizes are read only if these differ.
 */
static int set_huge_pages(struct sysinfo_host *host, const struct sysinfo__meminfo *meminfo,
                          struct sysinfo_memory *memory) {
    const uint64_t *value = meminfo->value;
    const uint32_t needed = KEY_BIT(HUGE_PAGES_TOTAL) | KEY_BIT(HUGE_PAGES_FREE) | KEY_BIT(HUGE_PAGE_SIZE);
    bool is_default_known = (meminfo->known & ~meminfo->negative & needed) == needed;
    uint64_t size = is_default_known ? value[SYSINFO__HUGE_PAGE_SIZE] : 0;
    if (size > 0 &&
        (value[SYSINFO__HUGE_PAGES_TOTAL] > UINT64_MAX / size || value[SYSINFO__HUGE_PAGES_FREE] > UINT64_MAX / size)) {
        is_default_known = false;
    }
    uint64_t default_total = is_default_known ? value[SYSINFO__HUGE_PAGES_TOTAL] * size : 0;
    uint64_t free_bytes = is_default_known ? value[SYSINFO__HUGE_PAGES_FREE] * size : 0;
    bool is_free_known = is_default_known;
    int status = SYSINFO_OK;
    if (IS_KNOWN(meminfo, HUGETLB)) {
        SET_VALUE(memory, hugepages_total, meminfo, HUGETLB);
        if (!is_default_known || value[SYSINFO__HUGETLB] != default_total) {
            status = sysinfo__free_huge_pages(host, &free_bytes, &is_free_known);
        }
    } else if (is_default_known) {
        FACT(memory, hugepages_total, default_total);
    }
    if (status == SYSINFO_OK && is_free_known) {
        FACT(memory, hugepages_free, free_bytes);
    }
    return status;
}

/*
 * Another meminfo may cover the machine's, as lxcfs does in a container; then its figures do not include the machine's
 * ZFS cache. In a capture, the list of mounts shows that.
 */
static int is_own_meminfo(struct sysinfo_host *host, bool *answer) {
    const struct sysinfo__state *state = sysinfo__state(host);
    *answer = state->is_single[SYSINFO__FILE_MEMINFO]; /* It is the kernel's. */
    if (*answer || sysinfo__root_is_own(host)) {
        return SYSINFO_OK;
    }
    *answer = true;
    int status = sysinfo__file_read_once(host, "/proc/self/mountinfo");
    bool is_mountinfo = status == SYSINFO_OK;
    if (sysinfo__is_missing(status)) {
        status = sysinfo__file_read_once(host, "/proc/mounts");
    }
    if (status != SYSINFO_OK) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    const char *end = state->text + state->length;
    for (const char *line = state->text, *next; line < end; line = next) {
        next = sysinfo__scan_next_line(line, end);
        struct sysinfo__mount mount;
        bool is_mount =
            is_mountinfo ? sysinfo__decode_mountinfo(line, next, &mount) : sysinfo__decode_mounts(line, next, &mount);
        *answer = *answer && !(is_mount && sysinfo__is_below(mount.point, "/proc/meminfo"));
    }
    return SYSINFO_OK;
}

/*
 * The ZFS cache is neither in the kernel's page cache nor in MemAvailable, but ZFS gives up what exceeds c_min when
 * memory is short.
 */
static __attribute__((cold)) int set_own_arc(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__state *state = sysinfo__state(host);
    uint64_t size, least;
    bool is_own = true;
    int status = sysinfo__file_read_if_any(host, "/proc/spl/kstat/zfs/arcstats", &state->arcstats);
    bool is_known = status == SYSINFO_OK && sysinfo__decode_arcstats(state->text, state->length, &size, &least);
    if (is_known) {
        status = is_own_meminfo(host, &is_own);
    }
    if (!is_known || !is_own || status != SYSINFO_OK) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    FACT(memory, arc, size);
    if (SYSINFO_HAS(memory, available)) {
        uint64_t more = sysinfo__reduced(size, least);
        GUESS(memory, available,
              memory->available + sysinfo__smaller(more, sysinfo__reduced(memory->total, memory->available)));
    }
    return SYSINFO_OK;
}

static inline int set_arc(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    return sysinfo__state(host)->arcstats.fd == SYSINFO__ABSENT ? SYSINFO_OK : set_own_arc(host, memory);
}

/*
 * If /proc contains only processes (mounted with subset=pid), or is missing, sysinfo(2) reports this machine's totals.
 * It does not report the page cache, so free memory and buffers are the least that is available.
 */
static __attribute__((cold)) bool ask_kernel(struct sysinfo_memory *memory) {
    struct sysinfo kernel;
    uint64_t total, free, buffers, shared;
    if (sysinfo(&kernel) != 0 || kernel.totalram == 0 ||
        __builtin_mul_overflow(kernel.totalram, kernel.mem_unit, &total) ||
        __builtin_mul_overflow(kernel.freeram, kernel.mem_unit, &free) ||
        __builtin_mul_overflow(kernel.bufferram, kernel.mem_unit, &buffers) ||
        __builtin_mul_overflow(kernel.sharedram, kernel.mem_unit, &shared)) {
        return false;
    }
    FACT(memory, total, total);
    FACT(memory, free, free);
    FACT(memory, buffers, buffers);
    FACT(memory, shared, shared);
    GUESS(memory, available, free + buffers);
    return true;
}

/* Reads meminfo, or asks the kernel if there is none; then sets *is_reported. */
static int read_meminfo(struct sysinfo_host *host, struct sysinfo_memory *memory, bool *is_reported) {
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_MEMINFO);
    *is_reported = status == SYSINFO_NOT_FOUND && sysinfo__root_is_own(host) && ask_kernel(memory);
    return *is_reported ? SYSINFO_OK : status;
}

/* Everything that the state's text says. */
SYSINFO__HOT static int set_all(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__meminfo meminfo;
    const uint32_t for_estimate = KEY_BIT(ACTIVE_FILE) | KEY_BIT(INACTIVE_FILE);
    const uint32_t wanted = SYSINFO__ALL_MEMINFO_KEYS & ~(KEY_BIT(SWAP_TOTAL) | KEY_BIT(SWAP_FREE) | for_estimate);
    sysinfo__decode_meminfo(state->text, state->length, wanted, &state->meminfo_hints, &meminfo);
    set_available(&meminfo, memory);
    if (!SYSINFO_HAS(memory, available)) {
        sysinfo__decode_meminfo(state->text, state->length, wanted | for_estimate, &state->meminfo_hints, &meminfo);
    }
    if (!IS_KNOWN(&meminfo, MEM_TOTAL) || meminfo.value[SYSINFO__MEM_TOTAL] == 0) {
        return complain_of_total(host, &meminfo);
    }
    set_lines(&meminfo, memory);
    set_cached(&meminfo, memory);
    set_inactive(&meminfo, memory);
    int status = set_huge_pages(host, &meminfo, memory);
    if (status == SYSINFO_OK && !SYSINFO_HAS(memory, available)) {
        status = estimate_available(host, &meminfo, memory);
    }
    return status == SYSINFO_OK ? set_arc(host, memory) : status;
}

SYSINFO__HOT int sysinfo__linux_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    bool is_reported;
    int status = read_meminfo(host, memory, &is_reported);
    return status == SYSINFO_OK && !is_reported ? set_all(host, memory) : status;
}

/* Two lines of fifty, where the kernel reports what is available and its number makes sense. */
SYSINFO__HOT int sysinfo__linux_available_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__meminfo meminfo;
    bool is_reported;
    int status = read_meminfo(host, memory, &is_reported);
    if (status != SYSINFO_OK || is_reported) {
        return status;
    }
    const uint32_t wanted = KEY_BIT(MEM_TOTAL) | KEY_BIT(MEM_AVAILABLE);
    sysinfo__decode_meminfo(state->text, state->length, wanted, &state->meminfo_hints, &meminfo);
    uint64_t total = meminfo.value[SYSINFO__MEM_TOTAL], available = meminfo.value[SYSINFO__MEM_AVAILABLE];
    if ((meminfo.known & wanted) != wanted || available == 0 || available > total) {
        return set_all(host, memory);
    }
    FACT(memory, total, total);
    FACT(memory, available, available);
    return set_arc(host, memory);
}
