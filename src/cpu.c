/* SPDX-License-Identifier: MIT */
#include <sysinfo/cpu.h>

#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct sysinfo_cpu_sample_list {
    struct sysinfo__cpu_rows rows;
};
struct sysinfo_cpu_usage_list {
    struct sysinfo__cpu_rows rows;
};

/* ---- All CPUs together ---- */

static void stamp(struct sysinfo_cpu_sample *sample, double time) {
    sample->time = time;
    sample->present |= SYSINFO_BIT(struct sysinfo_cpu_sample, time);
}

/*
 * The clock is read before the counters. If the kernel ran something else in between, they describe different moments,
 * and a short window would look impossible; then both are read again.
 */
#define LATE 0.03 /* Seconds. */
enum { MOST_ATTEMPTS = 3 };

SYSINFO__HOT int sysinfo__cpu_sample(struct sysinfo_host *host, struct sysinfo_cpu_sample *sample) {
    double now = 0;
    int status = SYSINFO_OK;
    for (int attempt = 0; attempt < MOST_ATTEMPTS && status == SYSINFO_OK; attempt++) {
        if (attempt > 0) {
            memset(sample, 0, sizeof *sample);
        }
        now = sysinfo__clock();
        status = ASK(host, cpu_times, "CPU time", sample);
        if (sysinfo__clock() - now < LATE) {
            break;
        }
    }
    stamp(sample, now);
    return status;
}

