/* What a client offered in its first message, as text: "TLS 1.2, 1.1; name pxe-server; ciphers 003d 0035". */
#include "hello.h"

#include <openssl/tls1.h>

enum { CIPHERS_SHOWN = 12, VERSIONS_SHOWN = 6 };

void tls_hello_keep(SSL *ssl, char *text) {
    SSL_set_app_data(ssl, text);
}

static unsigned u16_of(const unsigned char *at) {
    return (unsigned)at[0] << 8 | at[1];
}

static void add_hex16(struct pxed_buf *out, unsigned number) {
    for (int shift = 12; shift >= 0; shift -= 4)
        pxed_buf_byte(out, "0123456789abcdef"[number >> shift & 15]);
}

static void add_version(struct pxed_buf *out, unsigned version) {
    if (version == SSL3_VERSION) {
        pxed_buf_str(out, "SSL 3");
    } else if (version > SSL3_VERSION && version <= TLS1_3_VERSION) {
        pxed_buf_str(out, "TLS 1.");
        pxed_buf_u64(out, version - TLS1_VERSION);
    } else {
        add_hex16(out, version);
    }
}

/* Values 0a0a, 1a1a, ...: clients send them so that servers stay tolerant (RFC 8701). */
static bool is_grease(unsigned number) {
    return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

static void add_versions(struct pxed_buf *out, SSL *ssl) {
    const unsigned char *list;
    size_t n, shown = 0;
    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &list, &n) || n < 1) {
        add_version(out, SSL_client_hello_get0_legacy_version(ssl));
        return;
    }
    for (size_t i = 1; i + 2 <= n && shown < VERSIONS_SHOWN; i += 2) {
        if (is_grease(u16_of(list + i)))
            continue;
        if (shown++ > 0)
            pxed_buf_str(out, ", ");
        add_version(out, u16_of(list + i));
    }
}

/* RFC 6066 3: a list's length, the type 0, a name's length, the name. */
static void add_name(struct pxed_buf *out, SSL *ssl) {
    const unsigned char *ext;
    size_t n;
    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &ext, &n) || n < 5 || ext[2] != 0)
        return;
    size_t len = u16_of(ext + 3);
    if (len > n - 5)
        return;
    pxed_buf_str(out, "; name ");
    pxed_buf_escaped(out, pxed_slice((const char *)ext + 5, len < 64 ? len : 64));
}

static void add_ciphers(struct pxed_buf *out, SSL *ssl) {
    const unsigned char *list;
    size_t n = SSL_client_hello_get0_ciphers(ssl, &list), shown = 0;
    pxed_buf_str(out, "; ciphers");
    for (size_t i = 0; i + 2 <= n && shown <= CIPHERS_SHOWN; i += 2) {
        if (is_grease(u16_of(list + i)))
            continue;
        if (shown++ == CIPHERS_SHOWN) {
            pxed_buf_str(out, " ...");
            break;
        }
        pxed_buf_byte(out, ' ');
        add_hex16(out, u16_of(list + i));
    }
}

int tls_hello_note(SSL *ssl, int *alert, void *arg) {
    struct pxed_buf out = {SSL_get_app_data(ssl), TLS_OFFERED, 0};
    (void)alert, (void)arg;
    if (!out.ptr)
        return SSL_CLIENT_HELLO_SUCCESS;
    add_versions(&out, ssl);
    add_name(&out, ssl);
    add_ciphers(&out, ssl);
    pxed_buf_cstr(&out);
    return SSL_CLIENT_HELLO_SUCCESS;
}
