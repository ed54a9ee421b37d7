/* Text inside HTML. Pure. */
#include "html.h"

#include "pxed/template.h"

void console_html_text(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool control = ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7F; /* shown, not dropped */
        pxed_escape_html(out, control ? PXED_SLICE("?") : pxed_slice(&text.ptr[i], 1));
    }
}
