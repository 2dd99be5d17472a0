/* SPDX-License-Identifier: MIT */
#include "contract.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

static uint64_t required;

void contract_require(uint64_t results) {
    required = results;
}

/* ---- The getters that fill a struct ---- */

static int usage_over_an_interval(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_times_percent(host, 0.02, out, size);
}
static int usage_since_last(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_times_percent(host, 0, out, size);
}
static int counts(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_counts(host, out, size);
}
static int times(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_times(host, out, size);
}
static int memory(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_virtual_memory(host, out, size);
}
static int swap(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_swap_memory(host, out, size);
}
static int load(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_load_average(host, out, size);
}
static int stats(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_stats(host, out, size);
}
static int usable_memory(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_usable_memory(host, out, size);
}
static int usable_swap(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_usable_swap(host, out, size);
}
static int usable_cpus(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_usable_cpus(host, out, size);
}
static int cgroup(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cgroup_usage(host, out, size);
}
static int cpu_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cpu_pressure(host, out, size);
}
static int memory_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_memory_pressure(host, out, size);
}
static int io_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_io_pressure(host, out, size);
}
static int irq_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_irq_pressure(host, out, size);
}
static int cgroup_cpu_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cgroup_cpu_pressure(host, out, size);
}
static int cgroup_memory_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cgroup_memory_pressure(host, out, size);
}
static int cgroup_io_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cgroup_io_pressure(host, out, size);
}
static int cgroup_irq_pressure(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_cgroup_irq_pressure(host, out, size);
}

static int heap(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_heap_info(host, out, size);
}
static int heap_in_detail(struct sysinfo_host *host, void *out, size_t size) {
    return sysinfo_heap_detail(host, out, size);
}

static const struct getter {
    const char *name;
    int (*call)(struct sysinfo_host *host, void *out, size_t size);
    uint32_t result;
    size_t size;
    bool needs_past;
} getters[] = {
    {"cpu_times_percent(0.02)", usage_over_an_interval, SYSINFO_RESULT_CPU_USAGE, sizeof(struct sysinfo_cpu_usage),
     false},
    {"cpu_times_percent(0)", usage_since_last, SYSINFO_RESULT_CPU_USAGE, sizeof(struct sysinfo_cpu_usage), true},
    {"cpu_counts", counts, SYSINFO_RESULT_PROCESSORS, sizeof(struct sysinfo_processors), false},
    {"cpu_times", times, SYSINFO_RESULT_CPU_SAMPLE, sizeof(struct sysinfo_cpu_sample), false},
    {"virtual_memory", memory, SYSINFO_RESULT_MEMORY, sizeof(struct sysinfo_memory), false},
    {"swap_memory", swap, SYSINFO_RESULT_SWAP, sizeof(struct sysinfo_swap), false},
    {"load_average", load, SYSINFO_RESULT_LOAD, sizeof(struct sysinfo_load), false},
    {"cpu_stats", stats, SYSINFO_RESULT_STATS, sizeof(struct sysinfo_stats), false},
    {"usable_memory", usable_memory, SYSINFO_RESULT_MEMORY_ALLOWANCE, sizeof(struct sysinfo_allowance), false},
    {"usable_swap", usable_swap, SYSINFO_RESULT_SWAP_ALLOWANCE, sizeof(struct sysinfo_allowance), false},
    {"usable_cpus", usable_cpus, SYSINFO_RESULT_CPU_ALLOWANCE, sizeof(struct sysinfo_cpu_allowance), false},
    {"cgroup_usage", cgroup, SYSINFO_RESULT_CGROUP, sizeof(struct sysinfo_cgroup), false},
    {"cpu_pressure", cpu_pressure, SYSINFO_RESULT_CPU_PRESSURE, sizeof(struct sysinfo_pressure), false},
    {"memory_pressure", memory_pressure, SYSINFO_RESULT_MEMORY_PRESSURE, sizeof(struct sysinfo_pressure), false},
    {"io_pressure", io_pressure, SYSINFO_RESULT_IO_PRESSURE, sizeof(struct sysinfo_pressure), false},
    {"irq_pressure", irq_pressure, SYSINFO_RESULT_IRQ_PRESSURE, sizeof(struct sysinfo_pressure), false},
    {"cgroup_cpu_pressure", cgroup_cpu_pressure, SYSINFO_RESULT_CGROUP_CPU_PRESSURE, sizeof(struct sysinfo_pressure),
     false},
    {"cgroup_memory_pressure", cgroup_memory_pressure, SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE,
     sizeof(struct sysinfo_pressure), false},
    {"cgroup_io_pressure", cgroup_io_pressure, SYSINFO_RESULT_CGROUP_IO_PRESSURE, sizeof(struct sysinfo_pressure),
     false},
    {"cgroup_irq_pressure", cgroup_irq_pressure, SYSINFO_RESULT_CGROUP_IRQ_PRESSURE, sizeof(struct sysinfo_pressure),
     false},
    {"heap_info", heap, SYSINFO_RESULT_HEAP, sizeof(struct sysinfo_heap), false},
    {"heap_detail", heap_in_detail, SYSINFO_RESULT_HEAP, sizeof(struct sysinfo_heap), false},
};
enum { GETTERS = sizeof getters / sizeof getters[0] };

static const int every_status[] = {SYSINFO_OK,      SYSINFO_NOT_SUPPORTED, SYSINFO_NOT_FOUND, SYSINFO_DENIED,
                                   SYSINFO_GONE,    SYSINFO_MALFORMED,     SYSINFO_NO_MEMORY, SYSINFO_INVALID,
                                   SYSINFO_NOT_YET, SYSINFO_NO_DESCRIPTOR, SYSINFO_SYSTEM,    SYSINFO_UNKNOWN};
enum { STATUSES = sizeof every_status / sizeof every_status[0] };

static const double bad_intervals[] = {-1, -1e-300, -INFINITY, INFINITY, NAN};
enum { BAD_INTERVALS = sizeof bad_intervals / sizeof bad_intervals[0] };

