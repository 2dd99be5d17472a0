/* SPDX-License-Identifier: MIT */
#include <sysinfo/limits.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct sysinfo_limit_level_list {
    struct sysinfo__limit_rows rows;
};

/* ---- The machine itself ---- */

static int add_memory(struct sysinfo_host *host, struct sysinfo_limit_level *level) {
    struct sysinfo_memory memory = {0};
    int status = sysinfo__read_memory(host, &memory);
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(level, memory_limit, memory.total);
    if (SYSINFO_HAS(&memory, available)) {
        FACT(level, memory_used, memory.used);
        FACT(level, memory_usable, memory.available);
        level->estimated |=
            SYSINFO_IS_ESTIMATED(&memory, available) ? SYSINFO_BIT(struct sysinfo_limit_level, memory_usable) : 0;
    }
    return SYSINFO_OK;
}

/* Fails only when memory runs out. */
static int add_swap(struct sysinfo_host *host, struct sysinfo_limit_level *level) {
    struct sysinfo_swap swap = {0};
    int status = sysinfo__swap(host, &swap);
    if (status == SYSINFO_NO_MEMORY) {
        return status;
    }
    if (status == SYSINFO_OK && SYSINFO_HAS(&swap, total)) {
        FACT(level, swap_limit, swap.total);
    }
    if (SYSINFO_HAS(&swap, free)) {
        FACT(level, swap_usable, swap.free);
    }
    return SYSINFO_OK;
}

static void add_cpus(struct sysinfo_host *host, struct sysinfo_limit_level *level) {
    struct sysinfo_processors counts = {0};
    if (sysinfo__cpu_counts(host, &counts) == SYSINFO_OK && SYSINFO_HAS(&counts, count)) {
        FACT(level, cpus, (double)counts.count);
    }
}

/* Memory must be known; other figures of the machine's row may be unknown. */
static int add_machine(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_MACHINE, "machine", 7);
    if (row == NULL) {
        return sysinfo__no_memory(host, "");
    }
    int status = add_swap(host, &row->level);
    add_cpus(host, &row->level);
    return status == SYSINFO_OK ? add_memory(host, &row->level) : status;
}

/* ---- The tightest ---- */

/* Of equal ones, takes the later, which is nearer to the process. */
static void mark_tightest(struct sysinfo__limit_rows *rows) {
    struct sysinfo_limit_level *memory = NULL, *swap = NULL, *cpus = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        struct sysinfo_limit_level *level = &rows->row[i].level;
        FACT(level, tightest, 0);
        if (SYSINFO_HAS(level, memory_limit) && (memory == NULL || level->memory_limit <= memory->memory_limit)) {
            memory = level;
        }
        if (SYSINFO_HAS(level, swap_limit) && (swap == NULL || level->swap_limit <= swap->swap_limit)) {
            swap = level;
        }
        if (SYSINFO_HAS(level, cpus) && (cpus == NULL || level->cpus <= cpus->cpus)) {
            cpus = level;
        }
    }
    if (memory != NULL && memory->memory_limit != SYSINFO_UNLIMITED) {
        memory->tightest |= SYSINFO_TIGHTEST_MEMORY;
    }
    if (swap != NULL && swap->swap_limit != SYSINFO_UNLIMITED) {
        swap->tightest |= SYSINFO_TIGHTEST_SWAP;
    }
    if (cpus != NULL && cpus->cpus < (double)INFINITY) {
        cpus->tightest |= SYSINFO_TIGHTEST_CPUS;
    }
}

/* ---- The list ---- */

/*
 * Creates a list with the same capacity as the rows it is swapped with, so that the next call finds enough on both
 * sides.
 */
static struct sysinfo_limit_level_list *make_list(const struct sysinfo__limit_rows *rows) {
    struct sysinfo_limit_level_list *list = calloc(1, sizeof *list);
    for (size_t i = 0; list != NULL && i < rows->count; i++) {
        if (sysinfo__limit_rows_add(&list->rows, 0, rows->row[i].name, strlen(rows->row[i].name)) == NULL) {
            sysinfo_limit_level_list_free(list);
            list = NULL;
        }
    }
    return list;
}

int sysinfo_limit_levels(struct sysinfo_host *host, struct sysinfo_limit_level_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    struct sysinfo__limit_rows *rows = &host->spare_limits;
    rows->count = 0;
    int status = add_machine(host, rows);
    if (status == SYSINFO_OK) {
        status = ASK(host, limit_levels, "the limits of a process", rows);
        status = status == SYSINFO_NOT_SUPPORTED ? SYSINFO_OK : status; /* The machine is then the only level. */
    }
    if (status == SYSINFO_OK && *list == NULL) {
        *list = make_list(rows);
        status = *list != NULL ? SYSINFO_OK : sysinfo__no_memory(host, "");
    }
    if (status == SYSINFO_OK && *list != NULL) {
        mark_tightest(rows);
        struct sysinfo__limit_rows filled = *rows;
        *rows = (*list)->rows;
        (*list)->rows = filled;
    }
    return sysinfo__end(&call, status);
}

const struct sysinfo_limit_level *sysinfo_limit_level_list_at(const struct sysinfo_limit_level_list *list,
                                                              size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].level;
}

const char *sysinfo_limit_level_list_name(const struct sysinfo_limit_level_list *list, size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : list->rows.row[index].name;
}

size_t sysinfo_limit_level_list_count(const struct sysinfo_limit_level_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

void sysinfo_limit_level_list_free(struct sysinfo_limit_level_list *list) {
    if (list != NULL) {
        sysinfo__limit_rows_free(&list->rows);
        free(list);
    }
}
