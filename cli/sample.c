/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"

static bool wants(const struct sampler *sampler, uint32_t result) {
    return (sampler->results >> result & 1) != 0;
}

bool sampler_needs_window(const struct sampler *sampler) {
    return (wants(sampler, SYSINFO_RESULT_CPU_USAGE) && !sampler->since_boot) || sampler->measures_cgroup ||
           sampler->makes_rates;
}

const void *sample_result(const struct sample *sample, const struct sysinfo_field *field) {
    return sample->status[field->result] == SYSINFO_OK ? sample->result[field->result] : NULL;
}

bool is_row_result(uint32_t result) {
    return result == SYSINFO_RESULT_CPU_USAGE || result == SYSINFO_RESULT_CPU_SAMPLE ||
           result == SYSINFO_RESULT_CPU_FREQUENCY;
}

const void *row_result(const struct sample_row *row, const struct sysinfo_field *field) {
    return field->result == SYSINFO_RESULT_CPU_USAGE    ? (const void *)row->usage
           : field->result == SYSINFO_RESULT_CPU_SAMPLE ? (const void *)row->times
                                                        : (const void *)row->frequency;
}

bool sample_may_know_later(const struct sample *sample, const struct sysinfo_field *field, bool has_root) {
    bool is_window = field->result == SYSINFO_RESULT_CPU_USAGE && sample->status[field->result] != SYSINFO_OK &&
                     sample->status[SYSINFO_RESULT_CPU_SAMPLE] == SYSINFO_OK;
    return (is_window || sample->status[field->result] == SYSINFO_NOT_YET) && !(sample->is_unchanged && has_root);
}

/* Keeps a result's status, and why it failed. */
static void keep(struct sampler *sampler, uint32_t result, int status) {
    struct sample *sample = &sampler->sample;
    sample->status[result] = status;
    sampler->moment[result] = sampler->makes_rates ? platform_clock() : 0;
    text_clear(&sample->why[result]);
    if (status != SYSINFO_OK) {
        text_add(&sample->why[result], sysinfo_explain(sampler->host, status));
    }
}

static void *grown(void *memory, size_t bytes) {
    void *more = realloc(memory, bytes);
    if (more == NULL) {
        fail_no_memory();
    }
    return more;
}

static uint64_t *new_result(void) {
    uint64_t *result = calloc(SYSINFO_SLOTS, sizeof *result);
    if (result == NULL) {
        fail_no_memory();
    }
    return result;
}

/* The shares of CPUs are made from their times, so neither comes alone. */
void sampler_prepare(struct sampler *sampler) {
    uint32_t cpu = UINT32_C(1) << SYSINFO_RESULT_CPU_USAGE | UINT32_C(1) << SYSINFO_RESULT_CPU_SAMPLE;
    uint32_t filled = sampler->results | ((sampler->results & cpu) != 0 ? cpu : 0);
    for (uint32_t result = 0; result < SAMPLE_RESULTS; result++) {
        sampler->sample.result[result] = (filled >> result & 1) != 0 ? new_result() : NULL;
    }
}

static void room_for(struct sampler *sampler, size_t rows) {
    if (rows <= sampler->room) {
        return;
    }
    sampler->own_rows = grown(sampler->own_rows, rows * sizeof *sampler->own_rows);
    sampler->own_samples = grown(sampler->own_samples, rows * sizeof *sampler->own_samples);
    sampler->room = rows;
}

/* Finds the row with that number, starting at `place`; creates it if missing. */
static struct sample_row *row_of(struct sampler *sampler, size_t place, uint64_t number) {
    struct sample *sample = &sampler->sample;
    if (place < sample->rows && sample->row[place].number == number) {
        return &sample->row[place];
    }
    for (size_t i = 0; i < sample->rows; i++) {
        if (sample->row[i].number == number) {
            return &sample->row[i];
        }
    }
    if (sample->rows == sample->row_capacity) {
        sample->row_capacity = sample->row_capacity == 0 ? 16 : sample->row_capacity * 2;
        sample->row = grown(sample->row, sample->row_capacity * sizeof *sample->row);
    }
    sample->row[sample->rows] = (struct sample_row){.number = number};
    return &sample->row[sample->rows++];
}