/* ---- Shared by the tests ---- */

static struct sysinfo_host *open_host(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    ck_assert_ptr_nonnull(host);
    return host;
}

static void expect_known_status(int status, const char *what) {
    ck_assert_msg(strcmp(sysinfo_status_name(status), "SYSINFO_?") != 0, "%s: %d is no status", what, status);
}

/*
 * Whether the call succeeded; a required success that fails ends the test. An interval in which nothing moved is not a
 * failure.
 */
static bool succeeded(struct sysinfo_host *host, int status, uint32_t result, const char *what) {
    expect_known_status(status, what);
    if (status != SYSINFO_OK && status != SYSINFO_NOT_YET && (required >> result & 1)) {
        ck_abort_msg("%s: %s: %s", what, sysinfo_status_name(status), sysinfo_explain(host, status));
    }
    return status == SYSINFO_OK;
}

static uint64_t slot(const void *result, size_t number) {
    uint64_t value;
    memcpy(&value, (const char *)result + number * 8, sizeof value);
    return value;
}

static double slot_double(const void *result, size_t number) {
    double value;
    memcpy(&value, (const char *)result + number * 8, sizeof value);
    return value;
}

#define HAS_SLOT(result, number) (((slot(result, 0) >> (number)) & 1) != 0)

/* The rules of <sysinfo/result.h> for any result of `slots` slots. */
static void expect_sound_masks(const void *result, size_t slots, const char *what) {
    uint64_t present = slot(result, 0), estimated = slot(result, 1);
    ck_assert_msg((estimated & ~present) == 0, "%s: something is estimated and not present", what);
    ck_assert_msg((present & 3) == 0, "%s: the masks speak about themselves", what);
    ck_assert_msg(slots >= 64 || present >> slots == 0, "%s: a bit speaks about a slot that the struct lacks", what);
    for (size_t i = 2; i < slots; i++) {
        ck_assert_msg((present >> i & 1) || slot(result, i) == 0, "%s: slot %zu is absent and not 0", what, i);
    }
}

/* ---- Arguments ---- */

START_TEST(null_and_odd_sizes_are_invalid_and_leave_the_result_alone) {
    const struct getter *getter = &getters[_i];
    static const size_t bad_sizes[] = {0, 1, 7, 8, 9, 16, 23, 25, 31, 33, 511};
    struct sysinfo_host *host = open_host();
    unsigned char out[512], untouched[512];
    memset(out, 0xA5, sizeof out);
    memset(untouched, 0xA5, sizeof untouched);
    for (size_t i = 0; i < sizeof bad_sizes / sizeof bad_sizes[0]; i++) {
        ck_assert_msg(getter->call(host, out, bad_sizes[i]) == SYSINFO_INVALID, "%s accepts size %zu", getter->name,
                      bad_sizes[i]);
        ck_assert_str_ne(sysinfo_explain(host, SYSINFO_INVALID), sysinfo_status_meaning(SYSINFO_INVALID));
        ck_assert_msg(getter->call(NULL, out, bad_sizes[i]) == SYSINFO_INVALID, "%s accepts size %zu without a host",
                      getter->name, bad_sizes[i]);
        ck_assert_int_eq(sysinfo_read(host, getter->result, out, bad_sizes[i]), SYSINFO_INVALID);
    }
    ck_assert_int_eq(getter->call(host, NULL, getter->size), SYSINFO_INVALID);
    ck_assert_int_eq(getter->call(NULL, NULL, getter->size), SYSINFO_INVALID);
    ck_assert_int_eq(memcmp(out, untouched, sizeof out), 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(an_interval_must_be_finite_and_not_negative) {
    double interval = bad_intervals[_i];
    struct sysinfo_host *hosts[] = {open_host(), NULL};
    for (size_t i = 0; i < 2; i++) {
        double percent = 47;
        struct sysinfo_cpu_usage usage = {.present = 47};
        struct sysinfo_cpu_usage_list *list = NULL;
        ck_assert_int_eq(sysinfo_cpu_percent(hosts[i], interval, &percent), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_times_percent(hosts[i], interval, &usage, sizeof usage), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_usage_percpu(hosts[i], interval, &list), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_percent_percpu(hosts[i], interval, &list), SYSINFO_INVALID);
        ck_assert(percent == 47);
        ck_assert_uint_eq(usage.present, 47);
        ck_assert_ptr_null(list);
    }
    sysinfo_host_close(hosts[0]);
}
END_TEST

START_TEST(an_interval_of_0_needs_a_host) {
    double percent = 47;
    struct sysinfo_cpu_usage usage = {.present = 47};
    struct sysinfo_cpu_usage_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_percent(NULL, 0, &percent), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_times_percent(NULL, 0, &usage, sizeof usage), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(NULL, 0, &list), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_percent_percpu(NULL, 0, &list), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_read(NULL, SYSINFO_RESULT_CPU_USAGE, &usage, sizeof usage), SYSINFO_INVALID);
    ck_assert(percent == 47);
    ck_assert_uint_eq(usage.present, 47);
    ck_assert_ptr_null(list);
}
END_TEST

START_TEST(other_impossible_arguments_are_invalid) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample sample = {.present = 0};
    struct sysinfo_cpu_usage usage = {.present = 47};
    uint64_t any[SYSINFO_SLOTS] = {47};
    ck_assert_int_eq(sysinfo_host_open(NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0.01, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_percent_percpu(host, 0, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_topology_objects(host, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_count(host, (enum sysinfo_cpu_kind)0), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_count(host, (enum sysinfo_cpu_kind)99), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_read(host, 0, any, sizeof any), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_read(host, 9999, any, sizeof any), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_read(NULL, 9999, any, sizeof any), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(NULL, &sample, &usage, sizeof usage), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&sample, NULL, &usage, sizeof usage), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&sample, &sample, NULL, sizeof usage), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&sample, &sample, &usage, 8), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&sample, &sample, &usage, sizeof usage + 4), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&sample, &sample, &usage, sizeof usage),
                     SYSINFO_INVALID); /* Samples without idle time. */
    struct sysinfo_cpu_sample_list *samples = NULL;
    struct sysinfo_cpu_usage_list *rows = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &samples) == SYSINFO_OK, samples != NULL);
    ck_assert_int_eq(sysinfo_cpu_usage_list_between(NULL, NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_list_between(NULL, samples, &rows), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_list_between(samples, NULL, &rows), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_cpu_usage_list_between(samples, samples, NULL), SYSINFO_INVALID);
    ck_assert_ptr_null(rows);
    sysinfo_cpu_sample_list_free(samples);
    ck_assert_int_eq(sysinfo_cgroup_path(host, NULL), SYSINFO_INVALID);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_INVALID), "the result is NULL");
    ck_assert_uint_eq(usage.present, 47);
    ck_assert_uint_eq(any[0], 47);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(everything_that_may_be_null_may_be_null) {
    sysinfo_host_close(NULL);
    sysinfo_cpu_sample_list_free(NULL);
    sysinfo_cpu_usage_list_free(NULL);
    sysinfo_topology_object_list_free(NULL);
    ck_assert_ptr_null(sysinfo_cpu_sample_list_all(NULL));
    ck_assert_ptr_null(sysinfo_cpu_usage_list_all(NULL));
    ck_assert_ptr_null(sysinfo_cpu_sample_list_at(NULL, 0));
    ck_assert_ptr_null(sysinfo_cpu_usage_list_at(NULL, 0));
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(NULL), 0);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(NULL), 0);
    ck_assert_ptr_null(sysinfo_topology_object_list_at(NULL, 0));
    ck_assert_ptr_null(sysinfo_topology_object_list_cpus(NULL, 0));
    ck_assert_uint_eq(sysinfo_topology_object_list_count_type(NULL, SYSINFO_TOPOLOGY_CORE), 0);
    ck_assert_ptr_null(sysinfo_numa_node_list_at(NULL, 0));
    ck_assert_ptr_null(sysinfo_limit_level_list_at(NULL, 0));
    ck_assert_ptr_null(sysinfo_limit_level_list_name(NULL, 0));
    ck_assert_uint_eq(sysinfo_limit_level_list_count(NULL), 0);
    sysinfo_limit_level_list_free(NULL);
    ck_assert_ptr_null(sysinfo_numa_node_list_cpus(NULL, 0));
    ck_assert_uint_eq(sysinfo_numa_node_list_count(NULL), 0);
    ck_assert_int_eq(sysinfo_system_error(NULL), 0);
    ck_assert_ptr_null(sysinfo_field_find(NULL, "total"));
    ck_assert_ptr_null(sysinfo_field_find("mem", NULL));
    ck_assert_ptr_null(sysinfo_field_source(NULL));
    ck_assert_int_eq(sysinfo_field_state(NULL, NULL), SYSINFO_FIELD_UNKNOWN);
    ck_assert_int_eq(sysinfo_field_is_estimated(NULL, NULL), 0);
    ck_assert_uint_eq(sysinfo_field_uint64(NULL, NULL), 0);
    ck_assert(sysinfo_field_double(NULL, NULL) == 0);
}
END_TEST

