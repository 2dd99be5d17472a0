# SPDX-License-Identifier: MIT
# Sets heap_sources: the C library's table, struct sysinfo__heap_backend, and the allocators that may provide malloc().
include(CheckSymbolExists)

# Allocators that any program may contain.
set(elf_allocators src/heap/elf.c src/heap/owner.c src/heap/jemalloc.c src/heap/mimalloc.c src/heap/sanitizer.c
    src/heap/tcmalloc.c)

if(SYSINFO_BACKEND STREQUAL "linux")
    check_symbol_exists(__GLIBC__ features.h SYSINFO_HAS_GLIBC)
    if(SYSINFO_HAS_GLIBC)
        set(heap_sources ${elf_allocators} src/heap/glibc.c src/heap/decode_malloc_info.c src/linux/resident.c)
    else()
        set(heap_sources ${elf_allocators} src/heap/silent.c src/linux/resident.c)
        set(silent_libc musl)
    endif()
elseif(SYSINFO_BACKEND MATCHES "^(dragonfly|openbsd)$")
    set(heap_sources ${elf_allocators} src/heap/silent.c)
    set(silent_libc "${SYSINFO_BACKEND}")
elseif(SYSINFO_BACKEND MATCHES "^(freebsd|netbsd)$")
    set(heap_sources ${elf_allocators} src/heap/bsd.c)
elseif(SYSINFO_BACKEND STREQUAL "windows")
    set(heap_sources src/heap/windows.c)
elseif(SYSINFO_BACKEND STREQUAL "macos")
    set(heap_sources src/heap/macos.c)
else()
    set(heap_sources src/heap/none.c)
endif()
set_source_files_properties(src/heap/silent.c PROPERTIES COMPILE_DEFINITIONS "SYSINFO_LIBC=\"${silent_libc}\"")
