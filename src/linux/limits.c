/* SPDX-License-Identifier: MIT */
/* Limits of control groups. docs/containers.md explains every formula. */
#include "linux.h"

#include <math.h>
#include <string.h>

#include "scan.h"

/* ---- What all levels together allow ---- */

struct tightest {
    uint64_t limit, room;
    size_t level; /* The level that holds the limit. */
    bool is_limit_certain, is_room_certain;
    bool is_top_hidden; /* Groups above may have a limit even if none is found here. */
};

static void add_limit(struct tightest *all, uint64_t limit, uint64_t used) {
    all->limit = sysinfo__smaller(all->limit, limit);
    all->room = sysinfo__smaller(all->room, sysinfo__reduced(limit, used));
}

/* With a level whose limit or usage is unknown, the values of the others are upper bounds. */
static void doubt_limit(struct tightest *all) {
    all->is_limit_certain = all->is_room_certain = false;
}

static void doubt_use(struct tightest *all, uint64_t limit) {
    add_limit(all, limit, 0);
    all->is_room_certain = false;
}

static struct tightest no_limit(const struct sysinfo__hierarchy *hierarchy) {
    bool is_certain = hierarchy->sight == SYSINFO__NONE || hierarchy->sight == SYSINFO__WHOLE;
    return (struct tightest){SYSINFO_UNLIMITED, SYSINFO_UNLIMITED, 0, is_certain, is_certain, hierarchy->is_top_hidden};
}

/* "No limit" is a fact only if all levels were seen. */
static void set_limit(const struct tightest *all, struct sysinfo__limit *limit) {
    limit->level = all->level;
    if (all->is_limit_certain && (all->limit != SYSINFO_UNLIMITED || !all->is_top_hidden)) {
        FACT(limit, limit, all->limit);
    } else if (all->limit != SYSINFO_UNLIMITED) {
        GUESS(limit, limit, all->limit);
    }
}

SYSINFO__HOT static void report(const struct tightest *all, struct sysinfo__limit *limit) {
    set_limit(all, limit);
    if (all->is_room_certain && (all->room != SYSINFO_UNLIMITED || !all->is_top_hidden)) {
        FACT(limit, room, all->room);
    } else if (all->room != SYSINFO_UNLIMITED) {
        GUESS(limit, room, all->room);
    }
}

/*
 * Reads a figure of one level. If it is unknown, *value stays and *is_known is cleared; a missing file leaves *value
 * too.
 */
static int read_figure(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file,
                       uint64_t *value, bool *is_known) {
    int status = sysinfo__hierarchy_read_limit(host, hierarchy, level, file, value);
    if (status == SYSINFO_GONE || (status != SYSINFO_OK && !sysinfo__is_one_unknown(status))) {
        return status;
    }
    *is_known = *is_known && (status == SYSINFO_OK || status == SYSINFO_NOT_FOUND);
    return SYSINFO_OK;
}

/* Reads a limit. A missing file, or in version 1 a huge number, means no limit. */
static int read_bound(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file,
                      uint64_t *bound, bool *is_known) {
    *bound = SYSINFO_UNLIMITED;
    int status = read_figure(host, hierarchy, level, file, bound, is_known);
    if (!hierarchy->is_v2 && sysinfo__is_no_limit_v1(*bound)) {
        *bound = SYSINFO_UNLIMITED;
    }
    return status;
}

/* Reads the usage; a missing file makes it unknown. */
static int read_use(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file,
                    uint64_t *use, bool *is_known) {
    *use = SYSINFO_UNLIMITED;
    int status = read_figure(host, hierarchy, level, file, use, is_known);
    *is_known = *is_known && *use != SYSINFO_UNLIMITED;
    return status;
}

