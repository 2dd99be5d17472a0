/* SPDX-License-Identifier: MIT */
/*
 * Large machines, as synthetic roots below a temporary directory, and many threads with one host each. The floor reads
 * the same files in the same way: a file on disk ends with a read that returns nothing.
 */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "bench.h"

enum { MOST_THREADS = 64, CALLS_OF_ALL_THREADS = 1280, PATH_SIZE = 256 };

static char root[PATH_SIZE / 2];
static char text[4 << 20];

/* ---- The synthetic machine ---- */

static int remove_entry(const char *path, const struct stat *information, int type, struct FTW *walk) {
    (void)information, (void)type, (void)walk;
    return remove(path);
}

static bool write_file(const char *path, const char *bytes, size_t length) {
    char full[PATH_SIZE];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    bool is_written = file != NULL && fwrite(bytes, 1, length, file) == length;
    return file != NULL && fclose(file) == 0 && is_written;
}

/* Two CPUs per core, numbered as the kernel does. */
static bool make_root(int cpus) {
    const char *parent = getenv("TMPDIR");
    snprintf(root, sizeof root, "%.64s/sysinfo-bench-XXXXXX", parent != NULL ? parent : "/tmp");
    size_t length;
    char *stat = make_stat(cpus, true, &length);
    bool is_made = stat != NULL && mkdtemp(root) != NULL && write_file("/proc/stat", stat, length);
    free(stat);
    char list[32], path[96];
    snprintf(list, sizeof list, cpus > 1 ? "0-%d\n" : "%d\n", cpus - 1);
    is_made = is_made && write_file("/sys/devices/system/cpu/online", list, strlen(list));
    for (int cpu = 0; cpu < cpus && is_made; cpu++) {
        int other = cpu ^ 1, low = cpu < other ? cpu : other;
        snprintf(list, sizeof list, other < cpus ? "%d-%d\n" : "%d\n", low, low + 1);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
        is_made = write_file(path, list, strlen(list));
    }
    return is_made;
}

/* ---- 1 to 8192 CPUs ---- */

static struct sysinfo_host *host;
static struct sysinfo_cpu_sample_list *list;
static int floor_file;

static bool read_floor(void) {
    size_t length = 0;
    ssize_t count;
    while ((count = pread(floor_file, text + length, sizeof text - length, (off_t)length)) > 0) {
        length += (size_t)count;
    }
    return count == 0 && length > 0;
}

static bool take_rows(void) {
    return sysinfo_cpu_times_percpu(host, &list) == SYSINFO_OK;
}

static bool count_cores(void) {
    return sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL) > 0;
}

static double time_of(bool (*call)(void), int calls) {
    double start = now_seconds();
    for (int i = 0; i < calls; i++) {
        if (!call()) {
            return -1;
        }
    }
    return now_seconds() - start;
}

static void compare(const char *question, const char *file, bool (*call)(void), int calls, int rounds, double *times,
                    struct figures *figures) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s%s", root, file);
    floor_file = open(path, O_RDONLY | O_CLOEXEC);
    double *floor = times, *library = times + rounds;
    bool has_run = call() && call();
    for (int round = 0; round < rounds && has_run; round++) {
        bool is_floor_first = round % 2 == 0;
        floor[round] = is_floor_first ? time_of(read_floor, calls) : 0;
        library[round] = time_of(call, calls);
        floor[round] = is_floor_first ? floor[round] : time_of(read_floor, calls);
        has_run = floor[round] > 0 && library[round] > 0;
    }
    close(floor_file);
    if (has_run) {
        add_figure(figures, question, "floor", floor, floor, rounds, calls, 0);
        add_figure(figures, question, "sysinfo", library, floor, rounds, calls, 0);
    } else {
        skip(question, "failed");
    }
}

static void measure_machine(int cpus, int rounds, double *times, struct figures *figures) {
    char question[32];
    if (make_root(cpus) && sysinfo_host_open(&host, root) == SYSINFO_OK) {
        snprintf(question, sizeof question, "rows of %d CPUs", cpus);
        compare(question, "/proc/stat", take_rows, 1 + 2048 / cpus, rounds, times, figures);
        snprintf(question, sizeof question, "cores of %d CPUs", cpus);
        compare(question, "/sys/devices/system/cpu/online", count_cores, 50, rounds, times, figures);
        sysinfo_cpu_sample_list_free(list);
        sysinfo_host_close(host);
        list = NULL;
    } else {
        skip("scale", "its directory of made-up files could not be written");
    }
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- 1 to 64 threads ---- */

static int calls_of_one_thread;

static void *read_in_thread(void *failed) {
    static _Thread_local char own[1 << 16];
    int file = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < calls_of_one_thread; i++) {
        if (pread(file, own, sizeof own, 0) <= 0) {
            *(bool *)failed = true;
        }
    }
    close(file);
    return NULL;
}

static void *ask_in_thread(void *failed) {
    struct sysinfo_host *own = NULL;
    struct sysinfo_cpu_sample times;
    for (int i = 0; i < calls_of_one_thread; i++) {
        if ((i == 0 && sysinfo_host_open(&own, NULL) != SYSINFO_OK) ||
            sysinfo_cpu_times(own, &times, sizeof times) != SYSINFO_OK) {
            *(bool *)failed = true;
        }
    }
    sysinfo_host_close(own);
    return NULL;
}

/* CPU seconds of all threads together, which are independent of waiting for a CPU; negative: a call failed. */
static double time_threads(void *(*work)(void *), int threads) {
    pthread_t thread[MOST_THREADS];
    bool failed[MOST_THREADS] = {false}, has_failed = false;
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    int started = 0;
    while (started < threads && pthread_create(&thread[started], NULL, work, &failed[started]) == 0) {
        started++;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(thread[i], NULL);
        has_failed = has_failed || failed[i];
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    return has_failed || started < threads
               ? -1
               : (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

static void measure_threads(int threads, int rounds, double *times, struct figures *figures) {
    char question[32];
    snprintf(question, sizeof question, "cpu_times, %d threads", threads);
    calls_of_one_thread = CALLS_OF_ALL_THREADS / threads;
    double *floor = times, *library = times + rounds;
    for (int round = 0; round < rounds; round++) {
        bool is_floor_first = round % 2 == 0;
        floor[round] = is_floor_first ? time_threads(read_in_thread, threads) : 0;
        library[round] = time_threads(ask_in_thread, threads);
        floor[round] = is_floor_first ? floor[round] : time_threads(read_in_thread, threads);
        if (floor[round] <= 0 || library[round] <= 0) {
            skip(question, "failed");
            return;
        }
    }
    add_figure(figures, question, "floor", floor, floor, rounds, CALLS_OF_ALL_THREADS, 0);
    add_figure(figures, question, "sysinfo", library, floor, rounds, CALLS_OF_ALL_THREADS, 0);
}

void bench_scale(int rounds, struct figures *figures) {
    static const int cpus[] = {1, 16, 256, 4096, 8192}, threads[] = {1, 4, 16, MOST_THREADS};
    double *times = malloc(2 * (size_t)rounds * sizeof *times);
    for (size_t i = 0; i < sizeof cpus / sizeof cpus[0] && times != NULL; i++) {
        measure_machine(cpus[i], rounds, times, figures);
    }
    for (size_t i = 0; i < sizeof threads / sizeof threads[0] && times != NULL; i++) {
        measure_threads(threads[i], rounds, times, figures);
    }
    free(times);
}
