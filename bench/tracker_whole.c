/* SPDX-License-Identifier: MIT */
/* What the tracker costs beside allocations: whole programs, memory, snapshots, and a small program's exit. */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "graph.h"
#include "median.h"
#include "tracker.h"

extern char **environ;

enum { MOST_ARGUMENTS = 24, MOST_ROUNDS = 99, TEXT = 4200 };

/* ---- Running a program ---- */

struct outcome {
    double wall, cpu; /* Milliseconds; CPU of the program and of all that it has waited for. */
    bool is_there, is_right;
};

static double milliseconds(struct timeval time) {
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

/* With output to `out`, and else to nowhere. */
static struct outcome run(char *const *arguments, char *const *environment, const char *out) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out != NULL ? out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int status = 0;
    struct rusage usage;
    double start = wall_milliseconds();
    int error = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0 || wait4(child, &status, 0, &usage) != child) {
        return (struct outcome){0};
    }
    return (struct outcome){.wall = wall_milliseconds() - start,
                            .cpu = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
                            .is_there = true,
                            .is_right = status == 0};
}

static char directory[64];

static const char *in_directory(char *path, const char *name) {
    snprintf(path, TEXT, "%s/%s", directory, name);
    return path;
}

static bool begin_directory(void) {
    snprintf(directory, sizeof directory, "/tmp/sysinfo_bench.XXXXXX");
    return mkdtemp(directory) != NULL;
}

static void end_directory(void) {
    char command[TEXT];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    if (system(command) != 0) {
        fprintf(stderr, "sysinfo_bench_tracker: %s is left\n", directory);
    }
}

/* ---- Whole programs ---- */

static const struct program {
    const char *name;
    const char
        *argument[MOST_ARGUMENTS]; /* "@": a file of C; "cc1": gcc's compiler, as heaptrack sees no child of gcc. */
} programs[] = {
    {"gcc's compiler", {"cc1", "-quiet", "-O1", "-o", "/dev/null", "@"}},
    {"python3",
     {"/usr/bin/python3", "-c",
      "import json; x = [{'a': i, 'b': str(i)} for i in range(80000)]; "
      "json.loads(json.dumps(x))"}},
    {"python3, its malloc()",
     {"env", "PYTHONMALLOC=malloc", "/usr/bin/python3", "-c",
      "import json; x = [{'a': i, 'b': str(i)} for i in range(80000)]; json.loads(json.dumps(x))"}},
    {"perl", {"perl", "-e", "my %h; for (1..200000) { $h{$_} = [$_, \"x$_\"] } print scalar keys %h"}},
    {"sort", {"sh", "-c", "seq 400000 | sort"}},
    {"sqlite3",
     {"sqlite3", ":memory:",
      "create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 150000) "
      "insert into t select i, hex(i) from n; select count(distinct b) from t;"}},
    {"awk", {"awk", "BEGIN { for (i = 0; i < 300000; i++) { x[i] = i \"\" i } print length(x) }"}},
};

enum { BARE, SITES, HEAPTRACK, WAYS };

static bool write_source(const char *path) {
    FILE *file = fopen(path, "we");
    for (int i = 0; file != NULL && i < 300; i++) {
        fprintf(file,
                "struct s%d { int a, b[%d]; };\nint f%d(struct s%d *s, int n) { int r = 0; for (int i = 0; i < n; i++)"
                " { r += s->b[i %% %d] * (s->a ^ i) + n / (i + 1); } return r; }\n",
                i, i % 9 + 1, i, i, i % 9 + 1);
    }
    return file != NULL && fclose(file) == 0;
}

static const char *find_cc1(void) {
    static char path[TEXT];
    FILE *answer = path[0] == '\0' ? popen("gcc -print-prog-name=cc1 2>/dev/null", "r") : NULL;
    if (answer != NULL) {
        if (fgets(path, sizeof path, answer) != NULL) {
            path[strcspn(path, "\n")] = '\0';
        }
        (void)pclose(answer);
    }
    return path;
}

