/* SPDX-License-Identifier: MIT */
#include "cpu_usage.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

/*
 * The modes stand in the same slots in a sample and in a usage, so both are
 * walked by slot number.
 */
enum {
    FIRST_MODE = offsetof(struct sysinfo_cpu_sample, user) / 8,
    LAST_MODE = offsetof(struct sysinfo_cpu_sample, guest_nice) / 8,
    USER = offsetof(struct sysinfo_cpu_sample, user) / 8,
    NICE = offsetof(struct sysinfo_cpu_sample, nice) / 8,
    IDLE = offsetof(struct sysinfo_cpu_sample, idle) / 8,
    IOWAIT = offsetof(struct sysinfo_cpu_sample, iowait) / 8,
    GUEST = offsetof(struct sysinfo_cpu_sample, guest) / 8,
    GUEST_NICE = offsetof(struct sysinfo_cpu_sample, guest_nice) / 8,
};
#define SAME_SLOT(mode)                                                                                   \
    _Static_assert(offsetof(struct sysinfo_cpu_sample, mode) == offsetof(struct sysinfo_cpu_usage, mode), \
                   "one slot for " #mode)
SAME_SLOT(user);
SAME_SLOT(system);
SAME_SLOT(nice);
SAME_SLOT(idle);
SAME_SLOT(iowait);
SAME_SLOT(irq);
SAME_SLOT(softirq);
SAME_SLOT(steal);
SAME_SLOT(guest);
SAME_SLOT(guest_nice);
_Static_assert(LAST_MODE - FIRST_MODE + 1 == 10, "a new mode belongs between user and guest_nice");

#define BIT(slot) (UINT64_C(1) << (slot))

static double slot_get(const void *result, int slot) {
    double value;
    memcpy(&value, (const char *)result + (size_t)slot * 8, sizeof value);
    return value;
}

static void slot_set(void *result, int slot, double value) {
    memcpy((char *)result + (size_t)slot * 8, &value, sizeof value);
}

static bool is_of_one_cpu(const struct sysinfo_cpu_sample *a, const struct sysinfo_cpu_sample *b) {
    return SYSINFO_HAS(a, cpu) == SYSINFO_HAS(b, cpu) && (!SYSINFO_HAS(a, cpu) || a->cpu == b->cpu);
}

/*
 * Seconds that a counter advanced; negative when it ran backwards. A step back by
 * more than half of its range is a wrap, and in the sum over all CPUs the wraps of
 * several that began together.
 */
static double advance(double before, double after, double wrap) {
    double delta = after - before;
    double wraps = delta < 0 ? -delta / wrap + 0.5 : 0;
    return wraps >= 1 && wraps < 1e9 ? delta + wrap * (double)(uint64_t)wraps : delta;
}

/*
 * Idle time of a tickless CPU comes from another clock than its ticks and steps
 * back by a tick or two now and then; on a sum over many CPUs such steps stay
 * small against the window. More than that is a resume from suspend, after which
 * the window says nothing: a share of it would be a false 100 %.
 */
static bool is_more_than_jitter(double step_back, double window) {
    return step_back > 0.05 && step_back > window / 20;
}

enum sysinfo__window sysinfo__cpu_usage(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                        struct sysinfo_cpu_usage *usage) {
    uint64_t both = before->present & after->present;
    if (!is_of_one_cpu(before, after) || !(both & BIT(IDLE))) {
        return SYSINFO__WINDOW_MISMATCH;
    }
    double wrap = (both & SYSINFO_BIT(struct sysinfo_cpu_sample, wrap)) != 0 ? after->wrap : DBL_MAX;
    double delta[LAST_MODE + 1] = {0};
    double total = 0, busy = 0, idle_step_back = 0;
    uint64_t modes = 0, estimated = 0;
    bool ran_backwards = false;
    for (int mode = FIRST_MODE; mode <= LAST_MODE; mode++) {
        if (!(both & BIT(mode))) {
            continue;
        }
        modes |= BIT(mode);
        double step = advance(slot_get(before, mode), slot_get(after, mode), wrap);
        if (!(step >= 0)) {
            ran_backwards = true;
            idle_step_back = mode == IDLE ? -step : idle_step_back;
            step = 0;
        }
        delta[mode] = step;
        if (mode != GUEST && mode != GUEST_NICE) {
            total += step;
            busy += mode != IDLE && mode != IOWAIT ? step : 0;
        }
    }
    if (is_more_than_jitter(idle_step_back, total)) {
        return SYSINFO__WINDOW_BACKWARDS;
    }
    if (!(total > 0 && total <= DBL_MAX)) {
        return SYSINFO__WINDOW_EMPTY;
    }
    /* A part is never more than its whole: the kernel rounds the two columns to ticks one by one. */
    if (delta[GUEST] > delta[USER]) {
        delta[GUEST] = delta[USER];
        estimated |= BIT(GUEST);
    }
    if (delta[GUEST_NICE] > delta[NICE]) {
        delta[GUEST_NICE] = delta[NICE];
        estimated |= BIT(GUEST_NICE);
    }

    memset(usage, 0, sizeof *usage);
    for (int mode = FIRST_MODE; mode <= LAST_MODE; mode++) {
        slot_set(usage, mode, delta[mode] / total * 100); /* Divided first: then it cannot exceed 100. */
    }
    usage->percent = busy / total * 100;
    uint64_t shares = modes | SYSINFO_BIT(struct sysinfo_cpu_usage, percent);
    usage->present = shares;
    usage->estimated = ran_backwards ? shares : estimated;
    if (SYSINFO_HAS(after, cpu)) {
        usage->cpu = after->cpu;
        usage->present |= SYSINFO_BIT(struct sysinfo_cpu_usage, cpu);
    }
    double interval = after->time - before->time;
    if ((both & SYSINFO_BIT(struct sysinfo_cpu_sample, time)) && interval >= 0 && interval <= DBL_MAX) {
        usage->interval = interval;
        usage->present |= SYSINFO_BIT(struct sysinfo_cpu_usage, interval);
    }
    return SYSINFO__WINDOW_MEASURED;
}
