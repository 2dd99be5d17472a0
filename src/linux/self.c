/* SPDX-License-Identifier: MIT */
/* This process, from files below /proc/self, which always is the process that opens them. */
#include "linux.h"

#include <unistd.h>

#include "posix/posix.h"

static int read_own(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file) {
    sysinfo__process_renew(host);
    int error = file->fd >= 0 ? sysinfo__file_read_open_usual(host, file) : 0;
    return file->fd >= 0 && error == 0 ? SYSINFO_OK : sysinfo__file_read_after(host, path, file, false, error);
}

static bool count_entry(void *context, const char *name) {
    uint64_t *count = context;
    *count += name[0] != '.';
    return true;
}

static int set_detail(struct sysinfo_host *host, struct sysinfo_process *process) {
    struct sysinfo__state *state = sysinfo__state(host);
    int status = read_own(host, "/proc/self/smaps_rollup", &state->process.rollup); /* Since 4.14. */
    if (status == SYSINFO_OK) {
        sysinfo__decode_smaps_rollup(state->text, state->length, process);
    } else if (!sysinfo__is_missing(status)) {
        return status;
    }
    uint64_t descriptors = 0;
    status = sysinfo__directory_walk(host, "/proc/self/fd", count_entry, &descriptors);
    if (status == SYSINFO_OK && descriptors > 0) { /* One of them is the directory being read. */
        FACT(process, descriptors, descriptors - 1);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

int sysinfo__linux_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (!sysinfo__root_is_own(host)) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "figures of a process",
                               "are of this process only, without another root");
    }
    sysinfo__posix_usage(process, 0);
    int status = sysinfo__process_status(host);
    if (status != SYSINFO_OK && !sysinfo__is_missing(status)) {
        return status;
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_process_status(state->text, state->length, process);
    }
    return in_detail ? set_detail(host, process) : SYSINFO_OK;
}

int sysinfo__linux_process_memory(struct sysinfo_host *host, uint64_t *rss) {
    static const char path[] = "/proc/self/statm";
    struct sysinfo__state *state = sysinfo__state(host);
    if (!sysinfo__root_is_own(host)) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "figures of a process",
                               "are of this process only, without another root");
    }
    int status = read_own(host, path, &state->process.statm);
    uint64_t pages[3];
    if (status != SYSINFO_OK) {
        return status;
    }
    if (!sysinfo__decode_statm(state->text, pages)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, path, "does not begin with three numbers");
    }
    *rss = pages[1] * (uint64_t)sysconf(_SC_PAGESIZE);
    return SYSINFO_OK;
}
