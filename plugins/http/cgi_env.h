/* The meta-variables of a CGI request (RFC 3875 4.1) and those that PHP needs. Pure. */
#pragma once

#include "pxed/content.h"
#include "request.h"

struct http_cgi_call {
    const struct http_request *request;
    const struct pxed_cgi *cgi;
    struct pxed_slice query; /* of the request, or of the internal redirect that led here; unset: "" */
    bool body;               /* pass the request's body to the script; false after an internal redirect */
    struct pxed_addr peer, local;
    uint16_t peer_port, port;
    bool tls;
};

enum { HTTP_CGI_ENV_MAX = 256 };

/* Writes NAME=value texts, each ended by NUL; *ret_n is their number. False if one cannot be made or there are more
 * than HTTP_CGI_ENV_MAX. */
bool http_cgi_env(const struct http_cgi_call *call, struct pxed_buf *out, size_t *ret_n);
