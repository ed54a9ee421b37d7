/* A content with what the core wants to know when it ends. */
#pragma once

#include "lookup.h"

/* What a request says about its machine, noted when the asker is known to be it. */
enum content_note { CONTENT_NOTE_NOTHING, CONTENT_NOTE_STEP, CONTENT_NOTE_BOOT };

/* Owned by whoever opened it; freed in release(). */
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
        bool live;                 /* BOOT: what it gets writes no disk, so nothing has to be on record first */
        const char *unused_config; /* an operator's loader configuration that does not count now; NULL: none */
    } note;
    struct pxed_slice otherwise;                /* BOOT, HTTP: the text if the step cannot be written */
    struct hold *hold;                          /* what it waits for; NULL: nothing */
    void (*leave_hold)(struct open_content *c); /* set with it: the content ends before what it waits for */
    struct open_content *next, *prev;
};

struct open_content *content_new(const struct lookup *l);
void content_free(struct open_content *c);
/* Bytes in the content's arena become its text. */
void content_set_text(struct open_content *c, struct pxed_slice text, const char *type);
/* From here on it is a transfer, which release() ends. */
void content_begin(struct open_content *c);
