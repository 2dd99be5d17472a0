/* SPDX-License-Identifier: MIT */
/* The files of control groups; the first byte selects one. */
#include "text.h"

#include <math.h>

/* The text before the first blank or line end; `size` must hold all of it. */
static void first_word(const char *text, size_t length, char *word, size_t size) {
    size_t i = 0;
    for (; i < length && i + 1 < size && text[i] != ' ' && text[i] != '\n'; i++) {
        word[i] = text[i] != '\0' ? text[i] : '?'; /* Not part of a number either. */
    }
    word[i] = '\0';
}

/* Accepts only decimal digits, within 64 bits. */
static bool is_number(const char *word, uint64_t *value) {
    *value = 0;
    if (*word == '\0') {
        return false;
    }
    for (; *word != '\0'; word++) {
        unsigned digit = (unsigned)(*word - '0');
        if (*word < '0' || *word > '9' || *value > UINT64_MAX / 10 || *value * 10 > UINT64_MAX - digit) {
            return false;
        }
        *value = *value * 10 + digit;
    }
    return true;
}

/* libFuzzer is asked not to make inputs with longer words. */
enum { LONGEST_WORD = 8192 };

static void try_limit(const char *text, size_t length) {
    char word[LONGEST_WORD];
    uint64_t limit = 1, number = 0;
    first_word(text, length, word, sizeof word);
    bool is_reported = sysinfo__decode_limit(text, length, &limit);
    bool is_max = strcmp(word, "max") == 0, is_digits = strlen(word) < sizeof word - 1 && is_number(word, &number);
    MUST(is_reported == (is_max || is_digits));
    MUST(!is_reported || limit == (is_max ? SYSINFO_UNLIMITED : number));
    MUST(is_reported || limit == 1);
}

static void try_cpu_max(const char *text, size_t length) {
    double cpus = -1;
    bool is_reported = sysinfo__decode_cpu_max(text, length, &cpus);
    MUST(is_reported ? cpus >= 0 : !(cpus > -1 || cpus < -1)); /* Also rejects NaN. */
    if (is_reported && cpus < (double)INFINITY) {
        char quota[LONGEST_WORD], period[LONGEST_WORD];
        uint64_t a, b;
        first_word(text, length, quota, sizeof quota);
        size_t skip = strlen(quota) + 1;
        MUST(skip <= length);
        first_word(text + skip, length - skip, period, sizeof period);
        MUST(is_number(quota, &a) && is_number(period, &b) && b > 0);
        MUST(!(cpus < (double)a / (double)b) && !(cpus > (double)a / (double)b));
    }
}

static void try_quota(const char *text, size_t length) {
    char word[LONGEST_WORD];
    uint64_t microseconds = 1, number;
    first_word(text, length, word, sizeof word);
    bool is_reported = sysinfo__decode_quota_v1(text, length, &microseconds);
    bool is_none = strcmp(word, "-1") == 0;
    MUST(is_reported == (is_none || is_number(word, &number)));
    MUST(!is_reported || microseconds == (is_none ? SYSINFO_UNLIMITED : number));
}

/* The value of the first line with that key. False: no such line, or not a number. */
static bool value_of(const char *text, size_t length, const char *key, uint64_t *value) {
    const char *line = slow_line(text, text + length, key);
    if (line == NULL) {
        return false;
    }
    const char *p = line + strlen(key);
    char word[LONGEST_WORD];
    size_t i = 0;
    while (i + 1 < sizeof word && p[i] != '\0' && p[i] != ' ' && p[i] != '\t' && p[i] != '\n') {
        word[i] = p[i];
        i++;
    }
    word[i] = '\0';
    return p[i] != '\0' && is_number(word, value);
}

/* A group's reclaimable memory is the sum of three figures, and no sum wraps around. */
static void try_memory_stat(const char *text, size_t length) {
    static const char *const keys[2][3] = {{"total_active_file ", "total_inactive_file ", "total_slab_reclaimable "},
                                           {"active_file ", "inactive_file ", "slab_reclaimable "}};
    for (int is_v2 = 0; is_v2 < 2; is_v2++) {
        struct sysinfo__memory_stat stat;
        uint64_t sum = 0, value;
        sysinfo__decode_memory_stat(text, length, is_v2, &stat);
        for (int i = 0; i < 3; i++) {
            if (value_of(text, length, keys[is_v2][i], &value)) {
                sum = sum > UINT64_MAX - value ? UINT64_MAX : sum + value;
            }
        }
        MUST(stat.reclaimable == sum);
        MUST(stat.limit == SYSINFO_UNLIMITED || !sysinfo__is_no_limit_v1(stat.limit));
        MUST(stat.memory_and_swap == SYSINFO_UNLIMITED || !sysinfo__is_no_limit_v1(stat.memory_and_swap));
        MUST(!is_v2 || (stat.limit == SYSINFO_UNLIMITED && stat.memory_and_swap == SYSINFO_UNLIMITED));
    }
}

/* cpu.stat and memory.events. */
static void try_pairs(const char *text, size_t length) {
    static const struct sysinfo__pair_key keys[] = {
        SYSINFO__PAIR_KEY("usage_usec"), SYSINFO__PAIR_KEY("nr_throttled"), SYSINFO__PAIR_KEY("throttled_time"),
        SYSINFO__PAIR_KEY("oom"),        SYSINFO__PAIR_KEY("oom_kill"),
    };
    enum { KEYS = sizeof keys / sizeof keys[0] };
    uint64_t value[KEYS] = {0}, slow;
    uint32_t known = sysinfo__decode_pairs(text, length, keys, KEYS, value);
    MUST(known >> KEYS == 0);
    for (int i = 0; i < KEYS; i++) {
        bool is_reported = value_of(text, length, keys[i].text, &slow);
        MUST(is_reported == (known >> i & 1));
        MUST(!is_reported || value[i] == slow);
    }
}

/* /proc/PID/cgroup: a group's path is part of the text, at most one line, and begins with a slash. */
static void try_group(const char *text, size_t length) {
    static const char *const names[] = {"", "memory", "cpu", "name=systemd"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sysinfo__part path = {NULL, 0};
        if (sysinfo__decode_group(text, length, names[i], &path)) {
            MUST(path.at > text && path.length >= 1 && path.at + path.length <= text + length);
            MUST(*path.at == '/' && path.at[-1] == ':' && memchr(path.at, '\n', path.length) == NULL);
            MUST(path.at + path.length == text + length || path.at[path.length] == '\n');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const decoders[])(const char *text, size_t length) = {try_limit,       try_cpu_max, try_quota,
                                                                        try_memory_stat, try_pairs,   try_group};
    if (size > 0 && size <= LONGEST_WORD / 2) {
        char *text = text_of(data + 1, size - 1);
        decoders[data[0] % (sizeof decoders / sizeof decoders[0])](text, size - 1);
        free(text);
    }
    return 0;
}
