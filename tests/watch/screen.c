/* SPDX-License-Identifier: MIT */
/*
 * Frames of fixed samples, compared with the files in frames/. After an intended change, set the environment variable
 * UPDATE to rewrite them, and review the difference.
 */
#include "../../cli/watch/screen.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define GIB (UINT64_C(1) << 30)
#define KNOWN(result, field, value) \
    ((result)->field = (value), (result)->present |= UINT64_C(1) << SYSINFO_SLOT(result, field))

enum { MOST_CPUS = 256 };

/* ---- A machine ---- */

struct machine {
    struct sample sample;
    struct history history;
    struct sysinfo_cpu_usage cpu[MOST_CPUS];
    struct sample_row row[MOST_CPUS];
    uint64_t figures[SAMPLE_RESULTS][SYSINFO_SLOTS];
};

static void put(struct machine *machine, uint32_t result, const void *bytes, size_t size) {
    machine->sample.result[result] = machine->figures[result];
    memcpy(machine->figures[result], bytes, size);
    machine->sample.status[result] = SYSINFO_OK;
}
#define PUT(machine, result, value) put(machine, result, &(value), sizeof(value))

/* The shares of one CPU, in percent; the rest is idle. */
static struct sysinfo_cpu_usage shares(double user, double nice, double system, double irq, double softirq,
                                       double steal, double iowait) {
    struct sysinfo_cpu_usage row = {0};
    KNOWN(&row, percent, user + nice + system + irq + softirq + steal);
    KNOWN(&row, user, user);
    KNOWN(&row, nice, nice);
    KNOWN(&row, system, system);
    KNOWN(&row, irq, irq);
    KNOWN(&row, softirq, softirq);
    KNOWN(&row, steal, steal);
    KNOWN(&row, iowait, iowait);
    return row;
}

/* Each CPU has a different load: 0, 1/8, 2/8 ... of all modes. */
static void put_cpus(struct machine *machine, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double part = (double)(i % 9) / 8;
        machine->cpu[i] = shares(50 * part, 5 * part, 25 * part, 5 * part, 5 * part, 10 * part, i % 9 == 3 ? 20 : 0);
        KNOWN(&machine->cpu[i], cpu, i);
        machine->row[i] = (struct sample_row){.number = i, .usage = &machine->cpu[i]};
    }
    struct sysinfo_cpu_usage all = shares(20, 10, 15, 3, 2, 5, 12.4);
    struct sysinfo_processors processors = {0};
    KNOWN(&processors, count, count);
    KNOWN(&processors, cores, count > 1 ? count / 2 : 1);
    PUT(machine, SYSINFO_RESULT_CPU_USAGE, all);
    PUT(machine, SYSINFO_RESULT_PROCESSORS, processors);
    machine->sample.row = machine->row;
    machine->sample.rows = count;
}

static void put_memory(struct machine *machine) {
    struct sysinfo_memory memory = {0};
    struct sysinfo_swap swap = {0};
    KNOWN(&memory, total, 64 * GIB);
    KNOWN(&memory, available, 40 * GIB);
    KNOWN(&memory, used, 24 * GIB);
    KNOWN(&memory, free, 8 * GIB);
    KNOWN(&memory, percent, 37.5);
    KNOWN(&swap, total, 8 * GIB);
    KNOWN(&swap, used, 2 * GIB);
    KNOWN(&swap, free, 6 * GIB);
    KNOWN(&swap, percent, 25);
    PUT(machine, SYSINFO_RESULT_MEMORY, memory);
    PUT(machine, SYSINFO_RESULT_SWAP, swap);
}

/* A cgroup with a limit of 4 GiB that holds 3 GiB, of which 1 GiB is reclaimable. */
static void put_limit(struct machine *machine) {
    struct sysinfo_limit_level *level = &machine->sample.binding;
    struct sysinfo_allowance memory = {0}, swap = {0};
    struct sysinfo_cpu_allowance cpus = {0};
    KNOWN(level, memory_limit, 4 * GIB);
    KNOWN(level, memory_used, 3 * GIB);
    KNOWN(level, memory_usable, 2 * GIB);
    machine->sample.binding_name = "/system.slice/worker@7.service/\xE5\xB7\xA5\x1B[2J";
    KNOWN(&memory, usable, 2 * GIB);
    KNOWN(&swap, usable, 1 * GIB);
    KNOWN(&cpus, usable, 2);
    KNOWN(&cpus, quota, 1.5);
    PUT(machine, SYSINFO_RESULT_MEMORY_ALLOWANCE, memory);
    PUT(machine, SYSINFO_RESULT_SWAP_ALLOWANCE, swap);
    PUT(machine, SYSINFO_RESULT_CPU_ALLOWANCE, cpus);
}

