/* SPDX-License-Identifier: MIT */
/*
 * A test that fails on an isolated ring: two objects that point to each other while nothing else points to them.
 * leak_test.c measures growth over many calls, which says how many bytes are lost. This test finds after one call
 * that they are a ring, and its members. The tracker must be linked or preloaded.
 *
 *     ring_test           tests a function that takes its ring apart
 *     ring_test --leak    tests one that does not, and fails
 */
#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

/* All that a suite needs. */
#define ck_assert_no_unreachable(function, argument)                                                  \
    do {                                                                                              \
        SYSINFO_UNREACHABLE_BEGIN(unreachable);                                                       \
        call_deeply(function, argument);                                                              \
        clear_stack();                                                                                \
        int status_ = SYSINFO_UNREACHABLE_END(unreachable, NULL);                                     \
        ck_assert_msg(status_ == SYSINFO_OK, "%s", sysinfo_status_meaning(status_));                  \
        ck_assert_msg(unreachable.blocks == 0,                                                        \
                      #function " leaves %" PRIu64 " blocks, %" PRIu64 " bytes unreachable: %" PRIu64 \
                                " leaks, %" PRIu64 " of them cycles",                                 \
                      unreachable.blocks, unreachable.bytes, unreachable.leaks, unreachable.cycles);  \
    } while (0)

/* Overwrites what the function left on the stack, because an old value there would count as a pointer. */
#if defined(__GNUC__)
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif

NOT_INLINED static void call_deeply(void (*function)(void *), void *argument) {
    volatile char bytes[4096];
    bytes[0] = 0;
    function(argument);
    bytes[1] = bytes[0];
}

NOT_INLINED static void clear_stack(void) {
    volatile char bytes[16384];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 0;
    }
}

/* ---- Functions under test ---- */

struct person {
    struct person *volatile friend;
    char name[16];
};

static struct person *make_friends(const char *name, const char *other) {
    struct person *one = calloc(1, sizeof *one), *two = calloc(1, sizeof *two);
    if (one == NULL || two == NULL) {
        abort();
    }
    strncpy(one->name, name, sizeof one->name - 1);
    strncpy(two->name, other, sizeof two->name - 1);
    one->friend = two;
    two->friend = one;
    return one;
}

static void meet_and_part(void *name) {
    struct person *one = make_friends(name, "Ada");
    free(one->friend);
    free(one);
}

static void meet_and_forget(void *name) {
    (void)make_friends(name, "Ada");
} /* NOLINT(clang-analyzer-unix.Malloc): the test is to find it. */

/* ---- The suite ---- */

START_TEST(friends_that_part_leave_nothing) {
    char name[] = "Grace";
    ck_assert_no_unreachable(meet_and_part, name);
}
END_TEST

START_TEST(friends_that_are_forgotten_leave_nothing) {
    char name[] = "Grace";
    ck_assert_no_unreachable(meet_and_forget, name);
}
END_TEST

int main(int argc, char **argv) {
    Suite *suite = suite_create("rings");
    TCase *tests = tcase_create("rings");
    bool fails = argc > 1 && strcmp(argv[1], "--leak") == 0;
    tcase_add_test(tests, fails ? friends_that_are_forgotten_leave_nothing : friends_that_part_leave_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
