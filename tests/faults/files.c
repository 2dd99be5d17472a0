/* SPDX-License-Identifier: MIT */
/* Every opening and every reading of every question fails once, in every way that the kernel has. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backend.h"
#include "faults.h"
#include "questions.h"
#include "roots.h"

/*
 * What an error must lead to: this status; OK: the call still succeeds; NOT_FOUND: the same as a missing optional file.
 */
static const struct {
    enum fault kind;
    int error;
    bool is_warm; /* The descriptors are already open. */
    int status;
    const char *sentence;
} trouble[] = {
    {FAULT_OPEN, EMFILE, false, SYSINFO_NO_DESCRIPTOR, "Too many open files"},
    {FAULT_OPEN, ENFILE, false, SYSINFO_NO_DESCRIPTOR, "Too many open files in the system"},
    {FAULT_OPEN, EIO, false, SYSINFO_SYSTEM, "Input/output error"},
    {FAULT_OPEN, ENOMEM, false, SYSINFO_NO_MEMORY, "Cannot allocate memory"},
    {FAULT_OPEN, EINTR, false, SYSINFO_OK, NULL},
    {FAULT_OPEN, EACCES, false, SYSINFO_DENIED, "Permission denied"},
    {FAULT_OPEN, ENOENT, false, SYSINFO_NOT_FOUND, "No such file or directory"},
    {FAULT_READ, EIO, false, SYSINFO_SYSTEM, "Input/output error"},
    {FAULT_READ, EIO, true, SYSINFO_SYSTEM, "Input/output error"},
    {FAULT_READ, EINTR, false, SYSINFO_OK, NULL},
    {FAULT_READ, EINTR, true, SYSINFO_OK, NULL},
    {FAULT_READ, ENODEV, true, SYSINFO_OK, NULL}, /* Reopened once. */
    {FAULT_READ, ENOENT, true, SYSINFO_OK, NULL},
    {FAULT_READ, ESTALE, true, SYSINFO_OK, NULL},
    {FAULT_READ, ENODEV, false, SYSINFO_GONE, "No such device"},
    {FAULT_READ, ESRCH, false, SYSINFO_GONE, "No such process"},
    {FAULT_READ, ESRCH, true, SYSINFO_GONE, "No such process"},
    {FAULT_DIRECTORY, EIO, false, SYSINFO_SYSTEM, "Input/output error"},
    {FAULT_DIRECTORY, ENOMEM, false, SYSINFO_NO_MEMORY, "Cannot allocate memory"},
    {FAULT_DIRECTORY, EIO, true, SYSINFO_SYSTEM, "Input/output error"},
};
enum { TROUBLE = sizeof trouble / sizeof trouble[0] };

/* Whether an unavailable file may only make its figure unknown. */
static bool may_be_missing(int status) {
    return status == SYSINFO_NOT_FOUND || status == SYSINFO_DENIED || status == SYSINFO_GONE;
}

static void expect_outcome(const struct question *question, struct sysinfo_host *host, int status, int usual, int t) {
    if (trouble[t].status == SYSINFO_OK) {
        bool is_missing =
            trouble[t].error == ENOENT &&
            status == SYSINFO_UNKNOWN; /* A file that is not kept open, such as a CPU's own, counts as missing. */
        ck_assert_msg(is_missing || status == usual || status == SYSINFO_NOT_YET || usual == SYSINFO_NOT_YET,
                      "%s, error %d: %s", question->name, trouble[t].error, sysinfo_explain(host, status));
        return;
    }
    if (may_be_missing(trouble[t].status) && status != trouble[t].status) {
        ck_assert(status == usual || status == SYSINFO_OK || status == SYSINFO_NOT_YET || status == SYSINFO_UNKNOWN ||
                  status == SYSINFO_NOT_FOUND);
        return;
    }
    if (question->is_forgiving && trouble[t].error == EIO && status == usual) {
        return;
    }
    ck_assert_msg(status == trouble[t].status, "%s, error %d: %s: %s", question->name, trouble[t].error,
                  sysinfo_status_name(status), sysinfo_explain(host, status));
    const char *text = sysinfo_explain(host, status);
    ck_assert_msg(strstr(text, trouble[t].sentence) != NULL && strchr(text, '/') != NULL, "%s", text);
    ck_assert(sysinfo_system_error(host) == trouble[t].error || usual == status);
}

/* A question's results without failures, asked twice: figures that differ depend on a clock. */
struct calm {
    int status;
    uint64_t answer[2][SYSINFO_SLOTS];
};

