/* SPDX-License-Identifier: MIT */
/*
 * Files that are broken, unusual or unreadable: a clear sentence, or the values that remain; never a number that was
 * not in the file.
 */
#include <math.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

static struct sysinfo_host *open_directory(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    return host;
}

/* The host's explanation of its failure, without the root. */
static const char *explained(struct sysinfo_host *host, int status) {
    const char *text = sysinfo_explain(host, status);
    size_t length = strlen(directory_root);
    return strncmp(text, directory_root, length) == 0 ? text + length : text;
}

#define NO_TOTAL "/proc/meminfo has no MemTotal line"
#define NO_NUMBER "/proc/meminfo has a MemTotal line without a usable number"

static const struct {
    const char *text, *explanation;
} bad_meminfo[] = {
    {"", NO_TOTAL},
    {"\n", NO_TOTAL},
    {"MemFree: 5 kB\nMemAvailable: 3 kB\n", NO_TOTAL},
    {"MemTotal", NO_TOTAL},
    {"MemTotal:  40304", NO_NUMBER},
    {"MemTotal:\n", NO_NUMBER},
    {"MemTotal: -4030464 kB\n", NO_NUMBER},
    {"MemTotal: 18446744073709551616 kB\n", NO_NUMBER},
    {"MemTotal: 18446744073709551615 kB\n", NO_NUMBER},
    {"MemTotal: 4,5 kB\n", NO_NUMBER},
    {"MemTotal: nan kB\n", NO_NUMBER},
    {"MemTotal: 0 kB\nMemFree: 0 kB\n", "/proc/meminfo has a MemTotal of 0"},
};

START_TEST(a_meminfo_without_a_usable_total_is_malformed) {
    directory_write("proc/meminfo", bad_meminfo[_i].text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory = {.present = 47};
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_MALFORMED);
    ck_assert_str_eq(explained(host, SYSINFO_MALFORMED), bad_meminfo[_i].explanation);
    ck_assert_uint_eq(memory.present, 47);
    directory_write("proc/meminfo",
                    "MemTotal: 100 kB\nMemAvailable: 40 kB\n"); /* And it works again once the file does. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.used, 60 * 1024);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_meminfo_of_nuls_is_malformed) {
    static const char nuls[4096];
    directory_write_bytes("proc/meminfo", nuls, sizeof nuls);
    directory_write_bytes("proc/stat", nuls, sizeof nuls);
    directory_write_bytes("proc/loadavg", nuls, sizeof nuls);
    directory_write_bytes("sys/devices/system/cpu/online", nuls, sizeof nuls);
    struct sysinfo_host *host = open_directory();
    uint64_t any[SYSINFO_SLOTS];
    static const struct {
        uint32_t result;
        const char *explanation;
    } cases[] = {{SYSINFO_RESULT_MEMORY, NO_TOTAL},
                 {SYSINFO_RESULT_SWAP, "/proc/meminfo has no SwapTotal line"},
                 {SYSINFO_RESULT_CPU_SAMPLE, "/proc/stat has no cpu line"},
                 {SYSINFO_RESULT_STATS, "/proc/stat has none of the lines ctxt, intr and softirq"},
                 {SYSINFO_RESULT_LOAD, "/proc/loadavg does not begin with three numbers"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(sysinfo_read(host, cases[i].result, any, sizeof any), SYSINFO_MALFORMED);
        ck_assert_str_eq(explained(host, SYSINFO_MALFORMED), cases[i].explanation);
    }
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), SYSINFO_UNKNOWN);
    sysinfo_host_close(host);
}
END_TEST

/* In kB; -1: unknown. */
static const struct {
    const char *text;
    int64_t available, free;
    bool is_estimated;
} odd_meminfo[] = {
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\n", 600, 100, false},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 0 kB\nCached: 300 kB\n", 400, 100,
     true}, /* A bug of some kernels, not a value. */
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nCached: 300 kB\n", 400, 100, true},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\n", 100, 100, true},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 1001 kB\n", 100, 100, true},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 999999999999 kB\n", 100, 100, true},
    {"MemTotal: 1000 kB\nMemAvailable: 1001 kB\n", 1000, -1, true}, /* Free memory is not reported. */
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: -7 kB\nCached: 300 kB\n", 400, 100, true},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 18446744073709551616 kB\n", 100, 100, true},
    {"MemTotal: 1000 kB\nMemFree: 100 kB\nCached: 300 kB\nMemAvailable:  60", 400, 100, true}, /* The text was cut. */
    {"MemTotal: 1000 kB\nMemFree: 2000 kB\nMemAvailable: 600 kB\n", 600, 1000, false},
    {"MemTotal: 1000 kB\nMemFree: -50 kB\nCached: 300 kB\n", 300, 0, true},
    {"MemTotal: 1000 kB\nMemFree: 900 kB\nCached: 300 kB\n", 900, 900,
     true}, /* The estimate itself exceeds the total. */
    {"MemTotal:1000 kB\nMemFree:100 kB\nMemAvailable:600 kB\n", 600, 100, false},
    {"MemTotal: 1000 kB\nBuffers: 5 kB\n", -1, -1, false},
};

