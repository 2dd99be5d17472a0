/* SPDX-License-Identifier: MIT */
/* The contract, checked for the backend that this build links. */
#include "contract.h"

#include <string.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

int main(void) {
    if (strcmp(sysinfo_backend(), "linux") == 0) {
        contract_require(CONTRACT_RESULT(CPU_USAGE) | CONTRACT_RESULT(CPU_COUNTS) | CONTRACT_RESULT(CPU_SAMPLE) | CONTRACT_RESULT(MEMORY) |
                         CONTRACT_RESULT(SWAP) | CONTRACT_RESULT(LOAD) | CONTRACT_RESULT(STATS));
    }
    return run(contract_suite());
}
