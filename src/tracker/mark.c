/* SPDX-License-Identifier: MIT */
/*
 * Finds blocks that nothing points to. Runs in a copy of the process. Every word of memory outside the heap may be a
 * pointer to any part of a block, and so may every word of a block that is reached. Unreached blocks form components,
 * whose blocks reach each other (Tarjan's algorithm). A component that no other one points to is a leak, and a cycle if
 * it has several blocks or one that points to itself. It keeps the other blocks that it reaches.
 *
 * Blocks that a child of fork() inherited may hold others, but are no leaks of its own.
 *
 * Marks breadth first: the way from a root to a block is short, and memory can be fetched before it is read.
 */
#include "snapshot.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sysinfo/status.h>

#if SYSINFO__KEEPS_SITES

struct block {
    uintptr_t base;
    uint64_t size;
    uint32_t word, references;
    uint32_t holder; /* The block that it was first reached from, plus 1; 0: a root. */
    uint32_t root;   /* What kind of root it is reached from; 0: none. */
};

/*
 * Of 4 KiB of heap: where in it blocks begin, of each half how many blocks begin before it, and the block that reaches
 * into the page, plus 1.
 */
struct page {
    uint64_t bits[2];
    uint32_t before[2];
    uint32_t into, unused;
};
enum { PAGE_BITS = 12, PAGES_OF_AREA = 1 << (SYSINFO__AREA_BITS - PAGE_BITS) };

static struct block *block;
static uint32_t blocks, blocks_room;
static struct page **pages; /* By area. */
static uintptr_t lowest = UINTPTR_MAX, highest;
static uint32_t *queue, queue_used, queue_done;
static uintptr_t lowest_lost = UINTPTR_MAX, highest_lost; /* Of blocks that the first look did not reach. */

/* For each block, if references are kept: from where it was first reached, and over how many blocks. */
static struct {
    uint64_t offset; /* Of that word, in the holder or in the root. */
    uint32_t root, distance;
} *way;

/* ---- From an address to its block ---- */

static struct page *make_page(uintptr_t address) {
    struct page **area = &pages[address >> SYSINFO__AREA_BITS];
    if (*area == NULL) {
        *area = sysinfo__reserve_or_give_up(PAGES_OF_AREA * sizeof **area);
    }
    return &(*area)[(address >> PAGE_BITS) % PAGES_OF_AREA];
}

static void add_block(void *context, uintptr_t base, uint32_t word) {
    (void)context;
    if (blocks == blocks_room) { /* Allocated since they were counted: impossible in a copy. */
        return;
    }
    uint64_t size = sysinfo__block_size((const void *)base);
    struct page *page = make_page(base);
    unsigned granule = (unsigned)(base / SYSINFO__GRANULE % 128);
    if (page->bits[0] == 0 && page->bits[1] == 0) {
        page->before[0] = page->before[1] = blocks;
    }
    page->before[1] += granule < 64 ? 1 : 0;
    page->bits[granule / 64] |= UINT64_C(1) << (granule % 64);
    block[blocks] = (struct block){.base = base, .size = size, .word = word};
    for (uintptr_t next = (base >> PAGE_BITS) + 1; next <= (base + size - 1) >> PAGE_BITS && size > 0; next++) {
        make_page(next << PAGE_BITS)->into = blocks + 1;
    }
    lowest = base < lowest ? base : lowest;
    highest = base + size > highest ? base + size : highest;
    blocks++;
}

