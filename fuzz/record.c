/* SPDX-License-Identifier: MIT */
/* The tracker's record of a process, which may contain anything the process wrote. */
#include "decode_record.h"
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = memory(size); /* Has exactly this length, so that a read beyond the end is detected. */
    memcpy(bytes, data, size);
    struct sysinfo_heap_record record;
    enum sysinfo__record_answer answer = sysinfo__decode_record(bytes, size, &record);
    free(bytes);
    MUST((record.estimated & ~record.present) == 0);
    MUST(memchr(record.image, '\0', sizeof record.image) != NULL &&
         memchr(record.owner, '\0', sizeof record.owner) != NULL);
    if (answer != SYSINFO__RECORD_WHOLE && answer != SYSINFO__RECORD_CHANGING) {
        MUST(record.present == 0);
        return 0;
    }
    MUST(SYSINFO_HAS(&record, pid) && SYSINFO_HAS(&record, has_ended) && SYSINFO_HAS(&record, is_tracked) &&
         SYSINFO_HAS(&record, owner));
    MUST(SYSINFO_HAS(&record, live) == (int)record.is_tracked && SYSINFO_HAS(&record, peak) == (int)record.is_tracked);
    MUST(record.is_tracked == (record.owner[0] == '\0'));
    MUST(record.peak >= record.live);
    MUST(record.allocs < record.frees || record.blocks == record.allocs - record.frees);
    MUST(record.threads <= size / 128);
    MUST(answer == SYSINFO__RECORD_WHOLE || !SYSINFO_HAS(&record, footprint));
    return 0;
}
