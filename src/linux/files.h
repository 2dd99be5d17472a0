/* SPDX-License-Identifier: MIT */
/* How the kernel's files are read: below the host's root, whole, and through descriptors that stay open. */
#ifndef SYSINFO_LINUX_FILES_H
#define SYSINFO_LINUX_FILES_H

#include "linux.h"

/* The path of a kept file, "/proc/stat". */
const char *sysinfo__file_path(enum sysinfo__file file);

/*
 * Reads a kept file whole, into the state's `text` and `length`. What another
 * read left there is gone.
 */
int sysinfo__file_read(struct sysinfo_host *host, enum sysinfo__file file);

/*
 * The same for a file that the caller keeps: *fd is opened when it is -1. It is read
 * to its end, and short. When it is not there, it is not looked for again.
 */
int sysinfo__file_read_kept(struct sysinfo_host *host, const char *path, int *fd);

/* The same for a file that procfs or cgroupfs makes as a single record: one read brings all of it. */
int sysinfo__file_read_single(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file);

/* The same for one that some kernels lack: when it is not there, it is not looked for again until it is closed. */
int sysinfo__file_read_if_any(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file);
void sysinfo__kept_close(struct sysinfo__kept *file);

/* Whether there is a folder of control groups at that path: below another root, any folder. */
int sysinfo__is_cgroup(struct sysinfo_host *host, const char *path, bool *answer);

/* Whether the kernel's own /proc is mounted, so that a file that it lacks is one that this kernel lacks. */
bool sysinfo__has_proc(const struct sysinfo_host *host);

/* FNV-1a, to notice that a text has changed. */
uint64_t sysinfo__text_hash(const char *text, size_t length);

/* The same for a file that is opened for this one reading. `path` begins with a slash. */
int sysinfo__file_read_once(struct sysinfo_host *host, const char *path);

/* The entries of a folder, one by one; a name that `visit` answers false for ends the walk. */
int sysinfo__folder_walk(struct sysinfo_host *host, const char *path, bool (*visit)(void *context, const char *name),
                         void *context);

/*
 * The number in a name made of a prefix, digits and a suffix: ("cpu12", "cpu", "") is 12. False:
 * the name is another.
 */
bool sysinfo__name_number(const char *name, const char *prefix, const char *suffix, uint64_t *number);

/* Whether this is the machine's own root, so that the system itself may be asked. */
bool sysinfo__root_is_own(const struct sysinfo_host *host);

#endif