/* The compiler's builtin calls a function, as not every x86-64 has the instruction. */
static inline uint32_t count_bits(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

static inline bool is_in_heap(uintptr_t address) {
    return address - lowest < highest - lowest;
}

/* NULL: no block is near. */
static inline const struct page *find_page(uintptr_t address) {
    const struct page *area = pages[address >> SYSINFO__AREA_BITS];
    return area == NULL ? NULL : &area[(address >> PAGE_BITS) % PAGES_OF_AREA];
}

/* The last block of the page that begins at the address, in its 32 bytes, or before it; plus 1. 0: none. */
static inline uint32_t guess(const struct page *page, uintptr_t address) {
    unsigned granule = (unsigned)(address / SYSINFO__GRANULE % 128), half = granule / 64;
    uint32_t number = page->before[half] + count_bits(page->bits[half] & ~UINT64_C(0) >> (63 - granule % 64));
    return number == page->before[0] ? page->into : number;
}

static inline uint32_t correct(const struct page *page, uint32_t number, uintptr_t address) {
    if (number != 0 && address < block[number - 1].base) { /* It begins in the second half of these 32 bytes. */
        number = number - 1 == page->before[0] ? page->into : number - 1;
    }
    return number == 0 || address - block[number - 1].base >= block[number - 1].size ? 0 : number;
}

/* The number of the block that the address points into, plus 1; 0: none. */
static inline uint32_t resolve(uintptr_t address) {
    const struct page *page = is_in_heap(address) ? find_page(address) : NULL;
    return page == NULL ? 0 : correct(page, guess(page, address), address);
}

/* ---- Marking ---- */

static uint32_t site_of(uint32_t number) {
    return sysinfo__site_number[block[number - 1].word >> SYSINFO__SITE_SHIFT] - 1;
}

/* Notes what points to a block, and if it is the first that does, the way from there. */
static void note_reference(uint32_t number, uint32_t holder, uintptr_t place) {
    uint64_t offset;
    uint32_t root = holder != 0 ? way[holder - 1].root : sysinfo__root_of(place, &offset);
    sysinfo__add_edge(holder != 0 ? site_of(holder) : (root - 1) | SYSINFO__EDGE_OF_ROOT, site_of(number));
    if (block[number - 1].root == 0) {
        way[number - 1].root = root;
        way[number - 1].offset = holder != 0 ? place - block[holder - 1].base : offset;
        way[number - 1].distance = holder != 0 ? way[holder - 1].distance + 1 : 0;
    }
}

static void reach(uint32_t number, uint32_t holder, uint32_t root, uintptr_t place) {
    struct block *reached = &block[number - 1];
    reached->references++;
    if (way != NULL) {
        note_reference(number, holder, place);
    }
    if (reached->root == 0) {
        reached->root = root;
        reached->holder = holder;
        queue[queue_used++] = number - 1;
    }
}

/*
 * glibc's lists point to the header of a free chunk, which is the last word of the block before. A large free chunk
 * also has two such pointers to itself. They stay in it when it becomes a block again, unless the program writes over
 * them; a text may cover a part of the first.
 */
static bool is_of_allocator(const uintptr_t *word, const struct block *from) {
    uintptr_t header = from->base - 2 * sizeof *word, place = (uintptr_t)word - from->base;
    const uintptr_t *own = (const uintptr_t *)from->base;
    if (!sysinfo__is_glibc || (place != 16 && place != 24)) {
        return false;
    }
    if (from->size < 32) {
        return own[2] == header;
    }
    return own[3] == header && (own[2] == header || (own[2] % sizeof *word != 0 && own[2] >> 24 == header >> 24));
}

static bool is_in_lists(uintptr_t word, const struct block *to) {
    return word == to->base + to->size - sizeof word;
}

/*
 * Words are read in order, but the blocks that they may point to lie anywhere. So each candidate waits in a ring while
 * its page and then its block are fetched into the cache. Candidates leave the ring in the order in which they came.
 */
struct candidate {
    uintptr_t word, place;
    const struct page *page;
    uint32_t number, holder, root;
    bool is_libc;
};
enum { RING = 64, FETCHED = 8, DECIDED = 32 };
static struct candidate ring[RING];
static uint32_t met, guessed, decided;

static inline void guess_next(void) {
    struct candidate *next = &ring[guessed++ % RING];
    next->number = guess(next->page, next->word);
    __builtin_prefetch(&block[next->number == 0 ? 0 : next->number - 1], 1);
}

static inline void decide_next(void) {
    const struct candidate *next = &ring[decided++ % RING];
    uint32_t number = correct(next->page, next->number, next->word);
    if (number != 0 && !(next->is_libc && is_in_lists(next->word, &block[number - 1])) &&
        !(next->holder != 0 && is_of_allocator((const uintptr_t *)next->place, &block[next->holder - 1]))) {
        reach(number, next->holder, next->root, next->place);
    }
}

static void decide_all(void) {
    while (guessed != met) {
        guess_next();
    }
    while (decided != met) {
        decide_next();
    }
}

static inline void add_candidate(struct candidate next) {
    next.page = find_page(next.word);
    if (next.page == NULL) {
        return;
    }
    __builtin_prefetch(next.page);
    ring[met++ % RING] = next;
    if (met - guessed > FETCHED) {
        guess_next();
    }
    if (met - decided > DECIDED) {
        decide_next();
    }
}

static inline void add_candidates(uintptr_t start, uintptr_t end, uint32_t holder, uint32_t root, bool is_libc) {
    for (uintptr_t place = (start + 7) & ~(uintptr_t)7; place + sizeof place <= end; place += sizeof place) {
        uintptr_t word = *(const uintptr_t *)place;
        if (is_in_heap(word)) {
            add_candidate((struct candidate){word, place, NULL, 0, holder, root, is_libc});
        }
    }
}

/* For roots. Leaves no candidate in the ring, as the next root may have another origin. */
static void scan(uintptr_t start, uintptr_t end, uint32_t root, bool is_libc) {
    add_candidates(start, end, 0, root, is_libc);
    decide_all();
}

/*
 * The second look, for blocks that no word points to: at every byte, as packed structs have pointers, and without the
 * highest 16 bits, where programs keep tags.
 */
static bool is_second_look;

static inline void look_at(uintptr_t word, uintptr_t place, uint32_t holder) {
    if (word - lowest_lost < highest_lost - lowest_lost) {
        uint32_t number = resolve(word);
        if (number != 0 && block[number - 1].root == 0) {
            reach(number, holder, SYSINFO__ROOT_PERHAPS, place);
        }
    }
}

static void look_again(uintptr_t start, uintptr_t end, uint32_t holder) {
    const uintptr_t tag = (uintptr_t)0xFFFF << SYSINFO__ADDRESS_BITS;
    for (uintptr_t place = (start + 7) & ~(uintptr_t)7; place + sizeof place <= end; place += sizeof place) {
        uintptr_t word = *(const uintptr_t *)place, next = 0;
        size_t rest = end - place - sizeof word < sizeof next ? end - place - sizeof word : sizeof next;
        memcpy(&next, (const void *)(place + sizeof word), rest);
        if ((word | next) == 0) {
            continue;
        }
        if ((word & tag) != 0) {
            look_at(word & ~tag, place, holder);
        }
        for (unsigned i = 1; i < sizeof word && i <= rest; i++) {
            look_at(word >> 8 * i | next << (64 - 8 * i), place + i, holder);
        }
    }
}

static bool is_queue_empty(void) {
    if (queue_done == queue_used) {
        decide_all();
    }
    return queue_done == queue_used;
}

static void follow(uint32_t root) {
    enum { AHEAD = 12 };
    while (!is_queue_empty()) {
        if (queue_used - queue_done > 2 * AHEAD) {
            __builtin_prefetch(&block[queue[queue_done + 2 * AHEAD]]);
            __builtin_prefetch((const void *)block[queue[queue_done + AHEAD]].base);
        }
        uint32_t next = queue[queue_done++];
        add_candidates(block[next].base, block[next].base + block[next].size, next + 1, root, false);
    }
}

/* ---- Memory ---- */

struct mapping {
    uintptr_t start, end;
    bool is_readable, is_writable, is_shared, has_file, is_heap, is_stack, is_special, is_device, is_libc;
    const char *name;    /* Its file, or what the kernel calls it; NULL: nothing. */
    bool holds_blocks;   /* Of an allocator whose own memory is not known more exactly. */
    bool follows_global; /* The rest of a module's variables. */
};

static struct mapping *mapping;
static size_t mappings;
static struct sysinfo__range *skip;
static size_t skips;
enum { MAPS_ROOM = 64 << 20, MAPPINGS_MOST = 1 << 19, SKIPS_MOST = 1 << 20 };

static uintptr_t take_hexadecimal(const char **text) {
    uintptr_t number = 0;
    for (;; (*text)++) {
        char c = **text;
        if (c >= '0' && c <= '9') {
            number = number * 16 + (uintptr_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            number = number * 16 + (uintptr_t)(c - 'a' + 10);
        } else {
            return number;
        }
    }
}

static bool begins_with(const char *text, const char *word) {
    return strncmp(text, word, strlen(word)) == 0;
}

/* "55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0   [heap]" */
static void read_mapping(const char *line, const struct sysinfo__module *libc) {
    struct mapping *next = &mapping[mappings++];
    const struct mapping *before = mappings > 1 ? next - 1 : NULL;
    next->start = take_hexadecimal(&line);
    line++;
    next->end = take_hexadecimal(&line);
    next->is_readable = line[1] == 'r';
    next->is_writable = line[2] == 'w';
    next->is_shared = line[4] == 's';
    const char *path = strchr(line, '/'), *name = strchr(line, '[');
    next->has_file = path != NULL && name == NULL;
    next->name = name != NULL ? name : path;
    next->is_heap = name != NULL && begins_with(name, "[heap]");
    next->is_stack = name != NULL && begins_with(name, "[stack]");
    next->is_special = name != NULL && (begins_with(name, "[v") || begins_with(name, "[u"));
    next->is_device = path != NULL && begins_with(path, "/dev/") && !begins_with(path, "/dev/shm/") &&
                      !begins_with(path, "/dev/zero");
    next->is_libc = sysinfo__is_glibc && next->start >= libc->start && next->start < libc->end;
    next->follows_global = before != NULL && before->end == next->start && next->is_writable && path == NULL &&
                           name == NULL && ((before->has_file && !before->is_shared) || before->follows_global);
    next->is_libc = next->is_libc || (next->follows_global && before->is_libc);
}

static void add_skip(uintptr_t start, uintptr_t end) {
    if (skips < SKIPS_MOST && start < end) {
        skip[skips++] = (struct sysinfo__range){start, end};
    }
}

static void read_mappings(void) {
    char *text = sysinfo__reserve_or_give_up(MAPS_ROOM);
    size_t length = 0;
    ssize_t more = 0;
    uintptr_t allocator;
    memcpy(&allocator, &sysinfo__behind.malloc, sizeof allocator);
    const struct sysinfo__module *libc = &sysinfo__module[sysinfo__find_module(allocator)];
    const struct sysinfo__module *own = &sysinfo__module[sysinfo__find_module((uintptr_t)&read_mappings)];
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && length < MAPS_ROOM - 1 && (more = read(fd, text + length, MAPS_ROOM - 1 - length)) > 0) {
        length += (size_t)more;
    }
    if (fd < 0 || more < 0) {
        sysinfo__give_up(SYSINFO_DENIED);
    }
    (void)close(fd);
    mapping = sysinfo__reserve_or_give_up(MAPPINGS_MOST * sizeof *mapping);
    bool is_program = own->path == NULL || strstr(own->path, "_heap.so") == NULL; /* Part of the program itself. */
    for (char *line = text, *end; *line != '\0' && mappings < MAPPINGS_MOST; line = end + 1) {
        end = strchr(line, '\n');
        if (end == NULL) {
            break;
        }
        *end = '\0';
        read_mapping(line, libc);
    }
    if (!is_program) { /* Not by mappings: the kernel joins one with what lies next to it. */
        add_skip(own->start, own->end);
    }
}

static struct mapping *find_mapping(uintptr_t address) {
    size_t low = 0;
    for (size_t high = mappings; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (mapping[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < mappings && address >= mapping[low].start ? &mapping[low] : NULL;
}

static void sort_skips(void) {
    for (size_t gap = skips / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < skips; i++) {
            struct sysinfo__range moved = skip[i];
            size_t k = i;
            for (; k >= gap && moved.start < skip[k - gap].start; k -= gap) {
                skip[k] = skip[k - gap];
            }
            skip[k] = moved;
        }
    }
}

static bool is_global(const struct mapping *map) {
    return map->follows_global || (map->has_file && !map->is_shared && map->is_writable);
}

/* The allocator's memory is not a root: freed blocks would hide leaks. */
static void skip_heap(void) {
    enum { NOT_MAIN_ARENA = 4, AMONG_VARIABLES_MOST = 65536 };
    const uintptr_t arena = 64 << 20;
    uint32_t among_variables = 0;
    uintptr_t last_arena = 0;
    const struct mapping *last = NULL;
    for (uint32_t i = 0; i < blocks; i++) {
        uintptr_t base = block[i].base;
        size_t flags = sysinfo__is_glibc ? sysinfo__word_in_front((const void *)base) : 0;
        if ((flags & SYSINFO__IS_MAPPED) != 0) {
            add_skip(base - 16, base + block[i].size);
        } else if ((flags & NOT_MAIN_ARENA) != 0) {
            if ((base & ~(arena - 1)) != last_arena) {
                last_arena = base & ~(arena - 1);
                add_skip(last_arena, last_arena + arena);
            }
        } else if (last == NULL || base < last->start || base >= last->end) {
            struct mapping *found = find_mapping(base);
            if (found != NULL && is_global(found) && among_variables < AMONG_VARIABLES_MOST) {
                among_variables++; /* musl allocates what variables leave free of a page. */
                add_skip(base, base + block[i].size);
            } else if (found != NULL) {
                found->holds_blocks = true;
                last = found;
            }
        }
    }
    for (size_t i = 0; i < SYSINFO__RANGES; i++) {
        if (sysinfo__range[i].end != 0) {
            add_skip(sysinfo__range[i].start, sysinfo__range[i].end);
        }
    }
}

/* ---- Roots ---- */

static int pagemap;

enum { AT_ONCE = 512 };

/*
 * Which pages were ever touched, in memory or swapped out. Of shared memory a copy of the process has no entries yet,
 * but the kernel knows what is in memory.
 */
static bool find_touched(uintptr_t at, size_t count, uintptr_t page, bool is_shared, bool *touched) {
    static uint64_t entries[AT_ONCE];
    static unsigned char resident[AT_ONCE];
    size_t bytes = count * sizeof entries[0];
    if (is_shared) {
        if (mincore((void *)at, count * page, resident) != 0) {
            return false;
        }
    } else if (pagemap < 0 ||
               pread(pagemap, entries, bytes, (off_t)(at / page * sizeof entries[0])) != (ssize_t)bytes) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        touched[i] = is_shared ? (resident[i] & 1) != 0 : entries[i] >> 62 != 0;
    }
    return true;
}

static void scan_pages(uintptr_t start, uintptr_t end, uint32_t root, bool is_libc) {
    static bool touched[AT_ONCE];
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const struct mapping *map = find_mapping(start);
    bool is_shared = map != NULL && map->is_shared;
    for (uintptr_t at = start & ~(page - 1); at < end; at += AT_ONCE * page) {
        size_t count = (end - at + page - 1) / page < AT_ONCE ? (end - at + page - 1) / page : AT_ONCE;
        bool is_known = find_touched(at, count, page, is_shared, touched);
        for (size_t i = 0; i < count; i++) {
            uintptr_t from = at + i * page, to = from + page;
            if (is_known && !touched[i]) {
                continue;
            }
            from = from < start ? start : from;
            to = to > end ? end : to;
            if (is_second_look) {
                look_again(from, to + 7 < end ? to + 7 : end, 0);
            } else {
                scan(from, to, root, is_libc);
            }
        }
    }
    follow(is_second_look ? SYSINFO__ROOT_PERHAPS : root);
}

/* Without what is to be skipped. */
static void scan_rest(uintptr_t start, uintptr_t end, uint32_t root, bool is_libc) {
    for (size_t i = 0; i < skips && start < end; i++) {
        if (skip[i].end <= start) {
            continue;
        }
        if (skip[i].start >= end) {
            break;
        }
        if (skip[i].start > start) {
            scan_pages(start, skip[i].start, root, is_libc);
        }
        start = skip[i].end;
    }
    if (start < end) {
        scan_pages(start, end, root, is_libc);
    }
}

static bool may_hold_pointers(const struct mapping *map) {
    return map->is_readable && !map->is_special && !map->is_device && !map->holds_blocks && !map->is_heap &&
           (!map->has_file || map->is_writable);
}

static bool is_control_block(uintptr_t place) {
#if defined(__x86_64__)
    const uintptr_t *word = (const uintptr_t *)place;
    return word[0] == place && word[2] == place;
#else
    (void)place;
    return false;
#endif
}

static bool is_live(uintptr_t control_block) {
    for (uint32_t i = 0; i < sysinfo__stopped_count; i++) {
        if (sysinfo__stopped[i].control_block == control_block) {
            return true;
        }
    }
    return false;
}

static void skip_thread_locals(uintptr_t control_block) {
    for (uint32_t i = 0; i < sysinfo__thread_locals_count && control_block != 0; i++) {
        uintptr_t start = control_block + (uintptr_t)sysinfo__thread_locals[i].start;
        add_skip(start, start + sysinfo__thread_locals[i].size);
    }
}

/* The stack of a thread that has ended stays mapped, full of old pointers: only its control block counts. */
static void skip_ended_stack(const struct mapping *map, uintptr_t own_block) {
    enum { SEARCHED = 16384, ALIGNMENT = 64 };
    uintptr_t from = map->end - map->start > SEARCHED ? map->end - SEARCHED : map->start;
    for (uintptr_t at = (map->end - ALIGNMENT) & ~(uintptr_t)(ALIGNMENT - 1); at >= from; at -= ALIGNMENT) {
        if (is_control_block(at)) {
            if (at != own_block && !is_live(at)) {
                add_skip(map->start, at);
            }
            return;
        }
    }
}

static void skip_stacks(uintptr_t sp) {
    const struct mapping *own = find_mapping(sp);
    if (own != NULL) {
        uintptr_t end = own->is_stack ? own->end : sysinfo__control_block();
        add_skip(own->start, end > sp && end <= own->end ? end : own->end);
    }
    skip_thread_locals(sysinfo__control_block());
    for (uint32_t i = 0; i < sysinfo__stopped_count; i++) {
        const struct mapping *map = find_mapping(sysinfo__stopped[i].sp);
        if (sysinfo__has_registers) {
            skip_thread_locals(sysinfo__stopped[i].control_block);
        }
        if (map != NULL && sysinfo__has_registers && !map->holds_blocks && !map->is_heap) {
            add_skip(map->start, map->end);
        }
    }
    for (size_t i = 0; i < mappings && sysinfo__has_registers; i++) {
        const struct mapping *map = &mapping[i];
        if (!map->has_file && map->is_writable && !map->is_shared && map->end - map->start >= 16384 &&
            may_hold_pointers(map) && !map->is_stack) {
            skip_ended_stack(map, sysinfo__control_block());
        }
    }
}

/* What of a thread's stack, up to `end`, is not one of its thread-local variables. */
static void scan_stack(uintptr_t start, uintptr_t end, uintptr_t control_block, uint32_t root) {
    for (uint32_t i = 0; i < sysinfo__thread_locals_count && control_block != 0; i++) {
        uintptr_t from = control_block + (uintptr_t)sysinfo__thread_locals[i].start,
                  to = from + sysinfo__thread_locals[i].size;
        if (from >= start && to <= end) {
            scan_pages(start, from, root, false);
            start = to;
        }
    }
    scan_pages(start, end, root, false);
}

static void scan_thread_locals(uint32_t thread, uintptr_t control_block) {
    for (uint32_t i = 0; i < sysinfo__thread_locals_count && control_block != 0; i++) {
        const struct sysinfo__thread_locals *part = &sysinfo__thread_locals[i];
        uintptr_t start = control_block + (uintptr_t)part->start;
        sysinfo__set_origin((struct sysinfo__origin){
            .kind = SYSINFO__ROOT_THREAD_LOCAL, .module = part->module, .base = start, .thread = thread});
        scan_pages(start, start + part->size, SYSINFO__ROOT_THREAD_LOCAL, false);
    }
}

static void scan_all_thread_locals(void) {
    scan_thread_locals((uint32_t)sysinfo__own_thread, sysinfo__control_block());
    for (uint32_t i = 0; i < sysinfo__stopped_count && sysinfo__has_registers; i++) {
        scan_thread_locals((uint32_t)sysinfo__stopped[i].thread, sysinfo__stopped[i].control_block);
    }
}

static void scan_other_threads(void) {
    for (uint32_t i = 0; i < sysinfo__stopped_count && sysinfo__has_registers; i++) {
        const struct sysinfo__stopped *thread = &sysinfo__stopped[i];
        struct sysinfo__origin origin = {.kind = SYSINFO__ROOT_STACK,
                                         .base = (uintptr_t)thread->word,
                                         .thread = (uint32_t)thread->thread,
                                         .is_register = true};
        sysinfo__set_origin(origin);
        if (is_second_look) {
            look_again((uintptr_t)thread->word, (uintptr_t)(thread->word + thread->words), 0);
        } else {
            scan((uintptr_t)thread->word, (uintptr_t)(thread->word + thread->words), SYSINFO__ROOT_STACK, false);
        }
        origin.is_register = false;
        origin.base = thread->sp;
        sysinfo__set_origin(origin);
        const struct mapping *map = find_mapping(thread->sp);
        if (map != NULL) {
            scan_stack(thread->sp, map->end, thread->control_block, SYSINFO__ROOT_STACK);
        }
    }
    follow(is_second_look ? SYSINFO__ROOT_PERHAPS : SYSINFO__ROOT_STACK);
}

static void scan_own_stack(uintptr_t sp) {
    const struct mapping *own = find_mapping(sp);
    if (own != NULL) {
        uintptr_t control_block = sysinfo__control_block(), end = own->is_stack ? own->end : control_block;
        sysinfo__set_origin((struct sysinfo__origin){
            .kind = SYSINFO__ROOT_LAST_STACK, .base = sp, .thread = (uint32_t)sysinfo__own_thread});
        scan_stack(sp, end > sp && end <= own->end ? end : own->end, control_block, SYSINFO__ROOT_LAST_STACK);
    }
}

static void scan_mapping(const struct mapping *map, uint32_t root) {
    struct sysinfo__origin origin = {.kind = root, .base = map->start, .name = map->name != NULL ? map->name : ""};
    if (root == SYSINFO__ROOT_GLOBAL && sysinfo__keeps_references) {
        uint32_t module = sysinfo__find_module_alone(map->start);
        if (module != 0) {
            origin = (struct sysinfo__origin){.kind = root, .module = module, .base = sysinfo__module[module].bias};
        }
    }
    sysinfo__set_origin(origin);
    scan_rest(map->start, map->end, root, map->is_libc);
}

/* The first root that reaches a block is reported as its holder. The thread that asked comes last. */
static void mark_all(uintptr_t sp) {
    for (size_t i = 0; i < mappings; i++) {
        if (may_hold_pointers(&mapping[i]) && is_global(&mapping[i])) {
            scan_mapping(&mapping[i], SYSINFO__ROOT_GLOBAL);
        }
    }
    scan_all_thread_locals();
    for (size_t i = 0; i < mappings; i++) {
        if (may_hold_pointers(&mapping[i]) && !is_global(&mapping[i])) {
            scan_mapping(&mapping[i], SYSINFO__ROOT_MAPPING);
        }
    }
    scan_other_threads();
    scan_own_stack(sp);
}

/* Blocks that are found here, and those that they point to, are not reported as leaks. */
static void mark_what_may_be_held(uintptr_t sp) {
    for (uint32_t i = 0; i < blocks; i++) {
        if (block[i].root == 0) {
            lowest_lost = block[i].base < lowest_lost ? block[i].base : lowest_lost;
            highest_lost = block[i].base + block[i].size > highest_lost ? block[i].base + block[i].size : highest_lost;
        }
    }
    if (highest_lost == 0) {
        return;
    }
    is_second_look = true;
    mark_all(sp);
    uint32_t done = queue_used;             /* Blocks that the loop below reaches follow. */
    for (uint32_t i = 0; i < blocks; i++) { /* In the order of memory. */
        if (block[i].root != 0) {
            look_again(block[i].base, block[i].base + block[i].size, i + 1);
        }
    }
    for (; done < queue_used; done++) { /* It grows meanwhile. */
        const struct block *from = &block[queue[done]];
        look_again(from->base, from->base + from->size, queue[done] + 1);
        follow(SYSINFO__ROOT_PERHAPS);
    }
}

static bool is_inherited(const struct block *of) {
    return of->word >> SYSINFO__SITE_SHIFT < sysinfo__first_own_site;
}

/* ---- Components of what is not reached ---- */

enum { NONE };
#define SHARED UINT32_MAX
#define FIRST UINT32_MAX /* Of a way: nothing is before it. */

static uint32_t *lost, lost_count; /* Numbers of blocks. */
static uint32_t *index_of, *low_of, *component_of, *cursor_of, *order;
static uint32_t components, order_used;

/* The next unreached block that one points to, from its cursor on, plus 1; 0: no more. */
static uint32_t next_edge(uint32_t from) {
    const struct block *source = &block[lost[from]];
    const uintptr_t *word = (const uintptr_t *)source->base;
    uint32_t words = (uint32_t)(source->size / sizeof *word);
    while (cursor_of[from] < words) {
        const uintptr_t *next = &word[cursor_of[from]++];
        uint32_t number = resolve(*next);
        if (number != 0 && block[number - 1].root == 0 && !is_of_allocator(next, source)) {
            return block[number - 1].holder;
        }
    }
    return 0;
}

static void begin_lost(void) {
    for (uint32_t i = 0; i < blocks; i++) {
        lost_count += block[i].root == 0 ? 1 : 0;
    }
    lost = sysinfo__reserve_rows(lost_count, sizeof *lost);
    index_of = sysinfo__reserve_rows(lost_count, sizeof *index_of);
    low_of = sysinfo__reserve_rows(lost_count, sizeof *low_of);
    component_of = sysinfo__reserve_rows(lost_count, sizeof *component_of);
    cursor_of = sysinfo__reserve_rows(lost_count, sizeof *cursor_of);
    order = sysinfo__reserve_rows(lost_count, sizeof *order);
    for (uint32_t i = 0, next = 0; i < blocks; i++) {
        if (block[i].root == 0) {
            block[i].holder = next + 1; /* Here, its place among the lost. */
            lost[next++] = i;
        }
    }
}

/* Iterative: the way down is kept in `path`, and the open blocks in `open`. */
static void find_components(void) {
    uint32_t *path = sysinfo__reserve_rows(lost_count, sizeof *path);
    uint32_t *open_block = sysinfo__reserve_rows(lost_count, sizeof *open_block);
    uint32_t depth, opened = 0, next_index = 1;
    for (uint32_t start = 0; start < lost_count; start++) {
        if (index_of[start] != 0) {
            continue;
        }
        path[0] = start;
        depth = 1;
        index_of[start] = low_of[start] = next_index++;
        open_block[opened++] = start;
        while (depth > 0) {
            uint32_t at = path[depth - 1], edge = next_edge(at);
            if (edge != 0) {
                uint32_t to = edge - 1;
                if (index_of[to] == 0) {
                    index_of[to] = low_of[to] = next_index++;
                    open_block[opened++] = to;
                    path[depth++] = to;
                } else if (component_of[to] == 0 && index_of[to] < low_of[at]) {
                    low_of[at] = index_of[to];
                }
                continue;
            }
            if (low_of[at] == index_of[at]) {
                components++;
                uint32_t member;
                do {
                    member = open_block[--opened];
                    component_of[member] = components;
                    order[order_used++] = member;
                } while (member != at);
            }
            depth--;
            if (depth > 0 && low_of[at] < low_of[path[depth - 1]]) {
                low_of[path[depth - 1]] = low_of[at];
            }
        }
    }
}

struct component {
    uint32_t owner;                         /* A component, SHARED by several, or NONE: it is a leak itself. */
    uint32_t all, blocks, points_to_itself; /* `blocks` and what follows are without those that are inherited. */
    uint32_t leak;                          /* Its row, plus 1. */
    uint64_t bytes, kept_blocks, kept_bytes;
    uint32_t first; /* In `order`. */
};
static struct component *component;

/* Components that point to others come last in `order`. From its end on, the owner of each is final. */
static void find_owners(void) {
    component = sysinfo__reserve_rows(components, sizeof *component);
    for (uint32_t i = order_used; i > 0; i--) {
        uint32_t at = order[i - 1], own = component_of[at];
        component[own].first = i - 1;
        component[own].all++;
        if (!is_inherited(&block[lost[at]])) {
            component[own].blocks++;
            component[own].bytes += block[lost[at]].size;
        }
        cursor_of[at] = 0;
    }
    for (uint32_t i = order_used; i > 0; i--) {
        uint32_t at = order[i - 1], own = component_of[at], edge;
        uint32_t owner = component[own].owner == NONE ? own : component[own].owner;
        while ((edge = next_edge(at)) != 0) {
            uint32_t to = component_of[edge - 1];
            if (to == own) {
                component[own].points_to_itself = 1;
            } else if (owner != SHARED && component[owner].blocks == 0) {
                /* No leak of this process. */
            } else if (component[to].owner == NONE) {
                component[to].owner = owner;
            } else if (component[to].owner != owner) {
                component[to].owner = SHARED;
            }
        }
    }
}

/* ---- References among what is not reached ---- */

/* Words of unreachable blocks point to blocks, too. */
static void count_references(void) {
    for (uint32_t i = 0; i < lost_count; i++) {
        const struct block *from = &block[lost[i]];
        const uintptr_t *word = (const uintptr_t *)from->base, *end = word + from->size / sizeof *word;
        for (; word < end; word++) {
            uint32_t number = resolve(*word);
            if (number != 0 && !is_of_allocator(word, from)) {
                block[number - 1].references++;
                if (way != NULL) {
                    sysinfo__add_edge(site_of(lost[i] + 1), site_of(number));
                }
            }
        }
    }
}

/* The way to each unreachable block from a leak that nothing else points to. */
static void find_ways_from_leaks(void) {
    uint32_t *holder = sysinfo__reserve_rows(lost_count, sizeof *holder);
    uint32_t used = 0;
    for (uint32_t i = 1; i <= components; i++) {
        if (component[i].owner == NONE) {
            queue[used] = order[component[i].first];
            holder[queue[used++]] = FIRST;
        }
    }
    for (uint32_t done = 0; done < used; done++) {
        uint32_t from = queue[done], edge;
        for (cursor_of[from] = 0; (edge = next_edge(from)) != 0;) {
            if (holder[edge - 1] == 0) {
                holder[edge - 1] = lost[from] + 1;
                way[lost[edge - 1]].offset = (cursor_of[from] - 1) * sizeof(uintptr_t);
                way[lost[edge - 1]].distance = way[lost[from]].distance + 1;
                queue[used++] = edge - 1;
            }
        }
    }
    for (uint32_t i = 0; i < lost_count; i++) { /* No longer its place among the lost. */
        block[lost[i]].holder = holder[i] == FIRST ? 0 : holder[i];
    }
}

/* ---- Writing ---- */

static void write_blocks(void) {
    struct sysinfo__blocks_block *row = sysinfo__add_section(SYSINFO__SECTION_BLOCKS, blocks, sizeof *row);
    for (uint32_t i = 0; i < blocks; i++) {
        const struct block *from = &block[i];
        row[i] = (struct sysinfo__blocks_block){.address = from->base,
                                                .size = from->size,
                                                .site = site_of(i + 1),
                                                .generation = from->word >> 1 & SYSINFO__GENERATION_MOST,
                                                .holder = from->holder,
                                                .root = way[i].root,
                                                .offset = way[i].offset,
                                                .references = from->references,
                                                .distance = way[i].distance};
    }
}

enum { MEMBERS_MOST = 64 };

static void write_leaks(void) {
    uint32_t leaks = 0, members = 0;
    for (uint32_t i = 1; i <= components; i++) {
        uint32_t owner = component[i].owner;
        if (component[i].blocks == 0) {
            continue;
        }
        if (owner == NONE) {
            component[i].leak = ++leaks;
            members += component[i].blocks < MEMBERS_MOST ? component[i].blocks : MEMBERS_MOST;
        } else if (owner != SHARED) {
            component[owner].kept_blocks += component[i].blocks;
            component[owner].kept_bytes += component[i].bytes;
        }
    }
    struct sysinfo__blocks_leak *leak = sysinfo__add_section(SYSINFO__SECTION_LEAKS, leaks, sizeof *leak);
    struct sysinfo__blocks_member *member = sysinfo__add_section(SYSINFO__SECTION_MEMBERS, members, sizeof *member);
    uint32_t used = 0;
    for (uint32_t i = 1; i <= components; i++) {
        const struct component *found = &component[i];
        if (found->owner != NONE || found->blocks == 0) {
            continue;
        }
        struct sysinfo__blocks_leak *row = &leak[found->leak - 1];
        row->kind = found->points_to_itself ? SYSINFO__LEAK_CYCLE : SYSINFO__LEAK_LOST;
        row->blocks = found->blocks;
        row->bytes = found->bytes;
        row->kept_blocks = found->kept_blocks;
        row->kept_bytes = found->kept_bytes;
        row->first = used;
        row->count = found->blocks < MEMBERS_MOST ? found->blocks : MEMBERS_MOST;
        for (uint32_t k = 0; k < found->all && used - row->first < row->count; k++) {
            uint32_t number = lost[order[found->first + k]];
            const struct block *of = &block[number];
            if (!is_inherited(of)) {
                member[used++] = (struct sysinfo__blocks_member){
                    site_of(number + 1), of->word >> 1 & SYSINFO__GENERATION_MOST, of->base, of->size};
            }
        }
        row->site = member[row->first].site;
    }
}

static void sum_up(struct sysinfo__blocks_site *site) {
    for (uint32_t i = 0; i < blocks; i++) {
        const struct block *found = &block[i];
        struct sysinfo__blocks_site *of = &site[site_of(i + 1)];
        bool is_lost = found->root == 0 && !is_inherited(found);
        struct sysinfo__blocks_sum *held =
            found->root == 0 && !is_lost ? &sysinfo__header.inherited : &sysinfo__header.held[found->root];
        held->blocks++;
        held->bytes += found->size;
        of->references += found->references;
        if (is_lost) {
            of->lost_blocks++;
            of->lost_bytes += found->size;
        }
    }
}

void sysinfo__find_leaks(struct sysinfo__blocks_site *site, size_t count, uintptr_t sp) {
    blocks_room = (uint32_t)count;
    block = sysinfo__reserve_rows(count, sizeof *block);
    queue = sysinfo__reserve_rows(count, sizeof *queue);
    pages = sysinfo__reserve_or_give_up(SYSINFO__AREAS * sizeof *pages);
    skip = sysinfo__reserve_or_give_up(SKIPS_MOST * sizeof *skip);
    if (sysinfo__keeps_references) {
        way = sysinfo__reserve_rows(count, sizeof *way);
        sysinfo__references_begin();
    }
    sysinfo__walk_blocks(add_block, NULL);
    lowest = blocks == 0 ? 0 : lowest;
    read_mappings();
    skip_heap();
    skip_stacks(sp);
    sort_skips();
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    mark_all(sp);
    mark_what_may_be_held(sp);
    begin_lost();
    find_components();
    find_owners();
    count_references();
    write_leaks();
    sum_up(site);
    if (way != NULL) {
        find_ways_from_leaks();
        write_blocks();
        sysinfo__write_references();
    }
}

#endif
