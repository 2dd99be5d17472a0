/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "internal.h"
#include "suites.h"
#include "text.h"

#define BIT(mode) SYSINFO_BIT(struct sysinfo_cpu_sample, mode)
#define OFFSET(mode) offsetof(struct sysinfo_cpu_sample, mode)
static const uint64_t modes_in_order[] = {BIT(user), BIT(nice),    BIT(system), BIT(idle),  BIT(iowait),
                                          BIT(irq),  BIT(softirq), BIT(steal),  BIT(guest), BIT(guest_nice)};
static const size_t offsets_in_order[] = {OFFSET(user),   OFFSET(nice),      OFFSET(system),  OFFSET(idle),
                                          OFFSET(iowait), OFFSET(irq),       OFFSET(softirq), OFFSET(steal),
                                          OFFSET(guest),  OFFSET(guest_nice)};

static double mode(const struct sysinfo_cpu_sample *sample, size_t column) {
    double value;
    memcpy(&value, (const char *)sample + offsets_in_order[column], sizeof value);
    return value;
}

static enum sysinfo__stat_outcome total(const char *bytes, size_t length, struct sysinfo_cpu_sample *sample) {
    char *text = text_copy(bytes, length);
    memset(sample, 0, sizeof *sample);
    enum sysinfo__stat_outcome outcome = sysinfo__decode_stat_total(text, length, 100, sample);
    free(text);
    return outcome;
}

static enum sysinfo__stat_outcome total_of(const char *string, struct sysinfo_cpu_sample *sample) {
    return total(string, strlen(string), sample);
}

START_TEST(each_column_is_its_mode) {
    struct sysinfo_cpu_sample sample;
    ck_assert_int_eq(total_of("cpu  101 202 303 404 505 606 707 808 909 1010\n", &sample), SYSINFO__STAT_OK);
    ck_assert(sample.user == 1.01 && sample.nice == 2.02 && sample.system == 3.03 && sample.idle == 4.04 &&
              sample.iowait == 5.05);
    ck_assert(sample.irq == 6.06 && sample.softirq == 7.07 && sample.steal == 8.08 && sample.guest == 9.09 &&
              sample.guest_nice == 10.1);
    ck_assert(!SYSINFO_HAS(&sample, cpu) && !SYSINFO_HAS(&sample, wrap));
}
END_TEST

START_TEST(columns_that_an_old_kernel_lacks_are_unknown) {
    char line[128] = "cpu ";
    uint64_t known = 0;
    for (int column = 0; column < 15; column++) {
        struct sysinfo_cpu_sample sample;
        snprintf(line + strlen(line), sizeof line - strlen(line), " %d", (column + 1) * 100);
        if (column < 10) {
            known |= modes_in_order[column];
        }
        char ended[140];
        snprintf(ended, sizeof ended, "%s\n", line);
        ck_assert_int_eq(total_of(ended, &sample), column < 3 ? SYSINFO__STAT_SHORT_CPU_LINE : SYSINFO__STAT_OK);
        ck_assert_uint_eq(sample.present, column < 3 ? 0 : known);
        for (size_t i = 0; i < 10; i++) {
            ck_assert(mode(&sample, i) == (column >= 3 && (int)i <= column ? (double)(i + 1) : 0));
        }
    }
}
END_TEST

static const struct {
    const char *text;
    enum sysinfo__stat_outcome outcome;
} bad_texts[] = {
    {"", SYSINFO__STAT_NO_CPU_LINE},
    {"\n\n\n", SYSINFO__STAT_NO_CPU_LINE},
    {"cpu", SYSINFO__STAT_NO_CPU_LINE},
    {"cpu0 1 2 3 4\n", SYSINFO__STAT_NO_CPU_LINE},
    {"CPU  1 2 3 4\n", SYSINFO__STAT_NO_CPU_LINE},
    {"intr 5\nctxt 6\n", SYSINFO__STAT_NO_CPU_LINE},
    {"cpu \n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 3\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 3 4", SYSINFO__STAT_SHORT_CPU_LINE}, /* Cut: 4 may have been 45. */
    {"cpu  -1 2 3 4 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 3 -4 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 18446744073709551616\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 3 18446744073709551616x 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2 3 4x 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1 2\n3 4 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  1,2 3 4 5\n", SYSINFO__STAT_SHORT_CPU_LINE},
    {"cpu  nan 2 3 4\n", SYSINFO__STAT_SHORT_CPU_LINE},
};

