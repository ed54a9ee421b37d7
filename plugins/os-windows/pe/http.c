/* HTTP on the client side: URL, request, and an answer read piece by piece. Pure. */
#include "http.h"

static bool is_host_byte(char c) {
    return pxed_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool parse_port(struct pxed_slice text, uint16_t *ret_port) {
    unsigned port = 0;
    if (text.len == 0 || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!pxed_is_digit(text.ptr[i]))
            return false;
        port = port * 10 + (unsigned)(text.ptr[i] - '0');
    }
    if (port == 0 || port > 65535)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

bool http_parse_url(struct pxed_slice url, struct http_url *ret_url) {
    if (!pxed_slice_starts(url, PXED_SLICE("http://")))
        return false;
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~')
            return false;
    struct pxed_slice rest = pxed_slice_skip(url, strlen("http://"));
    size_t n = 0;
    while (n < rest.len && is_host_byte(rest.ptr[n]))
        n++;
    struct http_url out = {.port = 80};
    if (n == 0 || n >= sizeof(out.host))
        return false;
    memcpy(out.host, rest.ptr, n);
    rest = pxed_slice_skip(rest, n);
    if (rest.len > 0 && rest.ptr[0] == ':') {
        size_t end = 1;
        while (end < rest.len && pxed_is_digit(rest.ptr[end]))
            end++;
        if (!parse_port(pxed_slice(rest.ptr + 1, end - 1), &out.port))
            return false;
        rest = pxed_slice_skip(rest, end);
    }
    if (rest.len > 0 && rest.ptr[0] != '/')
        return false;
    while (rest.len > 0 && memchr(rest.ptr, '#', rest.len)) /* a fragment is not sent */
        rest.len--;
    out.path = rest;
    *ret_url = out;
    return true;
}

struct text {
    char *out;
    size_t size, len;
    bool full;
};

static void pe_http_put(struct text *t, struct pxed_slice s) {
    if (t->full || s.len > t->size - t->len) {
        t->full = true;
        return;
    }
    if (s.len > 0)
        memcpy(t->out + t->len, s.ptr, s.len);
    t->len += s.len;
}

static void pe_http_put_number(struct text *t, uint64_t n) {
    char digits[20];
    size_t i = sizeof(digits);
    do {
        digits[--i] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    pe_http_put(t, pxed_slice(digits + i, sizeof(digits) - i));
}

bool http_add_query(char *url, size_t size, const char *key, const char *value) {
    static const char hex[] = "0123456789ABCDEF";
    size_t old = strlen(url);
    if (old >= size)
        return false;
    struct text t = {url, size - 1, old, false};
    pe_http_put(&t, pxed_slice(strchr(url, '?') ? "&" : "?", 1));
    pe_http_put(&t, pxed_slice_of(key));
    pe_http_put(&t, PXED_SLICE("="));
    for (; *value; value++) {
        char code[3] = {'%', hex[(uint8_t)*value >> 4], hex[*value & 15]};
        bool plain = pxed_is_alnum(*value) || strchr("-._~", *value);
        pe_http_put(&t, plain ? pxed_slice(value, 1) : pxed_slice(code, 3));
    }
    url[t.full ? old : t.len] = '\0';
    return !t.full;
}

size_t http_build_request(char *out, size_t size, const struct http_url *url, const uint64_t *body) {
    struct text t = {out, size, 0, false};
    pe_http_put(&t, body ? PXED_SLICE("POST ") : PXED_SLICE("GET "));
    pe_http_put(&t, url->path.len > 0 ? url->path : PXED_SLICE("/"));
    pe_http_put(&t, PXED_SLICE(" HTTP/1.0\r\nHost: "));
    pe_http_put(&t, pxed_slice_of(url->host));
    if (url->port != 80) {
        pe_http_put(&t, PXED_SLICE(":"));
        pe_http_put_number(&t, url->port);
    }
    pe_http_put(&t, PXED_SLICE("\r\nUser-Agent: pxed-pe/1\r\nConnection: close\r\n"));
    if (body) {
        pe_http_put(&t, PXED_SLICE("Content-Type: text/plain\r\nContent-Length: "));
        pe_http_put_number(&t, *body);
        pe_http_put(&t, PXED_SLICE("\r\n"));
    }
    pe_http_put(&t, PXED_SLICE("\r\n"));
    return t.full ? 0 : t.len;
}

/* --- the answer --- */

enum { STATUS, HEADER, SIZED, TO_END, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, DONE, BAD };

enum {
    HEAD_MOST = 65536, /* bytes of status line and headers; of trailers */
    CHUNK_LINE_MOST = 4096
};

/* Collects a line; true when it is complete, without its end. Only its begin is kept. */
static bool take_line(struct http_answer *a, struct pxed_slice *in, struct pxed_slice *ret_line) {
    while (in->len > 0) {
        char c = in->ptr[0];
        *in = pxed_slice_skip(*in, 1);
        a->seen++;
        if (c == '\n') {
            if (a->line_len > 0 && a->line_len <= sizeof(a->line) && a->line[a->line_len - 1] == '\r')
                a->line_len--;
            *ret_line = pxed_slice(a->line, a->line_len <= sizeof(a->line) ? a->line_len : sizeof(a->line));
            return true;
        }
        if (a->line_len < sizeof(a->line))
            a->line[a->line_len] = c;
        if (a->line_len <= sizeof(a->line)) /* one above: it was longer */
            a->line_len++;
    }
    return false;
}

static bool parse_status(struct http_answer *a, struct pxed_slice line) {
    if (!pxed_slice_starts(line, PXED_SLICE("HTTP/1.")) || line.len < 12 || line.ptr[8] != ' ' ||
        !pxed_is_digit(line.ptr[7]) || (line.len > 12 && line.ptr[12] != ' '))
        return false;
    a->status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (!pxed_is_digit(line.ptr[i]))
            return false;
        a->status = a->status * 10 + (unsigned)(line.ptr[i] - '0');
    }
    return a->status >= 100;
}

/* The header's value if its name is `name`, without the blanks around it. */
static bool pe_http_header(struct pxed_slice line, const char *name, struct pxed_slice *ret_value) {
    size_t n = strlen(name);
    if (line.len <= n || line.ptr[n] != ':')
        return false;
    for (size_t i = 0; i < n; i++)
        if (pxed_lower(line.ptr[i]) != name[i])
            return false;
    struct pxed_slice v = pxed_slice_skip(line, n + 1);
    while (v.len > 0 && pxed_is_space(v.ptr[0]))
        v = pxed_slice_skip(v, 1);
    while (v.len > 0 && pxed_is_space(v.ptr[v.len - 1]))
        v.len--;
    *ret_value = v;
    return true;
}

static bool parse_number(struct pxed_slice text, unsigned base, uint64_t *ret_number) {
    uint64_t n = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = pxed_hex_digit(text.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base || n > (UINT64_MAX - (unsigned)digit) / base)
            return false;
        n = n * base + (unsigned)digit;
    }
    *ret_number = n;
    return true;
}

