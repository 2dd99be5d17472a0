/* SPDX-License-Identifier: MIT */
#include "run/heap_gap.h"

static const struct {
    const char *key, *one, *many;
} gaps[HEAP_GAPS] = {
    [HEAP_GAP_STATIC] = {"static", "static program", "static programs"},
    [HEAP_GAP_PRIVILEGED] = {"set_user_id", "set-user-ID or otherwise privileged program",
                             "set-user-ID or otherwise privileged programs"},
    [HEAP_GAP_ALLOCATOR] = {"own_allocator", "program with an allocator of its own",
                            "programs with an allocator of their own"},
    [HEAP_GAP_ENVIRONMENT] = {"environment", "program started without LD_PRELOAD in its environment",
                              "programs started without LD_PRELOAD in their environment"},
    [HEAP_GAP_ARCHITECTURE] = {"architecture", "program of another architecture (32-bit)",
                               "programs of another architecture (32-bit)"},
    [HEAP_GAP_LIBC] = {"libc", "program with another C library", "programs with another C library"},
    [HEAP_GAP_USER] = {"user", "process of another user", "processes of another user"},
    [HEAP_GAP_ROOT] = {"root", "process in another root folder or container",
                       "processes in another root folder or container"},
};

const char *heap_gap_key(enum heap_gap gap) {
    return gaps[gap].key;
}

const char *heap_gap_words(enum heap_gap gap, size_t count) {
    return count == 1 ? gaps[gap].one : gaps[gap].many;
}
