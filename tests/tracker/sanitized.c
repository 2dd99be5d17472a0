/* SPDX-License-Identifier: MIT */
/* A program whose sanitizer is in a separate library, which the tracker precedes when preloaded. Exits with 7. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *work(void *sum) {
    for (size_t i = 1; i < 2000; i++) {
        char *volatile block = i % 2 == 0 ? malloc(i) : calloc(i, 3);
        block = realloc(block, 2 * i);
        memset(block, (int)i, 2 * i);
        *(size_t *)sum += (unsigned char)block[i];
        free(block);
    }
    return sum;
}

int main(void) {
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    size_t sum[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, work, &sum[i]) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(memory, 1 << 20);
    printf("%zu\n", sum[0]);
    return sum[0] == sum[3] ? 7 : 1;
}
