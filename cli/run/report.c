/* SPDX-License-Identifier: MIT */
#include "run/report.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "utc.h"
#include "value.h"

/* ---- For people ---- */

void report_add_end(struct text *text, const struct report *report) {
    const char *name = report->signal != 0 ? child_signal_name(report->signal) : NULL;
    if (name != NULL) {
        text_addf(text, "killed by signal %d (%s)", report->signal, name);
    } else if (report->signal != 0) {
        text_addf(text, "killed by signal %d", report->signal);
    } else {
        text_addf(text, "exit %d", report->exit_status);
    }
}

static void add_end(struct text *text, const struct report *report) {
    text_add(text, "sysinfo: ");
    text_add_plain(text, report->name);
    if (report->is_watch) {
        text_addf(text, " (pid %" PRId64 "): watched for %.2f s; cpu %.2f s meanwhile\n", report->pid, report->elapsed,
                  report->user);
        return;
    }
    text_add(text, ": ");
    if (report->is_not_started) {
        text_addf(text, "not started, status %d\n", report->status);
        return;
    }
    report_add_end(text, report);
    text_addf(text, report->elapsed < 1 ? " after %.3f s" : " after %.2f s", report->elapsed);
    if (!report->has_no_cpu) {
        text_addf(text, "; cpu %.2f s user, %.2f s system\n", report->user, report->system);
    } else if (report->samples > 0) {
        text_addf(text, "; cpu %.2f s until the last sample\n", report->user);
    } else {
        text_add(text, "; cpu time is not known\n");
    }
}

/* Percent of one CPU. False: unknown. */
static bool get_cpu_percent(const struct report *report, double *percent) {
    *percent = report->elapsed > 0 ? (report->user + report->system) / report->elapsed * 100 : 0;
    return !report->has_no_cpu && !report->is_not_started && report->elapsed > 0;
}

/* The other values that time -v prints. */
static void add_counts(struct text *text, const struct report *report) {
    const struct child_counts *counts = &report->counts;
    double percent;
    if (!counts->is_known || !get_cpu_percent(report, &percent)) {
        return;
    }
    text_addf(text, "sysinfo: %.0f %% of a CPU; page faults: %" PRIu64 " minor, %" PRIu64 " major", percent,
              counts->minor_faults, counts->major_faults);
    text_addf(text, "; context switches: %" PRIu64 " voluntary, %" PRIu64 " involuntary", counts->voluntary_switches,
              counts->involuntary_switches);
    if (counts->has_bytes) {
        text_add(text, "; disk: ");
        bytes_add_human(text, counts->read);
        text_add(text, " read, ");
        bytes_add_human(text, counts->written);
        text_add(text, " written");
    }
    text_add(text, "\n");
}

/* "cc1 x 9 121 MiB, ld 60.0 MiB": only if the tree had more than one process. */
static void add_largest(struct text *text, const struct report *report) {
    if (report->peak_processes < 2) {
        return;
    }
    for (size_t i = 0; i < PEAK_NAMES && report->largest[i].bytes > 0; i++) {
        const struct peak_name *largest = &report->largest[i];
        text_add(text, i == 0 ? "sysinfo:   at that moment " : ", ");
        text_add_plain(text, largest->name);
        if (largest->processes > 1) {
            text_addf(text, " x %zu", largest->processes);
        }
        text_add(text, ": ");
        bytes_add_human(text, largest->bytes);
    }
    text_add(text, report->largest[0].bytes > 0 ? "\n" : "");
}

/* Processes that the kernel killed because memory ran out, in the command or elsewhere in its cgroup. */
static void add_oom(struct text *text, const struct oom *oom) {
    text_addf(text, "sysinfo: the kernel's OOM killer ended %" PRIu64 " process%s", oom->kills,
              oom->kills == 1 ? "" : "es");
    if (oom->group != NULL) {
        text_add(text, " in the cgroup ");
        text_add_plain(text, oom->group);
    }
    if (oom->has_limit) {
        text_add(text, ", limited to ");
        bytes_add_human(text, oom->limit);
    }
    if (oom->events > 0) {
        text_addf(text, "; it ran out of memory %" PRIu64 " time%s", oom->events, oom->events == 1 ? "" : "s");
    }
    text_add(text, "\n");
}

/*
 * The sum of RSS counts shared pages once for each process, so PSS comes first if known. It may have been read when the
 * sum was lower than at the end.
 */
