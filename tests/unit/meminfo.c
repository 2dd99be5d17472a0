/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "suites.h"
#include "text.h"

#define BIT(key) (UINT32_C(1) << SYSINFO__##key)

static const struct {
    const char *name;
    uint64_t unit;
} names[SYSINFO__MEMINFO_KEYS] = {
#define KEY(id, text, blanks, unit) [SYSINFO__##id] = {text, unit},
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
};

static void decode_with(const char *bytes, size_t length, struct sysinfo__meminfo_hints *hints,
                        struct sysinfo__meminfo *meminfo) {
    char *text = text_copy(bytes, length);
    memset(meminfo, 0xA5, sizeof *meminfo);
    sysinfo__decode_meminfo(text, length, SYSINFO__ALL_MEMINFO_KEYS, hints, meminfo);
    free(text);
}

static struct sysinfo__meminfo decode(const char *string) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    decode_with(string, strlen(string), &hints, &meminfo);
    return meminfo;
}

static const char usual[] = "MemTotal:        4030464 kB\n"
                            "MemFree:          238016 kB\n"
                            "MemAvailable:    2971136 kB\n"
                            "Buffers:           88064 kB\n"
                            "Cached:          2691584 kB\n"
                            "SwapCached:           12 kB\n"
                            "Active:          1353728 kB\n"
                            "Inactive:        2005504 kB\n"
                            "Active(anon):     566784 kB\n"
                            "Inactive(anon):    14336 kB\n"
                            "Active(file):     786944 kB\n"
                            "Inactive(file):  1991168 kB\n"
                            "SwapTotal:       2097148 kB\n"
                            "SwapFree:        2097136 kB\n"
                            "Zswap:                 8 kB\n"
                            "Zswapped:             24 kB\n"
                            "Dirty:               256 kB\n"
                            "Writeback:             0 kB\n"
                            "WritebackTmp:         77 kB\n"
                            "Shmem:             16384 kB\n"
                            "ShmemHugePages:        5 kB\n"
                            "Slab:             280576 kB\n"
                            "SReclaimable:     219136 kB\n"
                            "CommitLimit:     4112380 kB\n"
                            "Committed_AS:    1466368 kB\n"
                            "HugePages_Total:       7\n"
                            "HugePages_Free:        3\n"
                            "HugePages_Rsvd:        1\n"
                            "Hugepagesize:       2048 kB\n"
                            "Hugetlb:           14336 kB\n"
                            "DirectMap4k:      104384 kB\n";

/* A simpler parser: the key's name and a colon at the start of a line. */
static bool look_up(const char *string, const char *name, uint64_t unit, uint64_t *bytes) {
    char key[32];
    snprintf(key, sizeof key, "%s:", name);
    for (const char *line = string; line != NULL && *line != '\0';
         line = strchr(line, '\n') != NULL ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            *bytes = strtoull(line + strlen(key), NULL, 10) * unit;
            return true;
        }
    }
    return false;
}

static void expect_as_looked_up(const char *string, const struct sysinfo__meminfo *meminfo) {
    for (int key = 0; key < SYSINFO__MEMINFO_KEYS; key++) {
        uint64_t bytes;
        bool is_there = look_up(string, names[key].name, names[key].unit, &bytes);
        ck_assert_msg((meminfo->known >> key & 1) == is_there, "%s", names[key].name);
        ck_assert_msg((meminfo->seen >> key & 1) == is_there, "%s", names[key].name);
        ck_assert_msg(!is_there || meminfo->value[key] == bytes, "%s", names[key].name);
    }
    ck_assert_uint_eq(meminfo->negative, 0);
}

START_TEST(every_key_is_read) {
    struct sysinfo__meminfo meminfo = decode(usual);
    expect_as_looked_up(usual, &meminfo);
    ck_assert_uint_eq(meminfo.value[SYSINFO__MEM_TOTAL], UINT64_C(4030464) * 1024);
    ck_assert_uint_eq(meminfo.value[SYSINFO__HUGE_PAGES_TOTAL], 7);
    ck_assert_uint_eq(meminfo.known & (BIT(MEM_SHARED) | BIT(INACT_DIRTY)), 0);
}
END_TEST

