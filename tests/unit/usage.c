/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

#define BIT(mode) SYSINFO_BIT(struct sysinfo_cpu_sample, mode)
enum { FIRST_MODE = offsetof(struct sysinfo_cpu_sample, user) / 8, MODES = 10, GUEST = 8 };

static const uint64_t every_mode = ((UINT64_C(1) << MODES) - 1) << FIRST_MODE;

/* All ten modes. */
static struct sysinfo_cpu_sample sample(double time, double user, double system, double idle) {
    return (struct sysinfo_cpu_sample){
        .present = every_mode | BIT(time), .time = time, .user = user, .system = system, .idle = idle};
}

static double mode(const struct sysinfo_cpu_usage *usage, int number) {
    double value;
    memcpy(&value, (const char *)usage + (FIRST_MODE + number) * 8, sizeof value);
    return value;
}

static void set_mode(struct sysinfo_cpu_sample *s, int number, double value) {
    memcpy((char *)s + (FIRST_MODE + number) * 8, &value, sizeof value);
}

static bool is_near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

START_TEST(shares_are_of_the_time_that_passed) {
    struct sysinfo_cpu_sample before = sample(10, 100, 50, 1000), after = sample(12.5, 101, 50.5, 1002.5);
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 25 && usage.system == 12.5 && usage.idle == 62.5 && usage.percent == 37.5);
    ck_assert(usage.interval == 2.5);
    ck_assert_uint_eq(usage.estimated, 0);
    ck_assert(!SYSINFO_HAS(&usage, cpu));
}
END_TEST

/* psutil reports too little for an interval shorter than one CPU second. */
START_TEST(a_window_shorter_than_a_second_still_adds_up_to_100) {
    struct sysinfo_cpu_sample before = sample(0, 0, 0, 0), after = sample(0.1, 0.01, 0, 0.01);
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 50 && usage.idle == 50 && usage.percent == 50);
}
END_TEST

START_TEST(guest_is_a_part_of_user_and_not_counted_again) {
    struct sysinfo_cpu_sample before = sample(0, 0, 0, 0), after = sample(1, 2, 0, 1);
    struct sysinfo_cpu_usage usage;
    after.guest = 1;
    after.nice = 1;
    after.guest_nice = 1;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 50 && usage.guest == 25 && usage.nice == 25 && usage.guest_nice == 25 && usage.idle == 25 &&
              usage.percent == 75);
    ck_assert_uint_eq(usage.estimated, 0);
}
END_TEST

START_TEST(guest_is_never_more_than_user) {
    struct sysinfo_cpu_sample before = sample(0, 0, 0, 0), after = sample(1, 1, 0, 3);
    struct sysinfo_cpu_usage usage;
    after.guest = 1.01;
    after.guest_nice = 0.01;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.guest == 25 && usage.guest_nice == 0);
    ck_assert_uint_eq(usage.estimated, BIT(guest) | BIT(guest_nice));
}
END_TEST

START_TEST(steal_is_busy_and_iowait_is_not) {
    struct sysinfo_cpu_sample before = sample(0, 0, 0, 0), after = sample(1, 0, 0, 1);
    struct sysinfo_cpu_usage usage;
    after.steal = 1;
    after.iowait = 1;
    after.irq = 0.5;
    after.softirq = 0.5;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.steal == 25 && usage.iowait == 25 && usage.irq == 12.5 && usage.softirq == 12.5 &&
              usage.percent == 50);
}
END_TEST

START_TEST(a_counter_that_ran_backwards_counts_as_0_and_marks_the_row) {
    struct sysinfo_cpu_sample before = sample(0, 5, 0, 0), after = sample(1, 6, 0, 1);
    struct sysinfo_cpu_usage usage;
    before.steal = 300;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 50 && usage.idle == 50 && usage.steal == 0);
    ck_assert_uint_eq(usage.estimated, every_mode | BIT(user) | SYSINFO_BIT(struct sysinfo_cpu_usage, percent));
}
END_TEST