START_TEST(a_line_without_four_numbers_is_refused) {
    struct sysinfo_cpu_sample sample;
    ck_assert_int_eq(total_of(bad_texts[_i].text, &sample), bad_texts[_i].outcome);
    ck_assert_uint_eq(sample.present, 0);
}
END_TEST

START_TEST(a_text_of_nuls_has_no_cpu_line) {
    static const char nuls[4096];
    struct sysinfo_cpu_sample sample;
    ck_assert_int_eq(total(nuls, sizeof nuls, &sample), SYSINFO__STAT_NO_CPU_LINE);
}
END_TEST

START_TEST(columns_end_where_a_later_one_is_unusable) {
    struct sysinfo_cpu_sample sample;
    ck_assert_int_eq(total_of("cpu  1 2 3 4 5 -6 7\n", &sample), SYSINFO__STAT_OK);
    ck_assert_uint_eq(sample.present, BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait));
    ck_assert_int_eq(total_of("cpu  1 2 3 4 \n5 6 7\n", &sample), SYSINFO__STAT_OK);
    ck_assert_uint_eq(sample.present, BIT(user) | BIT(nice) | BIT(system) | BIT(idle));
}
END_TEST

static const struct {
    const char *text;
    uint64_t unknown;
} wide_texts[] = {
    {"cpu  1000 200 300 10000000000000000000 500 0 0 0 0 0\n", BIT(idle)},
    {"cpu  1000 200 300 1234567890123456 500 0 0 0 0 0\n", BIT(idle)},
    {"cpu  1000 200 300 18446744073709551616 500 0 0 0 0 0\n", BIT(idle)},
    {"cpu  1000 200 300 400 18446744073709551615 0 0 0 0 0\n", BIT(iowait)},
    {"cpu  1000 200 300 400 500 0 0 99999999999999999999999999 0 0\n", BIT(steal)},
    {"cpu  18446744073709551615 200 300 18446744073709551615 500 0 0 0 0 0\n", BIT(user) | BIT(idle)},
};

START_TEST(a_number_too_large_to_be_ticks_is_left_out) {
    struct sysinfo_cpu_sample sample;
    uint64_t known = 0;
    for (size_t i = 0; i < 10; i++) {
        known |= modes_in_order[i];
    }
    ck_assert_int_eq(total_of(wide_texts[_i].text, &sample), SYSINFO__STAT_OK);
    ck_assert_uint_eq(sample.present, known & ~wide_texts[_i].unknown);
    ck_assert(sample.nice == 2 && sample.system == 3);
    ck_assert(sample.user == (wide_texts[_i].unknown & BIT(user) ? 0 : 10));
    ck_assert(sample.idle == (wide_texts[_i].unknown & BIT(idle) ? 0 : 4));
}
END_TEST

static const char *const texts_of_two_totals[] = {
    "cpu  0 0 0 0 0 0 0 0 0 0\ncpu  3000 0 100 9000 0 0 0 0 0 0\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n",
    "cpu  3000 0 100 9000 0 0 0 0 0 0\ncpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n",
    "cpu  3000 0 100 9000 0 0 0 0 0 0\ncpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu  7000 0 0 1\nintr 5\n",
    "cpu  0 0 0 0\ncpu0 1 2 3 4\ncpu  3000 0 100 9000\ncpu1 1 2 3 4\nintr 5\n",
    "cpu  3000 0 100 9000 0 0 0 0 0 0\ncpu  7 8\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n",
    "cpu  0 0 0 0\ncpu  7 8\ncpu0 1 2 3 4\ncpu  3000 0 100 9000\ncpu1 1 2 3 4\nintr 5\n",
    "cpu  1 2\ncpu0 1 2 3 4\ncpu  3000 0 100 9000\ncpu1 1 2 3 4\nintr 5\n",
    "cpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu  3000 0 100 9000\nintr 5\n",
};

