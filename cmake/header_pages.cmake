# SPDX-License-Identifier: MIT
# Generates the library's manual pages: sysinfo(3), one page for each header, and for each function a file that refers
# to the page of its header.
#
#     cmake -DAWK=awk -DHEADERS=a.h;b.h -DOVERVIEW=sysinfo.3 -DOUTPUT=man3 -DVERSION=0.2.0 -DDATE=2026-11-26
#         -P header_pages.cmake
cmake_minimum_required(VERSION 3.20)

file(REMOVE_RECURSE "${OUTPUT}")
file(MAKE_DIRECTORY "${OUTPUT}")
foreach(header IN LISTS HEADERS)
    execute_process(COMMAND "${AWK}" -v "directory=${OUTPUT}" -v "version=${VERSION}" -v "date=${DATE}" -f
        "${CMAKE_CURRENT_LIST_DIR}/header_page.awk" "${header}" RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${header}: no manual page could be made of it")
    endif()
endforeach()
file(COPY "${OVERVIEW}" DESTINATION "${OUTPUT}")
