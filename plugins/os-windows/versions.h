/* What each Windows needs and how it is put on a disk: versions.def as a table for claims, checks and explanations.
 *
 * Flags that templates ask for as {{#os.FLAG}}:
 *   nt5                    2000, XP, 2003: sysprep.inf, bootsect, BIOS only; with exactly one of  w2k  xp  w2k3
 *   nt6                    Vista and later: unattend.xml, bcdboot; with exactly one of
 *                          vista (6.0: Vista, 2008)  nt61 (7, 2008 R2)  nt62 (8, 2012)  nt63 (8.1, 2012 R2)  nt10
 *   nt61plus nt62plus nt63plus nt10plus      that kernel or a later one
 *   win11                  11 and Server 2025: nt10 from build 22000 on
 *   client | server        2000 has neither: one answer file for both
 *   x86 | amd64 | arm64    the CPU type, by the word that Windows uses
 *   uefi                   can boot by UEFI, then from GPT; without it BIOS and MBR only
 *   imagex | dism          the apply tool that is tried first; wimlib-imagex stands in for either
 *
 * What the batch files read besides: answers.h. */
#pragma once

#include "pxed/os.h"

enum windows_method {
    WINDOWS_APPLY = 1, /* autorun.bat partitions, applies the image and writes the boot record */
    WINDOWS_SETUP = 2, /* method=setup: setup.exe /unattend from the full media */
    WINDOWS_BOTH = WINDOWS_APPLY | WINDOWS_SETUP
};

enum windows_boot_record {
    WINDOWS_BOOTSECT_NT52,   /* bootsect /nt52: ntldr */
    WINDOWS_BCDBOOT,         /* bcdboot; before WinPE 4 it knows no /f and takes the firmware it runs on */
    WINDOWS_BCDBOOT_FIRMWARE /* bcdboot /f BIOS or UEFI */
};

enum windows_answer { WINDOWS_SYSPREP_INF, WINDOWS_UNATTEND_XML };

/* A WinPE by the version of its kernel, as one number: 6.0.6000 is WinPE 2, 6.1 is 3, 6.2 is 4, 6.3 is 5. */
#define WINDOWS_PE(major, minor, build) ((uint64_t)(major) << 48 | (uint64_t)(minor) << 32 | (uint64_t)(build))

struct windows_version {
    const char *name;        /* for people */
    struct pxed_claim claim; /* as its profile's */
    unsigned methods;        /* bits of windows_method */
    uint32_t firmware;       /* PXED_FW_BIT()s that it boots by */
    uint64_t pe;             /* the oldest WinPE that can deploy it: WINDOWS_PE() */
    unsigned ram;            /* MB that the machine must have */
};

/* The row that a claim was made from; NULL: not a claim of these profiles. */
const struct windows_version *windows_version_find(const struct pxed_claim *claim);
/* All rows; *ret_n is their number. */
const struct windows_version *windows_versions(size_t *ret_n);

/* Is `word` one of the row's flags? */
bool windows_version_has(const struct windows_version *v, const char *word);
enum windows_answer windows_version_answer(const struct windows_version *v);
/* Where autorun.bat puts the answer file, from the root of the volume. setup.exe is given it by name instead. */
const char *windows_version_answer_place(const struct windows_version *v);
enum windows_boot_record windows_version_boot_record(const struct windows_version *v);
/* The command as autorun.bat runs it, with Windows on W: and the UEFI system partition on S:. NULL: it does not boot by
 * that firmware. */
const char *windows_version_boot_command(const struct windows_version *v, bool efi);

/* The newest dialect that a WinPE speaks, in Samba's words: the server must accept it. NULL: SMB 1 only. */
const char *windows_pe_smb(uint64_t pe);
