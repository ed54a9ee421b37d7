/* The text of a smb.conf. Pure. */
#pragma once

#include "names.h"

enum { SMB_CONF_MAX = 16 * 1024 };

struct smb_conf {
    const char *home; /* our folder as smbd opens it: a path that only root can make point elsewhere */
    struct pxed_slice path, name;
    const struct pxed_addr *addrs;
    size_t n_addrs;
    uint16_t port;
    bool guest;
};

/* The whole configuration of a private smbd. */
void smb_conf_managed(const struct smb_conf *c, struct pxed_buf *out);

/* The share alone, for an existing Samba. `user` may be unset: any account of that Samba reads, unless `guest`. */
void smb_conf_external(struct pxed_slice path, struct pxed_slice name, bool guest, struct pxed_slice user,
                       struct pxed_buf *out);

/* Can a running smbd take the new text by SIGHUP? It keeps its sockets, and its sessions keep their folder. */
bool smb_conf_reloadable(struct pxed_slice before, struct pxed_slice after);