START_TEST(odd_meminfos_are_reported_as_far_as_they_go) {
    directory_write("proc/meminfo", odd_meminfo[_i].text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    int64_t available = odd_meminfo[_i].available, free = odd_meminfo[_i].free;
    ck_assert_uint_eq(m.total, 1000 * 1024);
    ck_assert_int_eq(SYSINFO_HAS(&m, available), available >= 0);
    ck_assert_int_eq(SYSINFO_HAS(&m, used), available >= 0);
    ck_assert_int_eq(SYSINFO_HAS(&m, free), free >= 0);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&m, available), odd_meminfo[_i].is_estimated);
    ck_assert_uint_eq(m.available, available >= 0 ? (uint64_t)available * 1024 : 0);
    ck_assert_uint_eq(m.free, free >= 0 ? (uint64_t)free * 1024 : 0);
    ck_assert(available < 0 || fabs(m.percent - (1000 - (double)available) / 10) < 1e-9);

    /* The second time, the lines' places are known; and available memory alone comes from fewer of them. */
    struct sysinfo_memory again;
    struct sysinfo_allowance allowance;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &again, sizeof again), SYSINFO_OK);
    ck_assert_mem_eq(&again, &m, sizeof m);
    int status = sysinfo_usable_memory(host, &allowance, sizeof allowance);
    ck_assert_int_eq(status, available >= 0 ? SYSINFO_OK : SYSINFO_UNKNOWN);
    ck_assert(available < 0 || allowance.usable == (uint64_t)available * 1024);
    sysinfo_host_close(host);
}
END_TEST

/*
 * zoneinfo is the machine's even if a container has its own meminfo: watermarks above the latter's total do not belong
 * to it.
 */
