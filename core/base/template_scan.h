/* A template's text as (literal, tag) pairs. */
#pragma once

#include "pxed/template.h"

struct pxed_template_scan {
    struct pxed_slice text;
    struct pxed_slice open, close; /* current delimiters */
    size_t pos;
    unsigned line;
    bool at_line_start; /* pos is at the start of a line */
};

enum { PXED_TEMPLATE_END = 'E' }; /* as a sigil: no more tags, only the last literal */

struct pxed_template_tag {
    struct pxed_slice before; /* literal text up to the tag */
    struct pxed_slice indent; /* blanks before a tag alone on its line; not part of `before` */
    struct pxed_slice name;
    pxed_escape_fn *escape; /* of {{name|mode}}; NULL: the template's own */
    unsigned line;
    char sigil; /* 0 & # ^ / > ! = or PXED_TEMPLATE_END */
    bool standalone;
    bool before_at_line_start;
};

struct pxed_template_scan pxed_template_scan_begin(struct pxed_slice text);
/* The next pair; 0 or a pxed_template_error, whose line is in tag->line. Slices borrow the template's text. */
int pxed_template_scan_next(struct pxed_template_scan *s, struct pxed_template_tag *tag);
