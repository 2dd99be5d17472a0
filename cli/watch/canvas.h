/* SPDX-License-Identifier: MIT */
/* A screen of cells (letters, signs and bars), filled in any order and then written from the top. */
#ifndef CLI_WATCH_CANVAS_H
#define CLI_WATCH_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* The content of a cell: empty, one to eight eighths of height or width, a pattern, or a letter. */
enum sign {
    SIGN_EMPTY = 0,
    SIGN_HEIGHT = 0, /* SIGN_HEIGHT + 1 to SIGN_HEIGHT + 8 */
    SIGN_WIDTH = 8,  /* SIGN_WIDTH + 1 to SIGN_WIDTH + 8 */
    SIGN_FULL = SIGN_WIDTH + 8,
    SIGN_DARK,
    SIGN_HALF,
    SIGN_LIGHT,
    SIGN_STRIPE,
    SIGN_DOT,
    SIGN_MARK,
    SIGNS,
    LETTERS = 32
};

enum colour { COLOUR_NONE, COLOUR_LOW, COLOUR_MIDDLE, COLOUR_HIGH, COLOURS };

/* The number of colours of a terminal. */
enum palette { PALETTE_NONE, PALETTE_8, PALETTE_256 };

struct canvas {
    size_t columns, rows; /* Row 0 is the highest. */
    struct cell {
        unsigned char what, colour;
    } *cell;
};

/* Starts empty; canvas_free() releases it. */
void canvas_open(struct canvas *canvas, size_t columns, size_t rows);
void canvas_free(struct canvas *canvas);

/* Anything beyond the edges is cut off. */
void canvas_put(struct canvas *canvas, size_t row, size_t column, enum sign sign, enum colour colour);

/* Puts at most `room` characters, with '?' for those outside ASCII. Returns their number. */
size_t canvas_put_text(struct canvas *canvas, size_t row, size_t column, size_t room, const char *string);

/* The same, right-aligned in `room`. */
void canvas_put_right(struct canvas *canvas, size_t row, size_t column, size_t room, const char *string);

/* A part of a bar: a share of its length, 0 to 1. */
struct part {
    double share;
    enum sign sign;
};
void canvas_put_bar(struct canvas *canvas, size_t row, size_t column, size_t width, const struct part *part,
                    size_t parts, enum colour colour);

/*
 * Adds all rows without trailing blanks. With `is_frame`, draws from the terminal's upper left corner over the previous
 * frame; else as lines.
 */
void canvas_add(struct text *text, const struct canvas *canvas, bool is_ascii, enum palette palette, bool is_frame);

#endif
