/* One header value in every role: the plan made from it must lie inside the entity. */
#include <stdlib.h>

#include "date.h"
#include "heads.h"
#include "range.h"
#include "response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A head that was kept is the one that would be written. */
static void check_kept(const struct http_plan *p, const struct http_entity *e, struct pxed_slice written) {
    static struct http_heads heads;
    for (int again = 0; again < 2; again++) {
        char text[1024];
        struct pxed_buf out = PXED_BUF(text);
        http_heads_write(&heads, p, e, 1, 7, PXED_SLICE("now"), &out);
        if (!pxed_slice_eq(pxed_buf_slice(&out), written))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t length;
    if (size < 9)
        return 0;
    memcpy(&length, data, 8);
    char *copy = malloc(size - 9 + 1);
    memcpy(copy, data + 9, size - 9);
    struct pxed_slice value = pxed_slice(copy, size - 9);
    struct http_request r = {.method = (enum http_method)(data[8] % 3), .minor = 1, .keep_alive = true};
    struct pxed_slice *const fields[] = {&r.range,         &r.if_range,          &r.if_match,
                                         &r.if_none_match, &r.if_modified_since, &r.if_unmodified_since};
    struct http_entity e = {
        .status = 200, .etag = PXED_SLICE("\"abc\""), .size = length, .mtime = 784111777, .ranges = true};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct http_plan p;
        char text[1024];
        struct pxed_buf out = PXED_BUF(text);
        *fields[i] = value;
        http_plan_make(&r, &e, false, &p);
        bool several = p.n_parts > 1;
        if (p.offset > p.size || (!several && p.length > p.size - p.offset) ||
            (!several && p.whole && p.offset + p.length != p.size))
            abort();
        for (size_t k = 0; several && k < p.n_parts; k++)
            if (p.parts[k].length == 0 || p.parts[k].offset >= p.size || p.parts[k].length > p.size - p.parts[k].offset)
                abort();
        http_head_write(&p, &e, 1, PXED_SLICE("now"), &out);
        if (pxed_buf_full(&out))
            abort();
        check_kept(&p, &e, pxed_buf_slice(&out));
        if (i > 0)
            *fields[i] = PXED_NO_SLICE;
    }
    int64_t when;
    if (http_date_parse(value, &when)) {
        char text[HTTP_DATE_TEXT];
        struct pxed_buf out = PXED_BUF(text);
        http_date_format(when, &out);
        if (pxed_buf_full(&out))
            abort();
    }
    free(copy);
    return 0;
}