/* Reads memory.stat of a level. Without the file, *is_known is cleared and nothing counts as reclaimable. */
static int read_stat(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                     struct sysinfo__memory_stat *stat, bool *is_known) {
    const struct sysinfo__state *state = sysinfo__state(host);
    *stat = (struct sysinfo__memory_stat){0, SYSINFO_UNLIMITED, SYSINFO_UNLIMITED, false};
    int status = sysinfo__hierarchy_read(host, hierarchy, level, SYSINFO__MEMORY_STAT);
    if (status == SYSINFO_OK) {
        sysinfo__decode_memory_stat(state->text, state->length, hierarchy->is_v2, stat);
    }
    *is_known &= status == SYSINFO_OK;
    return status != SYSINFO_GONE && sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/* ---- Memory ---- */

/* The limit of a level, and doubts about it; SYSINFO_UNLIMITED: none, or it is unknown. */
static int read_memory_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                             struct tightest *all, uint64_t *limit) {
    uint64_t most, high = SYSINFO_UNLIMITED;
    bool is_known = true;
    *limit = SYSINFO_UNLIMITED;
    int status = read_bound(host, hierarchy, level, SYSINFO__MEMORY_LIMIT, &most, &is_known);
    if (status == SYSINFO_OK && hierarchy->is_v2) {
        status = read_bound(host, hierarchy, level, SYSINFO__MEMORY_HIGH, &high, &is_known);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    if (!is_known) {
        doubt_limit(all);
    }
    *limit = sysinfo__smaller(most, high);
    all->level = *limit < all->limit ? level : all->level;
    return SYSINFO_OK;
}

/* Compares a level's limit with the same level's usage; other levels' usage is irrelevant to it. */
static int add_memory_level(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                            struct tightest *all) {
    uint64_t limit, used;
    bool is_known = true;
    int status = read_memory_limit(host, hierarchy, level, all, &limit);
    if (status != SYSINFO_OK || limit == SYSINFO_UNLIMITED) {
        return status;
    }
    status = read_use(host, hierarchy, level, SYSINFO__MEMORY_USED, &used, &is_known);
    if (status == SYSINFO_OK && !is_known) {
        doubt_use(all, limit);
        return SYSINFO_OK;
    }
    struct sysinfo__memory_stat stat = {0};
    uint64_t kept = 0;
    if (status == SYSINFO_OK &&
        sysinfo__reduced(limit, used) < all->room) { /* Else it cannot be the tightest, whatever it reclaims. */
        status = read_stat(host, hierarchy, level, &stat, &is_known);
        if (status == SYSINFO_OK) {
            status = sysinfo__protected_memory(host, hierarchy, level, &kept);
        }
    }
    if (status == SYSINFO_OK) {
        all->is_room_certain = all->is_room_certain && is_known;
        add_limit(all, limit, sysinfo__reduced(used, sysinfo__reduced(stat.reclaimable, kept)));
    }
    return status;
}

/*
 * Version 1 reports the limits of hidden groups in memory.stat, which takes longer than everything else together. So it
 * is not read if the levels show that there are none.
 */
static bool may_have_hidden(const struct sysinfo__hierarchy *hierarchy) {
    return !hierarchy->is_v2 && hierarchy->levels > 0 && !hierarchy->is_top_seen;
}

/* It does not report their use: at least that of this one. */
static int add_hidden_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct tightest *all) {
    struct sysinfo__memory_stat stat;
    if (!may_have_hidden(hierarchy)) {
        return SYSINFO_OK;
    }
    uint64_t used;
    bool is_known = true;
    int status = read_stat(host, hierarchy, 0, &stat, &is_known);
    all->is_top_hidden = all->is_top_hidden && !stat.has_limits;
    if (status != SYSINFO_OK || stat.limit >= all->limit) {
        return status;
    }
    status = read_use(host, hierarchy, 0, SYSINFO__MEMORY_USED, &used, &is_known);
    if (status == SYSINFO_OK) {
        all->level = hierarchy->levels;
        doubt_use(all, stat.limit);
        add_limit(all, stat.limit, is_known ? sysinfo__reduced(used, stat.reclaimable) : 0);
    }
    return status;
}

SYSINFO__HOT static int ask_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct sysinfo__limit *limit = context;
    struct tightest all = no_limit(hierarchy);
    int status = SYSINFO_OK;
    for (size_t level = 0; level < hierarchy->levels && status == SYSINFO_OK; level++) {
        status = add_memory_level(host, hierarchy, level, &all);
    }
    if (status == SYSINFO_OK) {
        status = add_hidden_memory(host, hierarchy, &all);
    }
    if (status == SYSINFO_OK && hierarchy->levels > 0) {
        status = sysinfo__protected_memory(host, hierarchy, hierarchy->levels - 1, &limit->kept);
        limit->is_kept_unknown = hierarchy->is_v2 && hierarchy->is_top_hidden;
    }
    if (status == SYSINFO_OK) {
        report(&all, limit);
    }
    return status;
}

