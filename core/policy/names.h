/* The meaning of a name on the wire. Pure: takes a normalised name below /boot. */
#pragma once

#include "pxed/model.h"

enum name_kind {
    NAME_PLAIN,    /* an operator's file, a loader, anything */
    NAME_SCRIPT,   /* the boot script, [http] script */
    NAME_EVENT,    /* event */
    NAME_IMAGE,    /* os/<os-id>/... */
    NAME_BOOT_EFI, /* boot.efi: the loader of the client's own firmware */
    NAME_CA,       /* ca.pem: the CA that installers are to trust */
    NAME_HOST,     /* hosts/<mac>/<file>, or a profile's own pattern such as hosts/linux-ks/<mac>.txt */
    /* What loaders ask for to be told what to boot, beside themselves or in a folder of their own; is_config() counts
     * on their being last. */
    NAME_PXELINUX,    /* pxelinux.cfg/01-<mac> */
    NAME_GRUB_MAC,    /* grub.cfg-01-<mac>, grub.cfg.01<MAC> */
    NAME_PXEGRUB_MAC, /* menu.lst.01<MAC> */
    NAME_GRUB,        /* grub.cfg: the client's own */
    NAME_AUTOEXEC,    /* autoexec.ipxe: the client's own */
};

struct name {
    enum name_kind kind;
    bool has_token;
    uint8_t token[16];         /* of a leading s/TOKEN/ */
    uint64_t nonce;            /* of a leading n/NONCE/; 0: none */
    struct pxed_slice path;    /* the name without those */
    struct pxed_slice os;      /* IMAGE: the OS id */
    struct pxed_slice file;    /* IMAGE: the path in the image; HOST: the file's name in hosts/<mac>/ */
    struct pxed_hwaddr mac;    /* HOST, PXELINUX, GRUB_MAC, PXEGRUB_MAC */
    struct pxed_slice pattern; /* HOST in another folder than <mac>: the folder's name ("linux-ks") */
};

/* `script`: the boot script's name. OK; BAD_NAME for a malformed token or nonce; BAD_MAC if a required MAC is missing
 * or unreadable. Slices point into `path`. */
enum pxed_reason name_parse(struct pxed_slice path, struct pxed_slice script, struct name *ret);

/* Files that are never served, whatever they contain: a leading dot (outside os/), editors' backups. */
bool name_is_private(const struct name *name);

/* Does a profile's pattern (`hosts/linux-ks/<mac>.txt`) match this path? */
bool name_fits_pattern(struct pxed_slice path, const char *pattern);
