/* SPDX-License-Identifier: MIT */
/* OpenBSD 7.8 and later. docs/systems/openbsd.md has the source and formula of every field. */
#include "sysctl.h"

#include <sys/param.h> /* First: the others need its types. */

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sched.h>
#include <sys/sysctl.h>
#include <uvm/uvmexp.h>

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "bsd/system.h"
#include "bsd/uvm.h"
#include "posix/posix.h"

/* Layouts guaranteed by sysctl(2). The CPU states have moved once, so they are used by name. */
_Static_assert(CPUSTATES == 6 && sizeof(struct cpustats) == 56 && offsetof(struct cpustats, cs_flags) == 48,
               "kern.cpustats");
_Static_assert(sizeof(struct clockinfo) == 16 && offsetof(struct clockinfo, stathz) == 8, "kern.clockrate");
_Static_assert(sizeof(((struct uvmexp *)0)->npages) == 4 && offsetof(struct uvmexp, npages) == 12, "vm.uvmexp");
_Static_assert(offsetof(struct uvmexp, wired) == 32 && offsetof(struct uvmexp, swpages) == 104 &&
                   offsetof(struct uvmexp, swpginuse) == 108,
               "vm.uvmexp");
_Static_assert(offsetof(struct uvmexp, nswget) == 116 && offsetof(struct uvmexp, pgswapout) == 172, "vm.uvmexp");
_Static_assert(sizeof(struct bcachestats) == 144 && offsetof(struct bcachestats, numbufpages) == 8,
               "vfs.generic.bcachestat");
_Static_assert(offsetof(struct uvmexp, faults) == 132 && offsetof(struct uvmexp, pageins) == 156 &&
                   offsetof(struct uvmexp, forks) == 176 && offsetof(struct uvmexp, fltget) == 252,
               "vm.uvmexp");

static int read_hw(struct sysinfo_host *host, int which, const char *name, uint64_t *number) {
    const int key[] = {CTL_HW, which};
    return sysinfo__sysctl_number(host, name, key, 2, number);
}

/* ---- CPU time ---- */

static int read_cpu(struct sysinfo_host *host, uint64_t cpu, struct cpustats *stats) {
    const int key[] = {CTL_KERN, KERN_CPUSTATS, (int)cpu};
    struct cpustats answer[2]; /* The second leaves room for the struct to grow. */
    size_t size = sizeof answer;
    int status = sysinfo__sysctl(host, "kern.cpustats", key, 3, answer, &size);
    if (status == SYSINFO_OK && size < sizeof *stats) {
        status = sysinfo__sysctl_too_short(host, "kern.cpustats");
    }
    if (status == SYSINFO_OK) {
        *stats = answer[0];
    }
    return status;
}

static struct sysinfo__ticks ticks_of(const struct cpustats *stats) {
    const uint64_t *time = stats->cs_time;
    return (struct sysinfo__ticks){.user = time[CP_USER],
                                   .nice = time[CP_NICE],
                                   .system = time[CP_SYS],
                                   .spin = time[CP_SPIN],
                                   .irq = time[CP_INTR],
                                   .idle = time[CP_IDLE]};
}

/*
 * kern.cp_time is an average over the online CPUs, so the sum is computed here. Siblings kept offline (hw.smt=0, the
 * default on amd64) have a number and constant counters. They are included in the sum, which therefore never decreases,
 * but get no row.
 */
static int read_cpus(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows, struct sysinfo_cpu_sample *sum) {
    enum { MOST = 4096 }; /* Many times what OpenBSD supports. */
    double rate;
    uint64_t count, reported = 0;
    struct sysinfo__ticks all = {0};
    int status = sysinfo__tick_rate(host, &rate);
    if (status == SYSINFO_OK) {
        status = read_hw(host, HW_NCPU, "hw.ncpu", &count);
    }
    for (uint64_t cpu = 0; status == SYSINFO_OK && cpu < count && cpu < MOST; cpu++) {
        struct cpustats stats;
        status = read_cpu(host, cpu, &stats);
        if (status == SYSINFO_NOT_FOUND) { /* No CPU has this number. */
            status = SYSINFO_OK;
            continue;
        }
        if (status != SYSINFO_OK) {
            return status;
        }
        struct sysinfo__ticks ticks = ticks_of(&stats);
        sysinfo__ticks_add(&all, &ticks);
        reported++;
        if (rows != NULL && (stats.cs_flags & CPUSTATS_ONLINE)) {
            struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
            if (row == NULL) {
                return sysinfo__no_memory(host, "kern.cpustats");
            }
            sysinfo__decode_ticks(&ticks, rate, sizeof(uint64_t), row);
        }
    }
    if (status == SYSINFO_OK && reported == 0) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "kern.cpustats", "knows no CPU");
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_ticks(&all, rate, sizeof(uint64_t), sum);
    }
    return status;
}

static int cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    return read_cpus(host, NULL, times);
}

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    return read_cpus(host, rows, &rows->all.sample);
}