START_TEST(a_root_is_this_machine_or_a_directory_or_not_supported) {
    struct sysinfo_host *opened = open_host(), *host = opened;
    ck_assert_int_eq(sysinfo_host_open(&host, ""), SYSINFO_INVALID);
    ck_assert_ptr_null(host);
    sysinfo_host_close(opened);
    ck_assert_int_eq(sysinfo_host_open(&host, "/"), SYSINFO_OK);
    ck_assert_ptr_nonnull(host);
    sysinfo_host_close(host);
    int status = sysinfo_host_open(&host, "/no-such-directory-as-this");
    ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED);
    ck_assert((status == SYSINFO_OK) == (host != NULL));
    if (host != NULL) { /* A missing directory has no values. */
        uint64_t any[SYSINFO_SLOTS];
        for (size_t i = 0; i < GETTERS; i++) {
            ck_assert_int_lt(getters[i].call(host, any, sizeof any), 0);
        }
        ck_assert_int_lt(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 0);
    }
    sysinfo_host_close(host);
}
END_TEST

/* ---- Every result ---- */

START_TEST(every_result_has_sound_masks_and_a_known_status) {
    const struct getter *getter = &getters[_i];
    struct sysinfo_host *host = open_host();
    uint64_t out[SYSINFO_SLOTS];
    for (int round = 0; round < 3; round++) {
        int status = getter->call(host, out, getter->size);
        if (succeeded(host, status, getter->result, getter->name)) {
            expect_sound_masks(out, getter->size / 8, getter->name);
            ck_assert_msg(out[0] != 0, "%s succeeded and knows nothing", getter->name);
        }
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_failure_leaves_the_result_alone) {
    const struct getter *getter = &getters[_i];
    struct sysinfo_host *host = open_host();
    uint64_t out[SYSINFO_SLOTS], untouched[SYSINFO_SLOTS];
    memset(out, 0x5A, sizeof out);
    memcpy(untouched, out, sizeof out);
    int status = getter->call(host, out, getter->size);
    ck_assert_msg(status != SYSINFO_OK || !getter->needs_past, "%s compared with nothing", getter->name);
    ck_assert_int_eq(status != SYSINFO_OK, memcmp(out, untouched, sizeof out) == 0);
    sysinfo_host_close(host);
}
END_TEST

/* An older program's shorter struct and a newer program's longer one, each surrounded by guard words. */
START_TEST(structs_of_any_version_are_filled_and_not_overrun) {
    const struct getter *getter = &getters[_i];
    const uint64_t guard = UINT64_C(0xDEADBEEFCAFEF00D);
    struct sysinfo_host *host = open_host();
    for (size_t slots = 3; slots <= SYSINFO_SLOTS; slots++) {
        uint64_t out[SYSINFO_SLOTS + 2];
        for (size_t i = 0; i < SYSINFO_SLOTS + 2; i++) {
            out[i] = guard;
        }
        if (getter->call == usage_over_an_interval && slots % 16 != 3) { /* It sleeps, so try only a few sizes. */
            continue;
        }
        bool is_filled = getter->call(host, out + 1, slots * 8) == SYSINFO_OK;
        ck_assert_uint_eq(out[0], guard);
        for (size_t i = 1 + (is_filled ? slots : 0); i < SYSINFO_SLOTS + 2; i++) {
            ck_assert_msg(out[i] == guard, "%s of %zu slots wrote into slot %zu", getter->name, slots, i - 1);
        }
        if (is_filled) {
            expect_sound_masks(out + 1, slots, getter->name);
            ck_assert_msg(slots <= getter->size / 8 || out[1] >> getter->size / 8 == 0,
                          "%s knows a slot beyond its struct", getter->name);
        }
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_call_without_a_host_answers_as_one_with_a_host) {
    const struct getter *getter = &getters[_i];
    struct sysinfo_host *host = open_host();
    uint64_t with[SYSINFO_SLOTS], without[SYSINFO_SLOTS];
    int status = getter->call(host, with, getter->size);
    int status_without = getter->call(NULL, without, getter->size);
    if (getter->needs_past) {
        ck_assert_int_eq(status_without, SYSINFO_INVALID);
    } else if (status != SYSINFO_NOT_YET && status_without != SYSINFO_NOT_YET) {
        ck_assert_int_eq(status_without, status);
        ck_assert(status != SYSINFO_OK || with[0] == without[0]);
    }
    ck_assert(status != SYSINFO_NOT_YET || getter->result == SYSINFO_RESULT_CPU_USAGE);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(errno_is_left_as_it_was) {
    const struct getter *getter = &getters[_i];
    errno = ERANGE;
    struct sysinfo_host *host = NULL;
    int opened = sysinfo_host_open(&host, NULL);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(opened, SYSINFO_OK);
    uint64_t out[SYSINFO_SLOTS];
    for (int i = 0; i < 5; i++) {
        errno = ERANGE;
        int status = getter->call(i == 2 ? NULL : host, i == 3 ? NULL : out, i == 4 ? 8 : getter->size);
        ck_assert_int_eq(errno, ERANGE);
        expect_known_status(status, getter->name);
    }
    errno = ERANGE;
    sysinfo_host_close(host);
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

/* ---- Properties of the figures ---- */

START_TEST(memory_parts_are_within_the_whole) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_memory m;
    if (succeeded(host, sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_RESULT_MEMORY, "virtual_memory")) {
        ck_assert(SYSINFO_HAS(&m, total));
        ck_assert_uint_gt(m.total, 0);
        const uint64_t parts[] = {m.available,      m.used,   m.free,  m.active,  m.inactive,  m.buffers,
                                  m.cached,         m.shared, m.slab,  m.dirty,   m.writeback, m.hugepages_total,
                                  m.hugepages_free, m.zswap,  m.wired, m.laundry, m.arc};
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            ck_assert_msg(parts[i] <= m.total, "part %zu is more than the whole", i);
        }
        ck_assert_int_eq(SYSINFO_HAS(&m, used), SYSINFO_HAS(&m, available));
        ck_assert_int_eq(SYSINFO_HAS(&m, percent), SYSINFO_HAS(&m, available));
        if (SYSINFO_HAS(&m, available)) {
            ck_assert_uint_eq(m.used + m.available, m.total);
            ck_assert(m.percent >= 0 && m.percent <= 100);
            ck_assert(fabs(m.percent - 100.0 * (double)m.used / (double)m.total) < 1e-9);
        }
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(swap_used_and_free_are_the_total) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_swap s;
    if (succeeded(host, sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_RESULT_SWAP, "swap_memory") &&
        SYSINFO_HAS(&s, total)) {
        ck_assert_int_eq(SYSINFO_HAS(&s, used), SYSINFO_HAS(&s, free));
        ck_assert_int_eq(SYSINFO_HAS(&s, percent), SYSINFO_HAS(&s, used));
        if (SYSINFO_HAS(&s, used)) {
            ck_assert_uint_eq(s.used + s.free, s.total);
            ck_assert_uint_le(s.used, s.total);
            ck_assert(s.total > 0 || s.percent == 0);
            ck_assert(s.percent >= 0 && s.percent <= 100);
        }
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(there_is_a_cpu_and_no_more_cores_than_cpus) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_processors p;
    int status = sysinfo_cpu_counts(host, &p, sizeof p);
    int logical = sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL),
        physical = sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL);
    ck_assert_int_ne(logical, 0);
    ck_assert_int_ne(physical, 0);
    if (succeeded(host, status, SYSINFO_RESULT_PROCESSORS, "cpu_counts")) {
        ck_assert(!SYSINFO_HAS(&p, count) || p.count >= 1);
        ck_assert(!SYSINFO_HAS(&p, cores) || p.cores >= 1);
        ck_assert(!SYSINFO_HAS(&p, count) || !SYSINFO_HAS(&p, cores) || p.cores <= p.count);
        ck_assert_int_eq(logical, SYSINFO_HAS(&p, count) ? (int)p.count : SYSINFO_UNKNOWN);
        ck_assert_int_eq(physical, SYSINFO_HAS(&p, cores) ? (int)p.cores : SYSINFO_UNKNOWN);
    } else {
        ck_assert_int_eq(logical, status);
        ck_assert_int_eq(physical, status);
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(load_averages_are_finite_and_not_negative) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_load l;
    if (succeeded(host, sysinfo_load_average(host, &l, sizeof l), SYSINFO_RESULT_LOAD, "load_average")) {
        ck_assert(l.min1 >= 0 && l.min1 <= DBL_MAX);
        ck_assert(l.min5 >= 0 && l.min5 <= DBL_MAX);
        ck_assert(l.min15 >= 0 && l.min15 <= DBL_MAX);
    }
    sysinfo_host_close(host);
}
END_TEST

/* ---- CPU time ---- */

static const size_t modes[] = {
    offsetof(struct sysinfo_cpu_sample, user) / 8,    offsetof(struct sysinfo_cpu_sample, system) / 8,
    offsetof(struct sysinfo_cpu_sample, nice) / 8,    offsetof(struct sysinfo_cpu_sample, idle) / 8,
    offsetof(struct sysinfo_cpu_sample, iowait) / 8,  offsetof(struct sysinfo_cpu_sample, irq) / 8,
    offsetof(struct sysinfo_cpu_sample, softirq) / 8, offsetof(struct sysinfo_cpu_sample, steal) / 8,
    offsetof(struct sysinfo_cpu_sample, guest) / 8,   offsetof(struct sysinfo_cpu_sample, guest_nice) / 8};
enum { MODES = sizeof modes / sizeof modes[0], DISJOINT_MODES = MODES - 2 };

static void expect_sound_sample(const struct sysinfo_cpu_sample *s) {
    expect_sound_masks(s, sizeof *s / 8, "a CPU sample");
    ck_assert(SYSINFO_HAS(s, time));
    for (size_t i = 0; i < MODES; i++) {
        double seconds = slot_double(s, modes[i]);
        ck_assert(seconds >= 0 && seconds <= DBL_MAX);
        ck_assert(!SYSINFO_HAS(s, wrap) || !SYSINFO_HAS(s, cpu) ||
                  seconds <= s->wrap); /* The sum of several CPUs may be greater. */
    }
    ck_assert(!SYSINFO_HAS(s, wrap) || s->wrap > 0);
    /* One second of tolerance: a system need not read a part and its whole at the same instant. */
    ck_assert(!SYSINFO_HAS(s, guest) || s->guest <= s->user + 1);
    ck_assert(!SYSINFO_HAS(s, guest_nice) || s->guest_nice <= s->nice + 1);
}

START_TEST(cpu_times_have_user_system_and_idle) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample first, second;
    if (succeeded(host, sysinfo_cpu_times(host, &first, sizeof first), SYSINFO_RESULT_CPU_SAMPLE, "cpu_times")) {
        ck_assert_int_eq(sysinfo_cpu_times(host, &second, sizeof second), SYSINFO_OK);
        ck_assert(SYSINFO_HAS(&first, user) && SYSINFO_HAS(&first, system) && SYSINFO_HAS(&first, idle));
        ck_assert(!SYSINFO_HAS(&first, cpu));
        expect_sound_sample(&first);
        expect_sound_sample(&second);
        ck_assert_uint_eq(first.present, second.present);
        ck_assert(second.time >= first.time);
    }
    sysinfo_host_close(host);
}
END_TEST

static void expect_sound_usage(const struct sysinfo_cpu_usage *u) {
    expect_sound_masks(u, sizeof *u / 8, "a CPU usage");
    if (!SYSINFO_HAS(u, percent)) { /* A CPU without an interval has only its number. */
        ck_assert_uint_eq(u->present, SYSINFO_BIT(struct sysinfo_cpu_usage, cpu));
        return;
    }
    double sum = 0;
    for (size_t i = 0; i < MODES; i++) {
        double share = slot_double(u, modes[i]);
        ck_assert(share >= 0 && share <= 100);
        sum += i < DISJOINT_MODES ? share : 0;
    }
    ck_assert(fabs(sum - 100) < 1e-6);
    ck_assert(SYSINFO_HAS(u, idle));
    ck_assert(u->percent >= 0 && u->percent <= 100);
    ck_assert(fabs(u->percent - (100 - u->idle - u->iowait)) < 1e-6);
    ck_assert(u->guest <= u->user && u->guest_nice <= u->nice);
    ck_assert(!SYSINFO_HAS(u, interval) || u->interval >= 0);
}

/* The status of the first question on a host: there is nothing to compare with, or the system reports no CPU time. */
static bool is_first_answer(struct sysinfo_host *host, int status, const char *what) {
    ck_assert_msg(status != SYSINFO_OK, "%s compared with nothing", what);
    succeeded(host, status, SYSINFO_RESULT_CPU_SAMPLE, what);
    return status == SYSINFO_NOT_YET;
}

START_TEST(the_first_percentage_is_not_yet_and_each_question_has_its_own_past) {
    struct sysinfo_host *host = open_host();
    double percent = 47;
    struct sysinfo_cpu_usage usage = {.present = 47};
    struct sysinfo_cpu_usage_list *list = NULL;
    bool has_cpu_times = is_first_answer(host, sysinfo_cpu_percent(host, 0, &percent), "cpu_percent");
    ck_assert_int_eq(
        is_first_answer(host, sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage), "cpu_times_percent"),
        has_cpu_times);
    ck_assert_int_eq(is_first_answer(host, sysinfo_cpu_usage_percpu(host, 0, &list), "cpu_times_percent_percpu"),
                     has_cpu_times);
    ck_assert(percent == 47);
    ck_assert_uint_eq(usage.present, 47);
    ck_assert_ptr_null(list);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(later_percentages_are_between_0_and_100) {
    struct sysinfo_host *host = open_host();
    static const double intervals[] = {0, 0.05, 0, 0.01, 0};
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        double percent = 47;
        int status = sysinfo_cpu_percent(host, intervals[i], &percent);
        if (succeeded(host, status, SYSINFO_RESULT_CPU_USAGE, "cpu_percent")) {
            ck_assert(percent >= 0 && percent <= 100);
        } else {
            ck_assert(percent == 47);
        }
        struct sysinfo_cpu_usage usage;
        status = sysinfo_cpu_times_percent(host, intervals[i], &usage, sizeof usage);
        if (succeeded(host, status, SYSINFO_RESULT_CPU_USAGE, "cpu_times_percent")) {
            expect_sound_usage(&usage);
            ck_assert(SYSINFO_HAS(&usage, percent) && !SYSINFO_HAS(&usage, cpu));
        }
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(two_hosts_do_not_affect_each_other) {
    struct sysinfo_host *a = open_host(), *b = open_host();
    double percent;
    bool has_cpu_times = is_first_answer(a, sysinfo_cpu_percent(a, 0, &percent), "cpu_percent");
    ck_assert_int_eq(sysinfo_cpu_percent(a, -1, &percent), SYSINFO_INVALID);
    const char *explained = sysinfo_explain(a, SYSINFO_INVALID);
    ck_assert_str_ne(explained, sysinfo_status_meaning(SYSINFO_INVALID));
    ck_assert_int_eq(is_first_answer(b, sysinfo_cpu_percent(b, 0, &percent), "cpu_percent"), has_cpu_times);
    uint64_t any[SYSINFO_SLOTS];
    for (size_t i = 0; i < GETTERS; i++) {
        expect_known_status(getters[i].call(b, any, sizeof any), getters[i].name);
    }
    ck_assert_str_eq(sysinfo_explain(a, SYSINFO_INVALID), explained);
    ck_assert_str_eq(sysinfo_explain(b, SYSINFO_INVALID), sysinfo_status_meaning(SYSINFO_INVALID));
    sysinfo_host_close(a);
    expect_known_status(sysinfo_cpu_percent(b, 0, &percent), "cpu_percent");
    sysinfo_host_close(b);
}
END_TEST

/* ---- CPU by CPU ---- */

static void expect_sound_sample_list(const struct sysinfo_cpu_sample_list *list) {
    size_t count = sysinfo_cpu_sample_list_count(list);
    const struct sysinfo_cpu_sample *all = sysinfo_cpu_sample_list_all(list);
    ck_assert_uint_ge(count, 1);
    ck_assert_ptr_nonnull(all);
    ck_assert(!SYSINFO_HAS(all, cpu));
    expect_sound_sample(all);
    for (size_t i = 0; i < count; i++) {
        const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, i);
        ck_assert_ptr_nonnull(row);
        ck_assert(SYSINFO_HAS(row, cpu));
        ck_assert(i == 0 || row->cpu > sysinfo_cpu_sample_list_at(list, i - 1)->cpu);
        expect_sound_sample(row);
        for (size_t m = 0; m < MODES; m++) { /* The total is at least each of them. */
            ck_assert(!HAS_SLOT(all, modes[m]) || SYSINFO_HAS(all, wrap) ||
                      slot_double(row, modes[m]) <= slot_double(all, modes[m]) + 1);
        }
    }
    ck_assert_ptr_null(sysinfo_cpu_sample_list_at(list, count));
    ck_assert_ptr_null(sysinfo_cpu_sample_list_at(list, SIZE_MAX));
}

START_TEST(sample_rows_are_ascending_and_numbered) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample_list *list = NULL;
    int status = sysinfo_cpu_times_percpu(host, &list);
    ck_assert((status == SYSINFO_OK) == (list != NULL));
    if (succeeded(host, status, SYSINFO_RESULT_CPU_SAMPLE, "cpu_times_percpu")) {
        expect_sound_sample_list(list);
        struct sysinfo_cpu_sample_list *first = list;
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
        ck_assert_ptr_eq(list, first); /* Refilled in place. */
        expect_sound_sample_list(list);
        struct sysinfo_cpu_sample_list *one_off = NULL;
        ck_assert_int_eq(sysinfo_cpu_times_percpu(NULL, &one_off), SYSINFO_OK);
        expect_sound_sample_list(one_off);
        sysinfo_cpu_sample_list_free(one_off);
    }
    sysinfo_host_close(host);
    if (list != NULL) { /* A list does not need its host. */
        expect_sound_sample_list(list);
    }
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

static void expect_sound_usage_list(const struct sysinfo_cpu_usage_list *list) {
    size_t count = sysinfo_cpu_usage_list_count(list);
    const struct sysinfo_cpu_usage *all = sysinfo_cpu_usage_list_all(list);
    ck_assert_uint_ge(count, 1);
    ck_assert_ptr_nonnull(all);
    ck_assert(!SYSINFO_HAS(all, cpu) && SYSINFO_HAS(all, percent));
    expect_sound_usage(all);
    for (size_t i = 0; i < count; i++) {
        const struct sysinfo_cpu_usage *row = sysinfo_cpu_usage_list_at(list, i);
        ck_assert_ptr_nonnull(row);
        ck_assert(SYSINFO_HAS(row, cpu));
        ck_assert(i == 0 || row->cpu > sysinfo_cpu_usage_list_at(list, i - 1)->cpu);
        expect_sound_usage(row);
    }
    ck_assert_ptr_null(sysinfo_cpu_usage_list_at(list, count));
}

START_TEST(usage_rows_are_refilled_in_place_and_survive_a_failure) {
    struct sysinfo_host *host = open_host(), *other = open_host();
    struct sysinfo_cpu_usage_list *list = NULL;
    int status = sysinfo_cpu_usage_percpu(host, 0.05, &list);
    ck_assert((status == SYSINFO_OK) == (list != NULL));
    if (succeeded(host, status, SYSINFO_RESULT_CPU_USAGE, "cpu_times_percent_percpu")) {
        expect_sound_usage_list(list);
        struct sysinfo_cpu_usage_list *first = list;
        status = sysinfo_cpu_usage_percpu(host, 0.02, &list);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert_ptr_eq(list, first);
        expect_sound_usage_list(list);
        size_t count = sysinfo_cpu_usage_list_count(list);
        struct sysinfo_cpu_usage all = *sysinfo_cpu_usage_list_all(list),
                                 last = *sysinfo_cpu_usage_list_at(list, count - 1);
        ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, -1, &list), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_usage_percpu(NULL, 0, &list), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_usage_percpu(other, 0, &list), SYSINFO_NOT_YET);
        ck_assert_ptr_eq(list, first);
        ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), count);
        ck_assert_mem_eq(sysinfo_cpu_usage_list_all(list), &all, sizeof all);
        ck_assert_mem_eq(sysinfo_cpu_usage_list_at(list, count - 1), &last, sizeof last);
    }
    sysinfo_host_close(other);
    sysinfo_host_close(host);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

