/* SPDX-License-Identifier: MIT */
/* `sysinfo heap`: two lines, the first of which says whose heap it is. */
#include <unistd.h>

#include "print.h"
#include "value.h"

void print_heap(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    if (!is_first) {
        text_add(text, "\n");
    }
    text_addf(text, "heap of sysinfo itself, process %ld, allocator %s\n", (long)getpid(),
              sysinfo_heap_allocator(NULL));
    const char *comma = "";
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        const void *result = sample_result(sample, field);
        if (sysinfo_field_state(field, result) != SYSINFO_FIELD_KNOWN) {
            continue;
        }
        text_addf(text, "%s%s ", comma, field->name);
        if (view->options->unit != NULL && field->unit == SYSINFO_UNIT_BYTES) {
            value_add_in_unit(text, field, result, view->options->unit_bytes);
            text_addf(text, " %s", view->options->unit);
        } else {
            value_add_human(text, field, result);
        }
        comma = ", ";
    }
    text_add(text, "\n");
}

void heap_add_owner(struct json *json) {
    json_addf(json, "pid", "%ld", (long)getpid());
    json_add_string(json, "allocator", sysinfo_heap_allocator(NULL));
}
