/* SPDX-License-Identifier: MIT */
/* The difference of two samples: slots with arbitrary bits from the input. */
#include "harness.h"

#include "internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sysinfo_cpu_sample before, after;
    if (size < sizeof before + sizeof after) {
        return 0;
    }
    memcpy(&before, data, sizeof before);
    memcpy(&after, data + sizeof before, sizeof after);
    size_t small_size = 8 * (3 + data[size - 1] % (sizeof(struct sysinfo_cpu_usage) / 8 - 2));

    struct sysinfo_cpu_usage usage, larger[2];
    memset(&usage, 0xa5, sizeof usage);
    int status = sysinfo_cpu_usage_between(&before, &after, &usage, sizeof usage);
    MUST(status == SYSINFO_OK || status == SYSINFO_NOT_YET || status == SYSINFO_INVALID);
    if (status != SYSINFO_OK) { /* The caller's struct is unchanged. */
        for (size_t i = 0; i < sizeof usage; i++) {
            MUST(((const unsigned char *)&usage)[i] == 0xa5);
        }
        return 0;
    }
    must_be_a_usage(&usage);
    MUST(SYSINFO_HAS(&usage, percent) && SYSINFO_HAS(&usage, idle));

    /* An older program's smaller struct gets the beginning, a newer one's is zeroed after it. */
    uint64_t *small = memory(small_size);
    MUST(sysinfo_cpu_usage_between(&before, &after, (struct sysinfo_cpu_usage *)(void *)small, small_size) ==
         SYSINFO_OK);
    MUST(memcmp(small + 2, &usage.cpu, small_size - 16) == 0);
    MUST(small[0] == (usage.present & ((UINT64_C(1) << small_size / 8) - 1)));
    free(small);
    memset(larger, 0xa5, sizeof larger);
    MUST(sysinfo_cpu_usage_between(&before, &after, larger, sizeof larger) == SYSINFO_OK);
    MUST(memcmp(larger, &usage, sizeof usage) == 0);
    for (size_t i = 0; i < sizeof usage; i++) {
        MUST(((const unsigned char *)&larger[1])[i] == 0);
    }

    /* A sample does not differ from itself. */
    MUST(sysinfo_cpu_usage_between(&after, &after, &usage, sizeof usage) != SYSINFO_OK);
    return 0;
}
