/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "fail.h"
#include "parse.h"
#include "platform.h"

/* Every spelling of every option. */
static const struct spelling {
    const char *text;
    enum option_id id;
    enum { NO_VALUE, OPTIONAL_VALUE, VALUE } value;
    const char *implied; /* What a spelling without a value stands for. */
} spellings[] = {
    {"-i", OPTION_INTERVAL, VALUE, NULL},
    {"--interval", OPTION_INTERVAL, VALUE, NULL},
    {"-c", OPTION_COUNT, VALUE, NULL},
    {"--count", OPTION_COUNT, VALUE, NULL},
    {"--percpu", OPTION_PERCPU, NO_VALUE, NULL},
    {"--pernode", OPTION_PERNODE, NO_VALUE, NULL},
    {"--bykind", OPTION_BYKIND, NO_VALUE, NULL},
    {"--times", OPTION_TIMES, NO_VALUE, NULL},
    {"--since-boot", OPTION_SINCE_BOOT, NO_VALUE, NULL},
    {"-j", OPTION_FORMAT, NO_VALUE, "json"},
    {"--json", OPTION_FORMAT, NO_VALUE, "json"},
    {"--csv", OPTION_FORMAT, NO_VALUE, "csv"},
    {"--kv", OPTION_FORMAT, NO_VALUE, "kv"},
    {"--prom", OPTION_FORMAT, NO_VALUE, "prom"},
    {"--format", OPTION_FORMAT, VALUE, NULL},
    {"-b", OPTION_UNIT, NO_VALUE, "B"},
    {"-k", OPTION_UNIT, NO_VALUE, "KiB"},
    {"-m", OPTION_UNIT, NO_VALUE, "MiB"},
    {"-g", OPTION_UNIT, NO_VALUE, "GiB"},
    {"--unit", OPTION_UNIT, VALUE, NULL},
    {"-H", OPTION_HUMAN, NO_VALUE, NULL},
    {"--human", OPTION_HUMAN, NO_VALUE, NULL},
    {"-t", OPTION_TIME, NO_VALUE, ""},
    {"--time", OPTION_TIME, OPTIONAL_VALUE, ""},
    {"--root", OPTION_ROOT, VALUE, NULL},
    {"--no-header", OPTION_NO_HEADER, NO_VALUE, NULL},
    {"-o", OPTION_OUTPUT, VALUE, NULL},
    {"--output", OPTION_OUTPUT, VALUE, NULL},
    {"--any", OPTION_ANY, NO_VALUE, NULL},
    {"--for", OPTION_FOR, VALUE, NULL},
    {"--timeout", OPTION_TIMEOUT, VALUE, NULL},
    {"--record", OPTION_RECORD, VALUE, NULL},
    {"--pss", OPTION_PSS, NO_VALUE, NULL},
    {"--per-process", OPTION_PER_PROCESS, NO_VALUE, NULL},
    {"--max-mem", OPTION_MAX_MEM, VALUE, NULL},
    {"--heap", OPTION_HEAP, NO_VALUE, NULL},
    {"--pid", OPTION_PID, VALUE, NULL},
    {"--svg", OPTION_SVG, NO_VALUE, NULL},
    {"--ascii", OPTION_ASCII, NO_VALUE, NULL},
    {"--width", OPTION_WIDTH, VALUE, NULL},
    {"--from", OPTION_FROM, VALUE, NULL},
    {"--to", OPTION_TO, VALUE, NULL},
    {"--column", OPTION_COLUMN, VALUE, NULL},
    {"--title", OPTION_TITLE, VALUE, NULL},
    {"-v", OPTION_VERBOSE, NO_VALUE, NULL},
    {"--verbose", OPTION_VERBOSE, NO_VALUE, NULL},
    {"-h", OPTION_HELP, NO_VALUE, NULL},
    {"--help", OPTION_HELP, NO_VALUE, NULL},
    {"-V", OPTION_VERSION, NO_VALUE, NULL},
    {"--version", OPTION_VERSION, NO_VALUE, NULL},
};
enum { SPELLINGS = sizeof spellings / sizeof spellings[0] };