static struct calm ask_calmly(const struct question *question, const char *root, bool is_warm) {
    struct calm calm = {.status = SYSINFO_OK};
    for (int i = 0; i < 2; i++) {
        struct sysinfo_host *host = open_root(root);
        calm.status = question->ask(host, calm.answer[i]);
        if (is_warm) {
            memset(calm.answer[i], 0, sizeof calm.answer[i]);
            question->ask(host, calm.answer[i]);
        }
        sysinfo_host_close(host);
    }
    return calm;
}

static bool follows_an_estimate(const struct question *question, const uint64_t *answer, size_t slot) {
    uint64_t derived = SYSINFO_BIT(struct sysinfo_memory, used) | SYSINFO_BIT(struct sysinfo_memory, percent);
    return strcmp(question->name, "virtual_memory") == 0 && (derived >> slot & 1) &&
           (answer[1] & SYSINFO_BIT(struct sysinfo_memory, available));
}

/*
 * A result despite the failure may lack figures, and mark others as estimated, but no figure may differ from the one
 * without the failure.
 */
static void expect_no_wrong_figure(const struct question *question, const char *root, int t, const struct calm *calm,
                                   const uint64_t *answer) {
    ck_assert_msg((answer[0] & ~calm->answer[0][0] & ~answer[1]) == 0, "%s: in trouble it knows more", question->name);
    for (size_t slot = 2; slot < SYSINFO_SLOTS; slot++) {
        bool is_reported = answer[0] == 0 || (answer[0] >> slot & 1),
             is_estimated = (answer[1] >> slot & 1) || follows_an_estimate(question, answer, slot);
        if (is_reported && !is_estimated && calm->answer[0][slot] == calm->answer[1][slot]) {
            ck_assert_msg(answer[slot] == calm->answer[0][slot], "%s, %s, trouble %d: slot %zu is %llu instead of %llu",
                          question->name, root, t, slot, (unsigned long long)answer[slot],
                          (unsigned long long)calm->answer[0][slot]);
        }
    }
}

static bool ask_in_trouble(const struct question *question, const char *root, int t, int at, const struct calm *calm) {
    uint64_t answer[SYSINFO_SLOTS] = {0}, again[SYSINFO_SLOTS] = {0};
    struct sysinfo_host *host = open_root(root);
    int usual = calm->status;
    if (trouble[t].is_warm) {
        question->ask(host, answer);
        memset(answer, 0, sizeof answer);
    }
    errno = ERANGE;
    faults_begin(trouble[t].kind, at, trouble[t].error);
    int status = question->ask(host, answer);
    faults_end();
    ck_assert_msg(errno == ERANGE, "%s changed errno", question->name);
    bool has_failed = faults.has_failed;
    if (has_failed) {
        expect_outcome(question, host, status, usual, t);
        if (status == SYSINFO_OK && root != NULL &&
            trouble[t].error != ENOENT) { /* Without its file, there is no limit. */
            expect_no_wrong_figure(question, root, t, calm, answer);
        }
        status = question->ask(host, again);
        bool is_remembered = trouble[t].error == ENOENT; /* A file missing from the kernel is looked for once. */
        ck_assert_msg(is_remembered || status == usual || status == SYSINFO_NOT_YET || usual == SYSINFO_NOT_YET,
                      "%s has not recovered from trouble %d: %s", question->name, t, sysinfo_explain(host, status));
    }
    sysinfo_host_close(host);
    return has_failed;
}

