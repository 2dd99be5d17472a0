/* SPDX-License-Identifier: MIT */
/* The decoders of src/bsd and src/darwin with literal input, on any machine. */
#include <check.h>

#include <stdlib.h>
#include <string.h>

#include "bsd/decode.h"
#include "bsd/decode_rctl.h"
#include "darwin/decode.h"
#include "run.h"

#define KNOWN(number) ((struct sysinfo__number){.value = (number), .is_known = true})
#define BIT(type, field) SYSINFO_BIT(struct sysinfo_##type, field)

/* ---- CPU time of the BSDs ---- */

START_TEST(the_statistics_clock_counts_and_else_the_system_clock) {
    double rate;
    ck_assert(sysinfo__decode_clock(100, 128, &rate));
    ck_assert_double_eq(rate, 128);
    ck_assert(sysinfo__decode_clock(100, 0, &rate));
    ck_assert_double_eq(rate, 100);
    ck_assert(sysinfo__decode_clock(100, -128, &rate));
    ck_assert_double_eq(rate, 100);
    ck_assert(!sysinfo__decode_clock(0, 0, &rate));
    ck_assert(!sysinfo__decode_clock(-1, 0, &rate));
}
END_TEST

START_TEST(spinning_is_system_time) {
    const struct sysinfo__ticks ticks = {.user = 128, .nice = 256, .system = 384, .spin = 64, .irq = 32, .idle = 1280};
    struct sysinfo_cpu_sample sample = {0};
    sysinfo__decode_ticks(&ticks, 128, 8, &sample);
    ck_assert_double_eq(sample.user, 1);
    ck_assert_double_eq(sample.nice, 2);
    ck_assert_double_eq(sample.system, 3.5);
    ck_assert_double_eq(sample.irq, 0.25);
    ck_assert_double_eq(sample.idle, 10);
    ck_assert_uint_eq(sample.present, BIT(cpu_sample, user) | BIT(cpu_sample, nice) | BIT(cpu_sample, system) |
                                          BIT(cpu_sample, irq) | BIT(cpu_sample, idle));
}
END_TEST

/* Two CPUs of a 64-bit FreeBSD or NetBSD, with an unused number between them, and half a block. */
START_TEST(blocks_of_cpus_become_rows_and_a_sum) {
    static const uint64_t time[] = {100, 20, 300, 5, UINT64_C(1) << 40, 0, 0, 0, 0, 0, 1, 2, 3, 4, 600, 77, 77};
    const struct sysinfo__cpu_blocks blocks = {time, sizeof time, 8, 100};
    ck_assert_uint_eq(sysinfo__cpu_blocks_count(&blocks), 3);
    struct sysinfo__cpu_rows rows;
    memset(&rows, 0, sizeof rows);
    for (size_t cpu = 0; cpu < 3; cpu++) {
        struct sysinfo__ticks ticks = sysinfo__cpu_blocks_at(&blocks, cpu);
        ck_assert_int_eq(sysinfo__is_cpu(&ticks), cpu != 1);
        if (sysinfo__is_cpu(&ticks)) {
            ck_assert(sysinfo__decode_cpu_row(&blocks, cpu, &rows));
        }
    }
    ck_assert_uint_eq(rows.count, 2);
    ck_assert_uint_eq(rows.row[0].sample.cpu, 0);
    ck_assert_double_eq_tol(rows.row[0].sample.idle, 10995116277.76, 1e-5);
    ck_assert_double_eq_tol(rows.row[0].sample.system, 3, 1e-5);
    ck_assert_uint_eq(rows.row[1].sample.cpu, 2);
    ck_assert_double_eq_tol(rows.row[1].sample.irq, 0.04, 1e-5);
    ck_assert_double_eq_tol(rows.row[1].sample.nice, 0.02, 1e-5);
    ck_assert(!SYSINFO_HAS(&rows.row[1].sample, wrap));
    struct sysinfo_cpu_sample sum = {0};
    sysinfo__decode_cpu_sum(&blocks, &sum);
    ck_assert_double_eq_tol(sum.user, 1.01, 1e-5);
    ck_assert_double_eq_tol(sum.system, 3.03, 1e-5);
    ck_assert_double_eq_tol(sum.idle, 10995116283.76, 1e-5);
    free(rows.row);
}
END_TEST

