/* SPDX-License-Identifier: MIT */
/* uvm(9), the virtual memory of NetBSD and OpenBSD: one struct from the kernel answers three questions. */
#ifndef SYSINFO_BSD_UVM_H
#define SYSINFO_BSD_UVM_H

#include "bsd/decode.h"

/* Defined by each system. */
int sysinfo__system_uvm(struct sysinfo_host *host, struct sysinfo__uvm *uvm);

/* Entries of the tables. */
int sysinfo__uvm_swap(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__uvm_stats(struct sysinfo_host *host, struct sysinfo_stats *stats);
int sysinfo__uvm_paging(struct sysinfo_host *host, struct sysinfo_paging *paging);

#endif
