/* SPDX-License-Identifier: MIT */
/* Runs the contract for the backend of this build. */
#include "contract.h"

#include <string.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

static uint64_t results_of(const char *backend) {
    const uint64_t all = CONTRACT_RESULT(CPU_USAGE) | CONTRACT_RESULT(PROCESSORS) | CONTRACT_RESULT(CPU_SAMPLE) |
                         CONTRACT_RESULT(MEMORY) | CONTRACT_RESULT(SWAP) | CONTRACT_RESULT(LOAD) |
                         CONTRACT_RESULT(STATS);
    static const char *const complete[] = {"linux", "freebsd", "netbsd", "openbsd", "dragonfly"};
    for (size_t i = 0; i < sizeof complete / sizeof complete[0]; i++) {
        if (strcmp(backend, complete[i]) == 0) {
            return all;
        }
    }
    if (strcmp(backend, "windows") ==
        0) { /* Windows has counters too, which wine lacks; Windows has no load averages. */
        return all & ~CONTRACT_RESULT(STATS) & ~CONTRACT_RESULT(LOAD);
    }
    return strcmp(backend, "macos") == 0 ? all & ~CONTRACT_RESULT(STATS) : 0;
}

int main(void) {
    contract_require(results_of(sysinfo_backend()));
    Suite *suite = contract_suite();
    suite_add_tcase(suite, support_tests());
    return run(suite);
}
