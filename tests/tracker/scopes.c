/* SPDX-License-Identifier: MIT */
/* Scopes are exact, nest, and belong to one thread; the table sums them, loses none, and is in no scope itself. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "directory.h"
#include "run.h"
#include "tracker.h"

static struct sysinfo_heap_scopes *table;

static void begin(void) {
    ck_assert_int_eq(sysinfo_heap_scopes_open(&table, 8), SYSINFO_OK);
}

static void end(void) {
    sysinfo_heap_scopes_close(table);
}

static struct sysinfo_heap_row row_of(size_t index, const char **label) {
    struct sysinfo_heap_row row;
    ck_assert_int_eq(sysinfo_heap_scopes_row(table, index, &row, sizeof row, label, NULL), SYSINFO_OK);
    return row;
}

START_TEST(scopes_nest) {
    SYSINFO_SCOPE_ENTER(outer, "outer");
    void *volatile a = malloc(1000);
    int64_t size_a = size_of(a);
    SYSINFO_SCOPE_ENTER(inner, "inner");
    void *volatile b = malloc(50000), *volatile c = malloc(7000);
    int64_t size_b = size_of(b), size_c = size_of(c);
    free(b);
    int status = sysinfo_heap_leave(&inner, NULL);
    free(a);
    void *volatile d = malloc(2000);
    int64_t size_d = size_of(d);
    SYSINFO_SCOPE_LEAVE(outer, NULL);
    struct sysinfo_heap_tally own = thread_counts();
    free(c);
    free(d);
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_uint_eq(inner.allocs, 2);
    ck_assert_uint_eq(inner.frees, 1);
    ck_assert_uint_eq(inner.failed, 0);
    ck_assert_int_eq(inner.increment, size_c);
    ck_assert_int_eq(inner.peak, size_b + size_c);
    ck_assert_uint_eq(outer.allocs, 4);
    ck_assert_uint_eq(outer.frees, 2);
    ck_assert_int_eq(outer.increment, size_c + size_d);
    ck_assert_int_eq(outer.peak, size_a + size_b + size_c);
    ck_assert_int_eq(outer.live, own.live);
    ck_assert_uint_eq(outer.estimated, 0);
    ck_assert(SYSINFO_HAS(&outer, peak) && SYSINFO_HAS(&outer, increment));
}
END_TEST

/* An inner scope's peak is the thread's peak too, although the inner scope began below it. */
START_TEST(peak_of_the_thread_outlives_scopes) {
    int64_t start = thread_counts().live;
    void *volatile high = malloc(3000000);
    int64_t size = size_of(high);
    free(high);
    SYSINFO_SCOPE_ENTER(low, "low");
    void *volatile block = malloc(1000);
    free(block);
    SYSINFO_SCOPE_LEAVE(low, NULL);
    int64_t peak = thread_counts().peak;
    ck_assert_int_eq(low.peak, (int64_t)malloc_usable_size(block = malloc(1000)));
    free(block);
    ck_assert_int_eq(peak, start + size);
}
END_TEST

/* A level reached before a scope began counts as the thread's peak even while the scope is open. */
START_TEST(peak_of_the_thread_is_whole_inside_a_scope) {
    int64_t start = thread_counts().live;
    void *volatile high = malloc(24000000);
    int64_t size = size_of(high);
    free(high);
    SYSINFO_SCOPE_ENTER(outer, "outer");
    void *volatile block = malloc(4096);
    SYSINFO_SCOPE_ENTER(inner, "inner");
    int64_t peak = thread_counts().peak;
    SYSINFO_SCOPE_LEAVE(inner, NULL);
    free(block);
    SYSINFO_SCOPE_LEAVE(outer, NULL);
    ck_assert_int_eq(peak, start + size);
}
END_TEST

static jmp_buf away;
static int64_t largest; /* Of the two blocks below. */

static void enter_and_jump(size_t before, size_t within) {
    void *volatile early = malloc(before);
    largest = size_of(early);
    free(early);
    SYSINFO_SCOPE_ENTER(abandoned, "abandoned");
    void *volatile block = malloc(within);
    largest = size_of(block) > largest ? size_of(block) : largest;
    free(block);
    longjmp(away, 1);
}

