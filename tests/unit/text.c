/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <sysinfo/load.h>

#include "suites.h"

/* ---- /proc/vmstat ---- */

static uint32_t vmstat(const char *string, size_t hints[SYSINFO__VMSTAT_KEYS], uint64_t value[SYSINFO__VMSTAT_KEYS]) {
    size_t length = strlen(string);
    char *text = text_copy(string, length);
    uint32_t known = sysinfo__decode_vmstat(text, length, hints, value);
    free(text);
    return known;
}

START_TEST(vmstat_counts_are_found_by_their_whole_key) {
    size_t hints[SYSINFO__VMSTAT_KEYS] = {0};
    uint64_t value[SYSINFO__VMSTAT_KEYS] = {0};
    static const char text[] =
        "nr_free_pages 59504\nnr_free_pages_blocks 1\nxpswpin 9\npswpin_x 9\npswpin 21\npswpout 34\n";
    for (int round = 0; round < 2; round++) { /* Without hints, then with hints. */
        ck_assert_uint_eq(vmstat(text, hints, value), 7);
        ck_assert_uint_eq(value[SYSINFO__PSWPIN], 21);
        ck_assert_uint_eq(value[SYSINFO__PSWPOUT], 34);
        ck_assert_uint_eq(value[SYSINFO__NR_FREE_PAGES], 59504);
    }
    ck_assert_uint_eq(vmstat("pswpout 5\npswpin 6\n", hints, value), 3); /* Wrong hints. */
    ck_assert_uint_eq(value[SYSINFO__PSWPIN], 6);
    ck_assert_uint_eq(vmstat("pswpin 7\npswpout", hints, value), 1);
    ck_assert_uint_eq(vmstat("pswpin 7\npswpout 8", hints, value), 1); /* Cut. */
    ck_assert_uint_eq(vmstat("pswpin -7\npswpout 18446744073709551616\n", hints, value), 0);
    ck_assert_uint_eq(vmstat("", hints, value), 0);
}
END_TEST

/* ---- /proc/zoneinfo ---- */

static uint64_t low(const char *string) {
    size_t length = strlen(string);
    char *text = text_copy(string, length);
    uint64_t pages = sysinfo__decode_zoneinfo_low(text, length);
    free(text);
    return pages;
}

START_TEST(low_watermarks_of_all_zones_are_summed) {
    ck_assert_uint_eq(low("Node 0, zone      DMA\n  pages free     3970\n        min      32\n        low      40\n    "
                          "    high     48\n"
                          "    cpu: 0\n              low:   99\n              high:  186\n"
                          "Node 0, zone    DMA32\n  pages free     3970\n        min      1395\n        low      "
                          "1743\n        lowmem 77\n"),
                      1783);
    ck_assert_uint_eq(low(""), 0);
    ck_assert_uint_eq(low("        low      40"), 0);
    ck_assert_uint_eq(low("        low      -40\nlow x\nlow\n"), 0);
}
END_TEST

/* ---- /proc/loadavg ---- */

static bool loadavg(const char *string, struct sysinfo_load *load) {
    size_t length = strlen(string);
    char *text = text_copy(string, length);
    memset(load, 0, sizeof *load);
    bool is_read = sysinfo__decode_loadavg(text, length, load);
    free(text);
    return is_read;
}

START_TEST(load_averages_are_read_with_a_dot) {
    struct sysinfo_load load;
    ck_assert(loadavg("0.52 10.08 128.59 1/467 12345\n", &load));
    ck_assert(load.min1 == 0.52 && load.min5 == 10.08 && load.min15 == 128.59);
    ck_assert(SYSINFO_HAS(&load, min1) && SYSINFO_HAS(&load, min5) && SYSINFO_HAS(&load, min15));
    ck_assert(loadavg("0.00 0 1.5\n", &load));
    ck_assert(load.min1 == 0 && load.min5 == 0 && load.min15 == 1.5);
}
END_TEST

