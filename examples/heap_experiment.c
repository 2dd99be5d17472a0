/* SPDX-License-Identifier: MIT */
/*
 * Shows where the memory goes that a program has freed.
 *
 * It allocates ten million small blocks, frees them, measures the process, asks the
 * library how much could be given back, trims, and measures again. Each case runs in
 * a process of its own. Other allocators can be tried, too:
 *
 *     heap_experiment [BLOCKS [SIZE]]
 *     LD_PRELOAD=libjemalloc.so.2 heap_experiment
 *     LD_PRELOAD=libmimalloc.so.2.0 heap_experiment
 *     LD_PRELOAD=libtcmalloc_minimal.so.4 heap_experiment
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

static size_t blocks = 10000000, size = 24;

/* Each block holds the address of the next one, so the experiment needs no other memory. */
struct block {
    struct block *next;
};

struct experiment {
    const char *name;
    int (*is_freed)(size_t number); /* Blocks are numbered, allocated and freed in the same order. */
    int in_thread;                  /* Another thread allocates and frees. */
    int thread_trims;               /* And trims. */
};

static int all(size_t number) {
    (void)number;
    return 1;
}

static int all_but_last(size_t number) {
    return number + 1 < blocks;
}

static int every_second(size_t number) {
    return number % 2 == 1;
}

static int all_but_one_in_64(size_t number) {
    return number % 64 != 0;
}

static const struct experiment experiments[] = {
    {"all freed", all, 0, 0},
    {"all freed but the last", all_but_last, 0, 0},
    {"every second freed", every_second, 0, 0},
    {"63 of 64 freed", all_but_one_in_64, 0, 0},
    {"all freed in a thread, trimmed by the other", all, 1, 0},
    {"all freed in a thread, trimmed by itself", all, 1, 1},
};
enum { EXPERIMENTS = sizeof experiments / sizeof experiments[0] };

/* ---- Figures ---- */

/*
 * KiB of this process in memory; 0 if /proc does not report it. It avoids stdio, whose buffer
 * would be one of the blocks.
 */
static uint64_t kib_in_memory(void) {
    char text[100];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0) {
        close(file);
    }
    text[length > 0 ? length : 0] = '\0';
    const char *second = strchr(text, ' '); /* All pages; resident pages; ... */
    return second != NULL ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) / 1024 : 0;
}

struct figures {
    uint64_t full, freed, trimmed;
    int is_predicted, status;
    uint64_t predicted, released;
};

static void predict_and_trim(struct figures *figures) {
    struct sysinfo_heap heap;
    figures->freed = kib_in_memory();
    figures->status = sysinfo_heap_detail(NULL, &heap, sizeof heap);
    figures->is_predicted = figures->status == SYSINFO_OK && SYSINFO_HAS(&heap, reclaimable);
    figures->predicted = figures->is_predicted ? heap.reclaimable / 1024 : 0;
    if (figures->status == SYSINFO_OK) {
        figures->status = sysinfo_heap_trim(NULL, &figures->released);
        figures->released /= 1024;
    }
    figures->trimmed = kib_in_memory();
}

/* ---- The experiment ---- */

static int allocate_and_free(const struct experiment *experiment, struct figures *figures) {
    struct block *list = NULL, **end = &list;
    for (size_t i = 0; i < blocks; i++) {
        struct block *block = malloc(size);
        if (block == NULL) {
            return SYSINFO_NO_MEMORY;
        }
        memset(block, 1, size);
        block->next = NULL;
        *end = block;
        end = &block->next;
    }
    figures->full = kib_in_memory();
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): keeping blocks is part of the experiment. */
    for (size_t number = 0; list != NULL; number++) {
        struct block *next = list->next;
        if (experiment->is_freed(number)) {
            free(list);
        }
        list = next;
    }
    return SYSINFO_OK;
}

