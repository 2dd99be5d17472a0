/* SPDX-License-Identifier: MIT */
/* Shared by the files of the Linux backend; state.h has what a host keeps open. */
#ifndef SYSINFO_LINUX_H
#define SYSINFO_LINUX_H

#include <unistd.h>

#include "arithmetic.h"
#include "backend.h"
#include "posix/posix.h"
#include "scan.h"

/* ---- Entries of the backend's table ---- */

bool sysinfo__linux_is_privileged(void);
int sysinfo__linux_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);
int sysinfo__linux_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);
int sysinfo__linux_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);
int sysinfo__linux_cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);
int sysinfo__linux_cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description);
uint64_t sysinfo__linux_online(struct sysinfo_host *host);
int sysinfo__linux_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__linux_available_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__linux_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__linux_load_average(struct sysinfo_host *host, struct sysinfo_load *load);
int sysinfo__linux_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats);
int sysinfo__linux_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging);
int sysinfo__linux_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__linux_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__linux_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows);
int sysinfo__linux_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);
int sysinfo__linux_allowed_cores(struct sysinfo_host *host, uint64_t *cores);
int sysinfo__linux_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample);
int sysinfo__linux_cgroup_path(struct sysinfo_host *host, const char **path);
int sysinfo__linux_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure);
int sysinfo__linux_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process);
int sysinfo__linux_process_memory(struct sysinfo_host *host, uint64_t *rss);
int sysinfo__linux_numa(struct sysinfo_host *host, struct sysinfo__numa_rows *rows);
int sysinfo__linux_check_topology(struct sysinfo_host *host);
int sysinfo__linux_topology(struct sysinfo_host *host, struct sysinfo_topology_object_list *list);
const struct sysinfo__tracker *sysinfo__linux_tracker(void);
int sysinfo__linux_heap_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record);

/* ---- Files below the host's root, read whole, through descriptors that stay open ---- */

/*
 * Whether a failure means that this machine does not report a figure, rather than that reading it went wrong: the file
 * is missing, denied, gone, or not supported.
 */
static inline bool sysinfo__is_missing(int status) {
    return status == SYSINFO_NOT_FOUND || status == SYSINFO_DENIED || status == SYSINFO_GONE ||
           status == SYSINFO_NOT_SUPPORTED;
}

/* Whether a failure leaves one figure unknown, not the whole result. */
static inline bool sysinfo__is_one_unknown(int status) {
    return sysinfo__is_missing(status) || status == SYSINFO_MALFORMED;
}

