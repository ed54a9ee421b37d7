/* The first reason counts: a host that cannot be installed has one reason, with its place. */
#include "build_trouble.h"

#include <stdarg.h>
#include <stdio.h>

void build_note_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file,
                        unsigned line, const char *text) {
    if (h->rare->trouble != PXED_WHY_OK)
        return;
    struct catalogue_rare *rare = catalogue_rare(&b->c->arena, h);
    rare->trouble = why;
    rare->trouble_text = line ? pxed_arena_printf(&b->c->arena, "%s:%u: %s", file, line, text)
                              : pxed_arena_printf(&b->c->arena, "%s: %s", file, text);
}

void build_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file, unsigned line,
                   const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pxed_diag_add(b->diags, PXED_HOST_ERROR, file, line, "%s", text);
    build_note_trouble(b, h, why, file, line, text);
}

void build_own_errors(struct build *b, struct catalogue_host *h, enum pxed_reason why, size_t from) {
    for (size_t i = from; i < b->diags->n; i++) {
        struct pxed_diag *d = &b->diags->items[i];
        if (d->severity != PXED_ERROR)
            continue;
        d->severity = PXED_HOST_ERROR;
        b->diags->errors--;
        b->diags->host_errors++;
        if (h)
            build_note_trouble(b, h, why, d->file ? d->file : h->pub.file, d->file ? d->line : h->pub.line, d->text);
    }
}
