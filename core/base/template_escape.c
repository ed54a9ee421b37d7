/* Escape modes: write a value so that it cannot end its string or line. */
#include "pxed/template.h"

#include "pxed/path.h"

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* XML 1.0, 2.2 allows no control bytes but these three, not even as references: any other makes the document
 * invalid. */
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

/* A backslash at the end would continue the line (preseed, iPXE): a blank after it prevents that. */
void pxed_escape_line(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        pxed_buf_byte(out, is_control(text.ptr[i]) ? ' ' : text.ptr[i]);
    if (text.len > 0 && text.ptr[text.len - 1] == '\\')
        pxed_buf_byte(out, ' ');
}

void pxed_escape_shell(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'')
            pxed_buf_str(out, "'\\''");
        else if (text.ptr[i] != '\0')
            pxed_buf_byte(out, text.ptr[i]);
    }
}

/* Anaconda splits commands with Python's shlex, the loader of EL5 and EL6 with popt: both read "..." in this way. */
void pxed_escape_ks(struct pxed_buf *out, struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\')
            pxed_buf_byte(out, '\\');
        pxed_buf_byte(out, is_control(c) ? ' ' : c);
    }
}

void pxed_escape_word(struct pxed_buf *out, struct pxed_slice text) {
    static const char marks[] = "-_.+:@^*/~=,";
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || memchr(marks, c, sizeof(marks) - 1))
            pxed_buf_byte(out, c);
    }
}

void pxed_escape_url(struct pxed_buf *out, struct pxed_slice text) {
    pxed_percent_encode(text, "", out);
}

/* Between quotes cmd.exe knows two special bytes: `%` and the quote. Of a doubled quote the second reopens the string
 * at once, so that `^` `&` `|` `<` `>` stay literal. */
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

/* The letter of JSON's short escape, or NUL. */
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

pxed_escape_fn *pxed_escape_named(struct pxed_slice mode) {
    static const struct {
        const char *name;
        pxed_escape_fn *escape;
    } modes[] = {
        {"line", pxed_escape_line}, {"xml", pxed_escape_html},  {"shell", pxed_escape_shell},
        {"cmd", pxed_escape_cmd},   {"ini", pxed_escape_ini},   {"yaml", pxed_escape_yaml},
        {"ks", pxed_escape_ks},     {"word", pxed_escape_word}, {"url", pxed_escape_url},
    };
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (pxed_slice_is(mode, modes[i].name))
            return modes[i].escape;
    return NULL;
}
