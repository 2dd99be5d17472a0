/* SPDX-License-Identifier: MIT */
/* Takes samples on time and prints each with one write. */
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include "print.h"

/*
 * Prints the view's fields once, or at every interval from now on: at fixed
 * moments, so that the time a sample takes does not add up, and a moment that was
 * missed is skipped. When nothing that was asked for is known at first, nothing is
 * printed. Returns the exit status.
 */
int run_samples(const struct view *view, print_sample *print);

/*
 * Opens the machine that the options name, to sample what is selected. sampler_free() ends it.
 * Returns 0, or the status after a message.
 */
int sampler_open(struct sampler *sampler, const struct options *options, const struct selection *selection,
                 bool percpu);

/* 0 when a sample knows something of the view, or the next one may; else the status after a message. */
int check_known(const struct view *view, const struct sample *sample);

/* Why a sample does not know a field, as a sentence. */
void explain_unknown(struct text *text, const struct options *options, const struct sample *sample,
                     const struct sysinfo_field *field);

/* A CPU figure asked for once is measured over so many seconds. */
#define DEFAULT_CPU_INTERVAL 0.5

#endif
