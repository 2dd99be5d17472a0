/* SPDX-License-Identifier: MIT */
/* The getters of all results. Each one is a question, and a single switch selects its reader. */
#include <sysinfo/fields.h>
#include <sysinfo/sysinfo.h>

#include "internal.h"

#define PROCESS "what a process uses"

static int read_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    int status = sysinfo__cpu_counts(host, counts);
    if (status == SYSINFO_OK && counts->present == 0) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", "this machine does not report how many CPUs it has");
    }
    return status;
}

/* A text that fits only in part would lack its NUL, so it becomes unknown. */
#define DROP_CUT(result, field, room)                                                           \
    ((void)((size_t)((result)->field + sizeof(result)->field - (const char *)(result)) > (room) \
                ? (result)->present &= ~(UINT64_C(1) << SYSINFO_SLOT(result, field))            \
                : 0))

static int read_description(struct sysinfo_host *host, size_t room, struct sysinfo_cpu_description *description) {
    int status = ASK(host, cpu_info, "the model of the CPUs", description);
    if (status == SYSINFO_OK && description->present == 0) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", "this machine does not report what CPUs it has");
    }
    DROP_CUT(description, vendor, room);
    DROP_CUT(description, model, room);
    DROP_CUT(description, architecture, room);
    return status;
}

SYSINFO__HOT static int read_result(struct sysinfo_host *host, const struct sysinfo__question *question, size_t room,
                                    union sysinfo__result *result) {
    switch (question->result) {
    case SYSINFO_RESULT_CPU_USAGE:
        return sysinfo__cpu_usage_since(host, question->interval, &result->cpu_usage);
    case SYSINFO_RESULT_PROCESSORS:
        return read_counts(host, &result->processors);
    case SYSINFO_RESULT_CPU_SAMPLE:
        return sysinfo__cpu_sample(host, &result->cpu_sample);
    case SYSINFO_RESULT_CPU_FREQUENCY:
        return sysinfo__cpu_frequency(host, &result->cpu_frequency);
    case SYSINFO_RESULT_CPU_DESCRIPTION:
        return read_description(host, room, &result->cpu_description);
    case SYSINFO_RESULT_MEMORY:
        return sysinfo__read_memory(host, &result->memory);
    case SYSINFO_RESULT_SWAP:
        return sysinfo__swap(host, &result->swap);
    case SYSINFO_RESULT_LOAD:
        return ASK(host, load_average, "the load average", &result->load);
    case SYSINFO_RESULT_STATS:
        return ASK(host, cpu_stats, "the count of interrupts and context switches", &result->stats);
    case SYSINFO_RESULT_PAGING:
        return ASK(host, page_stats, "the count of page faults", &result->paging);
    case SYSINFO_RESULT_MEMORY_ALLOWANCE:
        return sysinfo__memory_allowance(host, &result->allowance);
    case SYSINFO_RESULT_SWAP_ALLOWANCE:
        return sysinfo__swap_allowance(host, &result->allowance);
    case SYSINFO_RESULT_CPU_ALLOWANCE:
        return sysinfo__cpu_allowance(host, &result->cpu_allowance);
    case SYSINFO_RESULT_CGROUP:
        return sysinfo__cgroup(host, &result->cgroup);
    case SYSINFO_RESULT_CPU_PRESSURE:
    case SYSINFO_RESULT_MEMORY_PRESSURE:
    case SYSINFO_RESULT_IO_PRESSURE:
    case SYSINFO_RESULT_IRQ_PRESSURE:
    case SYSINFO_RESULT_CGROUP_CPU_PRESSURE:
    case SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE:
    case SYSINFO_RESULT_CGROUP_IO_PRESSURE:
    case SYSINFO_RESULT_CGROUP_IRQ_PRESSURE:
        return sysinfo__pressure(host, question->result, &result->pressure);
    case SYSINFO_RESULT_HEAP:
        return sysinfo__heap(host, question->in_detail, &result->heap);
    case SYSINFO_RESULT_PROCESS:
        return ASK(host, process, PROCESS, question->in_detail, &result->process);
    default:
        return sysinfo__invalid(host, "there is no such result");
    }
}

