# SPDX-License-Identifier: MIT
# Limits, control groups, pressure, NUMA nodes: decoders, captured machines, and this one.
if(SYSINFO_BACKEND STREQUAL "linux")
    sysinfo_test(unit_limits unit/limits.c)
    sysinfo_test(root_limits root/limits_main.c root/limits.c root/limits_changes.c)
    target_compile_definitions(test_root_limits PRIVATE "LIMITS=\"${CMAKE_CURRENT_SOURCE_DIR}/root/limits\"")
    target_link_libraries(test_root_limits PRIVATE m)
    sysinfo_test(live_cgroups live/cgroups.c)
endif()