/* A header line. RFC 9112 6.3: two lengths that differ, or a coding that is not `chunked`, leave no way to go on. */
static bool parse_header(struct http_answer *a, struct pxed_slice line) {
    struct pxed_slice value;
    uint64_t length;
    bool cut = line.len == sizeof(a->line);
    if (pe_http_header(line, "content-length", &value)) {
        if (cut || !parse_number(value, 10, &length) || (a->sized && !a->chunked && length != a->length))
            return false;
        a->length = length;
        a->sized = true;
    } else if (pe_http_header(line, "transfer-encoding", &value)) {
        static const char word[] = "chunked";
        if (value.len != strlen(word))
            return false;
        for (size_t i = 0; i < value.len; i++)
            if (pxed_lower(value.ptr[i]) != word[i])
                return false;
        a->chunked = a->sized = true;
    }
    return true;
}

static unsigned after_head(struct http_answer *a) {
    a->seen = 0;
    if (a->status < 200) { /* 100 Continue and its like: the real one follows */
        a->sized = a->chunked = false;
        a->length = 0;
        return STATUS;
    }
    if (a->status == 204 || a->status == 304)
        return DONE;
    if (a->chunked)
        return CHUNK_SIZE;
    a->left = a->length;
    return !a->sized ? TO_END : a->left > 0 ? SIZED : DONE;
}

/* A chunk's size line may carry extensions behind `;`. */
static unsigned after_chunk_size(struct http_answer *a, struct pxed_slice line) {
    size_t n = 0;
    while (n < line.len && line.ptr[n] != ';' && !pxed_is_space(line.ptr[n]))
        n++;
    a->seen = 0;
    if (!parse_number(pxed_slice_head(line, n), 16, &a->left))
        return BAD;
    return a->left > 0 ? CHUNK : TRAILER;
}

static unsigned after_line(struct http_answer *a, struct pxed_slice line) {
    switch (a->state) {
    case STATUS:
        return parse_status(a, line) ? HEADER : BAD;
    case HEADER:
        return line.len == 0 ? after_head(a) : parse_header(a, line) ? HEADER : BAD;
    case CHUNK_SIZE:
        return after_chunk_size(a, line);
    case CHUNK_END:
        return line.len == 0 ? CHUNK_SIZE : BAD;
    default:
        return line.len == 0 ? DONE : TRAILER;
    }
}

static enum http_step take_body(struct http_answer *a, struct pxed_slice *in, struct pxed_slice *ret_body) {
    size_t n = in->len;
    if (a->state != TO_END && a->left < n)
        n = (size_t)a->left;
    *ret_body = pxed_slice_head(*in, n);
    *in = pxed_slice_skip(*in, n);
    if (a->state == TO_END)
        return HTTP_BODY;
    a->left -= n;
    if (a->left == 0)
        a->state = a->state == SIZED ? DONE : CHUNK_END;
    return HTTP_BODY;
}

bool http_ends_with_connection(const struct http_answer *a) {
    return a->state == TO_END;
}

enum http_step http_read(struct http_answer *a, struct pxed_slice *in, struct pxed_slice *ret_body) {
    struct pxed_slice line = PXED_NO_SLICE;
    while (a->state != DONE && a->state != BAD) {
        if (in->len == 0)
            return HTTP_MORE;
        if (a->state == SIZED || a->state == TO_END || a->state == CHUNK)
            return take_body(a, in, ret_body);
        bool whole = take_line(a, in, &line);
        if (a->seen > (a->state == CHUNK_SIZE || a->state == CHUNK_END ? CHUNK_LINE_MOST : HEAD_MOST))
            a->state = BAD;
        else if (whole) {
            a->state = after_line(a, line);
            a->line_len = 0;
        }
    }
    return a->state == DONE ? HTTP_DONE : HTTP_BAD;
}
