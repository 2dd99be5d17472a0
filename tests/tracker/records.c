/* SPDX-License-Identifier: MIT */
/*
 * Records: another process can read a process's counts, now and after its end, and recording does the process no harm.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "directory.h"
#include "run.h"
#include "tracker.h"
#include "tracker/record.h"

static int read_record(pid_t process, int number, struct sysinfo_heap_record *record) {
    char path[DIRECTORY_PATH];
    snprintf(path, sizeof path, "%s/%ld.%d", getenv(SYSINFO_HEAP_RECORDS), (long)process, number);
    return sysinfo_heap_recorded(NULL, path, record, sizeof *record);
}

/* Of this process. */
static void must_read(struct sysinfo_heap_record *record) {
    MUST(read_record(getpid(), 0, record) == SYSINFO_OK);
}

static int wait_for(pid_t child) {
    int status;
    MUST(waitpid(child, &status, 0) == child);
    return status;
}

static void check_same(const struct sysinfo_heap_record *record, const struct sysinfo_heap_tally *counts) {
    ck_assert_uint_eq(record->allocs, counts->allocs);
    ck_assert_uint_eq(record->frees, counts->frees);
    ck_assert_uint_eq(record->failed, counts->failed);
    ck_assert_uint_eq(record->live, (uint64_t)counts->live);
    ck_assert_uint_eq(record->blocks, (uint64_t)counts->blocks);
    ck_assert_uint_ge(record->peak, record->live);
}

START_TEST(own_record_is_exact) {
    struct sysinfo_heap_record record;
    void *volatile block = malloc(12345);
    int status = read_record(getpid(), 0, &record);
    struct sysinfo_heap_tally counts = process_counts();
    free(block);
    ck_assert_int_eq(status, SYSINFO_OK);
    check_same(&record, &counts);
    ck_assert_uint_eq(record.pid, (uint64_t)getpid());
    ck_assert_uint_eq(record.is_tracked, 1);
    ck_assert_uint_eq(record.threads, 1);
    ck_assert_str_eq(strrchr(record.image, '/'), "/test_tracker_records");
}
END_TEST

/* How a child ends: by exit(), by _exit(), or killed; forked by the C library, or by a raw system call. */
START_TEST(record_stays_when_its_process_has_ended) {
    int pipes[2];
    struct sysinfo_heap_tally counts;
    MUST(pipe(pipes) == 0);
    fflush(NULL);
    struct sysinfo_heap_tally before = process_counts();
    pid_t child = _i < 3 ? fork() : fork_raw();
    if (child == 0) {
        void *volatile block = malloc(500000);
        for (int i = 0; i < 100; i++) {
            block = realloc(block, (size_t)i * 1000 + 1);
        }
        counts = process_counts();
        MUST(write(pipes[1], &counts, sizeof counts) == sizeof counts);
        if (_i % 3 == 2) {
            raise(SIGKILL);
        } else if (_i % 3 == 1) {
            _exit(0);
        }
        freopen("/dev/null", "w", stdout); /* libcheck's own buffered output, which was copied. */
        exit(0);
    }
    int status = wait_for(child);
    MUST(read(pipes[0], &counts, sizeof counts) == sizeof counts);
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_record(child, 0, &record), SYSINFO_OK);
    ck_assert_int_eq(WIFSIGNALED(status), _i % 3 == 2);
    ck_assert_uint_eq(record.has_ended, _i % 3 == 0);
    ck_assert_uint_eq(record.pid, (uint64_t)child);
    if (_i % 3 != 0) { /* exit() frees a little more. */
        check_same(&record, &counts);
    }
    ck_assert_uint_ge(record.peak, 500000);
    ck_assert_uint_eq(record.inherited_allocs, before.allocs);
    ck_assert_uint_eq(record.inherited_frees, before.frees);
    ck_assert_uint_eq(record.inherited_failed, before.failed);
    ck_assert_uint_eq(record.inherited_live, (uint64_t)before.live);
    ck_assert_uint_eq(record.inherited_blocks, (uint64_t)before.blocks);
}
END_TEST