static struct outcome run_program(const struct program *program, int way, const char *source) {
    char blocks[TEXT], track[TEXT];
    const char *arguments[2 * MOST_ARGUMENTS] = {NULL};
    int count = 0;
    if (way == SITES) {
        const char *head[] = {COMMAND, "run", "--sites", "--heap-record", in_directory(blocks, "blocks"), "--"};
        memcpy(arguments, head, sizeof head);
        count = sizeof head / sizeof head[0];
    } else if (way == HEAPTRACK) {
        const char *head[] = {"heaptrack", "-o", in_directory(track, "heaptrack"), "--"};
        memcpy(arguments, head, sizeof head);
        count = sizeof head / sizeof head[0];
    }
    for (int i = 0; program->argument[i] != NULL; i++) {
        const char *argument = program->argument[i];
        arguments[count++] = strcmp(argument, "@") == 0 ? source : strcmp(argument, "cc1") == 0 ? find_cc1() : argument;
    }
    return run((char *const *)arguments, environ, NULL);
}

static void measure_program(const struct program *program, const char *source, int rounds) {
    double took[WAYS][MOST_ROUNDS];
    bool has[WAYS] = {true, true, true};
    for (int round = 0; round < rounds; round++) {
        for (int way = 0; way < WAYS; way++) {
            struct outcome outcome = has[way] ? run_program(program, way, source) : (struct outcome){0};
            took[way][round] = outcome.cpu;
            has[way] = outcome.is_there && outcome.is_right;
        }
    }
    if (!has[BARE] || !has[SITES]) {
        printf("%-24s skipped: it cannot be run\n", program->name);
        return;
    }
    double least[WAYS], middle[WAYS];
    for (int way = 0; way < WAYS; way++) {
        middle[way] = median(took[way], rounds);
        least[way] = took[way][0];
    }
    printf("%-24s %9.0f %9.0f %9.2f %9.2f   at most 1.5", program->name, least[BARE], least[SITES],
           least[SITES] / least[BARE], middle[SITES] / middle[BARE]);
    if (has[HEAPTRACK]) {
        printf("%10.0f %9.2f", least[HEAPTRACK], least[HEAPTRACK] / least[BARE]);
    }
    printf("\n");
    fflush(stdout);
}

void measure_programs(int rounds) {
    char source[TEXT];
    if (!begin_directory() || !write_source(in_directory(source, "source.c"))) {
        return;
    }
    printf("\n%-24s %9s %9s %9s %9s %13s %9s %9s\n", "ms of CPU", "bare", "sites", ": bare", "medians", "", "heaptrack",
           ": bare");
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        measure_program(&programs[i], source, rounds);
    }
    end_directory();
}

/* ---- Memory ---- */

static long private_kilobytes(void) {
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    long kilobytes = -1;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Private_Dirty:", 14) == 0) {
            kilobytes = strtol(line + 14, NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return kilobytes;
}

int be_measured_memory(int blocks, int size) {
    char **block = malloc((size_t)blocks * sizeof *block);
    for (int i = 0; block != NULL && i < blocks; i++) {
        block[i] = malloc((size_t)size);
        if (block[i] == NULL) {
            return 1;
        }
        memset(block[i], 1, (size_t)size);
    }
    printf("%ld\n", private_kilobytes());
    return 0;
}

/* The first number that a program prints; -1: it failed. */
static double ask(char *const *arguments, char *const *environment) {
    char path[TEXT], answer[256] = "";
    struct outcome outcome = run(arguments, environment, in_directory(path, "answer"));
    FILE *file = outcome.is_right ? fopen(path, "re") : NULL;
    if (file == NULL) {
        return -1;
    }
    bool has_line = fgets(answer, sizeof answer, file) != NULL;
    (void)fclose(file);
    return has_line ? strtod(answer, NULL) : -1;
}

static char preload[TEXT], sites[] = "SYSINFO_HEAP_SITES=16";

void measure_memory(const char *self) {
    static const int cases[][2] = {{10, 100}, {1000000, 24}, {1000000, 56}, {200000, 1000}, {1000, 100000}};
    if (!begin_directory()) {
        return;
    }
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", TRACKER);
    char *bare[] = {NULL}, *counted[] = {preload, NULL}, *with_sites[] = {preload, sites, NULL};
    printf("\n%-24s %9s %9s %9s %9s\n", "MiB, own pages", "bare", "counted", "sites", "more");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char blocks[32], size[32], option[] = "--memory", name[64];
        snprintf(blocks, sizeof blocks, "%d", cases[i][0]);
        snprintf(size, sizeof size, "%d", cases[i][1]);
        snprintf(name, sizeof name, "%s blocks of %s", blocks, size);
        char *arguments[] = {(char *)self, option, blocks, size, NULL};
        double one = ask(arguments, bare) / 1024, two = ask(arguments, counted) / 1024,
               three = ask(arguments, with_sites) / 1024;
        double heap = (double)cases[i][0] * (cases[i][1] + 8 + 8) / 1048576;
        printf("%-24s %9.2f %9.2f %9.2f %+9.2f   at most %.2f\n", name, one, two, three, three - one, heap / 8 + 2);
    }
    end_directory();
}

