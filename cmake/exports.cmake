# SPDX-License-Identifier: MIT
# Writes a module definition file that exports every function the public headers declare with SYSINFO_EXPORT, and
# nothing else.
function(sysinfo_export_list output)
    set(list "EXPORTS\n")
    foreach(header IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
        file(READ "${header}" text)
        string(REGEX MATCHALL "\nSYSINFO_EXPORT [^;(]*sysinfo_[a-z0-9_]+\\(" declarations "${text}")
        foreach(declaration IN LISTS declarations)
            string(REGEX REPLACE ".*[ *\n](sysinfo_[a-z0-9_]+)\\($" "\\1" name "${declaration}")
            string(APPEND list "    ${name}\n")
        endforeach()
    endforeach()
    file(CONFIGURE OUTPUT "${output}" CONTENT "${list}" @ONLY)
endfunction()
