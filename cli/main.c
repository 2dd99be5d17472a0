/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "commands.h"
#include "platform.h"

int main(int argc, char **argv) {
    platform_start();
    struct options options;
    int status = options_parse(&options, argc, argv);
    if (status == 0) {
        status = commands_run(&options);
    }
    free(options.operand);
    return status;
}
