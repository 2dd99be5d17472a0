/* SPDX-License-Identifier: MIT */
/* What the library uses of DragonFly's <sched.h>: see sys/kinfo.h. */
#ifndef TESTS_SIM_DRAGONFLY_SCHED_H
#define TESTS_SIM_DRAGONFLY_SCHED_H

#include <sys/types.h>

#include <stdint.h>

typedef struct {
    uint64_t ary[4];
} cpu_set_t;

#define CPU_SETSIZE ((int)(sizeof(cpu_set_t) * 8))
#define CPU_ISSET(cpu, set) ((set)->ary[(cpu) / 64] >> (cpu) % 64 & 1)

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *cpus);

#endif
