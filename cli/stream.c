/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fail.h"
#include "output.h"
#include "platform.h"
#include "schedule.h"

/* ---- What a sample does not know ---- */

static bool is_known(const struct view *view, const struct sample *sample, const struct sysinfo_field *field) {
    if (sysinfo_field_state(field, sample_result(sample, field)) != SYSINFO_FIELD_UNKNOWN) {
        return true;
    }
    for (size_t i = 0; is_row_field(view, field) && i < sample->rows; i++) {
        if (sysinfo_field_state(field, row_result(&sample->row[i], field)) != SYSINFO_FIELD_UNKNOWN) {
            return true;
        }
    }
    return false;
}

static bool knows_something(const struct view *view, const struct sample *sample) {
    for (size_t i = 0; i < view->selection->count; i++) {
        if (is_known(view, sample, view->selection->field[i])) {
            return true;
        }
    }
    return false;
}

void explain_unknown(struct text *text, const struct options *options, const struct sample *sample,
                     const struct sysinfo_field *field) {
    if (sysinfo_field_source(field) == NULL) {
        text_addf(text, "'%s.%s' is not available on this system", field->group, field->name);
    } else if (sample->status[field->result] == SYSINFO_OK && options_has(options, OPTION_RATE) &&
               sample->is_unchanged && options->root != NULL) {
        text_addf(text, "no rate: the files under --root %s did not change meanwhile", options->root);
    } else if (sample->status[field->result] == SYSINFO_OK) {
        text_addf(text, "'%s' is not reported by this machine (%s)", field->name, sysinfo_field_source(field));
    } else if (field->result == SYSINFO_RESULT_CPU_USAGE && sample->is_unchanged && options->root != NULL) {
        bool is_condition = (options->command->options & OPTION_BIT(OPTION_ANY)) != 0;
        text_addf(text, "no CPU percentage: the files under --root %s did not change meanwhile%s", options->root,
                  is_condition ? "; use the fields of cpu.times" : "; use --times or --since-boot");
    } else {
        text_add(text, sample->why[field->result].bytes);
    }
}

/* Among several fields, a failed read is more informative than a missing earlier sample. */
static int fail_unknown(const struct view *view, const struct sample *sample) {
    struct text why = TEXT_INIT;
    const struct selection *selection = view->selection;
    const struct sysinfo_field *worst = selection->field[0];
    for (size_t i = selection->count; i-- > 0;) {
        int status = sample->status[selection->field[i]->result];
        if (status != SYSINFO_OK && status != SYSINFO_NOT_YET && sysinfo_field_source(selection->field[i]) != NULL) {
            worst = selection->field[i];
        }
    }
    explain_unknown(&why, view->options, sample, worst);
    int status = trouble("%s", why.bytes);
    text_free(&why);
    return status;
}

static bool may_know_later(const struct view *view, const struct sample *sample) {
    for (size_t i = 0; i < view->selection->count; i++) {
        if (sample_may_know_later(sample, view->selection->field[i], view->options->root != NULL)) {
            return true;
        }
    }
    return false;
}

int check_known(const struct view *view, const struct sample *sample) {
    return knows_something(view, sample) || may_know_later(view, sample) ? 0 : fail_unknown(view, sample);
}

/* ---- Remarks, each once per run ---- */

struct remarks {
    uint32_t failed;  /* A bit for each result. */
    struct text said; /* Every sentence printed, between line ends. */
    bool estimated;
};

/* Several results may lack the same file, but its sentence is printed once. */
static bool was_said(struct remarks *remarks, const char *why) {
    struct text line = TEXT_INIT;
    text_addf(&line, "\n%s\n", why);
    bool was = remarks->said.bytes != NULL && strstr(remarks->said.bytes, line.bytes) != NULL;
    text_add(&remarks->said, was ? "" : line.bytes);
    text_free(&line);
    return was;
}

static void remark_failures(const struct view *view, const struct sample *sample, struct remarks *remarks) {
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        bool is_rare = field->result == SYSINFO_RESULT_IRQ_PRESSURE ||
                       field->result == SYSINFO_RESULT_CGROUP_IRQ_PRESSURE || /* Few kernels measure it. */
                       ((field->result == SYSINFO_RESULT_CPU_FREQUENCY ||     /* Virtual machines often lack it. */
                         field->result == SYSINFO_RESULT_CPU_DESCRIPTION) &&
                        sample->status[field->result] == SYSINFO_UNKNOWN);
        bool is_reported_here = sysinfo_field_source(field) != NULL;
        if (is_reported_here && !is_rare && sample->status[field->result] != SYSINFO_OK &&
            !(remarks->failed >> field->result & 1)) {
            struct text why = TEXT_INIT;
            explain_unknown(&why, view->options, sample, field);
            if (!was_said(remarks, why.bytes)) {
                note("note: %s", why.bytes);
            }
            text_free(&why);
            remarks->failed |= UINT32_C(1) << field->result;
        }
    }
}

