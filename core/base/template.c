/* Mustache: rendering, and the strict pass over the names a template uses. */
#include "template_scan.h"

enum { MAX_DEPTH = 32 };

/* ---- Rendering -------------------------------------------------------------------------------------------------- */

struct context {
    const void *node;
    const struct context *outer;
};

/* Indent of a partial's lines; that of the outer partial is written first. */
struct indent {
    struct pxed_slice blanks;
    const struct indent *outer;
};

struct section {
    struct pxed_slice name;
    unsigned line;
};

/* One text being rendered, the template or a partial of it. */
struct render {
    const struct pxed_template *t;
    struct pxed_buf *out;
    const struct indent *indent;
    struct pxed_template_scan scan;
    unsigned depth;
    unsigned error_line;
};

static enum pxed_value_kind kind_of(const struct pxed_template *t, const void *node) {
    return node ? t->data->kind(node) : PXED_VALUE_NONE;
}

static const void *member(const struct pxed_template *t, const void *node, struct pxed_slice key) {
    return kind_of(t, node) == PXED_VALUE_MAP ? t->data->get(node, key) : NULL;
}

/* The first part of a dotted name is searched in all contexts, innermost first; once found, outer ones are not
 * tried. */
static const void *look_up(const struct pxed_template *t, const struct context *ctx, struct pxed_slice name) {
    if (pxed_slice_is(name, "."))
        return ctx->node;

    ptrdiff_t dot = pxed_slice_find(name, '.', 0);
    struct pxed_slice first = dot < 0 ? name : pxed_slice_head(name, (size_t)dot);
    const void *node = NULL;
    for (; ctx && !node; ctx = ctx->outer)
        node = member(t, ctx->node, first);

    while (node && dot >= 0) {
        name = pxed_slice_skip(name, (size_t)dot + 1);
        dot = pxed_slice_find(name, '.', 0);
        node = member(t, node, dot < 0 ? name : pxed_slice_head(name, (size_t)dot));
    }
    return node;
}

static void write_indent(struct pxed_buf *out, const struct indent *indent) {
    if (!indent)
        return;
    write_indent(out, indent->outer);
    pxed_buf_add(out, indent->blanks);
}

static bool is_empty_line(struct pxed_slice text) {
    return pxed_slice_starts(text, PXED_SLICE("\n")) || pxed_slice_starts(text, PXED_SLICE("\r\n"));
}

/* Indents lines of the template, not lines inside values; empty lines stay empty. */
static void write_literal(struct render *r, const struct pxed_template_tag *tag) {
    struct pxed_slice rest = tag->before;
    bool line_start = tag->before_at_line_start;

    while (rest.len > 0) {
        ptrdiff_t newline = pxed_slice_find(rest, '\n', 0);
        size_t n = newline < 0 ? rest.len : (size_t)newline + 1;
        if (line_start && !is_empty_line(rest))
            write_indent(r->out, r->indent);
        pxed_buf_add(r->out, pxed_slice_head(rest, n));
        rest = pxed_slice_skip(rest, n);
        line_start = newline >= 0;
    }
    if (line_start && !tag->standalone && tag->sigil != PXED_TEMPLATE_END)
        write_indent(r->out, r->indent);
}

static void write_value(const struct render *r, const struct context *ctx, const struct pxed_template_tag *tag) {
    const void *node = look_up(r->t, ctx, tag->name);
    enum pxed_value_kind kind = kind_of(r->t, node);
    if (kind != PXED_VALUE_TEXT && kind != PXED_VALUE_TRUE)
        return;
    struct pxed_slice text = r->t->data->text(node);
    pxed_escape_fn *escape = tag->sigil == '&' ? NULL : tag->escape ? tag->escape : r->t->escape;
    if (escape)
        escape(r->out, text);
    else
        pxed_buf_add(r->out, text);
}

static int fail(struct render *r, unsigned line, int error) {
    r->error_line = line;
    return error;
}

static int render_block(struct render *r, const struct context *ctx, const struct section *open, bool emit);

/* An error inside a partial is reported at the line that includes it, because callers know only that text. */
static int render_partial(const struct render *r, const struct context *ctx, const struct pxed_template_tag *tag) {
    struct pxed_slice text = PXED_NO_SLICE;
    if (!r->t->partial || !r->t->partial(r->t->partial_ctx, tag->name, &text))
        return 0;

    struct indent indent = {tag->indent, r->indent};
    struct render inner = {
        .t = r->t,
        .out = r->out,
        .indent = tag->standalone ? &indent : NULL,
        .scan = pxed_template_scan_begin(text),
        .depth = r->depth,
    };
    return render_block(&inner, ctx, NULL, true);
}

/* Scans the body once per item, each time from its beginning. */
static int render_list(struct render *r, const struct context *ctx, const struct section *section, const void *list) {
    const struct pxed_template_scan body = r->scan;
    const void *item;
    int rc = 0;
    for (size_t i = 0; rc == 0 && (item = r->t->data->item(list, i)); i++) {
        struct context inner = {item, ctx};
        r->scan = body;
        rc = render_block(r, &inner, section, true);
    }
    return rc;
}

