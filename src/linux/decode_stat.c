/* SPDX-License-Identifier: MIT */
/*
 * /proc/stat: proc(5). The columns of a cpu line, with the kernel that added each: user nice system idle, iowait
 * (2.5.41), irq softirq (2.6.0), steal (2.6.11), guest (2.6.24), guest_nice (2.6.33). Later columns are ignored.
 */
#include "decode.h"

#include "backend.h"
#include "scan.h"

enum { COLUMNS = 10, COLUMNS_OF_EVERY_KERNEL = 4, MOST_DIGITS = 15 };

#define BIT(mode) SYSINFO_BIT(struct sysinfo_cpu_sample, mode)

static const uint64_t mode_of_column[COLUMNS] = {BIT(user), BIT(nice),    BIT(system), BIT(idle),  BIT(iowait),
                                                 BIT(irq),  BIT(softirq), BIT(steal),  BIT(guest), BIT(guest_nice)};

#define ALL_MODES                                                                                           \
    (BIT(user) | BIT(nice) | BIT(system) | BIT(idle) | BIT(iowait) | BIT(irq) | BIT(softirq) | BIT(steal) | \
     BIT(guest) | BIT(guest_nice))

/*
 * Scans the line as every current kernel writes it: ten columns separated by one blank. Whether it has this form is
 * checked once, at its end. Returns false and leaves *at unchanged for any other line.
 *
 * The code is repeated for each column, so that each has its own branch history: the widths of a column are alike from
 * line to line, those of neighbours are not. Columns that are 0 on most machines are not scanned at all, so their
 * length is known in advance.
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

/* The same in a loop, for few lines. */
SYSINFO__ALWAYS_INLINE bool scan_one_of_few(const char **at, uint64_t ticks[COLUMNS]) {
    const char *p = *at;
    uint64_t others = 0;
    unsigned gaps = 0;
    SYSINFO__ROLLED
    for (int column = 0; column < COLUMNS; column++) {
        gaps |= (unsigned char)*p ^ ' ';
        p = sysinfo__scan_unchecked(p + 1, &ticks[column], &others);
    }
    if ((others & SYSINFO__SCAN_MARKS) != 0 || gaps != 0 || *p != '\n') {
        return false;
    }
    *at = p;
    return true;
}

/*
 * Scans any line and returns the modes whose columns are numbers. A number too large for ticks, such as a negative idle
 * time printed as unsigned, is left out, and the columns after it are valid; anything else ends the line. Returns 0 if
 * fewer columns remain than every kernel writes, or no valid one.
 */
static __attribute__((noinline)) uint64_t scan_any_line(const char *p, uint64_t ticks[COLUMNS]) {
    int column = 0;
    uint64_t modes = 0;
    memset(ticks, 0, COLUMNS * sizeof ticks[0]);
    for (; column < COLUMNS && *p == ' '; column++) {
        p = sysinfo__scan_blanks(p);
        const char *digits_end = p;
        while (*digits_end >= '0' && *digits_end <= '9') {
            digits_end++;
        }
        if (digits_end == p || (*digits_end != ' ' && *digits_end != '\n' && *digits_end != '\t')) {
            break;
        }
        modes |= sysinfo__scan_number(p, &ticks[column]) != NULL ? mode_of_column[column] : 0;
        p = digits_end;
    }
    return column >= COLUMNS_OF_EVERY_KERNEL ? modes : 0;
}

/* Scanned numbers have fewer than 16 digits; converting a signed number takes one instruction. */
SYSINFO__ALWAYS_INLINE double seconds(uint64_t ticks, double ticks_per_second) {
    return (double)(int64_t)ticks / ticks_per_second;
}

/*
 * Fills the modes of `sample` from the columns at *at, which points after the label, and advances it past them. False:
 * too few columns, and nothing is filled.
 */
