/* SPDX-License-Identifier: MIT */
/*
 * The library on a real Windows, compared with other calls of Windows; and on wine, compared with /proc at the same
 * moment. Differences between wine and Windows are spelled out here and in docs/systems/windows.md.
 */
#include <check.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

static struct sysinfo_host *host;

static void open_host(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

static void close_host(void) {
    sysinfo_host_close(host);
}

static bool is_wine(void) {
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

static bool is_wine_older_than(int major) {
    const char *(*version)(void) =
        (const char *(*)(void))(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");
    return atoi(version()) < major;
}

static void expect_ok(int status) {
    ck_assert_msg(status == SYSINFO_OK, "%s: %s", sysinfo_status_name(status), sysinfo_explain(host, status));
}

/* ---- Against other calls of Windows ---- */

static double seconds(FILETIME time) {
    return ((double)time.dwHighDateTime * 4294967296.0 + (double)time.dwLowDateTime) / 1e7;
}

/* GetSystemTimes() covers the group of the calling thread, so it is comparable only with a single group. */
START_TEST(cpu_times_are_those_of_getsystemtimes) {
    if (GetActiveProcessorGroupCount() != 1) {
        return;
    }
    FILETIME idle[2], kernel[2], user[2];
    struct sysinfo_cpu_sample sample;
    ck_assert(GetSystemTimes(&idle[0], &kernel[0], &user[0]));
    expect_ok(sysinfo_cpu_times(host, &sample, sizeof sample));
    ck_assert(GetSystemTimes(&idle[1], &kernel[1], &user[1]));
    const double tick =
        0.03 * sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL); /* Rounded for each CPU, and not at one moment. */
    double kernel_time = sample.system + sample.idle + sample.irq + sample.softirq;
    ck_assert_msg(sample.idle >= seconds(idle[0]) - tick && sample.idle <= seconds(idle[1]) + tick, "idle %f",
                  sample.idle);
    ck_assert_msg(sample.user >= seconds(user[0]) - tick && sample.user <= seconds(user[1]) + tick, "user %f",
                  sample.user);
    ck_assert_msg(kernel_time >= seconds(kernel[0]) - tick && kernel_time <= seconds(kernel[1]) + tick, "kernel %f",
                  kernel_time);
}
END_TEST

START_TEST(memory_is_that_of_globalmemorystatusex) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    struct sysinfo_memory memory;
    ck_assert(GlobalMemoryStatusEx(&status));
    expect_ok(sysinfo_virtual_memory(host, &memory, sizeof memory));
    ck_assert_uint_eq(memory.total, status.ullTotalPhys);
    ck_assert(SYSINFO_HAS(&memory, available) && SYSINFO_HAS(&memory, commit_limit) && SYSINFO_HAS(&memory, committed));
    ck_assert_uint_ge(memory.commit_limit, memory.total / 2);
    ck_assert_uint_le(memory.committed, memory.commit_limit);
}
END_TEST

/* Windows must report what wine does not. */
START_TEST(windows_reports_what_wine_does_not) {
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    struct sysinfo_stats stats;
    expect_ok(sysinfo_virtual_memory(host, &memory, sizeof memory));
    expect_ok(sysinfo_swap_memory(host, &swap, sizeof swap));
    int status = sysinfo_cpu_stats(host, &stats, sizeof stats);
    if (is_wine()) {
        ck_assert(!SYSINFO_HAS(&memory, cached) && !SYSINFO_HAS(&memory, wired) && !SYSINFO_HAS(&memory, free) &&
                  !SYSINFO_HAS(&memory, laundry));
        ck_assert(SYSINFO_IS_ESTIMATED(&swap, total));
        expect_ok(status);
        ck_assert(!SYSINFO_HAS(&stats, ctx_switches) && SYSINFO_HAS(&stats, uptime));
        return;
    }
    ck_assert(SYSINFO_HAS(&memory, cached) && SYSINFO_HAS(&memory, wired) && SYSINFO_HAS(&memory, free) &&
              SYSINFO_HAS(&memory, laundry));
    ck_assert_uint_le(memory.free, memory.available);
    ck_assert(SYSINFO_HAS(&swap, used) && SYSINFO_HAS(&swap, percent) && swap.estimated == 0);
    expect_ok(status);
    ck_assert(SYSINFO_HAS(&stats, ctx_switches) && SYSINFO_HAS(&stats, interrupts) && SYSINFO_HAS(&stats, syscalls));
    struct sysinfo_cpu_sample sample;
    expect_ok(sysinfo_cpu_times(host, &sample, sizeof sample));
    ck_assert_msg(sample.irq + sample.softirq > 0, "no interrupt has taken any time");
    ck_assert_msg(!SYSINFO_IS_ESTIMATED(&sample, system), "kernel time is less than its parts");
    struct sysinfo_paging paging;
    struct sysinfo_process process;
    expect_ok(sysinfo_page_stats(host, &paging, sizeof paging));
    ck_assert_uint_ge(paging.faults, paging.major_faults);
    expect_ok(sysinfo_process_detail(host, &process, sizeof process));
    ck_assert(SYSINFO_HAS(&process, uss) && SYSINFO_HAS(&process, minor_faults) && process.uss <= process.rss);
}
END_TEST

/* For this process, and what it allocates. */
START_TEST(a_process_grows_by_what_it_touches) {
    enum { SIZE = 64 << 20 };
    struct sysinfo_process before, after;
    uint64_t rss = 0;
    expect_ok(sysinfo_process_detail(host, &before, sizeof before));
    char *memory = VirtualAlloc(NULL, SIZE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 1, SIZE);
    expect_ok(sysinfo_process_detail(host, &after, sizeof after));
    expect_ok(sysinfo_process_memory(host, &rss));
    ck_assert_uint_ge(after.rss, before.rss + SIZE * 9 / 10);
    ck_assert_uint_ge(after.peak_rss, after.rss);
    ck_assert_uint_ge(after.vms, after.rss);
    ck_assert_uint_ge(rss, before.rss + SIZE * 9 / 10);
    ck_assert(after.threads >= 1 && after.cpu_user >= before.cpu_user);
    VirtualFree(memory, 0, MEM_RELEASE);
}
END_TEST

START_TEST(the_system_line_is_the_sum_of_the_cpus) {
    struct sysinfo_cpu_sample_list *list = NULL;
    expect_ok(sysinfo_cpu_times_percpu(host, &list));
    double user = 0, system = 0, idle = 0;
    const struct sysinfo_cpu_sample *row;
    for (size_t i = 0; (row = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
        ck_assert_uint_eq(row->cpu, i);
        user += row->user;
        system += row->system;
        idle += row->idle;
    }
    const struct sysinfo_cpu_sample *all = sysinfo_cpu_sample_list_all(list);
    ck_assert_int_eq((int)sysinfo_cpu_sample_list_count(list), sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL));
    ck_assert(all->user - user < 1e-6 && user - all->user < 1e-6);
    ck_assert(all->system - system < 1e-6 && system - all->system < 1e-6);
    ck_assert(all->idle - idle < 1e-6 && idle - all->idle < 1e-6);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(getlasterror_is_left_as_it_was) {
    uint64_t any[SYSINFO_SLOTS];
    for (uint32_t result = SYSINFO_RESULT_CPU_USAGE; result <= SYSINFO_RESULT_STATS; result++) {
        SetLastError(4711);
        int status = sysinfo_read(result % 2 ? host : NULL, result, any, sizeof any);
        ck_assert_uint_eq(GetLastError(), 4711);
        ck_assert_str_ne(sysinfo_status_name(status), "SYSINFO_?");
    }
}
END_TEST

START_TEST(an_interval_is_slept_and_no_shorter) {
    struct sysinfo_cpu_usage usage;
    ULONGLONG before = GetTickCount64();
    expect_ok(sysinfo_cpu_times_percent(host, 0.3, &usage, sizeof usage));
    ck_assert_uint_ge(GetTickCount64() - before + 40, 300); /* It counts in steps of 16 ms, at both ends. */
    ck_assert(usage.interval >= 0.3 && usage.interval < 30);
}
END_TEST

START_TEST(there_is_no_other_root) {
    struct sysinfo_host *other = host;
    ck_assert_int_eq(sysinfo_host_open(&other, "C:\\"), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(other);
    ck_assert_int_eq(sysinfo_host_open(&other, "/mnt/other"), SYSINFO_NOT_SUPPORTED);
}
END_TEST

/* ---- wine: against /proc ---- */

struct proc_stat {
    double user, system, idle; /* As wine sums the columns: all but four are system time, guests twice. */
    int cpus;
};

/* The line for all CPUs, or for one. */
static struct proc_stat read_stat(const char *label) {
    struct proc_stat stat = {0};
    char line[1024];
    FILE *file = fopen("Z:/proc/stat", "rb");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char name[16];
        unsigned long long column[10] = {0};
        if (sscanf(line, "%15s %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", name, &column[0], &column[1],
                   &column[2], &column[3], &column[4], &column[5], &column[6], &column[7], &column[8],
                   &column[9]) < 5) {
            continue;
        }
        stat.cpus += strncmp(name, "cpu", 3) == 0 && name[3] != '\0';
        if (strcmp(name, label) == 0) {
            stat.user = (double)(column[0] + column[1]) / 100;
            unsigned long long system = column[2];
            for (int i = 4; i < 10; i++) {
                system += column[i];
            }
            stat.system = (double)system / 100;
            stat.idle = (double)column[3] / 100;
        }
    }
    fclose(file);
    return stat;
}

/* The sum of some lines, from one reading, in bytes. */
static uint64_t read_meminfo(size_t count, const char *const *keys) {
    char line[256];
    uint64_t sum = 0;
    size_t found = 0;
    FILE *file = fopen("Z:/proc/meminfo", "rb");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        for (size_t i = 0; i < count; i++) {
            unsigned long long value;
            if (strncmp(line, keys[i], strlen(keys[i])) == 0 && line[strlen(keys[i])] == ':' &&
                sscanf(line + strlen(keys[i]) + 1, "%llu", &value) == 1) {
                sum += value * 1024;
                found++;
            }
        }
    }
    fclose(file);
    ck_assert_uint_eq(found, count);
    return sum;
}

static void expect_between(double value, double low, double high, const char *what) {
    const double tick = 0.011; /* Idle time of a tickless CPU may step back by a tick. */
    ck_assert_msg(value >= low - tick && value <= high + tick, "%s: %f is not within %f and %f", what, value, low,
                  high);
}

START_TEST(cpu_times_under_wine_are_those_of_proc) {
    if (!is_wine()) {
        return;
    }
    struct proc_stat before = read_stat("cpu");
    struct sysinfo_cpu_sample sample;
    expect_ok(sysinfo_cpu_times(host, &sample, sizeof sample));
    struct proc_stat after = read_stat("cpu");
    const double rounding = 0.01 * before.cpus; /* The line for all CPUs is rounded once, ours for each CPU. */
    expect_between(sample.user, before.user - rounding, after.user + rounding, "user");
    expect_between(sample.system, before.system - rounding * 5, after.system + rounding * 5, "system");
    expect_between(sample.idle, before.idle - rounding, after.idle + rounding, "idle");
    ck_assert(SYSINFO_HAS(&sample, irq) && sample.irq == 0 && sample.softirq == 0);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), before.cpus);
}
END_TEST

