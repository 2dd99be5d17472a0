/* SPDX-License-Identifier: MIT */
/*
 * The table of all fields. With it a program prints, exports or describes every figure,
 * also those of later versions.
 *
 *     uint64_t any[SYSINFO_SLOTS];
 *     const struct sysinfo_field *field = sysinfo_field_find("mem", "available");
 *     if (sysinfo_read(host, field->result, any, sizeof any) == SYSINFO_OK &&
 *         sysinfo_field_state(field, any) == SYSINFO_FIELD_KNOWN)
 *         printf("%" PRIu64 "\n", sysinfo_field_uint64(field, any));
 */
#ifndef SYSINFO_FIELDS_H
#define SYSINFO_FIELDS_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* More may be added: treat unknown values as plain numbers. */
enum sysinfo_unit {
    SYSINFO_UNIT_NONE,
    SYSINFO_UNIT_BYTES,
    SYSINFO_UNIT_SECONDS,
    SYSINFO_UNIT_PERCENT,
    SYSINFO_UNIT_COUNT,
    SYSINFO_UNIT_THREADS,
    SYSINFO_UNIT_HERTZ,
    SYSINFO_UNIT_TEXT /* No number: sysinfo_field_text(). */
};
enum sysinfo_kind {
    SYSINFO_KIND_GAUGE,   /* A value of this moment. */
    SYSINFO_KIND_COUNTER, /* Only grows, until the machine restarts. */
    /* Not a measurement: names the row or the moment. Print it beside the figures, not among them. */
    SYSINFO_KIND_LABEL
};
enum sysinfo_type { SYSINFO_TYPE_UINT64, SYSINFO_TYPE_DOUBLE, SYSINFO_TYPE_TEXT };
enum sysinfo_state { SYSINFO_FIELD_UNKNOWN, SYSINFO_FIELD_KNOWN, SYSINFO_FIELD_UNLIMITED };

/* One field. It belongs to the library and is never freed. Later versions append members. */
struct sysinfo_field {
    const char *group;         /* What a user types: "mem". Fields of a group are adjacent. */
    const char *name;          /* The struct's member, the command's field, the JSON key: "available". */
    const char *meaning;       /* One sentence. */
    const char *metric;        /* Prometheus metric, "sysinfo_mem_available_bytes"; NULL: not exported. */
    const char *metric_labels; /* Its fixed labels, "mode=\"user\""; NULL: none. */
    uint32_t result;           /* enum sysinfo_result: which struct, and so which call. */
    uint32_t unit;             /* enum sysinfo_unit */
    uint32_t kind;             /* enum sysinfo_kind */
    uint32_t type;             /* enum sysinfo_type */
    uint32_t offset;           /* Bytes from the start of the struct. */
    uint32_t size;             /* Bytes of it: 8, or of a text. Since 0.2. */
};

/*
 * The field after `field`; the first for NULL; NULL after the last. Iterate with it: the table's
 * stride is private. Since 0.1.
 */
SYSINFO_EXPORT const struct sysinfo_field *sysinfo_field_next(const struct sysinfo_field *field);

/* The field of that group and name, or NULL. Since 0.1. */
SYSINFO_EXPORT const struct sysinfo_field *sysinfo_field_find(const char *group, const char *name);

/*
 * Where the figure comes from on this system, for example "MemAvailable in /proc/meminfo"; NULL:
 * this system does not report it. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_field_source(const struct sysinfo_field *field);

/* "bytes", "percent" ...; "" for none. Never NULL. Since 0.1. */
SYSINFO_EXPORT const char *sysinfo_unit_name(uint32_t unit);

/*
 * Fills any result by its name; `out` is that struct, or any array of at least
 * three slots, of `size` bytes. SYSINFO_RESULT_CPU_USAGE is sysinfo_cpu_times_percent()
 * with interval 0. SYSINFO_INVALID: no such result, and what that getter says. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_read(struct sysinfo_host *host, uint32_t result, void *out, size_t size);

/*
 * The state of a field in a filled result: known, unknown or no limit. `result` is the
 * struct that field->result names, of any size that a getter was given. A program that
 * asks for the state never prints an unknown figure as 0, nor a missing limit as
 * 18446744073709551615. Since 0.1.
 */
SYSINFO_EXPORT enum sysinfo_state sysinfo_field_state(const struct sysinfo_field *field, const void *result);
SYSINFO_EXPORT int sysinfo_field_is_estimated(const struct sysinfo_field *field, const void *result);

/*
 * The value, converted where the type differs (a double is cut to a whole number); 0 when it is not
 * known. Since 0.1.
 */
SYSINFO_EXPORT uint64_t sysinfo_field_uint64(const struct sysinfo_field *field, const void *result);
SYSINFO_EXPORT double sysinfo_field_double(const struct sysinfo_field *field, const void *result);

/*
 * A text, which lives as long as `result`; NULL when it is not known, or the field is a number. Texts
 * of one metric are labels of it: sysinfo_cpu_info{vendor="..",model=".."} 1. Since 0.2.
 */
SYSINFO_EXPORT const char *sysinfo_field_text(const struct sysinfo_field *field, const void *result);

/* ---- One value by its name ---------------------------------------------- */

/*
 * The value of one field by its name, "mem.usable", "cpu.usable", "swap.percent": what `sysinfo
 * fields` lists, in the unit given there. No limit is infinity, or SYSINFO_UNLIMITED.
 *
 *     uint64_t usable;
 *     if (sysinfo_get_uint64(host, "mem.usable", &usable) == SYSINFO_OK)
 *         printf("%" PRIu64 " bytes\n", usable);
 *
 * sysinfo_get_uint64() is for bytes and counts, which a double above 2^53 would round. The value is
 * left alone on failure. A percentage of `cpu` compares with the previous such call on this host, as
 * sysinfo_cpu_times_percent() with interval 0 does: the first returns SYSINFO_NOT_YET.
 *
 * Cost: that of the getter the field belongs to, and 0.2 us to find the field; call the getter to
 * read several fields at once. SYSINFO_INVALID: not a field, a NULL, a text, or a field of type double
 * for the second. SYSINFO_UNKNOWN: the machine does not report it. SYSINFO_NOT_SUPPORTED: the system
 * does not. Other errors: those of the getter. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_get(struct sysinfo_host *host, const char *name, double *value);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_get_uint64(struct sysinfo_host *host, const char *name, uint64_t *value);

SYSINFO_END_DECLS

#endif
