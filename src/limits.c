/* SPDX-License-Identifier: MIT */
#include <sysinfo/limits.h>

#include "arithmetic.h"
#include "internal.h"

/* On a system without such limits, everything the machine has is usable. That is certain, and no limit is present. */
static int without_limits(int status, struct sysinfo__limit *limit) {
    if (status != SYSINFO_NOT_SUPPORTED) {
        return status;
    }
    FACT(limit, room, SYSINFO_UNLIMITED);
    return SYSINFO_OK;
}

#define LIMIT SYSINFO_BIT(struct sysinfo_allowance, limit)
#define USABLE SYSINFO_BIT(struct sysinfo_allowance, usable)

static void set_limit(const struct sysinfo__limit *limit, struct sysinfo_allowance *allowance) {
    if (SYSINFO_HAS(limit, limit)) {
        FACT(allowance, limit, limit->limit);
        allowance->estimated |= SYSINFO_IS_ESTIMATED(limit, limit) ? LIMIT : 0;
    }
}

/* Sets the minimum of the machine and the limits, marked if the limits are uncertain. */
static void set_usable(const struct sysinfo__limit *limit, uint64_t machine, struct sysinfo_allowance *allowance) {
    bool has_room = SYSINFO_HAS(limit, room);
    machine = machine > limit->kept ? machine - limit->kept : 0;
    bool is_doubtful = limit->is_kept_unknown && (!has_room || machine < limit->room);
    FACT(allowance, usable, has_room ? sysinfo__smaller(machine, limit->room) : machine);
    allowance->estimated |= !has_room || is_doubtful || SYSINFO_IS_ESTIMATED(limit, room) ? USABLE : 0;
}

/* ---- Memory ---- */

SYSINFO__HOT int sysinfo__memory_allowance(struct sysinfo_host *host, struct sysinfo_allowance *allowance) {
    struct sysinfo__limit limit = {0};
    struct sysinfo_memory memory = {0};
    int status = sysinfo__available_memory(host, &memory);
    if (status == SYSINFO_OK) {
        status = without_limits(ASK(host, memory_limit, "the memory limit of a process", &limit), &limit);
    }
    if (status == SYSINFO_OK) {
        set_limit(&limit, allowance);
    }
    if (status == SYSINFO_OK && SYSINFO_HAS(&memory, available)) {
        set_usable(&limit, memory.available, allowance);
    }
    if (status == SYSINFO_OK && allowance->present == 0) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "",
                               "this machine does not report how much memory is available");
    }
    return status;
}

/* ---- Swap ---- */

/* Sets what the machine has free, unless the backend already did. */
static int machine_swap(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    struct sysinfo_swap swap = {0};
    if (SYSINFO_HAS(limit, machine)) {
        return SYSINFO_OK;
    }
    int status = sysinfo__swap(host, &swap);
    if (status == SYSINFO_OK && !SYSINFO_HAS(&swap, free)) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "",
                               "this machine does not report how much swap space is free");
    }
    limit->machine = swap.free;
    return status;
}

int sysinfo__swap_allowance(struct sysinfo_host *host, struct sysinfo_allowance *allowance) {
    struct sysinfo__limit limit = {0};
    int status = without_limits(ASK(host, swap_limit, "the swap limit of a process", &limit), &limit);
    if (status == SYSINFO_OK) {
        status = machine_swap(host, &limit);
    }
    if (status == SYSINFO_OK) {
        set_limit(&limit, allowance);
        set_usable(&limit, limit.machine, allowance);
    }
    return status;
}

/* ---- CPUs ---- */

/* Rounds up, as nproc does: a quota of one and a half CPUs keeps two threads busy part of the time. */
static uint64_t threads_of(double quota) {
    if (quota >= INT32_MAX) {
        return INT32_MAX;
    }
    uint64_t whole = (uint64_t)quota;
    return whole + ((double)whole < quota);
}

SYSINFO__HOT int sysinfo__cpu_allowance(struct sysinfo_host *host, struct sysinfo_cpu_allowance *allowance) {
    struct sysinfo__cpu_limit limit = {0};
    int status = ASK(host, cpu_limit, "the CPU limit of a process", &limit);
    bool is_certain = status == SYSINFO_NOT_SUPPORTED ||
                      (SYSINFO_HAS(&limit, allowed) && SYSINFO_HAS(&limit, quota) && limit.estimated == 0);
    status = status == SYSINFO_NOT_SUPPORTED ? SYSINFO_OK : status;
    if (status == SYSINFO_OK && !SYSINFO_HAS(&limit, allowed)) {
        struct sysinfo_processors counts = {0};
        status = sysinfo__cpu_counts(host, &counts);
        limit.allowed = status == SYSINFO_OK ? counts.count : 0;
    }
    if (status == SYSINFO_OK && limit.allowed == 0) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", "this machine does not report how many CPUs it has");
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    if (SYSINFO_HAS(&limit, quota)) {
        FACT(allowance, quota, limit.quota);
        allowance->estimated |=
            SYSINFO_IS_ESTIMATED(&limit, quota) ? SYSINFO_BIT(struct sysinfo_cpu_allowance, quota) : 0;
    }
    uint64_t usable =
        SYSINFO_HAS(&limit, quota) ? sysinfo__smaller(limit.allowed, threads_of(limit.quota)) : limit.allowed;
    FACT(allowance, usable, usable > 0 ? usable : 1);
    if (!is_certain) {
        GUESS(allowance, usable, allowance->usable);
    }
    return SYSINFO_OK;
}
