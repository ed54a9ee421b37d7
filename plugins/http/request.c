/* Parses bytes into a request of slices: llhttp, limits, and forms that are refused although llhttp accepts them. */
#include "request.h"

const struct http_refusal_row http_refusals[HTTP_REFUSAL_COUNT] = {
#define X(name, status, reason, sentence) {status, PXED_WHY_##reason, sentence},
    HTTP_REFUSALS(X)
#undef X
};

static int request_refuse(struct http_parser *p, enum http_refusal why) {
    p->refusal = (uint8_t)why;
    return HPE_USER;
}

static struct http_parser *request_of(llhttp_t *ll) {
    return ll->data;
}

static uint32_t request_offset(const struct http_parser *p, const char *at) {
    return (uint32_t)(at - p->base);
}

static int on_url(llhttp_t *ll, const char *at, size_t len) {
    struct http_parser *p = request_of(ll);
    if (p->target_len == 0)
        p->target = request_offset(p, at);
    if (len > HTTP_TARGET_MAX - p->target_len)
        return request_refuse(p, HTTP_REFUSED_TARGET_LONG);
    p->target_len += (uint32_t)len;
    return 0;
}

static int on_header_field(llhttp_t *ll, const char *at, size_t len) {
    struct http_parser *p = request_of(ll);
    if (p->in_body) /* a trailer: parsed, never used */
        return 0;
    if (!p->in_name) {
        if (p->n_headers == HTTP_HEADERS_MAX)
            return request_refuse(p, HTTP_REFUSED_HEADERS_MANY);
        p->headers[p->n_headers] = (struct http_header){.name = (uint16_t)request_offset(p, at)};
        p->in_name = true;
    }
    struct http_header *h = &p->headers[p->n_headers];
    h->name_len = (uint16_t)(h->name_len + len);
    return 0;
}

static int on_header_value(llhttp_t *ll, const char *at, size_t len) {
    struct http_parser *p = request_of(ll);
    if (p->in_body)
        return 0;
    struct http_header *h = &p->headers[p->n_headers];
    if (!p->in_value) {
        h->value = (uint16_t)request_offset(p, at);
        p->in_value = true;
    } else if (request_offset(p, at) != (uint32_t)h->value + h->value_len) {
        return request_refuse(p, HTTP_REFUSED_LINE_END); /* obs-fold: the parts are not contiguous */
    }
    h->value_len = (uint16_t)(h->value_len + len);
    return 0;
}

static int on_header_value_complete(llhttp_t *ll) {
    struct http_parser *p = request_of(ll);
    if (p->in_body)
        return 0;
    struct http_header *h = &p->headers[p->n_headers];
    while (h->value_len > 0 && pxed_is_space(p->base[h->value + h->value_len - 1]))
        h->value_len--;
    p->n_headers++;
    p->in_name = p->in_value = false;
    return 0;
}

/* Pausing here tells the head's length, and gives control before a body is read. */
static int on_headers_complete(llhttp_t *ll) {
    (void)ll;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *ll, const char *at, size_t len) {
    struct http_parser *p = request_of(ll);
    if (len > HTTP_BODY_MAX - p->body_len)
        return request_refuse(p, HTTP_REFUSED_BODY_LARGE);
    /* Only backwards, over chunk framing that has been read already. */
    memmove((char *)(uintptr_t)p->base + p->head_len + p->body_len, at, len);
    p->body_len += (uint32_t)len;
    return 0;
}

