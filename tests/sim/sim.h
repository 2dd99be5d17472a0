/* SPDX-License-Identifier: MIT */
/*
 * A simulated kernel below another system's library.
 *
 * The library is compiled with that system's real headers into one object, in which every symbol required from the
 * system is renamed from X to simk_X. Three parts belong to it:
 *
 * - kernel.c, an ordinary Linux program: the simk_ functions, with the failures of real kernels. A call that is not
 * simulated does not link.
 * - fixture_SYSTEM.c, compiled with the system's headers and without calling libc: it converts the machine's plain
 * numbers into the system's own structs.
 * - cases.c, faults.c and the contract suite, which use only the public headers.
 *
 * This header is shared by all of them and includes nothing of any system.
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The machine, in plain numbers ---- */

enum { SIM_CPUS = 300, SIM_SWAPS = 8, SIM_ACCOUNTS = 4, SIM_PROCESSES = 300, SIM_PID = 4321 };
#define SIM_UNLIMITED UINT64_MAX

struct sim_cpu {
    uint64_t user, nice, system, spin, irq, idle; /* Ticks. */
    bool is_offline;
    bool is_absent;    /* No CPU has this number. */
    bool is_forbidden; /* This thread may not run there. */
};

struct sim_machine {
    unsigned cpus, cores;
    struct sim_cpu cpu[SIM_CPUS];
    int hz, stathz;
    int smt; /* OpenBSD's hw.smt; -1: no such key. */

    uint64_t physical, page_size, buffers, arc, arc_least; /* Bytes. */
    int64_t pages, free, active, inactive, wired, laundry, file, exec, anonymous, dirty, speculative, purgeable, cache,
        compressor;
    unsigned pressure, pressure_free; /* macOS */

    unsigned swaps;
    struct {
        uint64_t bytes, used;
    } swap[SIM_SWAPS];
    size_t swap_row; /* DragonFly: how long a row of the devices says that it is; 0: as long as it is. */
    uint64_t pages_in, pages_out;
    unsigned swap_version; /* FreeBSD, DragonFly: of struct xswdev. */

    uint64_t switches, interrupts, soft_interrupts, syscalls, forks, vforks, rforks;
    uint64_t faults, read_faults, file_in, file_out;
    int64_t boot_seconds, boot_microseconds, now; /* Seconds since 1970. */
    double load[3];
    int loads; /* The number of values from getloadavg; -1: it fails. */

    struct {
        uint64_t rss, vms, data; /* Pages. */
        unsigned threads, descriptors;
        int64_t user_microseconds, system_microseconds;
        int64_t peak, minor_faults, major_faults, voluntary, involuntary; /* In the units of getrusage. */
        uint64_t address_limit, data_limit;
    } process;
    struct { /* The allocator of the C library; without `is_there` nothing is known of it. */
        bool is_there, has_no_statistics, is_other; /* is_other, macOS: the first zone is of another library. */
        uint64_t allocated, cached, mapped, retained, page, dirty, muzzy, resident, blocks, peak;
        unsigned arenas;
        uint64_t released;  /* Pages that a trim gives back to the system. */
        uint64_t footprint; /* Bytes, macOS: of the whole process. */
    } heap;
    unsigned processes; /* On the machine; 0: the system does not list them. */
    struct sim_process {
        int pid, parent;
        int64_t started; /* Seconds since 1970. */
        bool is_dead;
        uint64_t rss; /* Pages. */
        int64_t peak; /* KiB */
        unsigned threads;
        int64_t user_microseconds, system_microseconds, children_microseconds;
    } other[SIM_PROCESSES];
    unsigned megahertz;                  /* 0: no such key. */
    const char *levels;                  /* The list of levels; NULL: none. */
    const char *brand;                   /* NULL: only hw.model. */
    unsigned levels_of_cores, efficient; /* macOS */
    bool is_reaper;                      /* FreeBSD: procctl() was asked to make this process a reaper. */
    bool is_bound;                       /* NetBSD: this thread has an affinity. */
    int counts_racct;                    /* FreeBSD's kern.racct.enable; -1: no such key. */
    const char *rules;                   /* The result of rctl_get_limits; NULL: EPERM. */
    struct {
        const char *subject, *use;
    } account[SIM_ACCOUNTS];
};
extern struct sim_machine sim;

/* Four CPUs on two cores, 8 GiB, two swap devices: each case starts with this machine and changes it. */
void sim_reset(void);

/* ---- Failures ---- */

enum sim_error {
    SIM_OK,
    SIM_EPERM,
    SIM_ENOENT,
    SIM_EIO,
    SIM_ENOMEM,
    SIM_EACCES,
    SIM_EINVAL,
    SIM_EINTR,
    SIM_ERANGE,
    SIM_NO_SUCH_KEY,
    SIM_ERRORS
};

/* Happens to call number `at` (from 1; 0: every call) with a given name, or with any name if that is NULL. */
struct sim_fault {
    const char *name; /* A key ("kern.cp_time") or a function ("host_page_size"). */
    int at;
    enum sim_error error; /* The call fails with this error, */
    size_t cut, grow;     /* or its value is this many bytes shorter or longer. */
    bool is_set;
    int seen; /* Calls with that name so far; maintained by the kernel. */
};
extern struct sim_fault sim_fault;

/* Called before every call of the kernel, with its name and the number of calls so far, from 1. */
extern void (*sim_hook)(const char *name, int call);
extern int sim_calls;

/* The number of the allocation that fails, from 1; 0: none. The number of allocations so far, and of live ones. */
extern int sim_failing_allocation, sim_allocations, sim_live_allocations;

/* Resources of Mach and the file system that were not released. */
extern int sim_live_ports, sim_live_answers, sim_open_files;

/* The system's errno. */
extern int sim_errno;

/* ---- Provided by a fixture ---- */

extern const char sim_name[];

/* The system's number for an error, and for an unknown key. */
int sim_error_number(enum sim_error error);
int sim_unknown_key(void);

/*
 * A key. `rest` is what follows its number in the query; `room` is the caller's buffer size, 0 for a query of the size.
 */
struct sim_key {
    const char *name;
    int number[4];
    unsigned length;
    unsigned more; /* How many numbers follow. */
    enum sim_error (*build)(const int *rest, size_t room, unsigned char *answer, size_t *size);
};
extern const struct sim_key sim_keys[]; /* The last has a NULL name. */
enum { SIM_ANSWER = 65536, SIM_LONGEST = 1 << 20 /* A list of processes. */ };

/* Whether the kernel leaves a too small buffer alone; other kernels copy what fits. */
extern const bool sim_all_or_nothing;

/* RLIMIT_AS and RLIMIT_DATA; -1: not on this system. And RLIM_INFINITY. */
extern const int sim_rlimit_as, sim_rlimit_data;
extern const uint64_t sim_rlim_infinity;

/* The system's own calls; a fixture without them returns -1. */
int sim_cpu_state(unsigned long request, void *state); /* ioctl of NetBSD's /dev/cpuctl */
int sim_processor_info(int what, int *answer, unsigned *cpus, unsigned *length);
int sim_process_info(int pid, int what, void *answer, int room); /* Returns how many bytes it has filled. */
int sim_task_info(unsigned what, int *answer, unsigned *length);
int sim_statistics(int what, int *answer, unsigned *length); /* *length is the room, then the actual length. */

#endif