START_TEST(of_two_lines_for_all_cpus_the_one_that_counts_is_read) {
    struct sysinfo_cpu_sample sample;
    size_t length = strlen(texts_of_two_totals[_i]);
    ck_assert_int_eq(total_of(texts_of_two_totals[_i], &sample), SYSINFO__STAT_OK);
    ck_assert(sample.user == 30 && sample.system == 1 && sample.idle == 90);
    ck_assert(SYSINFO_HAS(&sample, cpus) && sample.cpus == 2);
    char *text = text_copy(texts_of_two_totals[_i], length);
    struct sysinfo__cpu_rows rows = {.count = 0};
    ck_assert_int_eq(sysinfo__decode_stat_rows(text, length, 100, &rows), SYSINFO__STAT_OK);
    ck_assert_uint_eq(rows.count, 2);
    ck_assert(rows.all.sample.user == 30 && rows.row[1].sample.cpu == 1);
    free(rows.row);
    free(text);
}
END_TEST

START_TEST(the_cpu_line_is_found_after_others) {
    struct sysinfo_cpu_sample sample;
    ck_assert_int_eq(total_of("ctxt 9\ncpu3 9 9 9 9\ncpu  100 200 300 400\n", &sample), SYSINFO__STAT_OK);
    ck_assert(sample.user == 1 && sample.idle == 4);
}
END_TEST

static const char whole[] = "cpu  4705 356 58412 1393210 2341 7 29 11 3 1\n"
                            "cpu0 2350 178 29206 696605 1170 3 14 5 1 0\n"
                            "cpu2 2355 178 29206 696605 1171 4 15 6 2 1\n"
                            "intr 114930548 113199788 3 0 5 263 0 4\n"
                            "ctxt 1990473\n"
                            "btime 1062191376\n"
                            "processes 2915\n"
                            "procs_running 17\n"
                            "procs_blocked 12\n"
                            "softirq 183433 0 21755 12 39\n";

/* Wherever the text is cut, every value is one of the original text, or unknown. */
START_TEST(a_text_cut_anywhere_gives_no_number_that_was_not_in_it) {
    struct sysinfo_cpu_sample full, part;
    struct sysinfo_stats full_stats = {.present = 0};
    ck_assert_int_eq(total(whole, sizeof whole - 1, &full), SYSINFO__STAT_OK);
    char *text = text_copy(whole, sizeof whole - 1);
    sysinfo__decode_stat_counters(text, sizeof whole - 1, &full_stats);
    free(text);
    ck_assert_uint_eq(full_stats.ctx_switches, 1990473);
    ck_assert_uint_eq(full_stats.interrupts, 114930548);
    ck_assert_uint_eq(full_stats.soft_interrupts, 183433);
    ck_assert_uint_eq(full_stats.forks, 2915);
    ck_assert_uint_eq(full_stats.running, 17);
    ck_assert_uint_eq(full_stats.blocked, 12);
    ck_assert_double_eq(full_stats.boot_time, 1062191376);
    ck_assert(!SYSINFO_HAS(&full_stats, uptime));
    for (size_t length = 0; length < sizeof whole; length++) {
        bool is_read = total(whole, length, &part) == SYSINFO__STAT_OK;
        for (size_t i = 0; is_read && i < 10; i++) {
            ck_assert(!(part.present & modes_in_order[i]) || mode(&part, i) == mode(&full, i));
        }
        text = text_copy(whole, length);
        struct sysinfo__cpu_rows rows = {.count = 0};
        ck_assert_int_eq(sysinfo__decode_stat_rows(text, length, 100, &rows) == SYSINFO__STAT_OK, is_read);
        for (size_t i = 0; i < rows.count; i++) {
            ck_assert_uint_eq(rows.row[i].sample.cpu, i * 2);
            ck_assert(!SYSINFO_HAS(&rows.row[i].sample, user) || rows.row[i].sample.user == (i == 0 ? 23.5 : 23.55));
            ck_assert(!SYSINFO_HAS(&rows.row[i].sample, idle) || rows.row[i].sample.idle == 6966.05);
        }
        free(rows.row);
        struct sysinfo_stats stats = {.present = 0};
        sysinfo__decode_stat_counters(text, length, &stats);
        ck_assert(!SYSINFO_HAS(&stats, ctx_switches) || stats.ctx_switches == full_stats.ctx_switches);
        ck_assert(!SYSINFO_HAS(&stats, interrupts) || stats.interrupts == full_stats.interrupts);
        ck_assert(!SYSINFO_HAS(&stats, soft_interrupts) || stats.soft_interrupts == full_stats.soft_interrupts);
        ck_assert(!SYSINFO_HAS(&stats, forks) || stats.forks == full_stats.forks);
        ck_assert(!SYSINFO_HAS(&stats, running) || stats.running == full_stats.running);
        ck_assert(!SYSINFO_HAS(&stats, blocked) || stats.blocked == full_stats.blocked);
        ck_assert(!SYSINFO_HAS(&stats, boot_time) || stats.boot_time == full_stats.boot_time);
        ck_assert(!SYSINFO_HAS(&stats, syscalls));
        free(text);
    }
}
END_TEST

