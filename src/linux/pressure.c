/* SPDX-License-Identifier: MIT */
#include "linux.h"

static const char *const machine_files[] = {"/proc/pressure/cpu", "/proc/pressure/memory", "/proc/pressure/io",
                                            "/proc/pressure/irq"};
_Static_assert(SYSINFO_RESULT_IRQ_PRESSURE - SYSINFO_RESULT_CPU_PRESSURE == 3 &&
                   SYSINFO_RESULT_CGROUP_IRQ_PRESSURE - SYSINFO_RESULT_CGROUP_CPU_PRESSURE == 3,
               "the results are numbered in the order of the files");

#define NO_LINES "has neither of the lines some and full"

static bool decode(struct sysinfo_host *host, struct sysinfo_pressure *pressure) {
    const struct sysinfo__state *state = sysinfo__state(host);
    return sysinfo__decode_pressure(state->text, state->length, pressure);
}

struct question {
    int file;
    struct sysinfo_pressure *pressure;
};

static int ask_pressure(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context) {
    struct question *question = context;
    if (hierarchy->levels == 0 || hierarchy->is_above) {
        return sysinfo__no_group(host);
    }
    int status = sysinfo__hierarchy_read(host, hierarchy, 0, question->file);
    if (status == SYSINFO_OK && !decode(host, question->pressure)) {
        return sysinfo__hierarchy_malformed(host, hierarchy, 0, question->file, NO_LINES);
    }
    return status;
}

int sysinfo__linux_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure) {
    if (what >= SYSINFO_RESULT_CGROUP_CPU_PRESSURE) {
        struct question question = {(int)(what - SYSINFO_RESULT_CGROUP_CPU_PRESSURE), pressure};
        return sysinfo__hierarchy_ask(host, SYSINFO__UNIFIED, ask_pressure, &question);
    }
    int file = (int)(what - SYSINFO_RESULT_CPU_PRESSURE);
    int status = sysinfo__file_read_single(host, machine_files[file], &sysinfo__state(host)->pressure[file]);
    if (status == SYSINFO_OK && !decode(host, pressure)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, machine_files[file], NO_LINES);
    }
    return status;
}
