/* SPDX-License-Identifier: MIT */
/* When the machine started, on the BSDs and macOS: these kernels adjust kern.boottime when the clock is set. */
#include "bsd/answer.h"
#include "bsd/system.h"

#include <sys/types.h> /* First: the others need its types. */

#include <sys/sysctl.h>
#include <sys/time.h>

#include <errno.h>
#include <time.h>

#ifdef __DragonFly__
typedef struct timespec boot_type;
#define FRACTION(boot) ((double)(boot).tv_nsec / 1e9)
#else
typedef struct timeval boot_type;
#define FRACTION(boot) ((double)(boot).tv_usec / 1e6)
#endif

int sysinfo__bsd_boot_time(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    int key[] = {CTL_KERN, KERN_BOOTTIME};
    boot_type boot;
    struct timespec now;
    size_t size = sizeof boot;
    if (sysctl(key, 2, &boot, &size, NULL, 0) != 0) {
        int status = sysinfo__sysctl_failed(host, "kern.boottime", errno);
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    if (size == sizeof boot && boot.tv_sec > 0) {
        FACT(stats, boot_time, (double)boot.tv_sec + FRACTION(boot));
        if (clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec >= boot.tv_sec) {
            FACT(stats, uptime, (double)(now.tv_sec - boot.tv_sec));
        }
    }
    return SYSINFO_OK;
}
