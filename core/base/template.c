#include "pxed/template.h"

enum { MAX_DEPTH = 32 };

/* ---- Scanning: text into (literal, tag) pairs ------------------------------------------------------------------- */

struct scan {
    struct pxed_slice text;
    struct pxed_slice open, close; /* delimiters in force */
    size_t pos;
    unsigned line;
    bool at_line_start; /* pos is where a line begins */
};

enum { TAG_END = 'E' }; /* as a sigil: no more tags, only the last literal */

struct tag {
    struct pxed_slice before; /* literal text up to the tag */
    struct pxed_slice indent; /* blanks before a tag alone on its line; not part of `before` */
    struct pxed_slice name;
    pxed_escape_fn *escape; /* of {{name|mode}}; NULL: the template's own */
    unsigned line;
    char sigil; /* 0 & # ^ / > ! = or TAG_END */
    bool standalone;
    bool before_at_line_start;
};

static struct scan scan_begin(struct pxed_slice text) {
    return (struct scan){
        .text = text, .open = PXED_SLICE("{{"), .close = PXED_SLICE("}}"), .line = 1, .at_line_start = true};
}

static ptrdiff_t find(struct pxed_slice text, struct pxed_slice what, size_t from) {
    ptrdiff_t at;
    while ((at = pxed_slice_find(text, what.ptr[0], from)) >= 0) {
        if (pxed_slice_starts(pxed_slice_skip(text, (size_t)at), what))
            return at;
        from = (size_t)at + 1;
    }
    return -1;
}

static struct pxed_slice between(struct pxed_slice text, size_t start, size_t end) {
    return pxed_slice(text.ptr + start, end - start);
}

/* Moves on to `end`, counting lines. */
static void advance(struct scan *s, size_t end) {
    while (s->pos < end)
        if (s->text.ptr[s->pos++] == '\n')
            s->line++;
}

/* End of the tag's name: where the closing delimiter begins or, for {{{x}}} and {{=a b=}}, the byte before it. */
static int find_name_end(const struct scan *s, char sigil, size_t from, size_t *ret_end, size_t *ret_after) {
    char extra = '\0';
    if (sigil == '{')
        extra = '}';
    else if (sigil == '=')
        extra = '=';

    ptrdiff_t at = find(s->text, s->close, from);
    if (at < 0)
        return PXED_TEMPLATE_UNCLOSED_TAG;
    if (extra) {
        while (at >= 0 && ((size_t)at == from || s->text.ptr[at - 1] != extra))
            at = find(s->text, s->close, (size_t)at + 1);
        if (at < 0)
            return sigil == '=' ? PXED_TEMPLATE_BAD_DELIMITER : PXED_TEMPLATE_UNCLOSED_TAG;
    }
    *ret_end = (size_t)at - (extra ? 1 : 0);
    *ret_after = (size_t)at + s->close.len;
    return 0;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* If only blanks stand between pos and the end of the line, the start of the next line, else 0. */
static size_t next_line_if_blank(const struct scan *s) {
    size_t at = s->pos;
    while (at < s->text.len && is_blank(s->text.ptr[at]))
        at++;
    if (at == s->text.len)
        return at;
    if (s->text.ptr[at] == '\r' && at + 1 < s->text.len)
        at++;
    return s->text.ptr[at] == '\n' ? at + 1 : 0;
}

/* A tag that prints nothing itself and is alone on its line takes the whole line with it. */
static void check_standalone(struct scan *s, struct tag *tag) {
    size_t blanks = 0, len = tag->before.len;
    while (blanks < len && is_blank(tag->before.ptr[len - 1 - blanks]))
        blanks++;
    bool first = blanks == len ? tag->before_at_line_start : tag->before.ptr[len - 1 - blanks] == '\n';
    size_t next = first ? next_line_if_blank(s) : 0;
    if (next == 0)
        return;

    tag->standalone = true;
    tag->indent = between(tag->before, len - blanks, len);
    tag->before.len -= blanks;
    advance(s, next);
    s->at_line_start = true;
}

static int set_delimiters(struct scan *s, struct pxed_slice words) {
    const char *const separators = " \t\r\n";
    struct pxed_slice open = pxed_slice_word(&words, separators);
    struct pxed_slice close = pxed_slice_word(&words, separators);
    bool three = pxed_slice_trim(words).len > 0;
    if (close.len == 0 || three || pxed_slice_find(open, '=', 0) >= 0 || pxed_slice_find(close, '=', 0) >= 0)
        return PXED_TEMPLATE_BAD_DELIMITER;
    s->open = open;
    s->close = close;
    return 0;
}

/* {{name|mode}}. A word that is no mode belongs to the name, which nobody then has: the strict pass finds it. */
static void take_mode(struct tag *tag) {
    ptrdiff_t bar = pxed_slice_find(tag->name, '|', 0);
    if (bar < 0)
        return;
    tag->escape = pxed_escape_named(pxed_slice_trim(pxed_slice_skip(tag->name, (size_t)bar + 1)));
    if (tag->escape)
        tag->name = pxed_slice_trim(pxed_slice_head(tag->name, (size_t)bar));
}

static int scan_tag(struct scan *s, struct tag *tag, size_t open) {
    size_t at = open + s->open.len, end = 0, after = 0;
    while (at < s->text.len && pxed_is_space(s->text.ptr[at]))
        at++;
    if (at < s->text.len && memchr("&#^/>!={", s->text.ptr[at], 8))
        tag->sigil = s->text.ptr[at++];

    int rc = find_name_end(s, tag->sigil, at, &end, &after);
    if (rc)
        return rc;
    tag->name = pxed_slice_trim(between(s->text, at, end));
    advance(s, after);
    s->at_line_start = false;
    if (tag->sigil == '{')
        tag->sigil = '&';
    if (tag->sigil == 0)
        take_mode(tag);
    if (tag->sigil != 0 && tag->sigil != '&')
        check_standalone(s, tag);
    return tag->sigil == '=' ? set_delimiters(s, tag->name) : 0;
}

static int scan_next(struct scan *s, struct tag *tag) {
    ptrdiff_t open = find(s->text, s->open, s->pos);
    size_t end = open < 0 ? s->text.len : (size_t)open;

    *tag = (struct tag){.before = pxed_slice_head(pxed_slice_skip(s->text, s->pos), end - s->pos),
                        .before_at_line_start = s->at_line_start};
    advance(s, end);
    tag->line = s->line;
    if (open < 0) {
        tag->sigil = TAG_END;
        return 0;
    }
    return scan_tag(s, tag, end);
}

/* ---- Rendering -------------------------------------------------------------------------------------------------- */

struct context {
    const void *node;
    const struct context *outer;
};

/* What each line of a partial begins with, outermost first. */
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
    struct scan scan;
    unsigned depth;
    unsigned error_line;
};

