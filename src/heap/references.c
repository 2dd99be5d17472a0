/* SPDX-License-Identifier: MIT */
/* Reads from a snapshot what holds a block. */
#include "heap/snapshot.h"

/* ---- Checking ---- */

static bool roots_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_root *root = rows_of(bytes, header, SYSINFO__SECTION_ROOTS);
    size_t roots = count_of(header, SYSINFO__SECTION_ROOTS), modules = count_of(header, SYSINFO__SECTION_MODULES),
           length = count_of(header, SYSINFO__SECTION_TEXT);
    for (size_t i = 0; i < roots; i++) {
        if (root[i].kind == SYSINFO__ROOT_NONE || root[i].kind >= SYSINFO__ROOT_PERHAPS || root[i].module >= modules ||
            root[i].name >= length) {
            return false;
        }
    }
    return roots < SYSINFO__EDGE_OF_ROOT;
}

/* In order of address and apart; each nearer to a root than what it holds. */
static bool blocks_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_block *block = rows_of(bytes, header, SYSINFO__SECTION_BLOCKS);
    size_t blocks = count_of(header, SYSINFO__SECTION_BLOCKS), sites = count_of(header, SYSINFO__SECTION_SITES),
           roots = count_of(header, SYSINFO__SECTION_ROOTS);
    for (size_t i = 0; i < blocks; i++) {
        if (block[i].site >= sites || block[i].holder > blocks || block[i].root > roots ||
            block[i].size > UINT64_MAX - block[i].address ||
            (i > 0 && block[i].address < block[i - 1].address + block[i - 1].size)) {
            return false;
        }
        if (block[i].holder != 0 && (block[block[i].holder - 1].distance >= block[i].distance ||
                                     block[block[i].holder - 1].root != block[i].root)) {
            return false;
        }
    }
    return true;
}

static bool edges_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_edge *edge = rows_of(bytes, header, SYSINFO__SECTION_EDGES);
    size_t sites = count_of(header, SYSINFO__SECTION_SITES), roots = count_of(header, SYSINFO__SECTION_ROOTS);
    for (size_t i = 0; i < count_of(header, SYSINFO__SECTION_EDGES); i++) {
        bool is_of_root = (edge[i].from & SYSINFO__EDGE_OF_ROOT) != 0;
        if (edge[i].to >= sites || (edge[i].from & ~SYSINFO__EDGE_OF_ROOT) >= (is_of_root ? roots : sites)) {
            return false;
        }
    }
    return true;
}

bool sysinfo__references_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    return roots_are_sound(bytes, header) && blocks_are_sound(bytes, header) && edges_are_sound(bytes, header);
}

/* ---- Reading ---- */

/* How many rows a section has; of a NULL, none. */
static size_t count(const struct sysinfo_heap_snapshot *snapshot, enum sysinfo__section section) {
    return snapshot == NULL ? 0 : count_of(&snapshot->header, section);
}

static const struct sysinfo__blocks_block *blocks_of(const struct sysinfo_heap_snapshot *snapshot) {
    return rows_of(snapshot->bytes, &snapshot->header, SYSINFO__SECTION_BLOCKS);
}

/* Maps the number of a site in the file to its place in order of bytes. */
static size_t index_of(const struct sysinfo_heap_snapshot *snapshot, uint32_t site) {
    return snapshot->site[site].index;
}

size_t sysinfo_heap_snapshot_blocks(const struct sysinfo_heap_snapshot *snapshot) {
    return count(snapshot, SYSINFO__SECTION_BLOCKS);
}

