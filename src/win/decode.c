/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <string.h>

#include "arithmetic.h"

/* Reads a number at any address; false: it is not all there. */
static bool get(const void *bytes, size_t length, size_t offset, void *number, size_t size) {
    if (offset > length || length - offset < size) {
        return false;
    }
    memcpy(number, (const char *)bytes + offset, size);
    return true;
}

/* ---- CPU time ---- */

static uint64_t not_negative(int64_t value, bool *is_estimated) {
    if (value < 0) {
        *is_estimated = true;
        return 0;
    }
    return (uint64_t)value;
}

/*
 * What is left of kernel time without a part of it; the counters are not read at one moment, so it
 * may be a tick behind its parts.
 */
static uint64_t without(uint64_t whole, uint64_t part, bool *is_estimated) {
    if (whole < part) {
        *is_estimated = true;
        return 0;
    }
    return whole - part;
}

void sysinfo__modes_add(struct sysinfo__modes *modes, const struct sysinfo__processor *processor) {
    uint64_t idle = not_negative(processor->idle, &modes->is_estimated);
    uint64_t irq = not_negative(processor->interrupt, &modes->is_estimated);
    uint64_t softirq = not_negative(processor->dpc, &modes->is_estimated);
    uint64_t system = not_negative(processor->kernel, &modes->is_estimated);
    system = without(system, idle, &modes->is_estimated);
    system = without(system, irq, &modes->is_estimated);
    system = without(system, softirq, &modes->is_estimated);
    modes->user += not_negative(processor->user, &modes->is_estimated);
    modes->system += system;
    modes->idle += idle;
    modes->irq += irq;
    modes->softirq += softirq;
}

void sysinfo__modes_tell(const struct sysinfo__modes *modes, struct sysinfo_cpu_sample *sample) {
    const double units = 1e7; /* Of 100 ns in a second. */
    FACT(sample, user, (double)modes->user / units);
    FACT(sample, system, (double)modes->system / units);
    FACT(sample, idle, (double)modes->idle / units);
    FACT(sample, irq, (double)modes->irq / units);
    FACT(sample, softirq, (double)modes->softirq / units);
    if (modes->is_estimated) {
        sample->estimated |= SYSINFO_BIT(struct sysinfo_cpu_sample, system);
    }
}

/* ---- Counts ---- */

/*
 * Each entry begins with its relation (0: a core) and its size in bytes. A core
 * then has flags, an efficiency class and 20 reserved bytes, a 16-bit number of
 * groups at offset 30, and for each group a mask of CPUs as wide as a pointer and
 * the 16-bit number of the group, padded to a multiple of the mask.
 */
enum { ENTRY_HEAD = 8, CORE_GROUPS = 30, CORE_MASKS = 32, MASK = sizeof(uintptr_t), MASK_AND_GROUP = MASK + 8 };