bool options_has(const struct options *options, enum option_id id) {
    return (options->given & OPTION_BIT(id)) != 0;
}

/* ---- One option ---- */

static int needs_value(enum option_id id, const char *word) {
    static const struct {
        enum option_id id;
        const char *what, *example;
    } values[] = {
        {OPTION_INTERVAL, "an interval", "2s"},
        {OPTION_COUNT, "a count", "10"},
        {OPTION_FORMAT, "a format", "json"},
        {OPTION_UNIT, "a unit", "MiB"},
        {OPTION_ROOT, "a folder", "/host"},
        {OPTION_OUTPUT, "a file", "mem.csv"},
        {OPTION_FOR, "a duration", "30s"},
        {OPTION_TIMEOUT, "a duration", "5m"},
        {OPTION_RECORD, "a file", "run.csv"},
        {OPTION_MAX_MEM, "a size", "2G"},
        {OPTION_PID, "a process number", "4711"},
        {OPTION_WIDTH, "a number of columns", "120"},
        {OPTION_FROM, "a duration", "10s"},
        {OPTION_TO, "a duration", "1m"},
        {OPTION_COLUMN, "a column's name", "pss_bytes"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i].id == id) {
            return usage("%s needs %s, for example %s %s", word, values[i].what, word, values[i].example);
        }
    }
    return usage("%s needs a value", word);
}

static int set_format(struct options *options, const char *word, const char *value) {
    static const struct {
        const char *name;
        enum format format;
    } formats[] = {{"json", FORMAT_JSON}, {"csv", FORMAT_CSV}, {"kv", FORMAT_KV}, {"prom", FORMAT_PROM}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(value, formats[i].name) == 0) {
            if (options_has(options, OPTION_FORMAT) && options->format != formats[i].format) {
                return usage("%s and %s exclude each other", options->word[OPTION_FORMAT], word);
            }
            options->format = formats[i].format;
            return 0;
        }
    }
    return usage("unknown format '%s'; write json, csv, kv or prom", value);
}

static int set_unit(struct options *options, const char *word, const char *value) {
    uint64_t bytes = unit_bytes(value);
    if (bytes == 0) {
        return usage("unknown unit '%s'; write B, KiB, MiB, GiB, TiB, kB, MB, GB or TB", value);
    }
    if (options_has(options, OPTION_UNIT) && options->unit_bytes != bytes) {
        return usage("%s and %s exclude each other", options->word[OPTION_UNIT], word);
    }
    options->unit = value;
    options->unit_bytes = bytes;
    return 0;
}

static int set_time(struct options *options, const char *value) {
    if (strcmp(value, "") != 0 && strcmp(value, "iso") != 0 && strcmp(value, "unix") != 0) {
        return usage("unknown time '%s'; write iso or unix", value);
    }
    bool is_unix = strcmp(value, "unix") == 0 || (strcmp(value, "") == 0 && options->time == TIME_UNIX);
    options->time = is_unix ? TIME_UNIX : TIME_ISO;
    options->time_text = value;
    return 0;
}

static int set_pid(struct options *options, const char *value) {
    uint64_t number;
    if (!parse_whole(value, &number) || number == 0 || number > INT32_MAX) {
        return usage("--pid '%s' is no process number", value);
    }
    options->pid = (int64_t)number;
    options->pid_text = value;
    return 0;
}

static int set_width(struct options *options, const char *value) {
    if (!parse_whole(value, &options->width) || options->width < 40 || options->width > 1000) {
        return usage("--width '%s' is not a number of columns from 40 to 1000", value);
    }
    return 0;
}

