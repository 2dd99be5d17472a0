/* SPDX-License-Identifier: MIT */
/*
 * The command's output for a machine whose files are the input, after a byte that selects the command line: each format
 * is valid for its readers.
 */
#include "root.h"

#include "command.h"
#include "json.h"

#include "../cli/command.h"

enum { MOST_WORDS = 10 };

static size_t count_of(const char *line, const char *end, char c) {
    size_t count = 0;
    for (; line < end; line++) {
        count += *line == c;
    }
    return count;
}

/* Digits with an optional dot, or nothing. */
static const char *plain_number(const char *p) {
    p += *p == '-';
    p += strspn(p, "0123456789");
    if (*p == '.') {
        p++;
        p += strspn(p, "0123456789");
    }
    return p;
}

/* Safe for eval: ([a-z0-9_]+=[-0-9.]* ?)+ */
static void must_be_kv(const char *p) {
    while (*p != '\0') {
        size_t name = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
        MUST(name > 0 && p[name] == '=');
        p = plain_number(p + name + 1);
        MUST(*p == ' ' || *p == '\n');
        p++;
    }
}

static void must_be_csv(const char *text) {
    const char *first_end = strchr(text, '\n');
    MUST(first_end != NULL && strncmp(text, "time,", 5) == 0);
    size_t commas = count_of(text, first_end, ',');
    for (const char *line = first_end + 1, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        MUST(end != NULL && count_of(line, end, ',') == commas);
        const char *p = strchr(line, ',');
        MUST(p != NULL);
        while (p < end) {
            p = plain_number(p + 1);
            MUST(*p == ',' || p == end);
        }
    }
}

/* NAME{LABEL="VALUE",...} NUMBER, after HELP and TYPE. */
static void must_be_prometheus(const char *p) {
    while (*p != '\0') {
        if (*p == '#') {
            MUST(strncmp(p, "# HELP sysinfo_", 15) == 0 || strncmp(p, "# TYPE sysinfo_", 15) == 0);
            p = strchr(p, '\n');
            MUST(p != NULL);
        } else {
            MUST(strncmp(p, "sysinfo_", 8) == 0);
            p += strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
            if (*p == '{') {
                p += strcspn(p, "}\n");
                MUST(*p == '}');
                p++;
            }
            MUST(*p == ' ');
            const char *behind = plain_number(p + 1);
            MUST(behind > p + 1);
            p = behind;
        }
        MUST(*p == '\n');
        p++;
    }
}

static void must_be_a_table(const char *text) {
    for (; *text != '\0'; text++) {
        text = *text == '\n' ? text : utf8_next(text) - 1;
    }
}

static void print(const char *const *question, enum format format) {
    static const char *const formats[] = {"--no-header", "--json", "--csv", "--kv", "--prom"};
    char copies[MOST_WORDS][80], *words[MOST_WORDS + 1] = {NULL};
    int count = 0;
    const char *const common[] = {"sysinfo", "--root", root_path, formats[format]};
    for (size_t i = 0; i < (format == FORMAT_TABLE ? 3 : 4); i++, count++) {
        snprintf(copies[count], sizeof copies[count], "%s", common[i]);
    }
    for (; *question != NULL; question++, count++) {
        snprintf(copies[count], sizeof copies[count], "%s", *question);
    }
    for (int i = 0; i < count; i++) {
        words[i] = copies[i];
    }
    struct options options;
    command_begin();
    int status = command_parse(&options, count, words);
    MUST(status == 0);
    status = command_run(&options);
    MUST(status == EXIT_DONE || status == EXIT_TROUBLE || (status == EXIT_USAGE && format == FORMAT_PROM));
    command_must_explain(status);
    MUST(status == 0 || command_written[1].length == 0);
    if (status == 0) {
        static void (*const readers[])(const char *text) = {must_be_a_table, must_be_json_lines, must_be_csv,
                                                            must_be_kv, must_be_prometheus};
        readers[format](command_written[1].bytes);
    }
    free(options.operand);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const questions[][6] = {
        {"mem"},
        {"swap"},
        {"load"},
        {"stats"},
        {"cgroup"},
        {"pressure"},
        {"cpu", "--times", "--percpu"},
        {"cpu", "--since-boot", "--percpu"},
        {"cpu", "--since-boot"},
        {"get", "mem.usable", "swap.usable", "cpu.usable"},
        {"get", "cpu.quota", "mem.limit", "cpu.cores", "cgroup.current"},
        {"cpu", "--times", "--pernode"},
    };
    if (size == 0) {
        return 0;
    }
    char *text = text_of(data + 1, size - 1);
    root_fill(text, size - 1);
    free(text);
    size_t count = sizeof questions / sizeof questions[0];
    print(questions[data[0] % count], (enum format)(data[0] / count % 5));
    return 0;
}
