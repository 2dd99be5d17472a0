# SPDX-License-Identifier: MIT
# Compiles libcheck from SYSINFO_CHECK_SOURCE (scripts/libcheck-source) with the tests, for processors and C libraries
# without a package. libcheck's own build would test each compiler for a hundred features; current Linux systems have
# the same answers to all of them, which follow.
set(present FORK GETLINE GETPID GETTIMEOFDAY LIBRT MALLOC MKSTEMP PTHREAD REALLOC SIGACTION SNPRINTF STDARG_H STDINT_H
    STDLIB_H SYS_TIME_H SYS_WAIT_H UNISTD_H VSNPRINTF
    DECL_ALARM DECL_LOCALTIME_R DECL_STRDUP DECL_STRSIGNAL)
list(TRANSFORM present REPLACE "(.+)" "#define HAVE_\\1 1\n")
string(CONCAT config ${present} "#define ENABLE_SUBUNIT 0\n")
set(directory "${PROJECT_BINARY_DIR}/libcheck")
file(CONFIGURE OUTPUT "${directory}/config.h" CONTENT "${config}")

add_library(sysinfo_libcheck STATIC EXCLUDE_FROM_ALL)
foreach(file check check_error check_list check_log check_msg check_pack check_print check_run check_str)
    target_sources(sysinfo_libcheck PRIVATE "${SYSINFO_CHECK_SOURCE}/src/${file}.c")
endforeach()
target_include_directories(sysinfo_libcheck SYSTEM PUBLIC "${SYSINFO_CHECK_SOURCE}" "${SYSINFO_CHECK_SOURCE}/src"
    PRIVATE "${directory}" "${SYSINFO_CHECK_SOURCE}/lib")
target_compile_definitions(sysinfo_libcheck PRIVATE _GNU_SOURCE HAVE_CONFIG_H=1)
target_compile_options(sysinfo_libcheck PRIVATE -w)
target_link_libraries(sysinfo_libcheck PUBLIC m)
