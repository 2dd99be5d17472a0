/* SPDX-License-Identifier: MIT */
/*
 * What the library uses of DragonFly's <sys/kinfo.h>, written from what that header is known to hold: none of its
 * headers is at hand. The places in struct kinfo_cputime are DragonFly's. Those in struct kinfo_proc are not: it has
 * many more members.
 */
#ifndef TESTS_SIM_DRAGONFLY_KINFO_H
#define TESTS_SIM_DRAGONFLY_KINFO_H

#include <sys/types.h>

#include <stdint.h>

struct kinfo_cputime { /* Microseconds. */
    uint64_t cp_user, cp_nice, cp_sys, cp_intr, cp_idle;
    uint64_t cp_others[4];
    char cp_msg[32];
};

struct kinfo_proc {
    pid_t kp_pid;
    int kp_nthreads;
    size_t kp_vm_map_size; /* Bytes. */
    segsz_t kp_vm_rssize;  /* Pages. */
};

#endif
