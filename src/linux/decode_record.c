/* SPDX-License-Identifier: MIT */
#include "decode_record.h"

#include <string.h>

#include "tracker/record.h"

/* Copies a text that ends at the first NUL or fills its field. */
static void copy_text(char *out, size_t size, const char *text, size_t text_size) {
    size_t length = 0;
    while (length < text_size && length + 1 < size && text[length] != '\0') {
        length++;
    }
    memcpy(out, text, length);
    memset(out + length, 0, size - length);
}

struct sums {
    uint64_t threads, allocs, frees, failed, live;
};

static struct sums add_nodes(const char *bytes, size_t length, const struct sysinfo__record_header *header) {
    struct sums sums = {0};
    for (size_t at = header->header_size, i = 0;
         i < header->nodes && length - at >= sizeof(struct sysinfo__record_node); i++, at += header->node_size) {
        struct sysinfo__record_node node;
        memcpy(&node, bytes + at, sizeof node);
        sums.threads += node.owned == 1;
        sums.allocs += node.allocs;
        sums.frees += node.frees;
        sums.failed += node.failed;
        sums.live +=
            (uint64_t)node.live; /* One thread may free what another allocated, so a single node may be negative. */
        if (length - at < header->node_size) {
            break;
        }
    }
    return sums;
}

/* Nodes are read in succession while threads run: a block may be seen as freed but not yet as allocated. */
static void report(const struct sysinfo__record_header *header, const struct sums *sums,
                   struct sysinfo_heap_record *record) {
    FACT(record, threads, sums->threads);
    FACT(record, allocs, sums->allocs);
    FACT(record, frees, sums->frees);
    FACT(record, failed, sums->failed);
    if (sums->allocs >= sums->frees) {
        FACT(record, blocks, sums->allocs - sums->frees);
    } else {
        GUESS(record, blocks, 0);
    }
    if ((int64_t)sums->live >= 0) {
        FACT(record, live, sums->live);
    } else {
        GUESS(record, live, 0);
    }
    GUESS(record, peak, header->peak > record->live ? header->peak : record->live);
}

static void set_inherited(const struct sysinfo__record_header *header, struct sysinfo_heap_record *record) {
    FACT(record, inherited_allocs, header->inherited_allocs);
    FACT(record, inherited_frees, header->inherited_frees);
    FACT(record, inherited_failed, header->inherited_failed);
    FACT(record, inherited_live, header->inherited_live > 0 ? (uint64_t)header->inherited_live : 0);
    FACT(record, inherited_blocks,
         header->inherited_allocs > header->inherited_frees ? header->inherited_allocs - header->inherited_frees : 0);
}

static void set_mapped(const struct sysinfo__record_header *header, struct sysinfo_heap_record *record) {
    FACT(record, mapped, header->mapped);
    FACT(record, mapped_peak, header->mapped_peak);
    FACT(record, inherited_mapped, header->inherited_mapped);
    if (header->mapped_lost != 0) {
        GUESS(record, mapped, header->mapped);
        GUESS(record, mapped_peak, header->mapped_peak);
    }
}

static bool set_footprint(const struct sysinfo__record_header *header, struct sysinfo_heap_record *record) {
    if (header->footprint_started != header->footprint_finished) {
        return false;
    }
    if (header->footprint_finished != 0) {
        FACT(record, footprint, header->footprint);
        FACT(record, footprint_live, header->footprint_live > 0 ? (uint64_t)header->footprint_live : 0);
        FACT(record, footprint_time, (double)header->footprint_time / 1e9);
    }
    return true;
}

enum sysinfo__record_answer sysinfo__decode_record(const void *bytes, size_t length,
                                                   struct sysinfo_heap_record *record) {
    memset(record, 0, sizeof *record);
    struct sysinfo__record_header header;
    static const char nothing[sizeof header.magic];
    if (length < sizeof header) {
        return length < sizeof header.magic || memcmp(bytes, nothing, sizeof nothing) == 0 ? SYSINFO__RECORD_NOT_YET
                                                                                           : SYSINFO__RECORD_WRONG;
    }
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.magic, nothing, sizeof nothing) == 0) {
        return SYSINFO__RECORD_NOT_YET;
    }
    if (memcmp(header.magic, SYSINFO__RECORD_MAGIC, sizeof header.magic) != 0 || header.header_size < sizeof header ||
        header.header_size > length || header.node_size < sizeof(struct sysinfo__record_node)) {
        return SYSINFO__RECORD_WRONG;
    }
    FACT(record, pid, header.pid);
    FACT(record, has_ended, header.has_ended != 0);
    FACT(record, is_tracked, header.owner[0] == '\0');
    FACT(record, image[0], header.image[0]);
    FACT(record, owner[0], header.owner[0]);
    copy_text(record->image, sizeof record->image, header.image, sizeof header.image);
    copy_text(record->owner, sizeof record->owner, header.owner, sizeof header.owner);
    if (record->is_tracked) {
        struct sums sums = add_nodes(bytes, length, &header);
        report(&header, &sums, record);
        set_inherited(&header, record);
        set_mapped(&header, record);
        return set_footprint(&header, record) ? SYSINFO__RECORD_WHOLE : SYSINFO__RECORD_CHANGING;
    }
    return SYSINFO__RECORD_WHOLE;
}