/* As with exceptions: the outer scope's peak is correct if it is the thread's highest, whichever part it was in. */
START_TEST(scope_that_is_jumped_out_of_leaves_the_outer_peak_right) {
    const size_t before = _i == 0 ? 5000000 : 1000, within = _i == 0 ? 1000 : 5000000;
    SYSINFO_SCOPE_ENTER(outer, "outer");
    if (setjmp(away) == 0) {
        enter_and_jump(before, within);
    }
    SYSINFO_SCOPE_LEAVE(outer, NULL);
    SYSINFO_SCOPE_ENTER(next, "next");
    void *volatile block = malloc(100);
    free(block);
    SYSINFO_SCOPE_LEAVE(next, NULL);
    ck_assert_int_eq(outer.peak, largest);
    ck_assert_uint_eq(outer.estimated, 0);
    ck_assert_uint_eq(next.estimated, 0);
    ck_assert_int_eq(outer.increment, 0);
    ck_assert_uint_eq(outer.allocs, 2);
}
END_TEST

/* If the thread was higher before, what the abandoned scope hid is unknown: at least what was seen since. */
START_TEST(peak_that_may_be_lost_is_estimated) {
    void *volatile high = malloc(9000000);
    free(high);
    SYSINFO_SCOPE_ENTER(around, "around");
    SYSINFO_SCOPE_ENTER(outer, "outer");
    if (setjmp(away) == 0) {
        enter_and_jump(5000000, 1000);
    }
    void *volatile block = malloc(2000);
    int64_t size = size_of(block);
    free(block);
    SYSINFO_SCOPE_LEAVE(outer, NULL);
    SYSINFO_SCOPE_ENTER(sibling, "sibling");
    SYSINFO_SCOPE_LEAVE(sibling, NULL);
    SYSINFO_SCOPE_LEAVE(around, NULL);
    ck_assert_int_ge(outer.peak, size);
    ck_assert(SYSINFO_IS_ESTIMATED(&outer, peak) && !SYSINFO_IS_ESTIMATED(&outer, increment));
    ck_assert_uint_eq(sibling.estimated, 0);
    ck_assert(SYSINFO_IS_ESTIMATED(&around, peak)); /* It contains the outer one. */
}
END_TEST

START_TEST(failures_are_counted) {
    volatile size_t enormous = SIZE_MAX / 2 - 4096;
    SYSINFO_SCOPE_ENTER(scope, "failing");
    void *volatile block = malloc(enormous), *volatile moved = realloc(NULL, enormous);
    SYSINFO_SCOPE_LEAVE(scope, NULL);
    ck_assert_ptr_null(block);
    ck_assert_ptr_null(moved);
    ck_assert_uint_eq(scope.failed, 2);
    ck_assert_uint_eq(scope.allocs, 0);
}
END_TEST

START_TEST(freeing_more_is_a_negative_increment) {
    void *volatile block = malloc(4000);
    int64_t size = size_of(block);
    SYSINFO_SCOPE_ENTER(scope, "freeing");
    free(block);
    SYSINFO_SCOPE_LEAVE(scope, NULL);
    ck_assert_int_eq(scope.increment, -size);
    ck_assert_int_eq(scope.peak, 0);
}
END_TEST

/* ---- Threads ---- */

static volatile int stop;
static pthread_barrier_t started;

static void *make_noise(void *unused) {
    pthread_barrier_wait(&started);
    for (size_t i = 0; !stop; i++) {
        void *volatile block = malloc(i % 100000);
        free(block);
    }
    return unused;
}

START_TEST(other_threads_do_not_leak_in) {
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    MUST(pthread_barrier_init(&started, NULL, THREADS + 1) == 0);
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, make_noise, NULL) == 0);
    }
    pthread_barrier_wait(&started);
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        SYSINFO_SCOPE_ENTER(scope, "quiet");
        void *volatile block = malloc(100), *volatile more = malloc(200);
        int64_t size = size_of(block) + size_of(more);
        free(block);
        free(more);
        SYSINFO_SCOPE_LEAVE(scope, table);
        wrong += scope.allocs != 2 || scope.frees != 2 || scope.increment != 0 || scope.peak != size;
    }
    stop = 1;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(row_of(0, NULL).allocs, 40000);
}
END_TEST

static void *leave_in_thread(void *scope) {
    return (void *)(intptr_t)sysinfo_heap_leave(scope, table);
}

START_TEST(leaving_in_another_thread_is_invalid) {
    SYSINFO_SCOPE_ENTER(scope, "stray");
    pthread_t thread;
    void *status;
    MUST(pthread_create(&thread, NULL, leave_in_thread, &scope) == 0);
    pthread_join(thread, &status);
    ck_assert_int_eq((int)(intptr_t)status, SYSINFO_INVALID);
    ck_assert_uint_eq(scope.present, 0);
    ck_assert_uint_eq(sysinfo_heap_scopes_count(table), 0);
}
END_TEST

