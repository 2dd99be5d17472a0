/* SPDX-License-Identifier: MIT */
/*
 * Memory that the kernel reserves for other groups: memory.min, Documentation/admin-guide/cgroup-v2.rst.
 *
 * Reclaim leaves a group its usage up to memory.min. The page cache in it looks available, to the machine and to every
 * level above, but is not: a program that relies on it gets killed. A group's own memory.min protects it from its
 * parent's reclaim; from reclaim further up it has no more protection than its parent.
 */
#include "linux.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PROTECTED = 256, LONGEST_PATH = 4096 };

static void release(struct sysinfo__protected *group) {
    sysinfo__kept_close(&group->min);
    sysinfo__kept_close(&group->current);
    sysinfo__kept_close(&group->stat);
    free(group->path);
}

void sysinfo__protected_forget(struct sysinfo__hierarchy *hierarchy) {
    for (size_t i = 0; i < hierarchy->protected_count; i++) {
        release(&hierarchy->guarded[i]);
    }
    free(hierarchy->guarded);
    hierarchy->guarded = NULL;
    hierarchy->protected_count = hierarchy->protected_capacity = 0;
}

/* ---- Which groups have a memory.min ---- */

struct scan {
    struct sysinfo_host *host;
    struct sysinfo__hierarchy *hierarchy;
    size_t level;
    const char *own; /* In it, the name of the group that the process is in. */
    size_t own_length;
    int status;
};

/* Reads a number from a file that is opened for this only; 0: unreadable. */
static int read_number(struct sysinfo_host *host, const char *path, uint64_t *number) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read_once(host, path);
    if (status != SYSINFO_OK || !sysinfo__decode_limit(state->text, state->length, number)) {
        *number = 0;
    }
    bool is_file = status != SYSINFO_OK && sysinfo_system_error(host) == ENOTDIR; /* Not a group. */
    return status == SYSINFO_OK || is_file || sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

static bool add(struct sysinfo__hierarchy *hierarchy, size_t level, const char *path, size_t length) {
    if (hierarchy->protected_count == hierarchy->protected_capacity) {
        size_t capacity = hierarchy->protected_capacity == 0 ? 4 : hierarchy->protected_capacity * 2;
        struct sysinfo__protected *larger = realloc(hierarchy->guarded, capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        hierarchy->guarded = larger;
        hierarchy->protected_capacity = capacity;
    }
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, path, length);
    copy[length] = '\0';
    hierarchy->guarded[hierarchy->protected_count++] =
        (struct sysinfo__protected){level, copy, {-1, false}, {-1, false}, {-1, false}};
    return true;
}

/* Forgets what a failed scan has found, because it will be found again. */
static void forget_level(struct sysinfo__hierarchy *hierarchy, size_t level) {
    size_t left = 0;
    for (size_t i = 0; i < hierarchy->protected_count; i++) {
        if (hierarchy->guarded[i].level == level) {
            release(&hierarchy->guarded[i]);
        } else {
            hierarchy->guarded[left++] = hierarchy->guarded[i];
        }
    }
    hierarchy->protected_count = left;
}

/* The directory contains files too, below which nothing can be opened. */
static bool visit(void *context, const char *name) {
    struct scan *scan = context;
    struct sysinfo__hierarchy *hierarchy = scan->hierarchy;
    char path[LONGEST_PATH];
    bool is_own = strlen(name) == scan->own_length && memcmp(name, scan->own, scan->own_length) == 0;
    if (name[0] == '.' || is_own) {
        return true;
    }
    int length =
        snprintf(path, sizeof path, "%.*s/%s", (int)hierarchy->level[scan->level].path_length, hierarchy->path, name);
    if (length < 0 || (size_t)length + sizeof "/memory.min" > sizeof path) {
        return true;
    }
    memcpy(path + length, "/memory.min", sizeof "/memory.min");
    uint64_t min;
    scan->status = read_number(scan->host, path, &min);
    if (scan->status == SYSINFO_OK && min > 0 && !add(hierarchy, scan->level, path, (size_t)length)) {
        scan->status =
            sysinfo__failed(scan->host, SYSINFO_NO_MEMORY, 0, "memory.min", "needs more memory than is left");
    }
    return scan->status == SYSINFO_OK && hierarchy->protected_count < MOST_PROTECTED;
}

