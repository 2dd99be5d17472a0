/* SPDX-License-Identifier: MIT */
/* Shared by the files of cases. */
#ifndef TESTS_SIM_CASES_H
#define TESTS_SIM_CASES_H

#include "sim.h"

#include <check.h>

#include <sysinfo/sysinfo.h>

/* What differs between systems. DragonFly is like FreeBSD unless a case says otherwise. */
#if SIM_FREEBSD || SIM_DRAGONFLY
#define IS(freebsd, netbsd, openbsd, macos) (freebsd)
#elif SIM_NETBSD
#define IS(freebsd, netbsd, openbsd, macos) (netbsd)
#elif SIM_OPENBSD
#define IS(freebsd, netbsd, openbsd, macos) (openbsd)
#elif SIM_MACOS
#define IS(freebsd, netbsd, openbsd, macos) (macos)
#endif

#if SIM_DRAGONFLY
#define DRAGONFLY(its_own, of_all_others) (its_own)
#else
#define DRAGONFLY(its_own, of_all_others) (of_all_others)
#endif

/* A figure that depends on a key. */
struct needed {
    const char *key;
    uint32_t result;
};

/* The host of a case, opened before it and closed after it. */
extern struct sysinfo_host *host;

/* FreeBSD has numbers without a CPU, the others offline CPUs; on OpenBSD, these are SMT siblings. */
void lose_cpus_1_and_3(void);

#define BIT(type, field) SYSINFO_BIT(struct sysinfo_##type, field)

/* faults.c, and own.c: this process, and what it may use. */
void add_faults(TCase *cases);
void add_own(TCase *cases);

/* heap.c: the heap of this process. */
void add_heap(TCase *cases);

/* machines.c: machines with published figures. */
void add_machines(TCase *cases);

/* processes.c: other processes, as watched by `sysinfo run`. */
void add_processes(TCase *cases);

#endif
