/* SPDX-License-Identifier: MIT */
/* Every write appends whole lines at once, as does sysinfo_mark() in other processes, so their lines never mix. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/mark.h>

#include "fail.h"
#include "platform.h"
#include "plot/recorder_file.h"
#include "plot/recording.h"
#include "utc.h"

struct recorder {
    struct recorder_file *file;
    double start;
    int64_t wall;
    struct text rows, environment;
    bool has_failed;
};

struct recorder *recorder_open(const char *path, const char **environment) {
    static const char header[] = SYSINFO_RECORDING_HEADER;
    const size_t common = (size_t)(strstr(header, ",mark") - header); /* Every version has these columns. */
    char *location = NULL;
    struct recorder_file *file = recorder_file_open(path, header, common, &location);
    if (file == NULL) {
        return NULL;
    }
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        fail_no_memory();
    }
    recorder->file = file;
    recorder->start = platform_clock();
    recorder->wall = platform_wall_clock();
    if (location != NULL) { /* Marks find the recording by this path. */
        text_addf(&recorder->environment, "%" PRId64 ":%" PRId64 ":%s", (int64_t)(recorder->start * 1000),
                  recorder->wall, location);
        free(location);
    }
    text_addf(&recorder->rows, "%s\n", header);
    if (!recorder_flush(recorder)) {
        recorder_close(recorder);
        return NULL;
    }
    *environment = recorder->environment.bytes;
    return recorder;
}

double recorder_start(const struct recorder *recorder) {
    return recorder->start;
}

static void add_number(struct text *text, const char *format, double number) {
    if (number >= 0) {
        text_addf(text, format, number);
    }
    text_add(text, ",");
}

/* After the mark's column, which is empty. */
static void add_heap(struct text *text, const struct recorded_heap *heap) {
    const double figures[] = {heap->processes, heap->bytes,  heap->kept,  heap->peak,
                              heap->blocks,    heap->allocs, heap->frees, heap->mapped};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        text_add(text, ",");
        if (figures[i] >= 0) {
            text_addf(text, "%.0f", figures[i]);
        }
    }
}

void recorder_add(struct recorder *recorder, const struct recorded *row) {
    struct text *text = &recorder->rows;
    utc_add_iso(text, recorder->wall + (int64_t)(row->elapsed * 1000));
    text_addf(text, ",%.3f,", row->elapsed);
    add_number(text, "%.0f", row->pid > 0 ? (double)row->pid : -1);
    text_add_csv(text, row->name);
    text_add(text, ",");
    add_number(text, "%.0f", (double)row->processes);
    add_number(text, "%.0f", row->rss);
    add_number(text, "%.0f", row->pss);
    add_number(text, "%.0f", row->peak);
    add_number(text, "%.2f", row->cpu_seconds);
    add_number(text, "%.2f", row->cpu_percent);
    static const struct recorded_heap unknown = {-1, -1, -1, -1, -1, -1, -1, -1};
    add_heap(text, row->heap != NULL ? row->heap : &unknown);
    text_add(text, "\n");
}

void recorder_add_comment(struct recorder *recorder, const char *key, const char *text) {
    text_addf(&recorder->rows, "# %s: %s\n", key, text);
}

bool recorder_flush(struct recorder *recorder) {
    bool is_good = recorder->has_failed || recorder->rows.length == 0 ||
                   recorder_file_write(recorder->file, recorder->rows.bytes, recorder->rows.length);
    recorder->has_failed = recorder->has_failed || !is_good;
    text_clear(&recorder->rows);
    return is_good;
}

void recorder_close(struct recorder *recorder) {
    if (recorder != NULL) {
        recorder_file_close(recorder->file);
        text_free(&recorder->rows);
        text_free(&recorder->environment);
        free(recorder);
    }
}
