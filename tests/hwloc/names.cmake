# SPDX-License-Identifier: MIT
# Where hwloc is looked for on each system, and what becomes of a build with headers that are too old:
# cmake -DSOURCE=... -DSCRATCH=... -P names.cmake
cmake_policy(VERSION 3.20)
set(SYSINFO_HWLOC OFF)
include("${SOURCE}/cmake/hwloc.cmake")

function(expect backend found)
    sysinfo_hwloc_soname("${backend}" soname)
    sysinfo_hwloc_names("${backend}" "${soname}" "${found}" names)
    if(NOT names STREQUAL "${ARGN}")
        message(SEND_ERROR "${backend}: '${names}' is not '${ARGN}'")
    endif()
endfunction()

expect(linux "" libhwloc.so.15)
expect(linux /usr/lib/libhwloc.so libhwloc.so.15) # The loader finds it, also on another machine.
expect(macos /opt/homebrew/lib/libhwloc.dylib
    /opt/homebrew/lib/libhwloc.dylib libhwloc.15.dylib /opt/homebrew/lib/libhwloc.15.dylib
    /usr/local/lib/libhwloc.15.dylib /usr/pkg/lib/libhwloc.15.dylib)
expect(macos ""
    libhwloc.15.dylib /opt/homebrew/lib/libhwloc.15.dylib /usr/local/lib/libhwloc.15.dylib
    /usr/pkg/lib/libhwloc.15.dylib)
expect(netbsd /usr/pkg/lib/libhwloc.so
    /usr/pkg/lib/libhwloc.so libhwloc.so.15 /opt/homebrew/lib/libhwloc.so.15 /usr/local/lib/libhwloc.so.15
    /usr/pkg/lib/libhwloc.so.15)
expect(openbsd /usr/local/lib/libhwloc.so.7.2
    /usr/local/lib/libhwloc.so.7.2 libhwloc.so /opt/homebrew/lib/libhwloc.so /usr/local/lib/libhwloc.so
    /usr/pkg/lib/libhwloc.so)

# A build with the headers of some version: whether it has topology, or the message with which it ends.
function(expect_build wanted version outcome)
    file(WRITE "${SCRATCH}/hwloc.h" "#define HWLOC_API_VERSION ${version}\n")
    execute_process(COMMAND "${CMAKE_COMMAND}" "-DSYSINFO_HWLOC=${wanted}" "-DSYSINFO_HWLOC_INCLUDE=${SCRATCH}"
        -DSYSINFO_BACKEND=netbsd "-DMODULE=${SOURCE}/cmake/hwloc.cmake" -P "${SOURCE}/tests/hwloc/configure.cmake"
        OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
    string(REGEX REPLACE "[ \n]+" " " output "${output}")
    if(NOT output MATCHES "${outcome}")
        message(SEND_ERROR "SYSINFO_HWLOC=${wanted} with hwloc ${version}: '${output}' is not '${outcome}'")
    endif()
endfunction()

expect_build(AUTO 0x00010b06 "Building without topology: [^ ]*hwloc.h is older than hwloc 2.5; .*topology OFF")
expect_build(AUTO 0x00020400 "is older than hwloc 2.5; .*topology OFF")
expect_build(AUTO 0x00020500 "^-- topology ON")
expect_build(ON 0x00010b06 "is older than hwloc 2.5; .*or build without topology: -DSYSINFO_HWLOC=OFF")
expect_build(ON 0x00020900 "^-- topology ON")
expect_build(OFF 0x00020900 "^-- topology OFF")
