/* SPDX-License-Identifier: MIT */
/*
 * Defines functions of allocators in an object that does not provide malloc(), like a plug-in with a private allocator:
 * none of them may ever be called.
 */
#include <stdlib.h>

int mallctl(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);
int MallocExtension_GetNumericProperty(const char *property, size_t *value);
void MallocExtension_ReleaseFreeMemory(void);
void mi_process_info(void);
void mi_collect(int force);
size_t __sanitizer_get_current_allocated_bytes(void);
size_t __sanitizer_get_heap_size(void);

int mallctl(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size) {
    (void)name, (void)old, (void)old_size, (void)new_value, (void)new_size;
    abort();
}

int MallocExtension_GetNumericProperty(const char *property, size_t *value) {
    (void)property, (void)value;
    abort();
}

void MallocExtension_ReleaseFreeMemory(void) {
    abort();
}

void mi_process_info(void) {
    abort();
}

void mi_collect(int force) {
    (void)force;
    abort();
}

size_t __sanitizer_get_current_allocated_bytes(void) {
    abort();
}

size_t __sanitizer_get_heap_size(void) {
    abort();
}
