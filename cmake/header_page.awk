# SPDX-License-Identifier: MIT
# Makes the manual page of a public header from its comments, and a file that refers to it for each of its functions
# and macros.
#
#     awk -v directory=man3 -v version=0.2.0 -v date=2026-11-26 -f header_page.awk cpu.h
#
# The first comment is the description. A comment above declarations, up to the next empty line, describes all of them;
# one with an empty line below it is a paragraph of its own. Four blanks begin an example, "  - " a list.

function escape(text)
{
    gsub(/\\/, "\\e", text)
    gsub(/--/, "\\-\\-", text)
    gsub(/'/, "\\(aq", text)
    return text
}

# A line must not begin like a request.
function line_start(text)
{
    return text ~ /^[.]/ ? "\\\&" text : text
}

function mark_up(text,    result)
{
    text = escape(text)
    while (match(text, /`[^`]*`|sysinfo_[a-z0-9_]+\(\)/)) {
        result = result substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART, RLENGTH) "\\fP"
        text = substr(text, RSTART + RLENGTH)
    }
    text = result text
    gsub(/`/, "", text)
    return text
}

# Prose in lines of less than 80 columns; each sentence begins a line.
function fill(text,    words, count, i, line)
{
    count = split(mark_up(text), words, / +/)
    for (i = 1; i <= count; i++) {
        if (words[i] == "") {
            continue
        }
        if (line == "") {
            line = line_start(words[i])
        } else if (length(line) + length(words[i]) > 76 || line ~ /[.?!]\)?$/) {
            print line >page
            line = line_start(words[i])
        } else {
            line = line " " words[i]
        }
    }
    if (line != "") {
        print line >page
    }
}

# Begins a paragraph, where a heading has not just done so.
function begin(tag)
{
    if (!(tag == ".PP" && at_heading)) {
        print tag >page
    }
    at_heading = 0
}

function end_paragraph(tag)
{
    if (paragraph != "") {
        begin(tag)
        fill(paragraph)
        paragraph = ""
    }
}

# The lines of a comment as paragraphs, examples and list items; `tag` begins each of its paragraphs.
function prose(text, tag,    lines, count, i, mode)
{
    count = split(text, lines, /\n/)
    paragraph = ""
    mode = "text"
    for (i = 1; i <= count; i++) {
        if (mode == "code" && lines[i] !~ /^    / && lines[i] !~ /^ *$/) {
            print ".fi" >page
            mode = "text"
        }
        if (lines[i] ~ /^ *$/) {
            end_paragraph(mode == "list" ? ".IP \\(bu 2" : tag)
            mode = mode == "list" ? "text" : mode
        } else if (lines[i] ~ /^  - /) {
            end_paragraph(mode == "list" ? ".IP \\(bu 2" : tag)
            mode = "list"
            paragraph = substr(lines[i], 5)
        } else if (lines[i] ~ /^    / && mode != "list" && paragraph == "") {
            if (mode != "code") {
                begin(tag)
                print ".nf" >page
                mode = "code"
            }
            print line_start(escape(lines[i])) >page
        } else {
            paragraph = paragraph " " lines[i]
        }
    }
    if (mode == "code") {
        print ".fi" >page
    }
    end_paragraph(mode == "list" ? ".IP \\(bu 2" : tag)
}