START_TEST(a_caller_can_keep_its_own_samples) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample_list *before = NULL, *after = NULL;
    struct sysinfo_cpu_usage_list *usage = NULL;
    double percent;
    if (succeeded(host, sysinfo_cpu_times_percpu(host, &before), SYSINFO_RESULT_CPU_SAMPLE, "cpu_times_percpu")) {
        int slept = sysinfo_cpu_percent(host, 0.05, &percent);
        ck_assert(slept == SYSINFO_OK || slept == SYSINFO_NOT_YET);
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &after), SYSINFO_OK);
        ck_assert_int_eq(sysinfo_cpu_usage_list_between(NULL, after, &usage), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_usage_list_between(before, after, NULL), SYSINFO_INVALID);
        ck_assert_int_eq(sysinfo_cpu_usage_list_between(before, before, &usage), SYSINFO_NOT_YET);
        ck_assert_ptr_null(usage);
        int status = sysinfo_cpu_usage_list_between(before, after, &usage);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert((status == SYSINFO_OK) == (usage != NULL));
        struct sysinfo_cpu_usage all;
        int of_all = sysinfo_cpu_usage_between(sysinfo_cpu_sample_list_all(before), sysinfo_cpu_sample_list_all(after),
                                               &all, sizeof all);
        ck_assert(of_all == SYSINFO_OK || of_all == SYSINFO_NOT_YET);
        if (status == SYSINFO_OK) {
            expect_sound_usage_list(usage);
        }
        if (sysinfo_cpu_sample_list_count(before) > 1) { /* Two different CPUs cannot be compared. */
            status = sysinfo_cpu_usage_between(sysinfo_cpu_sample_list_at(before, 0),
                                               sysinfo_cpu_sample_list_at(after, 1), &all, sizeof all);
            ck_assert_int_eq(status, SYSINFO_INVALID);
        }
    }
    sysinfo_cpu_sample_list_free(before);
    sysinfo_cpu_sample_list_free(after);
    sysinfo_cpu_usage_list_free(usage);
    sysinfo_host_close(host);
}
END_TEST

