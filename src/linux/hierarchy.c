/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

enum { ATTEMPTS = 3 };

#define GROUP_FILE "/proc/self/cgroup"

static const struct {
    const char *name; /* As in /proc/self/cgroup and a mount's options; "": version 2. */
    struct {
        const char *v2, *v1;
    } file[SYSINFO__CGROUP_FILES];
} controllers[SYSINFO__CONTROLLERS] = {
    [SYSINFO__MEMORY] = {"memory",
                         {[SYSINFO__MEMORY_LIMIT] = {"memory.max", "memory.limit_in_bytes"},
                          [SYSINFO__MEMORY_HIGH] = {"memory.high", NULL},
                          [SYSINFO__MEMORY_USED] = {"memory.current", "memory.usage_in_bytes"},
                          [SYSINFO__MEMORY_STAT] = {"memory.stat", "memory.stat"},
                          [SYSINFO__SWAP_LIMIT] = {"memory.swap.max", "memory.memsw.limit_in_bytes"},
                          [SYSINFO__SWAP_HIGH] = {"memory.swap.high", NULL},
                          [SYSINFO__SWAP_USED] = {"memory.swap.current", "memory.memsw.usage_in_bytes"},
                          [SYSINFO__MEMORY_PEAK] = {"memory.peak", "memory.max_usage_in_bytes"},
                          [SYSINFO__MEMORY_EVENTS] = {"memory.events", "memory.failcnt"},
                          [SYSINFO__MEMORY_OOM] = {NULL, "memory.oom_control"}}},
    [SYSINFO__CPU] = {"cpu",
                      {[SYSINFO__CPU_QUOTA] = {"cpu.max", "cpu.cfs_quota_us"},
                       [SYSINFO__CPU_PERIOD] = {NULL, "cpu.cfs_period_us"},
                       [SYSINFO__CPU_STAT] = {"cpu.stat", "cpu.stat"}}},
    [SYSINFO__CPUACCT] =
        {"cpuacct",
         {[SYSINFO__CPUACCT_USAGE] = {NULL, "cpuacct.usage"}, [SYSINFO__CPUACCT_STAT] = {NULL, "cpuacct.stat"}}},
    [SYSINFO__CPUSET] = {"cpuset",
                         {[SYSINFO__CPUSET_CPUS] = {"cpuset.cpus.effective", "cpuset.cpus"},
                          [SYSINFO__CPUSET_NO_PREFIX] = {NULL, "cpus"},
                          [SYSINFO__CPUSET_EFFECTIVE] = {NULL, "cpuset.effective_cpus"}}},
    [SYSINFO__UNIFIED] = {"",
                          {[SYSINFO__UNIFIED_CPU] = {"cpu.pressure", NULL},
                           [SYSINFO__UNIFIED_MEMORY] = {"memory.pressure", NULL},
                           [SYSINFO__UNIFIED_IO] = {"io.pressure", NULL},
                           [SYSINFO__UNIFIED_IRQ] = {"irq.pressure", NULL}}},
};

enum { LONGEST_NAME = 40 }; /* Of a file name, including the slash before it. */

int sysinfo__no_group(struct sysinfo_host *host) {
    struct sysinfo__cgroups *cgroups = &sysinfo__state(host)->cgroups;
    if (cgroups->has_text) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, GROUP_FILE, "names no cgroup whose files are mounted here");
    }
    sysinfo__kept_close(&sysinfo__state(host)->process.group); /* Look it up again next time. */
    return sysinfo__failed(host, cgroups->text_status, cgroups->text_error, GROUP_FILE, NULL);
}

/* ---- What a host keeps ---- */

static void forget_watches(struct sysinfo__hierarchy *hierarchy) {
    for (int i = 0; i < hierarchy->watches; i++) {
        sysinfo__kept_close(&hierarchy->watch[i].file);
    }
    hierarchy->watches = 0;
}

