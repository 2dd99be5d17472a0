/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include "arithmetic.h"

/* ---- CPU time ---- */

#define TICKS_PER_SECOND 100.0

/*
 * Ticks have 32 bits. The 64-bit sum over all CPUs drops by 2^32 whenever one of them wraps. Time of lowered priority
 * is part of user: the kernel always sets its own place for it to 0, so it is not reported.
 */
static void decode(uint64_t user, uint64_t system, uint64_t idle, struct sysinfo_cpu_sample *sample) {
    FACT(sample, user, (double)user / TICKS_PER_SECOND);
    FACT(sample, system, (double)system / TICKS_PER_SECOND);
    FACT(sample, idle, (double)idle / TICKS_PER_SECOND);
    FACT(sample, wrap, 4294967296.0 / TICKS_PER_SECOND);
}

static uint64_t user_ticks(const struct sysinfo__mach_ticks *ticks) {
    return (uint64_t)ticks->user + ticks->nice;
}

bool sysinfo__decode_mach_sum(const struct sysinfo__mach_ticks *ticks, size_t cpus, struct sysinfo_cpu_sample *sample) {
    if (cpus == 0) {
        return false;
    }
    uint64_t user = 0, system = 0, idle = 0;
    for (size_t i = 0; i < cpus; i++) {
        user += user_ticks(&ticks[i]);
        system += ticks[i].system;
        idle += ticks[i].idle;
    }
    decode(user, system, idle, sample);
    return true;
}

bool sysinfo__decode_mach_rows(const struct sysinfo__mach_processor *processors,
                               const struct sysinfo__mach_ticks *ticks, size_t cpus, struct sysinfo__cpu_rows *rows) {
    for (size_t i = 0; i < cpus; i++) {
        if (!processors[i].is_running) {
            continue;
        }
        struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, (uint64_t)processors[i].number);
        if (row == NULL) {
            return false;
        }
        decode(user_ticks(&ticks[i]), ticks[i].system, ticks[i].idle, row);
    }
    return true;
}

/* ---- Memory and swap ---- */

/*
 * Pages of files are released on demand from any queue; anonymous pages, which inactive includes, only after
 * compression. Speculative pages belong to files. Programs that allocate purgeable memory allow its loss.
 */
void sysinfo__decode_mach_memory(const struct sysinfo__mach_pages *pages, uint64_t total,
                                 struct sysinfo_memory *memory) {
    FACT(memory, total, total);
    FACT(memory, free, sysinfo__bytes(sysinfo__reduced(pages->free, pages->speculative), pages->size));
    FACT(memory, active, sysinfo__bytes(pages->active, pages->size));
    FACT(memory, inactive, sysinfo__bytes(pages->inactive, pages->size));
    FACT(memory, wired, sysinfo__bytes(pages->wired, pages->size));
    if (pages->is_long) {
        FACT(memory, cached, sysinfo__bytes(pages->external + pages->purgeable, pages->size));
        FACT(memory, available, memory->free + memory->cached);
        FACT(memory, compressed, sysinfo__bytes(pages->compressor, pages->size));
    } else {
        GUESS(memory, available, sysinfo__bytes(pages->free + pages->inactive, pages->size));
    }
}

void sysinfo__decode_mach_swapped(const struct sysinfo__mach_pages *pages, struct sysinfo_swap *swap) {
    if (pages->is_long) {
        FACT(swap, sin, sysinfo__bytes(pages->swapped_in, pages->size));
        FACT(swap, sout, sysinfo__bytes(pages->swapped_out, pages->size));
    }
}

/* Pages of files, and those that the compressor moved. A read of several pages may count as one. */
void sysinfo__decode_mach_paging(const struct sysinfo__mach_pages *pages, struct sysinfo_paging *paging) {
    FACT(paging, faults, pages->faults);
    if (pages->is_long) {
        GUESS(paging, paged_in, sysinfo__bytes(pages->paged_in + pages->swapped_in, pages->size));
        GUESS(paging, paged_out, sysinfo__bytes(pages->paged_out + pages->swapped_out, pages->size));
    }
}
