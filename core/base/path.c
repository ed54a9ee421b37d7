/* Decodes and normalises paths as clients send them, or refuses them. */
#include "pxed/path.h"

/* Reads the byte at *at and advances *at; -1 for a bad escape. */
static int next_byte(struct pxed_slice raw, bool percent, size_t *at) {
    char c = raw.ptr[(*at)++];
    if (c != '%' || !percent)
        return (unsigned char)c;
    if (raw.len - *at < 2)
        return -1;
    int high = pxed_hex_digit(raw.ptr[*at]), low = pxed_hex_digit(raw.ptr[*at + 1]);
    if (high < 0 || low < 0)
        return -1;
    *at += 2;
    return high << 4 | low;
}

/* The normal form being built, each component followed by '/'. The limit counts that byte, so that a name and its NUL
 * always fit PXED_PATH_MAX bytes. */
struct name {
    size_t len;
    size_t component; /* where the current one starts */
    char text[PXED_PATH_MAX];
};

static bool add_byte(struct name *name, char c) {
    if (name->len == sizeof(name->text))
        return false;
    name->text[name->len++] = c;
    return true;
}

static bool end_component(struct name *name) {
    struct pxed_slice last = pxed_slice(name->text + name->component, name->len - name->component);
    if (pxed_slice_is(last, ".."))
        return false;
    if (last.len == 0 || pxed_slice_is(last, "."))
        name->len = name->component;
    else if (!add_byte(name, '/'))
        return false;
    name->component = name->len;
    return true;
}

/* Escapes are decoded before components are split, because `%2e%2e%2f` means `../` when it is opened. */
int pxed_path_normalise(struct pxed_slice raw, unsigned flags, struct pxed_buf *out) {
    struct name name;
    name.len = name.component = 0;

    for (size_t at = 0; at < raw.len;) {
        int c = next_byte(raw, flags & PXED_PATH_PERCENT, &at);
        if (c < ' ' || c == 0x7f)
            return -1;
        if (c == '/' || (c == '\\' && (flags & PXED_PATH_BACKSLASH))) {
            if (!end_component(&name))
                return -1;
        } else if (!add_byte(&name, (char)c)) {
            return -1;
        }
    }
    if (!end_component(&name))
        return -1;
    pxed_buf_add(out, pxed_slice(name.text, name.len > 0 ? name.len - 1 : 0));
    return 0;
}

bool pxed_percent_decode(struct pxed_slice raw, bool plus, struct pxed_buf *out) {
    size_t before = out->len;
    for (size_t at = 0; at < raw.len;) {
        bool blank = plus && raw.ptr[at] == '+';
        int c = next_byte(raw, true, &at);
        if (c < 0) {
            out->len = before;
            return false;
        }
        pxed_buf_byte(out, blank ? ' ' : (char)c);
    }
    return true;
}

void pxed_percent_encode(struct pxed_slice text, const char *spared, struct pxed_buf *out) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || memchr("-._~", c, 4) || memchr(spared, c, strlen(spared))) {
            pxed_buf_byte(out, c);
        } else {
            pxed_buf_byte(out, '%');
            pxed_buf_hex(out, &c, 1, "");
        }
    }
}

bool pxed_query_get(struct pxed_slice query, const char *key, struct pxed_slice *ret_raw) {
    while (query.len > 0) {
        struct pxed_slice pair = pxed_slice_word(&query, "&");
        ptrdiff_t equals = pxed_slice_find(pair, '=', 0);
        size_t key_len = equals < 0 ? pair.len : (size_t)equals;
        if (pair.len > 0 && pxed_slice_is(pxed_slice_head(pair, key_len), key)) {
            *ret_raw = pxed_slice_skip(pair, key_len + 1);
            return true;
        }
    }
    return false;
}

struct pxed_slice pxed_path_bare(struct pxed_slice raw) {
    enum { TOKEN = 32, NONCE = 16 };
    struct pxed_slice rest = raw, boot = PXED_SLICE("boot/");
    while (rest.len > 0 && (rest.ptr[0] == '/' || rest.ptr[0] == '\\'))
        rest = pxed_slice_skip(rest, 1);
    if (pxed_slice_starts(rest, boot))
        rest = pxed_slice_skip(rest, boot.len);
    size_t secret = pxed_slice_starts(rest, PXED_SLICE("s/"))   ? TOKEN
                    : pxed_slice_starts(rest, PXED_SLICE("n/")) ? NONCE
                                                                : 0;
    return secret > 0 && rest.len > 2 + secret ? pxed_slice_skip(rest, 2 + secret) : raw;
}
