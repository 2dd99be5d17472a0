/* SPDX-License-Identifier: MIT */
#include "decode_record.h"
#include "linux.h"

int sysinfo__linux_heap_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record) {
    enum { ATTEMPTS = 3 };
    enum sysinfo__record_answer answer = SYSINFO__RECORD_CHANGING;
    for (int i = 0; i < ATTEMPTS && answer == SYSINFO__RECORD_CHANGING; i++) {
        int status = sysinfo__file_read_once(host, path);
        if (status != SYSINFO_OK) {
            return status;
        }
        const struct sysinfo__state *state = sysinfo__state(host);
        answer = sysinfo__decode_record(state->text, state->length, record);
    }
    switch (answer) {
    case SYSINFO__RECORD_NOT_YET:
        return sysinfo__failed(host, SYSINFO_NOT_YET, 0, path, "is still being written");
    case SYSINFO__RECORD_WRONG:
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, path,
                               "is not a record of the tracker, or one of a later version");
    default:
        return SYSINFO_OK;
    }
}
