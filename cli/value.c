/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdbool.h>
#include <string.h>

static void add_number(struct text *text, const struct sysinfo_field *field, const void *result) {
    if (field->type == SYSINFO_TYPE_DOUBLE) {
        text_addf(text, "%.2f", sysinfo_field_double(field, result));
    } else {
        text_add_number(text, sysinfo_field_uint64(field, result));
    }
}

void value_add_as(struct text *text, const struct sysinfo_field *field, const void *result, const char *unknown,
                  const char *unlimited, add_text *add) {
    switch (sysinfo_field_state(field, result)) {
    case SYSINFO_FIELD_KNOWN:
        if (field->type == SYSINFO_TYPE_TEXT) {
            add(text, sysinfo_field_text(field, result));
        } else {
            add_number(text, field, result);
        }
        break;
    case SYSINFO_FIELD_UNLIMITED:
        text_add(text, unlimited);
        break;
    default:
        text_add(text, unknown);
        break;
    }
}

void value_add(struct text *text, const struct sysinfo_field *field, const void *result, const char *unknown,
               const char *unlimited) {
    value_add_as(text, field, result, unknown, unlimited, text_add_plain);
}

void hertz_add_human(struct text *text, uint64_t hertz) {
    bool is_giga = hertz >= 999500000;
    text_addf(text, is_giga ? "%.2f GHz" : "%.0f MHz", (double)hertz / (is_giga ? 1e9 : 1e6));
}

void duration_add_human(struct text *text, double seconds) {
    uint64_t minutes = (uint64_t)(seconds / 60);
    if (seconds < 120) {
        text_addf(text, "%.*f s", seconds < 10 ? 2 : 1, seconds);
    } else if (minutes < 120) {
        text_addf(text, "%u min %02u s", (unsigned)minutes, (unsigned)(seconds - (double)minutes * 60));
    } else {
        text_addf(text, "%llu h %02u min", (unsigned long long)minutes / 60, (unsigned)(minutes % 60));
    }
}

/* The unit in which the value has three digits, or four before the next unit. */
static uint64_t unit_of(uint64_t bytes) {
    uint64_t unit = 1;
    while ((double)bytes / (double)unit >= 1023.5 && unit < UINT64_C(1) << 60) {
        unit <<= 10;
    }
    return unit;
}

uint64_t bytes_unit_among(uint64_t bytes, uint64_t largest) {
    uint64_t own = unit_of(bytes), least = unit_of(largest > 0 ? largest : UINT64_C(1) << 30) >> 10;
    return own > least ? own : least;
}

void bytes_add_in(struct text *text, uint64_t bytes, uint64_t unit) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t power = 0;
    while (unit >> (10 * power) > 1) {
        power++;
    }
    double value = (double)bytes / (double)unit;
    text_addf(text, bytes > 0 && power > 0 && value < 99.95 ? "%.1f %s" : "%.0f %s", value, units[power]);
}

void bytes_add_human(struct text *text, uint64_t bytes) {
    bytes_add_in(text, bytes, unit_of(bytes));
}

/* Six digits, or more without decimals. */
static void add_seconds(struct text *text, double seconds) {
    text_addf(text, "%.*f", seconds < 99999.5 ? 2 : seconds < 999999.5 ? 1 : 0, seconds);
}

void value_add_human(struct text *text, const struct sysinfo_field *field, const void *result) {
    bool is_known = sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN;
    if (is_known && field->unit == SYSINFO_UNIT_BYTES) {
        bytes_add_human(text, sysinfo_field_uint64(field, result));
    } else if (is_known && field->unit == SYSINFO_UNIT_HERTZ) {
        hertz_add_human(text, sysinfo_field_uint64(field, result));
    } else if (is_known && field->unit == SYSINFO_UNIT_PERCENT) {
        text_addf(text, "%.1f", sysinfo_field_double(field, result));
    } else if (is_known && field->unit == SYSINFO_UNIT_SECONDS && field->type == SYSINFO_TYPE_DOUBLE) {
        add_seconds(text, sysinfo_field_double(field, result));
    } else {
        value_add(text, field, result, "-", "none");
    }
}

/*
 * Rounds amounts in use up and all others down: a script that asks for whole GiB must not be promised more than exists.
 */
void value_add_in_unit(struct text *text, const struct sysinfo_field *field, const void *result, uint64_t unit_bytes) {
    if (sysinfo_field_state(field, result) != SYSINFO_FIELD_KNOWN || field->unit != SYSINFO_UNIT_BYTES) {
        value_add(text, field, result, "-", "none");
        return;
    }
    uint64_t bytes = sysinfo_field_uint64(field, result);
    bool rounds_up = strcmp(field->name, "used") == 0 && bytes % unit_bytes != 0;
    text_add_number(text, bytes / unit_bytes + (rounds_up ? 1 : 0));
}
