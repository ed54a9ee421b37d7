/* The NT hash and the mark of a password. */
#include "nthash.h"

#include <nettle/md4.h>
#include <nettle/sha2.h>

void smb_nthash(struct pxed_slice password, uint8_t ret[static SMB_NTHASH]) {
    struct md4_ctx md4;
    uint8_t wide[128];
    size_t n = 0;
    while (n < password.len && n < sizeof(wide) / 2) {
        wide[2 * n] = (uint8_t)password.ptr[n];
        wide[2 * n + 1] = 0;
        n++;
    }
    md4_init(&md4);
    md4_update(&md4, 2 * n, wide);
    md4_digest(&md4, SMB_NTHASH, ret);
    explicit_bzero(wide, sizeof(wide));
    explicit_bzero(&md4, sizeof(md4));
}

void smb_password_mark(struct pxed_slice password, uint8_t ret[static SMB_MARK]) {
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, password.len, (const uint8_t *)password.ptr);
    sha256_digest(&sha, SMB_MARK, ret);
    explicit_bzero(&sha, sizeof(sha));
}
