/* SPDX-License-Identifier: MIT */
/* `sysinfo watch`: a sample at every interval, drawn over the previous one. */
#include "watch/watch.h"

#include <string.h>

#include "fail.h"
#include "parse.h"
#include "platform.h"
#include "schedule.h"
#include "stream.h"
#include "watch/screen.h"
#include "watch/terminal.h"

/* ---- Choosing the groups ---- */

static int unknown_group(const char *word) {
    const char *names[GROUPS];
    for (enum group group = 0; group < GROUPS; group++) {
        names[group] = group_name(group);
    }
    const char *dot = strchr(word, '.'), *meant = closest(word, names, GROUPS);
    if (strcmp(word, "heap") == 0 || strcmp(word, "process") == 0) {
        return usage("'%s' is about sysinfo itself, so there is nothing to watch; for a program use sysinfo run", word);
    }
    if (dot != NULL) {
        return usage("'%s' is a field, and watch takes groups; for a stream of it write sysinfo get %s 1", word, word);
    }
    if (meant != NULL) {
        return usage("unknown group '%s'; did you mean '%s'? (sysinfo watch --help)", word, meant);
    }
    struct text list = TEXT_INIT;
    for (enum group group = 0; group < GROUPS; group++) {
        text_addf(&list, "%s%s", group == 0 ? "" : group + 1 == GROUPS ? " or " : ", ", names[group]);
    }
    int status = usage("unknown group '%s'; write %s", word, list.bytes);
    text_free(&list);
    return status;
}

/* Takes the groups, which come first; a number ends them. */
static int take_groups(const struct options *options, unsigned *groups, size_t *count) {
    for (*count = 0; *count < options->operands && !looks_like_number(options->operand[*count]); ++*count) {
        const char *word = options->operand[*count];
        enum group group = 0;
        while (group < GROUPS && strcmp(word, group_name(group)) != 0) {
            group++;
        }
        if (group == GROUPS) {
            return unknown_group(word);
        }
        *groups |= GROUP_BIT(group);
    }
    *groups = *groups == 0 ? DEFAULT_GROUPS : *groups;
    return 0;
}

/*
 * Selects everything that the screen needs from a sample: the shown groups, and those their figures belong to. Leaves
 * out the CPUs' description, which is slow to read; always includes their number, which scales the load averages.
 */
static void select_groups(struct selection *selection, unsigned groups) {
    static const char *const of_cpus[] = {"percent", "count", "cores", "usable", "quota"};
    const struct item *item;
    for (size_t i = 0; (item = item_at(i)) != NULL; i++) {
        if ((groups & GROUP_BIT(item->group)) != 0) {
            selection_add(selection, sysinfo_field_find(item->of, item->field));
        }
    }
    for (enum group group = GROUP_MEM; group < GROUPS; group++) {
        if ((groups & GROUP_BIT(group)) != 0) {
            selection_add_group(selection, group_name(group));
        }
    }
    for (size_t i = (groups & GROUP_BIT(GROUP_CPU)) != 0 ? 0 : 1; i < sizeof of_cpus / sizeof of_cpus[0]; i++) {
        selection_add(selection, sysinfo_field_find("cpu", of_cpus[i]));
    }
}

/* ---- The screen ---- */

static const char *draw(const struct sample *sample, const struct history *history, unsigned groups,
                        const char *footer) {
    struct screen screen = {.sample = sample, .history = history, .groups = groups, .footer = footer};
    struct text text = TEXT_INIT;
    terminal_size(&screen.columns, &screen.rows);
    screen.is_ascii = !terminal_has_blocks();
    screen.palette = terminal_palette();
    screen_add(&text, &screen, true);
    const char *error = terminal_is_ours() ? platform_write(1, text.bytes, text.length) : NULL;
    text_free(&text);
    return error;
}

static void describe(struct text *footer, const struct options *options, double interval) {
    text_addf(footer, "every %g s, the last minute at the right; q ends", interval);
    if (options->root != NULL) {
        text_add(footer, "; below ");
        text_add_plain(footer, options->root);
    }
}

/* Draws until q is pressed, starting with the given sample. Returns the reason if writing fails. */
static const char *draw_on_time(const struct options *options, struct sampler *sampler, const struct sample *sample,
                                struct schedule *schedule, unsigned groups) {
    struct history history = {.interval = schedule->interval};
    struct text footer = TEXT_INIT;
    describe(&footer, options, schedule->interval);
    history_add(&history, sample, platform_clock());
    fail_first(terminal_close);
    terminal_open();
    const char *error = draw(sample, &history, groups, footer.bytes);
    double next = schedule_next(schedule, platform_clock());
    for (enum terminal_event event; error == NULL && (event = terminal_wait(next)) != TERMINAL_QUIT;) {
        if (event == TERMINAL_TIME) {
            sample = sampler_take(sampler);
            history_add(&history, sample, platform_clock());
            next = schedule_next(schedule, platform_clock());
        }
        error = draw(sample, &history, groups, footer.bytes);
    }
    terminal_close();
    history_free(&history);
    text_free(&footer);
    return error;
}

/* The first interval is short, so that a long one does not delay the first CPU figure. */
static int watch(const struct view *view, struct sampler *sampler, unsigned groups) {
    double interval = view->options->interval > 0 ? view->options->interval : 1;
    double window = interval < DEFAULT_CPU_INTERVAL ? interval : DEFAULT_CPU_INTERVAL;
    sampler_begin(sampler);
    struct schedule schedule = {platform_clock() + window, interval, 0};
    platform_sleep_until(schedule.start);
    const struct sample *sample = sampler_take(sampler);
    int status = check_known(view, sample);
    const char *error = status == 0 ? draw_on_time(view->options, sampler, sample, &schedule, groups) : NULL;
    return error != NULL ? trouble_writing(error) : status;
}

/* ---- The command ---- */

/* Refuses, and names the command that prints the same figures as a stream. */
static int refuse(const char *why, unsigned groups) {
    struct text stream = TEXT_INIT;
    for (enum group group = 0; group < GROUPS; group++) {
        if (groups == GROUP_BIT(group)) {
            text_addf(&stream, "sysinfo %s 1", group_name(group));
        }
    }
    int status = usage("%s; without a screen use a stream: %s", why,
                       stream.length > 0 ? stream.bytes : "sysinfo get cpu.percent mem.usable 1");
    text_free(&stream);
    return status;
}

int run_watch(struct options *options) {
    unsigned groups = 0;
    size_t count = 0;
    int status = take_groups(options, &groups, &count);
    if (status == 0 && options->operands > count + 1) {
        status = usage("unexpected '%s' after the interval; watch has no count, and ends with q",
                       options->operand[count + 1]);
    }
    if (status == 0) {
        status = options_take_schedule(options, count, true);
    }
    const char *why = status == 0 ? terminal_refusal() : NULL;
    if (why != NULL) {
        status = refuse(why, groups);
    }
    struct selection selection = {NULL, 0};
    if (status == 0) {
        select_groups(&selection, groups);
        struct sampler *sampler = sampler_open(options, &selection, (groups & GROUP_BIT(GROUP_CPU)) != 0);
        status = EXIT_TROUBLE;
        if (sampler != NULL) {
            sampler->makes_rates = true;
            sampler->names_levels = (groups & GROUP_BIT(GROUP_MEM)) != 0;
            const struct view view = {.options = options, .selection = &selection, .percpu = sampler->percpu};
            status = watch(&view, sampler, groups);
            sampler_free(sampler);
        }
    }
    selection_free(&selection);
    return status;
}