START_TEST(watermarks_above_the_total_are_ignored) {
    directory_write(
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemFree: 100 kB\nActive(file): 200 kB\nInactive(file): 100 kB\nSReclaimable: 50 kB\n");
    directory_write("proc/zoneinfo", "Node 0, zone Normal\n        low      12345\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert_uint_eq(m.available, 450 * 1024);
    directory_write("proc/zoneinfo",
                    "Node 0, zone Normal\n        low      999999999999999\n        low      999999999999999\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert_uint_eq(m.available, 450 * 1024);
#define MOST_PAGES "        low      999999999999999\n"
    directory_write("proc/zoneinfo", "Node 0, zone Normal\n" MOST_PAGES MOST_PAGES MOST_PAGES MOST_PAGES
                                         MOST_PAGES); /* In bytes, more than fits 64 bits. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert_uint_eq(m.available, 450 * 1024);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(watermarks_above_what_is_free_leave_nothing_available) {
    directory_write(
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemFree: 100 kB\nActive(file): 200 kB\nInactive(file): 100 kB\nSReclaimable: 50 kB\n");
    directory_write("proc/vmstat", "nr_free_pages 25\n");
    directory_write("proc/zoneinfo", "Node 0, zone Normal\n        low      240\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(SYSINFO_IS_ESTIMATED(&m, available) && m.available == 0);
    sysinfo_host_close(host);
}
END_TEST

/* As shown in containers whose usage was counted elsewhere. */
START_TEST(a_value_below_0_is_0_and_marked) {
    directory_write("proc/meminfo",
                    "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\nBuffers: -1 kB\nCached: -1 "
                    "kB\nActive: -1 kB\nInactive: -1 kB\n"
                    "Zswap: -1 kB\nZswapped: -1 kB\nDirty: -1 kB\nWriteback: -1 kB\nMemShared: -1 "
                    "kB\nShmem: -1 kB\nSlab: -1 kB\nCommitLimit: -1 kB\n"
                    "Committed_AS: -1 kB\nHugetlb: -1 kB\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
#define IS_MARKED(field) (m.field == 0 && SYSINFO_IS_ESTIMATED(&m, field))
    ck_assert(IS_MARKED(buffers) && IS_MARKED(cached) && IS_MARKED(active) && IS_MARKED(inactive) && IS_MARKED(zswap) &&
              IS_MARKED(zswapped));
    ck_assert(IS_MARKED(dirty) && IS_MARKED(writeback) && IS_MARKED(shared) && IS_MARKED(slab) &&
              IS_MARKED(commit_limit) && IS_MARKED(committed));
    ck_assert(IS_MARKED(hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    ck_assert(m.total == 1000 * 1024 && m.available == 600 * 1024 && !SYSINFO_IS_ESTIMATED(&m, available));
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *lines;
    int64_t inactive; /* In kB; -1: unknown. */
} inactive_lists[] = {
    {"Inact_dirty: 10 kB\nInact_laundry: 3 kB\nInact_clean: 20 kB\n", 33},
    {"Inact_dirty: 10 kB\nInact_clean: 20 kB\n", 30}, /* Before the laundry became a separate list. */
    {"Inact_dirty: 10 kB\n", -1},
    {"Inact_clean: 20 kB\n", -1},
};

START_TEST(the_inactive_lists_of_2_4_are_added_if_both_are_reported) {
    char text[256];
    snprintf(text, sizeof text, "MemTotal: 1000 kB\nMemFree: 100 kB\n%s", inactive_lists[_i].lines);
    directory_write("proc/meminfo", text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    int64_t inactive = inactive_lists[_i].inactive;
    ck_assert_int_eq(SYSINFO_HAS(&m, inactive), inactive >= 0);
    ck_assert_uint_eq(m.inactive, inactive >= 0 ? (uint64_t)inactive * 1024 : 0);
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *vmstat;
    bool has_sin, has_sout, is_estimated;
} swapped[] = {
    {"nr_free_pages 25\npswpin 3\npswpout 5\n", true, true, false},
    {"nr_free_pages 18\npswpin 3\npswpout 5\n", true, true,
     true}, /* A page of 5689 bytes: the number of pages is another machine's. */
    {"nr_free_pages 99999\npswpin 3\npswpout 5\n", true, true, true}, /* A page of one byte. */
    {"pswpin 3\npswpout 5\n", true, true, true},
    {"nr_free_pages 25\npswpin 3\n", true, false, false},
    {"nr_free_pages 25\npswpout 5\n", false, true, false},
    {"nr_free_pages 2\npswpin 999999999999999\npswpout 999999999999999\n", false, false,
     false}, /* Pages of 64 KiB, and more bytes than fit 64 bits. */
};

START_TEST(swapped_pages_of_an_unknown_size_are_marked) {
    directory_write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n");
    directory_write("proc/vmstat", swapped[_i].vmstat);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_swap s;
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
    ck_assert_int_eq(SYSINFO_HAS(&s, sin), swapped[_i].has_sin);
    ck_assert_int_eq(SYSINFO_HAS(&s, sout), swapped[_i].has_sout);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&s, sin), swapped[_i].is_estimated);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&s, sout), swapped[_i].is_estimated);
    ck_assert(!SYSINFO_IS_ESTIMATED(&s, total) && !SYSINFO_IS_ESTIMATED(&s, free));
    ck_assert(!swapped[_i].has_sin || swapped[_i].is_estimated || s.sin == 3 * 4096);
    directory_write("proc/meminfo",
                    "MemTotal: 1000 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n"); /* Free bytes are not reported either. */
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&s, sin), SYSINFO_HAS(&s, sin));
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&s, sout), SYSINFO_HAS(&s, sout));
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *total, *free; /* Lines of meminfo. */
    int status;
    int64_t used, is_estimated;
} swaps[] = {
    {"SwapTotal: 0 kB\n", "SwapFree: 0 kB\n", SYSINFO_OK, 0, 0},
    {"SwapTotal: 100 kB\n", "SwapFree: 40 kB\n", SYSINFO_OK, 60, 0},
    {"SwapTotal: 100 kB\n", "SwapFree: 101 kB\n", SYSINFO_OK, 0, 1},
    {"SwapTotal: 100 kB\n", "SwapFree: -1 kB\n", SYSINFO_OK, 100, 1},
    {"SwapTotal: -100 kB\n", "SwapFree: 40 kB\n", SYSINFO_MALFORMED, 0, 0},
    {"", "SwapFree: 40 kB\n", SYSINFO_MALFORMED, 0, 0},
};