START_TEST(footprint_is_reported) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        static void *block[5000];
        for (int i = 0; i < 5000; i++) {
            block[i] = malloc(1000);
        }
        for (int i = 0; i < 4999; i++) {
            free(block[i]);
        }
        void *volatile pin = malloc(16);
        (void)pin;
        freopen("/dev/null", "w", stdout);
        exit(0);
    }
    (void)wait_for(child);
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_record(child, 0, &record), SYSINFO_OK);
#ifdef __GLIBC__
    ck_assert(SYSINFO_HAS(&record, footprint));
    ck_assert_uint_ge(record.footprint, record.footprint_live);
    ck_assert_double_gt(record.footprint_time, 0);
    ck_assert_uint_gt(record.peak, 4900000);
#else
    ck_assert(!SYSINFO_HAS(&record, footprint));
#endif
}
END_TEST

#ifdef __GLIBC__
/*
 * A child with so many free chunks that walking them is forbidden. Its record must report what a walk would, at no
 * cost.
 */
static void make_free_chunks(struct mallinfo2 *info, struct sysinfo_heap_tally *counts) {
    enum { BLOCKS = 200000, SEGMENTS = 4 };
    static void *block[BLOCKS];
    void *large[SEGMENTS], *aligned = NULL;
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(200);
    }
    for (int i = 0; i < BLOCKS; i += 2) {
        free(block[i]);
    }
    for (size_t i = 0; i < SEGMENTS; i++) {
        large[i] = malloc((1 + i) << 20);
    }
    free(large[1]);
    MUST(posix_memalign(&aligned, 65536, 3 << 20) == 0);
    large[0] = realloc(large[0], 9 << 20);
    struct timespec pause = {.tv_nsec = 60000000}; /* Time for the next look, */
    (void)nanosleep(&pause, NULL);
    void *volatile last = malloc(100000); /* which happens now. */
    *counts = process_counts();
    *info = mallinfo2();
    (void)last;
}

START_TEST(footprint_is_right_without_a_walk) {
    int pipes[2];
    struct {
        struct mallinfo2 info;
        struct sysinfo_heap_tally counts;
    } child;
    MUST(pipe(pipes) == 0);
    fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        make_free_chunks(&child.info, &child.counts);
        MUST(write(pipes[1], &child, sizeof child) == sizeof child);
        _exit(0);
    }
    (void)wait_for(process);
    MUST(read(pipes[0], &child, sizeof child) == sizeof child);
    struct sysinfo_heap_record record;
    ck_assert_int_eq(read_record(process, 0, &record), SYSINFO_OK);
    ck_assert_uint_gt(child.info.smblks + child.info.ordblks, 90000);
    ck_assert_uint_eq(record.footprint, child.info.arena + child.info.hblkhd);
    ck_assert_uint_eq(record.footprint_live, (uint64_t)child.counts.live);
}
END_TEST

static void *free_in_thread(void *blocks) {
    void **block = blocks;
    for (int i = 0; i < 200000; i++) {
        free(block[i]);
    }
    return NULL;
}

/* If other threads may wait for its locks, and there may be that many chunks, the allocator is not queried at all. */
START_TEST(footprint_stays_what_it_was_rather_than_be_walked_for) {
    enum { BLOCKS = 200000 };
    struct sysinfo_heap_record before, after;
    static void *block[BLOCKS];
    pthread_t thread;
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(40);
    }
    must_read(&before);
    MUST(pthread_create(&thread, NULL, free_in_thread, block) == 0);
    pthread_join(thread, NULL);
    must_read(&before); /* There may have been a look while there were few. */
    for (int i = 0; i < 3; i++) {
        struct timespec pause = {.tv_nsec = 60000000};
        (void)nanosleep(&pause, NULL);
        void *volatile more = malloc(100000);
        (void)more;
    }
    must_read(&after);
    ck_assert_double_eq(after.footprint_time, before.footprint_time);
    ck_assert_uint_eq(after.footprint, before.footprint);
}
END_TEST
#endif

