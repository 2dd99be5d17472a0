/* SPDX-License-Identifier: MIT */
/*
 * Frequencies from /proc/cpuinfo, if it has one for each CPU, in one read; else from cpufreq, in kHz:
 * Documentation/admin-guide/pm/cpufreq.rst. The bounds are read every time, because switching turbo off changes them.
 * Where the last call found nothing of cpufreq, a CPU's directory is looked for before its files: a driver may have
 * been loaded since.
 */
#include <stdio.h>
#include <string.h>

#include "linux.h"

#define CPUS "/sys/devices/system/cpu"

enum { KILOHERTZ = 1000, MEGAHERTZ = 1000000 };

/*
 * Reads a file of a policy or CPU. A missing governor, a CPU that is going offline, and a driver without a value make
 * reading fail with many error numbers; the figure is then unknown.
 */
static int read_file(struct sysinfo_host *host, const char *directory, const char *name, uint64_t unit, uint64_t *hertz,
                     bool *is_known) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int status = sysinfo__file_read_once(host, path);
    const struct sysinfo__state *state = sysinfo__state(host);
    *is_known = status == SYSINFO_OK && sysinfo__decode_frequency(state->text, state->length, unit, hertz);
    return status == SYSINFO_NO_MEMORY || status == SYSINFO_NO_DESCRIPTOR ? status : SYSINFO_OK;
}

/* Reads the first of two files that has a value. */
static int read_either(struct sysinfo_host *host, const char *directory, const char *name, const char *other,
                       uint64_t *hertz, bool *is_known) {
    int status = read_file(host, directory, name, KILOHERTZ, hertz, is_known);
    return status == SYSINFO_OK && !*is_known ? read_file(host, directory, other, KILOHERTZ, hertz, is_known) : status;
}

/* Reads from a cpufreq directory what the row does not have yet. */
static int read_policy(struct sysinfo_host *host, const char *directory, struct sysinfo_cpu_frequency *row) {
    uint64_t hertz;
    bool is_known;
    int status = read_either(host, directory, "cpuinfo_max_freq", "scaling_max_freq", &hertz, &is_known);
    if (status == SYSINFO_OK && is_known) {
        FACT(row, max, hertz);
        status = read_either(host, directory, "cpuinfo_min_freq", "scaling_min_freq", &hertz, &is_known);
        if (is_known) {
            FACT(row, min, hertz);
        }
    }
    if (status == SYSINFO_OK && !SYSINFO_HAS(row, current)) {
        status = read_either(host, directory, "scaling_cur_freq", "cpuinfo_cur_freq", &hertz, &is_known);
        if (is_known) {
            FACT(row, current, hertz);
        }
    }
    if (status == SYSINFO_OK && !SYSINFO_HAS(row, base)) {
        status = read_file(host, directory, "base_frequency", KILOHERTZ, &hertz, &is_known);
        if (is_known) {
            FACT(row, base, hertz);
        }
    }
    return status;
}

/* Reads the directories of one CPU. The firmware's nominal frequency is in MHz. */
static int read_cpu(struct sysinfo_host *host, struct sysinfo_cpu_frequency *row) {
    char directory[64];
    int status = SYSINFO_OK;
    snprintf(directory, sizeof directory, CPUS "/cpu%u/cpufreq", (unsigned)row->cpu);
    if (!sysinfo__state(host)->had_no_cpufreq || sysinfo__may_have_directory(host, directory)) {
        status = read_policy(host, directory, row);
    }
    if (status == SYSINFO_OK && !SYSINFO_HAS(row, base)) {
        uint64_t hertz;
        bool is_known;
        snprintf(directory, sizeof directory, CPUS "/cpu%u/acpi_cppc", (unsigned)row->cpu);
        status = read_file(host, directory, "nominal_freq", MEGAHERTZ, &hertz, &is_known);
        if (is_known) {
            FACT(row, base, hertz);
        }
    }
    return status;
}

/* ---- Policies of several CPUs, for CPUs without a directory of their own ---- */

struct policies {
    struct sysinfo_host *host;
    struct sysinfo__cpu_rows *rows;
    struct sysinfo__cpu_set cpus; /* Of the current one. */
    int status;
};