/* Whether or not the machine that runs the test has swap, it is never asked on behalf of another root. */
/* A total stays a total without the rest, and is never combined with another source's figure. */
static const char *const lone_totals[] = {
    "SwapTotal: 700000000 kB\n",
    "SwapTotal: 700000000 kB\nSwapFree: 4",
    "SwapTotal: 700000000 kB\nSwapFree: some kB\n",
    "SwapTotal: 700000000 kB\nSwapFree:18014398500000000 kB\n",
    "SwapFree: 18446744073709551612 kB\nSwapTotal: 700000000 kB\n",
};

START_TEST(a_total_of_swap_is_good_alone) {
    struct sysinfo_swap s;
    struct sysinfo_allowance allowance;
    char text[256];
    snprintf(text, sizeof text, "MemTotal: 1000 kB\n%s", lone_totals[_i]);
    directory_write("proc/meminfo", text);
    struct sysinfo_host *host = open_directory();
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&s, total) && s.total == 716800000000);
    ck_assert(!SYSINFO_HAS(&s, free) && !SYSINFO_HAS(&s, used) && !SYSINFO_HAS(&s, percent));
    ck_assert_int_eq(sysinfo_usable_swap(host, &allowance, sizeof allowance), SYSINFO_UNKNOWN);
    sysinfo_host_close(host);
}
END_TEST

static const char *const no_swap[] = {
    "SwapTotal: 0 kB\n",
    "SwapTotal: 0 kB\nSwapFree: 18446744073709551612 kB\n",
    "SwapTotal: 0 kB\nSwapFree: 18014398509481980 kB\n",
    "SwapTotal: 0 kB\nSwapFree: 17 kB\n",
    "SwapTotal: 0 kB\nSwapFree: -8 kB\n",
};

