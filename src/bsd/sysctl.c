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

void sysinfo__ticks_add(struct sysinfo__ticks *sum, const struct sysinfo__ticks *ticks) {
    sum->user += ticks->user;
    sum->nice += ticks->nice;
    sum->system += ticks->system;
    sum->irq += ticks->irq;
    sum->idle += ticks->idle;
}

void sysinfo__ticks_tell(const struct sysinfo__ticks *ticks, double rate, struct sysinfo_cpu_sample *sample) {
    FACT(sample, user, (double)ticks->user / rate);
    FACT(sample, nice, (double)ticks->nice / rate);
    FACT(sample, system, (double)ticks->system / rate);
    FACT(sample, irq, (double)ticks->irq / rate);
    FACT(sample, idle, (double)ticks->idle / rate);
}

int sysinfo__tick_rate(struct sysinfo_host *host, double *rate) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->tick_rate <= 0) {
        static const int key[] = {CTL_KERN, KERN_CLOCKRATE};
        struct clockinfo clock[2]; /* The second is room for it to grow. */
        size_t size = sizeof clock;
        int status = sysinfo__sysctl(host, "kern.clockrate", key, 2, clock, &size);
        if (status != SYSINFO_OK) {
            return status;
        }
        if (size < sizeof clock[0]) {
            return sysinfo__sysctl_too_short(host, "kern.clockrate");
        }
        int ticks = clock[0].stathz > 0 ? clock[0].stathz
                                        : clock[0].hz; /* Without a statistics clock the system clock counts. */
        if (ticks <= 0) {
            return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "kern.clockrate", "says that no clock ticks");
        }
        state->tick_rate = ticks;
    }
    *rate = state->tick_rate;
    return SYSINFO_OK;
}
