/* SPDX-License-Identifier: MIT */
/*
 * Runs the parts and prints one table, or JSON. It never fails because of a figure: a time limit on a busy machine is
 * not a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "median.h"

enum { MOST_SKIPPED = 32, MOST_DECODES = 16 };

/* ---- Shared by the parts ---- */

double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double quantile(double *values, size_t count, double part) {
    qsort(values, count, sizeof *values, by_value);
    return values[(size_t)((double)(count - 1) * part)];
}

static double median_of(const double *values, const double *divisors, int rounds) {
    double *sorted = malloc((size_t)rounds * sizeof *sorted), median = 0;
    for (int i = 0; i < rounds && sorted != NULL; i++) {
        sorted[i] = divisors == NULL ? values[i] : values[i] / divisors[i];
    }
    if (sorted != NULL) {
        median = quantile(sorted, (size_t)rounds, 0.5);
    }
    free(sorted);
    return median;
}

void add_figure(struct figures *figures, const char *question, const char *who, const double *seconds,
                const double *first, int rounds, int calls, double bar) {
    if (figures->count == MOST_FIGURES) {
        return;
    }
    struct figure *figure = &figures->line[figures->count++];
    snprintf(figure->question, sizeof figure->question, "%s", question);
    snprintf(figure->who, sizeof figure->who, "%s", who);
    double median = median_of(seconds, NULL, rounds);
    figure->microseconds = median / calls * 1e6;
    figure->ratio = median / median_of(first, NULL, rounds);
    figure->paired = median_of(seconds, first, rounds);
    figure->bar = bar;
}

const char *bench_python = "python3";

static struct {
    char who[32], why[96];
} skipped[MOST_SKIPPED];
static size_t skipped_count;

void skip(const char *who, const char *why) {
    if (skipped_count < MOST_SKIPPED) {
        snprintf(skipped[skipped_count].who, sizeof skipped[0].who, "%s", who);
        snprintf(skipped[skipped_count].why, sizeof skipped[0].why, "%s", why);
        skipped_count++;
    }
}

/* ---- The machine ---- */

struct machine {
    char processor[160], kernel[160], load[64];
    const char *compiler;
};

static struct machine describe_machine(void) {
    struct machine machine = {"unknown", "unknown", "unknown", ""};
    struct utsname name;
    if (uname(&name) == 0) {
        snprintf(machine.kernel, sizeof machine.kernel, "%.60s %.60s", name.sysname, name.release);
    }
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && value != NULL) {
            snprintf(machine.processor, sizeof machine.processor, "%.*s, %ld CPUs online",
                     (int)strcspn(value + 2, "\n"), value + 2, sysconf(_SC_NPROCESSORS_ONLN));
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    double load[3];
    if (getloadavg(load, 3) == 3) {
        snprintf(machine.load, sizeof machine.load, "%.2f %.2f %.2f when this began", load[0], load[1], load[2]);
    }
#ifdef __clang__
    machine.compiler = "clang " __clang_version__;
#else
    machine.compiler = "gcc " __VERSION__;
#endif
    return machine;
}

/* ---- The report ---- */

enum part { CALLS, LIMITS, HEAP, SCALE, START, PARTS };
static const struct {
    const char *name, *title;
} parts[PARTS] = {
    [CALLS] = {"calls", "call"},
    [LIMITS] = {"limits", "limits of this process"},
    [HEAP] = {"heap", "own heap"},
    [SCALE] = {"scale", "large machines, threads"},
    [START] = {"start", "process, start to exit"},
};

struct results {
    struct figures part[PARTS];
    struct throughput decode[MOST_DECODES];
    size_t decodes;
};

