# SPDX-License-Identifier: MIT
# The cost of a question about the heap, beside glibc's own.
if(SYSINFO_HAS_GLIBC)
    find_package(Threads REQUIRED)
    add_executable(sysinfo_bench_heap "${CMAKE_CURRENT_LIST_DIR}/heap.c")
    target_link_libraries(sysinfo_bench_heap PRIVATE sysinfo_flags sysinfo_objects Threads::Threads)
    target_compile_definitions(sysinfo_bench_heap PRIVATE _GNU_SOURCE)
    target_compile_options(sysinfo_bench_heap PRIVATE -fno-builtin)
endif()
