/* SPDX-License-Identifier: MIT */
/* Notes about programs that cannot be counted, as written by processes, and forged ones. */
#include "run/untracked.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

static char directory[64];
static int fd;
static struct untracked *untracked;
static struct tree *tree; /* Of nothing. */
static struct heap_totals totals;
static char counted[64][32]; /* By heap_gap_count(), which gap_linux.c defines. */
static size_t counts;

void heap_gap_count(struct heap_totals *sums, enum heap_gap gap, const char *name) {
    sums->gaps[gap]++;
    snprintf(counted[counts++], sizeof counted[0], "%s", name);
}

static void setup(void) {
    const char *why;
    strcpy(directory, "/tmp/sysinfo-notes-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    untracked = untracked_open(fd);
    ck_assert_ptr_nonnull(untracked);
    tree = tree_open("/proc", getpid(), true, &why);
    ck_assert_ptr_nonnull(tree);
    memset(&totals, 0, sizeof totals);
    counts = 0;
}

static char *path_of(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/" UNTRACKED "/%s", directory, name);
    return path;
}

static void teardown(void) {
    char command[256];
    untracked_close(untracked);
    tree_free(tree);
    close(fd);
    snprintf(command, sizeof command, "rm -r '%s'", directory);
    ck_assert_int_eq(system(command), 0);
}

static void put(const char *name, const char *content) {
    ck_assert_int_eq(symlink(content, path_of(name)), 0);
}

static bool is_there(const char *name) {
    struct stat file;
    return lstat(path_of(name), &file) == 0;
}

static size_t sum(void) {
    size_t all = 0;
    for (int gap = 0; gap < HEAP_GAPS; gap++) {
        all += totals.gaps[gap];
    }
    return all;
}

START_TEST(each_reason_counts_by_itself_and_the_notes_are_gone) {
    put("100.1.static", "0:/bin/a");
    put("101.1.static", "0:b");
    put("102.1.set_user_id", "0:/c/d/e");
    put("103.1.environment", "0:/usr/bin/env");
    put("104.1.architecture", "0:");
    put("105.1.libc", "0:/f");
    put("105.2.libc", "0:/f");
    ck_assert_uint_eq(untracked_read(untracked, tree, &totals), 7);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_STATIC], 2);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_PRIVILEGED], 1);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_ENVIRONMENT], 1);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_ARCHITECTURE], 1);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_LIBC], 2);
    ck_assert_uint_eq(sum(), 7);
    ck_assert_uint_eq(untracked_read(untracked, tree, &totals), 0);
    ck_assert_uint_eq(sum(), 7);
}
END_TEST

START_TEST(a_program_is_named_by_its_file) {
    put("100.1.static", "0:/usr/local/bin/busybox");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(counts, 1);
    ck_assert_str_eq(counted[0], "busybox");
}
END_TEST

static const char *const not_notes[] = {
    "x",
    "1",
    "1.",
    "1.2",
    "1.2.",
    ".2.static",
    "1..static",
    "a.2.static",
    "1.2.statics",
    "1.2.stati",
    "1.2.static.",
    "1.2.static.x",
    "1.2.static.no",
    "1.2.static.note",
    "-1.2.static",
    "1.2.STATIC",
    "1.2..child",
    "1.2.child",
    "1.2.own_allocator",
    "1234567890123456789.2.static",
    "1.12345678901234567890.static",
};

START_TEST(what_is_no_note_is_left_alone) {
    put(not_notes[_i], "0:/bin/a");
    ck_assert_uint_eq(untracked_read(untracked, tree, &totals), 0);
    ck_assert_uint_eq(sum(), 0);
    ck_assert(is_there(not_notes[_i]));
}
END_TEST

static const char *const not_contents[] = {"a", ":", "-1:/bin/a", "1", "1 :/bin/a", "/bin/a"};

START_TEST(without_its_content_it_does_not_count) {
    put("100.1.static", not_contents[_i]);
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 0);
    ck_assert(!is_there("100.1.static"));
}
END_TEST

START_TEST(pids_of_another_namespace_match_no_process_here) {
    char content[64];
    struct stat space;
    ck_assert_int_eq(stat("/proc/self/ns/pid", &space), 0);
    put("100.1.static", "1:/bin/a");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 0);
    snprintf(content, sizeof content, "%llu:/bin/a", (unsigned long long)space.st_ino);
    put("100.2.static", content);
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 1);
}
END_TEST

START_TEST(a_file_in_the_place_of_a_note_does_not_count) {
    FILE *file = fopen(path_of("100.1.static"), "w");
    ck_assert_ptr_nonnull(file);
    fputs("0:/bin/a", file);
    fclose(file);
    ck_assert_int_eq(mkdir(path_of("100.2.static"), 0700), 0);
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 0);
    ck_assert_int_eq(rmdir(path_of("100.2.static")), 0);
}
END_TEST

START_TEST(what_did_not_start_is_taken_back) {
    put("100.5.static", "0:/bin/a");
    put("100.6.static", "0:/bin/a");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 2);
    put("100.5.static.not", "0:");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_STATIC], 1);
    put("100.6.static.not", "0:");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 0);
    ck_assert(!untracked_has(untracked, 100, 0));
    put("100.7.static.not", "0:"); /* About an unknown process. */
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 0);
}
END_TEST

