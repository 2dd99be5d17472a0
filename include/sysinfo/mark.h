/* SPDX-License-Identifier: MIT */
/* Labels in a recording of `sysinfo run --record`, which name the phases of a program. */
#ifndef SYSINFO_MARK_H
#define SYSINFO_MARK_H

#include <sysinfo/api.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* The environment variable that names the recording to a recorded program. */
#define SYSINFO_RECORDING "SYSINFO_RECORDING"

/*
 * The first line of a recording, without its line end. Later versions may append columns;
 * docs/recording.md describes each. Since 0.2.
 */
#define SYSINFO_RECORDING_HEADER                                                                           \
    "time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark," \
    "heap_processes,heap_bytes,heap_kept_bytes,heap_peak_bytes,heap_blocks,heap_allocs,heap_frees,heap_mapped_bytes"

/*
 * Adds a mark with the current time to the recording that this program runs under:
 *
 *     sysinfo_mark(getenv(SYSINFO_RECORDING), "load");
 *
 * The library never reads the environment: a program with more rights than its caller must
 * decide itself if it trusts that variable.
 *
 * `recording` is the variable's value, or NULL. The call returns 0 and does nothing when it
 * is NULL or "", when the recording has ended (no `sysinfo run` has it open), and on systems
 * other than Linux, the BSDs and macOS. It writes only to a file that a recorder has open.
 *
 * `name` is UTF-8 and appears in the plot. Control characters become blanks; text beyond 200
 * bytes is cut off.
 *
 * The mark is one line, appended by one write(), so marks of several processes and threads
 * never mix. Preserves errno and keeps no file open. Cost: open, fstat, fcntl, write, close,
 * about 10 microseconds; outside a recording, none.
 *
 * Returns 0; SYSINFO_INVALID (`name` is NULL or "", or `recording` is not a recording's
 * value); or why the mark could not be written: DENIED, NO_DESCRIPTOR, SYSTEM. Since 0.1.
 */
SYSINFO_EXPORT int sysinfo_mark(const char *recording, const char *name);

SYSINFO_END_DECLS

#endif
