/* SPDX-License-Identifier: MIT */
#include "run/sampling.h"

#include <string.h>

#include "options.h"
#include "platform.h"
#include "plot/recording.h"
#include "run/heaps.h"
#include "run/tree.h"

#define DEFAULT_COST 1.0    /* Percent of a CPU. */
#define SHARE_OF_COST 0.008 /* Of a CPU, per percent: leaves room for the start and the sample that overdraws it. */
#define MOST_CREDIT 0.02    /* CPU seconds: the most in the account, so no idle hour pays for a busy minute. */
#define FIRST_CREDIT 0.05   /* CPU seconds that are free at first: else a short command would get few samples. */
#define PSS_CREDIT 0.025    /* The same for PSS that is read only for the report. */
#define DEFAULT_INTERVAL 0.1
#define FIRST_PAUSE 0.002 /* Seconds until the first sample: a command that ends sooner does not compete with it. */
#define SOON 0.005        /* Seconds to the next attempt while the command has no memory of its own yet. */

/*
 * While more processes with counted heaps come and go between two samples, samples are at most that many seconds apart,
 * at any cost: each process leaves a page of memory that only a sample releases.
 */
#define MANY_HEAPS 1000
#define LONGEST_HEAP_PAUSE 2.0

/* ---- Samples ---- */

/* Keeps the longest time without a sample: from the start, between samples, or to the end. */
static void keep_gap(struct run *run, double moment) {
    double gap = moment - (run->has_last ? run->last_moment : run->child.started);
    run->report.longest_gap = gap > run->report.longest_gap ? gap : run->report.longest_gap;
}

/*
 * A command's processes start while sampled, so their kernel peaks count. A watched process's peak may be older: it
 * counts once it has grown.
 */
static uint64_t peak_of(const struct run *run, const struct process *process) {
    const struct process *past = tree_before(run->tree, process);
    bool is_ours = !run->report.is_watch || (past != NULL ? process->peak > past->peak : run->report.samples > 0);
    return is_ours ? process->peak : process->rss;
}

/* Adds a process to those with its name. Names beyond the room are left out: in a large tree they come late. */
static size_t add_name(struct peak_name *name, size_t names, size_t room, const struct process *process,
                       uint64_t bytes) {
    size_t at = 0;
    while (at < names && strcmp(name[at].name, process->name) != 0) {
        at++;
    }
    if (at == room) {
        return names;
    }
    if (at == names) {
        name[at] = (struct peak_name){.bytes = 0};
        memcpy(name[at].name, process->name, sizeof name[at].name);
    }
    name[at].processes++;
    name[at].bytes += bytes;
    return at == names ? names + 1 : names;
}

/* Keeps the names with the most memory in the highest sample so far. */
static void keep_largest(struct report *report, const struct tree_sample *sample) {
    enum { ROOM = 64 };
    struct peak_name name[ROOM];
    size_t names = 0;
    for (size_t i = 0; i < sample->processes; i++) {
        const struct process *process = &sample->process[i];
        if (!process->is_dead) {
            names = add_name(name, names, ROOM, process, report->with_pss ? process->pss : process->rss);
        }
    }
    memset(report->largest, 0, sizeof report->largest);
    for (size_t i = 0; i < names; i++) {
        size_t at = PEAK_NAMES;
        while (at > 0 && name[i].bytes > report->largest[at - 1].bytes) {
            at--;
        }
        if (at < PEAK_NAMES) {
            memmove(&report->largest[at + 1], &report->largest[at], (PEAK_NAMES - 1 - at) * sizeof name[i]);
            report->largest[at] = name[i];
        }
    }
}

static void keep_pss(struct report *report, const struct tree_sample *sample) {
    report->has_pss = true;
    report->pss_at = sample->rss > report->pss_at ? sample->rss : report->pss_at;
    report->peak_tree_pss = sample->pss > report->peak_tree_pss ? sample->pss : report->peak_tree_pss;
    report->is_estimated = report->is_estimated || sample->is_estimated;
}

static void keep_peaks(struct run *run, const struct tree_sample *sample) {
    struct report *report = &run->report;
    for (size_t i = 0; i < sample->processes; i++) {
        const struct process *process = &sample->process[i];
        uint64_t peak = peak_of(run, process);
        if (peak > report->peak) {
            report->peak = peak;
            report->peak_pid = process->pid;
            memcpy(report->peak_name, process->name, sizeof report->peak_name);
        }
    }
    if (report->with_pss ? sample->pss > report->peak_tree_pss : sample->rss > report->peak_tree) {
        keep_largest(report, sample);
    }
    if (sample->rss > report->peak_tree) {
        report->peak_tree = sample->rss;
    }
    if (report->with_pss) {
        keep_pss(report, sample);
    }
    if (sample->alive > report->peak_processes) {
        report->peak_processes = sample->alive;
    }
}

