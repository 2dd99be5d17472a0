/* SPDX-License-Identifier: MIT */
/* The texts that rctl(2) of FreeBSD answers with. */
#ifndef SYSINFO_BSD_DECODE_RCTL_H
#define SYSINFO_BSD_DECODE_RCTL_H

#include <stdbool.h>
#include <stdint.h>

enum sysinfo__rctl_resource {
    SYSINFO__RCTL_OTHER,
    SYSINFO__RCTL_MEMORY,        /* memoryuse: resident, in bytes */
    SYSINFO__RCTL_ADDRESS_SPACE, /* vmemoryuse, in bytes */
    SYSINFO__RCTL_CPU            /* pcpu: percent of one CPU */
};

struct sysinfo__rctl_rule {
    char subject[80]; /* "jail:www:" */
    enum sysinfo__rctl_resource resource;
    uint64_t amount;
    bool is_per_process, is_per_other; /* The amount is for each process of the subject, or for each user, ... */
    bool is_understood;
};

/* The first rule of a list that commas separate; returns what follows, or NULL where there is none. */
const char *sysinfo__decode_rctl_rule(const char *text, struct sysinfo__rctl_rule *rule);

/* What a subject uses, of the list of rctl_get_racct(2); false: it is not there. */
bool sysinfo__decode_rctl_use(const char *text, enum sysinfo__rctl_resource resource, uint64_t *use);

#endif
