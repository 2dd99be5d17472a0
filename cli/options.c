/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "digits.h"
#include "fail.h"
#include "parse.h"
#include "platform.h"
#include "text.h"

bool options_has(const struct options *options, enum option_id id) {
    return (options->given & OPTION_BIT(id)) != 0;
}

/* ---- One option ---- */

static int needs_value(const struct option *option, const char *word) {
    if (*option->wants == '\0') {
        return usage("%s needs a value", word);
    }
    return usage("%s needs %s, for example %s %s", word, option->wants, word, option->example);
}

/* "json, csv, kv or prom": the only values that an option accepts. */
static void add_words(struct text *text, enum option_id id) {
    const char *words = "";
    for (const struct option *option = NULL; *words == '\0' && (option = option_next(option)) != NULL;) {
        words = option->id == id ? option->words : "";
    }
    for (const char *word = words, *end; *word != '\0'; word = *end == ' ' ? end + 1 : end) {
        end = word + strcspn(word, " ");
        text_addf(text, "%s%.*s", word == words ? "" : *end == '\0' ? " or " : ", ", (int)(end - word), word);
    }
}

static int unknown_word(enum option_id id, const char *what, const char *value) {
    struct text words = TEXT_INIT;
    add_words(&words, id);
    int status = usage("unknown %s '%s'; write %s", what, value, words.bytes);
    text_free(&words);
    return status;
}

static int set_format(struct options *options, const char *word, const char *value) {
    static const struct {
        const char *name;
        enum format format;
    } formats[] = {{"json", FORMAT_JSON}, {"csv", FORMAT_CSV}, {"kv", FORMAT_KV}, {"prom", FORMAT_PROM}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(value, formats[i].name) == 0) {
            if (options->format != FORMAT_TABLE && options->format != formats[i].format) {
                return usage("%s and %s exclude each other", options->word[OPTION_FORMAT], word);
            }
            options->format = formats[i].format;
            return 0;
        }
    }
    return unknown_word(OPTION_FORMAT, "format", value);
}

static int set_unit(struct options *options, const char *word, const char *value) {
    uint64_t bytes = unit_bytes(value);
    if (bytes == 0) {
        return unknown_word(OPTION_UNIT, "unit", value);
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
        return unknown_word(OPTION_TIME, "time", value);
    }
    bool is_unix = strcmp(value, "unix") == 0 || (strcmp(value, "") == 0 && options->time == TIME_UNIX);
    options->time = is_unix ? TIME_UNIX : TIME_ISO;
    options->time_text = value;
    return 0;
}

static int not_cpus(const char *value) {
    return usage("'%s' is not a list of CPUs; write for example --percpu=0,2-4", value);
}

static int set_cpus(struct options *options, const char *value) {
    uint64_t first, last;
    const char *p = value;
    for (bool goes_on = true; goes_on; p += goes_on) {
        if (take_digits(&p, 9, &first) == 0) {
            return not_cpus(value);
        }
        last = first;
        if (*p == '-') {
            p++;
            if (take_digits(&p, 9, &last) == 0) {
                return not_cpus(value);
            }
        }
        goes_on = *p == ',';
        if (last < first || (!goes_on && *p != '\0')) {
            return not_cpus(value);
        }
    }
    options->cpus = value;
    return 0;
}

static int set_pid(struct options *options, const char *value) {
    uint64_t number;
    if (!parse_whole(value, &number) || number == 0 || number > INT32_MAX) {
        return usage("--pid '%s' is not the number of a process, as ps prints them", value);
    }
    options->pid = (int64_t)number;
    options->pid_text = value;
    return 0;
}

static int set_frames(struct options *options, const char *value) {
    if (!parse_whole(value, &options->frames) || options->frames < 1 || options->frames > 32) {
        return usage("--sites '%s' is not a number of frames from 1 to 32", value);
    }
    return 0;
}

