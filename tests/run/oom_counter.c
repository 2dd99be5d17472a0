/* SPDX-License-Identifier: MIT */
/* The file in which the kernel counts killed processes: texts of it, and this process's own. */
#include "run/oom_counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

static FILE *stream;

static void setup(void) {
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
}

static void teardown(void) {
    fclose(stream);
}

static void put(const char *text, size_t length) {
    ck_assert_int_eq(ftruncate(fileno(stream), 0), 0);
    ck_assert_int_eq((long long)pwrite(fileno(stream), text, length, 0), (long long)length);
}

static const struct {
    const char *text;
    bool is_known, has_events;
    uint64_t kills, events;
} texts[] = {
    {"low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n", true, true, 5, 4},
    {"oom_kill_disable 7\nunder_oom 8\noom_kill 9\n", true, false, 9, 0},
    {"low 1\nhigh 2\nmax 3\noom 4\noom_kill 18446744073709551615", true, true, UINT64_MAX, 4},
    {"low 1\nhigh 2\nmax 3\noom 4\n", false, true, 0, 4}, /* Before Linux 4.13. */
    {"oom_kill_disable 7\nunder_oom 8\n", false, false, 0, 0},
    {"oom_kill many\n", false, false, 0, 0},
    {" oom_kill 5\n", false, false, 0, 0},
    {"", false, false, 0, 0},
};

START_TEST(the_counts_are_found_by_their_names) {
    struct oom_counts counts = {.kills = 99};
    put(texts[_i].text, strlen(texts[_i].text));
    ck_assert_int_eq(oom_counter_read(fileno(stream), &counts), texts[_i].is_known);
    if (texts[_i].is_known) {
        ck_assert_uint_eq(counts.kills, texts[_i].kills);
        ck_assert_int_eq(counts.has_events, texts[_i].has_events);
        ck_assert_uint_eq(counts.events, texts[_i].events);
    }
}
END_TEST

START_TEST(an_open_file_is_read_again) {
    struct oom_counts counts;
    for (int i = 0; i < 2; i++) {
        put(i == 0 ? "oom_kill 1\n" : "oom_kill 2\n", 11);
        ck_assert(oom_counter_read(fileno(stream), &counts));
        ck_assert_uint_eq(counts.kills, (uint64_t)i + 1);
    }
}
END_TEST

START_TEST(what_is_no_such_file_has_no_counts) {
    enum { LONG = 100000 };
    struct oom_counts counts;
    char *text = malloc(LONG);
    ck_assert_ptr_nonnull(text);
    memset(text, '\n', LONG);
    memcpy(text, "oom_kill 5", 10);
    put(text, LONG);
    ck_assert(!oom_counter_read(fileno(stream), &counts)); /* Cut, another number might be missing. */
    ck_assert(!oom_counter_read(-1, &counts));
    oom_counter_close(-1);
    free(text);
}
END_TEST

/* Where the file is found at all, the library finds the same numbers by reading the mounts. */
START_TEST(it_is_the_file_of_this_process) {
    int file = oom_counter_open();
    struct oom_counts before, after;
    struct sysinfo_cgroup cgroup = {0};
    if (file < 0) {
        puts("skipped: no cgroup with such a file, or not in the initial namespace");
        return;
    }
    do {
        ck_assert(oom_counter_read(file, &before));
        ck_assert_int_eq(sysinfo_cgroup_usage(NULL, &cgroup, sizeof cgroup), SYSINFO_OK);
        ck_assert(oom_counter_read(file, &after));
    } while (before.kills != after.kills || before.events != after.events);
    ck_assert(SYSINFO_HAS(&cgroup, events_oom_kill));
    ck_assert_uint_eq(cgroup.events_oom_kill, after.kills);
    ck_assert_int_eq(SYSINFO_HAS(&cgroup, events_oom), after.has_events);
    ck_assert(!after.has_events || cgroup.events_oom == after.events);
    oom_counter_close(file);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("run_oom_counter");
    TCase *counter = tcase_create("counter");
    tcase_add_checked_fixture(counter, setup, teardown);
    tcase_add_loop_test(counter, the_counts_are_found_by_their_names, 0, (int)(sizeof texts / sizeof texts[0]));
    tcase_add_test(counter, an_open_file_is_read_again);
    tcase_add_test(counter, what_is_no_such_file_has_no_counts);
    tcase_add_test(counter, it_is_the_file_of_this_process);
    suite_add_tcase(suite, counter);
    return run(suite);
}