/* ---- The table ---- */

enum { ADDERS = 4, TIMES = 5000 };

static void *add_to_table(void *unused) {
    pthread_barrier_wait(&started);
    for (int i = 0; i < TIMES; i++) {
        SYSINFO_SCOPE_ENTER(one, "one");
        void *volatile block = malloc(24);
        SYSINFO_SCOPE_LEAVE(one, table);
        SYSINFO_SCOPE_ENTER(two, "two");
        free(block);
        SYSINFO_SCOPE_LEAVE(two, table);
    }
    return unused;
}

START_TEST(any_thread_adds) {
    pthread_t thread[ADDERS];
    MUST(pthread_barrier_init(&started, NULL, ADDERS) == 0);
    for (int i = 0; i < ADDERS; i++) {
        MUST(pthread_create(&thread[i], NULL, add_to_table, NULL) == 0);
    }
    for (int i = 0; i < ADDERS; i++) {
        pthread_join(thread[i], NULL);
    }
    ck_assert_uint_eq(sysinfo_heap_scopes_count(table), 2);
    const char *label;
    struct sysinfo_heap_row first = row_of(0, &label), second = row_of(1, NULL);
    struct sysinfo_heap_row *one = strcmp(label, "one") == 0 ? &first : &second,
                            *two = one == &first ? &second : &first;
    ck_assert_uint_eq(one->occurrences, ADDERS * TIMES);
    ck_assert_uint_eq(one->allocs, ADDERS * TIMES);
    ck_assert_uint_eq(one->frees, 0);
    ck_assert_int_eq(one->increment, 24 * ADDERS * TIMES);
    ck_assert_int_eq(one->peak, 24);
    ck_assert_uint_eq(two->frees, ADDERS * TIMES);
    ck_assert_int_eq(two->increment, -24 * ADDERS * TIMES);
}
END_TEST

/* Equal texts at different addresses, as for an inline function in two files. */
START_TEST(same_texts_are_the_same_row) {
    char file_a[] = "a.c", file_b[] = "a.c", label_a[] = "load", label_b[] = "load";
    struct sysinfo_heap_place a = {label_a, file_a, 7}, b = {label_b, file_b, 7}, another = {label_a, "b.c", 7},
                              others_line = {label_a, file_a, 15}, labelled = {"save", file_a, 7};
    const struct sysinfo_heap_place *places[] = {&a, &b, &another, &others_line, &a, &labelled};
    for (size_t i = 0; i < 6; i++) {
        struct sysinfo_heap_scope scope;
        sysinfo_heap_enter(&scope, sizeof scope, places[i]);
        ck_assert_int_eq(sysinfo_heap_leave(&scope, table), SYSINFO_OK);
    }
    ck_assert_uint_eq(sysinfo_heap_scopes_count(table), 4);
    ck_assert_uint_eq(row_of(0, NULL).occurrences, 3);
    ck_assert_uint_eq(row_of(1, NULL).line, 7);
    ck_assert_uint_eq(row_of(2, NULL).line, 15);
}
END_TEST

START_TEST(full_table_sums_the_others) {
    static struct sysinfo_heap_place places[20];
    int64_t sum = 0;
    for (uint32_t i = 0; i < 20; i++) {
        places[i] = (struct sysinfo_heap_place){"many", "many.c", i + 1};
        struct sysinfo_heap_scope scope;
        sysinfo_heap_enter(&scope, sizeof scope, &places[i]);
        void *volatile block = malloc(100 + i);
        (void)sysinfo_heap_leave(&scope, table);
        sum += i >= 8 ? size_of(block) : 0;
        free(block);
    }
    const char *label;
    ck_assert_uint_eq(sysinfo_heap_scopes_count(table), 9);
    struct sysinfo_heap_row row = row_of(8, &label);
    ck_assert_str_eq(label, "(others)");
    ck_assert_uint_eq(row.occurrences, 12);
    ck_assert_uint_eq(row.allocs, 12);
    ck_assert_int_eq(row.increment, sum);
    ck_assert_uint_eq(row.line, 0);
    ck_assert_int_eq(sysinfo_heap_scopes_row(table, 9, &row, sizeof row, NULL, NULL), SYSINFO_INVALID);
}
END_TEST

