# SPDX-License-Identifier: MIT
# Makes the field table from the public headers, the one place where a field is written down.
#
#     cmake -DHEADERS=a.h;b.h -DOUTPUT=fields.inc -P fields.cmake
#
# A struct whose comment begins "group GROUP, result RESULT" has one member a line; a
# comment with several such lines puts the struct's fields into each of these groups:
#
#     uint64_t name; /* unit[, counter|label][, prom metric[ label=value]]: Sentence. */
#
# A long comment stands above its member instead. "prom metric label=@" after RESULT applies to every member without a
# `prom` of its own; @ is the member's name.
#
# Its Prometheus name is sysinfo_GROUP_NAME[_UNIT][_total] unless `prom` gives another behind "sysinfo_", where %
# stands for
# the group; percentages and labels have none. Any other line inside such a struct is an error.
#
# The fields of a group stand together in the table, whichever structs and headers they come from.
cmake_minimum_required(VERSION 3.20)

set(all_groups "")
set(completes "")
foreach(header IN LISTS HEADERS)
    file(STRINGS "${header}" lines)
    set(groups "")
    set(results "")
    set(tag "")
    set(fields 0)
    foreach(line IN LISTS lines)
        if(line MATCHES "group ([a-z.]+), result ([A-Z_]+)(, prom ([a-z0-9_]+ [a-z]+=@))?")
            list(APPEND groups "${CMAKE_MATCH_1}")
            list(APPEND results "${CMAKE_MATCH_2}")
            set(struct_metric "${CMAKE_MATCH_4}")
            set(comment "")
        elseif(groups AND line MATCHES "^struct ([a-z_]+) {")
            set(tag "${CMAKE_MATCH_1}")
        elseif(NOT tag)
            continue()
        elseif(line MATCHES "^};")
            string(APPEND completes "COMPLETE(${tag}, ${fields})\n")
            set(groups "")
            set(results "")
            set(tag "")
            set(fields 0)
        elseif(line MATCHES "^ +uint64_t present, estimated;$")
            continue()
        elseif(line MATCHES "^ +/?\\*+/?( (.*))?$")
            string(REGEX REPLACE " \\*/$" "" text "${CMAKE_MATCH_2}")
            string(STRIP "${comment} ${text}" comment)
        elseif("${line} /* ${comment} */" MATCHES
               "^ +(uint64_t|double) ([a-z0-9_]+); +/\\* ([a-z]+)((, [^:]+)?): (.*)\\. \\*/( /\\*  \\*/)?$")
            set(name "${CMAKE_MATCH_2}")
            set(unit "${CMAKE_MATCH_3}")
            set(options "${CMAKE_MATCH_4}")
            set(meaning "${CMAKE_MATCH_6}.")
            set(comment "")
            if(struct_metric AND NOT options MATCHES ", (prom|label)")
                string(REPLACE "@" "${name}" member_metric "${struct_metric}")
                string(APPEND options ", prom ${member_metric}")
            endif()
            set(kind gauge)
            if(options MATCHES ", (counter|label)")
                set(kind "${CMAKE_MATCH_1}")
            endif()
            set(labels NULL)
            if(options MATCHES ", prom ([a-z0-9_%]+)( ([a-z]+)=([a-z]+))?")
                set(metric "\"sysinfo_${CMAKE_MATCH_1}\"")
                if(CMAKE_MATCH_3)
                    set(labels "\"${CMAKE_MATCH_3}=\\\"${CMAKE_MATCH_4}\\\"\"")
                endif()
            elseif(kind STREQUAL label OR unit STREQUAL percent)
                set(metric NULL)
            else()
                set(metric "sysinfo_%_${name}")
                if(unit MATCHES "^(bytes|seconds)$")
                    string(APPEND metric "_${unit}")
                endif()
                if(kind STREQUAL counter)
                    string(APPEND metric "_total")
                endif()
                set(metric "\"${metric}\"")
            endif()
            string(TOUPPER "${unit}" unit)
            string(TOUPPER "${kind}" kind)
            foreach(group result IN ZIP_LISTS groups results)
                string(REPLACE "." "_" metric_group "${group}")
                string(REPLACE "%" "${metric_group}" group_metric "${metric}")
                list(APPEND all_groups "${group}")
                set(place "\"${group}\", ${result}, ${tag}, ${name}")
                set(nature "${unit}, ${kind}, ${group_metric}, ${labels}")
                string(APPEND "rows_${group}" "FIELD(${place}, ${nature}, \"${meaning}\")\n")
            endforeach()
            math(EXPR fields "${fields} + 1")
        else()
            message(FATAL_ERROR
                "${header}: struct ${tag}: a member reads 'type name; /* unit: Sentence. */', not:\n${line}")
        endif()
    endforeach()
endforeach()
list(REMOVE_DUPLICATES all_groups)
set(rows "")
foreach(group IN LISTS all_groups)
    string(APPEND rows "${rows_${group}}")
endforeach()
if(NOT rows)
    message(FATAL_ERROR "no fields in: ${HEADERS}")
endif()
file(WRITE "${OUTPUT}" "/* Made by cmake/fields.cmake from the public headers. */\n${rows}${completes}")