static uint64_t count_bits(uint64_t mask) {
    uint64_t count = 0;
    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

static void fold(uint64_t *fingerprint, uint64_t value) {
    *fingerprint = (*fingerprint ^ value) * UINT64_C(0x100000001b3);
    *fingerprint ^= *fingerprint >> 29;
}

static bool add_core(const char *core, size_t size, struct sysinfo__cores *cores) {
    uint16_t groups = 0;
    if (!get(core, size, CORE_GROUPS, &groups, sizeof groups)) {
        return false;
    }
    for (size_t i = 0; i < groups; i++) {
        uintptr_t mask = 0;
        uint16_t group = 0;
        size_t at = CORE_MASKS + i * MASK_AND_GROUP;
        if (!get(core, size, at, &mask, sizeof mask) || !get(core, size, at + MASK, &group, sizeof group)) {
            return false;
        }
        cores->cpus += count_bits(mask);
        fold(&cores->fingerprint, mask);
        fold(&cores->fingerprint, group);
    }
    cores->cores++;
    return true;
}

bool sysinfo__decode_cores(const void *bytes, size_t length, struct sysinfo__cores *cores) {
    *cores = (struct sysinfo__cores){.fingerprint = UINT64_C(0xcbf29ce484222325)};
    for (size_t at = 0; at < length;) {
        uint32_t relation = 0, size = 0;
        if (!get(bytes, length, at, &relation, sizeof relation) || !get(bytes, length, at + 4, &size, sizeof size) ||
            size < ENTRY_HEAD || size > length - at) {
            return false;
        }
        if (relation == 0 && !add_core((const char *)bytes + at, size, cores)) {
            return false;
        }
        at += size;
    }
    cores->fingerprint |= 1;
    return true;
}

/* ---- Memory ---- */

/* Pages as bytes; false: more than there can be. */
static bool to_bytes(uint64_t pages, uint64_t page_size, uint64_t *bytes) {
    return page_size != 0 && sysinfo__multiply(pages, page_size, bytes);
}

bool sysinfo__decode_memory(const struct sysinfo__pages *pages, const struct sysinfo__page_lists *lists,
                            struct sysinfo_memory *memory) {
    uint64_t bytes;
    if (!to_bytes(pages->total, pages->page_size, &bytes) || bytes == 0) {
        return false;
    }
    FACT(memory, total, bytes);
    if (to_bytes(pages->available, pages->page_size, &bytes)) {
        FACT(memory, available, bytes);
    }
    /* A kernel that runs has a cache, a pool and promises: 0 is said by wine, for not known. */
    if (pages->cache > 0 && to_bytes(pages->cache, pages->page_size, &bytes)) {
        FACT(memory, cached, bytes);
    }
    if (pages->nonpaged > 0 && to_bytes(pages->nonpaged, pages->page_size, &bytes)) {
        FACT(memory, wired, bytes);
    }
    if (pages->committed > 0 && to_bytes(pages->committed, pages->page_size, &bytes)) {
        FACT(memory, committed, bytes);
    }
    if (pages->commit_limit > 0 && to_bytes(pages->commit_limit, pages->page_size, &bytes)) {
        FACT(memory, commit_limit, bytes);
    }
    if (lists != NULL) {
        if (lists->zeroed <= UINTPTR_MAX - lists->free &&
            to_bytes((uint64_t)lists->zeroed + lists->free, pages->page_size, &bytes)) {
            FACT(memory, free, bytes);
        }
        if (to_bytes(lists->modified, pages->page_size, &bytes)) {
            FACT(memory, laundry, bytes);
        }
    }
    return true;
}

/* ---- Swap ---- */

bool sysinfo__decode_page_files(const void *bytes, size_t length, uint64_t page_size, struct sysinfo_swap *swap) {
    uint64_t total = 0, used = 0, total_bytes, used_bytes;
    uint32_t next = 0;
    for (size_t at = 0; length > 0; at += next) {
        uint32_t size = 0, in_use = 0; /* In pages. */
        if (!get(bytes, length, at, &next, sizeof next) || !get(bytes, length, at + 4, &size, sizeof size) ||
            !get(bytes, length, at + 8, &in_use, sizeof in_use) || next > length - at) {
            return false;
        }
        total += size;
        used += in_use;
        if (next == 0) {
            break;
        }
    }
    if (!to_bytes(total, page_size, &total_bytes) || !to_bytes(used, page_size, &used_bytes)) {
        return false;
    }
    FACT(swap, total, total_bytes);
    FACT(swap, used, used_bytes);
    return true;
}

void sysinfo__estimate_page_files(const struct sysinfo__pages *pages, struct sysinfo_swap *swap) {
    uint64_t beyond = pages->commit_limit > pages->total ? pages->commit_limit - pages->total : 0, bytes;
    if (!to_bytes(beyond, pages->page_size, &bytes)) {
        return;
    }
    GUESS(swap, total, bytes);
    if (bytes == 0) {
        GUESS(swap, used, 0);
    }
}

/* ---- Counters ---- */

bool sysinfo__decode_performance(const void *bytes, size_t length, struct sysinfo_stats *stats) {
    enum { CONTEXT_SWITCHES = 296, SYSTEM_CALLS = 308 };
    uint32_t switches = 0, calls = 0;
    if (!get(bytes, length, CONTEXT_SWITCHES, &switches, sizeof switches) ||
        !get(bytes, length, SYSTEM_CALLS, &calls, sizeof calls)) {
        return false;
    }
    /* A program that asks has been switched to and has called: 0 is said by wine, for not known. */
    if (switches > 0) {
        FACT(stats, ctx_switches, switches);
    }
    if (calls > 0) {
        FACT(stats, syscalls, calls);
    }
    return true;
}
