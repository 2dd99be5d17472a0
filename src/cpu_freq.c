/* SPDX-License-Identifier: MIT */
/* Frequencies: one figure for all CPUs, and a list with one for each. */
#include <sysinfo/cpu.h>

#include <stdlib.h>

#include "internal.h"

struct sysinfo_cpu_frequency_list {
    struct sysinfo__cpu_rows rows;
};

/* Computes from the rows what the system does not report for all CPUs together. */
static void sum_up(struct sysinfo__cpu_rows *rows) {
    struct sysinfo_cpu_frequency *all = &rows->all.frequency, sum = {.present = 0};
    uint64_t known = 0;
    double total = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct sysinfo_cpu_frequency *row = &rows->row[i].frequency;
        if (SYSINFO_HAS(row, current)) {
            total += (double)row->current;
            known++;
        }
        if (SYSINFO_HAS(row, min) && (!SYSINFO_HAS(&sum, min) || row->min < sum.min)) {
            FACT(&sum, min, row->min);
        }
        if (SYSINFO_HAS(row, max) && row->max > sum.max) {
            FACT(&sum, max, row->max);
        }
        if (SYSINFO_HAS(row, base) && row->base > sum.base) {
            FACT(&sum, base, row->base);
        }
    }
    if (known > 0 && !SYSINFO_HAS(all, current)) {
        FACT(all, current, (uint64_t)(total / (double)known + 0.5));
    }
    if (SYSINFO_HAS(&sum, min) && !SYSINFO_HAS(all, min)) {
        FACT(all, min, sum.min);
    }
    if (SYSINFO_HAS(&sum, max) && !SYSINFO_HAS(all, max)) {
        FACT(all, max, sum.max);
    }
    if (SYSINFO_HAS(&sum, base) && !SYSINFO_HAS(all, base)) {
        FACT(all, base, sum.base);
    }
}

static int read_rows(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    sysinfo__cpu_rows_clear(rows);
    int status = ASK(host, cpu_freq, "CPU frequency", rows);
    if (status != SYSINFO_OK) {
        return status;
    }
    sysinfo__cpu_rows_sort(rows);
    sum_up(rows);
    return rows->all.frequency.present != 0
               ? SYSINFO_OK
               : sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", "this machine does not report how fast its CPUs run");
}

int sysinfo__cpu_frequency(struct sysinfo_host *host, struct sysinfo_cpu_frequency *frequency) {
    int status = read_rows(host, &host->spare);
    *frequency = host->spare.all.frequency;
    return status;
}

/* A new list gets the same capacity as the rows it is swapped with, as a list of samples does. */
static int give(struct sysinfo_host *host, struct sysinfo_cpu_frequency_list **list) {
    if (*list == NULL) {
        struct sysinfo_cpu_frequency_list *made = calloc(1, sizeof *made);
        if (made == NULL || !sysinfo__cpu_rows_reserve(&made->rows, host->spare.capacity)) {
            free(made);
            return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "", "no memory for the rows of all CPUs");
        }
        *list = made;
    }
    sysinfo__cpu_rows_swap(&(*list)->rows, &host->spare);
    return SYSINFO_OK;
}

int sysinfo_cpu_freq_percpu(struct sysinfo_host *host, struct sysinfo_cpu_frequency_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    int status = read_rows(host, &host->spare);
    return sysinfo__end(&call, status == SYSINFO_OK ? give(host, list) : status);
}

const struct sysinfo_cpu_frequency *sysinfo_cpu_frequency_list_all(const struct sysinfo_cpu_frequency_list *list) {
    return list == NULL ? NULL : &list->rows.all.frequency;
}

const struct sysinfo_cpu_frequency *sysinfo_cpu_frequency_list_at(const struct sysinfo_cpu_frequency_list *list,
                                                                  size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].frequency;
}

size_t sysinfo_cpu_frequency_list_count(const struct sysinfo_cpu_frequency_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

void sysinfo_cpu_frequency_list_free(struct sysinfo_cpu_frequency_list *list) {
    if (list != NULL) {
        free(list->rows.row);
        free(list);
    }
}
