/* SPDX-License-Identifier: MIT */
/*
 * The layout of the screen. Each part reports how many rows it takes; while they do not fit, the least important part
 * is dropped, and the CPUs get the remaining rows.
 */
#include "watch/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/plot.h"
#include "text.h"
#include "value.h"

enum part_id {
    PART_CPU,
    PART_MODES,
    PART_CPUS,
    PART_MEM,
    PART_LIMIT,
    PART_SWAP,
    PART_LOAD,
    PART_PRESSURE,
    PART_CGROUP,
    PART_STATS,
    PART_FOOTER,
    PARTS
};

struct drawing {
    const struct screen *screen;
    const struct sample *sample;
    struct canvas canvas;
    size_t rows[PARTS]; /* For each part. */
};

static const struct sysinfo_field *row_field(const char *name) {
    return sysinfo_field_find("cpu", name);
}

/* ---- Colours, by load ---- */

static enum colour colour_of(double percent) {
    return percent < 50 ? COLOUR_LOW : percent < 80 ? COLOUR_MIDDLE : COLOUR_HIGH;
}

/* ---- Bars ---- */

enum { LABEL = 9, SHORT_LABEL = 6, PERCENT = 8, GAP = 2 };

/* The columns of a line with a bar. */
struct widths {
    size_t label, bar, detail, spark;
};

static struct widths widths_of(size_t columns) {
    struct widths widths = {.label = columns >= 60 ? LABEL : SHORT_LABEL};
    widths.spark = columns >= 140 ? 60 : columns >= 72 ? 15 : 0;
    widths.detail = columns >= 140 ? 40 : columns >= 72 ? 22 : columns >= 48 ? 20 : 0;
    size_t others =
        widths.label + PERCENT + widths.detail + widths.spark + (widths.spark > 0) + (widths.detail > 0 ? GAP : 0);
    widths.bar = columns > others ? columns - others : 0;
    return widths;
}

/* The text beside a bar: as many items as fit. */
struct detail {
    struct text text;
    size_t room;
};

static void detail_add(struct detail *detail, const char *more) {
    size_t gap = detail->text.length > 0 ? 2 : 0;
    if (detail->text.length + gap + strlen(more) <= detail->room) {
        text_addf(&detail->text, "%s%s", gap > 0 ? ", " : "", more);
    }
}

static void detail_add_bytes(struct detail *detail, double bytes, const char *word) {
    struct text more = TEXT_INIT;
    if (bytes >= 0) {
        bytes_add_human(&more, (uint64_t)bytes);
        text_add(&more, word);
        detail_add(detail, more.bytes);
    }
    text_free(&more);
}

/* "1.2 GiB of 7.7 GiB" */
static void detail_add_share(struct detail *detail, double bytes, double total) {
    struct text more = TEXT_INIT;
    if (bytes >= 0 && total > 0) {
        text_add(&more, " of ");
        bytes_add_human(&more, (uint64_t)total);
        detail_add_bytes(detail, bytes, more.bytes);
    }
    text_free(&more);
}

static void detail_add_count(struct detail *detail, double count, const char *one, const char *many) {
    struct text more = TEXT_INIT;
    if (count >= 0) {
        text_addf(&more, count < 100 ? "%.3g %s" : "%.0f %s", count, count < 1.5 && count > 0.5 ? one : many);
        detail_add(detail, more.bytes);
    }
    text_free(&more);
}

/* The value of a full-height sparkline. Percentages share one scale; everything else is scaled to its maximum. */
static double scale_of(const struct drawing *drawing, const struct item *item, const double *value, size_t bins) {
    const struct sysinfo_field *field = sysinfo_field_find(item->of, item->field);
    double highest = item->group == GROUP_LOAD ? known(drawing->sample, "cpu", "count") : 0;
    if (field->unit == SYSINFO_UNIT_PERCENT) {
        return 100;
    }
    for (size_t i = 0; i < bins; i++) {
        highest = value[i] > highest ? value[i] : highest;
    }
    return highest > 0 ? highest : 1;
}