static void forget_hierarchy(struct sysinfo__hierarchy *hierarchy) {
    for (size_t level = 0; level < hierarchy->levels; level++) {
        for (int file = 0; file < SYSINFO__CGROUP_FILES; file++) {
            sysinfo__kept_close(&hierarchy->level[level].file[file]);
        }
    }
    forget_watches(hierarchy);
    sysinfo__protected_forget(hierarchy);
    free(hierarchy->level);
    free(hierarchy->path);
    free(hierarchy->group);
    *hierarchy = (struct sysinfo__hierarchy){.sight = SYSINFO__NONE};
}

static void forget_all(struct sysinfo__cgroups *cgroups) {
    for (int c = 0; c < SYSINFO__CONTROLLERS; c++) {
        forget_hierarchy(&cgroups->hierarchy[c]);
    }
    free(cgroups->text);
    cgroups->text = NULL;
    cgroups->is_found = false;
}

void sysinfo__cgroups_open(struct sysinfo__cgroups *cgroups) {
    memset(cgroups, 0, sizeof *cgroups);
}

void sysinfo__cgroups_close(struct sysinfo__cgroups *cgroups) {
    forget_all(cgroups);
}

/* Appends a file name to a level's directory and saves the bytes it overwrites; and restores them. */
static void append_name(struct sysinfo__hierarchy *hierarchy, size_t level, const char *name,
                        char saved[LONGEST_NAME]) {
    char *behind = hierarchy->path + hierarchy->level[level].path_length;
    memcpy(saved, behind, LONGEST_NAME);
    behind[0] = '/';
    memcpy(behind + 1, name, strlen(name) + 1);
}

static void remove_name(struct sysinfo__hierarchy *hierarchy, size_t level, const char saved[LONGEST_NAME]) {
    memcpy(hierarchy->path + hierarchy->level[level].path_length, saved, LONGEST_NAME);
}

/*
 * Handles a missing file: SYSINFO_GONE if its group's directory is missing too, because the process was moved and the
 * group removed.
 */
static int miss(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                struct sysinfo__kept *file) {
    bool is_there = true;
    if (level == 0) { /* Directories above it contain a group. */
        char *behind = hierarchy->path + hierarchy->level[level].path_length, saved = *behind;
        *behind = '\0';
        int status = sysinfo__is_cgroup(host, hierarchy->path[0] == '\0' ? "/" : hierarchy->path, &is_there);
        *behind = saved;
        if (status != SYSINFO_OK) {
            return status;
        }
    }
    file->fd = is_there ? SYSINFO__ABSENT : -1;
    return sysinfo__failed(host, is_there ? SYSINFO_NOT_FOUND : SYSINFO_GONE, ENOENT, hierarchy->path, NULL);
}

/*
 * The same as read_in() for a file that is not open, or whose reading has failed with `error`. Remembers that a file is
 * missing; if it existed earlier, returns SYSINFO_GONE.
 */
static int open_in(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, const char *name,
                   struct sysinfo__kept *file, int error) {
    char saved[LONGEST_NAME];
    append_name(hierarchy, level, name, saved);
    int status;
    if (file->fd == SYSINFO__ABSENT) {
        status = sysinfo__failed(host, SYSINFO_NOT_FOUND, ENOENT, hierarchy->path, NULL);
    } else {
        bool was_open = file->fd >= 0;
        status = sysinfo__file_read_after(host, hierarchy->path, file, false, error);
        if (status == SYSINFO_NOT_FOUND) {
            status = was_open ? SYSINFO_GONE : miss(host, hierarchy, level, file);
        }
    }
    remove_name(hierarchy, level, saved);
    return status;
}

/* Reads a file in a level's directory through a kept descriptor. */
static int read_in(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, const char *name,
                   struct sysinfo__kept *file) {
    int error = file->fd >= 0 ? sysinfo__file_read_open_usual(host, file) : 0;
    return file->fd >= 0 && error == 0 ? SYSINFO_OK : open_in(host, hierarchy, level, name, file, error);
}

/* ---- Finding one hierarchy among the mounts ---- */

/* More mounts than any machine has. Such a file would take seconds of opening directories. */
enum { MOST_TRIES = 1000 };