/*
 * The state of a CPU when the machine started: the same CPU and modes, no time spent. The start time is known only for
 * this machine.
 */
static struct sysinfo_cpu_sample start_of(const struct sampler *sampler, const struct sysinfo_cpu_sample *sample) {
    struct sysinfo_cpu_sample start = {.present = sample->present};
    if (sampler->has_root) {
        start.present &= ~SYSINFO_BIT(struct sysinfo_cpu_sample, time);
    }
    start.cpu = SYSINFO_HAS(sample, cpu) ? sample->cpu : 0;
    return start;
}

/* ---- CPU by CPU ---- */

static void usage_rows_since_boot(struct sampler *sampler) {
    const struct sysinfo_cpu_sample *now;
    for (size_t i = 0; (now = sysinfo_cpu_sample_list_at(sampler->now_list, i)) != NULL; i++) {
        struct sysinfo_cpu_sample start = start_of(sampler, now);
        struct sysinfo_cpu_usage *usage = &sampler->own_rows[i];
        if (sysinfo_cpu_usage_between(&start, now, usage, sizeof *usage) != SYSINFO_OK) {
            *usage = (struct sysinfo_cpu_usage){.present = SYSINFO_BIT(struct sysinfo_cpu_usage, cpu), .cpu = now->cpu};
        }
        row_of(sampler, i, now->cpu)->usage = usage;
    }
}

static void usage_rows(struct sampler *sampler) {
    const struct sysinfo_cpu_usage *usage;
    for (size_t i = 0; (usage = sysinfo_cpu_usage_list_at(sampler->usage_list, i)) != NULL; i++) {
        row_of(sampler, i, usage->cpu)->usage = usage;
    }
}

/* Adds a row with every CPU's number if an interval has no percentages, so that each sample has the same lines. */
static void rows_without_usage(struct sampler *sampler) {
    const struct sysinfo_cpu_sample *now;
    for (size_t i = 0; (now = sysinfo_cpu_sample_list_at(sampler->now_list, i)) != NULL; i++) {
        struct sysinfo_cpu_usage *usage = &sampler->own_rows[i];
        *usage = (struct sysinfo_cpu_usage){.present = SYSINFO_BIT(struct sysinfo_cpu_usage, cpu), .cpu = now->cpu};
        row_of(sampler, i, now->cpu)->usage = usage;
    }
}

static void times_rows(struct sampler *sampler) {
    const struct sysinfo_cpu_sample *times;
    for (size_t i = 0; (times = sysinfo_cpu_sample_list_at(sampler->now_list, i)) != NULL; i++) {
        row_of(sampler, i, times->cpu)->times = times;
    }
}

/* Reads the total and the rows. */
static int read_frequencies(struct sampler *sampler, void *all) {
    int status = sysinfo_cpu_freq_percpu(sampler->host, &sampler->frequency_list);
    const struct sysinfo_cpu_frequency *frequency;
    for (size_t i = 0;
         status == SYSINFO_OK && (frequency = sysinfo_cpu_frequency_list_at(sampler->frequency_list, i)) != NULL; i++) {
        row_of(sampler, i, frequency->cpu)->frequency = frequency;
    }
    if (status == SYSINFO_OK) {
        memcpy(all, sysinfo_cpu_frequency_list_all(sampler->frequency_list), sizeof *frequency);
    }
    return status;
}

/* ---- Nodes and kinds: sums over their CPUs ---- */

static void sum_rows(struct sampler *sampler) {
    for (size_t i = 0; i < sampler->groups.count; i++) {
        const struct cpu_group *group = &sampler->groups.group[i];
        group_sum(group, sampler->now_list, NULL, &sampler->own_samples[i]);
        row_of(sampler, i, group->number)->times = &sampler->own_samples[i];
    }
}

