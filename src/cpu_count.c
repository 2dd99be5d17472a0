/* SPDX-License-Identifier: MIT */
#include <sysinfo/cpu.h>

#include "internal.h"

/* Sets *number to the count of that kind; 0: not reported by this machine. */
static int count_kind(struct sysinfo_host *host, uint32_t kind, uint64_t *number) {
    *number = 0;
    if (kind == SYSINFO_CPU_USABLE_CORES) {
        return ASK(host, allowed_cores, "the count of usable cores", number);
    }
    int status;
    if (kind == SYSINFO_CPU_USABLE) {
        struct sysinfo_cpu_allowance allowance = {0};
        status = sysinfo__cpu_allowance(host, &allowance);
        *number = status == SYSINFO_OK ? allowance.usable : 0;
    } else {
        struct sysinfo_processors counts = {0};
        status = sysinfo__cpu_counts(host, &counts);
        if (status == SYSINFO_OK) {
            *number = kind == SYSINFO_CPU_LOGICAL ? counts.count : counts.cores; /* An unknown count is 0. */
        }
    }
    return status;
}

static const char *unknown_kind(uint32_t kind) {
    return kind == SYSINFO_CPU_PHYSICAL || kind == SYSINFO_CPU_USABLE_CORES
               ? "this machine does not report which CPUs share a core"
               : "this machine does not report how many CPUs it has";
}

int sysinfo_cpu_count(struct sysinfo_host *host, uint32_t kind) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (kind < SYSINFO_CPU_LOGICAL || kind > SYSINFO_CPU_USABLE_CORES) {
        return sysinfo__end(&call, sysinfo__invalid(host, "there is no such kind of CPU count"));
    }
    uint64_t number;
    int status = count_kind(host, kind, &number);
    if (status == SYSINFO_OK) {
        bool is_known = number >= 1 && number <= INT32_MAX;
        status = is_known ? (int)number : sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "", unknown_kind(kind));
    }
    return sysinfo__end(&call, status);
}
