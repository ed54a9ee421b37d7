/* What a request brings to be let in. Pure. */
#include "gate.h"

#include "pxed/path.h"

struct console_pass console_pass(const struct pxed_http_call *call) {
    struct pxed_slice value = pxed_http_header(call, "authorization"), word = PXED_SLICE("bearer ");
    struct console_pass pass = {.token = PXED_NO_SLICE};
    if (value.ptr) {
        pass.bearer = true;
        if (value.len > word.len && pxed_slice_eq_nocase(pxed_slice_head(value, word.len), word))
            pass.token = pxed_slice_trim(pxed_slice_skip(value, word.len));
    } else {
        pass.token = pxed_http_cookie(call, "pxed");
    }
    if (pass.token.len == 0 || pass.token.len > CONSOLE_TOKEN_MAX)
        pass.token = PXED_NO_SLICE;
    return pass;
}

bool console_same_site(const struct pxed_http_call *call) {
    struct pxed_slice host = pxed_http_header(call, "host"), origin = pxed_http_header(call, "origin");
    static const char *const schemes[] = {"http://", "https://"};
    if (origin.ptr && host.len > 0) {
        for (size_t i = 0; i < 2; i++) {
            struct pxed_slice scheme = pxed_slice_of(schemes[i]);
            if (pxed_slice_starts(origin, scheme) && pxed_slice_eq_nocase(pxed_slice_skip(origin, scheme.len), host))
                return true;
        }
        return false;
    }
    return pxed_slice_is(pxed_http_header(call, "sec-fetch-site"), "same-origin");
}

bool console_form(struct pxed_slice body, const char *key, struct pxed_buf *out) {
    struct pxed_slice raw;
    return pxed_query_get(body, key, &raw) && pxed_percent_decode(raw, true, out) && !pxed_buf_full(out);
}