/* The row of a group contains only its number if it has no CPUs, or none that ran. */
static void group_rows(struct sampler *sampler) {
    for (size_t i = 0; i < sampler->groups.count; i++) {
        const struct cpu_group *group = &sampler->groups.group[i];
        struct sysinfo_cpu_sample before, after;
        struct sysinfo_cpu_usage *usage = &sampler->own_rows[i];
        bool has_cpus = group_sum(group, sampler->now_list, sampler->since_boot ? NULL : sampler->past_list, &after);
        if (sampler->since_boot) {
            before = start_of(sampler, &after);
        } else {
            has_cpus = group_sum(group, sampler->past_list, sampler->now_list, &before) && has_cpus;
        }
        if (!has_cpus || sysinfo_cpu_usage_between(&before, &after, usage, sizeof *usage) != SYSINFO_OK) {
            *usage =
                (struct sysinfo_cpu_usage){.present = SYSINFO_BIT(struct sysinfo_cpu_usage, cpu), .cpu = group->number};
        }
        row_of(sampler, i, group->number)->usage = usage;
    }
}

/* ---- The current sample, and its difference from the past ---- */

/*
 * Measures CPU by CPU even if only the total is needed: the kernel's own sum jumps when a CPU goes offline or comes
 * back.
 */
static int read_now(struct sampler *sampler, struct sysinfo_cpu_sample *now) {
    if (!sampler->percpu && !wants(sampler, SYSINFO_RESULT_CPU_USAGE)) {
        return sysinfo_cpu_times(sampler->host, now, sizeof *now);
    }
    int status = sysinfo_cpu_times_percpu(sampler->host, &sampler->now_list);
    if (status == SYSINFO_OK) {
        *now = *sysinfo_cpu_sample_list_all(sampler->now_list);
        size_t cpus = sysinfo_cpu_sample_list_count(sampler->now_list);
        room_for(sampler, cpus > sampler->groups.count ? cpus : sampler->groups.count);
    }
    return status;
}

static void remember(struct sampler *sampler) {
    struct sysinfo_cpu_sample_list *list = sampler->past_list;
    sampler->past_list = sampler->now_list;
    sampler->now_list = list;
}

static bool have_counters_moved(const struct sysinfo_cpu_sample *past, const struct sysinfo_cpu_sample *now) {
    bool has_moved = past->present != now->present;
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (field->result == SYSINFO_RESULT_CPU_SAMPLE && field->kind == SYSINFO_KIND_COUNTER) {
            double before = sysinfo_field_double(field, past), after = sysinfo_field_double(field, now);
            has_moved = has_moved || before < after || before > after;
        }
    }
    return has_moved;
}

static int measure_between(struct sampler *sampler, const struct sysinfo_cpu_sample *now,
                           struct sysinfo_cpu_usage *usage) {
    if (sampler->past_list == NULL) {
        return SYSINFO_NOT_YET;
    }
    sampler->sample.is_unchanged = !have_counters_moved(sysinfo_cpu_sample_list_all(sampler->past_list), now);
    int status = sysinfo_cpu_usage_list_between(sampler->past_list, sampler->now_list, &sampler->usage_list);
    if (status == SYSINFO_OK) {
        *usage = *sysinfo_cpu_usage_list_all(sampler->usage_list);
    }
    return status;
}

/* Why there is no percentage: the library's explanation for the two samples. */
static void keep_usage(struct sampler *sampler, int status) {
    keep(sampler, SYSINFO_RESULT_CPU_USAGE, status);
    const char *why = status == SYSINFO_OK || sampler->since_boot
                          ? NULL
                          : sysinfo_cpu_usage_list_explain(sampler->past_list, sampler->now_list);
    if (why != NULL) {
        text_clear(&sampler->sample.why[SYSINFO_RESULT_CPU_USAGE]);
        text_add(&sampler->sample.why[SYSINFO_RESULT_CPU_USAGE], why);
    }
}

