# SPDX-License-Identifier: MIT
# What a build makes of the headers that it finds: see names.cmake.
cmake_policy(VERSION 3.20)
include("${MODULE}")
message(STATUS "topology ${SYSINFO_HAS_HWLOC}")
