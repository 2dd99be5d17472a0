/* SPDX-License-Identifier: MIT */
/* macOS 13 and later. docs/systems/macos.md has the source and formula of every field. */
#include "bsd/answer.h"

#include <sys/types.h> /* First: the others need its types. */

#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_host.h>
#include <sys/resource.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bsd/system.h"
#include "darwin/decode.h"
#include "posix/posix.h"

/* The layouts of Mach's interface, the same on Intel and Apple processors. */
_Static_assert(CPU_STATE_USER == 0 && CPU_STATE_SYSTEM == 1 && CPU_STATE_IDLE == 2 && CPU_STATE_NICE == 3 &&
                   CPU_STATE_MAX == 4,
               "CPU states");
_Static_assert(sizeof(struct processor_cpu_load_info) == sizeof(struct sysinfo__mach_ticks) &&
                   sizeof(struct processor_basic_info) == sizeof(struct sysinfo__mach_processor) &&
                   offsetof(struct processor_basic_info, running) ==
                       offsetof(struct sysinfo__mach_processor, is_running) &&
                   offsetof(struct processor_basic_info, slot_num) == offsetof(struct sysinfo__mach_processor, number),
               "host_processor_info");
_Static_assert(offsetof(struct vm_statistics64, wire_count) == 12 &&
                   offsetof(struct vm_statistics64, speculative_count) == 92,
               "HOST_VM_INFO64");
_Static_assert(offsetof(struct vm_statistics64, purgeable_count) == 88, "HOST_VM_INFO64");
_Static_assert(offsetof(struct vm_statistics64, swapins) == 112 &&
                   offsetof(struct vm_statistics64, external_page_count) == 136,
               "HOST_VM_INFO64");
_Static_assert(offsetof(struct vm_statistics64, pageins) == 32 && offsetof(struct vm_statistics64, faults) == 48 &&
                   offsetof(struct vm_statistics64, compressor_page_count) == 128,
               "HOST_VM_INFO64");
_Static_assert(sizeof(struct proc_taskinfo) == 96 && offsetof(struct proc_taskinfo, pti_threadnum) == 84 &&
                   sizeof(struct proc_fdinfo) == 8,
               "proc_pidinfo");
_Static_assert(sizeof(struct xsw_usage) == 32 && offsetof(struct xsw_usage, xsu_used) == 16, "vm.swapusage");

static int mach_failed(struct sysinfo_host *host, const char *source, kern_return_t result) {
    int status = SYSINFO_SYSTEM;
    if (result == KERN_RESOURCE_SHORTAGE || result == KERN_NO_SPACE) {
        status = SYSINFO_NO_MEMORY;
    } else if (result == KERN_NO_ACCESS || result == KERN_PROTECTION_FAILURE) {
        status = SYSINFO_DENIED;
    } else if (result == KERN_INVALID_ARGUMENT || result == KERN_NOT_SUPPORTED) {
        status = SYSINFO_NOT_SUPPORTED;
    }
    return sysinfo__failed(host, status, result, source,
                           "was refused by the Mach kernel"); /* Mach's error numbers are not errno values. */
}

/* ---- CPU time ---- */

/* An array with an entry for each CPU, in memory that Mach allocates; free_answer() releases it. */
struct answer {
    processor_info_array_t array;
    mach_msg_type_number_t length; /* In integer_t. */
};

static int ask_cpus(struct sysinfo_host *host, processor_flavor_t what, struct answer *answer) {
    *answer = (struct answer){NULL, 0};
    natural_t cpus;
    mach_port_t port = mach_host_self();
    kern_return_t result = host_processor_info(port, what, &cpus, &answer->array, &answer->length);
    mach_port_deallocate(mach_task_self(), port);
    return result == KERN_SUCCESS ? SYSINFO_OK : mach_failed(host, "host_processor_info", result);
}

