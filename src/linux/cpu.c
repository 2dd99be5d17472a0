/* SPDX-License-Identifier: MIT */
#include "linux.h"

/* USER_HZ is constant per architecture, and 100 on all current ones. */
static double ticks_per_second(struct sysinfo_host *host) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->ticks_per_second <= 0) {
        long ticks = sysinfo__root_is_own(host) ? sysconf(_SC_CLK_TCK) : 100;
        state->ticks_per_second = ticks > 0 ? (double)ticks : 100;
    }
    return state->ticks_per_second;
}

static int explain(struct sysinfo_host *host, enum sysinfo__stat_outcome outcome) {
    switch (outcome) {
    case SYSINFO__STAT_OK:
        return SYSINFO_OK;
    case SYSINFO__STAT_NO_CPU_LINE:
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/stat", "has no cpu line");
    case SYSINFO__STAT_SHORT_CPU_LINE:
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/stat",
                               "has a cpu line without the four numbers user, nice, system and idle");
    default:
        return sysinfo__no_memory(host, "/proc/stat");
    }
}

SYSINFO__HOT int sysinfo__linux_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_STAT);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    return explain(host, sysinfo__decode_stat_total(state->text, state->length, ticks_per_second(host), times));
}

SYSINFO__HOT int sysinfo__linux_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_STAT);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    return explain(host, sysinfo__decode_stat_rows(state->text, state->length, ticks_per_second(host), rows));
}
