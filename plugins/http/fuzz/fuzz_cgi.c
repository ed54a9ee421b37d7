/* The same bytes as a script's output and as an order to the helper. */
#include <stdlib.h>

#include "cgi_output.h"
#include "cgi_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
}

static void touch_texts(const char *const *texts) {
    for (; *texts; texts++)
        touch(pxed_slice_of(*texts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct http_cgi_output o;
    static struct http_order order;
    char *copy = malloc(size + 1), *lines;
    memcpy(copy, data, size);
    char *exact = realloc(copy, size ? size : 1);
    http_cgi_output_parse(pxed_slice(exact, size), &o);
    touch(o.type);
    touch(o.location);
    touch(o.body);
    struct pxed_buf extra = {NULL, 0, 0};
    http_cgi_extra(&o, &extra);
    lines = malloc(extra.len + 1);
    extra = (struct pxed_buf){lines, extra.len, 0};
    http_cgi_extra(&o, &extra);
    if (pxed_buf_full(&extra) || (o.kind != HTTP_CGI_BROKEN && (o.status < 200 || o.status > 599)))
        abort();
    free(lines);
    if (http_order_read(exact, size, &order) == 0 && order.verb == HTTP_VERB_RUN) {
        touch(pxed_slice_of(order.dir));
        touch_texts(order.argv);
        touch_texts(order.envp);
    }
    free(exact);
    return 0;
}
