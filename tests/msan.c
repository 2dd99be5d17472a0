/* SPDX-License-Identifier: MIT */
/*
 * libcheck is not built with the memory sanitizer, which so takes what it writes for uninitialized.
 * It tells its parent
 * of each test through fwrite(), the one place where that would be reported; the library itself calls no fwrite().
 */
#include <sanitizer/msan_interface.h>
#include <stdio.h>

size_t __real_fwrite(const void *bytes, size_t size, size_t count, FILE *file);
size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file);

size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
    __msan_unpoison(bytes, size * count);
    return __real_fwrite(bytes, size, count, file);
}