int sysinfo__cgroup_memory_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                 struct sysinfo__limit *limit) {
    struct tightest all = no_limit(hierarchy);
    int status = SYSINFO_OK;
    for (size_t level = 0; level < hierarchy->levels && status == SYSINFO_OK; level++) {
        uint64_t found;
        status = read_memory_limit(host, hierarchy, level, &all, &found);
        all.limit = sysinfo__smaller(all.limit, found);
    }
    if (status == SYSINFO_OK && may_have_hidden(hierarchy)) {
        struct sysinfo__memory_stat stat;
        bool is_known = true;
        status = read_stat(host, hierarchy, 0, &stat, &is_known);
        all.is_top_hidden = all.is_top_hidden && !stat.has_limits;
        if (stat.limit < all.limit) {
            all.limit = stat.limit;
            all.level = hierarchy->levels;
        }
    }
    if (status == SYSINFO_OK) {
        set_limit(&all, limit);
    }
    return status;
}

/* A bound on the process is an upper bound if its groups' limits are uncertain. */
static void add_bound(const struct sysinfo__process_bound *bound, struct sysinfo__limit *limit) {
    uint64_t room = bound->is_use_known ? sysinfo__reduced(bound->limit, bound->used) : bound->limit;
    if (bound->is_limit && SYSINFO_HAS(limit, limit)) {
        limit->limit = sysinfo__smaller(limit->limit, bound->limit);
    } else if (bound->is_limit) {
        GUESS(limit, limit, bound->limit);
    }
    if (!SYSINFO_HAS(limit, room)) {
        GUESS(limit, room, room);
    } else if (room < limit->room) {
        limit->room = room;
        if (!bound->is_use_known) {
            GUESS(limit, room, room);
        }
    }
}

SYSINFO__HOT int sysinfo__linux_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    struct sysinfo__process_bound bounds[SYSINFO__PROCESS_BOUNDS];
    size_t count = 0;
    int status = sysinfo__hierarchy_ask(host, SYSINFO__MEMORY, ask_memory, limit);
    if (status == SYSINFO_OK) {
        status = sysinfo__process_bounds(host, bounds, &count);
    }
    for (size_t i = 0; i < count && status == SYSINFO_OK; i++) {
        add_bound(&bounds[i], limit);
    }
    return status;
}

/* ---- Swap ---- */

