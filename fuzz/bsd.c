/* SPDX-License-Identifier: MIT */
/* The decoders of src/bsd and src/darwin; the first byte selects one. */
#include "harness.h"

#include "bsd/decode.h"
#include "bsd/decode_rctl.h"
#include "darwin/decode.h"

/* Copies as many bytes as there are; the rest is 0. */
static void fill(void *object, size_t room, const uint8_t *bytes, size_t size) {
    memset(object, 0, room);
    memcpy(object, bytes, size < room ? size : room);
}

/* In the input, a flag may be any byte. */
static struct sysinfo__number number(const uint64_t *value, unsigned which, uint64_t known) {
    return (struct sysinfo__number){value[which], known >> which & 1};
}

static void try_blocks(const uint8_t *bytes, size_t size, size_t width) {
    const struct sysinfo__cpu_blocks blocks = {bytes, size, width, 128};
    struct sysinfo__cpu_rows rows;
    struct sysinfo__ticks sum = {0};
    memset(&rows, 0, sizeof rows);
    size_t count = sysinfo__cpu_blocks_count(&blocks), cpus = 0;
    MUST(count == size / (5 * width));
    for (size_t cpu = 0; cpu < count; cpu++) {
        struct sysinfo__ticks ticks = sysinfo__cpu_blocks_at(&blocks, cpu);
        sysinfo__ticks_add(&sum, &ticks);
        MUST(ticks.spin == 0 && (width == 8 || (ticks.user | ticks.idle) <= UINT32_MAX));
        if (sysinfo__is_cpu(&ticks)) {
            MUST(sysinfo__decode_cpu_row(&blocks, cpu, &rows));
            must_be_a_result(&rows.row[cpus].sample, sizeof rows.row[cpus].sample);
            MUST(rows.row[cpus].sample.cpu == cpu && rows.row[cpus].sample.user >= 0);
            cpus++;
        }
    }
    MUST(rows.count == cpus);
    sysinfo__decode_cpu_sum(&blocks, &rows.all.sample);
    must_be_a_result(&rows.all.sample, sizeof rows.all.sample);
    MUST(rows.all.sample.idle * 128 == (double)sum.idle && SYSINFO_HAS(&rows.all.sample, wrap) == (width == 4));
    free(rows.row);
}

static void try_wide_blocks(const uint8_t *bytes, size_t size) {
    try_blocks(bytes, size, 8);
}

static void try_narrow_blocks(const uint8_t *bytes, size_t size) {
    try_blocks(bytes, size, 4);
}

static void try_freebsd(const uint8_t *bytes, size_t size) {
    uint64_t value[12];
    fill(value, sizeof value, bytes, size);
    uint64_t known = value[0];
    const struct sysinfo__freebsd_memory counted = {
        .page_size = value[1],
        .total = value[2],
        .free = number(value, 3, known),
        .active = number(value, 4, known),
        .inactive = number(value, 5, known),
        .wired = number(value, 6, known),
        .laundry = number(value, 7, known),
        .buffers = number(value, 9, known),
        .arc = number(value, 10, known),
        .arc_least = number(value, 11, known),
    };
    struct sysinfo_memory memory;
    memset(&memory, 0, sizeof memory);
    sysinfo__decode_freebsd_memory(&counted, &memory);
    must_be_a_result(&memory, sizeof memory);
    MUST(memory.total == value[2]);
    MUST(SYSINFO_HAS(&memory, available) == (counted.free.is_known && counted.inactive.is_known));
    MUST(SYSINFO_HAS(&memory, arc) == counted.arc.is_known);
    const struct sysinfo__freebsd_swap pages = {value[1], value[3], value[4], counted.inactive, counted.wired};
    struct sysinfo_swap swap;
    memset(&swap, 0, sizeof swap);
    sysinfo__decode_freebsd_swap(&pages, &swap);
    must_be_a_result(&swap, sizeof swap);
    const struct sysinfo__freebsd_stats counters = {counted.free, counted.active, counted.inactive, counted.wired};
    struct sysinfo_stats stats;
    memset(&stats, 0, sizeof stats);
    sysinfo__decode_freebsd_stats(&counters, &stats);
    must_be_a_result(&stats, sizeof stats);
}

