/* SPDX-License-Identifier: MIT */
#include "expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "fail.h"
#include "parse.h"

/* ---- Fields by their full names ---- */

static const struct sysinfo_field *unknown_field(const char *word, int *status) {
    enum { MOST = 256 };
    struct text names[MOST];
    const char *list[MOST];
    size_t count = 0;
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL && count < MOST;) {
        if (is_measure(field)) {
            names[count] = (struct text)TEXT_INIT;
            text_addf(&names[count], "%s.%s", field->group, field->name);
            list[count] = names[count].bytes;
            count++;
        }
    }
    const char *meant = closest(word, list, count);
    *status = meant != NULL ? usage("unknown field '%s'; did you mean '%s'? (sysinfo fields)", word, meant)
                            : usage("unknown field '%s' (sysinfo fields)", word);
    for (size_t i = 0; i < count; i++) {
        text_free(&names[i]);
    }
    return NULL;
}

/* Refuses a name without its group, with the first full name that has it as an example. */
static const struct sysinfo_field *needs_group(const char *name, int *status) {
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (is_measure(field) && strcmp(field->name, name) == 0) {
            *status = usage("'%s' needs its group, for example %s.%s", name, field->group, field->name);
            return NULL;
        }
    }
    return unknown_field(name, status);
}

/* Returns NULL if no measurement has that name. */
static const struct sysinfo_field *find_field(const char *word) {
    const struct sysinfo_field *field = field_named(word);
    return field != NULL && is_measure(field) ? field : NULL;
}

/* Finds a field that exists, whether or not this system reports it. */
static const struct sysinfo_field *parse_name(const char *word, int *status) {
    const struct sysinfo_field *field = find_field(word);
    *status = 0;
    return field != NULL ? field : strchr(word, '.') == NULL ? needs_group(word, status) : unknown_field(word, status);
}

const struct sysinfo_field *parse_field(const char *word, int *status) {
    const struct sysinfo_field *field = parse_name(word, status);
    if (field != NULL && sysinfo_field_source(field) == NULL) {
        *status = trouble("'%s' is not available on this system", word);
        return NULL;
    }
    return field;
}

/* ---- Comparisons ---- */

static const struct {
    const char *text;
    enum comparison comparison;
} comparisons[] = {
    {"<=", IS_LESS_OR_EQUAL}, {">=", IS_MORE_OR_EQUAL}, {"==", IS_EQUAL},   {"!=", IS_NOT_EQUAL},
    {"<", IS_LESS},           {">", IS_MORE},           {"below", IS_LESS}, {"above", IS_MORE},
};
enum { COMPARISONS = sizeof comparisons / sizeof comparisons[0] };

static const char signs[] = "<>=!";

/* Returns the comparison that `text` begins with; -1: none. No part of "=>" or "<>" counts as one. */
static int comparison_at(const char *text) {
    size_t length = strspn(text, signs);
    for (int i = 0; i < COMPARISONS; i++) {
        if (strncmp(text, comparisons[i].text, strlen(comparisons[i].text)) == 0 &&
            (length == 0 || length == strlen(comparisons[i].text))) {
            return i;
        }
    }
    return -1;
}

static const char *skip_blanks(const char *p) {
    while (*p == ' ' || *p == '\t') {
        p++;
    }
    return p;
}

/* ---- Values ---- */

/*
 * The field that a percentage of `field` refers to. For bytes, the limit if one applies, else the group's total or
 * limit. For runnable threads, the CPUs that this process may use. For a frequency, the highest.
 */
static const struct sysinfo_field *whole_of(const struct sysinfo_field *field) {
    if (field->unit == SYSINFO_UNIT_THREADS) {
        return sysinfo_field_find("cpu", "usable");
    }
    if (field->unit == SYSINFO_UNIT_HERTZ) {
        return sysinfo_field_find(field->group, "max");
    }
    if (field->unit != SYSINFO_UNIT_BYTES) {
        return NULL;
    }
    const struct sysinfo_field *total = sysinfo_field_find(field->group, "total");
    const struct sysinfo_field *limit = sysinfo_field_find(field->group, "limit");
    if (limit != NULL && (total == NULL || strcmp(field->name, "usable") == 0)) {
        return limit;
    }
    return total;
}