START_TEST(remembered_lines_are_read_anew) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    char changed[sizeof usual];
    memcpy(changed, usual, sizeof usual);
    decode_with(changed, sizeof usual - 1, &hints, &meminfo);
    for (char digit = '1'; digit <= '9'; digit++) {
        for (size_t i = 0; i < sizeof usual - 1; i++) {
            if (changed[i] >= '0' && changed[i] <= '9' && i > 0 && changed[i - 1] != 'p') {
                changed[i] = digit;
            }
        }
        decode_with(changed, sizeof usual - 1, &hints, &meminfo);
        expect_as_looked_up(changed, &meminfo);
    }
}
END_TEST

/* The same length but other lines: the hints are wrong, which is detected. */
START_TEST(lines_that_moved_are_found_again) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    decode_with(usual, sizeof usual - 1, &hints, &meminfo);
    char moved[sizeof usual];
    const char *second = strchr(usual, '\n') + 1;
    size_t first_length = (size_t)(second - usual), rest = sizeof usual - 1 - first_length;
    memcpy(moved, second, rest);
    memcpy(moved + rest, usual, first_length);
    moved[sizeof usual - 1] = '\0';
    decode_with(moved, sizeof usual - 1, &hints, &meminfo);
    expect_as_looked_up(moved, &meminfo);
    memcpy(strstr(moved, "\nSlab:") + 1, "Slob", 4);
    decode_with(moved, sizeof usual - 1, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.seen & BIT(SLAB), 0);
    expect_as_looked_up(moved, &meminfo);
}
END_TEST

/* The same place, but in the middle of another line. */
START_TEST(a_line_without_its_beginning_is_no_line) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    char joined[sizeof usual];
    memcpy(joined, usual, sizeof usual);
    decode_with(joined, sizeof usual - 1, &hints, &meminfo);
    *strstr(joined, "\nMemFree:") = ' ';
    decode_with(joined, sizeof usual - 1, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.seen & BIT(MEM_FREE), 0);
    expect_as_looked_up(joined, &meminfo);
}
END_TEST

/* The second reading of a line takes a shorter way, in words of eight bytes: it must see what the first sees. */
START_TEST(a_line_means_the_same_at_the_second_reading) {
    static const char *const values[] = {
        "24684092 kB",  "       7 kB", "       0 kB", " 1234567 kB",       "99999999 kB",  "123456789 kB",
        "1234567 8 kB", "12 45678 kB", "   4567x kB", "  -45678 kB",       "      -1 kB",  "x       7 kB",
        "         kB",  "    /123 kB", "    :123 kB", "\t\t\t\t\t\t12 kB", "     123\tkB", "      12\n",
        "12345678",     "       7.kB", "    1 34 kB", "      !1 kB",       "     %12 kB",  "\"\"345678 kB",
        "!!!!!!!! kB",  "       ( kB", " !234567 kB",
    };
    struct sysinfo__meminfo_hints kept = {.length = 0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char line[256];
        snprintf(line, sizeof line, "MemTotal:       24684092 kB\nMemFree:        %s\nHugePages_Free:    %s\n",
                 values[i], values[i]);
        struct sysinfo__meminfo first = decode(line), again[2];
        for (int round = 0; round < 2; round++) {
            decode_with(line, strlen(line), &kept, &again[round]);
            ck_assert_uint_eq(again[round].known, first.known);
            ck_assert_uint_eq(again[round].seen, first.seen);
            ck_assert_uint_eq(again[round].negative, first.negative);
            for (int key = 0; key < SYSINFO__MEMINFO_KEYS; key++) {
                ck_assert_msg(!(first.known >> key & 1) || again[round].value[key] == first.value[key],
                              "'%s': %llu, not %llu", values[i], (unsigned long long)again[round].value[key],
                              (unsigned long long)first.value[key]);
            }
        }
    }
}
END_TEST

START_TEST(a_total_that_was_missing_is_found_when_it_is_back) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    char broken[sizeof usual];
    memcpy(broken, usual, sizeof usual);
    broken[0] = 'X';
    decode_with(broken, sizeof usual - 1, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.seen & BIT(MEM_TOTAL), 0);
    decode_with(usual, sizeof usual - 1, &hints, &meminfo);
    expect_as_looked_up(usual, &meminfo);
}
END_TEST

