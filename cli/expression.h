/* SPDX-License-Identifier: MIT */
/* Conditions on fields: "mem.available > 2G", "cpu.percent below 20", "load.min1 < cpu.usable". */
#ifndef CLI_EXPRESSION_H
#define CLI_EXPRESSION_H

#include <stddef.h>

#include "sample.h"
#include "selection.h"

enum comparison { IS_LESS, IS_LESS_OR_EQUAL, IS_MORE, IS_MORE_OR_EQUAL, IS_EQUAL, IS_NOT_EQUAL };

struct expression {
    const struct sysinfo_field *field;
    enum comparison comparison;
    double value;                      /* In the field's unit, or percent of `whole`. */
    const struct sysinfo_field *other; /* Compare with this field's value; NULL: with `value`. */
    const struct sysinfo_field *whole; /* The percentage's base; NULL: `value` is not a percentage. */
    const char *text;                  /* The whole expression as written, for messages. */
};

enum truth { IS_FALSE, IS_TRUE, IS_UNKNOWN };

/* Finds the field "GROUP.NAME". Returns NULL and sets *status after a message. */
const struct sysinfo_field *parse_field(const char *word, int *status);

/*
 * Parses all operands, one word or three for each expression (four if a blank precedes the unit), into a list that the
 * caller frees with expressions_free(). Returns 0, or the status after a message.
 */
int expressions_parse(const char *const *operand, size_t operands, struct expression **list, size_t *count);
void expressions_free(struct expression *list, size_t count);

/* Adds the fields that an expression uses. */
void expression_select(const struct expression *expression, struct selection *selection);

enum truth expression_evaluate(const struct expression *expression, const struct sample *sample);

/* The first of its fields whose value is unknown in the sample; NULL: all are known. */
const struct sysinfo_field *expression_unknown(const struct expression *expression, const struct sample *sample);

#endif