/* Draws a known 0 as the lowest block, and an unknown value as nothing. */
static void draw_spark(struct drawing *drawing, size_t row, size_t column, size_t width, size_t index) {
    const struct item *item = item_at(index);
    double *value = history_means(drawing->screen->history, index, width);
    double end = scale_of(drawing, item, value, width);
    for (size_t i = 0; i < width; i++) {
        size_t eighths = value[i] > 0 ? (size_t)(value[i] / end * 8 + 0.5) : 0;
        eighths = eighths < 1 ? 1 : eighths < 8 ? eighths : 8;
        if (value[i] >= 0) {
            /* NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): these have no names. */
            canvas_put(&drawing->canvas, row, column + i, (enum sign)(SIGN_HEIGHT + eighths), COLOUR_NONE);
        }
    }
    free(value);
}

/* A bar and the text around it. `mark` is a share of the bar, or below 0. */
struct bar {
    const char *label;
    const struct part *part;
    size_t parts;
    double percent, mark;
    const char *detail;
    enum group item; /* Whose history is shown; GROUPS: none. */
};

static size_t item_of(enum group group) {
    size_t index = 0;
    while (item_at(index)->group != group || item_at(index)->title[0] != '\0') {
        index++;
    }
    return index;
}

static void draw_bar(struct drawing *drawing, size_t row, const struct bar *bar) {
    struct canvas *canvas = &drawing->canvas;
    struct widths widths = widths_of(canvas->columns);
    struct text percent = TEXT_INIT;
    canvas_put_text(canvas, row, 0, widths.label, bar->label);
    canvas_put_bar(canvas, row, widths.label, widths.bar, bar->part, bar->parts, colour_of(bar->percent));
    if (bar->mark >= 0 && bar->mark <= 1 && widths.bar > 0) {
        size_t at = (size_t)(bar->mark * (double)widths.bar);
        canvas_put(canvas, row, widths.label + (at < widths.bar ? at : widths.bar - 1), SIGN_MARK, COLOUR_NONE);
    }
    if (bar->percent >= 0) {
        text_addf(&percent, "%.1f %%", bar->percent);
    } else {
        text_add(&percent, "-");
    }
    size_t column = widths.label + widths.bar;
    canvas_put_right(canvas, row, column, PERCENT, percent.bytes);
    column += PERCENT + GAP;
    bool has_spark = bar->item != GROUPS && widths.spark > 0;
    size_t room = has_spark ? widths.detail : canvas->columns > column ? canvas->columns - column : 0;
    if (bar->detail != NULL && widths.detail > 0) {
        canvas_put_text(canvas, row, column, room, bar->detail);
    }
    if (has_spark) {
        draw_spark(drawing, row, canvas->columns - widths.spark, widths.spark, item_of(bar->item));
    }
    text_free(&percent);
}

/* ---- CPUs ---- */

/* CPU modes in the order of a bar; both interrupt modes are one. */
enum { MODES = 6 };
static const struct mode {
    const char *title, *field, *other;
    enum sign sign;
} modes[MODES] = {{"user", "user", NULL, SIGN_FULL},     {"nice", "nice", NULL, SIGN_DARK},
                  {"system", "system", NULL, SIGN_HALF}, {"irq", "irq", "softirq", SIGN_LIGHT},
                  {"steal", "steal", NULL, SIGN_STRIPE}, {"iowait", "iowait", NULL, SIGN_DOT}};

static double row_value(const void *result, const char *name) {
    const struct sysinfo_field *field = row_field(name);
    return result != NULL && sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN
               ? sysinfo_field_double(field, result)
               : -1;
}

static double mode_value(const void *result, const struct mode *mode) {
    double value = row_value(result, mode->field), other = mode->other != NULL ? row_value(result, mode->other) : -1;
    return other < 0 ? value : value < 0 ? other : value + other;
}

static void parts_of(const void *result, struct part part[MODES]) {
    for (size_t i = 0; i < MODES; i++) {
        double value = mode_value(result, &modes[i]);
        part[i] = (struct part){value > 0 ? value / 100 : 0, modes[i].sign};
    }
}

static const void *all_cpus(const struct drawing *drawing) {
    return sample_result(drawing->sample, row_field("percent"));
}