/* An unreadable file leaves its figures unknown; a file that is gone means that the group is. */
static inline int sysinfo__forgive(int status) {
    return status != SYSINFO_GONE && sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/* The path of a kept file, such as "/proc/stat". */
const char *sysinfo__file_path(enum sysinfo__file file);

/* Reads a kept file whole into the state's `text` and `length`, replacing the previous text. */
int sysinfo__file_read(struct sysinfo_host *host, enum sysinfo__file file);

/* Whether this is the machine's own root, so that the system itself may be called. */
bool sysinfo__root_is_own(const struct sysinfo_host *host);

/*
 * The usual case of reading, for calls that are made often: one pread(), which returns a whole single record. It is
 * inline because of its callers: where the kernel protects its own returns from a flaw of the processor ("Safe RET"),
 * the processor mispredicts every return up the chain of calls after a system call, at 9 ns each.
 *
 * False: it failed, or more may follow; *count is what pread() returned.
 */
SYSINFO__ALWAYS_INLINE bool sysinfo__read_at_once(struct sysinfo__state *state, int fd, ssize_t *count) {
    size_t room = state->capacity - SYSINFO__TEXT_PADDING;
    *count = pread(fd, state->text, room, 0);
    if (*count < 0 || (size_t)*count >= room) {
        return false;
    }
    state->length = (size_t)*count;
    memset(state->text + state->length, 0, SYSINFO__TEXT_PADDING);
    return true;
}

/* sysinfo__file_read() with it; _on goes on after the first read. */
int sysinfo__file_read_on(struct sysinfo_host *host, enum sysinfo__file file, ssize_t count);
SYSINFO__ALWAYS_INLINE int sysinfo__file_read_usual(struct sysinfo_host *host, enum sysinfo__file file) {
    struct sysinfo__state *state = sysinfo__state(host);
    ssize_t count;
    if (state->file[file] < 0 || !state->is_single[file] || !sysinfo__root_is_own(host)) {
        return sysinfo__file_read(host, file);
    }
    return sysinfo__read_at_once(state, state->file[file], &count) ? SYSINFO_OK
                                                                   : sysinfo__file_read_on(host, file, count);
}

/*
 * The same for a file that the caller keeps: *fd is opened if it is -1. The file is short and is read to its end. A
 * missing file is remembered.
 */
int sysinfo__file_read_kept(struct sysinfo_host *host, const char *path, int *fd);

/* The same for a file that procfs or cgroupfs produces as a single record: one read returns all of it. */
int sysinfo__file_read_single(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file);

/*
 * The same in two steps, where the path is not at hand: reads one that is open, and returns an errno, or
 * 0; after such an error, _after opens it anew, or explains the error. _usual and _on as above.
 */
int sysinfo__file_read_open(struct sysinfo_host *host, const struct sysinfo__kept *file);
int sysinfo__file_read_open_on(struct sysinfo_host *host, const struct sysinfo__kept *file, ssize_t count);
SYSINFO__ALWAYS_INLINE int sysinfo__file_read_open_usual(struct sysinfo_host *host, const struct sysinfo__kept *file) {
    ssize_t count;
    if (!file->is_single || !sysinfo__root_is_own(host)) {
        return sysinfo__file_read_open(host, file);
    }
    return sysinfo__read_at_once(sysinfo__state(host), file->fd, &count)
               ? 0
               : sysinfo__file_read_open_on(host, file, count);
}
int sysinfo__file_read_after(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file,
                             bool may_be_absent, int error);

/* The same for a file that some kernels lack: if missing, it is not reopened until it is closed. */
int sysinfo__file_read_if_any(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file);
void sysinfo__kept_close(struct sysinfo__kept *file);

/* True if a directory of cgroups exists at that path; below another root, any directory. */
int sysinfo__is_cgroup(struct sysinfo_host *host, const char *path, bool *answer);

/* False if there is certainly no directory at that path, which begins with a slash. */
bool sysinfo__may_have_directory(struct sysinfo_host *host, const char *path);

/* FNV-1a, to detect that a text has changed. */
uint64_t sysinfo__text_hash(const char *text, size_t length);

/* The same for a file that is opened for this reading only. `path` begins with a slash. */
int sysinfo__file_read_once(struct sysinfo_host *host, const char *path);

/* Calls `visit` for each entry of a directory, until it returns false. */
int sysinfo__directory_walk(struct sysinfo_host *host, const char *path, bool (*visit)(void *context, const char *name),
                            void *context);

/* The number in a name of a prefix, digits and a suffix: ("cpu12", "cpu", "") gives 12. False: another name. */
bool sysinfo__name_number(const char *name, const char *prefix, const char *suffix, uint64_t *number);

/* Whether the kernel's own /proc is mounted, so that a missing file is missing from this kernel. */
bool sysinfo__has_proc(const struct sysinfo_host *host);

/* ---- CPUs ---- */

/* The online CPUs; empty if sysfs does not report them. */
int sysinfo__online_cpus(struct sysinfo_host *host, struct sysinfo__cpu_set *online);

/*
 * The CPUs that share a core with `cpu`. Clears *is_known if the machine does not report them, and *is_lasting if a
 * file could not be read.
 */
int sysinfo__read_siblings(struct sysinfo_host *host, uint64_t cpu, struct sysinfo__cpu_set *siblings, bool *is_known,
                           bool *is_lasting);

/*
 * The number of cores that the CPUs belong to; 0: at least one CPU does not report its core. *is_lasting: every file
 * could be read.
 */
int sysinfo__count_cores(struct sysinfo_host *host, const struct sysinfo__cpu_set *cpus, uint64_t *cores,
                         bool *is_lasting);

/* The number of packages that the CPUs belong to, consistent with the topology; 0: some CPUs do not report theirs. */
int sysinfo__count_packages(struct sysinfo_host *host, const struct sysinfo__cpu_set *online, uint64_t *packages);

/* Reads /proc/cpuinfo into the state's text, if it exists. */
int sysinfo__cpuinfo(struct sysinfo_host *host);

/* Sets `allowed` to the number of online CPUs that this process may run on; leaves it absent if unknown. */
int sysinfo__allowed_cpus(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

void sysinfo__affinity_open(struct sysinfo__affinity *affinity);
void sysinfo__affinity_close(struct sysinfo__affinity *affinity);

/* ---- Memory ---- */

/*
 * The page size. For this machine, the system reports it. For another root, it is the power of two that makes free
 * memory in pages (nr_free_pages of its vmstat) equal free memory in bytes (MemFree of its meminfo), with a tolerance
 * of a quarter, because the files are read at different times. Without these, it is this machine's page size, and
 * *is_guess is set. Pass 0 for unknown values.
 */
uint64_t sysinfo__page_size(const struct sysinfo_host *host, uint64_t free_bytes, uint64_t free_pages, bool *is_guess);

/*
 * Bytes in free huge pages of all sizes, from sys/kernel/mm/hugepages: meminfo reports only those of the default size.
 * Clears *is_known if the machine does not report them.
 */
int sysinfo__free_huge_pages(struct sysinfo_host *host, uint64_t *bytes, bool *is_known);

/* The state of sysinfo__free_huge_pages(). */
void sysinfo__huge_pages_open(struct sysinfo__huge_pages *huge_pages);
void sysinfo__huge_pages_close(struct sysinfo__huge_pages *huge_pages);

/*
 * Reads swap's `total` and `free` without the pages moved; and from the same text free memory in bytes (0: unknown),
 * and whether it has a SwapTotal line.
 */
int sysinfo__swap_space(struct sysinfo_host *host, struct sysinfo_swap *swap, uint64_t *free_memory, bool *has_line);

void sysinfo__numa_open(struct sysinfo__numa *numa);
void sysinfo__numa_close(struct sysinfo__numa *numa);

/* ---- Control groups ---- */

/*
 * Where this process's control groups are.
 *
 * A process is in one group of each hierarchy. In version 2, there is a single hierarchy for all controllers; in
 * version 1, each controller has its own or shares one. Both versions may be mounted at once, with each controller in
 * one of them. A limit applies to all groups below, so the process's group and every group above it matter. They are
 * called levels here, from its own (0) to the highest that the mount shows.
 *
 * Finding them takes tens of microseconds (mountinfo is long), reading a limit less than one. So they are found once,
 * their files stay open, and each question reads /proc/self/cgroup to check whether the process was moved.
 */

/* The files of each controller, which have one name in version 2 and one in version 1; NULL: not in that version. */
enum sysinfo__memory_file {
    SYSINFO__MEMORY_LIMIT,
    SYSINFO__MEMORY_HIGH,
    SYSINFO__MEMORY_USED,
    SYSINFO__MEMORY_STAT,
    SYSINFO__SWAP_LIMIT,
    SYSINFO__SWAP_HIGH,
    SYSINFO__SWAP_USED,
    SYSINFO__MEMORY_PEAK,
    SYSINFO__MEMORY_EVENTS,
    SYSINFO__MEMORY_OOM
};
enum sysinfo__cpu_file { SYSINFO__CPU_QUOTA, SYSINFO__CPU_PERIOD, SYSINFO__CPU_STAT };
enum sysinfo__cpuacct_file { SYSINFO__CPUACCT_USAGE, SYSINFO__CPUACCT_STAT };
enum sysinfo__cpuset_file { SYSINFO__CPUSET_CPUS, SYSINFO__CPUSET_NO_PREFIX, SYSINFO__CPUSET_EFFECTIVE };
enum sysinfo__unified_file { SYSINFO__UNIFIED_CPU, SYSINFO__UNIFIED_MEMORY, SYSINFO__UNIFIED_IO, SYSINFO__UNIFIED_IRQ };

/*
 * Queries a hierarchy: brings the view of it up to date and calls `ask`. If a group vanished meanwhile (SYSINFO_GONE),
 * finds the groups again and calls `ask` again, which must start from scratch.
 */
int sysinfo__hierarchy_ask(struct sysinfo_host *host, enum sysinfo__controller controller,
                           int (*ask)(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context),
                           void *context);

/*
 * Reads a level's file into the state's text. SYSINFO_NOT_FOUND: the level has no such file (which is remembered), or
 * its version has none. SYSINFO_GONE: the file has disappeared. _usual is the same, inline; _after is
 * for a file that is not open, or whose reading has failed with `error`.
 */
int sysinfo__hierarchy_read_after(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                  int file, int error);
SYSINFO__ALWAYS_INLINE int sysinfo__hierarchy_read_usual(struct sysinfo_host *host,
                                                         struct sysinfo__hierarchy *hierarchy, size_t level, int file) {
    const struct sysinfo__kept *kept = &hierarchy->level[level].file[file];
    int error = kept->fd >= 0 ? sysinfo__file_read_open_usual(host, kept) : 0;
    return kept->fd >= 0 && error == 0 ? SYSINFO_OK
                                       : sysinfo__hierarchy_read_after(host, hierarchy, level, file, error);
}
int sysinfo__hierarchy_read(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file);

/*
 * Of the page cache that a level's groups could give up, the part that the kernel reserves for groups that the process
 * is not in: what is below their memory.min (version 2). The groups with a memory.min are found once.
 */
int sysinfo__protected_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                              uint64_t *bytes);
void sysinfo__protected_forget(struct sysinfo__hierarchy *hierarchy);

/*
 * The process's memory group: the lowest level with a usage, because a threaded group, or one without the controller,
 * has none. Sets *level to the number of levels if there is none.
 */
int sysinfo__memory_level(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t *level,
                          uint64_t *bytes);

/* What happened at a level's memory limit, and in the groups below it. Returns the mask of known events. */
enum { SYSINFO__EVENT_HIGH, SYSINFO__EVENT_MAX, SYSINFO__EVENT_OOM, SYSINFO__EVENT_OOM_KILL, SYSINFO__EVENTS };
int sysinfo__memory_events(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                           uint32_t *known, uint64_t value[SYSINFO__EVENTS]);

/* The tightest memory limit of cgroups only, and its level; for sysinfo__hierarchy_ask(). */
int sysinfo__cgroup_memory_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                 struct sysinfo__limit *limit);

