/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "plot/plot.h"
#include "run/snapshots.h"

int run_mark(struct options *options) {
    if (options->operands == 0 || *options->operand[0] == '\0') {
        return usage("no name; write for example sysinfo mark load");
    }
    if (options->operands > 1) {
        return usage("unexpected '%s' after the name; quote a name with blanks", options->operand[1]);
    }
    const char *recording = getenv(SYSINFO_RECORDING), *records = getenv(SYSINFO_HEAP_RECORDS);
    if (records != NULL) {
        snapshots_mark(records, options->operand[0]);
    }
    int marked = sysinfo_mark(recording, options->operand[0]);
    if (marked == SYSINFO_INVALID) {
        return trouble("%s is '%s', which is not a recording", SYSINFO_RECORDING, recording);
    }
    return marked == SYSINFO_OK ? 0 : trouble("the recording could not be written: %s", sysinfo_status_meaning(marked));
}
