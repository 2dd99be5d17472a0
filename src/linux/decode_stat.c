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

/* More than one blank stands only behind the label "cpu": not a reason to look for them in every column. */
static __attribute__((noinline)) const char *scan_behind_blanks(const char *p, uint64_t *value) {
    return sysinfo__scan_number(sysinfo__scan_blanks(p), value);
}

/* A column that is 0 on most machines deserves a branch of its own; elsewhere it would be one more to mispredict. */
SYSINFO__ALWAYS_INLINE const char *scan_behind_blank(const char *blank, bool is_mostly_0, uint64_t *value) {
    if (is_mostly_0 && blank[1] >= '0' && blank[1] <= '9' && (blank[2] == ' ' || blank[2] == '\n')) {
        *value = (uint64_t)(blank[1] - '0');
        return blank + 2;
    }
    const char *p = sysinfo__scan_number(blank + 1, value);
    return __builtin_expect(p == NULL, 0) ? scan_behind_blanks(blank, value) : p;
}

/*
 * The numbers from *at, which stands behind the label; returns how many. When all
 * ten are there, *at moves behind them. Written out column by column, so that each
 * has its own branch history: the widths of a column are alike from line to line,
 * those of neighbours are not.
 */
SYSINFO__ALWAYS_INLINE int scan_columns(const char **at, uint64_t ticks[COLUMNS]) {
    const char *p = *at;
#define SCAN_COLUMN(column, is_mostly_0)                                                                                                                       \
    do {                                                                                                                                                       \
        if (*p != ' ') {                                                                                                                                       \
            return column;                                                                                                                                     \
        }                                                                                                                                                      \
        p = scan_behind_blank(p, is_mostly_0, &ticks[column]);                                                                                                 \
        if (p == NULL) {                                                                                                                                       \
            return column;                                                                                                                                     \
        }                                                                                                                                                      \
    } while (0)
    SCAN_COLUMN(0, false);
    SCAN_COLUMN(1, false);
    SCAN_COLUMN(2, false);
    SCAN_COLUMN(3, false);
    SCAN_COLUMN(4, false);
    SCAN_COLUMN(5, true); /* irq */
    SCAN_COLUMN(6, false);
    SCAN_COLUMN(7, true); /* steal */
    SCAN_COLUMN(8, true); /* guest */
    SCAN_COLUMN(9, true); /* guest_nice */
#undef SCAN_COLUMN
    *at = p;
    return COLUMNS;
}

/* Scanned numbers have less than 16 digits; from a signed number the conversion is one instruction. */
SYSINFO__ALWAYS_INLINE double seconds(uint64_t ticks, double ticks_per_second) {
    return (double)(int64_t)ticks / ticks_per_second;
}

/* Fills the modes of `sample` from the columns at *at, as above; false, and nothing filled, when there are too few. */
SYSINFO__ALWAYS_INLINE bool decode_modes(const char **at, double ticks_per_second, struct sysinfo_cpu_sample *sample) {
    uint64_t ticks[COLUMNS] = {0};
    int columns = scan_columns(at, ticks);
    if (columns < COLUMNS_OF_EVERY_KERNEL) {
        return false;
    }
    sample->user = seconds(ticks[0], ticks_per_second);
    sample->nice = seconds(ticks[1], ticks_per_second);
    sample->system = seconds(ticks[2], ticks_per_second);
    sample->idle = seconds(ticks[3], ticks_per_second);
    sample->iowait = seconds(ticks[4], ticks_per_second);
    sample->irq = seconds(ticks[5], ticks_per_second);
    sample->softirq = seconds(ticks[6], ticks_per_second);
    sample->steal = seconds(ticks[7], ticks_per_second);
    sample->guest = seconds(ticks[8], ticks_per_second);
    sample->guest_nice = seconds(ticks[9], ticks_per_second);
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
    const char *columns = line + 3;
    return decode_modes(&columns, ticks_per_second, all) ? SYSINFO__STAT_OK : SYSINFO__STAT_SHORT_CPU_LINE;
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
    for (const char *columns; (columns = scan_label(line, &cpu)) != NULL; line = *columns == '\n' ? columns + 1 : sysinfo__scan_next_line(columns, end)) {
        struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
        if (row == NULL) {
            return SYSINFO__STAT_NO_MEMORY;
        }
        decode_modes(&columns, ticks_per_second, row);
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
