/* SPDX-License-Identifier: MIT */
/*
 * A host is the machine being queried, plus the state kept between calls.
 *
 * It keeps the kernel's files open, buffers, the CPU samples that sysinfo_cpu_percent()
 * and similar calls compare with, and the detail of the last failure. The library has no
 * other state: no globals, no thread-local storage, no files or memory before the first
 * call.
 *
 * Threads: two hosts never affect each other. One host is used by one thread at
 * a time: a call on a host in which another thread is in a call returns
 * SYSINFO_INVALID and does nothing. (sysinfo_explain() and sysinfo_system_error()
 * are then about the other thread's call, and sysinfo_host_close() does not check.)
 * Give each thread a host, or hold a lock over a call and what is read after it.
 *
 * Every getter also takes NULL, to query this machine once. Such a call opens and closes
 * its files, and keeps neither samples nor the detail of a failure; calls that compare with
 * an earlier sample refuse it.
 *
 * An optional file that is missing is looked for once. To see what was mounted later, open
 * a new host. A file without which a call fails is looked for at every call.
 *
 * A host works on after fork(). After closefrom(), or anything else that closes its
 * descriptors, and after setns(), close it and open a new one.
 */
#ifndef SYSINFO_HOST_H
#define SYSINFO_HOST_H

#include <stdint.h>

#include <sysinfo/api.h>

SYSINFO_BEGIN_DECLS

/*
 * Opens a host.
 *
 * `root` NULL or "/": this machine. Otherwise the directory to read in place of "/": a
 * host's file system mounted into a container ("/host"), or an unpacked capture of another
 * machine. Calls then read only below it, and do not use what describes this machine
 * (sysconf, for example). A relative path is resolved when the first file is read.
 *
 * The call touches no file: if the root is not a directory, the first query reports it.
 *
 * Returns 0 and a host that sysinfo_host_close() frees; or SYSINFO_NO_MEMORY,
 * SYSINFO_INVALID (`host` is NULL, `root` is ""), or SYSINFO_NOT_SUPPORTED (only Linux can
 * read another root), with *host NULL. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_host_open(struct sysinfo_host **host, const char *root);

/* Closes its files and frees it. NULL is allowed. Preserves errno. Since 0.1. */
SYSINFO_EXPORT void sysinfo_host_close(struct sysinfo_host *host);

/*
 * The sentence to print after a failure, without a full stop: what was read and
 * what was wrong with it, for example "/proc/meminfo has no MemTotal line".
 *
 * It is about the last call on this host: print or copy it before the next call. Where
 * that call ended with another status than `status`, or `host` is NULL, it is the general
 * meaning of `status`. After two calls that failed with the same status
 * it is about the second.
 *
 * Never NULL, never translated. Valid until the next call on this host. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_explain(struct sysinfo_host *host, int status);

/*
 * The system's own number (errno, a Windows error or NTSTATUS, a Mach kern_return_t) of the
 * last failure; 0: none. Since 0.1.
 */
SYSINFO_EXPORT int64_t sysinfo_system_error(const struct sysinfo_host *host);

SYSINFO_END_DECLS

#endif
