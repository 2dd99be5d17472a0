/* SPDX-License-Identifier: MIT */
/* How a sample is printed: a function for each format, which adds to a text what one write will put out. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "json.h"
#include "options.h"
#include "sample.h"
#include "selection.h"

/* A column of a table: its header is the field's name. */
struct column {
    const char *group, *field; /* No group: that of the row. */
    int width;                 /* At least. */
};
struct table {
    const char *group;
    const struct column *column;
    size_t columns;
    const char *const *row; /* A row for each of these groups; NULL: rows are of results. */
    size_t rows;
};

/* How a table is printed, which its first sample decides. */
enum { MOST_COLUMNS = 16, UNIT_UNDECIDED = 0 };
struct layout {
    size_t columns;              /* That fit; 0: nothing is decided. */
    int label;                   /* Width of a row's name. */
    int width[MOST_COLUMNS];     /* Of each column. */
    uint64_t unit[MOST_COLUMNS]; /* Bytes of the unit; UNIT_UNDECIDED: no value so far. */
    uint64_t largest;            /* Bytes, of the first sample. */
};

/* What is printed, the same for every sample of a run. */
struct view {
    const struct options *options;
    const struct selection *selection;
    const struct table *table; /* Of a table, with its layout. */
    struct layout *layout;
    bool percpu;     /* There are rows: of CPUs, nodes or kinds. */
    bool with_kinds; /* Rows of CPUs say of which kind each is. */
    enum rows rows;
    bool has_interval;  /* CPU percentages are among the fields. */
    bool tells_holders; /* Samples say which level holds a limit. */
};

typedef void print_sample(struct text *text, const struct view *view, const struct sample *sample, bool is_first);

print_sample print_table;  /* A group's table. */
print_sample print_values; /* Fields asked for by name: one line, nothing but values. */
print_sample print_json;   /* One object, one line. */
print_sample print_csv;    /* A line per sample or CPU, a header first. */
print_sample print_kv;     /* name=value, safe for eval. */
print_sample print_prom;   /* Prometheus's text format 0.0.4. */
print_sample print_overview;
print_sample print_heap; /* The process's own heap, in two lines. */

/* CSV's header alone. */
void csv_add_header(struct text *text, const struct view *view);

/* What JSON has of a heap besides figures: its process, and its allocator. */
void heap_add_owner(struct json *json);

/* The table of a group, or NULL. */
const struct table *table_of(const char *group);

/* True if a field belongs to the rows of the CPUs. And its result in a row, or in the sample if there is no row. */
bool is_row_field(const struct view *view, const struct sysinfo_field *field);
const void *result_in(const struct view *view, const struct sample *sample, const struct sample_row *row,
                      const struct sysinfo_field *field);

/* What a row is, "cpu", and what all rows are in JSON, "percpu". */
const char *row_word(const struct view *view);
const char *rows_word(const struct view *view);

/* The kind of the row's CPU, or `unknown`. */
void add_kind(struct text *text, const struct sample *sample, const struct sample_row *row, const char *unknown);

#endif