/* FreeBSD with a 32-bit `long`: above 2^31 the kernel's number is negative, and after 2^32 it wraps around. */
START_TEST(counters_of_32_bits_are_unsigned_and_have_a_wrap) {
    static const uint32_t time[] = {1, 2, 3, 4, 4294967295U, 10, 20, 30, 40, 50};
    const struct sysinfo__cpu_blocks blocks = {time, sizeof time, 4, 128};
    ck_assert_uint_eq(sysinfo__cpu_blocks_count(&blocks), 2);
    ck_assert_uint_eq(sysinfo__cpu_blocks_at(&blocks, 0).idle, 4294967295U);
    ck_assert_uint_eq(sysinfo__cpu_blocks_at(&blocks, 1).irq, 40);
    struct sysinfo_cpu_sample sum = {0};
    sysinfo__decode_cpu_sum(&blocks, &sum);
    ck_assert_double_eq(sum.idle, 4294967345.0 / 128);
    ck_assert(SYSINFO_HAS(&sum, wrap));
    ck_assert_double_eq(sum.wrap, 33554432);
}
END_TEST

/* ---- FreeBSD ---- */

START_TEST(freebsd_reports_what_the_release_has) {
    const struct sysinfo__freebsd_memory all = {
        .page_size = 4096,
        .total = UINT64_C(17179869184),
        .free = KNOWN(300000),
        .active = KNOWN(400000),
        .inactive = KNOWN(500000),
        .wired = KNOWN(250000),
        .laundry = KNOWN(7000),
        .buffers = KNOWN(123456789),
        .arc = KNOWN(987654321),
        .arc_least = KNOWN(268435456),
    };
    struct sysinfo_memory memory = {0};
    sysinfo__decode_freebsd_memory(&all, &memory);
    ck_assert_uint_eq(memory.total, UINT64_C(17179869184));
    ck_assert_uint_eq(memory.free, 300000 * 4096);
    ck_assert_uint_eq(memory.active, 400000 * 4096);
    ck_assert_uint_eq(memory.inactive, 500000 * 4096);
    ck_assert_uint_eq(memory.wired, 250000 * 4096);
    ck_assert_uint_eq(memory.laundry, 7000 * 4096);
    ck_assert_uint_eq(memory.buffers, 123456789);
    ck_assert_uint_eq(memory.arc, 987654321);
    ck_assert_uint_eq(memory.available, UINT64_C(800000) * 4096 + 719218865);
    ck_assert_uint_eq(memory.estimated, BIT(memory, available));
    const struct sysinfo__freebsd_memory least = {.page_size = 4096, .total = 1 << 30, .free = KNOWN(9)};
    struct sysinfo_memory little = {0};
    sysinfo__decode_freebsd_memory(&least, &little);
    ck_assert_uint_eq(little.present, BIT(memory, total) | BIT(memory, free));
    const struct sysinfo__freebsd_memory dragonfly = {
        .page_size = 4096, .total = 1 << 30, .free = KNOWN(9), .inactive = KNOWN(20), .cache = KNOWN(400)};
    struct sysinfo_memory with_cache = {0};
    sysinfo__decode_freebsd_memory(&dragonfly, &with_cache);
    ck_assert_uint_eq(with_cache.cached, 400 * 4096);
    ck_assert_uint_eq(with_cache.available, 429 * 4096);
    const struct sysinfo__freebsd_memory odd = {.page_size = 4096, .total = 1 << 30, .inactive = KNOWN(9)};
    struct sysinfo_memory without_free = {0};
    sysinfo__decode_freebsd_memory(&odd, &without_free);
    ck_assert_uint_eq(without_free.present, BIT(memory, total) | BIT(memory, inactive));
}
END_TEST