static int set_top(struct options *options, const char *value) {
    if (!parse_whole(value, &options->top) || options->top == 0) {
        return usage("--top '%s' is not a number of rows of at least 1", value);
    }
    return 0;
}

static int set_depth(struct options *options, const char *value) {
    if (!parse_whole(value, &options->depth) || options->depth > 100) {
        return usage("--graph '%s' is not a number of steps from 0 to 100", value);
    }
    return 0;
}

static int set_width(struct options *options, const char *value) {
    if (!parse_whole(value, &options->width) || options->width < 40 || options->width > 1000) {
        return usage("--width '%s' is not a number of columns from 40 to 1000", value);
    }
    return 0;
}

/* A file to write: "-" does not name stdout here. */
static int set_file(const char **path, const struct option *option, const char *word, const char *value) {
    if (*value == '\0') {
        return needs_value(option, word);
    }
    if (strcmp(value, "-") == 0) {
        return usage("%s needs a file name; write ./- for a file named '-'", word);
    }
    *path = value;
    return 0;
}

/* NOLINTNEXTLINE(readability-function-size): a case for each option. */
static int set(struct options *options, const struct option *option, const char *word, const char *value) {
    int status = 0;
    enum option_id id = option->id;
    switch (id) {
    case OPTION_INTERVAL:
        options->interval_text = value;
        status = parse_duration("interval", value, &options->interval);
        break;
    case OPTION_COUNT:
        status = parse_count(value, &options->count);
        break;
    case OPTION_JSON:
    case OPTION_FORMAT:
        status = set_format(options, word, value);
        id = options->format == FORMAT_JSON ? OPTION_JSON : OPTION_FORMAT;
        break;
    case OPTION_UNIT:
        status = set_unit(options, word, value);
        break;
    case OPTION_TIME:
        status = set_time(options, value);
        break;
    case OPTION_ROOT:
        if (*value == '\0') {
            return needs_value(option, word);
        }
        options->root = value;
        break;
    case OPTION_OUTPUT:
        status = set_file(&options->output, option, word, value);
        break;
    case OPTION_FOR:
        status = parse_duration("--for", value, &options->hold);
        break;
    case OPTION_TIMEOUT:
        options->timeout_text = value;
        status = parse_duration_or_none("--timeout", value, &options->timeout);
        break;
    case OPTION_RECORD:
        status = set_file(&options->record, option, word, value);
        break;
    case OPTION_PERCPU:
        status = value != option->implied ? set_cpus(options, value) : 0; /* All CPUs, without a list. */
        break;
    case OPTION_EACH:
        status = parse_size("--each", value, &options->each);
        if (status == 0 && options->each == 0) {
            status = usage("--each '%s' must be greater than 0", value);
        }
        break;
    case OPTION_MAX_MEM:
        options->max_mem = value;
        break;
    case OPTION_SITES:
        status = set_frames(options, value);
        break;
    case OPTION_EVERY:
        status = parse_duration("--every", value, &options->every);
        break;
    case OPTION_HEAP_RECORD:
        status = set_file(&options->heap_record, option, word, value);
        break;
    case OPTION_MAX_LEAKS:
        status = parse_size("--max-leaks", value, &options->max_leaks);
        break;
    case OPTION_IGNORE:
        status = set_file(&options->ignore, option, word, value);
        break;
    case OPTION_HOLDERS:
        options->holders = value;
        break;
    case OPTION_GRAPH:
        status = set_depth(options, value);
        break;
    case OPTION_TOP:
        status = set_top(options, value);
        break;
    case OPTION_BUDGET:
        options->budget = value;
        break;
    case OPTION_REPEAT:
        status = parse_count(value, &options->repeat);
        break;
    case OPTION_MAX:
        options->max = value;
        break;
    case OPTION_COST:
        status = parse_percentage("--cost", value, &options->cost);
        break;
    case OPTION_PID:
        status = set_pid(options, value);
        break;
    case OPTION_WIDTH:
        status = set_width(options, value);
        break;
    case OPTION_FROM:
        status = parse_moment("--from", value, &options->from);
        break;
    case OPTION_TO:
        status = parse_moment("--to", value, &options->to);
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
    if (id == OPTION_JSON && options->word[OPTION_FORMAT] == NULL) { /* Messages about formats name either option. */
        options->word[OPTION_FORMAT] = word;
    }
    options->given |= OPTION_BIT(id);
    return status;
}

/* ---- Finding it ---- */

static bool is_word(const char *text, const char *word, size_t length) {
    return strncmp(text, word, length) == 0 && text[length] == '\0';
}

static const struct option *find(const char *word, size_t length) {
    const struct option *option = NULL;
    while ((option = option_next(option)) != NULL && !is_word(option->letter, word, length) &&
           !is_word(option->name, word, length)) {
    }
    return option;
}

static bool needs_argument(const struct option *option) {
    return option->argument[0] != '\0' && option->argument[0] != '[';
}

int option_length(const char *word) {
    const char *equals = strchr(word, '=');
    const struct option *option = word[1] == '-' && equals == NULL ? find(word, strlen(word)) : NULL;
    for (const char *letter = word + 1; word[1] != '-' && *letter != '\0'; letter++) {
        const char name[3] = {'-', *letter, '\0'};
        const struct option *next = find(name, 2);
        if (next != NULL && needs_argument(next)) {
            return letter[1] == '\0' ? 2 : 1;
        }
    }
    return option != NULL && needs_argument(option) ? 2 : 1;
}

static bool takes(const struct command *command, const struct option *option) {
    return ((command->options | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION)) >> option->id & 1) != 0;
}