START_TEST(a_cpu_whose_line_is_unusable_is_a_row_with_its_number) {
    static const char bytes[] =
        "cpu  10 20 30 40\ncpu0 1 2 3 4 5\ncpu1\ncpu7 x\ncpu8 1 2 3\ncpu11 6 7 8 9\nintr 1\ncpu99 1 2 3 4\n";
    char *text = text_copy(bytes, sizeof bytes - 1);
    struct sysinfo__cpu_rows rows = {.count = 0};
    ck_assert_int_eq(sysinfo__decode_stat_rows(text, sizeof bytes - 1, 100, &rows), SYSINFO__STAT_OK);
    static const uint64_t numbers[] = {0, 1, 7, 8, 11};
    ck_assert_uint_eq(rows.count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(rows.row[i].sample.cpu, numbers[i]);
        bool is_usable = i == 0 || i == 4;
        ck_assert_int_eq(SYSINFO_HAS(&rows.row[i].sample, idle), is_usable);
        ck_assert(is_usable || rows.row[i].sample.present == BIT(cpu));
    }
    ck_assert(SYSINFO_HAS(&rows.row[0].sample, iowait) && !SYSINFO_HAS(&rows.row[4].sample, iowait));
    ck_assert(rows.all.sample.idle == 0.4 && rows.all.sample.cpus == 5);
    free(rows.row);
    free(text);
}
END_TEST

/*
 * Reads a cpu line number by number, for comparison with the fast scanner. Returns the number of columns, and in *wide
 * those whose numbers are too large for ticks.
 */
static int read_plainly(const char *p, double seconds[10], uint64_t *wide) {
    int column = 0;
    *wide = 0;
    memset(seconds, 0, 10 * sizeof seconds[0]);
    while (column < 10 && *p == ' ') {
        while (*p == ' ' || *p == '\t') {
            p++;
        }
        uint64_t ticks = 0;
        int digits = 0;
        for (; *p >= '0' && *p <= '9'; p++, digits++) {
            ticks = ticks * 10 + (uint64_t)(*p - '0');
        }
        if (digits == 0 || (*p != ' ' && *p != '\t' && *p != '\n')) {
            break;
        }
        *wide |= digits > 15 ? modes_in_order[column] : 0;
        seconds[column++] = digits > 15 ? 0 : (double)ticks / 100;
    }
    return column;
}

enum { LONG_TEXT = 4097 };

/*
 * Checks the row of a line between a line for all CPUs and another CPU's. Texts of many CPUs are scanned in another way
 * than short ones: `more` bytes follow.
 */
static void check_row_of(const char *line, size_t length, size_t more) {
    static const char before[] = "cpu  1 2 3 4\n", behind[] = "cpu9 1 2 3 4\n";
    char bytes[512 + LONG_TEXT];
    size_t size = sizeof before - 1, end = size + length + sizeof behind - 1;
    memcpy(bytes, before, size);
    memcpy(bytes + size, line, length);
    memcpy(bytes + size + length, behind, sizeof behind - 1);
    memset(bytes + end, 'x', more);
    char *text = text_copy(bytes, end + more);
    double seconds[10];
    uint64_t wide;
    int columns = read_plainly(text + size + 4, seconds, &wide);
    struct sysinfo__cpu_rows rows = {.count = 0};
    ck_assert_int_eq(sysinfo__decode_stat_rows(text, end + more, 100, &rows), SYSINFO__STAT_OK);
    ck_assert_uint_gt(rows.count, 0);
    const struct sysinfo_cpu_sample *row = &rows.row[0].sample;
    uint64_t known = BIT(cpu);
    for (int i = 0; i < 10 && columns >= 4; i++) {
        known |= i < columns ? modes_in_order[i] & ~wide : 0;
        ck_assert_msg(mode(row, (size_t)i) == seconds[i], "column %d of '%.*s' is not %g", i, (int)length, line,
                      seconds[i]);
    }
    ck_assert_msg(row->present == known, "'%.*s' has %d columns", (int)length, line, columns);
    free(rows.row);
    free(text);
}