SYSINFO__ALWAYS_INLINE bool decode_modes(const char **at, bool is_one_of_few, double ticks_per_second,
                                         struct sysinfo_cpu_sample *sample) {
    uint64_t ticks[COLUMNS];
    bool is_usual = is_one_of_few ? scan_one_of_few(at, ticks) : scan_usual_line(at, ticks);
    uint64_t modes = is_usual ? ALL_MODES : scan_any_line(*at, ticks);
    if (modes == 0) {
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
    sample->present |= modes;
    return true;
}

/* Scans a label "cpu12" at `line`. Returns the text after it, or NULL for another line. */
SYSINFO__ALWAYS_INLINE const char *scan_label(const char *line, uint64_t *cpu) {
    if (!SYSINFO__SCAN_BEGINS(line, "cpu")) {
        return NULL;
    }
    const char *p = line + 3;
    uint64_t number = 0;
    for (; *p >= '0' && *p <= '9' && p < line + 3 + MOST_DIGITS; p++) {
        number = number * 10 + (uint64_t)(*p - '0');
    }
    *cpu = number;
    return p > line + 3 && (*p == ' ' || *p == '\n' || *p == '\t') ? p : NULL;
}

/* The progress through a text's lines of CPUs. */
struct cpu_lines {
    enum sysinfo__stat_outcome outcome; /* For the best line for all CPUs. */
    bool is_counting;                   /* That line has non-zero counts. */
    uint64_t count;                     /* The number of cpuN lines. */
};

static bool has_counts(const struct sysinfo_cpu_sample *sample) {
    return sample->user > 0 || sample->nice > 0 || sample->system > 0 || sample->idle > 0;
}

/*
 * Of several lines for all CPUs, uses the first with non-zero counts: a container's file system may have put its own
 * before the kernel's.
 */
__attribute__((noinline)) static void decode_another_total(const char **at, bool is_one_of_few, double ticks_per_second,
                                                           struct cpu_lines *lines, struct sysinfo_cpu_sample *all) {
    struct sysinfo_cpu_sample another = {.present = 0};
    if (decode_modes(at, is_one_of_few, ticks_per_second, &another) && has_counts(&another) && !lines->is_counting) {
        *all = another;
        lines->is_counting = true;
    }
}

/* Advances *at as far as it was read. */
SYSINFO__ALWAYS_INLINE void decode_total(const char **at, bool is_one_of_few, double ticks_per_second,
                                         struct cpu_lines *lines, struct sysinfo_cpu_sample *all) {
    while ((*at)[1] == ' ') { /* Two blanks follow this label. */
        ++*at;
    }
    if (lines->outcome == SYSINFO__STAT_OK) {
        decode_another_total(at, is_one_of_few, ticks_per_second, lines, all);
        return;
    }
    bool is_good = decode_modes(at, is_one_of_few, ticks_per_second, all);
    lines->outcome = is_good ? SYSINFO__STAT_OK : SYSINFO__STAT_SHORT_CPU_LINE;
    lines->is_counting = is_good && has_counts(all);
}

/*
 * The cpu lines come first and are consecutive; the lines after them are long. So the walk ends there, unless no line
 * for all CPUs was found. With a NULL `rows`, cpuN lines are only counted. `all` comes without any mode.
 */
SYSINFO__ALWAYS_INLINE enum sysinfo__stat_outcome decode_cpu_lines(const char *text, size_t length,
                                                                   double ticks_per_second,
                                                                   struct sysinfo_cpu_sample *all,
                                                                   struct sysinfo__cpu_rows *rows, bool are_few) {
    const char *end = text + length, *line = text;
    struct cpu_lines lines = {SYSINFO__STAT_NO_CPU_LINE, false, 0};
    while (line < end) {
        uint64_t cpu;
        const char *columns = scan_label(line, &cpu);
        if (columns != NULL) {
            lines.count++;
            struct sysinfo_cpu_sample *row = NULL;
            if (rows != NULL && (row = sysinfo__cpu_rows_add(rows, cpu)) == NULL) {
                return SYSINFO__STAT_NO_MEMORY;
            }
            if (row != NULL) {
                decode_modes(&columns, are_few, ticks_per_second, row);
            }
        } else if (SYSINFO__SCAN_BEGINS(line, "cpu ")) {
            columns = line + 3;
            decode_total(&columns, are_few, ticks_per_second, &lines, all);
        } else if (lines.outcome == SYSINFO__STAT_OK) {
            break;
        } else {
            columns = line;
        }
        line = *columns == '\n' ? columns + 1 : sysinfo__scan_next_line(columns, end);
    }
    if (lines.outcome == SYSINFO__STAT_OK && lines.count > 0) {
        FACT(all, cpus, lines.count);
    }
    return lines.outcome;
}

SYSINFO__HOT enum sysinfo__stat_outcome
sysinfo__decode_stat_total(const char *text, size_t length, double ticks_per_second, struct sysinfo_cpu_sample *all) {
    return decode_cpu_lines(text, length, ticks_per_second, all, NULL, true);
}

SYSINFO__HOT enum sysinfo__stat_outcome
sysinfo__decode_stat_rows(const char *text, size_t length, double ticks_per_second, struct sysinfo__cpu_rows *rows) {
    enum { SHORT_TEXT = 4096 };
    enum sysinfo__stat_outcome outcome =
        length <= SHORT_TEXT ? decode_cpu_lines(text, length, ticks_per_second, &rows->all.sample, rows, true)
                             : decode_cpu_lines(text, length, ticks_per_second, &rows->all.sample, rows, false);
    rows->count = outcome == SYSINFO__STAT_OK ? rows->count : 0;
    return outcome;
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

/*
 * Scans the first number of a line that begins with `key`, which ends with a blank. False: another line, or no number.
 */
#define COUNTER(key) (SYSINFO__SCAN_BEGINS(line, key) && sysinfo__scan_long(line + sizeof(key) - 1, &value) != NULL)

void sysinfo__decode_stat_counters(const char *text, size_t length, struct sysinfo_stats *stats) {
    const char *end = text + length;
    uint64_t value;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (COUNTER("ctxt ")) {
            FACT(stats, ctx_switches, value);
        } else if (COUNTER("intr ")) {
            FACT(stats, interrupts, value);
        } else if (COUNTER("softirq ")) {
            FACT(stats, soft_interrupts, value);
        } else if (COUNTER("processes ")) {
            FACT(stats, forks, value);
        } else if (COUNTER("procs_running ")) {
            FACT(stats, running, value);
        } else if (COUNTER("procs_blocked ")) {
            FACT(stats, blocked, value);
        } else if (COUNTER("btime ")) {
            FACT(stats, boot_time, (double)value);
        }
    }
}
