/* SPDX-License-Identifier: MIT */
/* macOS: one question lists all processes, and each of the tree is asked for what it uses. */
#include <sys/types.h> /* First: the others need its types. */

#include <libproc.h>
#include <mach/mach_time.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "run/process_rows.h"
#include "run/process_source.h"

struct lister {
    struct process_rows rows;
    double seconds; /* In a unit of Mach's time, the unit of CPU times. */
};

static size_t ask(struct lister *lister) {
    static const int question[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0};
    return process_rows_ask(&lister->rows, question, 4) / sizeof(struct kinfo_proc);
}

static void list(struct tree *tree) {
    struct lister *lister = tree->system;
    size_t rows = ask(lister);
    const struct kinfo_proc *row = lister->rows.at;
    for (size_t i = 0; i < rows; i++) {
        const struct extern_proc *own = &row[i].kp_proc;
        struct process process = {.pid = own->p_pid,
                                  .parent = row[i].kp_eproc.e_ppid,
                                  .started =
                                      (uint64_t)own->p_starttime.tv_sec * 1000000 + (uint64_t)own->p_starttime.tv_usec,
                                  .is_dead = own->p_stat == SZOMB};
        memcpy(process.name, own->p_comm, sizeof own->p_comm - 1);
        process_table_insert(&tree->all, &process);
    }
}

/* A process of another user is not reported: it counts as using nothing. */
static void complete(struct tree *tree, struct process *process) {
    const struct lister *lister = tree->system;
    struct proc_taskinfo task;
    if (proc_pidinfo((int)process->pid, PROC_PIDTASKINFO, 0, &task, sizeof task) != (int)sizeof task) {
        return;
    }
    process->rss = task.pti_resident_size;
    process->threads = (uint64_t)task.pti_threadnum;
    process->cpu = (double)(task.pti_total_user + task.pti_total_system) * lister->seconds;
}

static bool open_lister(struct tree *tree, const char *proc, const char **why) {
    (void)proc;
    mach_timebase_info_data_t base;
    struct lister *lister = calloc(1, sizeof *lister);
    if (lister == NULL) {
        fail_no_memory();
    }
    tree->system = lister;
    lister->seconds = mach_timebase_info(&base) == 0 ? (double)base.numer / (double)base.denom / 1e9 : 1e-9;
    if (ask(lister) == 0) {
        *why = "macOS does not list its processes";
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
    .open = open_lister, .close = close_lister, .list = list, .complete = complete};