START_TEST(every_failing_file_has_its_status_and_the_next_call_works) {
    const struct question *question = &questions[_i];
    int before = open_descriptors(), failures = 0;
    for (int root = 0; root < ROOTS; root++) {
        struct calm calm[] = {ask_calmly(question, roots[root], false), ask_calmly(question, roots[root], true)};
        for (int t = 0; t < TROUBLE; t++) {
            int at = 0;
            while (ask_in_trouble(question, roots[root], t, at, &calm[trouble[t].is_warm])) {
                at++;
                failures++;
            }
            ck_assert_int_lt(at, 300);
        }
    }
    bool is_own = strncmp(question->name, "process_", 8) == 0; /* It has no other root, and one file or two. */
    ck_assert_int_gt(failures, is_own ? TROUBLE / 2 : TROUBLE);
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

/*
 * A descriptor that someone else closed: EBADF. The library does not close it again, because the number may by then be
 * another file's; here, where only the result was faked, it stays open until the test process ends.
 */
START_TEST(a_descriptor_that_was_closed_is_opened_once_more) {
    uint64_t answer[SYSINFO_SLOTS];
    for (int i = 0; i < question_count; i++) {
        struct sysinfo_host *host = open_root(roots[_i]);
        questions[i].ask(host, answer);
        int usual = questions[i].ask(host, answer);
        faults_begin(FAULT_READ, 0, EBADF);
        int status = questions[i].ask(host, answer);
        faults_end();
        ck_assert_msg(status == usual || status == SYSINFO_NOT_YET || usual == SYSINFO_NOT_YET, "%s: %s",
                      questions[i].name, sysinfo_explain(host, status));
        sysinfo_host_close(host);
    }
}
END_TEST

START_TEST(a_root_that_was_closed_is_opened_once_more) {
    struct sysinfo_host *host = open_root(FIXTURES "/old-2.6");
    struct sysinfo_memory memory;
    struct sysinfo_load load;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    faults_begin(FAULT_OPEN, 0, EBADF);
    int status = sysinfo_load_average(host, &load, sizeof load);
    faults_end();
    ck_assert(faults.has_failed);
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_int_ge(faults.calls[FAULT_OPEN], 3); /* The file, the root, the file; one more without openat2. */
    sysinfo_host_close(host);
}
END_TEST

/* The kernel rejects a set that is too small for the machine; the library retries with a larger one. */
START_TEST(a_machine_with_more_cpus_than_a_set_has_room_for_is_asked_again) {
    struct sysinfo_host *host = open_root(NULL);
    struct sysinfo_cpu_allowance usual, cpus;
    ck_assert_int_eq(sysinfo_usable_cpus(host, &usual, sizeof usual), SYSINFO_OK);
    for (int at = 0; at < 3; at++) {
        faults_begin(FAULT_AFFINITY, 0, EINVAL);
        int status = sysinfo_usable_cpus(host, &cpus, sizeof cpus);
        faults_end();
        ck_assert(faults.has_failed);
        ck_assert_int_eq(faults.calls[FAULT_AFFINITY], 2);
        ck_assert_int_eq(status, SYSINFO_OK);
        ck_assert(cpus.usable == usual.usable && cpus.estimated == usual.estimated);
    }
    sysinfo_host_close(host);
}
END_TEST

/* A sandbox. Other figures are still reported, but the allowed CPUs and their cores are not guessed. */
START_TEST(a_forbidden_affinity_is_not_reported) {
    static const struct {
        int error, status;
    } refusals[] = {{EPERM, SYSINFO_DENIED}, {ENOSYS, SYSINFO_NOT_SUPPORTED}};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct sysinfo_host *host = open_root(NULL);
        struct sysinfo_cpu_allowance cpus;
        faults_begin(FAULT_AFFINITY, 0, refusals[i].error);
        int status = sysinfo_usable_cpus(host, &cpus, sizeof cpus);
        faults_end();
        ck_assert_int_eq(status, SYSINFO_OK);
        ck_assert(SYSINFO_IS_ESTIMATED(&cpus, usable) && cpus.usable > 0);
        faults_begin(FAULT_AFFINITY, 0, refusals[i].error);
        status = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES);
        faults_end();
        ck_assert(faults.has_failed);
        ck_assert_int_eq(status, refusals[i].status);
        ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, status), "sched_getaffinity: "));
        sysinfo_host_close(host);
    }
}
END_TEST

/* The kernel, or a sandbox, has no openat2. */
START_TEST(roots_work_without_openat2) {
    for (int i = 0; i < 2; i++) {
        struct sysinfo_host *host = open_root(FIXTURES "/old-2.6");
        struct sysinfo_memory memory;
        faults_begin(FAULT_OPEN, 1, i == 0 ? ENOSYS : EPERM); /* Call 0 opens the root. */
        int status = sysinfo_virtual_memory(host, &memory, sizeof memory);
        faults_end();
        ck_assert(faults.has_failed);
        ck_assert_int_eq(status, SYSINFO_OK);
        sysinfo_host_close(host);
    }
}
END_TEST

/* Files outside procfs may be read in pieces: FUSE, or a capture on a network. */
static bool is_clock(const struct question *question, int slot) {
    uint64_t clock = strcmp(question->name, "cgroup_usage") == 0 ? SYSINFO_BIT(struct sysinfo_cgroup, time)
                                                                 : SYSINFO_BIT(struct sysinfo_cpu_sample, time);
    return clock >> slot & 1;
}

