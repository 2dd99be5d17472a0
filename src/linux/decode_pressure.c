/* SPDX-License-Identifier: MIT */
/* Pressure stall information: Documentation/accounting/psi.rst. */
#include "decode.h"

#include "backend.h"
#include "scan.h"

/* The numbers after "some" or "full". */
struct line {
    double avg10, avg60, avg300, total;
};

static const char *scan_average(const char *p, const char *key, size_t key_length, double *value) {
    if (p == NULL || memcmp(p, key, key_length) != 0) {
        return NULL;
    }
    p = sysinfo__decode_decimal(p + key_length, value);
    return p == NULL ? NULL : sysinfo__scan_blanks(p);
}
#define AVERAGE(p, key, value) scan_average((p), (key), sizeof(key) - 1, (value))

static bool decode_line(const char *p, struct line *line) {
    uint64_t microseconds;
    p = AVERAGE(p, "avg10=", &line->avg10);
    p = AVERAGE(p, "avg60=", &line->avg60);
    p = AVERAGE(p, "avg300=", &line->avg300);
    if (p == NULL || !SYSINFO__SCAN_BEGINS(p, "total=") || sysinfo__scan_long(p + 6, &microseconds) == NULL) {
        return false;
    }
    line->total = (double)microseconds / 1e6;
    return true;
}

bool sysinfo__decode_pressure(const char *text, size_t length, struct sysinfo_pressure *pressure) {
    const char *end = text + length;
    struct line values;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (SYSINFO__SCAN_BEGINS(line, "some ") && decode_line(line + 5, &values)) {
            FACT(pressure, some_avg10, values.avg10);
            FACT(pressure, some_avg60, values.avg60);
            FACT(pressure, some_avg300, values.avg300);
            FACT(pressure, some_total, values.total);
        } else if (SYSINFO__SCAN_BEGINS(line, "full ") && decode_line(line + 5, &values)) {
            FACT(pressure, full_avg10, values.avg10);
            FACT(pressure, full_avg60, values.avg60);
            FACT(pressure, full_avg300, values.avg300);
            FACT(pressure, full_total, values.total);
        }
    }
    return pressure->present != 0;
}
