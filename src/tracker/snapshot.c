/* SPDX-License-Identifier: MIT */
/*
 * A snapshot of live blocks. A copy of the process writes it (fork), so that the
 * process itself goes on and nothing that is read changes or goes away meanwhile. The copy
 * takes no lock, allocates nothing and runs no handler of the C library.
 */
#include "snapshot.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/heap_tracker.h>
#include <sysinfo/status.h>

#if SYSINFO__KEEPS_SITES

/* ---- Blocks in order of their address ---- */

static bool is_there(int pagemap, const void *memory) {
    uint64_t entry;
    off_t at = (off_t)((uintptr_t)memory / (size_t)sysconf(_SC_PAGESIZE) * sizeof entry);
    return pread(pagemap, &entry, sizeof entry, at) != sizeof entry || entry >> 62 != 0;
}

/* Which pages of a leaf were ever touched, in memory or swapped out; all, where the kernel does not report it. */
static void find_pages(int pagemap, const uint32_t *leaf, size_t page, bool *there, size_t pages) {
    uint64_t entries[512];
    for (size_t first = 0; first < pages; first += 512) {
        size_t part = pages - first < 512 ? pages - first : 512, bytes = part * sizeof entries[0];
        off_t at = (off_t)(((uintptr_t)leaf / page + first) * sizeof entries[0]);
        bool is_known = pagemap >= 0 && pread(pagemap, entries, bytes, at) == (ssize_t)bytes;
        for (size_t i = 0; i < part; i++) {
            there[first + i] = !is_known || entries[i] >> 62 != 0;
        }
    }
}

/*
 * A processor does not foresee what is read beyond the end of a page, though it is read in order. So what will be read
 * some blocks later is fetched now: words, and the sizes in front of blocks.
 */
static inline void fetch_ahead(uintptr_t start, const uint32_t *word, size_t words, size_t i) {
    enum { WORDS = 512, BLOCKS = 64 };
    if (i % 16 == 0) {
        __builtin_prefetch(word + i + WORDS);
    }
    if (i + BLOCKS < words && word[i + BLOCKS] != 0) {
        __builtin_prefetch((const void *)(start + (i + BLOCKS) * SYSINFO__GRANULE - sizeof(size_t)));
    }
}

static inline void walk_page(uintptr_t start, const uint32_t *word, size_t words, sysinfo__visit *visit,
                             void *context) {
    for (size_t i = 0; i < words; i++) {
        fetch_ahead(start, word, words, i);
        if (word[i] != 0) {
            visit(context, start + i * SYSINFO__GRANULE + (word[i] % 2 != 0 ? 16U : 0U), word[i]);
        }
    }
}

static inline void walk_leaf(uint32_t area, const uint32_t *leaf, int pagemap, sysinfo__visit *visit, void *context) {
    enum { PAGES_MOST = SYSINFO__AREA_WORDS * sizeof(uint32_t) / 4096 };
    static bool there[PAGES_MOST];
    size_t page = (size_t)sysconf(_SC_PAGESIZE), words = page / sizeof *leaf, pages = SYSINFO__AREA_WORDS / words;
    find_pages(pagemap, leaf, page, there, pages);
    for (size_t i = 0; i < pages; i++) {
        if (there[i]) {
            uintptr_t start = ((uintptr_t)area << SYSINFO__AREA_BITS) + i * words * SYSINFO__GRANULE;
            walk_page(start, leaf + i * words, words, visit, context);
        }
    }
}

static void sort_numbers(uint32_t *number, uint32_t count) {
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            uint32_t moved = number[i], k = i;
            for (; k >= gap && number[k - gap] > moved; k -= gap) {
                number[k] = number[k - gap];
            }
            number[k] = moved;
        }
    }
}

