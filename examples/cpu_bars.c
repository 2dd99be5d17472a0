/* SPDX-License-Identifier: MIT */
/*
 * Draws a bar for each CPU, once for each interval:
 *
 *     cpu_bars [SECONDS [TIMES]]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysinfo/sysinfo.h>

static const int width = 40;

static void print_bars(const struct sysinfo_cpu_usage_list *list) {
    static const char full[] = "########################################";
    const struct sysinfo_cpu_usage *cpu;
    for (size_t i = 0; (cpu = sysinfo_cpu_usage_list_at(list, i)) != NULL; i++) {
        printf("cpu%-4" PRIu64, cpu->cpu);
        if (SYSINFO_HAS(cpu, percent)) {
            int length = (int)(cpu->percent / 100 * width + 0.5);
            printf(" [%-*.*s] %5.1f\n", width, length, full, cpu->percent);
        } else { /* It came online during the interval. */
            printf(" [%-*s]     -\n", width, "");
        }
    }
}

int main(int argc, char **argv) {
    double interval = argc > 1 ? strtod(argv[1], NULL) : 1;
    long times = argc > 2 ? strtol(argv[2], NULL, 10) : 10;
    struct sysinfo_host *host = NULL;
    struct sysinfo_cpu_usage_list *list = NULL; /* The first call allocates it, the others refill it. */
    int status = interval > 0 ? sysinfo_host_open(&host, NULL) : SYSINFO_INVALID;
    while (status == SYSINFO_OK && times-- > 0) {
        status = sysinfo_cpu_usage_percpu(host, interval, &list);
        if (status == SYSINFO_NOT_YET) { /* The interval was shorter than the kernel's tick; try the next. */
            status = SYSINFO_OK;
        } else if (status == SYSINFO_OK) {
            print_bars(list);
            printf("%s", times > 0 ? "\n" : "");
        }
        fflush(stdout);
    }
    if (status != SYSINFO_OK) {
        fprintf(stderr, "cpu_bars: %s\n", sysinfo_explain(host, status));
    }
    sysinfo_cpu_usage_list_free(list);
    sysinfo_host_close(host);
    return status == SYSINFO_OK ? 0 : 1;
}
