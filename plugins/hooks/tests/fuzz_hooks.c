/* A journal's step, of any bytes: its JSON is valid UTF-8 on one line, its environment has as many texts as it says. */
#include <stdlib.h>
#include <string.h>

#include "event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct pxed_slice text, size_t ends, char end) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == end;
    if (n != ends || (text.len > 0 && text.ptr[text.len - 1] != end))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char room[64 * 1024];
    struct pxed_buf out = PXED_BUF(room);
    struct pxed_slice rest = pxed_slice((const char *)data, size);
    struct pxed_slice what = pxed_slice_word(&rest, "|"), name = pxed_slice_word(&rest, "|");
    struct hooks_event e = {.seq = size,
                            .at = size > 0 ? (int64_t)data[0] << 40 : -1,
                            .what = pxed_slice_head(what, 64),
                            .name = pxed_slice_head(name, 256),
                            .os = pxed_slice_head(name, 64),
                            .text = rest};
    int word = hooks_word(what);
    if (word >= 0 && !pxed_slice_is(what, hooks_words[word]))
        abort();
    hooks_event_json(&e, "fuzz", &out);
    if (pxed_buf_full(&out))
        abort();
    look(pxed_buf_slice(&out), 1, '\n');
    out.len = 0;
    size_t n = hooks_event_env(&e, "fuzz", &out);
    look(pxed_buf_slice(&out), n, '\0');
    const struct pxed_veto_host host = {.name = e.name, .os = e.os};
    const struct pxed_veto_question q = {&host, size % 2, e.what, size % 3 == 0};
    out.len = 0;
    hooks_ask_json(&q, "fuzz", &out);
    look(pxed_buf_slice(&out), 1, '\n');
    out.len = 0;
    n = hooks_ask_env(&q, "fuzz", &out);
    look(pxed_buf_slice(&out), n, '\0');
    return hooks_retry_ms((unsigned)size) > 300 * 1000;
}
