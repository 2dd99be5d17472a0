/* SPDX-License-Identifier: MIT */
/*
 * A recording as `sysinfo plot` reads it: a byte that selects the drawing, a line with the title, and the file. A
 * drawing contains only complete characters in lines of the requested width, or is well-formed XML; no number in it is
 * NaN.
 */
#include "command.h"
#include "json.h"

#include <sys/mman.h>
#include <unistd.h>

#include "../cli/command.h"

enum { WIDTH = 70, MOST_TAGS = 8 };

/* All signs of a chart, and that of a cut, begin with this byte. Names may have it too. */
#define SIGN '\xE2'

static void must_be_lines(const char *text, bool may_have_signs) {
    while (*text != '\0') {
        while (*text != '\n') {
            MUST(may_have_signs || *text != SIGN);
            text = utf8_next(text);
        }
        text++;
    }
}

/* The text after "&#38;" and the like. */
static const char *xml_entity(const char *p) {
    MUST(p[1] == '#');
    size_t digits = strspn(p + 2, "0123456789");
    MUST(digits > 0 && p[2 + digits] == ';');
    return p + 3 + digits;
}

/* XML excludes U+FFFE and U+FFFF. */
static const char *xml_character(const char *p) {
    MUST(!((unsigned char)p[0] == 0xEF && (unsigned char)p[1] == 0xBF && (unsigned char)p[2] >= 0xBE));
    return *p == '\n' ? p + 1 : utf8_next(p);
}

/* An attribute, name="value", without NaN or infinity. */
static const char *xml_attribute(const char *p) {
    p += strcspn(p, "= />\n");
    MUST(p[0] == '=' && p[1] == '"');
    const char *value = p + 2;
    for (p = value; *p != '"';) {
        MUST(*p != '<');
        p = *p == '&' ? xml_entity(p) : xml_character(p);
    }
    bool is_number = (*value >= '0' && *value <= '9') || *value == '-' || *value == 'M';
    for (const char *q = value; q < p && is_number; q++) {
        MUST(strncmp(q, "nan", 3) != 0 && strncmp(q, "inf", 3) != 0);
    }
    return p + 1;
}

static void must_be_xml(const char *p) {
    const char *open[MOST_TAGS];
    size_t depth = 0;
    bool has_root = false;
    while (*p != '\0') {
        if (*p == '&') {
            p = xml_entity(p);
        } else if (*p != '<') {
            MUST(depth > 0 || *p == '\n');
            MUST(*p != '>' || depth > 0);
            p = xml_character(p);
        } else if (p[1] == '/') {
            size_t length = strcspn(p + 2, ">");
            MUST(depth-- > 0 && strncmp(open[depth], p + 2, length) == 0 &&
                 strchr(" />\n", open[depth][length]) != NULL);
            p += 3 + length;
        } else {
            MUST(depth > 0 || !has_root);
            has_root = true;
            const char *name = p + 1;
            for (p = name + strcspn(name, " />\n"); *p != '>' && *p != '/';) {
                p += strspn(p, " \n");
                p = *p == '>' || *p == '/' ? p : xml_attribute(p);
            }
            if (*p == '/') {
                p++;
            } else {
                MUST(depth < MOST_TAGS);
                open[depth++] = name;
            }
            MUST(*p == '>');
            p++;
        }
    }
    MUST(has_root && depth == 0);
}

static void draw(char **words, int count, bool has_sign) {
    struct options options;
    command_begin();
    int status = command_parse(&options, count, words);
    MUST(status == 0);
    status = command_run(&options);
    MUST(status == EXIT_DONE || status == EXIT_TROUBLE);
    command_must_explain(status);
    MUST((status == 0) == (command_written[1].length > 0));
    bool is_ascii = options_has(&options, OPTION_ASCII);
    if (status == 0) {
        (options_has(&options, OPTION_SVG) ? must_be_xml(command_written[1].bytes)
                                           : must_be_lines(command_written[1].bytes, has_sign || !is_ascii));
    }
    free(options.operand);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[32], title[256];
    if (file < 0) {
        file = memfd_create("recording", MFD_CLOEXEC);
        MUST(file >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    const uint8_t *line = size > 0 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (line == NULL) {
        return 0;
    }
    size_t length = (size_t)(line - data) - 1;
    snprintf(title, sizeof title, "%.*s", (int)length, (const char *)data + 1);
    line++;
    size_t rest = size - (size_t)(line - data);
    MUST(ftruncate(file, 0) == 0 && pwrite(file, line, rest, 0) == (ssize_t)rest);
    char name[] = "sysinfo", plot[] = "plot", svg[] = "--svg", ascii[] = "--ascii", width[] = "--width=70",
         with_title[] = "--title", processes[] = "--per-process", from[] = "--from=1", to[] = "--to=4";
    char *ways[][8] = {
        {name, plot, width, path},
        {name, plot, svg, with_title, title, path},
        {name, plot, width, ascii, processes, path},
        {name, plot, svg, processes, from, to, path},
        {name, plot, width, from, with_title, title, path},
    };
    char **words = ways[data[0] % (sizeof ways / sizeof ways[0])];
    int count = 0;
    while (count < 8 && words[count] != NULL) {
        count++;
    }
    draw(words, count, memchr(data, SIGN, size) != NULL);
    return 0;
}
