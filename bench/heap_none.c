/* SPDX-License-Identifier: MIT */
/* Replaces heap.c if the C library has no mallinfo2() to compare with. */
#include "bench.h"

void bench_heap(int rounds, struct figures *figures) {
    (void)rounds, (void)figures;
    skip("heap", "the C library has no mallinfo2() to compare with");
}