static void measure(struct sampler *sampler, const struct sysinfo_cpu_sample *now) {
    struct sample *sample = &sampler->sample;
    struct sysinfo_cpu_usage usage;
    int status;
    if (sampler->since_boot) {
        struct sysinfo_cpu_sample start = start_of(sampler, now);
        status = sysinfo_cpu_usage_between(&start, now, &usage, sizeof usage);
    } else {
        status = measure_between(sampler, now, &usage);
    }
    if (status == SYSINFO_OK && sampler->percpu) {
        if (sampler->rows != ROWS_OF_CPUS) {
            group_rows(sampler);
        } else if (sampler->since_boot) {
            usage_rows_since_boot(sampler);
        } else {
            usage_rows(sampler);
        }
    }
    if (status != SYSINFO_OK && sampler->percpu && sampler->rows == ROWS_OF_CPUS) {
        rows_without_usage(sampler);
    }
    keep_usage(sampler, status);
    if (status == SYSINFO_OK) {
        memcpy(sample->result[SYSINFO_RESULT_CPU_USAGE], &usage, sizeof usage);
        sample->interval = SYSINFO_HAS(&usage, interval) ? usage.interval : -1;
    }
}

static void take_cpu(struct sampler *sampler) {
    struct sample *sample = &sampler->sample;
    struct sysinfo_cpu_sample now;
    int status = read_now(sampler, &now);
    keep(sampler, SYSINFO_RESULT_CPU_SAMPLE, status);
    if (status != SYSINFO_OK) {
        keep(sampler, SYSINFO_RESULT_CPU_USAGE, status);
        return;
    }
    memcpy(sample->result[SYSINFO_RESULT_CPU_SAMPLE], &now, sizeof now);
    if (wants(sampler, SYSINFO_RESULT_CPU_USAGE)) {
        measure(sampler, &now);
    }
    if (wants(sampler, SYSINFO_RESULT_CPU_SAMPLE) && sampler->percpu) {
        sampler->rows != ROWS_OF_CPUS ? sum_rows(sampler) : times_rows(sampler);
    }
    if (wants(sampler, SYSINFO_RESULT_CPU_USAGE)) {
        remember(sampler);
    }
}

/* ---- Counters per second ---- */

/* Whether a counter moved; sets *growth, below 0 if unknown. */
static bool grow(const struct sysinfo_field *field, const uint64_t *past, const uint64_t *now, double *growth) {
    *growth = -1;
    if (sysinfo_field_state(field, past) != SYSINFO_FIELD_KNOWN ||
        sysinfo_field_state(field, now) != SYSINFO_FIELD_KNOWN) {
        return false;
    }
    if (field->type == SYSINFO_TYPE_DOUBLE) {
        *growth = sysinfo_field_double(field, now) - sysinfo_field_double(field, past);
    } else {
        uint64_t before = sysinfo_field_uint64(field, past), after = sysinfo_field_uint64(field, now);
        *growth = after >= before ? (double)(after - before) : -1;
    }
    return *growth < 0 || *growth > 0;
}

/* Replaces a result's counters with rates. A counter that ran backwards, as after a change of cgroup, has no rate. */
static bool make_rates_of(struct sampler *sampler, uint32_t result) {
    uint64_t *now = sampler->sample.result[result], raw[SYSINFO_SLOTS];
    if (sampler->past[result] == NULL) {
        sampler->past[result] = new_result();
    }
    double elapsed = sampler->moment[result] - sampler->past_moment[result];
    bool has_moved = false, has_rate = false;
    memcpy(raw, now, sizeof raw);
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (field->result != result || field->kind != SYSINFO_KIND_COUNTER) {
            continue;
        }
        double growth;
        has_moved = grow(field, sampler->past[result], raw, &growth) || has_moved;
        double rate = growth / elapsed;
        memcpy((char *)now + field->offset, &rate, sizeof rate);
        if (growth < 0 || !(elapsed > 0)) {
            now[0] &= ~(UINT64_C(1) << field->offset / sizeof(uint64_t));
        } else {
            has_rate = true;
        }
    }
    if (has_rate && sampler->sample.interval < 0) {
        sampler->sample.interval = elapsed;
    }
    memcpy(sampler->past[result], raw, sizeof raw);
    sampler->past_moment[result] = sampler->moment[result];
    return has_moved;
}