/*
 * More than the 27 that the first page has room for. Those that start while it grows are not recorded, which may be all
 * but one.
 */
START_TEST(record_grows_with_threads) {
    enum { THREADS = 100 };
    gather_crowd(THREADS, NULL);
    struct sysinfo_heap_record record;
    struct sysinfo_heap_tally before = process_counts();
    int status = read_record(getpid(), 0, &record); /* Allocates memory for a larger record. */
    struct sysinfo_heap_tally after = process_counts();
    dismiss_crowd();
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_uint_ge(record.allocs, before.allocs);
    ck_assert_uint_le(record.allocs, after.allocs);
    ck_assert_uint_ge(record.blocks, THREADS);
    ck_assert_uint_gt(record.threads, 27);
    ck_assert_uint_le(record.threads, THREADS + 1);
}
END_TEST

START_TEST(no_descriptor_stays_open) {
    DIR *descriptors = opendir("/proc/self/fd");
    MUST(descriptors != NULL);
    int records = 0;
    char target[DIRECTORY_PATH];
    for (const struct dirent *entry; (entry = readdir(descriptors)) != NULL;) {
        ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        records += strncmp(target, getenv(SYSINFO_HEAP_RECORDS), strlen(getenv(SYSINFO_HEAP_RECORDS))) == 0;
    }
    closedir(descriptors);
    ck_assert_int_eq(records, 0);
}
END_TEST

/* What the next program finds. */
static int run_true(const char *before, pid_t *process) {
    fflush(NULL);
    *process = fork();
    if (*process == 0) {
        char command[2 * DIRECTORY_PATH];
        snprintf(command, sizeof command, "%s exec /bin/true", before);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(126);
    }
    return wait_for(*process);
}

START_TEST(each_program_of_a_process_has_a_record) {
    pid_t process;
    struct sysinfo_heap_record record;
    char preload[DIRECTORY_PATH];
    snprintf(preload, sizeof preload, "export LD_PRELOAD=%s;", TRACKER);
    ck_assert_int_eq(setenv("LD_PRELOAD", TRACKER, 1), 0);
    ck_assert_int_eq(run_true(preload, &process), 0);
    int number = 0;
    char images[300] = "";
    for (; read_record(process, number, &record) == SYSINFO_OK; number++) {
        strncat(images, strrchr(record.image, '/'), 90);
    }
    ck_assert_int_ge(number, 2); /* sh, and then true; a child that allocated before exec has one more. */
    ck_assert_ptr_nonnull(strstr(images, "/true"));
}
END_TEST

static void check_owner_in_front(const char *library, const char *owner) {
    pid_t process;
    struct sysinfo_heap_record record;
    char preload[2 * DIRECTORY_PATH];
    snprintf(preload, sizeof preload, "%s:%s", library, TRACKER);
    ck_assert_int_eq(setenv("LD_PRELOAD", preload, 1), 0);
    ck_assert_int_eq(run_true("", &process), 0);
    int number = 0;
    while (read_record(process, number, &record) == SYSINFO_OK && strstr(record.image, "/true") == NULL) {
        number++;
    }
    ck_assert_int_eq(read_record(process, number, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.is_tracked, 0);
    ck_assert(!SYSINFO_HAS(&record, allocs));
    ck_assert_str_eq(record.owner, owner);
}

START_TEST(another_malloc_in_front_is_named) {
    check_owner_in_front(TEST_SHIM, TEST_SHIM);
#ifdef JEMALLOC
    check_owner_in_front(JEMALLOC, JEMALLOC " (jemalloc)");
#endif
}
END_TEST

/* Runs a program with these libraries preloaded; returns its status and its record. */
static int run_with(const char *preload, const char *program, struct sysinfo_heap_record *record) {
    fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, 1);
        (void)dup2(nowhere, 2); /* libmemusage prints a table. */
        setenv("LD_PRELOAD", preload, 1);
        execl(program, program, (char *)NULL);
        _exit(126);
    }
    int status = wait_for(process), number = 0;
    memset(record, 0, sizeof *record);
    while (read_record(process, number, record) == SYSINFO_OK && strcmp(record->image, program) != 0) {
        number++; /* Of the child before exec. */
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), more = strlen(end);
    return length >= more && strcmp(text + length - more, end) == 0;
}

