/* SPDX-License-Identifier: MIT */
#include <sysinfo/pressure.h>

#include <string.h>

#include "host.h"

/*
 * No wait takes longer than the time that passes: what a broken file says beyond that is 100 %, and
 * says that it was corrected.
 */
#define CLAMP(pressure, field)           \
    do {                                 \
        if ((pressure)->field > 100) {   \
            GUESS(pressure, field, 100); \
        }                                \
    } while (0)

static void correct(struct sysinfo_pressure *pressure) {
    CLAMP(pressure, some_avg10);
    CLAMP(pressure, some_avg60);
    CLAMP(pressure, some_avg300);
    CLAMP(pressure, full_avg10);
    CLAMP(pressure, full_avg60);
    CLAMP(pressure, full_avg300);
}

static int give_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *out,
                         size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (!sysinfo__can_give(host, out, size)) {
        return sysinfo__end(&call, SYSINFO_INVALID);
    }
    struct sysinfo_pressure pressure;
    memset(&pressure, 0, sizeof pressure);
    int status = ASK(host, pressure, "pressure", what, &pressure);
    if (status == SYSINFO_OK) {
        correct(&pressure);
        sysinfo__give(out, size, &pressure, sizeof pressure);
    }
    return sysinfo__end(&call, status);
}

int sysinfo_cpu_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_CPU_PRESSURE, pressure, size);
}

int sysinfo_memory_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_MEMORY_PRESSURE, pressure, size);
}

int sysinfo_io_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_IO_PRESSURE, pressure, size);
}

int sysinfo_irq_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_IRQ_PRESSURE, pressure, size);
}

int sysinfo_cgroup_cpu_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_CGROUP_CPU_PRESSURE, pressure, size);
}

int sysinfo_cgroup_memory_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE, pressure, size);
}

int sysinfo_cgroup_io_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_CGROUP_IO_PRESSURE, pressure, size);
}

int sysinfo_cgroup_irq_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) {
    return give_pressure(host, SYSINFO_RESULT_CGROUP_IRQ_PRESSURE, pressure, size);
}
