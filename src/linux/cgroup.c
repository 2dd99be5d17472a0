/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "linux.h"

/* What a caller of sysinfo__hierarchy_ask() wants from the CPU controller's hierarchy, and the results. */
struct cpu_question {
    struct sysinfo__cgroup_sample *sample;
    struct sysinfo__quota quota;
    bool has_own_group;
    uint64_t own_group; /* Hash of the group's path, to compare with that of another hierarchy. */
};

/* ---- CPU ---- */

enum { USAGE, USER, SYSTEM, PERIODS, THROTTLED_PERIODS, THROTTLED, THROTTLED_V1, STAT_KEYS };

/*
 * Reads cpu.stat of a level and sets the mask of known keys. Times are in microseconds, except version 1's throttled
 * time, in nanoseconds.
 */
static int read_cpu_stat(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, uint32_t *known,
                         uint64_t value[STAT_KEYS]) {
    static const struct sysinfo__pair_key keys[STAT_KEYS] = {
        [USAGE] = SYSINFO__PAIR_KEY("usage_usec"),
        [USER] = SYSINFO__PAIR_KEY("user_usec"),
        [SYSTEM] = SYSINFO__PAIR_KEY("system_usec"),
        [PERIODS] = SYSINFO__PAIR_KEY("nr_periods"),
        [THROTTLED_PERIODS] = SYSINFO__PAIR_KEY("nr_throttled"),
        [THROTTLED] = SYSINFO__PAIR_KEY("throttled_usec"),
        [THROTTLED_V1] = SYSINFO__PAIR_KEY("throttled_time"),
    };
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__hierarchy_read(host, hierarchy, level, SYSINFO__CPU_STAT);
    *known = status == SYSINFO_OK ? sysinfo__decode_pairs(state->text, state->length, keys, STAT_KEYS, value) : 0;
    return sysinfo__forgive(status);
}

#define IS_KNOWN(known, key) ((known) >> (key) & 1)

static void set_throttled(uint32_t known, const uint64_t *value, struct sysinfo_cgroup *cgroup) {
    if (IS_KNOWN(known, PERIODS)) {
        FACT(cgroup, periods, value[PERIODS]);
    }
    if (IS_KNOWN(known, THROTTLED_PERIODS)) {
        FACT(cgroup, throttled_periods, value[THROTTLED_PERIODS]);
    }
    if (IS_KNOWN(known, THROTTLED)) {
        FACT(cgroup, throttled, (double)value[THROTTLED] / 1e6);
    } else if (IS_KNOWN(known, THROTTLED_V1)) {
        FACT(cgroup, throttled, (double)value[THROTTLED_V1] / 1e9);
    }
}

static void set_used(uint32_t known, const uint64_t *value, struct sysinfo_cgroup *cgroup) {
    if (IS_KNOWN(known, USAGE)) {
        FACT(cgroup, cpu_time, (double)value[USAGE] / 1e6);
    }
    if (IS_KNOWN(known, USER)) {
        FACT(cgroup, cpu_user, (double)value[USER] / 1e6);
    }
    if (IS_KNOWN(known, SYSTEM)) {
        FACT(cgroup, cpu_system, (double)value[SYSTEM] / 1e6);
    }
}

static int ask_cpu(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct cpu_question *question = context;
    struct sysinfo__cgroup_sample *sample = question->sample;
    uint64_t value[STAT_KEYS] = {0};
    uint32_t known;
    memset(sample, 0, sizeof *sample);
    int status = sysinfo__cpu_quota(host, hierarchy, &question->quota);
    if (status != SYSINFO_OK || hierarchy->levels == 0 || hierarchy->is_above) {
        return status;
    }
    question->has_own_group = true;
    question->own_group = hierarchy->group_hash;
    size_t level = question->quota.level;
    sample->group = question->own_group + level;
    status = read_cpu_stat(host, hierarchy, level, &known, value);
    if (status != SYSINFO_OK) {
        return status;
    }
    set_throttled(known, value, &sample->cgroup);
    if (!question->quota.is_certain) { /* A hidden quota may be tighter. */
        sample->cgroup.estimated |= sample->cgroup.present;
    }
    sample->has_quota_time = IS_KNOWN(known, USAGE);
    sample->quota_time = (double)value[USAGE] / 1e6;
    if (level > 0) {
        status = read_cpu_stat(host, hierarchy, 0, &known, value);
    }
    if (status == SYSINFO_OK) {
        set_used(known, value, &sample->cgroup);
    }
    return status;
}

/* In version 1, a file of the cpuacct controller holds nanoseconds. */
static int read_usage(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, bool *is_known,
                      double *seconds) {
    uint64_t nanoseconds;
    int status = sysinfo__hierarchy_read_limit(host, hierarchy, level, SYSINFO__CPUACCT_USAGE, &nanoseconds);
    *is_known = status == SYSINFO_OK;
    *seconds = *is_known ? (double)nanoseconds / 1e9 : 0;
    return sysinfo__forgive(status);
}

