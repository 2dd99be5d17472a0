/* SPDX-License-Identifier: MIT */
/* `sysinfo plot`: reads the recordings, and prints or writes the chart. */
#include "plot/plot.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "output.h"
#include "platform.h"

enum { MOST_FILES = 64, DEFAULT_WIDTH = 80 };

static void add_summary(struct text *text, const struct plot *plot, const char *square) {
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        text_add_plain(text, line->label);
        text_add(text, ": ");
        peak_add(text, plot, line);
        text_add(text, "\n  ");
        slope_add(text, plot, line, square, false);
        text_add(text, "\n");
    }
    if (plot->exact_peak > 0) {
        text_add(text, "between samples, one process has had ");
        measure_add(text, plot->column, plot->exact_peak);
        text_add(text, "\n");
    }
}

static bool ends_with(const char *path, const char *ending) {
    size_t length = path == NULL ? 0 : strlen(path), of_ending = strlen(ending);
    return length > of_ending && strcmp(path + length - of_ending, ending) == 0;
}

static bool names_svg(const char *path) {
    return ends_with(path, ".svg");
}

/* Of a kind that cannot be written: whoever opens the file would find it broken. */
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

static int print(const struct plot *plot, const struct options *options) {
    struct text text = TEXT_INIT, summary = TEXT_INIT;
    bool is_svg = options_has(options, OPTION_SVG) || names_svg(options->output),
         is_ascii = options_has(options, OPTION_ASCII);
    add_summary(&summary, plot, is_ascii ? "^2" : "\xC2\xB2");
    if (is_svg) {
        plot_add_svg(&text, plot);
    } else {
        size_t terminal = options->output == NULL ? platform_terminal_width() : 0;
        plot_add_text(&text, plot,
                      options->width > 0 ? (size_t)options->width
                      : terminal > 0     ? terminal
                                         : DEFAULT_WIDTH,
                      is_ascii);
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
    if (options->to > 0 && options->from >= options->to) {
        return usage("--from must be less than --to");
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
    if (is_svg && (options_has(options, OPTION_ASCII) || options_has(options, OPTION_WIDTH))) {
        return usage("%s is for the terminal: an SVG has no columns",
                     options->word[options_has(options, OPTION_ASCII) ? OPTION_ASCII : OPTION_WIDTH]);
    }
    return 0;
}

/* Reads them all; those that are broken are told and left out. The figures of all must be the same. */
static int read_all(struct recording *recording, const struct options *options, size_t *count) {
    int worst = 0;
    for (size_t i = 0; i < options->operands; i++) {
        struct recording *next = &recording[*count];
        int status = recording_read(next, options->operand[i], options->column);
        if (status == 0 && *count > 0 && strcmp(next->column, recording[0].column) != 0) {
            status = trouble("%s is about '%s' and %s about '%s': choose one with --column", next->path, next->column,
                             recording[0].path, recording[0].column);
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

static int draw(const struct options *options, const struct recording *recording, size_t count) {
    struct plot plot;
    const struct plot_request request = {.title = options->title,
                                         .from = options->from,
                                         .to = options->to,
                                         .all_rows = options_has(options, OPTION_PER_PROCESS)};
    int status = plot_build(&plot, recording, count, &request)
                     ? print(&plot, options)
                     : trouble("no sample lies in that range of time: the recording ends at %.2f s", recording[0].end);
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
