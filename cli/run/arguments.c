/* SPDX-License-Identifier: MIT */
#include "run/arguments.h"

#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "parse.h"
#include "platform.h"

/* The base of a percentage: the limit that the kernel would enforce, or the machine's memory. 0: unknown. */
static uint64_t whole_memory(bool *is_limit) {
    struct sysinfo_memory memory;
    struct sysinfo_allowance allowance;
    bool has_total = sysinfo_virtual_memory(NULL, &memory, sizeof memory) == SYSINFO_OK && SYSINFO_HAS(&memory, total);
    uint64_t total = has_total ? memory.total : 0;
    *is_limit = sysinfo_usable_memory(NULL, &allowance, sizeof allowance) == SYSINFO_OK &&
                SYSINFO_HAS(&allowance, limit) && allowance.limit != SYSINFO_UNLIMITED &&
                (total == 0 || allowance.limit < total);
    return *is_limit ? allowance.limit : total;
}

static int parse_limit(struct limits *limits, const char *option, const char *word, uint64_t *bytes) {
    double percent;
    const char *unit;
    if (!scan_number(word, &percent, &unit) || strcmp(unit, "%") != 0) {
        int status = parse_size(option, word, bytes);
        return status != 0 || *bytes > 0 ? status : usage("%s '%s' must be greater than 0", option, word);
    }
    limits->whole = whole_memory(&limits->is_of_cgroup);
    if (limits->whole == 0) {
        return trouble("%s %s: the machine's memory is unknown", option, word);
    }
    double limit = (double)limits->whole * percent / 100;
    if (!(limit >= 1 && limit < 9e18)) {
        return usage("%s '%s' must be greater than 0", option, word);
    }
    *bytes = (uint64_t)limit;
    return 0;
}

static int check_options(const struct options *options) {
    bool is_watch = options_has(options, OPTION_PID);
    if (!is_watch && options->operands == 0) {
        return usage("no command; write for example sysinfo run -- make test");
    }
    if (!is_watch && *options->operand[0] == '\0') {
        return usage("the command's name is empty; write for example sysinfo run -- make test");
    }
    if (is_watch && options->operands > 0) {
        return usage("--pid watches a running process; leave out '%s'", options->operand[0]);
    }
    static const enum option_id of_commands[] = {OPTION_MAX_MEM, OPTION_BUDGET, OPTION_REPEAT};
    for (size_t i = 0; is_watch && i < sizeof of_commands / sizeof of_commands[0]; i++) {
        if (options_has(options, of_commands[i])) {
            return usage("%s applies to a command started by run; it and --pid exclude each other",
                         options->word[of_commands[i]]);
        }
    }
    if (options_has(options, OPTION_REPEAT) && (options->record != NULL || options->heap_record != NULL)) {
        return usage("--repeat and %s exclude each other: a file holds one run",
                     options->record != NULL ? "--record" : "--heap-record");
    }
    if (is_watch && options_has(options, OPTION_HEAP)) {
        return usage("--heap counts from the start of a command; it and --pid exclude each other");
    }
    if (options_has(options, OPTION_PER_PROCESS) && options->record == NULL) {
        return usage("--per-process adds rows to a recording; add --record FILE");
    }
    if (options->record != NULL && options->output != NULL && platform_is_same_file(options->record, options->output)) {
        return usage("%s and --record name the same file, %s; choose another for the report",
                     options->word[OPTION_OUTPUT], options->output);
    }
    return 0;
}

static int check_blocks(const struct options *options, bool is_watch) {
    bool with_leaks = options_has(options, OPTION_LEAKS), with_references = options_has(options, OPTION_REFERENCES);
    if (options->heap_record == NULL && with_references) {
        return usage("--references needs a file; add --heap-record FILE");
    }
    if (options->heap_record != NULL && !options_has(options, OPTION_SITES) && !with_leaks && !with_references) {
        return usage("--heap-record writes the call sites of live blocks; add --sites");
    }
    if (options->heap_record == NULL && options_has(options, OPTION_SITES) && !with_leaks) {
        return usage("--sites writes snapshots to a file; add --heap-record FILE");
    }
    if (!with_leaks && (options_has(options, OPTION_MAX_LEAKS) || options->ignore != NULL)) {
        return usage("%s needs --leaks", options->word[options->ignore != NULL ? OPTION_IGNORE : OPTION_MAX_LEAKS]);
    }
    if (options->every > 0 && options->heap_record == NULL) {
        return usage("--every takes snapshots of live blocks; add --sites --heap-record FILE");
    }
    if (is_watch && (options->heap_record != NULL || with_leaks)) {
        return usage("--sites follows blocks from the start of a command; it and --pid exclude each other");
    }
    return 0;
}

int arguments_check(struct limits *limits, const struct options *options) {
    int status = check_options(options);
    if (status == 0) {
        status = check_blocks(options, options_has(options, OPTION_PID));
    }
    if (status == 0 && options->max_mem != NULL) {
        status = parse_limit(limits, "--max-mem", options->max_mem, &limits->max_mem);
    }
    if (status == 0 && options->budget != NULL) {
        status = parse_limit(limits, "--budget", options->budget, &limits->budget);
    }
    return status == 0 ? ignored_read(&limits->ignored, options->ignore) : status;
}
