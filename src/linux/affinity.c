/* SPDX-License-Identifier: MIT */
/*
 * The CPUs that this process may run on.
 *
 * On this machine, one system call answers: the kernel keeps every process's mask within its cpuset and the active
 * CPUs. Below another root, the answer is assembled from that root's files.
 */
#include "linux.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = sizeof(unsigned long) * CHAR_BIT };

void sysinfo__affinity_open(struct sysinfo__affinity *affinity) {
    memset(affinity, 0, sizeof *affinity);
}

void sysinfo__affinity_close(struct sysinfo__affinity *affinity) {
    sysinfo__cpu_set_free(&affinity->allowed);
    sysinfo__cpu_set_free(&affinity->other);
    free(affinity->mask);
}

/* ---- This machine ---- */

static bool ask_into(struct sysinfo__affinity *affinity) {
    return affinity->words > 0 &&
           sched_getaffinity(0, affinity->words * sizeof affinity->mask[0], (void *)affinity->mask) == 0;
}

/*
 * The kernel rejects a mask that is too small for the machine but does not report the required size. The mask begins
 * small, because all of it is cleared and counted in each call. cpu_set_t ends at 1024 CPUs; the call accepts larger
 * masks.
 */
static int ask_with_more(struct sysinfo_host *host) {
    struct sysinfo__affinity *affinity = &sysinfo__state(host)->affinity;
    do {
        if (affinity->words > 0 && (errno != EINVAL || affinity->words >= SYSINFO__MOST_CPUS / WORD_BITS)) {
            return sysinfo__failed(host, sysinfo__posix_status(errno), errno, "sched_getaffinity", NULL);
        }
        size_t more = affinity->words == 0 ? 256 / WORD_BITS : affinity->words * 2;
        unsigned long *mask = realloc(affinity->mask, more * sizeof *mask);
        if (mask == NULL) {
            return sysinfo__no_memory(host, "sched_getaffinity");
        }
        affinity->mask = mask;
        affinity->words = more;
    } while (!ask_into(affinity));
    return SYSINFO_OK;
}

static inline int ask_kernel(struct sysinfo_host *host) {
    return ask_into(&sysinfo__state(host)->affinity) ? SYSINFO_OK : ask_with_more(host);
}

static int count_own(struct sysinfo_host *host, uint64_t *count) {
    const struct sysinfo__affinity *affinity = &sysinfo__state(host)->affinity;
    int status = ask_kernel(host);
    *count = 0;
    for (size_t i = 0; status == SYSINFO_OK && i < affinity->words; i++) {
        if (affinity->mask[i] != 0) { /* Most are, and not every processor counts bits in one step. */
            *count += (uint64_t)__builtin_popcountl(affinity->mask[i]);
        }
    }
    return status;
}

static int list_own(struct sysinfo_host *host, struct sysinfo__cpu_set *cpus) {
    const struct sysinfo__affinity *affinity = &sysinfo__state(host)->affinity;
    int status = ask_kernel(host);
    for (size_t cpu = 0; status == SYSINFO_OK && cpu < affinity->words * WORD_BITS; cpu++) {
        if ((affinity->mask[cpu / WORD_BITS] >> cpu % WORD_BITS & 1) && !sysinfo__cpu_set_add(cpus, cpu)) {
            status = sysinfo__no_memory(host, "sched_getaffinity");
        }
    }
    return status;
}

/* ---- Another root ---- */

/* Removes from `cpus` whatever is not in the other set. */
static int keep_decoded(struct sysinfo_host *host, struct sysinfo__cpu_set *cpus,
                        enum sysinfo__cpu_set_outcome outcome) {
    if (outcome == SYSINFO__CPU_SET_NO_MEMORY) {
        return sysinfo__no_memory(host, "sched_getaffinity");
    }
    const struct sysinfo__cpu_set *other = &sysinfo__state(host)->affinity.other;
    if (outcome == SYSINFO__CPU_SET_OK && sysinfo__cpu_set_count(other) > 0) {
        sysinfo__cpu_set_keep(cpus, other);
    }
    return SYSINFO_OK;
}

