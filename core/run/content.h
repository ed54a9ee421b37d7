/* The namespace: one name, one meaning, for TFTP and HTTP alike. content.c decides who answers; one file per kind. */
#pragma once

#include <sys/stat.h>

#include "believe.h"
#include "daemon.h"
#include "names.h"
#include "pxed/path.h"
#include "who.h"

/* What a request says about its machine, noted when the asker is known to be it. */
enum content_note { CONTENT_NOTE_NOTHING, CONTENT_NOTE_STEP, CONTENT_NOTE_BOOT };

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
    bool feeds;        /* an image file for a plan of the operator's script */
    bool spends;       /* its delivery to the machine itself uses up the arming */
    uint8_t token[16]; /* of the arming it was made for, where it feeds or spends */
    struct {
        enum content_note kind;
        enum pxed_stage stage;
        enum pxed_reason reason; /* BOOT: why the machine gets its disk; OK: it is installed */
        const char *detail;      /* in the arena */
        const char *why;         /* BOOT: more about the reason; NULL: nothing */
        bool own_script;
        const char *unused_config; /* an operator's loader configuration that does not count now; NULL: none */
    } note;
    struct pxed_slice otherwise; /* BOOT, HTTP: the text if the step cannot be written */
    struct hold *hold;           /* what it waits for; NULL: nothing */
    struct open_content *next, *prev;
};

/* One look-up on its way. */
struct lookup {
    struct daemon *d;
    const struct pxed_request *request;
    struct pxed_slice path; /* normalised, below /boot */
    struct name name;
    struct machine *token; /* the machine whose token was shown; may be NULL */
    struct who kernel;     /* the kernel's word on the asker, once asked */
    bool looked, last_look;
    bool wait;                 /* out: the neighbour entry may be there soon; ask again */
    struct machine *asker;     /* the machine the kernel says it is; NULL: none that is known */
    struct machine *target;    /* the machine the name speaks of; NULL: none that is known */
    struct pxed_slice wrapped; /* a name in the place of the MAC; unset: none */
    struct pxed_buf wrapped_text;
};

/* One call of open(), from the outside. */
struct opening {
    pxed_open_fn *later;
    void *arg;
    bool last_look;  /* the neighbour's address will not be known later either */
    uint64_t ticket; /* in: one to be used again, or 0; out: set when it waits */
    enum pxed_reason reason;
    struct pxed_content *content;
    bool wait; /* out: the neighbour's address may be known soon */
};

/* content.c. False: `later` will be called. */
bool content_open_now(struct daemon *d, const struct pxed_request *request, struct opening *o);

/* content_again.c: who waits for an answer. */
void content_pend(struct daemon *d, struct opening *o);
/* Takes the ticket off the list; NULL if the client went away meanwhile. */
pxed_open_fn *content_take_pending(struct daemon *d, uint64_t ticket, void **ret_arg);

struct open_content *content_new(const struct lookup *l);
void content_free(struct open_content *c);
/* Bytes in the content's arena become its text. */
void content_set_text(struct open_content *c, struct pxed_slice text, const char *type);
/* The MAC of `mac=` in the query: BAD_MAC when missing or unreadable. */
enum pxed_reason content_query_mac(const struct lookup *l, struct pxed_hwaddr *ret);

/* content_who.c: evidence. */
/* Who asks, seen from this machine. `m` may be NULL (never seen), `host` too (not declared). Sets l->wait where the
 * kernel does not know the neighbour yet. */
enum believe_who content_who(struct lookup *l, const struct machine *m, const struct catalogue_host *host,
                             const struct pxed_hwaddr *mac);
bool content_is_server(struct lookup *l);
/* Fills l->asker. */
void content_find_asker(struct lookup *l);
/* Somebody else asked for what is this machine's: a step in its journal, at most one a minute. */
void content_tell_foreign(struct lookup *l, struct machine *m, enum pxed_reason why);

/* content_hold.c: what must be on disk before a content leaves, or its end. */
/* Notes what the request says. HTTP only: true if the content may go at once; false: `later` comes. */
bool content_release_when_noted(struct open_content *c, struct opening *o);
/* TFTP notes after the first ACK; whatever spends is held back. */
void content_arm_holds(struct open_content *c);
void content_drop_hold(struct open_content *c);

/* content_files.c: real files. NOT_FOUND lets the next place be asked; other refusals end the look-up. */
enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret);
/* A file that was opened, and is one to be served; takes `fd`. `path` tells its type. */
struct open_content *content_of_file(const struct lookup *l, int fd, const struct stat *st, struct pxed_slice path);
/* The same in root/boot, where a script is run instead of read. */
enum pxed_reason content_boot_file(struct lookup *l, struct open_content **ret);
/* The reason for a failed open, by errno. */
enum pxed_reason content_open_failed(void);
/* By identity, whatever name led to it. */
bool content_is_private(const struct catalogue *c, int fd, const struct stat *st);
/* Content-Type by the name's end. */
const char *content_type(struct pxed_slice path);

/* content_iso.c: an image's file inside an ISO. */
enum pxed_reason content_iso(const struct lookup *l, struct open_content **ret);

/* content_boot.c: what a machine shall boot. */
enum pxed_reason content_boot_script(struct lookup *l, struct open_content **ret);
enum pxed_reason content_loader_config(struct lookup *l, struct open_content **ret);
/* An operator's own configuration `file` for the MAC in the name: its host's plan while it is armed, else the disk.
 * Takes the content. */
enum pxed_reason content_own_config(struct lookup *l, struct open_content *file, struct open_content **ret);
/* OK, or why an armed host would not get its installer now, with what was looked for. `os`: instead of the record's. */
enum pxed_reason content_ready(struct daemon *d, const struct catalogue_host *host, const struct lifecycle_record *rec,
                               struct pxed_slice os, struct pxed_arena *arena, struct pxed_slice *ret_looked_for);

/* content_host.c: files of one machine. */
enum pxed_reason content_host_file(struct lookup *l, struct open_content **ret);

/* content_image.c: notes what fetching an image file says about its asker. */
void content_note_image(struct lookup *l, struct open_content *c);

/* content_script.c: completes `cgi` for a script: PXED_* of the machine in the query, if it names one. */
void content_script_env(struct lookup *l, struct open_content *c, const struct pxed_hwaddr *mac);

/* content_event.c: true if answered at once. */
bool content_event(struct lookup *l, struct opening *o);

/* content_status.c */
enum pxed_reason content_status(struct lookup *l, bool metrics, struct open_content **ret);