/* ---- Snapshots ---- */

static void *sleep_on(void *unused) {
    (void)unused;
    for (;;) {
        (void)pause();
    }
    return NULL;
}

/* Prints milliseconds: all of it, of which the process stands still, and of CPU; and the MiB that are in memory. */
int be_measured_snapshots(int what, int threads, int rounds) {
    struct node **volatile graph = make_graph();
    pthread_t thread;
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&thread, NULL, sleep_on, NULL) != 0) {
            return 1;
        }
    }
    double least = 1e9, least_pause = 1e9, least_cpu = 1e9;
    for (int i = 0; i < rounds; i++) {
        struct sysinfo_heap_snapshot *snapshot;
        struct sysinfo_heap_moment moment;
        struct rusage before, after;
        getrusage(RUSAGE_CHILDREN, &before);
        double start = wall_milliseconds();
        if (graph == NULL || sysinfo_heap_snapshot_open(&snapshot, (uint32_t)what) != SYSINFO_OK ||
            sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) != SYSINFO_OK) {
            return 1;
        }
        double took = wall_milliseconds() - start;
        getrusage(RUSAGE_CHILDREN, &after);
        double cpu = milliseconds(after.ru_utime) + milliseconds(after.ru_stime) - milliseconds(before.ru_utime) -
                     milliseconds(before.ru_stime);
        least = took < least ? took : least;
        least_cpu = cpu < least_cpu ? cpu : least_cpu;
        least_pause = moment.pause * 1e3 < least_pause ? moment.pause * 1e3 : least_pause;
        sysinfo_heap_snapshot_close(snapshot);
    }
    printf("%.3f %.3f %.3f %.1f\n", least, least_pause, least_cpu, (double)private_kilobytes() / 1024);
    return 0;
}