struct search {
    struct sysinfo_host *host;
    const char *controller;    /* The one that a version 1 mount must have; "" for version 2. */
    struct sysinfo__part path; /* Of the process's group. */
    bool is_mountinfo;
    /*
     * The length of the host's root, if mount points begin with it: then they are those of a running system seen
     * through that root.
     */
    size_t prefix;
    struct sysinfo__hierarchy *hierarchy;
    size_t root_length; /* Of the chosen mount; shorter is better, because it shows more levels. */
    bool is_missing;    /* A mount should show the group, but its directory is missing, perhaps only for a moment. */
    int tries;          /* Directories opened. */
};

static bool equals(struct sysinfo__part part, const char *word) {
    return part.length == strlen(word) && memcmp(part.at, word, part.length) == 0;
}

static bool is_wanted(const struct search *search, const struct sysinfo__mount *mount) {
    if (search->controller[0] == '\0') {
        return equals(mount->type, "cgroup2");
    }
    bool is_old_cpuset =
        equals(mount->type, "cpuset") && strcmp(search->controller, "cpuset") == 0; /* Before control groups, 2.6.12. */
    return is_old_cpuset || (equals(mount->type, "cgroup") && sysinfo__has_word(mount->options, search->controller));
}

/*
 * Takes the directory `point`/`below` if it exists and is better than the previous one; its levels are counted later.
 */
static int take(struct search *search, const char *point, struct sysinfo__part below, enum sysinfo__sight sight,
                size_t root_length, bool is_above) {
    struct sysinfo__hierarchy *hierarchy = search->hierarchy;
    if (sight < hierarchy->sight || (sight == hierarchy->sight && root_length > search->root_length)) {
        return SYSINFO_OK; /* A better one was found. */
    }
    if (search->tries++ >= MOST_TRIES) {
        search->is_missing = true;
        return SYSINFO_OK;
    }
    size_t length = strlen(point);
    while (length > 0 && point[length - 1] == '/') {
        length--;
    }
    char *path = calloc(1, length + below.length + LONGEST_NAME + 1);
    if (path == NULL) {
        return sysinfo__no_memory(search->host, GROUP_FILE);
    }
    memcpy(path, point, length);
    memcpy(path + length, below.at, below.length);
    bool is_there;
    int status = sysinfo__is_cgroup(search->host, path[0] == '\0' ? "/" : path, &is_there);
    if (!is_there) {
        free(path);
        search->is_missing = true;
        return status;
    }
    free(hierarchy->path);
    hierarchy->path = path;
    hierarchy->length = length + below.length;
    hierarchy->mount_length = length;
    hierarchy->sight = sight;
    hierarchy->is_above = is_above;
    search->root_length = root_length;
    return SYSINFO_OK;
}

/* Whether a mount's root is "/..", "/../.." and so on: above the namespace, and so above everything in it. */
static bool is_above_all(const char *root) {
    const char *p = root;
    while (strncmp(p, "/..", 3) == 0) {
        p += 3;
    }
    return p > root && *p == '\0';
}

/*
 * Considers one mount.
 *
 * If its root does not lead to the group, a second best may remain. In a namespace, a mount from outside it ("/../..")
 * shows groups above: their limits apply, although groups between may be hidden, and their usage is not the process's.
 * And /proc/mounts does not report roots: there, the path may be one outside a container while the mount shows the
 * container's own group. A mount that shows a group below the process's, or beside it, says nothing about the process.
 */
static int consider(struct search *search, const struct sysinfo__mount *mount, char *point, char *root) {
    const struct sysinfo__part nothing = {"", 0};
    struct sysinfo__part below;
    sysinfo__unescape(mount->point, point);
    point += search->prefix;
    if (mount->root.at == NULL) {
        if (!sysinfo__group_is_below(search->path, "/", &below)) {
            return SYSINFO_OK;
        }
        int status = take(search, point, below, SYSINFO__WHOLE, 1, false);
        return status == SYSINFO_OK ? take(search, point, nothing, SYSINFO__PARTIAL, 1, false) : status;
    }
    size_t root_length = sysinfo__unescape(mount->root, root);
    if (sysinfo__group_is_below(search->path, root, &below)) {
        return take(search, point, below, SYSINFO__WHOLE, root_length, false);
    }
    return is_above_all(root) ? take(search, point, nothing, SYSINFO__PARTIAL, root_length, true) : SYSINFO_OK;
}

