/* SPDX-License-Identifier: MIT */
/* Shared by the files of `sysinfo blocks`. */
#ifndef CLI_BLOCKS_H
#define CLI_BLOCKS_H

#include <sysinfo/sysinfo.h>

#include "options.h"
#include "text.h"

/* Returns the exit status. */
int run_blocks(struct options *options);

/* ---- Choosing a snapshot: choose.c ---- */

struct chosen {
    struct text bytes; /* The file. */
    struct sysinfo_heap_snapshot *snapshot;
    struct sysinfo_heap_moment moment;
    const char *label, *image;
    size_t others; /* Other processes with a matching snapshot. */
};

/*
 * Reads FILE[@MARK]. With `pid` 0, takes the process with the most bytes. Returns 0, or the status after a message;
 * call chosen_free() either way.
 */
int choose(struct chosen *chosen, const char *operand, int64_t pid);
void chosen_free(struct chosen *chosen);

/* Reads the last snapshot of each process in a file; there may be none. Returns 0, or the status after a message. */
int choose_all(struct chosen **chosen, size_t *count, const char *path);
void chosen_free_all(struct chosen *chosen, size_t count);

/* ---- Names of frames: names_linux.c, names_none.c ---- */

struct place {
    const char *function, *file; /* NULL: unknown. `file` has no directories. */
    int line;
};

struct names;
struct names *names_open(void);
void names_close(struct names *names);

/* Returns what is known of a frame. The strings are valid until names_close(). */
struct place names_find(struct names *names, const struct sysinfo_heap_frame *frame);

/* Returns the variable at a place of its module, and the offset into it; NULL: unknown. Valid until names_close(). */
const char *names_variable(struct names *names, const struct sysinfo_heap_frame *place, bool is_thread_local,
                           uint64_t *offset);

/* ---- The symbol table of a file: symbols.c ---- */

struct symbols;

/* Returns NULL if the file cannot be read or has another build id; "" accepts any. */
struct symbols *symbols_open(const char *path, const char *build_id);
void symbols_close(struct symbols *symbols);

enum symbol_kind { SYMBOL_FUNCTION, SYMBOL_VARIABLE, SYMBOL_THREAD_LOCAL, SYMBOL_KINDS };

/* Returns the symbol that covers this address, and the offset into it if `offset` is not NULL; NULL: none. */
const char *symbols_find(struct symbols *symbols, enum symbol_kind kind, uint64_t address, uint64_t *offset);

/* Whether these bytes are the build id that `text` spells in hexadecimal; "" accepts any. */
bool is_build_id(const unsigned char *bytes, size_t count, const char *text);

/* ---- Printing: print.c ---- */

struct table {
    const struct sysinfo_heap_snapshot *snapshot;
    struct sysinfo_heap_moment moment;
    const char *label, *image;
    struct names *names;
    size_t most; /* Rows; 0: all. */
    bool by_generations;
};

struct json;

/*
 * Adds the frames of a site, nearest first, at most `most` and up to main(). Frames that do not fit the line go below
 * the site, each after `prefix`, which also began the line.
 */
void site_add(struct text *text, const struct table *table, const struct sysinfo_heap_site *site,
              const struct sysinfo_heap_frame *frame, uint64_t most, const char *prefix);
void json_site_add(struct json *json, const char *key, const struct table *table, size_t index);

/* "parse_name  app.c:52", or "libc.so.6+0x2724a". */
void frame_add(struct text *text, struct names *names, const struct sysinfo_heap_frame *frame, bool is_short);

/* "3 blocks, 1.2 KiB" */
void amount_add(struct text *text, uint64_t blocks, uint64_t bytes);

void table_add(struct text *text, const struct table *table);
void table_add_json(struct text *text, const struct table *table);
void table_add_folded(struct text *text, const struct table *table);

#endif
