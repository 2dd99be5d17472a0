/* SPDX-License-Identifier: MIT */
/* `sysinfo heap`: two lines of text, the first of which identifies the heap's owner. */
#include <string.h>
#include <unistd.h>

#include "print.h"
#include "value.h"

enum { LINE_WIDTH = 80 };

void print_heap(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    if (!is_first) {
        text_add(text, "\n");
    }
    text_addf(text, "heap of sysinfo itself, process %ld, allocator %s\n", (long)getpid(),
              sysinfo_heap_allocator(NULL));
    size_t start = text->length;
    struct text cell = TEXT_INIT;
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        const void *result = sample_result(sample, field);
        if (sysinfo_field_state(field, result) != SYSINFO_FIELD_KNOWN) {
            continue;
        }
        text_clear(&cell);
        text_addf(&cell, "%s ", field->name);
        if (view->options->unit != NULL && field->unit == SYSINFO_UNIT_BYTES) {
            value_add_in_unit(&cell, field, result, view->options->unit_bytes);
            text_addf(&cell, " %s", view->options->unit);
        } else {
            value_add_human(&cell, field, result);
        }
        bool has_room = text->length - start + cell.length + strlen(", ,") <= LINE_WIDTH;
        text_add(text, text->length == start ? "" : has_room ? ", " : ",\n");
        start = text->length == start || has_room ? start : text->length;
        text_add(text, cell.bytes);
    }
    text_free(&cell);
    text_add(text, "\n");
}

void heap_add_owner(struct json *json) {
    json_addf(json, "pid", "%ld", (long)getpid());
    json_add_string(json, "allocator", sysinfo_heap_allocator(NULL));
}