/* Considers all mounts in the state's text. */
static int look(struct search *search, const char *controller) {
    const struct sysinfo__state *state = sysinfo__state(search->host);
    const char *end = state->text + state->length;
    char *names = malloc(2 * (state->length + 1));
    if (names == NULL) {
        return sysinfo__no_memory(search->host, GROUP_FILE);
    }
    int status = SYSINFO_OK;
    search->controller = controller;
    for (const char *line = state->text, *next; line < end && status == SYSINFO_OK; line = next) {
        next = sysinfo__scan_next_line(line, end);
        struct sysinfo__mount mount;
        bool is_mount = search->is_mountinfo ? sysinfo__decode_mountinfo(line, next, &mount)
                                             : sysinfo__decode_mounts(line, next, &mount);
        if (is_mount && is_wanted(search, &mount) &&
            (search->prefix == 0 || sysinfo__is_below(mount.point, sysinfo__root(search->host)))) {
            status = consider(search, &mount, names, names + state->length + 1);
        }
    }
    free(names);
    return status;
}

/* Creates the levels from the group's directory up to the mount's. */
static int make_levels(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy) {
    size_t levels = 1;
    for (size_t i = hierarchy->mount_length; i < hierarchy->length; i++) {
        levels += hierarchy->path[i] == '/';
    }
    hierarchy->level = calloc(levels, sizeof *hierarchy->level);
    if (hierarchy->level == NULL) {
        return sysinfo__no_memory(host, GROUP_FILE);
    }
    hierarchy->levels = levels;
    size_t length = hierarchy->length;
    for (size_t level = 0; level < levels; level++) {
        hierarchy->level[level].path_length = length;
        for (int file = 0; file < SYSINFO__CGROUP_FILES; file++) {
            hierarchy->level[level].file[file].fd = -1;
        }
        while (length > hierarchy->mount_length && hierarchy->path[--length] != '/') {
        }
    }
    return SYSINFO_OK;
}