/* Reads a policy's CPUs, "0 1 2 3"; none if the file cannot be read. */
static int read_members(struct sysinfo_host *host, const char *directory, struct sysinfo__cpu_set *cpus) {
    char path[128];
    snprintf(path, sizeof path, "%s/affected_cpus", directory);
    int status = sysinfo__file_read_once(host, path);
    struct sysinfo__state *state = sysinfo__state(host);
    size_t length = status == SYSINFO_OK ? state->length : 0;
    while (length > 0 && (state->text[length - 1] == '\n' || state->text[length - 1] == ' ')) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        state->text[i] = state->text[i] == ' ' ? ',' : state->text[i];
    }
    if (sysinfo__decode_cpu_list(state->text, length, cpus) == SYSINFO__CPU_SET_NO_MEMORY) {
        return sysinfo__no_memory(host, CPUS);
    }
    return status == SYSINFO_NO_MEMORY || status == SYSINFO_NO_DESCRIPTOR ? status : SYSINFO_OK;
}

static bool is_without_policy(const struct sysinfo_cpu_frequency *row) {
    return !SYSINFO_HAS(row, max);
}

static bool note_policy(void *context, const char *name) {
    struct policies *policies = context;
    uint64_t number;
    if (!sysinfo__name_number(name, "policy", "", &number)) {
        return true;
    }
    char directory[64];
    snprintf(directory, sizeof directory, CPUS "/cpufreq/policy%u", (unsigned)number);
    policies->status = read_members(policies->host, directory, &policies->cpus);
    for (size_t i = 0; i < policies->rows->count && policies->status == SYSINFO_OK; i++) {
        struct sysinfo_cpu_frequency *row = &policies->rows->row[i].frequency;
        if (is_without_policy(row) && sysinfo__cpu_set_has(&policies->cpus, row->cpu)) {
            policies->status = read_policy(policies->host, directory, row);
        }
    }
    return policies->status == SYSINFO_OK;
}

static int read_policies(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    struct policies policies = {host, rows, {NULL, 0}, SYSINFO_OK};
    int status = sysinfo__directory_walk(host, CPUS "/cpufreq", note_policy, &policies);
    sysinfo__cpu_set_free(&policies.cpus);
    return sysinfo__is_missing(status) ? SYSINFO_OK : status == SYSINFO_OK ? policies.status : status;
}

/* ---- All CPUs ---- */

/* Leaves one row for each online CPU: the first of those in `rows`, or a new one. False: no memory. */
static bool keep_online(const struct sysinfo__cpu_set *online, struct sysinfo__cpu_rows *rows) {
    struct sysinfo__cpu_set seen = {NULL, 0};
    bool had_memory = true;
    size_t kept = 0;
    for (size_t i = 0; i < rows->count && had_memory; i++) {
        uint64_t cpu = rows->row[i].frequency.cpu;
        if (sysinfo__cpu_set_has(online, cpu) && !sysinfo__cpu_set_has(&seen, cpu)) {
            rows->row[kept++] = rows->row[i];
            had_memory = sysinfo__cpu_set_add(&seen, cpu);
        }
    }
    rows->count = kept;
    for (uint64_t cpu = 0; cpu < online->words * 64 && had_memory; cpu++) {
        if (sysinfo__cpu_set_has(online, cpu) && !sysinfo__cpu_set_has(&seen, cpu)) {
            had_memory = sysinfo__frequency_rows_add(rows, cpu) != NULL;
        }
    }
    sysinfo__cpu_set_free(&seen);
    return had_memory;
}

/* Makes rows from /proc/cpuinfo, and for the other online CPUs. */
static int make_rows(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    const struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__cpu_set online = {NULL, 0};
    int status = sysinfo__cpuinfo(host);
    bool had_memory = status != SYSINFO_OK || sysinfo__decode_cpuinfo_frequencies(state->text, state->length, rows);
    status = sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
    if (status == SYSINFO_OK) {
        status = sysinfo__online_cpus(host, &online);
    }
    if (status == SYSINFO_OK && had_memory && sysinfo__cpu_set_count(&online) > 0) {
        had_memory = keep_online(&online, rows);
    }
    sysinfo__cpu_set_free(&online);
    return status == SYSINFO_OK && !had_memory ? sysinfo__no_memory(host, "/proc/cpuinfo") : status;
}

int sysinfo__linux_cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    int status = make_rows(host, rows);
    size_t without = 0;
    for (size_t i = 0; i < rows->count && status == SYSINFO_OK; i++) {
        status = read_cpu(host, &rows->row[i].frequency);
        without += is_without_policy(&rows->row[i].frequency) ? 1 : 0;
    }
    if (status == SYSINFO_OK) {
        sysinfo__state(host)->had_no_cpufreq = without == rows->count;
    }
    return status == SYSINFO_OK && without > 0 ? read_policies(host, rows) : status;
}
