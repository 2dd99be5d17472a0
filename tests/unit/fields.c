/* SPDX-License-Identifier: MIT */
#include <sysinfo/fields.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "backend.h"
#include "suites.h"

enum { LAST_RESULT = SYSINFO_RESULT_CPU_DESCRIPTION };

static size_t struct_size(uint32_t result) {
    switch (result) {
    case SYSINFO_RESULT_CPU_USAGE:
        return sizeof(struct sysinfo_cpu_usage);
    case SYSINFO_RESULT_PROCESSORS:
        return sizeof(struct sysinfo_processors);
    case SYSINFO_RESULT_CPU_SAMPLE:
        return sizeof(struct sysinfo_cpu_sample);
    case SYSINFO_RESULT_MEMORY:
        return sizeof(struct sysinfo_memory);
    case SYSINFO_RESULT_SWAP:
        return sizeof(struct sysinfo_swap);
    case SYSINFO_RESULT_LOAD:
        return sizeof(struct sysinfo_load);
    case SYSINFO_RESULT_STATS:
        return sizeof(struct sysinfo_stats);
    case SYSINFO_RESULT_MEMORY_ALLOWANCE:
    case SYSINFO_RESULT_SWAP_ALLOWANCE:
        return sizeof(struct sysinfo_allowance);
    case SYSINFO_RESULT_CPU_ALLOWANCE:
        return sizeof(struct sysinfo_cpu_allowance);
    case SYSINFO_RESULT_CGROUP:
        return sizeof(struct sysinfo_cgroup);
    case SYSINFO_RESULT_CPU_PRESSURE:
    case SYSINFO_RESULT_MEMORY_PRESSURE:
    case SYSINFO_RESULT_IO_PRESSURE:
    case SYSINFO_RESULT_IRQ_PRESSURE:
    case SYSINFO_RESULT_CGROUP_CPU_PRESSURE:
    case SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE:
    case SYSINFO_RESULT_CGROUP_IO_PRESSURE:
    case SYSINFO_RESULT_CGROUP_IRQ_PRESSURE:
        return sizeof(struct sysinfo_pressure);
    case SYSINFO_RESULT_HEAP:
        return sizeof(struct sysinfo_heap);
    case SYSINFO_RESULT_PAGING:
        return sizeof(struct sysinfo_paging);
    case SYSINFO_RESULT_PROCESS:
        return sizeof(struct sysinfo_process);
    case SYSINFO_RESULT_CPU_FREQUENCY:
        return sizeof(struct sysinfo_cpu_frequency);
    case SYSINFO_RESULT_CPU_DESCRIPTION:
        return sizeof(struct sysinfo_cpu_description);
    default:
        return 0;
    }
}

#define EACH_FIELD(field)                                         \
    const struct sysinfo_field *field = sysinfo_field_next(NULL); \
    field != NULL;                                                \
    field = sysinfo_field_next(field)

START_TEST(fields_of_a_group_are_adjacent) {
    for (EACH_FIELD(field)) {
        bool has_left = false;
        for (EACH_FIELD(other)) {
            if (other == field || strcmp(other->group, field->group) == 0) {
                ck_assert_msg(other == field || !has_left || other < field, "%s.%s stands apart from its group",
                              other->group, other->name);
            } else if (other > field) {
                has_left = true;
            }
        }
    }
}
END_TEST

START_TEST(every_struct_is_whole_in_the_table) {
    uint64_t slots[LAST_RESULT + 1] = {0};
    for (EACH_FIELD(field)) {
        ck_assert(field->result <= LAST_RESULT && struct_size(field->result) > 0);
        ck_assert(field->offset % 8 == 0 && field->offset >= 16 && field->offset < struct_size(field->result));
        ck_assert(field->size > 0 && field->size % 8 == 0 && (field->size == 8 || field->type == SYSINFO_TYPE_TEXT));
        uint64_t bit = ((UINT64_C(1) << field->size / 8) - 1) << field->offset / 8;
        ck_assert_msg(!(slots[field->result] & bit), "%s.%s: another field has this slot", field->group, field->name);
        slots[field->result] |= bit;
    }
    for (uint32_t result = 1; result <= LAST_RESULT; result++) {
        uint64_t all = struct_size(result) > 0 ? (UINT64_C(1) << struct_size(result) / 8) - 1 - 3
                                               : 0; /* Not every number is a result. */
        ck_assert_uint_eq(slots[result], all);
    }
}
END_TEST