static const char *const bad_loads[] = {"",
                                        "\n",
                                        "0.52",
                                        "0.52 0.58",
                                        "0.52 0.58 0.59",
                                        "0.52 0.58\n0.59\n",
                                        "0,52 0,58 0,59 1/467 1\n",
                                        "-0.52 0.58 0.59 1\n",
                                        "nan nan nan 1\n",
                                        "inf 0.58 0.59 1\n",
                                        ".5 .5 .5 1\n",
                                        "1e5 0.58 0.59 1\n",
                                        "0.5.2 0.58 0.59 1\n",
                                        "12345678901234567890 0.58 0.59 1\n",
                                        "0x5 0.58 0.59 1\n"};

START_TEST(what_does_not_begin_with_three_numbers_is_refused) {
    struct sysinfo_load load;
    ck_assert_msg(!loadavg(bad_loads[_i], &load), "%s", bad_loads[_i]);
    ck_assert_uint_eq(load.present, 0);
}
END_TEST

/* ---- ZFS's arcstats ---- */

START_TEST(arcstats_are_found_by_their_whole_name) {
    static const struct {
        const char *text;
        bool is_known;
    } texts[] = {{"size 4 77\nc_min\t4\t33\n", true},
                 {"name type data\nsized 4 1\nsize 4 77\nc_min_x 4 2\nc_min 4 33\nsize\n", true},
                 {"c_min 4 33\n", false},
                 {"size 4 77\n", false},
                 {"size x 77\nc_min 4 33\n", false},
                 {"size 4 x\nc_min 4 33\n", false},
                 {"", false}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t size = 0, least = 0;
        size_t length = strlen(texts[i].text);
        char *text = text_copy(texts[i].text, length);
        ck_assert_msg(sysinfo__decode_arcstats(text, length, &size, &least) == texts[i].is_known, "%s", text);
        ck_assert(!texts[i].is_known || (size == 77 && least == 33));
        free(text);
    }
}
END_TEST

/* ---- /proc/self/status and /proc/self/limits ---- */

START_TEST(a_size_of_status_is_in_kib) {
    static const char string[] = "Name:\tx\nVmSize:\t none\nVmData:\t  12 kB\n";
    size_t length = strlen(string);
    char *text = text_copy(string, length);
    uint64_t bytes = 47;
    ck_assert(!sysinfo__decode_status_size(text, length, "VmSize:", &bytes));
    ck_assert(!sysinfo__decode_status_size(text, length, "VmRSS:", &bytes));
    ck_assert_uint_eq(bytes, 47);
    ck_assert(sysinfo__decode_status_size(text, length, "VmData:", &bytes));
    ck_assert_uint_eq(bytes, 12288);
    free(text);
}
END_TEST

START_TEST(a_limit_of_a_process_may_be_unlimited_or_missing) {
    static const char string[] = "Limit                     Soft Limit           Hard Limit           Units     \n"
                                 "Max data size             unlimited            unlimited            bytes     \n"
                                 "Max address space         8589934592           unlimited            bytes     \n";
    size_t length = strlen(string);
    char *text = text_copy(string, length);
    ck_assert_uint_eq(sysinfo__decode_process_limit(text, length, "Max data size"), SYSINFO_UNLIMITED);
    ck_assert_uint_eq(sysinfo__decode_process_limit(text, length, "Max stack size"), SYSINFO_UNLIMITED);
    ck_assert_uint_eq(sysinfo__decode_process_limit(text, length, "Max address space"), UINT64_C(8589934592));
    free(text);
}
END_TEST

TCase *text_tests(void) {
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, vmstat_counts_are_found_by_their_whole_key);
    tcase_add_test(tests, low_watermarks_of_all_zones_are_summed);
    tcase_add_test(tests, load_averages_are_read_with_a_dot);
    tcase_add_test(tests, arcstats_are_found_by_their_whole_name);
    tcase_add_test(tests, a_size_of_status_is_in_kib);
    tcase_add_test(tests, a_limit_of_a_process_may_be_unlimited_or_missing);
    tcase_add_loop_test(tests, what_does_not_begin_with_three_numbers_is_refused, 0,
                        (int)(sizeof bad_loads / sizeof bad_loads[0]));
    return tests;
}
