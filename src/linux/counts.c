/* SPDX-License-Identifier: MIT */
/*
 * The number of CPUs, and of the cores they belong to, from sysfs below the root. Not from sysconf(), which in musl and
 * one glibc release reports the CPUs that this process may use, and not from hwloc, which takes milliseconds to load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

#define CPUS "/sys/devices/system/cpu"

/* ---- Which CPUs are online ---- */

/* Collects the numbers of directories named "cpu12"; ignores others ("cpufreq", "cpuidle"). */
struct directories {
    struct sysinfo__cpu_set *set;
    bool has_memory;
};

static bool note_directory(void *context, const char *name) {
    struct directories *directories = context;
    uint64_t cpu;
    if (sysinfo__name_number(name, "cpu", "", &cpu)) {
        directories->has_memory = sysinfo__cpu_set_add(directories->set, cpu) || cpu >= SYSINFO__MOST_CPUS;
    }
    return directories->has_memory;
}

/*
 * A CPU is online unless its file `online` contains 0; the first CPU often has no such file. An unreadable file leaves
 * it unknown.
 */
static int is_online(struct sysinfo_host *host, uint64_t cpu, bool *answer) {
    char path[64];
    snprintf(path, sizeof path, CPUS "/cpu%u/online", (unsigned)cpu);
    int status = sysinfo__file_read_once(host, path);
    *answer = status != SYSINFO_OK || sysinfo__state(host)->text[0] != '0';
    return status == SYSINFO_NOT_FOUND ? SYSINFO_OK : status;
}

static int look_at_directories(struct sysinfo_host *host, struct sysinfo__cpu_set *online) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->counted.is_without_directories) {
        return SYSINFO_OK;
    }
    struct directories directories = {online, true};
    int status = sysinfo__directory_walk(host, CPUS, note_directory, &directories);
    state->counted.is_without_directories = status == SYSINFO_NOT_FOUND;
    if (!directories.has_memory) {
        return sysinfo__no_memory(host, CPUS);
    }
    for (uint64_t cpu = 0; cpu < online->words * 64 && status == SYSINFO_OK; cpu++) {
        bool answer;
        if (sysinfo__cpu_set_has(online, cpu) && (status = is_online(host, cpu, &answer)) == SYSINFO_OK && !answer) {
            online->word[cpu / 64] &= ~(UINT64_C(1) << cpu % 64);
        }
    }
    return status;
}

/*
 * Retries once if a directory disappeared meanwhile. Counts nothing if some are unknown: a partial count would be
 * wrong.
 */
static int online_from_directories(struct sysinfo_host *host, struct sysinfo__cpu_set *online) {
    int status = SYSINFO_GONE;
    for (int attempt = 0; attempt < 2 && status == SYSINFO_GONE; attempt++) {
        sysinfo__cpu_set_free(online);
        status = look_at_directories(host, online);
    }
    if (sysinfo__is_missing(status)) {
        sysinfo__cpu_set_free(online);
        status = SYSINFO_OK;
    }
    return status;
}

/*
 * Finds the set of online CPUs, empty if sysfs does not report it. With `has_list`, the kernel's list is in the state's
 * text.
 */
static int decode_online(struct sysinfo_host *host, bool has_list, struct sysinfo__cpu_set *online) {
    const struct sysinfo__state *state = sysinfo__state(host);
    if (has_list) {
        enum sysinfo__cpu_set_outcome outcome = sysinfo__decode_cpu_list(state->text, state->length, online);
        if (outcome == SYSINFO__CPU_SET_NO_MEMORY) {
            return sysinfo__no_memory(host, CPUS);
        }
        if (outcome == SYSINFO__CPU_SET_OK && sysinfo__cpu_set_count(online) > 0) {
            return SYSINFO_OK;
        }
    }
    return online_from_directories(host, online);
}

int sysinfo__online_cpus(struct sysinfo_host *host, struct sysinfo__cpu_set *online) {
    int status = sysinfo__file_read(host, SYSINFO__FILE_ONLINE);
    return status == SYSINFO_OK || sysinfo__is_missing(status) ? decode_online(host, status == SYSINFO_OK, online)
                                                               : status;
}

