/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <string.h>

#include "arithmetic.h"

/* ---- CPU time ---- */

bool sysinfo__decode_clock(int64_t hz, int64_t stathz, double *rate) {
    int64_t ticks = stathz > 0 ? stathz : hz;
    *rate = (double)ticks;
    return ticks > 0;
}

void sysinfo__ticks_add(struct sysinfo__ticks *sum, const struct sysinfo__ticks *ticks) {
    sum->user += ticks->user;
    sum->nice += ticks->nice;
    sum->system += ticks->system;
    sum->spin += ticks->spin;
    sum->irq += ticks->irq;
    sum->idle += ticks->idle;
}

void sysinfo__decode_ticks(const struct sysinfo__ticks *ticks, double rate, size_t width,
                           struct sysinfo_cpu_sample *sample) {
    FACT(sample, user, (double)ticks->user / rate);
    FACT(sample, nice, (double)ticks->nice / rate);
    FACT(sample, system, (double)(ticks->system + ticks->spin) / rate);
    FACT(sample, irq, (double)ticks->irq / rate);
    FACT(sample, idle, (double)ticks->idle / rate);
    if (width < 8) {
        FACT(sample, wrap, 4294967296.0 / rate);
    }
}

static size_t block_size(const struct sysinfo__cpu_blocks *blocks) {
    return SYSINFO__CPU_BLOCK * blocks->width;
}

size_t sysinfo__cpu_blocks_count(const struct sysinfo__cpu_blocks *blocks) {
    return blocks->length / block_size(blocks);
}

static uint64_t counter_at(const char *bytes, size_t width) {
    uint32_t narrow = 0;
    uint64_t wide = 0;
    memcpy(width == sizeof narrow ? (void *)&narrow : (void *)&wide, bytes, width);
    return wide + narrow;
}

struct sysinfo__ticks sysinfo__cpu_blocks_at(const struct sysinfo__cpu_blocks *blocks, size_t cpu) {
    size_t width = blocks->width;
    const char *block = (const char *)blocks->bytes + cpu * block_size(blocks);
    return (struct sysinfo__ticks){.user = counter_at(block, width),
                                   .nice = counter_at(block + width, width),
                                   .system = counter_at(block + 2 * width, width),
                                   .irq = counter_at(block + 3 * width, width),
                                   .idle = counter_at(block + 4 * width, width)};
}

bool sysinfo__is_cpu(const struct sysinfo__ticks *ticks) {
    return (ticks->user | ticks->nice | ticks->system | ticks->irq | ticks->idle) != 0;
}

bool sysinfo__decode_cpu_row(const struct sysinfo__cpu_blocks *blocks, size_t cpu, struct sysinfo__cpu_rows *rows) {
    struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
    if (row == NULL) {
        return false;
    }
    struct sysinfo__ticks ticks = sysinfo__cpu_blocks_at(blocks, cpu);
    sysinfo__decode_ticks(&ticks, blocks->rate, blocks->width, row);
    return true;
}

void sysinfo__decode_cpu_sum(const struct sysinfo__cpu_blocks *blocks, struct sysinfo_cpu_sample *sample) {
    struct sysinfo__ticks all = {0};
    for (size_t cpu = 0; cpu < sysinfo__cpu_blocks_count(blocks); cpu++) {
        struct sysinfo__ticks ticks = sysinfo__cpu_blocks_at(blocks, cpu);
        sysinfo__ticks_add(&all, &ticks);
    }
    sysinfo__decode_ticks(&all, blocks->rate, blocks->width, sample);
}

bool sysinfo__decode_frequencies(const char *text, uint64_t *least, uint64_t *most) {
    *least = UINT64_MAX;
    *most = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        uint64_t megahertz, hertz;
        if (sysinfo__digits(text, &megahertz) != NULL && sysinfo__multiply(megahertz, 1000000, &hertz) && hertz > 0) {
            *least = sysinfo__smaller(*least, hertz);
            *most = hertz > *most ? hertz : *most;
        }
        text += strcspn(text, " ");
    }
    return *most > 0;
}

/* ---- FreeBSD and DragonFly ---- */

