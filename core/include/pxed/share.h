/* How machines reach the folder that is staged for them. The plugin that publishes it says what it offers in a
 * pxed_share_site (also in `pxed check` and `explain`); the service "share.smb/1" opens and closes accounts. */
#pragma once

#include "pxed/addr.h"

struct pxed_share_site {
    bool published;       /* somebody serves the folder: pxed itself, or a Samba that was told to */
    bool guest;           /* without an account */
    bool accounts;        /* one account per deployment, made by pxed */
    const char *server;   /* NULL: pxed's own address */
    const char *name;     /* NULL: the last part of the folder's path */
    const char *user;     /* of one account for all, where the operator gave one; NULL: none */
    const char *password; /* its secret */
    const char *folder;   /* absolute: filled in by the core before it asks; NULL: no OS plugin stages anything */
};

/* One account for one deployment: it reads its own host's folder and dies when the installation ends. */
struct pxed_share_account {
    struct pxed_hwaddr mac;
    const char *folder;   /* absolute: <share>/<mac>, the MAC with hyphens; exists when open is called */
    const char *user;     /* [a-z0-9-], at most 20 bytes */
    const char *password; /* [0-9a-f], 32 bytes */
};

/* Loop thread only. Everything is copied; nothing blocks, failures are logged. Opening what is open with the same
 * words, or closing what is closed, is harmless. After a start `serve` is called once, then `open` for every
 * deployment that is alive, then `settled` once: accounts that were not named are dead.
 * A site with `accounts` and without `guest`: the plugin sets group and mode of <share>/<mac> (nothing else), so that
 * its account alone reads it. Files in it must be readable to everybody, new folders have mode 0700; a folder that was
 * replaced by another of its name is closed until it is opened again. */
struct pxed_share_smb {
    uint32_t size;
    void *self;
    void (*open)(void *self, const struct pxed_share_account *account);
    void (*close)(void *self, const struct pxed_hwaddr *mac);
    void (*settled)(void *self);
    /* Begins to publish: `site` as completed by share_site. Not called when there is no folder. */
    void (*serve)(void *self, const struct pxed_share_site *site);
};
