/* SPDX-License-Identifier: MIT */
/* How a sample is printed: each format has a function that adds to a text, which is then written at once. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "json.h"
#include "options.h"
#include "sample.h"
#include "selection.h"

/* A column of a table. Its header is the field's name. */
struct column {
    char group[12], field[20]; /* No group: that of the row. */
    int width;                 /* The minimum width. */
};
struct table {
    const char *group;
    const struct column *column;
    size_t columns;
    const char *const *row; /* A row for each of these groups; NULL: rows come from results. */
    size_t rows;
};

/* The layout of a table, decided by its first sample. */
enum { MOST_COLUMNS = 16, UNIT_UNDECIDED = 0 };
struct layout {
    size_t columns;              /* Those that fit; 0: not decided yet. */
    int label;                   /* Width of the row names. */
    int width[MOST_COLUMNS];     /* Of each column. */
    uint64_t unit[MOST_COLUMNS]; /* Bytes in the unit; UNIT_UNDECIDED: no value so far. */
    uint64_t largest;            /* Bytes; the largest value of the first sample. */
};

/* What is printed; the same for every sample of a run. */
struct view {
    const struct options *options;
    const struct selection *selection;
    const struct table *table; /* The table and its layout. */
    struct layout *layout;
    bool percpu;     /* There are rows for CPUs, nodes or kinds. */
    bool with_kinds; /* Rows of CPUs show each one's kind. */
    enum rows rows;
    bool has_interval; /* The fields include CPU percentages. */
    bool names_levels; /* Samples name the level that holds a limit. */
};

typedef void print_sample(struct text *text, const struct view *view, const struct sample *sample, bool is_first);

print_sample print_table;  /* A group's table. */
print_sample print_values; /* Named fields: one line of values only. */
print_sample print_json;   /* One object, one line. */
print_sample print_csv;    /* A line per sample or CPU, a header first. */
print_sample print_kv;     /* name=value, safe for eval. */
print_sample print_prom;   /* Prometheus's text format 0.0.4. */
print_sample print_overview;
print_sample print_heap; /* The process's own heap, in two lines. */

/* Adds only the header of a CSV. */
void csv_add_header(struct text *text, const struct view *view);

/* Adds the JSON members of a heap that are not figures: its process and its allocator. */
void heap_add_owner(struct json *json);

/* The table of a group, or NULL. */
const struct table *table_of(const char *group);

/*
 * True if a field belongs to the rows of CPUs; and the result that holds it, in a row or, if `row` is NULL, in the
 * sample.
 */
bool is_row_field(const struct view *view, const struct sysinfo_field *field);
const void *result_in(const struct view *view, const struct sample *sample, const struct sample_row *row,
                      const struct sysinfo_field *field);

/* A row's word, "cpu", and the JSON key of all rows, "percpu". */
const char *row_word(const struct view *view);
const char *rows_word(const struct view *view);

/* Adds the kind of the row's CPU, or `unknown`. */
void add_kind(struct text *text, const struct sample *sample, const struct sample_row *row, const char *unknown);

#endif