static void check_row(const char *line, size_t length) {
    check_row_of(line, length, 0);
    check_row_of(line, length, LONG_TEXT);
}

START_TEST(each_byte_of_a_line_counts_as_in_a_plain_reading) {
    static const char *const lines[] = {"cpu3 1 22 333 4444 55555 0 7777777 0 0 0\n",
                                        "cpu3 88888888 999999999 1 12345678901 5 6 7 8 9 123456789012345\n",
                                        "cpu3 0 0 0 0 0 0 0 0 0 0\n", "cpu3 12 34 56 78\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char line[80];
        size_t length = strlen(lines[i]);
        for (size_t at = 5; at < length; at++) {
            for (int byte = 0; byte < 256; byte += byte < 64 ? 1 : 7) { /* Bytes from 64 on are treated alike. */
                memcpy(line, lines[i], length);
                line[at] = (char)byte;
                check_row(line, length);
            }
        }
    }
}
END_TEST

START_TEST(every_width_of_every_column_is_read) {
    for (int column = 0; column < 10; column++) {
        for (int digits = 0; digits <= 20; digits++) {
            char line[160] = "cpu3";
            for (int i = 0; i < 10; i++) {
                snprintf(line + strlen(line), sizeof line - strlen(line), " %.*s", i == column ? digits : i % 3,
                         "98765432109876543210");
            }
            size_t length = strlen(line);
            line[length++] = '\n';
            check_row(line, length);
        }
    }
}
END_TEST

START_TEST(lines_that_only_begin_like_a_cpu_are_not_counted) {
    static const char bytes[] = "cpu  1 2 3 4\ncpu0 1 2 3 4\ncpufreq 1 2 3 4\ncpu12 1\ncpu5x 1\ncpu 7\n cpu3 1\ncpu4\n"
                                "cpu9\t1 2 3 4\ncpu1234567890123456 1 2 3 4\ncpu6";
    char *text = text_copy(bytes, sizeof bytes - 1);
    ck_assert_uint_eq(sysinfo__decode_stat_cpu_lines(text, sizeof bytes - 1),
                      4); /* 0, 12, 4, 9; the last number may be cut. */
    free(text);
}
END_TEST

/* A machine with 4096 CPUs, with a different number of digits in each column. */
START_TEST(thousands_of_cpus_are_read_right) {
    enum { CPUS = 4096 };
    size_t size = (size_t)CPUS * 200, length = 0;
    char *bytes = malloc(size);
    ck_assert_ptr_nonnull(bytes);
    length += (size_t)snprintf(bytes, size, "cpu  1 2 3 4 5 6 7 8 9 10\n");
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        length += (size_t)snprintf(bytes + length, size - length, "cpu%u", cpu);
        for (unsigned column = 0; column < 10; column++) {
            length += (size_t)snprintf(bytes + length, size - length, " %llu",
                                       (unsigned long long)cpu * cpu * cpu * column * 31 % 10000000019u);
        }
        bytes[length++] = '\n';
    }
    char *text = text_copy(bytes, length);
    free(bytes);
    struct sysinfo__cpu_rows rows = {.count = 0};
    ck_assert_int_eq(sysinfo__decode_stat_rows(text, length, 1, &rows), SYSINFO__STAT_OK);
    ck_assert_uint_eq(rows.count, CPUS);
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        ck_assert_uint_eq(rows.row[cpu].sample.cpu, cpu);
        bool is_right = true;
        for (unsigned column = 0; column < 10; column++) {
            is_right = is_right && mode(&rows.row[cpu].sample, column) ==
                                       (double)((unsigned long long)cpu * cpu * cpu * column * 31 % 10000000019u);
        }
        ck_assert(is_right);
    }
    free(rows.row);
    free(text);
}
END_TEST

