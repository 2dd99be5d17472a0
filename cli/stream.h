/* SPDX-License-Identifier: MIT */
/* Takes samples on schedule and prints each with one write. */
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include "print.h"

/*
 * Prints the view's fields once or at every interval: at fixed moments, so that the cost of a sample does not
 * accumulate; missed moments are skipped. Prints nothing if no requested value is known at first. Returns the exit
 * status.
 */
int run_samples(const struct view *view, print_sample *print);

/*
 * Opens the machine that the options name, to sample the selection; sampler_free() closes it. Returns NULL after a
 * message; the status is then EXIT_TROUBLE.
 */
struct sampler *sampler_open(const struct options *options, const struct selection *selection, bool percpu);

/* Returns 0 if a sample has a value for the view or the next one may; else the status after a message. */
int check_known(const struct view *view, const struct sample *sample);

/* Adds a sentence that explains why a sample lacks a field. */
void explain_unknown(struct text *text, const struct options *options, const struct sample *sample,
                     const struct sysinfo_field *field);

/* Seconds over which a single CPU figure is measured. */
#define DEFAULT_CPU_INTERVAL 0.5

#endif