/* Reads every CPU, sorted, and the total. */
SYSINFO__HOT static int take_rows(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    double now = 0;
    int status = SYSINFO_OK;
    for (int attempt = 0; attempt < MOST_ATTEMPTS && status == SYSINFO_OK; attempt++) {
        sysinfo__cpu_rows_clear(rows);
        now = sysinfo__clock();
        status = ASK(host, cpu_times_percpu, "CPU time", rows);
        if (sysinfo__clock() - now < LATE) {
            break;
        }
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    stamp(&rows->all.sample, now);
    for (size_t i = 0; i < rows->count; i++) {
        stamp(&rows->row[i].sample, now);
    }
    sysinfo__cpu_rows_sort(rows);
    return SYSINFO_OK;
}

/* ---- Percentages: a sample, a past, a difference ---- */

static int not_yet(struct sysinfo_host *host, const char *complaint) {
    return sysinfo__failed(host, SYSINFO_NOT_YET, 0, "", complaint);
}

static const char *const complaints[] = {
    [SYSINFO__WINDOW_EMPTY] = "no CPU time has passed between the two samples",
    [SYSINFO__WINDOW_BACKWARDS] = "idle time ran backwards between the two samples",
    [SYSINFO__WINDOW_IMPOSSIBLE] = "the CPU counters advanced by more than the time between the two samples",
    [SYSINFO__WINDOW_OTHER_CPUS] = "CPUs went online or offline between the two samples",
    [SYSINFO__WINDOW_MISMATCH] = "idle time, or another mode, is missing or unusable in one of the two samples",
};

/* `is_whole`: the later sample has all modes, so the next window may be valid. */
SYSINFO__HOT static int explain_window(struct sysinfo_host *host, enum sysinfo__window window, bool is_whole) {
    if (window == SYSINFO__WINDOW_MEASURED) {
        return SYSINFO_OK;
    }
    bool is_malformed = window == SYSINFO__WINDOW_MISMATCH && !is_whole;
    return sysinfo__failed(host, is_malformed ? SYSINFO_MALFORMED : SYSINFO_NOT_YET, 0, "", complaints[window]);
}

static int take_sample(struct sysinfo_host *host, struct sysinfo_cpu_sample *sample) {
    memset(sample, 0, sizeof *sample);
    return sysinfo__cpu_sample(host, sample);
}

static int check_interval(struct sysinfo_host *host, double interval) {
    if (!(interval >= 0 && interval <= DBL_MAX)) {
        return sysinfo__invalid(host, "the interval must be 0 or a positive number of seconds");
    }
    if (interval <= 0 && host->is_one_off) {
        return sysinfo__invalid(host, "an interval of 0 compares with an earlier call and needs a host");
    }
    return SYSINFO_OK;
}

/* Takes two samples of every CPU, `interval` apart; the later one replaces `past`. */
static int measure_now(struct sysinfo_host *host, double interval, struct sysinfo_cpu_sample *past,
                       struct sysinfo_cpu_usage *usage) {
    int status = take_rows(host, &host->before);
    if (status == SYSINFO_OK) {
        *past = host->before.all.sample;
        status = ASK(host, sleep, "sleeping", interval);
    }
    if (status == SYSINFO_OK) {
        status = take_rows(host, &host->spare);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    enum sysinfo__window window = sysinfo__cpu_rows_total(&host->before, &host->spare, usage);
    if (window != SYSINFO__WINDOW_EMPTY) {
        *past = host->spare.all.sample;
    }
    return explain_window(host, window, sysinfo__cpu_is_whole(&host->spare.all.sample));
}

/* Measures over `interval`, or since `past`, and updates `past`. */
SYSINFO__HOT static int measure(struct sysinfo_host *host, double interval, struct sysinfo_cpu_sample *past,
                                struct sysinfo_cpu_usage *usage) {
    struct sysinfo_cpu_sample now;
    int status = check_interval(host, interval);
    if (status == SYSINFO_OK && interval > 0 && !host->is_one_off) {
        return measure_now(host, interval, past, usage);
    }
    if (status == SYSINFO_OK && interval > 0) { /* A one-off call allocates nothing, so it has no rows. */
        status = take_sample(host, past);
        if (status == SYSINFO_OK) {
            status = ASK(host, sleep, "sleeping", interval);
        }
    }
    if (status == SYSINFO_OK) {
        status = take_sample(host, &now);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    if (past->present == 0) {
        *past = now;
        return not_yet(host, "this is the first call: there is no earlier sample to compare with");
    }
    enum sysinfo__window window = sysinfo__cpu_usage(past, &now, usage);
    if (window != SYSINFO__WINDOW_EMPTY) {
        *past = now;
    }
    return explain_window(host, window, sysinfo__cpu_is_whole(&now));
}

SYSINFO__HOT int sysinfo_cpu_percent(struct sysinfo_host *host, double interval, double *percent) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (percent == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the result is NULL"));
    }
    struct sysinfo_cpu_usage usage;
    usage.percent = 0; /* The rest is not used, and takes 10 ns to clear. */
    int status = measure(host, interval, &host->past_percent, &usage);
    if (status == SYSINFO_OK) {
        *percent = usage.percent;
    }
    return sysinfo__end(&call, status);
}

int sysinfo__cpu_usage_since(struct sysinfo_host *host, double interval, struct sysinfo_cpu_usage *usage) {
    return measure(host, interval, &host->past_times_percent, usage);
}

/* Converts a sample of any version to this one's: copies the slots whose bit is set. */
static struct sysinfo_cpu_sample known_slots(const struct sysinfo_cpu_sample *sample) {
    struct sysinfo_cpu_sample copy = {.present = sample->present, .estimated = sample->estimated};
    for (size_t slot = 2; slot < sizeof copy / 8; slot++) {
        if (sample->present >> slot & 1) {
            memcpy((char *)&copy + slot * 8, (const char *)sample + slot * 8, 8);
        }
    }
    return copy;
}

int sysinfo_cpu_usage_between(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                              struct sysinfo_cpu_usage *out, size_t size) {
    if (before == NULL || after == NULL || !sysinfo__is_result(out, size)) {
        return SYSINFO_INVALID;
    }
    struct sysinfo_cpu_sample first = known_slots(before), second = known_slots(after);
    struct sysinfo_cpu_usage usage;
    switch (sysinfo__cpu_usage(&first, &second, &usage)) {
    case SYSINFO__WINDOW_MEASURED:
        sysinfo__give(out, size, &usage, sizeof usage);
        return SYSINFO_OK;
    case SYSINFO__WINDOW_MISMATCH:
        return SYSINFO_INVALID;
    default:
        return SYSINFO_NOT_YET;
    }
}

/* ---- CPU by CPU ---- */

static int no_memory(struct sysinfo_host *host) {
    return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "", "no memory for the rows of all CPUs");
}

/*
 * A new list gets the same capacity as the rows it is swapped with, so that the next call finds enough on both sides.
 */
static int give_samples(struct sysinfo_host *host, struct sysinfo_cpu_sample_list **list) {
    if (*list == NULL) {
        struct sysinfo_cpu_sample_list *made = calloc(1, sizeof *made);
        if (made == NULL || !sysinfo__cpu_rows_reserve(&made->rows, host->spare.capacity)) {
            free(made);
            return no_memory(host);
        }
        *list = made;
    }
    sysinfo__cpu_rows_swap(&(*list)->rows, &host->spare);
    return SYSINFO_OK;
}

SYSINFO__HOT int sysinfo_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo_cpu_sample_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    int status = take_rows(host, &host->spare);
    if (status == SYSINFO_OK) {
        status = give_samples(host, list);
    }
    return sysinfo__end(&call, status);
}

/*
 * Compares into *list. Creates it if it is NULL, and leaves it alone unless the window was measured. False: no memory.
 */