/* The columns for one process's heap. */
static struct recorded_heap heap_of(const struct heap_program *program) {
    return (struct recorded_heap){-1,
                                  (double)program->in_use,
                                  program->has_kept ? (double)program->kept : -1,
                                  (double)program->peak,
                                  (double)program->blocks,
                                  (double)program->allocs,
                                  (double)program->frees,
                                  (double)program->mapped_now};
}

/* And for the heaps of the whole tree. If none is counted, the amount in use is unknown. */
static struct recorded_heap heaps_of(const struct heap_sample *heaps) {
    struct recorded_heap row = {(double)heaps->processes, -1, -1, -1, -1, -1, -1, -1};
    if (heaps->processes > 0) {
        row.bytes = (double)heaps->in_use;
        row.blocks = (double)heaps->blocks;
        row.mapped = (double)heaps->mapped;
    }
    if (heaps->with_kept > 0) {
        row.kept = (double)heaps->kept;
    }
    if (heaps->has_any) {
        row.peak = (double)heaps->peak;
        row.allocs = (double)heaps->allocs;
        row.frees = (double)heaps->frees;
    }
    return row;
}

static void record_processes(struct run *run, const struct tree_sample *sample, double elapsed, double window) {
    for (size_t i = 0; i < sample->processes; i++) {
        const struct process *process = &sample->process[i];
        if (process->is_dead || process->rss == 0) { /* It was just killed, or is in exec. */
            continue;
        }
        const struct process *past = tree_before(run->tree, process);
        struct recorded row = {elapsed, process->pid,          process->name, -1, (double)process->rss,
                               -1,      (double)process->peak, process->cpu,  -1, NULL};
        const struct heap_program *program = run->heaps != NULL ? heaps_find(run->heaps, process->pid) : NULL;
        struct recorded_heap heap;
        if (program != NULL) {
            heap = heap_of(program);
            row.heap = &heap;
        }
        row.pss = run->report.with_pss ? (double)process->pss : -1;
        if (past != NULL && window > 0) {
            row.cpu_percent = (process->cpu - past->cpu) / window * 100;
        }
        recorder_add(run->recorder, &row);
    }
}

double sampling_cpu(const struct run *run, const struct tree_sample *sample) {
    double cpu = sample->cpu + run->child.user + run->child.system - run->first_cpu;
    return cpu > run->last_cpu ? cpu : run->last_cpu;
}

static void record(struct run *run, const struct tree_sample *sample, const struct recorded_heap *heap, double moment,
                   double cpu) {
    double elapsed = moment - recorder_start(run->recorder);
    double window = run->has_last ? moment - run->last_moment : 0;
    struct recorded row = {
        elapsed, 0,   run->report.name, (int64_t)sample->alive, (double)sample->rss, -1, (double)run->report.peak, cpu,
        -1,      heap};
    row.pss = run->report.with_pss ? (double)sample->pss : -1;
    row.cpu_percent = window > 0 ? (cpu - run->last_cpu) / window * 100 : -1;
    recorder_add(run->recorder, &row);
    if (options_has(run->options, OPTION_PER_PROCESS)) {
        record_processes(run, sample, elapsed, window);
    }
    run->has_failed = !recorder_flush(run->recorder) || run->has_failed;
}

static const struct tree_sample *take_sample(struct run *run) {
    double moment = platform_clock();
    const struct tree_sample *sample = tree_take(run->tree, run->report.with_pss);
    if (run->report.is_watch && !run->has_last) {
        run->first_cpu = sample->cpu;
    }
    if (sample->alive == 0 || sample->rss == 0) { /* No process has memory: all are in exec, or ending. */
        return sample;
    }
    keep_peaks(run, sample);
    double cpu = sampling_cpu(run, sample);
    struct recorded_heap heap;
    if (run->heaps != NULL) {
        heap = heaps_of(heaps_take(run->heaps, run->tree, sample));
    }
    if (run->recorder != NULL) {
        record(run, sample, run->heaps != NULL ? &heap : NULL, moment, cpu);
    }
    run->first_moment = run->has_last ? run->first_moment : moment;
    keep_gap(run, moment);
    run->last_moment = moment;
    run->last_cpu = cpu;
    run->last_rss = sample->rss;
    run->last_alive = sample->alive;
    run->has_last = true;
    run->report.samples++;
    return sample;
}

/* ---- PSS that was not requested ---- */

/* An estimate of its cost: per process, and per page. */
static double cost_of_pss(const struct tree_sample *sample) {
    return (double)sample->alive * 60e-6 + (double)sample->rss / (1 << 20) * 20e-6;
}

/*
 * For the report: shared pages inflate the sum of RSS, so PSS is read when that sum has grown by an eighth and the
 * account allows it.
 */
static void look_for_peak(struct run *run, const struct tree_sample *sample) {
    const struct report *report = &run->report;
    bool is_higher = tree_has_pss() && sample->alive > 1 && (double)sample->rss > (double)report->pss_at * 1.125;
    if (report->with_pss || !is_higher || cost_of_pss(sample) > run->pss_credit) {
        return;
    }
    double before = platform_own_cpu();
    tree_add_pss(run->tree);
    double took = platform_own_cpu() - before;
    run->pss_credit -= took;
    run->charged += took;
    keep_pss(&run->report, sample);
}