/* Whether a level's directory has a file with that name. If that cannot be read, it does, but not for certain. */
static int has_file(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, const char *name,
                    bool *answer, bool *is_certain) {
    struct sysinfo__kept file = {.fd = -1};
    char saved[LONGEST_NAME];
    append_name(hierarchy, level, name, saved);
    *answer = *is_certain = sysinfo__root_is_own(host) && access(hierarchy->path, R_OK) == 0;
    remove_name(hierarchy, level, saved);
    if (*answer) {
        return SYSINFO_OK;
    }
    int status = read_in(host, hierarchy, level, name, &file);
    sysinfo__kept_close(&file);
    *answer = status != SYSINFO_NOT_FOUND;
    *is_certain = status == SYSINFO_OK || status == SYSINFO_NOT_FOUND;
    return status == SYSINFO_OK || sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/*
 * Whether there are groups above the highest level: its mount shows a part of the hierarchy, or the process is in a
 * namespace, where that part looks like the whole. Only the top group lacks cgroup.type (version 2), and only it has
 * release_agent (version 1; a capture may have neither that file nor its neighbour).
 */
static int find_top(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy) {
    size_t top = hierarchy->levels - 1;
    bool has_neighbour = false, has_agent = true, is_certain = false;
    if (hierarchy->sight != SYSINFO__WHOLE || hierarchy->is_top_hidden) {
        return SYSINFO_OK;
    }
    if (hierarchy->is_v2) {
        return has_file(host, hierarchy, top, "cgroup.type", &hierarchy->is_top_hidden, &is_certain);
    }
    int status = has_file(host, hierarchy, top, "cgroup.clone_children", &has_neighbour, &is_certain);
    if (status == SYSINFO_OK && has_neighbour) {
        status = has_file(host, hierarchy, top, "release_agent", &has_agent, &is_certain);
    }
    hierarchy->is_top_hidden = has_neighbour && !has_agent;
    hierarchy->is_top_seen = status == SYSINFO_OK && has_neighbour && has_agent && is_certain;
    return status;
}

/* ---- Finding all hierarchies ---- */

/* If the mounts are those of a running system seen through this host's root, mount points begin with it. */
static size_t find_prefix(struct sysinfo_host *host, bool is_mountinfo) {
    const struct sysinfo__state *state = sysinfo__state(host);
    const char *root = sysinfo__root(host), *end = state->text + state->length;
    size_t length = strlen(root);
    for (const char *line = state->text, *next; line < end && length > 0; line = next) {
        next = sysinfo__scan_next_line(line, end);
        struct sysinfo__mount mount;
        bool is_mount =
            is_mountinfo ? sysinfo__decode_mountinfo(line, next, &mount) : sysinfo__decode_mounts(line, next, &mount);
        if (is_mount && sysinfo__is_below(mount.point, root)) {
            return length;
        }
    }
    return 0;
}

/* Finds one controller's hierarchy: version 1 if /proc/self/cgroup lists it, else version 2. */
static int find_hierarchy(struct search *search, enum sysinfo__controller controller,
                          const struct sysinfo__cgroups *cgroups) {
    struct sysinfo__hierarchy *hierarchy = search->hierarchy;
    const char *name = controllers[controller].name;
    if (cgroups->has_text && sysinfo__decode_group(cgroups->text, cgroups->length, name, &search->path)) {
        hierarchy->is_v2 = name[0] == '\0';
    } else if (cgroups->has_text && controller != SYSINFO__CPUACCT &&
               sysinfo__decode_group(cgroups->text, cgroups->length, "", &search->path)) {
        hierarchy->is_v2 = true;
    } else {
        hierarchy->sight = cgroups->has_text || cgroups->is_without ? SYSINFO__NONE : SYSINFO__HIDDEN;
        return SYSINFO_OK;
    }
    hierarchy->group = malloc(search->path.length + 1);
    if (hierarchy->group == NULL) {
        return sysinfo__no_memory(search->host, GROUP_FILE);
    }
    memcpy(hierarchy->group, search->path.at, search->path.length);
    hierarchy->group[search->path.length] = '\0';
    hierarchy->group_hash = sysinfo__text_hash(search->path.at, search->path.length);
    hierarchy->sight = SYSINFO__HIDDEN;
    return look(search, hierarchy->is_v2 ? "" : name);
}

/* Before 2.6.24 only /proc/self/cpuset names the group, in either version. */
static int find_old_cpuset(struct search *search, const char *path, size_t length) {
    search->path = (struct sysinfo__part){path, length};
    search->hierarchy->sight = SYSINFO__HIDDEN;
    int status = look(search, "cpuset");
    if (status == SYSINFO_OK && search->hierarchy->sight == SYSINFO__HIDDEN) {
        search->hierarchy->is_v2 = true;
        status = look(search, "");
    }
    return status;
}

/* Reads the file that names the cpuset's group, which the caller frees; *path is NULL if there is none. */
static int read_old_cpuset(struct sysinfo_host *host, char **path, size_t *length) {
    const struct sysinfo__state *state = sysinfo__state(host);
    *path = NULL;
    int status = sysinfo__file_read_once(host, "/proc/self/cpuset");
    if (status != SYSINFO_OK) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    *length = strcspn(state->text, "\n");
    if (*length == 0 || state->text[0] != '/') {
        return SYSINFO_OK;
    }
    *path = malloc(*length + 1);
    if (*path == NULL) {
        return sysinfo__no_memory(host, GROUP_FILE);
    }
    memcpy(*path, state->text, *length + 1);
    return SYSINFO_OK;
}

/*
 * Before 5.11, a v1 memory group could be set not to limit its children. Levels from such a group upwards do not count.
 */
static int trim_levels(struct sysinfo_host *host, struct sysinfo__hierarchy *memory) {
    for (size_t level = 1; level < memory->levels && !memory->is_v2; level++) {
        struct sysinfo__kept file = {.fd = -1};
        int status = read_in(host, memory, level, "memory.use_hierarchy", &file);
        sysinfo__kept_close(&file);
        if (status == SYSINFO_OK && sysinfo__state(host)->text[0] == '0') {
            memory->levels = level;
            memory->is_top_hidden = false;
            memory->is_top_seen = true;
        } else if (status != SYSINFO_OK && !sysinfo__is_one_unknown(status)) {
            return status;
        }
    }
    return SYSINFO_OK;
}

/* Reads the mounts into the state's text; empty if there is no such file. *is_lasting: no need to look again. */
static int read_mounts(struct sysinfo_host *host, bool *is_mountinfo, bool *is_lasting) {
    int status = sysinfo__file_read_once(host, "/proc/self/mountinfo");
    *is_mountinfo = status == SYSINFO_OK;
    *is_lasting = status == SYSINFO_OK || status == SYSINFO_NOT_FOUND;
    if (sysinfo__is_missing(status)) {
        status = sysinfo__file_read_once(host, "/proc/mounts");
    }
    if (sysinfo__is_missing(status)) {
        *is_lasting = *is_lasting && status == SYSINFO_NOT_FOUND;
        sysinfo__state(host)->length = 0;
        return SYSINFO_OK;
    }
    return status;
}

static int find_all(struct sysinfo_host *host) {
    struct sysinfo__cgroups *cgroups = &sysinfo__state(host)->cgroups;
    char *old_cpuset = NULL;
    size_t old_length = 0;
    bool is_lasting = true;
    struct search search = {.host = host};
    int status = cgroups->has_text ? SYSINFO_OK : read_old_cpuset(host, &old_cpuset, &old_length);
    if (status == SYSINFO_OK) {
        status = read_mounts(host, &search.is_mountinfo, &is_lasting);
    }
    if (status != SYSINFO_OK) {
        free(old_cpuset);
        return status;
    }
    search.prefix = find_prefix(host, search.is_mountinfo);
    for (int c = 0; c < SYSINFO__CONTROLLERS && status == SYSINFO_OK; c++) {
        search.hierarchy = &cgroups->hierarchy[c];
        search.root_length = SIZE_MAX;
        status = c == SYSINFO__CPUSET && old_cpuset != NULL
                     ? find_old_cpuset(&search, old_cpuset, old_length)
                     : find_hierarchy(&search, (enum sysinfo__controller)c, cgroups);
        if (status == SYSINFO_OK && search.hierarchy->sight >= SYSINFO__PARTIAL) {
            status = make_levels(host, search.hierarchy);
            search.hierarchy->is_top_hidden = search.root_length > 1;
        }
    }
    free(old_cpuset);
    cgroups->is_found = status == SYSINFO_OK && is_lasting;
    for (int c = 0; c < SYSINFO__CONTROLLERS && search.is_missing; c++) {
        cgroups->is_found =
            cgroups->is_found && cgroups->hierarchy[c].sight != SYSINFO__HIDDEN; /* Otherwise, look again. */
    }
    return status;
}

/* ---- Following the process ---- */

/*
 * Reads /proc/self/cgroup and checks whether it has changed. Once per call, because the kernel takes longer for it than
 * for the files of a group, and all figures of a call must be of one group.
 */
SYSINFO__HOT static int read_own_group(struct sysinfo_host *host, bool *is_same) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__cgroups *cgroups = &state->cgroups;
    if (cgroups->is_found && cgroups->checked == sysinfo__call_number(host)) {
        *is_same = true;
        return SYSINFO_OK;
    }
    sysinfo__process_renew(host);
    struct sysinfo__kept *file = &state->process.group;
    bool was_open = file->fd >= 0;
    int error = was_open ? sysinfo__file_read_open_usual(host, file) : 0, status = SYSINFO_OK;
    if (!was_open || error != 0) {
        status = sysinfo__file_read_after(host, GROUP_FILE, file, true, error);
    }
    bool has_text = status == SYSINFO_OK;
    if (!has_text && !sysinfo__is_missing(status)) {
        return status;
    }
    state->length = has_text ? state->length : 0;
    cgroups->text_status = status;
    cgroups->text_error = has_text ? 0 : sysinfo_system_error(host);
    *is_same = cgroups->is_found && cgroups->has_text == has_text && cgroups->length == state->length &&
               (!has_text || memcmp(cgroups->text, state->text, state->length) == 0);
    if (!*is_same) {
        forget_all(cgroups);
        cgroups->has_text = has_text;
        cgroups->is_without = status == SYSINFO_NOT_FOUND && sysinfo__has_proc(host);
        cgroups->length = state->length;
        cgroups->text = malloc(state->length + SYSINFO__TEXT_PADDING);
        if (cgroups->text == NULL) {
            return sysinfo__no_memory(host, GROUP_FILE);
        }
        memcpy(cgroups->text, state->text, state->length);
        memset(cgroups->text + state->length, 0, SYSINFO__TEXT_PADDING);
    }
    cgroups->checked = sysinfo__call_number(host);
    return SYSINFO_OK;
}