static int set(struct options *options, enum option_id id, const char *word, const char *value) {
    int status = 0;
    switch (id) {
    case OPTION_INTERVAL:
        options->interval_text = value;
        status = parse_duration("interval", value, &options->interval);
        break;
    case OPTION_COUNT:
        status = parse_count(value, &options->count);
        break;
    case OPTION_FORMAT:
        status = set_format(options, word, value);
        break;
    case OPTION_UNIT:
        status = set_unit(options, word, value);
        break;
    case OPTION_TIME:
        status = set_time(options, value);
        break;
    case OPTION_ROOT:
        if (*value == '\0') {
            return needs_value(id, word);
        }
        options->root = value;
        break;
    case OPTION_OUTPUT:
        if (*value == '\0') {
            return needs_value(id, word);
        }
        if (strcmp(value, "-") == 0) {
            return usage("%s needs a file, and '-' is none; write ./- for one of that name", word);
        }
        options->output = value;
        break;
    case OPTION_FOR:
        status = parse_duration("--for", value, &options->hold);
        break;
    case OPTION_TIMEOUT:
        options->timeout_text = value;
        status = parse_duration_or_none("--timeout", value, &options->timeout);
        break;
    case OPTION_RECORD:
        options->record = value;
        if (strcmp(value, "-") == 0) {
            return usage("%s needs a file, and '-' is none; write ./- for one of that name", word);
        }
        status = *value != '\0' ? 0 : needs_value(id, word);
        break;
    case OPTION_MAX_MEM:
        options->max_mem = value;
        break;
    case OPTION_PID:
        status = set_pid(options, value);
        break;
    case OPTION_WIDTH:
        status = set_width(options, value);
        break;
    case OPTION_FROM:
        status = parse_duration_or_none("--from", value, &options->from);
        break;
    case OPTION_TO:
        status = parse_duration("--to", value, &options->to);
        break;
    case OPTION_COLUMN:
        options->column = value;
        break;
    case OPTION_TITLE:
        options->title = value;
        break;
    default:
        break;
    }
    if (!options_has(options, id)) {
        options->word[id] = word;
    }
    options->given |= OPTION_BIT(id);
    return status;
}

/* ---- Finding it ---- */

static const struct spelling *find(const char *word, size_t length) {
    for (int i = 0; i < SPELLINGS; i++) {
        if (strncmp(spellings[i].text, word, length) == 0 && spellings[i].text[length] == '\0') {
            return &spellings[i];
        }
    }
    return NULL;
}

/* Suggests an option that the command takes. */
static int unknown_option(const struct options *options, const char *word, size_t length) {
    const char *name = options->named == NULL ? "" : options->named;
    uint64_t taken = commands_options(options->named) | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION);
    const char *space = *name == '\0' ? "" : " ";
    static const struct {
        char letter;
        const char *advice;
    } elsewhere[] = {{'s', "the interval is -i"}, {'d', "the interval is -i"}, {'n', "the count is -c"}};
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        if (length == 2 && word[1] == elsewhere[i].letter) {
            return usage("unknown option '%.*s'; %s (sysinfo %s%s--help)", (int)length, word, elsewhere[i].advice, name,
                         space);
        }
    }
    const char *known[SPELLINGS];
    size_t count = 0;
    for (int i = 0; i < SPELLINGS; i++) {
        if (spellings[i].text[1] == '-' && (taken & OPTION_BIT(spellings[i].id)) != 0) {
            known[count++] = spellings[i].text;
        }
    }
    char option[48];
    const char *meant = NULL;
    if (length > 3 && length < sizeof option) {
        memcpy(option, word, length);
        option[length] = '\0';
        meant = closest(option, known, count);
    }
    if (meant != NULL) {
        return usage("unknown option '%.*s'; did you mean '%s'? (sysinfo %s%s--help)", (int)length, word, meant, name,
                     space);
    }
    return usage("unknown option '%.*s' (sysinfo %s%s--help)", (int)length, word, name, space);
}

