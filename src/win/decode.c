/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <math.h>
#include <string.h>

#include "arithmetic.h"

/* Reads a number at any address. False: it is not complete. */
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
 * The remainder of kernel time without a part of it. The counters are not read at one moment, so it may be a tick less
 * than its parts.
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

void sysinfo__modes_report(const struct sysinfo__modes *modes, struct sysinfo_cpu_sample *sample) {
    const double units = 1e7; /* 100 ns units per second. */
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
 * Each entry begins with its relation (0: a core, 3: a package) and its size in bytes. For a core, flags, an efficiency
 * class and 20 reserved bytes follow; then, at offset 30, a 16-bit number of groups; then for each group a pointer-wide
 * mask of CPUs and the group's 16-bit number, padded to a multiple of the mask.
 */
enum {
    PACKAGE = 3,
    ENTRY_HEAD = 8,
    CORE_CLASS = 9,
    CORE_GROUPS = 30,
    CORE_MASKS = 32,
    MASK = sizeof(uintptr_t),
    MASK_AND_GROUP = MASK + 8
};

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

static bool is_allowed(const struct sysinfo__win_affinity *affinity, uint16_t group, uint64_t mask) {
    return affinity != NULL && affinity->groups == 1 && affinity->group == group && (affinity->mask & mask) != 0;
}

/* The class is 0 before Windows 10. */
static void add_class(struct sysinfo__cores *cores, uint8_t class) {
    if (cores->cores == 0 || class < cores->least_class) {
        cores->least_class = class;
        cores->least_cores = 0;
    }
    cores->least_cores += class == cores->least_class;
    cores->most_class = class > cores->most_class ? class : cores->most_class;
}

static bool add_core(const char *core, size_t size, const struct sysinfo__win_affinity *affinity,
                     struct sysinfo__cores *cores) {
    uint16_t groups = 0;
    bool may_be_used = false;
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
        may_be_used = may_be_used || is_allowed(affinity, group, mask);
    }
    uint8_t class = 0;
    get(core, size, CORE_CLASS, &class, sizeof class);
    add_class(cores, class);
    cores->cores++;
    cores->allowed += may_be_used;
    return true;
}

bool sysinfo__decode_cores(const void *bytes, size_t length, const struct sysinfo__win_affinity *affinity,
                           struct sysinfo__cores *cores) {
    *cores = (struct sysinfo__cores){.fingerprint = UINT64_C(0xcbf29ce484222325)};
    for (size_t at = 0; at < length;) {
        uint32_t relation = 0, size = 0;
        if (!get(bytes, length, at, &relation, sizeof relation) || !get(bytes, length, at + 4, &size, sizeof size) ||
            size < ENTRY_HEAD || size > length - at) {
            return false;
        }
        cores->packages += relation == PACKAGE;
        if (relation == 0 && !add_core((const char *)bytes + at, size, affinity, cores)) {
            return false;
        }
        at += size;
    }
    cores->fingerprint |= 1;
    return true;
}

/* A mask applies to one group; a process that may use several groups has none. */
void sysinfo__decode_affinity(const struct sysinfo__win_affinity *affinity, struct sysinfo__cpu_limit *limit) {
    if (affinity->groups > 1) {
        FACT(limit, allowed, affinity->own_cpus);
    } else if (affinity->mask != 0) {
        FACT(limit, allowed, count_bits(affinity->mask));
    }
    if (SYSINFO_HAS(limit, allowed) && affinity->cpu_sets > 0 && affinity->cpu_sets < limit->allowed) {
        limit->allowed = affinity->cpu_sets;
    }
}

/* ---- Limits ---- */

/* The job uses at least as much as this process. */
static struct sysinfo__room room_of(uint64_t limit, bool is_known, uint64_t used, uint64_t least) {
    uint64_t room = sysinfo__reduced(limit, is_known ? used : least);
    return (struct sysinfo__room){limit, limit == SYSINFO_UNLIMITED ? limit : room, is_known};
}

struct sysinfo__room sysinfo__room_of_process(const struct sysinfo__job *job) {
    return room_of(job->process_limit, job->has_process_used, job->process_used, 0);
}

struct sysinfo__room sysinfo__room_of_job(const struct sysinfo__job *job) {
    return room_of(job->job_limit, job->has_job_used, job->job_used, job->process_used);
}

/* What the machine can still commit, if that is less than its available memory; else SYSINFO_UNLIMITED. */
static uint64_t room_to_commit(const struct sysinfo__pages *pages) {
    uint64_t left = sysinfo__reduced(pages->commit_limit, pages->committed), bytes;
    bool is_less = pages->commit_limit > 0 && pages->committed > 0 && left < pages->available;
    return is_less && sysinfo__multiply(left, pages->page_size, &bytes) ? bytes : SYSINFO_UNLIMITED;
}