/*
 * In version 2, a group has a controller's files only after that controller was enabled above it, which an
 * administrator may do at any time, to set a limit at once. Controllers are enabled from the top down, so a change
 * shows first in the highest two groups without those files: their cgroup.controllers is watched. (Two, because the
 * highest may be the root of all groups, which never has limits.)
 */
static int watch(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, bool *is_same) {
    const struct sysinfo__state *state = sysinfo__state(host);
    for (int i = 0; i < hierarchy->watches; i++) {
        int status =
            read_in(host, hierarchy, hierarchy->watch[i].level, "cgroup.controllers", &hierarchy->watch[i].file);
        if (status != SYSINFO_OK && !sysinfo__is_missing(status)) {
            return status;
        }
        uint64_t hash = status == SYSINFO_OK ? sysinfo__text_hash(state->text, state->length) : 0;
        *is_same = *is_same && hash == hierarchy->watch[i].hash;
        hierarchy->watch[i].hash = hash;
    }
    return SYSINFO_OK;
}

static int begin_watch(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy) {
    size_t top = hierarchy->levels;
    forget_watches(hierarchy); /* Those of an attempt that failed. */
    for (size_t level = hierarchy->levels; level > 0 && hierarchy->is_v2; level--) {
        int status = sysinfo__hierarchy_read(host, hierarchy, level - 1, 0);
        if (status == SYSINFO_NOT_FOUND) {
            hierarchy->watch[hierarchy->watches].file.fd = -1;
            hierarchy->watch[hierarchy->watches++].level = level - 1;
            if (level < top) { /* No group below has them either. */
                break;
            }
        } else if (status == SYSINFO_OK) {
            hierarchy->watches = 0; /* A group with none above it is the root of all. */
        } else if (!sysinfo__is_one_unknown(status)) {
            return status;
        }
    }
    bool is_same = true;
    return watch(host, hierarchy, &is_same);
}