void sysinfo__walk_blocks(sysinfo__visit *visit, void *context) {
    uint32_t areas = LOAD(sysinfo__area_count);
    sort_numbers(sysinfo__area_list, areas);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap >= 0 && areas > 0 && !is_there(pagemap, sysinfo__area_list)) { /* A /proc of something else. */
        (void)close(pagemap);
        pagemap = -1;
    }
    for (uint32_t i = 0; i < areas; i++) {
        uint32_t area = sysinfo__area_list[i];
        const uint32_t *leaf = sysinfo__areas[area];
        if (leaf != NULL) {
            walk_leaf(area, leaf, pagemap, visit, context);
        }
    }
    if (pagemap >= 0) {
        (void)close(pagemap);
    }
}

/* ---- Sums by site and generation ---- */

/* Open addressing, by the word without the block's half. */
static struct sysinfo__blocks_row *table;
static uint32_t *table_key; /* 0: free. */
static uint32_t table_room, table_used;
static uint32_t last_key;
static struct sysinfo__blocks_row *last_row;

/* A child of fork() has sites with the frames of its parent's: they are one in a snapshot. */
static uint32_t *same_as; /* From sysinfo__first_repeated_site on. */

static void find_same_sites(void) {
    uint32_t first = sysinfo__first_repeated_site, sites = LOAD(sysinfo__sites);
    if (first == 0) {
        return;
    }
    same_as = sysinfo__reserve_or_give_up((size_t)(sites - first) * sizeof *same_as);
    for (uint32_t i = first; i < sites; i++) {
        same_as[i - first] = sysinfo__find_same_site(i);
    }
}

static uint32_t shown_site(uint32_t site) {
    return same_as != NULL && site >= sysinfo__first_repeated_site ? same_as[site - sysinfo__first_repeated_site]
                                                                   : site;
}

