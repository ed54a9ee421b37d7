/* First byte: which question. Then text up to a NUL is the query, the rest the body. Every answer must be JSON; and any
 * bytes at all must become a JSON text. */
#include "api_json.h"
#include "api_table.h"
#include "api_token_record.h"
#include "fake.h"
#include "fake_store.h"
#include "pxed/json.h"

#include <stdio.h>
#include <stdlib.h>

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good) {
    if (!good)
        abort();
}

static void try_text(struct pxed_slice text) {
    struct pxed_buf out = {NULL, 0, 0};
    pxed_json_text(&out, text);
    out = (struct pxed_buf){malloc(out.len), out.len, 0};
    pxed_json_text(&out, text);
    must(!pxed_buf_full(&out));
    json_t *value = json_loadb(out.ptr, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    must(json_is_string(value));
    json_decref(value);
    free(out.ptr);
}

/* A record of the store; what is read is written the same again. */
static void try_record(struct pxed_slice text) {
    char out[2048];
    struct pxed_buf b = PXED_BUF(out);
    struct api_token t, again;
    if (!api_token_read(PXED_SLICE("name"), text, &t))
        return;
    api_token_write(&t, &b);
    must(!pxed_buf_full(&b) && api_token_read(PXED_SLICE("name"), pxed_buf_slice(&b), &again) &&
         memcmp(t.hash, again.hash, sizeof(t.hash)) == 0 && t.scopes == again.scopes);
}

static const char *path_of(uint8_t first) {
    static const char *const paths[] = {"machines",  "machine", "journal", "why",
                                        "transfers", "leases",  "arm",     "disarm"};
    static const char *const more[] = {"tokens/add", "tokens/remove", "openapi.json", "leases/import"};
    static char path[64];
    const char *name = first & 0x80 ? more[3] : first & 0x40 ? more[first % 3] : paths[first & 7];
    snprintf(path, sizeof(path), "/api/v1/%s", name);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct fake f;
    static struct fake_store store;
    static struct api api;
    if (size == 0)
        return 0;
    if (!f.core.core.size) {
        fake_begin(&f);
        fake_store_open(&store);
        api = (struct api){
            .ctx = &f.core.ctx, .http = &f.http, .control = &f.control, .leases = &f.leases, .store = &store.service};
    }
    struct pxed_slice rest = pxed_slice((const char *)data + 1, size - 1);
    try_text(rest);
    try_record(rest);
    ptrdiff_t nul = pxed_slice_find(rest, '\0', 0);
    size_t query = nul < 0 ? rest.len : (size_t)nul;
    struct pxed_http_call call = {.post = (data[0] & 15) >= 6,
                                  .path = pxed_slice_of(path_of(data[0])),
                                  .query = pxed_slice_head(rest, query),
                                  .body = pxed_slice_skip(rest, query + 1),
                                  .fd = -1};
    f.replies = 0;
    api_handle(&api, &call, NULL);
    fake_store_pump(&store);
    must(f.replies == 1);
    json_t *answer = json_loads(f.body, 0, NULL);
    must(json_is_array(answer) || json_is_object(answer));
    json_decref(answer);
    return 0;
}