/* ---- Which of them share a core ---- */

/* Tries four files, those of the newest kernels first. */
int sysinfo__read_siblings(struct sysinfo_host *host, uint64_t cpu, struct sysinfo__cpu_set *siblings, bool *is_known,
                           bool *is_lasting) {
    static const struct {
        const char *name;
        enum sysinfo__cpu_set_outcome (*decode)(const char *text, size_t length, struct sysinfo__cpu_set *set);
    } files[] = {
        {"core_cpus_list", sysinfo__decode_cpu_list},       /* 5.3 */
        {"thread_siblings_list", sysinfo__decode_cpu_list}, /* 2.6.26 */
        {"core_cpus", sysinfo__decode_cpu_mask},
        {"thread_siblings", sysinfo__decode_cpu_mask}, /* 2.6.16 */
    };
    const struct sysinfo__state *state = sysinfo__state(host);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[96];
        snprintf(path, sizeof path, CPUS "/cpu%u/topology/%s", (unsigned)cpu, files[i].name);
        int status = sysinfo__file_read_once(host, path);
        if (status == SYSINFO_OK) {
            enum sysinfo__cpu_set_outcome outcome = files[i].decode(state->text, state->length, siblings);
            if (outcome == SYSINFO__CPU_SET_NO_MEMORY) {
                return sysinfo__no_memory(host, CPUS);
            }
            if (outcome == SYSINFO__CPU_SET_OK && sysinfo__cpu_set_has(siblings, cpu)) {
                return SYSINFO_OK;
            }
        } else if (!sysinfo__is_missing(status)) {
            return status;
        } else if (status != SYSINFO_NOT_FOUND) {
            *is_lasting = false;
        }
    }
    *is_known = false;
    return SYSINFO_OK;
}

/* Whether `cpu` is the first CPU of the set in its core. */
static bool is_first(uint64_t cpu, const struct sysinfo__cpu_set *siblings, const struct sysinfo__cpu_set *online) {
    for (size_t i = 0; i < cpu / 64; i++) {
        if (siblings->word[i] & online->word[i]) {
            return false;
        }
    }
    uint64_t lower = (UINT64_C(1) << cpu % 64) - 1;
    return !(siblings->word[cpu / 64] & online->word[cpu / 64] & lower);
}

int sysinfo__count_cores(struct sysinfo_host *host, const struct sysinfo__cpu_set *cpus, uint64_t *cores,
                         bool *is_lasting) {
    struct sysinfo__cpu_set siblings = {NULL, 0};
    int status = SYSINFO_OK;
    bool is_known = true;
    *cores = 0;
    *is_lasting = true;
    for (uint64_t cpu = 0; cpu < cpus->words * 64 && is_known && status == SYSINFO_OK; cpu++) {
        if (sysinfo__cpu_set_has(cpus, cpu)) {
            status = sysinfo__read_siblings(host, cpu, &siblings, &is_known, is_lasting);
            *cores += status == SYSINFO_OK && is_known && is_first(cpu, &siblings, cpus);
        }
    }
    sysinfo__cpu_set_free(&siblings);
    if (!is_known) {
        *cores = 0;
    }
    return status;
}

/* ---- Cores without sysfs ---- */

/* Read to the end: the kernel returns it page by page, however large the buffer. */
int sysinfo__cpuinfo(struct sysinfo_host *host) {
    return sysinfo__file_read_kept(host, "/proc/cpuinfo", &sysinfo__state(host)->cpuinfo);
}

