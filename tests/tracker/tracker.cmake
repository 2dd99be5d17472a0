# SPDX-License-Identifier: MIT
# The tracker, and what is read of it.
if(NOT SYSINFO_BACKEND STREQUAL "linux")
    return()
endif()

sysinfo_test(tracker_record tracker/record.c)
