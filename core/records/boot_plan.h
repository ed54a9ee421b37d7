/* What one machine is to boot now, written for a loader. Reads records, changes none. */
#pragma once

#include "believe.h"
#include "context.h"
#include "render.h"
#include "site_url.h"

struct boot {
    struct daemon *d;
    const struct pxed_hwaddr *mac;     /* as asked for */
    const struct machine *m;           /* NULL: never seen */
    const struct catalogue_host *host; /* NULL: not declared */
    struct lifecycle_record rec;       /* as it will be once this boot is recorded */
    const struct site_url *at;         /* where the machine asks; the default until that is known */
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    enum pxed_reason reason; /* OK: it gets its installer */
    const char *looked_for;  /* for people: the files that the reason is about; NULL: none */
    const char *seen;        /* NOT_BELIEVED: who asked, for people; NULL otherwise */
    const char *images;      /* nets_images() of the asker */
    bool far;                /* the machine asks from behind a relay */
    bool no_token, masked;   /* for a client that may see the plan but not use it */
    bool as_armed;           /* the plan of the arming, even if it does not take effect now */
    struct pxed_plan plan;
    const struct catalogue_os *os; /* NULL: not declared */
    struct pxed_slice with_os;     /* replaces the record's or the line's; unset: theirs */
};

/* Fills in firmware and record of the machine. `opens`: the record as it will be judged if the machine itself asks. */
void boot_begin(struct boot *b, struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_loader loader, bool opens);
/* Makes the current plan: the installer if the machine is armed and nothing prevents it, else the disk with the
 * reason. */
void boot_make(struct boot *b, struct pxed_arena *arena);
/* The same where no loader has asked yet: the plan for iPXE, else for GRUB, which alone knows some ways; for BIOS, else
 * for UEFI, if the machine was never seen. */
void boot_make_somehow(struct boot *b, struct pxed_arena *arena);
/* Replaces the plan by a boot from disk, for this reason. */
void boot_refuse(struct boot *b, enum pxed_reason why);
/* What the screen says of a boot from disk, and how long. `host` NULL: not declared; `asker` as in struct boot. */
void boot_note(struct pxed_plan *plan, const struct settings *settings, const struct site_url *at,
               const struct pxed_host *host, const struct pxed_hwaddr *mac, const char *asker,
               struct pxed_arena *arena);
/* The plan in the loader's language, in `arena`. A plan the loader cannot express becomes a boot from disk. */
struct pxed_slice boot_write(struct boot *b, struct pxed_arena *arena);
struct render boot_render(const struct boot *b, struct pxed_arena *arena);
/* The PXELINUX configuration of a machine as any client sees it: for the copy in root/tftp. */
struct pxed_slice boot_loader_text(struct daemon *d, struct machine *m, struct pxed_arena *arena);
/* OK, or why an armed host would not get its installer now, with the files that were searched. `os`: replaces the
 * record's. */
enum pxed_reason boot_ready(struct daemon *d, const struct catalogue_host *host, const struct lifecycle_record *rec,
                            struct pxed_slice os, struct pxed_arena *arena, struct pxed_slice *ret_looked_for);
