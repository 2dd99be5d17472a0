/* SPDX-License-Identifier: MIT */
/*
 * Compares the table "Figures by system" of SUPPORT.md with struct sysinfo__backend: an entry that it promises
 * for the linked system is not NULL, one that it denies is NULL.
 */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "contract.h"

#include "heap/owner.h"

enum { MOST_COLUMNS = 10, COLUMN_SIZE = 64 };
typedef char columns[MOST_COLUMNS][COLUMN_SIZE];

/* Splits a row of a Markdown table into its cells without surrounding blanks; 0: not a row. */
static size_t split(const char *line, columns cell) {
    size_t count = 0;
    for (const char *p = line; *p == '|' && p[1] != '\0' && p[1] != '\n' && count < MOST_COLUMNS;) {
        const char *start = p + 1 + strspn(p + 1, " "), *end = start + strcspn(start, "|\n");
        p = end;
        while (end > start && end[-1] == ' ') {
            end--;
        }
        size_t length = (size_t)(end - start) < COLUMN_SIZE ? (size_t)(end - start) : COLUMN_SIZE - 1;
        memcpy(cell[count], start, length); /* A longer cell belongs to another table. */
        cell[count++][length] = '\0';
    }
    return count;
}

#define ENTRY(name, entry) {name, offsetof(struct sysinfo__backend, entry)}
static const struct {
    const char *name;
    size_t offset;
} entries[] = {
    ENTRY("`sysinfo_cpu_times`, `sysinfo_cpu_percent`", cpu_times),
    ENTRY("the same, CPU by CPU", cpu_times_percpu),
    ENTRY("`sysinfo_cpu_counts`, `sysinfo_cpu_count`", cpu_counts),
    ENTRY("`sysinfo_cpu_freq`", cpu_freq),
    ENTRY("`sysinfo_cpu_info`", cpu_info),
    ENTRY("`sysinfo_virtual_memory`", virtual_memory),
    ENTRY("`sysinfo_swap_memory`", swap_memory),
    ENTRY("`sysinfo_load_average`", load_average),
    ENTRY("`sysinfo_cpu_stats`", cpu_stats),
    ENTRY("limits in `sysinfo_usable_memory`", memory_limit),
    ENTRY("limits in `sysinfo_usable_swap`", swap_limit),
    ENTRY("limits in `sysinfo_usable_cpus`", cpu_limit),
    ENTRY("limits in `sysinfo_limit_levels`", limit_levels),
    ENTRY("`SYSINFO_CPU_USABLE_CORES`", allowed_cores),
    ENTRY("`sysinfo_cgroup_usage`", cgroup),
    ENTRY("`sysinfo_cgroup_path`", cgroup_path),
    ENTRY("`sysinfo_cpu_pressure` and its like", pressure),
    ENTRY("`sysinfo_numa_nodes`", numa),
    ENTRY("`sysinfo_page_stats`", page_stats),
    ENTRY("`sysinfo_process_info`, `sysinfo_process_detail`", process),
    ENTRY("`sysinfo_process_memory`", process_memory),
    ENTRY("`sysinfo_mark`", append_mark),
    ENTRY("`sysinfo_heap_counts`, scopes", tracker),
    ENTRY("`sysinfo_heap_recorded`", heap_record),
};
enum { ENTRIES = sizeof entries / sizeof entries[0] };

/* All entries are function pointers of the same size; one whose bytes are those of a null pointer is NULL. */
static bool is_there(size_t offset) {
    static const char null[sizeof(int (*)(void))];
    return memcmp((const char *)&sysinfo__backend + offset, null, sizeof null) != 0;
}

/* Whether the row's question can be answered here. Clears *is_known for an unknown name. */
static bool can_answer(const char *question, unsigned *seen, bool *is_known) {
    for (size_t i = 0; i < ENTRIES; i++) {
        if (strcmp(question, entries[i].name) == 0) {
            *seen |= 1U << i;
            return is_there(entries[i].offset);
        }
    }
    if (strcmp(question, "a root of its own") == 0) {
        return sysinfo__backend.has_roots;
    }
    if (strcmp(question, "`sysinfo_heap_info`") == 0) {
        return sysinfo__heap_backend.find != NULL;
    }
    *is_known = false;
    return false;
}

START_TEST(a_system_can_what_the_support_table_promises) {
    FILE *file = fopen(SUPPORT, "r");
    ck_assert_msg(file != NULL, "%s", SUPPORT);
    char line[1024];
    columns cell;
    size_t own = 0, rows = 0, count = 0;
    unsigned seen = 0;
    while (own == 0 && fgets(line, sizeof line, file) != NULL) { /* The row that names the systems. */
        count = split(line, cell);
        for (size_t i = 1; count > 1 && strcmp(cell[0], "Question") == 0 && i < count; i++) {
            own = strcmp(cell[i], sysinfo__backend.name) == 0 ? i : own;
        }
    }
    ck_assert_msg(own != 0, "no column for %s", sysinfo__backend.name);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file)); /* The line below the heading. */
    while (fgets(line, sizeof line, file) != NULL && (count = split(line, cell)) > 0) {
        bool is_known = true, can = can_answer(cell[0], &seen, &is_known);
        ck_assert_uint_gt(count, own);
        ck_assert_msg(strcmp(cell[own], "yes") == 0 || strcmp(cell[own], "no") == 0, "%s: '%s'", cell[0], cell[own]);
        ck_assert_msg(is_known, "%s is not a question of the backend", cell[0]);
        if (is_known) {
            ck_assert_msg(can == (strcmp(cell[own], "yes") == 0), "%s: %s says '%s' for %s", cell[0], SUPPORT,
                          cell[own], sysinfo__backend.name);
        }
        rows++;
    }
    fclose(file);
    ck_assert_uint_eq(seen, (1U << ENTRIES) - 1); /* No question is missing. */
    ck_assert_uint_eq(rows, ENTRIES + 2);
}
END_TEST

TCase *support_tests(void) {
    TCase *tests = tcase_create("support");
    tcase_add_test(tests, a_system_can_what_the_support_table_promises);
    return tests;
}
