/* SPDX-License-Identifier: MIT */
/* What a call costs once its host is warm, counted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "faults.h"
#include "questions.h"
#include "roots.h"

/* How long a file is now; -1: it cannot be read. */
static long length_of(const char *path) {
    static char text[1 << 22];
    long length = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count;
    while (fd >= 0 && (count = read(fd, text, sizeof text)) > 0) {
        length += count;
    }
    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 ? -1 : length;
}

static bool is_procfs(void) {
    struct statfs information;
    return statfs("/proc/stat", &information) == 0 && information.f_type == 0x9fa0 && statfs("/proc/meminfo", &information) == 0 &&
           information.f_type == 0x9fa0;
}

static bool has_one_size_of_huge_pages(struct sysinfo_host *host) {
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    return memory.hugepages_total == 0 && !SYSINFO_IS_ESTIMATED(&memory, available);
}

/* Lists are kept by the caller here, as a meter keeps them. */
static struct sysinfo_cpu_sample_list *samples;
static struct sysinfo_cpu_usage_list *usages;

static int refill_samples(struct sysinfo_host *host, uint64_t *answer) {
    (void)answer;
    return sysinfo_cpu_times_percpu(host, &samples);
}

static int refill_usages(struct sysinfo_host *host, uint64_t *answer) {
    (void)answer;
    return sysinfo_cpu_times_percent_percpu(host, 0, &usages);
}

START_TEST(a_warm_host_neither_allocates_nor_opens) {
    uint64_t answer[SYSINFO_SLOTS];
    struct sysinfo_host *host = open_root(NULL);
    for (int i = 0; i < question_count + 2; i++) {
        int (*ask)(struct sysinfo_host *, uint64_t *) = i < question_count ? questions[i].ask : i == question_count ? refill_samples : refill_usages;
        if (i < question_count && questions[i].allocates && strncmp(questions[i].name, "cpu_count", 9) != 0) {
            continue; /* It makes and frees its list. */
        }
        for (int round = 0; round < 20 || (ask == refill_usages && usages == NULL); round++) { /* Until it has succeeded, too. */
            ask(host, answer);
            if (ask == refill_usages) {
                usleep(5000);
            }
        }
        for (int round = 0; round < 20; round++) {
            faults_begin(FAULT_MEMORY, -1, 0);
            int status = ask(host, answer);
            faults_end();
            ck_assert(i >= question_count ? status == SYSINFO_OK || status == SYSINFO_NOT_YET : question_is_answered(&questions[i], status));
            if (status != SYSINFO_OK && status != SYSINFO_NOT_YET) {
                break; /* A file that is not there has to be opened to be missed. */
            }
            ck_assert_msg(faults.calls[FAULT_MEMORY] == 0, "question %d allocates", i);
            ck_assert_msg(faults.calls[FAULT_OPEN] == 0, "question %d opens a file", i);
        }
    }
    sysinfo_cpu_sample_list_free(samples);
    sysinfo_cpu_usage_list_free(usages);
    sysinfo_host_close(host);
}
END_TEST

static const struct {
    const char *name;
    int reads;
} single_reads[] = {{"cpu_times", 1},       {"cpu_percent", 2},    {"cpu_percent since last", 1}, {"cpu_times_percent since last", 1},
                    {"cpu_times_percpu", 1}, {"virtual_memory", 1}, {"load_average", 1},           {"cpu_stats", 1},
                    {"cpu_counts", 2} /* sysfs has no end mark of its own: the second brings nothing. */};

START_TEST(stat_meminfo_and_loadavg_come_whole_in_one_read) {
    struct sysinfo_host *host = open_root(NULL);
    if (!is_procfs() || !has_one_size_of_huge_pages(host)) {
        printf("skipped: /proc is no procfs here, or the machine has huge pages to look for\n");
        sysinfo_host_close(host);
        return;
    }
    for (size_t s = 0; s < sizeof single_reads / sizeof single_reads[0]; s++) {
        int i = 0;
        while (i < question_count && strcmp(questions[i].name, single_reads[s].name) != 0) {
            i++;
        }
        ck_assert_int_lt(i, question_count);
        uint64_t answer[SYSINFO_SLOTS];
        questions[i].ask(host, answer);
        questions[i].ask(host, answer);
        faults_begin(FAULT_READ, -1, 0);
        questions[i].ask(host, answer);
        faults_end();
        ck_assert_msg(faults.calls[FAULT_READ] == single_reads[s].reads, "%s: %d reads", questions[i].name, faults.calls[FAULT_READ]);
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_one_off_call_allocates_nothing) {
    uint64_t answer[SYSINFO_SLOTS];
    enum { BUFFER = 8000 };
    if (length_of("/proc/stat") > BUFFER || length_of("/proc/meminfo") > BUFFER || length_of("/proc/vmstat") > BUFFER) {
        printf("skipped: the files of this machine do not fit the buffer of a one-off host\n");
        return;
    }
    for (int i = 0; i < question_count; i++) {
        if (questions[i].allocates || questions[i].needs_past || questions[i].looks_first) {
            continue;
        }
        faults_begin(FAULT_MEMORY, -1, 0);
        int status = questions[i].ask(NULL, answer);
        faults_end();
        ck_assert_msg(question_is_answered(&questions[i], status), "%s: %s", questions[i].name, sysinfo_status_name(status));
        ck_assert_msg(faults.calls[FAULT_MEMORY] == 0, "%s allocates", questions[i].name);
    }
}
END_TEST

START_TEST(opening_a_host_touches_no_file) {
    faults_begin(FAULT_OPEN, -1, 0);
    struct sysinfo_host *host = NULL;
    int status = sysinfo_host_open(&host, "/no/such/folder");
    faults_end();
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_int_eq(faults.calls[FAULT_OPEN] + faults.calls[FAULT_READ], 0);
    sysinfo_host_close(host);
}
END_TEST

TCase *steady_tests(void) {
    TCase *tests = tcase_create("steady");
    tcase_add_test(tests, a_warm_host_neither_allocates_nor_opens);
    tcase_add_test(tests, stat_meminfo_and_loadavg_come_whole_in_one_read);
    tcase_add_test(tests, a_one_off_call_allocates_nothing);
    tcase_add_test(tests, opening_a_host_touches_no_file);
    return tests;
}
