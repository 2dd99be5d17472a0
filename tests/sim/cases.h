/* SPDX-License-Identifier: MIT */
/* What the files of cases share. */
#ifndef TESTS_SIM_CASES_H
#define TESTS_SIM_CASES_H

#include "sim.h"

#include <check.h>

#include <sysinfo/sysinfo.h>

/* What is different on each system. */
#if SIM_FREEBSD
#define IS(freebsd, netbsd, openbsd, macos) (freebsd)
#elif SIM_NETBSD
#define IS(freebsd, netbsd, openbsd, macos) (netbsd)
#elif SIM_OPENBSD
#define IS(freebsd, netbsd, openbsd, macos) (openbsd)
#elif SIM_MACOS
#define IS(freebsd, netbsd, openbsd, macos) (macos)
#endif

/* A figure that a key goes with. */
struct needed {
    const char *key;
    uint32_t result;
};

/* The host of a case, opened and closed around it. */
extern struct sysinfo_host *host;

/* FreeBSD has numbers without a CPU, the others CPUs that are off; OpenBSD keeps SMT siblings so. */
void lose_cpus_1_and_3(void);

#define BIT(type, field) SYSINFO_BIT(struct sysinfo_##type, field)

/* faults.c, and own.c: this process, and what it may use. */
void add_faults(TCase *cases);
void add_own(TCase *cases);

/* processes.c: other processes, as `sysinfo run` watches them. */
void add_processes(TCase *cases);

#endif
