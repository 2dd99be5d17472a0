# SPDX-License-Identifier: MIT
# The tracker, and reading its data.
if(NOT SYSINFO_BACKEND STREQUAL "linux")
    return()
endif()

sysinfo_test(tracker_record tracker/record.c)

if(SYSINFO_HAS_GLIBC)
    sysinfo_test(tracker_without tracker/aside.c)
    set_tests_properties(tracker_without PROPERTIES LABELS "tracker;heap") # A sanitizer may be the owner there.
endif()
add_executable(test_tracker_no_scopes tracker/no_scopes.c)
target_include_directories(test_tracker_no_scopes PRIVATE
    $<TARGET_PROPERTY:sysinfo_objects,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(test_tracker_no_scopes PRIVATE sysinfo_flags)
add_test(NAME tracker_no_scopes COMMAND test_tracker_no_scopes)
set_tests_properties(tracker_no_scopes PROPERTIES LABELS tracker)

# With musl, scripts/parts/47-tracker runs the tests that need no libcheck. An emulator of another processor has its own
# versions of fork(), threads and timers.
if(NOT TARGET sysinfo_heap_shared OR NOT SYSINFO_HAS_GLIBC OR CMAKE_CROSSCOMPILING)
    return()
endif()
if(SYSINFO_SANITIZE) # Its malloc() comes first, and the tracker is inactive.
    sysinfo_test(tracker_aside tracker/aside.c)
    set_tests_properties(tracker_aside PROPERTIES LABELS "tracker;heap")
    target_link_libraries(test_tracker_aside PRIVATE sysinfo::heap)
    return()
endif()

add_library(test_tracker_plugin MODULE tracker/plugin.c)
target_link_libraries(test_tracker_plugin PRIVATE sysinfo_flags)
target_compile_options(test_tracker_plugin PRIVATE -fno-builtin)

# Programs that are linked with the tracker.
function(sysinfo_tracker_links target)
    target_link_libraries(${target} PRIVATE sysinfo::heap Threads::Threads)
    target_compile_options(${target} PRIVATE -fno-builtin)
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE "TRACKER=\"$<TARGET_FILE:sysinfo_heap_shared>\""
        "TEST_PLUGIN=\"$<TARGET_FILE:test_tracker_plugin>\"" "TEST_SHIM=\"$<TARGET_FILE:test_heap_shim>\"")
    add_dependencies(${target} test_tracker_plugin)
endfunction()

