# SPDX-License-Identifier: MIT
# cpack runs this after installing and before packing, for what Debian's policy requires in each package: a
# documentation directory with copyright and changelogs, compressed pages, stripped files, and permissions that are
# independent of the umask.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC) # Follows SOURCE_DATE_EPOCH if it is set.
set(version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

# Debian calls this licence Expat. Its paragraphs are indented, with a dot on empty lines.
file(READ "${CPACK_RESOURCE_FILE_LICENSE}" text)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]+)\n\n(.*[^\n])" found "${text}")
set(holder "${CMAKE_MATCH_1}")
string(REPLACE "\n\n" "\n.\n" licence "${CMAKE_MATCH_2}")
string(REPLACE "\n" "\n " licence "${licence}")

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER "${component}" key)
    set(package "${CPACK_DEBIAN_${key}_PACKAGE_NAME}")
    set(staged "${CPACK_TEMPORARY_DIRECTORY}/${component}")
    set(share "${staged}${CPACK_PACKAGING_INSTALL_PREFIX}/share")
    set(documents "${share}/doc/${package}")

    if(IS_DIRECTORY "${share}/doc/sysinfo" AND NOT package STREQUAL "sysinfo")
        file(RENAME "${share}/doc/sysinfo" "${documents}")
    endif()
    if(IS_DIRECTORY "${share}/zsh") # Debian's zsh looks for completions here.
        file(RENAME "${share}/zsh/site-functions" "${share}/zsh/vendor-completions")
    endif()
    file(REMOVE "${documents}/LICENSE" "${documents}/CHANGELOG.md") # They have other names in a package.
    file(WRITE "${documents}/copyright"
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: sysinfo\n\nFiles: *\nCopyright: ${holder}\nLicense: Expat\n ${licence}\n")
    file(COPY_FILE "${CPACK_SYSINFO_CHANGELOG}" "${documents}/changelog")
    file(WRITE "${documents}/changelog.Debian"
        "sysinfo (${version}) unstable; urgency=medium\n\n  * Packed by cpack; the other changelog lists the changes.\n"
        "\n -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")
    file(WRITE "${share}/lintian/overrides/${package}"
        "# Made by the project itself: there is no request for Debian to close.\ninitial-upload-closes-no-bugs\n")

    file(GLOB pages "${share}/man/man*/*")
    run(gzip -9 -n "${documents}/changelog" "${documents}/changelog.Debian" ${pages})
    file(GLOB_RECURSE archives "${staged}/*.a")
    file(GLOB_RECURSE programs "${staged}/*/bin/*" "${staged}/*.so.*")
    foreach(program IN LISTS programs)
        run("${CPACK_SYSINFO_STRIP}" --strip-unneeded --remove-section=.comment "${program}")
    endforeach()
    foreach(archive IN LISTS archives)
        run("${CPACK_SYSINFO_STRIP}" --strip-debug --remove-section=.comment --enable-deterministic-archives
            "${archive}")
    endforeach()
    run(chmod -R u=rwX,go=rX "${staged}")
endforeach()