START_TEST(the_process_of_a_note_is_known_by_its_beginning) {
    char name[64];
    uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
    snprintf(name, sizeof name, "%d.%llu.static", getpid(), 5000000000ULL); /* At 5 s. */
    put(name, "0:/bin/a");
    untracked_read(untracked, tree, &totals);
    ck_assert(untracked_has(untracked, getpid(), 1));
    ck_assert(untracked_has(untracked, getpid(), 5 * ticks));
    ck_assert(!untracked_has(untracked, getpid(), 5 * ticks + 1)); /* A later process with that number. */
    ck_assert(!untracked_has(untracked, getpid() + 1, 1));
    tree_take(tree, false);
    untracked_forget(untracked, tree);
    untracked_forget(untracked, tree);
    ck_assert(untracked_has(untracked, getpid(), 1)); /* It is alive. */
}
END_TEST

START_TEST(notes_of_the_dead_are_forgotten_after_the_next_sample) {
    enum { NOBODY = 999999999 };
    put("999999999.1000000000.static", "0:/bin/a");
    untracked_read(untracked, tree, &totals);
    untracked_forget(untracked, tree);
    ck_assert(untracked_has(untracked, NOBODY, 1));
    untracked_read(untracked, tree, &totals);
    untracked_forget(untracked, tree);
    ck_assert(!untracked_has(untracked, NOBODY, 1));
    ck_assert_uint_eq(sum(), 1);
}
END_TEST

START_TEST(a_child_without_a_number_waits_for_it) {
    char waiting[64], named[64];
    snprintf(waiting, sizeof waiting, "%d.1.static.child", getpid());
    snprintf(named, sizeof named, "%d.2.static", getpid());
    put(waiting, "0:/bin/a");
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(untracked_read(untracked, tree, &totals), 0);
        ck_assert_uint_eq(sum(), 0);
        ck_assert(untracked_has_child(untracked, getpid(), HEAP_GAP_STATIC));
        ck_assert(!untracked_has_child(untracked, getpid(), HEAP_GAP_LIBC));
        ck_assert(!untracked_has_child(untracked, getpid() + 1, HEAP_GAP_STATIC));
    }
    put(named, "0:/bin/a");
    ck_assert_int_eq(unlink(path_of(waiting)), 0);
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(sum(), 1);
    ck_assert(!untracked_has_child(untracked, getpid(), HEAP_GAP_STATIC));
}
END_TEST

START_TEST(one_whose_parent_is_gone_counts_and_so_does_one_that_has_ended) {
    put("999999999.1.static.child", "0:/bin/a");
    put("999999999.2.libc.done", "0:/bin/a");
    untracked_read(untracked, tree, &totals);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_STATIC], 1);
    ck_assert_uint_eq(totals.gaps[HEAP_GAP_LIBC], 1);
    ck_assert(untracked_has_child(untracked, 999999999, HEAP_GAP_LIBC));
}
END_TEST

START_TEST(at_the_end_no_child_is_waited_for) {
    char waiting[64];
    snprintf(waiting, sizeof waiting, "%d.1.static.child", getpid());
    put(waiting, "0:/bin/a");
    untracked_read(untracked, NULL, &totals);
    ck_assert_uint_eq(sum(), 1);
    ck_assert(!is_there(waiting));
}
END_TEST

START_TEST(sixty_are_read) {
    for (int i = 0; i < 60; i++) {
        char name[64];
        snprintf(name, sizeof name, "%d.%d.static", 999999000 + i, i);
        put(name, "0:/bin/a");
    }
    ck_assert_uint_eq(untracked_read(untracked, tree, &totals), 60);
    ck_assert_uint_eq(sum(), 60);
}
END_TEST

START_TEST(where_there_is_no_place_there_are_no_notes) {
    ck_assert_ptr_null(untracked_open(fd)); /* It exists: someone else created it. */
    ck_assert_ptr_null(untracked_open(-1));
    ck_assert_uint_eq(untracked_read(NULL, tree, &totals), 0);
    ck_assert(!untracked_has(NULL, 1, 1));
    ck_assert(!untracked_has_child(NULL, 1, HEAP_GAP_STATIC));
    untracked_forget(NULL, tree);
    untracked_close(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("run_untracked");
    TCase *notes = tcase_create("notes");
    tcase_add_checked_fixture(notes, setup, teardown);
    tcase_add_test(notes, each_reason_counts_by_itself_and_the_notes_are_gone);
    tcase_add_test(notes, a_program_is_named_by_its_file);
    tcase_add_loop_test(notes, what_is_no_note_is_left_alone, 0, (int)(sizeof not_notes / sizeof not_notes[0]));
    tcase_add_loop_test(notes, without_its_content_it_does_not_count, 0,
                        (int)(sizeof not_contents / sizeof not_contents[0]));
    tcase_add_test(notes, pids_of_another_namespace_match_no_process_here);
    tcase_add_test(notes, a_file_in_the_place_of_a_note_does_not_count);
    tcase_add_test(notes, what_did_not_start_is_taken_back);
    tcase_add_test(notes, the_process_of_a_note_is_known_by_its_beginning);
    tcase_add_test(notes, notes_of_the_dead_are_forgotten_after_the_next_sample);
    tcase_add_test(notes, a_child_without_a_number_waits_for_it);
    tcase_add_test(notes, one_whose_parent_is_gone_counts_and_so_does_one_that_has_ended);
    tcase_add_test(notes, at_the_end_no_child_is_waited_for);
    tcase_add_test(notes, sixty_are_read);
    tcase_add_test(notes, where_there_is_no_place_there_are_no_notes);
    suite_add_tcase(suite, notes);
    return run(suite);
}
