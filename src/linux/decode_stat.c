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
    [9] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) |
          BIT(guest),
    [10] = BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) |
           BIT(guest) | BIT(guest_nice),
};

/*
 * The line as every kernel of today writes it: ten columns, one blank before each.
 * Whether it is that line is asked once, at its end; false, and *at where it was: it is another.
 *
 * Column by column, so that each has its own branch history: the widths of a column
 * are alike from line to line, those of neighbours are not. What is 0 on most
 * machines is not scanned at all: its length is then known before it is read.
 */
SYSINFO__ALWAYS_INLINE bool scan_usual_line(const char **at, uint64_t ticks[COLUMNS]) {
    const char *p = *at;
    uint64_t others = 0;
    unsigned gaps = 0;
#define SCAN_COLUMN(column) \
    (gaps |= (unsigned char)*p ^ ' ', p = sysinfo__scan_unchecked(p + 1, &ticks[column], &others))
    SCAN_COLUMN(0);
    SCAN_COLUMN(1);
    SCAN_COLUMN(2);
    SCAN_COLUMN(3);
    SCAN_COLUMN(4);
    if (SYSINFO__SCAN_BEGINS(p, " 0 ")) { /* irq */
        ticks[5] = 0;
        p += 2;
    } else {
        SCAN_COLUMN(5);
    }
    SCAN_COLUMN(6);
    if (SYSINFO__SCAN_BEGINS(p, " 0 0 0\n")) { /* steal, guest, guest_nice */
        ticks[7] = ticks[8] = ticks[9] = 0;
        p += 6;
    } else {
        SCAN_COLUMN(7);
        SCAN_COLUMN(8);
        SCAN_COLUMN(9);
    }
#undef SCAN_COLUMN
    if ((others & SYSINFO__SCAN_MARKS) != 0 || gaps != 0 || *p != '\n') {
        return false;
    }
    *at = p;
    return true;
}

/* Any line: returns how many columns of it are numbers. */
static __attribute__((noinline)) int scan_any_line(const char *p, uint64_t ticks[COLUMNS]) {
    int column = 0;
    memset(ticks, 0, COLUMNS * sizeof ticks[0]);
    while (column < COLUMNS && *p == ' ' &&
           (p = sysinfo__scan_number(sysinfo__scan_blanks(p), &ticks[column])) != NULL) {
        column++;
    }
    return column;
}

/* Scanned numbers have less than 16 digits; from a signed number the conversion is one instruction. */
SYSINFO__ALWAYS_INLINE double seconds(uint64_t ticks, double ticks_per_second) {
    return (double)(int64_t)ticks / ticks_per_second;
}

/*
 * Fills the modes of `sample` from the columns at *at, which stands behind the label, and moves it
 * as far as that went; false, and nothing filled: too few.
 */
SYSINFO__ALWAYS_INLINE bool decode_modes(const char **at, double ticks_per_second, struct sysinfo_cpu_sample *sample) {
    uint64_t ticks[COLUMNS];
    int columns = scan_usual_line(at, ticks) ? COLUMNS : scan_any_line(*at, ticks);
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

enum sysinfo__stat_outcome sysinfo__decode_stat_total(const char *text, size_t length, double ticks_per_second,
                                                      struct sysinfo_cpu_sample *all) {
    const char *line = find_total(text, text + length);
    if (line == NULL) {
        return SYSINFO__STAT_NO_CPU_LINE;
    }
    const char *columns = line + 3;
    while (columns[1] == ' ') { /* Behind this label stand two blanks. */
        columns++;
    }
    return decode_modes(&columns, ticks_per_second, all) ? SYSINFO__STAT_OK : SYSINFO__STAT_SHORT_CPU_LINE;
}

/* The number in a label "cpu12" at `line`; returns what stands behind it, or NULL when the line is another. */
SYSINFO__ALWAYS_INLINE const char *scan_label(const char *line, uint64_t *cpu) {
    if (!SYSINFO__SCAN_BEGINS(line, "cpu") || line[3] < '0' || line[3] > '9') {
        return NULL;
    }
    return sysinfo__scan_number(line + 3, cpu);
}

enum sysinfo__stat_outcome sysinfo__decode_stat_rows(const char *text, size_t length, double ticks_per_second,
                                                     struct sysinfo__cpu_rows *rows) {
    const char *end = text + length;
    enum sysinfo__stat_outcome outcome = sysinfo__decode_stat_total(text, length, ticks_per_second, &rows->all.sample);
    if (outcome != SYSINFO__STAT_OK) {
        return outcome;
    }
    /* The cpu lines stand together; the lines behind them are long and hold none. */
    const char *line = sysinfo__scan_next_line(find_total(text, end), end);
    uint64_t cpu;
    for (const char *columns; (columns = scan_label(line, &cpu)) != NULL;
         line = *columns == '\n' ? columns + 1 : sysinfo__scan_next_line(columns, end)) {
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
