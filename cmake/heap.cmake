# SPDX-License-Identifier: MIT
# heap_sources: who may own malloc() on each system, and how large this process is in memory. What a system lacks comes from src/none/.
include(CheckSymbolExists)

# Allocators that any program can bring along.
set(elf_allocators src/heap/elf.c src/heap/jemalloc.c src/heap/mimalloc.c src/heap/sanitizer.c src/heap/tcmalloc.c)

if(SYSINFO_BACKEND STREQUAL "linux")
    check_symbol_exists(__GLIBC__ features.h SYSINFO_HAS_GLIBC)
    if(SYSINFO_HAS_GLIBC)
        set(heap_sources ${elf_allocators} src/heap/glibc.c src/heap/decode_malloc_info.c src/linux/resident.c)
    else()
        set(heap_sources ${elf_allocators} src/heap/silent.c src/linux/resident.c)
        set(silent_libc musl)
    endif()
elseif(SYSINFO_BACKEND STREQUAL "openbsd")
    set(heap_sources ${elf_allocators} src/heap/silent.c src/none/resident.c)
    set(silent_libc openbsd)
elseif(SYSINFO_BACKEND MATCHES "^(freebsd|netbsd)$")
    set(heap_sources ${elf_allocators} src/none/libc_allocator.c src/none/resident.c)
elseif(SYSINFO_BACKEND STREQUAL "windows")
    set(heap_sources src/heap/windows.c)
elseif(SYSINFO_BACKEND STREQUAL "macos")
    set(heap_sources src/heap/macos.c)
else()
    set(heap_sources src/none/heap.c src/none/resident.c)
endif()
set_source_files_properties(src/heap/silent.c PROPERTIES COMPILE_DEFINITIONS "SYSINFO_LIBC=\"${silent_libc}\"")
