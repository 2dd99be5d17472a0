/* SPDX-License-Identifier: MIT */
#include <sysinfo/host.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void sysinfo__host_make(struct sysinfo_host *host) {
    memset(host, 0, offsetof(struct sysinfo_host, state));
    host->root = "";
    atomic_flag_clear(&host->is_in_use);
    if (sysinfo__backend.open != NULL) {
        sysinfo__backend.open(&host->state);
    }
}

void sysinfo__host_release(struct sysinfo_host *host) {
    if (sysinfo__backend.close != NULL) {
        sysinfo__backend.close(&host->state);
    }
    sysinfo_topology_object_list_free(host->topology);
    free(host->past_percent_percpu.row);
    free(host->past_usage_percpu.row);
    free(host->before.row);
    free(host->spare.row);
    sysinfo__numa_rows_free(&host->spare_nodes);
    sysinfo__limit_rows_free(&host->spare_limits);
}

int sysinfo_host_open(struct sysinfo_host **out, const char *root) {
    if (out == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    if (root == NULL) {
        root = "/";
    }
    size_t length = strlen(root);
    if (length == 0) {
        return SYSINFO_INVALID;
    }
    while (length > 0 && root[length - 1] == '/') {
        length--;
    }
    if (length > 0 && !sysinfo__backend.has_roots) {
        return SYSINFO_NOT_SUPPORTED;
    }
    int saved_errno = errno;
    struct sysinfo_host *host = malloc(sizeof *host);
    size_t explanation_size = length + 512;
    char *texts = malloc(explanation_size + length + 1);
    if (host == NULL || texts == NULL) {
        free(host);
        free(texts);
        errno = saved_errno;
        return SYSINFO_NO_MEMORY;
    }
    sysinfo__host_make(host);
    host->explanation = texts;
    host->explanation_size = explanation_size;
    char *own_root = texts + explanation_size;
    memcpy(own_root, root, length);
    own_root[length] = '\0';
    host->root = own_root;
    *out = host;
    errno = saved_errno;
    return SYSINFO_OK;
}

void sysinfo_host_close(struct sysinfo_host *host) {
    if (host == NULL) {
        return;
    }
    int saved_errno = errno;
    sysinfo__host_release(host);
    free(host->explanation);
    free(host);
    errno = saved_errno;
}

double sysinfo__clock(void) {
    return sysinfo__backend.clock != NULL ? sysinfo__backend.clock() : 0;
}
