/* SPDX-License-Identifier: MIT */
/* /proc/stat: two bytes that say where a second text is cut, then the text. */
#include "text.h"

#define MODES_OF_EVERY_KERNEL                                                                      \
    (SYSINFO_BIT(struct sysinfo_cpu_sample, user) | SYSINFO_BIT(struct sysinfo_cpu_sample, nice) | \
     SYSINFO_BIT(struct sysinfo_cpu_sample, system) | SYSINFO_BIT(struct sysinfo_cpu_sample, idle))
enum { FIRST_MODE = offsetof(struct sysinfo_cpu_sample, user) / 8, SLOTS = sizeof(struct sysinfo_cpu_sample) / 8 };

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

/* What the columns from `p` say, read digit by digit. */
static void must_equal_columns(const struct sysinfo_cpu_sample *sample, const char *p) {
    size_t columns = 0, all = sizeof column_offsets / sizeof column_offsets[0];
    struct sysinfo_cpu_sample slow = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (; columns < all && *p == ' '; columns++) {
        while (*p == ' ' || *p == '\t') {
            p++;
        }
        uint64_t ticks;
        if (!slow_number(p, &ticks)) {
            break;
        }
        double seconds = (double)ticks / 100;
        memcpy((char *)&slow + column_offsets[columns], &seconds, sizeof seconds);
        slow.present |= UINT64_C(1) << column_offsets[columns] / 8;
        p += strspn(p, "0123456789");
    }
    if (columns < 4) {
        MUST((sample->present & MODES_OF_EVERY_KERNEL) == 0);
        return;
    }
    const uint64_t modes = ~UINT64_C(0) << FIRST_MODE;
    MUST((sample->present & modes) == slow.present);
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

/* A text that was cut may tell less, but nothing that the whole did not. */
static void must_be_part(const struct sysinfo_cpu_sample *part, const struct sysinfo_cpu_sample *whole) {
    MUST((part->present & ~whole->present) == 0);
    MUST(part->cpu == whole->cpu);
    for (int slot = FIRST_MODE; slot < SLOTS; slot++) {
        MUST(!(part->present >> slot & 1) || mode(part, slot) == mode(whole, slot));
    }
}

static void check_rows(const char *text, size_t length, const struct sysinfo__cpu_rows *rows) {
    const char *line = slow_line(text, text + length, "cpu ");
    must_be_a_sample(&rows->all.sample);
    must_equal_columns(&rows->all.sample, line + 3);
    MUST(rows->count <= sysinfo__decode_stat_cpu_lines(text, length));
    for (size_t i = 0; i < rows->count; i++) {
        const struct sysinfo_cpu_sample *row = &rows->row[i].sample;
        must_be_a_sample(row);
        MUST(SYSINFO_HAS(row, cpu));
        line = slow_line((const char *)memchr(line, '\n', (size_t)(text + length - line)) + 1, text + length, "cpu");
        uint64_t cpu;
        MUST(line != NULL && slow_number(line + 3, &cpu) && cpu == row->cpu);
        must_equal_columns(row, line + 3 + strspn(line + 3, "0123456789"));
    }
}

static void check_counters(const char *text, size_t length, const struct sysinfo_stats *stats) {
    must_be_a_result(stats, sizeof *stats);
    uint64_t value;
    const char *line = slow_line(text, text + length, "ctxt ");
    MUST(SYSINFO_HAS(stats, ctx_switches) <= (line != NULL));
    if (line != NULL && slow_line(line + 1, text + length, "ctxt ") == NULL) {
        MUST(SYSINFO_HAS(stats, ctx_switches) == slow_number(line + 5, &value));
        MUST(!SYSINFO_HAS(stats, ctx_switches) || stats->ctx_switches == value);
    }
}

static void compare_cut(const uint8_t *data, size_t cut, const struct sysinfo__cpu_rows *whole) {
    char *text = text_of(data, cut);
    struct sysinfo__cpu_rows rows;
    memset(&rows, 0, sizeof rows);
    if (sysinfo__decode_stat_rows(text, cut, 100, &rows) == SYSINFO__STAT_OK) {
        must_be_part(&rows.all.sample, &whole->all.sample);
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
        MUST((total.present & MODES_OF_EVERY_KERNEL) == MODES_OF_EVERY_KERNEL);
        MUST(memcmp(&total, &rows.all.sample, sizeof total) == 0);
        check_rows(text, length, &rows);
        compare_cut(data, cut, &rows);
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
