/* Mustache (github.com/mustache/spec: interpolation, sections, inverted, comments, delimiters, partials). It leaves `$`
 * and `%` alone, which answer files are full of. Rendering is lenient; pxed_template_names is the strict pass. */
#pragma once

#include "pxed/buf.h"

enum pxed_value_kind {
    PXED_VALUE_NONE,  /* absent or null: false, renders empty */
    PXED_VALUE_FALSE, /* false; also an empty list */
    PXED_VALUE_TRUE,  /* a flag: true, renders as its text */
    PXED_VALUE_TEXT,  /* a scalar; true in a section even when empty, as the Mustache spec's tests require */
    PXED_VALUE_LIST,  /* a section repeats over its items */
    PXED_VALUE_MAP,   /* a section enters it */
};

/* Access to the caller's data: nodes are opaque pointers that must stay valid while rendering. */
struct pxed_template_data {
    enum pxed_value_kind (*kind)(const void *node);
    struct pxed_slice (*text)(const void *node);                 /* of TEXT and TRUE */
    const void *(*get)(const void *node, struct pxed_slice key); /* member of a MAP, NULL: absent */
    const void *(*item)(const void *node, size_t index);         /* of a LIST, NULL: past the end */
};

/* Writes `text` so that it cannot end the string or line it is put into. */
typedef void pxed_escape_fn(struct pxed_buf *out, struct pxed_slice text);

struct pxed_template {
    const struct pxed_template_data *data;
    const void *root;
    pxed_escape_fn *escape; /* for {{x}}; NULL: none; {{x|mode}} has its own */
    bool (*partial)(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text); /* may be NULL: no partials */
    void *partial_ctx;
};

enum pxed_template_error {
    PXED_TEMPLATE_OK = 0,
    PXED_TEMPLATE_UNCLOSED_TAG = 1,
    PXED_TEMPLATE_UNCLOSED_SECTION,
    PXED_TEMPLATE_STRAY_CLOSE,
    PXED_TEMPLATE_BAD_DELIMITER,
    PXED_TEMPLATE_TOO_DEEP, /* sections or partials nested beyond 32: a partial that includes itself */
};

/* Renders into `out`, whose logical length is the size needed. Returns a pxed_template_error; on failure *ret_line, if
 * not NULL, is the line of the error in `text`. Pure: no allocation. */
int pxed_template_render(const struct pxed_template *t, struct pxed_slice text, struct pxed_buf *out,
                         unsigned *ret_line);

/* Calls `seen` for each name a template uses (after `=` delimiter changes), partials included with sigil '>'. Sigil is
 * 0 for {{x}}, '&', '#', '^' or '>'. Names inside a section over a list (`{{.}}`) are passed as written. Same result
 * codes. */
int pxed_template_names(struct pxed_slice text,
                        void (*seen)(void *ctx, char sigil, struct pxed_slice name, unsigned line), void *ctx,
                        unsigned *ret_line);

const char *pxed_template_strerror(int error);

/* Escape modes: a value cannot end the string or line it stands in. */
pxed_escape_fn pxed_escape_html;  /* & < > " ' as the Mustache spec's tests want; also right for XML: bytes it forbids
                                     are dropped */
pxed_escape_fn pxed_escape_line;  /* preseed, loader scripts: control bytes become blanks; a backslash at the end gets a
                                     blank after it */
pxed_escape_fn pxed_escape_shell; /* inside '...': ' becomes '\'' ; NUL dropped */
pxed_escape_fn pxed_escape_cmd;   /* inside "..." of a batch file: % and " doubled, control bytes dropped */
pxed_escape_fn pxed_escape_ini;   /* inside "..." of an .inf file of Windows: " doubled, control bytes become blanks */
pxed_escape_fn pxed_escape_yaml;  /* inside "...": JSON escapes */
pxed_escape_fn pxed_escape_ks;   /* inside "..." of a kickstart command: " and \ get a \, control bytes become blanks */
pxed_escape_fn pxed_escape_url;  /* a part of a URL, RFC 3986: in a data: URL too */
pxed_escape_fn pxed_escape_word; /* a package or group name on its own: characters that no such name has are dropped */

/* The mode of {{name|mode}}: line, xml, shell, cmd, ini, yaml, ks, word or url. NULL: no such mode. */
pxed_escape_fn *pxed_escape_named(struct pxed_slice mode);