static bool is_part_of(const struct sysinfo__meminfo *part, const struct sysinfo__meminfo *full) {
    bool is_part = true;
    for (int key = 0; key < SYSINFO__MEMINFO_KEYS; key++) {
        is_part = is_part && (!(part->known >> key & 1) || part->value[key] == full->value[key]);
    }
    return is_part;
}

START_TEST(a_text_cut_anywhere_gives_no_number_that_was_not_in_it) {
    struct sysinfo__meminfo full = decode(usual);
    struct sysinfo__meminfo_hints kept = {.length = 0};
    for (size_t length = 0; length < sizeof usual; length++) {
        struct sysinfo__meminfo_hints hints = {.length = 0};
        struct sysinfo__meminfo part;
        decode_with(usual, length, &hints, &part);
        ck_assert(is_part_of(&part, &full));
        decode_with(usual, length, &kept, &part);
        hints.length = length; /* And with hints from the whole text. */
        decode_with(usual, length, &hints, &part);
        ck_assert(is_part_of(&part, &full));
    }
}
END_TEST

static const struct {
    const char *text;
    bool is_seen, is_known, is_negative;
    uint64_t bytes;
} totals[] = {
    {"MemTotal:       123 kB\n", true, true, false, 123 * 1024},
    {"MemTotal:123 kB\n", true, true, false, 123 * 1024},
    {"MemTotal:10373888 kB\n", true, true, false, UINT64_C(10373888) * 1024},
    {"MemTotal:\t123 kB\n", true, true, false, 123 * 1024},
    {"MemTotal: 123\n", true, true, false, 123 * 1024},
    {"MemTotal: 0 kB\n", true, true, false, 0},
    {"MemTotal: 000123 kB\n", true, true, false, 123 * 1024},
    {"MemTotal: 999999999999999 kB\n", true, true, false, UINT64_C(999999999999999) * 1024},
    {"MemTotal: -5 kB\n", true, true, true, 0},
    {"MemTotal: 9999999999999999 kB\n", true, false, false, 0},
    {"MemTotal: 18446744073709551616 kB\n", true, false, false, 0},
    {"MemTotal: 36893488147419103355 kB\n", true, false, false, 0},
    {"MemTotal: -18446744073709551615 kB\n", true, false, false, 0},
    {"MemTotal: 123", true, false, false, 0},
    {"MemTotal: ", true, false, false, 0},
    {"MemTotal:\n", true, false, false, 0},
    {"MemTotal:", true, false, false, 0},
    {"MemTotal: - 5 kB\n", true, false, false, 0},
    {"MemTotal: --5 kB\n", true, false, false, 0},
    {"MemTotal: +5 kB\n", true, false, false, 0},
    {"MemTotal: 0x10 kB\n", true, false, false, 0},
    {"MemTotal: 12kB\n", true, false, false, 0},
    {"MemTotal: 1,5 kB\n", true, false, false, 0},
    {"MemTotal: 1.5 kB\n", true, false, false, 0},
    {"MemTotal: nan kB\n", true, false, false, 0},
    {"MemTotal:\n123 kB\n", true, false, false, 0},
    {"MemTota", false, false, false, 0},
    {"MemTotal 123 kB\n", false, false, false, 0},
    {"MemTotal2: 123 kB\n", false, false, false, 0},
    {" MemTotal: 123 kB\n", false, false, false, 0},
    {"XMemTotal: 123 kB\n", false, false, false, 0},
    {"memtotal: 123 kB\n", false, false, false, 0},
    {"", false, false, false, 0},
    {"\n", false, false, false, 0},
    {"MemTotal: 7 kB\nMemTotal: 8 kB\n", true, true, false, 7 * 1024},
    {"MemTotal: x kB\nMemTotal: 8 kB\n", true, false, false, 0},
};

