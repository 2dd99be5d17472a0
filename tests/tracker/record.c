/* SPDX-License-Identifier: MIT */
/* Records of processes, valid and corrupted ones, read through the library. */
#include <sysinfo/sysinfo.h>

#include <stdint.h>

#include "directory.h"
#include "run.h"
#include "tracker/record.h"

static struct sysinfo_host *host;

static struct {
    struct sysinfo__record_header header;
    struct sysinfo__record_node node[4];
} file;

static void begin(void) {
    directory_make();
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    memset(&file, 0, sizeof file);
    memcpy(file.header.magic, SYSINFO__RECORD_MAGIC, sizeof file.header.magic);
    file.header.header_size = sizeof file.header;
    file.header.node_size = sizeof file.node[0];
    file.header.pid = 4711;
    file.header.nodes = 3;
    file.header.peak = 90000;
    strcpy(file.header.image, "/usr/bin/true");
    file.node[0] = (struct sysinfo__record_node){.allocs = 1, .live = 24};
    file.node[1] = (struct sysinfo__record_node){.allocs = 10, .frees = 3, .failed = 1, .live = 64000, .owned = 1};
    file.node[2] = (struct sysinfo__record_node){.allocs = 2, .frees = 5, .live = -4000, .owned = 1};
    file.node[3] = (struct sysinfo__record_node){.allocs = 99, .live = 99, .owned = 1}; /* Not in use yet. */
}

static void end(void) {
    sysinfo_host_close(host);
    directory_remove();
}

static int read_file(size_t length, struct sysinfo_heap_record *record) {
    directory_write_bytes("4711.0", &file, length);
    memset(record, 0x55, sizeof *record);
    return sysinfo_heap_recorded(host, "/4711.0", record, sizeof *record);
}

START_TEST(threads_are_summed) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.pid, 4711);
    ck_assert_uint_eq(record.threads, 2);
    ck_assert_uint_eq(record.allocs, 13);
    ck_assert_uint_eq(record.frees, 8);
    ck_assert_uint_eq(record.failed, 1);
    ck_assert_uint_eq(record.live, 60024);
    ck_assert_uint_eq(record.blocks, 5);
    ck_assert_uint_eq(record.peak, 90000);
    ck_assert(SYSINFO_IS_ESTIMATED(&record, peak));
    ck_assert_uint_eq(record.has_ended, 0);
    ck_assert_uint_eq(record.is_tracked, 1);
    ck_assert(!SYSINFO_HAS(&record, footprint));
    ck_assert_str_eq(record.image, "/usr/bin/true");
    ck_assert_str_eq(record.owner, "");
}
END_TEST

START_TEST(peak_is_never_below_live) {
    struct sysinfo_heap_record record;
    file.header.peak = 60000;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.peak, 60024);
}
END_TEST

START_TEST(footprint_is_reported_with_its_time) {
    struct sysinfo_heap_record record;
    file.header.footprint_started = file.header.footprint_finished = 7;
    file.header.footprint = 135168;
    file.header.footprint_live = 50000;
    file.header.footprint_time = UINT64_C(1500000000);
    file.header.has_ended = 1;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.footprint, 135168);
    ck_assert_uint_eq(record.footprint_live, 50000);
    ck_assert_double_eq(record.footprint_time, 1.5);
    ck_assert_uint_eq(record.has_ended, 1);
    file.header.footprint_started = 8; /* Half written: everything else is reported. */
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&record, footprint) && !SYSINFO_HAS(&record, footprint_time));
    ck_assert_uint_eq(record.allocs, 13);
}
END_TEST

START_TEST(what_a_child_inherited_is_reported) {
    file.header.inherited_allocs = 9;
    file.header.inherited_frees = 2;
    file.header.inherited_failed = 1;
    file.header.inherited_live = 3000;
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&record, inherited_allocs) && SYSINFO_HAS(&record, inherited_live));
    ck_assert_uint_eq(record.inherited_allocs, 9);
    ck_assert_uint_eq(record.inherited_frees, 2);
    ck_assert_uint_eq(record.inherited_failed, 1);
    ck_assert_uint_eq(record.inherited_live, 3000);
    ck_assert_uint_eq(record.inherited_blocks, 7);
}
END_TEST