/* Scans a level's groups; if the level below is protected itself, scans that one's groups too. */
static int scan_level(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level) {
    for (size_t i = level; i >= 1; i--) {
        struct sysinfo__cgroup_level *this = &hierarchy->level[i], *below = &hierarchy->level[i - 1];
        if (!this->is_scanned) {
            char path[LONGEST_PATH];
            const char *own = hierarchy->path + this->path_length + 1;
            struct scan scan = {host, hierarchy, i, own, below->path_length - this->path_length - 1, SYSINFO_OK};
            if (below->path_length + sizeof "/memory.min" > sizeof path) {
                return SYSINFO_OK;
            }
            forget_level(hierarchy, i);
            snprintf(path, sizeof path, "%.*s", (int)this->path_length, hierarchy->path);
            int status = sysinfo__directory_walk(host, path[0] == '\0' ? "/" : path, visit, &scan);
            status = status == SYSINFO_OK || sysinfo__is_one_unknown(status) ? scan.status : status;
            if (status == SYSINFO_OK) {
                snprintf(path, sizeof path, "%.*s/memory.min", (int)below->path_length, hierarchy->path);
                status = read_number(host, path, &below->min);
            }
            if (status != SYSINFO_OK) {
                return status;
            }
            this->is_scanned = true;
        }
        if (below->min == 0) {
            break;
        }
    }
    return SYSINFO_OK;
}

/* ---- The current amount ---- */

/* Reads a figure of such a group; *value is unchanged if it is unknown. */
static int read_figure(struct sysinfo_host *host, const struct sysinfo__protected *group, const char *name,
                       struct sysinfo__kept *file, uint64_t *value) {
    const struct sysinfo__state *state = sysinfo__state(host);
    char path[LONGEST_PATH];
    snprintf(path, sizeof path, "%s/%s", group->path, name);
    int status = sysinfo__file_read_single(host, path, file);
    if (status == SYSINFO_OK && file == &group->stat) {
        struct sysinfo__memory_stat stat;
        sysinfo__decode_memory_stat(state->text, state->length, true, &stat);
        *value = stat.reclaimable;
    } else if (status == SYSINFO_OK) {
        sysinfo__decode_limit(state->text, state->length, value);
    }
    return status == SYSINFO_GONE || sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/* Adds the part of a group's page cache that reclaim leaves it; 0 for a removed group. */
static int add_kept(struct sysinfo_host *host, struct sysinfo__protected *group, uint64_t *bytes) {
    uint64_t min = 0, current = 0;
    int status = read_figure(host, group, "memory.min", &group->min, &min);
    if (status == SYSINFO_OK && min > 0) {
        status = read_figure(host, group, "memory.current", &group->current, &current);
    }
    uint64_t cache = current; /* Assume all of it if the cache is unknown. */
    if (status == SYSINFO_OK && current > 0) {
        status = read_figure(host, group, "memory.stat", &group->stat, &cache);
    }
    *bytes += sysinfo__reduced(cache, sysinfo__reduced(current, sysinfo__smaller(min, current)));
    return status;
}

SYSINFO__HOT int sysinfo__protected_memory(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy,
                                           size_t level, uint64_t *bytes) {
    *bytes = 0;
    if (!hierarchy->is_v2 || level == 0) {
        return SYSINFO_OK;
    }
    int status = scan_level(host, hierarchy, level);
    for (size_t at = 1; at <= level && status == SYSINFO_OK; at++) {
        *bytes = at == 1 ? 0 : sysinfo__smaller(*bytes, hierarchy->level[at - 1].min);
        for (size_t i = 0; i < hierarchy->protected_count && status == SYSINFO_OK; i++) {
            if (hierarchy->guarded[i].level == at) {
                status = add_kept(host, &hierarchy->guarded[i], bytes);
            }
        }
    }
    return status;
}
