/* A content with what the core needs to know when it ends. */
#pragma once

#include "lookup.h"

/* What a request says about its machine, recorded once the client is known to be that machine. */
enum content_note { CONTENT_NOTE_NOTHING, CONTENT_NOTE_STEP, CONTENT_NOTE_BOOT };

/* Owned by the caller of open(); freed in release(). */
struct open_content {
    struct pxed_content pub; /* first */
    struct daemon *daemon;
    struct catalogue *catalogue; /* the generation it was opened in; referenced */
    struct pxed_arena arena;
    struct pxed_hwaddr mac; /* the machine it belongs to; len 0: unknown */
    struct pxed_addr peer;
    enum pxed_via via;
    struct cached_file *file; /* that pub.fd belongs to; NULL: it is this content's own */
    int64_t since;
    bool executable;
    bool loader;       /* fetched by the machine itself, before any script */
    const char *rung;  /* for which name of the ladder it stands; NULL: for its own */
    bool feeds;        /* an image file, and the plan comes from the operator's script */
    bool spends;       /* its delivery to the machine itself uses up the arming */
    uint8_t token[16]; /* of the arming it was made for, if it feeds or spends */
    struct {
        enum content_note kind;
        enum pxed_stage stage;
        enum pxed_reason reason; /* BOOT: why the machine gets its disk; OK: it is installed */
        const char *also;        /* STEP: its word if the stage was reached before; NULL: then there is none */
        const char *detail;      /* in the arena */
        const char *why;         /* BOOT: more about the reason; NULL: nothing */
        bool own_script;
        bool live;                 /* BOOT: what it gets writes no disk, so nothing has to be on record first */
        const char *unused_config; /* an operator's loader configuration that does not count now; NULL: none */
    } note;
    struct boot *boot; /* BOOT of an installer, HTTP: the plan, to write another text if it may not have that */
    struct hold *hold; /* the commit it waits for; NULL: none */
    void (*leave_hold)(struct open_content *c); /* set with `hold`; called if the content ends before the commit */
    struct open_content *next, *prev;
    char path[]; /* below /boot */
};

struct open_content *content_new(const struct lookup *l);
void content_free(struct open_content *c);
/* Makes bytes in the content's arena its text. */
void content_set_text(struct open_content *c, struct pxed_slice text, const char *type);
/* Lists it as a running transfer until release(). */
void content_begin(struct open_content *c);