static int cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t count, smt;
    int status = read_hw(host, HW_NCPUONLINE, "hw.ncpuonline", &count);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (count > 0) {
        FACT(counts, count, count);
    }
    /*
     * With hw.smt=0, only the first thread of each core is online. Cores are not reported otherwise, but one CPU has
     * one core.
     */
    status = read_hw(host, HW_SMT, "hw.smt", &smt);
    if (count == 1 || (status == SYSINFO_OK && smt == 0 && count > 0)) {
        FACT(counts, cores, count);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* ---- Memory, swap and counters ---- */

int sysinfo__system_uvm(struct sysinfo_host *host, struct sysinfo__uvm *uvm) {
    static const int key[] = {CTL_VM, VM_UVMEXP};
    struct uvmexp answer[2]; /* The second leaves room for the struct to grow. */
    size_t size = sizeof answer;
    int status = sysinfo__sysctl(host, "vm.uvmexp", key, 2, answer, &size);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (size < offsetof(struct uvmexp, flt_anon)) { /* All members used here precede it. */
        return sysinfo__sysctl_too_short(host, "vm.uvmexp");
    }
    *uvm = (struct sysinfo__uvm){
        .page_size = answer[0].pagesize,
        .pages = answer[0].npages,
        .free = answer[0].free,
        .active = answer[0].active,
        .inactive = answer[0].inactive,
        .swap = (unsigned)answer[0].swpages,
        .swap_used = (unsigned)answer[0].swpginuse,
        .swapped_in = (unsigned)answer[0].nswget, /* Each read one page; pgswapin is never counted. */
        .swapped_out = (unsigned)answer[0].pgswapout,
        .switches = (unsigned)answer[0].swtch,
        .interrupts = (unsigned)answer[0].intrs,
        .soft_interrupts = (unsigned)answer[0].softs,
        .syscalls = (unsigned)answer[0].syscalls,
        .forks = (unsigned)answer[0].forks,
        .faults = (unsigned)answer[0].faults,
        .read_faults = (uint64_t)(unsigned)answer[0].fltget + (unsigned)answer[0].pageins,
        .writes_files = true,
        .zero_is_unknown = true,
    };
    return uvm->page_size > 0 ? SYSINFO_OK
                              : sysinfo__failed(host, SYSINFO_MALFORMED, 0, "vm.uvmexp", "reports a page size of 0");
}

static int read_cache(struct sysinfo_host *host, struct sysinfo__buffer_cache *cache, bool *is_known) {
    static const int key[] = {CTL_VFS, VFS_GENERIC, VFS_BCACHESTAT};
    struct bcachestats stats[2]; /* The second leaves room for the struct to grow. */
    size_t size = sizeof stats;
    int status = sysinfo__sysctl(host, "vfs.generic.bcachestat", key, 3, stats, &size);
    *is_known = status == SYSINFO_OK && size >= offsetof(struct bcachestats, numcleanpages);
    if (*is_known) {
        *cache = (struct sysinfo__buffer_cache){stats[0].numbufpages, stats[0].numdirtypages};
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__uvm uvm;
    uint64_t total = 0;
    int status = read_hw(host, HW_PHYSMEM64, "hw.physmem", &total);
    if (status == SYSINFO_OK && total == 0) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "hw.physmem", "is 0");
    }
    if (status == SYSINFO_OK) {
        status = sysinfo__system_uvm(host, &uvm);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo__buffer_cache cache;
    bool has_cache;
    status = read_cache(host, &cache, &has_cache);
    sysinfo__decode_openbsd_memory(&uvm, total, has_cache ? &cache : NULL, memory);
    return status;
}

/* ---- This process ---- */

const uint64_t sysinfo__system_peak_unit = 1024;

/* The list has a row for the process, with p_tid -1, and one for each of its threads. */
int sysinfo__system_self(struct sysinfo_host *host, struct sysinfo__self *self) {
    const int key[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID | KERN_PROC_SHOW_THREADS, getpid(), sizeof(struct kinfo_proc),
                       INT_MAX};
    size_t size = 0;
    int status = sysinfo__sysctl_all(host, "kern.proc", key, 6, &size);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct kinfo_proc *row = sysinfo__state(host)->room;
    size_t rows = size / sizeof *row;
    if (rows == 0) {
        return sysinfo__sysctl_too_short(host, "kern.proc");
    }
    uint64_t page = (uint64_t)getpagesize();
    *self = (struct sysinfo__self){.rss = sysinfo__bytes((uint64_t)row->p_vm_rssize, page),
                                   .vms = row->p_vm_map_size,
                                   .data = sysinfo__bytes((uint64_t)row->p_vm_dsize, page)};
    for (size_t i = 0; i < rows; i++) {
        self->threads += row[i].p_tid >= 0;
    }
    return SYSINFO_OK;
}

int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count) {
    (void)host;
    *count = (uint64_t)getdtablecount();
    return SYSINFO_OK;
}

