/* Views of the core as JSON objects, one function per kind. Pure: the same text for the same view, and valid UTF-8
 * whatever bytes came in. Times are RFC 3339 in UTC with milliseconds, and again as KEY_ms since the epoch; a time of
 * "never" is null and 0. */
#pragma once

#include "pxed/control.h"
#include "pxed/leases.h"

/* A machine in an arm order: the view, what the order would do, and why it may not. */
struct api_order_view {
    const struct pxed_machine_view *machine;
    struct pxed_slice os;     /* to be installed */
    const char *right;        /* "any" "blank" */
    enum pxed_reason refusal; /* OK: may be armed */
    const char *boot_url;     /* with its token; "": not asked, or not armed */
};

struct api_lease_view {
    const struct pxed_lease *lease;
    struct pxed_slice name; /* of the declared host; may be empty */
};

/* A lease of another server, and whether it was or would be taken over. */
struct api_taken_view {
    const struct pxed_lease *lease;
    enum pxed_reason reason;
};

struct api_token_view {
    const char *name, *scopes, *groups, *by;
    const char *text; /* of a new one; "" */
    int64_t made, used;
};

/* How the server is: one thing that is good or not, or a count of refusals. */
struct api_health_view {
    const char *name; /* "store", "tokens", or a reason's name */
    bool good;
    uint64_t count;
    struct pxed_slice text;
    const char *cure;
};

/* A text that a machine would get. */
struct api_text_view {
    const char *kind; /* "script" "file" */
    struct pxed_slice path, text;
    enum pxed_reason reason; /* why there is no text; OK */
};

/* A declared host: struct pxed_host. Variables that the configuration sets, without the secret ones. */
void api_json_host(struct pxed_buf *out, const void *host);
void api_json_machine(struct pxed_buf *out, const void *machine_view);
void api_json_journal(struct pxed_buf *out, const void *journal_view);
void api_json_transfer(struct pxed_buf *out, const void *transfer_view);
void api_json_lease(struct pxed_buf *out, const void *api_lease_view);
void api_json_taken(struct pxed_buf *out, const void *api_taken_view);
void api_json_order(struct pxed_buf *out, const void *api_order_view);
void api_json_token(struct pxed_buf *out, const void *api_token_view);
void api_json_image(struct pxed_buf *out, const void *image_view);
void api_json_pool(struct pxed_buf *out, const void *pool);
void api_json_health(struct pxed_buf *out, const void *api_health_view);
void api_json_shown(struct pxed_buf *out, const void *api_text_view);
/* The name of a file that is a copy of the store. */
void api_json_backup(struct pxed_buf *out, const void *path);
