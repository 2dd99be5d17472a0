/* SPDX-License-Identifier: MIT */
/* sysinfo_mark() by itself: a child of the test holds a recorder's lock. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

static char path[64];
static pid_t holder;

static void setup(void) {
    strcpy(path, "/tmp/sysinfo-mark-XXXXXX");
    close(mkstemp(path));
}

static void teardown(void) {
    unlink(path);
}

static void hold(void) {
    int ready[2];
    char byte;
    ck_assert_int_eq(pipe(ready), 0);
    holder = fork();
    if (holder == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        if (fcntl(open(path, O_RDWR), F_SETLK, &lock) == 0 && write(ready[1], "", 1) == 1) {
            pause();
        }
        _exit(1);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
}

static void let_go(void) {
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
}

static const char *recording(const char *monotonic, const char *wall) {
    static char text[128];
    snprintf(text, sizeof text, "%s:%s:%s", monotonic, wall, path);
    return text;
}

static const char *content(void) {
    static char text[2048];
    FILE *file = fopen(path, "r");
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

START_TEST(outside_a_recording_nothing_happens) {
    ck_assert_int_eq(sysinfo_mark(NULL, "load"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_mark("", "load"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_mark("1:1:/no/such/file", "load"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_mark(recording("1", "1"), "load"), SYSINFO_OK);
    ck_assert_str_eq(content(), "");
}
END_TEST

START_TEST(a_name_is_needed) {
    ck_assert_int_eq(sysinfo_mark(NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_mark(NULL, ""), SYSINFO_INVALID);
}
END_TEST

static const char *const rubbish[] = {"x",
                                      "1",
                                      "1:",
                                      "1:2",
                                      "1:2:",
                                      "1:2:relative",
                                      ":2:/tmp/a",
                                      "1::/tmp/a",
                                      "-1:2:/tmp/a",
                                      "1:2 :/tmp/a",
                                      "999999999999999:2:/tmp/a"};

START_TEST(rubbish_is_not_a_recording) {
    ck_assert_int_eq(sysinfo_mark(rubbish[_i], "load"), SYSINFO_INVALID);
}
END_TEST

/* The start is far in the future of the monotonic clock: no time has passed. */
static const struct {
    const char *wall, *time;
} dates[] = {{"0", "1970-01-01T00:00:00.000Z"},
             {"951782399999", "2000-02-28T23:59:59.999Z"},
             {"951782400000", "2000-02-29T00:00:00.000Z"},
             {"951868800001", "2000-03-01T00:00:00.001Z"},
             {"1795331322003", "2026-11-22T07:08:42.003Z"},
             {"1735689599000", "2024-12-31T23:59:59.000Z"},
             {"4107542400000", "2100-03-01T00:00:00.000Z"}};

START_TEST(a_mark_is_a_row) {
    char expected[128];
    hold();
    ck_assert_int_eq(sysinfo_mark(recording("99999999999999", dates[_i].wall), "load, \"all\"\n"), SYSINFO_OK);
    let_go();
    snprintf(expected, sizeof expected, "%s,0.000,,,,,,,,,\"load, \"\"all\"\" \",,,,,,,,\n", dates[_i].time);
    ck_assert_str_eq(content(), expected);
}
END_TEST

/* At most 200 bytes, without half a character. */
START_TEST(a_long_name_is_cut) {
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    memcpy(name + 199, "\xC3\xA4", 2);
    hold();
    ck_assert_int_eq(sysinfo_mark(recording("1", "1"), name), SYSINFO_OK);
    let_go();
    const char *quote = strchr(content(), '"');
    ck_assert_ptr_nonnull(quote);
    ck_assert_uint_eq(strcspn(quote + 1, "\""), 199);
}
END_TEST

START_TEST(no_trace_is_left) {
    hold();
    errno = 77;
    ck_assert_int_eq(sysinfo_mark(recording("1", "1"), "load"), SYSINFO_OK);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(sysinfo_mark("1:1:/no/such/file", "load"), SYSINFO_OK);
    ck_assert_int_eq(errno, 77);
    int free_one = dup(0);
    sysinfo_mark(recording("1", "1"), "load");
    int free_later = dup(0);
    ck_assert_int_eq(free_later, free_one + 1);
    let_go();
}
END_TEST

START_TEST(anything_but_a_regular_file_is_left_alone) {
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(sysinfo_mark(recording("1", "1"), "load"), SYSINFO_OK); /* And it does not wait for a reader. */
    ck_assert_int_eq(sysinfo_mark("1:1:/dev/null", "load"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_mark("1:1:/dev/full", "load"), SYSINFO_OK);
}
END_TEST

START_TEST(a_file_that_cannot_exist_is_not_a_recording) {
    char below[96];
    snprintf(below, sizeof below, "1:1:%s/below", path); /* A file is not a directory. */
    ck_assert_int_eq(sysinfo_mark(below, "load"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_mark("1:1:/tmp", "load"), SYSINFO_SYSTEM); /* A directory cannot be written to. */
}
END_TEST

/* A write beyond the limit would end this program. */
START_TEST(a_limit_on_the_size_of_files_is_kept) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    hold();
    limit.rlim_cur = 10;
    int set = setrlimit(RLIMIT_FSIZE, &limit); /* No check until it is raised: libcheck writes each one to a file. */
    int beyond = sysinfo_mark(recording("1", "1"), "load");
    limit.rlim_cur = 1 << 20;
    set |= setrlimit(RLIMIT_FSIZE, &limit);
    int within = sysinfo_mark(recording("1", "1"), "load");
    let_go();
    ck_assert_int_eq(set, 0);
    ck_assert_int_eq(beyond, SYSINFO_SYSTEM);
    ck_assert_int_eq(within, SYSINFO_OK);
    const char *text = content();
    ck_assert(strchr(text, '\n') == text + strlen(text) - 1); /* One row. */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("run_mark");
    TCase *mark = tcase_create("mark");
    tcase_add_checked_fixture(mark, setup, teardown);
    tcase_add_test(mark, outside_a_recording_nothing_happens);
    tcase_add_test(mark, a_name_is_needed);
    tcase_add_loop_test(mark, rubbish_is_not_a_recording, 0, (int)(sizeof rubbish / sizeof rubbish[0]));
    tcase_add_loop_test(mark, a_mark_is_a_row, 0, (int)(sizeof dates / sizeof dates[0]));
    tcase_add_test(mark, a_long_name_is_cut);
    tcase_add_test(mark, no_trace_is_left);
    tcase_add_test(mark, anything_but_a_regular_file_is_left_alone);
    tcase_add_test(mark, a_file_that_cannot_exist_is_not_a_recording);
    tcase_add_test(mark, a_limit_on_the_size_of_files_is_kept);
    suite_add_tcase(suite, mark);
    return run(suite);
}