START_TEST(each_cpu_under_wine_is_that_of_proc) {
    if (!is_wine()) {
        return;
    }
    struct sysinfo_cpu_sample_list *list = NULL;
    int cpus = read_stat("cpu").cpus;
    for (int i = 0; i < cpus; i++) {
        char label[16];
        snprintf(label, sizeof label, "cpu%d", i);
        struct proc_stat before = read_stat(label);
        expect_ok(sysinfo_cpu_times_percpu(host, &list));
        struct proc_stat after = read_stat(label);
        const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, (size_t)i);
        ck_assert_ptr_nonnull(row);
        expect_between(row->user, before.user, after.user, label);
        expect_between(row->system, before.system, after.system, label);
        expect_between(row->idle, before.idle, after.idle, label);
    }
    ck_assert_int_eq((int)sysinfo_cpu_sample_list_count(list), cpus);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

/* One CPU is kept busy; the idle share must lie between those of /proc just inside and just outside of the interval. */
START_TEST(a_percentage_under_wine_is_that_of_proc) {
    if (!is_wine()) {
        return;
    }
    double percent;
    struct proc_stat outside[2], inside[2];
    outside[0] = read_stat("cpu");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    inside[0] = read_stat("cpu");
    for (ULONGLONG end = GetTickCount64() + 1000; GetTickCount64() < end;) {
    }
    inside[1] = read_stat("cpu");
    expect_ok(sysinfo_cpu_percent(host, 0, &percent));
    outside[1] = read_stat("cpu");
    const double rounding = 0.02 * outside[0].cpus;
    double most_idle = outside[1].idle - outside[0].idle + rounding,
           least_idle = inside[1].idle - inside[0].idle - rounding;
    double most_busy = outside[1].user + outside[1].system - outside[0].user - outside[0].system + 6 * rounding;
    double least_busy = inside[1].user + inside[1].system - inside[0].user - inside[0].system - 6 * rounding;
    ck_assert_msg(percent >= 100 * least_busy / (least_busy + most_idle) &&
                      percent <= 100 * most_busy / (most_busy + least_idle),
                  "%f is not within %f and %f", percent, 100 * least_busy / (least_busy + most_idle),
                  100 * most_busy / (most_busy + least_idle));
}
END_TEST