/* Sets a number that the release reports, in units of `size` bytes (1 for bytes and plain counts). */
#define NUMBER(result, field, number, size)                              \
    do {                                                                 \
        if ((number).is_known) {                                         \
            FACT(result, field, sysinfo__bytes((number).value, (size))); \
        }                                                                \
    } while (0)

uint64_t sysinfo__arc_available(const struct sysinfo__number *arc, const struct sysinfo__number *least) {
    return arc->is_known && least->is_known ? sysinfo__reduced(arc->value, least->value) : 0;
}

/* The ARC counts as wired; pages of the cache are clean. Inactive pages may be anonymous, so the sum is an estimate. */
void sysinfo__decode_freebsd_memory(const struct sysinfo__freebsd_memory *counted, struct sysinfo_memory *memory) {
    FACT(memory, total, counted->total);
    NUMBER(memory, free, counted->free, counted->page_size);
    NUMBER(memory, active, counted->active, counted->page_size);
    NUMBER(memory, inactive, counted->inactive, counted->page_size);
    NUMBER(memory, wired, counted->wired, counted->page_size);
    NUMBER(memory, laundry, counted->laundry, counted->page_size);
    NUMBER(memory, cached, counted->cache, counted->page_size);
    NUMBER(memory, buffers, counted->buffers, 1);
    NUMBER(memory, arc, counted->arc, 1);
    if (counted->free.is_known && counted->inactive.is_known) {
        GUESS(memory, available,
              memory->free + memory->inactive + memory->cached +
                  sysinfo__arc_available(&counted->arc, &counted->arc_least));
    }
}

void sysinfo__decode_freebsd_swap(const struct sysinfo__freebsd_swap *counted, struct sysinfo_swap *swap) {
    FACT(swap, total, sysinfo__bytes(counted->total, counted->page_size));
    FACT(swap, used, sysinfo__bytes(counted->used, counted->page_size));
    NUMBER(swap, sin, counted->in, counted->page_size);
    NUMBER(swap, sout, counted->out, counted->page_size);
}

void sysinfo__decode_freebsd_stats(const struct sysinfo__freebsd_stats *counted, struct sysinfo_stats *stats) {
    NUMBER(stats, ctx_switches, counted->switches, 1);
    NUMBER(stats, interrupts, counted->interrupts, 1);
    NUMBER(stats, soft_interrupts, counted->soft_interrupts, 1);
    NUMBER(stats, syscalls, counted->syscalls, 1);
    if (counted->forks.is_known) { /* A release may lack one of the others. */
        FACT(stats, forks, counted->forks.value + counted->vforks.value + counted->rforks.value);
    }
}

static void decode_moved(const struct sysinfo__number *swap, const struct sysinfo__number *file, uint64_t page_size,
                         struct sysinfo__number *bytes) {
    bytes->is_known = swap->is_known && file->is_known;
    bytes->value = bytes->is_known ? sysinfo__bytes(swap->value + file->value, page_size) : 0;
}

void sysinfo__decode_freebsd_paging(const struct sysinfo__freebsd_paging *counted, struct sysinfo_paging *paging) {
    struct sysinfo__number in, out;
    decode_moved(&counted->swap_in, &counted->file_in, counted->page_size, &in);
    decode_moved(&counted->swap_out, &counted->file_out, counted->page_size, &out);
    NUMBER(paging, paged_in, in, 1);
    NUMBER(paging, paged_out, out, 1);
    NUMBER(paging, faults, counted->faults, 1);
    NUMBER(paging, major_faults, counted->major_faults, 1);
}

/* ---- NetBSD and OpenBSD ---- */

/* A negative count becomes 0, estimated. */
#define PAGES(memory, field, pages, page_size)                                             \
    do {                                                                                   \
        if ((pages) < 0) {                                                                 \
            GUESS(memory, field, 0);                                                       \
        } else {                                                                           \
            FACT(memory, field, sysinfo__bytes((uint64_t)(pages), (uint64_t)(page_size))); \
        }                                                                                  \
    } while (0)

static void decode_queues(const struct sysinfo__uvm *uvm, struct sysinfo_memory *memory) {
    PAGES(memory, free, uvm->free, uvm->page_size);
    PAGES(memory, active, uvm->active, uvm->page_size);
    PAGES(memory, inactive, uvm->inactive, uvm->page_size);
}