# A declaration in lines of less than 80 columns, broken between arguments.
function declaration(text,    parts, count, i, line)
{
    gsub(/SYSINFO_EXPORT |SYSINFO_MUST_CHECK /, "", text)
    gsub(/  +/, " ", text)
    gsub(/\( /, "(", text)
    count = split(escape(text), parts, /, /)
    line = parts[1]
    if (length(line) > 70 && match(line, /\(/)) {
        print "\\fB" substr(line, 1, RSTART) "\\fP" >page
        line = "    " substr(line, RSTART + 1)
    }
    for (i = 2; i <= count; i++) {
        if (length(line) + length(parts[i]) > 68) {
            print "\\fB" line ",\\fP" >page
            line = "    " parts[i]
        } else {
            line = line ", " parts[i]
        }
    }
    print "\\fB" line "\\fP" >page
}

# Adds a name of the page; each is a page that refers to this one.
function add_name(name)
{
    if (!(name in known)) {
        known[name] = 1
        names[++name_count] = name
    }
}

# Remembers one thing to print when all names are known: kinds are text, section, decl, member, struct.
function add(kind, text)
{
    kinds[++item_count] = kind
    items[item_count] = text
}

# What a generator reads in a comment is not for readers.
function without_notes(text,    groups, lines, count, i, result)
{
    count = split(text, lines, /\n/)
    for (i = 1; i <= count; i++) {
        if (match(lines[i], /^group [a-z.]+, result [A-Z_]+/)) {
            split(substr(lines[i], RSTART, RLENGTH), words, /[ ,]+/)
            groups = groups (groups == "" ? "" : ", ") "`" words[2] "`"
            sub(/^group [a-z.]+, result [A-Z_]+(, prom [^:]*)?[.:]? */, "", lines[i])
            if (lines[i] == "") {
                continue
            }
            lines[i] = toupper(substr(lines[i], 1, 1)) substr(lines[i], 2)
        }
        result = result (result == "" ? "" : "\n") lines[i]
    }
    if (groups != "") {
        result = (groups ~ /,/ ? "Groups " : "Group ") groups " of the field table.\n\n" result
    }
    return result
}

function add_member(text, note,    unit)
{
    gsub(/\n/, " ", note)
    sub(/ +$/, "", text)
    if (match(note, /^(none|bytes|seconds|count|threads|percent|hertz|text)[^:]*: /)) {
        unit = substr(note, 1, RLENGTH - 2)
        note = substr(note, RLENGTH + 1)
        sub(/, prom [^,]*/, "", unit)
        sub(/, (label|last)/, "", unit)
        sub(/^none(, )?/, "", unit)
    }
    add("member", text "\t" unit "\t" note)
}

function comment_text(line)
{
    sub(/^ *\/?\*+\/? ?/, "", line)
    sub(/ *\*\/ *$/, "", line)
    return line
}

# ---- Reading ----

FNR == 1 {
    next # The licence.
}

in_comment {
    comment = comment "\n" comment_text($0)
    if ($0 ~ /\*\//) {
        in_comment = 0
        sub(/^\n+/, "", comment)
        sub(/\n+$/, "", comment)
    }
    next
}

/^#ifndef SYSINFO_[A-Z_]*_H$/ {
    description = comment
    comment = ""
    started = 1
    next
}

/^ *\/\* ---- / {
    sub(/^ *\/\* -+ /, "")
    sub(/ -*( *\*\/)$/, "")
    add("section", $0)
    next
}

/^ *\/\*.*\*\/ *$/ {
    comment = comment_text($0)
    next
}

/^ *\/\*/ {
    in_comment = 1
    comment = comment_text($0)
    next
}

!started {
    next
}

in_struct && /^}/ {
    in_struct = 0
    comment = ""
    next
}