static const char *kind_of(const struct sysinfo_field *field) {
    return field->unit == SYSINFO_UNIT_PERCENT   ? "a percentage"
           : field->unit == SYSINFO_UNIT_BYTES   ? "a size"
           : field->unit == SYSINFO_UNIT_SECONDS ? "a time"
           : field->unit == SYSINFO_UNIT_HERTZ   ? "a frequency"
           : field->unit == SYSINFO_UNIT_TEXT    ? "a text"
                                                 : "a number";
}

static int wrong_unit(const struct sysinfo_field *field, const char *value, const char *unit) {
    bool is_size = size_unit(unit) > 0;
    bool is_time = duration_unit(unit) > 0, is_frequency = frequency_unit(unit) > 0;
    if (strcmp(unit, "%") != 0 && !is_size && !is_time && !is_frequency) {
        return usage(field->unit == SYSINFO_UNIT_HERTZ ? "'%s': unknown unit; use MHz, GHz or %%"
                                                       : "'%s': unknown unit; use K M G T, KiB.., kB.. or %%",
                     value);
    }
    const char *given = strcmp(unit, "%") == 0 ? "a percentage"
                        : is_size              ? "a size"
                        : is_time              ? "a time"
                                               : "a frequency";
    return usage("%s.%s is %s; '%s' is %s", field->group, field->name, kind_of(field), value, given);
}

/* Parses another field whose value is of the same kind. */
static int parse_other(const char *word, struct expression *expression) {
    const struct sysinfo_field *field = expression->field;
    int status;
    expression->other = parse_name(word, &status);
    if (expression->other != NULL && strcmp(kind_of(field), kind_of(expression->other)) != 0) {
        return usage("%s.%s is %s; %s is %s", field->group, field->name, kind_of(field), word,
                     kind_of(expression->other));
    }
    return status;
}

static bool is_unit(const char *word) {
    return strcmp(word, "%") == 0 ||
           (*word != '\0' && (size_unit(word) > 0 || duration_unit(word) > 0 || frequency_unit(word) > 0));
}

static bool is_plain_number(const char *word) {
    double number;
    const char *unit;
    return scan_number(word, &number, &unit) && *unit == '\0';
}

static int parse_value(const char *word, struct expression *expression) {
    const struct sysinfo_field *field = expression->field;
    if (field->type == SYSINFO_TYPE_TEXT) {
        return usage("%s.%s is a text: conditions compare numbers", field->group, field->name);
    }
    bool is_name = (*word >= 'a' && *word <= 'z') && strchr(word, '.') != NULL;
    if (is_name) {
        return parse_other(word, expression);
    }
    const char *unit;
    double number;
    bool is_negative = *word == '-' && looks_like_number(word);
    if (!scan_number(word + is_negative, &number, &unit)) {
        return usage("'%s' is not a value; write a number, for example 20, 2G or 10%%", word);
    }
    if (*unit == ',' && is_digit(unit[1])) {
        return usage("'%s': use a dot, %.*s.%s", word, (int)(unit - word), word, unit + 1);
    }
    bool is_share = strcmp(unit, "%") == 0;
    double size = *unit == '\0' || (is_share && field->unit == SYSINFO_UNIT_PERCENT) ? 1 : 0;
    expression->whole = size <= 0 && is_share ? whole_of(field) : NULL;
    if (expression->whole != NULL) {
        size = 1;
    } else if (size <= 0 && field->unit == SYSINFO_UNIT_BYTES) {
        size = size_unit(unit);
    } else if (size <= 0 && field->unit == SYSINFO_UNIT_SECONDS) {
        size = duration_unit(unit);
    } else if (size <= 0 && field->unit == SYSINFO_UNIT_HERTZ) {
        size = frequency_unit(unit);
    }
    if (size <= 0) {
        return wrong_unit(field, word, unit);
    }
    expression->value = (is_negative ? -number : number) * size;
    return isfinite(expression->value) ? 0 : usage("'%s' is too large", word);
}

