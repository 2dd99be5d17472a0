/* SPDX-License-Identifier: MIT */
/* This process, on the BSDs and macOS. */
#include "bsd/answer.h"
#include "bsd/system.h"
#include "posix/posix.h"

int sysinfo__bsd_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process) {
    struct sysinfo__self self = {0};
    sysinfo__posix_usage(process, sysinfo__system_peak_unit);
    int status = sysinfo__system_self(host, &self);
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(process, rss, self.rss);
    FACT(process, vms, self.vms);
    if (self.threads > 0) {
        FACT(process, threads, self.threads);
    }
    if (in_detail) {
        uint64_t count;
        status = sysinfo__system_descriptors(host, &count);
        if (status == SYSINFO_OK) {
            FACT(process, descriptors, count);
        }
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

int sysinfo__bsd_process_memory(struct sysinfo_host *host, uint64_t *rss) {
    struct sysinfo__self self = {0};
    int status = sysinfo__system_self(host, &self);
    *rss = self.rss;
    return status;
}

int sysinfo__bsd_resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes) {
    (void)is_exact;
    return sysinfo__bsd_process_memory(host, bytes);
}
