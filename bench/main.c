/* SPDX-License-Identifier: MIT */
/* Runs the parts and prints one table, or the same as JSON. It judges nothing: a timed bar on a busy machine is no test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "bench.h"

enum { MOST_FIGURES = 64, MOST_SKIPPED = 16 };

/* ---- What the parts use ---- */

double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double quantile(double *values, size_t count, double part) {
    qsort(values, count, sizeof *values, by_value);
    return values[(size_t)((double)(count - 1) * part)];
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
    char processor[128], kernel[160];
    const char *compiler;
};

static struct machine describe_machine(void) {
    struct machine machine = {"unknown", "unknown", ""};
    struct utsname name;
    if (uname(&name) == 0) {
        snprintf(machine.kernel, sizeof machine.kernel, "%.60s %.60s", name.sysname, name.release);
    }
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && value != NULL) {
            snprintf(machine.processor, sizeof machine.processor, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
#ifdef __clang__
    machine.compiler = "clang " __clang_version__;
#else
    machine.compiler = "gcc " __VERSION__;
#endif
    return machine;
}

/* ---- The report ---- */

struct results {
    struct figure call[MOST_FIGURES], start[2];
    struct throughput decode[MOST_FIGURES];
    size_t calls, starts, decodes;
};

static void print_figures(const char *question_title, const struct figure *figures, size_t count) {
    printf("\n%-18s %-22s %10s %8s %8s\n", question_title, "who", "us", "ratio", "bar");
    for (size_t i = 0; i < count; i++) {
        bool is_same = i > 0 && strcmp(figures[i].question, figures[i - 1].question) == 0;
        printf("%-18s %-22s %10.2f %8.3f", is_same ? "" : figures[i].question, figures[i].who, figures[i].microseconds, figures[i].ratio);
        if (figures[i].bar > 0) {
            printf(" %8.2f", figures[i].bar);
        }
        printf("\n");
    }
}

static void print_table(const struct machine *machine, const struct results *results) {
    printf("processor  %s\nkernel     %s\ncompiler   %s\n", machine->processor, machine->kernel, machine->compiler);
    if (results->calls > 0) {
        print_figures("call", results->call, results->calls);
    }
    if (results->decodes > 0) {
        printf("\n%-18s %-10s %8s %10s %10s %10s %8s\n", "decode /proc/stat", "widths", "KB", "GB/s", "median", "strtoull", "bar");
    }
    for (size_t i = 0; i < results->decodes; i++) {
        const struct throughput *decode = &results->decode[i];
        printf("%5d CPUs %8s %-10s %8.1f %10.3f %10.3f %10.3f", decode->cpus, "", decode->widths, (double)decode->bytes / 1e3, decode->library,
               decode->library_median, decode->strtoull);
        if (decode->bar > 0) {
            printf(" %8.2f", decode->bar);
        }
        printf("\n");
    }
    if (results->starts > 0) {
        print_figures("process", results->start, results->starts);
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

static void print_figures_json(const char *name, const struct figure *figures, size_t count) {
    printf(",\n\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        printf("%s\n{", i > 0 ? "," : "");
        print_text("call", figures[i].question, ",");
        print_text("who", figures[i].who, ",");
        printf("\"us\":%.3f,\"ratio\":%.4f", figures[i].microseconds, figures[i].ratio);
        print_bar(figures[i].bar);
    }
    printf("]");
}

static void print_json(const struct machine *machine, const struct results *results) {
    printf("{");
    print_text("processor", machine->processor, ",\n");
    print_text("kernel", machine->kernel, ",\n");
    print_text("compiler", machine->compiler, "");
    print_figures_json("calls", results->call, results->calls);
    printf(",\n\"decode\":[");
    for (size_t i = 0; i < results->decodes; i++) {
        const struct throughput *decode = &results->decode[i];
        printf("%s\n{\"cpus\":%d,", i > 0 ? "," : "", decode->cpus);
        print_text("widths", decode->widths, ",");
        printf("\"bytes\":%zu,\"gb_per_second\":%.4f,\"median\":%.4f,\"strtoull\":%.4f", decode->bytes, decode->library, decode->library_median,
               decode->strtoull);
        print_bar(decode->bar);
    }
    printf("]");
    print_figures_json("processes", results->start, results->starts);
    printf(",\n\"skipped\":[");
    for (size_t i = 0; i < skipped_count; i++) {
        printf("%s\n{", i > 0 ? "," : "");
        print_text("who", skipped[i].who, ",");
        print_text("why", skipped[i].why, "}");
    }
    printf("]\n}\n");
}

/* ---- Who takes part ---- */

#define PEER(name) &peer_##name,
#define ABSENT(name, package)
static const struct peer *const all_peers[] = {&peer_floor, &peer_sysinfo, &peer_libc, &peer_psutil,
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

static void run_calls(int rounds, struct results *results) {
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
        results->calls = bench_calls(ready, count, rounds, results->call, MOST_FIGURES);
    }
    for (size_t i = 0; i < count; i++) {
        if (ready[i]->close != NULL) {
            ready[i]->close();
        }
    }
}

static int usage(FILE *stream) {
    fprintf(stream, "usage: sysinfo_bench [--json] [--rounds N] [--only calls|decode|start] [--command FILE] [--python FILE]\n");
    return stream == stdout ? 0 : 2;
}

int main(int count, char **arguments) {
    static struct results results;
    bool as_json = false;
    int rounds = 601;
    const char *only = NULL, *command = NULL;
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (strcmp(arguments[i], "--json") == 0) {
            as_json = true;
        } else if (strcmp(arguments[i], "--help") == 0) {
            return usage(stdout);
        } else if (value != NULL && strcmp(arguments[i], "--rounds") == 0) {
            rounds = atoi(value);
            i++;
        } else if (value != NULL && strcmp(arguments[i], "--only") == 0) {
            only = value;
            i++;
        } else if (value != NULL && strcmp(arguments[i], "--command") == 0) {
            command = value;
            i++;
        } else if (value != NULL && strcmp(arguments[i], "--python") == 0) {
            bench_python = value;
            i++;
        } else {
            return usage(stderr);
        }
    }
    if (rounds < 1 || rounds > 1000000) {
        return usage(stderr);
    }
    struct machine machine = describe_machine();
    if (only == NULL || strcmp(only, "calls") == 0) {
        run_calls(rounds, &results);
    }
    if (only == NULL || strcmp(only, "decode") == 0) {
        results.decodes = bench_decode(rounds, results.decode, MOST_FIGURES);
    }
    if (only == NULL || strcmp(only, "start") == 0) {
        results.starts = bench_start(command, rounds, results.start, 2);
    }
    (as_json ? print_json : print_table)(&machine, &results);
    return 0;
}