/* Before the first question: what else there is to find out about a hierarchy that may hold limits. */
static int prepare(struct sysinfo_host *host, enum sysinfo__controller controller) {
    struct sysinfo__hierarchy *hierarchy = &sysinfo__state(host)->cgroups.hierarchy[controller];
    int status = SYSINFO_OK;
    if (controller == SYSINFO__MEMORY || controller == SYSINFO__CPU) {
        status = find_top(host, hierarchy);
    }
    if (status == SYSINFO_OK && controller == SYSINFO__MEMORY) {
        status = trim_levels(host, hierarchy);
    }
    if (status == SYSINFO_OK &&
        (controller == SYSINFO__MEMORY || controller == SYSINFO__CPU || controller == SYSINFO__CPUSET)) {
        status = begin_watch(host, hierarchy);
    }
    hierarchy->is_prepared = status == SYSINFO_OK;
    return status;
}

SYSINFO__HOT static int renew(struct sysinfo_host *host, enum sysinfo__controller controller, bool anew) {
    struct sysinfo__cgroups *cgroups = &sysinfo__state(host)->cgroups;
    struct sysinfo__hierarchy *hierarchy = &cgroups->hierarchy[controller];
    if (anew) {
        cgroups->is_found = false;
    }
    if (cgroups->is_found && hierarchy->checked == sysinfo__call_number(host)) {
        return SYSINFO_OK;
    }
    bool is_same;
    int status = read_own_group(host, &is_same);
    if (status == SYSINFO_OK && is_same && hierarchy->watches > 0) {
        status = watch(host, hierarchy, &is_same);
        if (status == SYSINFO_OK && !is_same) {
            cgroups->is_found = false;
            status = read_own_group(host, &is_same);
        }
    }
    if (status == SYSINFO_OK && !is_same) {
        status = find_all(host);
    }
    if (status == SYSINFO_OK && !hierarchy->is_prepared) {
        status = prepare(host, controller);
    }
    hierarchy->checked = status == SYSINFO_OK ? sysinfo__call_number(host) : 0;
    return status;
}