/* The first is that of no result. */
static const struct sysinfo__question questions[] = {
#define QUESTION(id, type) [SYSINFO_RESULT_##id] = {.result = SYSINFO_RESULT_##id, .size = sizeof(struct type)}
    QUESTION(CPU_USAGE, sysinfo_cpu_usage),
    QUESTION(PROCESSORS, sysinfo_processors),
    QUESTION(CPU_SAMPLE, sysinfo_cpu_sample),
    QUESTION(MEMORY, sysinfo_memory),
    QUESTION(SWAP, sysinfo_swap),
    QUESTION(LOAD, sysinfo_load),
    QUESTION(STATS, sysinfo_stats),
    QUESTION(MEMORY_ALLOWANCE, sysinfo_allowance),
    QUESTION(SWAP_ALLOWANCE, sysinfo_allowance),
    QUESTION(CPU_ALLOWANCE, sysinfo_cpu_allowance),
    QUESTION(CGROUP, sysinfo_cgroup),
    QUESTION(CPU_PRESSURE, sysinfo_pressure),
    QUESTION(MEMORY_PRESSURE, sysinfo_pressure),
    QUESTION(IO_PRESSURE, sysinfo_pressure),
    QUESTION(IRQ_PRESSURE, sysinfo_pressure),
    QUESTION(CGROUP_CPU_PRESSURE, sysinfo_pressure),
    QUESTION(CGROUP_MEMORY_PRESSURE, sysinfo_pressure),
    QUESTION(CGROUP_IO_PRESSURE, sysinfo_pressure),
    QUESTION(CGROUP_IRQ_PRESSURE, sysinfo_pressure),
    QUESTION(HEAP, sysinfo_heap),
    QUESTION(PROCESS, sysinfo_process),
    QUESTION(PAGING, sysinfo_paging),
    QUESTION(CPU_FREQUENCY, sysinfo_cpu_frequency),
    QUESTION(CPU_DESCRIPTION, sysinfo_cpu_description),
#undef QUESTION
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

SYSINFO__HOT int sysinfo_read(struct sysinfo_host *host, uint32_t result, void *out, size_t size) {
    return sysinfo__answer(host, read_result, &questions[result < QUESTIONS ? result : 0], out, size);
}

static int read_in_detail(struct sysinfo_host *host, uint32_t result, void *out, size_t size) {
    struct sysinfo__question question = questions[result];
    question.in_detail = true;
    return sysinfo__answer(host, read_result, &question, out, size);
}

/* ---- CPUs ---- */

SYSINFO__HOT int sysinfo_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_SAMPLE, times, size);
}

int sysinfo_cpu_times_percent(struct sysinfo_host *host, double interval, struct sysinfo_cpu_usage *usage,
                              size_t size) {
    struct sysinfo__question question = questions[SYSINFO_RESULT_CPU_USAGE];
    question.interval = interval;
    return sysinfo__answer(host, read_result, &question, usage, size);
}

SYSINFO__HOT int sysinfo_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_PROCESSORS, counts, size);
}

int sysinfo_cpu_freq(struct sysinfo_host *host, struct sysinfo_cpu_frequency *frequency, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_FREQUENCY, frequency, size);
}

int sysinfo_cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_DESCRIPTION, description, size);
}

SYSINFO__HOT int sysinfo_load_average(struct sysinfo_host *host, struct sysinfo_load *load, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_LOAD, load, size);
}

int sysinfo_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_STATS, stats, size);
}

int sysinfo_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_PAGING, paging, size);
}

/* ---- Memory ---- */

SYSINFO__HOT int sysinfo_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_MEMORY, memory, size);
}

SYSINFO__HOT int sysinfo_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_SWAP, swap, size);
}

int sysinfo_heap_info(struct sysinfo_host *host, struct sysinfo_heap *heap, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_HEAP, heap, size);
}

int sysinfo_heap_detail(struct sysinfo_host *host, struct sysinfo_heap *heap, size_t size) {
    return read_in_detail(host, SYSINFO_RESULT_HEAP, heap, size);
}

/* ---- What this process may use, and uses ---- */

SYSINFO__HOT int sysinfo_usable_memory(struct sysinfo_host *host, struct sysinfo_allowance *allowance, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_MEMORY_ALLOWANCE, allowance, size);
}

SYSINFO__HOT int sysinfo_usable_swap(struct sysinfo_host *host, struct sysinfo_allowance *allowance, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_SWAP_ALLOWANCE, allowance, size);
}

SYSINFO__HOT int sysinfo_usable_cpus(struct sysinfo_host *host, struct sysinfo_cpu_allowance *allowance, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_ALLOWANCE, allowance, size);
}

SYSINFO__HOT int sysinfo_cgroup_usage(struct sysinfo_host *host, struct sysinfo_cgroup *cgroup, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CGROUP, cgroup, size);
}

/* ---- This process ---- */

int sysinfo_process_info(struct sysinfo_host *host, struct sysinfo_process *process, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_PROCESS, process, size);
}

int sysinfo_process_detail(struct sysinfo_host *host, struct sysinfo_process *process, size_t size) {
    return read_in_detail(host, SYSINFO_RESULT_PROCESS, process, size);
}

int sysinfo_process_memory(struct sysinfo_host *host, uint64_t *rss) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (rss == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the result is NULL"));
    }
    uint64_t bytes = 0;
    int status = ASK(host, process_memory, PROCESS, &bytes);
    if (status == SYSINFO_OK) {
        *rss = bytes;
    }
    return sysinfo__end(&call, status);
}

/* ---- Pressure ---- */

int sysinfo_cpu_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_PRESSURE, pressure, size);
}

int sysinfo_memory_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_MEMORY_PRESSURE, pressure, size);
}

int sysinfo_io_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_IO_PRESSURE, pressure, size);
}

int sysinfo_irq_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_IRQ_PRESSURE, pressure, size);
}

int sysinfo_cgroup_cpu_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CGROUP_CPU_PRESSURE, pressure, size);
}

int sysinfo_cgroup_memory_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE, pressure, size);
}

int sysinfo_cgroup_io_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CGROUP_IO_PRESSURE, pressure, size);
}

int sysinfo_cgroup_irq_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return sysinfo_read(host, SYSINFO_RESULT_CGROUP_IRQ_PRESSURE, pressure, size);
}