static void add_sums(struct text *text, const struct report *report) {
    if (!report->has_pss) {
        text_add(text, "sum of RSS");
        return;
    }
    text_addf(text, "PSS%s; ", report->is_estimated ? ", RSS where PSS could not be read" : "");
    bytes_add_human(text, report->peak_tree);
    text_add(text, " as the sum of RSS");
    if ((double)report->pss_at * 1.125 < (double)report->peak_tree) {
        text_add(text, ", PSS read at ");
        bytes_add_human(text, report->pss_at);
    }
}

static void add_tree_peak(struct text *text, const struct report *report) {
    text_add(text, "sysinfo: peak memory ");
    bytes_add_human(text, report->has_pss ? report->peak_tree_pss : report->peak_tree);
    text_addf(text, " in the whole tree (%zu process%s, ", report->peak_processes,
              report->peak_processes == 1 ? "" : "es");
    add_sums(text, report);
    text_addf(text, "; %" PRIu64 " sample%s", report->samples, report->samples == 1 ? "" : "s");
    if (report->samples > 1) {
        text_addf(text, ", one every %.2g s", report->true_interval);
    }
    if (report->longest_gap >= 2 * report->interval) {
        text_addf(text, ", nothing seen for up to %.2g s", report->longest_gap);
    }
    text_add(text, ")\n");
}

static void add_peaks(struct text *text, const struct report *report) {
    if (report->peak == 0) {
        text_add(text, "sysinfo: peak memory is unknown\n");
        return;
    }
    text_add(text, "sysinfo: peak memory ");
    bytes_add_human(text, report->peak);
    text_add(text, " in the largest single process");
    if (report->peak_pid > 0) {
        text_add(text, " (");
        text_add_plain(text, report->peak_name);
        text_addf(text, ", pid %" PRId64 ")", report->peak_pid);
    }
    text_add(text, "\n");
    if (report->samples > 0) {
        add_tree_peak(text, report);
        add_largest(text, report);
    }
    if (report->peak_committed > 0) {
        text_add(text, "sysinfo: committed memory: at most ");
        bytes_add_human(text, report->peak_committed);
        text_add(text, " by one process, ");
        bytes_add_human(text, report->peak_all_committed);
        text_add(text, " by the whole tree\n");
    }
}

/* ---- Heaps, for people ---- */

static const struct {
    const char *key, *one, *many;
} gaps[HEAP_GAPS] = {
    [HEAP_GAP_STATIC] = {"static", "static program", "static programs"},
    [HEAP_GAP_PRIVILEGED] = {"set_user_id", "set-user-ID or otherwise privileged program",
                             "set-user-ID or otherwise privileged programs"},
    [HEAP_GAP_ALLOCATOR] = {"own_allocator", "program with its own allocator", "programs with their own allocator"},
    [HEAP_GAP_ENVIRONMENT] = {"environment", "program started without LD_PRELOAD in its environment",
                              "programs started without LD_PRELOAD in their environment"},
    [HEAP_GAP_ARCHITECTURE] = {"architecture", "program of another architecture (32-bit)",
                               "programs of another architecture (32-bit)"},
    [HEAP_GAP_LIBC] = {"libc", "program with another C library", "programs with another C library"},
    [HEAP_GAP_USER] = {"user", "process of another user", "processes of another user"},
    [HEAP_GAP_ROOT] = {"root", "process in another root directory or container",
                       "processes in another root directory or container"},
};

