# SPDX-License-Identifier: MIT
# Linux on another processor, with Debian's cross compiler whose name begins with SYSINFO_TRIPLET. Programs run under
# qemu-user.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SYSINFO_TRIPLET)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${SYSINFO_TRIPLET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER "${SYSINFO_TRIPLET}-gcc")
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${CMAKE_SYSTEM_PROCESSOR}")
# The libraries that came with the compiler. Not through qemu's -L, which would replace the machine's files by those in
# that directory.
set(libraries "/usr/${SYSINFO_TRIPLET}/lib")
file(GLOB loader "${libraries}/ld*.so.[0-9]")
# Not PIE: qemu loads such programs where brk() soon runs out of space, and malloc() would have to do without it.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-no-pie -Wl,--dynamic-linker=${loader} -Wl,-rpath=${libraries}")
set(CMAKE_FIND_ROOT_PATH "/usr/${SYSINFO_TRIPLET}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
