/* SPDX-License-Identifier: MIT */
/*
 * /proc/stat: proc(5). The columns of a cpu line, and the kernel that added
 * each: user nice system idle, iowait (2.5.41), irq softirq (2.6.0), steal
 * (2.6.11), guest (2.6.24), guest_nice (2.6.33). Later ones are ignored.
 */
#include "decode.h"

#include "backend.h"
#include "scan.h"

enum { COLUMNS = 10, COLUMNS_OF_EVERY_KERNEL = 4 };

#define BIT(mode) SYSINFO_BIT(struct sysinfo_cpu_sample, mode)

/* The modes that are known when a line has so many columns. */
static const uint64_t known_modes[COLUMNS + 1] = {
    [4] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle),
    [5] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait),
    [6] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq),
    [7] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq),
    [8] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal),
    [9] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) | BIT(guest),
    [10] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) | BIT(guest) | BIT(guest_nice),
};

/*
 * The numbers from `p`, which stands behind the label, to the end of the line.
 * Written out column by column, so that each has its own branch history: the
 * widths of a column are alike from line to line, those of neighbours are not.
 */
SYSINFO__ALWAYS_INLINE int scan_columns(const char *p, uint64_t ticks[COLUMNS]) {
#define SCAN_COLUMN(column)                                                                                                                                    \
    do {                                                                                                                                                       \
        if (*p != ' ') {                                                                                                                                       \
            return column;                                                                                                                                     \
        }                                                                                                                                                      \
        p++;                                                                                                                                                   \
        if (*p == ' ') {                                                                                                                                       \
            p = sysinfo__scan_blanks(p);                                                                                                                       \
        }                                                                                                                                                      \
        p = sysinfo__scan_number(p, &ticks[column]);                                                                                                           \
        if (p == NULL) {                                                                                                                                       \
            return column;                                                                                                                                     \
        }                                                                                                                                                      \
    } while (0)
    SCAN_COLUMN(0);
    SCAN_COLUMN(1);
    SCAN_COLUMN(2);
    SCAN_COLUMN(3);
    SCAN_COLUMN(4);
    SCAN_COLUMN(5);
    SCAN_COLUMN(6);
    SCAN_COLUMN(7);
    SCAN_COLUMN(8);
    SCAN_COLUMN(9);
#undef SCAN_COLUMN
    return COLUMNS;
}

/* Fills the modes of `sample` from the columns at `p`; false, and nothing filled, when there are too few. */
SYSINFO__ALWAYS_INLINE bool decode_modes(const char *p, double ticks_per_second, struct sysinfo_cpu_sample *sample) {
    uint64_t ticks[COLUMNS] = {0};
    int columns = scan_columns(p, ticks);
    if (columns < COLUMNS_OF_EVERY_KERNEL) {
        return false;
    }
    sample->user = (double)ticks[0] / ticks_per_second;
    sample->nice = (double)ticks[1] / ticks_per_second;
    sample->system = (double)ticks[2] / ticks_per_second;
    sample->idle = (double)ticks[3] / ticks_per_second;
    sample->iowait = (double)ticks[4] / ticks_per_second;
    sample->irq = (double)ticks[5] / ticks_per_second;
    sample->softirq = (double)ticks[6] / ticks_per_second;
    sample->steal = (double)ticks[7] / ticks_per_second;
    sample->guest = (double)ticks[8] / ticks_per_second;
    sample->guest_nice = (double)ticks[9] / ticks_per_second;
    sample->present |= known_modes[columns];
    return true;
}

/* The line for all CPUs: the first one on every kernel, but looked for. NULL: none. */
static const char *find_total(const char *text, const char *end) {
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (SYSINFO__SCAN_BEGINS(line, "cpu ")) {
            return line;
        }
    }
    return NULL;
}

enum sysinfo__stat_outcome sysinfo__decode_stat_total(const char *text, size_t length, double ticks_per_second, struct sysinfo_cpu_sample *all) {
    const char *line = find_total(text, text + length);
    if (line == NULL) {
        return SYSINFO__STAT_NO_CPU_LINE;
    }
    return decode_modes(line + 3, ticks_per_second, all) ? SYSINFO__STAT_OK : SYSINFO__STAT_SHORT_CPU_LINE;
}

/* The number in a label "cpu12" at `line`; returns what stands behind it, or NULL when the line is another. */
SYSINFO__ALWAYS_INLINE const char *scan_label(const char *line, uint64_t *cpu) {
    if (!SYSINFO__SCAN_BEGINS(line, "cpu") || line[3] < '0' || line[3] > '9') {
        return NULL;
    }
    return sysinfo__scan_number(line + 3, cpu);
}

enum sysinfo__stat_outcome sysinfo__decode_stat_rows(const char *text, size_t length, double ticks_per_second, struct sysinfo__cpu_rows *rows) {
    const char *end = text + length;
    enum sysinfo__stat_outcome outcome = sysinfo__decode_stat_total(text, length, ticks_per_second, &rows->all.sample);
    if (outcome != SYSINFO__STAT_OK) {
        return outcome;
    }
    /* The cpu lines stand together; the lines behind them are long and hold none. */
    const char *line = sysinfo__scan_next_line(find_total(text, end), end);
    uint64_t cpu;
    for (const char *columns; (columns = scan_label(line, &cpu)) != NULL; line = sysinfo__scan_next_line(columns, end)) {
        struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
        if (row == NULL) {
            return SYSINFO__STAT_NO_MEMORY;
        }
        decode_modes(columns, ticks_per_second, row);
    }
    return SYSINFO__STAT_OK;
}

size_t sysinfo__decode_stat_cpu_lines(const char *text, size_t length) {
    const char *end = text + length;
    size_t count = 0;
    uint64_t cpu;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        count += scan_label(line, &cpu) != NULL;
    }
    return count;
}

void sysinfo__decode_stat_counters(const char *text, size_t length, struct sysinfo_stats *stats) {
    const char *end = text + length;
    uint64_t value;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (SYSINFO__SCAN_BEGINS(line, "ctxt ")) {
            if (sysinfo__scan_number(line + 5, &value) != NULL) {
                FACT(stats, ctx_switches, value);
            }
        } else if (SYSINFO__SCAN_BEGINS(line, "intr ")) {
            if (sysinfo__scan_number(line + 5, &value) != NULL) {
                FACT(stats, interrupts, value);
            }
        } else if (SYSINFO__SCAN_BEGINS(line, "softirq ")) {
            if (sysinfo__scan_number(line + 8, &value) != NULL) {
                FACT(stats, soft_interrupts, value);
            }
        }
    }
}