/* Fails with SYSINFO_MALFORMED and a complaint about a level's file that was just read. */
int sysinfo__hierarchy_malformed(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                 int file, const char *complaint);

/* The same for a file with one number, or "max": SYSINFO_UNLIMITED. SYSINFO_MALFORMED: anything else. */
int sysinfo__hierarchy_read_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                  int file, uint64_t *value);

/* Records why the process's group is unknown: there is no /proc/self/cgroup, or no mount shows the group. */
int sysinfo__no_group(struct sysinfo_host *host);

void sysinfo__cgroups_open(struct sysinfo__cgroups *cgroups);
void sysinfo__cgroups_close(struct sysinfo__cgroups *cgroups);

/* The tightest quota of all levels of the CPU controller's hierarchy; read once in a call. */
int sysinfo__cpu_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct sysinfo__quota *quota);

/* ---- Limits on a process's memory besides its cgroups ---- */

struct sysinfo__process_bound {
    const char *name; /* "RLIMIT_AS" */
    uint64_t limit, used;
    bool is_limit; /* It was set; otherwise it is the end of the address space. */
    bool is_use_known;
};
enum { SYSINFO__PROCESS_BOUNDS = 3 };

/* Fills the bounds that exist and sets *count. */
int sysinfo__process_bounds(struct sysinfo_host *host, struct sysinfo__process_bound bounds[SYSINFO__PROCESS_BOUNDS],
                            size_t *count);

/* Reads /proc/self/status of the calling process into the state's text, if it exists. */
int sysinfo__process_status(struct sysinfo_host *host);

/*
 * Closes what another process opened below /proc/self: its files belong to the process that opened them, not to a
 * child. Call it before reading a file of `process`.
 */
void sysinfo__process_recheck(struct sysinfo_host *host);
static inline void sysinfo__process_renew(struct sysinfo_host *host) {
    const struct sysinfo__process *process = &sysinfo__state(host)->process;
    if (process->alive == NULL || *process->alive == 0) {
        sysinfo__process_recheck(host);
    }
}

void sysinfo__process_open(struct sysinfo__process *process);
void sysinfo__process_close(struct sysinfo__process *process);

#endif