/* The tracker precedes the sanitizer's library, and calls it before it has initialized. */
START_TEST(sanitizer_is_left_alone_and_named) {
    static const char *const programs[] = {
#ifdef SANITIZED_thread
        SANITIZED_thread,
#endif
#ifdef SANITIZED_leak
        SANITIZED_leak,
#endif
        NULL};
    for (size_t i = 0; programs[i] != NULL; i++) {
        struct sysinfo_heap_record record;
        ck_assert_int_eq(run_with(TRACKER, programs[i], &record), 7);
        ck_assert_str_eq(record.image, programs[i]);
        ck_assert_uint_eq(record.is_tracked, 0);
        ck_assert_uint_eq(record.has_ended, 1);
        ck_assert(!SYSINFO_HAS(&record, allocs));
        ck_assert_msg(ends_with(record.owner, " (sanitizer)"), "%s", record.owner);
    }
}
END_TEST

#ifdef MEMUSAGE
/* Another library's malloc_usable_size() would read bogus sizes in front of the blocks. */
START_TEST(allocator_without_sizes_of_its_own_is_not_counted) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(run_with(TRACKER ":" MEMUSAGE, GUEST, &record), 0);
    ck_assert_uint_eq(record.is_tracked, 0);
    ck_assert(!SYSINFO_HAS(&record, live));
    ck_assert_msg(ends_with(record.owner, "/libmemusage.so (without a malloc_usable_size() of its own)"), "%s",
                  record.owner);
}
END_TEST
#endif

/* ---- Memory mapped by the program itself ---- */

enum { PAGE_MOST = 65536, MAPPED_STEPS = 12 };

static void *map_anonymous(void *at, size_t size, int protection, int more_flags) {
    void *memory = mmap(at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | more_flags, -1, 0);
    MUST(memory != MAP_FAILED);
    return memory;
}