static int keep_mask(struct sysinfo_host *host, struct sysinfo__cpu_set *cpus) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__affinity *affinity = &state->affinity;
    int status = sysinfo__process_status(host);
    struct sysinfo__part mask;
    if (status == SYSINFO_OK && sysinfo__decode_cpus_allowed(state->text, state->length, &mask)) {
        return keep_decoded(host, cpus, sysinfo__decode_cpu_mask(mask.at, mask.length, &affinity->other));
    }
    return sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/* A group without CPUs of its own uses those of the group above. (In version 1, such a group cannot run anything.) */
static int ask_cpuset(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    const struct sysinfo__state *state = sysinfo__state(host);
    for (size_t level = 0; level < hierarchy->levels; level++) {
        for (int file = SYSINFO__CPUSET_CPUS; file <= SYSINFO__CPUSET_EFFECTIVE; file++) {
            int status = sysinfo__hierarchy_read(host, hierarchy, level, file);
            if (status == SYSINFO_OK) {
                enum sysinfo__cpu_set_outcome outcome =
                    sysinfo__decode_cpu_list(state->text, state->length, &sysinfo__state(host)->affinity.other);
                if (outcome != SYSINFO__CPU_SET_OK || sysinfo__cpu_set_count(&state->affinity.other) > 0) {
                    return keep_decoded(host, context, outcome);
                }
            } else if (status == SYSINFO_GONE || !sysinfo__is_one_unknown(status)) {
                return status;
            }
        }
    }
    return SYSINFO_OK;
}

/* Empty if the machine does not report which CPUs are online. */
static int list_other(struct sysinfo_host *host, struct sysinfo__cpu_set *cpus) {
    int status = sysinfo__online_cpus(host, cpus);
    if (status == SYSINFO_OK) {
        status = keep_mask(host, cpus);
    }
    if (status == SYSINFO_OK) {
        status = sysinfo__hierarchy_ask(host, SYSINFO__CPUSET, ask_cpuset, cpus);
    }
    return status;
}

/* ---- Both ---- */

SYSINFO__HOT int sysinfo__allowed_cpus(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit) {
    struct sysinfo__cpu_set *allowed = &sysinfo__state(host)->affinity.allowed;
    bool is_own = sysinfo__root_is_own(host);
    uint64_t count = 0;
    int status = is_own ? count_own(host, &count) : list_other(host, allowed);
    if (status == SYSINFO_OK && !is_own) {
        count = sysinfo__cpu_set_count(allowed);
    }
    if (status == SYSINFO_OK && count > 0) {
        FACT(limit, allowed, count);
    } else if (is_own && sysinfo__is_missing(status)) { /* A seccomp filter. */
        return SYSINFO_OK;
    }
    return status;
}

/* Lists the set, and sets a hash that changes with it. */
static int list_allowed(struct sysinfo_host *host, struct sysinfo__cpu_set *allowed, uint64_t *hash) {
    if (allowed->words > 0) {
        memset(allowed->word, 0, allowed->words * sizeof allowed->word[0]);
    }
    int status = sysinfo__root_is_own(host) ? list_own(host, allowed) : list_other(host, allowed);
    *hash = status == SYSINFO_OK
                ? sysinfo__text_hash((const char *)allowed->word, allowed->words * sizeof allowed->word[0])
                : 0;
    return status;
}

int sysinfo__linux_allowed_cores(struct sysinfo_host *host, uint64_t *cores) {
    struct sysinfo__affinity *affinity = &sysinfo__state(host)->affinity;
    struct sysinfo__cpu_set *allowed = &affinity->allowed;
    uint64_t hash, hash_behind;
    int status = list_allowed(host, allowed, &hash);
    if (status == SYSINFO_OK && hash != affinity->counted_hash) {
        affinity->counted_hash = 0;
        bool is_lasting;
        status = sysinfo__count_cores(host, allowed, &affinity->counted_cores, &is_lasting);
        /* A CPU that went offline while its files were read: do not keep this result. */
        if (status == SYSINFO_OK && (status = list_allowed(host, allowed, &hash_behind)) == SYSINFO_OK &&
            hash_behind == hash && is_lasting) {
            affinity->counted_hash = hash;
        }
    }
    *cores = status == SYSINFO_OK ? affinity->counted_cores : 0;
    return status;
}
