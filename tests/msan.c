/* SPDX-License-Identifier: MIT */
/*
 * libcheck is not built with the memory sanitizer, which therefore considers its data uninitialized. It reports each
 * test to its parent through fwrite(), the only place where that would be an error; the library itself does not call
 * fwrite().
 */
#include <sanitizer/msan_interface.h>
#include <stdio.h>

size_t __real_fwrite(const void *bytes, size_t size, size_t count, FILE *file);
size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file);

/* Weak: the tests of failing calls, which do not run with this sanitizer, have their own. */
__attribute__((weak)) size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
    __msan_unpoison(bytes, size * count);
    return __real_fwrite(bytes, size, count, file);
}
