# SPDX-License-Identifier: MIT
# What `cpack` makes of the installed files: three Debian packages, or one archive on other systems. The preset `deb`
# has the directories and flags that Debian requires; cmake/debian/ makes whatever its packages need besides files.

set(SYSINFO_PACKAGE_CONTACT "The sysinfo authors <nobody@sysinfo.invalid>" CACHE STRING
    "Maintainer of the packages")

set(CPACK_PACKAGE_NAME sysinfo)
set(CPACK_PACKAGE_VENDOR "The sysinfo authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # Each component has its own summary, and this one would precede it.
set(CPACK_PACKAGE_CONTACT "${SYSINFO_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_SYSINFO_CHANGELOG "${PROJECT_SOURCE_DIR}/CHANGELOG.md")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_SOURCE_GENERATOR TGZ)
# scripts/dist makes the source archive of a release.
set(CPACK_SOURCE_IGNORE_FILES "/\\.git" "^${PROJECT_SOURCE_DIR}/build")
find_program(SYSINFO_DPKG_DEB dpkg-deb)
mark_as_advanced(SYSINFO_DPKG_DEB)
set(CPACK_GENERATOR TGZ)
if(SYSINFO_DPKG_DEB)
    set(CPACK_GENERATOR DEB)
endif()

set(CPACK_COMPONENTS_ALL library development)
if(TARGET sysinfo_command)
    list(APPEND CPACK_COMPONENTS_ALL command)
endif()

# ---- Debian ----

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=") # A program may use functions that are new in this version.
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian/documents.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian/control.cmake")
set(CPACK_SYSINFO_STRIP "${CMAKE_STRIP}")

string(REGEX REPLACE "([0-9])$" "\\1-" library_package "lib${SYSINFO_OUTPUT_NAME}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME "${library_package}${PROJECT_VERSION_MAJOR}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "CPUs and memory of a machine - shared library
Reports CPU times, use and counts, memory and swap, how much of them a
process may still use within its cgroups, and the state of its own heap, by
the same calls on every system. The calls have the names of Python's psutil.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME "lib${SYSINFO_OUTPUT_NAME}-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "CPUs and memory of a machine - headers and static library
For building programs that use libsysinfo: headers, manual pages, the static
library, files for pkg-config and CMake, documentation and examples.")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME sysinfo)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION utils)
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "CPUs and memory of a machine - command
Prints CPU and memory figures of a machine, as tables for people and as
single values, JSON, CSV or Prometheus text for programs. It also waits for
conditions, measures the peak memory of commands and plots it over time.")

# hwloc provides the topology if it is installed; it is loaded at run time.
if(SYSINFO_HWLOC_SONAME MATCHES "^(libhwloc)\\.so\\.([0-9]+)$")
    set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS "${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
    set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS "${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
endif()

# `sysinfo run --heap` preloads the tracker, which comes with the library.
if(TARGET sysinfo_heap_shared)
    list(APPEND CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS
        "${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
    list(JOIN CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS ", " CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS)
endif()

# With its own library directory, packages of several architectures can be installed together.
if(CMAKE_LIBRARY_ARCHITECTURE AND CMAKE_INSTALL_LIBDIR MATCHES "${CMAKE_LIBRARY_ARCHITECTURE}$")
    set(CPACK_SYSINFO_MULTI_ARCH_${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME} same)
    set(CPACK_SYSINFO_MULTI_ARCH_${CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME} same)
endif()
set(CPACK_SYSINFO_MULTI_ARCH_${CPACK_DEBIAN_COMMAND_PACKAGE_NAME} foreign)

include(CPack)
