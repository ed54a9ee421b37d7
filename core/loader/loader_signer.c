/* PKCS#7 SignedData (RFC 2315) as Authenticode uses it: the signer's certificate and its issuer's name. */
#include "loader_signer.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

enum { BLOCK_MAX = 64 * 1024 };

static void common_name(const X509_NAME *name, char *to, size_t size) {
    char text[256] = "";
    int n = name ? X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, text, sizeof(text)) : -1;
    loader_copy(to, size, pxed_slice(text, n > 0 ? strlen(text) : 0));
}

static struct loader_signer signer_of(PKCS7 *block) {
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    STACK_OF(X509) *signers = PKCS7_get0_signers(block, NULL, 0);
    char subject[128], issuer[128];
    const char *by;
    if (signers && sk_X509_num(signers) > 0) {
        const X509 *cert = sk_X509_value(signers, 0);
        common_name(X509_get_subject_name(cert), subject, sizeof(subject));
        common_name(X509_get_issuer_name(cert), issuer, sizeof(issuer));
        ret.key = loader_key_of(pxed_slice_of(subject), pxed_slice_of(issuer), &by);
        loader_copy(ret.name, sizeof(ret.name), pxed_slice_of(by ? by : *issuer ? issuer : "a key without a name"));
    }
    sk_X509_free(signers);
    return ret;
}

static struct loader_signer read_block(const struct loader_file *file, struct loader_signature s) {
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    unsigned char *bytes = s.len <= BLOCK_MAX ? malloc(s.len > 0 ? s.len : 1) : NULL;
    const unsigned char *at = bytes;
    PKCS7 *block = bytes && loader_at(file, s.at, bytes, s.len) ? d2i_PKCS7(NULL, &at, (long)s.len) : NULL;
    if (block && PKCS7_type_is_signed(block))
        ret = signer_of(block);
    PKCS7_free(block);
    free(bytes);
    ERR_clear_error();
    return ret;
}

size_t loader_signers(const struct loader_file *file, const struct loader *l,
                      struct loader_signer ret[static LOADER_SIGNATURES_MAX]) {
    for (size_t i = 0; i < l->n_signatures; i++)
        ret[i] = read_block(file, l->signatures[i]);
    return l->n_signatures;
}
