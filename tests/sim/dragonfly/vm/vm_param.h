/* SPDX-License-Identifier: MIT */
/* What the library uses of DragonFly's <vm/vm_param.h>: see ../sys/kinfo.h. */
#ifndef TESTS_SIM_DRAGONFLY_VM_PARAM_H
#define TESTS_SIM_DRAGONFLY_VM_PARAM_H

#include <stddef.h>
#include <stdint.h>

#define XSWDEV_VERSION 1

struct xswdev {
    size_t xsw_size; /* Of this struct in the kernel. */
    int xsw_version, xsw_flags;
    uint32_t xsw_dev;
    size_t xsw_blksize, xsw_nblks, xsw_used;
};

#endif
