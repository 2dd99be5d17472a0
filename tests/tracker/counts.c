/* SPDX-License-Identifier: MIT */
/*
 * Counts are exact: for each entry point, for threads that start and end, in children, in signal handlers, and for code
 * loaded later.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "entry_points.h"
#include "run.h"
#include "tracker.h"

/* ---- Every entry point ---- */

static const int thread_numbers[] = {1, 4, 16};

START_TEST(every_entry_point_is_exact) {
    enum { MOST = 16 };
    pthread_t thread[MOST];
    int threads = thread_numbers[_i];
    struct expected sum = {0};
    struct sysinfo_heap_tally before = process_counts();
    for (int i = 0; i < threads; i++) {
        MUST(pthread_create(&thread[i], NULL, do_script, (void *)(uintptr_t)i) == 0);
    }
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(thread[i], &result);
        struct expected *expected = result;
        sum.allocs += expected->allocs;
        sum.frees += expected->frees;
        sum.failed += expected->failed;
        sum.live += expected->live;
        free(result);
    }
    struct sysinfo_heap_tally all = since(process_counts(), before);
    /* pthread_create() itself allocates at most one block per thread, and keeps it when its stack is reused. */
    uint64_t of_threads = all.allocs - sum.allocs - (uint64_t)threads;
    ck_assert_uint_le(of_threads, (uint64_t)threads);
    ck_assert_uint_le(all.frees - sum.frees - (uint64_t)threads, of_threads);
    ck_assert_uint_eq(all.failed, sum.failed);
    ck_assert_int_ge(all.live, sum.live);
    ck_assert_int_le(all.live, sum.live + 1024 * threads);
    ck_assert_int_eq(all.blocks, (int64_t)(all.allocs - all.frees));
}
END_TEST

START_TEST(main_thread_is_exact) {
    free(do_script((void *)1));
}
END_TEST

START_TEST(peak_is_that_of_the_moment) {
    struct sysinfo_heap_tally before = thread_counts();
    void *volatile first = malloc(10000000), *volatile second = malloc(20000000);
    int64_t level = size_of(first) + size_of(second);
    free(first);
    void *volatile third = malloc(5000000);
    struct sysinfo_heap_tally own = thread_counts(), all = process_counts();
    free(second);
    free(third);
    ck_assert_int_eq(own.peak, before.live + level);
    ck_assert_int_ge(all.peak, before.live + level - 65536);
    ck_assert_int_le(all.peak, before.live + level);
}
END_TEST

START_TEST(peak_of_small_blocks_is_within_a_batch) {
    enum { BLOCKS = 10000 };
    static void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(100);
    }
    struct sysinfo_heap_tally top = process_counts();
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    struct sysinfo_heap_tally all = process_counts();
    ck_assert_int_le(all.peak, top.live);
    ck_assert_int_ge(all.peak, top.live - 65536);
}
END_TEST

START_TEST(heap_info_reports_them) {
    struct sysinfo_heap heap;
    void *volatile block = malloc(5000);
    int status = sysinfo_heap_info(NULL, &heap, sizeof heap);
    struct sysinfo_heap_tally all = process_counts();
    free(block);
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_uint_eq(heap.allocs, all.allocs);
    ck_assert_uint_eq(heap.frees, all.frees);
    ck_assert_uint_eq(heap.failed, all.failed);
    ck_assert_uint_eq(heap.blocks, (uint64_t)all.blocks);
    ck_assert(!SYSINFO_IS_ESTIMATED(&heap, blocks) && SYSINFO_IS_ESTIMATED(&heap, peak) && SYSINFO_HAS(&heap, used));
}
END_TEST

/* ---- Threads that end ---- */

static pthread_key_t late;

/* Runs after the tracker's own destructor: its key is older. */
static void free_late(void *block) {
    void *volatile more = malloc(33);
    free(more);
    free(block);
}

static void *leave_work(void *block) {
    MUST(pthread_setspecific(late, malloc(77)) == 0);
    free(block); /* Another thread's block: this thread's own live count becomes negative. */
    struct sysinfo_heap_tally own = thread_counts();
    MUST(own.live < 0 && own.blocks == 0);
    return NULL;
}

START_TEST(sums_of_ended_threads_stay) {
    enum { THREADS = 200 };
    MUST(pthread_key_create(&late, free_late) == 0);
    for (int round = 0; round < 2; round++) { /* The first round includes one-time costs of threads. */
        struct sysinfo_heap_tally before = process_counts();
        for (int i = 0; i < THREADS; i++) {
            pthread_t thread;
            MUST(pthread_create(&thread, NULL, leave_work, malloc(5000)) == 0);
            pthread_join(thread, NULL);
        }
        struct sysinfo_heap_tally all = since(process_counts(), before);
        if (round == 1) {
            ck_assert_int_eq(all.live, 0);
            ck_assert_int_eq(all.blocks, 0);
            ck_assert_uint_ge(all.allocs, 3 * THREADS);
        }
    }
}
END_TEST