/* Reads lines "user 123" and "system 45" in ticks of 10 ms. */
static int set_split(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct sysinfo_cgroup *cgroup) {
    static const struct sysinfo__pair_key keys[] = {SYSINFO__PAIR_KEY("user"), SYSINFO__PAIR_KEY("system")};
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t ticks[2];
    int status = sysinfo__hierarchy_read(host, hierarchy, 0, SYSINFO__CPUACCT_STAT);
    uint32_t known = status == SYSINFO_OK ? sysinfo__decode_pairs(state->text, state->length, keys, 2, ticks) : 0;
    if (IS_KNOWN(known, 0)) {
        FACT(cgroup, cpu_user, (double)ticks[0] / 100);
    }
    if (IS_KNOWN(known, 1)) {
        FACT(cgroup, cpu_system, (double)ticks[1] / 100);
    }
    return sysinfo__forgive(status);
}

/* The two controllers may be mounted separately, and the process may be in groups of different names. */
static int ask_cpuacct(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct cpu_question *question = context;
    struct sysinfo__cgroup_sample *sample = question->sample;
    if (hierarchy->levels == 0 || hierarchy->is_above) {
        return SYSINFO_OK;
    }
    bool is_same_group = question->has_own_group && question->own_group == hierarchy->group_hash;
    size_t level = is_same_group && question->quota.level < hierarchy->levels ? question->quota.level : 0;
    int status = read_usage(host, hierarchy, level, &sample->has_quota_time, &sample->quota_time);
    bool is_known = sample->has_quota_time;
    double seconds = sample->quota_time;
    sample->group = hierarchy->group_hash + level;
    if (status == SYSINFO_OK && level > 0) {
        status = read_usage(host, hierarchy, 0, &is_known, &seconds);
    }
    if (status == SYSINFO_OK && is_known) {
        FACT(&sample->cgroup, cpu_time, seconds);
    }
    return status == SYSINFO_OK ? set_split(host, hierarchy, &sample->cgroup) : status;
}

/* ---- Memory ---- */

#define SET_EVENT(known, value, event, cgroup, field) \
    do {                                              \
        if (IS_KNOWN(known, event)) {                 \
            FACT(cgroup, field, (value)[event]);      \
        }                                             \
    } while (0)

int sysinfo__memory_level(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t *level,
                          uint64_t *bytes) {
    int status = SYSINFO_NOT_FOUND;
    for (*level = 0; *level < hierarchy->levels && !hierarchy->is_above; ++*level) {
        status = sysinfo__hierarchy_read_limit(host, hierarchy, *level, SYSINFO__MEMORY_USED, bytes);
        if (status != SYSINFO_NOT_FOUND) {
            break;
        }
    }
    return status;
}

/* The figures of one memory group. */
struct memory_group {
    size_t level; /* The number of levels: there is none. */
    bool has_bytes;
    uint64_t bytes;
    uint32_t events; /* The mask of those that are known. */
    uint64_t event[SYSINFO__EVENTS];
};

/* What of the answer the memory controller's hierarchy adds to. */
struct memory_question {
    struct sysinfo_cgroup *cgroup;
    uint64_t present, estimated; /* What was known before. */
};

/* The process's own memory group. */
static int ask_own(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct sysinfo_cgroup *cgroup,
                   struct memory_group *own) {
    uint64_t peak;
    int status = sysinfo__memory_level(host, hierarchy, &own->level, &own->bytes);
    own->has_bytes = status == SYSINFO_OK;
    if (own->has_bytes) {
        FACT(cgroup, current, own->bytes);
    }
    status = sysinfo__forgive(status);
    if (hierarchy->is_above || hierarchy->levels == 0 || status != SYSINFO_OK) {
        own->level = hierarchy->levels;
        return status;
    }
    own->level = own->level < hierarchy->levels ? own->level : 0;
    status = sysinfo__hierarchy_read_limit(host, hierarchy, own->level, SYSINFO__MEMORY_PEAK, &peak);
    if (status == SYSINFO_OK) {
        FACT(cgroup, peak, peak);
    }
    status = sysinfo__forgive(status);
    if (status == SYSINFO_OK) {
        status = sysinfo__memory_events(host, hierarchy, own->level, &own->events, own->event);
    }
    SET_EVENT(own->events, own->event, SYSINFO__EVENT_HIGH, cgroup, events_high);
    SET_EVENT(own->events, own->event, SYSINFO__EVENT_MAX, cgroup, events_max);
    SET_EVENT(own->events, own->event, SYSINFO__EVENT_OOM, cgroup, events_oom);
    SET_EVENT(own->events, own->event, SYSINFO__EVENT_OOM_KILL, cgroup, events_oom_kill);
    return status;
}