/* If no counter below another root ever moves, the files are a copy of a machine; it has no rates, not even 0. */
static void make_rates(struct sampler *sampler) {
    struct sample *sample = &sampler->sample;
    bool has_moved = false, is_read = false;
    for (uint32_t result = 1; result < SAMPLE_RESULTS; result++) {
        if (wants(sampler, result) && sample->status[result] == SYSINFO_OK) {
            has_moved = make_rates_of(sampler, result) || has_moved;
            is_read = true;
        }
    }
    sample->is_unchanged = is_read && !has_moved;
    for (const struct sysinfo_field *field = NULL;
         sampler->has_root && !has_moved && (field = sysinfo_field_next(field)) != NULL;) {
        if (field->kind == SYSINFO_KIND_COUNTER && wants(sampler, field->result)) {
            sample->result[field->result][0] &= ~(UINT64_C(1) << field->offset / sizeof(uint64_t));
        }
    }
}

void sampler_begin(struct sampler *sampler) {
    if (sampler->makes_rates) {
        sampler_take(sampler);
        return;
    }
    struct sysinfo_cpu_sample now;
    if (wants(sampler, SYSINFO_RESULT_CPU_USAGE) && read_now(sampler, &now) == SYSINFO_OK) {
        remember(sampler);
    }
    if (sampler->measures_cgroup) {
        /* The library keeps this result's past. An error recurs when the sample is taken. */
        keep(sampler, SYSINFO_RESULT_CGROUP,
             sysinfo_read(sampler->host, SYSINFO_RESULT_CGROUP, sampler->sample.result[SYSINFO_RESULT_CGROUP],
                          SYSINFO_SLOTS * sizeof(uint64_t)));
    }
}

/* Reads all figures of this process and its heap: they are few and cheap. */
static int read_result(struct sampler *sampler, uint32_t result) {
    void *out = sampler->sample.result[result];
    size_t size = SYSINFO_SLOTS * sizeof(uint64_t);
    switch (result) {
    case SYSINFO_RESULT_HEAP:
        return sysinfo_heap_detail(sampler->host, out, size);
    case SYSINFO_RESULT_PROCESS:
        return sysinfo_process_detail(sampler->host, out, size);
    case SYSINFO_RESULT_CPU_FREQUENCY:
        return sampler->percpu ? read_frequencies(sampler, out) : sysinfo_read(sampler->host, result, out, size);
    default:
        return sysinfo_read(sampler->host, result, out, size);
    }
}

static void keep_binding(struct sample *sample, const struct sysinfo_limit_level *machine,
                         const struct sysinfo_limit_level *level, const char *name) {
    bool is_limit = level != machine && SYSINFO_HAS(level, memory_limit) && SYSINFO_HAS(level, memory_usable) &&
                    level->memory_limit < (SYSINFO_HAS(machine, memory_limit) ? machine->memory_limit : UINT64_MAX);
    if (is_limit && (sample->binding_name == NULL || level->memory_usable <= sample->binding.memory_usable)) {
        sample->binding = *level;
        sample->binding_name = name;
    }
}

