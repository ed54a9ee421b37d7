/* Parses what a CGI script wrote: header lines, status, body. */
#include "cgi_output.h"

/* Cuts one line, ended by LF or CR LF, off *rest; false when no line end is left. */
static bool cut_line(struct pxed_slice *rest, struct pxed_slice *ret) {
    ptrdiff_t lf = pxed_slice_find(*rest, '\n', 0);
    if (lf < 0)
        return false;
    size_t len = (size_t)lf;
    *ret = pxed_slice(rest->ptr, len > 0 && rest->ptr[len - 1] == '\r' ? len - 1 : len);
    *rest = pxed_slice_skip(*rest, (size_t)lf + 1);
    return true;
}

static bool is_field_name(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '_')
            return false;
    return name.len > 0;
}

static bool is_field_value(struct pxed_slice value) {
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool cut_field(struct pxed_slice line, struct pxed_slice *ret_name, struct pxed_slice *ret_value) {
    ptrdiff_t colon = pxed_slice_find(line, ':', 0);
    if (colon < 0)
        return false;
    *ret_name = pxed_slice_head(line, (size_t)colon);
    *ret_value = pxed_slice_trim(pxed_slice_skip(line, (size_t)colon + 1));
    return is_field_name(*ret_name) && is_field_value(*ret_value);
}

static void set_broken(struct http_cgi_output *ret, const char *why) {
    *ret = (struct http_cgi_output){.kind = HTTP_CGI_BROKEN, .why = why};
}

/* `Status: 302 Found`: only the number is used. */
static bool parse_status_field(struct pxed_slice value, int *ret) {
    uint64_t code;
    struct pxed_slice word = pxed_slice_word(&value, " \t");
    if (word.len != 3 || !pxed_slice_u64(word, 599, &code) || code < 200)
        return false;
    *ret = (int)code;
    return true;
}

static const char *read_fields(struct pxed_slice fields, struct http_cgi_output *o) {
    struct pxed_slice line, name, value;
    size_t n = 0;
    while (cut_line(&fields, &line)) {
        if (!cut_field(line, &name, &value))
            return "a header line cannot be read";
        if (++n > HTTP_CGI_HEADERS_MAX)
            return "there are more than 64 headers";
        if (pxed_slice_eq_nocase(name, PXED_SLICE("content-type"))) {
            o->type = value;
        } else if (pxed_slice_eq_nocase(name, PXED_SLICE("location"))) {
            o->location = value;
        } else if (pxed_slice_eq_nocase(name, PXED_SLICE("status"))) {
            if (!parse_status_field(value, &o->status))
                return "Status is no number from 200 to 599";
        }
    }
    return NULL;
}

void http_cgi_output_parse(struct pxed_slice output, struct http_cgi_output *ret) {
    struct http_cgi_output o = {.kind = HTTP_CGI_DOCUMENT};
    /* A boot script printed without a header block, as the shortest home.sh does. */
    if (pxed_slice_starts(output, PXED_SLICE("#!"))) {
        *ret = (struct http_cgi_output){
            .kind = HTTP_CGI_DOCUMENT, .status = 200, .type = PXED_SLICE("text/plain"), .body = output};
        return;
    }
    struct pxed_slice rest = output, line = PXED_NO_SLICE;
    size_t head = 0;
    do {
        head = output.len - rest.len;
        if (head > HTTP_CGI_HEAD_MAX)
            return set_broken(ret, "the header block is larger than 16 KiB");
        if (!cut_line(&rest, &line))
            return set_broken(ret, output.len == 0 ? "it wrote nothing" : "the header block has no end");
    } while (line.len > 0);
    o.fields = pxed_slice_head(output, head);
    o.body = rest;
    const char *why = read_fields(o.fields, &o);
    if (why)
        return set_broken(ret, why);
    if (o.status == 0 && o.type.len == 0 && o.location.len == 0) /* 6.3: one of the three is required */
        return set_broken(ret, "neither Content-Type nor Location nor Status in its header block");
    /* 6.2.2: a path of this server and no Status; `//host/path` is a URL without its scheme. */
    if (o.status == 0 && pxed_slice_starts(o.location, PXED_SLICE("/")) &&
        !pxed_slice_starts(o.location, PXED_SLICE("//")))
        o.kind = HTTP_CGI_LOCAL;
    if (o.status == 0)
        o.status = o.location.len > 0 ? 302 : 200;
    if (o.type.len == 0)
        o.type = PXED_SLICE("text/plain");
    *ret = o;
}

/* Fields that the server sets, or hop-by-hop ones (RFC 9110 7.6.1). */
static bool is_servers_own(struct pxed_slice name) {
    static const char *const names[] = {
        "content-type",     "content-length",    "status",  "connection", "keep-alive", "te",
        "trailer",          "transfer-encoding", "upgrade", "date",       "server",     "accept-ranges",
        "proxy-connection", "content-range"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (pxed_slice_eq_nocase(name, pxed_slice_of(names[i])))
            return true;
    return false;
}

void http_cgi_extra(const struct http_cgi_output *parsed, struct pxed_buf *out) {
    struct pxed_slice rest = parsed->fields, line, name, value;
    while (cut_line(&rest, &line)) {
        if (!cut_field(line, &name, &value) || is_servers_own(name))
            continue;
        pxed_buf_add(out, name);
        pxed_buf_add(out, PXED_SLICE(": "));
        pxed_buf_add(out, value);
        pxed_buf_add(out, PXED_SLICE("\r\n"));
    }
}