/* ---- Failures explain themselves ---- */

START_TEST(every_status_has_a_name_a_meaning_and_an_explanation) {
    int status = every_status[_i];
    struct sysinfo_host *host = open_host();
    ck_assert_int_eq(strncmp(sysinfo_status_name(status), "SYSINFO_", 8), 0);
    ck_assert_str_ne(sysinfo_status_name(status), "SYSINFO_?");
    ck_assert_uint_gt(strlen(sysinfo_status_meaning(status)), 0);
    ck_assert_str_eq(sysinfo_explain(NULL, status), sysinfo_status_meaning(status));
    ck_assert_str_eq(sysinfo_explain(host, status), sysinfo_status_meaning(status));
    for (int other = 0; other < _i; other++) {
        ck_assert_int_ne(status, every_status[other]);
        ck_assert_str_ne(sysinfo_status_name(status), sysinfo_status_name(every_status[other]));
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(an_unknown_status_number_is_survived) {
    ck_assert_str_eq(sysinfo_status_name(1), "SYSINFO_?");
    ck_assert_str_eq(sysinfo_status_name(-1000), "SYSINFO_?");
    ck_assert_uint_gt(strlen(sysinfo_status_meaning(-1000)), 0);
    ck_assert_uint_gt(strlen(sysinfo_explain(NULL, -1000)), 0);
}
END_TEST

START_TEST(a_failure_is_explained_until_the_next_call) {
    const struct getter *getter = &getters[_i];
    struct sysinfo_host *host = open_host();
    uint64_t out[SYSINFO_SLOTS];
    int status = getter->call(host, out, getter->size);
    const char *text = sysinfo_explain(host, status);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(strlen(text), 0);
    ck_assert_int_ne(text[strlen(text) - 1], '.');
    ck_assert_msg(status == SYSINFO_OK || strcmp(text, sysinfo_status_meaning(status)) != 0,
                  "%s: %s says no more than its status", getter->name, sysinfo_status_name(status));
    ck_assert_int_eq(getter->call(host, NULL, 0), SYSINFO_INVALID);
    ck_assert(status == SYSINFO_INVALID || strcmp(sysinfo_explain(host, status), sysinfo_status_meaning(status)) == 0);
    ck_assert_int_eq(sysinfo_system_error(host), 0);
    sysinfo_host_close(host);
}
END_TEST

/* ---- The field table ---- */

START_TEST(every_field_can_be_read_through_the_table) {
    struct sysinfo_host *host = open_host();
    const struct sysinfo_field *field = NULL;
    size_t fields = 0;
    while ((field = sysinfo_field_next(field)) != NULL) {
        uint64_t any[SYSINFO_SLOTS];
        fields++;
        ck_assert_ptr_eq(sysinfo_field_find(field->group, field->name), field);
        int status = sysinfo_read(host, field->result, any, sizeof any);
        if (!succeeded(host, status, field->result, field->name)) {
            continue;
        }
        size_t number = field->offset / 8;
        enum sysinfo_state state = sysinfo_field_state(field, any);
        ck_assert_int_eq(state != SYSINFO_FIELD_UNKNOWN, any[0] >> number & 1);
        ck_assert_int_eq(sysinfo_field_is_estimated(field, any), (int)(any[1] >> number & 1));
        if (state == SYSINFO_FIELD_UNKNOWN) {
            ck_assert_uint_eq(sysinfo_field_uint64(field, any), 0);
            ck_assert(sysinfo_field_double(field, any) == 0);
            continue;
        }
        ck_assert_msg(sysinfo_field_source(field) != NULL, "%s.%s is reported but has no source", field->group,
                      field->name);
        if (field->type == SYSINFO_TYPE_TEXT) {
            ck_assert_uint_gt(strlen(sysinfo_field_text(field, any)), 0);
            ck_assert_uint_lt(strlen(sysinfo_field_text(field, any)), field->size);
        } else if (field->type == SYSINFO_TYPE_DOUBLE) {
            ck_assert(sysinfo_field_double(field, any) == slot_double(any, number));
        } else {
            ck_assert_uint_eq(sysinfo_field_uint64(field, any), any[number]);
        }
        ck_assert(field->unit != SYSINFO_UNIT_PERCENT ||
                  (sysinfo_field_double(field, any) >= 0 && sysinfo_field_double(field, any) <= 100));
    }
    ck_assert_uint_gt(fields, 50);
    sysinfo_host_close(host);
}
END_TEST

/* ---- Topology ---- */

START_TEST(a_topology_is_a_tree_or_not_supported) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_topology_object_list *list = NULL;
    errno = ERANGE;
    int status = sysinfo_topology_objects(host, &list);
    ck_assert_int_eq(errno, ERANGE);
    expect_known_status(status, "topology_read");
    ck_assert((status == SYSINFO_OK) == (list != NULL));
    ck_assert_uint_gt(strlen(sysinfo_explain(host, status)), 0);
    const struct sysinfo_topology_object *object = NULL;
    uint64_t depth = 0;
    size_t rows = 0, counted = 0;
    for (; (object = sysinfo_topology_object_list_at(list, rows)) != NULL; rows++) {
        expect_sound_masks(object, sizeof *object / 8, "a part of the topology");
        ck_assert(SYSINFO_HAS(object, type) && SYSINFO_HAS(object, depth) && SYSINFO_HAS(object, cpus));
        ck_assert_ptr_nonnull(sysinfo_topology_object_list_cpus(list, rows));
        ck_assert_int_eq(object->type == SYSINFO_TOPOLOGY_MACHINE, rows == 0);
        ck_assert_int_eq(object->depth == 0, rows == 0);
        ck_assert(object->depth <= depth + 1);
        depth = object->depth;
    }
    ck_assert_ptr_null(sysinfo_topology_object_list_cpus(list, rows));
    for (uint32_t type = 0; type < 64; type++) {
        counted += sysinfo_topology_object_list_count_type(list, type);
    }
    ck_assert_uint_eq(counted, rows);
    ck_assert_int_eq(sysinfo_topology_objects(host, &list), status);
    sysinfo_host_close(host);
    ck_assert_int_eq(sysinfo_topology_object_list_at(list, 0) != NULL, status == SYSINFO_OK);
    sysinfo_topology_object_list_free(list);
}
END_TEST

START_TEST(the_library_names_its_version_and_system) {
    ck_assert_str_eq(sysinfo_version(), SYSINFO_VERSION);
    ck_assert_uint_gt(strlen(sysinfo_backend()), 0);
}
END_TEST

Suite *contract_suite(void) {
    Suite *suite = suite_create("contract");
    TCase *arguments = tcase_create("arguments");
    tcase_set_timeout(arguments, 60); /* For busy machines and the sanitizers. */
    tcase_add_loop_test(arguments, null_and_odd_sizes_are_invalid_and_leave_the_result_alone, 0, GETTERS);
    tcase_add_loop_test(arguments, an_interval_must_be_finite_and_not_negative, 0, BAD_INTERVALS);
    tcase_add_test(arguments, an_interval_of_0_needs_a_host);
    tcase_add_test(arguments, other_impossible_arguments_are_invalid);
    tcase_add_test(arguments, everything_that_may_be_null_may_be_null);
    tcase_add_test(arguments, a_root_is_this_machine_or_a_directory_or_not_supported);
    suite_add_tcase(suite, arguments);
    TCase *results = tcase_create("results");
    tcase_set_timeout(results, 60);
    tcase_add_loop_test(results, every_result_has_sound_masks_and_a_known_status, 0, GETTERS);
    tcase_add_loop_test(results, a_failure_leaves_the_result_alone, 0, GETTERS);
    tcase_add_loop_test(results, structs_of_any_version_are_filled_and_not_overrun, 0, GETTERS);
    tcase_add_loop_test(results, a_call_without_a_host_answers_as_one_with_a_host, 0, GETTERS);
    tcase_add_loop_test(results, errno_is_left_as_it_was, 0, GETTERS);
    tcase_add_loop_test(results, a_failure_is_explained_until_the_next_call, 0, GETTERS);
    tcase_add_loop_test(results, every_status_has_a_name_a_meaning_and_an_explanation, 0, STATUSES);
    tcase_add_test(results, an_unknown_status_number_is_survived);
    tcase_add_test(results, every_field_can_be_read_through_the_table);
    suite_add_tcase(suite, results);
    TCase *figures = tcase_create("figures");
    tcase_set_timeout(figures, 60);
    tcase_add_test(figures, memory_parts_are_within_the_whole);
    tcase_add_test(figures, swap_used_and_free_are_the_total);
    tcase_add_test(figures, there_is_a_cpu_and_no_more_cores_than_cpus);
    tcase_add_test(figures, load_averages_are_finite_and_not_negative);
    tcase_add_test(figures, cpu_times_have_user_system_and_idle);
    tcase_add_test(figures, the_first_percentage_is_not_yet_and_each_question_has_its_own_past);
    tcase_add_test(figures, later_percentages_are_between_0_and_100);
    tcase_add_test(figures, two_hosts_do_not_affect_each_other);
    tcase_add_test(figures, sample_rows_are_ascending_and_numbered);
    tcase_add_test(figures, usage_rows_are_refilled_in_place_and_survive_a_failure);
    tcase_add_test(figures, a_caller_can_keep_its_own_samples);
    tcase_add_test(figures, a_topology_is_a_tree_or_not_supported);
    tcase_add_test(figures, the_library_names_its_version_and_system);
    suite_add_tcase(suite, figures);
    return suite;
}
