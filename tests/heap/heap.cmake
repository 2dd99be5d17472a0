# SPDX-License-Identifier: MIT
# The heap of a process, under each available allocator. Without -fno-builtin, a compiler removes a malloc() whose block
# is not used.
set_source_files_properties(heap/allocators.c heap/calls.c heap/glibc.c heap/growth.c heap/windows.c PROPERTIES
    COMPILE_OPTIONS -fno-builtin)

if(SYSINFO_BACKEND STREQUAL "windows")
    sysinfo_test(heap_windows heap/windows.c)
endif()
if(NOT SYSINFO_BACKEND STREQUAL "linux" OR NOT SYSINFO_HAS_GLIBC)
    return()
endif()

# Runs a program once more, with other environment variables.
function(sysinfo_heap_run name program environment)
    add_test(NAME ${name} COMMAND ${program} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS heap TIMEOUT 900 SKIP_RETURN_CODE 77 ENVIRONMENT
        "${environment};ASAN_OPTIONS=detect_leaks=0;CK_DEFAULT_TIMEOUT=600")
endfunction()

sysinfo_test(heap_calls heap/calls.c)
target_link_options(test_heap_calls PRIVATE -Wl,--wrap=fopencookie)
sysinfo_test(heap_glibc heap/glibc.c)
sysinfo_test(heap_growth heap/growth.c)
set_property(TEST heap_growth APPEND PROPERTY ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0") # It leaks on purpose.
sysinfo_heap_run(heap_glibc_exact test_heap_glibc "GLIBC_TUNABLES=glibc.malloc.tcache_count=0")
if(CMAKE_CROSSCOMPILING) # The other case measures resident memory: here, that of the emulator.
    set_property(TEST heap_glibc heap_glibc_exact APPEND PROPERTY ENVIRONMENT "CK_RUN_CASE=used")
endif()

add_executable(test_heap_allocators heap/allocators.c $<TARGET_OBJECTS:sysinfo_objects>)
add_executable(test_heap_silent heap/silent.c $<TARGET_OBJECTS:sysinfo_objects>)
foreach(program IN ITEMS test_heap_allocators test_heap_silent)
    target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests"
        $<TARGET_PROPERTY:sysinfo_objects,INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(${program} PRIVATE sysinfo_flags ${CMAKE_DL_LIBS})
endforeach()
target_link_libraries(test_heap_allocators PRIVATE sysinfo_check)
target_link_options(test_heap_silent PRIVATE -s) # valgrind cannot read the debug information of newer compilers.
if(SYSINFO_SANITIZE MATCHES "address")
    sysinfo_heap_run(heap_sanitizer test_heap_allocators "" sanitizer)
endif()
if(SYSINFO_SANITIZE STREQUAL "memory")
    target_compile_definitions(test_heap_silent PRIVATE MAY_COUNT)
    sysinfo_heap_run(memory_sanitizer test_heap_silent "" sanitizer)
    set_tests_properties(memory_sanitizer PROPERTIES LABELS allocator) # The heap's other tests are not for it.
endif()
if(SYSINFO_SANITIZE)
    return() # A sanitizer must come first.
endif()

# The leak sanitizer's runtime, whose statistics may stay 0.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "-fsanitize=leak")
check_c_source_compiles("int main(void) { return 0; }" SYSINFO_HAS_SANITIZER_leak)
unset(CMAKE_REQUIRED_FLAGS)
if(SYSINFO_HAS_SANITIZER_leak)
    add_executable(test_heap_silent_leak heap/silent.c $<TARGET_OBJECTS:sysinfo_objects>)
    target_include_directories(test_heap_silent_leak PRIVATE "${PROJECT_SOURCE_DIR}/tests"
        $<TARGET_PROPERTY:sysinfo_objects,INTERFACE_INCLUDE_DIRECTORIES>)
    target_compile_definitions(test_heap_silent_leak PRIVATE MAY_COUNT)
    target_link_options(test_heap_silent_leak PRIVATE -fsanitize=leak)
    target_link_libraries(test_heap_silent_leak PRIVATE sysinfo_flags ${CMAKE_DL_LIBS})
    sysinfo_heap_run(heap_leak_sanitizer test_heap_silent_leak "" sanitizer)
    set_property(TEST heap_leak_sanitizer APPEND PROPERTY ENVIRONMENT "LSAN_OPTIONS=detect_leaks=0")
endif()

foreach(library IN ITEMS shim plugin sparse)
    add_library(test_heap_${library} MODULE heap/${library}.c)
    target_link_libraries(test_heap_${library} PRIVATE sysinfo_flags)
    target_compile_options(test_heap_${library} PRIVATE -fno-builtin)
endforeach()
sysinfo_heap_run(heap_unknown_allocator test_heap_silent "LD_PRELOAD=$<TARGET_FILE:test_heap_shim>" -)
sysinfo_heap_run(heap_unknown_allocator_and_plugin test_heap_silent
    "LD_PRELOAD=$<TARGET_FILE:test_heap_plugin>:$<TARGET_FILE:test_heap_shim>" -)
sysinfo_heap_run(heap_private_allocator_of_a_plugin test_heap_calls "LD_PRELOAD=$<TARGET_FILE:test_heap_plugin>")
add_executable(test_heap_refused heap/refused.c $<TARGET_OBJECTS:sysinfo_objects>)
target_include_directories(test_heap_refused PRIVATE "${PROJECT_SOURCE_DIR}/tests"
    $<TARGET_PROPERTY:sysinfo_objects,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(test_heap_refused PRIVATE sysinfo_flags sysinfo_check ${CMAKE_DL_LIBS})
sysinfo_heap_run(heap_refused test_heap_refused "LD_PRELOAD=$<TARGET_FILE:test_heap_sparse>")

# Debian: libjemalloc2, libmimalloc2.0 or libmimalloc3, libtcmalloc-minimal4. These are file names, because there are no
# others without the development packages.
foreach(found IN ITEMS SYSINFO_JEMALLOC SYSINFO_MIMALLOC SYSINFO_TCMALLOC SYSINFO_VALGRIND)
    if(NOT EXISTS "${${found}}") # Removed since, or another version now.
        unset(${found} CACHE)
    endif()
endforeach()
find_library(SYSINFO_JEMALLOC NAMES libjemalloc.so.2)
find_library(SYSINFO_MIMALLOC NAMES libmimalloc.so.3 libmimalloc.so.2.0 libmimalloc.so.2)
find_library(SYSINFO_TCMALLOC NAMES libtcmalloc_minimal.so.4)
foreach(allocator IN ITEMS jemalloc mimalloc tcmalloc)
    string(TOUPPER "SYSINFO_${allocator}" library)
    if(${library})
        sysinfo_heap_run(heap_${allocator} test_heap_allocators "LD_PRELOAD=${${library}}" ${allocator})
        sysinfo_heap_run(heap_growth_${allocator} test_heap_growth "LD_PRELOAD=${${library}}")
        sysinfo_heap_run(heap_${allocator}_and_plugin test_heap_allocators
            "LD_PRELOAD=${${library}}:$<TARGET_FILE:test_heap_plugin>" ${allocator})
    endif()
endforeach()

# The library is linked as built; only the program itself is not position-independent.
add_executable(test_heap_stub heap/stub.c)
target_link_libraries(test_heap_stub PRIVATE sysinfo_flags sysinfo_static)
set_target_properties(test_heap_stub PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(test_heap_stub PRIVATE -fno-builtin -fno-pie)
target_link_options(test_heap_stub PRIVATE -no-pie)
sysinfo_heap_run(heap_behind_a_stub test_heap_stub "" glibc)
if(SYSINFO_JEMALLOC)
    sysinfo_heap_run(heap_behind_a_stub_jemalloc test_heap_stub "LD_PRELOAD=${SYSINFO_JEMALLOC}" jemalloc)
endif()

find_program(SYSINFO_VALGRIND valgrind)
if(SYSINFO_VALGRIND AND NOT CMAKE_CROSSCOMPILING)
    add_test(NAME heap_valgrind COMMAND "${SYSINFO_VALGRIND}" -q $<TARGET_FILE:test_heap_silent> -)
    set_tests_properties(heap_valgrind PROPERTIES LABELS heap TIMEOUT 900)
endif()

if(TARGET sysinfo_example_heap_experiment)
    sysinfo_heap_run(example_heap_experiment sysinfo_example_heap_experiment "" 300000)
    set_tests_properties(example_heap_experiment PROPERTIES PASS_REGULAR_EXPRESSION
        "all freed but the last +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+.*by itself +[0-9]+")
endif()
if(TARGET sysinfo_example_leak_test)
    sysinfo_heap_run(example_leak_test sysinfo_example_leak_test "")
    sysinfo_heap_run(example_leak_test_finds_a_leak sysinfo_example_leak_test "" --leak)
    set_tests_properties(example_leak_test_finds_a_leak PROPERTIES PASS_REGULAR_EXPRESSION
        "greet_forgetfully leaks 32.0 bytes a call")
endif()