static bool give_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                       struct sysinfo_cpu_usage_list **list, enum sysinfo__window *window) {
    struct sysinfo_cpu_usage_list *filled = *list != NULL ? *list : calloc(1, sizeof *filled);
    bool had_memory = filled != NULL && sysinfo__cpu_rows_usage(before, after, &filled->rows, window);
    if (had_memory && *window == SYSINFO__WINDOW_MEASURED) {
        *list = filled;
    } else if (*list == NULL) {
        sysinfo_cpu_usage_list_free(filled);
    }
    return had_memory;
}

/* Like measure(), but for the rows of all CPUs. */
static int measure_rows(struct sysinfo_host *host, double interval, struct sysinfo__cpu_rows *past,
                        struct sysinfo_cpu_usage_list **list) {
    struct sysinfo__cpu_rows *now = &host->spare;
    int status = check_interval(host, interval);
    if (status == SYSINFO_OK && interval > 0) {
        status = take_rows(host, now);
        if (status == SYSINFO_OK) {
            sysinfo__cpu_rows_swap(past, now);
            status = ASK(host, sleep, "sleeping", interval);
        }
    }
    if (status == SYSINFO_OK) {
        status = take_rows(host, now);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    if (past->all.sample.present == 0) {
        sysinfo__cpu_rows_swap(past, now);
        return not_yet(host, "this is the first call: there is no earlier sample to compare with");
    }
    enum sysinfo__window window;
    bool is_whole = sysinfo__cpu_is_whole(&now->all.sample);
    if (!give_usage(past, now, list, &window)) {
        return no_memory(host);
    }
    if (window != SYSINFO__WINDOW_EMPTY) {
        sysinfo__cpu_rows_swap(past, now);
    }
    return explain_window(host, window, is_whole);
}

/* The two calls differ only in the past they compare with. */
static int answer_percpu(struct sysinfo_host *host, double interval, bool is_percent,
                         struct sysinfo_cpu_usage_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    struct sysinfo__cpu_rows *past = is_percent ? &host->past_percent_percpu : &host->past_usage_percpu;
    return sysinfo__end(&call, measure_rows(host, interval, past, list));
}

int sysinfo_cpu_percent_percpu(struct sysinfo_host *host, double interval, struct sysinfo_cpu_usage_list **list) {
    return answer_percpu(host, interval, true, list);
}

int sysinfo_cpu_usage_percpu(struct sysinfo_host *host, double interval, struct sysinfo_cpu_usage_list **list) {
    return answer_percpu(host, interval, false, list);
}

int sysinfo_cpu_usage_list_between(const struct sysinfo_cpu_sample_list *before,
                                   const struct sysinfo_cpu_sample_list *after, struct sysinfo_cpu_usage_list **list) {
    if (before == NULL || after == NULL || list == NULL) {
        return SYSINFO_INVALID;
    }
    enum sysinfo__window window;
    int saved_errno = errno;
    if (!give_usage(&before->rows, &after->rows, list, &window)) {
        errno = saved_errno;
        return SYSINFO_NO_MEMORY;
    }
    return window == SYSINFO__WINDOW_MEASURED   ? SYSINFO_OK
           : window == SYSINFO__WINDOW_MISMATCH ? SYSINFO_INVALID
                                                : SYSINFO_NOT_YET;
}

const char *sysinfo_cpu_usage_list_explain(const struct sysinfo_cpu_sample_list *before,
                                           const struct sysinfo_cpu_sample_list *after) {
    if (before == NULL || after == NULL) {
        return NULL;
    }
    struct sysinfo_cpu_usage all;
    enum sysinfo__window window = sysinfo__cpu_rows_total(&before->rows, &after->rows, &all);
    return window == SYSINFO__WINDOW_MEASURED ? NULL : complaints[window];
}

const struct sysinfo_cpu_sample *sysinfo_cpu_sample_list_all(const struct sysinfo_cpu_sample_list *list) {
    return list == NULL ? NULL : &list->rows.all.sample;
}

const struct sysinfo_cpu_usage *sysinfo_cpu_usage_list_all(const struct sysinfo_cpu_usage_list *list) {
    return list == NULL ? NULL : &list->rows.all.usage;
}

const struct sysinfo_cpu_sample *sysinfo_cpu_sample_list_at(const struct sysinfo_cpu_sample_list *list, size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].sample;
}

const struct sysinfo_cpu_usage *sysinfo_cpu_usage_list_at(const struct sysinfo_cpu_usage_list *list, size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].usage;
}

size_t sysinfo_cpu_sample_list_count(const struct sysinfo_cpu_sample_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

size_t sysinfo_cpu_usage_list_count(const struct sysinfo_cpu_usage_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

void sysinfo_cpu_sample_list_free(struct sysinfo_cpu_sample_list *list) {
    if (list != NULL) {
        free(list->rows.row);
        free(list);
    }
}

void sysinfo_cpu_usage_list_free(struct sysinfo_cpu_usage_list *list) {
    if (list != NULL) {
        free(list->rows.row);
        free(list);
    }
}
