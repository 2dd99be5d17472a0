/* SPDX-License-Identifier: MIT */
/*
 * An allocator that reports nothing must lead to no figures. Does not use libcheck, so that it can be built statically
 * and with musl: `test_heap_silent NAME`, "-" for an unknown allocator. Prints what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

static int failures;

static void expect(int is_right, const char *what) {
    if (!is_right) {
        printf("wrong: %s\n", what);
        failures++;
    }
}

static void nothing(void *argument) {
    (void)argument;
}

#ifdef MAY_COUNT
/* The leak sanitizer's statistics stay 0 in gcc 12, and work in gcc 14. */
size_t allocated_bytes(void) __asm__("__sanitizer_get_current_allocated_bytes");

static void *allocate(size_t bytes) {
    void *volatile block = malloc(bytes);
    return block;
}

static int is_counting(void) {
    size_t before = allocated_bytes();
    void *block = allocate(50000);
    size_t after = allocated_bytes();
    free(block);
    return after >= before + 50000;
}

static int counts(struct sysinfo_host *host) {
    struct sysinfo_heap before, after;
    expect(sysinfo_heap_info(host, &before, sizeof before) == SYSINFO_OK, "the status of sysinfo_heap_info()");
    void *block = allocate(1000000);
    expect(sysinfo_heap_info(host, &after, sizeof after) == SYSINFO_OK, "the status with a block");
    expect(after.used == allocated_bytes(), "what is used");
    expect(after.used >= before.used + 1000000 && after.used < before.used + 1100000, "what the block has added");
    free(block);
    sysinfo_host_close(host);
    return failures == 0 ? 0 : 1;
}
#endif

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    struct sysinfo_host *host;
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK) {
        return 2;
    }
    const char *name = sysinfo_heap_allocator(host);
    expect(strcmp(name != NULL ? name : "-", argv[1]) == 0, name != NULL ? name : "-");
#ifdef MAY_COUNT
    if (is_counting()) {
        return counts(host);
    }
#endif
    struct sysinfo_heap heap;
    memset(&heap, 0x55, sizeof heap);
    struct sysinfo_heap untouched = heap;
    uint64_t released = 77;
    double growth = 77;
    expect(sysinfo_heap_info(host, &heap, sizeof heap) == SYSINFO_NOT_SUPPORTED, "the status of sysinfo_heap_info()");
    expect(sysinfo_heap_detail(host, &heap, sizeof heap) == SYSINFO_NOT_SUPPORTED,
           "the status of sysinfo_heap_detail()");
    expect(sysinfo_read(host, SYSINFO_RESULT_HEAP, &heap, sizeof heap) == SYSINFO_NOT_SUPPORTED,
           "the status of sysinfo_read()");
    expect(memcmp(&heap, &untouched, sizeof heap) == 0, "a figure was written");
    expect(sysinfo_heap_trim(host, &released) == SYSINFO_NOT_SUPPORTED && released == 77, "sysinfo_heap_trim()");
    expect(sysinfo_heap_growth(host, nothing, NULL, 10, &growth) == SYSINFO_NOT_SUPPORTED, "sysinfo_heap_growth()");
    SYSINFO_SCOPE_ENTER(scope, "silent");
    expect(sysinfo_heap_leave(&scope, NULL) == SYSINFO_OK && scope.present == 0, "a scope");
    sysinfo_host_close(host);
    return failures == 0 ? 0 : 1;
}