START_TEST(of_no_swap_nothing_is_used) {
    struct sysinfo_swap s;
    struct sysinfo_allowance allowance;
    char text[256];
    snprintf(text, sizeof text, "MemTotal: 1000 kB\n%s", no_swap[_i]);
    directory_write("proc/meminfo", text);
    struct sysinfo_host *host = open_directory();
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&s, total) && SYSINFO_HAS(&s, free) && SYSINFO_HAS(&s, used) && SYSINFO_HAS(&s, percent));
    ck_assert(s.total == 0 && s.free == 0 && s.used == 0 && s.percent == 0);
    ck_assert_int_eq(sysinfo_usable_swap(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert(allowance.usable == 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(swap_is_that_of_the_root_or_an_error) {
    char text[256];
    snprintf(text, sizeof text, "MemTotal: 1000 kB\n%s%s", swaps[_i].total, swaps[_i].free);
    directory_write("proc/meminfo", text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_swap s;
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), swaps[_i].status);
    if (swaps[_i].status == SYSINFO_OK) {
        ck_assert_uint_eq(s.used, (uint64_t)swaps[_i].used * 1024);
        ck_assert_uint_eq(s.used + s.free, s.total);
        ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&s, free), swaps[_i].is_estimated);
        ck_assert(s.total > 0 || s.percent == 0);
    } else {
        ck_assert_ptr_nonnull(strstr(explained(host, SYSINFO_MALFORMED), "/proc/meminfo has no "));
    }
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *text;
    int status;
    const char *explanation;
} bad_stats[] = {
    {"", SYSINFO_MALFORMED, "/proc/stat has no cpu line"},
    {"cpu  1 2 3\ncpu0 1 2 3\n", SYSINFO_MALFORMED,
     "/proc/stat has a cpu line without the four numbers user, nice, system and idle"},
    {"cpu  1 2 3 4", SYSINFO_MALFORMED,
     "/proc/stat has a cpu line without the four numbers user, nice, system and idle"},
    {"cpu  1 2 -3 4\n", SYSINFO_MALFORMED,
     "/proc/stat has a cpu line without the four numbers user, nice, system and idle"},
    {"cpu  1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n", SYSINFO_OK, NULL},
};

START_TEST(a_stat_without_four_columns_is_malformed) {
    directory_write("proc/stat", bad_stats[_i].text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_cpu_sample times = {.present = 47};
    struct sysinfo_cpu_sample_list *list = NULL;
    double percent = 47;
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), bad_stats[_i].status);
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), bad_stats[_i].status);
    if (bad_stats[_i].status == SYSINFO_OK) {
        ck_assert(times.guest_nice == 0.1);
    } else {
        ck_assert_str_eq(explained(host, SYSINFO_MALFORMED), bad_stats[_i].explanation);
        ck_assert_uint_eq(times.present, 47);
        ck_assert_ptr_null(list);
        ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_MALFORMED);
        ck_assert_int_eq(sysinfo_cpu_percent(host, 0.01, &percent), SYSINFO_MALFORMED);
        ck_assert(percent == 47);
    }
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_stat_with_a_line_of_64_kib_is_read_whole) {
    enum { SIZE = 80 << 10 };
    char *text = malloc(SIZE);
    ck_assert_ptr_nonnull(text);
    size_t length = (size_t)snprintf(text, SIZE, "cpu  100 200 300 400\ncpu0 100 200 300 400\nintr 777");
    while (length < 70000) {
        length += (size_t)snprintf(text + length, SIZE - length, " %zu", length % 10);
    }
    snprintf(text + length, SIZE - length, "\nctxt 888\nsoftirq 999 1\n");
    directory_write("proc/stat", text);
    free(text);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert(stats.interrupts == 777 && stats.ctx_switches == 888 && stats.soft_interrupts == 999);
    struct sysinfo_cpu_sample times;
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert(times.idle == 4);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_file_without_an_end_is_refused) {
    char path[DIRECTORY_PATH];
    directory_write("proc/meminfo", "MemTotal: 1 kB\n");
    directory_path(path, "proc/meminfo");
    ck_assert_int_eq(truncate(path, (off_t)70 << 20), 0);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_MALFORMED);
    ck_assert_str_eq(explained(host, SYSINFO_MALFORMED), "/proc/meminfo is longer than 64 MiB, the most that is read");
    sysinfo_host_close(host);
}
END_TEST