START_TEST(memory_under_wine_is_that_of_proc) {
    if (!is_wine()) {
        return;
    }
    static const char *const total[] = {"MemTotal"}, *const unused[] = {"MemFree", "Buffers", "Cached"},
                             *const available[] = {"MemAvailable"};
    struct sysinfo_memory memory;
    bool has_matched = false;
    for (int i = 0; i < 200 && !has_matched; i++) { /* Others use memory meanwhile, so repeat until both agree. */
        uint64_t before[2] = {read_meminfo(3, unused), read_meminfo(1, available)};
        expect_ok(sysinfo_virtual_memory(host, &memory, sizeof memory));
        uint64_t after[2] = {read_meminfo(3, unused), read_meminfo(1, available)};
        int which = is_wine_older_than(9) ? 0 : 1;
        uint64_t least = before[which] < after[which] ? before[which] : after[which],
                 most = before[which] < after[which] ? after[which] : before[which];
        has_matched = memory.available + 4096 >= least && memory.available <= most + 4096;
    }
    ck_assert_msg(has_matched, "available %llu, of /proc %llu or %llu", (unsigned long long)memory.available,
                  (unsigned long long)read_meminfo(3, unused), (unsigned long long)read_meminfo(1, available));
    ck_assert_uint_eq(memory.total, read_meminfo(1, total) - 4096); /* wine counts one page less. */
}
END_TEST

