/* SPDX-License-Identifier: MIT */
/*
 * What a backend calls: the host's state and root, failures, and growing rows. This file calls nothing of the layers
 * above.
 */
#include <sysinfo/host.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

SYSINFO__HOT struct sysinfo__state *sysinfo__state(struct sysinfo_host *host) {
    return &host->state;
}

SYSINFO__HOT const char *sysinfo__root(const struct sysinfo_host *host) {
    return host->root;
}

SYSINFO__HOT uint64_t sysinfo__call_number(const struct sysinfo_host *host) {
    return host->calls;
}

bool sysinfo__is_one_off(const struct sysinfo_host *host) {
    return host->is_one_off;
}

/* ---- Failures ---- */

int sysinfo__failed(struct sysinfo_host *host, int status, int64_t system_error, const char *source,
                    const char *complaint) {
    host->status = status;
    host->system_error = system_error;
    host->complaint = complaint;
    size_t length = strlen(source), most = sizeof host->source - 1;
    length = length < most ? length : most;
    memcpy(host->source, source, length);
    host->source[length] = '\0';
    return status;
}

int sysinfo__no_memory(struct sysinfo_host *host, const char *source) {
    return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, source, "needs more memory than is left");
}

int sysinfo__not_supported(struct sysinfo_host *host, const char *what) {
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, what, "is not supported on this system");
}

int sysinfo__invalid(struct sysinfo_host *host, const char *complaint) {
    return sysinfo__failed(host, SYSINFO_INVALID, 0, "", complaint);
}

int64_t sysinfo_system_error(const struct sysinfo_host *host) {
    return host == NULL ? 0 : host->system_error;
}

/* ---- Texts ---- */

bool sysinfo__put_text(char *out, size_t size, const char *bytes, size_t length) {
    size_t put = 0;
    bool has_gap = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte <= ' ' || byte == 127) {
            has_gap = put > 0;
            continue;
        }
        if (put + has_gap + 1 >= size) {
            /* No half character. After a blank, such a byte is part of none. */
            for (int at = 0; !has_gap && at < 3 && put > 1 && (bytes[i] & 0xC0) == 0x80; at++) {
                put--;
                i--;
            }
            put -= put > 0 && out[put - 1] == ' ';
            break;
        }
        if (has_gap) {
            out[put++] = ' ';
            has_gap = false;
        }
        out[put++] = (char)byte;
    }
    memset(out + put, 0, size - put);
    return put > 0;
}

/* ---- Rows ---- */

bool sysinfo__text_reserve(char **text, size_t *size, size_t length) {
    if (length < *size) {
        return true;
    }
    char *larger = realloc(*text, length + 1);
    if (larger == NULL) {
        return false;
    }
    *text = larger;
    *size = length + 1;
    return true;
}

bool sysinfo__numa_rows_reserve(struct sysinfo__numa_rows *rows, size_t count) {
    if (count <= rows->capacity) {
        return true;
    }
    struct sysinfo__numa_row *row = realloc(rows->row, count * sizeof *row);
    if (row == NULL) {
        return false;
    }
    memset(row + rows->capacity, 0, (count - rows->capacity) * sizeof *row);
    rows->row = row;
    rows->capacity = count;
    return true;
}

struct sysinfo__numa_row *sysinfo__numa_rows_add(struct sysinfo__numa_rows *rows, uint64_t number) {
    if (rows->count == rows->capacity &&
        !sysinfo__numa_rows_reserve(rows, rows->capacity == 0 ? 8 : rows->capacity * 2)) {
        return NULL;
    }
    struct sysinfo__numa_row *row = &rows->row[rows->count++];
    row->node = (struct sysinfo_numa_node){0};
    FACT(&row->node, number, number);
    if (row->cpus != NULL) {
        row->cpus[0] = '\0';
    }
    return row;
}

bool sysinfo__numa_row_reserve(struct sysinfo__numa_row *row, size_t length) {
    return sysinfo__text_reserve(&row->cpus, &row->cpus_size, length);
}

void sysinfo__numa_rows_free(struct sysinfo__numa_rows *rows) {
    for (size_t i = 0; i < rows->capacity; i++) {
        free(rows->row[i].cpus);
    }
    free(rows->row);
}

struct sysinfo__limit_row *sysinfo__limit_rows_add(struct sysinfo__limit_rows *rows, uint32_t kind, const char *name,
                                                   size_t length) {
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 8 : rows->capacity * 2;
        struct sysinfo__limit_row *larger = realloc(rows->row, capacity * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        memset(larger + rows->capacity, 0, (capacity - rows->capacity) * sizeof *larger);
        rows->row = larger;
        rows->capacity = capacity;
    }
    struct sysinfo__limit_row *row = &rows->row[rows->count];
    if (!sysinfo__text_reserve(&row->name, &row->name_size, length)) {
        return NULL;
    }
    memcpy(row->name, name, length);
    row->name[length] = '\0';
    row->level = (struct sysinfo_limit_level){.present = 0};
    FACT(&row->level, kind, kind);
    rows->count++;
    return row;
}

void sysinfo__limit_rows_free(struct sysinfo__limit_rows *rows) {
    for (size_t i = 0; i < rows->capacity; i++) {
        free(rows->row[i].name);
    }
    free(rows->row);
}
