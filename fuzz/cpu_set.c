/* SPDX-License-Identifier: MIT */
/* Sets of CPUs, as a list and as a mask: writing a set in either form and reading it again gives the same set. */
#include "text.h"

static void must_be_equal(const struct sysinfo__cpu_set *a, const struct sysinfo__cpu_set *b) {
    size_t words = a->words > b->words ? a->words : b->words;
    for (size_t i = 0; i < words; i++) {
        MUST((i < a->words ? a->word[i] : 0) == (i < b->words ? b->word[i] : 0));
    }
    MUST(sysinfo__cpu_set_count(a) == sysinfo__cpu_set_count(b));
}

static void must_count(const struct sysinfo__cpu_set *set) {
    size_t count = 0;
    for (uint64_t cpu = 0; cpu < set->words * 64; cpu++) {
        MUST(!sysinfo__cpu_set_has(set, cpu) || cpu < SYSINFO__MOST_CPUS);
        count += sysinfo__cpu_set_has(set, cpu);
    }
    MUST(count == sysinfo__cpu_set_count(set));
}

/* "0-3,8" */
static char *as_list(const struct sysinfo__cpu_set *set, size_t *length) {
    size_t capacity = sysinfo__cpu_set_count(set) * 16 + SYSINFO__TEXT_PADDING;
    char *text = memory(capacity);
    memset(text, 0, capacity);
    *length = 0;
    for (uint64_t cpu = 0; cpu < set->words * 64; cpu++) {
        if (!sysinfo__cpu_set_has(set, cpu)) {
            continue;
        }
        uint64_t last = cpu;
        while (sysinfo__cpu_set_has(set, last + 1)) {
            last++;
        }
        *length += (size_t)sprintf(text + *length, last > cpu ? "%s%u-%u" : "%s%u", *length > 0 ? "," : "",
                                   (unsigned)cpu, (unsigned)last);
        cpu = last;
    }
    return text;
}

/* "00000000,0000010f" */
static char *as_mask(const struct sysinfo__cpu_set *set, size_t *length) {
    size_t capacity = set->words * 18 + SYSINFO__TEXT_PADDING;
    char *text = memory(capacity);
    memset(text, 0, capacity);
    *length = 0;
    for (size_t i = set->words; i-- > 0;) {
        unsigned high = (unsigned)(set->word[i] >> 32), low = (unsigned)(set->word[i] & 0xffffffff);
        *length += (size_t)sprintf(text + *length, "%s%08x,%08x", *length > 0 ? "," : "", high, low);
    }
    return text;
}

typedef enum sysinfo__cpu_set_outcome decoder(const char *text, size_t length, struct sysinfo__cpu_set *set);

static void check(decoder *decode, const char *text, size_t length, struct sysinfo__cpu_set *used_before) {
    struct sysinfo__cpu_set set = {NULL, 0}, again = {NULL, 0};
    enum sysinfo__cpu_set_outcome outcome = decode(text, length, &set);
    MUST(outcome != SYSINFO__CPU_SET_NO_MEMORY);
    MUST(decode(text, length, used_before) == outcome);
    must_count(&set);
    if (outcome == SYSINFO__CPU_SET_OK) {
        must_be_equal(&set, used_before);
        size_t written;
        char *list = as_list(&set, &written);
        MUST(sysinfo__decode_cpu_list(list, written, &again) == SYSINFO__CPU_SET_OK);
        must_be_equal(&set, &again);
        free(list);
        char *mask = as_mask(&set, &written);
        MUST(sysinfo__decode_cpu_mask(mask, written, &again) == SYSINFO__CPU_SET_OK);
        must_be_equal(&set, &again);
        free(mask);
    }
    sysinfo__cpu_set_free(&set);
    sysinfo__cpu_set_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    struct sysinfo__cpu_set used_before = {NULL, 0};
    check(sysinfo__decode_cpu_list, text, size, &used_before);
    check(sysinfo__decode_cpu_mask, text, size, &used_before);
    sysinfo__cpu_set_free(&used_before);
    free(text);
    return 0;
}
