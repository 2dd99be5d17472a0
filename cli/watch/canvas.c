/* SPDX-License-Identifier: MIT */
#include "watch/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/plot.h"

void canvas_open(struct canvas *canvas, size_t columns, size_t rows) {
    *canvas = (struct canvas){.columns = columns, .rows = rows, .cell = calloc(columns * rows, sizeof *canvas->cell)};
    if (canvas->cell == NULL) {
        fail_no_memory();
    }
}

void canvas_free(struct canvas *canvas) {
    free(canvas->cell);
}

static void put(struct canvas *canvas, size_t row, size_t column, unsigned char what, enum colour colour) {
    if (row < canvas->rows && column < canvas->columns) {
        canvas->cell[row * canvas->columns + column] = (struct cell){what, (unsigned char)colour};
    }
}

void canvas_put(struct canvas *canvas, size_t row, size_t column, enum sign sign, enum colour colour) {
    put(canvas, row, column, (unsigned char)sign, colour);
}

size_t canvas_put_text(struct canvas *canvas, size_t row, size_t column, size_t room, const char *string) {
    size_t width = 0;
    for (const unsigned char *byte = (const unsigned char *)string; *byte != '\0' && width < room; byte++) {
        bool is_rest = (*byte & 0xC0) == 0x80; /* A continuation byte. */
        if (!is_rest) {
            unsigned char what = *byte > ' ' && *byte < 127 ? *byte : '?';
            put(canvas, row, column + width++, *byte == ' ' ? SIGN_EMPTY : what, COLOUR_NONE);
        }
    }
    return width;
}

void canvas_put_right(struct canvas *canvas, size_t row, size_t column, size_t room, const char *string) {
    size_t length = strlen(string);
    canvas_put_text(canvas, row, column + (length < room ? room - length : 0), room, string);
}

/* ---- Bars ---- */

static size_t rounded(double cells, size_t width) {
    size_t whole = cells > 0 ? (size_t)(cells + 0.5) : 0;
    return whole < width ? whole : width;
}

/* Draws whole cells, so that no part hides another. A partial cell ends the bar only if nothing follows. */
void canvas_put_bar(struct canvas *canvas, size_t row, size_t column, size_t width, const struct part *part,
                    size_t parts, enum colour colour) {
    double end = 0, all = 0;
    for (size_t i = 0; i < parts; i++) {
        all += part[i].share > 0 ? part[i].share * (double)width : 0;
    }
    for (size_t i = 0, at = 0; i < parts; i++) {
        end += part[i].share > 0 ? part[i].share * (double)width : 0;
        size_t eighths = rounded(end * 8, width * 8);
        bool has_eighth = part[i].sign == SIGN_FULL && eighths % 8 != 0 && rounded(all, width) <= eighths / 8 + 1;
        size_t cells = has_eighth ? eighths / 8 : rounded(end, width);
        while (at < cells) {
            canvas_put(canvas, row, column + at++, part[i].sign, colour);
        }
        if (has_eighth && at == cells) {
            /* NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): these have no names. */
            canvas_put(canvas, row, column + at++, (enum sign)(SIGN_WIDTH + eighths % 8), colour);
        }
    }
}

/* ---- Writing ---- */

static const char *glyph_of(unsigned char what, bool is_ascii) {
    static const char blocks[SIGNS - SIGN_WIDTH][4] = {"",  "▏", "▎", "▍", "▌", "▋", "▊", "▉",
                                                       "█", "▓", "▒", "░", "╱", "·", "┃"};
    static const char ascii[SIGNS - SIGN_WIDTH][4] = {"",  " ", " ", " ", "#", "#", "#", "#",
                                                      "#", "+", "=", "%", "/", ".", "|"};
    if (what <= SIGN_WIDTH) {
        return height_sign(what, is_ascii);
    }
    return (is_ascii ? ascii : blocks)[what - SIGN_WIDTH];
}

/* Those of the 256 colours that stand out on both black and white. */
static void add_colour(struct text *text, enum palette palette, unsigned char colour) {
    static const char *const few[COLOURS] = {"\033[0m", "\033[32m", "\033[33m", "\033[31m"};
    static const char *const many[COLOURS] = {"\033[0m", "\033[38;5;28m", "\033[38;5;130m", "\033[38;5;160m"};
    text_add(text, palette == PALETTE_256 ? many[colour] : few[colour]);
}

static size_t width_of(const struct canvas *canvas, size_t row) {
    size_t width = canvas->columns;
    while (width > 0 && canvas->cell[row * canvas->columns + width - 1].what == SIGN_EMPTY) {
        width--;
    }
    return width;
}

static void add_row(struct text *text, const struct canvas *canvas, size_t row, size_t width, bool is_ascii,
                    enum palette palette) {
    unsigned char colour = COLOUR_NONE;
    for (size_t column = 0; column < width; column++) {
        const struct cell *cell = &canvas->cell[row * canvas->columns + column];
        if (palette != PALETTE_NONE && cell->colour != colour && cell->what != SIGN_EMPTY) {
            colour = cell->colour;
            add_colour(text, palette, colour);
        }
        if (cell->what >= LETTERS) {
            text_addf(text, "%c", cell->what);
        } else {
            text_add(text, glyph_of(cell->what, is_ascii));
        }
    }
    if (colour != COLOUR_NONE) {
        add_colour(text, palette, COLOUR_NONE);
    }
}

/* Does not erase to the end of a row that reaches the right edge: that would delete its last character. */
void canvas_add(struct text *text, const struct canvas *canvas, bool is_ascii, enum palette palette, bool is_frame) {
    text_add(text, is_frame ? "\033[H" : "");
    for (size_t row = 0; row < canvas->rows; row++) {
        size_t width = width_of(canvas, row);
        add_row(text, canvas, row, width, is_ascii, palette);
        if (is_frame) {
            text_add(text, width < canvas->columns ? "\033[K" : "");
            text_add(text, row + 1 < canvas->rows ? "\r\n" : "");
        } else {
            text_add(text, "\n");
        }
    }
}
