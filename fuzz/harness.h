/* SPDX-License-Identifier: MIT */
/* Shared by all harnesses: a text in the form that decoders get, and properties that must hold. */
#ifndef SYSINFO_FUZZ_HARNESS_H
#define SYSINFO_FUZZ_HARNESS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"

/* Each harness is this function, called by libFuzzer or fuzz/main.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim)                                                                    \
    do {                                                                               \
        if (!(claim)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #claim); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

static inline void *memory(size_t size) {
    void *p = malloc(size > 0 ? size : 1);
    MUST(p != NULL);
    return p;
}

/* Checks a result slot by slot: an absent slot is 0, and an estimated one is present. */
static inline void must_be_a_result(const void *result, size_t size) {
    uint64_t slot[SYSINFO_SLOTS];
    MUST(size <= sizeof slot);
    memcpy(slot, result, size);
    MUST((slot[1] & ~slot[0]) == 0);
    MUST((slot[0] & 3) == 0 && slot[0] >> (size / 8) == 0);
    for (size_t i = 2; i < size / 8; i++) {
        MUST((slot[0] >> i & 1) || slot[i] == 0);
    }
}

static inline void must_be_a_share(double share) {
    MUST(share >= 0 && share <= 100); /* false for NaN */
}

static inline void must_be_a_usage(const struct sysinfo_cpu_usage *usage) {
    must_be_a_result(usage, sizeof *usage);
    must_be_a_share(usage->percent);
    must_be_a_share(usage->guest);
    must_be_a_share(usage->guest_nice);
    const double disjoint[] = {usage->user,   usage->system, usage->nice,    usage->idle,
                               usage->iowait, usage->irq,    usage->softirq, usage->steal};
    double sum = 0;
    for (size_t i = 0; i < sizeof disjoint / sizeof disjoint[0]; i++) {
        must_be_a_share(disjoint[i]);
        sum += disjoint[i];
    }
    MUST(sum > 99.999999 && sum < 100.000001);
    MUST(usage->guest <= usage->user && usage->guest_nice <= usage->nice);
    double busy = 100 - usage->idle - usage->iowait;
    MUST(usage->percent > busy - 0.000001 && usage->percent < busy + 0.000001);
    MUST(usage->interval >= 0 && usage->interval < INFINITY);
}

#endif
