/* SPDX-License-Identifier: MIT */
/*
 * `sysinfo run`: a command, or a process that is already running, and what its tree uses.
 *
 * Sampling uses less than 1 % of one CPU. A share of the elapsed time is credited to an account, and all CPU time of
 * this program is charged to it. While the account is overdrawn, no sample is taken, so a tree of thousands of
 * processes is sampled less often instead of being slowed down.
 */
#include "run/run.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blocks/leaks.h"
#include "fail.h"
#include "output.h"
#include "parse.h"
#include "platform.h"
#include "plot/recording.h"
#include "run/child.h"
#include "run/heaps.h"
#include "run/oom.h"
#include "run/report.h"
#include "run/snapshots.h"
#include "run/tree.h"
#include "schedule.h"
#include "value.h"

#define DEFAULT_COST 1.0    /* Percent of a CPU. */
#define SHARE_OF_COST 0.008 /* Of a CPU, per percent: leaves room for the start and the sample that overdraws it. */
#define MOST_CREDIT 0.02    /* CPU seconds: the most in the account, so no idle hour pays for a busy minute. */
#define FIRST_CREDIT 0.05   /* CPU seconds that are free at first: else a short command would get few samples. */
#define PSS_CREDIT 0.025    /* The same for PSS that is read only for the report. */
#define DEFAULT_INTERVAL 0.1
#define SOON 0.005        /* Seconds to the next attempt while the command has no memory of its own yet. */
#define DEFAULT_FRAMES 16 /* For --leaks without --sites. */
#define GRACE 2.0         /* Seconds from TERM to KILL. */
#define LAST_WAIT 2.0     /* Seconds for killed processes to disappear. */
#define LONGEST_HEAP_PAUSE \
    2.0 /* Seconds between samples, at any cost, while processes with counted heaps come and go by the thousand: */
#define MANY_HEAPS 1000 /* each leaves a page of memory that only a sample releases. */

struct limits {
    uint64_t max_mem, budget; /* 0: none. */
    uint64_t whole;           /* The base of a percentage: */
    bool is_of_cgroup;        /* the cgroup's limit, or the machine's memory. */
};

struct run {
    const struct options *options;
    struct child child;
    struct tree *tree;           /* NULL: no sampler. */
    struct recorder *recorder;   /* NULL: nothing is recorded. */
    struct heaps *heaps;         /* NULL: not counted. */
    struct snapshots *snapshots; /* NULL: none are kept. */
    struct text snapshots_path;
    struct missing missing; /* Of them. */
    double next_snapshot, next_collection;
    uint64_t lost_bytes; /* For --leaks. */
    struct report report;

    struct schedule schedule;
    double next;             /* Time of the next sample. */
    double share;            /* Of CPU time that is credited to the account. */
    double credit, credited; /* CPU seconds available, as of `credited`. */
    double charged;          /* CPU seconds already charged. */
    double pss_credit;       /* CPU seconds for PSS that is read only for the report. */
    uint64_t judged;         /* The sum of RSS when PSS was last read for a limit, */
    double judge_again;      /* and when it is read again, whatever the sum is. */
    double first_moment, last_moment, last_cpu, first_cpu;
    uint64_t last_rss; /* The last sample's sum, and its processes. */
    size_t last_alive;
    bool has_last;

    uint64_t max_mem; /* 0: no limit. */
    uint64_t budget;  /* 0: none. */
    uint64_t spent;   /* The highest PSS of samples whose RSS exceeded the budget. */
    const struct limits *limits;
    struct oom oom;
    bool has_failed; /* The recording could not be written. */
    bool has_reported;
};

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

/*
 * CPU seconds of the whole tree, including ended processes. Counters of processes that were never waited for are lost;
 * the result never decreases.
 */
