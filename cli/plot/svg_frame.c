/* SPDX-License-Identifier: MIT */
/*
 * A self-contained SVG file: no script, font or library. It has its own background, light or dark as the viewer
 * prefers; a viewer without media queries draws the light one.
 */
#include <string.h>

#include "plot/plot.h"
#include "utf8.h"

enum { COLOURS = SVG_COLOURS, TITLE_LETTERS = 86, SUBTITLE_LETTERS = 100 };

/* Colours that colour-blind readers can distinguish, on white and on black. */
static const char light[COLOURS][8] = {"#0067a5", "#c84e00", "#00805a", "#a0488a", "#8a6d00", "#6a6a6a"};
static const char dark[COLOURS][8] = {"#5ab4f0", "#ff9248", "#3fce9d", "#e592cf", "#e3c23c", "#9a9a9a"};

void svg_add_escaped(struct text *text, const char *string) {
    while (*string != '\0') {
        size_t length = utf8_length(string);
        unsigned char first = (unsigned char)*string;
        bool is_no_character = length == 3 && (memcmp(string, "\xEF\xBF\xBE", 3) == 0 ||
                                               memcmp(string, "\xEF\xBF\xBF", 3) == 0); /* Of XML. */
        if (length == 0 || first < 32 || first == 127 || is_no_character) {
            text_add(text, "\xEF\xBF\xBD");
        } else if (first == '&' || first == '<' || first == '>' || first == '"') {
            text_addf(text, "&#%u;", first);
        } else {
            text_addf(text, "%.*s", (int)length, string);
        }
        string += length > 0 ? length : 1;
    }
}

void svg_add_clipped(struct text *text, const char *string, size_t letters, size_t tail) {
    size_t width = text_width(string), at = 0, left_out = width > letters ? width - letters + 1 : 0;
    size_t front = letters - 1 - tail;
    if (left_out == 0) {
        svg_add_escaped(text, string);
        return;
    }
    struct text part = TEXT_INIT;
    text_add(&part, "");
    for (; *string != '\0'; at++) {
        size_t length = utf8_length(string), size = length > 0 ? length : 1;
        bool is_left_out = at >= front && at < front + left_out;
        if (!is_left_out) {
            text_addf(&part, "%.*s", (int)size, string);
        } else if (at == front) {
            text_add(&part, "\xE2\x80\xA6");
        }
        string += size;
    }
    svg_add_escaped(text, part.bytes);
    text_free(&part);
}

static void add_colours(struct text *text, const char colours[COLOURS][8], const char *indent) {
    for (int i = 0; i < COLOURS; i++) {
        text_addf(text, "%s.c%d{stroke:%s}.f%d{fill:%s}\n", indent, i, colours[i], i, colours[i]);
    }
}

static void add_style(struct text *text, const char *more, const char *more_dark) {
    text_add(
        text,
        "<style>\n"
        "text{font-family:system-ui,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#222}\n"
        ".ground{fill:#fff}.title{font-size:17px;font-weight:600}.quiet{fill:#555;font-size:12px}\n"
        ".figure{font-variant-numeric:tabular-nums;text-anchor:end}.grid{stroke:#e3e3e3}.axis{stroke:#777}\n"
        ".line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.total{stroke:#222}.whole{fill:#222}"
        "\n"
        ".area{opacity:.14;stroke:none}.in-use{fill-opacity:.5}.kept{fill:url(#hatch)}.hatch{opacity:.7}\n"
        ".mark{stroke-width:1;stroke-dasharray:3 3;opacity:.8}\n"
        ".halo{stroke:#fff;stroke-width:4;stroke-linejoin:round;paint-order:stroke}\n");
    text_add(text, more);
    add_colours(text, light, "");
    text_add(text, "@media (prefers-color-scheme:dark){\n"
                   " text{fill:#e8e8e8}.ground{fill:#16181c}.quiet{fill:#aaa}.grid{stroke:#31343a}.axis{stroke:#888}\n"
                   " .halo{stroke:#16181c}.total{stroke:#e8e8e8}.whole{fill:#e8e8e8}.hatch{opacity:.35}\n");
    text_add(text, more_dark);
    add_colours(text, dark, " ");
    text_add(text, "}\n</style>\n");
}

/* How many characters must survive clipping: date, duration and status; for a custom title, half of the length. */
static size_t tail_of(const struct plot *plot, const char *title) {
    size_t tail = title == plot->heading ? plot->heading_tail : TITLE_LETTERS / 2;
    return tail < TITLE_LETTERS * 3 / 4 ? tail : TITLE_LETTERS * 3 / 4;
}

static void add_titles(struct text *text, const struct plot *plot) {
    const char *column = column_title(plot->column), *title = plot->title != NULL     ? plot->title
                                                              : plot->heading != NULL ? plot->heading
                                                                                      : NULL;
    text_addf(text, "<text class=\"title\" x=\"%d\" y=\"28\">", SVG_LEFT);
    if (title != NULL) {
        svg_add_clipped(text, title, TITLE_LETTERS, tail_of(plot, title));
    } else {
        if (*column >= 'a' && *column <= 'z' && strchr(column, '.') == NULL) {
            text_addf(text, "%c", *column - 'a' + 'A');
            column++;
        }
        svg_add_clipped(text, column, TITLE_LETTERS, TITLE_LETTERS / 2);
    }
    text_add(text, "</text>\n");
    if (title == NULL) {
        return;
    }
    text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"48\">", SVG_LEFT);
    svg_add_clipped(text, column, SUBTITLE_LETTERS, SUBTITLE_LETTERS / 2);
    if (plot->title != NULL && plot->heading != NULL) {
        text_add(text, "; ");
        svg_add_clipped(text, plot->heading, SUBTITLE_LETTERS, tail_of(plot, plot->heading));
    }
    text_add(text, "</text>\n");
}

void svg_begin(struct text *text, const struct plot *plot, double height, const char *more_style,
               const char *more_dark_style) {
    text_addf(text,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" "
              "role=\"img\">\n",
              SVG_WIDTH, height, SVG_WIDTH, height);
    text_add(text, "<title>");
    svg_add_escaped(text, plot->title != NULL     ? plot->title
                          : plot->heading != NULL ? plot->heading
                                                  : column_title(plot->column));
    text_add(text, "</title>\n");
    add_style(text, more_style, more_dark_style);
    text_add(text, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    add_titles(text, plot);
}

double svg_x(const struct axis *time, double moment) {
    return SVG_LEFT + (moment - time->low) / (time->high - time->low) * (SVG_WIDTH - SVG_LEFT - SVG_RIGHT);
}

void svg_add_time_axis(struct text *text, const struct axis *time, double y) {
    for (double tick = tick_first(time); tick <= time->high * 1.000001; tick += time->step) {
        double x = svg_x(time, tick);
        text_addf(text, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                  x, y, x, y + 20);
        tick_add_time(text, time, tick);
        text_add(text, "</text>\n");
    }
    text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%.1f\" text-anchor=\"middle\">%s",
              (SVG_LEFT + SVG_WIDTH - SVG_RIGHT) / 2, y + 40, time->clock >= 0 ? "from " : "time since the start");
    if (time->clock >= 0) {
        date_add(text, time);
    }
    text_add(text, "</text>\n");
}
