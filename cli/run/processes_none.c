/* SPDX-License-Identifier: MIT */
#include "run/process_source.h"

const struct process_source process_source = {.list = NULL};
