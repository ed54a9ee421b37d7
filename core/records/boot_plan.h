/* What one machine shall boot now, in a loader's words. Reads records, changes none. */
#pragma once

#include "believe.h"
#include "context.h"
#include "render.h"

struct boot {
    struct daemon *d;
    const struct pxed_hwaddr *mac;     /* as asked for */
    const struct machine *m;           /* NULL: never seen */
    const struct catalogue_host *host; /* NULL: not declared */
    struct lifecycle_record rec;       /* as it will be when this boot is noted */
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    enum pxed_reason reason; /* OK: it is being installed */
    const char *looked_for;  /* for people: what the reason is about; NULL: nothing more to say */
    const char *seen;        /* NOT_BELIEVED: who asked, for people; NULL otherwise */
    bool no_token, masked;   /* for somebody who may look but not act */
    bool as_armed;           /* what the arming would boot, whether or not it may take effect now */
    struct pxed_plan plan;
    const struct catalogue_os *os; /* NULL: not declared */
    struct pxed_slice with_os;     /* instead of the record's or the line's; unset: theirs */
};

/* Firmware and record of the machine; `opens`: as it will be judged if it is the machine itself that asks. */
void boot_begin(struct boot *b, struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_loader loader, bool opens);
/* The plan of this moment: the installer if it is armed and nothing stands in the way, else the disk, and why. */
void boot_make(struct boot *b, struct pxed_arena *arena);
/* The disk, for this reason. */
void boot_refuse(struct boot *b, enum pxed_reason why);
/* In the loader's words. What it cannot say becomes the disk. */
struct pxed_slice boot_write(struct boot *b, struct pxed_arena *arena);
struct render boot_render(const struct boot *b, struct pxed_arena *arena);
/* What is told of a machine in PXELINUX's words, whoever asks: for the copy in root/tftp. */
struct pxed_slice boot_loader_text(struct daemon *d, struct machine *m, struct pxed_arena *arena);
/* OK, or why an armed host would not get its installer now, with what was looked for. `os`: instead of the record's. */
enum pxed_reason boot_ready(struct daemon *d, const struct catalogue_host *host, const struct lifecycle_record *rec,
                            struct pxed_slice os, struct pxed_arena *arena, struct pxed_slice *ret_looked_for);