START_TEST(mapped_memory_is_reported) {
    struct sysinfo_heap_record record;
    file.header.mapped = 5 << 20;
    file.header.mapped_peak = 9 << 20;
    file.header.inherited_mapped = 1 << 20;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.mapped, 5 << 20);
    ck_assert_uint_eq(record.mapped_peak, 9 << 20);
    ck_assert_uint_eq(record.inherited_mapped, 1 << 20);
    ck_assert(SYSINFO_HAS(&record, mapped) && !SYSINFO_IS_ESTIMATED(&record, mapped));
    file.header.mapped_lost = 1;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert(SYSINFO_IS_ESTIMATED(&record, mapped) && SYSINFO_IS_ESTIMATED(&record, mapped_peak));
}
END_TEST

START_TEST(freed_before_it_was_seen_is_0_and_estimated) {
    struct sysinfo_heap_record record;
    file.node[2].frees = 50;
    file.node[2].live = -70000;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.blocks, 0);
    ck_assert_uint_eq(record.live, 0);
    ck_assert(SYSINFO_IS_ESTIMATED(&record, blocks) && SYSINFO_IS_ESTIMATED(&record, live));
}
END_TEST

START_TEST(another_owner_is_named_and_nothing_is_counted) {
    struct sysinfo_heap_record record;
    strcpy(file.header.owner, "/usr/bin/redis-server (jemalloc)");
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.is_tracked, 0);
    ck_assert_str_eq(record.owner, "/usr/bin/redis-server (jemalloc)");
    ck_assert(!SYSINFO_HAS(&record, allocs) && !SYSINFO_HAS(&record, live) && !SYSINFO_HAS(&record, peak));
}
END_TEST

START_TEST(half_made_record_is_not_yet) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_file(0, &record), SYSINFO_NOT_YET);
    memset(file.header.magic, 0, sizeof file.header.magic);
    ck_assert_int_eq(read_file(100, &record), SYSINFO_NOT_YET);
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_NOT_YET);
    ck_assert_uint_eq(record.pid, UINT64_C(0x5555555555555555)); /* A failure leaves the caller's struct alone. */
}
END_TEST

START_TEST(anything_but_a_record_is_malformed) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_file(100, &record), SYSINFO_MALFORMED);
    file.header.node_size = 0;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_MALFORMED);
    file.header.node_size = sizeof file.node[0];
    file.header.header_size = UINT32_MAX;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_MALFORMED);
    file.header.header_size = sizeof file.header;
    file.header.magic[7]++;
    ck_assert_int_eq(read_file(sizeof file, &record), SYSINFO_MALFORMED);
}
END_TEST

START_TEST(cut_nodes_are_left_out) {
    struct sysinfo_heap_record record;
    file.header.nodes = UINT32_MAX;
    ck_assert_int_eq(read_file(sizeof file.header + 2 * sizeof file.node[0] + 127, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.allocs, 11);
    ck_assert_uint_eq(record.threads, 1);
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(sysinfo_heap_recorded(host, "/4711.0", &record, sizeof record), SYSINFO_NOT_FOUND);
    ck_assert_int_eq(sysinfo_heap_recorded(host, "4711.0", &record, sizeof record), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_recorded(host, NULL, &record, sizeof record), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_recorded(host, "/4711.0", NULL, sizeof record), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_recorded(host, "/4711.0", &record, 20), SYSINFO_INVALID);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("record");
    TCase *tests = tcase_create("record");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, threads_are_summed);
    tcase_add_test(tests, peak_is_never_below_live);
    tcase_add_test(tests, footprint_is_reported_with_its_time);
    tcase_add_test(tests, what_a_child_inherited_is_reported);
    tcase_add_test(tests, mapped_memory_is_reported);
    tcase_add_test(tests, freed_before_it_was_seen_is_0_and_estimated);
    tcase_add_test(tests, another_owner_is_named_and_nothing_is_counted);
    tcase_add_test(tests, half_made_record_is_not_yet);
    tcase_add_test(tests, anything_but_a_record_is_malformed);
    tcase_add_test(tests, cut_nodes_are_left_out);
    tcase_add_test(tests, wrong_arguments_are_invalid);
    suite_add_tcase(suite, tests);
    return run(suite);
}
