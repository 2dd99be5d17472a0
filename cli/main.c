/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "command.h"
#include "platform.h"

int main(int argc, char **argv) {
    platform_start();
    struct options options;
    int status = command_parse(&options, argc, argv);
    if (status == 0) {
        status = command_run(&options);
    }
    free(options.operand);
    return status;
}
