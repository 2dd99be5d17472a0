/* SPDX-License-Identifier: MIT */
/* A node's meminfo, and the mask of CPUs in /proc/PID/status. */
#include "text.h"

/* The first line "Node N KEY VALUE" whose value is a number. */
static bool slow_value(const char *text, const char *end, const char *key, uint64_t *kib) {
    for (const char *line = text; (line = slow_line(line, end, "Node ")) != NULL; line = slow_next_line(line, end)) {
        uint64_t number;
        const char *p = line + 5;
        if (!slow_number(p, &number)) {
            continue;
        }
        while (*p >= '0' && *p <= '9') {
            p++;
        }
        p = slow_blanks(p);
        if (strncmp(p, key, strlen(key)) == 0 && slow_number(slow_blanks(p + strlen(key)), kib)) {
            return true;
        }
    }
    return false;
}

static void try_meminfo(const char *text, size_t length) {
    struct sysinfo_numa_node node;
    memset(&node, 0, sizeof node);
    sysinfo__decode_node_meminfo(text, length, &node);
    must_be_a_result(&node, sizeof node);
    MUST((node.present &
          ~(SYSINFO_BIT(struct sysinfo_numa_node, total) | SYSINFO_BIT(struct sysinfo_numa_node, free))) == 0 &&
         node.estimated == 0);
    uint64_t kib;
    bool has_free = slow_value(text, text + length, "MemFree:", &kib);
    MUST(SYSINFO_HAS(&node, free) == has_free && (!has_free || node.free == kib * 1024));
    if (SYSINFO_HAS(&node, total)) { /* Of several such lines, the last before MemFree counts. */
        MUST(slow_value(text, text + length, "MemTotal:", &kib) && node.total % 1024 == 0);
    }
}

static void try_allowed(const char *text, size_t length) {
    struct sysinfo__part mask = {NULL, 0};
    struct sysinfo__cpu_set set = {NULL, 0};
    const char *line = slow_line(text, text + length, "Cpus_allowed:");
    bool is_reported = sysinfo__decode_cpus_allowed(text, length, &mask);
    MUST(!is_reported || (line != NULL && mask.at > line && mask.length > 0 && mask.at + mask.length <= text + length));
    if (is_reported && sysinfo__decode_cpu_mask(mask.at, mask.length, &set) == SYSINFO__CPU_SET_OK) {
        MUST(sysinfo__cpu_set_count(&set) <= mask.length * 4);
    }
    sysinfo__cpu_set_free(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    try_meminfo(text, size);
    try_allowed(text, size);
    free(text);
    return 0;
}