static void draw_cpu(struct drawing *drawing, size_t row) {
    const struct sample *sample = drawing->sample;
    struct detail detail = {TEXT_INIT, widths_of(drawing->canvas.columns).detail};
    struct part part[MODES];
    double count = known(sample, "cpu", "count"), usable = known(sample, "cpu", "usable"),
           quota = known(sample, "cpu", "quota");
    parts_of(all_cpus(drawing), part);
    detail_add_count(&detail, count, "CPU", "CPUs");
    if (quota >= 0 && quota < count) {
        detail_add_count(&detail, quota, "usable", "usable");
    } else if (usable < count) {
        detail_add_count(&detail, usable, "usable", "usable");
    }
    detail_add_count(&detail, known(sample, "cpu", "cores"), "core", "cores");
    draw_bar(drawing, row,
             &(struct bar){"cpu", part, MODES, known(sample, "cpu", "percent"), -1, detail.text.bytes, GROUP_CPU});
    text_free(&detail.text);
}

/* Draws a legend of the bars' signs, with the share of each mode. */
static void draw_modes(struct drawing *drawing, size_t row) {
    struct canvas *canvas = &drawing->canvas;
    size_t column = widths_of(canvas->columns).label, gap = canvas->columns < 90 ? 1 : 3;
    for (size_t i = 0; i < MODES; i++) {
        double value = mode_value(all_cpus(drawing), &modes[i]);
        struct text text = TEXT_INIT;
        text_addf(&text, "%s%4.0f", modes[i].title, value);
        if (value >= 0 && column + 2 + text.length <= canvas->columns) {
            canvas_put(canvas, row, column, modes[i].sign, COLOUR_NONE);
            column += 2 + gap + canvas_put_text(canvas, row, column + 2, text.length, text.bytes);
        }
        text_free(&text);
    }
}

/* How each CPU is drawn: a bar with a percentage, a bar alone, or one block. */
struct grid {
    size_t count, label, columns, rows, cell;
    bool has_percent, is_dense;
};

static size_t label_width(const struct sample *sample) {
    double highest = 0;
    for (size_t i = 0; i < sample->rows; i++) {
        double number = (double)sample->row[i].number;
        highest = number > highest ? number : highest;
    }
    size_t width = 1;
    for (; highest >= 10; highest /= 10) {
        width++;
    }
    return width;
}

static size_t divided_up(size_t number, size_t by) {
    return by > 0 ? (number + by - 1) / by : number;
}

/* A grid of at most `most` rows, if one fits. */
static struct grid grid_of(const struct drawing *drawing, size_t most) {
    enum { LEAST_BAR = 4, FIGURE = 4, WIDE = 80, ROUND = 16 };
    struct grid grid = {.count = drawing->sample->rows, .label = label_width(drawing->sample)};
    size_t width = drawing->canvas.columns, least = divided_up(width, WIDE);
    grid.columns = divided_up(grid.count, most);
    grid.columns = grid.columns > least ? grid.columns : least < grid.count ? least : grid.count;
    grid.cell = grid.columns > 0 ? (width + GAP) / grid.columns : 0;
    grid.cell = grid.cell > GAP ? grid.cell - GAP : 0;
    grid.has_percent = grid.cell >= grid.label + 1 + LEAST_BAR + FIGURE;
    grid.is_dense = grid.cell < grid.label + 1 + LEAST_BAR;
    if (grid.is_dense) {
        grid.cell = 1;
        grid.columns = width > grid.label + 1 ? width - grid.label - 1 : 1;
        grid.columns -= grid.columns > ROUND ? grid.columns % ROUND : 0;
    }
    grid.rows = divided_up(grid.count, grid.columns);
    return grid;
}

static void draw_label(struct drawing *drawing, size_t row, size_t column, size_t room, const struct sample_row *cpu) {
    struct text label = TEXT_INIT;
    text_addf(&label, "%llu", (unsigned long long)cpu->number);
    canvas_put_right(&drawing->canvas, row, column, room, label.bytes);
    text_free(&label);
}

static void draw_one(struct drawing *drawing, const struct grid *grid, size_t row, size_t column,
                     const struct sample_row *cpu) {
    enum { FIGURE = 4 };
    struct part part[MODES];
    double percent = row_value(cpu->usage, "percent");
    size_t bar = grid->cell - grid->label - 1 - (grid->has_percent ? FIGURE : 0);
    parts_of(cpu->usage, part);
    draw_label(drawing, row, column, grid->label, cpu);
    canvas_put_bar(&drawing->canvas, row, column + grid->label + 1, bar, part, MODES, colour_of(percent));
    if (grid->has_percent) {
        struct text figure = TEXT_INIT;
        text_addf(&figure, percent >= 0 ? "%.0f" : "-", percent);
        canvas_put_right(&drawing->canvas, row, column + grid->cell - FIGURE, FIGURE, figure.bytes);
        text_free(&figure);
    }
}

