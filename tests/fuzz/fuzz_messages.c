/* Messages between the processes of the core: the name in an order to pxed-link, and the daemon's answer as a live
 * command reads it and shows it on a terminal. */
#include "linker_name.h"
#include "live_answer.h"
#include "text.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *clean = malloc(size + 8), tail[TEXT_LINE];
    struct pxed_slice body;
    int status;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (linker_name_valid(text))
        must(*text && !strchr(text, '/'));
    if (live_answer_split(text, size, &status, &body))
        touch(body);
    touch_text(text_clean(text, clean, size + 8));
    for (const char *c = clean; *c; c++)
        must((unsigned char)*c >= ' ' && *c != 0x7f);
    touch_text(text_tail(clean, 20, tail));
    must(text_columns(tail) <= 20);
    text_cut(clean, 10);
    must(text_columns(clean) <= 10);
    free(text);
    free(clean);
    return 0;
}
