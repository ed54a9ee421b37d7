/* What a request brings to be let in. Pure. */
#pragma once

#include "pxed/http.h"

enum { CONSOLE_TOKEN_MAX = 128 };

struct console_pass {
    struct pxed_slice token; /* unset: none */
    bool bearer;             /* of a program, not the cookie of a browser */
};

/* `Authorization: Bearer TOKEN`, else the cookie. */
struct console_pass console_pass(const struct pxed_http_call *call);

/* Was the request sent by a page of this server? Browsers say so by Origin, which holds the name that was asked, or by
 * Sec-Fetch-Site; a request without either is no browser's that follows today's standards, and is not taken. */
bool console_same_site(const struct pxed_http_call *call);

/* The value of `key` in an application/x-www-form-urlencoded body, decoded into `out`; false: there is none, or it is
 * too long. */
bool console_form(struct pxed_slice body, const char *key, struct pxed_buf *out);
