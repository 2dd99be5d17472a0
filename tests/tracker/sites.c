/* SPDX-License-Identifier: MIT */
/*
 * Sites of live blocks: whatever is allocated and freed, the rows of a snapshot match the script. Runs with
 * SYSINFO_HEAP_SITES=16, so that blocks are noted from the start.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "sites.h"
#include "tracker.h"

/* ---- Places of allocation: each function in its own section ---- */

#define CALLERS(call) call(malloc) call(calloc) call(realloc) call(memalign) call(posix_memalign) call(aligned_alloc)
#ifdef __clang__
#define ALONE noinline /* It makes no copies of a function, and does not know the attribute. */
#else
#define ALONE noinline, noclone
#endif
#define IN_SECTION(name) __attribute__((ALONE, section("site_" #name)))

/* Not only a call: a compiler must not leave the function before the block exists. */
#define KEEP(block)                                      \
    do {                                                 \
        __asm__ volatile("" : "+r"(block) : : "memory"); \
    } while (0)

IN_SECTION(malloc) static void *by_malloc(void *old, size_t size) {
    free(old);
    void *block = malloc(size);
    KEEP(block);
    return block;
}

IN_SECTION(calloc) static void *by_calloc(void *old, size_t size) {
    free(old);
    void *block = calloc(3, size / 3 + 1);
    KEEP(block);
    return block;
}

IN_SECTION(realloc) static void *by_realloc(void *old, size_t size) {
    void *block = realloc(old, size + 1);
    KEEP(block);
    return block;
}

IN_SECTION(memalign) static void *by_memalign(void *old, size_t size) {
    free(old);
    void *block = memalign((size_t)16 << size % 9, size);
    KEEP(block);
    return block;
}

IN_SECTION(posix_memalign) static void *by_posix_memalign(void *old, size_t size) {
    void *block = NULL;
    free(old);
    MUST(posix_memalign(&block, (size_t)32 << size % 3, size) == 0);
    KEEP(block);
    return block;
}

IN_SECTION(aligned_alloc) static void *by_aligned_alloc(void *old, size_t size) {
    free(old);
    void *block = aligned_alloc(64, (size + 64) / 64 * 64);
    KEEP(block);
    return block;
}

enum caller {
#define NUMBER(name) BY_##name,
    CALLERS(NUMBER)
#undef NUMBER
        CALLERS_COUNT
};

static void *(*const callers[])(void *, size_t) = {
#define FUNCTION(name) by_##name,
    CALLERS(FUNCTION)
#undef FUNCTION
};

#define BOUNDS(name) extern const char __start_site_##name[], __stop_site_##name[];
CALLERS(BOUNDS)
#undef BOUNDS

static const struct {
    const char *start, *stop;
} sections[] = {
#define SECTION(name) {__start_site_##name, __stop_site_##name},
    CALLERS(SECTION)
#undef SECTION
};

/* CALLERS_COUNT: none of them. */
static int caller_of(const struct sysinfo_heap_frame *frame, const struct modules *modules) {
    uintptr_t address = address_of(frame, modules);
    int i = 0;
    while (i < CALLERS_COUNT && (address <= (uintptr_t)sections[i].start || address > (uintptr_t)sections[i].stop)) {
        i++;
    }
    return i;
}

/* ---- A script ---- */

enum { SLOTS = 500, THREADS_MOST = 16 };

struct script {
    uint64_t random;
    int calls;
    void *block[SLOTS];
    unsigned char caller[SLOTS];
};

static struct script *make_scripts(int count) {
    size_t size = (size_t)count * sizeof(struct script);
    struct script *scripts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(scripts != MAP_FAILED);
    for (int i = 0; i < count; i++) {
        scripts[i].random = 4711 + (uint64_t)i * 1000003;
    }
    return scripts;
}

/* Mostly small, and some that get their own mapping. */
static size_t next_size(uint64_t *random) {
    uint64_t number = next_random(random);
    return number % 500 == 0 ? 130000 + number % 300000 : 1 + (number >> 20) % ((uint64_t)16 << (number >> 8) % 10);
}

static void *run_script(void *argument) {
    struct script *script = argument;
    for (int i = 0; i < script->calls; i++) {
        uint64_t number = next_random(&script->random);
        size_t slot = number % SLOTS;
        if (number >> 40 & 1) {
            int caller = (int)((number >> 44) % CALLERS_COUNT);
            script->block[slot] = callers[caller](script->block[slot], next_size(&script->random));
            script->caller[slot] = (unsigned char)caller;
        } else {
            free(script->block[slot]);
            script->block[slot] = NULL;
        }
    }
    return NULL;
}

static void free_all(struct script *script) {
    for (int i = 0; i < SLOTS; i++) {
        free(script->block[i]);
        script->block[i] = NULL;
    }
}