static int render_section(struct render *r, const struct context *ctx, const struct pxed_template_tag *tag, bool emit) {
    const struct section section = {tag->name, tag->line};
    if (!emit)
        return render_block(r, ctx, &section, false);

    const void *node = look_up(r->t, ctx, tag->name);
    enum pxed_value_kind kind = kind_of(r->t, node);
    bool list = kind == PXED_VALUE_LIST;
    bool truthy = list ? r->t->data->item(node, 0) != NULL : kind != PXED_VALUE_NONE && kind != PXED_VALUE_FALSE;

    if (truthy != (tag->sigil == '#'))
        return render_block(r, ctx, &section, false);
    if (!truthy)
        return render_block(r, ctx, &section, true);
    if (list)
        return render_list(r, ctx, &section, node);
    struct context inner = {node, ctx};
    return render_block(r, &inner, &section, true);
}

static int render_nested(struct render *r, const struct context *ctx, const struct pxed_template_tag *tag, bool emit) {
    if (tag->sigil == '>' && !emit)
        return 0;
    if (r->depth == MAX_DEPTH)
        return fail(r, tag->line, PXED_TEMPLATE_TOO_DEEP);
    r->depth++;
    int rc = 0;
    if (tag->sigil != '>')
        rc = render_section(r, ctx, tag, emit);
    else if ((rc = render_partial(r, ctx, tag)))
        r->error_line = tag->line;
    r->depth--;
    return rc;
}

/* Renders up to the tag that closes `open`, or to the end. Without `emit` it only checks the structure. */
static int render_block(struct render *r, const struct context *ctx, const struct section *open, bool emit) {
    for (;;) {
        struct pxed_template_tag tag;
        int rc = pxed_template_scan_next(&r->scan, &tag);
        if (rc)
            return fail(r, tag.line, rc);
        if (emit)
            write_literal(r, &tag);

        switch (tag.sigil) {
        case PXED_TEMPLATE_END:
            return open ? fail(r, open->line, PXED_TEMPLATE_UNCLOSED_SECTION) : 0;
        case '/':
            if (!open || !pxed_slice_eq(open->name, tag.name))
                return fail(r, tag.line, PXED_TEMPLATE_STRAY_CLOSE);
            return 0;
        case '#':
        case '^':
        case '>':
            if ((rc = render_nested(r, ctx, &tag, emit)))
                return rc;
            break;
        case 0:
        case '&':
            if (emit)
                write_value(r, ctx, &tag);
            break;
        default: /* comments and delimiters are already handled */
            break;
        }
    }
}

int pxed_template_render(const struct pxed_template *t, struct pxed_slice text, struct pxed_buf *out,
                         unsigned *ret_line) {
    struct context root = {t->root, NULL};
    struct render r = {.t = t, .out = out, .scan = pxed_template_scan_begin(text)};
    int rc = render_block(&r, &root, NULL, true);
    if (rc && ret_line)
        *ret_line = r.error_line;
    return rc;
}

/* ---- The strict pass -------------------------------------------------------------------------------------------- */

struct sections {
    struct section open[MAX_DEPTH];
    size_t n;
};

static int follow_section(struct sections *sections, const struct pxed_template_tag *tag) {
    if (tag->sigil == '/') {
        if (sections->n == 0 || !pxed_slice_eq(sections->open[sections->n - 1].name, tag->name))
            return PXED_TEMPLATE_STRAY_CLOSE;
        sections->n--;
    } else if (tag->sigil == '#' || tag->sigil == '^') {
        if (sections->n == MAX_DEPTH)
            return PXED_TEMPLATE_TOO_DEEP;
        sections->open[sections->n++] = (struct section){tag->name, tag->line};
    }
    return 0;
}

static bool uses_name(char sigil) {
    return sigil == 0 || sigil == '&' || sigil == '#' || sigil == '^' || sigil == '>';
}

int pxed_template_names(struct pxed_slice text,
                        void (*seen)(void *ctx, char sigil, struct pxed_slice name, unsigned line), void *ctx,
                        unsigned *ret_line) {
    struct pxed_template_scan scan = pxed_template_scan_begin(text);
    struct sections sections = {.n = 0};
    struct pxed_template_tag tag = {0};
    int rc = 0;

    while (rc == 0 && tag.sigil != PXED_TEMPLATE_END) {
        rc = pxed_template_scan_next(&scan, &tag);
        if (rc == 0)
            rc = follow_section(&sections, &tag);
        if (rc == 0 && uses_name(tag.sigil))
            seen(ctx, tag.sigil, tag.name, tag.line);
    }
    if (rc == 0 && sections.n > 0) {
        rc = PXED_TEMPLATE_UNCLOSED_SECTION;
        tag.line = sections.open[sections.n - 1].line;
    }
    if (rc && ret_line)
        *ret_line = tag.line;
    return rc;
}

const char *pxed_template_strerror(int error) {
    switch (error) {
    case PXED_TEMPLATE_OK:
        return "no error";
    case PXED_TEMPLATE_UNCLOSED_TAG:
        return "a tag is not closed";
    case PXED_TEMPLATE_UNCLOSED_SECTION:
        return "a section is not closed";
    case PXED_TEMPLATE_STRAY_CLOSE:
        return "a closing tag closes no open section";
    case PXED_TEMPLATE_BAD_DELIMITER:
        return "new delimiters must be two words without '='";
    case PXED_TEMPLATE_TOO_DEEP:
        return "sections or partials are nested too deeply";
    default:
        return "unknown error";
    }
}