static int add_swap_level_v2(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                             struct tightest *all) {
    uint64_t most, high, used;
    bool is_known = true;
    int status = read_bound(host, hierarchy, level, SYSINFO__SWAP_LIMIT, &most, &is_known);
    if (status == SYSINFO_OK) {
        status = read_bound(host, hierarchy, level, SYSINFO__SWAP_HIGH, &high, &is_known);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    if (!is_known) {
        doubt_limit(all);
    }
    uint64_t limit = sysinfo__smaller(most, high);
    if (limit == SYSINFO_UNLIMITED) {
        return SYSINFO_OK;
    }
    is_known = true;
    status = read_use(host, hierarchy, level, SYSINFO__SWAP_USED, &used, &is_known);
    if (status == SYSINFO_OK && !is_known) {
        doubt_use(all, limit);
    } else if (status == SYSINFO_OK) {
        add_limit(all, limit, used);
    }
    return status;
}

/*
 * Version 1 limits memory and swap together. The part above the memory limit is swap, as container engines define it.
 */
static uint64_t swap_part(uint64_t both, uint64_t memory) {
    return both == SYSINFO_UNLIMITED || memory == SYSINFO_UNLIMITED ? both : sysinfo__reduced(both, memory);
}

static int add_swap_level_v1(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                             struct tightest *all) {
    uint64_t both, memory, both_used, memory_used;
    bool is_known = true;
    int status = read_bound(host, hierarchy, level, SYSINFO__SWAP_LIMIT, &both, &is_known);
    if (status != SYSINFO_OK || (is_known && both == SYSINFO_UNLIMITED)) {
        return status;
    }
    status = read_bound(host, hierarchy, level, SYSINFO__MEMORY_LIMIT, &memory, &is_known);
    if (status != SYSINFO_OK || !is_known) {
        doubt_limit(all);
        return status;
    }
    status = read_use(host, hierarchy, level, SYSINFO__SWAP_USED, &both_used, &is_known);
    if (status == SYSINFO_OK) {
        status = read_use(host, hierarchy, level, SYSINFO__MEMORY_USED, &memory_used, &is_known);
    }
    if (status == SYSINFO_OK && !is_known) {
        doubt_use(all, swap_part(both, memory));
    } else if (status == SYSINFO_OK) {
        add_limit(all, swap_part(both, memory), sysinfo__reduced(both_used, memory_used));
    }
    return status;
}

static int add_hidden_swap(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct tightest *all) {
    struct sysinfo__memory_stat stat;
    if (!may_have_hidden(hierarchy)) {
        return SYSINFO_OK;
    }
    bool is_known = true;
    int status = read_stat(host, hierarchy, 0, &stat, &is_known);
    uint64_t limit = swap_part(stat.memory_and_swap, stat.limit);
    all->is_top_hidden = all->is_top_hidden && !stat.has_limits;
    if (status == SYSINFO_OK && limit < all->limit) {
        doubt_use(all, limit);
    }
    return status;
}

static int ask_swap(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct sysinfo__limit *limit = context;
    struct tightest all = no_limit(hierarchy);
    int status = SYSINFO_OK;
    for (size_t level = 0; level < hierarchy->levels && status == SYSINFO_OK; level++) {
        status = hierarchy->is_v2 ? add_swap_level_v2(host, hierarchy, level, &all)
                                  : add_swap_level_v1(host, hierarchy, level, &all);
    }
    if (status == SYSINFO_OK) {
        status = add_hidden_swap(host, hierarchy, &all);
    }
    if (status == SYSINFO_OK) {
        report(&all, limit);
    }
    return status;
}

int sysinfo__linux_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    struct sysinfo_swap swap = {0};
    int status = sysinfo__hierarchy_ask(host, SYSINFO__MEMORY, ask_swap, limit);
    uint64_t free_memory;
    bool has_line;
    if (status == SYSINFO_OK) { /* Does not read /proc/vmstat, which costs more than everything else together. */
        status = sysinfo__swap_space(host, &swap, &free_memory, &has_line);
    }
    if (status == SYSINFO_OK && SYSINFO_HAS(&swap, total) && swap.total == 0) {
        FACT(limit, machine, 0);
    } else if (status == SYSINFO_OK && SYSINFO_HAS(&swap, free)) { /* With it, the total is known too. */
        FACT(limit, machine, sysinfo__smaller(swap.free, swap.total));
    }
    return status;
}

/* ---- CPUs ---- */

/* Reads a level's quota in CPUs; infinity: none. Clears *is_known if it is unknown. */
static int read_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, double *cpus,
                      bool *is_known) {
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t quota, period;
    *cpus = (double)INFINITY;
    int status = sysinfo__hierarchy_read_usual(host, hierarchy, level, SYSINFO__CPU_QUOTA);
    if (status == SYSINFO_NOT_FOUND) {
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK && hierarchy->is_v2) {
        *is_known &= sysinfo__decode_cpu_max(state->text, state->length, cpus);
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK && !sysinfo__decode_quota_v1(state->text, state->length, &quota)) {
        status = SYSINFO_MALFORMED;
    }
    if (status == SYSINFO_OK && quota == SYSINFO_UNLIMITED) {
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK) {
        status = sysinfo__hierarchy_read_limit(host, hierarchy, level, SYSINFO__CPU_PERIOD, &period);
    }
    if (status == SYSINFO_OK && period > 0) {
        *cpus = (double)quota / (double)period;
        return SYSINFO_OK;
    }
    *is_known = false;
    return status == SYSINFO_GONE || (status != SYSINFO_OK && !sysinfo__is_one_unknown(status)) ? status : SYSINFO_OK;
}