/* Switches to an unprivileged user for one call; works without CK_FORK too. */
START_TEST(an_unreadable_file_is_denied) {
    char path[DIRECTORY_PATH];
    directory_write("proc/meminfo", "MemTotal: 1 kB\n");
    directory_path(path, "proc/meminfo");
    ck_assert_int_eq(chmod(path, 0), 0);
    bool is_root = geteuid() == 0;
    ck_assert(!is_root || seteuid(65534) == 0);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory = {.present = 47};
    int status = sysinfo_virtual_memory(host, &memory, sizeof memory);
    ck_assert(!is_root || seteuid(0) == 0);
    ck_assert_int_eq(status, SYSINFO_DENIED);
    ck_assert_str_eq(explained(host, SYSINFO_DENIED), "/proc/meminfo: Permission denied");
    ck_assert_uint_eq(memory.present, 47);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_pipe_in_place_of_a_file_does_not_block) {
    char path[DIRECTORY_PATH];
    directory_make_parents("proc/meminfo");
    directory_path(path, "proc/meminfo");
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_SYSTEM);
    ck_assert_str_eq(explained(host, SYSINFO_SYSTEM), "/proc/meminfo: It is a pipe, not a file");
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_directory_in_place_of_a_file_is_an_error) {
    directory_make_parents("proc/stat/x");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_SYSTEM);
    ck_assert_str_eq(explained(host, SYSINFO_SYSTEM), "/proc/stat: Is a directory");
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_pressure_above_100_is_100_and_marked) {
    directory_write(
        "proc/pressure/io",
        "some avg10=100.00 avg60=104.50 avg300=3.00 total=4\nfull avg10=999999999 avg60=2.00 avg300=3.00 total=4\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_pressure pressure;
    ck_assert_int_eq(sysinfo_io_pressure(host, &pressure, sizeof pressure), SYSINFO_OK);
    ck_assert(pressure.some_avg10 == 100 && !SYSINFO_IS_ESTIMATED(&pressure, some_avg10));
    ck_assert(pressure.some_avg60 == 100 && SYSINFO_IS_ESTIMATED(&pressure, some_avg60));
    ck_assert(pressure.full_avg10 == 100 && SYSINFO_IS_ESTIMATED(&pressure, full_avg10));
    ck_assert(pressure.full_avg60 == 2 && !SYSINFO_IS_ESTIMATED(&pressure, full_avg60));
    directory_write(
        "proc/pressure/io",
        "some avg10=100.01 avg60=1.00 avg300=101.00 total=4\nfull avg10=1.00 avg60=102.00 avg300=103.00 total=4\n");
    ck_assert_int_eq(sysinfo_io_pressure(host, &pressure, sizeof pressure), SYSINFO_OK);
    ck_assert(pressure.some_avg10 == 100 && pressure.some_avg60 == 1 && pressure.some_avg300 == 100);
    ck_assert(pressure.full_avg10 == 1 && pressure.full_avg60 == 100 && pressure.full_avg300 == 100);
    ck_assert_uint_eq(pressure.estimated, SYSINFO_BIT(struct sysinfo_pressure, some_avg10) |
                                              SYSINFO_BIT(struct sysinfo_pressure, some_avg300) |
                                              SYSINFO_BIT(struct sysinfo_pressure, full_avg60) |
                                              SYSINFO_BIT(struct sysinfo_pressure, full_avg300));
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_pressure_without_its_lines_is_malformed) {
    directory_write("proc/pressure/io", "none\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_pressure pressure;
    ck_assert_int_eq(sysinfo_io_pressure(host, &pressure, sizeof pressure), SYSINFO_MALFORMED);
    ck_assert_str_eq(explained(host, SYSINFO_MALFORMED), "/proc/pressure/io has neither of the lines some and full");
    sysinfo_host_close(host);
}
END_TEST

/* Sizes of huge pages whose bytes do not fit 64 bits. */
START_TEST(huge_pages_beyond_all_memory_are_unknown) {
    directory_write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 5 kB\nHugePages_Total: 1\nHugePages_Free: "
                                    "1\nHugepagesize: 2048 kB\nHugetlb: 4 kB\n");
    directory_write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "17179869184\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory m;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    directory_write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "none\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    directory_write("proc/meminfo",
                    "MemTotal: 8388608 kB\nMemAvailable: 5 kB\nHugetlb: 4194304 kB\n"); /* No default lines. */
    directory_write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "2\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(m.hugepages_total == UINT64_C(4) << 30 && m.hugepages_free == UINT64_C(2) << 30);
    struct sysinfo_host *second = open_directory();
    directory_write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages",
                    "17179869183\n"); /* Only the sum is too large. */
    directory_write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "1024\n");
    ck_assert_int_eq(sysinfo_virtual_memory(second, &m, sizeof m), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    sysinfo_host_close(second);
    directory_write("proc/meminfo",
                    "MemTotal: 1000 kB\nMemAvailable: 5 kB\nHugePages_Total: 1\nHugePages_Free: 999999999999999\n"
                    "Hugepagesize: 999999999999999 kB\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    directory_write(
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemAvailable: 5 kB\nHugePages_Total: 999999999999999\nHugePages_Free: 999999999999999\n"
        "Hugepagesize: 999999999999999 kB\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    directory_write(
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemAvailable: 5 kB\nHugePages_Total: 1\nHugePages_Free: -1\nHugepagesize: 4 kB\n");
    ck_assert_int_eq(sysinfo_virtual_memory(host, &m, sizeof m), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&m, hugepages_free));
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *online, *siblings; /* For CPU 0; NULL: no file. */
    int logical, physical;
} odd_counts[] = {
    {"0-1\n", "0-1\n", 2, SYSINFO_UNKNOWN}, /* CPU 1 does not report its core. */
    {"0\n", "0-1\n", 1, 1},                 /* The other thread is offline. */
    {"0\n", NULL, 1, SYSINFO_UNKNOWN},
    {"0\n", "garbage\n", 1, SYSINFO_UNKNOWN},
    {"0\n", "7\n", 1, SYSINFO_UNKNOWN}, /* A core that its own CPU is not in. */
    {"0\n", "", 1, SYSINFO_UNKNOWN},
    {"garbage\n", "0\n", 1, 1}, /* The directories are counted then. */
    {"", "0\n", 1, 1},
    {"0-99999999999\n", "0\n", 1, 1},
};

