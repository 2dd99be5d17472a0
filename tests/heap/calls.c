/* SPDX-License-Identifier: MIT */
/* The calls themselves: arguments, sizes, hosts, and the decoder of malloc_info(). */
#include "heap.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heap/decode_malloc_info.h"
#include "internal.h"
#include "run.h"

START_TEST(short_struct_gets_what_fits) {
    uint64_t slots[4] = {0, 0, 0, 77};
    struct sysinfo_heap whole = info();
    ck_assert_int_eq(sysinfo_heap_info(host, (struct sysinfo_heap *)(void *)slots, 24), SYSINFO_OK);
    ck_assert_uint_eq(slots[0], whole.present & 7);
    ck_assert_uint_eq(slots[3], 77);
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    struct sysinfo_heap heap;
    ck_assert_int_eq(sysinfo_heap_info(host, NULL, sizeof heap), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof(void *)), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_detail(host, &heap, 25), SYSINFO_INVALID);
}
END_TEST

START_TEST(another_root_has_no_heap) {
    struct sysinfo_host *other;
    struct sysinfo_heap heap;
    uint64_t released;
    ck_assert_int_eq(sysinfo_host_open(&other, "/proc"), SYSINFO_OK);
    int status = sysinfo_heap_info(other, &heap, sizeof heap);
    ck_assert_int_eq(status, SYSINFO_NOT_SUPPORTED);
    ck_assert_str_eq(sysinfo_explain(other, status), "the heap can be read of this process only, without another root");
    ck_assert_int_eq(sysinfo_heap_trim(other, &released), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(sysinfo_heap_allocator(other));
    sysinfo_host_close(other);
}
END_TEST

/* Replace glibc's through the linker. */
FILE *__real_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);
FILE *__wrap_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);
static bool has_no_memory;

FILE *__wrap_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions) {
    return has_no_memory ? NULL : __real_fopencookie(cookie, mode, functions);
}

START_TEST(no_memory_is_said_and_recovered_from) {
    struct sysinfo_heap heap = {.present = 77};
    bool is_glibc = allocator_is("glibc");
    has_no_memory = true;
    int status = sysinfo_heap_detail(host, &heap, sizeof heap);
    has_no_memory = false;
    if (is_glibc) {
        ck_assert_int_eq(status, SYSINFO_NO_MEMORY);
        ck_assert_str_eq(sysinfo_explain(host, status), "malloc_info() had no memory for its output");
        ck_assert_uint_eq(heap.present, 77);
    }
    (void)detail();
}
END_TEST

