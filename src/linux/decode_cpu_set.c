/* SPDX-License-Identifier: MIT */
/* The kernel's two formats for a set of CPUs: Documentation/admin-guide/cputopology.rst. */
#include "decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sysinfo__cpu_set_add(struct sysinfo__cpu_set *set, uint64_t cpu) {
    if (cpu >= SYSINFO__MOST_CPUS) {
        return false;
    }
    size_t at = (size_t)(cpu / 64);
    if (at >= set->words) {
        size_t words = set->words + at + 1; /* Doubles the capacity, at least. */
        uint64_t *word = realloc(set->word, words * sizeof *word);
        if (word == NULL) {
            return false;
        }
        memset(word + set->words, 0, (words - set->words) * sizeof *word);
        set->word = word;
        set->words = words;
    }
    set->word[at] |= UINT64_C(1) << cpu % 64;
    return true;
}

bool sysinfo__cpu_set_has(const struct sysinfo__cpu_set *set, uint64_t cpu) {
    return cpu / 64 < set->words && (set->word[cpu / 64] >> cpu % 64 & 1);
}

void sysinfo__cpu_set_keep(struct sysinfo__cpu_set *set, const struct sysinfo__cpu_set *other) {
    for (size_t i = 0; i < set->words; i++) {
        set->word[i] &= i < other->words ? other->word[i] : 0;
    }
}

size_t sysinfo__cpu_set_count(const struct sysinfo__cpu_set *set) {
    size_t count = 0;
    for (size_t i = 0; i < set->words; i++) {
        count += (size_t)__builtin_popcountll(set->word[i]);
    }
    return count;
}

void sysinfo__cpu_set_free(struct sysinfo__cpu_set *set) {
    free(set->word);
    set->word = NULL;
    set->words = 0;
}

size_t sysinfo__cpu_set_write(const struct sysinfo__cpu_set *set, char *text, size_t size) {
    size_t length = 0;
    for (uint64_t cpu = 0; cpu < set->words * 64; cpu++) {
        if (!sysinfo__cpu_set_has(set, cpu)) {
            continue;
        }
        uint64_t last = cpu;
        while (sysinfo__cpu_set_has(set, last + 1)) {
            last++;
        }
        char *at = length < size ? text + length : NULL;
        size_t left = length < size ? size - length : 0;
        const char *comma = length > 0 ? "," : "";
        int written = last > cpu
                          ? snprintf(at, left, "%s%llu-%llu", comma, (unsigned long long)cpu, (unsigned long long)last)
                          : snprintf(at, left, "%s%llu", comma, (unsigned long long)cpu);
        length += (size_t)written;
        cpu = last;
    }
    return length;
}

static void clear(struct sysinfo__cpu_set *set) {
    if (set->words > 0) {
        memset(set->word, 0, set->words * sizeof *set->word);
    }
}

/* The length without the line end and anything after it. */
static size_t trimmed(const char *text, size_t length) {
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' ' || text[length - 1] == '\0')) {
        length--;
    }
    return length;
}

/* Scans a CPU number at *at. False: no number, or too large. */
static bool scan_cpu(const char *text, size_t length, size_t *at, uint64_t *cpu) {
    size_t start = *at;
    *cpu = 0;
    while (*at < length && text[*at] >= '0' && text[*at] <= '9' && *cpu < SYSINFO__MOST_CPUS) {
        *cpu = *cpu * 10 + (uint64_t)(text[(*at)++] - '0');
    }
    return *at > start && *cpu < SYSINFO__MOST_CPUS;
}

enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_list(const char *text, size_t length, struct sysinfo__cpu_set *set) {
    clear(set);
    length = trimmed(text, length);
    uint64_t next = 0; /* The kernel lists CPUs in order. Other texts are rejected: they could take forever. */
    for (size_t at = 0; at < length; at++) {
        uint64_t first, last;
        if (!scan_cpu(text, length, &at, &first) || first < next) {
            return SYSINFO__CPU_SET_MALFORMED;
        }
        last = first;
        if (at < length && text[at] == '-') {
            at++;
            if (!scan_cpu(text, length, &at, &last) || last < first) {
                return SYSINFO__CPU_SET_MALFORMED;
            }
        }
        if (at < length && (text[at] != ',' || at + 1 == length)) {
            return SYSINFO__CPU_SET_MALFORMED;
        }
        next = last + 1;
        for (uint64_t cpu = first; cpu <= last; cpu++) {
            if (!sysinfo__cpu_set_add(set, cpu)) {
                return SYSINFO__CPU_SET_NO_MEMORY;
            }
        }
    }
    return SYSINFO__CPU_SET_OK;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Reads from the last digit, CPUs 0 to 3, to the first; a comma separates every 32 CPUs. */
enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_mask(const char *text, size_t length, struct sysinfo__cpu_set *set) {
    clear(set);
    uint64_t cpu = 0;
    for (size_t left = trimmed(text, length); left > 0; left--) {
        char c = text[left - 1];
        if (c == ',') {
            if (cpu % 32 != 0 || left == 1) {
                return SYSINFO__CPU_SET_MALFORMED;
            }
            continue;
        }
        int digit = hex_digit(c);
        if (digit < 0) {
            return SYSINFO__CPU_SET_MALFORMED;
        }
        for (int bit = 0; bit < 4; bit++, cpu++) {
            if ((digit >> bit & 1) && cpu >= SYSINFO__MOST_CPUS) {
                return SYSINFO__CPU_SET_MALFORMED;
            }
            if ((digit >> bit & 1) && !sysinfo__cpu_set_add(set, cpu)) {
                return SYSINFO__CPU_SET_NO_MEMORY;
            }
        }
    }
    return SYSINFO__CPU_SET_OK;
}