struct sums {
    int64_t blocks[CALLERS_COUNT + 1], bytes[CALLERS_COUNT + 1];
};

static struct sums expected_sums(const struct script *scripts, int count) {
    struct sums sums = {0};
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < SLOTS; k++) {
            if (scripts[i].block[k] != NULL) {
                sums.blocks[scripts[i].caller[k]]++;
                sums.bytes[scripts[i].caller[k]] += size_of(scripts[i].block[k]);
            }
        }
    }
    return sums;
}

/* Of a snapshot; the last place is for all blocks without a caller from the test. */
static struct sums snapshot_sums(void) {
    struct sums sums = {0};
    struct modules modules;
    list_modules(&modules);
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        const struct sysinfo_heap_frame *frame;
        struct sysinfo_heap_site site = read_site(snapshot, i, &frame);
        MUST(!site.is_earlier && site.blocks > 0 && site.frames <= 16);
        int caller = site.frames > 0 ? caller_of(&frame[0], &modules) : CALLERS_COUNT;
        sums.blocks[caller] += site.blocks;
        sums.bytes[caller] += site.bytes;
    }
    sysinfo_heap_snapshot_close(snapshot);
    return sums;
}

static void check_sums(const struct sums *sums, const struct sums *expected) {
    for (int i = 0; i < CALLERS_COUNT; i++) {
        ck_assert_int_eq(sums->blocks[i], expected->blocks[i]);
        ck_assert_int_eq(sums->bytes[i], expected->bytes[i]);
    }
}

static const int thread_numbers[] = {1, 4, 16};

START_TEST(rows_match_the_script) {
    int count = thread_numbers[_i];
    pthread_t thread[THREADS_MOST];
    struct script *scripts = make_scripts(count);
    for (int i = 0; i < count; i++) {
        scripts[i].calls = 1000000 / 8 / count;
        MUST(pthread_create(&thread[i], NULL, run_script, &scripts[i]) == 0);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(thread[i], NULL);
    }
    struct sums expected = expected_sums(scripts, count), sums = snapshot_sums();
    struct sysinfo_heap_tally all = process_counts();
    int64_t blocks = 0, bytes = 0;
    for (int i = 0; i <= CALLERS_COUNT; i++) {
        blocks += sums.blocks[i];
        bytes += sums.bytes[i];
    }
    for (int i = 0; i < count; i++) {
        free_all(&scripts[i]);
    }
    struct sums left = snapshot_sums(), nothing = {0};
    ck_assert_int_gt(expected.blocks[BY_memalign], 0);
    check_sums(&sums, &expected);
    ck_assert_int_eq(blocks, all.blocks);
    ck_assert_int_eq(bytes, all.live);
    check_sums(&left, &nothing);
}
END_TEST

START_TEST(child_has_rows_of_its_own) {
    struct script *script = make_scripts(1);
    script->calls = 5000;
    run_script(script);
    struct sums before = snapshot_sums(), parents = expected_sums(script, 1);
    fflush(NULL);
    pid_t child = _i == 0 ? fork() : fork_raw();
    if (child == 0) {
        run_script(script);
        struct sums expected = expected_sums(script, 1), sums = snapshot_sums();
        MUST(memcmp(expected.blocks, sums.blocks, CALLERS_COUNT * sizeof sums.blocks[0]) == 0);
        MUST(memcmp(expected.bytes, sums.bytes, CALLERS_COUNT * sizeof sums.bytes[0]) == 0);
        _exit(0);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    struct sums after = snapshot_sums();
    ck_assert_int_eq(status, 0);
    check_sums(&before, &parents);
    check_sums(&after, &before);
}
END_TEST

START_TEST(refused_call_leaves_its_block) {
    void *block = by_malloc(NULL, 100);
    uint64_t failed = process_counts().failed;
    void *moved = realloc(block, SIZE_MAX / 4), *none = by_malloc(NULL, SIZE_MAX / 4);
    failed = process_counts().failed - failed;
    struct sums sums = snapshot_sums();
    int64_t size = size_of(block);
    free(block);
    struct sums after = snapshot_sums();
    ck_assert_ptr_null(moved);
    ck_assert_ptr_null(none);
    ck_assert_uint_eq(failed, 2);
    ck_assert_int_eq(sums.blocks[BY_malloc], 1);
    ck_assert_int_eq(sums.bytes[BY_malloc], size);
    ck_assert_int_eq(after.blocks[BY_malloc], 0);
}
END_TEST

/* ---- Generations and differences ---- */

static struct sysinfo_heap_site site_of_caller(struct sysinfo_heap_snapshot *snapshot, int caller) {
    struct modules modules;
    struct sysinfo_heap_site found = {0};
    list_modules(&modules);
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        const struct sysinfo_heap_frame *frame;
        struct sysinfo_heap_site site = read_site(snapshot, i, &frame);
        if (site.frames > 0 && caller_of(&frame[0], &modules) == caller) {
            MUST(found.present == 0); /* The test calls it from one place. */
            found = site;
        }
    }
    return found;
}

