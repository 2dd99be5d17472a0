/* SPDX-License-Identifier: MIT */
/*
 * Two files as `sysinfo compare` reads them: a byte that selects the output, the first file up to a NUL, and the
 * second. Both recordings and reports are tried. Table lines contain complete characters, a strict reader accepts the
 * JSON, and a file does not differ from itself.
 */
#include "command.h"
#include "json.h"

#include <sys/mman.h>
#include <unistd.h>

#include "../cli/command.h"

enum { FALSE = 1 }; /* The exit status if --max is exceeded. */

static void put(int file, const uint8_t *bytes, size_t size) {
    MUST(ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t)size);
}

static int compare(char **words, int count) {
    struct options options;
    command_begin();
    MUST(command_parse(&options, count, words) == 0);
    int status = command_run(&options);
    MUST(status == EXIT_DONE || status == FALSE || status == EXIT_USAGE || status == EXIT_TROUBLE);
    bool has_output = command_written[1].length > 0;
    MUST(has_output == (status == EXIT_DONE || status == FALSE));
    free(options.operand);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file[2] = {-1, -1};
    static char path[2][32];
    for (int i = 0; i < 2 && file[i] < 0; i++) {
        file[i] = memfd_create("file", MFD_CLOEXEC);
        MUST(file[i] >= 0);
        snprintf(path[i], sizeof path[i], "/proc/self/fd/%d", file[i]);
    }
    const uint8_t *end = size > 0 ? memchr(data + 1, 0, size - 1) : NULL;
    if (end == NULL) {
        return 0;
    }
    put(file[0], data + 1, (size_t)(end - data) - 1);
    put(file[1], end + 1, size - (size_t)(end - data) - 1);
    char name[] = "sysinfo", command[] = "compare", json[] = "--json", markdown[] = "--markdown", max[] = "--max=+10%",
         none[] = "--max=0%";
    char *ways[][6] = {{name, command, path[0], path[1]},
                       {name, command, path[0], path[1], json},
                       {name, command, path[0], path[1], markdown, max}};
    int way = data[0] % 3, count[] = {4, 5, 6};
    int status = compare(ways[way], count[way]);
    if (status == EXIT_DONE && way == 1) {
        must_be_json_lines(command_written[1].bytes);
    }
    char *same[] = {name, command, path[0], path[0], none};
    MUST(compare(same, 5) != FALSE); /* No figure got worse. */
    return 0;
}