/* Draws one block for each CPU, after the number of the first one in the row. */
static void draw_dense(struct drawing *drawing, const struct grid *grid, size_t row, size_t rows) {
    const struct sample *sample = drawing->sample;
    for (size_t i = 0; grid->columns > 0 && i < sample->rows && i / grid->columns < rows; i++) {
        double percent = row_value(sample->row[i].usage, "percent");
        size_t line = row + i / grid->columns, at = i % grid->columns;
        size_t eighths = percent > 0 ? (size_t)(percent / 100 * 8 + 0.5) : 0;
        if (at == 0) {
            draw_label(drawing, line, 0, grid->label, &sample->row[i]);
        }
        if (percent >= 0) {
            canvas_put(&drawing->canvas, line, grid->label + 1 + at,
                       (enum sign)(SIGN_HEIGHT + (eighths < 1 ? 1 : eighths)), colour_of(percent));
        }
    }
}

/* Draws downwards, column by column. */
static void draw_cpus(struct drawing *drawing, size_t row) {
    size_t rows = drawing->rows[PART_CPUS];
    struct grid grid = grid_of(drawing, rows);
    if (grid.is_dense) {
        draw_dense(drawing, &grid, row, rows);
        return;
    }
    for (size_t i = 0; i < grid.count; i++) {
        draw_one(drawing, &grid, row + i % grid.rows, i / grid.rows * (grid.cell + GAP), &drawing->sample->row[i]);
    }
}

/* ---- Memory ---- */

static void draw_mem(struct drawing *drawing, size_t row) {
    const struct sample *sample = drawing->sample;
    struct detail detail = {TEXT_INIT, widths_of(drawing->canvas.columns).detail};
    double total = known(sample, "mem", "total"), used = known(sample, "mem", "used"),
           available = known(sample, "mem", "available"), free = known(sample, "mem", "free"),
           usable = known(sample, "mem", "usable");
    bool is_known = total > 0 && used >= 0, is_limited = is_known && usable >= 0 && usable < available;
    const struct part part[] = {
        {is_known ? used / total : 0, SIGN_FULL},
        {is_known && free >= 0 && available > free ? (available - free) / total : 0, SIGN_LIGHT}};
    detail_add_share(&detail, used, total);
    detail_add_bytes(&detail, is_limited ? usable : -1, " usable");
    draw_bar(drawing, row,
             &(struct bar){"mem", part, 2, known(sample, "mem", "percent"), is_limited ? (used + usable) / total : -1,
                           detail.text.bytes, GROUP_MEM});
    text_free(&detail.text);
}

/* Draws the limit that leaves least: memory that cannot be reclaimed, and page cache. */
static void draw_limit(struct drawing *drawing, size_t row) {
    const struct sysinfo_limit_level *level = &drawing->sample->binding;
    struct widths widths = widths_of(drawing->canvas.columns);
    struct detail detail = {TEXT_INIT, widths.detail + widths.spark + (widths.spark > 0)};
    double limit = (double)level->memory_limit, usable = (double)level->memory_usable;
    double held = limit > usable ? limit - usable : 0,
           used = SYSINFO_HAS(level, memory_used) ? (double)level->memory_used : held;
    const struct part part[] = {{limit > 0 ? held / limit : 1, SIGN_FULL},
                                {limit > 0 && used > held ? (used - held) / limit : 0, SIGN_LIGHT}};
    detail_add_share(&detail, held, limit);
    struct text name = TEXT_INIT;
    text_add_plain(&name, drawing->sample->binding_name);
    size_t room = detail.room > detail.text.length + 2 ? detail.room - detail.text.length - 2 : 0;
    if (name.length <= room) {
        detail_add(&detail, name.bytes);
    } else if (room > 8) { /* The end of a path is its most specific part. */
        struct text end = TEXT_INIT;
        text_addf(&end, "...%s", name.bytes + name.length - (room - 3));
        detail_add(&detail, end.bytes);
        text_free(&end);
    }
    text_free(&name);
    draw_bar(drawing, row,
             &(struct bar){"limit", part, 2, limit > 0 ? held / limit * 100 : 100, -1, detail.text.bytes, GROUPS});
    text_free(&detail.text);
}

