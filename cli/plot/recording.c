/* SPDX-License-Identifier: MIT */
/*
 * Reads recordings of `run` and the output of `sysinfo ... --csv`: comma-separated lines below a header. An incomplete
 * line is skipped; the rest counts.
 */
#include "plot/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "parse.h"
#include "plot/name_index.h"
#include "text.h"
#include "utc.h"
#include "utf8.h"

enum { MOST_COLUMNS = 4096 };

/* The positions of the columns that matter; -1: absent. */
struct columns {
    size_t count;
    int time, elapsed, pid, name, part, peak, mark, heap, kept, mapped, cpu, allocs, heap_peak;
    const char *part_word; /* The unit that `part` numbers: "cpu", "node", "kind". */
    int value, better;     /* `better` replaces `value` if the first sample has it. */
};

struct reader {
    struct recording *recording;
    struct columns columns;
    char *field[MOST_COLUMNS];
    size_t line, broken, first_broken;
    double first, last, moved; /* Seconds: time of the first and last row; offset since time went backwards. */
    size_t went_back;          /* The line where it first did; 0: never. */
    double back_by;
    bool has_header, has_first, is_cut;
    struct name_index labels; /* Of the series. */
    size_t room;              /* Capacity, in series. */
};

static char *copy(const char *string) {
    char *new = malloc(strlen(string) + 1);
    if (new == NULL) {
        fail_no_memory();
    }
    return strcpy(new, string);
}

static void *grow(void *array, size_t count, size_t *room, size_t size) {
    if (count < *room) {
        return array;
    }
    *room = *room == 0 ? 16 : *room * 2;
    array = realloc(array, *room * size);
    if (array == NULL) {
        fail_no_memory();
    }
    return array;
}

/* ---- Text ---- */

/* Splits a line in place. Returns the number of fields; 0: not a line of CSV. */
static size_t split(char *line, char *field[MOST_COLUMNS]) {
    size_t count = 0;
    for (char *from = line, *to = line;; from++) {
        if (count == MOST_COLUMNS) {
            return 0;
        }
        field[count++] = to;
        if (*from == '"') {
            for (from++; *from != '"' || from[1] == '"'; from++) {
                from += *from == '"';
                if (*from == '\0') {
                    return 0;
                }
                *to++ = *from;
            }
            from++;
            if (*from != ',' && *from != '\0') {
                return 0;
            }
        } else {
            while (*from != ',' && *from != '\0') {
                *to++ = *from++;
            }
        }
        bool is_last = *from == '\0';
        *to++ = '\0';
        if (is_last) {
            return count;
        }
    }
}

/* Accepts no negative figures, and none beyond 64 bits. */
static bool parse_number(const char *word, double *number) {
    const char *rest;
    return scan_number(word, number, &rest) && *rest == '\0' && *number < RECORDED_MOST;
}

/* ---- The header ---- */

