/* SPDX-License-Identifier: MIT */
/* What the files of the Linux backend share; state.h has what a host keeps open. */
#ifndef SYSINFO_LINUX_H
#define SYSINFO_LINUX_H

#include "arithmetic.h"
#include "backend.h"
#include "posix/posix.h"

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

/* ---- Files: below the host's root, whole, and through descriptors that stay open ---- */

/*
 * Whether a failure means that this machine does not report a figure, rather than that reading it
 * went wrong: the file is missing, denied, gone, or not supported.
 */
static inline bool sysinfo__is_missing(int status) {
    return status == SYSINFO_NOT_FOUND || status == SYSINFO_DENIED || status == SYSINFO_GONE ||
           status == SYSINFO_NOT_SUPPORTED;
}

/* Whether a failure leaves one figure unknown rather than the whole answer. */
static inline bool sysinfo__is_one_unknown(int status) {
    return sysinfo__is_missing(status) || status == SYSINFO_MALFORMED;
}

/* A file that cannot be read leaves its figures unknown; one that is gone means that the group is. */
static inline int sysinfo__forgive(int status) {
    return status != SYSINFO_GONE && sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

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

/*
 * The same in two steps, where the path is not at hand: reads one that is open, and returns an errno, or
 * 0; after such an error the second opens it anew, or explains the error.
 */
int sysinfo__file_read_open(struct sysinfo_host *host, const struct sysinfo__kept *file);
int sysinfo__file_read_after(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file,
                             bool may_be_absent, int error);

/* The same for one that some kernels lack: when it is not there, it is not looked for again until it is closed. */
int sysinfo__file_read_if_any(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file);
void sysinfo__kept_close(struct sysinfo__kept *file);

/* True if a directory of cgroups exists at that path; below another root, any directory. */
int sysinfo__is_cgroup(struct sysinfo_host *host, const char *path, bool *answer);

/* FNV-1a, to notice that a text has changed. */
uint64_t sysinfo__text_hash(const char *text, size_t length);

/* The same for a file that is opened for this one reading. `path` begins with a slash. */
int sysinfo__file_read_once(struct sysinfo_host *host, const char *path);

/* Calls `visit` for each entry of a directory, until it returns false. */
int sysinfo__folder_walk(struct sysinfo_host *host, const char *path, bool (*visit)(void *context, const char *name),
                         void *context);

/*
 * The number in a name made of a prefix, digits and a suffix: ("cpu12", "cpu", "") is 12. False:
 * the name is another.
 */
bool sysinfo__name_number(const char *name, const char *prefix, const char *suffix, uint64_t *number);

/* Whether this is the machine's own root, so that the system itself may be asked. */
bool sysinfo__root_is_own(const struct sysinfo_host *host);

/* Whether the kernel's own /proc is mounted, so that a file that it lacks is one that this kernel lacks. */
bool sysinfo__has_proc(const struct sysinfo_host *host);

/* ---- CPUs ---- */

/* The online CPUs; an empty set where sysfs does not say. */
int sysinfo__online_cpus(struct sysinfo_host *host, struct sysinfo__cpu_set *online);

/*
 * The CPUs that share a core with `cpu`. *is_known is cleared where the machine does not say,
 * *is_lasting where a file could not be read.
 */
int sysinfo__read_siblings(struct sysinfo_host *host, uint64_t cpu, struct sysinfo__cpu_set *siblings, bool *is_known,
                           bool *is_lasting);

/*
 * Cores that the CPUs belong to; 0: at least one of them does not say which is its core.
 * *is_lasting: that no file was kept from us.
 */
int sysinfo__count_cores(struct sysinfo_host *host, const struct sysinfo__cpu_set *cpus, uint64_t *cores,
                         bool *is_lasting);

/* The packages that the CPUs belong to, as the topology has them; 0: not all of them say which is theirs. */
int sysinfo__count_packages(struct sysinfo_host *host, const struct sysinfo__cpu_set *online, uint64_t *packages);

/* Reads /proc/cpuinfo into the state's text, where there is one. */
int sysinfo__cpuinfo(struct sysinfo_host *host);

/* Sets `allowed` to the online CPUs that this process may run on; leaves it absent if unknown. */
int sysinfo__allowed_cpus(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

void sysinfo__affinity_open(struct sysinfo__affinity *affinity);
void sysinfo__affinity_close(struct sysinfo__affinity *affinity);

/* ---- Memory ---- */

/*
 * Of this machine: what the system says. Of another root: the power of two that
 * makes free memory in pages (nr_free_pages of its vmstat) equal free memory in
 * bytes (MemFree of its meminfo); the two files are not of the same instant, so a
 * quarter of difference is let pass. Where they do not say, it is this machine's
 * page size, and *is_guess is set. Pass 0 for what is not known.
 */
uint64_t sysinfo__page_size(const struct sysinfo_host *host, uint64_t free_bytes, uint64_t free_pages, bool *is_guess);

/*
 * Bytes in free huge pages of all sizes, from sys/kernel/mm/hugepages: meminfo
 * reports the free ones of the default size only. *is_known is cleared where the
 * machine does not say.
 */
int sysinfo__free_huge_pages(struct sysinfo_host *host, uint64_t *bytes, bool *is_known);

/* What sysinfo__free_huge_pages() keeps open. */
void sysinfo__huge_pages_open(struct sysinfo__huge_pages *huge_pages);
void sysinfo__huge_pages_close(struct sysinfo__huge_pages *huge_pages);

/*
 * `total` and `free` without what was moved; from the same text free memory in
 * bytes (0: unknown), and whether it has a SwapTotal line.
 */
int sysinfo__swap_space(struct sysinfo_host *host, struct sysinfo_swap *swap, uint64_t *free_memory, bool *has_line);

void sysinfo__numa_open(struct sysinfo__numa *numa);
void sysinfo__numa_close(struct sysinfo__numa *numa);

/* ---- Control groups ---- */

/*
 * Where the control groups of this process are.
 *
 * A process is in one group of each hierarchy. On version 2 there is a single
 * hierarchy for all controllers; on version 1 each controller has its own, or
 * shares one; both versions may be mounted at once, with each controller in one of
 * them. A limit holds for all groups below: so what counts is the process's
 * group and every group above it, here called levels, from its own (0) to
 * the highest that the mount shows.
 *
 * Finding them takes tens of microseconds (mountinfo is long), reading a limit
 * less than one. So they are found once, their files stay open, and each question
 * reads /proc/self/cgroup to see whether the process is still where it was.
 */

/* The files of each controller: a name in version 2, and one in version 1. NULL: that version has none. */
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
 * Asks a hierarchy: brings the view of it up to date, calls `ask`, and when a
 * group vanished meanwhile (SYSINFO_GONE) looks for the groups anew and asks
 * again. `ask` begins from scratch each time.
 */
int sysinfo__hierarchy_ask(struct sysinfo_host *host, enum sysinfo__controller controller,
                           int (*ask)(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context),
                           void *context);

/*
 * Reads a level's file into the state's text. SYSINFO_NOT_FOUND: that level has no
 * such file (which is remembered), or this version has none. SYSINFO_GONE: it had one.
 */
int sysinfo__hierarchy_read(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file);

/*
 * What of the memory that a level's groups would give up the kernel keeps for those that the process
 * is not in: page cache below their memory.min (version 2). Which groups have that is looked for once.
 */
int sysinfo__protected_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                              uint64_t *bytes);
void sysinfo__protected_forget(struct sysinfo__hierarchy *hierarchy);

/*
 * The process's memory group: the lowest level that has a use, for a threaded group has none, nor one
 * that lacks the controller. Sets *level to the number of levels where there is none.
 */
int sysinfo__memory_level(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t *level,
                          uint64_t *bytes);

/* What happened at a level's memory limit, and in the groups below it: the mask of what is known. */
enum { SYSINFO__EVENT_HIGH, SYSINFO__EVENT_MAX, SYSINFO__EVENT_OOM, SYSINFO__EVENT_OOM_KILL, SYSINFO__EVENTS };
int sysinfo__memory_events(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                           uint32_t *known, uint64_t value[SYSINFO__EVENTS]);

/* The tightest memory limit of the cgroups alone, and its level: for sysinfo__hierarchy_ask(). */
int sysinfo__cgroup_memory_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                 struct sysinfo__limit *limit);