START_TEST(counters_that_wrap_go_on) {
    struct sysinfo_cpu_sample before = sample(0, 99.5, 20, 50), after = sample(1, 0.5, 20, 51);
    struct sysinfo_cpu_usage usage;
    before.wrap = after.wrap = 100;
    before.present |= BIT(wrap);
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage),
                     SYSINFO__WINDOW_MEASURED); /* Only one sample has `wrap`, so it ran backwards. */
    ck_assert(usage.user == 0 && usage.idle == 100 && usage.estimated != 0);
    after.present |= BIT(wrap);
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 50 && usage.idle == 50);
    ck_assert_uint_eq(usage.estimated, 0);
    before.user = 299; /* Three of the summed CPUs wrapped around. */
    after.user = 0;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 50 && usage.idle == 50);
    ck_assert_uint_eq(usage.estimated, 0);
    before.user = 30;
    after.user = 29; /* A small step back is not a wrap. */
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 0 && usage.estimated != 0);
}
END_TEST

START_TEST(a_resume_from_suspend_has_no_percentage) {
    struct sysinfo_cpu_sample before = sample(0, 10, 10, 500), after = sample(1, 11, 10, 490);
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_BACKWARDS);
    after = sample(1, 10, 10, 499.9); /* Nothing else moved. */
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_BACKWARDS);
}
END_TEST

START_TEST(idle_time_that_jitters_by_a_tick_is_a_step_of_0) {
    struct sysinfo_cpu_sample before = sample(0, 10, 10, 500), after = sample(1, 11, 10, 499.99);
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.user == 100 && usage.idle == 0 && SYSINFO_IS_ESTIMATED(&usage, percent));
    after = sample(1, 74, 10, 499.5); /* Half a second, of 64 CPU seconds. */
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
}
END_TEST

START_TEST(a_window_in_which_nothing_moved_is_empty) {
    struct sysinfo_cpu_sample before = sample(0, 10, 10, 500), after = sample(9, 10, 10, 500);
    struct sysinfo_cpu_usage usage = {.present = 47};
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_EMPTY);
    after.guest = 5; /* A part without its whole is not time. */
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_EMPTY);
    ck_assert_uint_eq(usage.present, 47);
}
END_TEST

#define LINUX_2_6                                                                                           \
    (BIT(user) | BIT(system) | BIT(nice) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) | \
     BIT(guest) | BIT(guest_nice))

#define WINDOWS (BIT(user) | BIT(system) | BIT(idle) | BIT(irq) | BIT(softirq))

static const struct {
    uint64_t before, after;
    bool has_shares;
} modes[] = {
    {LINUX_2_6, LINUX_2_6, true},
    {BIT(user) | BIT(system) | BIT(nice) | BIT(idle), BIT(user) | BIT(system) | BIT(nice) | BIT(idle), true},
    {BIT(user) | BIT(system) | BIT(idle) | BIT(irq), BIT(user) | BIT(system) | BIT(idle) | BIT(irq), true},
    {WINDOWS, WINDOWS, true},
    {WINDOWS, WINDOWS & ~BIT(irq), false},
    {LINUX_2_6 & ~BIT(guest_nice), LINUX_2_6 & ~BIT(guest_nice), true}, /* Included in nice already. */
    {LINUX_2_6 & ~BIT(guest), LINUX_2_6, true},
    {LINUX_2_6 & ~(BIT(steal) | BIT(guest) | BIT(guest_nice)), LINUX_2_6 & ~(BIT(steal) | BIT(guest) | BIT(guest_nice)),
     true},
    {LINUX_2_6 & ~BIT(user), LINUX_2_6, false}, /* It could be read in only one sample. */
    {LINUX_2_6, LINUX_2_6 & ~BIT(iowait), false},
    {LINUX_2_6, LINUX_2_6 & ~BIT(idle), false},
    {LINUX_2_6, LINUX_2_6 & ~BIT(steal), false},
    {LINUX_2_6 & ~BIT(user), LINUX_2_6 & ~BIT(user), false}, /* In neither sample, although it exists. */
    {LINUX_2_6 & ~BIT(system), LINUX_2_6 & ~BIT(system), false},
    {LINUX_2_6 & ~BIT(nice), LINUX_2_6 & ~BIT(nice), false},
    {LINUX_2_6 & ~BIT(iowait), LINUX_2_6 & ~BIT(iowait), false},
    {LINUX_2_6 & ~BIT(irq), LINUX_2_6 & ~BIT(irq), false},
    {LINUX_2_6 & ~BIT(softirq), LINUX_2_6 & ~BIT(softirq), false},
    {LINUX_2_6 & ~BIT(steal), LINUX_2_6 & ~BIT(steal), false},
    {LINUX_2_6 & ~(BIT(irq) | BIT(steal) | BIT(guest) | BIT(guest_nice)),
     LINUX_2_6 & ~(BIT(irq) | BIT(steal) | BIT(guest) | BIT(guest_nice)), false},
};