START_TEST(odd_topology_files_give_unknown_and_no_wrong_count) {
    directory_write("sys/devices/system/cpu/online", odd_counts[_i].online);
    directory_make_parents("sys/devices/system/cpu/cpu0/topology/x");
    if (odd_counts[_i].siblings != NULL) {
        directory_write("sys/devices/system/cpu/cpu0/topology/core_cpus_list", odd_counts[_i].siblings);
    }
    struct sysinfo_host *host = open_directory();
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), odd_counts[_i].logical);
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), odd_counts[_i].physical);
    }
    sysinfo_host_close(host);
}
END_TEST

/* Every 64 CPUs are another word of the set. */
START_TEST(threads_of_a_core_may_have_numbers_far_apart) {
    directory_write("sys/devices/system/cpu/online", "0,70,200\n");
    directory_write("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0,70\n");
    directory_write("sys/devices/system/cpu/cpu70/topology/core_cpus_list", "0,70\n");
    directory_write("sys/devices/system/cpu/cpu200/topology/core_cpus_list", "200\n");
    struct sysinfo_host *host = open_directory();
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 3);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 2);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(directories_with_impossible_cpu_numbers_are_skipped) {
    directory_make_parents("sys/devices/system/cpu/cpu/x");
    directory_make_parents("sys/devices/system/cpu/cpu0/x");
    directory_make_parents("sys/devices/system/cpu/cpu1/x");
    directory_make_parents("sys/devices/system/cpu/cpu99999999/x");
    directory_make_parents("sys/devices/system/cpu/cpu18446744073709551617/x");
    struct sysinfo_host *host = open_directory();
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 2);
    sysinfo_host_close(host);
}
END_TEST

