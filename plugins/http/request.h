/* Parses bytes from a client into one request of slices. llhttp handles the grammar; limits, and ambiguous forms that
 * it accepts, are checked here. No I/O, no allocation: the caller owns the input buffer. */
#pragma once

#include <llhttp.h>

#include "chunks.h"
#include "pxed/reason.h"
#include "pxed/slice.h"

enum {
    HTTP_HEAD_MAX = 16 * 1024, /* request line and headers */
    HTTP_HEADERS_MAX = 64,
    HTTP_TARGET_MAX = 4096,
    HTTP_BODY_MAX = 64 * 1024,
    HTTP_CHUNK_ROOM = 4096, /* input space asked for while a chunked body comes in */
};

/*     name               status reason          sentence */
#define HTTP_REFUSALS(X)                                                                                               \
    X(NONE, 0, OK, "")                                                                                                 \
    X(SYNTAX, 400, HTTP_MALFORMED, "the request line, a header or a chunk cannot be read")                             \
    X(LINE_END, 400, HTTP_MALFORMED, "a line is folded, or holds NUL, a stray CR or a stray LF")                       \
    X(TARGET_FORM, 400, HTTP_MALFORMED, "the target is neither a path nor an http:// URL")                             \
    X(NO_HOST, 400, HTTP_MALFORMED, "HTTP/1.1 needs exactly one Host")                                                 \
    X(FRAMING, 400, HTTP_MALFORMED, "the length of the body is ambiguous")                                             \
    X(CODING, 501, HTTP_MALFORMED, "chunked is the only transfer coding known here")                                   \
    X(METHOD, 501, BAD_REQUEST, "GET, HEAD and POST are the only methods known here")                                  \
    X(VERSION, 505, HTTP_MALFORMED, "HTTP/1.0 and HTTP/1.1 are spoken here")                                           \
    X(TARGET_LONG, 414, TOO_LARGE, "the target is longer than 4096 bytes")                                             \
    X(HEAD_LARGE, 431, TOO_LARGE, "the head is larger than 16 KiB")                                                    \
    X(HEADERS_MANY, 431, TOO_LARGE, "there are more than 64 headers")                                                  \
    X(BODY_LARGE, 413, TOO_LARGE, "the body is larger than 64 KiB")                                                    \
    X(SLOW, 408, TIMEOUT, "the request did not come in time")                                                          \
    X(NO_BODY, 405, BAD_REQUEST, "nothing under this name takes a body")                                               \
    X(PLAIN, 400, TLS_FAILED, "this port speaks TLS: ask https://")

enum http_refusal {
#define X(name, status, reason, sentence) HTTP_REFUSED_##name,
    HTTP_REFUSALS(X)
#undef X
        HTTP_REFUSAL_COUNT
};

struct http_refusal_row {
    int status;
    enum pxed_reason reason;
    const char *sentence;
};
extern const struct http_refusal_row http_refusals[HTTP_REFUSAL_COUNT];

enum http_method { HTTP_METHOD_GET, HTTP_METHOD_HEAD, HTTP_METHOD_POST };

/* Offsets into the input buffer, which may move while a request arrives. */
struct http_header {
    uint16_t name, name_len, value, value_len;
};

/* One complete request. Slices point into the input buffer; unset: no such header. */
struct http_request {
    enum http_method method;
    uint8_t minor;                         /* HTTP/1.minor */
    bool keep_alive;                       /* the client wants to keep the connection */
    struct pxed_slice target, path, query; /* as sent; the path begins with `/`; query unset without `?` */
    struct pxed_slice host, user_agent, content_type;
    struct pxed_slice range, if_range, if_match, if_none_match, if_modified_since, if_unmodified_since;
    struct pxed_slice body;
    const char *base; /* of the header offsets */
    const struct http_header *headers;
    size_t n_headers;
};

struct http_parser {
    llhttp_t ll;
    const char *base; /* valid during a feed */
    uint32_t fed;     /* bytes llhttp has seen */
    uint32_t target, target_len;
    uint32_t head_len;
    uint32_t body_len; /* bytes of the body received so far; the body begins at head_len */
    uint64_t content_length;
    uint8_t refusal; /* enum http_refusal */
    uint8_t n_headers;
    bool in_body, done, in_name, in_value, chunked, keep_alive, expects_continue;
    uint8_t method;
    struct http_chunks chunks;
    struct http_header headers[HTTP_HEADERS_MAX];
};

enum http_parse { HTTP_PARSE_REFUSED = -1, HTTP_PARSE_MORE = 0, HTTP_PARSE_DONE = 1 };

/* Ready for the next request, which begins at the first byte of the buffer. */
void http_parser_begin(struct http_parser *p);

/* Continues with the bytes after those already read. A chunked body is moved together in place, so *len may shrink.
 * DONE: http_parser_request() can be called, and http_parser_rest() gives the start of the next request. */
enum http_parse http_parser_feed(struct http_parser *p, char *buf, size_t *len);

/* How large the buffer must be to continue; never more than HTTP_HEAD_MAX + HTTP_BODY_MAX + HTTP_CHUNK_ROOM. */
size_t http_parser_room(const struct http_parser *p);

/* The client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1); true once. */
bool http_parser_wants_continue(struct http_parser *p);

static inline size_t http_parser_rest(const struct http_parser *p) {
    return p->fed;
}

void http_parser_request(const struct http_parser *p, const char *buf, struct http_request *ret);

static inline struct pxed_slice http_header_name(const struct http_request *r, size_t i) {
    return pxed_slice(r->base + r->headers[i].name, r->headers[i].name_len);
}
static inline struct pxed_slice http_header_value(const struct http_request *r, size_t i) {
    return pxed_slice(r->base + r->headers[i].value, r->headers[i].value_len);
}