static void remark_estimates(const struct view *view, const struct sample *sample, struct remarks *remarks) {
    struct text names = TEXT_INIT, full_names = TEXT_INIT;
    const char *group = NULL;
    bool is_one_group = true;
    for (size_t i = 0; i < view->selection->count && !remarks->estimated; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        bool is_no_news =
            field->result == SYSINFO_RESULT_HEAP; /* Memory that a trim would release is only ever an estimate. */
        if (!is_no_news && sysinfo_field_is_estimated(field, sample_result(sample, field))) {
            is_one_group = is_one_group && (group == NULL || strcmp(group, field->group) == 0);
            group = group == NULL ? field->group : group;
            text_addf(&names, "%s%s", names.length > 0 ? ", " : "", field->name);
            text_addf(&full_names, "%s%s.%s", full_names.length > 0 ? ", " : "", field->group, field->name);
        }
    }
    if (names.length > 0) {
        note("note: estimated: %s (see sysinfo fields%s%s)", is_one_group ? names.bytes : full_names.bytes,
             is_one_group ? " " : "", is_one_group ? group : "");
        remarks->estimated = true;
    }
    text_free(&names);
    text_free(&full_names);
}

/* ---- The run ---- */

struct sampler *sampler_open(const struct options *options, const struct selection *selection, bool percpu) {
    struct sysinfo_host *host;
    int status = sysinfo_host_open(&host, options->root);
    if (status != SYSINFO_OK) {
        trouble("%s", status == SYSINFO_NOT_SUPPORTED ? "--root is not supported on this system"
                                                      : sysinfo_status_meaning(status));
        return NULL;
    }
    struct sampler *sampler = calloc(1, sizeof *sampler);
    if (sampler == NULL) {
        fail_no_memory();
    }
    sampler->host = host;
    sampler->results = selection_results(selection);
    sampler->percpu = percpu;
    sampler->needs_wall = options->format != FORMAT_TABLE || options_has(options, OPTION_TIME);
    sampler->cpus = options->cpus;
    sampler->has_root = options->root != NULL;
    sampler->since_boot = options_has(options, OPTION_SINCE_BOOT);
    sampler->makes_rates = options_has(options, OPTION_RATE);
    if (sampler->makes_rates && sampler->has_root) { /* On a running machine, some of these counters always change. */
        sampler->results |= UINT32_C(1) << SYSINFO_RESULT_CPU_SAMPLE;
    }
    for (size_t i = 0; i < selection->count && !sampler->since_boot; i++) {
        sampler->measures_cgroup = sampler->measures_cgroup || (selection->field[i]->result == SYSINFO_RESULT_CGROUP &&
                                                                selection->field[i]->unit == SYSINFO_UNIT_PERCENT);
    }
    sampler_prepare(sampler);
    return sampler;
}

struct stream {
    const struct view *view;
    print_sample *print;
    struct output output;
    const char *renews; /* The file that each sample replaces as a whole; NULL: samples go to `output`. */
    struct remarks remarks;
    bool has_known; /* A sample had known values. */
};

/*
 * A sample with no known value ends the run, unless an earlier one had some or a later one may. If none of them did,
 * the last one explains why.
 */
static int print_one(struct stream *stream, const struct sample *sample, bool is_first, bool is_last) {
    const struct view *view = stream->view;
    stream->has_known = stream->has_known || knows_something(view, sample);
    if (!stream->has_known && ((is_last && is_first) || !may_know_later(view, sample))) {
        return fail_unknown(view, sample);
    }
    bool needs_rows =
        view->options->cpus != NULL || view->options->format == FORMAT_CSV || view->options->format == FORMAT_KV;
    if (is_first && stream->has_known && view->percpu && needs_rows && !sample->has_rows) {
        return trouble("this machine has one figure for all CPUs: leave out --percpu");
    }
    if (is_first && stream->has_known && view->options->cpus != NULL && sample->rows == 0) {
        return trouble("--percpu=%s: none of these CPUs is online", view->options->cpus);
    }
    remark_failures(view, sample, &stream->remarks);
    remark_estimates(view, sample, &stream->remarks);
    bool is_new;
    int status = output_renew(&stream->output, &is_new);
    if (status != 0) {
        return status;
    }
    struct text text = TEXT_INIT;
    stream->print(&text, view, sample, (is_first || is_new) && !stream->output.continues);
    status = text.length == 0         ? 0
             : stream->renews != NULL ? output_put(stream->renews, &text)
                                      : output_write(&stream->output, &text);
    text_free(&text);
    return status == 0 && is_last && !stream->has_known ? fail_unknown(view, sample) : status;
}

