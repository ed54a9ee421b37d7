/* The text of a smb.conf. Pure. */
#pragma once

#include "names.h"

enum { SMB_CONF_MAX = 16 * 1024 };

struct smb_conf {
    const char *home; /* our folder as smbd opens it; only root can change where this path leads */
    struct pxed_slice path, name;
    const struct pxed_addr *addrs;
    size_t n_addrs;
    uint16_t port;
    bool guest;
};

/* The whole configuration of a private smbd. */
void smb_conf_managed(const struct smb_conf *c, struct pxed_buf *out);

/* The share's section for an existing Samba. If `user` is unset, any account of that Samba can read, or everybody if
 * `guest`. */
void smb_conf_external(struct pxed_slice path, struct pxed_slice name, bool guest, struct pxed_slice user,
                       struct pxed_buf *out);

/* Can a running smbd apply the new text on SIGHUP? It keeps its sockets, and its sessions keep their folder. */
bool smb_conf_reloadable(struct pxed_slice before, struct pxed_slice after);