START_TEST(table_is_in_no_scope) {
    struct sysinfo_heap_scopes *another;
    char buffer[BUFSIZ];
    FILE *stream = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(stream);
    setvbuf(stream, buffer, _IOFBF, sizeof buffer); /* A buffer allocated by the stream would be in the scope. */
    SYSINFO_SCOPE_ENTER(outer, "outer");
    int opened = sysinfo_heap_scopes_open(&another, 1000);
    SYSINFO_SCOPE_ENTER(inner, "inner");
    SYSINFO_SCOPE_LEAVE(inner, another);
    int written = sysinfo_heap_scopes_print(another, stream, 3);
    sysinfo_heap_scopes_close(another);
    SYSINFO_SCOPE_LEAVE(outer, NULL);
    fclose(stream);
    ck_assert_int_eq(opened, SYSINFO_OK);
    ck_assert_int_eq(written, SYSINFO_OK);
    ck_assert_uint_eq(outer.allocs, 0);
    ck_assert_uint_eq(outer.frees, 0);
    ck_assert_int_eq(outer.peak, 0);
}
END_TEST

/* ---- Printing ---- */

static void add_made_up(const struct sysinfo_heap_place *place, size_t size) {
    struct sysinfo_heap_scope scope;
    sysinfo_heap_enter(&scope, sizeof scope, place);
    void *volatile block = malloc(size);
    free(block);
    (void)sysinfo_heap_leave(&scope, table);
}

static void print_with(uint32_t precision, char *text, size_t size) {
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(sysinfo_heap_scopes_print(table, stream, precision), SYSINFO_OK);
    rewind(stream);
    size_t length = fread(text, 1, size - 1, stream);
    text[length] = '\0';
    fclose(stream);
}

START_TEST(table_is_printed_with_a_precision) {
    static const struct sysinfo_heap_place place = {"load", "loader.c", 42};
    add_made_up(&place, 1572864 + 4080); /* A mapping of 386 pages minus two words. */
    char text[2000], live[64], expected[500];
    int64_t bytes = row_of(0, NULL).live;
    print_with(3, text, sizeof text);
    snprintf(live, sizeof live, "%.3f MiB", (double)bytes / 1048576);
    snprintf(expected, sizeof expected,
             "        Mem usage        Increment      Peak within  Occurrences       Allocs        Frees  Scope\n"
             "%17s        0.000 MiB        %.3f MiB            1            1            1  load  loader.c:42\n",
             live, (double)row_of(0, NULL).peak / 1048576);
    ck_assert_str_eq(text, expected);
    print_with(0, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, " 0 MiB"));
    ck_assert_ptr_nonnull(strstr(text, " 2 MiB")); /* Rounded. */
    ck_assert_ptr_null(strchr(strchr(text, '\n'), '~'));
}
END_TEST

START_TEST(why_a_peak_is_estimated_is_printed) {
    char text[2000];
    void *volatile high = malloc(9000000);
    free(high);
    SYSINFO_SCOPE_ENTER(outer, "outer");
    if (setjmp(away) == 0) {
        enter_and_jump(5000000, 1000);
    }
    SYSINFO_SCOPE_LEAVE(outer, table);
    print_with(3, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, " ~\n~ the peak within may have been higher: an inner scope was not left"));
    ck_assert_ptr_null(strstr(text, "libsysinfo_heap"));
}
END_TEST

START_TEST(shrinking_is_printed_with_its_sign) {
    static const struct sysinfo_heap_place places[] = {
        {"freeing", "loader.c", 0}, {"half", "loader.c", 1}, {"slight", "loader.c", 2}};
    void *volatile blocks[] = {malloc(3 << 20), malloc(1 << 19), malloc(100)};
    for (size_t i = 0; i < 3; i++) {
        struct sysinfo_heap_scope scope;
        sysinfo_heap_enter(&scope, sizeof scope, &places[i]);
        free(blocks[i]);
        (void)sysinfo_heap_leave(&scope, table);
    }
    char text[2000];
    print_with(1, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, " -3.0 MiB "));
    ck_assert_ptr_nonnull(strstr(text, "  freeing\n")); /* A place without a line has no file either. */
    ck_assert_ptr_nonnull(strstr(text, " -0.5 MiB "));
    ck_assert_ptr_nonnull(strstr(text, "  slight  loader.c:2\n"));
    ck_assert_ptr_null(strstr(text, "-0.0"));
}
END_TEST