static void free_answer(struct answer *answer) {
    if (answer->array != NULL) {
        vm_deallocate(mach_task_self(), (vm_address_t)answer->array, answer->length * sizeof(integer_t));
    }
}

/* The number of structs of `size` bytes in an answer. */
static size_t count(const struct answer *answer, size_t size) {
    return answer->length * sizeof(integer_t) / size;
}

static int decode_sum(struct sysinfo_host *host, const struct answer *loads, struct sysinfo_cpu_sample *sum) {
    size_t cpus = count(loads, sizeof(struct sysinfo__mach_ticks));
    return sysinfo__decode_mach_sum((const void *)loads->array, cpus, sum)
               ? SYSINFO_OK
               : sysinfo__failed(host, SYSINFO_MALFORMED, 0, "host_processor_info", "knows no CPU");
}

static int cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    struct answer loads;
    int status = ask_cpus(host, PROCESSOR_CPU_LOAD_INFO, &loads);
    if (status == SYSINFO_OK) {
        status = decode_sum(host, &loads, times);
    }
    free_answer(&loads);
    return status;
}

static int decode_rows(struct sysinfo_host *host, const struct answer *infos, const struct answer *loads,
                       struct sysinfo__cpu_rows *rows) {
    size_t cpus = sysinfo__smaller(count(infos, sizeof(struct sysinfo__mach_processor)),
                                   count(loads, sizeof(struct sysinfo__mach_ticks)));
    if (!sysinfo__decode_mach_rows((const void *)infos->array, (const void *)loads->array, cpus, rows)) {
        return sysinfo__no_memory(host, "host_processor_info");
    }
    return decode_sum(host, loads, &rows->all.sample);
}

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    struct answer infos, loads = {NULL, 0};
    int status = ask_cpus(host, PROCESSOR_BASIC_INFO, &infos);
    if (status == SYSINFO_OK) {
        status = ask_cpus(host, PROCESSOR_CPU_LOAD_INFO, &loads);
    }
    if (status == SYSINFO_OK) {
        status = decode_rows(host, &infos, &loads, rows);
    }
    free_answer(&loads);
    free_answer(&infos);
    return status;
}

static int cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t cpus, cores;
    int status = sysinfo__sysctl_number_by_name(host, "hw.logicalcpu", &cpus);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (cpus > 0) {
        FACT(counts, count, cpus);
    }
    status = sysinfo__sysctl_number_by_name(host, "hw.physicalcpu", &cores);
    if (status == SYSINFO_OK && cores > 0) {
        FACT(counts, cores, cores);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* ---- Memory and swap ---- */

/* A kernel newer than this library may return more words than the struct has, so the buffer fits the largest result. */
static int read_pages(struct sysinfo_host *host, struct sysinfo__mach_pages *pages) {
    integer_t answer[HOST_INFO_MAX] = {0};
    mach_msg_type_number_t length = HOST_INFO_MAX;
    vm_size_t page_size = 0;
    mach_port_t port = mach_host_self();
    kern_return_t result = host_page_size(port, &page_size);
    if (result == KERN_SUCCESS) {
        result = host_statistics64(port, HOST_VM_INFO64, answer, &length);
    }
    mach_port_deallocate(mach_task_self(), port);
    if (result != KERN_SUCCESS) {
        return mach_failed(host, "host_statistics64", result);
    }
    if (length < HOST_VM_INFO64_REV0_COUNT) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "host_statistics64", "is shorter than it should be");
    }
    struct vm_statistics64 counted;
    memcpy(&counted, answer, sizeof counted);
    *pages = (struct sysinfo__mach_pages){
        .size = page_size,
        .free = counted.free_count,
        .active = counted.active_count,
        .inactive = counted.inactive_count,
        .wired = counted.wire_count,
        .speculative = counted.speculative_count,
        .purgeable = counted.purgeable_count,
        .is_long = length >= HOST_VM_INFO64_REV1_COUNT,
        .external = counted.external_page_count,
        .compressor = counted.compressor_page_count,
        .paged_in = counted.pageins,
        .paged_out = counted.pageouts,
        .faults = counted.faults,
        .swapped_in = counted.swapins,
        .swapped_out = counted.swapouts,
    };
    return SYSINFO_OK;
}