/* The group that holds the tightest limit, which often is the process's own. */
static int ask_tightest(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                        const struct memory_group *own, struct sysinfo_cgroup *cgroup) {
    struct memory_group tightest = *own;
    int status = SYSINFO_OK;
    if (level >= hierarchy->levels) {
        return SYSINFO_OK;
    }
    if (level != own->level) {
        tightest = (struct memory_group){.level = level};
        status = sysinfo__hierarchy_read_limit(host, hierarchy, level, SYSINFO__MEMORY_USED, &tightest.bytes);
        tightest.has_bytes = status == SYSINFO_OK;
        status = sysinfo__forgive(status);
        if (status == SYSINFO_OK) {
            status = sysinfo__memory_events(host, hierarchy, level, &tightest.events, tightest.event);
        }
    }
    if (tightest.has_bytes) {
        FACT(cgroup, limit_current, tightest.bytes);
    }
    SET_EVENT(tightest.events, tightest.event, SYSINFO__EVENT_HIGH, cgroup, limit_events_high);
    SET_EVENT(tightest.events, tightest.event, SYSINFO__EVENT_MAX, cgroup, limit_events_max);
    SET_EVENT(tightest.events, tightest.event, SYSINFO__EVENT_OOM, cgroup, limit_events_oom);
    SET_EVENT(tightest.events, tightest.event, SYSINFO__EVENT_OOM_KILL, cgroup, limit_events_oom_kill);
    return status;
}

static int ask_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, const struct memory_group *own,
                     struct sysinfo_cgroup *cgroup) {
    struct sysinfo__limit limit = {0};
    int status = sysinfo__cgroup_memory_limit(host, hierarchy, &limit);
    if (status != SYSINFO_OK || !SYSINFO_HAS(&limit, limit)) {
        return status;
    }
    FACT(cgroup, limit, limit.limit);
    if (SYSINFO_IS_ESTIMATED(&limit, limit)) {
        GUESS(cgroup, limit, limit.limit);
    }
    if (limit.limit == SYSINFO_UNLIMITED) {
        return SYSINFO_OK;
    }
    uint64_t before = cgroup->present;
    FACT(cgroup, limit_level, limit.level);
    status = ask_tightest(host, hierarchy, (size_t)limit.level, own, cgroup);
    if (SYSINFO_IS_ESTIMATED(&limit, limit)) { /* A hidden level may hold a tighter limit. */
        cgroup->estimated |= cgroup->present & ~before;
    }
    return status;
}

static int ask_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    const struct memory_question *question = context;
    struct sysinfo_cgroup *cgroup = question->cgroup;
    struct memory_group own = {0};
    cgroup->present = question->present;
    cgroup->estimated = question->estimated;
    int status = ask_own(host, hierarchy, cgroup, &own);
    if (status == SYSINFO_OK && cgroup->present != 0) { /* Else nothing is known of the process's group. */
        status = ask_limit(host, hierarchy, &own, cgroup);
    }
    return status;
}

int sysinfo__linux_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample) {
    struct cpu_question question = {.sample = sample};
    int status = sysinfo__hierarchy_ask(host, SYSINFO__CPU, ask_cpu, &question);
    if (status == SYSINFO_OK) {
        status = sysinfo__hierarchy_ask(host, SYSINFO__CPUACCT, ask_cpuacct, &question);
    }
    if (status == SYSINFO_OK) {
        struct memory_question memory = {&sample->cgroup, sample->cgroup.present, sample->cgroup.estimated};
        status = sysinfo__hierarchy_ask(host, SYSINFO__MEMORY, ask_memory, &memory);
    }
    if (status == SYSINFO_OK && sample->cgroup.present == 0) {
        status = sysinfo__no_group(host);
    }
    return status;
}

/* ---- The group's path ---- */

static int ask_path(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    (void)host;
    *(const char **)context = hierarchy->group;
    return SYSINFO_OK;
}

int sysinfo__linux_cgroup_path(struct sysinfo_host *host, const char **path) {
    static const enum sysinfo__controller order[] = {SYSINFO__MEMORY, SYSINFO__UNIFIED, SYSINFO__CPU, SYSINFO__CPUACCT};
    int status = SYSINFO_OK;
    *path = NULL;
    for (size_t i = 0; i < sizeof order / sizeof order[0] && status == SYSINFO_OK && *path == NULL; i++) {
        status = sysinfo__hierarchy_ask(host, order[i], ask_path, path);
        /* Without the file, the next call would read it again, and another group is not this one. */
        if (status == SYSINFO_OK && !sysinfo__state(host)->cgroups.has_text) {
            break;
        }
    }
    if (status == SYSINFO_OK && *path == NULL) {
        status = sysinfo__no_group(host);
    }
    return status;
}