START_TEST(a_very_long_intr_line_is_only_its_first_number) {
    enum { LENGTH = 64 << 10 };
    char *bytes = malloc(LENGTH + 64);
    ck_assert_ptr_nonnull(bytes);
    size_t length = (size_t)snprintf(bytes, 64, "cpu  1 2 3 4\nintr 123456");
    while (length < LENGTH) {
        bytes[length++] = ' ';
        bytes[length++] = '0';
    }
    memcpy(bytes + length, "\nctxt 77\n", 9);
    length += 9;
    char *text = text_copy(bytes, length);
    struct sysinfo_stats stats = {.present = 0};
    sysinfo__decode_stat_counters(text, length, &stats);
    ck_assert_uint_eq(stats.interrupts, 123456);
    ck_assert_uint_eq(stats.ctx_switches, 77);
    ck_assert(!SYSINFO_HAS(&stats, soft_interrupts));
    free(text);
    free(bytes);
}
END_TEST

START_TEST(counters_have_up_to_64_bits) {
    static const char bytes[] = "intr 1234567890123456 9 8\nctxt 2234567890123456\nsoftirq 18446744073709551615 1\n";
    char *text = text_copy(bytes, sizeof bytes - 1);
    struct sysinfo_stats stats = {.present = 0};
    sysinfo__decode_stat_counters(text, sizeof bytes - 1, &stats);
    ck_assert_uint_eq(stats.interrupts, 1234567890123456);
    ck_assert_uint_eq(stats.ctx_switches, 2234567890123456);
    ck_assert_uint_eq(stats.soft_interrupts, UINT64_MAX);
    free(text);
}
END_TEST

START_TEST(counters_that_are_no_numbers_are_unknown) {
    static const char bytes[] = "ctxt -5\nintr 18446744073709551616 1\nsoftirq \nctxtx 4\n";
    char *text = text_copy(bytes, sizeof bytes - 1);
    struct sysinfo_stats stats = {.present = 0};
    sysinfo__decode_stat_counters(text, sizeof bytes - 1, &stats);
    ck_assert_uint_eq(stats.present, 0);
    free(text);
}
END_TEST

TCase *stat_tests(void) {
    TCase *tests = tcase_create("stat");
    tcase_add_test(tests, each_column_is_its_mode);
    tcase_add_test(tests, columns_that_an_old_kernel_lacks_are_unknown);
    tcase_add_loop_test(tests, a_line_without_four_numbers_is_refused, 0,
                        (int)(sizeof bad_texts / sizeof bad_texts[0]));
    tcase_add_test(tests, a_text_of_nuls_has_no_cpu_line);
    tcase_add_test(tests, columns_end_where_a_later_one_is_unusable);
    tcase_add_test(tests, the_cpu_line_is_found_after_others);
    tcase_add_loop_test(tests, a_number_too_large_to_be_ticks_is_left_out, 0,
                        (int)(sizeof wide_texts / sizeof wide_texts[0]));
    tcase_add_loop_test(tests, of_two_lines_for_all_cpus_the_one_that_counts_is_read, 0,
                        (int)(sizeof texts_of_two_totals / sizeof texts_of_two_totals[0]));
    tcase_add_test(tests, counters_have_up_to_64_bits);
    tcase_add_test(tests, a_text_cut_anywhere_gives_no_number_that_was_not_in_it);
    tcase_add_test(tests, a_cpu_whose_line_is_unusable_is_a_row_with_its_number);
    tcase_add_test(tests, lines_that_only_begin_like_a_cpu_are_not_counted);
    tcase_add_test(tests, each_byte_of_a_line_counts_as_in_a_plain_reading);
    tcase_add_test(tests, every_width_of_every_column_is_read);
    tcase_add_test(tests, thousands_of_cpus_are_read_right);
    tcase_add_test(tests, a_very_long_intr_line_is_only_its_first_number);
    tcase_add_test(tests, counters_that_are_no_numbers_are_unknown);
    return tests;
}