START_TEST(swap_under_wine_is_estimated_from_what_may_be_promised) {
    if (!is_wine()) {
        return;
    }
    static const char *const total[] = {"SwapTotal"};
    struct sysinfo_swap swap;
    expect_ok(sysinfo_swap_memory(host, &swap, sizeof swap));
    ck_assert(SYSINFO_IS_ESTIMATED(&swap, total));
    ck_assert_uint_ge(swap.total, read_meminfo(1, total));
    ck_assert_uint_le(swap.total,
                      read_meminfo(1, total) + 8192); /* wine's limit is one page more, its memory one page less. */
}
END_TEST

/* The distinct lists of CPUs that share a core. */
START_TEST(cores_under_wine_are_those_of_sysfs) {
    if (!is_wine()) {
        return;
    }
    static char lists[256][128];
    int cores = 0;
    for (int cpu = 0; cpu < 256; cpu++) {
        char path[128], list[128] = "";
        snprintf(path, sizeof path, "Z:/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
        FILE *file = fopen(path, "rb");
        if (file == NULL || fgets(list, sizeof list, file) == NULL) {
            list[0] = '\0';
        }
        if (file != NULL) {
            fclose(file);
        }
        bool is_new = list[0] != '\0';
        for (int i = 0; i < cores && is_new; i++) {
            is_new = strcmp(lists[i], list) != 0;
        }
        if (is_new) {
            strcpy(lists[cores++], list);
        }
    }
    ck_assert_int_gt(cores, 0);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), cores);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("windows_live");
    TCase *cases = tcase_create("live");
    tcase_add_checked_fixture(cases, open_host, close_host);
    tcase_add_test(cases, cpu_times_are_those_of_getsystemtimes);
    tcase_add_test(cases, memory_is_that_of_globalmemorystatusex);
    tcase_add_test(cases, windows_reports_what_wine_does_not);
    tcase_add_test(cases, a_process_grows_by_what_it_touches);
    tcase_add_test(cases, the_system_line_is_the_sum_of_the_cpus);
    tcase_add_test(cases, getlasterror_is_left_as_it_was);
    tcase_add_test(cases, an_interval_is_slept_and_no_shorter);
    tcase_add_test(cases, there_is_no_other_root);
    tcase_add_test(cases, cpu_times_under_wine_are_those_of_proc);
    tcase_add_test(cases, each_cpu_under_wine_is_that_of_proc);
    tcase_add_test(cases, a_percentage_under_wine_is_that_of_proc);
    tcase_add_test(cases, memory_under_wine_is_that_of_proc);
    tcase_add_test(cases, swap_under_wine_is_estimated_from_what_may_be_promised);
    tcase_add_test(cases, cores_under_wine_are_those_of_sysfs);
    suite_add_tcase(suite, cases);
    return run(suite);
}