/* Suggests an option that the command does take. */
static int unknown_option(const struct command *command, const char *word, size_t length) {
    enum { MOST = 64 };
    const char *name = command->name == NULL ? "" : command->name, *space = *name == '\0' ? "" : " ";
    const char *known[MOST];
    size_t count = 0;
    for (const struct option *option = NULL; (option = option_next(option)) != NULL && count < MOST;) {
        bool is_foreign = length == 2 && word[1] != '\0' && strchr(option->foreign, word[1]) != NULL;
        if (is_foreign && (takes(command, option) || strncmp(option->advice, "sysinfo ", 8) == 0)) {
            return usage("unknown option '%.*s'; %s (sysinfo %s%s--help)", (int)length, word, option->advice, name,
                         space);
        }
        if (option->name[0] != '\0' && takes(command, option)) {
            known[count++] = option->name + 2;
        }
    }
    char option[48];
    const char *meant = NULL;
    if (length > 3 && length < sizeof option) {
        memcpy(option, word + 2, length - 2);
        option[length - 2] = '\0';
        meant = closest(option, known, count);
    }
    if (meant != NULL) {
        return usage("unknown option '%.*s'; did you mean '--%s'? (sysinfo %s%s--help)", (int)length, word, meant, name,
                     space);
    }
    return usage("unknown option '%.*s' (sysinfo %s%s--help)", (int)length, word, name, space);
}

/* "--name", "--name=value", "--name value". */
static int parse_long(struct options *options, int argc, char **argv, int *at) {
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct option *option = find(word, length);
    if (option == NULL) {
        return unknown_option(options->command, word, length);
    }
    if (option->argument[0] == '\0' && equals != NULL) {
        return usage("%s takes no value, but '%s' has one", option->name, word);
    }
    const char *value = equals != NULL ? equals + 1 : option->implied;
    if (needs_argument(option) && equals == NULL) {
        if (*at + 1 >= argc) {
            return needs_value(option, option->name);
        }
        value = argv[++*at];
    }
    if (equals != NULL && *value == '\0' && option->words[0] != '\0' && !needs_argument(option)) {
        return unknown_word(option->id, option->name + 2, value);
    }
    bool is_format = option->id == OPTION_FORMAT && needs_argument(option);
    return set(options, option, is_format ? word : option->name, value);
}

