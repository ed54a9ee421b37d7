/* How machines reach their staged folders. The plugin that publishes the share describes it in a pxed_share_site (also
 * in `pxed check` and `explain`); the service "share.smb/1" opens and closes accounts. */
#pragma once

#include "pxed/addr.h"

struct pxed_share_site {
    bool published;       /* the folder is served, by pxed itself or by a Samba that the operator configured */
    bool guest;           /* without an account */
    bool accounts;        /* one account per deployment, made by pxed */
    const char *server;   /* NULL: pxed's own address */
    const char *name;     /* NULL: the last part of the folder's path */
    const char *user;     /* one account for all machines, set by the operator; NULL: none */
    const char *password; /* of `user`; secret */
    const char *folder;   /* absolute; the core fills it in before it asks; NULL: no OS plugin stages files */
};

/* One account for one deployment: it can read its own host's folder and is removed when the installation ends. */
struct pxed_share_account {
    struct pxed_hwaddr mac;
    const char *folder;   /* absolute: <share>/<mac>, the MAC with hyphens; exists when open is called */
    const char *user;     /* [a-z0-9-], at most 20 bytes */
    const char *password; /* [0-9a-f], 32 bytes */
    bool installs;        /* since minor 6: it is being installed, not only armed */
};

/* Loop thread only. Everything is copied; nothing blocks; failures are logged. Opening an open account with the same
 * values, or closing a closed one, is harmless; `installs` may change. After a start `serve` is called once, then
 * `open` for every live deployment, then `settled` once: accounts that were not named are removed. A site with
 * `accounts` and without `guest`: the plugin sets group and mode of <share>/<mac>, and nothing else, so that only its
 * account can read it. Files in it must be readable to everybody; new folders have mode 0700. A folder that was
 * replaced by another of the same name stays closed until it is opened again. */
struct pxed_share_smb {
    uint32_t size;
    void *self;
    void (*open)(void *self, const struct pxed_share_account *account);
    void (*close)(void *self, const struct pxed_hwaddr *mac);
    void (*settled)(void *self);
    /* Starts publishing; `site` as filled in by share_site. Not called if there is no folder. */
    void (*serve)(void *self, const struct pxed_share_site *site);
};