static void draw_swap(struct drawing *drawing, size_t row) {
    const struct sample *sample = drawing->sample;
    struct detail detail = {TEXT_INIT, widths_of(drawing->canvas.columns).detail};
    double total = known(sample, "swap", "total"), used = known(sample, "swap", "used"),
           free = known(sample, "swap", "free"), usable = known(sample, "swap", "usable");
    bool is_known = total > 0 && used >= 0, is_limited = is_known && usable >= 0 && usable < free;
    const struct part part[] = {{is_known ? used / total : 0, SIGN_FULL}};
    if (total >= 0 && total < 1) {
        detail_add(&detail, "none");
    }
    detail_add_share(&detail, used, total);
    detail_add_bytes(&detail, is_limited ? usable : -1, " usable");
    draw_bar(drawing, row,
             &(struct bar){"swap", part, 1, total > 0 ? known(sample, "swap", "percent") : -1,
                           is_limited ? (used + usable) / total : -1, detail.text.bytes, GROUP_SWAP});
    text_free(&detail.text);
}

/* ---- Figures with a history ---- */

static bool is_shown(const struct drawing *drawing, enum group group, const struct item *item) {
    return item->group == group && item->title[0] != '\0' &&
           (item->is_rate ? sample_result(drawing->sample, sysinfo_field_find(item->of, item->field)) != NULL
                          : known(drawing->sample, item->of, item->field) >= 0);
}

/* How a group's figures are arranged in rows; cells do not move when a value grows. */
struct row_of_items {
    size_t count, title, in_row, cell;
};

static struct row_of_items divide(const struct drawing *drawing, enum group group) {
    enum { VALUE = 10 };
    struct row_of_items row = {0};
    const struct item *item;
    for (size_t i = 0; (item = item_at(i)) != NULL; i++) {
        if (is_shown(drawing, group, item)) {
            row.count++;
            row.title = strlen(item->title) > row.title ? strlen(item->title) : row.title;
        }
    }
    size_t label = widths_of(drawing->canvas.columns).label, columns = drawing->canvas.columns;
    size_t room = columns > label ? columns - label + GAP : 0, most = room / (row.title + VALUE + GAP);
    row.in_row = most < 1 ? 1 : most < row.count ? most : row.count;
    row.cell = row.in_row > 0 && room / row.in_row > GAP ? room / row.in_row - GAP : 0;
    return row;
}

static void draw_item(struct drawing *drawing, size_t row, size_t column, const struct row_of_items *items,
                      size_t index) {
    enum { VALUE = 9, LEAST_SPARK = 4, MOST_SPARK = 30 };
    struct text text = TEXT_INIT;
    text_addf(&text, "%s ", item_at(index)->title);
    item_add_value(&text, item_at(index), drawing->sample);
    size_t width = canvas_put_text(&drawing->canvas, row, column, items->cell, text.bytes) + 1;
    size_t start = width > items->title + VALUE ? width : items->title + VALUE;
    if (items->cell >= start + LEAST_SPARK) {
        size_t spark = items->cell - start;
        draw_spark(drawing, row, column + start, spark < MOST_SPARK ? spark : MOST_SPARK, index);
    }
    text_free(&text);
}

static void draw_items(struct drawing *drawing, size_t row, enum group group) {
    size_t label = widths_of(drawing->canvas.columns).label, drawn = 0;
    struct row_of_items items = divide(drawing, group);
    const struct item *item;
    canvas_put_text(&drawing->canvas, row, 0, label - 1, group_name(group));
    for (size_t i = 0; (item = item_at(i)) != NULL; i++) {
        if (is_shown(drawing, group, item)) {
            size_t column = label + drawn % items.in_row * (items.cell + GAP);
            draw_item(drawing, row + drawn / items.in_row, column, &items, i);
            drawn++;
        }
    }
}

/* ---- The whole screen ---- */

static bool shows(const struct drawing *drawing, enum group group) {
    return (drawing->screen->groups & GROUP_BIT(group)) != 0;
}

static size_t item_rows(const struct drawing *drawing, enum group group) {
    struct row_of_items items = divide(drawing, group);
    return shows(drawing, group) && items.count > 0 ? divided_up(items.count, items.in_row) : 0;
}

