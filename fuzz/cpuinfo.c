/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo of any processor, and a cpufreq file. */
#include "text.h"

/* The key and the value of a line, as copies without surrounding blanks. */
struct slow_line {
    char *key, *value;
};

static char *slow_trimmed(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (from < to && (to[-1] == ' ' || to[-1] == '\t')) {
        to--;
    }
    char *copy = memory((size_t)(to - from) + 1);
    memcpy(copy, from, (size_t)(to - from));
    copy[to - from] = '\0';
    return copy;
}

static struct slow_line slow_split(const char *line, const char *end) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    stop = stop == NULL ? end : stop;
    const char *colon = memchr(line, ':', (size_t)(stop - line));
    return (struct slow_line){slow_trimmed(line, colon == NULL ? stop : colon),
                              slow_trimmed(colon == NULL ? stop : colon + 1, stop)};
}

/* The frequency of a line in MHz, as hertz; 0: none. */
static double slow_hertz(const char *value) {
    char *behind;
    if (value[0] < '0' || value[0] > '9' || value[strspn(value, "0123456789. \tMHz")] != '\0') {
        return 0;
    }
    double hertz = strtod(value, &behind) * 1e6; /* This program sets no locale. */
    behind += strspn(behind, " \t");
    return (*behind == '\0' || strcmp(behind, "MHz") == 0) && hertz <= 1.001e12 ? hertz : 0;
}

/* Whether a line of the text contains this value. */
static bool is_reported(const char *text, const char *end, const struct sysinfo_cpu_frequency *row) {
    for (const char *line = text; line < end; line = slow_next_line(line, end)) {
        struct slow_line parts = slow_split(line, end);
        double hertz = slow_hertz(parts.value);
        bool is_same = hertz > 0 && hertz > (double)row->current - 2 && hertz < (double)row->current + 2;
        bool is_clock = strncmp(parts.key, "Cpu", 3) == 0 && strtoull(parts.value, NULL, 16) == row->current;
        free(parts.key);
        free(parts.value);
        if (is_same || is_clock) {
            return true;
        }
    }
    return false;
}

static void must_be_a_frequency(const struct sysinfo_cpu_frequency *frequency) {
    const uint64_t most = UINT64_C(1000001000000),
                   figure[] = {frequency->current, frequency->min, frequency->max, frequency->base};
    must_be_a_result(frequency, sizeof *frequency);
    for (size_t i = 0; i < sizeof figure / sizeof figure[0]; i++) {
        MUST(figure[i] <= most);
    }
    MUST(!SYSINFO_HAS(frequency, current) || frequency->current > 0);
    MUST(!SYSINFO_HAS(frequency, base) || frequency->base > 0);
    MUST(!SYSINFO_HAS(frequency, min) && !SYSINFO_HAS(frequency, max) && frequency->estimated == 0);
}

static void try_frequencies(const char *text, size_t length) {
    struct sysinfo__cpu_rows rows = {.count = 0};
    MUST(sysinfo__decode_cpuinfo_frequencies(text, length, &rows));
    size_t lines = 1;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    MUST(rows.count <= lines);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sysinfo_cpu_frequency *row = &rows.row[i].frequency;
        must_be_a_frequency(row);
        MUST(SYSINFO_HAS(row, cpu) && row->cpu < SYSINFO__MOST_CPUS);
        MUST(i >= 64 || !SYSINFO_HAS(row, current) || is_reported(text, text + length, row));
    }
    must_be_a_frequency(&rows.all.frequency);
    free(rows.row);
}

static void must_be_tidy(const char *text, size_t size, bool is_known) {
    size_t length = strnlen(text, size);
    MUST(length < size && is_known == (length > 0));
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        MUST(i < length ? byte >= ' ' && byte != 127 : byte == 0);
        MUST(i + 1 >= length || byte != ' ' || (i > 0 && text[i + 1] != ' '));
    }
    MUST(length == 0 || text[length - 1] != ' ');
}

static void try_description(const char *text, size_t length) {
    struct sysinfo_cpu_description description;
    memset(&description, 0, sizeof description);
    sysinfo__decode_cpuinfo_description(text, length, &description);
    must_be_tidy(description.vendor, sizeof description.vendor, SYSINFO_HAS(&description, vendor));
    must_be_tidy(description.model, sizeof description.model, SYSINFO_HAS(&description, model));
    MUST(!SYSINFO_HAS(&description, architecture) && !SYSINFO_HAS(&description, packages));
}

static void try_counts(const char *text, size_t length) {
    uint64_t processors, cores;
    struct sysinfo__cpu_set packages = {NULL, 0};
    bool is_known = sysinfo__decode_cpuinfo(text, length, &processors, &cores);
    MUST(cores <= processors && processors <= length && (!is_known || cores > 0));
    MUST(sysinfo__decode_cpuinfo_packages(text, length, &packages));
    MUST(!is_known || processors > cores || sysinfo__cpu_set_count(&packages) <= cores);
    sysinfo__cpu_set_free(&packages);
}

static void try_file(const char *text, size_t length) {
    uint64_t hertz = 0;
    if (sysinfo__decode_frequency(text, length, 1000, &hertz)) {
        struct slow_line parts = slow_split(text, text + length);
        MUST(hertz > 0 && hertz <= UINT64_C(1000000000000) && hertz % 1000 == 0);
        MUST(strtoull(parts.key, NULL, 10) * 1000 == hertz);
        free(parts.key);
        free(parts.value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    try_frequencies(text, size);
    try_description(text, size);
    try_counts(text, size);
    try_file(text, size);
    free(text);
    return 0;
}
