/* PKCS#7 SignedData (RFC 2315) as Authenticode uses it: the signer's certificate and its issuer's name. */
#include "loader_signer.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>

enum { BLOCK_MAX = 64 * 1024 };

/* Content of a DER value (X.690 8.1), of which some has been taken already. */
struct der {
    const unsigned char *at;
    long left;
};

struct certificate {
    struct der serial, issuer, subject;
};

/* The values are walked, not decoded: decoding a certificate of any length sets up all of libcrypto's algorithms, two
 * megabytes for two names. */
static bool take_any(struct der *from, int *class, int *tag, struct der *ret) {
    const unsigned char *p = from->at;
    long len;
    if (from->left <= 0)
        return false;
    if (ASN1_get_object(&p, &len, tag, class, from->left) & 0x81) { /* broken, or of no stated length */
        ERR_clear_error();
        return false;
    }
    *ret = (struct der){p, len};
    from->left -= (p - from->at) + len;
    from->at = p + len;
    return true;
}

static bool take_of(struct der *from, int class, int tag, struct der *ret) {
    int c, t;
    struct der all = *from;
    if (!take_any(&all, &c, &t, ret) || c != class || t != tag)
        return false;
    *from = all;
    return true;
}

static bool take(struct der *from, int tag, struct der *ret) {
    return take_of(from, V_ASN1_UNIVERSAL, tag, ret);
}

static bool same(struct der a, struct der b) {
    return a.left == b.left && memcmp(a.at, b.at, (size_t)a.left) == 0;
}

/* Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value } (RFC 5280 4.1.2.4); the first commonName, 2.5.4.3. */
static void common_name(struct der name, char *to, size_t size) {
    static const unsigned char common[] = {0x55, 4, 3};
    struct der set, pair, type, value;
    int class, tag;
    loader_copy(to, size, pxed_slice("", 0));
    while (take(&name, V_ASN1_SET, &set))
        while (take(&set, V_ASN1_SEQUENCE, &pair))
            if (take(&pair, V_ASN1_OBJECT, &type) && same(type, (struct der){common, sizeof(common)}) &&
                take_any(&pair, &class, &tag, &value) && tag != V_ASN1_BMPSTRING) {
                const char *text = (const char *)value.at;
                loader_copy(to, size, pxed_slice(text, strnlen(text, (size_t)value.left)));
                return;
            }
}

/* Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject (RFC
 * 5280 4.1). */
static bool take_certificate(struct der *from, struct certificate *ret) {
    struct der whole, tbs, skipped;
    if (!take(from, V_ASN1_SEQUENCE, &whole) || !take(&whole, V_ASN1_SEQUENCE, &tbs))
        return false;
    take_of(&tbs, V_ASN1_CONTEXT_SPECIFIC, 0, &skipped);
    return take(&tbs, V_ASN1_INTEGER, &ret->serial) && take(&tbs, V_ASN1_SEQUENCE, &skipped) &&
           take(&tbs, V_ASN1_SEQUENCE, &ret->issuer) && take(&tbs, V_ASN1_SEQUENCE, &skipped) &&
           take(&tbs, V_ASN1_SEQUENCE, &ret->subject);
}

/* SignedData ::= SEQUENCE { version, digestAlgorithms, contentInfo, [0] certificates, [1] crls, signerInfos SET OF
 * SEQUENCE { version, SEQUENCE { issuer, serial } } (RFC 2315 9.1). The certificate of its first signer. */
static bool find_signer(struct der data, struct certificate *ret) {
    struct der skipped, certificates, signers, signer, id, issuer, serial;
    if (!take(&data, V_ASN1_INTEGER, &skipped) || !take(&data, V_ASN1_SET, &skipped) ||
        !take(&data, V_ASN1_SEQUENCE, &skipped) || !take_of(&data, V_ASN1_CONTEXT_SPECIFIC, 0, &certificates))
        return false;
    take_of(&data, V_ASN1_CONTEXT_SPECIFIC, 1, &skipped);
    if (!take(&data, V_ASN1_SET, &signers) || !take(&signers, V_ASN1_SEQUENCE, &signer) ||
        !take(&signer, V_ASN1_INTEGER, &skipped) || !take(&signer, V_ASN1_SEQUENCE, &id) ||
        !take(&id, V_ASN1_SEQUENCE, &issuer) || !take(&id, V_ASN1_INTEGER, &serial))
        return false;
    while (take_certificate(&certificates, ret))
        if (same(ret->issuer, issuer) && same(ret->serial, serial))
            return true;
    return false;
}

static struct loader_signer signer_of(struct der block) {
    static const unsigned char signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}; /* 1.2.840.113549.1.7.2 */
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    struct der info, type, content, data;
    struct certificate cert;
    char subject[128], issuer[128];
    const char *by;
    if (!take(&block, V_ASN1_SEQUENCE, &info) || !take(&info, V_ASN1_OBJECT, &type) ||
        !same(type, (struct der){signed_data, sizeof(signed_data)}) ||
        !take_of(&info, V_ASN1_CONTEXT_SPECIFIC, 0, &content) || !take(&content, V_ASN1_SEQUENCE, &data) ||
        !find_signer(data, &cert))
        return ret;
    common_name(cert.subject, subject, sizeof(subject));
    common_name(cert.issuer, issuer, sizeof(issuer));
    ret.key = loader_key_of(pxed_slice_of(subject), pxed_slice_of(issuer), &by);
    loader_copy(ret.name, sizeof(ret.name), pxed_slice_of(by ? by : *issuer ? issuer : "a key without a name"));
    return ret;
}

static struct loader_signer read_block(const struct loader_file *file, struct loader_signature s) {
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    unsigned char *bytes = s.len <= BLOCK_MAX ? malloc(s.len > 0 ? s.len : 1) : NULL;
    if (bytes && loader_at(file, s.at, bytes, s.len))
        ret = signer_of((struct der){bytes, (long)s.len});
    free(bytes);
    return ret;
}

size_t loader_signers(const struct loader_file *file, const struct loader *l,
                      struct loader_signer ret[static LOADER_SIGNATURES_MAX]) {
    for (size_t i = 0; i < l->n_signatures; i++)
        ret[i] = read_block(file, l->signatures[i]);
    return l->n_signatures;
}
