/* SPDX-License-Identifier: MIT */
/*
 * Shows how much memory each part of a program takes: a table of scopes, and a watch
 * that reports when the heap has grown by a mebibyte.
 *
 *     scopes                                           figures of the process, estimated
 *     LD_PRELOAD=libsysinfo_heap.so.0 scopes           exact, with allocations, frees and peaks
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

/* ---- The program: words, counted by their lengths ---- */

struct words {
    char **word;
    size_t count;
};

static struct words read_words(size_t count) {
    struct words words = {malloc(count * sizeof *words.word), 0};
    for (size_t i = 0; words.word != NULL && i < count; i++) {
        char *word = malloc(8 + i % 32);
        if (word == NULL) {
            break;
        }
        memset(word, 'a' + (int)(i % 26), 7 + i % 32);
        word[7 + i % 32] = '\0';
        words.word[words.count++] = word;
    }
    return words;
}

static size_t longest(const struct words *words) {
    char *volatile copy = malloc(1 << 20); /* Temporary memory shows in the peak only. */
    size_t most = 0;
    for (size_t i = 0; i < words->count; i++) {
        size_t length = strlen(words->word[i]);
        most = length > most ? length : most;
    }
    free(copy);
    return most;
}

static void free_words(struct words *words) {
    for (size_t i = 0; i < words->count; i++) {
        free(words->word[i]);
    }
    free(words->word);
}

/* ---- Measurement ---- */

/* Volatile, because malloc() calls it, and compilers assume that malloc() changes no variable of the program. */
static void count_growth(void *times) {
    ++*(volatile int *)times;
}

int main(void) {
    struct sysinfo_heap_scopes *table;
    if (sysinfo_heap_scopes_open(&table, 100) != SYSINFO_OK) {
        return 1;
    }
    volatile int times = 0;
    int watched = sysinfo_heap_watch(1 << 20, 0, count_growth, (void *)&times);
    for (int i = 0; i < 3; i++) {
        SYSINFO_SCOPE_ENTER(round, "round");

        SYSINFO_SCOPE_ENTER(read, "read");
        struct words words = read_words(50000);
        SYSINFO_SCOPE_LEAVE(read, table);

        SYSINFO_SCOPE_ENTER(search, "search");
        size_t length = longest(&words);
        SYSINFO_SCOPE_LEAVE(search, table);

        free_words(&words);
        SYSINFO_SCOPE_LEAVE(round, table);
        if (length != 38) {
            return 1;
        }
    }
    int status = sysinfo_heap_scopes_print(table, stdout, 3);
    if (watched == SYSINFO_OK) {
        sysinfo_heap_watch(0, 0, NULL, NULL);
        printf("the heap has grown by a mebibyte %d times\n", times);
    }
    sysinfo_heap_scopes_close(table);
    return status == SYSINFO_OK ? 0 : 1;
}