/* "-x", "-xy", "-i5", "-i 5". */
static int parse_short(struct options *options, int argc, char **argv, int *at) {
    for (const char *letter = argv[*at] + 1; *letter != '\0'; letter++) {
        const char name[3] = {'-', *letter, '\0'};
        const struct option *option = find(name, 2);
        if (*letter == '=' && letter > argv[*at] + 1) {
            return usage("-%c takes no value, but '%s' has one (sysinfo --help)", letter[-1], argv[*at]);
        }
        if (option == NULL) {
            return unknown_option(options->command, letter == argv[*at] + 1 ? argv[*at] : name, 2);
        }
        if (!needs_argument(option)) {
            int status = set(options, option, option->letter, option->implied);
            if (status != 0) {
                return status;
            }
            continue;
        }
        const char *value = letter[1] != '\0' ? letter + 1 : *at + 1 < argc ? argv[++*at] : NULL;
        if (value == NULL) {
            return needs_value(option, option->letter);
        }
        return set(options, option, option->letter, value);
    }
    return 0;
}

int options_parse(struct options *options, const struct command *command, int argc, char **argv, const char **stray) {
    memset(options, 0, sizeof *options);
    *stray = NULL;
    options->command = command;
    options->operand = calloc((size_t)argc + 1, sizeof *options->operand);
    if (options->operand == NULL) {
        fail_no_memory();
    }
    bool only_operands = false, is_named = false;
    int status = 0;
    for (int at = 1; at < argc && status == 0; at++) {
        const char *word = argv[at];
        if (only_operands || word[0] != '-' || word[1] == '\0' || looks_like_number(word)) {
            if (is_named) {
                options->operand[options->operands++] = word;
                only_operands = only_operands || command->runs_program; /* The rest belongs to the program. */
            } else if (command->name == NULL && looks_like_number(word)) {
                options->operand[options->operands++] = word;
            } else if (command->name == NULL || strcmp(word, command->name) != 0) {
                *stray = word;
                return 0;
            } else {
                is_named = true;
            }
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

/* ---- Options that exclude each other ---- */

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
        {OPTION_JSON, OPTION_UNIT},           {OPTION_JSON, OPTION_HUMAN},       {OPTION_FORMAT, OPTION_UNIT},
        {OPTION_FORMAT, OPTION_HUMAN},        {OPTION_RATE, OPTION_SINCE_BOOT},  {OPTION_FREQ, OPTION_TIMES},
        {OPTION_FREQ, OPTION_SINCE_BOOT},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int status = exclusive(options, pairs[i][0], pairs[i][1]);
        if (status != 0) {
            return status;
        }
    }
    if (options->format != FORMAT_TABLE && options->format != FORMAT_CSV && options_has(options, OPTION_NO_HEADER)) {
        return usage("%s has no header; --no-header is for tables and --csv", options->word[OPTION_FORMAT]);
    }
    if ((options->format == FORMAT_JSON || options->format == FORMAT_CSV) && options->time == TIME_UNIX) {
        return usage("%s always prints ISO times; --time=unix is for tables and --kv", options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_KV && options->time == TIME_ISO && strcmp(options->time_text, "iso") == 0) {
        return usage("%s prints times in seconds since 1970; write -t or --time=unix", options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_PROM && options_has(options, OPTION_RATE)) {
        return usage("%s exports counters; Prometheus computes rates itself", options->word[OPTION_FORMAT]);
    }
    if (options->format == FORMAT_PROM && options_has(options, OPTION_TIME)) {
        return usage("%s prints no time; Prometheus adds it", options->word[OPTION_FORMAT]);
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
    if (options->format == FORMAT_PROM && options->output == NULL && (options->interval > 0 || options->count > 0)) {
        return usage("%s with an interval rewrites a file; name it with -o FILE", options->word[OPTION_FORMAT]);
    }
    return needs_tick ? options_check_tick(options) : 0;
}
