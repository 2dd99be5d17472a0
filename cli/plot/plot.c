/* SPDX-License-Identifier: MIT */
/* `sysinfo plot`: reads recordings, and prints or writes the chart. */
#include "plot/plot.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "output.h"
#include "platform.h"

enum { MOST_FILES = 64, DEFAULT_WIDTH = 80 };

static bool ends_with(const char *path, const char *ending) {
    size_t length = path == NULL ? 0 : strlen(path), of_ending = strlen(ending);
    return length > of_ending && strcmp(path + length - of_ending, ending) == 0;
}

static bool names_svg(const char *path) {
    return ends_with(path, ".svg");
}

/* Refuses image formats that cannot be written: the file would not match its ending. */
static bool names_other_picture(const char *path) {
    static const char *const endings[] = {".png",  ".PNG", ".jpg", ".jpeg", ".gif",
                                          ".webp", ".pdf", ".eps", ".ps",   ".html"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(path, endings[i])) {
            return true;
        }
    }
    return false;
}

static void add_chart(struct text *text, const struct plot *plot, const struct options *options, bool is_svg,
                      bool is_ascii) {
    if (is_svg) {
        (plot->kind == PLOT_HEAT ? heat_add_svg : plot_add_svg)(text, plot);
        return;
    }
    size_t terminal = options->output == NULL ? platform_terminal_width(1) : 0;
    size_t width = options->width > 0 ? (size_t)options->width : terminal > 0 ? terminal : DEFAULT_WIDTH;
    (plot->kind == PLOT_HEAT ? heat_add_text : plot_add_text)(text, plot, width, is_ascii);
}

static int print(const struct plot *plot, const struct options *options) {
    struct text text = TEXT_INIT, summary = TEXT_INIT;
    bool is_svg = options_has(options, OPTION_SVG) || names_svg(options->output),
         is_ascii = options_has(options, OPTION_ASCII), is_json = options->format == FORMAT_JSON;
    if (is_json) {
        summary_add_json(&text, plot);
    } else {
        add_chart(&text, plot, options, is_svg, is_ascii);
    }
    summary_add(&summary, plot, is_ascii ? "^2" : "\xC2\xB2");
    if (!is_json && !is_svg) {
        text_add(&text, summary.bytes);
    }
    int status = output_put(options->output, &text);
    if (status == 0 && is_svg && options->output != NULL) {
        const char *error = platform_write(1, summary.bytes, summary.length);
        status = error == NULL ? 0 : trouble_writing(error);
    }
    text_free(&text);
    text_free(&summary);
    return status;
}

/* ---- The command ---- */

static int check(const struct options *options) {
    if (options->operands == 0) {
        return usage("no recording; write for example sysinfo plot run.csv");
    }
    if (options->operands > MOST_FILES) {
        return usage("%zu recordings are too many for one chart; at most %d", options->operands, MOST_FILES);
    }
    const struct moment *from = &options->from, *to = &options->to;
    if (from->is_given && to->is_given && !from->is_clock && !to->is_clock && from->seconds >= to->seconds) {
        return usage("--from must be before --to");
    }
    for (size_t i = 0; i < options->operands && options->output != NULL; i++) {
        if (platform_is_same_file(options->operand[i], options->output)) {
            return usage("%s %s would overwrite the recording; choose another name", options->word[OPTION_OUTPUT],
                         options->output);
        }
    }
    if (names_other_picture(options->output)) {
        return usage("%s '%s': a chart is an SVG or text; choose a name that ends in .svg or .txt",
                     options->word[OPTION_OUTPUT], options->output);
    }
    bool is_svg = options_has(options, OPTION_SVG) || names_svg(options->output);
    if (options->format == FORMAT_JSON && (is_svg || options_has(options, OPTION_ASCII))) {
        return usage("--json and a chart exclude each other");
    }
    if (is_svg && (options_has(options, OPTION_ASCII) || options_has(options, OPTION_WIDTH))) {
        return usage("%s is for charts in the terminal, not for an SVG",
                     options->word[options_has(options, OPTION_ASCII) ? OPTION_ASCII : OPTION_WIDTH]);
    }
    return 0;
}

/* Reads all recordings. Broken ones are reported and skipped; the rest must have the same column. */
static int read_all(struct recording *recording, const struct options *options, size_t *count) {
    int worst = 0;
    for (size_t i = 0; i < options->operands; i++) {
        struct recording *next = &recording[*count];
        int status = recording_read(next, options->operand[i], options->column);
        if (status == 0 && *count > 0 && strcmp(next->column, recording[0].column) != 0) {
            status = trouble("%s has '%s' and %s has '%s'; choose a column that all have with --column", next->path,
                             next->column, recording[0].path, recording[0].column);
        }
        if (status == 0) {
            ++*count;
        } else {
            recording_free(next);
            worst = status;
        }
    }
    return worst;
}

static int draw(const struct options *options, struct recording *recording, size_t count) {
    struct plot plot;
    const struct plot_request request = {.title = options->title,
                                         .from = options->from,
                                         .to = options->to,
                                         .all_rows = options_has(options, OPTION_PER_PROCESS),
                                         .is_ascii = options_has(options, OPTION_ASCII)};
    int status = plot_build(&plot, recording, count, &request);
    status = status == 0 ? print(&plot, options) : status;
    plot_free(&plot);
    return status;
}

int run_plot(struct options *options) {
    int status = check(options);
    if (status != 0) {
        return status;
    }
    struct recording *recording = calloc(options->operands, sizeof *recording);
    size_t count = 0;
    if (recording == NULL) {
        fail_no_memory();
    }
    int broken = read_all(recording, options, &count);
    status = count > 0 ? draw(options, recording, count) : broken;
    for (size_t i = 0; i < count; i++) {
        recording_free(&recording[i]);
    }
    free(recording);
    return status != 0 ? status : broken;
}