/* mmap(2), and so malloc(), counts against the data limit; there is no limit on the address space. */
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    return sysinfo__add_resource(host, bounds, "RLIMIT_DATA", RLIMIT_DATA, offsetof(struct sysinfo__self, data));
}

int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count) {
    (void)host;
    *count = 0;
    return SYSINFO_OK;
}

/* ---- Description of the CPUs ---- */

/* Reads one figure for all CPUs. */
static int cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    uint64_t megahertz;
    int status = read_hw(host, HW_CPUSPEED, "hw.cpuspeed", &megahertz);
    if (status == SYSINFO_OK && megahertz > 0) {
        FACT(&rows->all.frequency, current, sysinfo__bytes(megahertz, 1000000));
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int read_text(struct sysinfo_host *host, int which, const char *name, char text[256]) {
    const int key[] = {CTL_HW, which};
    size_t size = 255;
    int status = sysinfo__sysctl(host, name, key, 2, text, &size);
    text[status == SYSINFO_OK ? size : 0] = '\0';
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    char text[256];
    int status = read_text(host, HW_MODEL, "hw.model", text);
    FACT_TEXT(description, model, text, strlen(text));
    if (status == SYSINFO_OK) {
        status = read_text(host, HW_MACHINE, "hw.machine", text);
        FACT_TEXT(description, architecture, text, strlen(text));
    }
    return status;
}

/* ---- Sources ---- */

static const struct sysinfo__source sources[] = {
    CPU_MODE(cpu, "number asked for in kern.cpustats"),
    CPU_MODE(user, "CP_USER of kern.cpustats"),
    CPU_MODE(system, "CP_SYS + CP_SPIN of kern.cpustats"),
    CPU_MODE(nice, "CP_NICE of kern.cpustats"),
    CPU_MODE(idle, "CP_IDLE of kern.cpustats"),
    CPU_MODE(irq, "CP_INTR of kern.cpustats"),
    CPU_COUNT(count, "hw.ncpuonline"),
    CPU_COUNT(cores, "hw.ncpuonline where it is 1 or hw.smt is 0"),
    MEMORY(total, "hw.physmem, 64 bits"),
    MEMORY(available, "free + inactive of vm.uvmexp, + numbufpages of vfs.generic.bcachestat"),
    MEMORY(free, "free of vm.uvmexp"),
    MEMORY(active, "active of vm.uvmexp"),
    MEMORY(inactive, "inactive of vm.uvmexp"),
    MEMORY(cached, "numbufpages of vfs.generic.bcachestat"),
    MEMORY(dirty, "numdirtypages of vfs.generic.bcachestat"),
    SWAP(total, "swpages of vm.uvmexp x page size"),
    SWAP(used, "swpginuse of vm.uvmexp x page size"),
    SWAP(sin, "nswget of vm.uvmexp x page size"),
    SWAP(sout, "pgswapout of vm.uvmexp x page size; includes pages of files that the page daemon wrote"),
    STATS(ctx_switches, "swtch of vm.uvmexp"),
    STATS(interrupts, "intrs of vm.uvmexp"),
    STATS(soft_interrupts, "softs of vm.uvmexp"),
    STATS(syscalls, "syscalls of vm.uvmexp"),
    CPU_FREQUENCY(current, "hw.cpuspeed"),
    CPU_DESCRIPTION(model, "hw.model"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    STATS(forks, "forks of vm.uvmexp"),
    PAGING(faults, "faults of vm.uvmexp"),
    PAGING(major_faults, "fltget + pageins of vm.uvmexp"),
    ALLOWANCE(limit, "RLIMIT_DATA"),
    PROCESS(rss, "p_vm_rssize of kern.proc x page size"),
    PROCESS(vms, "p_vm_map_size of kern.proc"),
    PROCESS(threads, "rows of kern.proc with a p_tid"),
    PROCESS(descriptors, "getdtablecount(2)"),
    SOURCES_OF_GETRUSAGE,
    SOURCES_THAT_ALL_SHARE,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "openbsd",
    .sources = sources,
    .open = sysinfo__bsd_open,
    .close = sysinfo__bsd_close,
    .clock = sysinfo__posix_clock,
    .sleep = sysinfo__posix_sleep,
    .is_privileged = sysinfo__posix_is_privileged,
    .error = sysinfo__posix_error,
    .cpu_times = cpu_times,
    .cpu_times_percpu = cpu_times_percpu,
    .cpu_counts = cpu_counts,
    .virtual_memory = virtual_memory,
    .swap_memory = sysinfo__uvm_swap,
    .load_average = sysinfo__posix_load_average,
    .cpu_stats = sysinfo__uvm_stats,
    .page_stats = sysinfo__uvm_paging,
    .cpu_freq = cpu_freq,
    .cpu_info = cpu_info,
    .memory_limit = sysinfo__bsd_memory_limit,
    .limit_levels = sysinfo__bsd_limit_levels,
    .process = sysinfo__bsd_process,
    .process_memory = sysinfo__bsd_process_memory,
    .append_mark = sysinfo__posix_append_mark,
};
