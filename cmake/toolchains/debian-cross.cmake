# SPDX-License-Identifier: MIT
# Linux on another processor with Debian's cross compiler, whose name begins with SYSINFO_TRIPLET; what it makes runs
# under qemu-user.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SYSINFO_TRIPLET)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${SYSINFO_TRIPLET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER "${SYSINFO_TRIPLET}-gcc")
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${CMAKE_SYSTEM_PROCESSOR}")
# The libraries that came with the compiler. Not by qemu's -L, which opens files in that folder in place of the
# machine's.
set(libraries "/usr/${SYSINFO_TRIPLET}/lib")
file(GLOB loader "${libraries}/ld*.so.[0-9]")
# Not PIE: qemu loads those where brk() soon comes to an end, and malloc() has to do without.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-no-pie -Wl,--dynamic-linker=${loader} -Wl,-rpath=${libraries}")
set(CMAKE_FIND_ROOT_PATH "/usr/${SYSINFO_TRIPLET}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