START_TEST(many_threads_at_once) {
    enum { THREADS = 300 };
    pthread_attr_t small;
    MUST(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 65536) == 0);
    struct sysinfo_heap_tally before = process_counts();
    gather_crowd(THREADS, &small);
    struct sysinfo_heap_tally meanwhile = since(process_counts(), before);
    dismiss_crowd();
    struct sysinfo_heap_tally all = since(process_counts(), before);
    ck_assert_int_ge(meanwhile.live, THREADS * 100);
    ck_assert_int_eq(all.blocks, (int64_t)(all.allocs - all.frees));
    ck_assert_int_eq(meanwhile.live - all.live >= THREADS * 100, 1);
}
END_TEST

/* ---- Children ---- */

static int wait_for(pid_t child) {
    int status;
    MUST(waitpid(child, &status, 0) == child);
    return status;
}

static void check_child(struct sysinfo_heap_tally parent, void *block) {
    struct sysinfo_heap_tally mine = process_counts();
    MUST(mine.allocs == parent.allocs && mine.frees == parent.frees && mine.live == parent.live);
    int64_t size = size_of(block);
    free(block);
    void *volatile more = malloc(1000);
    mine = since(process_counts(), parent);
    MUST(mine.allocs == 1 && mine.frees == 1 && mine.live == size_of(more) - size);
    for (int i = 0; i < 100000; i++) {
        free(malloc(200));
    }
    MUST(since(process_counts(), parent).allocs == 100001);
    _exit(0);
}

START_TEST(child_goes_on_from_its_parent) {
    void *block = malloc(30000);
    fflush(NULL);
    struct sysinfo_heap_tally before = process_counts();
    pid_t child = _i == 0 ? fork() : fork_raw();
    if (child == 0) {
        check_child(before, block);
    }
    int status = wait_for(child);
    struct sysinfo_heap_tally after = process_counts();
    free(block);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(after.allocs, before.allocs); /* The child's actions count for itself only. */
    ck_assert_uint_eq(after.frees, before.frees);
    ck_assert_int_eq(after.live, before.live);
}
END_TEST

static int use_heap_and_exit(void *block) {
    free(block);
    void *volatile more = malloc(500);
    (void)more;
    _exit(0);
}

/* Memory is shared, and so are the counts: the child's blocks are the parent's. */
START_TEST(child_of_vfork_counts_as_its_parent) {
    static char stack[65536] __attribute__((aligned(16)));
    void *block = malloc(300);
    struct sysinfo_heap_tally before = process_counts();
    pid_t child = clone(use_heap_and_exit, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, block);
    int status = wait_for(child);
    struct sysinfo_heap_tally after = since(process_counts(), before);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(after.allocs, 1);
    ck_assert_uint_eq(after.frees, 1);
}
END_TEST

START_TEST(spawned_program_is_unharmed) {
    ck_assert_int_eq(system("test \"$(printf '%s\\n' c a b | sort | tr -d '\\n')\" = abc"), 0);
}
END_TEST

/* ---- Signals, errno, loaded code ---- */

static struct sysinfo_heap_tally seen;

static void handle(int number) {
    void *volatile block = malloc((size_t)number * 100);
    free(block);
    seen = process_counts();
}

START_TEST(handler_may_allocate_and_read) {
    struct sigaction action = {.sa_handler = handle};
    MUST(sigaction(SIGUSR1, &action, NULL) == 0);
    struct sysinfo_heap_tally before = process_counts();
    for (int i = 0; i < 1000; i++) {
        raise(SIGUSR1);
    }
    struct sysinfo_heap_tally after = since(process_counts(), before);
    ck_assert_uint_eq(after.allocs, 1000);
    ck_assert_uint_eq(after.frees, 1000);
    ck_assert_uint_eq(seen.allocs, before.allocs + 1000);
}
END_TEST

static volatile uint64_t readings;

static void read_only(int number) {
    (void)number;
    struct sysinfo_heap_tally all = process_counts(), own = thread_counts();
    MUST(all.allocs >= own.allocs);
    readings++;
}