/* "--name", "--name=value", "--name value". */
static int parse_long(struct options *options, int argc, char **argv, int *at) {
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct spelling *spelling = find(word, length);
    if (spelling == NULL) {
        return unknown_option(options, word, length);
    }
    if (spelling->value == NO_VALUE && equals != NULL) {
        return usage("%s takes no value, and '%s' has one", spelling->text, word);
    }
    const char *value = equals != NULL ? equals + 1 : spelling->implied;
    if (spelling->value == VALUE && equals == NULL) {
        if (*at + 1 >= argc) {
            return needs_value(spelling->id, spelling->text);
        }
        value = argv[++*at];
    }
    if (spelling->value == OPTIONAL_VALUE && equals != NULL && *value == '\0') {
        return usage("unknown time ''; write iso or unix");
    }
    bool is_format = spelling->id == OPTION_FORMAT && spelling->value == VALUE;
    return set(options, spelling->id, is_format ? word : spelling->text, value);
}

/* "-x", "-xy", "-i5", "-i 5". */
static int parse_short(struct options *options, int argc, char **argv, int *at) {
    for (const char *letter = argv[*at] + 1; *letter != '\0'; letter++) {
        const char name[3] = {'-', *letter, '\0'};
        const struct spelling *spelling = find(name, 2);
        if (*letter == '=' && letter > argv[*at] + 1) {
            return usage("-%c takes no value, and '%s' has one (sysinfo --help)", letter[-1], argv[*at]);
        }
        if (spelling == NULL) {
            return unknown_option(options, letter == argv[*at] + 1 ? argv[*at] : name, 2);
        }
        if (spelling->value != VALUE) {
            int status = set(options, spelling->id, spelling->text, spelling->implied);
            if (status != 0) {
                return status;
            }
            continue;
        }
        const char *value = letter[1] != '\0' ? letter + 1 : *at + 1 < argc ? argv[++*at] : NULL;
        if (value == NULL) {
            return needs_value(spelling->id, spelling->text);
        }
        return set(options, spelling->id, spelling->text, value);
    }
    return 0;
}

static int take_word(struct options *options, const char *word) {
    if (options->command != NULL) {
        options->operand[options->operands++] = word;
        return 0;
    }
    int status = commands_check_name(word);
    if (status == 0) {
        options->command = word;
        fail_set_command(word);
    }
    return status;
}

/* The command is named first in messages, also in those on options that stand before it. */
static const char *name_command(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' && commands_has_name(argv[i])) {
            fail_set_command(argv[i]);
            return argv[i];
        }
    }
    return NULL;
}

