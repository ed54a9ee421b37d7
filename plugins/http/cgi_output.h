/* Turns the output of a CGI script into a response (RFC 3875 section 6). Pure. */
#pragma once

#include "pxed/buf.h"

enum {
    HTTP_CGI_OUTPUT_MAX = 1024 * 1024,
    HTTP_CGI_HEAD_MAX = 16 * 1024,
    HTTP_CGI_HEADERS_MAX = 64,
};

enum http_cgi_kind {
    HTTP_CGI_BROKEN,   /* not a valid response: `why` says what is wrong */
    HTTP_CGI_DOCUMENT, /* status, type, body; also a redirect that the client follows */
    HTTP_CGI_LOCAL,    /* 6.2.2: ask this server for `location` instead */
};

struct http_cgi_output {
    enum http_cgi_kind kind;
    int status;
    struct pxed_slice type, location; /* location empty: none */
    struct pxed_slice fields;         /* all header lines; see http_cgi_extra */
    struct pxed_slice body;
    const char *why;
};

/* `output` is everything the script wrote; the slices point into it. */
void http_cgi_output_parse(struct pxed_slice output, struct http_cgi_output *ret);

/* Writes the header lines to pass on, each with CR LF: not the CGI fields (except Location), and not those that this
 * server sets. */
void http_cgi_extra(const struct http_cgi_output *parsed, struct pxed_buf *out);