START_TEST(no_share_is_known_where_a_mode_is_not) {
    struct sysinfo_cpu_sample before = sample(0, 10, 10, 500), after = sample(1, 11, 10, 501);
    struct sysinfo_cpu_usage usage;
    before.present = modes[_i].before;
    after.present = modes[_i].after;
    enum sysinfo__window window = sysinfo__cpu_usage(&before, &after, &usage);
    ck_assert_int_eq(window, modes[_i].has_shares ? SYSINFO__WINDOW_MEASURED : SYSINFO__WINDOW_MISMATCH);
    if (modes[_i].has_shares) {
        ck_assert(usage.user == 50 && usage.idle == 50 && usage.percent == 50 && usage.steal == 0);
        ck_assert_uint_eq(usage.present,
                          (before.present & after.present) | SYSINFO_BIT(struct sysinfo_cpu_usage, percent));
    }
}
END_TEST

START_TEST(samples_of_two_cpus_do_not_match) {
    struct sysinfo_cpu_sample before = sample(0, 10, 10, 500), after = sample(1, 10.5, 10, 500.5);
    struct sysinfo_cpu_usage usage;
    after.present |= BIT(cpu);
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MISMATCH);
    before.present |= BIT(cpu);
    before.cpu = after.cpu = 7;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(SYSINFO_HAS(&usage, cpu) && usage.cpu == 7);
    after.cpu = 8;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MISMATCH);
}
END_TEST

START_TEST(a_clock_that_ran_backwards_gives_no_interval) {
    struct sysinfo_cpu_sample before = sample(5, 10, 10, 500), after = sample(4, 11, 10, 501);
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo__cpu_usage(&before, &after, &usage), SYSINFO__WINDOW_MEASURED);
    ck_assert(!SYSINFO_HAS(&usage, interval) && usage.interval == 0);
}
END_TEST

static uint64_t random_state;

static uint64_t next_random(void) { /* xorshift64 */
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static double random_counter(bool is_hostile) {
    static const double odd[] = {0, -1, 1e300, -1e300, DBL_MAX, INFINITY, -INFINITY, NAN, DBL_MIN, 1e-310};
    if (is_hostile && next_random() % 4 == 0) {
        return odd[next_random() % (sizeof odd / sizeof odd[0])];
    }
    return (double)(next_random() % 1000000) / 100;
}

static void random_sample(struct sysinfo_cpu_sample *s, bool is_hostile) {
    memset(s, 0, sizeof *s);
    s->present = BIT(idle) | (next_random() & (every_mode | BIT(time) | BIT(wrap)));
    s->time = random_counter(is_hostile);
    s->wrap = random_counter(is_hostile);
    for (int i = 0; i < MODES; i++) {
        set_mode(s, i, random_counter(is_hostile));
    }
}

START_TEST(no_two_samples_give_a_share_outside_0_to_100) {
    random_state = UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)_i;
    unsigned measured = 0;
    for (int round = 0; round < 20000; round++) {
        struct sysinfo_cpu_sample before, after;
        struct sysinfo_cpu_usage usage;
        bool is_hostile = _i % 2 == 1;
        random_sample(&before, is_hostile);
        random_sample(&after, is_hostile);
        if (round % 4 < 3) { /* Mostly the same machine, and forwards. */
            before.present |= BIT(user) | BIT(system) | BIT(nice) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal);
            after.present = before.present;
            for (int i = 0; i < MODES; i++) {
                double value;
                memcpy(&value, (char *)&before + (FIRST_MODE + i) * 8, 8);
                set_mode(&after, i, value + random_counter(is_hostile));
            }
        }
        if (sysinfo__cpu_usage(&before, &after, &usage) != SYSINFO__WINDOW_MEASURED) {
            continue;
        }
        measured++;
        double sum = 0;
        bool is_sound =
            usage.percent >= 0 && usage.percent <= 100 && is_near(usage.percent, 100 - usage.idle - usage.iowait);
        for (int i = 0; i < MODES; i++) {
            double share = mode(&usage, i);
            is_sound = is_sound && share >= 0 && share <= 100 && !signbit(share);
            sum += i < GUEST ? share : 0;
        }
        is_sound = is_sound && is_near(sum, 100) && usage.guest <= usage.user && usage.guest_nice <= usage.nice;
        is_sound = is_sound && (usage.estimated & ~usage.present) == 0 && usage.interval >= 0;
        ck_assert_msg(is_sound, "round %d: %g %% busy, the shares add up to %g", round, usage.percent, sum);
    }
    ck_assert_uint_gt(measured, 1000);
}
END_TEST