/* Says of a level's file, which was read, what is wrong with it: SYSINFO_MALFORMED. */
int sysinfo__hierarchy_malformed(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                 int file, const char *complaint);

/*
 * The same for a file that holds one number, or "max": SYSINFO_UNLIMITED. SYSINFO_MALFORMED: it
 * holds something else.
 */
int sysinfo__hierarchy_read_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                  int file, uint64_t *value);

/* Records why the process's group is unknown: there is no /proc/self/cgroup, or no mount shows the group. */
int sysinfo__no_group(struct sysinfo_host *host);

void sysinfo__cgroups_open(struct sysinfo__cgroups *cgroups);
void sysinfo__cgroups_close(struct sysinfo__cgroups *cgroups);

/* The tightest quota of all levels of the CPU controller's hierarchy; read once in a call. */
int sysinfo__cpu_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct sysinfo__quota *quota);

/* ---- What bounds the memory of one process beside its cgroups ---- */

struct sysinfo__process_bound {
    const char *name; /* "RLIMIT_AS" */
    uint64_t limit, used;
    bool is_limit; /* Set by somebody; else it is what addresses can reach. */
    bool is_use_known;
};
enum { SYSINFO__PROCESS_BOUNDS = 3 };

/* Fills the bounds that there are, and sets *count. */
int sysinfo__process_bounds(struct sysinfo_host *host, struct sysinfo__process_bound bounds[SYSINFO__PROCESS_BOUNDS],
                            size_t *count);

/* Reads /proc/self/status of the process that asks into the state's text, where there is one. */
int sysinfo__process_status(struct sysinfo_host *host);

/* Closes what another process opened below /proc/self: call it before a file of `process` is read. */
void sysinfo__process_renew(struct sysinfo__process *process);

#endif
