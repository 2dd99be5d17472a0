/* SPDX-License-Identifier: MIT */
/* Sizes, durations and counts of the command line, one per line of the input. */
#include "command.h"

#include "../cli/parse.h"

enum { MOST_WORDS = 8 };

static void try_size(const char *word) {
    uint64_t bytes = 47, again;
    command_begin();
    int status = parse_size("--max-mem", word, &bytes);
    command_must_explain(status);
    MUST(command_writes[2] == (status != 0));
    MUST(status == EXIT_DONE || (status == EXIT_USAGE && bytes == 47));
    if (status == 0) {
        char plain[32];
        MUST(bytes < UINT64_C(9000000000000000000) && strchr(word, '-') == NULL);
        snprintf(plain, sizeof plain, "%llu", (unsigned long long)bytes);
        MUST(parse_size("", plain, &again) == 0);
        MUST(again == bytes || bytes > UINT64_C(1) << 53); /* Above that, a size is only as exact as a double. */
    }
}

static void try_duration(const char *word) {
    double seconds = 47, again;
    command_begin();
    int status = parse_duration("interval", word, &seconds);
    command_must_explain(status);
    MUST(command_writes[2] == (status != 0));
    MUST(status == EXIT_DONE || status == EXIT_USAGE);
    if (status == 0) {
        char plain[400];
        MUST(seconds > 0 && seconds <= 1e9);
        snprintf(plain, sizeof plain, "%.17f", seconds);
        MUST(seconds < 1e-9 || (parse_duration("", plain, &again) == 0 && fabs(again - seconds) <= seconds * 1e-6));
    }
}

static void try_count(const char *word) {
    uint64_t number, count = 0;
    command_begin();
    bool is_whole = parse_whole(word, &number);
    int status = parse_count(word, &count);
    command_must_explain(status);
    MUST((status == 0) == (is_whole && number > 0));
    MUST(status != 0 || (count == number && count <= UINT64_C(10000000000000000)));
    MUST(!is_whole || strspn(word, "0123456789") == strlen(word));
}

static void try_closest(char *const *words, size_t count) {
    const char *found = closest(words[0], (const char *const *)words + 1, count - 1);
    bool is_of_list = found == NULL;
    for (size_t i = 1; i < count; i++) {
        is_of_list = is_of_list || found == words[i];
    }
    MUST(is_of_list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *words[MOST_WORDS];
    size_t count = command_words(data, size, words, MOST_WORDS);
    for (size_t i = 0; i < count; i++) {
        try_size(words[i]);
        try_duration(words[i]);
        try_count(words[i]);
    }
    try_closest(words, count);
    return 0;
}