/* Performs each step, and gives the expected increase of `mapped` since the start. */
static void map_step(int step, char **memory) {
    const size_t unit = PAGE_MOST;
    const int access = PROT_READ | PROT_WRITE;
    int file = -1;
    switch (step) {
    case 0: /* Rounded up to pages. */
        *memory = map_anonymous(NULL, 16 * unit - 1, access, 0);
        break;
    case 1: /* A part from the middle. */
        MUST(munmap(*memory + 4 * unit, 2 * unit) == 0);
        break;
    case 2: /* Over the hole and its surroundings: nothing counts twice. */
        (void)map_anonymous(*memory + 3 * unit, 4 * unit, access, MAP_FIXED);
        break;
    case 3: /* Released, but the addresses are kept. */
        (void)map_anonymous(*memory + 8 * unit, 8 * unit, PROT_NONE, MAP_FIXED);
        break;
    case 4: /* And used again. */
        (void)map_anonymous(*memory + 8 * unit, 8 * unit, access, MAP_FIXED);
        break;
    case 5: /* A file over a part. */
        file = open("/proc/self/exe", O_RDONLY);
        MUST(mmap(*memory, unit, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) != MAP_FAILED);
        close(file);
        break;
    case 6: /* Rounded up too. */
        MUST(munmap(*memory, 16 * unit - 1) == 0);
        break;
    case 7:
        *memory = map_anonymous(NULL, 4 * unit, access, 0);
        break;
    case 8:
        *memory = mremap(*memory, 4 * unit, 40 * unit, MREMAP_MAYMOVE);
        MUST(*memory != MAP_FAILED);
        break;
    case 9:
        *memory = mremap(*memory, 40 * unit, 2 * unit, 0);
        MUST(*memory != MAP_FAILED);
        break;
    case 10: /* Rejected: nothing changes. */
        MUST(mremap(*memory, 2 * unit, SIZE_MAX / 2 - unit, MREMAP_MAYMOVE) == MAP_FAILED);
        MUST(munmap(*memory + 1, unit) != 0);
        MUST(mmap(NULL, 0, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
        break;
    default:
        MUST(munmap(*memory, 2 * unit) == 0);
        break;
    }
}

static const uint64_t mapped_after[MAPPED_STEPS] = {16, 14, 16, 8, 16, 15, 0, 4, 40, 2, 2, 0};

START_TEST(memory_that_the_program_maps_is_counted) {
    struct sysinfo_heap_record before, record[MAPPED_STEPS];
    char *memory = NULL;
    must_read(&before);
    for (int i = 0; i < MAPPED_STEPS; i++) {
        map_step(i, &memory);
        must_read(&record[i]);
    }
    for (int i = 0; i < MAPPED_STEPS; i++) {
        ck_assert_msg(record[i].mapped - before.mapped == mapped_after[i] * PAGE_MOST, "step %d: %ju", i,
                      (uintmax_t)(record[i].mapped - before.mapped));
        ck_assert(!SYSINFO_IS_ESTIMATED(&record[i], mapped));
    }
    ck_assert_uint_eq(record[MAPPED_STEPS - 1].mapped_peak, before.mapped + 40 * PAGE_MOST);
}
END_TEST

static uint64_t mapped_since(const struct sysinfo_heap_record *before) {
    struct sysinfo_heap_record now;
    must_read(&now);
    ck_assert(!SYSINFO_IS_ESTIMATED(&now, mapped));
    return (now.mapped - before->mapped) / PAGE_MOST;
}

/* If only parts of a range are counted, a failure leaves exactly those parts. */
START_TEST(what_fails_to_unmap_or_move_is_counted_as_before) {
    const size_t unit = PAGE_MOST;
    const int access = PROT_READ | PROT_WRITE;
    struct sysinfo_heap_record before;
    must_read(&before);
    char *memory = map_anonymous(NULL, 16 * unit, access, 0);
    MUST(munmap(memory + 2 * unit, 3 * unit) == 0);
    (void)map_anonymous(memory + 8 * unit, unit, PROT_NONE, MAP_FIXED);
    ck_assert_uint_eq(mapped_since(&before), 12);
    MUST(mremap(memory, 16 * unit, 40 * unit, MREMAP_MAYMOVE) == MAP_FAILED); /* There is a hole. */
    ck_assert_uint_eq(mapped_since(&before), 12);
    MUST(mremap(memory + 1, 16 * unit, 40 * unit, MREMAP_MAYMOVE) == MAP_FAILED);
    ck_assert_uint_eq(mapped_since(&before), 12);
    MUST(munmap(memory, SIZE_MAX / 2 / unit * unit) != 0); /* Beyond all addresses. */
    ck_assert_uint_eq(mapped_since(&before), 12);
    MUST(munmap(memory, 0) != 0);
    ck_assert_uint_eq(mapped_since(&before), 12);
    MUST(munmap(memory + unit, 10 * unit) == 0); /* Six of these were counted. */
    ck_assert_uint_eq(mapped_since(&before), 6);
    MUST(munmap(memory, 16 * unit) == 0);
    ck_assert_uint_eq(mapped_since(&before), 0);
}
END_TEST

/* Half of it was opened by mprotect() and is not counted, not even after a move. */
START_TEST(parts_that_move_are_counted_where_they_are) {
    const size_t unit = PAGE_MOST;
    const int access = PROT_READ | PROT_WRITE;
    struct sysinfo_heap_record before;
    must_read(&before);
    char *memory = map_anonymous(NULL, 8 * unit, PROT_NONE, 0);
    MUST(mprotect(memory, 4 * unit, access) == 0);
    (void)map_anonymous(memory + 4 * unit, 4 * unit, access, MAP_FIXED);
    ck_assert_uint_eq(mapped_since(&before), 4);
    char *moved = mremap(memory, 8 * unit, 20 * unit, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) { /* The kernel has two ranges. */
        ck_assert_uint_eq(mapped_since(&before), 4);
        MUST(munmap(memory, 8 * unit) == 0);
        return;
    }
    ck_assert_uint_eq(mapped_since(&before), 16);
    MUST(munmap(moved, 5 * unit) == 0);
    ck_assert_uint_eq(mapped_since(&before), 15);
    MUST(munmap(moved, 20 * unit) == 0);
    ck_assert_uint_eq(mapped_since(&before), 0);
}
END_TEST

/* Mappings by malloc(), or by the C library for a thread's stack, are not the program's own. */
START_TEST(what_malloc_maps_is_not_mapped_by_the_program) {
    struct sysinfo_heap_record before, after;
    must_read(&before);
    void *volatile block = malloc(64 << 20);
    gather_crowd(4, NULL);
    must_read(&after);
    dismiss_crowd();
    free(block);
    ck_assert_uint_eq(after.mapped, before.mapped);
}
END_TEST

static void *map_and_unmap(void *kept) {
    enum { TIMES = 300, SLOTS = 16 };
    char *memory[SLOTS] = {NULL};
    for (size_t i = 0; i < TIMES; i++) {
        char **slot = &memory[i * 7 % SLOTS];
        if (*slot != NULL) {
            MUST(munmap(*slot, PAGE_MOST) == 0);
        }
        *slot = map_anonymous(NULL, PAGE_MOST, PROT_READ | PROT_WRITE, 0);
        *slot = i % 3 == 0 ? mremap(*slot, PAGE_MOST, 2 * PAGE_MOST, MREMAP_MAYMOVE) : *slot;
        MUST(*slot != MAP_FAILED);
        if (i % 3 == 0) {
            MUST(munmap(*slot + PAGE_MOST, PAGE_MOST) == 0);
        }
    }
    memcpy(kept, memory, sizeof memory);
    return kept;
}

START_TEST(threads_that_map_are_summed) {
    enum { THREADS = 8, SLOTS = 16 };
    static char *kept[THREADS][SLOTS];
    pthread_t thread[THREADS];
    struct sysinfo_heap_record before, after, last;
    must_read(&before);
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, map_and_unmap, kept[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    must_read(&after);
    for (int i = 0; i < THREADS * SLOTS; i++) {
        MUST(munmap(kept[i / SLOTS][i % SLOTS], PAGE_MOST) == 0);
    }
    must_read(&last);
    ck_assert_uint_eq(after.mapped - before.mapped, THREADS * SLOTS * PAGE_MOST);
    ck_assert_uint_eq(last.mapped, before.mapped);
    ck_assert(!SYSINFO_IS_ESTIMATED(&last, mapped));
}
END_TEST

/* Forked by the C library, and without it. */
START_TEST(child_goes_on_with_what_its_parent_has_mapped) {
    char *memory = map_anonymous(NULL, 8 * PAGE_MOST, PROT_READ | PROT_WRITE, 0);
    struct sysinfo_heap_record before, record, after;
    must_read(&before);
    fflush(NULL);
    pid_t child = _i == 0 ? fork() : fork_raw();
    if (child == 0) {
        (void)map_anonymous(NULL, 3 * PAGE_MOST, PROT_READ | PROT_WRITE, 0);
        MUST(munmap(memory, PAGE_MOST) == 0);
        _exit(0);
    }
    int status = wait_for(child);
    must_read(&after);
    munmap(memory, 8 * PAGE_MOST);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read_record(child, 0, &record), SYSINFO_OK);
    ck_assert_uint_eq(record.inherited_mapped, before.mapped);
    ck_assert_uint_eq(record.mapped, before.mapped + 2 * PAGE_MOST);
    ck_assert_uint_eq(after.mapped, before.mapped);
}
END_TEST

#ifdef JEMALLOC
/* An allocator behind the tracker: what it maps for its blocks is part of them, not the program's own mapping. */
START_TEST(mappings_of_the_underlying_allocator_are_not_the_programs) {
    struct sysinfo_heap_record record;
    ck_assert_int_eq(run_with(TRACKER ":" JEMALLOC, GUEST, &record), 0);
    ck_assert_uint_eq(record.is_tracked, 1);
    ck_assert_uint_ge(record.peak, 10 << 20);
    ck_assert_uint_eq(record.mapped_peak, 3 << 20);
}
END_TEST
#endif

/* A file that cannot be created, or may not grow, does no harm. */
START_TEST(process_goes_on_without_a_file) {
    char overlong[2000];
    memset(overlong, '/', sizeof overlong - 1);
    overlong[sizeof overlong - 1] = '\0';
    const char *const directories[] = {"/nowhere/at/all", "relative", "/proc/self", "", overlong};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(setenv(SYSINFO_HEAP_RECORDS, directories[i], 1), 0);
        ck_assert_int_eq(setenv("LD_PRELOAD", TRACKER, 1), 0);
        ck_assert_int_eq(system("test \"$(printf '%s\\n' b a | sort | head -n 1)\" = a"), 0);
    }
}
END_TEST

START_TEST(limit_on_files_is_respected) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        MUST(setrlimit(RLIMIT_FSIZE, &none) == 0);
        struct sysinfo_heap_tally before = process_counts();
        void *volatile block = malloc(100); /* The child would create its file here. */
        MUST(since(process_counts(), before).allocs == 1);
        free(block);
        _exit(7);
    }
    int status = wait_for(child);
    struct sysinfo_heap_record record;
    ck_assert_int_eq(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 7);
    ck_assert_int_eq(read_record(child, 0, &record), SYSINFO_NOT_FOUND);
}
END_TEST

