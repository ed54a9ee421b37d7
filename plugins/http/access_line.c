/* Writes what a client said so that it stays in its field. */
#include "access_line.h"

#include "pxed/date.h"

enum { FIELD_MAX = 400, TOKEN = 32 };

static size_t hex_run(struct pxed_slice text, size_t at) {
    size_t n = 0;
    while (at + n < text.len && pxed_hex_digit(text.ptr[at + n]) >= 0)
        n++;
    return n;
}

static void access_field(struct pxed_slice text, struct pxed_buf *out) {
    text = pxed_slice_head(text, FIELD_MAX);
    for (size_t at = 0; at < text.len;) {
        size_t n = hex_run(text, at);
        if (n >= TOKEN)
            pxed_buf_str(out, "***");
        else
            pxed_buf_escaped(out, pxed_slice(text.ptr + at, n > 0 ? n : 1));
        at += n > 0 ? n : 1;
    }
}

static void access_quoted(struct pxed_slice text, struct pxed_buf *out) {
    pxed_buf_str(out, " \"");
    if (text.len > 0)
        access_field(text, out);
    else
        pxed_buf_byte(out, '-');
    pxed_buf_byte(out, '"');
}

static void access_date(int64_t seconds, struct pxed_buf *out) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct pxed_date date = pxed_date_of_days(seconds / 86400);
    unsigned rest = (unsigned)(seconds % 86400);
    pxed_buf_str(out, " - - [");
    pxed_buf_digits(out, date.day, 2);
    pxed_buf_byte(out, '/');
    pxed_buf_add(out, pxed_slice(months + (date.month - 1) * 3, 3));
    pxed_buf_byte(out, '/');
    pxed_buf_digits(out, (uint64_t)date.year, 4);
    const unsigned clock[] = {rest / 3600, rest / 60 % 60, rest % 60};
    for (int i = 0; i < 3; i++) {
        pxed_buf_byte(out, ':');
        pxed_buf_digits(out, clock[i], 2);
    }
    pxed_buf_str(out, " +0000]");
}

static struct pxed_slice access_referer(const struct http_request *r) {
    for (size_t i = 0; i < r->n_headers; i++)
        if (pxed_slice_eq_nocase(http_header_name(r, i), PXED_SLICE("referer")))
            return http_header_value(r, i);
    return PXED_NO_SLICE;
}

static void access_request(const struct http_request *r, struct pxed_buf *out) {
    static const char *const methods[] = {
        [HTTP_METHOD_GET] = "GET ", [HTTP_METHOD_HEAD] = "HEAD ", [HTTP_METHOD_POST] = "POST "};
    pxed_buf_str(out, " \"");
    pxed_buf_str(out, methods[r->method]);
    access_field(r->target, out);
    pxed_buf_str(out, r->minor == 0 ? " HTTP/1.0\"" : " HTTP/1.1\"");
}

void http_access_write(const struct http_access *a, struct pxed_buf *out) {
    char text[PXED_ADDR_TEXT];
    pxed_buf_str(out, pxed_addr_text(&a->peer, text));
    access_date(a->seconds < 0 ? 0 : a->seconds, out);
    if (a->request)
        access_request(a->request, out);
    else
        pxed_buf_str(out, " \"-\"");
    pxed_buf_byte(out, ' ');
    pxed_buf_u64(out, (uint64_t)a->status);
    pxed_buf_byte(out, ' ');
    pxed_buf_u64(out, a->bytes);
    access_quoted(a->request ? access_referer(a->request) : PXED_NO_SLICE, out);
    access_quoted(a->request ? a->request->user_agent : PXED_NO_SLICE, out);
    if (out->len >= out->cap && out->cap > 0)
        out->len = out->cap - 1;
    pxed_buf_byte(out, '\n');
}
