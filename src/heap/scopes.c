/* SPDX-License-Identifier: MIT */
/*
 * The table of scopes. A place is found by its line and claimed with one compare-and-swap of a pointer, and each sum is
 * added atomically. There is no lock that a stopped thread or a fork could leave taken.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { MOST_PLACES = 1000000, MOST_PRECISION = 9 };

struct row {
    _Atomic(const struct sysinfo_heap_place *) place; /* NULL: free. */
    atomic_uint_fast64_t present, estimated, occurrences, allocs, frees, failed;
    atomic_int_fast64_t live, increment, peak, rss, rss_increment;
};

struct sysinfo_heap_scopes {
    const struct sysinfo__tracker *tracker; /* Whose memory this is; NULL: that of malloc(). */
    size_t size, capacity;
    atomic_size_t used;     /* Places. */
    struct row *row;        /* The last, after the capacity, is that of the others. */
    atomic_size_t order[1]; /* Rows as they were first added, plus 1; 0: it is just being added. */
};

static const struct sysinfo_heap_place others = {"(others)", "", 0};

/* ---- Opening ---- */

int sysinfo_heap_scopes_open(struct sysinfo_heap_scopes **out, size_t capacity) {
    if (out == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    if (capacity == 0 || capacity > MOST_PLACES) {
        return SYSINFO_INVALID;
    }
    size_t head = sizeof(struct sysinfo_heap_scopes) + capacity * sizeof(atomic_size_t),
           size = head + (capacity + 1) * sizeof(struct row);
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    int saved_errno = errno;
    struct sysinfo_heap_scopes *table = tracker != NULL ? tracker->map(size) : calloc(1, size);
    errno = saved_errno;
    if (table == NULL) {
        return SYSINFO_NO_MEMORY;
    }
    table->tracker = tracker;
    table->size = size;
    table->capacity = capacity;
    table->row = (struct row *)(void *)((char *)table + head);
    atomic_init(&table->row[capacity].place, &others);
    *out = table;
    return SYSINFO_OK;
}

void sysinfo_heap_scopes_close(struct sysinfo_heap_scopes *table) {
    if (table == NULL) {
        return;
    }
    int saved_errno = errno;
    if (table->tracker != NULL) {
        table->tracker->unmap(table, table->size);
    } else {
        free(table);
    }
    errno = saved_errno;
}

/* ---- Adding ---- */

static bool is_same(const struct sysinfo_heap_place *a, const struct sysinfo_heap_place *b) {
    return a == b || (a->line == b->line && strcmp(a->label, b->label) == 0 && strcmp(a->file, b->file) == 0);
}

static struct row *find_row(struct sysinfo_heap_scopes *table, const struct sysinfo_heap_place *place) {
    for (size_t tried = 0, i = place->line % table->capacity; tried < table->capacity;
         tried++, i = i + 1 < table->capacity ? i + 1 : 0) {
        struct row *row = &table->row[i];
        const struct sysinfo_heap_place *there = atomic_load_explicit(&row->place, memory_order_acquire);
        if (there == NULL && atomic_compare_exchange_strong(&row->place, &there, place)) {
            atomic_store_explicit(&table->order[atomic_fetch_add(&table->used, 1)], i + 1, memory_order_release);
            return row;
        }
        if (is_same(there, place)) {
            return row;
        }
    }
    return &table->row[table->capacity];
}

static void add(atomic_uint_fast64_t *sum, uint64_t more) {
    if (more != 0) {
        atomic_fetch_add_explicit(sum, more, memory_order_relaxed);
    }
}

static void set_bits(atomic_uint_fast64_t *mask, uint64_t bits) {
    if ((atomic_load_explicit(mask, memory_order_relaxed) & bits) != bits) {
        atomic_fetch_or_explicit(mask, bits, memory_order_relaxed);
    }
}

/* A bit of a scope as that of the same figure in a row. */
static uint64_t row_bits(uint64_t bits) {
    static const struct {
        size_t scope, row;
    } same[] = {
#define SAME(field) {offsetof(struct sysinfo_heap_scope, field) / 8, offsetof(struct sysinfo_heap_row, field) / 8}
        SAME(allocs),    SAME(frees), SAME(failed), SAME(live),
        SAME(increment), SAME(peak),  SAME(rss),    SAME(rss_increment),
#undef SAME
    };
    uint64_t result = 0;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        result |= (bits >> same[i].scope & 1) << same[i].row;
    }
    return result;
}