START_TEST(errno_stays) {
    struct sysinfo_heap heap;
    errno = 4711;
    ck_assert_int_eq(sysinfo_heap_detail(NULL, &heap, sizeof heap), SYSINFO_OK);
    ck_assert(trims(NULL));
    (void)sysinfo_heap_allocator(NULL);
    ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(asking_again_takes_nothing) {
    (void)detail(); /* The stream that glibc writes to stays in this thread's cache. */
    struct sysinfo_heap before = info();
    for (int i = 0; i < 1000; i++) {
        (void)detail();
    }
    ck_assert_uint_eq(info().used, before.used);
}
END_TEST

START_TEST(child_may_ask) {
    void *block = malloc(12345678);
    struct sysinfo_heap mine = info();
    pid_t child = fork();
    if (child == 0) {
        struct sysinfo_heap heap;
        _exit(sysinfo_heap_info(host, &heap, sizeof heap) == SYSINFO_OK && heap.used == mine.used && trims(host) ? 0
                                                                                                                 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    free(block);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(fields_are_in_the_table) {
    static const char *const names[] = {"used",   "used_mapped", "footprint", "free",  "reclaimable", "resident",
                                        "arenas", "blocks",      "allocs",    "frees", "peak",        "failed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sysinfo_field *field = sysinfo_field_find("heap", names[i]);
        ck_assert_ptr_nonnull(field);
        ck_assert_uint_eq(field->result, SYSINFO_RESULT_HEAP);
        ck_assert_uint_eq(field->unit, i < 6 || i == 10 ? SYSINFO_UNIT_BYTES : SYSINFO_UNIT_COUNT);
        ck_assert_ptr_nonnull(sysinfo_field_source(field));
    }
}
END_TEST

/* ---- malloc_info() ---- */

static const char text[] =
    "<malloc version=\"1\">\n"
    "<heap nr=\"0\">\n"
    "<sizes>\n"
    "  <size from=\"17\" to=\"32\" total=\"96\" count=\"3\"/>\n"       /* Too small. */
    "  <size from=\"4129\" to=\"4144\" total=\"8288\" count=\"2\"/>\n" /* 2 x 4144: one byte more than each keeps. */
    "  <size from=\"10001\" to=\"10016\" total=\"100160\" count=\"10\"/>\n"
    /* Kept by small ones, as far as is known. */
    "  <unsorted from=\"33\" to=\"90001\" total=\"90100\" count=\"50\"/>\n"
    "</sizes>\n"
    "<total type=\"fast\" count=\"1\" size=\"32\"/>\n"
    "<total type=\"rest\" count=\"66\" size=\"198612\"/>\n"
    "<system type=\"current\" size=\"999\"/>\n"
    "</heap>\n"
    "<heap nr=\"1\">\n"
    "<sizes>\n"
    "  <size from=\"50001\" to=\"50016\" total=\"50016\" count=\"1\"/>\n"
    "</sizes>\n"
    "</heap>\n"
    "<total type=\"fast\" count=\"1\" size=\"32\"/>\n"
    "<total type=\"rest\" count=\"67\" size=\"248628\"/>\n"
    "<total type=\"mmap\" count=\"2\" size=\"5000000000\"/>\n"
    "<system type=\"current\" size=\"300000\"/>\n"
    "<system type=\"max\" size=\"400000\"/>\n"
    "</malloc>\n";

static struct sysinfo__malloc_info decode(const char *source, size_t piece) {
    struct sysinfo__malloc_info decoded = {.page_size = 4096};
    for (size_t at = 0, length = strlen(source); at < length; at += piece) {
        sysinfo__decode_malloc_info(&decoded, source + at, length - at < piece ? length - at : piece);
    }
    return decoded;
}

START_TEST(malloc_info_is_decoded_in_pieces_of_any_size) {
    struct sysinfo__malloc_info decoded = decode(text, (size_t)_i);
    ck_assert(decoded.is_complete);
    ck_assert_uint_eq(decoded.arenas, 2);
    ck_assert_uint_eq(decoded.releasable, 2 * 1 + (100160 - 10 * 4143) + (50016 - 4143));
    ck_assert_uint_eq(decoded.fast, 32);
    ck_assert_uint_eq(decoded.rest, 248628);
    ck_assert_uint_eq(decoded.mapped, UINT64_C(5000000000));
    ck_assert_uint_eq(decoded.system, 300000);
}
END_TEST

START_TEST(malloc_info_that_is_cut_is_not_complete) {
    char cut[sizeof text];
    memcpy(cut, text, sizeof text);
    cut[sizeof text - 4] = '\0';
    ck_assert(!decode(cut, 100).is_complete);
    ck_assert_uint_eq(
        decode("<heap nr=\"0\">\n  <size from=\"1\" to=\"99999\" total=\"99999999999999999999\" count=\"1\"/>\n", 100)
            .releasable,
        0);
    ck_assert_uint_eq(decode("<heap nr=\"0\">\n  <size from=\"1\" to=\"99999\" total=\"18446744073709551615\" "
                             "count=\"18446744073709551615\"/>\n",
                             7)
                          .releasable,
                      0);
}
END_TEST

/* ---- Fake allocators that the host detects ---- */

static struct sysinfo_heap reported;
static int set_status, give_back_status;

static int report(struct sysinfo_host *asker, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)owner, (void)in_detail;
    *heap = reported;
    return set_status == SYSINFO_OK ? SYSINFO_OK : sysinfo__failed(asker, set_status, 0, "the allocator", "has failed");
}

static int give_back(struct sysinfo_host *asker, const struct sysinfo__heap_owner *owner) {
    (void)owner;
    return give_back_status == SYSINFO_OK ? SYSINFO_OK
                                          : sysinfo__failed(asker, give_back_status, 0, "the allocator", "has failed");
}

static void believe_in(const struct sysinfo__allocator *allocator) {
    reported = (struct sysinfo_heap){.present = 0};
    set_status = give_back_status = SYSINFO_OK;
    host->heap_owner = (struct sysinfo__heap_owner){.is_searched = true, .allocator = allocator};
}

static void do_nothing(void *argument) {
    (void)argument;
}

START_TEST(figures_that_contradict_each_other_are_put_right) {
    static const struct sysinfo__allocator odd = {"odd", report, NULL};
    believe_in(&odd);
    FACT(&reported, used, 100);
    FACT(&reported, used_mapped, 101);
    FACT(&reported, footprint, 99);
    FACT(&reported, reclaimable, 1);
    struct sysinfo_heap heap = info();
    ck_assert(heap.used == 100 && !SYSINFO_IS_ESTIMATED(&heap, used));
    ck_assert(heap.used_mapped == 100 && SYSINFO_IS_ESTIMATED(&heap, used_mapped));
    ck_assert(heap.footprint == 100 && SYSINFO_IS_ESTIMATED(&heap, footprint));
    ck_assert(SYSINFO_HAS(&heap, free) && heap.free == 0);
    ck_assert(heap.reclaimable == 0 && SYSINFO_IS_ESTIMATED(&heap, reclaimable));
    believe_in(&odd);
    FACT(&reported, used, 100);
    FACT(&reported, reclaimable, 1);
    heap = info();
    ck_assert(!SYSINFO_HAS(&heap, free) && !SYSINFO_HAS(&heap, footprint) &&
              heap.reclaimable == 1); /* Free memory is unknown. */
}
END_TEST

START_TEST(an_allocator_that_lacks_a_call_says_so) {
    static const struct sysinfo__allocator silent = {"silent", NULL, NULL}, keeping = {"keeping", report, NULL};
    struct sysinfo_heap heap;
    uint64_t released = 47;
    double growth = 47;
    believe_in(&silent);
    ck_assert_str_eq(sysinfo_heap_allocator(host), "silent");
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "silent does not report what its heap holds");
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_NOT_SUPPORTED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "silent has no call that gives memory back");
    ck_assert_int_eq(sysinfo_heap_growth(host, do_nothing, NULL, 1, &growth), SYSINFO_NOT_SUPPORTED);
    believe_in(&keeping);
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_heap_growth(host, do_nothing, NULL, 1, &growth), SYSINFO_UNKNOWN);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_UNKNOWN), "keeping does not report how much is in use");
    ck_assert(released == 47 && growth == 47);
    FACT(&reported, used, 100); /* Growth is reported even without a call that trims. */
    ck_assert_int_eq(sysinfo_heap_growth(host, do_nothing, NULL, 1, &growth), SYSINFO_OK);
    ck_assert(growth == 0);
}
END_TEST

