/* SPDX-License-Identifier: MIT */
#include "blocks/references.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"

/* Returns 0 if the name is not an address. */
static uint64_t address_of(const char *name) {
    char *end;
    uint64_t address = strncmp(name, "0x", 2) == 0 ? strtoull(name + 2, &end, 16) : 0;
    return address != 0 && *end == '\0' ? address : 0;
}

static bool has_name(const struct table *table, const struct sysinfo_heap_frame *frame, const char *name,
                     struct text *text) {
    struct place place = names_find(table->names, frame);
    if (place.function != NULL && strcmp(place.function, name) == 0) {
        return true;
    }
    text_clear(text);
    if (place.file != NULL) {
        text_addf(text, "%s:%d", place.file, place.line);
        if (strcmp(text->bytes, name) == 0) {
            return true;
        }
        text_clear(text);
    }
    text_addf(text, "%s+0x%llx", platform_file_name(frame->module), (unsigned long long)frame->offset);
    return strcmp(text->bytes, name) == 0;
}

static bool choose_by_address(const struct table *table, uint64_t address, bool *chosen) {
    size_t index;
    struct sysinfo_heap_block block;
    if (sysinfo_heap_snapshot_find(table->snapshot, address, &index) != SYSINFO_OK ||
        sysinfo_heap_snapshot_block(table->snapshot, index, &block, sizeof block) != SYSINFO_OK) {
        return false;
    }
    chosen[block.site] = true;
    return true;
}

static bool choose_by_frame(const struct table *table, const char *name, bool *chosen) {
    struct text text = TEXT_INIT;
    bool has_any = false;
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(table->snapshot); i++) {
        struct sysinfo_heap_site site;
        const struct sysinfo_heap_frame *frame;
        if (sysinfo_heap_snapshot_site(table->snapshot, i, &site, sizeof site, &frame) != SYSINFO_OK) {
            continue;
        }
        for (uint64_t k = 0; k < site.frames && !chosen[i]; k++) {
            chosen[i] = has_name(table, &frame[k], name, &text);
        }
        has_any = has_any || chosen[i];
    }
    text_free(&text);
    return has_any;
}

bool *sites_choose(const struct table *table, const char *name, int *status) {
    bool *chosen = calloc(sysinfo_heap_snapshot_sites(table->snapshot) + 1, sizeof *chosen);
    uint64_t address = address_of(name);
    if (chosen == NULL) {
        fail_no_memory();
    }
    if (address != 0 ? choose_by_address(table, address, chosen) : choose_by_frame(table, name, chosen)) {
        return chosen;
    }
    free(chosen);
    *status = address != 0 ? trouble("no block is live at %s", name)
                           : trouble("no live block was allocated by '%s'; SITE is a function, FILE:LINE or "
                                     "MODULE+0xOFFSET as sysinfo blocks prints it, or the address of a block",
                                     name);
    return NULL;
}
