/* PKCS#7 SignedData (RFC 2315) as Authenticode uses it: the signer's certificate and its issuer's name. */
#include "loader_signer.h"

#include <stdlib.h>
#include <string.h>

#include "loader_der.h"

enum { BLOCK_MAX = 64 * 1024 };

struct certificate {
    struct pxed_slice serial, issuer, subject;
};

/* Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value } (RFC 5280 4.1.2.4); the first commonName, 2.5.4.3. */
static void common_name(struct pxed_slice name, char *to, size_t size) {
    static const char common[] = {0x55, 4, 3};
    struct pxed_slice set, pair, type, value;
    unsigned tag;
    loader_copy(to, size, pxed_slice("", 0));
    while (loader_der_take(&name, LOADER_TAG_SET, &set))
        while (loader_der_take(&set, LOADER_TAG_SEQUENCE, &pair))
            if (loader_der_take(&pair, LOADER_TAG_OID, &type) &&
                pxed_slice_eq(type, pxed_slice(common, sizeof(common))) && loader_der_any(&pair, &tag, &value) &&
                tag != LOADER_TAG_BMP_STRING) {
                loader_copy(to, size, pxed_slice_head(value, strnlen(value.ptr, value.len)));
                return;
            }
}

/* Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject (RFC
 * 5280 4.1). */
static bool take_certificate(struct pxed_slice *from, struct certificate *ret) {
    struct pxed_slice whole, tbs, skipped;
    if (!loader_der_take(from, LOADER_TAG_SEQUENCE, &whole) || !loader_der_take(&whole, LOADER_TAG_SEQUENCE, &tbs))
        return false;
    loader_der_take(&tbs, LOADER_TAG_CONTEXT_0, &skipped);
    return loader_der_take(&tbs, LOADER_TAG_INTEGER, &ret->serial) &&
           loader_der_take(&tbs, LOADER_TAG_SEQUENCE, &skipped) &&
           loader_der_take(&tbs, LOADER_TAG_SEQUENCE, &ret->issuer) &&
           loader_der_take(&tbs, LOADER_TAG_SEQUENCE, &skipped) &&
           loader_der_take(&tbs, LOADER_TAG_SEQUENCE, &ret->subject);
}

/* SignedData ::= SEQUENCE { version, digestAlgorithms, contentInfo, [0] certificates, [1] crls, signerInfos SET OF
 * SEQUENCE { version, SEQUENCE { issuer, serial } } (RFC 2315 9.1). The certificate of its first signer. */
static bool find_signer(struct pxed_slice data, struct certificate *ret) {
    struct pxed_slice skipped, certificates, signers, signer, id, issuer, serial;
    if (!loader_der_take(&data, LOADER_TAG_INTEGER, &skipped) || !loader_der_take(&data, LOADER_TAG_SET, &skipped) ||
        !loader_der_take(&data, LOADER_TAG_SEQUENCE, &skipped) ||
        !loader_der_take(&data, LOADER_TAG_CONTEXT_0, &certificates))
        return false;
    loader_der_take(&data, LOADER_TAG_CONTEXT_1, &skipped);
    if (!loader_der_take(&data, LOADER_TAG_SET, &signers) || !loader_der_take(&signers, LOADER_TAG_SEQUENCE, &signer) ||
        !loader_der_take(&signer, LOADER_TAG_INTEGER, &skipped) ||
        !loader_der_take(&signer, LOADER_TAG_SEQUENCE, &id) || !loader_der_take(&id, LOADER_TAG_SEQUENCE, &issuer) ||
        !loader_der_take(&id, LOADER_TAG_INTEGER, &serial))
        return false;
    while (take_certificate(&certificates, ret))
        if (pxed_slice_eq(ret->issuer, issuer) && pxed_slice_eq(ret->serial, serial))
            return true;
    return false;
}

static struct loader_signer signer_of(struct pxed_slice block) {
    static const char signed_data[] = "\x2a\x86\x48\x86\xf7\x0d\1\7\2"; /* 1.2.840.113549.1.7.2 */
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    struct pxed_slice info, type, content, data;
    struct certificate cert;
    char subject[128], issuer[128];
    const char *by;
    if (!loader_der_take(&block, LOADER_TAG_SEQUENCE, &info) || !loader_der_take(&info, LOADER_TAG_OID, &type) ||
        !pxed_slice_eq(type, pxed_slice(signed_data, sizeof(signed_data) - 1)) ||
        !loader_der_take(&info, LOADER_TAG_CONTEXT_0, &content) ||
        !loader_der_take(&content, LOADER_TAG_SEQUENCE, &data) || !find_signer(data, &cert))
        return ret;
    common_name(cert.subject, subject, sizeof(subject));
    common_name(cert.issuer, issuer, sizeof(issuer));
    ret.key = loader_key_of(pxed_slice_of(subject), pxed_slice_of(issuer), &by);
    loader_copy(ret.name, sizeof(ret.name), pxed_slice_of(by ? by : *issuer ? issuer : "a key without a name"));
    return ret;
}

static struct loader_signer read_block(const struct loader_file *file, struct loader_signature s) {
    struct loader_signer ret = {.key = LOADER_KEY_BROKEN, .name = "unreadable"};
    char *bytes = s.len <= BLOCK_MAX ? malloc(s.len > 0 ? s.len : 1) : NULL;
    if (bytes && loader_at(file, s.at, bytes, s.len))
        ret = signer_of(pxed_slice(bytes, s.len));
    free(bytes);
    return ret;
}

size_t loader_signers(const struct loader_file *file, const struct loader *l,
                      struct loader_signer ret[static LOADER_SIGNATURES_MAX]) {
    for (size_t i = 0; i < l->n_signatures; i++)
        ret[i] = read_block(file, l->signatures[i]);
    return l->n_signatures;
}