static uint32_t place_of(uint32_t key) {
    uint32_t i = (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (table_room - 1);
    while (table_key[i] != 0 && table_key[i] != key) {
        i = (i + 1) & (table_room - 1);
    }
    return i;
}

static bool grow_table(void) {
    struct sysinfo__blocks_row *rows = table;
    uint32_t *keys = table_key, room = table_room;
    table_room = room == 0 ? 1 << 14 : room * 2;
    table = sysinfo__reserve(table_room * sizeof *table);
    table_key = sysinfo__reserve(table_room * sizeof *table_key);
    if (table == NULL || table_key == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < room; i++) {
        if (keys[i] != 0) {
            uint32_t place = place_of(keys[i]);
            table_key[place] = keys[i];
            table[place] = rows[i];
        }
    }
    last_key = 0;
    return true;
}

static void add_block(void *context, uintptr_t block, uint32_t word) {
    (void)context;
    uint32_t key =
        shown_site(word >> SYSINFO__SITE_SHIFT) << SYSINFO__GENERATION_BITS | (word >> 1 & SYSINFO__GENERATION_MOST);
    if (key != last_key) {
        if (table_used * 2 >= table_room && !grow_table()) {
            sysinfo__give_up(SYSINFO_NO_MEMORY);
        }
        uint32_t place = place_of(key);
        if (table_key[place] == 0) {
            table_key[place] = key;
            table_used++;
        }
        last_key = key;
        last_row = &table[place];
    }
    last_row->blocks++;
    last_row->bytes += sysinfo__block_size((const void *)block);
}

/* ---- Writing ---- */

struct sysinfo__blocks_header sysinfo__header;
static char part_path[1100], whole_path[1100]; /* Of a file; the copy gives it its name. */
static char *output;
static size_t output_used, output_room;
enum { OUTPUT_ROOM = 1 << 30 };
static char *texts;
static size_t texts_used = 1; /* 0 is an empty text. */
enum { TEXTS_ROOM = 64 << 20 };

/* Set before the copy is made. */
static struct {
    int fd;
    const struct sysinfo__request *request;
    uint64_t began;
} task;

static void count_missing(uint64_t *count) {
    (void)__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

void sysinfo__give_up(int status) {
    if (status != SYSINFO_OK && task.request->is_file) {
        count_missing(&sysinfo__control->failed);
        (void)syscall(SYS_unlinkat, AT_FDCWD, part_path, 0);
    }
    syscall(SYS_exit_group, -status);
    __builtin_unreachable();
}

void *sysinfo__reserve_or_give_up(size_t size) {
    void *memory = sysinfo__reserve(size);
    if (memory == NULL) {
        sysinfo__give_up(SYSINFO_NO_MEMORY);
    }
    return memory;
}

void *sysinfo__reserve_rows(size_t count, size_t size) {
    enum { LARGE = 2 << 20 };
    void *memory = sysinfo__reserve_or_give_up((count + 1) * size);
#ifdef MADV_HUGEPAGE
    if (count * size >= LARGE) { /* Not found in a processor's table of pages, a row costs more than to read it. */
        (void)madvise(memory, (count + 1) * size, MADV_HUGEPAGE);
    }
#endif
    return memory;
}

uint64_t sysinfo__add_text(const char *text) {
    size_t size = strlen(text) + 1, at = texts_used;
    if (size > TEXTS_ROOM - texts_used) {
        return 0;
    }
    memcpy(texts + at, text, size);
    texts_used += size;
    return at;
}

void *sysinfo__add_section(enum sysinfo__section section, size_t count, size_t size) {
    size_t bytes = (count * size + 7) / 8 * 8;
    if (bytes > output_room - output_used) {
        sysinfo__give_up(SYSINFO_NO_MEMORY);
    }
    void *rows = output + output_used;
    sysinfo__header.section[section].offset = output_used;
    sysinfo__header.section[section].count = count;
    output_used += bytes;
    return rows;
}

static bool write_whole(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written <= 0) {
            return false;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

static void write_modules(void) {
    uint32_t count = LOAD(sysinfo__modules);
    struct sysinfo__blocks_module *row = sysinfo__add_section(SYSINFO__SECTION_MODULES, count, sizeof *row);
    for (uint32_t i = 1; i < count; i++) {
        const struct sysinfo__module *module = &sysinfo__module[i];
        row[i].path = sysinfo__add_text(module->path);
        row[i].build_id_size = module->build_id_size;
        memcpy(row[i].build_id, module->build_id, module->build_id_size);
    }
}

static void write_texts(void) {
    memcpy(sysinfo__add_section(SYSINFO__SECTION_TEXT, texts_used, 1), texts, texts_used);
}

static bool comes_before(const struct sysinfo__blocks_row *a, const struct sysinfo__blocks_row *b) {
    return a->site != b->site ? a->site < b->site : a->generation < b->generation;
}

static void sort_rows(struct sysinfo__blocks_row *row, size_t count) {
    for (size_t gap = count / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < count; i++) {
            struct sysinfo__blocks_row moved = row[i];
            size_t k = i;
            for (; k >= gap && comes_before(&moved, &row[k - gap]); k -= gap) {
                row[k] = row[k - gap];
            }
            row[k] = moved;
        }
    }
}

/* Numbers the sites that have live blocks from 0 on; returns how many. */
static uint32_t number_sites(void) {
    uint32_t all = LOAD(sysinfo__sites), count = 0;
    sysinfo__site_number = sysinfo__reserve((size_t)all * sizeof *sysinfo__site_number);
    if (sysinfo__site_number == NULL) {
        sysinfo__give_up(SYSINFO_NO_MEMORY);
    }
    for (uint32_t i = 0; i < table_room; i++) {
        if (table_key[i] != 0) {
            uint32_t *number = &sysinfo__site_number[table_key[i] >> SYSINFO__GENERATION_BITS];
            count += *number == 0 ? 1 : 0;
            *number = 1;
        }
    }
    for (uint32_t i = 0, next = 1; i < all; i++) {
        if (sysinfo__site_number[i] != 0) {
            sysinfo__site_number[i] = next++;
        }
    }
    return count;
}

uint32_t *sysinfo__site_number;

static struct sysinfo__blocks_site *write_sites(void) {
    uint32_t sites = number_sites(), all = LOAD(sysinfo__sites);
    struct sysinfo__blocks_site *site = sysinfo__add_section(SYSINFO__SECTION_SITES, sites, sizeof *site);
    size_t frames = 0;
    for (uint32_t i = 0; i < all; i++) {
        if (sysinfo__site_number[i] != 0) {
            site[sysinfo__site_number[i] - 1].first = frames;
            site[sysinfo__site_number[i] - 1].count = sysinfo__site[i].count;
            frames += sysinfo__site[i].count;
        }
    }
    uint64_t *frame = sysinfo__add_section(SYSINFO__SECTION_FRAMES, frames, sizeof *frame);
    for (uint32_t i = 0; i < all; i++) {
        if (sysinfo__site_number[i] != 0) {
            memcpy(frame, &sysinfo__site_frame[sysinfo__site[i].first], sysinfo__site[i].count * sizeof *frame);
            frame += sysinfo__site[i].count;
        }
    }
    struct sysinfo__blocks_row *row = sysinfo__add_section(SYSINFO__SECTION_ROWS, table_used, sizeof *row);
    size_t rows = 0;
    for (uint32_t i = 0; i < table_room; i++) {
        if (table_key[i] != 0) {
            row[rows] = table[i];
            row[rows].site = sysinfo__site_number[table_key[i] >> SYSINFO__GENERATION_BITS] - 1;
            row[rows++].generation = table_key[i] & SYSINFO__GENERATION_MOST;
        }
    }
    for (uint32_t i = sysinfo__first_repeated_site; i < all && same_as != NULL; i++) {
        sysinfo__site_number[i] = sysinfo__site_number[shown_site(i)];
    }
    sort_rows(row, rows);
    for (size_t i = 0; i < rows; i++) {
        site[row[i].site].blocks += row[i].blocks;
        site[row[i].site].bytes += row[i].bytes;
    }
    return site;
}

static uintptr_t own_sp; /* Of the thread that asks. */
pid_t sysinfo__own_thread;

static uint64_t nanoseconds(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The copy's whole life. It begins when the copy is made, and the threads go on. */
static int be_copy(void *unused) {
    (void)unused;
    sysinfo__header.pause = nanoseconds() - task.began;
    int fd = task.fd;
    const struct sysinfo__request *request = task.request;
    output_room = OUTPUT_ROOM;
    if ((request->what & SYSINFO_HEAP_REFERENCES) != 0) {
        output_room += (size_t)(sysinfo__header.blocks > 0 ? sysinfo__header.blocks : 0) * 2 *
                       sizeof(struct sysinfo__blocks_block);
        sysinfo__keeps_references = true;
    }
    output = sysinfo__reserve_or_give_up(output_room);
    texts = sysinfo__reserve_or_give_up(TEXTS_ROOM);
    output_used = sizeof sysinfo__header;
    sysinfo__own_modules();
    if (!grow_table()) {
        sysinfo__give_up(SYSINFO_NO_MEMORY);
    }
    find_same_sites();
    sysinfo__walk_blocks(add_block, NULL);
    struct sysinfo__blocks_site *site = write_sites();
    if ((request->what & SYSINFO_HEAP_LEAKS) != 0) {
        size_t blocks = 0;
        for (uint32_t i = 0; i < table_room; i++) {
            blocks += table[i].blocks;
        }
        sysinfo__find_leaks(site, blocks, own_sp);
        sysinfo__header.estimated = sysinfo__has_registers ? 0 : 1;
    }
    write_modules();
    write_texts();
    memcpy(sysinfo__header.magic, SYSINFO__BLOCKS_MAGIC, sizeof sysinfo__header.magic);
    sysinfo__header.header_size = sizeof sysinfo__header;
    sysinfo__header.byte_order = SYSINFO__BLOCKS_ORDER;
    sysinfo__header.size = output_used;
    sysinfo__header.what = request->what | (sysinfo__has_earlier_blocks ? SYSINFO__BLOCKS_HAS_EARLIER : 0);
    memcpy(sysinfo__header.image, sysinfo__memory.header.image, sizeof sysinfo__header.image);
    memcpy(sysinfo__header.label, request->label, sizeof sysinfo__header.label);
    memcpy(output, &sysinfo__header, sizeof sysinfo__header);
    bool is_written = write_whole(fd, output, output_used);
    if (request->is_file && is_written) {
        (void)syscall(SYS_renameat2, AT_FDCWD, part_path, AT_FDCWD, whole_path, 0);
    }
    sysinfo__give_up(is_written ? SYSINFO_OK : SYSINFO_SYSTEM);
}

/* ---- The copy ---- */

/*
 * Runs no fork handlers. A tracer of the process does not follow the copy, and its end sends no signal, except in an
 * emulator, which supports only the usual fork.
 */
static pid_t fork_quietly(int *wait_for) {
    *wait_for = (int)__WCLONE;
    pid_t copy = (pid_t)syscall(SYS_clone, CLONE_UNTRACED, NULL, NULL, NULL, NULL);
    if (copy < 0 && errno == EINVAL) {
        *wait_for = 0;
        copy = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    }
    return copy;
}

static void begin_header(void) {
    static uint32_t number;
    struct sysinfo__tally tally;
    sysinfo__sum(&tally);
    sysinfo__header.number = __atomic_add_fetch(&number, 1, __ATOMIC_RELAXED);
    sysinfo__header.pid = (uint64_t)getpid();
    sysinfo__header.live = tally.live;
    sysinfo__header.blocks = (int64_t)(tally.allocs - tally.frees);
    sysinfo__header.generation = (uint32_t)LOAD(sysinfo__control->state);
    sysinfo__header.time = nanoseconds();
}

/* ---- The copy, seen from the process ---- */

static int lock;

enum { SAVED_REGISTERS = 256 };

struct copy {
    pid_t pid;
    int wait_for;
};

/* A file that was asked for waits until another thread's copy is made, which takes milliseconds. */
static bool take_copy_lock(bool waits) {
    uint64_t until = 0;
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        until = until == 0 ? nanoseconds() + 1000000000 : until;
        if (!waits || nanoseconds() > until) {
            return false;
        }
        sched_yield();
    }
    return true;
}

static int begin_copy(int fd, const struct sysinfo__request *request, struct copy *copy) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (!take_copy_lock(request->is_file)) {
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return SYSINFO_NOT_YET;
    }
    begin_header();
    if ((request->what & SYSINFO_HEAP_LEAKS) != 0) { /* Not in the copy, where another thread may hold a lock. */
        uintptr_t allocator;
        memcpy(&allocator, &sysinfo__behind.malloc, sizeof allocator);
        (void)sysinfo__find_module(allocator);
        (void)sysinfo__find_module((uintptr_t)&be_copy);
    }
    task.fd = fd;
    task.request = request;
    task.began = nanoseconds();
    sysinfo__own_thread = (pid_t)syscall(SYS_gettid);
    __builtin_unwind_init(); /* Registers that belong to the callers lie on the stack from here on. */
    own_sp = (uintptr_t)__builtin_frame_address(0) - SAVED_REGISTERS;
    copy->pid = -1;
    if ((request->what & SYSINFO_HEAP_LEAKS) != 0) {
        copy->pid = sysinfo__copy_stopped(be_copy, NULL, &copy->wait_for);
    }
    if (copy->pid < 0) {
        copy->pid = fork_quietly(&copy->wait_for);
        if (copy->pid == 0) {
            (void)be_copy(NULL);
        }
    }
    int error = errno;
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (copy->pid < 0) {
        return error == ENOMEM || error == EAGAIN ? SYSINFO_NO_MEMORY : SYSINFO_SYSTEM;
    }
    return SYSINFO_OK;
}

static int end_copy(const struct copy *copy) {
    int status = 0;
    pid_t waited;
    do {
        waited = waitpid(copy->pid, &status, copy->wait_for);
    } while (waited < 0 && errno == EINTR);
    return waited == copy->pid && WIFEXITED(status) ? -WEXITSTATUS(status) : SYSINFO_SYSTEM;
}

static int snapshot_to(int fd, const struct sysinfo__request *request) {
    struct copy copy;
    int status = begin_copy(fd, request, &copy);
    return status == SYSINFO_OK ? end_copy(&copy) : status;
}

static int map_result(int fd, const void **bytes, size_t *size) {
    off_t length = lseek(fd, 0, SEEK_END);
    void *memory = length > 0 ? sysinfo__real.mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (memory == MAP_FAILED) {
        return SYSINFO_NO_MEMORY;
    }
    sysinfo__own_range(memory, (size_t)length); /* It names blocks by their addresses. */
    *bytes = memory;
    *size = (size_t)length;
    return SYSINFO_OK;
}

int sysinfo__snapshot(uint32_t what, const void **bytes, size_t *size) {
    if (LOAD(sysinfo__frames) == 0) {
        return SYSINFO_NOT_SUPPORTED;
    }
    if (LOAD(sysinfo__is_confined)) {
        return SYSINFO_DENIED;
    }
    struct sysinfo__request request = {.what = what};
    int error = errno;
    int fd = (int)syscall(SYS_memfd_create, "sysinfo-blocks", 1U /* MFD_CLOEXEC */);
    int status = fd < 0 ? SYSINFO_SYSTEM : snapshot_to(fd, &request);
    if (status == SYSINFO_OK) {
        status = map_result(fd, bytes, size);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    errno = error;
    return status;
}

/* ---- Files in the directory of records ---- */

static uint32_t served; /* The number of the last request that was met. */
static struct copy running;
static int files_lock;

/* Without a system call. */
static bool is_examined(void) {
    if (sysinfo__records_blocks && LOAD(sysinfo__is_confined)) {
        count_missing(&sysinfo__control->confined);
        return false;
    }
    return sysinfo__records_blocks;
}

/* Its handlers run in the C library, which then calls an _exit() of its own: the last of them, as it came first. */
static void end_by_quick_exit(void) {
    if (is_examined() && sysinfo__memory.header.pid == (uint32_t)getpid()) {
        sysinfo__record_blocks("exit", true);
    }
}

void sysinfo__records_begin(void) {
    const char *directory = sysinfo__records_directory();
    char path[1100];
    if (directory == NULL || snprintf(path, sizeof path, "%s/" SYSINFO__CONTROL_NAME, directory) >= (int)sizeof path) {
        return;
    }
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return;
    }
    struct stat file;
    if (fstat(fd, &file) == 0 && file.st_size >= (off_t)sizeof *sysinfo__control) {
        void *memory = sysinfo__real.mmap(NULL, sizeof *sysinfo__control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory != MAP_FAILED) {
            sysinfo__control = memory;
            sysinfo__request_served = served = (uint32_t)(LOAD(sysinfo__control->state) >> 32);
            sysinfo__records_blocks = true;
            (void)at_quick_exit(end_by_quick_exit);
        }
    }
    (void)close(fd);
}

bool sysinfo__records_blocks;
uint32_t sysinfo__request_served;

/* A process that has become another by exec may have the names of the first: the next that is free. */
static int make_file(void) {
    static uint32_t next;
    for (int attempts = 0; attempts < 10000; attempts++, next++) {
        int length =
            snprintf(part_path, sizeof part_path, "%s/%ld-%u.part", sysinfo__records_directory(), (long)getpid(), next);
        (void)snprintf(whole_path, sizeof whole_path, "%s/%ld-%u.blocks", sysinfo__records_directory(), (long)getpid(),
                       next);
        if (length < 0 || (size_t)length >= sizeof part_path) {
            break;
        }
        int fd = access(whole_path, F_OK) == 0 ? -1 : open(part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || (errno != EEXIST && access(whole_path, F_OK) != 0)) {
            next++;
            return fd;
        }
    }
    return -1;
}

/* An earlier copy has ended, or is waited for. False: another thread is at it. */
static bool take_files(void) {
    if (__atomic_exchange_n(&files_lock, 1, __ATOMIC_ACQUIRE) != 0) {
        return false;
    }
    if (running.pid > 0) {
        (void)end_copy(&running);
        running.pid = 0;
    }
    return true;
}

void sysinfo__record_blocks(const char *label, bool is_end) {
    bool may_be = is_end ? is_examined() : sysinfo__records_blocks && !LOAD(sysinfo__is_confined);
    if (!may_be || !take_files()) {
        return;
    }
    int error = errno;
    struct sysinfo__request request = {.what = LOAD(sysinfo__control->what), .is_file = true};
    size_t length = strnlen(label, sizeof request.label - 1);
    memcpy(request.label, label, length);
    int fd = make_file();
    if (fd < 0) {
        count_missing(errno == EACCES ? &sysinfo__control->denied : &sysinfo__control->failed);
    } else {
        if (begin_copy(fd, &request, &running) != SYSINFO_OK) {
            running.pid = 0;
            (void)unlink(part_path);
            count_missing(&sysinfo__control->failed);
        } else if (is_end) {
            (void)end_copy(&running);
            running.pid = 0;
        }
        (void)close(fd);
    }
    errno = error;
    __atomic_store_n(&files_lock, 0, __ATOMIC_RELEASE);
}

void sysinfo__serve_request(void) {
    uint32_t number = (uint32_t)(LOAD(sysinfo__control->state) >> 32), before = LOAD(served);
    if (number == before ||
        !__atomic_compare_exchange_n(&served, &before, number, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    char label[sizeof sysinfo__control->label];
    memcpy(label, sysinfo__control->label, sizeof label);
    label[sizeof label - 1] = '\0';
    sysinfo__record_blocks(label, false);
    STORE(sysinfo__request_served, number);
}

/*
 * Those that leave without a destructor. Not a child of vfork(), or one that has not allocated: its
 * blocks are its parent's.
 */
__attribute__((noreturn)) static void end_quickly(int status) {
    if (LOAD(sysinfo__memory.header.has_ended) == 0 && is_examined() &&
        sysinfo__memory.header.pid == (uint32_t)getpid()) {
        sysinfo__record_blocks("exit", true);
    }
    for (;;) {
        syscall(SYS_exit_group, status);
    }
}

__attribute__((visibility("default"))) void _exit(int status) {
    end_quickly(status);
}

__attribute__((visibility("default"))) void _Exit(int status) {
    end_quickly(status);
}

/* The copies of the parent are not children of this process. */
void sysinfo__forget_copies(void) {
    running.pid = 0;
    files_lock = 0;
    lock = 0;
}

void sysinfo__request_snapshots(const char *label) {
    if (!sysinfo__records_blocks) {
        return;
    }
    size_t length = strnlen(label, sizeof sysinfo__control->label - 1);
    memcpy(sysinfo__control->label, label, length);
    sysinfo__control->label[length] = '\0';
    uint64_t state = LOAD(sysinfo__control->state), next;
    do {
        uint32_t generation = (uint32_t)state;
        next = ((state >> 32) + 1) << 32 | (generation < SYSINFO__GENERATION_MOST ? generation + 1 : generation);
    } while (
        !__atomic_compare_exchange_n(&sysinfo__control->state, &state, next, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    sysinfo__serve_request();
}

#else

bool sysinfo__records_blocks;
void sysinfo__record_blocks(const char *label, bool is_end) {
    (void)label, (void)is_end;
}

void sysinfo__request_snapshots(const char *label) {
    (void)label;
}

void sysinfo__forget_copies(void) {
}

int sysinfo__snapshot(uint32_t what, const void **bytes, size_t *size) {
    (void)what, (void)bytes, (void)size;
    return SYSINFO_NOT_SUPPORTED;
}

#endif