START_TEST(a_failed_write_is_reported) {
    FILE *stream = fopen("/dev/null", "r");
    ck_assert_ptr_nonnull(stream);
    int status = sysinfo_heap_scopes_print(table, stream, 1);
    fclose(stream);
    ck_assert_int_eq(status, SYSINFO_SYSTEM);
}
END_TEST

START_TEST(without_memory_there_is_no_table) {
    struct sysinfo_heap_scopes *none = table;
    struct rlimit before, no_more;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    no_more = before;
    no_more.rlim_cur = 1;
    MUST(setrlimit(RLIMIT_AS, &no_more) == 0);
    int opened = sysinfo_heap_scopes_open(&none, 10), printed = sysinfo_heap_scopes_print(table, stdout, 1);
    MUST(setrlimit(RLIMIT_AS, &before) == 0);
    ck_assert_int_eq(opened, SYSINFO_NO_MEMORY);
    ck_assert_int_eq(printed, SYSINFO_NO_MEMORY);
    ck_assert_ptr_null(none);
}
END_TEST

/* Memory mapped without malloc(), which only the kernel sees. It counts pages in batches, for each CPU or thread. */
static void *map_touched(size_t bytes) {
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    memset(memory, 1, bytes);
    return memory;
}

START_TEST(a_scope_may_have_resident_memory_beside_the_heap) {
    const int64_t mapped = 64 << 20, batch = 8 << 20;
    SYSINFO_SCOPE_ENTER(plain, "plain");
    SYSINFO_SCOPE_ENTER_RSS(beside, "beside");
    void *memory = map_touched((size_t)mapped);
    SYSINFO_SCOPE_LEAVE(beside, table);
    SYSINFO_SCOPE_LEAVE(plain, table);
    uint64_t rss;
    ck_assert_int_eq(sysinfo_process_memory(NULL, &rss), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&beside, rss) && SYSINFO_HAS(&beside, rss_increment));
    ck_assert_msg(beside.rss_increment > mapped - batch && beside.rss_increment < mapped + batch, "%" PRId64,
                  beside.rss_increment);
    ck_assert(beside.rss > (int64_t)rss - batch && beside.rss < (int64_t)rss + batch);
    ck_assert_int_eq(beside.increment, 0); /* None of it is in the heap. */
    ck_assert(!SYSINFO_HAS(&plain, rss) && plain.rss == 0 && plain.rss_increment == 0);
    SYSINFO_SCOPE_ENTER_RSS(less, "less");
    ck_assert_int_eq(munmap(memory, (size_t)mapped), 0);
    SYSINFO_SCOPE_LEAVE(less, table);
    ck_assert(less.rss_increment < batch - mapped);
    const char *label;
    struct sysinfo_heap_row row = row_of(0, &label);
    ck_assert_str_eq(label, "beside");
    ck_assert_int_eq(row.rss, beside.rss);
    ck_assert_int_eq(row.rss_increment, beside.rss_increment);
    ck_assert(SYSINFO_HAS(&row, rss));
    row = row_of(1, &label);
    ck_assert_str_eq(label, "plain");
    ck_assert(!SYSINFO_HAS(&row, rss) && row.rss == 0);
}
END_TEST

/* The table for people, with columns for resident memory if a row has some. */
static void print_table(char *text, size_t size) {
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(sysinfo_heap_scopes_print(table, file, 1), SYSINFO_OK);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

START_TEST(columns_of_resident_memory_are_there_when_a_row_has_some) {
    static char text[4096];
    SYSINFO_SCOPE_ENTER(plain, "plain");
    SYSINFO_SCOPE_LEAVE(plain, table);
    print_table(text, sizeof text);
    ck_assert_ptr_null(strstr(text, "RSS"));
    for (int i = 0; i < 2; i++) { /* The increments add up. */
        SYSINFO_SCOPE_ENTER_RSS(beside, "beside");
        free(NULL);
        SYSINFO_SCOPE_LEAVE(beside, table);
    }
    print_table(text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "    Peak within            RSS      RSS incr.  Occurrences"));
    const char *line = strstr(text, "-  "); /* Of the plain scope. */
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_nonnull(strstr(line, "plain"));
    ck_assert_uint_eq(row_of(1, NULL).occurrences, 2);
}
END_TEST

