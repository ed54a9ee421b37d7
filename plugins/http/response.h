/* What is sent for a request: conditions, ranges, the head. Pure; see RFC 9110 sections 13 to 15. */
#pragma once

#include "pxed/buf.h"
#include "range.h"
#include "request.h"

/* What is known of the requested entity. */
struct http_entity {
    int status;              /* 200, or the content's status */
    struct pxed_slice type;  /* empty: application/octet-stream */
    struct pxed_slice etag;  /* quoted; empty: none */
    struct pxed_slice extra; /* header lines of a script, each ended by CR LF */
    uint64_t size;
    int64_t mtime; /* 0: unknown */
    bool ranges;   /* ranges are possible: for files and bytes, not for script output */
    bool streams;  /* its length is not known: chunks, or up to the end of the connection */
    bool in_order; /* several ranges are not: its end is held back, so everything is sent */
};

struct http_plan {
    int status;
    uint64_t offset, length; /* the part that Content-Length counts */
    uint64_t size;
    bool body;      /* the part is sent; false for HEAD, 304, 412, 416 */
    bool whole;     /* sending it gives the client the last byte: content->release(c, true) */
    bool keep;      /* the connection stays */
    size_t n_parts; /* more than one: a body of multipart/byteranges; offset is the first part's */
    struct http_part parts[HTTP_PARTS_MAX];
};

enum { HTTP_PART_HEAD = 256 }; /* room for the text before a part */

/* `close`: the server wants the connection closed. */
void http_plan_make(const struct http_request *request, const struct http_entity *entity, bool close,
                    struct http_plan *ret);

/* What stands before part `i` of several, or after the last one (i == n_parts). RFC 9110 14.6. */
void http_part_write(const struct http_plan *plan, struct pxed_slice type, size_t i, struct pxed_buf *out);

/* Status line, headers, empty line. `date` is an HTTP date. `minor` of the request's version. */
void http_head_write(const struct http_plan *plan, const struct http_entity *entity, uint8_t minor,
                     struct pxed_slice date, struct pxed_buf *out);

/* "Not Found"; "Status" for an unknown number. */
const char *http_status_text(int status);

/* The status for a refusal by the core. */
int http_status_of(enum pxed_reason reason);

/* `NOT_FOUND: nothing has this name` LF */
void http_refusal_body(const char *name, const char *sentence, struct pxed_buf *out);
