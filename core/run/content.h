/* The namespace: one name, one meaning, for TFTP and HTTP alike. content.c decides who answers; one file per kind. */
#pragma once

#include <sys/stat.h>

#include "daemon.h"
#include "names.h"
#include "pxed/path.h"

/* A content with what the core wants to know when it ends. Owned by whoever opened it; freed in release(). */
struct open_content {
    struct pxed_content pub; /* first */
    struct daemon *daemon;
    struct catalogue *catalogue; /* the generation it began with */
    struct pxed_arena arena;
    struct pxed_hwaddr mac; /* whose; len 0: unknown */
    struct pxed_addr peer;
    enum pxed_via via;
    const char *path;
    int64_t since;
    bool executable;
    bool feeds;  /* an image file for a plan of the operator's script */
    bool spends; /* its delivery to the machine itself uses up the arming */
    struct open_content *next, *prev;
};

/* One look-up on its way. */
struct lookup {
    struct daemon *d;
    const struct pxed_request *request;
    struct pxed_slice path; /* normalised, below /boot */
    struct name name;
    struct machine *asker; /* by address; may be NULL */
    struct machine *token; /* the machine whose token was shown; may be NULL */
};

struct open_content *content_new(const struct lookup *l);
void content_free(struct open_content *c);

/* content_files.c: real files. NOT_FOUND lets the next place be asked; other refusals end the look-up. */
enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret);
/* The same in root/boot, where a script is run instead of read. */
enum pxed_reason content_boot_file(const struct lookup *l, struct open_content **ret);

/* content_iso.c: an image's file inside an ISO. */
enum pxed_reason content_iso(const struct lookup *l, struct open_content **ret);

/* What content_files.c knows of files. The reason for a failed open, by errno. */
enum pxed_reason content_open_failed(void);
/* By identity, whatever name led to it. */
bool content_is_private(const struct catalogue *c, int fd, const struct stat *st);
/* Content-Type by the name's end. */
const char *content_type(struct pxed_slice path);

/* content_boot.c: what is made for one machine. */
enum pxed_reason content_boot_script(const struct lookup *l, struct open_content **ret);
enum pxed_reason content_loader_config(const struct lookup *l, struct open_content **ret);
enum pxed_reason content_host_file(const struct lookup *l, struct open_content **ret);
/* Notes what fetching an image file says about its asker. */
void content_note_image(const struct lookup *l, struct open_content *c);
/* Completes `cgi` for a script: PXED_* of the machine in the query, if it names one. */
void content_script_env(const struct lookup *l, struct open_content *c, const struct pxed_hwaddr *mac);

/* content_event.c: true if answered at once. */
bool content_event(const struct lookup *l, enum pxed_reason *ret_why, pxed_open_fn *later, void *arg,
                   uint64_t *ret_ticket);

/* content_status.c */
enum pxed_reason content_status(const struct lookup *l, bool metrics, struct open_content **ret);

/* The MAC of `mac=` in the query: BAD_MAC when missing or unreadable. */
enum pxed_reason content_query_mac(const struct lookup *l, struct pxed_hwaddr *ret);
/* Bytes in the content's arena become its text. */
void content_set_text(struct open_content *c, struct pxed_slice text, const char *type);
