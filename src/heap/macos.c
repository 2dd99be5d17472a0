/* SPDX-License-Identifier: MIT */
/* The zones of macOS, as libmalloc reports them. Linked with Apple's headers, but never run. */
#include "owner.h"

#include <dlfcn.h>
#include <mach/mach.h>
#include <malloc/malloc.h>
#include <string.h>

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)host;
    (void)owner;
    (void)in_detail;
    malloc_statistics_t sums;
    memset(&sums, 0, sizeof sums);
    malloc_zone_statistics(NULL, &sums); /* Of all zones. */
    FACT(heap, used, sums.size_in_use);
    FACT(heap, footprint, sums.size_allocated);
    FACT(heap, blocks, sums.blocks_in_use);
    if (sums.max_size_in_use > 0) { /* The default zones do not keep it. */
        FACT(heap, peak, sums.max_size_in_use);
    }
    vm_address_t *zone = NULL;
    unsigned zones = 0;
    if (malloc_get_all_zones(mach_task_self(), NULL, &zone, &zones) == KERN_SUCCESS) {
        FACT(heap, arenas, zones);
    }
    return SYSINFO_OK;
}

/* Since Mac OS X 10.7. */
static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    (void)host;
    (void)owner;
    malloc_zone_pressure_relief(NULL, 0);
    return SYSINFO_OK;
}

static const struct sysinfo__allocator macos = {"macos", report, trim, NULL};

static const void *object_of(const void *address) {
    Dl_info information;
    return dladdr(address, &information) != 0 ? information.dli_fbase : NULL;
}

/*
 * Another allocator registers a zone of its own as the first, which is the one that malloc() uses;
 * what it reports cannot be relied on.
 */
static void find(struct sysinfo__heap_owner *owner) {
    vm_address_t *zone = NULL;
    unsigned zones = 0;
    if (malloc_get_all_zones(mach_task_self(), NULL, &zone, &zones) != KERN_SUCCESS || zones == 0) {
        return;
    }
    malloc_zone_t *first;
    memcpy(&first, &zone[0], sizeof first);
    void *(*allocate)(struct _malloc_zone_t *, size_t) = first->malloc;
    void (*statistics)(malloc_zone_t *, malloc_statistics_t *) = malloc_zone_statistics;
    void *its, *own;
    memcpy(&its, &allocate, sizeof its);
    memcpy(&own, &statistics, sizeof own);
    if (object_of(its) != NULL && object_of(its) == object_of(own)) {
        owner->allocator = &macos;
    }
}

static int resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes) {
    (void)is_exact;
    task_vm_info_data_t information;
    mach_msg_type_number_t count = TASK_VM_INFO_COUNT;
    kern_return_t error = task_info(mach_task_self(), TASK_VM_INFO, (task_info_t)&information, &count);
    if (error != KERN_SUCCESS) {
        return sysinfo__failed(host, SYSINFO_SYSTEM, error, "task_info(TASK_VM_INFO)", NULL);
    }
    *bytes = information.phys_footprint;
    return SYSINFO_OK;
}

static const struct sysinfo__source sources[] = {
    HEAP(used, "size_in_use of malloc_zone_statistics()"),
    HEAP(footprint, "size_allocated of malloc_zone_statistics()"),
    HEAP(free, "footprint - used"),
    HEAP(arenas, "malloc_get_all_zones()"),
    HEAP(blocks, "blocks_in_use of malloc_zone_statistics()"),
    HEAP(peak, "max_size_in_use of malloc_zone_statistics(), where it is kept"),
    NO_MORE_SOURCES,
};

const struct sysinfo__heap_backend sysinfo__heap_backend = {.sources = sources, .find = find, .resident = resident};