START_TEST(a_value_is_a_number_or_unknown) {
    struct sysinfo__meminfo meminfo = decode(totals[_i].text);
    ck_assert_msg((meminfo.seen == BIT(MEM_TOTAL)) == totals[_i].is_seen, "%s", totals[_i].text);
    ck_assert_msg((meminfo.known == BIT(MEM_TOTAL)) == totals[_i].is_known, "%s", totals[_i].text);
    ck_assert_msg((meminfo.negative == BIT(MEM_TOTAL)) == totals[_i].is_negative, "%s", totals[_i].text);
    ck_assert(!totals[_i].is_known || meminfo.value[SYSINFO__MEM_TOTAL] == totals[_i].bytes);
}
END_TEST

START_TEST(nuls_are_no_lines) {
    static const char nuls[4096];
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    decode_with(nuls, sizeof nuls, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.seen, 0);
    decode_with(nuls, sizeof nuls, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.seen | meminfo.known, 0);
}
END_TEST

START_TEST(only_what_is_wanted_needs_its_hint_to_be_right) {
    struct sysinfo__meminfo_hints hints = {.length = 0};
    struct sysinfo__meminfo meminfo;
    decode_with(usual, sizeof usual - 1, &hints, &meminfo);
    char *text = text_copy(usual, sizeof usual - 1);
    sysinfo__decode_meminfo(text, sizeof usual - 1, BIT(SWAP_FREE), &hints, &meminfo);
    ck_assert_uint_eq(meminfo.known, BIT(SWAP_FREE));
    ck_assert_uint_eq(meminfo.value[SYSINFO__SWAP_FREE], UINT64_C(2097136) * 1024);
    free(text);
}
END_TEST

START_TEST(a_key_that_was_not_wanted_at_first_is_found_later) {
    const uint32_t few = BIT(MEM_TOTAL) | BIT(MEM_AVAILABLE);
    struct sysinfo__meminfo_hints hints = {.length = 0}, fresh = {.length = 0};
    struct sysinfo__meminfo meminfo, whole;
    char *text = text_copy(usual, sizeof usual - 1);
    decode_with(usual, sizeof usual - 1, &fresh, &whole);
    for (int i = 0; i < 2; i++) { /* Search, then use the hints. */
        sysinfo__decode_meminfo(text, sizeof usual - 1, few, &hints, &meminfo);
        ck_assert_uint_eq(meminfo.known, few);
        ck_assert_uint_eq(meminfo.value[SYSINFO__MEM_AVAILABLE], whole.value[SYSINFO__MEM_AVAILABLE]);
        ck_assert_uint_eq(hints.keys, few);
    }
    sysinfo__decode_meminfo(text, sizeof usual - 1, BIT(SWAP_FREE), &hints, &meminfo);
    ck_assert_uint_eq(meminfo.known, few | BIT(SWAP_FREE));
    ck_assert_uint_eq(meminfo.value[SYSINFO__SWAP_FREE], UINT64_C(2097136) * 1024);
    sysinfo__decode_meminfo(text, sizeof usual - 1, SYSINFO__ALL_MEMINFO_KEYS, &hints, &meminfo);
    ck_assert_uint_eq(meminfo.known, whole.known);
    for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
        ck_assert(!(whole.known >> k & 1) || meminfo.value[k] == whole.value[k]);
    }
    free(text);
}
END_TEST

TCase *meminfo_tests(void) {
    TCase *tests = tcase_create("meminfo");
    tcase_add_test(tests, every_key_is_read);
    tcase_add_test(tests, a_key_that_was_not_wanted_at_first_is_found_later);
    tcase_add_test(tests, remembered_lines_are_read_anew);
    tcase_add_test(tests, lines_that_moved_are_found_again);
    tcase_add_test(tests, a_line_without_its_beginning_is_no_line);
    tcase_add_test(tests, a_line_means_the_same_at_the_second_reading);
    tcase_add_test(tests, a_total_that_was_missing_is_found_when_it_is_back);
    tcase_add_test(tests, a_text_cut_anywhere_gives_no_number_that_was_not_in_it);
    tcase_add_loop_test(tests, a_value_is_a_number_or_unknown, 0, (int)(sizeof totals / sizeof totals[0]));
    tcase_add_test(tests, nuls_are_no_lines);
    tcase_add_test(tests, only_what_is_wanted_needs_its_hint_to_be_right);
    return tests;
}