SYSINFO__HOT int sysinfo__cpu_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                    struct sysinfo__quota *quota) {
    bool is_known = hierarchy->sight == SYSINFO__NONE || hierarchy->sight == SYSINFO__WHOLE;
    if (hierarchy->quota_read == sysinfo__call_number(host)) {
        *quota = hierarchy->quota;
        return SYSINFO_OK;
    }
    *quota = (struct sysinfo__quota){.cpus = (double)INFINITY};
    for (size_t level = 0; level < hierarchy->levels; level++) {
        double cpus;
        int status = read_quota(host, hierarchy, level, &cpus, &is_known);
        if (status != SYSINFO_OK) {
            return status;
        }
        if (cpus < quota->cpus) {
            quota->cpus = cpus;
            quota->level = level;
        }
    }
    quota->is_certain = is_known && (quota->cpus < (double)INFINITY || !hierarchy->is_top_hidden);
    hierarchy->quota = *quota;
    hierarchy->quota_read = sysinfo__call_number(host);
    return SYSINFO_OK;
}

SYSINFO__HOT static int ask_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct sysinfo__cpu_limit *limit = context;
    struct sysinfo__quota quota;
    int status = sysinfo__cpu_quota(host, hierarchy, &quota);
    if (status == SYSINFO_OK && quota.is_certain) {
        FACT(limit, quota, quota.cpus);
    } else if (status == SYSINFO_OK && quota.cpus < (double)INFINITY) {
        GUESS(limit, quota, quota.cpus);
    }
    return status;
}

SYSINFO__HOT int sysinfo__linux_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit) {
    int status = sysinfo__hierarchy_ask(host, SYSINFO__CPU, ask_quota, limit);
    if (status == SYSINFO_OK) {
        status = sysinfo__allowed_cpus(host, limit);
    }
    return status;
}

/* ---- Level by level ---- */

/* The length of a level's group path: the process's own, minus one name per level. */
static size_t name_length(const struct sysinfo__hierarchy *hierarchy, size_t level) {
    size_t length = strlen(hierarchy->group);
    for (; level > 0 && length > 1; level--) {
        while (length > 1 && hierarchy->group[--length] != '/') {
        }
    }
    return length;
}

/* Finds the row of a group, which another controller's hierarchy may have created. */
static struct sysinfo__limit_row *row_of(struct sysinfo__limit_rows *rows, const struct sysinfo__hierarchy *hierarchy,
                                         size_t level) {
    const char *name = hierarchy->is_above ? "/.." : hierarchy->group;
    size_t length = hierarchy->is_above ? 3 : name_length(hierarchy, level);
    for (size_t i = 0; i < rows->count; i++) {
        struct sysinfo__limit_row *row = &rows->row[i];
        if (row->level.kind == SYSINFO_LIMIT_CGROUP && strlen(row->name) == length &&
            memcmp(row->name, name, length) == 0) {
            return row;
        }
    }
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_CGROUP, name, length);
    if (row != NULL && !hierarchy->is_above) {
        FACT(&row->level, level, level);
    }
    return row;
}

static void set_level_memory(const struct tightest *all, struct sysinfo_limit_level *level) {
    if (all->is_limit_certain) {
        FACT(level, memory_limit, all->limit);
    }
    if (all->limit != SYSINFO_UNLIMITED) {
        FACT(level, memory_usable, all->room);
        level->estimated |= all->is_room_certain ? 0 : SYSINFO_BIT(struct sysinfo_limit_level, memory_usable);
    }
}

static int set_level_events(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t number,
                            struct sysinfo_limit_level *level) {
    uint64_t value[SYSINFO__EVENTS] = {0};
    uint32_t known = 0;
    int status = sysinfo__memory_events(host, hierarchy, number, &known, value);
    if (known >> SYSINFO__EVENT_MAX & 1) {
        FACT(level, events_max, value[SYSINFO__EVENT_MAX]);
    }
    if (known >> SYSINFO__EVENT_OOM_KILL & 1) {
        FACT(level, events_oom_kill, value[SYSINFO__EVENT_OOM_KILL]);
    }
    return status;
}

