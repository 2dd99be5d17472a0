/* SPDX-License-Identifier: MIT */
#include "sysctl.h"

#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <errno.h>

int sysinfo__sysctl(struct sysinfo_host *host, const char *name, const int *key, unsigned length, void *answer,
                    size_t *size) {
    return sysctl(key, length, answer, size, NULL, 0) == 0 ? SYSINFO_OK : sysinfo__sysctl_failed(host, name, errno);
}

int sysinfo__sysctl_all(struct sysinfo_host *host, const char *name, const int *key, unsigned length, size_t *size) {
    enum { FIRST = 4096, MOST = 1 << 24 };
    struct sysinfo__state *state = sysinfo__state(host);
    for (size_t room = state->capacity > FIRST ? state->capacity : FIRST; room <= MOST; room *= 2) {
        if (!sysinfo__make_room(host, room)) {
            return sysinfo__no_memory(host, name);
        }
        *size = state->capacity;
        if (sysctl(key, length, state->room, size, NULL, 0) == 0) {
            return SYSINFO_OK;
        }
        if (errno != ENOMEM) {
            break;
        }
    }
    return sysinfo__sysctl_failed(host, name, errno);
}

int sysinfo__sysctl_number(struct sysinfo_host *host, const char *name, const int *key, unsigned length,
                           uint64_t *number) {
    uint64_t answer;
    size_t size = sizeof answer;
    int status = sysinfo__sysctl(host, name, key, length, &answer, &size);
    return status == SYSINFO_OK ? sysinfo__sysctl_decode_number(host, name, &answer, size, number) : status;
}

int sysinfo__tick_rate(struct sysinfo_host *host, double *rate) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->tick_rate <= 0) {
        static const int key[] = {CTL_KERN, KERN_CLOCKRATE};
        struct clockinfo clock[2]; /* The second leaves room for the struct to grow. */
        size_t size = sizeof clock;
        int status = sysinfo__sysctl(host, "kern.clockrate", key, 2, clock, &size);
        if (status != SYSINFO_OK) {
            return status;
        }
        if (size < sizeof clock[0]) {
            return sysinfo__sysctl_too_short(host, "kern.clockrate");
        }
        double ticks;
        if (!sysinfo__decode_clock(clock[0].hz, clock[0].stathz, &ticks)) {
            return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "kern.clockrate", "reports a clock rate of 0");
        }
        state->tick_rate = ticks;
    }
    *rate = state->tick_rate;
    return SYSINFO_OK;
}