/* ---- Asking ---- */

SYSINFO__HOT int sysinfo__hierarchy_ask(struct sysinfo_host *host, enum sysinfo__controller controller,
                                        int (*ask)(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                                   void *context),
                                        void *context) {
    int status = SYSINFO_GONE;
    for (int attempt = 0; attempt < ATTEMPTS && status == SYSINFO_GONE; attempt++) {
        status = renew(host, controller, attempt > 0);
        if (status == SYSINFO_OK) {
            status = ask(host, &sysinfo__state(host)->cgroups.hierarchy[controller], context);
        }
    }
    return status;
}

static enum sysinfo__controller controller_of(struct sysinfo_host *host, const struct sysinfo__hierarchy *hierarchy) {
    return (enum sysinfo__controller)(hierarchy - sysinfo__state(host)->cgroups.hierarchy);
}

/* NULL: the hierarchy's version has no such file. */
static const char *name_of(struct sysinfo_host *host, const struct sysinfo__hierarchy *hierarchy, int file) {
    enum sysinfo__controller controller = controller_of(host, hierarchy);
    return hierarchy->is_v2 ? controllers[controller].file[file].v2 : controllers[controller].file[file].v1;
}

int sysinfo__hierarchy_read_after(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                  int file, int error) {
    const char *name = name_of(host, hierarchy, file);
    struct sysinfo__kept *kept = &hierarchy->level[level].file[file];
    int status = name == NULL ? SYSINFO_NOT_FOUND : open_in(host, hierarchy, level, name, kept, error);
    if (status == SYSINFO_NOT_FOUND &&
        controller_of(host, hierarchy) == SYSINFO__UNIFIED) { /* Nothing else notices when such a file appears. */
        kept->fd = -1;
    }
    return status;
}

SYSINFO__HOT int sysinfo__hierarchy_read(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                         int file) {
    return sysinfo__hierarchy_read_usual(host, hierarchy, level, file);
}

int sysinfo__hierarchy_malformed(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                 int file, const char *complaint) {
    char saved[LONGEST_NAME];
    append_name(hierarchy, level, name_of(host, hierarchy, file), saved);
    int status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, hierarchy->path, complaint);
    remove_name(hierarchy, level, saved);
    return status;
}

SYSINFO__HOT int sysinfo__hierarchy_read_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                               size_t level, int file, uint64_t *value) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__hierarchy_read_usual(host, hierarchy, level, file);
    if (status == SYSINFO_OK && !sysinfo__decode_limit(state->text, state->length, value)) {
        return sysinfo__hierarchy_malformed(host, hierarchy, level, file, "does not hold a number");
    }
    return status;
}
