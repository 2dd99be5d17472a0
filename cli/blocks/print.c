/* SPDX-License-Identifier: MIT */
/* The table of sites: as text, as JSON, and as stacks for flame graphs. */
#include "blocks/blocks.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "platform.h"
#include "value.h"

enum { CALLERS = 3, LINE_WIDTH = 80 }; /* CALLERS: shown for each site of the table. */

void frame_add(struct text *text, struct names *names, const struct sysinfo_heap_frame *frame, bool is_short) {
    struct place place = names_find(names, frame);
    if (place.function != NULL) {
        text_add_plain(text, place.function);
    } else {
        text_add_plain(text, *frame->module != '\0' ? platform_file_name(frame->module) : "?");
        text_addf(text, "+0x%" PRIx64, frame->offset);
    }
    if (place.file != NULL && place.line > 0) {
        text_add(text, is_short ? " " : "  ");
        text_add_plain(text, place.file);
        text_addf(text, ":%d", place.line);
    }
}

static size_t column_of(const struct text *text) {
    size_t start = text->length;
    while (start > 0 && text->bytes[start - 1] != '\n') {
        start--;
    }
    return text->length - start;
}

void site_add(struct text *text, const struct table *table, const struct sysinfo_heap_site *site,
              const struct sysinfo_heap_frame *frame, uint64_t most, const char *prefix) {
    size_t indent = column_of(text) - strlen(prefix);
    struct text caller = TEXT_INIT;
    if (site->frames == 0) {
        text_add(text, site->is_earlier ? "(earlier)" : "(stack not readable)");
    }
    bool is_main = false; /* Callers of main() are of no interest. */
    for (uint64_t i = 0; i < site->frames && i < most && !is_main; i++) {
        const char *function = names_find(table->names, &frame[i]).function;
        is_main = function != NULL && strcmp(function, "main") == 0;
        text_clear(&caller);
        text_add(&caller, i == 0 ? "" : "  <- ");
        frame_add(&caller, table->names, &frame[i], i > 0);
        if (i > 0 && column_of(text) + caller.length > LINE_WIDTH) {
            text_addf(text, "\n%s", prefix);
            text_pad(text, indent);
        }
        text_add(text, caller.bytes);
    }
    text_free(&caller);
    text_add(text, "\n");
}

void amount_add(struct text *text, uint64_t blocks, uint64_t bytes) {
    text_addf(text, "%" PRIu64 " block%s, ", blocks, blocks == 1 ? "" : "s");
    bytes_add_human(text, bytes);
}

/* Right-aligned; signed in a difference. */
static void add_column(struct text *text, const char *word, size_t width) {
    size_t length = strlen(word);
    text_pad(text, length < width ? width - length : 1);
    text_add(text, word);
}

static void add_bytes(struct text *text, const struct table *table, int64_t bytes) {
    struct text word = TEXT_INIT;
    text_add(&word, bytes < 0 ? "-" : table->moment.is_difference && bytes > 0 ? "+" : "");
    bytes_add_human(&word, bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes);
    add_column(text, word.bytes, 11);
    text_free(&word);
}

static void add_number(struct text *text, const struct table *table, int64_t number, size_t width) {
    struct text word = TEXT_INIT;
    text_addf(&word, table->moment.is_difference && number > 0 ? "+%" PRId64 : "%" PRId64, number);
    add_column(text, word.bytes, width);
    text_free(&word);
}

static void add_generations(struct text *text, const struct table *table, const struct sysinfo_heap_site *site) {
    struct text word = TEXT_INIT;
    if (SYSINFO_HAS(site, generations)) {
        text_addf(&word, "%" PRIu64 " of %" PRIu64, site->generations, table->moment.generation);
    }
    add_column(text, word.length > 0 ? word.bytes : "-", 13);
    text_clear(&word);
    if (SYSINFO_HAS(site, oldest)) {
        text_add_number(&word, site->oldest);
    }
    add_column(text, word.length > 0 ? word.bytes : "-", 8);
    text_free(&word);
}

struct sum {
    uint64_t sites;
    int64_t bytes, blocks;
};

static void add_rest(struct text *text, const struct table *table, const struct sum *rest) {
    if (rest->sites == 0) {
        return;
    }
    add_bytes(text, table, rest->bytes);
    add_number(text, table, rest->blocks, 9);
    text_pad(text, table->by_generations ? 23 : 2);
    text_addf(text, "(%" PRIu64 " more site%s: --top)\n", rest->sites, rest->sites == 1 ? "" : "s");
}

