/* SPDX-License-Identifier: MIT */
/* FreeBSD, NetBSD and OpenBSD: one question lists all processes with all that is wanted of them. */
#include <sys/param.h> /* First: the others need its types. */

#include <sys/proc.h>
#include <sys/sysctl.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __FreeBSD__
#include <sys/procctl.h>
#include <sys/user.h>
#endif

#include "fail.h"
#include "run/process_rows.h"
#include "run/process_source.h"

#ifdef __NetBSD__
typedef struct kinfo_proc2 row_type;
#else
typedef struct kinfo_proc row_type;
#endif

struct lister {
    struct process_rows rows;
    uint64_t page_size;
};

static uint64_t microseconds(uint64_t seconds, uint64_t parts) {
    return seconds * 1000000 + parts;
}

/* ---- What a row says ---- */

#ifdef __FreeBSD__
static const int question[] = {CTL_KERN, KERN_PROC, KERN_PROC_PROC};

static uint64_t time_of(struct timeval time) {
    return microseconds((uint64_t)time.tv_sec, (uint64_t)time.tv_usec);
}

static struct process decode(const row_type *row, uint64_t page_size) {
    uint64_t cpu = time_of(row->ki_rusage.ru_utime) + time_of(row->ki_rusage.ru_stime);
    struct process process = {.pid = row->ki_pid,
                              .parent = row->ki_ppid,
                              .started = time_of(row->ki_start),
                              .is_dead = row->ki_stat == SZOMB,
                              .rss = (uint64_t)row->ki_rssize * page_size,
                              .peak = (uint64_t)row->ki_rusage.ru_maxrss * 1024,
                              .threads = (uint64_t)row->ki_numthreads,
                              .cpu = (double)cpu / 1e6,
                              .children_cpu = (double)time_of(row->ki_childtime) / 1e6};
    memcpy(process.name, row->ki_comm, sizeof process.name - 1);
    return process;
}
#else
#ifdef __NetBSD__
static const int question[] = {CTL_KERN, KERN_PROC2, KERN_PROC_ALL, 0, sizeof(row_type), INT_MAX};
#define IS_DEAD(row) ((row)->p_realstat == SZOMB)
#define THREADS(row) ((row)->p_nlwps)
#else
/* A row for each thread too, after that of its process. */
static const int question[] = {CTL_KERN, KERN_PROC,        KERN_PROC_ALL | KERN_PROC_SHOW_THREADS,
                               0,        sizeof(row_type), INT_MAX};
#define IS_DEAD(row) (((row)->p_psflags & PS_ZOMBIE) != 0)
#define THREADS(row) 0
#endif

static struct process decode(const row_type *row, uint64_t page_size) {
    uint64_t cpu =
        microseconds(row->p_uutime_sec, row->p_uutime_usec) + microseconds(row->p_ustime_sec, row->p_ustime_usec);
    struct process process = {.pid = row->p_pid,
                              .parent = row->p_ppid,
                              .started = microseconds(row->p_ustart_sec, row->p_ustart_usec),
                              .is_dead = IS_DEAD(row),
                              .rss = (uint64_t)row->p_vm_rssize * page_size,
                              .peak = row->p_uru_maxrss * 1024,
                              .threads = THREADS(row),
                              .cpu = (double)cpu / 1e6,
                              .children_cpu = (double)microseconds(row->p_uctime_sec, row->p_uctime_usec) / 1e6};
    memcpy(process.name, row->p_comm, sizeof process.name - 1);
    return process;
}
#endif

/* ---- The list ---- */

static size_t ask(struct lister *lister) {
    return process_rows_ask(&lister->rows, question, sizeof question / sizeof question[0]) / sizeof(row_type);
}

static void list(struct tree *tree) {
    struct lister *lister = tree->system;
    size_t rows = ask(lister);
    const row_type *row = lister->rows.at;
    for (size_t i = 0; i < rows; i++) {
        struct process process = decode(&row[i], lister->page_size);
#ifdef __OpenBSD__
        while (i + 1 < rows && row[i + 1].p_pid == row[i].p_pid) {
            process.threads++;
            i++;
        }
#endif
        process_table_insert(&tree->all, &process);
    }
}

static bool open_lister(struct tree *tree, const char *proc, const char **why) {
    (void)proc;
    struct lister *lister = calloc(1, sizeof *lister);
    if (lister == NULL) {
        fail_no_memory();
    }
    lister->page_size = (uint64_t)getpagesize();
    tree->system = lister;
#ifdef __FreeBSD__
    if (tree->is_self) { /* Processes that lose their parents become children of this one. */
        (void)procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL);
    }
#endif
    if (ask(lister) == 0) {
        *why = "this system does not list its processes";
        return false;
    }
    return true;
}

static void close_lister(struct tree *tree) {
    struct lister *lister = tree->system;
    free(lister->rows.at);
    free(lister);
}

const struct process_source process_source = {
    .open = open_lister, .close = close_lister, .list = list, .has_children_cpu = true};
