/* SPDX-License-Identifier: MIT */
/* Round numbers for axes, without linking the mathematics library, which would slow the command's start. */
#include <stdint.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "plot/plot.h"
#include "utc.h"
#include "value.h"

enum unit { PLAIN, BYTES, SECONDS, PERCENT, HERTZ };

static bool ends_with(const char *string, const char *end) {
    size_t length = strlen(string), end_length = strlen(end);
    return length >= end_length && strcmp(string + length - end_length, end) == 0;
}

/* Columns of recordings name their unit; columns of other CSV are fields of the library. */
static enum unit unit_of(const char *column) {
    bool is_rate;
    const struct sysinfo_field *field = recording_field(column, &is_rate);
    uint32_t unit = field == NULL ? SYSINFO_UNIT_NONE : field->unit;
    return unit == SYSINFO_UNIT_BYTES || ends_with(column, "_bytes")       ? BYTES
           : unit == SYSINFO_UNIT_SECONDS || ends_with(column, "_seconds") ? SECONDS
           : unit == SYSINFO_UNIT_PERCENT || ends_with(column, "_percent") ? PERCENT
           : unit == SYSINFO_UNIT_HERTZ                                    ? HERTZ
                                                                           : PLAIN;
}

const char *column_title(const char *column) {
    static const struct {
        const char *column, *title;
    } titles[] = {{"rss_bytes", "memory (RSS)"},
                  {"pss_bytes", "memory (PSS)"},
                  {"peak_bytes", "largest process so far"},
                  {"cpu_percent", "CPU (100 % is one CPU)"},
                  {"cpu_seconds", "CPU time"},
                  {"processes", "processes"},
                  {"heap_bytes", "heap in use"},
                  {"heap_kept_bytes", "kept back by malloc (estimated)"},
                  {"heap_peak_bytes", "largest heap so far"},
                  {"heap_blocks", "blocks in use"},
                  {"heap_allocs", "allocations so far"},
                  {"heap_frees", "frees so far"},
                  {"heap_mapped_bytes", "mapped by the program itself"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (strcmp(column, titles[i].column) == 0) {
            return titles[i].title;
        }
    }
    return column;
}

/* The smallest of 1, 2 or 5 times a power of ten that divides the range into at most `most` steps. */
static double decimal_step(double range, int most) {
    double step = 1;
    while (range / step > most) {
        step *= 10;
    }
    while (range / step * 10 <= most) {
        step /= 10;
    }
    return range / (step / 5) <= most ? step / 5 : range / (step / 2) <= most ? step / 2 : step;
}

const char *column_unit(const char *column) {
    static const char *const names[] = {
        [PLAIN] = "", [BYTES] = "bytes", [SECONDS] = "seconds", [PERCENT] = "percent", [HERTZ] = "hertz"};
    return names[unit_of(column)];
}

bool column_is_left(const char *column) {
    static const char *const names[] = {"available", "free", "usable", "idle"};
    const char *dot = strrchr(column, '.');
    for (size_t i = 0; dot != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(dot + 1, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool column_is_additive(const char *column) {
    static const char *const names[] = {"rss_bytes",  "pss_bytes",       "cpu_percent", "cpu_seconds",
                                        "heap_bytes", "heap_kept_bytes", "heap_blocks"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(column, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

struct axis value_axis(const char *column, double highest, int most) {
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    enum unit unit = unit_of(column);
    struct axis axis = {.unit = 1, .name = unit == PERCENT ? "%" : unit == SECONDS ? "s" : "", .clock = -1};
    for (size_t i = 0; unit == BYTES && (i == 0 || (highest / axis.unit >= 1024 && i < sizeof names / sizeof names[0]));
         i++) {
        axis.unit *= i > 0 ? 1024 : 1;
        axis.name = names[i];
    }
    if (unit == HERTZ) {
        axis.unit = highest >= 1e9 ? 1e9 : 1e6;
        axis.name = highest >= 1e9 ? "GHz" : "MHz";
    }
    axis.step = highest > 0 ? decimal_step(highest / axis.unit, most) * axis.unit : axis.unit;
    for (axis.high = axis.step; axis.high < highest * 0.99999; axis.high += axis.step) {
    }
    if (unit == PERCENT && highest <= 100 && axis.high > 100) {
        axis.high = 100;
        axis.step = most >= 5 ? 20 : 50;
    }
    return axis;
}

/* On a clock axis, steps below a minute divide a minute too. */
static double clock_step(double range, int most) {
    static const double steps[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                   600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (range / steps[i] <= most) {
            return steps[i];
        }
    }
    double days = decimal_step(range / 86400, most);
    return days * 86400;
}

static double elapsed_step(const struct axis *axis, int most) {
    static const double steps[] = {15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    double range = axis->high - axis->low;
    if (axis->unit <= 1 || range <= 15) {
        return decimal_step(range, most);
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (range / steps[i] <= most) {
            return steps[i];
        }
    }
    return decimal_step(range / 86400, most) * 86400;
}

struct axis time_axis(double low, double high, double clock, int most) {
    static const struct {
        double from, seconds; /* From this many seconds on, count in these. */
        const char *name;
    } units[] = {{0, 1, "s"}, {120, 60, "min"}, {7200, 3600, "h"}, {172800, 86400, "days"}};
    struct axis axis = {.low = low, .high = high, .unit = 1, .name = "", .clock = clock};
    for (size_t i = 0; clock < 0 && i < sizeof units / sizeof units[0]; i++) {
        if (high >= units[i].from) {
            axis.unit = units[i].seconds;
            axis.name = units[i].name;
        }
    }
    axis.step = clock >= 0 ? clock_step(high - low, most) : elapsed_step(&axis, most);
    return axis;
}

double tick_first(const struct axis *axis) {
    double origin = axis->clock > 0 ? axis->clock : 0, low = axis->low + origin;
    double number = (double)(uint64_t)(low / axis->step);
    return (number * axis->step >= low - axis->step * 1e-6 ? number : number + 1) * axis->step - origin;
}

void tick_add(struct text *text, const struct axis *axis, double value) {
    text_addf(text, "%g", value / axis->unit);
}

void tick_add_time(struct text *text, const struct axis *axis, double value) {
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (axis->clock < 0) {
        tick_add(text, axis, value);
        text_addf(text, " %s", axis->name);
        return;
    }
    struct utc utc = utc_of((int64_t)(axis->clock + value + 0.5));
    if (utc.hour == 0 && utc.minute == 0 && utc.second == 0) {
        text_addf(text, "%u %s", utc.day, months[utc.month - 1]);
    } else {
        text_addf(text, axis->step < 60 ? "%02u:%02u:%02u" : "%02u:%02u", utc.hour, utc.minute, utc.second);
    }
}

void date_add(struct text *text, const struct axis *axis) {
    struct utc utc = utc_of((int64_t)(axis->clock + axis->low + 0.5));
    text_addf(text, "%04u-%02u-%02u UTC", (unsigned)utc.year, utc.month, utc.day);
}

void measure_add(struct text *text, const char *column, double value) {
    switch (unit_of(column)) {
    case BYTES:
        bytes_add_human(text, value > 0 ? (uint64_t)value : 0);
        break;
    case HERTZ:
        hertz_add_human(text, value > 0 ? (uint64_t)value : 0);
        break;
    case SECONDS:
        duration_add_human(text, value);
        break;
    case PERCENT:
        text_addf(text, "%.1f %%", value);
        break;
    default:
        text_addf(text, "%g", value);
        break;
    }
}