void table_add(struct text *text, const struct table *table) {
    struct sum rest = {0, 0, 0};
    text_add(text, table->by_generations ? "      Bytes   Blocks  Generations  Oldest  Site\n"
                                         : "      Bytes   Blocks  Site\n");
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(table->snapshot); i++) {
        struct sysinfo_heap_site site;
        const struct sysinfo_heap_frame *frame;
        if (sysinfo_heap_snapshot_site(table->snapshot, i, &site, sizeof site, &frame) != SYSINFO_OK) {
            continue;
        }
        if (i >= table->most) {
            rest.sites++;
            rest.bytes = (int64_t)((uint64_t)rest.bytes + (uint64_t)site.bytes);
            rest.blocks = (int64_t)((uint64_t)rest.blocks + (uint64_t)site.blocks);
            continue;
        }
        add_bytes(text, table, site.bytes);
        add_number(text, table, site.blocks, 9);
        if (table->by_generations) {
            add_generations(text, table, &site);
        }
        text_add(text, "  ");
        site_add(text, table, &site, frame, CALLERS, "");
    }
    add_rest(text, table, &rest);
}

/* ---- JSON ---- */

static void add_json_frames(struct json *json, const struct table *table, const struct sysinfo_heap_frame *frame,
                            uint64_t count) {
    json_open_array(json, "frames");
    for (uint64_t i = 0; i < count; i++) {
        struct place place = names_find(table->names, &frame[i]);
        json_open_object(json, NULL);
        json_add_string(json, "module", frame[i].module);
        json_add_uint(json, "offset", frame[i].offset);
        json_add_string(json, "build_id", frame[i].build_id);
        json_add_string(json, "function", place.function);
        json_add_string(json, "file", place.file);
        json_add_uint_or_null(json, "line", place.line > 0 ? (uint64_t)place.line : 0, place.line > 0);
        json_close(json);
    }
    json_close(json);
}

void json_site_add(struct json *json, const char *key, const struct table *table, size_t index) {
    struct sysinfo_heap_site site;
    const struct sysinfo_heap_frame *frame;
    if (sysinfo_heap_snapshot_site(table->snapshot, index, &site, sizeof site, &frame) != SYSINFO_OK) {
        return;
    }
    json_open_object(json, key);
    json_addf(json, "blocks", "%" PRId64, site.blocks);
    json_addf(json, "bytes", "%" PRId64, site.bytes);
    json_add_uint_or_null(json, "generations", site.generations, SYSINFO_HAS(&site, generations));
    json_add_uint_or_null(json, "oldest", site.oldest, SYSINFO_HAS(&site, oldest));
    json_add_uint_or_null(json, "newest", site.newest, SYSINFO_HAS(&site, newest));
    json_add_bool(json, "is_earlier", site.is_earlier != 0);
    add_json_frames(json, table, frame, site.frames);
    json_close(json);
}

void table_add_json(struct text *text, const struct table *table) {
    struct json json = JSON_INIT(text);
    size_t sites = sysinfo_heap_snapshot_sites(table->snapshot);
    json_open_object(&json, NULL);
    json_add_uint(&json, "pid", table->moment.pid);
    json_add_string(&json, "image", table->image);
    json_add_string(&json, "label", table->label);
    json_add_uint(&json, "number", table->moment.number);
    json_add_uint(&json, "generation", table->moment.generation);
    json_add_bool(&json, "is_difference", table->moment.is_difference != 0);
    json_addf(&json, "blocks", "%" PRId64, table->moment.blocks);
    json_addf(&json, "bytes", "%" PRId64, table->moment.live);
    json_open_array(&json, "sites");
    for (size_t i = 0; i < sites && (table->most == 0 || i < table->most); i++) {
        json_site_add(&json, NULL, table, i);
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
}

/* ---- Folded ---- */

/* Adds a name without the characters that separate frames and the count. */
static void add_folded_frame(struct text *text, const struct table *table, const struct sysinfo_heap_frame *frame) {
    struct place place = names_find(table->names, frame);
    if (place.function == NULL) {
        frame_add(text, table->names, frame, true);
        return;
    }
    size_t start = text->length;
    text_add_plain(text, place.function);
    for (size_t i = start; i < text->length; i++) {
        text->bytes[i] = text->bytes[i] == ';' || text->bytes[i] == ' ' ? '_' : text->bytes[i];
    }
}

void table_add_folded(struct text *text, const struct table *table) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(table->snapshot) && (table->most == 0 || i < table->most); i++) {
        struct sysinfo_heap_site site;
        const struct sysinfo_heap_frame *frame;
        if (sysinfo_heap_snapshot_site(table->snapshot, i, &site, sizeof site, &frame) != SYSINFO_OK ||
            site.bytes <= 0) {
            continue;
        }
        if (site.frames == 0) {
            text_add(text, site.is_earlier ? "(earlier)" : "(unknown)");
        }
        for (uint64_t k = site.frames; k > 0; k--) {
            add_folded_frame(text, table, &frame[k - 1]);
            text_add(text, k > 1 ? ";" : "");
        }
        text_addf(text, " %" PRId64 "\n", site.bytes);
    }
}
