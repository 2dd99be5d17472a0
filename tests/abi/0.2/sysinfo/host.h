/* SPDX-License-Identifier: MIT */
/*
 * The host: the machine that is asked, and all memory of the past.
 *
 * A host keeps the kernel's files open, its buffers, the CPU samples that
 * sysinfo_cpu_percent() and its relatives compare with, and the detail of the
 * last failure. The library has no other state: no globals, no thread-local
 * storage, nothing opened or allocated before the first call.
 *
 * Threads: two hosts never affect each other. One host is used by one thread at
 * a time: a call on a host in which another thread is in a call returns
 * SYSINFO_INVALID and does nothing. (sysinfo_explain() and sysinfo_system_error()
 * are then about the other thread's call, and sysinfo_host_close() does not check.)
 * Give each thread a host, or hold a lock over a call and what is read after it.
 *
 * Every getter also takes NULL for a one-off question about this machine. That
 * costs opening and closing the files again, keeps no past (so the calls that
 * compare with an earlier one refuse it) and no detail of a failure.
 *
 * A file that this kernel lacks is looked for once, unless a question failed for
 * want of it: what is mounted later is seen by a host that is opened later.
 *
 * A host survives fork(). It does not survive closefrom() and other ways of
 * closing descriptors that are not one's own, nor setns(): close it and open a
 * new one.
 */
#ifndef SYSINFO_HOST_H
#define SYSINFO_HOST_H

#include <stdint.h>

#include <sysinfo/api.h>

SYSINFO_BEGIN_DECLS

/*
 * Opens a host.
 *
 * `root` NULL or "/": this machine. Otherwise the folder that stands for "/": a
 * host's file system mounted into a container ("/host"), an unpacked capture of
 * another machine. What a call reads then comes from below that folder, and what
 * cannot (sysconf, for example) is not asked. A relative folder is looked up
 * when the first file is read.
 *
 * No file is touched: a root that is no folder is reported by the first question.
 *
 * Returns 0 and a host that sysinfo_host_close() frees; or SYSINFO_NO_MEMORY,
 * SYSINFO_INVALID (`host` is NULL, `root` is ""), or SYSINFO_NOT_SUPPORTED (this
 * system cannot read another root), with *host NULL. Linux has roots. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_host_open(struct sysinfo_host **host, const char *root);

/* Closes its files and frees it. NULL is allowed. Preserves errno. Since 0.1. */
SYSINFO_EXPORT void sysinfo_host_close(struct sysinfo_host *host);

/*
 * The sentence to print after a failure, without a full stop: what was read and
 * what was wrong with it, for example "/proc/meminfo has no MemTotal line". When
 * `status` is not that of the host's last call, or `host` is NULL, the general
 * meaning of the status. Ask before the next call: where two calls failed with the
 * same status, this is about the later one.
 *
 * Never NULL, never translated. Valid until the next call on this host. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_explain(struct sysinfo_host *host, int status);

/*
 * The system's own number (errno, a Windows error or NTSTATUS, a Mach kern_return_t) behind the
 * last failure; 0: none. Since 0.1.
 */
SYSINFO_EXPORT int64_t sysinfo_system_error(const struct sysinfo_host *host);

SYSINFO_END_DECLS

#endif