/* ---- Expressions ---- */

/* Finds the end of the field's name in "mem.free<2G" or "mem.free below 2G"; NULL: no comparison. */
static const char *find_comparison(const char *text, const char **after_name) {
    const char *p = skip_blanks(text);
    p += strcspn(p, " \t<>=!");
    *after_name = p;
    p = skip_blanks(p);
    return comparison_at(p) >= 0 ? p : NULL;
}

/* `rest` is the text after the name: empty, or something that is not a comparison. */
static int no_comparison(const char *word, const char *rest) {
    if (*rest != '\0') {
        size_t length = strspn(rest, signs);
        return usage("'%s': unknown comparison '%.*s'; use < <= > >= == != below or above", word,
                     (int)(length > 0 ? length : strcspn(rest, " \t")), rest);
    }
    int status = 0;
    const struct sysinfo_field *field = parse_name(skip_blanks(word), &status);
    if (field == NULL) {
        return status;
    }
    const char *value = field->unit == SYSINFO_UNIT_BYTES ? "2G" : field->unit == SYSINFO_UNIT_HERTZ ? "2GHz" : "20";
    return usage("'%s': no comparison. Quote it, '%s > %s', or write: %s above %s", word, word, value, word, value);
}

/* Parses one expression that fills the whole text. */
static int parse_text(const char *text, struct expression *expression) {
    const char *after_name, *name = skip_blanks(text);
    const char *at = find_comparison(text, &after_name);
    if (at == NULL) {
        return no_comparison(text, skip_blanks(after_name));
    }
    int index = comparison_at(at);
    const char *value = skip_blanks(at + strlen(comparisons[index].text));
    struct text word = TEXT_INIT, name_text = TEXT_INIT;
    text_addf(&word, "%.*s", (int)strcspn(value, " \t"), value);
    text_addf(&name_text, "%.*s", (int)(after_name - name), name);
    const char *rest = skip_blanks(value + word.length);
    if (word.length > 0 && is_plain_number(word.bytes) && is_unit(rest)) { /* "2 G" */
        text_add(&word, rest);
        rest = "";
    }
    int status = 0;
    if (word.length == 0) {
        status = usage("'%s': no value after '%s'", text, comparisons[index].text);
    } else if (*rest != '\0') {
        status = usage("'%s': unexpected '%s' after the value", text, rest);
    } else {
        expression->field = parse_name(name_text.length > 0 ? name_text.bytes : "", &status);
        expression->comparison = comparisons[index].comparison;
        status = expression->field == NULL ? status : parse_value(word.bytes, expression);
    }
    text_free(&word);
    text_free(&name_text);
    return status;
}

/* Takes one word, or three if the second is, or looks like, a comparison; a fourth may be a unit. */
static int parse_next(const char *const *operand, size_t operands, size_t *taken, struct expression *expression) {
    struct text text = TEXT_INIT;
    text_add(&text, operand[0]);
    *taken = 1;
    int index = operands > 1 ? comparison_at(operand[1]) : -1;
    bool is_signs = operands > 1 && *operand[1] != '\0' && operand[1][strspn(operand[1], signs)] == '\0';
    if (is_signs || (index >= 0 && strcmp(operand[1], comparisons[index].text) == 0)) {
        text_addf(&text, " %s", operand[1]);
        *taken = 2;
        if (operands > 2) {
            text_addf(&text, " %s", operand[2]);
            *taken = 3;
        }
        if (operands > 3 && is_plain_number(operand[2]) && is_unit(operand[3])) {
            text_addf(&text, " %s", operand[3]);
            *taken = 4;
        }
    }
    int status = parse_text(text.bytes, expression);
    expression->text = text.bytes;
    if (status != 0) {
        text_free(&text);
        expression->text = NULL;
    }
    return status;
}

