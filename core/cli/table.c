/* Measures all rows first, then prints them in columns. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pxed/grow.h"
#include "text.h"

/* TABLE_LAST: columns of text that the last one keeps when others can be left out. */
enum { TABLE_COLUMNS = 12, TABLE_CELL = 1024, TABLE_LAST = 20 };

bool table_wants_color(FILE *out) {
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

void table_paint(FILE *out, bool color, enum table_color which, const char *text) {
    static const char *const codes[TABLE_COLORS] = {
        [TABLE_DIM] = "2", [TABLE_BOLD] = "1", [TABLE_GOOD] = "32", [TABLE_WARN] = "33", [TABLE_BAD] = "31"};
    if (color && codes[which])
        fprintf(out, "\033[%sm%s\033[0m", codes[which], text);
    else
        fputs(text, out);
}

static void table_add(struct table *t, enum table_color color, const char *text) {
    char clean[TABLE_CELL];
    PXED_GROW(t->cells, t->n);
    text_clean(text, clean, sizeof(clean));
    t->cells[t->n++] = (struct table_cell){pxed_arena_dup(&t->arena, pxed_slice_of(clean)).ptr, color};
}

void table_begin(struct table *t, const char *const *heads) {
    *t = (struct table){0};
    while (t->columns < TABLE_COLUMNS && heads[t->columns])
        table_add(t, TABLE_BOLD, heads[t->columns++]);
}

void table_cell(struct table *t, enum table_color color, const char *format, ...) {
    char text[TABLE_CELL];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    table_add(t, color, text);
}

size_t table_width(FILE *out) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    uint64_t n = 0;
    if (columns && pxed_slice_u64(pxed_slice_of(columns), 10000, &n) && n > 0)
        return (size_t)n;
    return isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static bool is_shown(const struct table *t, size_t column) {
    return (t->left_out >> column & 1) == 0;
}

static void measure(const struct table *t, size_t widths[TABLE_COLUMNS]) {
    for (size_t i = 0; i < t->n; i++) {
        size_t w = text_columns(t->cells[i].text);
        if (w > widths[i % t->columns])
            widths[i % t->columns] = w;
    }
}

/* What the table needs if its last column is cut as far as is sensible. */
static size_t least_width(const struct table *t, const size_t *widths) {
    size_t sum = 0, last = widths[t->columns - 1];
    for (size_t c = 0; c + 1 < t->columns; c++)
        sum += is_shown(t, c) ? widths[c] + 2 : 0;
    return sum + (last < TABLE_LAST ? last : TABLE_LAST);
}

void table_fit(struct table *t, size_t width, const int *spare) {
    size_t widths[TABLE_COLUMNS] = {0};
    measure(t, widths);
    t->most = width;
    for (; width > 0 && *spare >= 0 && least_width(t, widths) > width; spare++)
        t->left_out |= 1u << *spare;
}

/* The text, or as much of it as fits into `room` columns, with two dots where it was cut. */
static void print_cell(FILE *out, bool color, const struct table_cell *cell, size_t room) {
    char text[TABLE_CELL + 2];
    snprintf(text, sizeof(text), "%s", cell->text);
    if (text_columns(text) > room) {
        text_cut(text, room > 2 ? room - 2 : room);
        strcat(text, room > 2 ? ".." : "");
    }
    table_paint(out, color, cell->color, text);
}

void table_end(struct table *t, FILE *out) {
    size_t widths[TABLE_COLUMNS] = {0}, used = 0;
    bool color = table_wants_color(out);
    measure(t, widths);
    for (size_t i = 0; i < t->n; i++) {
        const struct table_cell *cell = &t->cells[i];
        size_t column = i % t->columns;
        size_t room = t->most == 0 ? SIZE_MAX : t->most > used ? t->most - used : 1;
        if (column + 1 == t->columns) {
            print_cell(out, color, cell, room);
            fputc('\n', out);
            used = 0;
        } else if (is_shown(t, column)) {
            table_paint(out, color, cell->color, cell->text);
            fprintf(out, "%*s", (int)(widths[column] - text_columns(cell->text) + 2), "");
            used += widths[column] + 2;
        }
    }
    table_drop(t);
}

void table_drop(struct table *t) {
    pxed_arena_clear(&t->arena);
    free(t->cells);
    *t = (struct table){0};
}