/* The value that memory_pressure(1) shows. A release may lack either key. */
static int read_pressure(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    uint64_t level, available;
    int status = sysinfo__sysctl_number_by_name(host, "kern.memorystatus_vm_pressure_level", &level);
    if (status == SYSINFO_OK) {
        FACT(memory, pressure_level, level);
    }
    if (status == SYSINFO_OK || sysinfo__is_missing(status)) {
        status = sysinfo__sysctl_number_by_name(host, "kern.memorystatus_level", &available);
    }
    if (status == SYSINFO_OK && available <= 100) {
        FACT(memory, pressure_free, (double)available);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__mach_pages pages;
    uint64_t total = 0;
    int status = sysinfo__sysctl_number_by_name(host, "hw.memsize", &total);
    if (status == SYSINFO_OK && total == 0) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "hw.memsize", "is 0");
    }
    if (status == SYSINFO_OK) {
        status = read_pages(host, &pages);
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_mach_memory(&pages, total, memory);
        status = read_pressure(host, memory);
    }
    return status;
}

static int swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    struct xsw_usage usage[2]; /* The second leaves room for the struct to grow. */
    size_t size = sizeof usage;
    int status = sysinfo__sysctl_by_name(host, "vm.swapusage", usage, &size);
    if (status == SYSINFO_OK && size < offsetof(struct xsw_usage, xsu_pagesize)) {
        status = sysinfo__sysctl_too_short(host, "vm.swapusage");
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(swap, total, usage[0].xsu_total);
    FACT(swap, used, usage[0].xsu_used);
    struct sysinfo__mach_pages pages;
    status = read_pages(host, &pages);
    if (status == SYSINFO_OK) {
        sysinfo__decode_mach_swapped(&pages, swap);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* ---- Counters ---- */

static int cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    int status = sysinfo__bsd_boot_time(host, stats);
    return status == SYSINFO_OK && stats->present == 0
               ? sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "kern.boottime", "is not a time")
               : status;
}

static int page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging) {
    struct sysinfo__mach_pages pages;
    int status = read_pages(host, &pages);
    if (status == SYSINFO_OK) {
        sysinfo__decode_mach_paging(&pages, paging);
    }
    return status;
}

/* ---- This process ---- */

const uint64_t sysinfo__system_peak_unit = 1;

static int process_failed(struct sysinfo_host *host) {
    return sysinfo__failed(host, sysinfo__posix_status(errno), errno, "proc_pidinfo", NULL);
}

int sysinfo__system_self(struct sysinfo_host *host, struct sysinfo__self *self) {
    struct proc_taskinfo task;
    int size = proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &task, sizeof task);
    if (size < (int)sizeof task) {
        return size <= 0 ? process_failed(host) : sysinfo__sysctl_too_short(host, "proc_pidinfo");
    }
    *self = (struct sysinfo__self){.rss = task.pti_resident_size,
                                   .vms = task.pti_virtual_size,
                                   .data = task.pti_virtual_size,
                                   .threads = (uint64_t)task.pti_threadnum};
    return SYSINFO_OK;
}

/* Without a buffer, the kernel returns the size it wants, which is more than the descriptors need. */
int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count) {
    int size = proc_pidinfo(getpid(), PROC_PIDLISTFDS, 0, NULL, 0);
    if (size <= 0) {
        return process_failed(host);
    }
    void *list = malloc((size_t)size);
    if (list == NULL) {
        return sysinfo__no_memory(host, "proc_pidinfo");
    }
    size = proc_pidinfo(getpid(), PROC_PIDLISTFDS, 0, list, size);
    int status = size > 0 ? SYSINFO_OK : process_failed(host);
    free(list);
    *count = status == SYSINFO_OK ? (uint64_t)size / sizeof(struct proc_fdinfo) : 0;
    return status;
}