static bool is_stream(const struct options *options) {
    return options->interval > 0 || options->count > 0;
}

static int print_on_time(struct stream *stream, struct sampler *sampler) {
    const struct options *options = stream->view->options;
    bool needs_window = sampler_needs_window(sampler);
    double interval = options->interval > 0 ? options->interval : needs_window ? DEFAULT_CPU_INTERVAL : 1;
    uint64_t count = options->count > 0 ? options->count : is_stream(options) ? UINT64_MAX : 1;
    if (needs_window) {
        sampler_begin(sampler);
    }
    struct schedule schedule = {needs_window || count > 1 ? platform_clock() : 0, interval, 0};
    int status = 0;
    for (uint64_t i = 0; i < count && status == 0; i++) {
        if (i > 0 || needs_window) {
            platform_sleep_until(schedule_next(&schedule, platform_clock()));
        }
        status = print_one(stream, sampler_take(sampler), i == 0, i + 1 == count);
    }
    return status;
}

/* What -o does to an existing file: a stream is appended, one sample replaces it. A count of 1 does not decide. */
static bool appends(const struct options *options) {
    return options_has(options, OPTION_APPEND) || options->interval > 0 || options->count > 1;
}

/*
 * Rows below a header with other columns, or lines in another format, would be misread. Nothing has been written yet.
 */
static int check_columns(const struct view *view, const char *path, const struct text *found) {
    bool has_header = found->length >= 5 && strncmp(found->bytes, "time,", 5) == 0;
    if (view->options->format != FORMAT_CSV) {
        bool is_json = found->length > 0 && found->bytes[0] == '{';
        bool is_other = has_header || is_json != (view->options->format == FORMAT_JSON);
        return is_other ? usage("%s begins with lines of another format; write to another file", path) : 0;
    }
    struct text header = TEXT_INIT;
    csv_add_header(&header, view);
    bool is_same = found->length == header.length && strcmp(found->bytes, header.bytes) == 0;
    text_free(&header);
    if (is_same || (!has_header && options_has(view->options, OPTION_NO_HEADER))) {
        return 0;
    }
    return usage(has_header ? "the header of %s has other columns; request the same fields, or write to another file"
                            : "%s has no header with these columns; write to another file, or add --no-header",
                 path);
}

/* Makes sure that the new lines match the file, and start on a new line: the last one may be incomplete. */
static int continue_file(const struct view *view, struct output *output) {
    if (!output->continues) {
        return 0;
    }
    struct text line = TEXT_INIT, end = TEXT_INIT;
    bool has_end;
    int status = output_find_lines(output, &line, &has_end);
    if (status == 0) {
        text_add(&line, line.length > 0 && line.bytes[line.length - 1] == '\n' ? "" : "\n");
        status = check_columns(view, output->path, &line);
    }
    if (status == 0 && !has_end) {
        text_add(&end, "\n");
        status = output_write(output, &end);
    }
    text_free(&line);
    text_free(&end);
    return status;
}

int run_samples(const struct view *view, print_sample *print) {
    const struct options *options = view->options;
    if (options_has(options, OPTION_APPEND) && (options->output == NULL || options->format == FORMAT_PROM)) {
        return usage(options->output == NULL ? "%s needs a file; add -o FILE"
                                             : "%s does not go with --prom: that file is always replaced",
                     options->word[OPTION_APPEND]);
    }
    bool renews = options->format == FORMAT_PROM && is_stream(options);
    struct stream stream = {.view = view, .print = print, .renews = renews ? options->output : NULL};
    int status = output_open(&stream.output, renews ? NULL : options->output, appends(options));
    if (status != 0) {
        return status;
    }
    status = continue_file(view, &stream.output);
    if (status != 0) {
        output_close(&stream.output, false);
        return status;
    }
    struct sampler *sampler = sampler_open(options, view->selection, view->percpu);
    status = sampler != NULL ? 0 : EXIT_TROUBLE;
    if (sampler != NULL) {
        sampler->names_levels = view->names_levels;
        sampler->rows = view->rows;
        sampler->sample.kinds = view->with_kinds ? &sampler->groups : NULL;
        if (view->rows == ROWS_OF_NODES) {
            status = groups_by_node(&sampler->groups, sampler->host);
        } else if (view->rows == ROWS_OF_KINDS || view->with_kinds) {
            status = groups_by_kind(&sampler->groups, sampler->host);
        }
        status = status == 0 ? print_on_time(&stream, sampler) : status;
        sampler_free(sampler);
    }
    text_free(&stream.remarks.said);
    int closed = output_close(&stream.output, status == 0);
    return status != 0 ? status : closed;
}
