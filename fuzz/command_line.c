/* SPDX-License-Identifier: MIT */
/*
 * A whole command line, one word per line of the input: it is accepted, or refused with one message and nothing on
 * stdout.
 */
#include "command.h"

#include "../cli/command.h"

enum { MOST_WORDS = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char name[] = "sysinfo", *words[MOST_WORDS + 2] = {name};
    size_t count = command_words(data, size, words + 1, MOST_WORDS) + 1;
    struct options options;
    command_begin();
    int status = command_parse(&options, (int)count, words);
    if (status == 0) {
        status = options_check(&options);
    }
    MUST(command_writes[2] == (status != 0) && command_writes[1] == 0);
    command_must_explain(status);
    bool is_run = strncmp(command_written[2].bytes, "sysinfo run:", 12) == 0;
    MUST(status == EXIT_DONE || status == (is_run ? EXIT_OWN_FAILURE : EXIT_USAGE));
    MUST(options.operands < count);
    if (status == 0) {
        MUST(options.interval >= 0 && options.interval <= 1e9 && options.hold >= 0 && options.timeout >= 0 &&
             options.from.seconds >= 0 && options.to.seconds >= 0);
        for (size_t i = 0; i < options.operands; i++) {
            bool is_given = false;
            for (size_t w = 1; w < count; w++) {
                is_given = is_given || options.operand[i] == words[w];
            }
            MUST(is_given);
        }
        if (options.command->name != NULL) {
            options_take_schedule(&options, 0, true);
        }
    }
    free(options.operand);
    return 0;
}