int expressions_parse(const char *const *operand, size_t operands, struct expression **list, size_t *count) {
    *list = calloc(operands + 1, sizeof **list);
    *count = 0;
    if (*list == NULL) {
        fail_no_memory();
    }
    if (operands == 0) {
        return usage("no condition; write for example 'mem.available > 2G'");
    }
    for (size_t at = 0, taken; at < operands; at += taken) {
        int status = parse_next(operand + at, operands - at, &taken, &(*list)[*count]);
        if (status != 0) {
            return status;
        }
        ++*count;
    }
    return 0;
}

void expressions_free(struct expression *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct text text = {(char *)list[i].text, 0, 0};
        text_free(&text);
    }
    free(list);
}

void expression_select(const struct expression *expression, struct selection *selection) {
    selection_add(selection, expression->field);
    if (expression->other != NULL) {
        selection_add(selection, expression->other);
    }
    if (expression->whole != NULL) {
        selection_add(selection, expression->whole);
        const struct sysinfo_field *total = sysinfo_field_find(expression->field->group, "total");
        if (total != NULL) {
            selection_add(selection, total);
        }
    }
}

/* A number to compare with; NaN: unknown. "No limit" is greater than every number. */
static double number_of(const struct sysinfo_field *field, const struct sample *sample) {
    const void *result = sample_result(sample, field);
    switch (sysinfo_field_state(field, result)) {
    case SYSINFO_FIELD_KNOWN:
        return sysinfo_field_double(field, result);
    case SYSINFO_FIELD_UNLIMITED:
        return INFINITY;
    default:
        return NAN;
    }
}

/* What 100 % means: the limit, or the total if there is no limit or it exceeds the total. */
static double whole_number(const struct expression *expression, const struct sample *sample) {
    double whole = number_of(expression->whole, sample);
    const struct sysinfo_field *total = sysinfo_field_find(expression->field->group, "total");
    double most = total != NULL ? number_of(total, sample) : INFINITY;
    return most < whole ? most : whole;
}

enum truth expression_evaluate(const struct expression *expression, const struct sample *sample) {
    double left = number_of(expression->field, sample);
    double right = expression->other != NULL ? number_of(expression->other, sample) : expression->value;
    if (expression->whole != NULL) {
        double whole = whole_number(expression, sample);
        if (whole > 0 || isnan(whole)) {
            right *= whole / 100;
        } else {
            left = isnan(left) ? left : 0; /* 0 % of nothing is in use, as in swap.percent. */
        }
    }
    if (isnan(left) || isnan(right)) { /* A share of no limit is itself no limit, which is greater than every number. */
        return IS_UNKNOWN;
    }
    bool holds = false;
    switch (expression->comparison) {
    case IS_LESS:
        holds = left < right;
        break;
    case IS_LESS_OR_EQUAL:
        holds = left <= right;
        break;
    case IS_MORE:
        holds = left > right;
        break;
    case IS_MORE_OR_EQUAL:
        holds = left >= right;
        break;
    case IS_EQUAL:
        holds = !(left < right) && !(left > right);
        break;
    case IS_NOT_EQUAL:
        holds = left < right || left > right;
        break;
    }
    return holds ? IS_TRUE : IS_FALSE;
}

const struct sysinfo_field *expression_unknown(const struct expression *expression, const struct sample *sample) {
    const struct sysinfo_field *fields[] = {expression->field, expression->other, expression->whole};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i] != NULL && isnan(number_of(fields[i], sample))) {
            return fields[i];
        }
    }
    return NULL;
}
