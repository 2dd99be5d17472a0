/* SPDX-License-Identifier: MIT */
/*
 * Three objects that refer to each other, a -> b -> a and a -> name, which the program then forgets. Reference counting
 * would never free this ring, because each object is still referred to, but no pointer of the program leads there.
 *
 *     sysinfo run --leaks ring
 */
#include <stdlib.h>

struct object {
    struct object *volatile other;
    char *volatile name;
};

/* Not inlined, so the report can name each place that allocates. */
#if defined(__GNUC__)
#define APART __attribute__((noinline))
#else
#define APART
#endif

APART static struct object *make_a(void) {
    struct object *a = calloc(1, sizeof *a);
    if (a == NULL) {
        exit(1);
    }
    a->name = calloc(1, 24);
    return a;
}

APART static struct object *make_b(struct object *a) {
    struct object *b = calloc(1, sizeof *b);
    if (b == NULL) {
        exit(1);
    }
    b->other = a;
    return b;
}

APART static void make_ring(void) {
    struct object *a = make_a();
    a->other = make_b(a);
} /* NOLINT(clang-analyzer-unix.Malloc): the ring is to be found. */

/* Overwrites what the calls above left on the stack, which would still point to the ring. */
APART static void clear_stack(void) {
    volatile char bytes[4096];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 0;
    }
}

int main(void) {
    make_ring();
    clear_stack();
    return 0;
}
