/* First byte: which question. Then text up to a NUL is the query, the rest the body. Every answer must be JSON; and any
 * bytes at all must become a JSON text. */
#include "api_json.h"
#include "api_routes.h"
#include "fake.h"

#include <stdlib.h>

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good) {
    if (!good)
        abort();
}

static void try_text(struct pxed_slice text) {
    struct pxed_buf out = {NULL, 0, 0};
    api_json_text(&out, text);
    out = (struct pxed_buf){malloc(out.len), out.len, 0};
    api_json_text(&out, text);
    must(!pxed_buf_full(&out));
    json_t *value = json_loadb(out.ptr, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    must(json_is_string(value));
    json_decref(value);
    free(out.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const paths[] = {"/api/v1/machines",  "/api/v1/machine", "/api/v1/journal", "/api/v1/why",
                                        "/api/v1/transfers", "/api/v1/leases",  "/api/v1/arm",     "/api/v1/disarm"};
    static struct fake f;
    static struct api api;
    if (size == 0)
        return 0;
    if (!f.core.core.size) {
        fake_begin(&f);
        api = (struct api){.ctx = &f.core.ctx, .http = &f.http, .control = &f.control, .leases = &f.leases};
    }
    struct pxed_slice rest = pxed_slice((const char *)data + 1, size - 1);
    try_text(rest);
    ptrdiff_t nul = pxed_slice_find(rest, '\0', 0);
    size_t query = nul < 0 ? rest.len : (size_t)nul;
    struct pxed_http_call call = {.post = (data[0] & 15) >= 6,
                                  .path = pxed_slice_of(data[0] & 0x80 ? "/api/v1/leases/import" : paths[data[0] & 7]),
                                  .query = pxed_slice_head(rest, query),
                                  .body = pxed_slice_skip(rest, query + 1),
                                  .fd = -1};
    f.replies = 0;
    api_handle(&api, &call, NULL);
    must(f.replies == 1);
    json_t *answer = json_loads(f.body, 0, NULL);
    must(json_is_array(answer) || json_is_object(answer));
    json_decref(answer);
    return 0;
}