/* Seen by threads without their own counts: their number, estimated scopes, accepted watches. */
static int on_the_side[3];

static pthread_barrier_t together;

static void *count_without_counts(void *unused) {
    volatile size_t enormous = SIZE_MAX / 2 - 4096;
    void *volatile block = malloc(1000);
    pthread_barrier_wait(&together);
    struct sysinfo_heap_tally own;
    if (sysinfo_heap_thread_counts(&own, sizeof own) == SYSINFO_UNKNOWN) {
        SYSINFO_SCOPE_ENTER(scope, "without");
        void *volatile none = malloc(enormous), *volatile kept = realloc(block, enormous);
        MUST(none == NULL && kept == NULL);
        SYSINFO_SCOPE_LEAVE(scope, NULL);
        int is_watched = sysinfo_heap_watch(0, 0, NULL, NULL);
        __atomic_fetch_add(&on_the_side[0], 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&on_the_side[1], SYSINFO_IS_ESTIMATED(&scope, increment) && !SYSINFO_HAS(&scope, allocs),
                           __ATOMIC_RELAXED);
        __atomic_fetch_add(&on_the_side[2], is_watched == SYSINFO_OK, __ATOMIC_RELAXED);
    }
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    free(block);
    return unused;
}

/* Threads for which the record has no room, and may not grow: they are counted together. */
START_TEST(threads_that_the_record_has_no_room_for_are_counted) {
    int threads = (int)((size_t)sysconf(_SC_PAGESIZE) / sizeof(struct sysinfo__record_node));
    pthread_t *thread = calloc((size_t)threads, sizeof *thread); /* The record is created now, if not before. */
    struct rlimit before, none;
    pthread_attr_t small;
    MUST(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 131072) == 0);
    MUST(pthread_barrier_init(&together, NULL, (unsigned)threads + 1) == 0);
    MUST(getrlimit(RLIMIT_FSIZE, &before) == 0);
    none = before;
    none.rlim_cur = 0;
    struct sysinfo_heap_tally start = process_counts();
    MUST(setrlimit(RLIMIT_FSIZE, &none) == 0);
    for (int i = 0; i < threads; i++) {
        MUST(pthread_create(&thread[i], &small, count_without_counts, NULL) == 0);
    }
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    struct sysinfo_heap_tally all = since(process_counts(), start);
    MUST(setrlimit(RLIMIT_FSIZE, &before) == 0);
    pthread_barrier_wait(&together);
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    free(thread);
    ck_assert_int_gt(on_the_side[0], 0);
    ck_assert_int_lt(on_the_side[0], threads);
    ck_assert_int_eq(on_the_side[1], on_the_side[0]);
    ck_assert_int_eq(on_the_side[2], on_the_side[0]);
    ck_assert_uint_eq(all.failed, 2 * (uint64_t)on_the_side[0]);
    ck_assert_int_eq(all.blocks, (int64_t)(all.allocs - all.frees));
    ck_assert_int_ge(all.blocks, threads); /* A failed realloc() has freed nothing. */
    ck_assert_int_ge(all.live, 1000 * threads);
}
END_TEST

