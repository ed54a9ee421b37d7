/* Splits a template's text into (literal, tag) pairs: delimiters, names, standalone tags. */
#include "template_scan.h"

struct pxed_template_scan pxed_template_scan_begin(struct pxed_slice text) {
    return (struct pxed_template_scan){
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

/* Advances to `end`, counting lines. */
static void advance(struct pxed_template_scan *s, size_t end) {
    while (s->pos < end)
        if (s->text.ptr[s->pos++] == '\n')
            s->line++;
}

/* End of the tag's name: where the closing delimiter begins or, for {{{x}}} and {{=a b=}}, the byte before it. */
static int find_name_end(const struct pxed_template_scan *s, char sigil, size_t from, size_t *ret_end,
                         size_t *ret_after) {
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

/* The start of the next line if only blanks precede the end of this one, else 0. */
static size_t next_line_if_blank(const struct pxed_template_scan *s) {
    size_t at = s->pos;
    while (at < s->text.len && is_blank(s->text.ptr[at]))
        at++;
    if (at == s->text.len)
        return at;
    if (s->text.ptr[at] == '\r' && at + 1 < s->text.len)
        at++;
    return s->text.ptr[at] == '\n' ? at + 1 : 0;
}

/* A standalone tag that prints nothing removes its whole line. */
static void check_standalone(struct pxed_template_scan *s, struct pxed_template_tag *tag) {
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

static int set_delimiters(struct pxed_template_scan *s, struct pxed_slice words) {
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

/* {{name|mode}}. An unknown mode stays part of the name, which is then unknown, so the strict pass reports it. */
static void take_mode(struct pxed_template_tag *tag) {
    ptrdiff_t bar = pxed_slice_find(tag->name, '|', 0);
    if (bar < 0)
        return;
    tag->escape = pxed_escape_named(pxed_slice_trim(pxed_slice_skip(tag->name, (size_t)bar + 1)));
    if (tag->escape)
        tag->name = pxed_slice_trim(pxed_slice_head(tag->name, (size_t)bar));
}

static int scan_tag(struct pxed_template_scan *s, struct pxed_template_tag *tag, size_t open) {
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

int pxed_template_scan_next(struct pxed_template_scan *s, struct pxed_template_tag *tag) {
    ptrdiff_t open = find(s->text, s->open, s->pos);
    size_t end = open < 0 ? s->text.len : (size_t)open;

    *tag = (struct pxed_template_tag){.before = pxed_slice_head(pxed_slice_skip(s->text, s->pos), end - s->pos),
                                      .before_at_line_start = s->at_line_start};
    advance(s, end);
    tag->line = s->line;
    if (open < 0) {
        tag->sigil = PXED_TEMPLATE_END;
        return 0;
    }
    return scan_tag(s, tag, end);
}
