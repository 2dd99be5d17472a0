/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

#include "expression.h"
#include "fail.h"
#include "platform.h"
#include "schedule.h"
#include "stream.h"
#include "value.h"

enum { EXIT_FALSE = 1 };
#define FOREVER 1e15

struct conditions {
    struct expression *list;
    size_t count;
    bool any; /* One true condition is enough. */
};

/*
 * Unknown stays unknown, unless one condition is enough and another holds. Sets *unknown to the first unknown
 * condition, else to NULL.
 */
static enum truth evaluate(const struct conditions *conditions, const struct sample *sample,
                           const struct expression **unknown) {
    size_t holding = 0;
    *unknown = NULL;
    for (size_t i = 0; i < conditions->count; i++) {
        enum truth truth = expression_evaluate(&conditions->list[i], sample);
        holding += truth == IS_TRUE;
        if (truth == IS_UNKNOWN && *unknown == NULL) {
            *unknown = &conditions->list[i];
        }
    }
    if (conditions->any && holding > 0) {
        *unknown = NULL;
        return IS_TRUE;
    }
    if (*unknown != NULL) {
        return IS_UNKNOWN;
    }
    return holding == conditions->count ? IS_TRUE : IS_FALSE;
}

static void add_value(struct text *text, const struct sysinfo_field *field, const struct sample *sample) {
    text_addf(text, "%s.%s is ", field->group, field->name);
    value_add(text, field, sample_result(sample, field), "unknown", "none");
}

/* With -v, prints the values that decided, except that of `reported`, which has its own message. */
static void report(const struct conditions *conditions, const struct sample *sample,
                   const struct expression *reported) {
    for (size_t i = 0; i < conditions->count; i++) {
        const struct expression *expression = &conditions->list[i];
        if (expression == reported) {
            continue;
        }
        struct text values = TEXT_INIT;
        add_value(&values, expression->field, sample);
        if (expression->other != NULL) {
            text_add(&values, ", ");
            add_value(&values, expression->other, sample);
        }
        enum truth truth = expression_evaluate(expression, sample);
        note("%s: %s%s", expression->text, values.bytes,
             truth == IS_TRUE    ? ": true"
             : truth == IS_FALSE ? ": false"
                                 : "");
        text_free(&values);
    }
}

/* ---- Progress: one terminal line that is overwritten ---- */

struct progress {
    double start, deadline, hold;
    size_t length; /* Of the current line. */
};

/* Overwrites the line and leaves the cursor at its end; an empty text erases it. */
static void rewrite(struct progress *progress, const struct text *line) {
    size_t width = platform_terminal_width(2), room = width > 0 ? width - 1 : 0;
    size_t length = line->length < room ? line->length : room;
    struct text text = TEXT_INIT;
    text_addf(&text, "\r%.*s", (int)length, length > 0 ? line->bytes : "");
    if (progress->length > length) {
        text_pad(&text, progress->length - length);
        text_addf(&text, "\r%.*s", (int)length, length > 0 ? line->bytes : "");
    }
    platform_write(2, text.bytes, text.length);
    progress->length = length;
    text_free(&text);
}

static void show_progress(struct progress *progress, const struct conditions *conditions, const struct sample *sample,
                          double held_since) {
    double now = platform_clock();
    struct text line = TEXT_INIT;
    text_add(&line, "sysinfo wait: ");
    for (size_t i = 0; i < conditions->count; i++) {
        const struct expression *expression = &conditions->list[i];
        text_addf(&line, "%s%s: ", i > 0 ? ", " : "", expression->text);
        value_add_human(&line, expression->field, sample_result(sample, expression->field));
        if (expression->other != NULL) {
            text_add(&line, " and ");
            value_add_human(&line, expression->other, sample_result(sample, expression->other));
        }
    }
    if (held_since >= 0) {
        text_add(&line, "; held ");
        duration_add_human(&line, now - held_since);
        text_add(&line, " of ");
        duration_add_human(&line, progress->hold);
    }
    text_add(&line, "; ");
    duration_add_human(&line, progress->deadline < FOREVER ? progress->deadline - now : now - progress->start);
    text_add(&line, progress->deadline < FOREVER ? " left" : " so far");
    rewrite(progress, &line);
    text_free(&line);
}

static void end_progress(struct progress *progress) {
    struct text nothing = TEXT_INIT;
    if (progress->length > 0) {
        rewrite(progress, &nothing);
    }
}

