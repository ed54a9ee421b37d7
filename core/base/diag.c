/* Collects errors and warnings for people, and finds the known word nearest to a mistyped one. */
#include "pxed/diag.h"

#include "pxed/grow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char *print_alloc(const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);

    size_t size = n < 0 ? 1 : (size_t)n + 1;
    char *text = pxed_xalloc(size);
    if (n >= 0)
        vsnprintf(text, size, format, args);
    return text;
}

void pxed_diag_add(struct pxed_diags *d, enum pxed_severity severity, const char *file, unsigned line,
                   const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = print_alloc(format, args);
    va_end(args);

    PXED_GROW(d->items, d->n);
    d->items[d->n++] = (struct pxed_diag){
        .severity = severity,
        .line = line,
        .file = file ? pxed_xstrdup(pxed_slice_of(file)) : NULL,
        .text = text,
    };
    *(severity == PXED_ERROR ? &d->errors : severity == PXED_HOST_ERROR ? &d->host_errors : &d->warnings) += 1;
}

void pxed_diags_clear(struct pxed_diags *d) {
    for (size_t i = 0; i < d->n; i++) {
        free((char *)d->items[i].file);
        free((char *)d->items[i].text);
    }
    free(d->items);
    *d = (struct pxed_diags){0};
}

enum { NEAREST_MAX = 64 }; /* longer words are no option names */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static bool same(char a, char b) {
    return pxed_lower(a) == pxed_lower(b);
}

/* Damerau-Levenshtein distance (a swap of neighbours counts as one error), ignoring case. Both at most NEAREST_MAX
 * long. */
static size_t distance(struct pxed_slice a, struct pxed_slice b) {
    size_t rows[3][NEAREST_MAX + 1]; /* only the newest three rows of the matrix are needed: row i is rows[i % 3] */

    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = up[j - 1] + (same(a.ptr[i - 1], b.ptr[j - 1]) ? 0 : 1);
            row[j] = least(row[j], least(up[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a.ptr[i - 1], b.ptr[j - 2]) && same(a.ptr[i - 2], b.ptr[j - 1]))
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

const char *pxed_nearest(struct pxed_slice word, const char *const *candidates) {
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;

    if (word.len > NEAREST_MAX)
        return NULL;
    for (; *candidates; candidates++) {
        struct pxed_slice candidate = pxed_slice_of(*candidates);
        if (candidate.len > NEAREST_MAX)
            continue;
        size_t d = distance(word, candidate);
        size_t longer = word.len > candidate.len ? word.len : candidate.len;
        if (d <= longer / 3 && d < best_distance) {
            best = *candidates;
            best_distance = d;
        }
    }
    return best;
}