int sysinfo_heap_snapshot_block(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                                struct sysinfo_heap_block *block, size_t size) {
    if (index >= sysinfo_heap_snapshot_blocks(snapshot) || !sysinfo__is_result(block, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_block *row = &blocks_of(snapshot)[index];
    struct sysinfo_heap_block whole = {0};
    FACT(&whole, address, row->address);
    FACT(&whole, size, row->size);
    FACT(&whole, site, index_of(snapshot, row->site));
    FACT(&whole, generation, row->generation);
    HELD(&whole, references, row->references);
    if (row->holder != 0) {
        HELD(&whole, holder, row->holder - 1);
    }
    if (row->holder != 0 || row->root != 0) {
        HELD(&whole, offset, row->offset);
    }
    if (row->root != 0) {
        HELD(&whole, root, row->root - 1);
    }
    sysinfo__give(block, size, &whole, sizeof whole);
    return SYSINFO_OK;
}

int sysinfo_heap_snapshot_find(const struct sysinfo_heap_snapshot *snapshot, uint64_t address, size_t *index) {
    if (snapshot == NULL || index == NULL) {
        return SYSINFO_INVALID;
    }
    if ((snapshot->header.what & SYSINFO_HEAP_REFERENCES) == 0) {
        return SYSINFO_NOT_SUPPORTED;
    }
    const struct sysinfo__blocks_block *block = blocks_of(snapshot);
    size_t low = 0, high = sysinfo_heap_snapshot_blocks(snapshot);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (address - block[middle].address < block[middle].size && address >= block[middle].address) {
            *index = middle;
            return SYSINFO_OK;
        }
        if (block[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SYSINFO_UNKNOWN;
}

size_t sysinfo_heap_snapshot_roots(const struct sysinfo_heap_snapshot *snapshot) {
    return count(snapshot, SYSINFO__SECTION_ROOTS);
}

static uint32_t kind_of(const struct sysinfo__blocks_root *row) {
    static const uint32_t kinds[SYSINFO__ROOT_PERHAPS] = {
        [SYSINFO__ROOT_GLOBAL] = SYSINFO_HEAP_ROOT_GLOBAL,
        [SYSINFO__ROOT_THREAD_LOCAL] = SYSINFO_HEAP_ROOT_THREAD_LOCAL,
        [SYSINFO__ROOT_MAPPING] = SYSINFO_HEAP_ROOT_MAPPING,
        [SYSINFO__ROOT_STACK] = SYSINFO_HEAP_ROOT_STACK,
        [SYSINFO__ROOT_LAST_STACK] = SYSINFO_HEAP_ROOT_OWN_STACK,
    };
    return row->is_register != 0 ? SYSINFO_HEAP_ROOT_REGISTER : kinds[row->kind];
}

int sysinfo_heap_snapshot_root(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                               struct sysinfo_heap_root *root, size_t size, struct sysinfo_heap_frame *place,
                               const char **name) {
    if (index >= sysinfo_heap_snapshot_roots(snapshot) || !sysinfo__is_result(root, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_root *row =
        (const struct sysinfo__blocks_root *)rows_of(snapshot->bytes, header, SYSINFO__SECTION_ROOTS) + index;
    const struct sysinfo__blocks_module *module = rows_of(snapshot->bytes, header, SYSINFO__SECTION_MODULES);
    const char *text = rows_of(snapshot->bytes, header, SYSINFO__SECTION_TEXT);
    struct sysinfo_heap_root whole = {0};
    FACT(&whole, kind, kind_of(row));
    if (row->thread != 0) {
        FACT(&whole, thread, row->thread);
    }
    if (row->module == 0) {
        FACT(&whole, address, row->offset);
    }
    sysinfo__give(root, size, &whole, sizeof whole);
    if (place != NULL) {
        *place = (struct sysinfo_heap_frame){text + module[row->module].path, row->module != 0 ? row->offset : 0,
                                             snapshot->build_id[row->module]};
    }
    if (name != NULL) {
        *name = text + row->name;
    }
    return SYSINFO_OK;
}

size_t sysinfo_heap_snapshot_edges(const struct sysinfo_heap_snapshot *snapshot) {
    return count(snapshot, SYSINFO__SECTION_EDGES);
}

int sysinfo_heap_snapshot_edge(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                               struct sysinfo_heap_edge *edge, size_t size) {
    if (index >= sysinfo_heap_snapshot_edges(snapshot) || !sysinfo__is_result(edge, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_edge *row =
        (const struct sysinfo__blocks_edge *)rows_of(snapshot->bytes, header, SYSINFO__SECTION_EDGES) + index;
    uint32_t from = row->from & ~SYSINFO__EDGE_OF_ROOT;
    bool is_of_root = (row->from & SYSINFO__EDGE_OF_ROOT) != 0;
    struct sysinfo_heap_edge whole = {0};
    HELD(&whole, from, is_of_root ? from : index_of(snapshot, from));
    HELD(&whole, is_from_root, is_of_root);
    HELD(&whole, to, index_of(snapshot, row->to));
    HELD(&whole, count, row->count);
    sysinfo__give(edge, size, &whole, sizeof whole);
    return SYSINFO_OK;
}
