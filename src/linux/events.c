/* SPDX-License-Identifier: MIT */
/* How often a control group reached its memory limit. */
#include "linux.h"

int sysinfo__memory_events(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                           uint32_t *known, uint64_t value[SYSINFO__EVENTS]) {
    static const struct sysinfo__pair_key keys[SYSINFO__EVENTS] = {
        [SYSINFO__EVENT_HIGH] = SYSINFO__PAIR_KEY("high"),
        [SYSINFO__EVENT_MAX] = SYSINFO__PAIR_KEY("max"),
        [SYSINFO__EVENT_OOM] = SYSINFO__PAIR_KEY("oom"),
        [SYSINFO__EVENT_OOM_KILL] = SYSINFO__PAIR_KEY("oom_kill"),
    };
    const struct sysinfo__state *state = sysinfo__state(host);
    *known = 0;
    if (hierarchy->is_v2) {
        int status = sysinfo__hierarchy_read(host, hierarchy, level, SYSINFO__MEMORY_EVENTS);
        *known =
            status == SYSINFO_OK ? sysinfo__decode_pairs(state->text, state->length, keys, SYSINFO__EVENTS, value) : 0;
        return sysinfo__forgive(status);
    }
    /* Version 1: memory.failcnt is one number; memory.oom_control has a line oom_kill since 4.13. */
    int status =
        sysinfo__hierarchy_read_limit(host, hierarchy, level, SYSINFO__MEMORY_EVENTS, &value[SYSINFO__EVENT_MAX]);
    *known |= status == SYSINFO_OK ? UINT32_C(1) << SYSINFO__EVENT_MAX : 0;
    status = sysinfo__forgive(status);
    if (status == SYSINFO_OK) {
        status = sysinfo__hierarchy_read(host, hierarchy, level, SYSINFO__MEMORY_OOM);
        if (status == SYSINFO_OK && sysinfo__decode_pairs(state->text, state->length, &keys[SYSINFO__EVENT_OOM_KILL], 1,
                                                          &value[SYSINFO__EVENT_OOM_KILL]) != 0) {
            *known |= UINT32_C(1) << SYSINFO__EVENT_OOM_KILL;
        }
    }
    return sysinfo__forgive(status);
}