/* Runs the tests again in a program that starts with a directory for records. */
static int run_with_directory(void) {
    char directory[] = "/tmp/sysinfo-records-XXXXXX";
    MUST(mkdtemp(directory) != NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv(SYSINFO_HEAP_RECORDS, directory, 1);
        execl("/proc/self/exe", "test_tracker_records", (char *)NULL);
        _exit(126);
    }
    int status = wait_for(child);
    MUST(nftw(directory, directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

int main(void) {
    if (getenv(SYSINFO_HEAP_RECORDS) == NULL) {
        return run_with_directory();
    }
    Suite *suite = suite_create("records");
    TCase *tests = tcase_create("records");
    tcase_add_test(tests, own_record_is_exact);
    tcase_add_loop_test(tests, record_stays_when_its_process_has_ended, 0, 6);
    tcase_add_test(tests, footprint_is_reported);
#ifdef __GLIBC__
    tcase_add_test(tests, footprint_is_right_without_a_walk);
    tcase_add_test(tests, footprint_stays_what_it_was_rather_than_be_walked_for);
#endif
    tcase_add_test(tests, record_grows_with_threads);
    tcase_add_test(tests, no_descriptor_stays_open);
    tcase_add_test(tests, each_program_of_a_process_has_a_record);
    tcase_add_test(tests, another_malloc_in_front_is_named);
    tcase_add_test(tests, sanitizer_is_left_alone_and_named);
#ifdef MEMUSAGE
    tcase_add_test(tests, allocator_without_sizes_of_its_own_is_not_counted);
#endif
    tcase_add_test(tests, memory_that_the_program_maps_is_counted);
    tcase_add_test(tests, what_fails_to_unmap_or_move_is_counted_as_before);
    tcase_add_test(tests, parts_that_move_are_counted_where_they_are);
    tcase_add_test(tests, what_malloc_maps_is_not_mapped_by_the_program);
    tcase_add_test(tests, threads_that_map_are_summed);
    tcase_add_loop_test(tests, child_goes_on_with_what_its_parent_has_mapped, 0, 2);
#ifdef JEMALLOC
    tcase_add_test(tests, mappings_of_the_underlying_allocator_are_not_the_programs);
#endif
    tcase_add_test(tests, process_goes_on_without_a_file);
    tcase_add_test(tests, limit_on_files_is_respected);
    tcase_add_test(tests, threads_that_the_record_has_no_room_for_are_counted);
    suite_add_tcase(suite, tests);
    return run(suite);
}
