/* SPDX-License-Identifier: MIT */
/* Takes samples on time and prints each with one write. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "print.h"

/*
 * Prints the view's fields once, or at every interval from now on: at fixed
 * moments, so that the time a sample takes does not add up, and a moment that was
 * missed is skipped. `may_be_empty`: a sample in which nothing is known is printed
 * all the same. Returns the exit status.
 */
int run_samples(const struct view *view, print_sample *print, bool may_be_empty);

/* A CPU figure asked for once is measured over so many seconds. */
#define DEFAULT_CPU_INTERVAL 0.5

#endif