/* A leak, blocks that stay, and a cache whose blocks are replaced. */
START_TEST(survivors_of_each_generation_show_a_leak) {
    enum { ROUNDS = 12, CACHE = 100 };
    static void *leaked[ROUNDS * 10], *stays[1000], *cache[CACHE];
    uint32_t number = 0;
    volatile int leaks = 10; /* For a loop with a known end, clang emits ten calls, each of which is a separate site. */
    for (int i = 0; i < 1000; i++) {
        stays[i] = by_calloc(NULL, 100);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CACHE; i++) {
            cache[i] = by_realloc(cache[i], (size_t)(100 + i + round));
        }
        for (int i = 0; i < leaks; i++) {
            leaked[round * 10 + i] = by_malloc(NULL, 30);
        }
        MUST(sysinfo_heap_generation(&number) == SYSINFO_OK);
    }
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    struct sysinfo_heap_site leak = site_of_caller(snapshot, BY_malloc), start = site_of_caller(snapshot, BY_calloc),
                             recent = site_of_caller(snapshot, BY_realloc);
    sysinfo_heap_snapshot_close(snapshot);
    MUST(leaked[0] != NULL && stays[0] != NULL);
    ck_assert_uint_eq(number, ROUNDS + 1);
    ck_assert_uint_eq(leak.generations, ROUNDS);
    ck_assert_uint_eq(leak.oldest, 1);
    ck_assert_uint_eq(leak.newest, ROUNDS);
    ck_assert_uint_eq(start.generations, 1);
    ck_assert_uint_eq(start.newest, 1);
    ck_assert_uint_eq(recent.generations, 1);
    ck_assert_uint_eq(recent.oldest, ROUNDS);
}
END_TEST

START_TEST(last_generation_does_not_end) {
    uint32_t number = 0;
    for (int i = 0; i < 600; i++) {
        MUST(sysinfo_heap_generation(&number) == SYSINFO_OK);
    }
    void *block = by_malloc(NULL, 10);
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    struct sysinfo_heap_site site = site_of_caller(snapshot, BY_malloc);
    sysinfo_heap_snapshot_close(snapshot);
    free(block);
    ck_assert_uint_eq(number, 511);
    ck_assert_uint_eq(site.newest, 511);
    ck_assert_int_eq(site.blocks, 1);
}
END_TEST

START_TEST(difference_is_what_came_between) {
    static void *block[1000];
    void *old = by_calloc(NULL, 1000), *gone = by_memalign(NULL, 200);
    int64_t size = 0, gone_size = size_of(gone);
    struct sysinfo_heap_snapshot *before = take_snapshot(), *difference, *none;
    free(gone);
    for (int i = 0; i < 1000; i++) {
        block[i] = by_malloc(NULL, 40);
        size += size_of(block[i]);
    }
    struct sysinfo_heap_snapshot *now = take_snapshot();
    MUST(sysinfo_heap_snapshot_subtract(now, before, &difference) == SYSINFO_OK);
    MUST(sysinfo_heap_snapshot_subtract(now, now, &none) == SYSINFO_OK);
    struct sysinfo_heap_site more = site_of_caller(difference, BY_malloc), same = site_of_caller(difference, BY_calloc),
                             less = site_of_caller(difference, BY_memalign);
    size_t rows = sysinfo_heap_snapshot_sites(difference), no_rows = sysinfo_heap_snapshot_sites(none);
    struct sysinfo_heap_moment moment;
    MUST(sysinfo_heap_snapshot_moment(difference, &moment, sizeof moment, NULL, NULL) == SYSINFO_OK);
    sysinfo_heap_snapshot_close(none);
    sysinfo_heap_snapshot_close(difference);
    sysinfo_heap_snapshot_close(now);
    sysinfo_heap_snapshot_close(before);
    free(old);
    ck_assert_int_eq(more.blocks, 1000);
    ck_assert_int_eq(more.bytes, size);
    ck_assert_int_eq(less.blocks, -1);
    ck_assert_int_eq(less.bytes, -gone_size);
    ck_assert_uint_eq(same.present, 0);
    ck_assert_uint_eq(rows, 2);
    ck_assert_uint_eq(no_rows, 0);
    ck_assert_uint_eq(moment.is_difference, 1);
    ck_assert_int_eq(moment.blocks, 999);
}
END_TEST