static void put_load_and_pressure(struct machine *machine, double height) {
    struct sysinfo_load load = {0};
    struct sysinfo_pressure pressure = {0};
    KNOWN(&load, min1, height * 4);
    KNOWN(&load, min5, 2.5);
    KNOWN(&load, min15, 0);
    PUT(machine, SYSINFO_RESULT_LOAD, load);
    KNOWN(&pressure, some_avg10, height * 100);
    PUT(machine, SYSINFO_RESULT_CPU_PRESSURE, pressure);
    PUT(machine, SYSINFO_RESULT_IO_PRESSURE, pressure);
}

/* A sample for each second of the last minute, with growing loads; none between 20 and 30 s. */
static void keep_minute(struct machine *machine) {
    machine->history.interval = 1;
    for (int second = 1; second <= 60; second++) {
        if (second < 20 || second > 30) {
            struct sysinfo_cpu_usage all = shares(100.0 * second / 60, 0, 0, 0, 0, 0, 0);
            PUT(machine, SYSINFO_RESULT_CPU_USAGE, all);
            put_load_and_pressure(machine, second / 60.0);
            history_add(&machine->history, &machine->sample, 600 + second - 0.5);
        }
    }
}

static struct machine *machine_of(size_t cpus) {
    struct machine *machine = calloc(1, sizeof *machine);
    ck_assert_ptr_nonnull(machine);
    for (size_t i = 0; i < SAMPLE_RESULTS; i++) {
        machine->sample.status[i] = SYSINFO_NOT_FOUND;
    }
    put_memory(machine);
    put_limit(machine);
    keep_minute(machine);
    put_cpus(machine, cpus);
    return machine;
}

static void machine_free(struct machine *machine) {
    history_free(&machine->history);
    free(machine);
}

/* ---- Frames ---- */

static struct screen screen_of(const struct machine *machine, size_t columns, size_t rows) {
    return (struct screen){.sample = &machine->sample,
                           .history = &machine->history,
                           .groups = DEFAULT_GROUPS,
                           .footer = "every 1 s; q ends",
                           .columns = columns,
                           .rows = rows};
}

/* Makes escape sequences visible, because a frame is a text file. */
static void make_visible(struct text *visible, const struct text *text) {
    for (size_t i = 0; i < text->length; i++) {
        const char byte[2] = {text->bytes[i], '\0'};
        text_add(visible, byte[0] == '\033' ? "<ESC>" : byte[0] == '\r' ? "<CR>" : byte);
    }
}

