/* SPDX-License-Identifier: MIT */
/* The description of the CPUs, read once for each set of online CPUs. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "linux.h"

#define CPUS "/sys/devices/system/cpu"

/* Ignores a failure that leaves one figure unknown. */
static int forgiven(int status) {
    return sysinfo__is_one_unknown(status) ? SYSINFO_OK : status;
}

/*
 * Reads the kernel's own file, since 6.1: uname(2) depends on the process's personality, and describes no other root.
 */
static int set_architecture(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    const struct sysinfo__state *state = sysinfo__state(host);
    struct utsname names;
    int status = sysinfo__file_read_once(host, "/proc/sys/kernel/arch");
    if (status == SYSINFO_OK) {
        FACT_TEXT(description, architecture, state->text, state->length);
    } else if (sysinfo__root_is_own(host) && uname(&names) == 0) {
        FACT_TEXT(description, architecture, names.machine, strlen(names.machine));
    }
    return forgiven(status);
}

static int set_model(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__cpuinfo(host);
    if (status == SYSINFO_OK) {
        sysinfo__decode_cpuinfo_description(state->text, state->length, description);
    }
    return forgiven(status);
}

/* ---- Packages ---- */

static int set_packages(struct sysinfo_host *host, const struct sysinfo__cpu_set *online,
                        struct sysinfo_cpu_description *description) {
    const struct sysinfo__state *state = sysinfo__state(host);
    uint64_t packages;
    int status = sysinfo__count_packages(host, online, &packages);
    if (status == SYSINFO_OK && packages == 0 && (status = sysinfo__cpuinfo(host)) == SYSINFO_OK) {
        struct sysinfo__cpu_set numbers = {NULL, 0};
        if (!sysinfo__decode_cpuinfo_packages(state->text, state->length, &numbers)) {
            status = sysinfo__no_memory(host, "/proc/cpuinfo");
        }
        packages = sysinfo__cpu_set_count(&numbers);
        sysinfo__cpu_set_free(&numbers);
    }
    if (packages > 0) {
        FACT(description, packages, packages);
    }
    return forgiven(status);
}

/* ---- Kinds of cores ---- */

/* Intel's hybrid processors have a performance counter device for each kind of core; no CPU is in both. */
static int find_intel_kinds(struct sysinfo_host *host, const struct sysinfo__cpu_set *online,
                            struct sysinfo__cpu_set *fast) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read_once(host, "/sys/devices/cpu_core/cpus");
    if (status == SYSINFO_OK &&
        sysinfo__decode_cpu_list(state->text, state->length, fast) == SYSINFO__CPU_SET_NO_MEMORY) {
        return sysinfo__no_memory(host, CPUS);
    }
    sysinfo__cpu_set_keep(fast, online);
    return forgiven(status);
}

/* A CPU's speed at its highest frequency, relative to 1024 for the fastest CPU; 0: unknown. */
static int read_capacity(struct sysinfo_host *host, uint64_t cpu, uint64_t *capacity) {
    char path[64];
    snprintf(path, sizeof path, CPUS "/cpu%u/cpu_capacity", (unsigned)cpu);
    int status = sysinfo__file_read_once(host, path);
    if (status != SYSINFO_OK || sysinfo__digits(sysinfo__state(host)->text, capacity) == NULL) {
        *capacity = 0;
    }
    return forgiven(status);
}

/*
 * See Documentation/devicetree/bindings/cpu/cpu-capacity.txt. Capacities of one kind differ by a few percent if the
 * highest frequencies do, so those from 9/10 on count as one kind.
 */
static int find_arm_kinds(struct sysinfo_host *host, const struct sysinfo__cpu_set *online,
                          struct sysinfo__cpu_set *fast) {
    uint64_t lowest = UINT64_MAX, highest = 0, capacity;
    int status = SYSINFO_OK;
    for (int round = 0; round < 2; round++) {
        for (uint64_t cpu = 0; cpu < online->words * 64 && status == SYSINFO_OK && lowest > 0; cpu++) {
            if (!sysinfo__cpu_set_has(online, cpu)) {
                continue;
            }
            status = read_capacity(host, cpu, &capacity);
            if (round == 0) {
                lowest = sysinfo__smaller(lowest, capacity);
                highest = capacity > highest ? capacity : highest;
            } else if (status == SYSINFO_OK && capacity / 10 * 9 >= lowest && !sysinfo__cpu_set_add(fast, cpu)) {
                status = sysinfo__no_memory(host, CPUS);
            }
        }
        if (lowest == 0 || highest / 10 * 9 <= lowest) { /* Unknown for some, or all of the same kind. */
            return status;
        }
    }
    return status;
}

static int set_kinds(struct sysinfo_host *host, const struct sysinfo__cpu_set *online,
                     struct sysinfo_cpu_description *description) {
    struct sysinfo__cpu_set fast = {NULL, 0};
    uint64_t cores = 0, fast_cores = 0;
    bool is_lasting;
    int status = find_intel_kinds(host, online, &fast);
    if (status == SYSINFO_OK && sysinfo__cpu_set_count(&fast) == 0) {
        status = find_arm_kinds(host, online, &fast);
    }
    size_t count = sysinfo__cpu_set_count(&fast);
    if (status == SYSINFO_OK && count > 0 && count < sysinfo__cpu_set_count(online)) {
        status = sysinfo__count_cores(host, online, &cores, &is_lasting);
        if (status == SYSINFO_OK) {
            status = sysinfo__count_cores(host, &fast, &fast_cores, &is_lasting);
        }
    }
    if (status == SYSINFO_OK && fast_cores > 0 && fast_cores < cores) {
        FACT(description, cores_performance, fast_cores);
        FACT(description, cores_efficiency, cores - fast_cores);
    }
    sysinfo__cpu_set_free(&fast);
    return status;
}

/* ---- All of it ---- */

static int describe(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    struct sysinfo__cpu_set online = {NULL, 0};
    int status = sysinfo__online_cpus(host, &online);
    if (status == SYSINFO_OK) {
        status = set_architecture(host, description);
    }
    if (status == SYSINFO_OK) {
        status = set_model(host, description);
    }
    if (status == SYSINFO_OK) {
        status = set_packages(host, &online, description);
    }
    if (status == SYSINFO_OK) {
        status = set_kinds(host, &online, description);
    }
    sysinfo__cpu_set_free(&online);
    return status;
}

/* Sets a hash of the list of online CPUs; 0: there is no list. */
static int read_online(struct sysinfo_host *host, uint64_t *online) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read(host, SYSINFO__FILE_ONLINE);
    *online = status == SYSINFO_OK ? sysinfo__text_hash(state->text, state->length) : 0;
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

int sysinfo__linux_cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    struct sysinfo__state *state = sysinfo__state(host);
    uint64_t before, after = 0;
    int status = read_online(host, &before);
    if (status == SYSINFO_OK && before != 0 && state->description_online == before) {
        *description = state->description;
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK) {
        status = describe(host, description);
    }
    if (status == SYSINFO_OK) {
        status = read_online(host, &after);
    }
    if (status == SYSINFO_OK && before == after) { /* Otherwise a CPU went or came while its files were read. */
        state->description = *description;
        state->description_online = before;
    }
    return status;
}
