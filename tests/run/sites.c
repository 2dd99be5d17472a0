/* SPDX-License-Identifier: MIT */
/* A program with a leak, blocks that stay, and a cache: twelve rounds, with a mark after each except the last. */
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

enum { ROUNDS = 12, STAYS = 1000, CACHE = 100, LEAK = 10 };

static void *first[STAYS], *cache[CACHE];
static void *volatile leaked;

/* Each allocates at one site; compilers do not unroll a loop with a volatile counter. */
#define APART __attribute__((noinline))

APART static void begin(void) {
    for (volatile int i = 0; i < STAYS; i++) {
        first[i] = malloc(100);
    }
}

APART static void refresh_the_cache(void) {
    for (volatile int i = 0; i < CACHE; i++) {
        free(cache[i]);
        cache[i] = malloc(200);
    }
}

APART static void leak(void) {
    for (volatile int i = 0; i < LEAK; i++) {
        leaked = malloc(72);
    }
}

int main(int count, char **arguments) {
    begin();
    for (int round = 0; round < ROUNDS; round++) {
        char name[] = "round a";
        refresh_the_cache();
        leak();
        name[6] = (char)(name[6] + round);
        if (round < ROUNDS - 1 && sysinfo_mark(getenv(SYSINFO_RECORDING), name) != SYSINFO_OK) {
            return 1;
        }
    }
    if (count > 1 && strcmp(arguments[1], "kill") == 0) {
        abort();
    }
    return first[0] != NULL && cache[0] != NULL && leaked != NULL ? 7 : 1;
}
