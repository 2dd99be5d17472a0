/* SPDX-License-Identifier: MIT */
/* /proc/self/status, statm, smaps_rollup and limits, and ZFS's arcstats: the results match those of a plain parser. */
#include "text.h"

/* The last line "KEY: number" that has a number. False: none. */
static bool slow_last(const char *text, size_t length, const char *key, uint64_t *value) {
    const char *end = text + length, *line = text;
    bool has_any = false;
    uint64_t number;
    for (line = slow_line(line, end, key); line != NULL; line = slow_line(slow_next_line(line, end), end, key)) {
        if (slow_number(slow_blanks(line + strlen(key)), &number)) {
            *value = number;
            has_any = true;
        }
    }
    return has_any;
}

/* The slot of a field, by its position in the result, has the last value of its line, in KiB. */
static void must_be_kib(const struct sysinfo_process *process, size_t slot, const char *text, size_t length,
                        const char *key) {
    uint64_t kib = 0, bytes;
    bool is_known = slow_last(text, length, key, &kib);
    memcpy(&bytes, (const char *)process + slot * 8, sizeof bytes);
    MUST((process->present >> slot & 1) == is_known && (!is_known || bytes == kib * 1024));
}
#define MUST_BE(result, field, key) \
    must_be_kib(result, offsetof(struct sysinfo_process, field) / 8, text, length, key ":")

static void try_status(const char *text, size_t length) {
    struct sysinfo_process process = {.present = 0};
    uint64_t value = 0, bytes = 0, first = 0;
    sysinfo__decode_process_status(text, length, &process);
    must_be_a_result(&process, sizeof process);
    MUST_BE(&process, vms, "VmSize");
    MUST_BE(&process, rss, "VmRSS");
    MUST_BE(&process, peak_rss, "VmHWM");
    MUST_BE(&process, swap, "VmSwap");
    bool has_threads = slow_last(text, length, "Threads:", &value);
    MUST(SYSINFO_HAS(&process, threads) == has_threads && (!has_threads || process.threads == value));
    bool has_size = sysinfo__decode_status_size(text, length, "VmSize:", &bytes);
    MUST(has_size == (SYSINFO_HAS(&process, vms) != 0));
    const char *line = text;
    while (has_size && (line = slow_line(line, text + length, "VmSize:")) != NULL) {
        if (slow_number(slow_blanks(line + strlen("VmSize:")), &first)) {
            MUST(bytes == first * 1024);
            break;
        }
        line = slow_next_line(line, text + length);
    }
}

static void try_rollup(const char *text, size_t length) {
    struct sysinfo_process process = {.present = 0};
    sysinfo__decode_smaps_rollup(text, length, &process);
    must_be_a_result(&process, sizeof process);
    MUST_BE(&process, pss, "Pss");
    if (SYSINFO_HAS(&process, uss)) {
        uint64_t clean = 0, dirty = 0, huge = 0;
        bool has_clean = slow_last(text, length, "Private_Clean:", &clean);
        bool has_dirty = slow_last(text, length, "Private_Dirty:", &dirty);
        slow_last(text, length, "Private_Hugetlb:", &huge);
        MUST((has_clean || has_dirty) && process.uss == (clean + dirty + huge) * 1024);
    }
}

static void try_statm(const char *text) {
    uint64_t pages[3], value;
    bool is_known = sysinfo__decode_statm(text, pages);
    for (int i = 0; i < 3; i++) {
        bool has_number = slow_number(slow_blanks(text), &value);
        MUST(!is_known || (has_number && pages[i] == value));
        if (!has_number) {
            MUST(!is_known);
            return;
        }
        text = slow_blanks(text);
        while (*text >= '0' && *text <= '9') {
            text++;
        }
    }
    MUST(is_known);
}

static void try_limits(const char *text, size_t length) {
    uint64_t limit = sysinfo__decode_process_limit(text, length, "Max address space");
    const char *line = slow_line(text, text + length, "Max address space");
    MUST(line != NULL || limit == SYSINFO_UNLIMITED);
    uint64_t value;
    if (line != NULL && slow_number(slow_blanks(line + strlen("Max address space")), &value)) {
        MUST(limit == value);
    }
}

static void try_arcstats(const char *text, size_t length) {
    uint64_t size = 0, least = 0;
    if (sysinfo__decode_arcstats(text, length, &size, &least)) {
        MUST(slow_line(text, text + length, "size") != NULL && slow_line(text, text + length, "c_min") != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    try_status(text, size);
    try_rollup(text, size);
    try_statm(text);
    try_limits(text, size);
    try_arcstats(text, size);
    for (const char *line = text; line < text + size; line = slow_next_line(line, text + size)) {
        struct sysinfo__cache cache;
        MUST(!sysinfo__decode_cpuinfo_cache(line, &cache) ||
             (cache.bytes >= 1024 && cache.bytes % 1024 == 0 && cache.type <= SYSINFO_CACHE_INSTRUCTION));
    }
    free(text);
    return 0;
}
