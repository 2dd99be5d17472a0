/* SPDX-License-Identifier: MIT */
/* Conditions of `sysinfo check` and `wait`; each line of the input is a word of the command line. */
#include "command.h"

#include <stdlib.h>

#include "../cli/expression.h"

enum { MOST_WORDS = 8, SAMPLES = 4 };

/* Samples in which every field is known, unknown, without limit, or 0. */
static void make_sample(struct sample *sample, int kind) {
    memset(sample, 0, sizeof *sample);
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (sample->result[field->result] == NULL) {
            sample->result[field->result] = calloc(SYSINFO_SLOTS, sizeof(uint64_t));
        }
        uint64_t *result = sample->result[field->result];
        uint64_t bytes = kind == 2 ? SYSINFO_UNLIMITED : kind == 3 ? 0 : UINT64_C(1) << 30;
        double number = kind == 3 ? 0 : 50;
        if (kind != 1) {
            result[0] |= UINT64_C(1) << (field->offset / 8);
        }
        memcpy((char *)result + field->offset, field->type == SYSINFO_TYPE_DOUBLE ? (void *)&number : (void *)&bytes,
               8);
    }
}

static enum truth evaluate(struct expression expression, enum comparison comparison, const struct sample *sample) {
    expression.comparison = comparison;
    return expression_evaluate(&expression, sample);
}

/* Of two mutually exclusive comparisons one holds, unless the value is unknown. */
static void must_be_consistent(const struct expression *expression, const struct sample *sample, int kind) {
    static const enum comparison opposites[][2] = {
        {IS_LESS, IS_MORE_OR_EQUAL}, {IS_MORE, IS_LESS_OR_EQUAL}, {IS_EQUAL, IS_NOT_EQUAL}};
    bool is_unknown = expression_evaluate(expression, sample) == IS_UNKNOWN;
    MUST(kind != 1 || is_unknown);
    for (size_t i = 0; i < sizeof opposites / sizeof opposites[0]; i++) {
        enum truth one = evaluate(*expression, opposites[i][0], sample),
                   other = evaluate(*expression, opposites[i][1], sample);
        MUST((one == IS_UNKNOWN) == is_unknown && (other == IS_UNKNOWN) == is_unknown);
        MUST(is_unknown || one != other);
    }
    bool is_bytes = expression->field->unit == SYSINFO_UNIT_BYTES && expression->field->type != SYSINFO_TYPE_DOUBLE;
    if (kind == 2 && is_bytes && expression->whole == NULL && expression->other == NULL &&
        sysinfo_field_state(expression->field, sample->result[expression->field->result]) == SYSINFO_FIELD_UNLIMITED) {
        MUST(evaluate(*expression, IS_MORE, sample) == IS_TRUE); /* "No limit" is greater than every number. */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sample sample[SAMPLES];
    if (command_written[1].bytes == NULL) {
        for (int kind = 0; kind < SAMPLES; kind++) {
            make_sample(&sample[kind], kind);
        }
    }
    command_begin();
    char *words[MOST_WORDS];
    size_t count = command_words(data, size, words, MOST_WORDS), expressions;
    struct expression *list;
    int status = expressions_parse((const char *const *)words, count, &list, &expressions);
    MUST(status == EXIT_DONE || status == EXIT_USAGE);
    command_must_explain(status);
    MUST(command_writes[2] == (status != 0) && command_writes[1] == 0);
    MUST(status != 0 || (expressions >= 1 && expressions <= count));
    for (size_t i = 0; i < expressions; i++) {
        MUST(list[i].field != NULL && list[i].text != NULL && isfinite(list[i].value));
        for (int kind = 0; kind < SAMPLES; kind++) {
            must_be_consistent(&list[i], &sample[kind], kind);
        }
    }
    expressions_free(list, expressions);
    return 0;
}
