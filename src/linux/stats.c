/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "linux.h"

int sysinfo__linux_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    int status = sysinfo__file_read(host, SYSINFO__FILE_STAT);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    sysinfo__decode_stat_counters(state->text, state->length, stats);
    if (stats->present == 0) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/stat",
                               "has none of the lines ctxt, intr and softirq");
    }
    /*
     * The kernel and lxcfs compute btime from this clock at each read, so the difference stays right when the clock is
     * set.
     */
    struct timespec now;
    if (sysinfo__root_is_own(host) && SYSINFO_HAS(stats, boot_time) && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
        (double)now.tv_sec >= stats->boot_time) {
        FACT(stats, uptime, (double)now.tv_sec - stats->boot_time);
    }
    return SYSINFO_OK;
}

int sysinfo__linux_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging) {
    enum { IN, OUT, FAULTS, MAJOR, KEYS };
    static const struct sysinfo__pair_key keys[KEYS] = {
        [IN] = SYSINFO__PAIR_KEY("pgpgin"),
        [OUT] = SYSINFO__PAIR_KEY("pgpgout"),
        [FAULTS] = SYSINFO__PAIR_KEY("pgfault"),
        [MAJOR] = SYSINFO__PAIR_KEY("pgmajfault"),
    };
    int status = sysinfo__file_read(host, SYSINFO__FILE_VMSTAT);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t value[KEYS], bytes;
    uint32_t known = sysinfo__decode_pairs(state->text, state->length, keys, KEYS, value);
    if ((known >> IN & 1) != 0 && sysinfo__multiply(value[IN], 1024, &bytes)) { /* In KiB, whatever the page size. */
        FACT(paging, paged_in, bytes);
    }
    if ((known >> OUT & 1) != 0 && sysinfo__multiply(value[OUT], 1024, &bytes)) {
        FACT(paging, paged_out, bytes);
    }
    if ((known >> FAULTS & 1) != 0) {
        FACT(paging, faults, value[FAULTS]);
    }
    if ((known >> MAJOR & 1) != 0) {
        FACT(paging, major_faults, value[MAJOR]);
    }
    return paging->present != 0 ? SYSINFO_OK
                                : sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/vmstat",
                                                  "has none of the lines pgpgin, pgpgout, pgfault and pgmajfault");
}