# Runs it once more, with a directory for records.
function(sysinfo_tracker_recorded name)
    add_test(NAME ${name} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/tracker/recorded" ${ARGN})
    set_tests_properties(${name} PROPERTIES TIMEOUT 180 ENVIRONMENT "CK_DEFAULT_TIMEOUT=60" LABELS tracker)
endfunction()

foreach(test IN ITEMS counts scopes watch)
    sysinfo_test(tracker_${test} tracker/${test}.c)
    sysinfo_tracker_links(test_tracker_${test})
    sysinfo_tracker_recorded(tracker_${test}_recorded $<TARGET_FILE:test_tracker_${test}>)
endforeach()

# Sites of live blocks: from the first block on, and from a later one.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|aarch64|arm64)$")
    add_library(test_tracker_second_plugin MODULE tracker/plugin.c)
    target_link_libraries(test_tracker_second_plugin PRIVATE sysinfo_flags)
    target_compile_options(test_tracker_second_plugin PRIVATE -fno-builtin)
    foreach(test IN ITEMS holders leaks sites sites_late)
        sysinfo_test(tracker_${test} tracker/${test}.c)
        sysinfo_tracker_links(test_tracker_${test})
    endforeach()
    add_dependencies(test_tracker_sites test_tracker_second_plugin)
    target_compile_definitions(test_tracker_sites
        PRIVATE "TEST_SECOND_PLUGIN=\"$<TARGET_FILE:test_tracker_second_plugin>\"")
    set_tests_properties(tracker_sites PROPERTIES ENVIRONMENT "CK_DEFAULT_TIMEOUT=120;SYSINFO_HEAP_SITES=16")
    set_tests_properties(tracker_holders tracker_leaks PROPERTIES ENVIRONMENT
        "CK_DEFAULT_TIMEOUT=120;SYSINFO_HEAP_SITES=8")
    foreach(level RANGE 3)
        add_executable(test_tracker_frames_${level} tracker/frames.c)
        target_link_libraries(test_tracker_frames_${level} PRIVATE sysinfo::sysinfo)
        target_include_directories(test_tracker_frames_${level} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
        sysinfo_tracker_links(test_tracker_frames_${level})
        target_compile_options(test_tracker_frames_${level} PRIVATE -O${level})
        add_test(NAME tracker_frames_${level} COMMAND test_tracker_frames_${level})
        set_tests_properties(tracker_frames_${level} PROPERTIES TIMEOUT 300 LABELS tracker
            ENVIRONMENT "SYSINFO_HEAP_SITES=32")
    endforeach()
endif()

sysinfo_test(tracker_records tracker/records.c)
sysinfo_tracker_links(test_tracker_records)
if(SYSINFO_JEMALLOC)
    target_compile_definitions(test_tracker_records PRIVATE "JEMALLOC=\"${SYSINFO_JEMALLOC}\"")
endif()


# Programs whose sanitizer is a library: gcc's. And a library that counts malloc() but does not wrap
# malloc_usable_size(): glibc's own.
foreach(sanitizer IN ITEMS thread leak)
    set(CMAKE_REQUIRED_FLAGS "-fsanitize=${sanitizer}")
    check_c_source_compiles("int main(void) { return 0; }" SYSINFO_HAS_SANITIZER_${sanitizer})
    unset(CMAKE_REQUIRED_FLAGS)
    if(SYSINFO_HAS_SANITIZER_${sanitizer})
        add_executable(test_tracker_sanitized_${sanitizer} tracker/sanitized.c)
        target_compile_options(test_tracker_sanitized_${sanitizer} PRIVATE -fsanitize=${sanitizer} -fno-builtin)
        target_link_options(test_tracker_sanitized_${sanitizer} PRIVATE -fsanitize=${sanitizer})
        target_link_libraries(test_tracker_sanitized_${sanitizer} PRIVATE sysinfo_flags Threads::Threads)
        target_compile_definitions(test_tracker_records PRIVATE
            "SANITIZED_${sanitizer}=\"$<TARGET_FILE:test_tracker_sanitized_${sanitizer}>\"")
        add_dependencies(test_tracker_records test_tracker_sanitized_${sanitizer})
    endif()
endforeach()
add_executable(test_tracker_guest tracker/guest.c)
target_link_libraries(test_tracker_guest PRIVATE sysinfo_flags)
target_compile_options(test_tracker_guest PRIVATE -fno-builtin)
target_compile_definitions(test_tracker_records PRIVATE "GUEST=\"$<TARGET_FILE:test_tracker_guest>\"")
add_dependencies(test_tracker_records test_tracker_guest)
find_library(SYSINFO_MEMUSAGE NAMES libmemusage.so)
if(SYSINFO_MEMUSAGE)
    target_compile_definitions(test_tracker_records PRIVATE "MEMUSAGE=\"${SYSINFO_MEMUSAGE}\"")
endif()

foreach(program IN ITEMS storm plain)
    add_executable(test_tracker_${program} tracker/${program}.c)
    target_link_libraries(test_tracker_${program} PRIVATE sysinfo_flags sysinfo::sysinfo)
    sysinfo_tracker_links(test_tracker_${program})
endforeach()
add_test(NAME tracker_plain COMMAND test_tracker_plain glibc)
set_tests_properties(tracker_plain PROPERTIES TIMEOUT 120 LABELS tracker)
add_test(NAME tracker_storm COMMAND test_tracker_storm 200)
set_tests_properties(tracker_storm PROPERTIES TIMEOUT 180 LABELS tracker)
sysinfo_tracker_recorded(tracker_storm_recorded $<TARGET_FILE:test_tracker_storm> 200)
if(SYSINFO_MIMALLOC) # Behind the tracker.
    add_test(NAME tracker_plain_mimalloc COMMAND test_tracker_plain mimalloc)
    set_tests_properties(tracker_plain_mimalloc PROPERTIES TIMEOUT 120 LABELS tracker
        ENVIRONMENT "LD_PRELOAD=$<TARGET_FILE:sysinfo_heap_shared>:${SYSINFO_MIMALLOC}")
endif()
if(SYSINFO_JEMALLOC) # Behind the tracker.
    add_test(NAME tracker_storm_jemalloc COMMAND test_tracker_storm 50)
    set_tests_properties(tracker_storm_jemalloc PROPERTIES TIMEOUT 180 LABELS tracker ENVIRONMENT
        "LD_PRELOAD=$<TARGET_FILE:sysinfo_heap_shared>:${SYSINFO_JEMALLOC}")
endif()

if(TARGET sysinfo_example_scopes)
    add_test(NAME example_scopes COMMAND sysinfo_example_scopes)
    set_tests_properties(example_scopes PROPERTIES LABELS tracker PASS_REGULAR_EXPRESSION
        " - +3 +- +-  read .*\n~ of the whole process")
    set(read " 3 +150003 +0  read")
    set(search " 1.0[0-9]+ MiB +3 +3 +3  search")
    set(round " 0.000 MiB +[0-9.]+ MiB +3 +150006 +150006  round")
    add_test(NAME example_scopes_tracked COMMAND sysinfo_example_scopes)
    set_tests_properties(example_scopes_tracked PROPERTIES LABELS tracker ENVIRONMENT
        "LD_PRELOAD=$<TARGET_FILE:sysinfo_heap_shared>"
        PASS_REGULAR_EXPRESSION "${read} .*${search} .*${round} .*has grown by a mebibyte [0-9]+ times")
endif()
if(TARGET sysinfo_example_ring_test AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|aarch64|arm64)$")
    foreach(run IN ITEMS "" --leak)
        add_test(NAME example_ring_test${run} COMMAND sysinfo_example_ring_test ${run})
        set_tests_properties(example_ring_test${run} PROPERTIES LABELS tracker ENVIRONMENT
            "LD_PRELOAD=$<TARGET_FILE:sysinfo_heap_shared>")
    endforeach()
    set_tests_properties(example_ring_test--leak PROPERTIES PASS_REGULAR_EXPRESSION
        "meet_and_forget leaves 2 blocks, [0-9]+ bytes unreachable: 1 leaks, 1 of them cycles")
    if(TARGET sysinfo_command)
        add_test(NAME example_ring COMMAND sysinfo_command run --leaks --max-leaks 0 --
            $<TARGET_FILE:sysinfo_example_ring>)
        set_tests_properties(example_ring PROPERTIES LABELS tracker
            PASS_REGULAR_EXPRESSION "CYCLE of 2 blocks, [0-9]+ B, keeps 1 block, [0-9]+ B")
    endif()
endif()

if(TARGET sysinfo_command AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|aarch64|arm64)$")
    add_executable(test_tracker_shapes tracker/shapes.c)
    target_link_libraries(test_tracker_shapes PRIVATE sysinfo_flags Threads::Threads)
    target_compile_options(test_tracker_shapes PRIVATE -O1 -fno-builtin)
    target_compile_definitions(test_tracker_shapes PRIVATE _GNU_SOURCE)
    add_test(NAME tracker_shapes COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/tracker/shapes" $<TARGET_FILE:sysinfo_command>
        --own $<TARGET_FILE:test_tracker_shapes>)
    set_tests_properties(tracker_shapes PROPERTIES LABELS tracker TIMEOUT 300)
endif()