/* Counts cores from /proc/cpuinfo, if it lists the same number of CPUs. */
static int count_cpuinfo(struct sysinfo_host *host, uint64_t logical, uint64_t *cores) {
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t processors;
    int status = sysinfo__cpuinfo(host);
    if (status != SYSINFO_OK || !sysinfo__decode_cpuinfo(state->text, state->length, &processors, cores) ||
        processors != logical) {
        *cores = 0;
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int count_stat_lines(struct sysinfo_host *host, uint64_t *count) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read(host, SYSINFO__FILE_STAT);
    *count = status == SYSINFO_OK ? sysinfo__decode_stat_cpu_lines(state->text, state->length) : 0;
    bool has_root = sysinfo__root_is_own(host) || state->root >= 0;
    return sysinfo__is_missing(status) && has_root ? SYSINFO_OK : status;
}

static int count_without_sysfs(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t count;
    int status = count_stat_lines(host, &count);
    if (count > 0) {
        FACT(counts, count, count);
        uint64_t cores = 0;
        status = status == SYSINFO_OK ? count_cpuinfo(host, count, &cores) : status;
        if (cores > 0) {
            FACT(counts, cores, cores);
        }
    } else if (status == SYSINFO_OK && sysinfo__root_is_own(host)) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        if (online > 0) {
            FACT(counts, count, (uint64_t)online);
        }
    }
    if (counts->present == 0) {
        sysinfo__state(host)->counted.is_without_directories = false; /* They may appear later. */
    }
    if (status == SYSINFO_OK && counts->present == 0) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, sysinfo__file_path(SYSINFO__FILE_STAT),
                                 "names no CPU, and sysfs lists none");
    }
    return status;
}

static void report(uint64_t count, uint64_t cores, struct sysinfo_processors *counts) {
    FACT(counts, count, count);
    if (cores > 0) {
        FACT(counts, cores, cores);
    }
}

static bool is_counted(const struct sysinfo__state *state) {
    return state->counted.online != NULL && state->counted.length == state->length &&
           memcmp(state->counted.online, state->text, state->length) == 0;
}

/* Counts from the list in the state's text, or from sysfs's directories without one. */
static int count(struct sysinfo_host *host, bool has_list, uint64_t *logical, uint64_t *cores, bool *is_lasting) {
    struct sysinfo__cpu_set online = {NULL, 0};
    int status = decode_online(host, has_list, &online);
    *logical = status == SYSINFO_OK ? sysinfo__cpu_set_count(&online) : 0;
    if (*logical > 0) {
        status = sysinfo__count_cores(host, &online, cores, is_lasting);
        if (status == SYSINFO_OK && *cores == 0) {
            status = count_cpuinfo(host, *logical, cores);
        }
    }
    sysinfo__cpu_set_free(&online);
    return status;
}

/*
 * Whether the list of online CPUs is unchanged. If a CPU went offline while its files were read, the result must not be
 * kept.
 */
static int is_list_still_true(struct sysinfo_host *host, const char *list, size_t length, bool *is_true) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read(host, SYSINFO__FILE_ONLINE);
    *is_true = status == SYSINFO_OK && state->length == length && memcmp(state->text, list, length) == 0;
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/*
 * Counting cores reads a file for every CPU, which takes milliseconds on a large machine, so the result is kept with
 * the list of online CPUs it applies to.
 */
int sysinfo__linux_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_ONLINE);
    bool has_list = status == SYSINFO_OK;
    if (has_list && is_counted(state)) {
        report(state->counted.logical, state->counted.cores, counts);
        return SYSINFO_OK;
    }
    if (!has_list && !sysinfo__is_missing(status)) {
        return status;
    }
    size_t length = state->length;
    char *list = has_list ? malloc(length + 1) : NULL;
    if (has_list && list == NULL) {
        return sysinfo__no_memory(host, CPUS);
    }
    if (has_list) {
        memcpy(list, state->text, length);
    }
    uint64_t logical, cores = 0;
    bool is_lasting = false, may_be_kept = false;
    status = count(host, has_list, &logical, &cores, &is_lasting);
    if (status == SYSINFO_OK && has_list && is_lasting) {
        status = is_list_still_true(host, list, length, &may_be_kept);
    }
    if (may_be_kept) {
        free(state->counted.online);
        state->counted.online = list;
        state->counted.length = length;
        state->counted.logical = logical;
        state->counted.cores = cores;
        list = NULL;
    }
    free(list);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (logical == 0) {
        return count_without_sysfs(host, counts);
    }
    report(logical, cores, counts);
    return SYSINFO_OK;
}

uint64_t sysinfo__linux_online(struct sysinfo_host *host) {
    const struct sysinfo__state *state = sysinfo__state(host);
    return sysinfo__file_read(host, SYSINFO__FILE_ONLINE) == SYSINFO_OK ? sysinfo__text_hash(state->text, state->length)
                                                                        : 0;
}
