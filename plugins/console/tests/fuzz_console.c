/* Lines `name:value`, the headers of a request, and behind an empty line a form; or an address. What
 * is let in must lie in what was sent, and nothing stays special in HTML. */
#include <stdlib.h>

#include "gate.h"
#include "html.h"
#include "rate.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good) {
    if (!good)
        abort();
}

static void try_html(struct pxed_slice text) {
    char out[4096];
    struct pxed_buf b = PXED_BUF(out);
    console_html_text(&b, text);
    struct pxed_slice html = pxed_buf_slice(&b);
    for (size_t i = 0; i < html.len; i++)
        must(html.ptr[i] != '<' && html.ptr[i] != '>' && html.ptr[i] != '"' && html.ptr[i] != '\'');
}

static void try_address(struct pxed_slice text) {
    struct pxed_addr addr;
    uint16_t port;
    if (pxed_addr_port_parse(text, &addr, &port))
        must(port != 0 && (addr.family == 4 || addr.family == 6));
}

/* Each byte is a wrong token of one address, a while after the one before: never more than the burst at once. */
static void try_rate(const uint8_t *data, size_t size) {
    struct console_rate r = {0};
    uint64_t now = 0, taken = 0;
    for (size_t i = 0; i < size && i < 256; i++) {
        struct pxed_addr addr = pxed_addr_v4(7);
        now += data[i];
        taken += console_rate_takes(&r, &addr, now);
        addr = pxed_addr_v4(1000u + data[i]);
        console_rate_takes(&r, &addr, now);
    }
    must(taken <= CONSOLE_RATE_BURST + now / CONSOLE_RATE_MS + size / CONSOLE_RATE_SLOTS * CONSOLE_RATE_BURST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_http_header headers[64];
    struct pxed_http_call call = {.headers = headers};
    char form[64];
    struct pxed_buf out = PXED_BUF(form);
    struct pxed_slice rest = pxed_slice((const char *)data, size);
    try_html(rest);
    try_address(rest);
    try_rate(data, size);
    while (rest.len > 0 && call.n_headers < 64) {
        ptrdiff_t end = pxed_slice_find(rest, '\n', 0);
        struct pxed_slice line = pxed_slice_head(rest, end < 0 ? rest.len : (size_t)end);
        rest = pxed_slice_skip(rest, end < 0 ? rest.len : (size_t)end + 1);
        ptrdiff_t colon = pxed_slice_find(line, ':', 0);
        if (colon < 0)
            break;
        headers[call.n_headers++] =
            (struct pxed_http_header){pxed_slice_head(line, (size_t)colon), pxed_slice_skip(line, (size_t)colon + 1)};
    }
    struct console_pass pass = console_pass(&call);
    const char *first = (const char *)data;
    must(!pass.token.ptr || (pass.token.ptr >= first && pass.token.len <= (size_t)(first + size - pass.token.ptr) &&
                             pass.token.len <= CONSOLE_TOKEN_MAX));
    if (console_same_site(&call))
        must(pxed_http_header(&call, "host").len > 0 || pxed_http_header(&call, "sec-fetch-site").ptr);
    if (console_form(rest, "token", &out))
        must(out.len <= sizeof(form));
    return 0;
}
