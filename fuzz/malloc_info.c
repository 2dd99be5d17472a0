/* SPDX-License-Identifier: MIT */
/* glibc's malloc_info(): the figures do not depend on how the text is divided. */
#include "harness.h"
#include "heap/decode_malloc_info.h"

static struct sysinfo__malloc_info decode(const uint8_t *data, size_t size, size_t piece) {
    struct sysinfo__malloc_info info;
    memset(&info, 0, sizeof info);
    info.page_size = 4096;
    for (size_t at = 0; at < size; at += piece) {
        size_t count = size - at < piece ? size - at : piece;
        char *part = memory(count); /* Has exactly this length, so that a read beyond the end is detected. */
        memcpy(part, data + at, count);
        sysinfo__decode_malloc_info(&info, part, count);
        free(part);
    }
    return info;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sysinfo__malloc_info whole = decode(data, size, size);
    size_t lines = 0;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    MUST(whole.arenas <= lines);
    static const size_t pieces[] = {1, 7, 160, 2048};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct sysinfo__malloc_info other = decode(data, size, pieces[i]);
        MUST(other.arenas == whole.arenas && other.releasable == whole.releasable &&
             other.is_complete == whole.is_complete);
        MUST(other.system == whole.system && other.fast == whole.fast && other.rest == whole.rest &&
             other.mapped == whole.mapped);
    }
    return 0;
}