int options_parse(struct options *options, int argc, char **argv) {
    memset(options, 0, sizeof *options);
    options->named = name_command(argc, argv); /* Before anything fails: it says with which status. */
    options->operand = calloc((size_t)argc + 1, sizeof *options->operand);
    if (options->operand == NULL) {
        fail_no_memory();
    }
    bool only_operands = false;
    int status = 0;
    for (int at = 1; at < argc && status == 0; at++) {
        const char *word = argv[at];
        if (only_operands || word[0] != '-' || word[1] == '\0' || looks_like_number(word)) {
            status = take_word(options, word);
            only_operands = only_operands || (options->operands > 0 && strcmp(options->command, "run") ==
                                                                           0); /* What follows is the command's. */
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (word[1] == '-') {
            status = parse_long(options, argc, argv, &at);
        } else {
            status = parse_short(options, argc, argv, &at);
        }
    }
    return status;
}

/* ---- What excludes each other ---- */

int options_refuse_others(const struct options *options, uint64_t taken) {
    for (int id = 0; id < OPTION_HELP; id++) {
        if (!((options->given & ~taken) >> id & 1)) {
            continue;
        }
        const char *word = options->word[id];
        if (id == OPTION_PERCPU || id == OPTION_PERNODE || id == OPTION_BYKIND || id == OPTION_TIMES ||
            id == OPTION_SINCE_BOOT) {
            return usage("%s is for sysinfo cpu", word);
        }
        if (id == OPTION_ANY || id == OPTION_FOR || id == OPTION_TIMEOUT || id == OPTION_VERBOSE) {
            return usage("%s is for sysinfo wait and check%s", word,
                         id == OPTION_VERBOSE && options->command == NULL ? "; the version is -V" : "");
        }
        if (id >= OPTION_RECORD && id <= OPTION_PID) {
            return usage("%s is for sysinfo run", word);
        }
        if (id >= OPTION_SVG && id <= OPTION_TITLE) {
            return usage("%s is for sysinfo plot", word);
        }
        return usage("%s does not apply here (sysinfo %s%s--help)", word,
                     options->command == NULL ? "" : options->command, options->command == NULL ? "" : " ");
    }
    return 0;
}

static int exclusive(const struct options *options, enum option_id a, enum option_id b) {
    if (options_has(options, a) && options_has(options, b)) {
        return usage("%s and %s exclude each other", options->word[a], options->word[b]);
    }
    return 0;
}

int options_check(const struct options *options) {
    static const enum option_id pairs[][2] = {
        {OPTION_PERCPU, OPTION_PERNODE},      {OPTION_PERNODE, OPTION_BYKIND},   {OPTION_TIMES, OPTION_SINCE_BOOT},
        {OPTION_SINCE_BOOT, OPTION_INTERVAL}, {OPTION_SINCE_BOOT, OPTION_COUNT}, {OPTION_UNIT, OPTION_HUMAN},
        {OPTION_FORMAT, OPTION_UNIT},         {OPTION_FORMAT, OPTION_HUMAN},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int status = exclusive(options, pairs[i][0], pairs[i][1]);
        if (status != 0) {
            return status;
        }
    }
    if (options->format != FORMAT_TABLE && options->format != FORMAT_CSV && options_has(options, OPTION_NO_HEADER)) {
        return usage("%s has no header: --no-header is for tables and --csv", options->word[OPTION_FORMAT]);
    }
    if ((options->format == FORMAT_JSON || options->format == FORMAT_CSV) && options->time == TIME_UNIX) {
        return usage("%s always has its time in ISO form: --time=unix is for tables and --kv",
                     options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_KV && options->time == TIME_ISO && strcmp(options->time_text, "iso") == 0) {
        return usage("%s has its time in seconds since 1970: write -t or --time=unix", options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_PROM && options_has(options, OPTION_TIME)) {
        return usage("%s has no time: Prometheus adds it", options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_PROM && (options->given & (OPTION_BIT(OPTION_INTERVAL) | OPTION_BIT(OPTION_COUNT)))) {
        return usage("%s is one sample: it and an interval exclude each other", options->word[OPTION_FORMAT]);
    }
    return 0;
}

int options_check_tick(const struct options *options) {
    if (options->interval > 0 && options->interval < platform_cpu_tick()) {
        return usage("interval '%s' is shorter than the kernel's %g ms CPU clock tick", options->interval_text,
                     platform_cpu_tick() * 1000);
    }
    return 0;
}

int options_take_schedule(struct options *options, size_t first, bool needs_tick) {
    const char *word = NULL;
    if (options->operands > first) {
        word = options->operand[first];
        if (options_has(options, OPTION_INTERVAL)) {
            return usage("the interval is given twice: '%s' and %s", word, options->word[OPTION_INTERVAL]);
        }
        options->interval_text = word;
        int status = parse_duration("interval", word, &options->interval);
        if (status != 0) {
            return status;
        }
    }
    if (options->operands > first + 1) {
        if (options_has(options, OPTION_COUNT)) {
            return usage("the count is given twice: '%s' and %s", options->operand[first + 1],
                         options->word[OPTION_COUNT]);
        }
        int status = parse_count(options->operand[first + 1], &options->count);
        if (status != 0) {
            return status;
        }
    }
    if (options->operands > first + 2) {
        return usage("unexpected '%s' after interval and count", options->operand[first + 2]);
    }
    if (word != NULL && options_has(options, OPTION_SINCE_BOOT)) {
        return usage("--since-boot and an interval exclude each other");
    }
    if (word != NULL && options->format == FORMAT_PROM) {
        return usage("%s is one sample: it and an interval exclude each other", options->word[OPTION_FORMAT]);
    }
    return needs_tick ? options_check_tick(options) : 0;
}
