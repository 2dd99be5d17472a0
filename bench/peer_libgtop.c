/* SPDX-License-Identifier: MIT */
#include <glibtop.h>
#include <glibtop/cpu.h>
#include <glibtop/mem.h>
#include <glibtop/swap.h>
#include <glibtop/sysinfo.h>

#include "bench.h"

static const char *start(void) {
    return glibtop_init() != NULL ? NULL : "glibtop_init failed";
}

static void stop(void) {
    glibtop_close();
}

static bool cpu_times(void) {
    glibtop_cpu cpu;
    glibtop_get_cpu(&cpu);
    return cpu.flags != 0;
}

static bool virtual_memory(void) {
    glibtop_mem memory;
    glibtop_get_mem(&memory);
    return memory.flags != 0;
}

static bool swap_memory(void) {
    glibtop_swap swap;
    glibtop_get_swap(&swap);
    return swap.flags != 0;
}

/* Returns the value cached by the process's first call. */
static bool cpu_count(void) {
    const glibtop_sysinfo *machine = glibtop_get_sysinfo();
    return machine != NULL && machine->ncpu > 0;
}

/* A single call reads the total and every CPU. */
const struct peer peer_libgtop = {
    .name = "libgtop",
    .open = start,
    .close = stop,
    .call = {cpu_times, cpu_times, NULL, virtual_memory, swap_memory, cpu_count},
};
