/* SPDX-License-Identifier: MIT */
/* The keys below vm.stats that FreeBSD and DragonFly share, one for each figure. */
#ifndef SYSINFO_BSD_VM_STATS_H
#define SYSINFO_BSD_VM_STATS_H

#include "bsd/decode.h"

int sysinfo__vm_stats_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__vm_stats_counters(struct sysinfo_host *host, struct sysinfo_stats *stats);
int sysinfo__vm_stats_paging(struct sysinfo_host *host, struct sysinfo_paging *paging);

/* Pages moved to and from swap space. */
int sysinfo__vm_stats_swapped(struct sysinfo_host *host, struct sysinfo__freebsd_swap *counted);

/* Source rows for these. */
#define SOURCES_OF_VM_STATS                                                                                   \
    MEMORY(total, "hw.physmem"), MEMORY(free, "vm.stats.vm.v_free_count"),                                    \
        MEMORY(active, "vm.stats.vm.v_active_count"), MEMORY(inactive, "vm.stats.vm.v_inactive_count"),       \
        MEMORY(wired, "vm.stats.vm.v_wire_count"), MEMORY(buffers, "vfs.bufspace"),                           \
        SWAP(sin, "vm.stats.vm.v_swappgsin x page size"), SWAP(sout, "vm.stats.vm.v_swappgsout x page size"), \
        STATS(ctx_switches, "vm.stats.sys.v_swtch"), STATS(interrupts, "vm.stats.sys.v_intr"),                \
        STATS(soft_interrupts, "vm.stats.sys.v_soft"), STATS(syscalls, "vm.stats.sys.v_syscall"),             \
        STATS(forks, "v_forks + v_vforks + v_rforks of vm.stats.vm"),                                         \
        PAGING(paged_in, "v_swappgsin + v_vnodepgsin of vm.stats.vm x page size"),                            \
        PAGING(paged_out, "v_swappgsout + v_vnodepgsout of vm.stats.vm x page size"),                         \
        PAGING(faults, "vm.stats.vm.v_vm_faults")

#endif