static void print_figures(const char *title, const struct figures *figures) {
    printf("\n%-24s %-34s %10s %7s %7s %7s\n", title, "who", "us", "ratio", "paired", "bar");
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *line = &figures->line[i];
        bool is_same = i > 0 && strcmp(line->question, line[-1].question) == 0;
        printf("%-24s %-34s %10.2f %7.3f %7.3f", is_same ? "" : line->question, line->who, line->microseconds,
               line->ratio, line->paired);
        if (line->bar > 0) {
            printf(" %7.2f", line->bar);
        }
        printf("\n");
    }
}

static void print_table(const struct machine *machine, const struct results *results) {
    printf("processor  %s\nkernel     %s\ncompiler   %s\nload       %s\n", machine->processor, machine->kernel,
           machine->compiler, machine->load);
    for (int i = 0; i < PARTS; i++) {
        if (results->part[i].count > 0) {
            print_figures(parts[i].title, &results->part[i]);
        }
    }
    if (results->decodes > 0) {
        printf("\n%-24s %-16s %10s %10s %10s %10s %7s %7s\n", "decode /proc/stat", "widths", "KB", "GB/s", "median",
               "strtoull", "share", "bar");
    }
    for (size_t i = 0; i < results->decodes; i++) {
        const struct throughput *decode = &results->decode[i];
        printf("%5d CPUs %14s %-16s %10.1f %10.3f %10.3f %10.3f %7.3f", decode->cpus, "", decode->widths,
               (double)decode->bytes / 1e3, decode->library, decode->library_median, decode->strtoull, decode->share);
        if (decode->bar > 0) {
            printf(" %7.2f", decode->bar);
        }
        printf("\n");
    }
    for (size_t i = 0; i < skipped_count; i++) {
        printf("%sskipped: %s: %s\n", i == 0 ? "\n" : "", skipped[i].who, skipped[i].why);
    }
}

static void print_text(const char *name, const char *text, const char *behind) {
    printf("\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ') {
            continue;
        }
        printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    }
    printf("\"%s", behind);
}

static void print_bar(double bar) {
    if (bar > 0) {
        printf(",\"bar\":%.2f", bar);
    }
    printf("}");
}

static void print_figures_json(const char *name, const struct figures *figures) {
    printf(",\n\"%s\":[", name);
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *line = &figures->line[i];
        printf("%s\n{", i > 0 ? "," : "");
        print_text("question", line->question, ",");
        print_text("who", line->who, ",");
        printf("\"us\":%.3f,\"ratio\":%.4f,\"paired\":%.4f", line->microseconds, line->ratio, line->paired);
        print_bar(line->bar);
    }
    printf("]");
}

static void print_json(const struct machine *machine, const struct results *results) {
    printf("{");
    print_text("processor", machine->processor, ",\n");
    print_text("kernel", machine->kernel, ",\n");
    print_text("compiler", machine->compiler, ",\n");
    print_text("load", machine->load, "");
    for (int i = 0; i < PARTS; i++) {
        print_figures_json(parts[i].name, &results->part[i]);
    }
    printf(",\n\"decode\":[");
    for (size_t i = 0; i < results->decodes; i++) {
        const struct throughput *decode = &results->decode[i];
        printf("%s\n{\"cpus\":%d,", i > 0 ? "," : "", decode->cpus);
        print_text("widths", decode->widths, ",");
        printf("\"bytes\":%zu,\"gb_per_second\":%.4f,\"median\":%.4f,\"strtoull\":%.4f,\"share\":%.4f", decode->bytes,
               decode->library, decode->library_median, decode->strtoull, decode->share);
        print_bar(decode->bar);
    }
    printf("],\n\"skipped\":[");
    for (size_t i = 0; i < skipped_count; i++) {
        printf("%s\n{", i > 0 ? "," : "");
        print_text("who", skipped[i].who, ",");
        print_text("why", skipped[i].why, "}");
    }
    printf("]\n}\n");
}

/* ---- Participants ---- */

#define PEER(name) &peer_##name,
#define ABSENT(name, package)
static const struct peer *const all_peers[] = {
    &peer_floor,
    &peer_sysinfo,
    &peer_libc,
    &peer_psutil,
#include "peers.inc"
};
#undef PEER
#undef ABSENT
enum { ALL_PEERS = sizeof all_peers / sizeof all_peers[0] };