/* Both limit the address space: the kernel compares either with the size of the map. */
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    int status = sysinfo__add_resource(host, bounds, "RLIMIT_AS", RLIMIT_AS, offsetof(struct sysinfo__self, vms));
    return status == SYSINFO_OK
               ? sysinfo__add_resource(host, bounds, "RLIMIT_DATA", RLIMIT_DATA, offsetof(struct sysinfo__self, data))
               : status;
}

int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count) {
    (void)host;
    *count = 0;
    return SYSINFO_OK;
}

/* ---- Description of the CPUs ---- */

static int read_number(struct sysinfo_host *host, const char *name, uint64_t *number) {
    *number = 0;
    int status = sysinfo__sysctl_number_by_name(host, name, number);
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* Only Intel processors have these keys. */
static int cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    struct sysinfo_cpu_frequency *all = &rows->all.frequency;
    uint64_t current, least = 0, most = 0;
    int status = read_number(host, "hw.cpufrequency", &current);
    if (status == SYSINFO_OK) {
        status = read_number(host, "hw.cpufrequency_min", &least);
    }
    if (status == SYSINFO_OK) {
        status = read_number(host, "hw.cpufrequency_max", &most);
    }
    if (current > 0) {
        FACT(all, current, current);
    }
    if (least > 0) {
        FACT(all, min, least);
    }
    if (most > 0) {
        FACT(all, max, most);
    }
    return status;
}

/* Level 0 is the fastest; the last one saves power. */
static int read_core_kinds(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    uint64_t levels, cores, all;
    char name[40];
    int status = read_number(host, "hw.nperflevels", &levels);
    if (status != SYSINFO_OK || levels < 2 || levels > 9) {
        return status;
    }
    snprintf(name, sizeof name, "hw.perflevel%d.physicalcpu", (int)levels - 1);
    status = read_number(host, name, &cores);
    if (status == SYSINFO_OK) {
        status = read_number(host, "hw.physicalcpu", &all);
    }
    if (status == SYSINFO_OK && cores > 0 && all > cores) {
        FACT(description, cores_efficiency, cores);
        FACT(description, cores_performance, all - cores);
    }
    return status;
}

static int cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    uint64_t packages;
    int status = read_number(host, "hw.packages", &packages);
    if (packages > 0) {
        FACT(description, packages, packages);
    }
    TEXT_BY_NAME(host, status, description, vendor, "machdep.cpu.vendor");
    TEXT_BY_NAME(host, status, description, model, "machdep.cpu.brand_string");
    TEXT_BY_NAME(host, status, description, architecture, "hw.machine");
    return status == SYSINFO_OK ? read_core_kinds(host, description) : status;
}

/* ---- Sources ---- */