static int fail_unknown(const struct options *options, const struct expression *expression,
                        const struct sample *sample) {
    struct text why = TEXT_INIT;
    const struct sysinfo_field *field = expression_unknown(expression, sample);
    explain_unknown(&why, options, sample, field != NULL ? field : expression->field);
    int status = trouble("%s: %s", expression->text, why.bytes);
    text_free(&why);
    return status;
}

/* An interval for CPU use precedes every evaluation, including the first. */
static int watch(const struct options *options, const struct conditions *conditions, struct sampler *sampler,
                 double interval, double deadline) {
    struct schedule schedule = {platform_clock(), interval, 0};
    bool needs_window = sampler_needs_window(sampler);
    double held_since = -1;
    struct progress progress = {platform_clock(), deadline, options->hold, 0};
    bool has_progress =
        options_has(options, OPTION_VERBOSE) && interval < deadline - progress.start && platform_terminal_width(2) > 1;
    if (needs_window) {
        sampler_begin(sampler);
    }
    for (bool is_first = true;; is_first = false) {
        if (!is_first || needs_window) {
            double moment = schedule_next(&schedule, platform_clock());
            platform_sleep_until(moment < deadline || is_first ? moment : deadline);
        }
        const struct sample *sample = sampler_take(sampler);
        const struct expression *unknown;
        enum truth truth = evaluate(conditions, sample, &unknown);
        double now = platform_clock();
        const struct sysinfo_field *field = unknown != NULL ? expression_unknown(unknown, sample) : NULL;
        if (field != NULL && now < deadline && sample_may_know_later(sample, field, options->root != NULL)) {
            continue; /* An empty interval, or a resume from suspend: try the next one. */
        }
        held_since = truth != IS_TRUE ? -1 : held_since < 0 ? now : held_since;
        bool is_decided = unknown != NULL || (truth == IS_TRUE && now - held_since >= options->hold) || now >= deadline;
        if (!is_decided) {
            if (has_progress) {
                show_progress(&progress, conditions, sample, held_since);
            }
            continue;
        }
        end_progress(&progress);
        if (options_has(options, OPTION_VERBOSE)) {
            report(conditions, sample, truth == IS_UNKNOWN ? unknown : NULL);
        }
        if (unknown != NULL) {
            return fail_unknown(options, unknown, sample);
        }
        return truth == IS_TRUE && now - held_since >= options->hold ? 0 : EXIT_FALSE;
    }
}

/*
 * Refuses a figure that this system never reports before anything is measured, unless another condition may hold
 * instead.
 */
static int check_available(const struct conditions *conditions) {
    const struct sysinfo_field *missing = NULL;
    size_t count = 0;
    for (size_t i = 0; i < conditions->count; i++) {
        const struct sysinfo_field *field = conditions->list[i].field, *other = conditions->list[i].other;
        field = other != NULL && sysinfo_field_source(other) == NULL ? other : field;
        if (sysinfo_field_source(field) == NULL) {
            missing = missing == NULL ? field : missing;
            count++;
        }
    }
    if (count == 0 || (conditions->any && count < conditions->count)) {
        return 0;
    }
    return trouble("'%s.%s' is not available on this system", missing->group, missing->name);
}

static int run(struct options *options, double interval, double timeout) {
    struct conditions conditions = {.any = options_has(options, OPTION_ANY)};
    struct selection selection = {NULL, 0};
    int status = expressions_parse(options->operand, options->operands, &conditions.list, &conditions.count);
    if (status == 0) {
        status = check_available(&conditions);
    }
    for (size_t i = 0; status == 0 && i < conditions.count; i++) {
        expression_select(&conditions.list[i], &selection);
    }
    if (status == 0) {
        struct sampler *sampler = sampler_open(options, &selection, false);
        status = EXIT_TROUBLE;
        if (sampler != NULL) {
            bool needs_tick = sampler_needs_window(sampler);
            status = needs_tick && options_has(options, OPTION_INTERVAL) ? options_check_tick(options) : 0;
            if (status == 0) {
                status = watch(options, &conditions, sampler, interval, platform_clock() + timeout);
            }
            sampler_free(sampler);
        }
    }
    selection_free(&selection);
    expressions_free(conditions.list, conditions.count);
    return status;
}

int run_check(struct options *options) {
    return run(options, options->interval > 0 ? options->interval : DEFAULT_CPU_INTERVAL, 0);
}

int run_wait(struct options *options) {
    bool has_timeout = options_has(options, OPTION_TIMEOUT);
    if (has_timeout && options->hold > options->timeout) {
        return usage("--for is longer than --timeout, so it could never be met");
    }
    return run(options, options->interval > 0 ? options->interval : 1, has_timeout ? options->timeout : FOREVER);
}
