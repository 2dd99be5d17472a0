/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_DECODE_RECORD_H
#define SYSINFO_LINUX_DECODE_RECORD_H

#include "backend.h"

enum sysinfo__record_answer {
    SYSINFO__RECORD_WHOLE,
    SYSINFO__RECORD_NOT_YET,
    SYSINFO__RECORD_CHANGING,
    SYSINFO__RECORD_WRONG
};

/*
 * Decodes the tracker's file (tracker/record.h). CHANGING: the footprint was being written and is left out; all else is
 * reported. WRONG: not such a file.
 */
enum sysinfo__record_answer sysinfo__decode_record(const void *bytes, size_t length,
                                                   struct sysinfo_heap_record *record);

#endif
