/* Anything servable under a name. One namespace for HTTP and TFTP; an opened content is self-contained. */
#pragma once

#include "pxed/model.h"

enum pxed_via { PXED_VIA_TFTP, PXED_VIA_HTTP };

/* Who asks for what. Slices live only during the call. */
struct pxed_request {
    enum pxed_via via;
    bool post;                    /* HTTP POST */
    struct pxed_slice path;       /* as on the wire: HTTP still %-encoded, with leading `/`, without query */
    struct pxed_slice query;      /* undecoded */
    struct pxed_slice user_agent; /* HTTP */
    struct pxed_slice body;       /* HTTP POST, whole */
    struct pxed_addr peer;        /* source address */
    struct pxed_addr local;       /* the address asked */
    uint16_t peer_port;           /* host order */
};

enum pxed_content_kind { PXED_CONTENT_BYTES, PXED_CONTENT_FILE, PXED_CONTENT_CGI };

/* An operator's script to be run instead of delivered. */
struct pxed_cgi {
    const char *script;      /* absolute path */
    const char *script_name; /* URL path of the script: /boot/home.php */
    const char *path_info;   /* decoded rest behind the script's name, or "" */
    const char *handler;     /* interpreter, or NULL: execute the script itself */
    const char *document_root;
    const char *const *env;     /* NULL-terminated NAME=value: PXED_* */
    struct pxed_slice fallback; /* sent with 200 when the script fails or is late; unset: 502 */
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
    uint64_t sent; /* the protocol plugin counts delivered bytes here, for progress bars */
    /* Ends the content: `whole` if the client has received all of it (TFTP: last ACK; HTTP: last byte handed to the
     * kernel of a full, un-ranged GET answer or of the range that ends it). Exactly once, on the loop. */
    void (*release)(struct pxed_content *c, bool whole);
    /* Since minor 2; both may be NULL. Each is called at most once and returns an enum pxed_hold. After PXED_HOLD_WAIT
     * `done` comes exactly once, later, never from inside the call and never after release(), with whether the rest may
     * be sent. May it not: HTTP 503 or an end of the connection, a TFTP ERROR.
     *
     * TFTP only: the first ACK has come from the port that asked, so the asker's address is not forged. What the
     * request says about its machine is noted now. After an OACK nothing of the content leaves before this has
     * answered. */
    int (*heard)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg);
    /* Delivering this content uses up a right, and that must be on disk before its end leaves. The protocol keeps the
     * end back (PXED_HOLD_BYTES; TFTP: the last block, which must not leave before the asker has been heard) until this
     * has answered. HEAD, 304 and ranges without the last byte do not call it. */
    int (*settle)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg);
};

enum pxed_hold { PXED_HOLD_GO, PXED_HOLD_WAIT, PXED_HOLD_REFUSE };

/* How much of a content with `settle` HTTP keeps back: all of a small one, head included, else its last bytes. */
enum { PXED_HOLD_WHOLE_UP_TO = 32 * 1024, PXED_HOLD_BYTES = 16 * 1024 };

/* Result of opening: PXED_WHY_OK with *ret_content, or a refusal, or PENDING (the callback comes exactly once, later).
 */
typedef void pxed_open_fn(void *arg, enum pxed_reason reason, struct pxed_content *content);
