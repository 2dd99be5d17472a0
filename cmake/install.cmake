# SPDX-License-Identifier: MIT
# What `cmake --install` installs: headers, libraries, the files for pkg-config and find_package(), the command and its
# manual pages and completions.

set(installed_libraries "")
if(SYSINFO_SHARED)
    list(APPEND installed_libraries sysinfo_shared)
endif()
if(SYSINFO_STATIC)
    list(APPEND installed_libraries sysinfo_static)
endif()
foreach(target IN ITEMS sysinfo_heap_shared sysinfo_heap_static)
    if(TARGET ${target})
        list(APPEND installed_libraries ${target})
    endif()
endforeach()
if(NOT SYSINFO_SHARED AND NOT SYSINFO_STATIC)
    message(FATAL_ERROR "SYSINFO_INSTALL needs SYSINFO_SHARED or SYSINFO_STATIC")
endif()

install(FILES ${public_headers} "${generated}/include/sysinfo/version.h" DESTINATION
    "${CMAKE_INSTALL_INCLUDEDIR}/sysinfo" COMPONENT development)
install(TARGETS ${installed_libraries} EXPORT sysinfo
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT library
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library NAMELINK_COMPONENT development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(FILES LICENSE CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT library)
install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development FILES_MATCHING PATTERN "*.c"
    PATTERN "*.py" PATTERN "*.service" PATTERN "*.yml" PATTERN "*.json")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development PATTERN frame-to-svg EXCLUDE)
install(FILES SECURITY.md SUPPORT.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development)

# ---- find_package(sysinfo) ----

set(package_directory "${CMAKE_INSTALL_LIBDIR}/cmake/sysinfo")
install(EXPORT sysinfo NAMESPACE sysinfo:: FILE sysinfoTargets.cmake DESTINATION "${package_directory}" COMPONENT
    development)
configure_package_config_file(cmake/sysinfoConfig.cmake.in "${generated}/sysinfoConfig.cmake" INSTALL_DESTINATION
    "${package_directory}" NO_SET_AND_CHECK_MACRO)
# Nothing is removed within a major version: docs/abi.md.
write_basic_package_version_file("${generated}/sysinfoConfigVersion.cmake" COMPATIBILITY SameMajorVersion)
install(FILES "${generated}/sysinfoConfig.cmake" "${generated}/sysinfoConfigVersion.cmake" DESTINATION
    "${package_directory}" COMPONENT development)

# ---- pkg-config ----

# Directories are relative to the .pc file, so that an installed tree can be moved; one outside of the prefix is
# absolute.
function(pkg_config_directory result directory)
    if(IS_ABSOLUTE "${directory}")
        set(${result} "${directory}" PARENT_SCOPE)
    else()
        set(${result} "\${prefix}/${directory}" PARENT_SCOPE)
    endif()
endfunction()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
endif()
pkg_config_directory(pc_libdir "${CMAKE_INSTALL_LIBDIR}")
pkg_config_directory(pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
list(TRANSFORM SYSINFO_SYSTEM_LIBRARIES PREPEND "-l" OUTPUT_VARIABLE pc_libs_private)
string(REPLACE ";" " " pc_libs_private "${pc_libs_private}")
set(pc_libs "-l${SYSINFO_OUTPUT_NAME}")
if(NOT SYSINFO_SHARED AND pc_libs_private)
    string(APPEND pc_libs " ${pc_libs_private}")
endif()
configure_file(cmake/sysinfo.pc.in "${generated}/sysinfo.pc" @ONLY)
install(FILES "${generated}/sysinfo.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
if(SYSINFO_TRACKER)
    configure_file(cmake/sysinfo_heap.pc.in "${generated}/sysinfo_heap.pc" @ONLY)
    install(FILES "${generated}/sysinfo_heap.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endif()

# ---- The command, its manual pages and completions ----

if(TARGET sysinfo_command)
    install(TARGETS sysinfo_command RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
    install(FILES "${generated}/man/sysinfo.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT command)
    install(FILES "${generated}/completions/sysinfo.bash" DESTINATION
        "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME sysinfo COMPONENT command)
    install(FILES "${generated}/completions/_sysinfo" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions"
        COMPONENT command)
    install(FILES "${generated}/completions/sysinfo.fish" DESTINATION
        "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT command)
    if(SYSINFO_AWK)
        install(DIRECTORY "${generated}/man3" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT development)
    else()
        install(FILES "${generated}/man/sysinfo.3" DESTINATION "${CMAKE_INSTALL_MANDIR}/man3" COMPONENT development)
    endif()
endif()