/* Reading the bytes gives the original snapshot; a truncated or changed one is never read beyond its end. */
START_TEST(bytes_are_the_snapshot) {
    struct sysinfo_heap_snapshot *snapshot = take_snapshot(), *copy;
    size_t size, used;
    const void *bytes = sysinfo_heap_snapshot_bytes(snapshot, &size);
    MUST(sysinfo_heap_snapshot_read(&copy, bytes, size, &used) == SYSINFO_OK && used == size);
    size_t sites = sysinfo_heap_snapshot_sites(snapshot);
    MUST(sysinfo_heap_snapshot_sites(copy) == sites);
    for (size_t i = 0; i < sites; i++) {
        const struct sysinfo_heap_frame *frame, *other;
        struct sysinfo_heap_site a = read_site(snapshot, i, &frame), b = read_site(copy, i, &other);
        MUST(memcmp(&a, &b, sizeof a) == 0 && strcmp(frame[0].module, other[0].module) == 0);
    }
    sysinfo_heap_snapshot_close(copy);
    for (size_t cut = 0; cut < size; cut += 40) {
        MUST(sysinfo_heap_snapshot_read(&copy, bytes, cut, &used) == SYSINFO_MALFORMED && copy == NULL);
    }
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

START_TEST(modules_that_were_unloaded_keep_their_names) {
    static const char *const files[] = {TEST_PLUGIN, TEST_SECOND_PLUGIN};
    void *block[2];
    for (int i = 0; i < 2; i++) {
        void *library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
        ck_assert_msg(library != NULL, "%s", dlerror());
        void *(*allocate)(size_t);
        void *symbol = dlsym(library, "plugin_allocate");
        memcpy(&allocate, &symbol, sizeof allocate);
        block[i] = allocate(7000 + (size_t)i * 1000);
        dlclose(library); /* The second is loaded at the address of the first. */
    }
    int found[2] = {0, 0};
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        const struct sysinfo_heap_frame *frame;
        struct sysinfo_heap_site site = read_site(snapshot, i, &frame);
        for (int k = 0; k < 2; k++) {
            found[k] += site.bytes == size_of(block[k]) && strcmp(frame[0].module, files[k]) == 0;
        }
    }
    sysinfo_heap_snapshot_close(snapshot);
    free(block[0]);
    free(block[1]);
    ck_assert_int_eq(found[0], 1);
    ck_assert_int_eq(found[1], 1);
}
END_TEST

/* The table has 2048 pages for the first block of an area. */
START_TEST(pages_that_no_block_has_touched_are_not_read) {
    struct rusage before, after;
    MUST(getrusage(RUSAGE_CHILDREN, &before) == 0);
    sysinfo_heap_snapshot_close(take_snapshot());
    MUST(getrusage(RUSAGE_CHILDREN, &after) == 0);
    if (sysconf(_SC_PAGESIZE) == 4096 && access("/proc/self/pagemap", R_OK) == 0) {
        ck_assert_int_lt(after.ru_minflt - before.ru_minflt, 1000);
    }
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    struct sysinfo_heap_snapshot *snapshot = take_snapshot(), *out;
    struct sysinfo_heap_site site;
    struct sysinfo_heap_moment moment;
    ck_assert_int_eq(sysinfo_heap_sites_keep(0), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_sites_keep(33), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_snapshot_open(NULL, 0), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_snapshot_read(&out, NULL, 1000, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_snapshot_subtract(snapshot, NULL, &out), SYSINFO_INVALID);
    ck_assert_int_eq(
        sysinfo_heap_snapshot_site(snapshot, sysinfo_heap_snapshot_sites(snapshot), &site, sizeof site, NULL),
        SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_snapshot_moment(snapshot, &moment, 20, NULL, NULL), SYSINFO_INVALID);
    ck_assert_uint_eq(sysinfo_heap_snapshot_sites(NULL), 0);
    sysinfo_heap_snapshot_close(snapshot);
    sysinfo_heap_snapshot_close(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("sites");
    TCase *tests = tcase_create("sites");
    tcase_add_loop_test(tests, rows_match_the_script, 0, 3);
    tcase_add_loop_test(tests, child_has_rows_of_its_own, 0, 2);
    tcase_add_test(tests, refused_call_leaves_its_block);
    tcase_add_test(tests, survivors_of_each_generation_show_a_leak);
    tcase_add_test(tests, last_generation_does_not_end);
    tcase_add_test(tests, difference_is_what_came_between);
    tcase_add_test(tests, bytes_are_the_snapshot);
    tcase_add_test(tests, modules_that_were_unloaded_keep_their_names);
    tcase_add_test(tests, pages_that_no_block_has_touched_are_not_read);
    tcase_add_test(tests, wrong_arguments_are_invalid);
    suite_add_tcase(suite, tests);
    return run(suite);
}
