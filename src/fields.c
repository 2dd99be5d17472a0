/* SPDX-License-Identifier: MIT */
#include <sysinfo/fields.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "internal.h"

/*
 * cmake/fields.cmake generates fields.inc from the members of the public headers, the only place where fields are
 * defined. It has one row for each field,
 *
 *     FIELD(group, result, struct, member, unit, kind, metric, metric_labels, meaning)
 *
 * and, for each struct, a check that no member was forgotten.
 */
#define TYPE_OF(tag, member)            \
    _Generic(((struct tag *)0)->member, \
        uint64_t: SYSINFO_TYPE_UINT64,  \
        double: SYSINFO_TYPE_DOUBLE,    \
        char *: SYSINFO_TYPE_TEXT)
#define FIELD(group, result, tag, member, unit, kind, metric, metric_labels, meaning) \
    {group,                                                                           \
     #member,                                                                         \
     meaning,                                                                         \
     metric,                                                                          \
     metric_labels,                                                                   \
     SYSINFO_RESULT_##result,                                                         \
     SYSINFO_UNIT_##unit,                                                             \
     SYSINFO_KIND_##kind,                                                             \
     TYPE_OF(tag, member),                                                            \
     (uint32_t)offsetof(struct tag, member),                                          \
     (uint32_t)sizeof(((struct tag *)0)->member)},
#define COMPLETE(tag, fields)
static const struct sysinfo_field table[] = {
#include "fields.inc"
};
#undef FIELD
#undef COMPLETE

#define FIELD(group, result, tag, member, unit, kind, metric, metric_labels, meaning)
#define COMPLETE(tag, fields)                                               \
    _Static_assert(sizeof(struct tag) == (2 + (fields)) * sizeof(uint64_t), \
                   "every member of " #tag " is in the field table");
#include "fields.inc"

enum { FIELDS = sizeof table / sizeof table[0] };

const struct sysinfo_field *sysinfo_field_next(const struct sysinfo_field *field) {
    if (field == NULL) {
        return table;
    }
    return ++field < table + FIELDS ? field : NULL;
}

const struct sysinfo_field *sysinfo_field_find(const char *group, const char *name) {
    if (group == NULL || name == NULL) {
        return NULL;
    }
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(table[i].group, group) == 0 && strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static const char *find_source(uint32_t result, uint32_t offset) {
    const struct sysinfo__source *source =
        result == SYSINFO_RESULT_HEAP ? sysinfo__heap_backend.sources : sysinfo__backend.sources;
    if (source == NULL) {
        return NULL;
    }
    while (source->text != NULL && !(source->result == result && source->offset == offset)) {
        source++;
    }
    return source->text;
}

/* Where a system has no limits, usable is the machine's own figure. */
static const struct {
    uint32_t result, offset, machine_result, machine_offset;
} stand_ins[] = {
    {SYSINFO_RESULT_MEMORY_ALLOWANCE, offsetof(struct sysinfo_allowance, usable), SYSINFO_RESULT_MEMORY,
     offsetof(struct sysinfo_memory, available)},
    {SYSINFO_RESULT_SWAP_ALLOWANCE, offsetof(struct sysinfo_allowance, usable), SYSINFO_RESULT_SWAP,
     offsetof(struct sysinfo_swap, free)},
    {SYSINFO_RESULT_CPU_ALLOWANCE, offsetof(struct sysinfo_cpu_allowance, usable), SYSINFO_RESULT_PROCESSORS,
     offsetof(struct sysinfo_processors, count)},
};

const char *sysinfo_field_source(const struct sysinfo_field *field) {
    if (field == NULL) {
        return NULL;
    }
    const char *text = find_source(field->result, field->offset);
    for (size_t i = 0; text == NULL && i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        if (stand_ins[i].result == field->result && stand_ins[i].offset == field->offset) {
            text = find_source(stand_ins[i].machine_result, stand_ins[i].machine_offset);
        }
    }
    return text;
}

const char *sysinfo_unit_name(uint32_t unit) {
    static const char *const names[] = {"", "bytes", "seconds", "percent", "count", "threads", "hertz", "text"};
    return unit < sizeof names / sizeof names[0] ? names[unit] : "";
}

static uint64_t slot(const void *result, size_t offset) {
    uint64_t value;
    memcpy(&value, (const char *)result + offset, sizeof value);
    return value;
}

static double as_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

enum sysinfo_state sysinfo_field_state(const struct sysinfo_field *field, const void *result) {
    if (field == NULL || result == NULL || !(slot(result, 0) >> field->offset / 8 & 1)) {
        return SYSINFO_FIELD_UNKNOWN;
    }
    if (field->type == SYSINFO_TYPE_TEXT) {
        return SYSINFO_FIELD_KNOWN;
    }
    uint64_t bits = slot(result, field->offset);
    bool is_unlimited = field->type == SYSINFO_TYPE_DOUBLE ? as_double(bits) > DBL_MAX : bits == SYSINFO_UNLIMITED;
    return is_unlimited ? SYSINFO_FIELD_UNLIMITED : SYSINFO_FIELD_KNOWN;
}

int sysinfo_field_is_estimated(const struct sysinfo_field *field, const void *result) {
    return sysinfo_field_state(field, result) != SYSINFO_FIELD_UNKNOWN && (slot(result, 8) >> field->offset / 8 & 1);
}

uint64_t sysinfo_field_uint64(const struct sysinfo_field *field, const void *result) {
    if (sysinfo_field_state(field, result) == SYSINFO_FIELD_UNKNOWN || field->type == SYSINFO_TYPE_TEXT) {
        return 0;
    }
    uint64_t bits = slot(result, field->offset);
    if (field->type == SYSINFO_TYPE_UINT64) {
        return bits;
    }
    double value = as_double(bits);
    return value >= 18446744073709551616.0 ? SYSINFO_UNLIMITED : value > 0 ? (uint64_t)value : 0;
}

double sysinfo_field_double(const struct sysinfo_field *field, const void *result) {
    if (sysinfo_field_state(field, result) == SYSINFO_FIELD_UNKNOWN || field->type == SYSINFO_TYPE_TEXT) {
        return 0;
    }
    uint64_t bits = slot(result, field->offset);
    if (field->type == SYSINFO_TYPE_DOUBLE) {
        return as_double(bits);
    }
    return bits == SYSINFO_UNLIMITED ? (double)INFINITY : (double)bits;
}

const char *sysinfo_field_text(const struct sysinfo_field *field, const void *result) {
    return field != NULL && field->type == SYSINFO_TYPE_TEXT &&
                   sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN
               ? (const char *)result + field->offset
               : NULL;
}
