/* SPDX-License-Identifier: MIT */
#include "run/report.h"

#include <inttypes.h>
#include <string.h>

#include "value.h"

/* ---- For people ---- */

static void add_end(struct text *text, const struct report *report) {
    if (report->is_watch) {
        text_add(text, "sysinfo: ");
        text_add_plain(text, report->name);
        text_addf(text, " (pid %" PRId64 "): watched for %.2f s; cpu %.2f s meanwhile\n", report->pid, report->elapsed,
                  report->user);
        return;
    }
    text_add(text, "sysinfo: ");
    text_add_plain(text, report->name);
    text_add(text, ": ");
    const char *name = report->signal != 0 ? child_signal_name(report->signal) : NULL;
    if (name != NULL) {
        text_addf(text, "killed by signal %d (%s)", report->signal, name);
    } else if (report->signal != 0) {
        text_addf(text, "killed by signal %d", report->signal);
    } else {
        text_addf(text, "exit %d", report->exit_status);
    }
    text_addf(text, " after %.2f s; cpu %.2f s user, %.2f s system\n", report->elapsed, report->user, report->system);
}

static void add_peaks(struct text *text, const struct report *report) {
    if (report->peak == 0) {
        text_add(text, "sysinfo: peak memory is not known\n");
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
    if (report->samples == 0) {
        return;
    }
    text_add(text, "sysinfo: peak memory ");
    bytes_add_human(text, report->with_pss ? report->peak_tree_pss : report->peak_tree);
    text_addf(text, " in the whole tree (%zu process%s, sum of %s%s; %" PRIu64 " sample%s", report->peak_processes,
              report->peak_processes == 1 ? "" : "es", report->with_pss ? "PSS" : "RSS",
              report->is_estimated ? ", RSS where PSS could not be read" : "", report->samples,
              report->samples == 1 ? "" : "s");
    if (report->samples > 1) {
        text_addf(text, ", one every %.2g s", report->true_interval);
    }
    text_add(text, ")\n");
}

void report_add_text(struct text *text, const struct report *report) {
    add_end(text, report);
    add_peaks(text, report);
    if (report->heaps != NULL) {
        report_add_heaps_text(text, report->heaps);
    }
    if (report->is_stretched) {
        text_addf(text, "sysinfo: sampled every %.2g s, not every %g s: more would have taken over 1 %% of a CPU\n",
                  report->true_interval, report->interval);
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

static void add_bytes(struct text *text, const char *key, uint64_t bytes, bool is_known) {
    if (is_known) {
        text_addf(text, ",\"%s\":%" PRIu64, key, bytes);
    } else {
        text_addf(text, ",\"%s\":null", key);
    }
}

static void add_string(struct text *text, const char *key, const char *string) {
    text_addf(text, ",\"%s\":", key);
    text_add_json(text, string);
}

void report_add_json(struct text *text, const struct report *report) {
    bool has_samples = report->samples > 0;
    text_add(text, "{\"time\":\"");
    time_add_iso(text, report->wall);
    text_add(text, "\",\"command\":[");
    for (size_t i = 0; report->command[i] != NULL; i++) {
        text_add(text, i > 0 ? "," : "");
        text_add_json(text, report->command[i]);
    }
    text_addf(text, "],\"pid\":%" PRId64, report->pid);
    add_bytes(text, "status", (uint64_t)report->status, !report->is_watch);
    add_bytes(text, "signal", (uint64_t)report->signal, report->signal != 0);
    add_string(text, "ended_for", report->ended_for);
    text_addf(text, ",\"elapsed\":%.2f", report->elapsed);
    if (report->is_watch) {
        text_addf(text, ",\"cpu\":%.2f,\"user\":null,\"system\":null", report->user);
    } else {
        text_addf(text, ",\"cpu\":%.2f,\"user\":%.2f,\"system\":%.2f", report->user + report->system, report->user,
                  report->system);
    }
    add_bytes(text, "peak_process", report->peak, report->peak > 0);
    add_bytes(text, "peak_process_pid", (uint64_t)report->peak_pid, report->peak_pid > 0);
    add_string(text, "peak_process_name", report->peak_pid > 0 ? report->peak_name : NULL);
    add_bytes(text, "peak_tree_rss", report->peak_tree, has_samples);
    add_bytes(text, "peak_tree_pss", report->peak_tree_pss, has_samples && report->with_pss);
    add_bytes(text, "peak_tree_processes", report->peak_processes, has_samples);
    add_bytes(text, "still_running", report->still_running, report->no_samples == NULL);
    add_bytes(text, "samples", report->samples, report->no_samples == NULL);
    if (has_samples) {
        text_addf(text, ",\"interval\":%.3f,\"interval_stretched\":%s", report->true_interval,
                  report->is_stretched ? "true" : "false");
    } else {
        text_add(text, ",\"interval\":null,\"interval_stretched\":null");
    }
    add_string(text, "recording", report->recording);
    text_add(text, ",\"heap\":");
    if (report->heaps != NULL) {
        report_add_heaps_json(text, report->heaps);
    } else {
        text_add(text, "null");
    }
    text_add(text, "}\n");
}
