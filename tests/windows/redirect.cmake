# SPDX-License-Identifier: MIT
# cmake -DNM= -DOBJCOPY= -DINPUT=a.obj -DOUTPUT=b.obj -P redirect.cmake
#
# Renames every call of Windows in an object (__imp_Sleep -> __imp_machine_Sleep; its functions begin with a capital),
# and malloc and free, so that tests/windows/machine.c answers. An unknown call is a link error.
execute_process(COMMAND "${NM}" -u "${INPUT}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " (__imp_)?[A-Z][A-Za-z0-9]+\n" calls "${symbols}")
set(map "malloc machine_malloc\nfree machine_free\n")
foreach(call IN LISTS calls)
    string(STRIP "${call}" call)
    string(REGEX REPLACE "([A-Z].*)" "machine_\\1" renamed "${call}")
    string(APPEND map "${call} ${renamed}\n")
endforeach()
file(WRITE "${OUTPUT}.map" "${map}")
execute_process(COMMAND "${OBJCOPY}" "--redefine-syms=${OUTPUT}.map" "${INPUT}" "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