static const struct sysinfo__source sources[] = {
    CPU_MODE(cpu, "slot_num of host_processor_info(PROCESSOR_BASIC_INFO)"),
    SOURCE(SYSINFO_RESULT_CPU_SAMPLE, sysinfo_cpu_sample, wrap,
           "2^32 ticks of host_processor_info(PROCESSOR_CPU_LOAD_INFO)"),
    CPU_MODE(user, "CPU_STATE_USER of host_processor_info(PROCESSOR_CPU_LOAD_INFO)"),
    CPU_MODE(system, "CPU_STATE_SYSTEM of host_processor_info(PROCESSOR_CPU_LOAD_INFO)"),
    CPU_MODE(idle, "CPU_STATE_IDLE of host_processor_info(PROCESSOR_CPU_LOAD_INFO)"),
    CPU_COUNT(count, "hw.logicalcpu"),
    CPU_COUNT(cores, "hw.physicalcpu"),
    MEMORY(total, "hw.memsize"),
    MEMORY(available, "free_count - speculative_count + external_page_count + purgeable_count of "
                      "host_statistics64(HOST_VM_INFO64)"),
    MEMORY(free, "free_count - speculative_count of host_statistics64(HOST_VM_INFO64)"),
    MEMORY(active, "active_count of host_statistics64(HOST_VM_INFO64)"),
    MEMORY(inactive, "inactive_count of host_statistics64(HOST_VM_INFO64)"),
    MEMORY(cached, "external_page_count + purgeable_count of host_statistics64(HOST_VM_INFO64)"),
    MEMORY(wired, "wire_count of host_statistics64(HOST_VM_INFO64)"),
    SWAP(total, "xsu_total of vm.swapusage"),
    SWAP(used, "xsu_used of vm.swapusage"),
    SWAP(sin, "swapins of host_statistics64(HOST_VM_INFO64) x page size"),
    SWAP(sout, "swapouts of host_statistics64(HOST_VM_INFO64) x page size"),
    CPU_FREQUENCY(current, "hw.cpufrequency"),
    CPU_FREQUENCY(min, "hw.cpufrequency_min"),
    CPU_FREQUENCY(max, "hw.cpufrequency_max"),
    CPU_DESCRIPTION(vendor, "machdep.cpu.vendor"),
    CPU_DESCRIPTION(model, "machdep.cpu.brand_string"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    CPU_DESCRIPTION(packages, "hw.packages"),
    CPU_DESCRIPTION(cores_performance, "hw.physicalcpu - cores_efficiency"),
    CPU_DESCRIPTION(cores_efficiency, "physicalcpu of the last hw.perflevel, where there are two or more"),
    MEMORY(compressed, "compressor_page_count of host_statistics64(HOST_VM_INFO64)"),
    MEMORY(pressure_level, "kern.memorystatus_vm_pressure_level"),
    MEMORY(pressure_free, "kern.memorystatus_level"),
    PAGING(paged_in, "pageins + swapins of host_statistics64(HOST_VM_INFO64) x page size"),
    PAGING(paged_out, "pageouts + swapouts of host_statistics64(HOST_VM_INFO64) x page size"),
    PAGING(faults, "faults of host_statistics64(HOST_VM_INFO64)"),
    ALLOWANCE(limit, "RLIMIT_AS, RLIMIT_DATA"),
    PROCESS(rss, "pti_resident_size of proc_pidinfo(PROC_PIDTASKINFO)"),
    PROCESS(vms, "pti_virtual_size of proc_pidinfo(PROC_PIDTASKINFO)"),
    PROCESS(threads, "pti_threadnum of proc_pidinfo(PROC_PIDTASKINFO)"),
    PROCESS(descriptors, "rows of proc_pidinfo(PROC_PIDLISTFDS)"),
    SOURCES_OF_GETRUSAGE,
    SOURCES_THAT_ALL_SHARE,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "macos",
    .sources = sources,
    .clock = sysinfo__posix_clock,
    .sleep = sysinfo__posix_sleep,
    .is_privileged = sysinfo__posix_is_privileged,
    .error = sysinfo__posix_error,
    .cpu_times = cpu_times,
    .cpu_times_percpu = cpu_times_percpu,
    .cpu_counts = cpu_counts,
    .virtual_memory = virtual_memory,
    .swap_memory = swap_memory,
    .load_average = sysinfo__posix_load_average,
    .cpu_stats = cpu_stats,
    .page_stats = page_stats,
    .cpu_freq = cpu_freq,
    .cpu_info = cpu_info,
    .memory_limit = sysinfo__bsd_memory_limit,
    .limit_levels = sysinfo__bsd_limit_levels,
    .process = sysinfo__bsd_process,
    .process_memory = sysinfo__bsd_process_memory,
    .append_mark = sysinfo__posix_append_mark,
};
