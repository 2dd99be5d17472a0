/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

/* A mode has the same slot in a sample and in a usage, so both are walked by slot number. */
enum {
    FIRST_MODE = offsetof(struct sysinfo_cpu_sample, user) / 8,
    LAST_MODE = offsetof(struct sysinfo_cpu_sample, guest_nice) / 8,
    USER = offsetof(struct sysinfo_cpu_sample, user) / 8,
    SYSTEM = offsetof(struct sysinfo_cpu_sample, system) / 8,
    NICE = offsetof(struct sysinfo_cpu_sample, nice) / 8,
    IDLE = offsetof(struct sysinfo_cpu_sample, idle) / 8,
    IOWAIT = offsetof(struct sysinfo_cpu_sample, iowait) / 8,
    SOFTIRQ = offsetof(struct sysinfo_cpu_sample, softirq) / 8,
    STEAL = offsetof(struct sysinfo_cpu_sample, steal) / 8,
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
 * Seconds that a counter advanced that stepped back by `back` seconds; negative if it ran backwards. A step back by
 * more than half of its range is a wrap; in the sum over all CPUs, several may have wrapped.
 */
static double unwrap(double back, double wrap) {
    double wraps = back / wrap + 0.5;
    return wraps >= 1 && wraps < 1e9 ? wrap * (double)(uint64_t)wraps - back : -back;
}

/*
 * A tickless CPU takes its idle time from another clock than its ticks, and steps back by a tick or two now and then.
 * In a sum over many CPUs, such steps stay small compared with the window. A larger step is a resume from suspend,
 * after which the window is meaningless: its shares would show a false 100 %.
 */
static bool is_more_than_jitter(double step_back, double window) {
    return step_back > 0.05 && step_back > window / 20;
}

/*
 * Seconds by which CPU time may differ from elapsed time. Ten columns are rounded down to ticks separately (10 ms on
 * Linux, 15.6 ms on Windows), a CPU is charged at its ticks, the clock is read slightly before the counters, and the
 * two run from different oscillators.
 */
static double slack(double elapsed, double cpus) {
    return 0.1 + cpus * (0.01 + elapsed / 100);
}

double sysinfo__cpu_elapsed(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after) {
    double elapsed = SYSINFO_HAS(before, time) && SYSINFO_HAS(after, time) ? after->time - before->time : -1;
    return elapsed >= 0 && elapsed <= DBL_MAX ? elapsed : -1;
}

/* The number of CPUs that a row covers; 0: unknown. */
static double cpus_of(const struct sysinfo_cpu_sample *sample) {
    return SYSINFO_HAS(sample, cpus) ? (double)sample->cpus : SYSINFO_HAS(sample, cpu) ? 1 : 0;
}

SYSINFO__HOT static void take_step(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                   uint64_t both, struct sysinfo__cpu_step *step) {
    double wrap = (both & SYSINFO_BIT(struct sysinfo_cpu_sample, wrap)) != 0 ? after->wrap : DBL_MAX;
    step->modes = both & (BIT(LAST_MODE + 1) - BIT(FIRST_MODE));
    step->total = step->idle_step_back = 0;
    step->is_doubtful = false;
    SYSINFO__ROLLED
    for (int mode = FIRST_MODE; mode <= LAST_MODE; mode++) {
        double seconds = 0;
        if (both & BIT(mode)) {
            seconds = slot_get(after, mode) - slot_get(before, mode);
            seconds = seconds < 0 ? unwrap(-seconds, wrap) : seconds;
        }
        if (!(seconds >= 0)) {
            step->is_doubtful = true;
            step->idle_step_back = mode == IDLE ? -seconds : step->idle_step_back;
            seconds = 0;
        }
        step->mode[mode - FIRST_MODE] = seconds;
        if (mode != GUEST && mode != GUEST_NICE) {
            step->total += seconds;
        }
    }
}

/*
 * If more time was counted than has passed (a counter jumped, at a resume, a migration or when a CPU comes back), all
 * other shares are unknown. If idle time ran backwards, even by a tick, its share is known only if the other modes fill
 * the elapsed time.
 *
 * Two texts of a capture that are read in succession took no time at all. Below a tick the clock proves nothing, so the
 * shares are only marked.
 */
SYSINFO__HOT static enum sysinfo__window judge(struct sysinfo__cpu_step *step, double elapsed, double cpus) {
    bool has_bounds = elapsed >= 0 && cpus > 0;
    double most = elapsed * cpus + slack(elapsed, cpus), least = elapsed * cpus - slack(elapsed, cpus);
    bool is_too_much = has_bounds && step->total > most;
    if (!(step->total <= DBL_MAX) || (is_too_much && elapsed >= 0.01)) {
        return SYSINFO__WINDOW_IMPOSSIBLE;
    }
    step->is_doubtful = step->is_doubtful || is_too_much;
    if (is_more_than_jitter(step->idle_step_back, step->total) ||
        (has_bounds && step->idle_step_back > 0 && step->total < least)) {
        return SYSINFO__WINDOW_BACKWARDS;
    }
    return step->total > 0 ? SYSINFO__WINDOW_MEASURED : SYSINFO__WINDOW_EMPTY;
}

/*
 * Linux has only ever appended columns: if a later one is known, all before it exist, and an unknown one could not be
 * read. Windows counts softirq, but neither nice nor iowait; the rest exists only on Linux.
 */
SYSINFO__HOT bool sysinfo__cpu_is_whole(const struct sysinfo_cpu_sample *sample) {
    const uint64_t last = BIT(STEAL) | BIT(GUEST) | BIT(GUEST_NICE); /* The last two are parts of others. */
    uint64_t needed = BIT(USER) | BIT(SYSTEM) | BIT(IDLE);
    bool is_windows = (sample->present & (BIT(NICE) | BIT(IOWAIT))) == 0;
    if (sample->present & last) {
        needed = BIT(STEAL + 1) - BIT(FIRST_MODE);
    } else if ((sample->present & BIT(SOFTIRQ)) && !is_windows) {
        needed = BIT(SOFTIRQ + 1) - BIT(FIRST_MODE);
    }
    return (sample->present & needed) == needed;
}

/* A share is known only if all time is. */
static bool have_all_modes(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after) {
    uint64_t counted = BIT(GUEST) - BIT(FIRST_MODE);
    return ((before->present ^ after->present) & counted) == 0 && sysinfo__cpu_is_whole(after) &&
           sysinfo__cpu_is_whole(before);
}

SYSINFO__HOT enum sysinfo__window sysinfo__cpu_step(const struct sysinfo_cpu_sample *before,
                                                    const struct sysinfo_cpu_sample *after,
                                                    struct sysinfo__cpu_step *step) {
    uint64_t both = before->present & after->present;
    if (!is_of_one_cpu(before, after) || !have_all_modes(before, after)) {
        return SYSINFO__WINDOW_MISMATCH;
    }
    double cpus = cpus_of(before), cpus_now = cpus_of(after);
    if (cpus > 0 && cpus_now > 0 && (cpus < cpus_now || cpus > cpus_now)) {
        return SYSINFO__WINDOW_OTHER_CPUS;
    }
    take_step(before, after, both, step);
    return judge(step, sysinfo__cpu_elapsed(before, after), cpus > 0 ? cpus_now : 0);
}

/*
 * A part never exceeds its whole. The kernel rounds the two columns to ticks separately, so one tick more is a
 * correction; less than half a tick is only rounding of a double.
 */
static void limit_part(double *part, double whole, uint64_t bit, uint64_t *estimated) {
    if (*part > whole) {
        *estimated |= *part - whole > 0.005 ? bit : 0;
        *part = whole;
    }
}

SYSINFO__HOT void sysinfo__cpu_shares(const struct sysinfo__cpu_step *step, struct sysinfo_cpu_usage *usage) {
    double seconds[LAST_MODE + 1] = {0};
    uint64_t estimated = 0;
    memcpy(&seconds[FIRST_MODE], step->mode, sizeof step->mode);
    limit_part(&seconds[GUEST], seconds[USER], BIT(GUEST), &estimated);
    limit_part(&seconds[GUEST_NICE], seconds[NICE], BIT(GUEST_NICE), &estimated);

    double busy = 0;
    memset(usage, 0, sizeof *usage);
    for (int mode = FIRST_MODE; mode <= LAST_MODE; mode++) {
        bool is_known = (step->modes & BIT(mode)) != 0; /* Divide first: a share cannot exceed 100. */
        slot_set(usage, mode, is_known ? seconds[mode] / step->total * 100 : 0);
        busy += mode != IDLE && mode != IOWAIT && mode != GUEST && mode != GUEST_NICE ? seconds[mode] : 0;
    }
    usage->percent = busy / step->total * 100;
    usage->present = step->modes | SYSINFO_BIT(struct sysinfo_cpu_usage, percent);
    usage->estimated = step->is_doubtful ? usage->present : estimated;
}

void sysinfo__cpu_interval(double elapsed, struct sysinfo_cpu_usage *usage) {
    if (elapsed >= 0) {
        usage->interval = elapsed;
        usage->present |= SYSINFO_BIT(struct sysinfo_cpu_usage, interval);
    }
}

SYSINFO__HOT enum sysinfo__window sysinfo__cpu_usage(const struct sysinfo_cpu_sample *before,
                                                     const struct sysinfo_cpu_sample *after,
                                                     struct sysinfo_cpu_usage *usage) {
    struct sysinfo__cpu_step step;
    enum sysinfo__window window = sysinfo__cpu_step(before, after, &step);
    if (window != SYSINFO__WINDOW_MEASURED) {
        return window;
    }
    sysinfo__cpu_shares(&step, usage);
    if (SYSINFO_HAS(after, cpu)) {
        usage->cpu = after->cpu;
        usage->present |= SYSINFO_BIT(struct sysinfo_cpu_usage, cpu);
    }
    sysinfo__cpu_interval(sysinfo__cpu_elapsed(before, after), usage);
    return window;
}