static uint64_t not_negative(int64_t pages) {
    return pages > 0 ? (uint64_t)pages : 0;
}

/*
 * Most of the kernel's own memory is neither in a queue nor counted as wired, so memory outside the queues is not
 * available. Free pages are, and pages of files and programs except the wired ones.
 */
static void decode_netbsd_available(const struct sysinfo__uvm *uvm, struct sysinfo_memory *memory) {
    uint64_t pages = not_negative(uvm->free) + not_negative(uvm->file) + not_negative(uvm->exec);
    uint64_t most = sysinfo__reduced((uint64_t)uvm->pages, not_negative(uvm->wired) + not_negative(uvm->anonymous));
    FACT(memory, available, sysinfo__bytes(sysinfo__smaller(pages, most), (uint64_t)uvm->page_size));
}

void sysinfo__decode_netbsd_memory(const struct sysinfo__uvm *uvm, const struct sysinfo__netbsd_caches *caches,
                                   struct sysinfo_memory *memory) {
    FACT(memory, total, sysinfo__bytes((uint64_t)uvm->pages, (uint64_t)uvm->page_size));
    decode_queues(uvm, memory);
    PAGES(memory, wired, uvm->wired, uvm->page_size);
    PAGES(memory, cached, uvm->file, uvm->page_size);
    if (uvm->exec > 0) {
        memory->cached += sysinfo__bytes((uint64_t)uvm->exec, (uint64_t)uvm->page_size);
    }
    if (uvm->has_dirty) {
        PAGES(memory, dirty, uvm->dirty, uvm->page_size);
    }
    decode_netbsd_available(uvm, memory);
    NUMBER(memory, buffers, caches->buffers, 1);
    NUMBER(memory, arc, caches->arc, 1);
    uint64_t arc = sysinfo__arc_available(&caches->arc, &caches->arc_least);
    if (arc > 0) { /* Every count of pages includes it in the kernel's memory. */
        GUESS(memory, available, memory->available + arc);
    }
}

void sysinfo__decode_openbsd_memory(const struct sysinfo__uvm *uvm, uint64_t total,
                                    const struct sysinfo__buffer_cache *cache, struct sysinfo_memory *memory) {
    FACT(memory, total, total);
    decode_queues(uvm, memory);
    if (cache != NULL) {
        PAGES(memory, cached, cache->pages, uvm->page_size);
        PAGES(memory, dirty, cache->dirty, uvm->page_size);
    }
    FACT(memory, available, memory->free + memory->inactive + memory->cached);
}

void sysinfo__decode_uvm_swap(const struct sysinfo__uvm *uvm, struct sysinfo_swap *swap) {
    FACT(swap, total, sysinfo__bytes(uvm->swap, (uint64_t)uvm->page_size));
    FACT(swap, used, sysinfo__bytes(uvm->swap_used, (uint64_t)uvm->page_size));
    FACT(swap, sin, sysinfo__bytes(uvm->swapped_in, (uint64_t)uvm->page_size));
    FACT(swap, sout, sysinfo__bytes(uvm->swapped_out, (uint64_t)uvm->page_size));
    if (uvm->writes_files) {
        swap->estimated |= SYSINFO_BIT(struct sysinfo_swap, sout);
    }
}

#define COUNTER(stats, field, count, zero_is_unknown) \
    do {                                              \
        if ((count) != 0 || !(zero_is_unknown)) {     \
            FACT(stats, field, count);                \
        }                                             \
    } while (0)

void sysinfo__decode_uvm_stats(const struct sysinfo__uvm *uvm, struct sysinfo_stats *stats) {
    FACT(stats, ctx_switches, uvm->switches);
    COUNTER(stats, interrupts, uvm->interrupts, uvm->zero_is_unknown);
    COUNTER(stats, soft_interrupts, uvm->soft_interrupts, uvm->zero_is_unknown);
    COUNTER(stats, syscalls, uvm->syscalls, uvm->zero_is_unknown);
    FACT(stats, forks, uvm->forks);
}

void sysinfo__decode_uvm_paging(const struct sysinfo__uvm *uvm, struct sysinfo_paging *paging) {
    FACT(paging, faults, uvm->faults);
    GUESS(paging, major_faults, uvm->read_faults);
}