static int on_message_complete(llhttp_t *ll) {
    request_of(ll)->done = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void http_parser_begin(struct http_parser *p) {
    memset(p, 0, offsetof(struct http_parser, headers));
    llhttp_init(&p->ll, HTTP_REQUEST, &settings);
    p->ll.data = p;
}

/* llhttp 8.1 takes a lone CR for a line end in places (CVE-2023-30589), a lone LF in others, and joins folded lines:
 * another server could read such a request differently. */
static bool lines_are_plain(const char *head, size_t len) {
    const char *end = head + len;
    bool content = false; /* empty lines before the request line are allowed (RFC 9112 2.2) */
    if (memchr(head, '\0', len))
        return false;
    for (const char *at = head, *lf; at < end; at = lf + 1) {
        lf = memchr(at, '\n', (size_t)(end - at));
        const char *cr = memchr(at, '\r', (size_t)((lf ? lf : end) - at));
        if (!lf)
            return !cr;
        if (!cr || cr + 1 != lf)
            return false;
        content |= cr > at;
        if (content && lf + 1 < end && (lf[1] == ' ' || lf[1] == '\t'))
            return false;
    }
    return true;
}

static struct pxed_slice name_of(const struct http_parser *p, size_t i) {
    return pxed_slice(p->base + p->headers[i].name, p->headers[i].name_len);
}
static struct pxed_slice request_value_of(const struct http_parser *p, size_t i) {
    return pxed_slice(p->base + p->headers[i].value, p->headers[i].value_len);
}

static bool split_target(struct pxed_slice target, struct pxed_slice *ret_path, struct pxed_slice *ret_query,
                         struct pxed_slice *ret_host) {
    static const char scheme[] = "http://";
    struct pxed_slice path = target;
    if (pxed_slice_eq_nocase(pxed_slice_head(target, sizeof(scheme) - 1), PXED_SLICE("http://"))) {
        struct pxed_slice rest = pxed_slice_skip(target, sizeof(scheme) - 1);
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
            end++;
        if (end == 0)
            return false;
        *ret_host = pxed_slice_head(rest, end);
        path = pxed_slice_skip(rest, end);
    } else if (target.len == 0 || target.ptr[0] != '/') {
        return false;
    }
    ptrdiff_t mark = pxed_slice_find(path, '?', 0);
    if (mark >= 0) {
        *ret_query = pxed_slice_skip(path, (size_t)mark + 1);
        path = pxed_slice_head(path, (size_t)mark);
    }
    *ret_path = path.len > 0 ? path : PXED_SLICE("/"); /* RFC 9112 3.2.2: an empty path is `/` */
    return true;
}

/* RFC 9110 5.6.2. llhttp strips blanks before the colon, where RFC 9112 5.1 asks for a refusal. */
static bool is_token(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && (name.ptr[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", name.ptr[i])))
            return false;
    return name.len > 0;
}

static enum http_refusal judge_framing(struct http_parser *p) {
    size_t hosts = 0, lengths = 0, codings = 0;
    for (size_t i = 0; i < p->n_headers; i++) {
        struct pxed_slice name = name_of(p, i);
        if (!is_token(name))
            return HTTP_REFUSED_SYNTAX;
        if (name.len == 4 && pxed_slice_eq_nocase(name, PXED_SLICE("host"))) {
            hosts++;
        } else if (name.len == 6 && pxed_slice_eq_nocase(name, PXED_SLICE("expect"))) {
            p->expects_continue = pxed_slice_eq_nocase(request_value_of(p, i), PXED_SLICE("100-continue"));
        } else if (name.len == 14 && pxed_slice_eq_nocase(name, PXED_SLICE("content-length"))) {
            lengths++;
        } else if (name.len == 17 && pxed_slice_eq_nocase(name, PXED_SLICE("transfer-encoding"))) {
            codings++;
            if (!pxed_slice_eq_nocase(request_value_of(p, i), PXED_SLICE("chunked")))
                return HTTP_REFUSED_CODING;
        }
    }
    if (hosts > 1 || (hosts == 0 && p->ll.http_minor == 1))
        return HTTP_REFUSED_NO_HOST;
    /* RFC 9112 6.1 and 6.3: both, or a coding in HTTP/1.0, are used for request smuggling. */
    if (lengths + codings > 1 || (codings > 0 && p->ll.http_minor == 0) || (codings > 0) != p->chunked)
        return HTTP_REFUSED_FRAMING;
    return HTTP_REFUSED_NONE;
}

/* All checks that are possible before the body has arrived. */
static enum http_refusal judge_head(struct http_parser *p) {
    if (!lines_are_plain(p->base, p->head_len))
        return HTTP_REFUSED_LINE_END;
    if (p->ll.http_major != 1 || p->ll.http_minor > 1)
        return HTTP_REFUSED_VERSION;
    switch (p->ll.method) {
    case HTTP_GET:
        p->method = HTTP_METHOD_GET;
        break;
    case HTTP_HEAD:
        p->method = HTTP_METHOD_HEAD;
        break;
    case HTTP_POST:
        p->method = HTTP_METHOD_POST;
        break;
    default:
        return HTTP_REFUSED_METHOD;
    }
    p->chunked = (p->ll.flags & F_CHUNKED) != 0;
    enum http_refusal why = judge_framing(p);
    if (why != HTTP_REFUSED_NONE)
        return why;
    struct pxed_slice path, query = PXED_NO_SLICE, host = PXED_NO_SLICE;
    if (!split_target(pxed_slice(p->base + p->target, p->target_len), &path, &query, &host))
        return HTTP_REFUSED_TARGET_FORM;
    p->content_length = p->chunked ? 0 : p->ll.content_length;
    if (p->content_length > HTTP_BODY_MAX)
        return HTTP_REFUSED_BODY_LARGE;
    p->keep_alive = llhttp_should_keep_alive(&p->ll) != 0;
    p->ll.upgrade = 0; /* RFC 9110 7.8: an offer we do not accept */
    return HTTP_REFUSED_NONE;
}

static enum http_refusal refusal_of(const struct http_parser *p, llhttp_errno_t error) {
    switch (error) {
    case HPE_USER:
        return p->refusal;
    case HPE_INVALID_METHOD:
        /* A word in capitals is an unknown method; anything else, like a TLS handshake, is malformed. */
        return p->base[0] >= 'A' && p->base[0] <= 'Z' ? HTTP_REFUSED_METHOD : HTTP_REFUSED_SYNTAX;
    case HPE_INVALID_VERSION:
        return HTTP_REFUSED_VERSION;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_INVALID_TRANSFER_ENCODING:
        return HTTP_REFUSED_FRAMING;
    default:
        return HTTP_REFUSED_SYNTAX;
    }
}

/* Both readers of a chunked body must find its end at the same place. */
static bool chunks_agree(const struct http_parser *p, size_t from, size_t taken) {
    return !p->in_body || !p->chunked ||
           (p->done ? p->chunks.at == HTTP_CHUNKS_DONE && p->fed == from + taken : p->chunks.at != HTTP_CHUNKS_DONE);
}

/* One call of llhttp on new input; true if it can continue at once. */
static bool feed_some(struct http_parser *p, char *buf, size_t *len, size_t end) {
    size_t from = p->fed, taken = 0;
    if (p->in_body && p->chunked && !http_chunks_feed(&p->chunks, pxed_slice(buf + from, end - from), &taken)) {
        p->refusal = HTTP_REFUSED_LINE_END;
        return true;
    }
    llhttp_errno_t error = llhttp_execute(&p->ll, buf + p->fed, end - p->fed);
    if (error == HPE_OK && !chunks_agree(p, from, taken)) {
        p->refusal = HTTP_REFUSED_SYNTAX;
        return true;
    }
    if (error == HPE_OK) {
        p->fed = (uint32_t)end;
        if (p->in_body) { /* the consumed input is either body, moved together, or framing, no longer needed */
            p->fed = p->head_len + p->body_len;
            *len = p->fed;
        }
        return false;
    }
    if (error != HPE_PAUSED) {
        p->refusal = (uint8_t)refusal_of(p, error);
        return true;
    }
    p->fed = (uint32_t)(llhttp_get_error_pos(&p->ll) - buf);
    llhttp_resume(&p->ll);
    if (!chunks_agree(p, from, taken))
        p->refusal = HTTP_REFUSED_SYNTAX;
    if (!p->in_body) {
        p->head_len = p->fed;
        p->refusal = (uint8_t)judge_head(p);
        p->in_body = true;
    }
    return true;
}

enum http_parse http_parser_feed(struct http_parser *p, char *buf, size_t *len) {
    p->base = buf;
    for (;;) {
        if (p->refusal != HTTP_REFUSED_NONE)
            return HTTP_PARSE_REFUSED;
        if (p->done)
            return HTTP_PARSE_DONE;
        size_t end = !p->in_body && *len > HTTP_HEAD_MAX ? HTTP_HEAD_MAX : *len;
        bool bodyless = p->in_body && !p->chunked && p->content_length == 0;
        if (end <= p->fed && !bodyless) {
            if (p->in_body || p->fed < HTTP_HEAD_MAX)
                return HTTP_PARSE_MORE;
            p->refusal = HTTP_REFUSED_HEAD_LARGE;
        } else if (!feed_some(p, buf, len, end) && bodyless) {
            p->refusal = HTTP_REFUSED_SYNTAX;
        }
    }
}

size_t http_parser_room(const struct http_parser *p) {
    if (!p->in_body)
        return HTTP_HEAD_MAX;
    if (!p->chunked)
        return p->head_len + (size_t)p->content_length;
    return (size_t)p->head_len + p->body_len + HTTP_CHUNK_ROOM;
}

bool http_parser_wants_continue(struct http_parser *p) {
    bool wants = p->in_body && !p->done && p->expects_continue && p->ll.http_minor == 1 && p->body_len == 0;
    p->expects_continue = p->expects_continue && !p->in_body;
    return wants;
}

static void set_once(struct pxed_slice *field, struct pxed_slice value) {
    if (!field->ptr)
        *field = value;
}

static void know_header(struct http_request *r, struct pxed_slice name, struct pxed_slice value) {
    static const struct {
        struct pxed_slice name;
        size_t field;
    } rows[] = {
#define ROW(text, member) {{text, sizeof(text) - 1}, offsetof(struct http_request, member)}
        ROW("host", host),
        ROW("range", range),
        ROW("if-range", if_range),
        ROW("if-match", if_match),
        ROW("user-agent", user_agent),
        ROW("content-type", content_type),
        ROW("if-none-match", if_none_match),
        ROW("if-modified-since", if_modified_since),
        ROW("if-unmodified-since", if_unmodified_since),
#undef ROW
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].name.len == name.len && pxed_slice_eq_nocase(rows[i].name, name)) {
            set_once((struct pxed_slice *)((char *)r + rows[i].field), value);
            return;
        }
}

void http_parser_request(const struct http_parser *p, const char *buf, struct http_request *ret) {
    struct http_request r = {.method = (enum http_method)p->method,
                             .minor = p->ll.http_minor,
                             .keep_alive = p->keep_alive,
                             .target = pxed_slice(buf + p->target, p->target_len),
                             .body = pxed_slice(buf + p->head_len, p->body_len),
                             .base = buf,
                             .headers = p->headers,
                             .n_headers = p->n_headers};
    /* RFC 9112 3.2.2: the host of an absolute target wins, so it is set first. */
    split_target(r.target, &r.path, &r.query, &r.host);
    for (size_t i = 0; i < r.n_headers; i++)
        know_header(&r, http_header_name(&r, i), http_header_value(&r, i));
    *ret = r;
}