void sysinfo__scopes_add(struct sysinfo_heap_scopes *table, const struct sysinfo_heap_place *place,
                         const struct sysinfo_heap_scope *scope, int64_t rss, int64_t rss_increment) {
    bool is_whole = place != NULL && place->label != NULL && place->file != NULL;
    struct row *row = is_whole ? find_row(table, place) : &table->row[table->capacity];
    add(&row->occurrences, 1);
    add(&row->allocs, scope->allocs);
    add(&row->frees, scope->frees);
    add(&row->failed, scope->failed);
    if (scope->increment != 0) {
        atomic_fetch_add_explicit(&row->increment, scope->increment, memory_order_relaxed);
    }
    atomic_store_explicit(&row->live, scope->live, memory_order_relaxed);
    int_fast64_t peak = atomic_load_explicit(&row->peak, memory_order_relaxed);
    while (scope->peak > peak && !atomic_compare_exchange_weak_explicit(&row->peak, &peak, scope->peak,
                                                                        memory_order_relaxed, memory_order_relaxed)) {
    }
    if ((scope->present & SYSINFO_BIT(struct sysinfo_heap_scope, rss)) != 0) {
        atomic_store_explicit(&row->rss, rss, memory_order_relaxed);
        atomic_fetch_add_explicit(&row->rss_increment, rss_increment, memory_order_relaxed);
    }
    set_bits(&row->present, row_bits(scope->present));
    set_bits(&row->estimated, row_bits(scope->estimated));
}

/* ---- Reading ---- */

static bool has_others(const struct sysinfo_heap_scopes *table) {
    return atomic_load(&table->row[table->capacity].occurrences) != 0;
}

size_t sysinfo_heap_scopes_count(const struct sysinfo_heap_scopes *table) {
    return table == NULL ? 0 : atomic_load(&table->used) + has_others(table);
}

/* SYSINFO_NOT_YET: another thread is adding it. */
static int find_at(const struct sysinfo_heap_scopes *table, size_t index, const struct row **row) {
    size_t used = table == NULL ? 0 : atomic_load(&table->used);
    if (index < used) {
        size_t place = atomic_load(&table->order[index]);
        *row = &table->row[place - 1];
        return place != 0 ? SYSINFO_OK : SYSINFO_NOT_YET;
    }
    if (table == NULL || index > used || !has_others(table)) {
        return SYSINFO_INVALID;
    }
    *row = &table->row[table->capacity];
    return SYSINFO_OK;
}

static void read_row(const struct row *row, struct sysinfo_heap_row *out) {
    memset(out, 0, sizeof *out);
    out->present = atomic_load(&row->present);
    out->estimated = atomic_load(&row->estimated);
    out->allocs = atomic_load(&row->allocs);
    out->frees = atomic_load(&row->frees);
    out->failed = atomic_load(&row->failed);
    out->live = atomic_load(&row->live);
    out->increment = atomic_load(&row->increment);
    out->peak = atomic_load(&row->peak);
    out->rss = atomic_load(&row->rss);
    out->rss_increment = atomic_load(&row->rss_increment);
    FACT(out, occurrences, atomic_load(&row->occurrences));
    FACT(out, line, atomic_load(&row->place)->line);
}

int sysinfo_heap_scopes_row(const struct sysinfo_heap_scopes *table, size_t index, struct sysinfo_heap_row *row,
                            size_t size, const char **label, const char **file) {
    if (!sysinfo__is_result(row, size)) {
        return SYSINFO_INVALID;
    }
    const struct row *found;
    int status = find_at(table, index, &found);
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo_heap_row whole;
    read_row(found, &whole);
    sysinfo__give(row, size, &whole, sizeof whole);
    const struct sysinfo_heap_place *place = atomic_load(&found->place);
    if (label != NULL) {
        *label = place->label;
    }
    if (file != NULL) {
        *file = place->file;
    }
    return SYSINFO_OK;
}

/* ---- Printing ---- */

/* A text that grows in a buffer, or is only measured. */
struct text {
    char *bytes;
    size_t size, length;
};

static void put(struct text *text, const char *more) {
    size_t length = strlen(more);
    if (text->bytes != NULL && length >= text->size - text->length) {
        return;
    }
    if (text->bytes != NULL) {
        memcpy(text->bytes + text->length, more, length + 1);
    }
    text->length += length;
}

/* Right-aligned. */
static void put_column(struct text *text, const char *more, size_t width) {
    for (size_t length = strlen(more); length < width; length++) {
        put(text, " ");
    }
    put(text, more);
}

/* Without floating point, whose point is a comma in some locales. */
static void put_size(struct text *text, bool is_known, int64_t bytes, const char *plus, uint32_t precision) {
    char number[64] = "-";
    if (is_known) {
        uint64_t size = bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes, scale = 1;
        for (uint32_t i = 0; i < precision; i++) {
            scale *= 10;
        }
        uint64_t whole = size >> 20, part = ((size & 0xFFFFF) * scale + 0x80000) >> 20;
        if (part == scale) {
            whole++;
            part = 0;
        }
        const char *sign = bytes < 0 && (whole != 0 || part != 0) ? "-" : plus;
        if (precision == 0) {
            snprintf(number, sizeof number, "%s%" PRIu64 " MiB", sign, whole);
        } else {
            snprintf(number, sizeof number, "%s%" PRIu64 ".%0*" PRIu64 " MiB", sign, whole, (int)precision, part);
        }
    }
    put_column(text, number, 14 + precision);
}

