/* HMAC-SHA256 by libcrypto. */
#include "sign.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "pxed/buf.h"

bool hooks_sign(struct pxed_slice secret, struct pxed_slice body, char ret[static HOOKS_SIGNATURE]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct pxed_buf out = {ret, HOOKS_SIGNATURE, 0};
    if (secret.len > INT_MAX ||
        !HMAC(EVP_sha256(), secret.ptr, (int)secret.len, (const unsigned char *)body.ptr, body.len, digest, &len))
        return false;
    pxed_buf_hex(&out, digest, len, "");
    pxed_buf_cstr(&out);
    return true;
}
