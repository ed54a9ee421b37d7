/* Dates, ranges, conditions, heads, peers. */

#include "date.h"
#include "heads.h"
#include "peers.h"
#include "range.h"
#include "response.h"
#include "suite.h"

START_TEST(dates_written) {
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},    {4107542399, "Sun, 28 Feb 2100 23:59:59 GMT"},
        {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},   {-5, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"}, {INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[HTTP_DATE_TEXT];
        struct pxed_buf b = PXED_BUF(text);
        int64_t back;
        http_date_format(rows[i].seconds, &b);
        ck_assert_msg(pxed_slice_is(pxed_buf_slice(&b), rows[i].text), "%.*s", PXED_S(pxed_buf_slice(&b)));
        ck_assert(http_date_parse(pxed_slice_of(rows[i].text), &back));
        if (rows[i].seconds >= 0 && rows[i].seconds != INT64_MAX)
            ck_assert_int_eq(back, rows[i].seconds);
    }
}
END_TEST

START_TEST(dates_read) {
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } rows[] = {
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Sun Nov 16 08:49:37 1994", 784975777},
        {"Friday, 01-Jan-21 00:00:00 GMT", 1609459200},
        {"", -1},
        {"now", -1},
        {"Sun, 06 Nov 1994 08:49:37", -1},
        {"Sun, 06 Nov 1994 08:49:37 CET", -1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
        {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 Foo 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1894 08:49:37 GMT", -1},
        {"Sun, 6 Nov 1994 8:49:37 GMT", -1},
        {"Sun Nov 6 08:49:37", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t got = -1;
        bool ok = http_date_parse(pxed_slice_of(rows[i].text), &got);
        ck_assert_msg(ok == (rows[i].seconds >= 0) && got == rows[i].seconds, "%s: %lld", rows[i].text, (long long)got);
    }
}
END_TEST

START_TEST(ranges) {
    static const struct {
        const char *value;
        uint64_t size;
        enum http_range_result result;
        uint64_t offset, length;
    } rows[] = {
        {"bytes=0-", 100, HTTP_RANGE_PART, 0, 100},
        {"bytes=10-", 100, HTTP_RANGE_PART, 10, 90},
        {"bytes=10-19", 100, HTTP_RANGE_PART, 10, 10},
        {"bytes=99-", 100, HTTP_RANGE_PART, 99, 1},
        {"bytes=90-200", 100, HTTP_RANGE_PART, 90, 10},
        {"bytes=-1", 100, HTTP_RANGE_PART, 99, 1},
        {"bytes=-200", 100, HTTP_RANGE_PART, 0, 100},
        {"Bytes=1-2", 100, HTTP_RANGE_PART, 1, 2},
        {"bytes=5-99999999999999999999999", 100, HTTP_RANGE_PART, 5, 95},
        {"bytes=18446744073709551614-18446744073709551615", UINT64_MAX, HTTP_RANGE_PART, UINT64_MAX - 1, 1},
        {"bytes=0-18446744073709551615", UINT64_MAX, HTTP_RANGE_PART, 0, UINT64_MAX},
        {"bytes=100-", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=99999999999999999999999-", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-5", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=20-10", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"bytes=", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"bytes=-", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"bytes=a-b", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"bytes=1-2x", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"bytes=+1-2", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"lines=1-2", 100, HTTP_RANGE_WHOLE, 0, 0},
        {"", 100, HTTP_RANGE_WHOLE, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_part parts[HTTP_PARTS_MAX] = {{0}};
        size_t n = 0;
        enum http_range_result r = http_range_parse(pxed_slice_of(rows[i].value), rows[i].size, parts, &n);
        ck_assert_uint_eq(n, r == HTTP_RANGE_PART);
        ck_assert_msg(r == rows[i].result && parts[0].offset == rows[i].offset && parts[0].length == rows[i].length,
                      "%s of %llu: %d %llu+%llu", rows[i].value, (unsigned long long)rows[i].size, (int)r,
                      (unsigned long long)parts[0].offset, (unsigned long long)parts[0].length);
    }
}
END_TEST

/* Of 100 bytes; each part as FIRST+LENGTH. */
START_TEST(several_ranges) {
    static const struct {
        const char *value, *parts;
    } rows[] = {
        {"bytes=0-1,5-6", "0+2 5+2 "},
        {"bytes=5-6, 0-1", "5+2 0+2 "},
        {"bytes= 0-0 ,,\t-1,", "0+1 99+1 "},
        {"bytes=0-1,200-300", "0+2 "},
        {"bytes=200-300,0-1,150-", "0+2 "},
        {"bytes=0-9,10-19", "0+10 10+10 "},
        {"bytes=200-300,400-", "none"},
        {"bytes=0-5,5-9", "all"},
        {"bytes=50-,0-60", "all"},
        {"bytes=0-49,50-99", "all"},
        {"bytes=0-1,0-1", "all"},
        {"bytes=0-1,x", "all"},
        {"bytes=,", "all"},
        {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30",
         "0+1 2+1 4+1 6+1 8+1 10+1 12+1 14+1 16+1 18+1 20+1 22+1 24+1 26+1 28+1 30+1 "},
        {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", "all"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_part parts[HTTP_PARTS_MAX];
        size_t n = 0;
        char text[256];
        struct pxed_buf b = PXED_BUF(text);
        enum http_range_result r = http_range_parse(pxed_slice_of(rows[i].value), 100, parts, &n);
        pxed_buf_str(&b, r == HTTP_RANGE_PART ? "" : r == HTTP_RANGE_WHOLE ? "all" : "none");
        for (size_t k = 0; k < n; k++) {
            pxed_buf_u64(&b, parts[k].offset);
            pxed_buf_byte(&b, '+');
            pxed_buf_u64(&b, parts[k].length);
            pxed_buf_byte(&b, ' ');
        }
        ck_assert_msg(pxed_slice_is(pxed_buf_slice(&b), rows[i].parts), "%s: %s", rows[i].value, pxed_buf_cstr(&b));
    }
}
END_TEST

#define PART(range)                                                                                                    \
    "\r\n--pxed-7d1c5f0b9e3a4682\r\nContent-Type: text/plain\r\nContent-Range: bytes " range "/10\r\n\r\n"

START_TEST(parts_of_an_answer) {
    struct http_request r = {.minor = 1, .keep_alive = true, .range = PXED_SLICE("bytes=8-9,2-3")};
    struct http_entity e = {.status = 200, .type = PXED_SLICE("text/plain"), .size = 10, .ranges = true};
    struct http_plan p;
    http_plan_make(&r, &e, false, &p);
    ck_assert(p.status == 206 && p.n_parts == 2 && p.body && p.whole);
    char text[600];
    struct pxed_buf body = PXED_BUF(text);
    http_part_write(&p, e.type, 0, &body);
    pxed_buf_str(&body, "89");
    http_part_write(&p, e.type, 1, &body);
    pxed_buf_str(&body, "23");
    http_part_write(&p, e.type, 2, &body);
    ck_assert_str_eq(pxed_buf_cstr(&body), PART("8-9") "89" PART("2-3") "23\r\n--pxed-7d1c5f0b9e3a4682--\r\n");
    ck_assert_uint_eq(p.length, body.len);
    char head[600];
    struct pxed_buf out = PXED_BUF(head);
    http_head_write(&p, &e, 1, PXED_SLICE("now"), &out);
    ck_assert_ptr_nonnull(strstr(pxed_buf_cstr(&out), "multipart/byteranges; boundary=pxed-7d1c5f0b9e3a4682\r\n"));
    ck_assert_ptr_null(strstr(head, "Content-Range"));
    e.in_order = true; /* its end is held back */
    http_plan_make(&r, &e, false, &p);
    ck_assert(p.status == 200 && p.n_parts == 0 && p.length == 10 && p.offset == 0);
    e.in_order = false;
    r.method = HTTP_METHOD_HEAD;
    http_plan_make(&r, &e, false, &p);
    ck_assert(p.status == 200 && p.n_parts == 0);
}
END_TEST

/* A head that is kept is the head that would be written. */
START_TEST(kept_heads) {
    static struct http_heads kept;
    struct http_request r = {.minor = 1, .keep_alive = true};
    for (int i = 0; i < 200; i++) {
        char etag[16], text[512], again[512];
        struct pxed_buf tag = PXED_BUF(etag), out = PXED_BUF(text), want = PXED_BUF(again);
        pxed_buf_byte(&tag, '"');
        pxed_buf_u64(&tag, (uint64_t)(i / 4 % 20));
        pxed_buf_byte(&tag, '"');
        struct http_entity e = {.status = 200,
                                .type = i % 7 ? PXED_SLICE("text/plain") : PXED_SLICE("text/html"),
                                .etag = pxed_buf_slice(&tag),
                                .size = (uint64_t)(i % 5 == 0),
                                .mtime = 784111777 + i % 3,
                                .ranges = true};
        struct http_plan p;
        r.minor = i % 11 != 0;
        r.keep_alive = i % 13 != 0;
        r.range = i % 17 == 0 ? PXED_SLICE("bytes=0-0") : PXED_NO_SLICE;
        http_plan_make(&r, &e, false, &p);
        struct pxed_slice date = i < 100 ? PXED_SLICE("now") : PXED_SLICE("later");
        http_heads_write(&kept, &p, &e, r.minor, i < 100 ? 1 : 2, date, &out);
        http_head_write(&p, &e, r.minor, date, &want);
        ck_assert_str_eq(pxed_buf_cstr(&out), pxed_buf_cstr(&want));
    }
}
END_TEST

#define WHEN  "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Mon, 07 Nov 1994 08:49:37 GMT"
#define OLDER "Sat, 05 Nov 1994 08:49:37 GMT"

struct condition {
    const char *name;
    enum http_method method;
    const char *range, *if_range, *if_match, *if_none_match, *if_modified, *if_unmodified;
    int status;
    uint64_t offset, length;
    bool body, whole;
};

static const struct condition conditions[] = {
    {"plain", 0, NULL, NULL, NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"head", HTTP_METHOD_HEAD, NULL, NULL, NULL, NULL, NULL, NULL, 200, 0, 100, false, false},
    {"head ignores range", HTTP_METHOD_HEAD, "bytes=5-", NULL, NULL, NULL, NULL, NULL, 200, 0, 100, false, false},
    {"post ignores all", HTTP_METHOD_POST, "bytes=5-", NULL, NULL, "*", NULL, NULL, 200, 0, 100, true, true},
    {"range to the end", 0, "bytes=5-", NULL, NULL, NULL, NULL, NULL, 206, 5, 95, true, true},
    {"range inside", 0, "bytes=5-9", NULL, NULL, NULL, NULL, NULL, 206, 5, 5, true, false},
    {"several ranges that overlap", 0, "bytes=5-9,9-12", NULL, NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"several, one of them there", 0, "bytes=200-,5-9", NULL, NULL, NULL, NULL, NULL, 206, 5, 5, true, false},
    {"several with a stale if-range", 0, "bytes=0-1,5-9", "\"e2\"", NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"range beyond", 0, "bytes=100-", NULL, NULL, NULL, NULL, NULL, 416, 0, 0, false, false},
    {"if-range tag", 0, "bytes=5-", "\"e1\"", NULL, NULL, NULL, NULL, 206, 5, 95, true, true},
    {"if-range other tag", 0, "bytes=5-", "\"e2\"", NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-range weak tag", 0, "bytes=5-", "W/\"e1\"", NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-range date", 0, "bytes=5-", WHEN, NULL, NULL, NULL, NULL, 206, 5, 95, true, true},
    {"if-range later date", 0, "bytes=5-", LATER, NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-range stale and beyond", 0, "bytes=100-", "\"e2\"", NULL, NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-match", 0, NULL, NULL, "\"x\", \"e1\"", NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-match *", 0, NULL, NULL, "*", NULL, NULL, NULL, 200, 0, 100, true, true},
    {"if-match fails", 0, "bytes=5-", NULL, "\"x\"", NULL, NULL, NULL, 412, 0, 0, false, false},
    {"if-match weak fails", 0, NULL, NULL, "W/\"e1\"", NULL, NULL, NULL, 412, 0, 0, false, false},
    {"if-match broken", 0, NULL, NULL, "\"e1", NULL, NULL, NULL, 412, 0, 0, false, false},
    {"edk2 resumes", 0, "bytes=5-99", NULL, "\"e1\"", NULL, NULL, NULL, 206, 5, 95, true, true},
    {"if-unmodified-since", 0, NULL, NULL, NULL, NULL, NULL, WHEN, 200, 0, 100, true, true},
    {"if-unmodified-since fails", 0, NULL, NULL, NULL, NULL, NULL, OLDER, 412, 0, 0, false, false},
    {"if-unmodified-since nonsense", 0, NULL, NULL, NULL, NULL, NULL, "x", 200, 0, 100, true, true},
    {"if-none-match", 0, NULL, NULL, NULL, "\"e1\"", NULL, NULL, 304, 0, 0, false, false},
    {"if-none-match weak", 0, NULL, NULL, NULL, "\"q,r\", W/\"e1\"", NULL, NULL, 304, 0, 0, false, false},
    {"if-none-match *", 0, NULL, NULL, NULL, "*", NULL, NULL, 304, 0, 0, false, false},
    {"if-none-match other", 0, NULL, NULL, NULL, "\"e2\"", LATER, NULL, 200, 0, 100, true, true},
    {"if-none-match before range", 0, "bytes=5-", NULL, NULL, "\"e1\"", NULL, NULL, 304, 0, 0, false, false},
    {"if-modified-since", 0, NULL, NULL, NULL, NULL, WHEN, NULL, 304, 0, 0, false, false},
    {"if-modified-since older", 0, NULL, NULL, NULL, NULL, OLDER, NULL, 200, 0, 100, true, true},
    {"if-modified-since nonsense", 0, NULL, NULL, NULL, NULL, "yesterday", NULL, 200, 0, 100, true, true},
};

START_TEST(conditions_and_ranges) {
    const struct condition *c = &conditions[_i];
    struct http_request r = {.method = c->method,
                             .minor = 1,
                             .keep_alive = true,
                             .range = pxed_slice_of(c->range),
                             .if_range = pxed_slice_of(c->if_range),
                             .if_match = pxed_slice_of(c->if_match),
                             .if_none_match = pxed_slice_of(c->if_none_match),
                             .if_modified_since = pxed_slice_of(c->if_modified),
                             .if_unmodified_since = pxed_slice_of(c->if_unmodified)};
    struct http_entity e = {
        .status = 200, .etag = PXED_SLICE("\"e1\""), .size = 100, .mtime = 784111777, .ranges = true};
    struct http_plan p;
    http_plan_make(&r, &e, false, &p);
    ck_assert_msg(p.status == c->status && p.offset == c->offset && p.length == c->length && p.body == c->body &&
                      p.whole == c->whole,
                  "%s: %d %d+%d body %d whole %d", c->name, p.status, (int)p.offset, (int)p.length, p.body, p.whole);
}
END_TEST

START_TEST(without_validators) {
    struct http_request r = {.keep_alive = true, .if_none_match = PXED_SLICE("\"e1\"")};
    struct http_entity e = {.status = 200, .size = 7, .ranges = true};
    struct http_plan p;
    http_plan_make(&r, &e, true, &p);
    ck_assert_int_eq(p.status, 200);
    ck_assert(!p.keep);
    r = (struct http_request){.keep_alive = true, .range = PXED_SLICE("bytes=2-")};
    e.status = 404; /* the content's own word: no part of it is served */
    http_plan_make(&r, &e, false, &p);
    ck_assert_int_eq(p.status, 404);
    ck_assert_uint_eq(p.length, 7);
    ck_assert(p.keep && p.body);
}
END_TEST

static void expect_head(const struct http_request *r, const struct http_entity *e, const char *text) {
    char bytes[512];
    struct pxed_buf out = PXED_BUF(bytes), dry = {NULL, 0, 0};
    struct http_plan p;
    http_plan_make(r, e, false, &p);
    http_head_write(&p, e, r->minor, PXED_SLICE(WHEN), &out);
    http_head_write(&p, e, r->minor, PXED_SLICE(WHEN), &dry);
    ck_assert_str_eq(pxed_buf_cstr(&out), text);
    ck_assert_uint_eq(dry.len, strlen(text));
}

START_TEST(heads) {
    struct http_entity e = {.status = 200,
                            .type = PXED_SLICE("text/plain"),
                            .etag = PXED_SLICE("\"e\""),
                            .size = 10,
                            .mtime = 784111777,
                            .ranges = true};
    struct http_request r = {.minor = 1, .keep_alive = true};
#define COMMON "Accept-Ranges: bytes\r\nETag: \"e\"\r\nLast-Modified: " WHEN "\r\n"
    expect_head(&r, &e,
                "HTTP/1.1 200 OK\r\nServer: pxed\r\nDate: " WHEN "\r\nContent-Type: text/plain\r\n"
                "Content-Length: 10\r\n" COMMON "\r\n");
    r.range = PXED_SLICE("bytes=2-3");
    expect_head(&r, &e,
                "HTTP/1.1 206 Partial Content\r\nServer: pxed\r\nDate: " WHEN "\r\nContent-Type: text/plain\r\n"
                "Content-Length: 2\r\nContent-Range: bytes 2-3/10\r\n" COMMON "\r\n");
    r.range = PXED_SLICE("bytes=10-");
    expect_head(&r, &e,
                "HTTP/1.1 416 Range Not Satisfiable\r\nServer: pxed\r\nDate: " WHEN "\r\n"
                "Content-Length: 0\r\nContent-Range: bytes */10\r\n" COMMON "\r\n");
    r = (struct http_request){.minor = 0, .keep_alive = true, .if_none_match = PXED_SLICE("*")};
    expect_head(&r, &e,
                "HTTP/1.1 304 Not Modified\r\nServer: pxed\r\nDate: " WHEN "\r\n" COMMON
                "Connection: keep-alive\r\n\r\n");
    r = (struct http_request){.minor = 0};
    e = (struct http_entity){.status = 503, .size = 0, .extra = PXED_SLICE("X: y\r\n")};
    expect_head(&r, &e,
                "HTTP/1.1 503 Service Unavailable\r\nServer: pxed\r\nDate: " WHEN "\r\n"
                "Content-Type: application/octet-stream\r\nContent-Length: 0\r\nRetry-After: 2\r\nX: y\r\n"
                "Connection: close\r\n\r\n");
    e = (struct http_entity){.status = 501, .type = PXED_SLICE("text/plain")};
    expect_head(&r, &e,
                "HTTP/1.1 501 Not Implemented\r\nServer: pxed\r\nDate: " WHEN "\r\nContent-Type: text/plain\r\n"
                "Content-Length: 0\r\nAllow: GET, HEAD, POST\r\nConnection: close\r\n\r\n");
}
END_TEST

START_TEST(reasons) {
    static const struct {
        enum pxed_reason reason;
        int status;
    } rows[] = {
        {PXED_WHY_NOT_FOUND, 404},  {PXED_WHY_UNKNOWN_MACHINE, 404}, {PXED_WHY_NO_IMAGE, 404},
        {PXED_WHY_BAD_MAC, 400},    {PXED_WHY_BAD_STAGE, 400},       {PXED_WHY_PRIVATE_FILE, 403},
        {PXED_WHY_TOKEN_DEAD, 403}, {PXED_WHY_EVENT_FOREIGN, 403},   {PXED_WHY_TOO_LARGE, 413},
        {PXED_WHY_BUSY, 503},       {PXED_WHY_SHUTTING_DOWN, 503},   {PXED_WHY_STORE_FAILED, 500},
        {PXED_WHY_IO_ERROR, 500},   {PXED_WHY_CGI_FAILED, 502},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_int_eq(http_status_of(rows[i].reason), rows[i].status);
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        ck_assert_str_ne(http_status_text(http_status_of((enum pxed_reason)r)), "Status");
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    http_refusal_body("NOT_FOUND", "nothing has this name", &b);
    ck_assert_str_eq(pxed_buf_cstr(&b), "NOT_FOUND: nothing has this name\n");
}
END_TEST

START_TEST(peers_come_and_go) {
    static struct http_peers p = {.seed = 42};
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 4096; i++) {
            struct pxed_addr a = pxed_addr_v4(0x0a000000 + i);
            ck_assert(http_peers_enter(&p, &a, 2));
        }
        for (uint32_t i = 0; i < 4096; i++) {
            struct pxed_addr a = pxed_addr_v4(0x0a000000 + i);
            ck_assert(http_peers_enter(&p, &a, 2));
            ck_assert(!http_peers_enter(&p, &a, 2));
            ck_assert_uint_eq(http_peers_count(&p, &a), 2);
        }
        for (uint32_t i = 0; i < 4096; i++) { /* leave in another order than they came */
            struct pxed_addr a = pxed_addr_v4(0x0a000000 + (i * 1597) % 4096);
            http_peers_leave(&p, &a);
            http_peers_leave(&p, &a);
            ck_assert_uint_eq(http_peers_count(&p, &a), 0);
            http_peers_leave(&p, &a);
        }
    }
    for (size_t i = 0; i < HTTP_PEER_SLOTS; i++)
        ck_assert_uint_eq(p.slots[i].count, 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("http response");
    TCase *t = tcase_create("response");
    tcase_add_test(t, dates_written);
    tcase_add_test(t, dates_read);
    tcase_add_test(t, ranges);
    tcase_add_test(t, several_ranges);
    tcase_add_test(t, parts_of_an_answer);
    tcase_add_test(t, kept_heads);
    tcase_add_loop_test(t, conditions_and_ranges, 0, sizeof(conditions) / sizeof(conditions[0]));
    tcase_add_test(t, without_validators);
    tcase_add_test(t, heads);
    tcase_add_test(t, reasons);
    tcase_add_test(t, peers_come_and_go);
    suite_add_tcase(s, t);
    return suite_run(s);
}
