/* SPDX-License-Identifier: MIT */
/* The process list of Windows, with literal bytes, on any machine. */
#include <string.h>

#include "run.h"
#include "run/decode_windows.h"

enum { ENTRIES = 8, ROOM = 400 };

/* Entries of Windows's size, each followed by threads and the name. */
static struct {
    union {
        struct windows_process process;
        char bytes[ROOM];
    } entry[ENTRIES];
} list;
static size_t entries;
static struct process_table table;

static struct windows_process *put(uintptr_t pid, uintptr_t parent, const uint16_t *name, size_t units) {
    if (entries > 0) {
        list.entry[entries - 1].process.next = ROOM;
    }
    struct windows_process *process = &list.entry[entries++].process;
    char *text = (char *)process + ROOM - 64;
    *process = (struct windows_process){.threads = 1, .pid = pid, .parent = parent};
    if (units > 0) {
        memcpy(text, name, units * sizeof *name);
        process->name = (uintptr_t)text;
        process->name_bytes = (uint16_t)(units * sizeof *name);
    }
    return process;
}

static void setup(void) {
    memset(&list, 0, sizeof list);
    entries = 0;
    table = (struct process_table){.row = NULL};
}

static void teardown(void) {
    process_table_free(&table);
}

static bool decode(size_t length) {
    process_table_clear(&table);
    return decode_windows_processes(&list, length, &table);
}

#if UINTPTR_MAX > UINT32_MAX
_Static_assert(offsetof(struct windows_process, pid) == 80 && offsetof(struct windows_process, working_set) == 144,
               "as 64-bit Windows lays it out");
#endif

START_TEST(each_entry_is_a_process) {
    static const uint16_t system[] = {'S', 'y', 's', 't', 'e', 'm'}, burn[] = {'b', 'u', 'r', 'n', '.', 'e', 'x', 'e'};
    put(0, 0, NULL, 0)->kernel = 1;
    put(4, 0, system, 6);
    struct windows_process *process = put(4728, 4, burn, 8);
    process->threads = 12;
    process->created = 134401811259358390;
    process->user = 17500000;
    process->kernel = 2500000;
    process->working_set = 217088000;
    process->peak_working_set = 220000000;
    process->private_set = 200000000;
    ck_assert(decode(3 * ROOM));
    ck_assert_uint_eq(table.count, 3);
    const struct process *row = process_table_find(&table, 4728);
    ck_assert_str_eq(row->name, "burn.exe");
    ck_assert_int_eq(row->parent, 4);
    ck_assert(row->cpu == 2 && row->children_cpu == 0);
    ck_assert_uint_eq(row->rss, 217088000);
    ck_assert_uint_eq(row->peak, 220000000);
    ck_assert_uint_eq(row->anonymous, 200000000);
    ck_assert_uint_eq(row->threads, 12);
    ck_assert_uint_eq(row->started, 134401811259358390);
    ck_assert(!row->is_dead);
    ck_assert_str_eq(process_table_find(&table, 0)->name, "");
}
END_TEST

START_TEST(without_threads_it_is_dead) {
    put(4728, 4, NULL, 0)->threads = 0;
    ck_assert(decode(ROOM) && process_table_find(&table, 4728)->is_dead);
}
END_TEST

START_TEST(names_become_utf_8_and_are_cut_between_characters) {
    static const struct {
        uint16_t units[24];
        size_t count;
        const char *name;
    } names[] = {
        {{0x65E5, 0x672C, 0xE9}, 3, "\xE6\x97\xA5\xE6\x9C\xAC\xC3\xA9"},
        {{0xD83D, 0xDE00}, 2, "\xF0\x9F\x98\x80"},
        {{'a', 0xD83D, 'b', 0xDE00}, 4, "a?b?"}, /* Halves of surrogate pairs. */
        {{'1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0'},
         20,
         "1234567890123456789"},
        {{'1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6', '7', 0x65E5},
         18,
         "12345678901234567"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setup();
        put(7, 4, names[i].units, names[i].count);
        ck_assert(decode(ROOM));
        ck_assert_str_eq(table.row[0].name, names[i].name);
        teardown();
    }
    setup();
}
END_TEST

START_TEST(bytes_that_are_no_list_are_refused) {
    static const uint16_t name[] = {'a'};
    put(7, 4, name, 1);
    put(8, 4, name, 1);
    ck_assert(decode(2 * ROOM));
    ck_assert(!decode(0));
    ck_assert(!decode(sizeof(struct windows_process) - 1));
    ck_assert(!decode(ROOM + sizeof(struct windows_process) - 1)); /* The second one is cut. */
    struct windows_process *first = &list.entry[0].process;
    static const uint32_t wrong[] = {1, sizeof(struct windows_process) - 1, 2 * ROOM + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        first->next = wrong[i];
        ck_assert_msg(!decode(2 * ROOM), "next %u", (unsigned)wrong[i]);
    }
    first->next = ROOM;
    const uintptr_t places[] = {1, (uintptr_t)&list - 1, (uintptr_t)&list + 2 * ROOM - 1, UINTPTR_MAX};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        first->name = places[i];
        ck_assert(!decode(2 * ROOM));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("windows_processes");
    TCase *cases = tcase_create("processes");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, each_entry_is_a_process);
    tcase_add_test(cases, without_threads_it_is_dead);
    tcase_add_test(cases, names_become_utf_8_and_are_cut_between_characters);
    tcase_add_test(cases, bytes_that_are_no_list_are_refused);
    suite_add_tcase(suite, cases);
    return run(suite);
}
