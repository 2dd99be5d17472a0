/* SPDX-License-Identifier: MIT */
/*
 * The kernel refuses to map more than RLIMIT_AS in all (VmSize), and more than RLIMIT_DATA
 * that is private and writable (VmData, since Linux 4.7; before, the heap alone): getrlimit(2), proc(5).
 */

#include "linux.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATUS_FILE "/proc/self/status"
#define LIMITS_FILE "/proc/self/limits"

/* ---- Noticing fork() ---- */

void sysinfo__process_open(struct sysinfo__process *process) {
    *process =
        (struct sysinfo__process){.group.fd = -1, .status.fd = -1, .limits.fd = -1, .statm.fd = -1, .rollup.fd = -1};
}

static void close_files(struct sysinfo__process *process) {
    sysinfo__kept_close(&process->group);
    sysinfo__kept_close(&process->status);
    sysinfo__kept_close(&process->limits);
    sysinfo__kept_close(&process->statm);
    sysinfo__kept_close(&process->rollup);
}

void sysinfo__process_close(struct sysinfo__process *process) {
    close_files(process);
    if (process->alive != NULL) {
        munmap(process->alive, 1);
    }
}

/*
 * Maps a byte that a child of any kind finds cleared (Linux 4.14). NULL: the system cannot. Emulators that ignore
 * madvise() also accept advice that does not exist.
 */
static unsigned char *map_alive(void) {
#ifdef MADV_WIPEONFORK
    void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return NULL;
    }
    if (madvise(page, 1, -1) != 0 && madvise(page, 1, MADV_WIPEONFORK) == 0) {
        return page;
    }
    munmap(page, 1);
#endif
    return NULL;
}

void sysinfo__process_recheck(struct sysinfo_host *host) {
    struct sysinfo__process *process = &sysinfo__state(host)->process;
    int64_t id = getpid();
    if (process->alive != NULL || process->id != id) {
        close_files(process);
    }
    if (process->id == 0 && !sysinfo__is_one_off(host)) {
        process->alive = map_alive();
    }
    if (process->alive != NULL) {
        *process->alive = 1;
    }
    process->id = id;
}

/* ---- Files ---- */

int sysinfo__process_status(struct sysinfo_host *host) {
    struct sysinfo__process *process = &sysinfo__state(host)->process;
    sysinfo__process_renew(host);
    return sysinfo__file_read_if_any(host, STATUS_FILE, &process->status);
}

static void add_bound(struct sysinfo__process_bound *bounds, size_t *count, const char *name, uint64_t limit,
                      bool is_limit) {
    if (limit != SYSINFO_UNLIMITED) {
        bounds[(*count)++] = (struct sysinfo__process_bound){name, limit, 0, is_limit, false};
    }
}

/*
 * The system call that C libraries make, prlimit(), takes twice as long: it also asks whether one process
 * may see the limits of another. Newer processors' kernels have no other.
 */
static uint64_t own_limit(int resource) {
#if defined SYS_getrlimit && defined __LP64__
    struct {
        uint64_t current, most;
    } own = {SYSINFO_UNLIMITED, SYSINFO_UNLIMITED};
    if (syscall(SYS_getrlimit, resource, &own) == 0) {
        return own.current; /* Without a limit it is the largest number, as SYSINFO_UNLIMITED is. */
    }
#endif
    struct rlimit limit;
    int failed = resource == RLIMIT_AS ? getrlimit(RLIMIT_AS, &limit) : getrlimit(RLIMIT_DATA, &limit);
    return failed == 0 && limit.rlim_cur != RLIM_INFINITY ? (uint64_t)limit.rlim_cur : SYSINFO_UNLIMITED;
}

/*
 * The end of a 32-bit program's address space: 2, 3 or 4 GiB, depending on the kernel. The initial stack, with what the
 * kernel put on it, lies just below it.
 */
static uint64_t address_space(void) {
    if (sizeof(void *) > 4) {
        return SYSINFO_UNLIMITED;
    }
    uint64_t on_stack = getauxval(AT_RANDOM), gib = UINT64_C(1) << 30;
    return on_stack == 0 ? 4 * gib : (on_stack / gib + 1) * gib;
}

/* Below another root, reads what its own file reports about its process, if it exists. */
static int read_limits(struct sysinfo_host *host, uint64_t *address, uint64_t *data) {
    struct sysinfo__state *state = sysinfo__state(host);
    sysinfo__process_renew(host);
    int status = sysinfo__file_read_if_any(host, LIMITS_FILE, &state->process.limits);
    if (status == SYSINFO_OK) {
        *address = sysinfo__decode_process_limit(state->text, state->length, "Max address space");
        *data = sysinfo__decode_process_limit(state->text, state->length, "Max data size");
    }
    return sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

SYSINFO__HOT int sysinfo__process_bounds(struct sysinfo_host *host,
                                         struct sysinfo__process_bound bounds[SYSINFO__PROCESS_BOUNDS], size_t *count) {
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t address = SYSINFO_UNLIMITED, data = SYSINFO_UNLIMITED, space = SYSINFO_UNLIMITED;
    int status = SYSINFO_OK;
    *count = 0;
    if (sysinfo__root_is_own(host)) {
        address = own_limit(RLIMIT_AS);
        data = own_limit(RLIMIT_DATA);
        space = address_space();
    } else {
        status = read_limits(host, &address, &data);
    }
    add_bound(bounds, count, "RLIMIT_AS", address, true);
    add_bound(bounds, count, "RLIMIT_DATA", data, true);
    add_bound(bounds, count, "address space", space, false);
    if (status != SYSINFO_OK || *count == 0) {
        return status;
    }
    status = sysinfo__process_status(host);
    for (size_t i = 0; i < *count && status == SYSINFO_OK; i++) {
        const char *key = strcmp(bounds[i].name, "RLIMIT_DATA") == 0 ? "VmData:" : "VmSize:";
        bounds[i].is_use_known = sysinfo__decode_status_size(state->text, state->length, key, &bounds[i].used);
    }
    return sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}