void sysinfo__decode_job_memory(const struct sysinfo__job *job, const struct sysinfo__pages *pages,
                                struct sysinfo__limit *limit) {
    struct sysinfo__room process = sysinfo__room_of_process(job), all = sysinfo__room_of_job(job);
    const struct sysinfo__room *least = all.room < process.room ? &all : &process;
    if (job->is_known && !job->is_member) {
        FACT(limit, limit, SYSINFO_UNLIMITED);
        FACT(limit, room, SYSINFO_UNLIMITED);
    } else if (job->has_limits && (process.limit != SYSINFO_UNLIMITED || all.limit != SYSINFO_UNLIMITED)) {
        FACT(limit, limit, sysinfo__smaller(process.limit, all.limit));
        FACT(limit, room, least->room);
        limit->estimated |= least->is_certain ? 0 : SYSINFO_BIT(struct sysinfo__limit, room);
    }
    uint64_t room = pages != NULL ? room_to_commit(pages) : SYSINFO_UNLIMITED;
    if (room != SYSINFO_UNLIMITED && (!SYSINFO_HAS(limit, room) || room < limit->room)) {
        GUESS(limit, room, room);
    }
}

/* Rates are in cycles of 10,000 for the whole machine. Without a hard cap they only apply under contention. */
void sysinfo__decode_job_rate(const struct sysinfo__job *job, uint64_t cpus, struct sysinfo__cpu_limit *limit) {
    enum { ENABLE = 1, HARD_CAP = 4, MIN_MAX = 16 };
    const double whole = 10000;
    if (job->is_known && !job->is_member) {
        FACT(limit, quota, (double)INFINITY);
    }
    if (!job->has_rate || cpus == 0 || (job->rate_flags & ENABLE) == 0) {
        return;
    }
    uint32_t rate = (job->rate_flags & HARD_CAP) != 0  ? job->rate
                    : (job->rate_flags & MIN_MAX) != 0 ? job->rate >> 16 /* The lower half is the minimum. */
                                                       : 0;
    if (rate > 0) {
        FACT(limit, quota, (rate < whole ? rate : whole) / whole * (double)cpus);
    }
}

/* ---- Memory ---- */

/* Converts pages to bytes. False: more than can exist. */
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
    /* A running kernel has a cache, a pool and commitments; wine reports 0 for unknown. */
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
    /* A program that asks has been switched to and has made calls; wine reports 0 for unknown. */
    if (switches > 0) {
        FACT(stats, ctx_switches, switches);
    }
    if (calls > 0) {
        FACT(stats, syscalls, calls);
    }
    return true;
}

bool sysinfo__decode_paging(const void *bytes, size_t length, uint64_t page_size, struct sysinfo_paging *paging) {
    enum { FAULTS = 60, READ = 80, READ_CALLS = 84, WRITTEN = 96, MAPPED_WRITTEN = 104 };
    uint32_t faults = 0, read = 0, calls = 0, written = 0, mapped = 0;
    if (!get(bytes, length, FAULTS, &faults, sizeof faults) || !get(bytes, length, READ, &read, sizeof read) ||
        !get(bytes, length, READ_CALLS, &calls, sizeof calls) ||
        !get(bytes, length, WRITTEN, &written, sizeof written) ||
        !get(bytes, length, MAPPED_WRITTEN, &mapped, sizeof mapped)) {
        return false;
    }
    if (faults == 0) { /* Wine counts none. */
        return true;
    }
    FACT(paging, faults, faults);
    FACT(paging, major_faults, calls);
    FACT(paging, paged_in, read * page_size);
    FACT(paging, paged_out, ((uint64_t)written + mapped) * page_size);
    return true;
}

/* ---- Description of the CPUs ---- */

/* Windows reports a rated frequency without turbo, and on most machines the current one does not follow turbo. */
void sysinfo__decode_power(const struct sysinfo__power *power, struct sysinfo_cpu_frequency *frequency) {
    const uint64_t hertz = 1000000;
    if (power->max_mhz > 0) {
        FACT(frequency, base, power->max_mhz * hertz);
    }
    if (power->current_mhz > 0) {
        GUESS(frequency, current, power->current_mhz * hertz);
    }
}

const char *sysinfo__machine_name(uint32_t machine) {
    static const struct {
        uint32_t machine;
        const char *name;
    } names[] = {{0x8664, "AMD64"}, {0xAA64, "ARM64"}, {0x14C, "x86"}, {0x1C4, "ARM"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].machine == machine) {
            return names[i].name;
        }
    }
    return NULL;
}

/* ---- This process ---- */

bool sysinfo__decode_process(const void *bytes, size_t length, uint64_t pid, struct sysinfo__process_entry *entry) {
    enum { THREADS = 4, PRIVATE_SET = 8, HARD_FAULTS = 16, PID = sizeof(uintptr_t) == 8 ? 80 : 68 };
    uint32_t next = 0, threads = 0, faults = 0;
    uint64_t set = 0;
    uintptr_t number = 0;
    for (size_t at = 0;; at += next) {
        if (!get(bytes, length, at, &next, sizeof next) ||
            !get(bytes, length, at + THREADS, &threads, sizeof threads) ||
            !get(bytes, length, at + PRIVATE_SET, &set, sizeof set) ||
            !get(bytes, length, at + HARD_FAULTS, &faults, sizeof faults) ||
            !get(bytes, length, at + PID, &number, sizeof number)) {
            return false;
        }
        if (number == pid) {
            *entry = (struct sysinfo__process_entry){threads, faults, set};
            return true;
        }
        if (next == 0 || next > length - at) {
            return false;
        }
    }
}