START_TEST(an_allocator_that_fails_is_believed) {
    static const struct sysinfo__allocator failing = {"failing", report, give_back, NULL};
    struct sysinfo_heap heap;
    uint64_t released = 47;
    double growth = 47;
    believe_in(&failing);
    set_status = SYSINFO_MALFORMED;
    give_back_status = SYSINFO_SYSTEM;
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_MALFORMED);
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_heap_trim(host, NULL), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_heap_growth(host, do_nothing, NULL, 1, &growth), SYSINFO_SYSTEM);
    ck_assert(released == 47 && growth == 47);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("heap calls");
    TCase *calls = tcase_create("calls");
    tcase_add_checked_fixture(calls, open_host, close_host);
    tcase_add_test(calls, short_struct_gets_what_fits);
    tcase_add_test(calls, wrong_arguments_are_invalid);
    tcase_add_test(calls, another_root_has_no_heap);
    tcase_add_test(calls, no_memory_is_said_and_recovered_from);
    tcase_add_test(calls, errno_stays);
    tcase_add_test(calls, asking_again_takes_nothing);
    tcase_add_test(calls, child_may_ask);
    tcase_add_test(calls, fields_are_in_the_table);
    tcase_add_test(calls, figures_that_contradict_each_other_are_put_right);
    tcase_add_test(calls, an_allocator_that_lacks_a_call_says_so);
    tcase_add_test(calls, an_allocator_that_fails_is_believed);
    suite_add_tcase(suite, calls);
    TCase *decoder = tcase_create("decoder");
    tcase_add_loop_test(decoder, malloc_info_is_decoded_in_pieces_of_any_size, 1, 200);
    tcase_add_test(decoder, malloc_info_that_is_cut_is_not_complete);
    suite_add_tcase(suite, decoder);
    return run(suite);
}
