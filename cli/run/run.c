/* SPDX-License-Identifier: MIT */
/* `sysinfo run`: a command, or a process that is already running, and what its tree uses. */
#include "run/run.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blocks/leaks.h"
#include "fail.h"
#include "output.h"
#include "platform.h"
#include "plot/recording.h"
#include "run/child.h"
#include "run/heaps.h"
#include "run/oom.h"
#include "run/report.h"
#include "run/sampling.h"
#include "run/snapshots.h"
#include "run/tree.h"
#include "value.h"

#define DEFAULT_FRAMES 16 /* For --leaks without --sites. */
#define GRACE 2.0         /* Seconds from TERM to KILL. */
#define LAST_WAIT 2.0     /* Seconds for killed processes to disappear. */

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
    sampling_open(run);
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
            sample = now >= run->next ? sampling_take(run) : tree_take(run->tree, false);
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
    if (run->max_mem > 0 && sample != NULL && sample->rss > run->max_mem && sampling_memory(sample) > run->max_mem) {
        say_above(run, sampling_memory(sample),
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
        if (moment >= run->next) {
            sampling_open(run);
            sample = run->tree != NULL ? sampling_take(run) : NULL;
        }
        check_limits(run, sample, deadline);
        double wake = run->tree != NULL || run->is_prepared ? run->next : moment + 3600;
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
                            sampling_cpu(run, &(struct tree_sample){.cpu = 0}),
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
    if (!child->is_childless) {
        sampling_open(run);
    }
    if (run->tree != NULL) {
        report->still_running = tree_count_left(run->tree, child->is_childless);
    }
    if (child->peak > report->peak) {
        /* More than counting in different places explains: it was another process. */
        if ((double)child->peak > (double)report->peak * 1.05) {
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
    sampling_end(run, child->has_ended ? child->ended : platform_clock());
    oom_end(&run->oom, run->options->format == FORMAT_JSON);
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
    if (missing->denied > 0) {
        text_addf(text, "sysinfo: %" PRIu64 " snapshot%s not taken of processes that now run as another user\n",
                  missing->denied, missing->denied == 1 ? " was" : "s were");
    }
}

/* Printed on stderr, after the report. */
static void print_snapshots(struct run *run) {
    struct text text = TEXT_INIT;
    if (options_has(run->options, OPTION_LEAKS)) {
        run->has_failed =
            leaks_report(&text, run->snapshots_path.bytes, &run->limits->ignored, &run->lost_bytes) != 0 ||
            run->has_failed;
    }
    add_missing(&text, &run->missing);
    if (text.length > 0) {
        platform_write(2, text.bytes, text.length);
    }
    text_free(&text);
}

static const char no_pss[] = "--pss: this system does not report PSS; without the option, RSS is summed";

/* Leaves to sampling_open() what need not be done before the command starts. Returns 0, or a status after a message. */
static int prepare_samples(struct run *run) {
    const struct options *options = run->options;
    bool must_sample =
        (options->given & (OPTION_BIT(OPTION_RECORD) | OPTION_BIT(OPTION_PSS) | OPTION_BIT(OPTION_PER_PROCESS))) != 0;
    run->is_prepared = !must_sample && tree_prepare();
    run->child.had_none = run->is_prepared;
    if (!run->is_prepared) {
        run->tree = tree_open("/proc", child_self(), true, &run->report.no_samples);
        run->child.tree = run->tree;
    }
    if (run->tree == NULL && must_sample) {
        return trouble("processes cannot be sampled: %s", run->report.no_samples);
    }
    return options_has(options, OPTION_PSS) && !tree_has_pss() ? trouble("%s", no_pss) : 0;
}

static int run_child(struct run *run, struct output *output) {
    const struct options *options = run->options;
    const char *recording = NULL;
    run->report.command = options->operand;
    run->report.name = platform_file_name(options->operand[0]);
    run->child.before_end = ask_before_end;
    run->child.context = run;
    int status = prepare_samples(run);
    if (status != 0) {
        return status;
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
        text_addf(&run->snapshots_path, "%s/snapshots", heaps_directory(run->heaps));
    }
    if (run->snapshots_path.length > 0 &&
        (run->snapshots = snapshots_open(heaps_directory(run->heaps), run->snapshots_path.bytes, what)) == NULL) {
        return EXIT_OWN_FAILURE;
    }
    char frames[24];
    if (run->snapshots != NULL) {
        snprintf(frames, sizeof frames, "%" PRIu64, options->frames > 0 ? options->frames : DEFAULT_FRAMES);
    }
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
        {SYSINFO_HEAP_RECORDS, run->heaps != NULL ? heaps_directory(run->heaps) : NULL},
        {SYSINFO_HEAP_SITES, run->snapshots != NULL ? frames : NULL},
        {"LD_PRELOAD", run->heaps != NULL ? heaps_preload(run->heaps) : NULL},
        {NULL, NULL},
    };
    if (run->heaps != NULL) {
        heaps_foresee(run->heaps, options->operand[0]);
    }
    oom_begin(&run->oom);
    status = child_start(&run->child, options->operand, variables);
    if (status != 0) {
        sampling_open(run); /* For its message. */
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
    sampling_start(run);
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
        const struct tree_sample *sample = sampling_take(run);
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
    sampling_start(run);
    watch_on(run);
    const char *const command[] = {run->report.name, NULL};
    run->report.command = command;
    run->report.elapsed = platform_clock() - run->child.started;
    sampling_end(run, platform_clock());
    run->report.user = run->last_cpu;
    bool has_printed = print_report(run, output) == 0;
    run->report.command = NULL;
    return final_status(run, has_printed);
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
    run.oom.counter = -1;
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
    struct limits limits = {.ignored.text = TEXT_INIT};
    int status = arguments_check(&limits, options);
    struct output output = {.path = NULL};
    if (status == 0) {
        status = output_open(&output, options->output, false);
    }
    if (status != 0) {
        ignored_free(&limits.ignored);
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
    ignored_free(&limits.ignored);
    return request != 0 ? child_obey(request) : status;
}