static int add_memory_row(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t number,
                          struct sysinfo__limit_rows *rows) {
    struct tightest memory = {SYSINFO_UNLIMITED, SYSINFO_UNLIMITED, 0, true, true, false}, swap = memory;
    uint64_t used;
    bool is_known = true;
    struct sysinfo__limit_row *row = row_of(rows, hierarchy, number);
    if (row == NULL) {
        return sysinfo__no_memory(host, "/proc/self/cgroup");
    }
    int status = add_memory_level(host, hierarchy, number, &memory);
    if (status == SYSINFO_OK) {
        status = hierarchy->is_v2 ? add_swap_level_v2(host, hierarchy, number, &swap)
                                  : add_swap_level_v1(host, hierarchy, number, &swap);
    }
    if (status == SYSINFO_OK) {
        status = read_use(host, hierarchy, number, SYSINFO__MEMORY_USED, &used, &is_known);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    set_level_memory(&memory, &row->level);
    if (swap.is_limit_certain) {
        FACT(&row->level, swap_limit, swap.limit);
    }
    if (swap.limit != SYSINFO_UNLIMITED && swap.is_room_certain) {
        FACT(&row->level, swap_usable, swap.room);
    }
    if (is_known) {
        FACT(&row->level, memory_used, used);
    }
    return set_level_events(host, hierarchy, number, &row->level);
}

static int add_quota_row(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t number,
                         struct sysinfo__limit_rows *rows) {
    struct sysinfo__limit_row *row = row_of(rows, hierarchy, number);
    double cpus;
    bool is_known = true;
    if (row == NULL) {
        return sysinfo__no_memory(host, "/proc/self/cgroup");
    }
    int status = read_quota(host, hierarchy, number, &cpus, &is_known);
    if (status == SYSINFO_OK && is_known) {
        FACT(&row->level, cpus, cpus);
    }
    return status;
}

/* A retry starts over, so rows that an earlier attempt added are dropped. */
struct level_question {
    struct sysinfo__limit_rows *rows;
    size_t rows_before;
    int (*add)(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t number,
               struct sysinfo__limit_rows *rows);
};

static int ask_levels(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    const struct level_question *question = context;
    int status = SYSINFO_OK;
    question->rows->count = question->rows_before;
    for (size_t level = hierarchy->levels; level > 0 && status == SYSINFO_OK; level--) {
        status = question->add(host, hierarchy, level - 1, question->rows);
    }
    return status;
}

static int add_process_rows(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct sysinfo__process_bound bounds[SYSINFO__PROCESS_BOUNDS];
    size_t count = 0;
    int status = sysinfo__process_bounds(host, bounds, &count);
    for (size_t i = 0; i < count && status == SYSINFO_OK; i++) {
        struct sysinfo__limit_row *row =
            sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_PROCESS, bounds[i].name, strlen(bounds[i].name));
        if (row == NULL) {
            return sysinfo__no_memory(host, "/proc/self/limits");
        }
        FACT(&row->level, memory_limit, bounds[i].limit);
        if (bounds[i].is_use_known) {
            FACT(&row->level, memory_used, bounds[i].used);
            FACT(&row->level, memory_usable, sysinfo__reduced(bounds[i].limit, bounds[i].used));
        }
    }
    return status;
}

static int add_affinity_row(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct sysinfo__cpu_limit limit = {0};
    int status = sysinfo__allowed_cpus(host, &limit);
    if (status != SYSINFO_OK || !SYSINFO_HAS(&limit, allowed)) {
        return sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
    }
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_AFFINITY, "affinity", 8);
    if (row == NULL) {
        return sysinfo__no_memory(host, "sched_getaffinity");
    }
    FACT(&row->level, cpus, (double)limit.allowed);
    return SYSINFO_OK;
}

int sysinfo__linux_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct level_question question = {rows, rows->count, add_memory_row};
    int status = sysinfo__hierarchy_ask(host, SYSINFO__MEMORY, ask_levels, &question);
    if (status == SYSINFO_OK) {
        question = (struct level_question){rows, rows->count, add_quota_row};
        status = sysinfo__hierarchy_ask(host, SYSINFO__CPU, ask_levels, &question);
    }
    if (status == SYSINFO_OK) {
        status = add_process_rows(host, rows);
    }
    return status == SYSINFO_OK ? add_affinity_row(host, rows) : status;
}
