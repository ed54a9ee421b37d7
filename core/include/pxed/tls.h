/* The service "tls/1" (since minor 8): TLS for the connections of other plugins. The plugin that provides it is loaded
 * when a section names a certificate (PXED_OPT_CERT), named in `plugins` or not: a daemon without one carries no
 * library of TLS. Nothing here waits, logs or keeps state beside pairs and sessions. */
#pragma once

#include "pxed/addr.h"

struct pxed_tls_pair; /* a certificate, its key, and the rules under which TLS is spoken with them */
struct pxed_tls;      /* one connection's session; used by one thread at a time */

enum { PXED_TLS_RECORD = 16 * 1024 }; /* the most that one record holds (RFC 8446 5.1) */

/* What is wrong with a pair. */
struct pxed_tls_wrong {
    bool key;         /* in the key's file, not in the certificate's */
    const char *text; /* valid until the thread's next call */
};

enum pxed_tls_step {
    PXED_TLS_DONE,
    PXED_TLS_READ,  /* continue when the socket is readable */
    PXED_TLS_WRITE, /* when it is writable */
    PXED_TLS_PLAIN, /* the client speaks HTTP without TLS */
    PXED_TLS_FAILED,
};

/* Why a handshake failed. */
struct pxed_tls_failure {
    const char *text; /* NULL: the socket failed or was closed, with `error`; else valid until the thread's next call */
    int error;        /* an errno, or 0 */
    bool clock;       /* the client calls a certificate expired that is in force here */
};

struct pxed_tls_service {
    uint32_t size;

    /* --- pairs; also without a daemon, by `tls` of the plugin's ops --- */

    /* Reads two PEM files, `cert` with the certificates between it and its CA. `key` NULL: the certificate alone, to be
     * looked at. The caller's; NULL: of no use, with *ret_wrong. */
    struct pxed_tls_pair *(*open)(const char *cert, const char *key, struct pxed_tls_wrong *ret_wrong);
    void (*close)(struct pxed_tls_pair *pair); /* its sessions go on; NULL: nothing */
    /* From when until when the certificate is valid, in seconds since 1970. False: it does not say. */
    bool (*valid)(const struct pxed_tls_pair *pair, int64_t *ret_from, int64_t *ret_until);
    /* Does it hold this host name, or, with `is_address`, this address, as text? */
    bool (*holds)(const struct pxed_tls_pair *pair, const char *name, bool is_address);
    /* Another key for the tickets by which sessions are resumed. False: there was no randomness; the one before stays.
     */
    bool (*change_keys)(struct pxed_tls_pair *pair);

    /* --- sessions --- */

    /* Of the server, on a connected non-blocking socket, which stays the caller's and outlives it. The caller's; NULL:
     * no memory. */
    struct pxed_tls *(*accept)(struct pxed_tls_pair *pair, int fd);
    void (*free)(struct pxed_tls *s);
    /* One step. Costs a signature. */
    enum pxed_tls_step (*handshake)(struct pxed_tls *s, struct pxed_tls_failure *ret_failure);
    /* What the client offered, as text: "TLS 1.2, 1.1; name pxe-server; ciphers 003d 0035"; "" until its first message.
     */
    const char *(*offered)(const struct pxed_tls *s);
    /* As read(2) on the socket: a number of bytes, 0 at the end, or -1 with errno; EAGAIN: not now. */
    ptrdiff_t (*read)(struct pxed_tls *s, void *buf, size_t len);
    /* Does reading go on when the socket is writable? The answer to a change of keys waits there. */
    bool (*writes_first)(const struct pxed_tls *s);
    /* Bytes that were decrypted and not read yet; the socket does not tell of them. */
    bool (*pending)(const struct pxed_tls *s);
    /* One record of `len` bytes, at most PXED_TLS_RECORD, of a buffer that has room for so many: how many were sent, or
     * -1 with errno. A record that the socket did not take whole is offered again first, whatever stands in the buffer
     * then. */
    ptrdiff_t (*send)(struct pxed_tls *s, const void *record, size_t len);
    /* Does the kernel encrypt what is sent? Then `file` may be used. */
    bool (*by_kernel)(const struct pxed_tls *s);
    /* As sendfile(2). */
    ptrdiff_t (*file)(struct pxed_tls *s, int fd, uint64_t at, size_t len);
    /* Tells the client that nothing follows; without it an answer of unknown length looks cut off. */
    void (*finish)(struct pxed_tls *s);
};
