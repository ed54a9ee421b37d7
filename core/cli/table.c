/* Measures all rows first, then prints them in columns. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "pxed/grow.h"
#include "text.h"

enum { TABLE_COLUMNS = 12, TABLE_CELL = 1024 };

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

void table_end(struct table *t, FILE *out) {
    size_t widths[TABLE_COLUMNS] = {0};
    bool color = table_wants_color(out);
    for (size_t i = 0; i < t->n; i++) {
        size_t w = text_columns(t->cells[i].text);
        if (w > widths[i % t->columns])
            widths[i % t->columns] = w;
    }
    for (size_t i = 0; i < t->n; i++) {
        const struct table_cell *cell = &t->cells[i];
        size_t column = i % t->columns;
        table_paint(out, color, cell->color, cell->text);
        if (column + 1 == t->columns)
            fputc('\n', out);
        else
            fprintf(out, "%*s", (int)(widths[column] - text_columns(cell->text) + 2), "");
    }
    table_drop(t);
}

void table_drop(struct table *t) {
    pxed_arena_clear(&t->arena);
    free(t->cells);
    *t = (struct table){0};
}
