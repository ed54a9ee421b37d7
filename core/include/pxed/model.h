/* The basic types: firmware, loader, OS id, host, plan. Values only; the glossary is in core/README.md. */
#pragma once

#include "pxed/addr.h"
#include "pxed/reason.h"

/* Firmware picks the loader; the OS's architecture picks the kernel. */
enum pxed_firmware {
    PXED_FW_BIOS,
    PXED_FW_EFI_IA32,
    PXED_FW_EFI_X64,
    PXED_FW_EFI_ARM64,
    PXED_FW_HTTP_X64,
    PXED_FW_HTTP_ARM64,
    PXED_FW_OTHER, /* an architecture code without a loader */
    /* Since minor 8. */
    PXED_FW_EFI_RISCV64,
    PXED_FW_EFI_LOONGARCH64,
    PXED_FW_COUNT
};
#define PXED_FW_BIT(fw) (1u << (fw))
#define PXED_FW_EFI                                                                                                    \
    (PXED_FW_BIT(PXED_FW_EFI_IA32) | PXED_FW_BIT(PXED_FW_EFI_X64) | PXED_FW_BIT(PXED_FW_EFI_ARM64) |                   \
     PXED_FW_BIT(PXED_FW_HTTP_X64) | PXED_FW_BIT(PXED_FW_HTTP_ARM64) | PXED_FW_BIT(PXED_FW_EFI_RISCV64) |              \
     PXED_FW_BIT(PXED_FW_EFI_LOONGARCH64))
#define PXED_FW_ALL ((1u << PXED_FW_COUNT) - 1)

/* Which program of the machine is asking now. */
enum pxed_loader {
    PXED_LOADER_NONE, /* firmware itself, an installer or an operating system */
    PXED_LOADER_GPXE,
    PXED_LOADER_IPXE,
    PXED_LOADER_PXELINUX,
    PXED_LOADER_GRUB,
    PXED_LOADER_PXEGRUB, /* GRUB 0.97, as Solaris 10 ships it; since minor 4 */
    PXED_LOADER_COUNT
};
#define PXED_LOADER_BIT(l) (1u << (l))
#define PXED_LOADER_ALL    ((1u << PXED_LOADER_COUNT) - 1)

/* "bios", "efi-x64", ...; "gpxe", "ipxe", ... Both lists end with NULL, as pxed_nearest wants them. */
extern const char *const pxed_firmware_names[PXED_FW_COUNT + 1];
extern const char *const pxed_loader_names[PXED_LOADER_COUNT + 1];
bool pxed_firmware_parse(struct pxed_slice name, enum pxed_firmware *ret);
bool pxed_loader_parse(struct pxed_slice name, enum pxed_loader *ret);
static inline bool pxed_firmware_is_efi(enum pxed_firmware fw) {
    return (PXED_FW_BIT(fw) & PXED_FW_EFI) != 0;
}
static inline bool pxed_firmware_is_http(enum pxed_firmware fw) {
    return fw == PXED_FW_HTTP_X64 || fw == PXED_FW_HTTP_ARM64;
}

/* `centos-5.5-i386`: the operator's text and its parts. The parts point into `text`; version and arch may be empty. */
struct pxed_os_id {
    struct pxed_slice text, family, version, arch;
};
/* Lower-case letters, digits, `.`, `_`, `-`, at most 63 bytes: it is also a folder name. False otherwise. *ret borrows
 * `text`. */
bool pxed_os_id_parse(struct pxed_slice text, struct pxed_os_id *ret);
/* amd64 = x86_64 = x64, i386 = i686 = x86, arm64 = aarch64; an empty arch fits any. */
bool pxed_arch_same(struct pxed_slice a, struct pxed_slice b);

enum { PXED_VAR_SECRET = 1 };

/* One variable of a host after resolution: host line, [group], [os ID], [defaults], then the profile's default. */
struct pxed_var {
    struct pxed_slice key, value;
    const char *file; /* where it was set; NULL: built in */
    unsigned line;
    unsigned flags; /* PXED_VAR_* */
};

/* What hosts have in common by their sections and their profile. */
struct pxed_shared_vars {
    const struct pxed_var *vars;
    size_t n;
};

/* A host as declared by one line. Immutable; lives as long as its catalogue generation. */
struct pxed_host {
    const struct pxed_hwaddr *macs; /* the first identifies the host; the others are further ports */
    size_t n_macs;
    struct pxed_slice name;
    struct pxed_os_id os;
    struct pxed_addr ip; /* family 0: none */
    uint8_t prefix;      /* 0: the served network's */
    bool protect;
    const struct pxed_var *vars; /* of its line; all of them: pxed_host_next_var */
    size_t n_vars;
    const char *file;
    unsigned line;
    const struct pxed_shared_vars *shared; /* NULL: none. Those that the line sets, too, do not count. Since minor 8 */
};

/* NULL if the host has no such variable. Lives as long as the host. */
const struct pxed_var *pxed_host_var(const struct pxed_host *host, const char *key);
/* Walks over all its variables, the line's first. *at is 0 at the start. NULL: no more. Since minor 8. */
const struct pxed_var *pxed_host_next_var(const struct pxed_host *host, size_t *at);
/* Is this one of the host's hardware addresses? `host` may be NULL. */
bool pxed_host_has(const struct pxed_host *host, const struct pxed_hwaddr *mac);
struct pxed_slice pxed_host_value(const struct pxed_host *host, const char *key); /* unset if there is none */

enum pxed_how {
    PXED_HOW_LOCAL, /* boot the machine's own disk */
    PXED_HOW_LINUX,
    PXED_HOW_MEMDISK,
    PXED_HOW_MULTIBOOT,
    PXED_HOW_EFI,
    PXED_HOW_WIMBOOT,
    PXED_HOW_PXELINUX,   /* load PXELINUX, which then fetches the plan in its own format */
    PXED_HOW_MULTIBOOT2, /* Multiboot 2, which has UEFI's tables: GRUB only; since minor 4 */
    PXED_HOW_COUNT
};

enum { PXED_PLAN_INITRDS = 48 };

/* What one machine is to boot now, independent of any loader's syntax. Paths are names below /boot. */
struct pxed_plan {
    enum pxed_how how;
    enum pxed_reason reason; /* of a local boot */
    struct pxed_slice kernel;
    struct pxed_slice args; /* kernel command line; contains no line end */
    struct {
        struct pxed_slice path;
        struct pxed_slice as; /* file name inside the booted system; empty: the file's own. Multiboot: the module's
                                 arguments */
    } initrds[PXED_PLAN_INITRDS];
    size_t n_initrds;
    struct pxed_slice note; /* a few lines for the screen, LF between them; may be empty */
    bool by_url;            /* PXELINUX: the loader has none in itself. Since minor 8 */
    bool tells_serial;      /* show the machine's serial number too, where the loader knows it. Since minor 8 */
    unsigned wait;          /* seconds that the note stays before a boot from disk. Since minor 8 */
    /* Where files of `elsewhere` come from instead of this server's /boot: "http://HOST/FOLDER/"; unset: nowhere.
     * Since minor 8. */
    struct pxed_slice images;
    uint64_t elsewhere; /* bit 0: the kernel; bit 1 + i: initrds[i] */
    /* The shim that believes the kernel's key, below /boot; unset: none. Since minor 8. */
    struct pxed_slice shim;
};