/* At any instruction, even inside the allocator and the tracker. */
START_TEST(reading_is_safe_wherever_a_signal_comes) {
    struct sigaction action = {.sa_handler = read_only, .sa_flags = SA_RESTART};
    MUST(sigaction(SIGALRM, &action, NULL) == 0);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    struct itimerspec often = {{0, 50000}, {0, 50000}};
    MUST(timer_settime(timer, 0, &often, NULL) == 0);
    struct sysinfo_heap_tally before = thread_counts();
    uint64_t pairs = 0;
    while (readings < 200) {
        void *volatile block = malloc(pairs % 2000);
        free(block);
        pairs++;
    }
    timer_delete(timer);
    struct sysinfo_heap_tally own = since(thread_counts(), before);
    ck_assert_uint_eq(own.allocs, pairs);
    ck_assert_uint_eq(own.frees, pairs);
    ck_assert_int_eq(own.live, 0);
}
END_TEST

START_TEST(errno_stays) {
    int wrong = 0;
    for (int i = 0; i < 5000; i++) {
        errno = 4711;
        void *volatile block = malloc(i % 7 == 0 ? 200000 : 100); /* Includes batched counts. */
        wrong += errno != 4711;
        errno = 4712;
        free(block);
        wrong += errno != 4712;
    }
    errno = 4713;
    struct sysinfo_heap_tally all = process_counts();
    wrong += errno != 4713;
    errno = 0;
    void *volatile block = malloc(enormous);
    wrong += errno != ENOMEM;
    ck_assert_ptr_null(block);
    ck_assert_uint_gt(all.allocs, 0);
    ck_assert_int_eq(wrong, 0);
}
END_TEST

START_TEST(loaded_code_is_counted) {
    void *library = dlopen(TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(library != NULL, "%s", dlerror());
    void *(*allocate)(size_t);
    void *symbol = dlsym(library, "plugin_allocate");
    memcpy(&allocate, &symbol, sizeof allocate);
    struct sysinfo_heap_tally before = thread_counts();
    void *block = allocate(12345);
    struct sysinfo_heap_tally own = since(thread_counts(), before);
    int64_t size = size_of(block);
    free(block);
    dlclose(library);
    ck_assert_uint_eq(own.allocs, 1);
    ck_assert_int_eq(own.live, size);
}
END_TEST

/* Reads memory like a garbage collector, or a leak sanitizer. */
static int read_data(struct dl_phdr_info *object, size_t size, void *pages) {
    (void)size;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr;
        for (uintptr_t at = start; part->p_type == PT_LOAD && (part->p_flags & PF_W) != 0 && at < start + part->p_memsz;
             at += page) {
            (void)*(const volatile char *)at;
            ++*(size_t *)pages;
        }
    }
    return 0;
}

START_TEST(all_memory_can_be_read) {
    enum { THREADS = 70 }; /* More than have their nodes in one or two pages. */
    size_t before = 0, after = 0;
    free(malloc(100));
    dl_iterate_phdr(read_data, &before);
    ck_assert_uint_gt(before, 256); /* The tracker's record alone has this many. */
    gather_crowd(THREADS, NULL);
    dismiss_crowd();
    dl_iterate_phdr(read_data, &after);
    ck_assert_uint_eq(after, before);
    pid_t child = fork();
    if (child == 0) {
        free(malloc(100));
        dl_iterate_phdr(read_data, &after);
        _exit(0);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    struct sysinfo_heap_tally tally;
    ck_assert_int_eq(sysinfo_heap_counts(NULL, sizeof tally), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_counts(&tally, 20), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_thread_counts(&tally, 16), SYSINFO_INVALID);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("counts");
    TCase *tests = tcase_create("counts");
    tcase_add_loop_test(tests, every_entry_point_is_exact, 0, 3);
    tcase_add_test(tests, main_thread_is_exact);
    tcase_add_test(tests, peak_is_that_of_the_moment);
    tcase_add_test(tests, peak_of_small_blocks_is_within_a_batch);
    tcase_add_test(tests, heap_info_reports_them);
    tcase_add_test(tests, sums_of_ended_threads_stay);
    tcase_add_test(tests, many_threads_at_once);
    tcase_add_loop_test(tests, child_goes_on_from_its_parent, 0, 2);
    tcase_add_test(tests, child_of_vfork_counts_as_its_parent);
    tcase_add_test(tests, spawned_program_is_unharmed);
    tcase_add_test(tests, handler_may_allocate_and_read);
    tcase_add_test(tests, reading_is_safe_wherever_a_signal_comes);
    tcase_add_test(tests, errno_stays);
    tcase_add_test(tests, loaded_code_is_counted);
    tcase_add_test(tests, all_memory_can_be_read);
    tcase_add_test(tests, wrong_arguments_are_invalid);
    suite_add_tcase(suite, tests);
    return run(suite);
}
