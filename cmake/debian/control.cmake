# SPDX-License-Identifier: MIT
# cpack runs this after packing, for three things that its generator of Debian packages has no setting for (CMake 3.25):
# ldconfig runs by a trigger instead of maintainer scripts, Multi-Arch is declared, and the data is compressed with xz.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()

set(directory "${CPACK_TEMPORARY_DIRECTORY}/again")
foreach(package IN LISTS CPACK_PACKAGE_FILES)
    file(REMOVE_RECURSE "${directory}")
    run(dpkg-deb --raw-extract "${package}" "${directory}")
    set(control "${directory}/DEBIAN")

    if(EXISTS "${control}/shlibs")
        file(REMOVE "${control}/postinst" "${control}/postrm")
        file(WRITE "${control}/triggers" "activate-noawait ldconfig\n")
    endif()

    file(READ "${control}/control" fields)
    string(REGEX MATCH "\nPackage: ([^\n]+)" found "\n${fields}")
    set(multi_arch "${CPACK_SYSINFO_MULTI_ARCH_${CMAKE_MATCH_1}}")
    if(multi_arch)
        file(WRITE "${control}/control" "Multi-Arch: ${multi_arch}\n${fields}")
    endif()

    file(GLOB files "${control}/*")
    run(chmod 0644 ${files})
    run(dpkg-deb --root-owner-group -Zxz --build "${directory}" "${package}")
endforeach()
