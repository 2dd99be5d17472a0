/* SPDX-License-Identifier: MIT */
/*
 * A program that is compiled with the first headers, the current ones, and (-DWITH_TOMORROW) headers whose results have
 * one more field, and that runs with the library of each. Prints what it finds in that field, in its struct and through
 * the field table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysinfo/sysinfo.h>

#define GUARD UINT64_C(0x1234567890abcdef)
/*
 * The result, followed by guard words that must not change. It starts as all ones, so that unknown values must be
 * cleared to 0.
 */
#define GUARDED(tag)       \
    struct {               \
        struct tag value;  \
        uint64_t guard[8]; \
    }
#define PREPARE(guarded)                           \
    do {                                           \
        memset(&(guarded), 0xff, sizeof(guarded)); \
        for (int i = 0; i < 8; i++) {              \
            (guarded).guard[i] = GUARD;            \
        }                                          \
    } while (0)

static int failures;

static void expect(int is_true, const char *claim) {
    if (!is_true) {
        printf("not true: %s\n", claim);
        failures++;
    }
}

static int is_whole(const uint64_t guard[8]) {
    int whole = 1;
    for (int i = 0; i < 8; i++) {
        whole &= guard[i] == GUARD;
    }
    return whole;
}

static void memory(void) {
    GUARDED(sysinfo_memory) memory;
    PREPARE(memory);
    expect(sysinfo_virtual_memory(NULL, &memory.value, sizeof memory.value) == SYSINFO_OK, "memory is reported");
    expect(is_whole(memory.guard), "memory is not overrun");
    expect(SYSINFO_HAS(&memory.value, total) && memory.value.total > 0, "total is known");
    expect(memory.value.present >> (sizeof memory.value / 8) == 0, "no bit beyond the caller's memory");
    expect((memory.value.estimated & ~memory.value.present) == 0, "what is estimated is present");
#ifdef WITH_TOMORROW
    if (SYSINFO_HAS(&memory.value, tomorrow)) {
        printf("struct %" PRIu64 "\n", memory.value.tomorrow);
    } else {
        expect(memory.value.tomorrow == 0, "an unknown field reads 0");
        printf("struct unknown\n");
    }
#endif
}

static void generic(void) {
    uint64_t any[SYSINFO_SLOTS];
    const struct sysinfo_field *field = sysinfo_field_find("mem", "tomorrow");
    if (field == NULL) {
        printf("table has no such field\n");
        return;
    }
    expect(sysinfo_read(NULL, field->result, any, sizeof any) == SYSINFO_OK, "the generic read works");
    expect(sysinfo_field_state(field, any) == SYSINFO_FIELD_KNOWN, "the generic program knows the field");
    printf("table %" PRIu64 "\n", sysinfo_field_uint64(field, any));
}

/* Samples of this program's size, with every known bit set, compared by a library of another size. */
static void difference(void) {
    struct sysinfo_cpu_sample before, after;
    GUARDED(sysinfo_cpu_usage) usage;
    memset(&before, 0, sizeof before);
    before.present = (UINT64_C(1) << (sizeof before / 8)) - 4;
    before.present &= ~(SYSINFO_BIT(struct sysinfo_cpu_sample, wrap));
    after = before;
    after.time = 1;
    after.user = 1;
    after.idle = 3;
    PREPARE(usage);
    expect(sysinfo_cpu_usage_between(&before, &after, &usage.value, sizeof usage.value) == SYSINFO_OK,
           "samples of any size are compared");
    expect(is_whole(usage.guard), "usage is not overrun");
    expect(usage.value.percent > 24.9 && usage.value.percent < 25.1, "1 of 4 seconds is 25 %");
    expect(usage.value.present >> (sizeof usage.value / 8) == 0, "no bit beyond the caller's usage");
}

/* Rows have the library's size. */
static void rows(void) {
    struct sysinfo_cpu_sample_list *list = NULL;
    const struct sysinfo_cpu_sample *row;
    uint64_t least = 0;
    expect(sysinfo_cpu_times_percpu(NULL, &list) == SYSINFO_OK, "each CPU's times are reported");
    expect(sysinfo_cpu_sample_list_at(list, 0) != NULL, "there is a CPU");
    for (size_t i = 0; (row = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
        expect(SYSINFO_HAS(row, cpu) && row->cpu >= least && row->cpu < 1u << 20, "CPUs are in ascending order");
        expect(SYSINFO_HAS(row, idle), "each CPU's idle time is reported");
#ifdef WITH_TOMORROW
        expect(!SYSINFO_HAS(row, tomorrow), "a field that nobody fills is unknown");
#endif
        least = row->cpu + 1;
    }
    sysinfo_cpu_sample_list_free(list);
}

/* `call` sets `answer.value`: on success it writes only the struct and the bits it defines, on failure nothing. */
#define ASK(tag, call)                                                                                               \
    do {                                                                                                             \
        GUARDED(tag) answer, untouched;                                                                              \
        PREPARE(answer);                                                                                             \
        PREPARE(untouched);                                                                                          \
        if ((call) == SYSINFO_OK) {                                                                                  \
            expect(is_whole(answer.guard), #call " overruns nothing");                                               \
            expect(answer.value.present != 0 && answer.value.present >> (sizeof answer.value / 8) == 0,              \
                   #call " reports what the caller has room for");                                                   \
            expect((answer.value.estimated & ~answer.value.present) == 0, #call " estimates what it reports");       \
        } else {                                                                                                     \
            expect(memcmp(&answer, &untouched, sizeof answer) == 0, #call " leaves the struct alone when it fails"); \
        }                                                                                                            \
    } while (0)

static void each_getter(void) {
    ASK(sysinfo_cpu_sample, sysinfo_cpu_times(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_cpu_usage, sysinfo_cpu_times_percent(NULL, 0.01, &answer.value, sizeof answer.value));
    ASK(sysinfo_processors, sysinfo_cpu_counts(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_swap, sysinfo_swap_memory(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_load, sysinfo_load_average(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_stats, sysinfo_cpu_stats(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_allowance, sysinfo_usable_memory(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_allowance, sysinfo_usable_swap(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_cpu_allowance, sysinfo_usable_cpus(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_cgroup, sysinfo_cgroup_usage(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_pressure, sysinfo_cpu_pressure(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_pressure, sysinfo_cgroup_memory_pressure(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_heap, sysinfo_heap_info(NULL, &answer.value, sizeof answer.value));
    ASK(sysinfo_heap, sysinfo_heap_detail(NULL, &answer.value, sizeof answer.value));
}

/*
 * A program that gets results from the table may be of any version: each result, known or not, goes into buffers of
 * every size.
 */
static void each_result_in_every_size(void) {
    int known = 0;
    for (uint32_t result = 1; result <= 64; result++) {
        for (size_t slots = 3; slots <= SYSINFO_SLOTS; slots++) {
            uint64_t room[SYSINFO_SLOTS + 1];
            for (size_t i = 0; i <= SYSINFO_SLOTS; i++) {
                room[i] = GUARD;
            }
            known += sysinfo_read(NULL, result, room, slots * 8) == SYSINFO_OK;
            expect(room[slots] == GUARD, "sysinfo_read() writes no further than the given size");
        }
    }
    expect(known >= 7 * (SYSINFO_SLOTS - 2), "the seven results of every machine are read in every size");
}

int main(void) {
    memory();
    generic();
    difference();
    rows();
    each_getter();
    each_result_in_every_size();
    return failures > 0;
}