static enum pxed_value_kind kind_of(const struct pxed_template *t, const void *node) {
    return node ? t->data->kind(node) : PXED_VALUE_NONE;
}

static const void *member(const struct pxed_template *t, const void *node, struct pxed_slice key) {
    return kind_of(t, node) == PXED_VALUE_MAP ? t->data->get(node, key) : NULL;
}

/* The first part of a dotted name is looked for in all contexts, innermost first; once found there is no way back. */
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

/* Lines of the template are indented, lines inside values are not; empty lines stay empty. */
static void write_literal(struct render *r, const struct tag *tag) {
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
    if (line_start && !tag->standalone && tag->sigil != TAG_END)
        write_indent(r->out, r->indent);
}

static void write_value(const struct render *r, const struct context *ctx, const struct tag *tag) {
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

/* Whatever is wrong inside a partial is told at the line that includes it: callers know only that text. */
static int render_partial(const struct render *r, const struct context *ctx, const struct tag *tag) {
    struct pxed_slice text = PXED_NO_SLICE;
    if (!r->t->partial || !r->t->partial(r->t->partial_ctx, tag->name, &text))
        return 0;

    struct indent indent = {tag->indent, r->indent};
    struct render inner = {
        .t = r->t,
        .out = r->out,
        .indent = tag->standalone ? &indent : NULL,
        .scan = scan_begin(text),
        .depth = r->depth,
    };
    return render_block(&inner, ctx, NULL, true);
}

/* The body is scanned once for each item, always from its beginning. */
static int render_list(struct render *r, const struct context *ctx, const struct section *section, const void *list) {
    const struct scan body = r->scan;
    const void *item;
    int rc = 0;
    for (size_t i = 0; rc == 0 && (item = r->t->data->item(list, i)); i++) {
        struct context inner = {item, ctx};
        r->scan = body;
        rc = render_block(r, &inner, section, true);
    }
    return rc;
}

static int render_section(struct render *r, const struct context *ctx, const struct tag *tag, bool emit) {
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

static int render_nested(struct render *r, const struct context *ctx, const struct tag *tag, bool emit) {
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

/* Up to the tag that closes `open`, or to the end. Without `emit` only the structure is checked. */
static int render_block(struct render *r, const struct context *ctx, const struct section *open, bool emit) {
    for (;;) {
        struct tag tag;
        int rc = scan_next(&r->scan, &tag);
        if (rc)
            return fail(r, tag.line, rc);
        if (emit)
            write_literal(r, &tag);

        switch (tag.sigil) {
        case TAG_END:
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
        default: /* comments and delimiters are done */
            break;
        }
    }
}

int pxed_template_render(const struct pxed_template *t, struct pxed_slice text, struct pxed_buf *out,
                         unsigned *ret_line) {
    struct context root = {t->root, NULL};
    struct render r = {.t = t, .out = out, .scan = scan_begin(text)};
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

static int follow_section(struct sections *sections, const struct tag *tag) {
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
    struct scan scan = scan_begin(text);
    struct sections sections = {.n = 0};
    struct tag tag = {0};
    int rc = 0;

    while (rc == 0 && tag.sigil != TAG_END) {
        rc = scan_next(&scan, &tag);
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
