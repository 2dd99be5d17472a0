# SPDX-License-Identifier: MIT
# Sets SYSINFO_HAS_HWLOC: whether topology is built in, and with which header. The library itself is loaded at run time.
# If the header is missing or too old, SYSINFO_HWLOC=AUTO leaves topology out, and ON fails.

# The name of hwloc 2's library on a system.
function(sysinfo_hwloc_soname backend result)
    set(soname libhwloc.so.15)
    if(backend STREQUAL "macos")
        set(soname libhwloc.15.dylib)
    elseif(backend STREQUAL "openbsd") # Its loader takes the newest of libhwloc.so.N.M.
        set(soname libhwloc.so)
    endif()
    set(${result} "${soname}" PARENT_SCOPE)
endfunction()

# The libraries to try, in this order: the one found at build time, the one that the loader finds, and those in the
# directories of Homebrew on Apple processors, of ports and Homebrew on Intel processors, and of pkgsrc, where many
# loaders do not look.
function(sysinfo_hwloc_names backend soname found result)
    set(names "${soname}")
    if(NOT backend STREQUAL "linux")
        if(found)
            list(PREPEND names "${found}")
        endif()
        foreach(directory IN ITEMS /opt/homebrew/lib /usr/local/lib /usr/pkg/lib)
            list(APPEND names "${directory}/${soname}")
        endforeach()
    endif()
    set(${result} "${names}" PARENT_SCOPE)
endfunction()

set(SYSINFO_HAS_HWLOC OFF)
if(NOT SYSINFO_HWLOC OR SYSINFO_BACKEND STREQUAL "none")
    return()
endif()

find_path(SYSINFO_HWLOC_INCLUDE hwloc.h)
mark_as_advanced(SYSINFO_HWLOC_INCLUDE)
set(missing "")
if(NOT SYSINFO_HWLOC_INCLUDE)
    set(missing "hwloc.h was not found")
else()
    file(STRINGS "${SYSINFO_HWLOC_INCLUDE}/hwloc.h" version REGEX "^#define HWLOC_API_VERSION +0x[0-9a-fA-F]+")
    string(REGEX MATCH "0x[0-9a-fA-F]+" version "${version}")
    if(NOT version)
        set(version 0)
    endif()
    math(EXPR version "${version}") # As a decimal number; 0x020500 is 2.5.
    if(version LESS 132352)
        set(missing "${SYSINFO_HWLOC_INCLUDE}/hwloc.h is older than hwloc 2.5")
    endif()
endif()

if(NOT missing)
    set(SYSINFO_HAS_HWLOC ON)
    return()
endif()
string(APPEND missing "; install hwloc's development package (Debian: libhwloc-dev)")
if(SYSINFO_HWLOC STREQUAL "AUTO")
    message(WARNING "Building without topology: ${missing}, or silence this with -DSYSINFO_HWLOC=OFF")
else()
    message(FATAL_ERROR "${missing}, or build without topology: -DSYSINFO_HWLOC=OFF")
endif()