static double tree_cpu(struct run *run, const struct tree_sample *sample) {
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
    double cpu = tree_cpu(run, sample);
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

/* The value compared with a limit. Without PSS, shared pages count once for each process. */
static uint64_t memory_of(const struct tree_sample *sample) {
    return tree_has_pss() ? sample->pss : sample->rss;
}

/* Credits a share of the elapsed time, up to the maximum unless the account already exceeds it. */
static void earn(struct run *run, double moment) {
    double earned = run->share * (moment - run->credited), most = run->credit > MOST_CREDIT ? run->credit : MOST_CREDIT;
    run->credit = run->credit + earned < most ? run->credit + earned : most;
    run->pss_credit = run->pss_credit + earned < PSS_CREDIT ? run->pss_credit + earned : PSS_CREDIT;
    run->credited = moment;
}

/*
 * Takes a sample, charges it, and sets the time of the next one. With a limit, there is a sample at every interval,
 * whatever it costs.
 */
static const struct tree_sample *sample_on_account(struct run *run) {
    double moment = platform_clock();
    const struct tree_sample *sample = take_sample(run);
    earn(run, moment);
    look_for_peak(run, sample);
    judge(run, sample);
    if (run->budget > 0 && sample->rss > run->budget && memory_of(sample) > run->spent) {
        run->spent = memory_of(sample);
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

/* ---- Limits ---- */

/* Before a process is killed, it takes its last snapshot, if it is running. */
static void ask_before_end(void *context) {
    const struct run *run = context;
    if (run->snapshots != NULL) {
        snapshots_await(run->snapshots, "end", 1);
    }
}

/* Ends the whole tree: first asks, then kills. Anything left after that is stuck in the kernel. */
static void end_tree(struct run *run, const char *reason) {
    run->report.ended_for = reason;
    ask_before_end(run);
    const struct tree_sample *sample = run->tree != NULL ? tree_take(run->tree, false) : NULL;
    child_signal(&run->child, sample, CHILD_TERMINATE);
    double killing = platform_clock() + GRACE, giving_up = killing + LAST_WAIT;
    while (!run->child.has_ended || (sample != NULL && sample->alive > 0)) {
        child_sleep(&run->child, platform_clock() + 0.02);
        double now = platform_clock();
        if (now >= giving_up) {
            break;
        }
        if (run->tree != NULL) {
            sample = now >= run->next ? sample_on_account(run) : tree_take(run->tree, false);
        }
        if (now >= killing) {
            child_signal(&run->child, sample, CHILD_KILL);
        }
    }
}

static void say_above(const struct run *run, uint64_t bytes, const char *where, const char *option, const char *limit) {
    struct text text = TEXT_INIT;
    bytes_add_human(&text, bytes);
    text_addf(&text, " %s is above %s %s", where, option, limit);
    if (strchr(limit, '%') != NULL) {
        text_add(&text, " of ");
        bytes_add_human(&text, run->limits->whole);
        text_add(&text, run->limits->is_of_cgroup ? ", the limit of its cgroup" : ", the machine's memory");
    }
    note("%s: %s", run->report.name, text.bytes);
    text_free(&text);
}

static void check_limits(struct run *run, const struct tree_sample *sample, double deadline) {
    if (run->max_mem > 0 && sample != NULL && sample->rss > run->max_mem && memory_of(sample) > run->max_mem) {
        say_above(run, memory_of(sample),
                  !tree_has_pss()        ? "in the whole tree (sum of RSS)"
                  : sample->is_estimated ? "in the whole tree (PSS where it can be read)"
                                         : "in the whole tree (PSS)",
                  "--max-mem", run->options->max_mem);
        end_tree(run, "max-mem");
    } else if (deadline > 0 && platform_clock() >= deadline) {
        note("%s: still running after --timeout %s", run->report.name, run->options->timeout_text);
        end_tree(run, "timeout");
    }
}

/* Prints progress on stderr, as of the last sample, if SIGUSR1 requested it. */
static void answer(const struct run *run) {
    if (!run->child.is_asked) {
        return;
    }
    struct text text = TEXT_INIT;
    text_add(&text, "sysinfo: ");
    text_add_plain(&text, run->report.name);
    text_addf(&text, ": %.1f s so far", platform_clock() - run->child.started);
    if (run->has_last) {
        text_add(&text, "; memory ");
        bytes_add_human(&text, run->last_rss);
        text_addf(&text, " in %zu process%s (sum of RSS), peak ", run->last_alive, run->last_alive == 1 ? "" : "es");
        bytes_add_human(&text, run->report.peak_tree);
        text_addf(&text, "; cpu %.2f s", run->last_cpu);
    }
    text_add(&text, "\n");
    platform_write(2, text.bytes, text.length);
    text_free(&text);
}

/* ---- A command from start to end ---- */

static void tend_snapshots(struct run *run, double moment, double *wake) {
    double every = run->options->every;
    if (every > 0 && moment >= run->next_snapshot) {
        if (run->next_snapshot > 0) {
            snapshots_request(run->snapshots, "every");
        }
        run->next_snapshot = run->next_snapshot > 0 ? run->next_snapshot + every : run->child.started + every;
    }
    if (moment >= run->next_collection) {
        snapshots_collect(run->snapshots, false);
        run->next_collection = moment + 1;
    }
    *wake = every > 0 && run->next_snapshot < *wake ? run->next_snapshot : *wake;
}

static void run_on(struct run *run) {
    double deadline = options_has(run->options, OPTION_TIMEOUT) ? run->child.started + run->options->timeout : 0;
    while (!run->child.has_ended && run->report.ended_for == NULL) {
        const struct tree_sample *sample = NULL;
        double moment = platform_clock();
        if (run->tree != NULL && moment >= run->next) {
            sample = sample_on_account(run);
        }
        check_limits(run, sample, deadline);
        double wake = run->tree != NULL ? run->next : moment + 3600;
        if (run->snapshots != NULL) {
            tend_snapshots(run, moment, &wake);
        }
        if (!run->child.has_ended && run->report.ended_for == NULL) {
            child_sleep(&run->child, deadline > 0 && deadline < wake ? deadline : wake);
            answer(run);
        }
    }
}

/* The recording's title in a plot; with --pid, as soon as the process's name is known. */
static void record_command(struct run *run, const char *const *command) {
    struct text text = TEXT_INIT;
    recording_add_words(&text, command);
    recorder_add_comment(run->recorder, "command", text.bytes);
    text_free(&text);
}

/* The last row: what has ended has peaks and sums but no memory. */
static void record_end(struct run *run) {
    const struct report *report = &run->report;
    const struct heap_totals *heaps = report->heaps;
    struct recorded_heap heap;
    struct recorded last = {report->elapsed + run->child.started - recorder_start(run->recorder),
                            0,
                            report->name,
                            (int64_t)report->still_running,
                            -1,
                            -1,
                            (double)report->peak,
                            tree_cpu(run, &(struct tree_sample){.cpu = 0}),
                            -1,
                            NULL};
    if (heaps != NULL && heaps->programs > 0) {
        heap = (struct recorded_heap){
            -1, -1, -1, (double)heaps->largest[0].peak, -1, (double)heaps->allocs, (double)heaps->frees, -1};
        last.heap = &heap;
    }
    recorder_add(run->recorder, &last);
    struct text end = TEXT_INIT;
    report_add_end(&end, report);
    if (report->ended_for != NULL) {
        text_addf(&end, " by --%s", report->ended_for);
    }
    recorder_add_comment(run->recorder, "ended", end.bytes);
    text_free(&end);
    run->has_failed = !recorder_flush(run->recorder) || run->has_failed;
}

/* The measured interval includes the time after the last sample. */
static void count_time(struct run *run, double end) {
    struct report *report = &run->report;
    if (report->samples > 0 && end > run->last_moment) {
        keep_gap(run, end);
        report->true_interval = (end - run->first_moment) / (double)report->samples;
    }
}

/* Nothing is ended for it: the command has already finished. */
static void check_budget(struct run *run) {
    bool is_tree = run->spent >= run->report.peak;
    uint64_t most = is_tree ? run->spent : run->report.peak;
    if (run->budget > 0 && most > run->budget) {
        const char *where = tree_has_pss() ? "in the whole tree (PSS)" : "in the whole tree (sum of RSS)";
        say_above(run, most, is_tree ? where : "in the largest process", "--budget", run->options->budget);
        run->report.is_over_budget = true;
    }
}

/* Takes the system's figures of the finished child, and the processes left over. */
static void conclude(struct run *run) {
    struct report *report = &run->report;
    const struct child *child = &run->child;
    report->elapsed = (child->has_ended ? child->ended : platform_clock()) - child->started;
    report->has_no_cpu = child->has_no_cpu;
    report->user = child->has_no_cpu ? run->last_cpu : child->user;
    report->system = child->system;
    report->counts = child->counts;
    report->peak_committed = child->peak_committed;
    report->peak_all_committed = child->peak_all_committed;
    report->signal = child->signal;
    report->status = report->exit_status = child->has_ended ? child->status : 128;
    if (run->tree != NULL) {
        report->still_running = tree_take(run->tree, false)->alive;
    }
    if (child->peak > report->peak) {
        if ((double)child->peak >
            (double)report->peak *
                1.05) { /* More than counting in different places explains: it was another process. */
            report->peak_pid = 0;
        }
        report->peak = child->peak;
    }
    if (report->no_samples == NULL && report->peak > report->peak_tree) { /* Ended before a sample. */
        report->peak_tree = report->peak;
    }
    if (report->has_pss && report->peak > report->peak_tree_pss) {
        report->peak_tree_pss = report->peak;
    }
    count_time(run, child->has_ended ? child->ended : platform_clock());
    oom_end(&run->oom);
    if (run->max_mem > 0 && report->ended_for == NULL && report->peak > run->max_mem) {
        say_above(run, report->peak, "in the largest process, between two samples,", "--max-mem",
                  run->options->max_mem);
        report->ended_for = "max-mem";
    }
    check_budget(run);
    if (run->snapshots != NULL) {
        snapshots_collect(run->snapshots, true);
        run->missing = snapshots_missing(run->snapshots);
        run->has_failed = !snapshots_close(run->snapshots) || run->has_failed;
        run->snapshots = NULL;
    }
    if (run->heaps != NULL) {
        report->heaps = heaps_conclude(run->heaps);
    }
    if (run->recorder != NULL) {
        record_end(run);
    }
}

/* Writes to the file of --output, or to stderr; if stderr is closed, only the command's status counts. */
static int put(const struct text *text, const struct options *options, struct output *output) {
    if (options->output != NULL) {
        return output_write(output, text);
    }
    platform_write(2, text->bytes, text->length);
    return 0;
}

static int print_report(struct run *run, struct output *output) {
    struct text text = TEXT_INIT;
    (run->options->format == FORMAT_JSON ? report_add_json : report_add_text)(&text, &run->report);
    run->has_reported = true;
    int status = put(&text, run->options, output);
    text_free(&text);
    return status;
}

/* A failure of this program must not look like success, but the command's own status takes precedence. */
static int final_status(const struct run *run, bool has_printed) {
    if (run->report.ended_for != NULL) {
        return EXIT_LIMIT;
    }
    if (run->report.is_over_budget && run->report.exit_status == 0) {
        return EXIT_LIMIT;
    }
    if (run->report.status == 0 && (run->has_failed || !has_printed)) {
        return EXIT_OWN_FAILURE;
    }
    bool is_above = options_has(run->options, OPTION_MAX_LEAKS) && run->lost_bytes > run->options->max_leaks;
    return run->report.status == 0 && is_above ? EXIT_LEAKS : run->report.status;
}

static void add_missing(struct text *text, const struct missing *missing) {
    if (missing->confined > 0) {
        text_addf(text, "sysinfo: not examined: %" PRIu64 " process%s, restricted by seccomp to certain system calls\n",
                  missing->confined, missing->confined == 1 ? "" : "es");
    }
    if (missing->failed > 0) {
        text_addf(text,
                  "sysinfo: %" PRIu64 " snapshot%s not taken: out of memory, or no space left in the directory for "
                  "temporary files\n",
                  missing->failed, missing->failed == 1 ? " was" : "s were");
    }
}

/* Printed on stderr, after the report. */
static void print_snapshots(struct run *run) {
    struct text text = TEXT_INIT;
    if (options_has(run->options, OPTION_LEAKS)) {
        run->has_failed = leaks_report(&text, run->snapshots_path.bytes, run->options->ignore, &run->lost_bytes) != 0 ||
                          run->has_failed;
    }
    add_missing(&text, &run->missing);
    if (text.length > 0) {
        platform_write(2, text.bytes, text.length);
    }
    text_free(&text);
}

static void start_sampling(struct run *run) {
    const struct options *options = run->options;
    run->report.interval = options->interval > 0 ? options->interval : DEFAULT_INTERVAL;
    run->report.true_interval = run->report.interval;
    run->report.with_pss = options_has(options, OPTION_PSS);
    run->report.recording = options->record;
    run->schedule = (struct schedule){.start = run->child.started, .interval = run->report.interval};
    run->next = run->child.started;
    run->report.cost = options->cost > 0 ? options->cost : DEFAULT_COST;
    run->share = SHARE_OF_COST * run->report.cost;
    run->credit = FIRST_CREDIT;
    run->pss_credit = PSS_CREDIT;
    run->credited = run->child.started;
    run->charged = platform_own_cpu();
}

static const char no_pss[] = "--pss: this system does not report PSS; without the option, RSS is summed";

static int run_child(struct run *run, struct output *output) {
    const struct options *options = run->options;
    const char *recording = NULL;
    run->report.command = options->operand;
    run->report.name = platform_file_name(options->operand[0]);
    run->tree = tree_open("/proc", child_self(), true, &run->report.no_samples);
    run->child.tree = run->tree;
    run->child.before_end = ask_before_end;
    run->child.context = run;
    if (run->tree == NULL &&
        (options->given & (OPTION_BIT(OPTION_RECORD) | OPTION_BIT(OPTION_PSS) | OPTION_BIT(OPTION_PER_PROCESS))) != 0) {
        return trouble("processes cannot be sampled: %s", run->report.no_samples);
    }
    if (options_has(options, OPTION_PSS) && !tree_has_pss()) {
        return trouble("%s", no_pss);
    }
    bool with_leaks = options_has(options, OPTION_LEAKS);
    if ((options_has(options, OPTION_HEAP) || options->heap_record != NULL || with_leaks) &&
        (run->heaps = heaps_open()) == NULL) {
        return EXIT_OWN_FAILURE;
    }
    uint64_t what = options_has(options, OPTION_REFERENCES) ? SYSINFO_HEAP_REFERENCES | SYSINFO_HEAP_LEAKS
                    : with_leaks                            ? SYSINFO_HEAP_LEAKS
                                                            : 0;
    if (options->heap_record != NULL) {
        text_add(&run->snapshots_path, options->heap_record);
    } else if (with_leaks) { /* It is removed with the directory. */
        text_addf(&run->snapshots_path, "%s/snapshots", heaps_folder(run->heaps));
    }
    if (run->snapshots_path.length > 0 &&
        (run->snapshots = snapshots_open(heaps_folder(run->heaps), run->snapshots_path.bytes, what)) == NULL) {
        return EXIT_OWN_FAILURE;
    }
    char frames[24];
    snprintf(frames, sizeof frames, "%" PRIu64, options->frames > 0 ? options->frames : DEFAULT_FRAMES);
    if (options->record != NULL && (run->recorder = recorder_open(options->record, &recording)) == NULL) {
        return EXIT_OWN_FAILURE;
    }
    if (run->recorder != NULL) {
        record_command(run, options->operand); /* Before any mark of the command, as the second line. */
        run->has_failed = !recorder_flush(run->recorder);
    }
    run->report.wall = platform_wall_clock();
    const struct variable variables[] = {
        {SYSINFO_RECORDING, recording},
        {SYSINFO_HEAP_RECORDS, run->heaps != NULL ? heaps_folder(run->heaps) : NULL},
        {SYSINFO_HEAP_SITES, run->snapshots != NULL ? frames : NULL},
        {"LD_PRELOAD", run->heaps != NULL ? heaps_preload(run->heaps) : NULL},
        {NULL, NULL},
    };
    if (run->heaps != NULL) {
        heaps_foresee(run->heaps, options->operand[0]);
    }
    oom_begin(&run->oom);
    int status = child_start(&run->child, options->operand, variables);
    if (status != 0) {
        run->report.is_not_started = true;
        run->report.status = run->report.exit_status = status;
        if (options->output != NULL) { /* An earlier report in that file would look like this run's. */
            print_report(run, output);
        }
        return status;
    }
    run->report.pid = run->child.pid;
    run->report.oom = &run->oom;
    if (run->heaps != NULL) {
        heaps_started(run->heaps, run->child.pid);
    }
    start_sampling(run);
    run_on(run);
    conclude(run);
    run->report.status = final_status(run, true);
    bool has_printed = print_report(run, output) == 0;
    print_snapshots(run);
    return final_status(run, has_printed);
}

/* ---- A process that is already running ---- */

static bool is_running(const struct tree_sample *sample, int64_t pid) {
    for (size_t i = 0; i < sample->processes; i++) {
        if (sample->process[i].pid == pid) {
            return !sample->process[i].is_dead;
        }
    }
    return false;
}

static void watch_on(struct run *run) {
    struct report *report = &run->report;
    report->name = report->watched;
    double deadline = run->options->timeout > 0 ? run->child.started + run->options->timeout : DBL_MAX;
    bool is_first = true; /* Its sample is taken even if the time is already over. */
    for (bool goes_on = true; goes_on && run->child.request == 0 && (is_first || platform_clock() < deadline);) {
        const struct tree_sample *sample = sample_on_account(run);
        is_first = false;
        goes_on = is_running(sample, report->pid);
        if (report->watched[0] == '\0' && sample->processes > 0) {
            memcpy(report->watched, sample->process[0].name, sizeof report->watched);
            if (run->recorder != NULL) {
                record_command(run, (const char *const[]){report->watched, NULL});
            }
        }
        if (goes_on) {
            child_sleep(&run->child, deadline < run->next ? deadline : run->next);
            answer(run);
        }
    }
}

static int watch(struct run *run, struct output *output) {
    const struct options *options = run->options;
    const char *recording = NULL;
    run->report.pid = options->pid;
    run->report.is_watch = true;
    run->tree = tree_open("/proc", options->pid, false, &run->report.no_samples);
    if (run->tree == NULL) {
        return trouble("--pid %s: this process cannot be watched: %s", options->pid_text, run->report.no_samples);
    }
    if (options_has(options, OPTION_PSS) && !tree_has_pss()) {
        return trouble("%s", no_pss);
    }
    if (options->record != NULL && (run->recorder = recorder_open(options->record, &recording)) == NULL) {
        return EXIT_OWN_FAILURE;
    }
    run->report.wall = platform_wall_clock();
    child_watch(&run->child);
    start_sampling(run);
    watch_on(run);
    const char *const command[] = {run->report.name, NULL};
    run->report.command = command;
    run->report.elapsed = platform_clock() - run->child.started;
    count_time(run, platform_clock());
    run->report.user = run->last_cpu;
    bool has_printed = print_report(run, output) == 0;
    run->report.command = NULL;
    return final_status(run, has_printed);
}

/* ---- The command line ---- */

/* The base of a percentage: the limit that the kernel would enforce, or the machine's memory. 0: unknown. */
static uint64_t whole_memory(bool *is_limit) {
    struct sysinfo_memory memory;
    struct sysinfo_allowance allowance;
    bool has_total = sysinfo_virtual_memory(NULL, &memory, sizeof memory) == SYSINFO_OK && SYSINFO_HAS(&memory, total);
    uint64_t total = has_total ? memory.total : 0;
    *is_limit = sysinfo_usable_memory(NULL, &allowance, sizeof allowance) == SYSINFO_OK &&
                SYSINFO_HAS(&allowance, limit) && allowance.limit != SYSINFO_UNLIMITED &&
                (total == 0 || allowance.limit < total);
    return *is_limit ? allowance.limit : total;
}

static int parse_limit(struct limits *limits, const char *option, const char *word, uint64_t *bytes) {
    double percent;
    const char *unit;
    if (!scan_number(word, &percent, &unit) || strcmp(unit, "%") != 0) {
        int status = parse_size(option, word, bytes);
        return status != 0 || *bytes > 0 ? status : usage("%s '%s' must be greater than 0", option, word);
    }
    limits->whole = whole_memory(&limits->is_of_cgroup);
    if (limits->whole == 0) {
        return trouble("%s %s: the machine's memory is unknown", option, word);
    }
    double limit = (double)limits->whole * percent / 100;
    if (!(limit >= 1 && limit < 9e18)) {
        return usage("%s '%s' must be greater than 0", option, word);
    }
    *bytes = (uint64_t)limit;
    return 0;
}

static int check(const struct options *options) {
    bool is_watch = options_has(options, OPTION_PID);
    if (!is_watch && options->operands == 0) {
        return usage("no command; write for example sysinfo run -- make test");
    }
    if (!is_watch && *options->operand[0] == '\0') {
        return usage("the command's name is empty; write for example sysinfo run -- make test");
    }
    if (is_watch && options->operands > 0) {
        return usage("--pid watches a running process; leave out '%s'", options->operand[0]);
    }
    static const enum option_id of_commands[] = {OPTION_MAX_MEM, OPTION_BUDGET, OPTION_REPEAT};
    for (size_t i = 0; is_watch && i < sizeof of_commands / sizeof of_commands[0]; i++) {
        if (options_has(options, of_commands[i])) {
            return usage("%s applies to a command started by run; it and --pid exclude each other",
                         options->word[of_commands[i]]);
        }
    }
    if (options_has(options, OPTION_REPEAT) && (options->record != NULL || options->heap_record != NULL)) {
        return usage("--repeat and %s exclude each other: a file holds one run",
                     options->record != NULL ? "--record" : "--heap-record");
    }
    if (is_watch && options_has(options, OPTION_HEAP)) {
        return usage("--heap counts from the start of a command; it and --pid exclude each other");
    }
    if (options_has(options, OPTION_PER_PROCESS) && options->record == NULL) {
        return usage("--per-process adds rows to a recording; add --record FILE");
    }
    if (options->record != NULL && options->output != NULL && platform_is_same_file(options->record, options->output)) {
        return usage("%s and --record name the same file, %s; choose another for the report",
                     options->word[OPTION_OUTPUT], options->output);
    }
    return 0;
}

static int check_blocks(const struct options *options, bool is_watch) {
    bool with_leaks = options_has(options, OPTION_LEAKS), with_references = options_has(options, OPTION_REFERENCES);
    if (options->heap_record == NULL && with_references) {
        return usage("--references needs a file; add --heap-record FILE");
    }
    if (options->heap_record != NULL && !options_has(options, OPTION_SITES) && !with_leaks && !with_references) {
        return usage("--heap-record writes the call sites of live blocks; add --sites");
    }
    if (options->heap_record == NULL && options_has(options, OPTION_SITES) && !with_leaks) {
        return usage("--sites writes snapshots to a file; add --heap-record FILE");
    }
    if (!with_leaks && (options_has(options, OPTION_MAX_LEAKS) || options->ignore != NULL)) {
        return usage("%s needs --leaks", options->word[options->ignore != NULL ? OPTION_IGNORE : OPTION_MAX_LEAKS]);
    }
    if (options->every > 0 && options->heap_record == NULL) {
        return usage("--every takes snapshots of live blocks; add --sites --heap-record FILE");
    }
    if (is_watch && (options->heap_record != NULL || with_leaks)) {
        return usage("--sites follows blocks from the start of a command; it and --pid exclude each other");
    }
    return 0;
}

/* ---- Several runs of one command ---- */

struct spread {
    double least, most, sum;
};

/* The runs so far. A run that ended before its first sample may have no peak. */
struct runs {
    uint64_t count, sampled;
    struct spread elapsed, cpu, peak;
};

static void spread_add(struct spread *spread, double value, bool is_first) {
    spread->least = is_first || value < spread->least ? value : spread->least;
    spread->most = is_first || value > spread->most ? value : spread->most;
    spread->sum += value;
}

static void keep_run(struct runs *runs, const struct report *report) {
    bool is_first = runs->count++ == 0;
    spread_add(&runs->elapsed, report->elapsed, is_first);
    spread_add(&runs->cpu, report->user + report->system, is_first);
    uint64_t peak = report->with_pss ? report->peak_tree_pss : report->peak_tree;
    if (peak > 0) {
        spread_add(&runs->peak, (double)peak, runs->sampled++ == 0);
    }
}

static void add_seconds(struct text *text, const char *name, const struct spread *spread, uint64_t count) {
    text_addf(text, "%s %.2f to %.2f s, mean %.2f s", name, spread->least, spread->most, spread->sum / (double)count);
}

static int print_runs(const struct runs *runs, const struct options *options, struct output *output) {
    struct text text = TEXT_INIT;
    text_addf(&text, "sysinfo: %" PRIu64 " run%s:", runs->count, runs->count == 1 ? "" : "s");
    add_seconds(&text, " elapsed", &runs->elapsed, runs->count);
    add_seconds(&text, "; cpu", &runs->cpu, runs->count);
    if (runs->sampled > 0) {
        text_add(&text, "; peak memory ");
        if (runs->sampled < runs->count) {
            text_addf(&text, "of %" PRIu64 " of them ", runs->sampled);
        }
        bytes_add_human(&text, (uint64_t)runs->peak.least);
        text_add(&text, " to ");
        bytes_add_human(&text, (uint64_t)runs->peak.most);
        text_add(&text, ", mean ");
        bytes_add_human(&text, (uint64_t)(runs->peak.sum / (double)runs->sampled));
    }
    text_add(&text, "\n");
    int status = put(&text, options, output);
    text_free(&text);
    return status;
}

/* ---- The command ---- */

/* Runs once, from start to report. `*has_reported` stays false if the command was never started. */
static int run_once(const struct options *options, const struct limits *limits, struct output *output,
                    struct runs *runs, bool *has_reported, int *request) {
    struct run run;
    memset(&run, 0, sizeof run);
    run.options = options;
    run.max_mem = limits->max_mem;
    run.budget = limits->budget;
    run.limits = limits;
    int status = options_has(options, OPTION_PID) ? watch(&run, output) : run_child(&run, output);
    *has_reported = *has_reported || run.has_reported;
    *request = run.child.request;
    if (run.has_reported && child_last_end() == 0) { /* An interrupted run is shorter than the others. */
        keep_run(runs, &run.report);
    }
    recorder_close(run.recorder);
    snapshots_close(run.snapshots);
    text_free(&run.snapshots_path);
    heaps_close(run.heaps);
    tree_free(run.tree);
    oom_free(&run.oom);
    return status;
}

int run_command(struct options *options) {
    struct limits limits = {.max_mem = 0};
    int status = check(options);
    if (status == 0) {
        status = check_blocks(options, options_has(options, OPTION_PID));
    }
    if (status == 0 && options->max_mem != NULL) {
        status = parse_limit(&limits, "--max-mem", options->max_mem, &limits.max_mem);
    }
    if (status == 0 && options->budget != NULL) {
        status = parse_limit(&limits, "--budget", options->budget, &limits.budget);
    }
    struct output output = {.path = NULL};
    if (status == 0) {
        status = output_open(&output, options->output, false);
    }
    if (status != 0) {
        return status;
    }
    struct runs runs = {.count = 0};
    bool has_reported = false;
    int request = 0;
    uint64_t left = options->repeat > 0 ? options->repeat : 1;
    for (int end = 0; left > 0 && status == 0 && end == 0; left--) {
        status = run_once(options, &limits, &output, &runs, &has_reported, &request);
        end = left > 1 ? child_last_end() : 0;
        status = end != 0 && status == 0 ? 128 + end : status;
    }
    if (options->repeat > 1 && runs.count > 0 && options->format != FORMAT_JSON &&
        print_runs(&runs, options, &output) != 0 && status == 0) {
        status = EXIT_OWN_FAILURE;
    }
    if (output.file != NULL && output_close(&output, has_reported) != 0 && status == 0) {
        status = EXIT_OWN_FAILURE;
    }
    return request != 0 ? child_obey(request) : status;
}