START_TEST(freebsd_counts_swap_in_pages) {
    const struct sysinfo__freebsd_swap counted = {
        .page_size = 4096, .total = UINT64_C(3000000000), .used = 5, .in = KNOWN(77)};
    struct sysinfo_swap swap = {0};
    sysinfo__decode_freebsd_swap(&counted, &swap);
    ck_assert_uint_eq(swap.total, UINT64_C(3000000000) * 4096);
    ck_assert_uint_eq(swap.used, 5 * 4096);
    ck_assert_uint_eq(swap.sin, 77 * 4096);
    ck_assert(!SYSINFO_HAS(&swap, sout));
    const struct sysinfo__freebsd_swap other = {.page_size = 4096, .out = KNOWN(78)};
    struct sysinfo_swap out = {0};
    sysinfo__decode_freebsd_swap(&other, &out);
    ck_assert(!SYSINFO_HAS(&out, sin));
    ck_assert_uint_eq(out.sout, 78 * 4096);
}
END_TEST

START_TEST(freebsd_counters_may_be_missing_one_by_one) {
    const struct sysinfo__freebsd_stats counted = {.switches = KNOWN(UINT64_C(6000000000)), .syscalls = KNOWN(0)};
    struct sysinfo_stats stats = {0};
    sysinfo__decode_freebsd_stats(&counted, &stats);
    ck_assert_uint_eq(stats.present, BIT(stats, ctx_switches) | BIT(stats, syscalls));
    ck_assert_uint_eq(stats.ctx_switches, UINT64_C(6000000000));
    const struct sysinfo__freebsd_stats others = {.interrupts = KNOWN(8), .soft_interrupts = KNOWN(9)};
    struct sysinfo_stats rest = {0};
    sysinfo__decode_freebsd_stats(&others, &rest);
    ck_assert_uint_eq(rest.present, BIT(stats, interrupts) | BIT(stats, soft_interrupts));
    ck_assert(rest.interrupts == 8 && rest.soft_interrupts == 9);
}
END_TEST

/* ---- NetBSD and OpenBSD ---- */

START_TEST(netbsd_caches_files_and_programs) {
    struct sysinfo__uvm uvm = {.page_size = 4096,
                               .pages = 2000000,
                               .free = 300000,
                               .active = 400000,
                               .inactive = 500000,
                               .wired = 250000,
                               .file = 120000,
                               .exec = 30000,
                               .dirty = 900,
                               .has_dirty = true};
    const struct sysinfo__netbsd_caches caches = {.buffers = KNOWN(123456789)};
    struct sysinfo_memory memory = {0};
    sysinfo__decode_netbsd_memory(&uvm, &caches, &memory);
    ck_assert_uint_eq(memory.total, UINT64_C(2000000) * 4096);
    ck_assert_uint_eq(memory.cached, 150000 * 4096);
    ck_assert_uint_eq(memory.dirty, 900 * 4096);
    ck_assert_uint_eq(memory.buffers, 123456789);
    ck_assert_uint_eq(memory.estimated, 0);
    uvm.has_dirty = false;
    uvm.exec = -1;
    const struct sysinfo__netbsd_caches none = {.arc = {0, false}};
    struct sysinfo_memory older = {0};
    sysinfo__decode_netbsd_memory(&uvm, &none, &older);
    ck_assert(!SYSINFO_HAS(&older, dirty) && !SYSINFO_HAS(&older, buffers));
    ck_assert_uint_eq(older.cached, 120000 * 4096);
}
END_TEST

/* The published counts of a machine: the kernel has 1.64 GiB that are in no queue. */
START_TEST(netbsd_does_not_count_the_kernel_as_available) {
    struct sysinfo__uvm uvm = {.page_size = 4096,
                               .pages = 2026715,
                               .free = 658066,
                               .active = 813024,
                               .inactive = 122277,
                               .wired = 4436,
                               .file = 658066,
                               .exec = 281755};
    const struct sysinfo__netbsd_caches none = {.arc = {0, false}};
    struct sysinfo_memory memory = {0}, capped = {0}, negative = {0};
    sysinfo__decode_netbsd_memory(&uvm, &none, &memory);
    ck_assert_uint_eq(memory.available, UINT64_C(6544945152));
    uvm.anonymous = 500000;
    sysinfo__decode_netbsd_memory(&uvm, &none, &capped);
    ck_assert_uint_eq(capped.available, UINT64_C(1522279) * 4096);
    uvm.free = -1;
    uvm.anonymous = -1;
    sysinfo__decode_netbsd_memory(&uvm, &none, &negative);
    ck_assert_uint_eq(negative.available, UINT64_C(939821) * 4096);
}
END_TEST

