/* Tables for people. text_clean is applied to cells when they are added. */
#pragma once

#include "pxed/arena.h"

#include <stdio.h>

enum table_color { TABLE_PLAIN, TABLE_DIM, TABLE_BOLD, TABLE_GOOD, TABLE_WARN, TABLE_BAD, TABLE_COLORS };

struct table_cell {
    const char *text;
    enum table_color color;
};

struct table {
    struct pxed_arena arena;
    struct table_cell *cells;
    size_t n, columns;
    unsigned left_out; /* a bit for each column */
    size_t most;       /* columns of text in a row; 0: any */
};

/* True if `out` is a terminal and colour is wanted: NO_COLOR is unset or empty, TERM is not dumb. */
bool table_wants_color(FILE *out);
/* Prints text in a colour, or plainly. Does not clean it. */
void table_paint(FILE *out, bool color, enum table_color which, const char *text);

/* Starts a table; `heads` ends with NULL. Then call table_cell once per column, row by row. */
void table_begin(struct table *t, const char *const *heads);
void table_cell(struct table *t, enum table_color color, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Columns on the terminal behind `out`, or what COLUMNS says; 0: `out` is no terminal, and COLUMNS is not set. */
size_t table_width(FILE *out);
/* Leaves out columns, in the order of `spare` (their numbers, ended by -1), until the table is `width` columns wide;
 * then cuts the last one. Width 0: as it is. */
void table_fit(struct table *t, size_t width, const int *spare);
/* Prints the table, two blanks between columns, the last column unpadded; frees it. */
void table_end(struct table *t, FILE *out);
/* Frees it without printing. */
void table_drop(struct table *t);
