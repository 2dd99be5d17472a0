/* SPDX-License-Identifier: MIT */
/* What `run --heap` says of heaps. */
#include <inttypes.h>

#include "run/report.h"
#include "value.h"

/* ---- For people ---- */

static void add_count(struct text *text, uint64_t count, const char *one, const char *many) {
    text_addf(text, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static void add_calls(struct text *text, uint64_t allocs, uint64_t frees, uint64_t failed) {
    add_count(text, allocs, "allocation", "allocations");
    text_add(text, ", ");
    add_count(text, frees, "free", "frees");
    if (failed > 0) {
        text_addf(text, ", %" PRIu64 " failed", failed);
    }
}

static void add_blocks(struct text *text, uint64_t bytes, uint64_t blocks) {
    bytes_add_human(text, bytes);
    text_add(text, " in ");
    add_count(text, blocks, "block", "blocks");
}

static void add_kept(struct text *text, uint64_t bytes) {
    text_add(text, bytes > 0 ? "; malloc kept back up to " : "; malloc kept nothing back");
    if (bytes > 0) {
        bytes_add_human(text, bytes);
    }
    text_add(text, " (estimated)");
}

static void add_largest(struct text *text, const struct heap_program *program) {
    text_add(text, "sysinfo: heap of the largest process (");
    text_add_plain(text, program->name);
    text_addf(text, ", pid %" PRId64 "): peak ", program->pid);
    bytes_add_human(text, program->peak);
    text_add(text, " in use; ");
    add_calls(text, program->allocs, program->frees, program->failed);
    text_add(text, "\nsysinfo:   still in use ");
    text_add(text, program->state == PROGRAM_RUNS    ? "now"
                   : program->state == PROGRAM_ENDED ? "at its exit"
                                                     : "when it was killed, or left by _exit() or exec");
    text_add(text, ": ");
    add_blocks(text, program->in_use, program->blocks);
    if (program->has_kept) {
        add_kept(text, program->kept_peak);
    }
    text_add(text, "\n");
}

static void add_tree(struct text *text, const struct heap_totals *totals) {
    text_add(text, "sysinfo: heap of the whole tree: peak ");
    bytes_add_human(text, totals->peak);
    text_add(text, " in use; ");
    add_calls(text, totals->allocs, totals->frees, totals->failed);
    text_addf(text, " in %zu processes\n", totals->programs);
    if (totals->ended > 0) {
        text_add(text, "sysinfo:   still in use at the exit of ");
        text_addf(text, totals->ended == totals->programs ? "all of them" : "%zu of them", totals->ended);
        text_add(text, ": ");
        add_blocks(text, totals->left, totals->left_blocks);
        if (totals->has_kept) {
            add_kept(text, totals->kept_peak);
        }
        text_add(text, "\n");
    }
}

static void add_gaps(struct text *text, const struct heap_totals *totals) {
    const char *before = "sysinfo: heap not counted: ";
    for (int gap = HEAP_GAP_NONE + 1; gap < HEAP_GAPS; gap++) {
        if (totals->gaps[gap] > 0) {
            text_addf(text, "%s%zu %s", before, totals->gaps[gap],
                      heap_gap_words((enum heap_gap)gap, totals->gaps[gap]));
            if (gap == HEAP_GAP_ALLOCATOR && totals->owner[0] != '\0') {
                text_add(text, " (");
                text_add_plain(text, totals->owner);
                text_add(text, ")");
            }
            before = ", ";
        }
    }
    if (*before == ',') {
        text_add(text, "\n");
    } else if (totals->programs == 0) {
        text_add(text, "sysinfo: heap not counted, and no process was seen that tells why: it ended too soon\n");
    }
}

void report_add_heaps_text(struct text *text, const struct heap_totals *totals) {
    if (totals->largests > 0) {
        add_largest(text, &totals->largest[0]);
    }
    if (totals->programs > 1) {
        add_tree(text, totals);
    }
    add_gaps(text, totals);
}

/* ---- For programs ---- */

static void add_number(struct text *text, const char *key, uint64_t number, bool is_known) {
    if (is_known) {
        text_addf(text, ",\"%s\":%" PRIu64, key, number);
    } else {
        text_addf(text, ",\"%s\":null", key);
    }
}

static void add_program(struct text *text, const struct heap_program *program) {
    static const char *const states[] = {
        [PROGRAM_RUNS] = "running", [PROGRAM_ENDED] = "exited", [PROGRAM_GONE] = "gone"};
    text_addf(text, "{\"pid\":%" PRId64 ",\"name\":", program->pid);
    text_add_json(text, program->name);
    text_add(text, ",\"image\":");
    text_add_json(text, program->image);
    text_addf(text, ",\"forked\":%s,\"state\":\"%s\"", program->is_fork ? "true" : "false", states[program->state]);
    add_number(text, "allocs", program->allocs, true);
    add_number(text, "frees", program->frees, true);
    add_number(text, "failed", program->failed, true);
    add_number(text, "peak", program->peak, true);
    add_number(text, "in_use", program->in_use, true);
    add_number(text, "blocks", program->blocks, true);
    add_number(text, "kept", program->kept, program->has_kept);
    add_number(text, "kept_peak", program->kept_peak, program->has_kept);
    text_add(text, "}");
}

void report_add_heaps_json(struct text *text, const struct heap_totals *totals) {
    bool is_counted = totals->programs > 0;
    text_addf(text, "{\"processes\":%zu", totals->programs);
    add_number(text, "allocs", totals->allocs, is_counted);
    add_number(text, "frees", totals->frees, is_counted);
    add_number(text, "failed", totals->failed, is_counted);
    add_number(text, "peak_tree", totals->peak, is_counted);
    add_number(text, "kept_peak_tree", totals->kept_peak, totals->has_kept);
    add_number(text, "exited", totals->ended, true);
    add_number(text, "in_use_at_exit", totals->left, totals->ended > 0);
    add_number(text, "blocks_at_exit", totals->left_blocks, totals->ended > 0);
    text_add(text, ",\"not_counted\":{");
    for (int gap = HEAP_GAP_NONE + 1; gap < HEAP_GAPS; gap++) {
        text_addf(text, "%s\"%s\":%zu", gap > HEAP_GAP_NONE + 1 ? "," : "", heap_gap_key((enum heap_gap)gap),
                  totals->gaps[gap]);
    }
    text_add(text, "},\"own_allocator\":");
    text_add_json(text, totals->owner[0] != '\0' ? totals->owner : NULL);
    text_add(text, ",\"largest\":[");
    for (size_t i = 0; i < totals->largests; i++) {
        text_add(text, i > 0 ? "," : "");
        add_program(text, &totals->largest[i]);
    }
    text_add(text, "]}");
}
