/* SPDX-License-Identifier: MIT */
/* The two parts of the tracker's benchmark: what an allocation costs, and all that happens beside it. */
#ifndef BENCH_TRACKER_H
#define BENCH_TRACKER_H

/* Whole programs, memory, snapshots and the exit; `self` is the path of this program. */
void measure_programs(int rounds);
void measure_memory(const char *self);
void measure_snapshots(const char *self, int rounds);
void measure_exit(int rounds);

/* As a child of these: what `option` measures. */
int be_measured_memory(int blocks, int size);
int be_measured_snapshots(int what, int threads, int rounds);

#endif