static void put_count(struct text *text, bool is_known, uint64_t count) {
    char number[24] = "-";
    if (is_known) {
        snprintf(number, sizeof number, "%" PRIu64, count);
    }
    put_column(text, number, 13);
}

static void put_row(struct text *text, const struct row *found, uint32_t precision, bool has_rss) {
    struct sysinfo_heap_row row;
    read_row(found, &row);
    const struct sysinfo_heap_place *place = atomic_load(&found->place);
    put_size(text, SYSINFO_HAS(&row, live), row.live, "", precision);
    put_size(text, SYSINFO_HAS(&row, increment), row.increment, row.increment > 0 ? "+" : "", precision);
    put_size(text, SYSINFO_HAS(&row, peak), row.peak, "", precision);
    if (has_rss) {
        put_size(text, SYSINFO_HAS(&row, rss), row.rss, "", precision);
        put_size(text, SYSINFO_HAS(&row, rss_increment), row.rss_increment, row.rss_increment > 0 ? "+" : "",
                 precision);
    }
    put_count(text, true, row.occurrences);
    put_count(text, SYSINFO_HAS(&row, allocs), row.allocs);
    put_count(text, SYSINFO_HAS(&row, frees), row.frees);
    put(text, "  ");
    put(text, place->label);
    if (place->line != 0) {
        char line[24];
        snprintf(line, sizeof line, ":%" PRIu32, place->line);
        put(text, "  ");
        put(text, place->file);
        put(text, line);
    }
    put(text, row.estimated != 0 ? " ~\n" : "\n");
}

/* Whether a row has resident memory: else there are no columns for it. */
static bool has_rss(const struct sysinfo_heap_scopes *table) {
    bool has_any = false;
    for (size_t i = 0, count = sysinfo_heap_scopes_count(table); i < count; i++) {
        const struct row *row;
        has_any = has_any || (find_at(table, i, &row) == SYSINFO_OK &&
                              (atomic_load(&row->present) & SYSINFO_BIT(struct sysinfo_heap_row, rss)) != 0);
    }
    return has_any;
}

static void compose(const struct sysinfo_heap_scopes *table, uint32_t precision, struct text *text) {
    static const char *const sizes[] = {"Mem usage", "Increment", "Peak within", "RSS", "RSS incr."},
                             *const counts[] = {"Occurrences", "Allocs", "Frees"};
    uint64_t estimated = 0;
    bool with_rss = has_rss(table);
    for (size_t i = 0; i < (with_rss ? 5 : 3); i++) {
        put_column(text, sizes[i], 14 + precision);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        put_column(text, counts[i], 13);
    }
    put(text, "  Scope\n");
    for (size_t i = 0, count = sysinfo_heap_scopes_count(table); i < count; i++) {
        const struct row *row;
        if (find_at(table, i, &row) == SYSINFO_OK) {
            put_row(text, row, precision, with_rss);
            estimated |= atomic_load(&row->estimated);
        }
    }
    if ((estimated & ~SYSINFO_BIT(struct sysinfo_heap_row, peak)) != 0) {
        put(text, "~ of the whole process, not of one thread: the tracker (libsysinfo_heap) is not there\n");
    } else if (estimated != 0) {
        put(text, "~ the peak within may have been higher: an inner scope was not left (longjmp(), an exception)\n");
    }
}

/*
 * The text is in memory that is not of the heap where there is a tracker. More rows may come while
 * it is composed, and are left out.
 */
int sysinfo_heap_scopes_print(const struct sysinfo_heap_scopes *table, FILE *stream, uint32_t precision) {
    if (table == NULL || stream == NULL) {
        return SYSINFO_INVALID;
    }
    precision = precision < MOST_PRECISION ? precision : MOST_PRECISION;
    struct text text = {NULL, 0, 0};
    compose(table, precision, &text);
    text.size = text.length + 4096;
    text.length = 0;
    text.bytes = table->tracker != NULL ? table->tracker->map(text.size) : malloc(text.size);
    if (text.bytes == NULL) {
        return SYSINFO_NO_MEMORY;
    }
    text.bytes[0] = '\0';
    compose(table, precision, &text);
    size_t length = strlen(text.bytes);
    int status = fwrite(text.bytes, 1, length, stream) == length ? SYSINFO_OK : SYSINFO_SYSTEM;
    if (table->tracker != NULL) {
        table->tracker->unmap(text.bytes, text.size);
    } else {
        free(text.bytes);
    }
    return status;
}
