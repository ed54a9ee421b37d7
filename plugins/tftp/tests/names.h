/* The plugin on loopback, in front of a core that knows a list of names. */
#pragma once

#include "fake_content.h"

struct name {
    const char *name;
    enum pxed_reason reason;     /* not OK: refused */
    bool file;                   /* from a descriptor, between other bytes; else from memory */
    bool late;                   /* answered later */
    bool heard, settle;          /* the core is asked, and answers when the test calls names_answer */
    enum pxed_content_kind kind; /* CGI: for the refusal */
    int status;                  /* 0: 200 */
    size_t lie;                  /* the file is shorter than promised, by this */
    struct pxed_slice bytes;
};

extern struct fake_core fake;
extern struct fake_contents contents;

/* Option single-port of the next names_open. */
extern bool names_single_port;
/* Starts the plugin on a free port of 127.0.0.1, which is returned. 0: the default of max-transfers, loopback's MTU. */
uint16_t names_open(const struct name *names, size_t n, unsigned max_transfers, unsigned mtu);
/* What the core was asked of a held content: 'h' heard, 's' settle; 0: nothing. */
extern char names_asked;
/* Its answer. */
void names_answer(bool may_send);
/* fini; nothing may be left open or unreleased. */
void names_close(void);

/* Bytes that repeat nowhere near a block boundary; static. */
struct pxed_slice names_bytes(size_t n);