START_TEST(openbsd_caches_in_its_buffers) {
    const struct sysinfo__uvm uvm = {
        .page_size = 4096, .free = 300000, .active = 400000, .inactive = 500000, .wired = -2};
    const struct sysinfo__buffer_cache cache = {140000, 900};
    struct sysinfo_memory memory = {0}, bare = {0};
    sysinfo__decode_openbsd_memory(&uvm, UINT64_C(8) << 30, &cache, &memory);
    ck_assert_uint_eq(memory.total, UINT64_C(8) << 30);
    ck_assert_uint_eq(memory.cached, 140000 * 4096);
    ck_assert_uint_eq(memory.dirty, 900 * 4096);
    ck_assert_uint_eq(memory.available, UINT64_C(940000) * 4096);
    sysinfo__decode_openbsd_memory(&uvm, UINT64_C(8) << 30, NULL, &bare);
    ck_assert(!SYSINFO_HAS(&bare, cached) && !SYSINFO_HAS(&bare, dirty) && !SYSINFO_HAS(&bare, wired));
    ck_assert_uint_eq(bare.available, UINT64_C(800000) * 4096);
}
END_TEST

START_TEST(a_count_below_0_is_0_and_estimated) {
    const struct sysinfo__uvm uvm = {.page_size = 4096, .pages = 1000, .free = -1, .active = 10, .file = INT64_MIN};
    const struct sysinfo__netbsd_caches none = {.arc = {0, false}};
    struct sysinfo_memory memory = {0};
    sysinfo__decode_netbsd_memory(&uvm, &none, &memory);
    ck_assert_uint_eq(memory.free, 0);
    ck_assert_uint_eq(memory.cached, 0);
    ck_assert_uint_eq(memory.estimated & (BIT(memory, free) | BIT(memory, active) | BIT(memory, cached)),
                      BIT(memory, free) | BIT(memory, cached));
    const struct sysinfo__buffer_cache cache = {-1, -2};
    struct sysinfo_memory openbsd = {0};
    sysinfo__decode_openbsd_memory(&uvm, 1000, &cache, &openbsd);
    ck_assert(openbsd.cached == 0 && openbsd.dirty == 0);
    ck_assert_uint_eq(openbsd.estimated & (BIT(memory, cached) | BIT(memory, dirty)),
                      BIT(memory, cached) | BIT(memory, dirty));
}
END_TEST

START_TEST(pages_that_were_swapped_are_whole_and_openbsd_writes_files_among_them) {
    struct sysinfo__uvm uvm = {
        .page_size = 16384, .swap = 4000000000U, .swap_used = 7, .swapped_in = 4000000000U, .swapped_out = 99};
    struct sysinfo_swap netbsd = {0}, openbsd = {0};
    sysinfo__decode_uvm_swap(&uvm, &netbsd);
    uvm.writes_files = true;
    sysinfo__decode_uvm_swap(&uvm, &openbsd);
    ck_assert_uint_eq(netbsd.total, UINT64_C(65536000000000));
    ck_assert_uint_eq(netbsd.used, 7 * 16384);
    ck_assert_uint_eq(netbsd.sin, UINT64_C(65536000000000));
    ck_assert_uint_eq(netbsd.sout, 99 * 16384);
    ck_assert_uint_eq(netbsd.estimated, 0);
    ck_assert_uint_eq(openbsd.sout, 99 * 16384);
    ck_assert_uint_eq(openbsd.estimated, BIT(swap, sout));
}
END_TEST