static void measure_snapshot(const char *self, const char *name, int what, int threads, int rounds, double limit) {
    char option[] = "--snapshots", what_text[16], threads_text[16], rounds_text[16];
    snprintf(what_text, sizeof what_text, "%d", what);
    snprintf(threads_text, sizeof threads_text, "%d", threads);
    snprintf(rounds_text, sizeof rounds_text, "%d", rounds);
    char *arguments[] = {(char *)self, option, what_text, threads_text, rounds_text, NULL};
    char *environment[] = {preload, sites, NULL};
    char path[TEXT];
    double all = ask(arguments, environment), part[3] = {0};
    FILE *file = all < 0 ? NULL : fopen(in_directory(path, "answer"), "re");
    if (file == NULL || fscanf(file, "%lf %lf %lf %lf", &all, &part[0], &part[1], &part[2]) != 4) {
        printf("%-24s failed\n", name);
    } else {
        printf("%-24s %9.1f %9.1f %9.2f", name, all, part[1], part[0]);
        double still = (part[2] + threads) * 0.045;
        if (limit > 0) {
            printf("   at most %.0f, and %.2f still", limit, still);
        }
        printf("\n");
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    fflush(stdout);
}

void measure_snapshots(const char *self, int rounds) {
    if (!begin_directory()) {
        return;
    }
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", TRACKER);
    printf("\n%-24s %9s %9s %9s\n", "ms, a million blocks", "whole", "CPU", "still");
    measure_snapshot(self, "table by site", 0, 1, rounds, 10);
    measure_snapshot(self, "leaks", SYSINFO_HEAP_LEAKS, 1, rounds, 180);
    measure_snapshot(self, "leaks, 64 threads", SYSINFO_HEAP_LEAKS, 64, rounds, 180);
    measure_snapshot(self, "references", SYSINFO_HEAP_REFERENCES, 1, rounds, 0);
#ifdef LEAKSAN
    char rounds_text[16];
    snprintf(rounds_text, sizeof rounds_text, "%d", rounds < 3 ? rounds : 3);
    char *arguments[] = {(char *)LEAKSAN, rounds_text, NULL}, *bare[] = {NULL};
    double took = ask(arguments, bare);
    if (took >= 0) {
        printf("%-24s %9.1f %9s %9.2f\n", "LeakSanitizer", took, "", took);
    } else {
        printf("%-24s failed\n", "LeakSanitizer");
    }
#else
    printf("%-24s skipped: the compiler has none\n", "LeakSanitizer");
#endif
    end_directory();
}

/* ---- A small program's end ---- */

/* A directory of records for it, with a control file where snapshots are asked for; what -1 is without one. */
static void make_records(char *setting, const char *name, int what) {
    char path[TEXT], file_path[TEXT + 16];
    (void)mkdir(in_directory(path, name), 0700);
    snprintf(setting, TEXT, "SYSINFO_HEAP_RECORDS=%s", path);
    struct {
        uint64_t state, what;
        char label[112];
    } control = {.state = 1, .what = (uint64_t)what};
    snprintf(file_path, sizeof file_path, "%s/control", path);
    FILE *file = what >= 0 ? fopen(file_path, "we") : NULL;
    if (file != NULL) {
        (void)fwrite(&control, sizeof control, 1, file);
        (void)fclose(file);
    }
}

void measure_exit(int rounds) {
    static char recorded[TEXT], tables[TEXT], leaks[TEXT];
    if (!begin_directory()) {
        return;
    }
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", TRACKER);
    make_records(recorded, "recorded", -1);
    make_records(tables, "tables", 0);
    make_records(leaks, "leaks", SYSINFO_HEAP_LEAKS);
    char *environment[][4] = {{NULL},
                              {preload, NULL},
                              {preload, sites, recorded, NULL},
                              {preload, sites, tables, NULL},
                              {preload, sites, leaks, NULL}};
    static const char *const names[] = {"bare", "counted", "sites", "and a table at the exit", "and leaks at the exit"};
    enum { CASES = 5 };
    double wall[CASES][MOST_ROUNDS], cpu[CASES][MOST_ROUNDS], least[CASES];
    char program[] = "true", *arguments[] = {program, NULL};
    rounds = rounds * 10 < MOST_ROUNDS ? rounds * 10 : MOST_ROUNDS;
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < CASES; k++) {
            struct outcome outcome = run(arguments, environment[k], NULL);
            wall[k][i] = outcome.wall;
            cpu[k][i] = outcome.cpu;
        }
    }
    printf("\n%-24s %9s %9s %9s\n", "ms, the program `true`", "whole", "median", "CPU");
    for (int k = 0; k < CASES; k++) {
        double middle = median(wall[k], rounds);
        least[k] = wall[k][0];
        printf("%-24s %9.2f %9.2f %9.2f", names[k], least[k], middle, median(cpu[k], rounds));
        if (k == CASES - 1) {
            printf("   at most 2.00 more than sites: %+.2f", least[k] - least[2]);
        }
        printf("\n");
    }
    end_directory();
}
