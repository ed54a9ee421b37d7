/* What a boot loader's file is: for which machine, which program and version, its SBAT, where its signatures lie. Pure:
 * reads through a callback, allocates nothing. */
#pragma once

#include "pxed/slice.h"

/* A file: `at` reads `n` bytes from `from` on, which lie below `size`; false: they cannot be read. */
struct loader_file {
    uint64_t size;
    bool (*at)(void *ctx, uint64_t from, void *to, size_t n);
    void *ctx;
};

/* What runs it: PC BIOS, or the machine type of its PE header. */
enum loader_machine {
    LOADER_MACHINE_NONE, /* not a loader */
    LOADER_BIOS,
    LOADER_IA32,
    LOADER_X64,
    LOADER_ARM,
    LOADER_ARM64,
    LOADER_RISCV64,
    LOADER_LOONGARCH64,
    LOADER_MACHINE_OTHER,
    LOADER_MACHINE_COUNT
};
extern const char *const loader_machine_names[LOADER_MACHINE_COUNT + 1];

enum loader_program {
    LOADER_UNKNOWN,
    LOADER_IPXE,
    LOADER_GPXE,
    LOADER_GRUB,
    LOADER_SHIM,
    LOADER_MOKMANAGER, /* shim's helpers */
    LOADER_FALLBACK,
    LOADER_PXELINUX,
    LOADER_LPXELINUX, /* speaks HTTP */
    LOADER_SYSLINUX_EFI,
    LOADER_SYSTEMD_BOOT,
    LOADER_SYSTEMD_STUB,
    LOADER_UKI,   /* a kernel with its initrd in one signed file */
    LOADER_LINUX, /* a kernel with an EFI stub, or in bzImage form */
    LOADER_WIMBOOT,
    LOADER_WINDOWS, /* bootmgfw.efi and kin */
    LOADER_WDSNBP,
    LOADER_PROGRAM_COUNT
};
extern const char *const loader_program_names[LOADER_PROGRAM_COUNT + 1];

enum { LOADER_SBAT_MAX = 8, LOADER_SIGNATURES_MAX = 4 };

struct loader_sbat {
    char component[32];
    unsigned generation;
};

/* A PKCS#7 block of the certificate table. */
struct loader_signature {
    uint64_t at;
    uint32_t len;
};

struct loader {
    enum loader_machine machine;
    enum loader_program program;
    char version[48]; /* "" if it says none */
    char next[32];    /* shim: the file it loads, as it was compiled in: grubx64.efi; "" otherwise */
    struct loader_sbat sbat[LOADER_SBAT_MAX];
    size_t n_sbat;
    struct loader_sbat revokes[LOADER_SBAT_MAX]; /* shim: of these components it starts no older generation */
    size_t n_revokes;
    struct loader_signature signatures[LOADER_SIGNATURES_MAX];
    size_t n_signatures;
    bool boots_net; /* GRUB: it has the modules to read from the net where firmware's PXE client started it */
    bool damaged;   /* a header names bytes that the file does not have */
};

/* Reads a file. False: it is no loader that is known, *ret untouched. Texts in *ret are printable ASCII. Reads a few
 * headers, and what it must search for words: at most 8 MiB. */
bool loader_read(const struct loader_file *file, struct loader *ret);

/* What of `file` a shim refuses by its SBAT level, or firmware's that the shim has raised: the least generation that it
 * takes; NULL: nothing. *ret_is: the generation that the file has. */
const struct loader_sbat *loader_revoked(const struct loader *shim, const struct loader *file, unsigned *ret_is);

/* --- for the files of this room --- */

struct loader_section {
    uint64_t at;
    uint32_t size;
};

/* Sections that say what a file is; size 0: it has none. */
struct loader_pe {
    struct loader_section sbat, sbatlevel, sdmagic, kernel, mods;
    bool application; /* firmware can start it */
};

/* PE/COFF: machine, sections and signatures. False: it is none. */
bool loader_read_pe(const struct loader_file *file, struct loader *ret, struct loader_pe *pe);
/* The SBAT lines `component,generation,vendor,package,version,url`; sets program and version by them. */
void loader_read_sbat(struct pxed_slice text, struct loader *ret);
/* Shim's section .sbatlevel (github.com/rhboot/shim, SbatLevel_Variable.txt): the level that it sets by itself. */
void loader_read_level(struct pxed_slice section, struct loader *ret);
/* Has a GRUB of 64 bits this module in it? `mods`: its section of that name. */
bool loader_has_module(const struct loader_file *file, struct loader_section mods, const char *name);
/* What is known by words inside the file alone. */
void loader_read_words(const struct loader_file *file, struct loader *ret);
/* Copies what is printable of a text, up to its first byte that is not; `size` with the NUL. */
void loader_copy(char *to, size_t size, struct pxed_slice text);
/* Reads if the bytes lie inside the file. */
static inline bool loader_at(const struct loader_file *file, uint64_t from, void *to, size_t n) {
    return from <= file->size && n <= file->size - from && file->at(file->ctx, from, to, n);
}