#define LENGTH(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Each failure names its own file, even if the previous one had the same status. */
START_TEST(an_explanation_is_of_the_last_call) {
    char meminfo[DIRECTORY_PATH], loadavg[DIRECTORY_PATH], kept[2 * DIRECTORY_PATH];
    struct sysinfo_memory memory;
    struct sysinfo_load load;
    struct sysinfo_cpu_sample times;
    directory_path(meminfo, "proc/meminfo");
    directory_path(loadavg, "proc/loadavg");
    directory_write("proc/stat", "cpu  1 2 3 4\n");
    struct sysinfo_host *host = open_directory();
    int first = sysinfo_virtual_memory(host, &memory, sizeof memory);
    ck_assert_int_eq(first, SYSINFO_NOT_FOUND);
    snprintf(kept, sizeof kept, "%s", sysinfo_explain(host, first));
    ck_assert_ptr_eq(strstr(kept, meminfo), kept);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_MALFORMED), sysinfo_status_meaning(SYSINFO_MALFORMED));
    ck_assert_str_eq(sysinfo_explain(host, first), kept); /* Asking changes nothing. */
    int second = sysinfo_load_average(host, &load, sizeof load);
    ck_assert_int_eq(second, first);
    ck_assert_ptr_eq(strstr(sysinfo_explain(host, second), loadavg), sysinfo_explain(host, second));
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert_str_eq(sysinfo_explain(host, first), sysinfo_status_meaning(first));
    sysinfo_host_close(host);
}
END_TEST

TCase *bad_file_tests(void) {
    TCase *tests = tcase_create("bad_files");
    tcase_add_checked_fixture(tests, directory_make, directory_remove);
    tcase_add_loop_test(tests, a_meminfo_without_a_usable_total_is_malformed, 0, LENGTH(bad_meminfo));
    tcase_add_test(tests, a_meminfo_of_nuls_is_malformed);
    tcase_add_loop_test(tests, odd_meminfos_are_reported_as_far_as_they_go, 0, LENGTH(odd_meminfo));
    tcase_add_test(tests, watermarks_above_the_total_are_ignored);
    tcase_add_test(tests, watermarks_above_what_is_free_leave_nothing_available);
    tcase_add_test(tests, a_value_below_0_is_0_and_marked);
    tcase_add_loop_test(tests, the_inactive_lists_of_2_4_are_added_if_both_are_reported, 0, LENGTH(inactive_lists));
    tcase_add_loop_test(tests, swapped_pages_of_an_unknown_size_are_marked, 0, LENGTH(swapped));
    tcase_add_loop_test(tests, a_total_of_swap_is_good_alone, 0, (int)(sizeof lone_totals / sizeof lone_totals[0]));
    tcase_add_loop_test(tests, of_no_swap_nothing_is_used, 0, (int)(sizeof no_swap / sizeof no_swap[0]));
    tcase_add_loop_test(tests, swap_is_that_of_the_root_or_an_error, 0, LENGTH(swaps));
    tcase_add_loop_test(tests, a_stat_without_four_columns_is_malformed, 0, LENGTH(bad_stats));
    tcase_add_test(tests, a_stat_with_a_line_of_64_kib_is_read_whole);
    tcase_add_test(tests, a_file_without_an_end_is_refused);
    tcase_add_test(tests, an_unreadable_file_is_denied);
    tcase_add_test(tests, a_pipe_in_place_of_a_file_does_not_block);
    tcase_add_test(tests, a_directory_in_place_of_a_file_is_an_error);
    tcase_add_test(tests, a_pressure_above_100_is_100_and_marked);
    tcase_add_test(tests, a_pressure_without_its_lines_is_malformed);
    tcase_add_test(tests, huge_pages_beyond_all_memory_are_unknown);
    tcase_add_test(tests, an_explanation_is_of_the_last_call);
    tcase_add_loop_test(tests, odd_topology_files_give_unknown_and_no_wrong_count, 0, LENGTH(odd_counts));
    tcase_add_test(tests, threads_of_a_core_may_have_numbers_far_apart);
    tcase_add_test(tests, directories_with_impossible_cpu_numbers_are_skipped);
    return tests;
}
