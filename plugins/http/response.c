/* Conditions, ranges and the head of an answer. Pure. */
#include "response.h"

#include "date.h"
#include "range.h"

const char *http_status_text(int status) {
    static const struct {
        int status;
        const char *text;
    } rows[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "Status";
}

int http_status_of(enum pxed_reason reason) {
    switch (reason) {
    case PXED_WHY_OK:
        return 200;
    case PXED_WHY_BAD_MAC:
    case PXED_WHY_BAD_NAME:
    case PXED_WHY_BAD_STAGE:
    case PXED_WHY_BAD_REQUEST:
    case PXED_WHY_HTTP_MALFORMED:
        return 400;
    case PXED_WHY_PRIVATE_FILE:
    case PXED_WHY_FILE_UNREADABLE:
    case PXED_WHY_SCRIPT_SOURCE:
    case PXED_WHY_NOT_YOUR_FILE:
    case PXED_WHY_SECRET_NO_TOKEN:
    case PXED_WHY_TOKEN_DEAD:
    case PXED_WHY_EVENT_FOREIGN:
    case PXED_WHY_NOT_BELIEVED:
    case PXED_WHY_ANSWER_NEEDS_TLS:
        return 403;
    case PXED_WHY_TIMEOUT:
        return 408;
    case PXED_WHY_TOO_LARGE:
        return 413;
    case PXED_WHY_EVENT_RATE:
        return 429;
    case PXED_WHY_IO_ERROR:
    case PXED_WHY_STORE_FAILED:
    case PXED_WHY_TEMPLATE_BROKEN:
    case PXED_WHY_ANSWER_UNREADABLE:
    case PXED_WHY_ANSWER_BROKEN:
        return 500;
    case PXED_WHY_CGI_FAILED:
        return 502;
    case PXED_WHY_BUSY:
    case PXED_WHY_SHUTTING_DOWN:
    case PXED_WHY_STORE_CANNOT_WRITE:
        return 503;
    default: /* not declared, not armed, no plan, no image, ...: for this client there is nothing under this name */
        return 404;
    }
}

void http_refusal_body(const char *name, const char *sentence, struct pxed_buf *out) {
    pxed_buf_str(out, name);
    pxed_buf_add(out, PXED_SLICE(": "));
    pxed_buf_str(out, sentence);
    pxed_buf_byte(out, '\n');
}

static struct pxed_slice strip_weak(struct pxed_slice tag) {
    return pxed_slice_starts(tag, PXED_SLICE("W/")) ? pxed_slice_skip(tag, 2) : tag;
}

/* RFC 9110 13.1.1, 13.1.2: does a list of tags name this one? `strong`: weak tags never match. */
static bool tags_name(struct pxed_slice list, struct pxed_slice etag, bool strong) {
    if (pxed_slice_is(pxed_slice_trim(list), "*"))
        return true;
    if (etag.len == 0 || (strong && pxed_slice_starts(etag, PXED_SLICE("W/"))))
        return false;
    size_t at = 0;
    while (at < list.len) { /* a tag may hold a comma, so the list is cut at quotes */
        while (at < list.len && (pxed_is_space(list.ptr[at]) || list.ptr[at] == ','))
            at++;
        size_t start = at;
        ptrdiff_t open = pxed_slice_find(list, '"', at);
        ptrdiff_t close = open < 0 ? -1 : pxed_slice_find(list, '"', (size_t)open + 1);
        if (close < 0)
            return false;
        at = (size_t)close + 1;
        struct pxed_slice tag = pxed_slice(list.ptr + start, at - start);
        if (strong ? pxed_slice_eq(tag, etag) : pxed_slice_eq(strip_weak(tag), strip_weak(etag)))
            return true;
    }
    return false;
}

static bool changed_since(struct pxed_slice date, int64_t mtime, bool otherwise) {
    int64_t then;
    return mtime != 0 && http_date_parse(date, &then) ? mtime > then : otherwise;
}

/* RFC 9110 13.2.2, in its order: 412, 304 or 200. EDK2 resumes with Range and If-Match or If-Unmodified-Since. */
static int judge_conditions(const struct http_request *r, const struct http_entity *e) {
    if (r->if_match.ptr) {
        if (!tags_name(r->if_match, e->etag, true))
            return 412;
    } else if (r->if_unmodified_since.ptr && changed_since(r->if_unmodified_since, e->mtime, false)) {
        return 412;
    }
    if (r->if_none_match.ptr)
        return tags_name(r->if_none_match, e->etag, false) ? 304 : 200;
    if (r->if_modified_since.ptr && !changed_since(r->if_modified_since, e->mtime, true))
        return 304;
    return 200;
}

/* RFC 9110 13.1.5: a strong tag or the exact date; anything else means that the client's part is stale. */
static bool range_still_fits(const struct http_request *r, const struct http_entity *e) {
    int64_t then;
    if (!r->if_range.ptr)
        return true;
    if (pxed_slice_find(r->if_range, '"', 0) >= 0)
        return e->etag.len > 0 && !pxed_slice_starts(e->etag, PXED_SLICE("W/")) && pxed_slice_eq(r->if_range, e->etag);
    return e->mtime != 0 && http_date_parse(r->if_range, &then) && then == e->mtime;
}

/* Which follows a part: the text of a boundary that no file has by chance. */
static const char boundary[] = "pxed-7d1c5f0b9e3a4682";

void http_part_write(const struct http_plan *plan, struct pxed_slice type, size_t i, struct pxed_buf *out) {
    pxed_buf_str(out, "\r\n--");
    pxed_buf_str(out, boundary);
    if (i == plan->n_parts) {
        pxed_buf_str(out, "--\r\n");
        return;
    }
    pxed_buf_str(out, "\r\nContent-Type: ");
    pxed_buf_add(out, type.len > 0 && type.len < HTTP_PART_HEAD / 2 ? type : PXED_SLICE("application/octet-stream"));
    pxed_buf_str(out, "\r\nContent-Range: bytes ");
    pxed_buf_u64(out, plan->parts[i].offset);
    pxed_buf_byte(out, '-');
    pxed_buf_u64(out, plan->parts[i].offset + plan->parts[i].length - 1);
    pxed_buf_byte(out, '/');
    pxed_buf_u64(out, plan->size);
    pxed_buf_str(out, "\r\n\r\n");
}

static uint64_t parts_length(const struct http_plan *plan, struct pxed_slice type) {
    uint64_t n = 0;
    for (size_t i = 0; i <= plan->n_parts; i++) {
        char text[HTTP_PART_HEAD];
        struct pxed_buf out = PXED_BUF(text);
        http_part_write(plan, type, i, &out);
        n += out.len + (i < plan->n_parts ? plan->parts[i].length : 0);
    }
    return n;
}

/* Does one of them end the entity? */
static bool parts_end(const struct http_plan *plan) {
    bool ends = false;
    for (size_t i = 0; i < plan->n_parts; i++)
        ends |= plan->parts[i].offset + plan->parts[i].length == plan->size;
    return ends;
}

void http_plan_make(const struct http_request *r, const struct http_entity *e, bool close, struct http_plan *ret) {
    struct http_plan p = {.status = e->status,
                          .length = e->size,
                          .size = e->size,
                          .body = r->method != HTTP_METHOD_HEAD,
                          .keep = r->keep_alive && !close};
    if (e->status == 200 && e->ranges && r->method != HTTP_METHOD_POST)
        p.status = judge_conditions(r, e);
    if (p.status == 200 && e->ranges && r->method == HTTP_METHOD_GET && r->range.ptr && range_still_fits(r, e)) {
        switch (http_range_parse(r->range, e->size, p.parts, &p.n_parts)) {
        case HTTP_RANGE_WHOLE:
            break;
        case HTTP_RANGE_PART:
            if (p.n_parts > 1 && e->in_order)
                break;
            p.status = 206;
            p.offset = p.parts[0].offset;
            p.length = p.n_parts > 1 ? parts_length(&p, e->type) : p.parts[0].length;
            break;
        case HTTP_RANGE_UNSATISFIABLE:
            p.status = 416;
            break;
        }
    }
    if (p.status != e->status && p.status != 206) {
        p.body = false;
        p.length = 0;
    }
    if (p.status == 204 || p.status == 304) /* RFC 9110 15.3.5, 15.4.5: never a body */
        p.body = false;
    if (p.status != 206)
        p.n_parts = 0;
    p.whole = p.body && (p.n_parts > 1 ? parts_end(&p) : p.offset + p.length == p.size);
    *ret = p;
}

static void response_line(struct pxed_buf *out, const char *name, struct pxed_slice value) {
    pxed_buf_str(out, name);
    pxed_buf_add(out, value);
    pxed_buf_add(out, PXED_SLICE("\r\n"));
}

static void line_u64(struct pxed_buf *out, const char *name, uint64_t value) {
    pxed_buf_str(out, name);
    pxed_buf_u64(out, value);
    pxed_buf_add(out, PXED_SLICE("\r\n"));
}

static void content_range(const struct http_plan *plan, struct pxed_buf *out) {
    pxed_buf_add(out, PXED_SLICE("Content-Range: bytes "));
    if (plan->status == 206) {
        pxed_buf_u64(out, plan->offset);
        pxed_buf_byte(out, '-');
        pxed_buf_u64(out, plan->offset + plan->length - 1);
    } else {
        pxed_buf_byte(out, '*');
    }
    line_u64(out, "/", plan->size);
}

void http_head_write(const struct http_plan *plan, const struct http_entity *e, uint8_t minor, struct pxed_slice date,
                     struct pxed_buf *out) {
    bool describes = plan->status == e->status || plan->status == 206; /* the entity itself, not a message about it */
    pxed_buf_add(out, PXED_SLICE("HTTP/1.1 ")); /* our version, also to HTTP/1.0 clients (RFC 9110 6.2) */
    pxed_buf_u64(out, (uint64_t)plan->status);
    pxed_buf_byte(out, ' ');
    response_line(out, http_status_text(plan->status), PXED_NO_SLICE);
    response_line(out, "Server: pxed", PXED_NO_SLICE);
    response_line(out, "Date: ", date);
    if (plan->n_parts > 1) {
        pxed_buf_str(out, "Content-Type: multipart/byteranges; boundary=");
        response_line(out, boundary, PXED_NO_SLICE);
    } else if (describes && plan->status != 204)
        response_line(out, "Content-Type: ", e->type.len > 0 ? e->type : PXED_SLICE("application/octet-stream"));
    if (e->streams && minor > 0)
        response_line(out, "Transfer-Encoding: chunked", PXED_NO_SLICE);
    else if (!e->streams && plan->status != 304 && plan->status != 204)
        line_u64(out, "Content-Length: ", plan->length);
    if ((plan->status == 206 && plan->n_parts <= 1) || plan->status == 416)
        content_range(plan, out);
    if (e->ranges && e->status == 200) {
        response_line(out, "Accept-Ranges: bytes", PXED_NO_SLICE);
        if (e->etag.len > 0)
            response_line(out, "ETag: ", e->etag);
        if (e->mtime > 0) {
            pxed_buf_add(out, PXED_SLICE("Last-Modified: "));
            http_date_format(e->mtime, out);
            pxed_buf_add(out, PXED_SLICE("\r\n"));
        }
    }
    if (plan->status == 501)
        response_line(out, "Allow: GET, HEAD, POST", PXED_NO_SLICE);
    if (plan->status == 405)
        response_line(out, "Allow: GET, HEAD", PXED_NO_SLICE);
    if (plan->status == 503) /* iPXE waits and retries */
        response_line(out, "Retry-After: 2", PXED_NO_SLICE);
    pxed_buf_add(out, e->extra);
    if (!plan->keep)
        response_line(out, "Connection: close", PXED_NO_SLICE);
    else if (minor == 0)
        response_line(out, "Connection: keep-alive", PXED_NO_SLICE);
    pxed_buf_add(out, PXED_SLICE("\r\n"));
}