/* An older program's sample ends after idle. Only slots whose bit is set may be read. */
START_TEST(samples_of_older_programs_are_not_read_beyond_their_end) {
    enum { SIZE = offsetof(struct sysinfo_cpu_sample, idle) + 8 };
    struct sysinfo_cpu_sample full[2] = {sample(0, 10, 10, 500), sample(1, 11, 10, 501)};
    void *old[2];
    for (int i = 0; i < 2; i++) {
        old[i] = malloc(SIZE);
        ck_assert_ptr_nonnull(old[i]);
        full[i].present &= (UINT64_C(1) << SIZE / 8) - 1;
        memcpy(old[i], &full[i], SIZE);
    }
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_usage_between(old[0], old[1], &usage, sizeof usage), SYSINFO_OK);
    ck_assert(usage.user == 50 && usage.idle == 50 && !SYSINFO_HAS(&usage, iowait));
    /* And a newer program's sample: an unknown mode changes nothing. */
    uint64_t newer[SYSINFO_SLOTS];
    memset(newer, 0x11, sizeof newer);
    memcpy(newer, &full[1], sizeof full[1]);
    newer[0] |= UINT64_C(1) << 40;
    ck_assert_int_eq(sysinfo_cpu_usage_between(old[0], (const void *)newer, &usage, sizeof usage), SYSINFO_OK);
    ck_assert(usage.user == 50 && usage.idle == 50);
    free(old[0]);
    free(old[1]);
}
END_TEST

TCase *usage_tests(void) {
    TCase *tests = tcase_create("usage");
    tcase_add_test(tests, shares_are_of_the_time_that_passed);
    tcase_add_test(tests, a_window_shorter_than_a_second_still_adds_up_to_100);
    tcase_add_test(tests, guest_is_a_part_of_user_and_not_counted_again);
    tcase_add_test(tests, guest_is_never_more_than_user);
    tcase_add_test(tests, steal_is_busy_and_iowait_is_not);
    tcase_add_test(tests, a_counter_that_ran_backwards_counts_as_0_and_marks_the_row);
    tcase_add_test(tests, counters_that_wrap_go_on);
    tcase_add_test(tests, a_resume_from_suspend_has_no_percentage);
    tcase_add_test(tests, idle_time_that_jitters_by_a_tick_is_a_step_of_0);
    tcase_add_test(tests, a_window_in_which_nothing_moved_is_empty);
    tcase_add_loop_test(tests, no_share_is_known_where_a_mode_is_not, 0, (int)(sizeof modes / sizeof modes[0]));
    tcase_add_test(tests, samples_of_two_cpus_do_not_match);
    tcase_add_test(tests, a_clock_that_ran_backwards_gives_no_interval);
    tcase_add_loop_test(tests, no_two_samples_give_a_share_outside_0_to_100, 0, 4);
    tcase_add_test(tests, samples_of_older_programs_are_not_read_beyond_their_end);
    return tests;
}
