/* SPDX-License-Identifier: MIT */
/* /proc/stat: two bytes that say where a second text is cut, then the text. */
#include <errno.h>
#include <stdlib.h>

#include "text.h"

enum {
    FIRST_MODE = offsetof(struct sysinfo_cpu_sample, user) / 8,
    SLOTS = offsetof(struct sysinfo_cpu_sample, guest_nice) / 8 + 1
};
#define ALL_MODES ((UINT64_C(1) << SLOTS) - (UINT64_C(1) << FIRST_MODE))

static double mode(const struct sysinfo_cpu_sample *sample, int slot) {
    double value;
    memcpy(&value, (const char *)sample + slot * 8, sizeof value);
    return value;
}

/* The order of the columns in the file. */
static const size_t column_offsets[] = {
    offsetof(struct sysinfo_cpu_sample, user),    offsetof(struct sysinfo_cpu_sample, nice),
    offsetof(struct sysinfo_cpu_sample, system),  offsetof(struct sysinfo_cpu_sample, idle),
    offsetof(struct sysinfo_cpu_sample, iowait),  offsetof(struct sysinfo_cpu_sample, irq),
    offsetof(struct sysinfo_cpu_sample, softirq), offsetof(struct sysinfo_cpu_sample, steal),
    offsetof(struct sysinfo_cpu_sample, guest),   offsetof(struct sysinfo_cpu_sample, guest_nice),
};

/* Compares with the columns from `p`, read digit by digit. */
static void must_equal_columns(const struct sysinfo_cpu_sample *sample, const char *p) {
    size_t columns = 0, all = sizeof column_offsets / sizeof column_offsets[0];
    struct sysinfo_cpu_sample slow = {.present = 0};
    for (; columns < all && *p == ' '; columns++) {
        while (*p == ' ' || *p == '\t') {
            p++;
        }
        uint64_t ticks;
        size_t digits = strspn(p, "0123456789");
        if (digits == 0 || strchr(" \t\n", p[digits]) == NULL || p[digits] == '\0') {
            break;
        }
        if (slow_number(p, &ticks)) { /* Otherwise it has too many digits for a count of ticks. */
            double seconds = (double)ticks / 100;
            memcpy((char *)&slow + column_offsets[columns], &seconds, sizeof seconds);
            slow.present |= UINT64_C(1) << column_offsets[columns] / 8;
        }
        p += digits;
    }
    if (columns < 4) {
        MUST((sample->present & ALL_MODES) == 0);
        return;
    }
    MUST((sample->present & ALL_MODES) == slow.present);
    for (int slot = FIRST_MODE; slot < SLOTS; slot++) {
        MUST(mode(sample, slot) == mode(&slow, slot));
    }
}

static void must_be_a_sample(const struct sysinfo_cpu_sample *sample) {
    must_be_a_result(sample, sizeof *sample);
    MUST(sample->estimated == 0);
    for (int slot = FIRST_MODE; slot < SLOTS; slot++) {
        MUST(mode(sample, slot) >= 0 && mode(sample, slot) < 1e13);
    }
}

/* A text that was cut may give less than the whole, but nothing else. */
static void must_be_part(const struct sysinfo_cpu_sample *part, const struct sysinfo_cpu_sample *whole) {
    MUST((part->present & ALL_MODES & ~whole->present) == 0);
    MUST(part->cpu == whole->cpu);
    for (int slot = FIRST_MODE; slot < SLOTS; slot++) {
        MUST(!(part->present >> slot & 1) || mode(part, slot) == mode(whole, slot));
    }
}

static const char *next_row(const char *line, const char *end, uint64_t *cpu) {
    while ((line = slow_line(line, end, "cpu")) != NULL && !slow_number(line + 3, cpu)) {
        line++;
    }
    return line;
}

/* Of several lines for all CPUs, only one is used. */
static bool has_one_total(const char *text, size_t length) {
    const char *line = slow_line(text, text + length, "cpu ");
    return line != NULL && slow_line(line + 1, text + length, "cpu ") == NULL;
}

