/* SPDX-License-Identifier: MIT */
/* The decoders of src/win; the first byte selects one. */
#include "harness.h"

#include "win/decode.h"

static void try_processors(const uint8_t *bytes, size_t size) {
    struct sysinfo__modes all = {0};
    uint64_t idle = 0;
    for (; size >= sizeof(struct sysinfo__processor);
         bytes += sizeof(struct sysinfo__processor), size -= sizeof(struct sysinfo__processor)) {
        struct sysinfo__processor processor;
        struct sysinfo__modes one = {0};
        memcpy(&processor, bytes, sizeof processor);
        sysinfo__modes_add(&one, &processor);
        sysinfo__modes_add(&all, &processor);
        MUST(one.idle == (processor.idle > 0 ? (uint64_t)processor.idle : 0));
        MUST(one.is_estimated ||
             one.system + one.irq + one.softirq + one.idle == (uint64_t)processor.kernel); /* Every part counts once. */
        MUST(!one.is_estimated || all.is_estimated);
        idle += one.idle;
    }
    struct sysinfo_cpu_sample sample;
    memset(&sample, 0, sizeof sample);
    sysinfo__modes_report(&all, &sample);
    must_be_a_result(&sample, sizeof sample);
    MUST(all.idle == idle && sample.user >= 0 && sample.system >= 0 && sample.idle >= 0 && sample.irq >= 0 &&
         sample.softirq >= 0);
}

static void try_cores(const uint8_t *bytes, size_t size) {
    struct sysinfo__cores cores, again;
    bool is_list = sysinfo__decode_cores(bytes, size, NULL, &cores);
    MUST(sysinfo__decode_cores(bytes, size, NULL, &again) == is_list);
    MUST(!is_list || (cores.fingerprint != 0 && cores.fingerprint == again.fingerprint));
    MUST(!is_list || (cores.cores <= size / 32 && cores.cpus <= size * 8));
}

static void try_page_files(const uint8_t *bytes, size_t size) {
    struct sysinfo_swap swap;
    memset(&swap, 0, sizeof swap);
    bool is_list = sysinfo__decode_page_files(bytes, size, 4096, &swap);
    must_be_a_result(&swap, sizeof swap);
    MUST(is_list == SYSINFO_HAS(&swap, total) && is_list == SYSINFO_HAS(&swap, used));
    MUST(swap.total % 4096 == 0 && swap.used % 4096 == 0);
}

static void try_performance(const uint8_t *bytes, size_t size) {
    struct sysinfo_stats stats;
    memset(&stats, 0, sizeof stats);
    MUST(sysinfo__decode_performance(bytes, size, &stats) == (size >= 312));
    must_be_a_result(&stats, sizeof stats);
    MUST(stats.ctx_switches <= UINT32_MAX && stats.syscalls <= UINT32_MAX);
}

static void try_memory(const uint8_t *bytes, size_t size) {
    struct sysinfo__pages pages = {0};
    struct sysinfo__page_lists lists = {0};
    memcpy(&pages, bytes, size < sizeof pages ? size : sizeof pages);
    if (size > sizeof pages) {
        memcpy(&lists, bytes + sizeof pages, size - sizeof pages < sizeof lists ? size - sizeof pages : sizeof lists);
    }
    struct sysinfo_memory memory;
    memset(&memory, 0, sizeof memory);
    bool is_reported = sysinfo__decode_memory(&pages, size > sizeof pages ? &lists : NULL, &memory);
    must_be_a_result(&memory, sizeof memory);
    MUST(is_reported == (memory.total > 0) && (is_reported || memory.present == 0));
    MUST(!SYSINFO_HAS(&memory, available) || memory.available / pages.page_size == pages.available);
    struct sysinfo_swap swap;
    memset(&swap, 0, sizeof swap);
    sysinfo__estimate_page_files(&pages, &swap);
    must_be_a_result(&swap, sizeof swap);
    MUST(swap.present == swap.estimated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const decoders[])(const uint8_t *bytes, size_t size) = {try_processors, try_cores, try_page_files,
                                                                          try_performance, try_memory};
    if (size > 0) {
        uint8_t *bytes = memory(size - 1); /* Has exactly this length, so that a read beyond the end is detected. */
        memcpy(bytes, data + 1, size - 1);
        decoders[data[0] % (sizeof decoders / sizeof decoders[0])](bytes, size - 1);
        free(bytes);
    }
    return 0;
}
