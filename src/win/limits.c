/* SPDX-License-Identifier: MIT */
/* What this process may use: docs/systems/windows.md. */
#include <math.h>

#include "arithmetic.h"
#include "query.h"

int sysinfo__win_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    struct sysinfo__job job;
    struct sysinfo__pages pages;
    int status = sysinfo__query_pages(host, &pages);
    if (status == SYSINFO_OK) {
        sysinfo__query_job(&job);
        sysinfo__decode_job_memory(&job, &pages, limit);
    }
    return status;
}

/* A job limits memory and page files together: all that this leaves may be swap. */
int sysinfo__win_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    struct sysinfo__job job;
    (void)host;
    sysinfo__query_job(&job);
    sysinfo__decode_job_memory(&job, NULL, limit);
    if (SYSINFO_HAS(limit, limit) && limit->limit != SYSINFO_UNLIMITED) {
        limit->present &= ~SYSINFO_BIT(struct sysinfo__limit, limit);
    }
    return SYSINFO_OK;
}

int sysinfo__win_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit) {
    struct sysinfo__win_affinity affinity;
    struct sysinfo__job job;
    sysinfo__query_affinity(host, &affinity);
    sysinfo__decode_affinity(&affinity, limit);
    sysinfo__query_job(&job);
    sysinfo__decode_job_rate(&job, affinity.cpus, limit);
    return SYSINFO_OK;
}

/* Only if the process is in one group: CPU sets, and threads in several groups, do not translate to cores. */
int sysinfo__win_allowed_cores(struct sysinfo_host *host, uint64_t *number) {
    struct sysinfo__win_affinity affinity;
    struct sysinfo__cpu_limit limit = {0};
    struct sysinfo__cores cores;
    sysinfo__query_affinity(host, &affinity);
    sysinfo__decode_affinity(&affinity, &limit);
    int status = sysinfo__query_cores(host, SYSINFO__CORES, &affinity, &cores);
    if (status != SYSINFO_OK || !SYSINFO_HAS(&limit, allowed)) {
        return status;
    }
    bool is_all = limit.allowed >= affinity.cpus && affinity.cpus > 0;
    *number = is_all ? cores.cores : affinity.cpu_sets == 0 ? cores.allowed : 0;
    return SYSINFO_OK;
}

/* ---- Level by level ---- */

static void set_memory(const struct sysinfo__room *room, bool is_known, uint64_t used,
                       struct sysinfo_limit_level *level) {
    FACT(level, memory_limit, room->limit);
    if (is_known) {
        FACT(level, memory_used, used);
    }
    if (room->limit != SYSINFO_UNLIMITED) {
        FACT(level, memory_usable, room->room);
        level->estimated |= room->is_certain ? 0 : SYSINFO_BIT(struct sysinfo_limit_level, memory_usable);
    }
}

static int add_job(struct sysinfo_host *host, struct sysinfo__limit_rows *rows, const struct sysinfo__job *job,
                   uint64_t cpus) {
    struct sysinfo__cpu_limit quota = {0};
    struct sysinfo__room process = sysinfo__room_of_process(job), all = sysinfo__room_of_job(job);
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_JOB, "job", 3);
    if (row == NULL) {
        return sysinfo__no_memory(host, "QueryInformationJobObject");
    }
    if (job->has_limits) {
        set_memory(&all, job->has_job_used, job->job_used, &row->level);
    }
    sysinfo__decode_job_rate(job, cpus, &quota);
    if (SYSINFO_HAS(&quota, quota)) {
        FACT(&row->level, cpus, quota.quota);
    } else if (job->has_rate) {
        FACT(&row->level, cpus, (double)INFINITY);
    }
    if (!job->has_limits || process.limit == SYSINFO_UNLIMITED) {
        return SYSINFO_OK;
    }
    row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_PROCESS, "ProcessMemoryLimit", 18);
    if (row == NULL) {
        return sysinfo__no_memory(host, "QueryInformationJobObject");
    }
    set_memory(&process, job->has_process_used, job->process_used, &row->level);
    return SYSINFO_OK;
}

int sysinfo__win_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct sysinfo__win_affinity affinity;
    struct sysinfo__cpu_limit limit = {0};
    struct sysinfo__job job;
    sysinfo__query_affinity(host, &affinity);
    sysinfo__decode_affinity(&affinity, &limit);
    sysinfo__query_job(&job);
    int status = job.is_member ? add_job(host, rows, &job, affinity.cpus) : SYSINFO_OK;
    if (status != SYSINFO_OK || !SYSINFO_HAS(&limit, allowed)) {
        return status;
    }
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_AFFINITY, "affinity", 8);
    if (row == NULL) {
        return sysinfo__no_memory(host, "GetProcessAffinityMask");
    }
    FACT(&row->level, cpus, (double)limit.allowed);
    row->level.estimated |= SYSINFO_IS_ESTIMATED(&limit, allowed) ? SYSINFO_BIT(struct sysinfo_limit_level, cpus) : 0;
    return SYSINFO_OK;
}