/* A program compiled with the scope of 0.1, which ends before these figures. */
START_TEST(an_older_scope_has_no_room_for_resident_memory) {
    struct sysinfo_heap_scope scope;
    size_t old = offsetof(struct sysinfo_heap_scope, rss);
    memset(&scope, 0x55, sizeof scope);
    sysinfo_heap_enter_rss(&scope, old, NULL);
    ck_assert_int_eq(sysinfo_heap_leave(&scope, table), SYSINFO_OK);
    ck_assert_int_eq(scope.rss, 0x5555555555555555);
    ck_assert_int_eq(scope.rss_increment, 0x5555555555555555);
    ck_assert(!SYSINFO_HAS(&scope, rss) && SYSINFO_HAS(&scope, increment));
    struct sysinfo_heap_row row = row_of(0, NULL);
    ck_assert(!SYSINFO_HAS(&row, rss) && row.rss == 0);
}
END_TEST

START_TEST(half_a_place_is_one_of_the_others) {
    static const struct sysinfo_heap_place no_label = {NULL, "loader.c", 1}, no_file = {"load", NULL, 1};
    const struct sysinfo_heap_place *places[] = {NULL, &no_label, &no_file};
    for (size_t i = 0; i < 3; i++) {
        add_made_up(places[i], 100);
    }
    const char *label, *file;
    struct sysinfo_heap_row row;
    ck_assert_uint_eq(sysinfo_heap_scopes_count(table), 1);
    ck_assert_int_eq(sysinfo_heap_scopes_row(table, 0, &row, sizeof row, &label, &file), SYSINFO_OK);
    ck_assert_str_eq(label, "(others)");
    ck_assert_str_eq(file, "");
    ck_assert_uint_eq(row.occurrences, 3);
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    struct sysinfo_heap_scopes *none = table;
    struct sysinfo_heap_row row;
    struct sysinfo_heap_scope scope = {.present = 77};
    sysinfo_heap_enter(NULL, sizeof scope, NULL);
    sysinfo_heap_enter(&scope, sizeof scope - 1, NULL); /* Of an unknown header: left alone. */
    ck_assert_uint_eq(scope.present, 77);
    ck_assert_int_eq(sysinfo_heap_leave(&scope, table), SYSINFO_INVALID); /* Was never entered. */
    ck_assert_uint_eq(scope.present, 0);
    ck_assert_uint_eq(sysinfo_heap_scopes_count(NULL), 0);
    ck_assert_int_eq(sysinfo_heap_scopes_row(NULL, 0, &row, sizeof row, NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_row(table, 0, NULL, sizeof row, NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_print(NULL, stdout, 1), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_open(NULL, 1), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_open(&none, 0), SYSINFO_INVALID);
    ck_assert_ptr_null(none);
    ck_assert_int_eq(sysinfo_heap_scopes_open(&none, SIZE_MAX), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_row(table, 0, &row, sizeof row, NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_scopes_print(table, NULL, 1), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_leave(NULL, NULL), SYSINFO_INVALID);
    sysinfo_heap_scopes_close(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("scopes");
    TCase *tests = tcase_create("scopes");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, scopes_nest);
    tcase_add_test(tests, peak_of_the_thread_outlives_scopes);
    tcase_add_test(tests, peak_of_the_thread_is_whole_inside_a_scope);
    tcase_add_loop_test(tests, scope_that_is_jumped_out_of_leaves_the_outer_peak_right, 0, 2);
    tcase_add_test(tests, peak_that_may_be_lost_is_estimated);
    tcase_add_test(tests, failures_are_counted);
    tcase_add_test(tests, freeing_more_is_a_negative_increment);
    tcase_add_test(tests, other_threads_do_not_leak_in);
    tcase_add_test(tests, leaving_in_another_thread_is_invalid);
    tcase_add_test(tests, any_thread_adds);
    tcase_add_test(tests, same_texts_are_the_same_row);
    tcase_add_test(tests, full_table_sums_the_others);
    tcase_add_test(tests, table_is_in_no_scope);
    tcase_add_test(tests, table_is_printed_with_a_precision);
    tcase_add_test(tests, why_a_peak_is_estimated_is_printed);
    tcase_add_test(tests, shrinking_is_printed_with_its_sign);
    tcase_add_test(tests, a_failed_write_is_reported);
    tcase_add_test(tests, without_memory_there_is_no_table);
    tcase_add_test(tests, a_scope_may_have_resident_memory_beside_the_heap);
    tcase_add_test(tests, columns_of_resident_memory_are_there_when_a_row_has_some);
    tcase_add_test(tests, an_older_scope_has_no_room_for_resident_memory);
    tcase_add_test(tests, half_a_place_is_one_of_the_others);
    tcase_add_test(tests, wrong_arguments_are_invalid);
    suite_add_tcase(suite, tests);
    return run(suite);
}
