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

struct conditions {
    struct expression *list;
    size_t count;
    bool any; /* One is enough. */
};

/*
 * Unknown stays unknown, unless one is enough and another holds; *unknown is then the first such
 * condition, and else NULL.
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

/* The values that decided, for -v; but for the one that a message of its own is about. */
static void tell(const struct conditions *conditions, const struct sample *sample, const struct expression *told) {
    for (size_t i = 0; i < conditions->count; i++) {
        const struct expression *expression = &conditions->list[i];
        if (expression == told) {
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

static int fail_unknown(const struct options *options, const struct expression *expression,
                        const struct sample *sample) {
    struct text why = TEXT_INIT;
    const struct sysinfo_field *field = expression_unknown(expression, sample);
    explain_unknown(&why, options, sample, field != NULL ? field : expression->field);
    int status = trouble("%s: %s", expression->text, why.bytes);
    text_free(&why);
    return status;
}

/* One window of CPU use lies before every look, also the first. */
static int watch(const struct options *options, const struct conditions *conditions, struct sampler *sampler,
                 double interval, double deadline) {
    struct schedule schedule = {platform_clock(), interval, 0};
    bool needs_window = sampler_needs_window(sampler);
    double held_since = -1;
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
            continue; /* An empty window, or a resume from suspend: the next one will do. */
        }
        held_since = truth != IS_TRUE ? -1 : held_since < 0 ? now : held_since;
        bool is_decided = unknown != NULL || (truth == IS_TRUE && now - held_since >= options->hold) || now >= deadline;
        if (!is_decided) {
            continue;
        }
        if (options_has(options, OPTION_VERBOSE)) {
            tell(conditions, sample, truth == IS_UNKNOWN ? unknown : NULL);
        }
        if (unknown != NULL) {
            return fail_unknown(options, unknown, sample);
        }
        return truth == IS_TRUE && now - held_since >= options->hold ? 0 : EXIT_FALSE;
    }
}

/*
 * What no machine of this system tells is said before anything is measured, unless another
 * condition may hold instead.
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
    struct sampler sampler;
    int status = expressions_parse(options->operand, options->operands, &conditions.list, &conditions.count);
    if (status == 0) {
        status = check_available(&conditions);
    }
    for (size_t i = 0; status == 0 && i < conditions.count; i++) {
        expression_select(&conditions.list[i], &selection);
    }
    if (status == 0) {
        status = sampler_open(&sampler, options, &selection, false);
        if (status == 0) {
            bool needs_tick = sampler_needs_window(&sampler);
            status = needs_tick && options_has(options, OPTION_INTERVAL) ? options_check_tick(options) : 0;
            if (status == 0) {
                status = watch(options, &conditions, &sampler, interval, platform_clock() + timeout);
            }
            sampler_free(&sampler);
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
        return usage("--for is longer than --timeout: it could never hold so long");
    }
    double forever = 1e15;
    return run(options, options->interval > 0 ? options->interval : 1, has_timeout ? options->timeout : forever);
}
