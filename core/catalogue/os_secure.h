/* What firmware with Secure Boot meets in an image: who signed its kernel, and which shim believes that key. */
#pragma once

#include "catalogue.h"
#include "loaders.h"

/* Names below this folder are files of images: secure/OS-ID/shimx64.efi, and beside it what that shim asks for. */
#define OS_SECURE_FOLDER "secure/"

struct os_secure {
    enum loader_machine machine; /* of the kernel */
    enum loader_key key;         /* that signed it; NONE: nobody has */
    const char *by;              /* for people: "Debian", "Rocky Linux" */
    bool packaged;               /* the shim of `pxed loaders` starts it, or firmware itself */
    /* The image's own way: what firmware is told (secure/OS-ID/shimx64.efi); NULL: it has no shim that firmware starts,
     * beside a GRUB that boots from the net and is signed as the kernel is. */
    const char *told;
    const char *disk; /* with `told`: what firmware is told that boots by HTTP (secure/OS-ID/shimx64.img) */
    const char *shim, *next, *grub, *helper; /* files of the image; `next`: the name by which shim asks for GRUB */
    unsigned shim_keys;                      /* of `shim`: bits of ladder_key */
    const char *revoked; /* the image's own way but for an SBAT level: what is refused, and by whom; NULL: nothing */
};

/* Reads kernel and EFI/BOOT of each image, from its folder or an ISO: sets `secure` of all systems during a build,
 * after the loaders are read; NULL: no kernel that is a program of UEFI. Reads from disk. */
void os_secure_look(struct catalogue *c);
/* The file of the image that is meant by a name below OS_SECURE_FOLDER; NULL: none. *ret_os: whose. */
const char *os_secure_file(const struct catalogue *c, struct pxed_slice name, const struct catalogue_os **ret_os);
/* The shim, below /boot, that believes the kernel's key, if that is a distribution's; unset: none at hand. */
struct pxed_slice os_secure_shim(const struct catalogue *c, const struct os_secure *s);
/* Can firmware that boots by HTTP start this plan itself: one program, its architecture, without arguments, and no
 * distribution's key that only a shim believes? `secure`: Secure Boot is on there. */
bool os_secure_is_straight(const struct os_secure *s, const struct pxed_plan *plan, enum pxed_firmware firmware,
                           bool secure);
/* May this machine be given it, where Secure Boot is on? OK, or why not; *ret_text: what was seen, in `arena`. */
enum pxed_reason os_secure_judge(const struct os_secure *s, const struct ladder *ladder, struct pxed_arena *arena,
                                 const char **ret_text);
