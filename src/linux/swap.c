/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <sys/sysinfo.h>

#define KEY_BIT(key) (UINT32_C(1) << SYSINFO__##key)

/* For a meminfo without the line: sysinfo(2), which describes only this machine. */
static void ask_kernel(struct sysinfo_swap *swap) {
    struct sysinfo kernel;
    uint64_t total, free;
    if (sysinfo(&kernel) == 0 && sysinfo__multiply(kernel.totalswap, kernel.mem_unit, &total) &&
        sysinfo__multiply(kernel.freeswap, kernel.mem_unit, &free)) {
        FACT(swap, total, total);
        FACT(swap, free, free);
    }
}

static int set_moved(struct sysinfo_host *host, uint64_t free_bytes, struct sysinfo_swap *swap) {
    struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read(host, SYSINFO__FILE_VMSTAT);
    if (status != SYSINFO_OK) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    uint64_t pages[SYSINFO__VMSTAT_KEYS] = {0}, bytes;
    uint32_t known = sysinfo__decode_vmstat(state->text, state->length, state->vmstat_hints, pages);
    bool is_guess;
    uint64_t size = sysinfo__page_size(host, free_bytes, pages[SYSINFO__NR_FREE_PAGES], &is_guess);
    if ((known & KEY_BIT(PSWPIN)) && sysinfo__multiply(pages[SYSINFO__PSWPIN], size, &bytes)) {
        FACT(swap, sin, bytes);
    }
    if ((known & KEY_BIT(PSWPOUT)) && sysinfo__multiply(pages[SYSINFO__PSWPOUT], size, &bytes)) {
        FACT(swap, sout, bytes);
    }
    if (is_guess) {
        swap->estimated |=
            swap->present & (SYSINFO_BIT(struct sysinfo_swap, sin) | SYSINFO_BIT(struct sysinfo_swap, sout));
    }
    return SYSINFO_OK;
}

/*
 * The total is usable without the rest. If the line exists but is unusable, nothing else is read: in a container, that
 * would be the machine's swap.
 */
static void set_swap(const struct sysinfo__meminfo *meminfo, struct sysinfo_swap *swap) {
    if (!(meminfo->known & ~meminfo->negative & KEY_BIT(SWAP_TOTAL))) {
        return;
    }
    FACT(swap, total, meminfo->value[SYSINFO__SWAP_TOTAL]);
    if (meminfo->known & KEY_BIT(SWAP_FREE)) {
        FACT(swap, free, meminfo->value[SYSINFO__SWAP_FREE]);
        if (meminfo->negative & KEY_BIT(SWAP_FREE)) {
            GUESS(swap, free, 0);
        }
    }
}

int sysinfo__swap_space(struct sysinfo_host *host, struct sysinfo_swap *swap, uint64_t *free_memory, bool *has_line) {
    struct sysinfo__state *state = sysinfo__state(host);
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_MEMINFO);
    if (status == SYSINFO_NOT_FOUND && sysinfo__root_is_own(host)) { /* A /proc that contains only processes. */
        *free_memory = 0;
        *has_line = false;
        ask_kernel(swap);
        return swap->present != 0 ? SYSINFO_OK : status;
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo__meminfo meminfo;
    const uint32_t wanted = KEY_BIT(SWAP_TOTAL) | KEY_BIT(SWAP_FREE) | KEY_BIT(MEM_FREE);
    sysinfo__decode_meminfo(state->text, state->length, wanted, &state->meminfo_hints, &meminfo);
    set_swap(&meminfo, swap);
    if (!(meminfo.seen & KEY_BIT(SWAP_TOTAL)) && sysinfo__root_is_own(host)) {
        ask_kernel(swap);
    }
    *free_memory = (meminfo.known & KEY_BIT(MEM_FREE)) != 0 ? meminfo.value[SYSINFO__MEM_FREE] : 0;
    *has_line = meminfo.seen & KEY_BIT(SWAP_TOTAL);
    return SYSINFO_OK;
}

int sysinfo__linux_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    uint64_t free_memory;
    bool has_line;
    int status = sysinfo__swap_space(host, swap, &free_memory, &has_line);
    if (status == SYSINFO_OK) {
        status = set_moved(host, free_memory, swap);
    }
    if (status == SYSINFO_OK && swap->present == 0) {
        const char *complaint = has_line ? "has no usable numbers in SwapTotal and SwapFree" : "has no SwapTotal line";
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/meminfo", complaint);
    }
    return status;
}