static void expect(const struct screen *screen, bool is_frame, const char *name) {
    struct text path = TEXT_INIT, raw = TEXT_INIT, drawn = TEXT_INIT, stored = TEXT_INIT;
    text_addf(&path, "%s/%s.txt", FRAMES, name);
    screen_add(&raw, screen, is_frame);
    make_visible(&drawn, &raw);
    FILE *file = fopen(path.bytes, getenv("UPDATE") != NULL ? "wb" : "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path.bytes);
    if (getenv("UPDATE") != NULL) {
        fwrite(drawn.bytes, 1, drawn.length, file);
    } else {
        char line[4096];
        while (fgets(line, sizeof line, file) != NULL) {
            text_add(&stored, line);
        }
        ck_assert_msg(strcmp(stored.bytes != NULL ? stored.bytes : "", drawn.bytes) == 0, "%s is now:\n%s", name,
                      drawn.bytes);
    }
    fclose(file);
    text_free(&path);
    text_free(&raw);
    text_free(&drawn);
    text_free(&stored);
}

static void expect_lines(size_t cpus, size_t columns, size_t rows, bool is_ascii, const char *name) {
    struct machine *machine = machine_of(cpus);
    struct screen screen = screen_of(machine, columns, rows);
    screen.is_ascii = is_ascii;
    expect(&screen, false, name);
    machine_free(machine);
}

START_TEST(sixty_four_cpus_fit_80_by_24) {
    expect_lines(64, 80, 24, false, "64-cpus-80x24");
}
END_TEST

START_TEST(without_blocks) {
    expect_lines(64, 80, 24, true, "64-cpus-80x24-ascii");
}
END_TEST

START_TEST(more_room_makes_longer_bars_and_longer_pasts) {
    expect_lines(64, 200, 50, false, "64-cpus-200x50");
}
END_TEST

START_TEST(what_matters_most_stays_on_a_small_screen) {
    expect_lines(4, 20, 5, false, "4-cpus-20x5");
    expect_lines(64, 40, 10, false, "64-cpus-40x10");
}
END_TEST

START_TEST(more_cpus_than_bars_are_blocks) {
    expect_lines(256, 80, 24, false, "256-cpus-80x24");
}
END_TEST

START_TEST(one_cpu_has_one_bar) {
    expect_lines(1, 80, 24, false, "1-cpu-80x24");
}
END_TEST

START_TEST(colours_are_by_load_and_rows_are_drawn_over) {
    struct machine *machine = machine_of(9);
    struct screen screen = screen_of(machine, 60, 16);
    screen.palette = PALETTE_256;
    expect(&screen, true, "9-cpus-60x16-256-colours");
    screen.palette = PALETTE_8;
    screen.is_ascii = true;
    expect(&screen, true, "9-cpus-60x16-8-colours-ascii");
    machine_free(machine);
}
END_TEST

START_TEST(many_cpus_are_counted_in_digits) {
    struct machine *machine = machine_of(2);
    struct sysinfo_processors processors = {0};
    KNOWN(&processors, count, 2048);
    PUT(machine, SYSINFO_RESULT_PROCESSORS, processors);
    struct screen screen = screen_of(machine, 80, 24);
    struct text text = TEXT_INIT;
    screen_add(&text, &screen, false);
    ck_assert_ptr_nonnull(strstr(text.bytes, "  2048 CPUs, 1.5 usable"));
    text_free(&text);
    machine_free(machine);
}
END_TEST

/* Nothing is known, so there is no bar, no block, and no 0. */
START_TEST(what_is_unknown_is_not_drawn_as_0) {
    struct machine *machine = calloc(1, sizeof *machine);
    ck_assert_ptr_nonnull(machine);
    for (size_t i = 0; i < SAMPLE_RESULTS; i++) {
        machine->sample.status[i] = SYSINFO_NOT_FOUND;
    }
    machine->history.interval = 1;
    for (size_t i = 0; i < 3; i++) {
        KNOWN(&machine->cpu[i], cpu, i);
        machine->row[i] = (struct sample_row){.number = i, .usage = &machine->cpu[i]};
    }
    machine->sample.row = machine->row;
    machine->sample.rows = 3;
    struct screen screen = screen_of(machine, 80, 24);
    screen.groups = GROUP_BIT(GROUPS) - 1;
    expect(&screen, false, "unknown-80x24");
    machine_free(machine);
}
END_TEST

START_TEST(only_the_groups_that_were_named) {
    struct machine *machine = machine_of(4);
    struct sysinfo_stats stats = {0};
    struct sysinfo_cgroup cgroup = {0};
    double rate = 1234.4;
    uint64_t rate_bits;
    memcpy(&rate_bits, &rate, sizeof rate_bits); /* A sampler of rates stores them so. */
    KNOWN(&stats, ctx_switches, rate_bits);
    KNOWN(&stats, running, 3);
    KNOWN(&cgroup, cpu_percent, 44.4);
    KNOWN(&cgroup, current, 3 * GIB);
    PUT(machine, SYSINFO_RESULT_STATS, stats);
    PUT(machine, SYSINFO_RESULT_CGROUP, cgroup);
    struct screen screen = screen_of(machine, 80, 24);
    screen.groups = GROUP_BIT(GROUP_STATS) | GROUP_BIT(GROUP_CGROUP) | GROUP_BIT(GROUP_SWAP);
    expect(&screen, false, "stats-cgroup-swap-80x24");
    machine_free(machine);
}
END_TEST

/* Whatever the size, it never writes beyond its edges, which sanitizers would detect, nor more rows than there are. */
START_TEST(every_size_has_its_frame) {
    static const size_t counts[] = {1, 2, 9, 64, 256};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct machine *machine = machine_of(counts[i]);
        for (size_t columns = 1; columns < 130; columns += columns < 30 ? 1 : 7) {
            for (size_t rows = 1; rows < 60; rows += rows < 12 ? 1 : 9) {
                struct screen screen = screen_of(machine, columns, rows);
                struct text text = TEXT_INIT;
                size_t lines = 0, longest = 0, length = 0;
                screen.is_ascii = true;
                screen_add(&text, &screen, false);
                for (const char *byte = text.bytes; *byte != '\0'; byte++) {
                    lines += *byte == '\n';
                    length = *byte == '\n' ? 0 : length + 1;
                    longest = length > longest ? length : longest;
                }
                ck_assert_uint_eq(lines, rows);
                ck_assert_uint_le(longest, columns);
                ck_assert_int_eq(text.bytes[0], 'c'); /* The CPUs' line is the last one to be dropped. */
                text_free(&text);
            }
        }
        machine_free(machine);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("screen");
    TCase *test = tcase_create("frames");
    tcase_add_test(test, sixty_four_cpus_fit_80_by_24);
    tcase_add_test(test, without_blocks);
    tcase_add_test(test, more_room_makes_longer_bars_and_longer_pasts);
    tcase_add_test(test, what_matters_most_stays_on_a_small_screen);
    tcase_add_test(test, more_cpus_than_bars_are_blocks);
    tcase_add_test(test, one_cpu_has_one_bar);
    tcase_add_test(test, colours_are_by_load_and_rows_are_drawn_over);
    tcase_add_test(test, many_cpus_are_counted_in_digits);
    tcase_add_test(test, what_is_unknown_is_not_drawn_as_0);
    tcase_add_test(test, only_the_groups_that_were_named);
    tcase_add_test(test, every_size_has_its_frame);
    suite_add_tcase(suite, test);
    return run(suite);
}
