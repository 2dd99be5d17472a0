/* SPDX-License-Identifier: MIT */
/*
 * Prints how busy all CPUs together are, one line for each interval:
 *
 *     cpu_meter [SECONDS [LINES]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysinfo/sysinfo.h>

int main(int argc, char **argv) {
    double interval = argc > 1 ? strtod(argv[1], NULL) : 1;
    long lines = argc > 2 ? strtol(argv[2], NULL, 10) : 10;
    struct sysinfo_host *host = NULL;
    int status = interval > 0 ? sysinfo_host_open(&host, NULL) : SYSINFO_INVALID;
    while (status == SYSINFO_OK && lines-- > 0) {
        double percent;
        status = sysinfo_cpu_percent(host, interval, &percent);
        if (status == SYSINFO_NOT_YET) { /* The interval was shorter than the kernel's tick. */
            puts("    -");
            status = SYSINFO_OK;
        } else if (status == SYSINFO_OK) {
            printf("%5.1f\n", percent);
        }
        fflush(stdout);
    }
    if (status != SYSINFO_OK) {
        fprintf(stderr, "cpu_meter: %s\n", sysinfo_explain(host, status));
    }
    sysinfo_host_close(host);
    return status == SYSINFO_OK ? 0 : 1;
}