/* A limit is shown only if it is below the machine's own. */
static void name_levels(struct sampler *sampler) {
    struct sample *sample = &sampler->sample;
    sample->memory_level = sample->quota_level = sample->binding_name = NULL;
    if (!sampler->names_levels || sysinfo_limit_levels(sampler->host, &sampler->levels) != SYSINFO_OK) {
        return;
    }
    const struct sysinfo_limit_level *level, *tightest = NULL,
                                             *machine = sysinfo_limit_level_list_at(sampler->levels, 0);
    for (size_t i = 0; (level = sysinfo_limit_level_list_at(sampler->levels, i)) != NULL; i++) {
        const char *name = sysinfo_limit_level_list_name(sampler->levels, i);
        bool is_group = level->kind == SYSINFO_LIMIT_CGROUP || level->kind == SYSINFO_LIMIT_JOB;
        keep_binding(sample, machine, level, name);
        if ((level->tightest & SYSINFO_TIGHTEST_MEMORY) != 0 && (is_group || level->kind == SYSINFO_LIMIT_PROCESS)) {
            sample->memory_level = level->memory_limit < machine->memory_limit ? name : NULL;
        }
        if (is_group && SYSINFO_HAS(level, cpus) && (tightest == NULL || level->cpus <= tightest->cpus)) {
            tightest = level;
            sample->quota_level = !SYSINFO_HAS(machine, cpus) || level->cpus < machine->cpus ? name : NULL;
        }
    }
}

/* Keeps the rows of the requested CPUs. */
static void choose_cpus(struct sampler *sampler) {
    struct sample *sample = &sampler->sample;
    size_t kept = 0;
    for (size_t i = 0; i < sample->rows; i++) {
        if (cpus_have(sampler->cpus, sample->row[i].number)) {
            sample->row[kept++] = sample->row[i];
        }
    }
    sample->rows = kept;
}

const struct sample *sampler_take(struct sampler *sampler) {
    struct sample *sample = &sampler->sample;
    sample->wall = sampler->needs_wall ? platform_wall_clock() : 0;
    sample->interval = -1;
    sample->rows = 0;
    sample->is_unchanged = false;
    if (wants(sampler, SYSINFO_RESULT_CPU_USAGE) || wants(sampler, SYSINFO_RESULT_CPU_SAMPLE)) {
        take_cpu(sampler);
    }
    for (uint32_t result = 1; result < SAMPLE_RESULTS; result++) {
        if (wants(sampler, result) && result != SYSINFO_RESULT_CPU_USAGE && result != SYSINFO_RESULT_CPU_SAMPLE) {
            keep(sampler, result, read_result(sampler, result));
        }
    }
    sample->has_rows = sample->rows > 0;
    if (sampler->cpus != NULL) {
        choose_cpus(sampler);
    }
    const struct sysinfo_field *interval = sysinfo_field_find("cgroup", "interval");
    const void *cgroup = wants(sampler, SYSINFO_RESULT_CGROUP) ? sample_result(sample, interval) : NULL;
    if (sample->interval < 0 && sysinfo_field_state(interval, cgroup) == SYSINFO_FIELD_KNOWN) {
        sample->interval = sysinfo_field_double(interval, cgroup);
    }
    if (sampler->makes_rates) {
        make_rates(sampler);
    }
    name_levels(sampler);
    return sample;
}

void sampler_free(struct sampler *sampler) {
    sysinfo_cpu_sample_list_free(sampler->past_list);
    sysinfo_cpu_sample_list_free(sampler->now_list);
    sysinfo_cpu_usage_list_free(sampler->usage_list);
    sysinfo_cpu_frequency_list_free(sampler->frequency_list);
    sysinfo_limit_level_list_free(sampler->levels);
    free(sampler->own_rows);
    free(sampler->own_samples);
    groups_free(&sampler->groups);
    free(sampler->sample.row);
    for (int i = 0; i < SAMPLE_RESULTS; i++) {
        text_free(&sampler->sample.why[i]);
        free(sampler->sample.result[i]);
        free(sampler->past[i]);
    }
    sysinfo_host_close(sampler->host);
    free(sampler);
}
