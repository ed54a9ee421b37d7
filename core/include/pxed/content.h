/* Anything that can be served under a name. HTTP and TFTP share one namespace. An opened content keeps what it needs
 * alive until release(). Loop thread only. */
#pragma once

#include "pxed/model.h"

enum pxed_via { PXED_VIA_TFTP, PXED_VIA_HTTP };

/* A client's request. Slices live only during the call. */
struct pxed_request {
    enum pxed_via via;
    bool post;                    /* HTTP POST */
    struct pxed_slice path;       /* as on the wire: HTTP still %-encoded, with leading `/`, without query */
    struct pxed_slice query;      /* undecoded */
    struct pxed_slice user_agent; /* HTTP */
    struct pxed_slice body;       /* HTTP POST, whole */
    struct pxed_addr peer;        /* the client's address */
    struct pxed_addr local;       /* the server's address that the client sent to */
    uint16_t peer_port;           /* host order */
    bool tls;                     /* HTTP: it came by TLS. Since 1.8 */
};

enum pxed_content_kind { PXED_CONTENT_BYTES, PXED_CONTENT_FILE, PXED_CONTENT_CGI };

/* An operator's script that is run, not delivered. */
struct pxed_cgi {
    const char *script;      /* absolute path */
    const char *script_name; /* URL path of the script: /boot/home.php */
    const char *path_info;   /* decoded path after the script's name, or "" */
    const char *handler;     /* interpreter, or NULL: execute the script itself */
    const char *document_root;
    const char *const *env;     /* NULL-terminated NAME=value: PXED_* */
    struct pxed_slice fallback; /* sent with status 200 if the script fails or times out; unset: 502 */
};

struct pxed_content {
    enum pxed_content_kind kind;
    int status;              /* HTTP status: 200, or 4xx/5xx with a short text body */
    const char *type;        /* Content-Type */
    struct pxed_slice bytes; /* BYTES */
    int fd;                  /* FILE */
    uint64_t offset, size;   /* FILE: extent of fd; BYTES: size of bytes */
    char etag[48];           /* quoted; empty: none */
    int64_t mtime;           /* seconds since the epoch; 0: unknown */
    const struct pxed_cgi *cgi;
    uint64_t sent; /* bytes delivered so far; the protocol plugin counts them, for progress bars */
    /* Ends the content and frees it. `whole`: the client has received all of it (TFTP: last ACK; HTTP: the kernel has
     * taken the last byte of a full GET answer, or of the range that ends the file). Exactly once, on the loop. */
    void (*release)(struct pxed_content *c, bool whole);
    /* Since minor 2; both may be NULL. Each is called at most once and returns an enum pxed_hold. After PXED_HOLD_WAIT
     * `done` comes exactly once, later, never from inside the call and never after release(); `may_send` says whether
     * the rest may be sent. If not: HTTP answers 503 or ends the connection, TFTP sends ERROR.
     *
     * TFTP only: the first ACK has come from the client's port, so its address is not forged. The core now records what
     * the request says about the machine. After an OACK no data is sent before this has answered. */
    int (*heard)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg);
    /* Delivering this content uses up an arming, and that must be on disk before the end of the content leaves. The
     * protocol holds the end back (PXED_HOLD_BYTES; TFTP: the last block, which also waits for `heard`) until this has
     * answered. Not called for HEAD, 304 and ranges without the last byte. */
    int (*settle)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg);
    /* Since minor 8. Set by the protocol before release(c, false) if the transfer broke off: why, in words, for the
     * machine's journal; read during release(). NULL: the client has all it wanted (a range, a size). */
    const char *broke;
};

/* Words of `broke` that name a cause: nothing was acknowledged at all; or only what fits into small packets. */
#define PXED_BROKE_NO_ACK "nothing that was sent was acknowledged"
#define PXED_BROKE_LARGE  "the options were acknowledged and no full-size block was"

enum pxed_hold { PXED_HOLD_GO, PXED_HOLD_WAIT, PXED_HOLD_REFUSE };

/* How much of a content with `settle` HTTP holds back: all of a small one including its header, else the last bytes. */
enum { PXED_HOLD_WHOLE_UP_TO = 32 * 1024, PXED_HOLD_BYTES = 16 * 1024 };

/* Result of opening: PXED_WHY_OK with `content`, which the receiver ends with release(), or a refusal with NULL. */
typedef void pxed_open_fn(void *arg, enum pxed_reason reason, struct pxed_content *content);
