/* Text inside HTML. Pure. */
#include "html.h"

void console_html_text(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&')
            pxed_buf_str(out, "&amp;");
        else if (c == '<')
            pxed_buf_str(out, "&lt;");
        else if (c == '>')
            pxed_buf_str(out, "&gt;");
        else if (c == '"')
            pxed_buf_str(out, "&quot;");
        else if (c == '\'')
            pxed_buf_str(out, "&#39;");
        else
            pxed_buf_byte(out, ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7F ? '?' : c);
    }
}
