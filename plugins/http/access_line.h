/* One line of the access log, in the combined format. Pure. */
#pragma once

#include "pxed/addr.h"
#include "request.h"

enum { HTTP_ACCESS_LINE = 2048 }; /* a longer line is cut before its end */

struct http_access {
    struct pxed_addr peer;
    int64_t seconds;                    /* since 1970, UTC */
    const struct http_request *request; /* NULL: none could be read */
    int status;
    uint64_t bytes; /* of the body, sent so far */
};

/* ADDRESS - - [29/Nov/2026:18:33:02 +0000] "GET /boot/x HTTP/1.1" 200 600 "REFERER" "USER-AGENT" LF. What could be a
 * token (32 or more hex digits) is written as ***; control bytes, quotes and backslashes are escaped. */
void http_access_write(const struct http_access *a, struct pxed_buf *out);
