/* Which files a WinPE ISO needs, and where each may be found: on the medium, in `copype` output, inside the WIM. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum layout_use {
    LAYOUT_BIOS = 1, /* needed to start by BIOS */
    LAYOUT_EFI = 2,  /* needed to start by UEFI */
    LAYOUT_NICE = 4, /* fonts and the like: used if they exist */
};

struct layout_file {
    const char *name;    /* in the ISO */
    unsigned use;        /* layout_use bits */
    const char *arch;    /* only for this CPU, or NULL */
    const char *from[4]; /* names on a medium; the first that exists */
    const char *wim[3];  /* names in the WIM, if the medium has none */
};

/* Ends with a zeroed row. BIOS rows are for x86 and amd64 alone. */
extern const struct layout_file layout_files[];

#define LAYOUT_BIOS_IMAGE "boot/etfsboot.com"
#define LAYOUT_EFI_IMAGE  "efi/microsoft/boot/efisys.bin"

/* Is this file, with these uses, needed for this CPU? Returns the uses that apply. */
unsigned layout_uses(const struct layout_file *file, const char *arch);