static void try_uvm(const uint8_t *bytes, size_t size) {
    uint64_t value[16];
    fill(value, sizeof value, bytes, size);
    const struct sysinfo__uvm uvm = {
        .page_size = (int64_t)(value[0] >> 1),
        .pages = (int64_t)(value[1] >> 1),
        .free = (int64_t)value[2],
        .active = (int64_t)value[3],
        .inactive = (int64_t)value[4],
        .wired = (int64_t)value[5],
        .file = (int64_t)value[6],
        .exec = (int64_t)value[7],
        .anonymous = (int64_t)value[12],
        .dirty = (int64_t)value[8],
        .has_dirty = value[9] & 1,
        .swap = (uint32_t)value[15],
        .swap_used = (uint32_t)(value[15] >> 32),
        .swapped_in = (uint32_t)value[10],
        .swapped_out = (uint32_t)(value[10] >> 32),
        .switches = value[11],
        .interrupts = value[12],
        .writes_files = value[9] & 4,
        .zero_is_unknown = value[9] & 8,
    };
    const struct sysinfo__netbsd_caches caches = {.buffers = number(value, 13, value[9])};
    const struct sysinfo__buffer_cache cache = {(int64_t)value[14], (int64_t)value[15]};
    struct sysinfo_memory netbsd, openbsd;
    memset(&netbsd, 0, sizeof netbsd);
    memset(&openbsd, 0, sizeof openbsd);
    sysinfo__decode_netbsd_memory(&uvm, &caches, &netbsd);
    sysinfo__decode_openbsd_memory(&uvm, value[1], value[9] & 2 ? &cache : NULL, &openbsd);
    must_be_a_result(&netbsd, sizeof netbsd);
    must_be_a_result(&openbsd, sizeof openbsd);
    MUST(uvm.free >= 0 || (netbsd.free == 0 && SYSINFO_IS_ESTIMATED(&netbsd, free)));
    MUST(SYSINFO_HAS(&netbsd, dirty) == uvm.has_dirty && SYSINFO_HAS(&netbsd, buffers) == caches.buffers.is_known);
    MUST(netbsd.available <= netbsd.total);
    struct sysinfo_swap swap;
    memset(&swap, 0, sizeof swap);
    sysinfo__decode_uvm_swap(&uvm, &swap);
    must_be_a_result(&swap, sizeof swap);
    struct sysinfo_stats stats;
    memset(&stats, 0, sizeof stats);
    sysinfo__decode_uvm_stats(&uvm, &stats);
    must_be_a_result(&stats, sizeof stats);
}

static void try_mach_cpus(const uint8_t *bytes, size_t size) {
    const size_t one = sizeof(struct sysinfo__mach_processor) + sizeof(struct sysinfo__mach_ticks);
    size_t cpus = size / one;
    struct sysinfo__mach_processor *processors = memory(cpus * sizeof *processors);
    struct sysinfo__mach_ticks *ticks = memory(cpus * sizeof *ticks);
    if (cpus > 0) {
        memcpy(processors, bytes, cpus * sizeof *processors);
        memcpy(ticks, bytes + cpus * sizeof *processors, cpus * sizeof *ticks);
    }
    struct sysinfo__cpu_rows rows;
    memset(&rows, 0, sizeof rows);
    MUST(sysinfo__decode_mach_rows(processors, ticks, cpus, &rows) && rows.count <= cpus);
    for (size_t i = 0; i < rows.count; i++) {
        must_be_a_result(&rows.row[i].sample, sizeof rows.row[i].sample);
    }
    MUST(sysinfo__decode_mach_sum(ticks, cpus, &rows.all.sample) == (cpus > 0));
    must_be_a_result(&rows.all.sample, sizeof rows.all.sample);
    free(rows.row);
    free(processors);
    free(ticks);
}

static void try_mach_pages(const uint8_t *bytes, size_t size) {
    uint64_t value[11];
    fill(value, sizeof value, bytes, size);
    const struct sysinfo__mach_pages pages = {
        .size = value[0],
        .free = (uint32_t)value[1],
        .active = (uint32_t)value[2],
        .inactive = (uint32_t)value[3],
        .wired = (uint32_t)value[4],
        .speculative = (uint32_t)value[5],
        .purgeable = (uint32_t)(value[6] >> 32),
        .is_long = value[6] & 1,
        .external = (uint32_t)value[7],
        .swapped_in = value[8],
        .swapped_out = value[9],
    };
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    memset(&memory, 0, sizeof memory);
    memset(&swap, 0, sizeof swap);
    sysinfo__decode_mach_memory(&pages, value[10], &memory);
    sysinfo__decode_mach_swapped(&pages, &swap);
    must_be_a_result(&memory, sizeof memory);
    must_be_a_result(&swap, sizeof swap);
    MUST(memory.total == value[10]);
    MUST(SYSINFO_IS_ESTIMATED(&memory, available) == !pages.is_long);
    MUST(SYSINFO_HAS(&memory, cached) == pages.is_long && (swap.present != 0) == pages.is_long);
}

static void try_rctl(const uint8_t *bytes, size_t size) {
    char *text = memory(size + 1);
    if (size > 0) {
        memcpy(text, bytes, size);
    }
    text[size] = '\0';
    struct sysinfo__rctl_rule rule;
    size_t rules = 0;
    for (const char *rest = text; (rest = sysinfo__decode_rctl_rule(rest, &rule)) != NULL; rules++) {
        MUST(rest > text && rest <= text + size && rules <= size);
        MUST(!rule.is_understood || (strlen(rule.subject) >= 2 && !(rule.is_per_process && rule.is_per_other)));
    }
    uint64_t use = 7;
    MUST(sysinfo__decode_rctl_use(text, SYSINFO__RCTL_MEMORY, &use) || use == 7 || strchr(text, '=') != NULL);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const decoders[])(const uint8_t *bytes, size_t size) = {
        try_wide_blocks, try_narrow_blocks, try_freebsd, try_uvm, try_mach_cpus, try_mach_pages, try_rctl};
    if (size > 0) {
        uint8_t *bytes = memory(size - 1); /* Has exactly this length, so that a read beyond the end is detected. */
        memcpy(bytes, data + 1, size - 1);
        decoders[data[0] % (sizeof decoders / sizeof decoders[0])](bytes, size - 1);
        free(bytes);
    }
    return 0;
}
