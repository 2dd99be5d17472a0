/* SPDX-License-Identifier: MIT */
/* Files with which hwloc, as of 2.12, would abort the process or wait forever: it opens whatever it finds. */
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scan.h"

#define NODES "/sys/devices/system/node"

enum { LONGEST_PATH = 4096, DEEPEST = 8 };

/* `path` holds the root and a path in it, with room for names. */
static int check_entry(struct sysinfo_host *host, char *path, size_t root_length, unsigned char type, int depth);

static int check_directory(struct sysinfo_host *host, char *path, size_t root_length, int depth) {
    DIR *directory = depth > 0 ? opendir(path) : NULL;
    const struct dirent *entry;
    size_t length = strlen(path);
    int status = SYSINFO_OK;
    while (status == SYSINFO_OK && directory != NULL && (entry = readdir(directory)) != NULL) {
        size_t more = strlen(entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || length + 1 + more >= LONGEST_PATH) {
            continue;
        }
        path[length] = '/';
        memcpy(path + length + 1, entry->d_name, more + 1);
        status = check_entry(host, path, root_length, entry->d_type, depth - 1);
        path[length] = '\0';
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return status;
}

static int check_entry(struct sysinfo_host *host, char *path, size_t root_length, unsigned char type, int depth) {
    struct stat about;
    if (type == DT_REG) {
        return SYSINFO_OK;
    }
    if (type == DT_DIR) {
        return check_directory(host, path, root_length, depth);
    }
    if (stat(path, &about) != 0 || S_ISREG(about.st_mode)) { /* hwloc follows links, so this check does too. */
        return SYSINFO_OK;
    }
    if (S_ISDIR(about.st_mode)) {
        return type == DT_LNK ? SYSINFO_OK : check_directory(host, path, root_length, depth);
    }
    return sysinfo__failed(host, SYSINFO_MALFORMED, 0, path + root_length,
                           "is neither a file nor a directory: hwloc could wait for it forever");
}

/* Checks another root, whose files anyone may have created. */
static int check_root(struct sysinfo_host *host) {
    static const char *const places[] = {"/proc/cpuinfo",
                                         "/proc/meminfo",
                                         "/proc/mounts",
                                         "/proc/hwloc-nofile-info",
                                         "/proc/device-tree",
                                         "/sys/devices/system",
                                         "/sys/devices/virtual/dmi",
                                         "/sys/class/dmi/id",
                                         "/sys/firmware/devicetree",
                                         "/sys/kernel/mm/hugepages",
                                         "/sys/bus/node",
                                         "/sys/bus/dax"};
    const char *root = sysinfo__root(host);
    char *path = malloc(LONGEST_PATH);
    if (path == NULL) {
        return sysinfo__no_memory(host, "/sys/devices/system");
    }
    int status = SYSINFO_OK;
    for (size_t i = 0; status == SYSINFO_OK && i < sizeof places / sizeof places[0]; i++) {
        if (snprintf(path, LONGEST_PATH, "%s%s", root, places[i]) < LONGEST_PATH) {
            status = check_entry(host, path, strlen(root), DT_UNKNOWN, DEEPEST);
        }
    }
    free(path);
    return status;
}

static bool note_node(void *context, const char *name) {
    uint64_t number;
    bool *has_node = context;
    *has_node = sysinfo__name_number(name, "node", "", &number);
    return !*has_node;
}

/* hwloc reads the list of online nodes, else counts directories, and asserts that there is a node. */
static int check_nodes(struct sysinfo_host *host) {
    bool has_node = false;
    int status = sysinfo__directory_walk(host, NODES, note_node, &has_node);
    if (status != SYSINFO_OK || has_node) {
        return sysinfo__forgive(status);
    }
    status = sysinfo__file_read_once(host, NODES "/online");
    uint64_t first;
    if (status == SYSINFO_OK && sysinfo__scan_number(sysinfo__state(host)->text, &first) != NULL) {
        return SYSINFO_OK;
    }
    return status == SYSINFO_NO_MEMORY
               ? status
               : sysinfo__failed(host, SYSINFO_UNKNOWN, 0, NODES, "has no nodes: hwloc would end this process");
}

int sysinfo__linux_check_topology(struct sysinfo_host *host) {
    int status = sysinfo__root(host)[0] == '\0' ? SYSINFO_OK : check_root(host);
    return status == SYSINFO_OK ? check_nodes(host) : status;
}