START_TEST(names_are_unique_and_every_row_is_filled) {
    for (EACH_FIELD(field)) {
        ck_assert_ptr_eq(sysinfo_field_find(field->group, field->name), field); /* It is the first with that name. */
        ck_assert(strlen(field->group) > 0 && strlen(field->name) > 0);
        ck_assert(strlen(field->meaning) > 1 && field->meaning[strlen(field->meaning) - 1] == '.');
        ck_assert(field->unit <= SYSINFO_UNIT_TEXT && field->kind <= SYSINFO_KIND_LABEL &&
                  field->type <= SYSINFO_TYPE_TEXT);
        ck_assert((field->unit == SYSINFO_UNIT_TEXT) == (field->type == SYSINFO_TYPE_TEXT));
        ck_assert((strlen(sysinfo_unit_name(field->unit)) > 0) == (field->unit != SYSINFO_UNIT_NONE));
        ck_assert(field->unit != SYSINFO_UNIT_BYTES || field->type == SYSINFO_TYPE_UINT64);
        ck_assert(field->unit != SYSINFO_UNIT_PERCENT || field->type == SYSINFO_TYPE_DOUBLE);
        ck_assert(field->unit != SYSINFO_UNIT_PERCENT || field->kind == SYSINFO_KIND_GAUGE);
    }
    ck_assert_ptr_null(sysinfo_field_find("mem", "nothing"));
    ck_assert_ptr_null(sysinfo_field_find("nothing", "total"));
    ck_assert_ptr_null(sysinfo_field_find("", ""));
    ck_assert_str_eq(sysinfo_unit_name(9999), "");
}
END_TEST