static void name_absent_peers(void) {
#define PEER(name)
#define ABSENT(name, package) skip(#name, "was not found when this was built (" package ")");
#include "peers.inc"
#undef PEER
#undef ABSENT
}

static void run_calls(int rounds, struct figures *figures) {
    const struct peer *ready[ALL_PEERS];
    size_t count = 0;
    name_absent_peers();
    for (size_t i = 0; i < ALL_PEERS; i++) {
        const char *why = all_peers[i]->open != NULL ? all_peers[i]->open() : NULL;
        if (why == NULL) {
            ready[count++] = all_peers[i];
        } else {
            skip(all_peers[i]->name, why);
        }
    }
    if (count > 0 && ready[0] == &peer_floor) {
        bench_calls(ready, count, rounds, figures);
    }
    for (size_t i = 0; i < count; i++) {
        if (ready[i]->close != NULL) {
            ready[i]->close();
        }
    }
}

struct options {
    bool as_json;
    int rounds;
    const char *only, *command;
};

static bool is_wanted(const struct options *options, const char *part) {
    return options->only == NULL || strcmp(options->only, part) == 0;
}

static bool is_part(const char *name) {
    bool is_found = strcmp(name, "decode") == 0;
    for (int i = 0; i < PARTS; i++) {
        is_found = is_found || strcmp(name, parts[i].name) == 0;
    }
    return is_found;
}

/*
 * Limits come first: their floor depends on the host's descriptors being the last ones opened. Large machines take
 * fewer rounds, because their calls are long.
 */
static void run_parts(const struct options *options, struct results *results) {
    int few_rounds = options->rounds < 110 ? 11 : options->rounds / 10;
    if (is_wanted(options, "limits")) {
        bench_limits(options->rounds, &results->part[LIMITS]);
    }
    if (is_wanted(options, "heap")) {
        bench_heap(few_rounds, &results->part[HEAP]);
    }
    if (is_wanted(options, "calls")) {
        run_calls(options->rounds, &results->part[CALLS]);
    }
    if (is_wanted(options, "scale")) {
        bench_scale(few_rounds, &results->part[SCALE]);
    }
    if (is_wanted(options, "start")) {
        bench_start(options->command, options->rounds, &results->part[START]);
    }
    if (is_wanted(options, "decode")) {
        results->decodes = bench_decode(options->rounds, results->decode, MOST_DECODES);
    }
}

static int usage(FILE *stream) {
    fprintf(stream, "usage: sysinfo_bench [--json] [--rounds N] [--only calls|limits|heap|scale|start|decode] "
                    "[--command FILE] [--python FILE]\n");
    return stream == stdout ? 0 : 2;
}

int main(int count, char **arguments) {
    static struct results results;
    struct options options = {false, 601, NULL, NULL};
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (strcmp(arguments[i], "--json") == 0) {
            options.as_json = true;
            continue;
        }
        if (strcmp(arguments[i], "--help") == 0) {
            return usage(stdout);
        }
        if (value != NULL && strcmp(arguments[i], "--rounds") == 0) {
            options.rounds = atoi(value);
        } else if (value != NULL && strcmp(arguments[i], "--only") == 0 && is_part(value)) {
            options.only = value;
        } else if (value != NULL && strcmp(arguments[i], "--command") == 0) {
            options.command = value;
        } else if (value != NULL && strcmp(arguments[i], "--python") == 0) {
            bench_python = value;
        } else {
            return usage(stderr);
        }
        i++;
    }
    if (options.rounds < 1 || options.rounds > 1000000) {
        return usage(stderr);
    }
    struct machine machine = describe_machine();
    run_parts(&options, &results);
    (options.as_json ? print_json : print_table)(&machine, &results);
    return 0;
}