/*
 * For --max-mem and --budget, which must always be enforced: reads PSS, where it exists, when the sum of RSS exceeds
 * the limit and has grown since the last reading. Pages that stop being shared do not change that sum, so PSS is also
 * read again after a pause that is long compared with the reading.
 */
static void judge(struct run *run, const struct tree_sample *sample) {
    enum { STEPS = 32, REST = 10 };
    bool has_budget = run->budget > 0 && (run->max_mem == 0 || run->budget < run->max_mem);
    uint64_t limit = has_budget ? run->budget : run->max_mem;
    bool is_above = limit > 0 && sample->rss > limit;
    if (!is_above || !tree_has_pss() || run->report.with_pss || sample->pss > 0) {
        return;
    }
    double now = platform_clock();
    if (sample->rss < run->judged + limit / STEPS && now < run->judge_again) {
        return;
    }
    double before = platform_own_cpu();
    tree_add_pss(run->tree);
    run->charged += platform_own_cpu() - before;
    run->judged = sample->rss;
    double later = platform_clock();
    run->judge_again = later + (double)REST * (later - now);
    keep_pss(&run->report, sample);
}

uint64_t sampling_memory(const struct tree_sample *sample) {
    return tree_has_pss() ? sample->pss : sample->rss;
}

/* ---- The account ---- */

/* Credits a share of the elapsed time, up to the maximum unless the account already exceeds it. */
static void earn(struct run *run, double moment) {
    double earned = run->share * (moment - run->credited), most = run->credit > MOST_CREDIT ? run->credit : MOST_CREDIT;
    run->credit = run->credit + earned < most ? run->credit + earned : most;
    run->pss_credit = run->pss_credit + earned < PSS_CREDIT ? run->pss_credit + earned : PSS_CREDIT;
    run->credited = moment;
}

const struct tree_sample *sampling_take(struct run *run) {
    double moment = platform_clock();
    const struct tree_sample *sample = take_sample(run);
    earn(run, moment);
    look_for_peak(run, sample);
    judge(run, sample);
    if (run->budget > 0 && sample->rss > run->budget && sampling_memory(sample) > run->spent) {
        run->spent = sampling_memory(sample);
    }
    double now = platform_clock(), cpu = platform_own_cpu(), after = 0; /* Only now, for the account. */
    run->credit -= cpu - run->charged;
    run->charged = cpu;
    if ((run->max_mem > 0 || run->budget > 0) && run->credit < 0) {
        run->credit = 0;
    }
    if (run->credit < 0) {
        after = moment - run->credit / run->share;
    }
    if (run->report.samples == 0) {
        run->next = now + SOON;
        return sample;
    }
    double planned = schedule_next(&run->schedule, now);
    run->next = planned;
    if (after > planned) {
        run->next = schedule_next(&run->schedule, after);
        run->report.is_stretched = true;
    }
    if (run->heaps != NULL && heaps_departed(run->heaps) > MANY_HEAPS && run->next > now + LONGEST_HEAP_PAUSE) {
        run->next = now + LONGEST_HEAP_PAUSE;
    }
    return sample;
}

void sampling_open(struct run *run) {
    if (run->is_prepared) {
        run->is_prepared = false;
        run->tree = tree_open_prepared("/proc", child_self(), &run->report.no_samples);
        run->child.tree = run->tree;
    }
}

/* With a limit or counted heaps, as without a tree to open, the first sample is taken at once. */
static double first_pause(const struct run *run) {
    if (!run->is_prepared || run->max_mem > 0 || run->budget > 0 || run->heaps != NULL) {
        return 0;
    }
    return run->report.interval < FIRST_PAUSE ? run->report.interval : FIRST_PAUSE;
}

void sampling_start(struct run *run) {
    const struct options *options = run->options;
    run->report.interval = options->interval > 0 ? options->interval : DEFAULT_INTERVAL;
    run->report.true_interval = run->report.interval;
    run->report.with_pss = options_has(options, OPTION_PSS);
    run->report.recording = options->record;
    run->schedule = (struct schedule){.start = run->child.started, .interval = run->report.interval};
    run->next = platform_clock() + first_pause(run);
    run->report.cost = options->cost > 0 ? options->cost : DEFAULT_COST;
    run->share = SHARE_OF_COST * run->report.cost;
    run->credit = FIRST_CREDIT;
    run->pss_credit = PSS_CREDIT;
    run->credited = run->child.started;
    run->charged = platform_own_cpu();
}

void sampling_end(struct run *run, double end) {
    struct report *report = &run->report;
    if (report->samples > 0 && end > run->last_moment) {
        keep_gap(run, end);
        report->true_interval = (end - run->first_moment) / (double)report->samples;
    }
}