static void draw_part(struct drawing *drawing, enum part_id part, size_t row) {
    switch (part) {
    case PART_CPU:
        draw_cpu(drawing, row);
        break;
    case PART_MODES:
        draw_modes(drawing, row);
        break;
    case PART_CPUS:
        draw_cpus(drawing, row);
        break;
    case PART_MEM:
        draw_mem(drawing, row);
        break;
    case PART_LIMIT:
        draw_limit(drawing, row);
        break;
    case PART_SWAP:
        draw_swap(drawing, row);
        break;
    case PART_LOAD:
        draw_items(drawing, row, GROUP_LOAD);
        break;
    case PART_PRESSURE:
        draw_items(drawing, row, GROUP_PRESSURE);
        break;
    case PART_CGROUP:
        draw_items(drawing, row, GROUP_CGROUP);
        break;
    case PART_STATS:
        draw_items(drawing, row, GROUP_STATS);
        break;
    default:
        canvas_put_text(&drawing->canvas, drawing->canvas.rows - 1, 0, drawing->canvas.columns,
                        drawing->screen->footer);
        break;
    }
}

/* Computes the rows that each part would take; for the CPUs, the rows of their largest form. */
static void measure(struct drawing *drawing) {
    const struct sample *sample = drawing->sample;
    size_t *rows = drawing->rows;
    bool has_cpus = shows(drawing, GROUP_CPU);
    rows[PART_CPU] = has_cpus;
    rows[PART_MODES] = has_cpus && all_cpus(drawing) != NULL;
    rows[PART_CPUS] = has_cpus && sample->rows > 1 ? grid_of(drawing, sample->rows).rows : 0;
    rows[PART_MEM] = shows(drawing, GROUP_MEM);
    rows[PART_LIMIT] = shows(drawing, GROUP_MEM) && sample->binding_name != NULL;
    rows[PART_SWAP] = shows(drawing, GROUP_SWAP);
    rows[PART_LOAD] = item_rows(drawing, GROUP_LOAD);
    rows[PART_PRESSURE] = item_rows(drawing, GROUP_PRESSURE);
    rows[PART_CGROUP] = item_rows(drawing, GROUP_CGROUP);
    rows[PART_STATS] = item_rows(drawing, GROUP_STATS);
    rows[PART_FOOTER] = 1;
}

/* Fits parts by importance. The CPUs first get the rows of their smallest form, then the remaining ones. */
static void fit(struct drawing *drawing) {
    static const enum part_id order[] = {PART_CPU,    PART_MEM,      PART_LIMIT, PART_CPUS,  PART_SWAP,  PART_LOAD,
                                         PART_CGROUP, PART_PRESSURE, PART_MODES, PART_STATS, PART_FOOTER};
    size_t room = drawing->canvas.rows, wanted = drawing->rows[PART_CPUS], *cpus = &drawing->rows[PART_CPUS];
    *cpus = wanted > 0 ? grid_of(drawing, 1).rows : 0;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        size_t *rows = &drawing->rows[order[i]];
        *rows = *rows <= room ? *rows : 0;
        room -= *rows;
    }
    if (*cpus > 0) {
        *cpus = grid_of(drawing, *cpus + room).rows;
    }
}

/* Sections are separated by an empty row if all of these fit. */
static int section_of(enum part_id part) {
    return part < PART_CPUS ? 0 : part < PART_MEM ? 1 : part < PART_LOAD ? 2 : part < PART_FOOTER ? 3 : 4;
}

/* Draws all parts, or with `draws` false only counts their rows. */
static size_t draw_all(struct drawing *drawing, bool has_gaps, bool draws) {
    size_t row = 0;
    int section = section_of(PART_CPU);
    for (enum part_id part = 0; part < PARTS; part++) {
        if (drawing->rows[part] > 0) {
            row += has_gaps && row > 0 && section != section_of(part);
            if (draws) {
                draw_part(drawing, part, row);
            }
            row += drawing->rows[part];
            section = section_of(part);
        }
    }
    return row;
}

void screen_add(struct text *text, const struct screen *screen, bool is_frame) {
    struct drawing drawing = {.screen = screen, .sample = screen->sample};
    canvas_open(&drawing.canvas, screen->columns, screen->rows);
    measure(&drawing);
    fit(&drawing);
    draw_all(&drawing, draw_all(&drawing, true, false) <= screen->rows, true);
    canvas_add(text, &drawing.canvas, screen->is_ascii, screen->palette, is_frame);
    canvas_free(&drawing.canvas);
}
