/* SPDX-License-Identifier: MIT */
/* Allocates 10 MiB in blocks of 10 KiB, and maps 3 MiB itself. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int main(void) {
    static char *block[1024];
    for (size_t i = 0; i < 1024; i++) {
        block[i] = malloc(10240);
        if (block[i] == NULL) {
            return 1;
        }
        memset(block[i], 1, 10240);
    }
    void *memory = mmap(NULL, 3 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || munmap(memory, 3 << 20) != 0) {
        return 1;
    }
    for (size_t i = 0; i < 1024; i++) {
        free(block[i]);
    }
    return 0;
}