static void check_rows(const char *text, size_t length, const struct sysinfo__cpu_rows *rows) {
    const char *line = text;
    must_be_a_sample(&rows->all.sample);
    if (has_one_total(text, length)) {
        must_equal_columns(&rows->all.sample, slow_line(text, text + length, "cpu ") + 3);
    }
    MUST(rows->count > 0 ? rows->all.sample.cpus == rows->count : !SYSINFO_HAS(&rows->all.sample, cpus));
    MUST(rows->count <= sysinfo__decode_stat_cpu_lines(text, length));
    for (size_t i = 0; i < rows->count; i++) {
        const struct sysinfo_cpu_sample *row = &rows->row[i].sample;
        must_be_a_sample(row);
        MUST(SYSINFO_HAS(row, cpu));
        uint64_t cpu;
        line = next_row(line, text + length, &cpu);
        MUST(line != NULL && cpu == row->cpu);
        must_equal_columns(row, line + 3 + strspn(line + 3, "0123456789"));
        line = slow_next_line(line, text + length);
    }
}

static void check_counters(const char *text, size_t length, const struct sysinfo_stats *stats) {
    must_be_a_result(stats, sizeof *stats);
    uint64_t value;
    const char *line = slow_line(text, text + length, "ctxt ");
    MUST(SYSINFO_HAS(stats, ctx_switches) <= (line != NULL));
    if (line != NULL && slow_line(line + 1, text + length, "ctxt ") == NULL) {
        char *end;
        errno = 0;
        value = strtoull(line + 5, &end, 10);
        bool is_number =
            line[5] >= '0' && line[5] <= '9' && errno == 0 && strchr(" \t\n", *end) != NULL && *end != '\0';
        MUST(SYSINFO_HAS(stats, ctx_switches) == is_number);
        MUST(!SYSINFO_HAS(stats, ctx_switches) || stats->ctx_switches == value);
    }
}

static void compare_cut(const uint8_t *data, size_t cut, const struct sysinfo__cpu_rows *whole, bool has_one) {
    char *text = text_of(data, cut);
    struct sysinfo__cpu_rows rows;
    memset(&rows, 0, sizeof rows);
    if (sysinfo__decode_stat_rows(text, cut, 100, &rows) == SYSINFO__STAT_OK) {
        if (has_one) {
            must_be_part(&rows.all.sample, &whole->all.sample);
        }
        MUST(rows.count <= whole->count);
        for (size_t i = 0; i < rows.count; i++) {
            must_be_part(&rows.row[i].sample, &whole->row[i].sample);
        }
    }
    free(rows.row);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    size_t length = size - 2;
    size_t cut = length == 0 ? 0 : (size_t)(data[0] | data[1] << 8) % (length + 1);
    data += 2;
    char *text = text_of(data, length);
    struct sysinfo_cpu_sample total;
    struct sysinfo_stats stats;
    struct sysinfo__cpu_rows rows;
    memset(&total, 0, sizeof total);
    memset(&stats, 0, sizeof stats);
    memset(&rows, 0, sizeof rows);
    enum sysinfo__stat_outcome outcome = sysinfo__decode_stat_total(text, length, 100, &total);
    MUST(sysinfo__decode_stat_rows(text, length, 100, &rows) == outcome);
    must_be_a_sample(&total);
    if (outcome == SYSINFO__STAT_OK) {
        MUST((total.present & ALL_MODES) != 0);
        MUST(memcmp(&total, &rows.all.sample, sizeof total) == 0);
        check_rows(text, length, &rows);
        compare_cut(data, cut, &rows, has_one_total(text, length));
    } else {
        MUST(total.present == 0 && rows.count == 0);
        MUST((outcome == SYSINFO__STAT_NO_CPU_LINE) == (slow_line(text, text + length, "cpu ") == NULL));
    }
    sysinfo__decode_stat_counters(text, length, &stats);
    check_counters(text, length, &stats);
    free(rows.row);
    free(text);
    return 0;
}