START_TEST(what_an_architecture_does_not_count_is_unknown_on_openbsd) {
    struct sysinfo__uvm uvm = {.switches = 5, .interrupts = 7};
    struct sysinfo_stats netbsd = {0}, openbsd = {0};
    sysinfo__decode_uvm_stats(&uvm, &netbsd);
    uvm.zero_is_unknown = true;
    sysinfo__decode_uvm_stats(&uvm, &openbsd);
    ck_assert_uint_eq(netbsd.present, BIT(stats, ctx_switches) | BIT(stats, interrupts) | BIT(stats, soft_interrupts) |
                                          BIT(stats, syscalls) | BIT(stats, forks));
    ck_assert_uint_eq(openbsd.present, BIT(stats, ctx_switches) | BIT(stats, interrupts) | BIT(stats, forks));
    ck_assert_uint_eq(openbsd.interrupts, 7);
    const struct sysinfo__uvm other = {.switches = 5, .soft_interrupts = 8, .syscalls = 9, .zero_is_unknown = true};
    struct sysinfo_stats rest = {0};
    sysinfo__decode_uvm_stats(&other, &rest);
    ck_assert_uint_eq(rest.present, BIT(stats, ctx_switches) | BIT(stats, soft_interrupts) | BIT(stats, syscalls) |
                                        BIT(stats, forks));
    ck_assert(rest.soft_interrupts == 8 && rest.syscalls == 9);
}
END_TEST

/* ---- macOS ---- */

START_TEST(mach_ticks_are_hundredths_and_nice_is_user_time) {
    static const struct sysinfo__mach_ticks ticks[] = {{.user = 4294967295U, .system = 100, .idle = 250, .nice = 5},
                                                       {.user = 1, .system = 2, .idle = 3, .nice = 4}};
    static const struct sysinfo__mach_processor processors[] = {{.is_running = 0, .number = 0},
                                                                {.is_running = 1, .number = 7}};
    struct sysinfo_cpu_sample sum = {0};
    ck_assert(!sysinfo__decode_mach_sum(ticks, 0, &sum));
    ck_assert_uint_eq(sum.present, 0);
    ck_assert(sysinfo__decode_mach_sum(ticks, 2, &sum));
    ck_assert_double_eq_tol(sum.user, 42949673.05, 1e-7);
    ck_assert_double_eq_tol(sum.system, 1.02, 1e-7);
    ck_assert_double_eq_tol(sum.idle, 2.53, 1e-7);
    ck_assert_double_eq_tol(sum.wrap, 42949672.96, 1e-7);
    ck_assert(!SYSINFO_HAS(&sum, nice) && !SYSINFO_HAS(&sum, irq));
    struct sysinfo__cpu_rows rows;
    memset(&rows, 0, sizeof rows);
    ck_assert(sysinfo__decode_mach_rows(processors, ticks, 2, &rows));
    ck_assert_uint_eq(rows.count, 1);
    ck_assert_uint_eq(rows.row[0].sample.cpu, 7);
    ck_assert_double_eq_tol(rows.row[0].sample.user, 0.05, 1e-7);
    free(rows.row);
}
END_TEST

START_TEST(mach_pages_of_an_old_release_have_no_files_and_no_swap) {
    struct sysinfo__mach_pages pages = {.size = 16384,
                                        .free = 300000,
                                        .active = 400000,
                                        .inactive = 500000,
                                        .wired = 250000,
                                        .speculative = 11000,
                                        .purgeable = 5000,
                                        .is_long = true,
                                        .external = 120000,
                                        .swapped_in = 77,
                                        .swapped_out = 99};
    struct sysinfo_memory memory = {0}, old = {0};
    struct sysinfo_swap swap = {0}, none = {0};
    sysinfo__decode_mach_memory(&pages, UINT64_C(32) << 30, &memory);
    sysinfo__decode_mach_swapped(&pages, &swap);
    ck_assert_uint_eq(memory.total, UINT64_C(32) << 30);
    ck_assert_uint_eq(memory.free, UINT64_C(289000) * 16384);
    ck_assert_uint_eq(memory.cached, UINT64_C(125000) * 16384);
    ck_assert_uint_eq(memory.available, UINT64_C(414000) * 16384);
    ck_assert_uint_eq(memory.estimated, 0);
    ck_assert_uint_eq(swap.sin, 77 * 16384);
    ck_assert_uint_eq(swap.sout, 99 * 16384);
    pages.is_long = false;
    pages.speculative = 300001;
    sysinfo__decode_mach_memory(&pages, UINT64_C(32) << 30, &old);
    sysinfo__decode_mach_swapped(&pages, &none);
    ck_assert(SYSINFO_HAS(&old, free) && !SYSINFO_HAS(&old, cached));
    ck_assert_uint_eq(old.free, 0);
    ck_assert_uint_eq(old.available, UINT64_C(800000) * 16384);
    ck_assert_uint_eq(old.estimated, BIT(memory, available));
    ck_assert_uint_eq(none.present, 0);
}
END_TEST