# A member, or an enumerator, and its comment behind or above.
in_struct {
    code = $0
    if (code ~ /^ *$/) {
        next
    }
    note = comment
    comment = ""
    if (match(code, /\/\*.*\*\//)) {
        note = comment_text(substr(code, RSTART, RLENGTH))
        code = substr(code, 1, RSTART - 1)
    }
    sub(/^ +/, "", code)
    sub(/ +$/, "", code)
    if (code ~ /=$/) {
        partial = code " "
        next
    }
    code = partial code
    partial = ""
    sub(/[;,]$/, "", code)
    if (code !~ /opaque_/ && code !~ /present, estimated/) {
        add_member(code, note)
    }
    next
}

/^(struct|enum)( [a-z_]+)? \{$/ {
    in_struct = 1
    sub(/ \{$/, "")
    add("struct", $0)
    add("text", without_notes(comment))
    comment = ""
    next
}

/^ *$/ {
    end_declarations()
    next
}

function end_declarations()
{
    if (partial_declaration != "") {
        print FILENAME ": not a declaration: " partial_declaration >"/dev/stderr"
        failed = 1
    }
    if (comment != "") {
        add(declared ? "described" : "text", comment)
    }
    comment = ""
    declared = 0
}

in_macro {
    in_macro = $0 ~ /\\$/
    next
}

/^#define / && $2 !~ /_H$/ {
    in_macro = $0 ~ /\\$/
    match($0, /^#define [A-Za-z_0-9]+(\([^)]*\))?/)
    text = substr($0, 9, RLENGTH - 8)
    split(text, words, /\(/)
    if (!(words[1] in known) && FILENAME !~ /api\.h$/) {
        if (text ~ /\(/) {
            add_name(words[1])
        }
        known[words[1]] = 1
        add("decl", text)
        declared = 1
    }
    next
}

/^#|^SYSINFO_(BEGIN|END)_DECLS/ {
    next
}

/^struct [a-z_]+;$/ {
    next
}

# Functions, and enums on one line.
{
    sub(/^ +/, "")
    partial_declaration = partial_declaration (partial_declaration == "" ? "" : " ") $0
    if ($0 !~ /;$/) {
        next
    }
    text = partial_declaration
    partial_declaration = ""
    if (match(text, /sysinfo_[a-z0-9_]+\(/)) {
        add_name(substr(text, RSTART, RLENGTH - 1))
        synopsis[++synopsis_count] = text
    }
    add("decl", text)
    declared = 1
}

# ---- Printing ----

END {
    end_declarations()
    title = FILENAME
    sub(/.*\//, "", title)
    header = title
    sub(/\.h$/, "", title)
    title = "sysinfo_" title
    page = directory "/" title ".3"
    printf ".\\\" SPDX-License-Identifier: MIT\n.\\\" Made from the comments of <sysinfo/%s>.\n", header >page
    printf ".TH %s 3 %s \"sysinfo %s\" \"Library Functions\"\n.nh\n.SH NAME\n", toupper(title), date, version >page
    list = title
    for (i = 1; i <= name_count; i++) {
        if (names[i] != title) {
            list = list ", " names[i]
        }
    }
    fill(list)
    summary = description
    sub(/[.:](\n|$).*/, "", summary)
    sub(/\. .*/, "", summary)
    gsub(/\n/, " ", summary)
    sub(/:$/, "", summary)
    print "\\- " mark_up(summary) >page
    print ".SH SYNOPSIS\n.nf\n\\fB#include <sysinfo/" header ">\\fP" >page
    for (i = 1; i <= synopsis_count; i++) {
        if (i == 1) {
            print "" >page
        }
        declaration(synopsis[i])
    }
    print ".fi\n.SH DESCRIPTION" >page
    at_heading = 1
    prose(description, ".PP")
    for (i = 1; i <= item_count; i++) {
        if (kinds[i] == "section") {
            print ".SS " items[i] >page
            at_heading = 1
        } else if (kinds[i] == "text") {
            prose(items[i], ".PP")
        } else if (kinds[i] == "decl") {
            # Declarations that share their description stand together.
            begin(".PP")
            print ".nf" >page
            for (; i <= item_count && kinds[i] == "decl"; i++) {
                declaration(items[i])
            }
            print ".fi" >page
            if (kinds[i] == "described") {
                print ".RS 4" >page
                at_heading = 1
                prose(items[i], ".PP")
                print ".RE" >page
            } else {
                i--
            }
        } else if (kinds[i] == "struct") {
            begin(".PP")
            print "\\fB" items[i] "\\fP" >page
        } else {
            at_heading = 0
            split(items[i], parts, /\t/)
            print ".TP\n\\fB" escape(parts[1]) "\\fP" (parts[2] == "" ? "" : " (" parts[2] ")") >page
            fill(parts[3])
        }
    }
    print ".SH SEE ALSO\n.BR sysinfo (3)" >page
    close(page)
    for (i = 1; i <= name_count; i++) {
        if (names[i] != title) {
            file = directory "/" names[i] ".3"
            print ".so man3/" title ".3" >file
            close(file)
        }
    }
    exit failed
}
