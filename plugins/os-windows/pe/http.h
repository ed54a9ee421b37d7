/* The HTTP client for WinPE: one HTTP/1.0 request per connection. Pure; any bytes are safe. */
#pragma once

#include "pxed/slice.h"

struct http_url {
    char host[256]; /* a name or an IPv4 address */
    uint16_t port;
    struct pxed_slice path; /* with the query, from the first `/`; borrowed from the URL; empty means `/` */
};

/* http://HOST[:PORT][/PATH]. False for anything else: another scheme, a user, a control character, a blank. */
bool http_parse_url(struct pxed_slice url, struct http_url *ret_url);

/* Appends `&key=value`, or `?key=value` if there is no query yet, to the C string in `url` of `size` bytes. The value
 * is percent-encoded. False, and nothing changed, if it does not fit. */
bool http_add_query(char *url, size_t size, const char *key, const char *value);

/* The request's head, and a body's length if `body` is one (no Content-Length header otherwise). Returns its bytes, or
 * 0 if `size` is too little. Not terminated. */
size_t http_build_request(char *out, size_t size, const struct http_url *url, const uint64_t *body);

enum http_step {
    HTTP_MORE, /* all input was used */
    HTTP_BODY, /* a piece of the body */
    HTTP_DONE, /* all of it is there; further input is not looked at */
    HTTP_BAD,  /* no HTTP, or broken */
};

/* An answer being received; starts zeroed. */
struct http_answer {
    unsigned state; /* private, as the next */
    uint64_t left;  /* of the body or of this chunk */
    size_t seen;    /* bytes of head, or of chunk lines */
    char line[128]; /* of the header being read; what is longer is not needed */
    size_t line_len;
    unsigned status; /* 0: not there yet */
    bool sized;      /* it has a length or is chunked, so a broken connection can be recognised */
    bool chunked;
    uint64_t length; /* if sized and not chunked */
};

/* Parses received bytes. Advances `*input` past what it used; `*ret_body` borrows from it. */
enum http_step http_read(struct http_answer *answer, struct pxed_slice *input, struct pxed_slice *ret_body);

/* The connection was closed: does that mean this answer is complete? */
bool http_ends_with_connection(const struct http_answer *answer);
