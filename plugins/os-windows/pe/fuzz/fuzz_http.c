/* Any bytes as a server's answer, in pieces of any size: the same end and body as at once; and as a URL. */
#include <stdlib.h>
#include <string.h>

#include "http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    enum http_step end;
    unsigned status;
    bool sized;
    uint64_t bytes, hash;
};

static struct outcome run(struct pxed_slice text, size_t step) {
    struct http_answer a = {0};
    struct outcome o = {.end = HTTP_MORE};
    while (text.len > 0 && o.end == HTTP_MORE) {
        struct pxed_slice part = pxed_slice_head(text, step), in = part, piece;
        while ((o.end = http_read(&a, &in, &piece)) == HTTP_BODY) {
            if (piece.len == 0 || piece.ptr < part.ptr || piece.len > part.len)
                abort();
            for (size_t i = 0; i < piece.len; i++)
                o.hash = (o.hash ^ (uint8_t)piece.ptr[i]) * 1099511628211u;
            o.bytes += piece.len;
        }
        if (o.end == HTTP_MORE && in.len != 0)
            abort();
        text = pxed_slice_skip(text, part.len);
    }
    o.status = a.status;
    o.sized = a.sized;
    if (o.end == HTTP_DONE && a.sized && !a.chunked && a.status != 204 && a.status != 304 && o.bytes != a.length)
        abort();
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    struct pxed_slice text = pxed_slice((const char *)data + 1, size - 1);
    struct outcome whole = run(text, text.len), parts = run(text, 1 + data[0] % 61u);
    if (whole.end != parts.end || whole.status != parts.status || whole.sized != parts.sized ||
        whole.bytes != parts.bytes || whole.hash != parts.hash)
        abort();
    struct http_url url;
    char out[1024];
    if (http_parse_url(text, &url) &&
        (strlen(url.host) == 0 || url.port == 0 || http_build_request(out, sizeof(out), &url, NULL) > sizeof(out)))
        abort();
    return 0;
}