START_TEST(mach_pages_moved_and_compressed_are_bytes) {
    struct sysinfo__mach_pages pages = {.size = 16384,
                                        .is_long = true,
                                        .compressor = 60000,
                                        .swapped_in = 77,
                                        .swapped_out = 99,
                                        .paged_in = 1000,
                                        .paged_out = 2000,
                                        .faults = UINT64_C(6000000000)};
    struct sysinfo_memory memory = {0};
    struct sysinfo_paging paging = {0}, old = {0};
    sysinfo__decode_mach_memory(&pages, UINT64_C(32) << 30, &memory);
    sysinfo__decode_mach_paging(&pages, &paging);
    ck_assert_uint_eq(memory.compressed, 60000 * 16384);
    ck_assert_uint_eq(paging.faults, UINT64_C(6000000000));
    ck_assert_uint_eq(paging.paged_in, 1077 * 16384);
    ck_assert_uint_eq(paging.paged_out, 2099 * 16384);
    ck_assert_uint_eq(paging.estimated, BIT(paging, paged_in) | BIT(paging, paged_out));
    pages.is_long = false;
    sysinfo__decode_mach_paging(&pages, &old);
    ck_assert_uint_eq(old.present, BIT(paging, faults));
}
END_TEST

/* ---- rctl(8) of FreeBSD ---- */

START_TEST(rules_are_read_one_by_one) {
    struct sysinfo__rctl_rule rule;
    const char *rest =
        sysinfo__decode_rctl_rule("jail:www:memoryuse:deny=1073741824,"
                                  "user:1001:vmemoryuse:sigkill=7/process,process:9:pcpu:throttle=50/user,"
                                  "jail:www:memoryuse:log=1,user:1001:vmemoryusx:deny=1,nonsense,",
                                  &rule);
    ck_assert(rule.is_understood && rule.resource == SYSINFO__RCTL_MEMORY && rule.amount == 1073741824);
    ck_assert_str_eq(rule.subject, "jail:www:");
    ck_assert(!rule.is_per_process && !rule.is_per_other);
    rest = sysinfo__decode_rctl_rule(rest, &rule);
    ck_assert(rule.resource == SYSINFO__RCTL_ADDRESS_SPACE && rule.is_per_process && !rule.is_per_other);
    rest = sysinfo__decode_rctl_rule(rest, &rule);
    ck_assert(rule.resource == SYSINFO__RCTL_CPU && rule.amount == 50 && rule.is_per_other);
    rest = sysinfo__decode_rctl_rule(rest, &rule);
    ck_assert(rule.is_understood && rule.resource == SYSINFO__RCTL_OTHER); /* It only reports, and limits nothing. */
    rest = sysinfo__decode_rctl_rule(rest, &rule);
    ck_assert(rule.is_understood && rule.resource == SYSINFO__RCTL_OTHER);
    rest = sysinfo__decode_rctl_rule(rest, &rule);
    ck_assert(!rule.is_understood);
    ck_assert_str_eq(rest, "");
    ck_assert_ptr_null(sysinfo__decode_rctl_rule(rest, &rule));
}
END_TEST

