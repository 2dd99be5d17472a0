# SPDX-License-Identifier: MIT
# Makes, from public headers, a C program that prints the place of every member of every public struct and the value
# of every public constant.
BEGIN {
    print "#include <stddef.h>\n#include <stdio.h>\n#include <sysinfo/sysinfo.h>\nint main(void) {"
    print "    printf(\"constant SYSINFO_SLOTS %d\\n\", SYSINFO_SLOTS);"
}
{ gsub(/\/\*.*\*\//, "") }
in_comment && !/\*\// { next }
in_comment { sub(/.*\*\//, ""); in_comment = 0 }
/\/\*/ { sub(/\/\*.*/, ""); in_comment = 1 }
/^struct [a-z_]+ \{/ { tag = $2; next }
tag && /^};/ {
    printf "    printf(\"size %s %%zu\\n\", sizeof(struct %s));\n", tag, tag
    tag = ""
    next
}
tag && /;/ {
    line = $0
    sub(/;.*/, "", line)
    count = split(line, part, ",")
    for (i = 1; i <= count; i++) {
        name = part[i]
        sub(/.*[ *]/, "", name)
        if (i == 1) {
            type = substr(part[i], 1, length(part[i]) - length(name))
            gsub(/^ +| +$/, "", type)
        }
        place = name
        sub(/\[.*/, "", place)
        printf "    printf(\"member %s.%s %%zu %s\\n\", offsetof(struct %s, %s));\n", tag, name, type, tag, place
    }
}
/^enum [a-z_]+ \{/ { in_enum = 1 }
in_enum {
    line = $0
    while (match(line, /SYSINFO_[A-Z0-9_]+/)) {
        name = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        printf "    printf(\"constant %s %%d\\n\", (int)%s);\n", name, name
    }
}
in_enum && /}/ { in_enum = 0 }
END { print "    return 0;\n}" }