static bool is_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool ends_with(const char *text, const char *end) {
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

START_TEST(metrics_are_unique_for_their_labels_and_well_named) {
    for (EACH_FIELD(field)) {
        if (field->metric == NULL) {
            ck_assert(field->metric_labels == NULL);
            continue;
        }
        ck_assert_int_eq(strncmp(field->metric, "sysinfo_", 8), 0);
        ck_assert_uint_eq(strspn(field->metric, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(field->metric));
        ck_assert_msg(ends_with(field->metric, "_total") == (field->kind == SYSINFO_KIND_COUNTER), "%s", field->metric);
        ck_assert_msg(field->unit != SYSINFO_UNIT_BYTES || strstr(field->metric, "_bytes") != NULL, "%s",
                      field->metric);
        ck_assert_msg(field->unit != SYSINFO_UNIT_SECONDS || strstr(field->metric, "_seconds") != NULL, "%s",
                      field->metric);
        ck_assert_msg(field->unit != SYSINFO_UNIT_HERTZ || ends_with(field->metric, "_hertz"), "%s", field->metric);
        ck_assert_msg((field->unit == SYSINFO_UNIT_TEXT) == ends_with(field->metric, "_info"), "%s", field->metric);
        ck_assert_int_ne(field->kind, SYSINFO_KIND_LABEL);
        for (EACH_FIELD(other)) {
            if (other != field && is_same(other->metric, field->metric)) {
                bool is_text = field->type == SYSINFO_TYPE_TEXT; /* A label with its own name. */
                ck_assert_msg(is_text || !is_same(other->metric_labels, field->metric_labels), "%s is two fields",
                              field->metric);
                ck_assert(other->unit == field->unit && other->kind == field->kind);
            }
        }
    }
}
END_TEST

/* A source for a field that is not in the table would be a mistake. */
START_TEST(sources_belong_to_fields) {
    for (const struct sysinfo__source *source = sysinfo__backend.sources; source != NULL && source->text != NULL;
         source++) {
        bool is_found = false;
        for (EACH_FIELD(field)) {
            if (field->result == source->result && field->offset == source->offset) {
                is_found = true;
                ck_assert_ptr_eq(sysinfo_field_source(field), source->text); /* The first: there is one. */
            }
        }
        ck_assert_msg(is_found, "%s", source->text);
        ck_assert_uint_gt(strlen(source->text), 0);
    }
    if (strcmp(sysinfo_backend(), "linux") == 0) {
        for (EACH_FIELD(field)) {
            static const char *const not_on_linux[] = {"wrap",       "wired",          "laundry",      "syscalls",
                                                       "compressed", "pressure_level", "pressure_free"};
            bool is_missing = false;
            for (size_t i = 0; i < sizeof not_on_linux / sizeof not_on_linux[0]; i++) {
                is_missing = is_missing || strcmp(field->name, not_on_linux[i]) == 0;
            }
            ck_assert_msg((sysinfo_field_source(field) == NULL) == is_missing, "%s.%s", field->group, field->name);
        }
    }
}
END_TEST

START_TEST(states_distinguish_unknown_from_0_and_from_no_limit) {
    const struct sysinfo_field *bytes = sysinfo_field_find("mem", "total"),
                               *percent = sysinfo_field_find("mem", "percent");
    struct sysinfo_memory memory = {.present = 0};
    ck_assert_int_eq(sysinfo_field_state(bytes, &memory), SYSINFO_FIELD_UNKNOWN);
    memory.total = 5; /* Means nothing without its bit. */
    ck_assert_uint_eq(sysinfo_field_uint64(bytes, &memory), 0);
    FACT(&memory, total, 0);
    ck_assert_int_eq(sysinfo_field_state(bytes, &memory), SYSINFO_FIELD_KNOWN);
    FACT(&memory, total, SYSINFO_UNLIMITED);
    ck_assert_int_eq(sysinfo_field_state(bytes, &memory), SYSINFO_FIELD_UNLIMITED);
    ck_assert(isinf(sysinfo_field_double(bytes, &memory)));
    GUESS(&memory, percent, 12.75);
    ck_assert_int_eq(sysinfo_field_is_estimated(percent, &memory), 1);
    ck_assert_int_eq(sysinfo_field_is_estimated(bytes, &memory), 0);
    ck_assert_uint_eq(sysinfo_field_uint64(percent, &memory), 12);
    static const struct {
        double value;
        uint64_t whole;
    } cut[] = {{-5, 0},  {NAN, 0}, {1e300, UINT64_MAX}, {18446744073709551616.0, UINT64_MAX}, {INFINITY, UINT64_MAX},
               {0.99, 0}};
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        FACT(&memory, percent, cut[i].value);
        ck_assert_uint_eq(sysinfo_field_uint64(percent, &memory), cut[i].whole);
    }
    memory.percent = INFINITY;
    ck_assert_int_eq(sysinfo_field_state(percent, &memory), SYSINFO_FIELD_UNLIMITED);
}
END_TEST

/* A program with an older struct and a library with a newer table: the field's slot is beyond the struct's end. */
START_TEST(a_field_beyond_an_older_struct_is_unknown_and_not_read) {
    uint64_t old[3] = {SYSINFO_BIT(struct sysinfo_memory, total), 0, 77};
    for (EACH_FIELD(field)) {
        if (field->result == SYSINFO_RESULT_MEMORY) {
            ck_assert_uint_eq(sysinfo_field_uint64(field, old), strcmp(field->name, "total") == 0 ? 77 : 0);
            ck_assert(sysinfo_field_double(field, old) == (strcmp(field->name, "total") == 0 ? 77 : 0));
        }
    }
}
END_TEST

START_TEST(a_text_is_not_a_number_and_ends) {
    const struct sysinfo_field *model = sysinfo_field_find("cpu", "model"),
                               *packages = sysinfo_field_find("cpu", "packages");
    struct sysinfo_cpu_description description = {.present = 0};
    ck_assert_ptr_null(sysinfo_field_text(model, &description));
    FACT_TEXT(&description, model, "", 0);
    ck_assert_int_eq(sysinfo_field_state(model, &description), SYSINFO_FIELD_UNKNOWN);
    FACT_TEXT(&description, model, "Cortex-A53 r0", 10);
    FACT(&description, packages, 1);
    ck_assert_int_eq(sysinfo_field_state(model, &description), SYSINFO_FIELD_KNOWN);
    ck_assert_str_eq(sysinfo_field_text(model, &description), "Cortex-A53");
    ck_assert_uint_eq(sysinfo_field_uint64(model, &description), 0);
    ck_assert(sysinfo_field_double(model, &description) == 0); /* Not the bytes of the text. */
    ck_assert_ptr_null(sysinfo_field_text(packages, &description));
    ck_assert_ptr_null(sysinfo_field_text(NULL, &description));
    ck_assert_ptr_null(sysinfo_field_text(model, NULL));
}
END_TEST

/* A buffer with room for a part of the text: reading it as a string would run past its end. */
START_TEST(a_text_that_does_not_fit_whole_is_unknown) {
    const struct sysinfo_field *model = sysinfo_field_find("cpu", "model"),
                               *vendor = sysinfo_field_find("cpu", "vendor");
    uint64_t slots[SYSINFO_SLOTS];
    int status = sysinfo_read(NULL, SYSINFO_RESULT_CPU_DESCRIPTION, slots, sizeof slots);
    if (status != SYSINFO_OK) {
        return; /* Not reported by this system or machine. */
    }
    for (size_t size = 24; size < sizeof(struct sysinfo_cpu_description); size += 8) {
        memset(slots, 0xFF, sizeof slots);
        ck_assert_int_eq(sysinfo_read(NULL, SYSINFO_RESULT_CPU_DESCRIPTION, slots, size), SYSINFO_OK);
        ck_assert(size >= model->offset + model->size || sysinfo_field_text(model, slots) == NULL);
        ck_assert(size >= vendor->offset + vendor->size || sysinfo_field_text(vendor, slots) == NULL);
    }
}
END_TEST

START_TEST(a_text_is_tidied_and_cut_between_letters) {
    static const struct {
        const char *bytes, *text;
    } texts[] = {
        {"  Xeon(R) CPU           E5472\t@ 3 GHz\n", "Xeon(R) CPU E5472 @ 3 GHz"},
        {"\x1b[2J", "[2J"},
        {"   \n", ""},
        {"1234567890123456789012345678901", "1234567890123456789012345678901"}, /* 31, and the NUL. */
        {"12345678901234567890123456789012", "1234567890123456789012345678901"},
        {"123456789012345678901234567890 2", "123456789012345678901234567890"},       /* No trailing blank. */
        {"123456789012345678901234567890\xc3\xa9", "123456789012345678901234567890"}, /* No half of an e acute. */
        {"12345678901234567890123456789\xe2\x82\xac", "12345678901234567890123456789"},
        {"1234567890123456789012345678 9 \x80", "1234567890123456789012345678 9"}, /* Bytes of no character. */
        {"123456789012345678901234567 \x80\x80\x80\x80", "123456789012345678901234567"},
        {"1234567890123456789012345678\xe2\x82\xac", "1234567890123456789012345678\xe2\x82\xac"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char out[32];
        memset(out, 0x55, sizeof out);
        ck_assert(sysinfo__put_text(out, sizeof out, texts[i].bytes, strlen(texts[i].bytes)) == (*texts[i].text != 0));
        ck_assert_str_eq(out, texts[i].text);
    }
    char junk[80], out[32];
    memset(junk, 0x80, sizeof junk);
    ck_assert(sysinfo__put_text(out, sizeof out, junk, sizeof junk)); /* Bytes that are not UTF-8 stay, cut. */
}
END_TEST

TCase *field_tests(void) {
    TCase *tests = tcase_create("fields");
    tcase_add_test(tests, fields_of_a_group_are_adjacent);
    tcase_add_test(tests, every_struct_is_whole_in_the_table);
    tcase_add_test(tests, names_are_unique_and_every_row_is_filled);
    tcase_add_test(tests, metrics_are_unique_for_their_labels_and_well_named);
    tcase_add_test(tests, sources_belong_to_fields);
    tcase_add_test(tests, states_distinguish_unknown_from_0_and_from_no_limit);
    tcase_add_test(tests, a_field_beyond_an_older_struct_is_unknown_and_not_read);
    tcase_add_test(tests, a_text_is_not_a_number_and_ends);
    tcase_add_test(tests, a_text_that_does_not_fit_whole_is_unknown);
    tcase_add_test(tests, a_text_is_tidied_and_cut_between_letters);
    return tests;
}