START_TEST(what_a_subject_uses_is_found_by_the_whole_name) {
    uint64_t use = 5;
    ck_assert(sysinfo__decode_rctl_use("vmemoryuse=7,memoryuse=8,pcpu=9", SYSINFO__RCTL_MEMORY, &use));
    ck_assert_uint_eq(use, 8);
    ck_assert(sysinfo__decode_rctl_use("cputime=1,pcpu=9,", SYSINFO__RCTL_CPU, &use));
    ck_assert_uint_eq(use, 9);
    ck_assert(!sysinfo__decode_rctl_use("memoryuse,memoryuse=,memoryuse=8x", SYSINFO__RCTL_MEMORY, &use));
    ck_assert(!sysinfo__decode_rctl_use("", SYSINFO__RCTL_MEMORY, &use));
}
END_TEST

/* ---- Lists of frequencies ---- */

START_TEST(frequencies_are_the_numbers_of_a_list) {
    uint64_t least, most;
    ck_assert(sysinfo__decode_frequencies("2401/35000 2400/33000 800/-1", &least, &most));
    ck_assert_uint_eq(least, 800000000);
    ck_assert_uint_eq(most, 2401000000);
    ck_assert(sysinfo__decode_frequencies(" 0/5 x 99999999999999/1  2800 ", &least, &most)); /* One of them is valid. */
    ck_assert_uint_eq(least, 2800000000);
    ck_assert_uint_eq(most, 2800000000);
    ck_assert(!sysinfo__decode_frequencies("0 x", &least, &most));
    ck_assert(!sysinfo__decode_frequencies("", &least, &most));
}
END_TEST

/* ---- FreeBSD's counters ---- */

START_TEST(freebsd_moves_pages_of_files_and_of_swap) {
    const struct sysinfo__freebsd_paging counted = {.page_size = 4096,
                                                    .faults = KNOWN(9),
                                                    .swap_in = KNOWN(70),
                                                    .file_in = KNOWN(UINT64_C(4294967296)),
                                                    .swap_out = KNOWN(1)};
    struct sysinfo_paging paging = {0};
    sysinfo__decode_freebsd_paging(&counted, &paging);
    ck_assert_uint_eq(paging.present, BIT(paging, faults) | BIT(paging, paged_in));
    ck_assert_uint_eq(paging.paged_in, UINT64_C(4294967366) * 4096);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("systems");
    TCase *bsd = tcase_create("bsd"), *darwin = tcase_create("darwin");
    tcase_add_test(bsd, the_statistics_clock_counts_and_else_the_system_clock);
    tcase_add_test(bsd, rules_are_read_one_by_one);
    tcase_add_test(bsd, what_a_subject_uses_is_found_by_the_whole_name);
    tcase_add_test(bsd, frequencies_are_the_numbers_of_a_list);
    tcase_add_test(bsd, freebsd_moves_pages_of_files_and_of_swap);
    tcase_add_test(darwin, mach_pages_moved_and_compressed_are_bytes);
    tcase_add_test(bsd, spinning_is_system_time);
    tcase_add_test(bsd, blocks_of_cpus_become_rows_and_a_sum);
    tcase_add_test(bsd, counters_of_32_bits_are_unsigned_and_have_a_wrap);
    tcase_add_test(bsd, freebsd_reports_what_the_release_has);
    tcase_add_test(bsd, freebsd_counts_swap_in_pages);
    tcase_add_test(bsd, freebsd_counters_may_be_missing_one_by_one);
    tcase_add_test(bsd, netbsd_caches_files_and_programs);
    tcase_add_test(bsd, netbsd_does_not_count_the_kernel_as_available);
    tcase_add_test(bsd, openbsd_caches_in_its_buffers);
    tcase_add_test(bsd, a_count_below_0_is_0_and_estimated);
    tcase_add_test(bsd, pages_that_were_swapped_are_whole_and_openbsd_writes_files_among_them);
    tcase_add_test(bsd, what_an_architecture_does_not_count_is_unknown_on_openbsd);
    tcase_add_test(darwin, mach_ticks_are_hundredths_and_nice_is_user_time);
    tcase_add_test(darwin, mach_pages_of_an_old_release_have_no_files_and_no_swap);
    suite_add_tcase(suite, bsd);
    suite_add_tcase(suite, darwin);
    return run(suite);
}
