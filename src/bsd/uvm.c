/* SPDX-License-Identifier: MIT */
#include "bsd/uvm.h"

#include "bsd/system.h"

int sysinfo__uvm_swap(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    struct sysinfo__uvm uvm;
    int status = sysinfo__system_uvm(host, &uvm);
    if (status == SYSINFO_OK) {
        sysinfo__decode_uvm_swap(&uvm, swap);
    }
    return status;
}

int sysinfo__uvm_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    struct sysinfo__uvm uvm;
    int status = sysinfo__system_uvm(host, &uvm);
    if (status == SYSINFO_OK) {
        sysinfo__decode_uvm_stats(&uvm, stats);
        status = sysinfo__bsd_boot_time(host, stats);
    }
    return status;
}

int sysinfo__uvm_paging(struct sysinfo_host *host, struct sysinfo_paging *paging) {
    struct sysinfo__uvm uvm;
    int status = sysinfo__system_uvm(host, &uvm);
    if (status == SYSINFO_OK) {
        sysinfo__decode_uvm_paging(&uvm, paging);
    }
    return status;
}