static int column_named(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->columns.count; i++) {
        if (strcmp(reader->field[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int fail(const struct reader *reader, const char *why) {
    return trouble("%s: %s", reader->recording->path, why);
}

static bool is_about_a_row(const char *name) {
    static const char *const names[] = {"time", "interval", "elapsed_seconds", "pid", "name", "cpu", "node",
                                        "kind", "mark"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int fail_column(const struct reader *reader, const char *column) {
    struct text names = TEXT_INIT;
    for (size_t i = 0; i < reader->columns.count; i++) {
        if (!is_about_a_row(reader->field[i])) {
            text_addf(&names, "%s%s", names.length > 0 ? ", " : "", reader->field[i]);
        }
    }
    int status = trouble("%s: no column '%s'; it has: %s", reader->recording->path, column,
                         names.length > 0 ? names.bytes : "none");
    text_free(&names);
    return status;
}

/* The default column of a recording: the first of these that it has. */
static int column_of_interest(const struct reader *reader) {
    static const char *const names[] = {"rss_bytes",   "mem.used",  "mem.available",
                                        "cpu.percent", "swap.used", "load.min1"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int at = column_named(reader, names[i]);
        if (at >= 0) {
            return at;
        }
    }
    for (size_t i = 0; reader->columns.elapsed < 0 && i < reader->columns.count; i++) {
        if (!is_about_a_row(reader->field[i])) {
            return (int)i;
        }
    }
    return -1;
}

/* The column that numbers the rows within a sample. */
static int column_of_parts(const struct reader *reader, const char **word) {
    static const char *const words[] = {"cpu", "node", "kind"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int column = column_named(reader, words[i]);
        if (column >= 0) {
            *word = words[i];
            return column;
        }
    }
    return -1;
}

static int read_header(struct reader *reader, char *line, const char *column) {
    struct columns *columns = &reader->columns;
    columns->count = split(line, reader->field);
    if (columns->count == 0) {
        return trouble("%s: its first line is not CSV with at most %d columns", reader->recording->path, MOST_COLUMNS);
    }
    columns->time = column_named(reader, "time");
    columns->elapsed = column_named(reader, "elapsed_seconds");
    if (columns->time < 0 && columns->elapsed < 0) {
        return fail(
            reader,
            "not a recording: no 'time' column in the header (sysinfo run --record and --csv write recordings)");
    }
    columns->pid = column_named(reader, "pid");
    columns->name = column_named(reader, "name");
    columns->part = column_of_parts(reader, &columns->part_word);
    columns->peak = column_named(reader, "peak_bytes");
    columns->mark = column_named(reader, "mark");
    columns->cpu = column_named(reader, "cpu_seconds");
    columns->allocs = column_named(reader, "heap_allocs");
    columns->heap_peak = column_named(reader, "heap_peak_bytes");
    columns->value = column == NULL           ? column_of_interest(reader)
                     : is_about_a_row(column) ? -1
                                              : column_named(reader, column);
    reader->recording->has_start = columns->elapsed >= 0;
    if (columns->value < 0) {
        return fail_column(reader, column != NULL ? column : "rss_bytes");
    }
    columns->better = column == NULL ? column_named(reader, "pss_bytes") : -1;
    columns->heap = column == NULL ? column_named(reader, "heap_bytes") : -1;
    columns->kept = column == NULL ? column_named(reader, "heap_kept_bytes") : -1;
    columns->mapped = column == NULL ? column_named(reader, "heap_mapped_bytes") : -1;
    reader->recording->column = copy(reader->field[columns->value]);
    return 0;
}

/* ---- Rows ---- */

static const char *field_at(const struct reader *reader, int column) {
    return column >= 0 ? reader->field[column] : "";
}

static struct series *series_of(struct reader *reader, const char *label) {
    struct recording *recording = reader->recording;
    size_t number, length = strlen(label);
    if (name_index_find(&reader->labels, label, length, &number)) {
        return &recording->series[number];
    }
    recording->series = grow(recording->series, recording->serieses, &reader->room, sizeof *recording->series);
    struct series *series = &recording->series[recording->serieses++];
    *series = (struct series){.label = copy(label)};
    name_index_add(&reader->labels, series->label, length);
    return series;
}

static void append(struct series *series, double time, double value) {
    series->point = grow(series->point, series->points, &series->room, sizeof *series->point);
    series->point[series->points++] = (struct point){time, value};
}

static void add_point(struct reader *reader, double time, double value) {
    char label[256] = "";
    if (*field_at(reader, reader->columns.pid) != '\0') {
        snprintf(label, sizeof label, "%.100s (%.20s)", field_at(reader, reader->columns.name),
                 field_at(reader, reader->columns.pid));
    } else if (*field_at(reader, reader->columns.part) != '\0' &&
               strcmp(field_at(reader, reader->columns.part), "all") != 0) {
        snprintf(label, sizeof label, "%s %.20s", reader->columns.part_word, field_at(reader, reader->columns.part));
        utf8_hide_controls(label); /* The number of a CPU, node or kind: printed as it is. */
    }
    append(series_of(reader, label), time, value);
}

/* The number in a column, or a value below 0 if it is empty. False: it is not a number. */
static bool take_number(const struct reader *reader, int column, double *number) {
    const char *word = field_at(reader, column);
    *number = -1;
    return *word == '\0' || parse_number(word, number);
}

static void add_mark(struct reader *reader, double time, const char *name) {
    struct recording *recording = reader->recording;
    struct recorded_mark *grown = realloc(recording->mark, (recording->marks + 1) * sizeof *grown);
    if (grown == NULL) {
        fail_no_memory();
    }
    recording->mark = grown;
    recording->mark[recording->marks++] = (struct recorded_mark){time, copy(name)};
}

/*
 * Where time goes backwards (two recordings in one file, or a clock that was set), shifts what follows past what came
 * before.
 */
static double in_order(struct reader *reader, double time, bool is_mark) {
    if (!reader->has_first) {
        reader->has_first = true;
        reader->first = reader->columns.elapsed >= 0 ? 0 : time;
        reader->last = time;
    }
    time += reader->moved;
    if (is_mark) { /* Marks are written by another process, and may arrive slightly late. */
        return time;
    }
    if (time < reader->last) {
        if (reader->went_back == 0) {
            reader->went_back = reader->line;
            reader->back_by = reader->last - time;
        }
        reader->moved += reader->last - time;
        time = reader->last;
    }
    reader->last = time;
    return time;
}

/* Reads the heaps of the whole tree. Without the part in use, the part kept for reuse means nothing. */
static bool read_heap(struct reader *reader, double time) {
    double heap, kept, mapped;
    if (*field_at(reader, reader->columns.pid) != '\0') {
        return true;
    }
    if (!take_number(reader, reader->columns.heap, &heap) || !take_number(reader, reader->columns.kept, &kept) ||
        !take_number(reader, reader->columns.mapped, &mapped)) {
        return false;
    }
    if (heap >= 0) {
        append(&reader->recording->heap, time, heap);
    }
    if (heap >= 0 && kept >= 0) {
        append(&reader->recording->kept, time, kept);
    }
    if (heap >= 0 && mapped >= 0) {
        append(&reader->recording->mapped, time, mapped);
    }
    return true;
}

/* Keeps the last value of a figure of the whole tree. */
static void keep_last(const struct reader *reader, int column, double *figure) {
    double value;
    if (*field_at(reader, reader->columns.pid) == '\0' && parse_number(field_at(reader, column), &value)) {
        *figure = value;
    }
}

static bool read_sample(struct reader *reader, double time) {
    struct recording *recording = reader->recording;
    double value;
    recording->end = time > recording->end ? time : recording->end;
    if (reader->columns.peak >= 0 && parse_number(reader->field[reader->columns.peak], &value) &&
        value > recording->peak) {
        recording->peak = value;
    }
    keep_last(reader, reader->columns.cpu, &recording->cpu);
    keep_last(reader, reader->columns.allocs, &recording->allocs);
    keep_last(reader, reader->columns.heap_peak, &recording->heap_peak);
    if (*field_at(reader, reader->columns.better) != '\0') { /* PSS is only there on request: show it. */
        reader->columns.value = reader->columns.better;
        free(recording->column);
        recording->column = copy("pss_bytes");
    }
    reader->columns.better = -1;
    if (!take_number(reader, reader->columns.value, &value) || !read_heap(reader, time)) {
        return false;
    }
    if (value >= 0) {
        add_point(reader, time, value);
    }
    return true;
}

/* Splits a row. A mark's row may be shorter or longer than the header, if a library of another version wrote it. */
static bool split_row(struct reader *reader, char *line) {
    static char nothing[1];
    const struct columns *columns = &reader->columns;
    size_t count = split(line, reader->field);
    bool is_mark = columns->mark >= 0 && count > (size_t)columns->mark && *reader->field[columns->mark] != '\0';
    for (size_t i = count; i < columns->count; i++) {
        reader->field[i] = nothing;
    }
    return count == columns->count || is_mark;
}

/* The first sample defines when the recording began. */
static void read_clock(struct reader *reader, double time, bool is_mark) {
    double clock;
    if (reader->recording->clock < 0 && !is_mark && utc_parse(field_at(reader, reader->columns.time), &clock)) {
        reader->recording->clock = reader->columns.elapsed >= 0 ? clock - time : clock;
    }
}

static bool read_row(struct reader *reader, char *line) {
    const struct columns *columns = &reader->columns;
    double time;
    if (!split_row(reader, line)) {
        return false;
    }
    if (strcmp(field_at(reader, columns->elapsed), "elapsed_seconds") == 0 ||
        strcmp(field_at(reader, columns->time), "time") == 0) {
        return true; /* The header of another recording, appended to the first. */
    }
    bool has_time = columns->elapsed >= 0 ? parse_number(reader->field[columns->elapsed], &time)
                                          : utc_parse(reader->field[columns->time], &time);
    if (!has_time) {
        return false;
    }
    const char *mark = field_at(reader, columns->mark);
    read_clock(reader, time, *mark != '\0');
    time = in_order(reader, time, *mark != '\0') - reader->first;
    if (*mark != '\0') {
        add_mark(reader, time, mark);
        return true;
    }
    return read_sample(reader, time);
}

/* ---- Counters to rates ---- */

#define RATE "_rate"

const struct sysinfo_field *recording_field(const char *column, bool *is_rate) {
    char name[96];
    size_t length = strlen(column);
    const char *dot = strrchr(column, '.');
    *is_rate = false;
    if (dot == NULL || length >= sizeof name) {
        return NULL;
    }
    strcpy(name, column);
    char *inner = name + (dot - column) + 1;
    inner[-1] = '\0';
    const struct sysinfo_field *field = sysinfo_field_find(name, inner);
    size_t end = length - (size_t)(inner - name), suffix = sizeof RATE - 1;
    if (field == NULL && end > suffix && strcmp(inner + end - suffix, RATE) == 0) {
        inner[end - suffix] = '\0';
        field = sysinfo_field_find(name, inner);
        *is_rate = true;
    }
    return field;
}

/* The growth per second between samples. Where a counter ran backwards, it was restarted: no rate. */
static void make_rates_of(struct series *series) {
    size_t kept = 0;
    struct point last = {0, 0};
    for (size_t i = 0; i < series->points; i++) {
        struct point now = series->point[i];
        if (i > 0 && now.value >= last.value && now.time > last.time) {
            series->point[kept++] = (struct point){now.time, (now.value - last.value) / (now.time - last.time)};
        }
        last = now;
    }
    series->points = kept;
}

/* Drops rows that are left without points. */
static void make_rates(struct recording *recording) {
    bool is_rate;
    const struct sysinfo_field *field = recording_field(recording->column, &is_rate);
    if (field == NULL || is_rate || field->kind != SYSINFO_KIND_COUNTER) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < recording->serieses; i++) {
        make_rates_of(&recording->series[i]);
        if (recording->series[i].points > 0) {
            recording->series[kept++] = recording->series[i];
        } else {
            free(recording->series[i].label);
            free(recording->series[i].point);
        }
    }
    recording->serieses = kept;
    struct text name = TEXT_INIT;
    text_addf(&name, "%s" RATE, recording->column);
    free(recording->column);
    recording->column = name.bytes;
}

/* ---- The file ---- */

int recording_read_file(const char *path, struct text *text) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL) {
        return trouble("%s: %s", path, strerror(errno));
    }
    size_t length;
    do {
        text_reserve(text, 65536);
        length = fread(text->bytes + text->length, 1, 65536, file);
        text->length += length;
    } while (length > 0);
    text->bytes[text->length] = '\0';
    int error = ferror(file) ? errno : 0;
    if (file != stdin) {
        fclose(file);
    }
    return error == 0 ? 0 : trouble("%s: %s", path, strerror(error));
}

static void remark(const struct reader *reader) {
    const char *path = reader->recording->path;
    if (reader->broken > 0) {
        note("note: %s: skipped %zu line%s; the first is line %zu", path, reader->broken,
             reader->broken == 1 ? " that is not a row" : "s that are not rows", reader->first_broken);
    }
    if (reader->is_cut) {
        note("note: %s: its last line, %zu, is cut off and was skipped", path, reader->line);
    }
    if (reader->went_back > 0) {
        note("note: %s: time goes back by %.1f s at line %zu; the rows from there on were shifted to the end of the "
             "others",
             path, reader->back_by, reader->went_back);
    }
}

/* Parses "# command: make -j4" and the like, written for people; skips other comments. */
static void read_comment(struct reader *reader, const char *line) {
    static const char command[] = "# command: ", ended[] = "# ended: ";
    struct recording *recording = reader->recording;
    if (recording->command == NULL && strncmp(line, command, sizeof command - 1) == 0) {
        recording->command = copy(line + sizeof command - 1);
    } else if (strncmp(line, ended, sizeof ended - 1) == 0) {
        free(recording->ended);
        recording->ended = copy(line + sizeof ended - 1);
    }
}

static int read_lines(struct reader *reader, char *text, size_t length, const char *column) {
    for (char *line = text, *end; line < text + length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + length - line));
        reader->line++;
        if (end == NULL) { /* Even its last number may be cut off. */
            reader->is_cut = true;
            return reader->line > 1 ? 0 : fail(reader, "its first line is cut off");
        }
        char *stop = end > line && end[-1] == '\r' ? end - 1 : end;
        *stop = '\0';
        bool is_text = strlen(line) == (size_t)(stop - line);
        if (*line == '#') {
            read_comment(reader, line);
        } else if (!reader->has_header) {
            reader->has_header = true;
            int status = read_header(reader, line, column);
            if (status != 0) {
                return status;
            }
        } else if (stop > line && (!is_text || !read_row(reader, line))) {
            reader->first_broken = reader->broken++ == 0 ? reader->line : reader->first_broken;
        }
    }
    return 0;
}

int recording_read_text(struct recording *recording, const char *path, struct text *text, const char *column) {
    *recording = (struct recording){.path = path, .peak = -1, .cpu = -1, .allocs = -1, .heap_peak = -1, .clock = -1};
    struct reader reader;
    memset(&reader, 0, sizeof reader);
    reader.recording = recording;
    int status = text->length == 0 ? fail(&reader, "the file is empty") : 0;
    if (status == 0) {
        status = read_lines(&reader, text->bytes, text->length, column);
    }
    name_index_free(&reader.labels);
    if (status == 0) {
        remark(&reader);
    }
    if (status == 0 && !reader.has_header) {
        status = fail(&reader, "it has no header");
    }
    if (status == 0 && recording->serieses == 0) {
        status = trouble("%s: no samples of '%s'", path, recording->column);
    }
    if (status == 0) {
        make_rates(recording);
    }
    if (status == 0 && recording->serieses == 0) {
        status = trouble("%s: a rate needs two samples of its counter", path);
    }
    return status;
}

int recording_read(struct recording *recording, const char *path, const char *column) {
    struct text text = TEXT_INIT;
    *recording = (struct recording){.path = path};
    int status = recording_read_file(path, &text);
    if (status == 0) {
        status = recording_read_text(recording, path, &text, column);
    }
    text_free(&text);
    return status;
}

void recording_free(struct recording *recording) {
    for (size_t i = 0; i < recording->serieses; i++) {
        free(recording->series[i].label);
        free(recording->series[i].point);
    }
    for (size_t i = 0; i < recording->marks; i++) {
        free(recording->mark[i].name);
    }
    free(recording->heap.point);
    free(recording->kept.point);
    free(recording->mapped.point);
    free(recording->series);
    free(recording->mark);
    free(recording->column);
    free(recording->command);
    free(recording->ended);
    *recording = (struct recording){.path = recording->path};
}

static void shift_series(struct series *series, double seconds) {
    for (size_t i = 0; i < series->points; i++) {
        series->point[i].time += seconds;
    }
}

void recording_shift(struct recording *recording, double seconds) {
    for (size_t i = 0; i < recording->serieses; i++) {
        shift_series(&recording->series[i], seconds);
    }
    shift_series(&recording->heap, seconds);
    shift_series(&recording->kept, seconds);
    shift_series(&recording->mapped, seconds);
    for (size_t i = 0; i < recording->marks; i++) {
        recording->mark[i].time += seconds;
    }
    recording->end += seconds;
    recording->clock -= seconds;
}

/* ---- Comments ---- */

enum { LONGEST_COMMAND = 400 };

static void add_word(struct text *text, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=:,+@%-";
    bool is_plain = *word != '\0' && word[strspn(word, plain)] == '\0', needs_codes = false;
    for (const char *at = word; *at != '\0';) {
        size_t length = utf8_length(at);
        needs_codes = needs_codes || *at == '"' || *at == '\'' || utf8_is_control(at, length);
        at += length > 0 ? length : 1;
    }
    if (is_plain || !needs_codes) {
        text_addf(text, is_plain ? "%s" : "'%s'", word);
        return;
    }
    text_add(text, "$'");
    while (*word != '\0') {
        size_t length = utf8_length(word), size = length > 0 ? length : 1;
        bool is_code = *word == '"' || *word == '\'' || *word == '\\' || utf8_is_control(word, length);
        for (size_t i = 0; i < size; i++) {
            text_addf(text, is_code ? "\\x%02x" : "%c", (unsigned char)word[i]);
        }
        word += size;
    }
    text_add(text, "'");
}

void recording_add_words(struct text *text, const char *const *words) {
    size_t start = text->length;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (text->length - start > LONGEST_COMMAND) {
            text_add(text, " ...");
            return;
        }
        text_add(text, i > 0 ? " " : "");
        add_word(text, words[i]);
    }
}