static void add_count(struct text *text, uint64_t count, const char *one, const char *many) {
    text_addf(text, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static void add_calls(struct text *text, uint64_t allocs, uint64_t frees, uint64_t failed, bool has_inherited) {
    add_count(text, allocs, "allocation", "allocations");
    text_add(text, ", ");
    add_count(text, frees, "free", "frees");
    if (has_inherited && frees > 0) { /* The parent counts inherited blocks too. */
        text_add(text, " (perhaps including blocks from before a fork)");
    }
    if (failed > 0) {
        text_addf(text, ", %" PRIu64 " failed", failed);
    }
}

static void add_blocks(struct text *text, uint64_t bytes, uint64_t blocks) {
    bytes_add_human(text, bytes);
    text_add(text, " in ");
    add_count(text, blocks, "block", "blocks");
}

static void add_kept(struct text *text, uint64_t bytes) {
    text_add(text, bytes > 0 ? "; malloc kept back up to " : "; malloc kept nothing back");
    if (bytes > 0) {
        bytes_add_human(text, bytes);
    }
    text_add(text, " (estimated)");
}

static void add_largest_heap(struct text *text, const struct heap_program *program) {
    text_add(text, "sysinfo: heap of the largest process (");
    text_add_plain(text, program->name);
    text_addf(text, ", pid %" PRId64 "): peak ", program->pid);
    bytes_add_human(text, program->peak);
    text_add(text, " in use; ");
    add_calls(text, program->allocs, program->frees, program->failed, program->inherited_blocks > 0);
    text_add(text, "\nsysinfo:   still in use ");
    text_add(text, program->state == PROGRAM_RUNS    ? "now"
                   : program->state == PROGRAM_ENDED ? "at its exit"
                                                     : "when it was killed, or left by _exit() or exec");
    text_add(text, ": ");
    add_blocks(text, program->in_use, program->blocks);
    if (program->has_kept) {
        add_kept(text, program->kept_peak);
    }
    text_add(text, "\n");
}

static void add_heap_tree(struct text *text, const struct heap_totals *totals) {
    text_add(text, "sysinfo: heap of the whole tree: peak ");
    bytes_add_human(text, totals->peak);
    text_add(text, " in use; ");
    add_calls(text, totals->allocs, totals->frees, totals->failed, totals->forks > 0);
    text_addf(text, " in %zu processes\n", totals->programs);
    if (totals->ended > 0) {
        text_add(text, "sysinfo:   still in use at the exit of ");
        text_addf(text, totals->ended == totals->programs ? "all of them" : "%zu of them", totals->ended);
        text_add(text, ": ");
        add_blocks(text, totals->left, totals->left_blocks);
        if (totals->has_kept) {
            add_kept(text, totals->kept_peak);
        }
        text_add(text, "\n");
    }
}

static void add_gap_names(struct text *text, const struct heap_gap_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        text_add(text, i == 0 ? " (" : ", ");
        text_add_plain(text, names->name[i]);
    }
    text_add(text, names->count == 0 ? "" : names->has_more ? ", ...)" : ")");
}

static void add_gaps(struct text *text, const struct heap_totals *totals) {
    const char *before = "sysinfo: heap not counted: ";
    for (int gap = HEAP_GAP_NONE + 1; gap < HEAP_GAPS; gap++) {
        if (totals->gaps[gap] > 0) {
            text_addf(text, "%s%zu %s", before, totals->gaps[gap],
                      totals->gaps[gap] == 1 ? gaps[gap].one : gaps[gap].many);
            if (gap == HEAP_GAP_ALLOCATOR && totals->owner[0] != '\0') {
                text_add(text, " (");
                text_add_plain(text, totals->owner);
                text_add(text, ")");
            } else {
                add_gap_names(text, &totals->gap_names[gap]);
            }
            before = ", ";
        }
    }
    if (*before == ',') {
        text_add(text, "\n");
    } else if (totals->programs == 0) {
        text_add(text, "sysinfo: heap not counted: the command ended before it could be examined\n");
    }
}

/*
 * A program that maps its memory without malloc() looks healthy above, whatever it leaks. Small amounts are stacks, and
 * data of the program and its libraries.
 */
static bool is_mostly_outside(const struct heap_totals *totals) {
    enum { LEAST = 16 << 20 };
    return totals->anonymous >= LEAST && totals->outside > totals->anonymous / 2;
}

static void add_outside(struct text *text, const struct heap_totals *totals) {
    text_add(text, "sysinfo:   most memory is not malloc()'s: ");
    bytes_add_human(text, totals->outside);
    text_add(text, " of ");
    bytes_add_human(text, totals->anonymous);
    text_add(text, " at the peak; ");
    bytes_add_human(text, totals->mapped);
    text_add(text, " of that mapped by ");
    text_add_plain(text, totals->outside_name);
    text_add(text, totals->programs > 1 ? " and others themselves" : " itself");
    if (strncmp(totals->outside_name, "python", strlen("python")) == 0) {
        text_add(text, "; with PYTHONMALLOC=malloc Python's objects are counted");
    }
    text_add(text, "\n");
}

static void add_heaps(struct text *text, const struct heap_totals *totals) {
    if (totals->largests > 0) {
        add_largest_heap(text, &totals->largest[0]);
    }
    if (totals->programs > 1) {
        add_heap_tree(text, totals);
    }
    if (is_mostly_outside(totals)) {
        add_outside(text, totals);
    }
    add_gaps(text, totals);
}

void report_add_text(struct text *text, const struct report *report) {
    add_end(text, report);
    if (report->is_not_started) {
        return;
    }
    if (report->oom != NULL && report->oom->kills > 0) {
        add_oom(text, report->oom);
    }
    add_counts(text, report);
    add_peaks(text, report);
    if (report->heaps != NULL) {
        add_heaps(text, report->heaps);
    }
    if (report->is_stretched) {
        text_addf(text, "sysinfo: sampled every %.2g s, not every %g s: more would have taken over %g %% of a CPU\n",
                  report->true_interval, report->interval, report->cost);
    }
    if (report->no_samples != NULL) {
        text_addf(text, "sysinfo: no samples of the whole tree: %s\n", report->no_samples);
    }
    if (report->still_running > 0 && !report->is_watch) {
        text_addf(text, "sysinfo: %zu process%s of its tree %s still running\n", report->still_running,
                  report->still_running == 1 ? "" : "es", report->still_running == 1 ? "is" : "are");
    }
}

/* ---- For programs ---- */

static void add_program(struct json *json, const struct heap_program *program) {
    static const char *const states[] = {
        [PROGRAM_RUNS] = "running", [PROGRAM_ENDED] = "exited", [PROGRAM_GONE] = "gone"};
    json_open_object(json, NULL);
    json_addf(json, "pid", "%" PRId64, program->pid);
    json_add_string(json, "name", program->name);
    json_add_string(json, "image", program->image);
    json_add_bool(json, "forked", program->is_fork);
    json_add_string(json, "state", states[program->state]);
    json_add_uint(json, "allocs", program->allocs);
    json_add_uint(json, "frees", program->frees);
    json_add_uint(json, "failed", program->failed);
    json_add_uint(json, "peak", program->peak);
    json_add_uint(json, "in_use", program->in_use);
    json_add_uint(json, "blocks", program->blocks);
    json_add_uint_or_null(json, "kept", program->kept, program->has_kept);
    json_add_uint_or_null(json, "kept_peak", program->kept_peak, program->has_kept);
    json_add_uint(json, "mapped", program->mapped);
    json_add_uint(json, "mapped_peak", program->mapped_peak);
    json_add_uint(json, "inherited_blocks", program->inherited_blocks);
    json_close(json);
}

static void add_heaps_json(struct json *json, const struct heap_totals *totals) {
    bool is_counted = totals->programs > 0;
    json_open_object(json, "heap");
    json_add_uint(json, "processes", totals->programs);
    json_add_uint_or_null(json, "allocs", totals->allocs, is_counted);
    json_add_uint_or_null(json, "frees", totals->frees, is_counted);
    json_add_uint_or_null(json, "failed", totals->failed, is_counted);
    json_add_uint_or_null(json, "peak_tree", totals->peak, is_counted);
    json_add_uint_or_null(json, "kept_peak_tree", totals->kept_peak, totals->has_kept);
    json_add_uint_or_null(json, "anonymous", totals->anonymous, totals->anonymous > 0);
    json_add_uint_or_null(json, "outside", totals->outside, totals->anonymous > 0);
    json_add_uint_or_null(json, "mapped", totals->mapped, totals->anonymous > 0);
    json_add_uint(json, "exited", totals->ended);
    json_add_uint_or_null(json, "in_use_at_exit", totals->left, totals->ended > 0);
    json_add_uint_or_null(json, "blocks_at_exit", totals->left_blocks, totals->ended > 0);
    json_open_object(json, "not_counted");
    for (int gap = HEAP_GAP_NONE + 1; gap < HEAP_GAPS; gap++) {
        json_add_uint(json, gaps[gap].key, totals->gaps[gap]);
    }
    json_close(json);
    json_open_object(json, "not_counted_names");
    for (int gap = HEAP_GAP_NONE + 1; gap < HEAP_GAPS; gap++) {
        json_open_array(json, gaps[gap].key);
        for (size_t i = 0; totals->gaps[gap] > 0 && i < totals->gap_names[gap].count; i++) {
            json_add_string(json, NULL, totals->gap_names[gap].name[i]);
        }
        json_close(json);
    }
    json_close(json);
    json_add_string(json, "own_allocator", totals->owner[0] != '\0' ? totals->owner : NULL);
    json_open_array(json, "largest");
    for (size_t i = 0; i < totals->largests; i++) {
        add_program(json, &totals->largest[i]);
    }
    json_close(json);
    json_close(json);
}

static void add_oom_json(struct json *json, const struct oom *oom) {
    if (oom == NULL || !oom->is_known) {
        json_add_null(json, "oom");
        return;
    }
    json_open_object(json, "oom");
    json_add_uint(json, "kills", oom->kills);
    json_add_uint_or_null(json, "events", oom->events, oom->has_events);
    json_add_string(json, "cgroup", oom->group);
    json_add_uint_or_null(json, "limit", oom->limit, oom->has_limit);
    json_close(json);
}

static void add_counts_json(struct json *json, const struct report *report) {
    const struct child_counts *counts = &report->counts;
    double percent;
    if (get_cpu_percent(report, &percent)) {
        json_addf(json, "cpu_percent", "%.2f", percent);
    } else {
        json_add_null(json, "cpu_percent");
    }
    json_add_uint_or_null(json, "minor_faults", counts->minor_faults, counts->is_known);
    json_add_uint_or_null(json, "major_faults", counts->major_faults, counts->is_known);
    json_add_uint_or_null(json, "voluntary_switches", counts->voluntary_switches, counts->is_known);
    json_add_uint_or_null(json, "involuntary_switches", counts->involuntary_switches, counts->is_known);
    json_add_uint_or_null(json, "read_bytes", counts->read, counts->has_bytes);
    json_add_uint_or_null(json, "written_bytes", counts->written, counts->has_bytes);
}

/* Adds the command, how it ended, and how long it took. */
static void add_run(struct json *json, const struct report *report) {
    struct text *time = json_value(json, "time");
    text_add(time, "\"");
    utc_add_iso(time, report->wall);
    text_add(time, "\"");
    json_open_array(json, "command");
    for (size_t i = 0; report->command[i] != NULL; i++) {
        json_add_string(json, NULL, report->command[i]);
    }
    json_close(json);
    if (report->is_not_started) {
        json_add_null(json, "pid");
    } else {
        json_addf(json, "pid", "%" PRId64, report->pid);
    }
    json_add_uint_or_null(json, "status", (uint64_t)report->status, !report->is_watch);
    json_add_uint_or_null(json, "signal", (uint64_t)report->signal, report->signal != 0);
    json_add_string(json, "ended_for", report->ended_for);
    json_add_bool(json, "over_budget", report->is_over_budget);
    add_oom_json(json, report->oom);
    json_addf(json, "elapsed", "%.3f", report->elapsed);
    if (report->is_watch || (report->has_no_cpu && report->samples > 0)) {
        json_addf(json, "cpu", "%.3f", report->user);
        json_add_null(json, "user");
        json_add_null(json, "system");
    } else if (report->has_no_cpu) {
        json_add_null(json, "cpu");
        json_add_null(json, "user");
        json_add_null(json, "system");
    } else {
        json_addf(json, "cpu", "%.3f", report->user + report->system);
        json_addf(json, "user", "%.3f", report->user);
        json_addf(json, "system", "%.3f", report->system);
    }
}

void report_add_json(struct text *text, const struct report *report) {
    bool has_samples = report->samples > 0;
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    add_run(&json, report);
    json_add_uint_or_null(&json, "peak_process", report->peak, report->peak > 0);
    json_add_uint_or_null(&json, "peak_process_pid", (uint64_t)report->peak_pid, report->peak_pid > 0);
    json_add_string(&json, "peak_process_name", report->peak_pid > 0 ? report->peak_name : NULL);
    json_add_uint_or_null(&json, "peak_tree_rss", report->peak_tree, report->peak_tree > 0);
    json_add_uint_or_null(&json, "peak_tree_pss", report->peak_tree_pss, report->has_pss);
    json_add_uint_or_null(&json, "peak_tree_pss_at_rss", report->pss_at, report->has_pss);
    json_add_uint_or_null(&json, "peak_tree_processes", report->peak_processes, has_samples);
    json_open_array(&json, "peak_tree_largest");
    for (size_t i = 0; i < PEAK_NAMES && report->largest[i].bytes > 0; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "name", report->largest[i].name);
        json_add_uint(&json, "processes", report->largest[i].processes);
        json_add_uint(&json, "bytes", report->largest[i].bytes);
        json_close(&json);
    }
    json_close(&json);
    json_add_uint_or_null(&json, "still_running", report->still_running, report->no_samples == NULL);
    json_add_uint_or_null(&json, "samples", report->samples, report->no_samples == NULL);
    if (has_samples) {
        json_addf(&json, "interval", "%.3f", report->true_interval);
        json_addf(&json, "longest_gap", "%.3f", report->longest_gap);
        json_add_bool(&json, "interval_stretched", report->is_stretched);
    } else {
        json_add_null(&json, "interval");
        json_add_null(&json, "longest_gap");
        json_add_null(&json, "interval_stretched");
    }
    json_add_string(&json, "recording", report->recording);
    if (report->heaps != NULL) {
        add_heaps_json(&json, report->heaps);
    } else {
        json_add_null(&json, "heap");
    }
    json_add_uint_or_null(&json, "peak_process_committed", report->peak_committed, report->peak_committed > 0);
    json_add_uint_or_null(&json, "peak_tree_committed", report->peak_all_committed, report->peak_committed > 0);
    add_counts_json(&json, report);
    json_close(&json);
    text_add(text, "\n");
}
