#include "pxed/template.h"

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* XML 1.0, 2.2 allows no control bytes but these three, not even as references: one would void the whole document. */
static bool is_xml_char(char c) {
    return (unsigned char)c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

void pxed_escape_html(struct pxed_buf *out, struct pxed_slice text) {
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
        else if (is_xml_char(c))
            pxed_buf_byte(out, c);
    }
}

void pxed_escape_line(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        pxed_buf_byte(out, is_control(text.ptr[i]) ? ' ' : text.ptr[i]);
}

void pxed_escape_shell(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'')
            pxed_buf_str(out, "'\\''");
        else if (text.ptr[i] != '\0')
            pxed_buf_byte(out, text.ptr[i]);
    }
}

/* Between quotes cmd.exe knows two special bytes: `%`, and the quote itself. Doubled, the second quote takes the
 * quoting up again before anything could follow the first, and `^` `&` `|` `<` `>` stay letters. */
void pxed_escape_cmd(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_control(c))
            continue;
        if (c == '%' || c == '"')
            pxed_buf_byte(out, c);
        pxed_buf_byte(out, c);
    }
}

void pxed_escape_ini(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            pxed_buf_byte(out, '"');
        pxed_buf_byte(out, is_control(text.ptr[i]) ? ' ' : text.ptr[i]);
    }
}

/* The letter of JSON's short escapes, or NUL. */
static char yaml_letter(char c) {
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

void pxed_escape_yaml(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], letter = yaml_letter(c);
        if (letter) {
            pxed_buf_byte(out, '\\');
            pxed_buf_byte(out, letter);
        } else if (is_control(c)) {
            pxed_buf_str(out, "\\u00");
            pxed_buf_hex(out, &c, 1, "");
        } else {
            pxed_buf_byte(out, c);
        }
    }
}
