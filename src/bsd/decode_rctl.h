/* SPDX-License-Identifier: MIT */
/* The texts returned by FreeBSD's rctl(2). */
#ifndef SYSINFO_BSD_DECODE_RCTL_H
#define SYSINFO_BSD_DECODE_RCTL_H

#include <stdbool.h>
#include <stdint.h>

enum sysinfo__rctl_resource {
    SYSINFO__RCTL_OTHER,
    SYSINFO__RCTL_MEMORY,        /* memoryuse: resident, in bytes */
    SYSINFO__RCTL_ADDRESS_SPACE, /* vmemoryuse, in bytes */
    SYSINFO__RCTL_SWAP,          /* swapuse: reserved by anonymous memory, swapped out or not, in bytes */
    SYSINFO__RCTL_CPU            /* pcpu: percent of one CPU */
};

struct sysinfo__rctl_rule {
    char subject[80]; /* "jail:www:" */
    enum sysinfo__rctl_resource resource;
    uint64_t amount;
    bool is_per_process, is_per_other; /* The amount is for each process, or for each user or the like. */
    bool is_understood;
};

/* Decodes the first rule of a comma-separated list and returns the rest; NULL: no rule. */
const char *sysinfo__decode_rctl_rule(const char *text, struct sysinfo__rctl_rule *rule);

/* What a subject uses, from the list of rctl_get_racct(2). False: not in the list. */
bool sysinfo__decode_rctl_use(const char *text, enum sysinfo__rctl_resource resource, uint64_t *use);

#endif
