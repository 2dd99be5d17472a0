/* SPDX-License-Identifier: MIT */
/* `sysinfo blocks`: which calls allocated the live blocks of a snapshot, or the blocks added between two snapshots. */
#include "blocks/blocks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "blocks/leaks.h"
#include "blocks/references.h"
#include "fail.h"
#include "output.h"

enum { ROWS = 30 };

static bool needs_references(const struct options *options) {
    return (options->given & (OPTION_BIT(OPTION_HOLDERS) | OPTION_BIT(OPTION_GRAPH))) != 0;
}

static int add_references(struct text *text, const struct options *options, const struct table *table) {
    int status = 0;
    bool *chosen = NULL;
    if (options->holders != NULL && (chosen = sites_choose(table, options->holders, &status)) == NULL) {
        return status;
    }
    if (options_has(options, OPTION_GRAPH)) {
        const char *end = options->output != NULL ? strrchr(options->output, '.') : NULL;
        graph_add(text, table, chosen, options->depth);
        status = end != NULL && strcmp(end, ".svg") == 0 ? graph_draw(text) : 0;
    } else if (options->format == FORMAT_JSON) {
        holders_add_json(text, table, chosen);
    } else {
        holders_add(text, table, chosen);
    }
    free(chosen);
    return status;
}

/* Adds the table, or the report that an option asks for instead. */
static int add(struct text *text, const struct options *options, struct table *table) {
    table->most = options->top < SIZE_MAX ? (size_t)options->top : SIZE_MAX;
    if (needs_references(options)) {
        return add_references(text, options, table);
    }
    if (options_has(options, OPTION_LEAKS)) {
        struct ignored ignored = {.text = TEXT_INIT};
        int status = ignored_read(&ignored, options->ignore);
        if (status == 0 && options->format == FORMAT_JSON) {
            leaks_add_json(text, table, &ignored);
        } else if (status == 0) {
            (void)leaks_add(text, table, &ignored, "");
        }
        ignored_free(&ignored);
        return status;
    }
    if (options->format == FORMAT_JSON) {
        table_add_json(text, table);
    } else if (options_has(options, OPTION_FOLDED)) {
        table_add_folded(text, table);
    } else {
        table->most = options->top > 0 ? (size_t)options->top : ROWS;
        table_add(text, table);
    }
    return 0;
}

static int print(const struct options *options, const struct chosen *chosen,
                 const struct sysinfo_heap_snapshot *snapshot) {
    struct text text = TEXT_INIT;
    struct table table = {.snapshot = snapshot,
                          .label = chosen->label,
                          .image = chosen->image,
                          .by_generations = options_has(options, OPTION_GENERATIONS)};
    if (sysinfo_heap_snapshot_moment(snapshot, &table.moment, sizeof table.moment, NULL, NULL) != SYSINFO_OK) {
        return trouble("the snapshot cannot be read");
    }
    if (options_has(options, OPTION_LEAKS) && !SYSINFO_HAS(&table.moment, lost_blocks)) {
        return trouble(
            "this snapshot was taken without --leaks; record one with sysinfo run --leaks --heap-record FILE");
    }
    if (needs_references(options) && sysinfo_heap_snapshot_blocks(snapshot) == 0) {
        return trouble("this snapshot has no references: sysinfo run --references --heap-record FILE keeps them");
    }
    table.names = names_open();
    int added = add(&text, options, &table);
    names_close(table.names);
    if (added != 0) {
        text_free(&text);
        return added;
    }
    if (chosen->others > 0) {
        note("note: this is %s (pid %" PRIu64 "); --pid PID chooses one of %zu other process%s", chosen->image,
             chosen->moment.pid, chosen->others, chosen->others == 1 ? "" : "es");
    }
    int status = output_put(options->output, &text);
    text_free(&text);
    return status;
}

static int print_difference(const struct options *options, const struct chosen *before, int64_t pid) {
    struct chosen now = {.snapshot = NULL};
    struct sysinfo_heap_snapshot *difference = NULL;
    int status = choose(&now, options->operand[1], pid);
    if (status == 0 && sysinfo_heap_snapshot_subtract(now.snapshot, before->snapshot, &difference) != SYSINFO_OK) {
        fail_no_memory();
    }
    if (status == 0) {
        status = print(options, &now, difference);
    }
    sysinfo_heap_snapshot_close(difference);
    chosen_free(&now);
    return status;
}

int run_blocks(struct options *options) {
    if (options->operands == 0) {
        return usage("no file; write for example sysinfo blocks job.blocks");
    }
    if (options->operands > 2) {
        return usage("unexpected '%s'; give one snapshot, or two to print their difference", options->operand[2]);
    }
    if (options_has(options, OPTION_FOLDED) && options->format == FORMAT_JSON) {
        return usage("%s and %s exclude each other", options->word[OPTION_FOLDED], options->word[OPTION_JSON]);
    }
    if (options->operands == 2 && needs_references(options)) {
        return usage("%s is of one snapshot; a difference has no references",
                     options->word[options->holders != NULL ? OPTION_HOLDERS : OPTION_GRAPH]);
    }
    struct chosen chosen = {.snapshot = NULL};
    int status = choose(&chosen, options->operand[0], options->pid);
    if (status == 0) {
        status = options->operands == 2 ? print_difference(options, &chosen, (int64_t)chosen.moment.pid)
                                        : print(options, &chosen, chosen.snapshot);
    }
    chosen_free(&chosen);
    return status;
}