struct work {
    const struct experiment *experiment;
    struct figures *figures;
    int is_done, may_end;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* The thread stays until its arena was measured: another thread takes over an arena without one. */
static void *work(void *argument) {
    struct work *work = argument;
    int status = allocate_and_free(work->experiment, work->figures);
    if (status == SYSINFO_OK && work->experiment->thread_trims) {
        predict_and_trim(work->figures);
    }
    pthread_mutex_lock(&work->mutex);
    if (status != SYSINFO_OK) {
        work->figures->status = status;
    }
    work->is_done = 1;
    pthread_cond_broadcast(&work->changed);
    while (!work->may_end) {
        pthread_cond_wait(&work->changed, &work->mutex);
    }
    pthread_mutex_unlock(&work->mutex);
    return NULL;
}

static void run_in_thread(const struct experiment *experiment, struct figures *figures) {
    struct work shared = {.experiment = experiment,
                          .figures = figures,
                          .mutex = PTHREAD_MUTEX_INITIALIZER,
                          .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, &shared) != 0) {
        figures->status = SYSINFO_SYSTEM;
        return;
    }
    pthread_mutex_lock(&shared.mutex);
    while (!shared.is_done) {
        pthread_cond_wait(&shared.changed, &shared.mutex);
    }
    if (figures->status == SYSINFO_OK && !experiment->thread_trims) {
        predict_and_trim(figures);
    }
    shared.may_end = 1;
    pthread_cond_broadcast(&shared.changed);
    pthread_mutex_unlock(&shared.mutex);
    pthread_join(thread, NULL);
}

static void run(const struct experiment *experiment, struct figures *figures) {
    if (experiment->in_thread) {
        run_in_thread(experiment, figures);
        return;
    }
    figures->status = allocate_and_free(experiment, figures);
    if (figures->status == SYSINFO_OK) {
        predict_and_trim(figures);
    }
}

/* Each case has a process of its own, so it does not find what another left. */
static int run_apart(const struct experiment *experiment, struct figures *figures) {
    int ends[2];
    if (pipe(ends) != 0) {
        return 0;
    }
    pid_t child = fork();
    if (child == 0) {
        run(experiment, figures);
        ssize_t written = write(ends[1], figures, sizeof *figures);
        _exit(written == (ssize_t)sizeof *figures ? 0 : 1);
    }
    close(ends[1]);
    ssize_t count = child > 0 ? read(ends[0], figures, sizeof *figures) : -1;
    close(ends[0]);
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
    return count == (ssize_t)sizeof *figures;
}

static void print(const struct experiment *experiment, const struct figures *figures) {
    printf("%-44s %10" PRIu64 " %10" PRIu64, experiment->name, figures->full, figures->freed);
    if (figures->is_predicted) {
        printf(" %10" PRIu64, figures->predicted);
    } else {
        printf(" %10s", "-");
    }
    if (figures->status == SYSINFO_OK) {
        printf(" %10" PRIu64 " %10" PRIu64 "\n", figures->released, figures->trimmed);
    } else {
        printf("   %s\n", sysinfo_status_meaning(figures->status));
    }
}

int main(int argc, char **argv) {
    if (argc > 1) {
        blocks = (size_t)strtoull(argv[1], NULL, 10);
    }
    if (argc > 2) {
        size = (size_t)strtoull(argv[2], NULL, 10);
    }
    if (argc > 3 || blocks == 0 || size < sizeof(struct block)) {
        fprintf(stderr, "usage: heap_experiment [BLOCKS [SIZE]], with blocks of at least %zu bytes\n",
                sizeof(struct block));
        return 2;
    }
    const char *allocator = sysinfo_heap_allocator(NULL);
    printf("%zu blocks of %zu bytes, malloc() of %s; all figures in KiB\n\n", blocks, size,
           allocator != NULL ? allocator : "an unknown allocator");
    printf("%-44s %10s %10s %10s %10s %10s\n", "", "all there", "freed", "predicted", "released", "trimmed");
    for (int i = 0; i < EXPERIMENTS; i++) {
        struct figures figures = {0};
        fflush(stdout);
        if (!run_apart(&experiments[i], &figures)) {
            fprintf(stderr, "heap_experiment: no process or no memory for: %s\n", experiments[i].name);
            return 1;
        }
        print(&experiments[i], &figures);
    }
    printf("\nall there, freed, trimmed: the process in memory (RSS) with all blocks, after freeing, after the trim.\n"
           "predicted, released: what the library said that a trim would give back, and what it gave back.\n");
    if (allocator != NULL && strcmp(allocator, "glibc") == 0) {
        printf("glibc: the prediction leaves out the small blocks of a thread's arena, and from another thread no trim "
               "reaches that arena's top.\n");
    }
    return 0;
}
