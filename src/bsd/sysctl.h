/* SPDX-License-Identifier: MIT */
/* How the kernel of a BSD is asked, and what the BSDs do alike with its answers. */
#ifndef SYSINFO_BSD_SYSCTL_H
#define SYSINFO_BSD_SYSCTL_H

#include "bsd/answer.h"
#include "bsd/decode.h"

/*
 * Asks for the value of a key by its number; `name` is what a failure calls it.
 * *size is the room in `answer` and becomes the length of the value. A value that
 * is longer than the room is SYSINFO_MALFORMED: leave room for a struct to grow in
 * a later release.
 */
int sysinfo__sysctl(struct sysinfo_host *host, const char *name, const int *key, unsigned length, void *answer,
                    size_t *size);

/* The same for a value of unknown length, into the state's room, which grows until it fits. */
int sysinfo__sysctl_all(struct sysinfo_host *host, const char *name, const int *key, unsigned length, size_t *size);

/*
 * The same for a number of 4 or 8 bytes: releases differ in which it is. It is taken as unsigned,
 * in the width it has.
 */
int sysinfo__sysctl_number(struct sysinfo_host *host, const char *name, const int *key, unsigned length,
                           uint64_t *number);

/* Of every BSD's table. */
void sysinfo__bsd_open(struct sysinfo__state *state);
void sysinfo__bsd_close(struct sysinfo__state *state);

/* Makes the state's room at least `size` bytes large, keeping what is in it; false: no memory. */
bool sysinfo__make_room(struct sysinfo_host *host, size_t size);

/* Ticks a second, read once: the rate does not change while a system runs. */
int sysinfo__tick_rate(struct sysinfo_host *host, double *rate);

#endif
