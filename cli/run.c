/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <string.h>

#include "fail.h"
#include "platform.h"

/* ---- What a sample does not know ---- */

static bool is_known(const struct view *view, const struct sample *sample, const struct sysinfo_field *field) {
    if (sysinfo_field_state(field, sample_result(sample, field)) != SYSINFO_FIELD_UNKNOWN) {
        return true;
    }
    for (size_t i = 0; is_row_field(view, field) && i < sample->rows; i++) {
        if (sysinfo_field_state(field, sample->row[i]) != SYSINFO_FIELD_UNKNOWN) {
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

/* Why a field is unknown, as a sentence. */
static void explain(struct text *text, const struct view *view, const struct sample *sample, const struct sysinfo_field *field) {
    const char *root = view->options->root;
    if (sample->status[field->result] == SYSINFO_OK) {
        text_addf(text, "'%s' is unknown: this machine does not tell it (%s)", field->name, sysinfo_field_source(field));
    } else if (field->result == SYSINFO_RESULT_CPU_USAGE && sample->status[field->result] == SYSINFO_NOT_YET && root != NULL) {
        text_addf(text, "no CPU percentage: the files under --root %s did not change meanwhile; use --times or --since-boot", root);
    } else {
        text_add(text, sample->why[field->result].bytes);
    }
}

static int fail_unknown(const struct view *view, const struct sample *sample) {
    struct text why = {NULL, 0, 0};
    explain(&why, view, sample, view->selection->field[0]);
    int status = trouble("%s", why.bytes);
    text_free(&why);
    return status;
}

/* ---- Remarks, each once in a run ---- */

struct remarks {
    uint32_t failed; /* Bit for each result. */
    bool estimated;
};

static void remark_failures(const struct view *view, const struct sample *sample, struct remarks *remarks) {
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        if (sample->status[field->result] != SYSINFO_OK && !(remarks->failed >> field->result & 1)) {
            struct text why = {NULL, 0, 0};
            explain(&why, view, sample, field);
            note("note: %s", why.bytes);
            text_free(&why);
            remarks->failed |= UINT32_C(1) << field->result;
        }
    }
}

static void remark_estimates(const struct view *view, const struct sample *sample, struct remarks *remarks) {
    struct text names = {NULL, 0, 0};
    const char *group = NULL;
    for (size_t i = 0; i < view->selection->count && !remarks->estimated; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        if (sysinfo_field_is_estimated(field, sample_result(sample, field))) {
            group = group == NULL ? field->group : group;
            text_addf(&names, "%s%s", names.length > 0 ? ", " : "", field->name);
        }
    }
    if (names.length > 0) {
        note("note: estimated: %s (sysinfo fields %s tells from what)", names.bytes, group);
        remarks->estimated = true;
    }
    text_free(&names);
}

/* ---- The run ---- */

static int print_one(const struct view *view, print_sample *print, const struct sample *sample, struct remarks *remarks, bool may_be_empty, bool is_first) {
    if (!may_be_empty && is_first && !knows_something(view, sample)) {
        return fail_unknown(view, sample);
    }
    remark_failures(view, sample, remarks);
    remark_estimates(view, sample, remarks);
    struct text text = {NULL, 0, 0};
    print(&text, view, sample, is_first);
    const char *error = platform_write(1, text.bytes, text.length);
    text_free(&text);
    return error == NULL ? 0 : trouble_writing(error);
}

/* The first planned moment that has not passed. */
static double next_moment(double start, double interval, double last) {
    double now = platform_clock();
    double planned = last + interval;
    if (now > planned) {
        planned = start + interval * (double)((uint64_t)((now - start) / interval) + 1);
    }
    return planned;
}

static int sample_on_time(const struct view *view, print_sample *print, struct sampler *sampler, bool may_be_empty) {
    const struct options *options = view->options;
    bool needs_window = sampler_needs_window(sampler);
    bool is_stream = options->interval > 0 || options->count > 0;
    double interval = options->interval > 0 ? options->interval : needs_window ? DEFAULT_CPU_INTERVAL : 1;
    uint64_t count = options->count > 0 ? options->count : is_stream ? UINT64_MAX : 1;
    if (needs_window) {
        sampler_begin(sampler);
    }
    double start = platform_clock(), moment = start;
    struct remarks remarks = {0, false};
    int status = 0;
    for (uint64_t i = 0; i < count && status == 0; i++) {
        if (i > 0 || needs_window) {
            moment = next_moment(start, interval, moment);
            platform_sleep_until(moment);
        }
        status = print_one(view, print, sampler_take(sampler), &remarks, may_be_empty, i == 0);
    }
    return status;
}

int run_samples(const struct view *view, print_sample *print, bool may_be_empty) {
    struct sampler sampler;
    memset(&sampler, 0, sizeof sampler);
    int opened = sysinfo_host_open(&sampler.host, view->options->root);
    if (opened == SYSINFO_NOT_SUPPORTED) {
        return trouble("--root is not supported on this system");
    }
    if (opened != SYSINFO_OK) {
        return trouble("%s", sysinfo_status_meaning(opened));
    }
    sampler.results = selection_results(view->selection);
    sampler.percpu = view->percpu;
    sampler.has_root = view->options->root != NULL;
    sampler.since_boot = options_has(view->options, OPTION_SINCE_BOOT);
    int status = sample_on_time(view, print, &sampler, may_be_empty);
    sampler_free(&sampler);
    return status;
}
