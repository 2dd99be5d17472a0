/* SPDX-License-Identifier: MIT */
/* Limits on FreeBSD: resource limits, cpusets, and rctl(8) rules for a process, a user, a login class or a jail. */
#include "bsd/answer.h"
#include "bsd/system.h"

#include <sys/param.h> /* First: the others need its types. */

#include <sys/cpuset.h>
#include <sys/rctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "decode_rctl.h"
#include "posix/posix.h"

/* ---- Rules ---- */

/* What a subject uses of a resource; false: unknown. */
static bool read_use(const char *subject, enum sysinfo__rctl_resource resource, uint64_t *use) {
    char text[2048];
    if (rctl_get_racct(subject, strlen(subject) + 1, text, sizeof text) != 0) {
        return false;
    }
    text[sizeof text - 1] = '\0';
    return sysinfo__decode_rctl_use(text, resource, use);
}

static void add_rule(struct sysinfo__bounds *bounds, const char *own, const struct sysinfo__rctl_rule *rule) {
    if (rule->resource == SYSINFO__RCTL_CPU) {
        double cpus = (double)rule->amount / 100;
        bounds->quota = cpus < bounds->quota ? cpus : bounds->quota;
        return;
    }
    static const char *const names[] = {[SYSINFO__RCTL_MEMORY] = "memoryuse",
                                        [SYSINFO__RCTL_ADDRESS_SPACE] = "vmemoryuse",
                                        [SYSINFO__RCTL_SWAP] = "swapuse"};
    struct sysinfo__bound bound = {.limit = rule->amount, .is_swap = rule->resource == SYSINFO__RCTL_SWAP};
    bound.is_use_known =
        !rule->is_per_other && read_use(rule->is_per_process ? own : rule->subject, rule->resource, &bound.used);
    snprintf(bound.name, sizeof bound.name, "%s%s", rule->subject, names[rule->resource]);
    sysinfo__add_bound(bounds, &bound);
}

/* Only root can read rules. */
static void add_rctl(struct sysinfo__bounds *bounds) {
    char own[32], text[4096];
    snprintf(own, sizeof own, "process:%ld:", (long)getpid());
    if (rctl_get_limits(own, strlen(own) + 1, text, sizeof text) != 0) {
        bounds->has_more = true;
        return;
    }
    text[sizeof text - 1] = '\0';
    struct sysinfo__rctl_rule rule;
    for (const char *rest = text; (rest = sysinfo__decode_rctl_rule(rest, &rule)) != NULL;) {
        if (!rule.is_understood) {
            bounds->has_more = true;
        } else if (rule.resource != SYSINFO__RCTL_OTHER) {
            add_rule(bounds, own, &rule);
        }
    }
}

/* ---- All of them ---- */

/*
 * Without RLIMIT_DATA, which limits only brk(2): malloc() maps its memory here. rctl(8) counts only if the kernel was
 * booted with it enabled.
 */
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    uint64_t counts;
    int status = sysinfo__add_resource(host, bounds, "RLIMIT_AS", RLIMIT_AS, offsetof(struct sysinfo__self, vms));
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_number_by_name(host, "kern.racct.enable", &counts);
        if (status == SYSINFO_OK && counts != 0) {
            add_rctl(bounds);
        }
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count) {
    cpuset_t cpus;
    if (cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_TID, -1, sizeof cpus, &cpus) != 0) {
        int status = errno == ERANGE ? SYSINFO_NOT_SUPPORTED : sysinfo__posix_status(errno); /* A larger kernel. */
        return sysinfo__failed(host, status, errno, "cpuset_getaffinity", NULL);
    }
    *count = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        *count += CPU_ISSET(cpu, &cpus) != 0;
    }
    return SYSINFO_OK;
}
