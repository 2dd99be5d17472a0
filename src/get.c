/* SPDX-License-Identifier: MIT */
#include <sysinfo/fields.h>

#include <string.h>

#include "internal.h"

/* Finds a field by a name such as "mem.usable" or "cpu.times.user"; the last dot ends the group. NULL: none. */
static const struct sysinfo_field *find_field(const char *name) {
    const char *dot = name != NULL ? strrchr(name, '.') : NULL;
    char group[64];
    size_t length = dot != NULL ? (size_t)(dot - name) : sizeof group;
    if (length >= sizeof group) {
        return NULL;
    }
    memcpy(group, name, length);
    group[length] = '\0';
    return sysinfo_field_find(group, dot + 1);
}

static int fail(struct sysinfo_host *host, int status, const char *name, const char *complaint) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    return sysinfo__end(&call, sysinfo__failed(host, status, 0, name != NULL ? name : "NULL", complaint));
}

/* Reads the result that contains the field. Success means that the field is known. */
static int read_field(struct sysinfo_host *host, const struct sysinfo_field *field, const char *name,
                      uint64_t result[SYSINFO_SLOTS]) {
    int status = sysinfo_read(host, field->result, result, SYSINFO_SLOTS * sizeof result[0]);
    if (status != SYSINFO_OK || sysinfo_field_state(field, result) != SYSINFO_FIELD_UNKNOWN) {
        return status;
    }
    return sysinfo_field_source(field) != NULL
               ? fail(host, SYSINFO_UNKNOWN, name, "is not reported by this machine")
               : fail(host, SYSINFO_NOT_SUPPORTED, name, "is not supported on this system");
}

int sysinfo_get(struct sysinfo_host *host, const char *name, double *value) {
    const struct sysinfo_field *field = find_field(name);
    if (field == NULL || value == NULL) {
        return fail(host, SYSINFO_INVALID, name,
                    field == NULL ? "is not a field" : "cannot be stored: the pointer to the value is NULL");
    }
    if (field->type == SYSINFO_TYPE_TEXT) {
        return fail(host, SYSINFO_INVALID, name, "is a text, and not a number: use sysinfo_read()");
    }
    uint64_t result[SYSINFO_SLOTS];
    int status = read_field(host, field, name, result);
    if (status == SYSINFO_OK) {
        *value = sysinfo_field_double(field, result);
    }
    return status;
}

int sysinfo_get_uint64(struct sysinfo_host *host, const char *name, uint64_t *value) {
    const struct sysinfo_field *field = find_field(name);
    if (field == NULL || value == NULL) {
        return fail(host, SYSINFO_INVALID, name,
                    field == NULL ? "is not a field" : "cannot be stored: the pointer to the value is NULL");
    }
    if (field->type != SYSINFO_TYPE_UINT64) {
        return fail(host, SYSINFO_INVALID, name, "is not a whole number: use sysinfo_get()");
    }
    uint64_t result[SYSINFO_SLOTS];
    int status = read_field(host, field, name, result);
    if (status == SYSINFO_OK) {
        *value = sysinfo_field_uint64(field, result);
    }
    return status;
}
