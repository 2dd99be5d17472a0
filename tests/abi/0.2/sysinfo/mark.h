/* SPDX-License-Identifier: MIT */
/* Labels in a recording of `sysinfo run --record`: which phase a program was in. */
#ifndef SYSINFO_MARK_H
#define SYSINFO_MARK_H

#include <sysinfo/api.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* The environment variable in which a recorded program finds its recording. */
#define SYSINFO_RECORDING "SYSINFO_RECORDING"

/*
 * The first line of a recording, without its line end. Later versions may add
 * columns at the end; docs/recording.md describes each. Since 0.2.
 */
#define SYSINFO_RECORDING_HEADER                                                                           \
    "time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark," \
    "heap_processes,heap_bytes,heap_kept_bytes,heap_peak_bytes,heap_blocks,heap_allocs,heap_frees,heap_mapped_bytes"

/*
 * Puts a mark, now, into the recording that this program runs under:
 *
 *     sysinfo_mark(getenv(SYSINFO_RECORDING), "load");
 *
 * The library reads no environment by itself, so that a program with more rights
 * than its caller decides whether it trusts what its caller wrote there.
 *
 * `recording` is the variable's text, or NULL. Nothing is done, and 0 returned,
 * when it is NULL or "", when the recording is over (no `sysinfo run` holds it any
 * more), and on systems other than Linux and the BSDs. Nothing but a file that a
 * recorder holds is ever written to.
 *
 * `name` is shown in the plot: UTF-8, control characters become blanks, what is
 * beyond 200 bytes is cut off.
 *
 * The mark is one line, appended by one write(): marks of any number of processes
 * and threads never mix. Preserves errno; keeps nothing open. Cost: open, fstat,
 * fcntl, write, close, about 10 microseconds; outside a recording, none.
 *
 * Returns 0; SYSINFO_INVALID (`name` is NULL or "", or `recording` is not such a
 * text); or why the mark could not be written: DENIED, NO_DESCRIPTOR, SYSTEM. Since 0.1.
 */
SYSINFO_EXPORT int sysinfo_mark(const char *recording, const char *name);

SYSINFO_END_DECLS

#endif