START_TEST(short_reads_are_put_together) {
    for (int root = 1; root < ROOTS; root++) {
        for (int i = 0; i < question_count; i++) {
            uint64_t whole[SYSINFO_SLOTS] = {0}, pieces[SYSINFO_SLOTS] = {0};
            struct sysinfo_host *host = open_root(roots[root]);
            int status = questions[i].ask(host, whole);
            sysinfo_host_close(host);
            host = open_root(roots[root]);
            faults_begin(FAULT_READ, -1, 0);
            faults.longest_read = 7;
            int status_in_pieces = questions[i].ask(host, pieces);
            faults_end();
            ck_assert_int_eq(status_in_pieces, status);
            for (int slot = 0; slot < SYSINFO_SLOTS; slot++) {
                ck_assert_msg(whole[slot] == pieces[slot] || is_clock(&questions[i], slot), "%s, %s: slot %d",
                              questions[i].name, roots[root], slot);
            }
            sysinfo_host_close(host);
        }
    }
}
END_TEST

START_TEST(no_descriptor_left_is_said_and_recovered_from) {
    struct rlimit limit, none;
    uint64_t answer[SYSINFO_SLOTS];
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    for (int i = 0; i < question_count; i++) {
        struct sysinfo_host *host = open_root(NULL);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
        int status = questions[i].ask(host, answer);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        ck_assert_msg(status == SYSINFO_NO_DESCRIPTOR, "%s: %s", questions[i].name, sysinfo_status_name(status));
        ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, status), ": Too many open files"));
        status = questions[i].ask(host, answer);
        ck_assert(question_is_answered(&questions[i], status));
        sysinfo_host_close(host);
    }
}
END_TEST

/* Groups found by an interrupted search for other groups' memory.min are not counted twice. */
START_TEST(what_a_failed_scan_found_counts_once) {
    bool has_failed = true;
    for (int at = 0; has_failed; at++) {
        struct sysinfo_host *host = open_root(FIXTURES "/../limits/v2-protected-sibling");
        struct sysinfo_allowance memory;
        faults_begin(FAULT_OPEN, at, EIO);
        int status = sysinfo_usable_memory(host, &memory, sizeof memory);
        faults_end();
        has_failed = faults.has_failed;
        ck_assert_int_eq(status, has_failed ? SYSINFO_SYSTEM : SYSINFO_OK);
        ck_assert_int_eq(sysinfo_usable_memory(host, &memory, sizeof memory), SYSINFO_OK);
        ck_assert_uint_eq(memory.usable, UINT64_C(2) << 30);
        sysinfo_host_close(host);
    }
}
END_TEST

/* As if every file had become longer than any before: the first read fills the buffer. */
START_TEST(a_text_that_outgrows_its_buffer_is_read_whole) {
    enum { SMALL = 128 };
    for (int root = 0; root < ROOTS; root++) {
        struct sysinfo_host *host = open_root(roots[root]);
        struct sysinfo_memory before = {0}, after = {0};
        int readable = sysinfo_virtual_memory(host, &before, sizeof before);
        sysinfo__state(host)->capacity = SMALL;
        ck_assert_int_eq(sysinfo_virtual_memory(host, &after, sizeof after), readable);
        ck_assert(root > 0 || (readable == SYSINFO_OK && sysinfo__state(host)->capacity > SMALL));
        ck_assert_uint_eq(after.present, before.present);
        ck_assert_uint_eq(after.total, before.total);
        for (int i = 0; i < question_count; i++) {
            uint64_t answer[SYSINFO_SLOTS] = {0}, again[SYSINFO_SLOTS] = {0};
            (void)questions[i].ask(host, answer); /* Opens the files. */
            int usual = questions[i].ask(host, answer);
            sysinfo__state(host)->capacity = SMALL;
            int status = questions[i].ask(host, again);
            ck_assert_msg(status == usual || status == SYSINFO_NOT_YET || usual == SYSINFO_NOT_YET, "%s: %s",
                          questions[i].name, sysinfo_explain(host, status));
        }
        sysinfo_host_close(host);
    }
}
END_TEST

TCase *file_fault_tests(void) {
    TCase *tests = tcase_create("files");
    tcase_add_loop_test(tests, every_failing_file_has_its_status_and_the_next_call_works, 0, question_count);
    tcase_add_loop_test(tests, a_descriptor_that_was_closed_is_opened_once_more, 0,
                        4); /* If the first file read is one that is kept open. */
    tcase_add_test(tests, a_root_that_was_closed_is_opened_once_more);
    tcase_add_test(tests, a_machine_with_more_cpus_than_a_set_has_room_for_is_asked_again);
    tcase_add_test(tests, a_forbidden_affinity_is_not_reported);
    tcase_add_test(tests, roots_work_without_openat2);
    tcase_add_test(tests, short_reads_are_put_together);
    tcase_add_test(tests, a_text_that_outgrows_its_buffer_is_read_whole);
    tcase_add_test(tests, no_descriptor_left_is_said_and_recovered_from);
    tcase_add_test(tests, what_a_failed_scan_found_counts_once);
    return tests;
}
