/* The profiles: claims, how WinPE boots, the files made for a host, the steps, the variables. */
#include "profiles.h"

#include "answers.h"
#include "versions_words.h"

/* --- claims --- */

#define CLAIM(name, family, version, arch, flags, ...) {family, version, arch, flags},
#define NONE(...)

#define ROW(profile, ...) ROW_##profile(__VA_ARGS__)
#define ROW_NT5           CLAIM
#define ROW_BIOS          NONE
#define ROW_X64           NONE
#define ROW_X86           NONE
#define ROW_ARM64         NONE
static const struct pxed_claim nt5_claims[] = {
#include "versions.def"
    {0},
};
#undef ROW_NT5
#undef ROW_BIOS
#define ROW_NT5  NONE
#define ROW_BIOS CLAIM
static const struct pxed_claim bios_claims[] = {
#include "versions.def"
    {0},
};
#undef ROW_BIOS
#undef ROW_X64
#define ROW_BIOS NONE
#define ROW_X64  CLAIM
static const struct pxed_claim x64_claims[] = {
#include "versions.def"
    {0},
};
#undef ROW_X64
#undef ROW_X86
#define ROW_X64 NONE
#define ROW_X86 CLAIM
static const struct pxed_claim x86_claims[] = {
#include "versions.def"
    {0},
};
#undef ROW_X86
#undef ROW_ARM64
#define ROW_X86   NONE
#define ROW_ARM64 CLAIM
static const struct pxed_claim arm64_claims[] = {
#include "versions.def"
    {0},
};

/* --- boots --- */

/* From 2.7.1 on wimboot finds BCD and boot.sdi inside the WIM. */
#define WIMBOOT(bits, program, ...)                                                                                    \
    {                                                                                                                  \
        .firmware = (bits), .loaders = PXED_LOADER_BIT(PXED_LOADER_IPXE), .how = PXED_HOW_WIMBOOT,                     \
        .kernel = (program), .initrd = {                                                                               \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
#define WIMBOOT_LAYOUTS(bits, program)                                                                                 \
    WIMBOOT(bits, program, "boot/bcd=BCD", "boot/boot.sdi", "{boot}sources/boot.wim=boot.wim"),                        \
        WIMBOOT(bits, program, "{boot}sources/boot.wim=boot.wim"),                                                     \
        WIMBOOT(bits, program, "BCD", "boot.sdi", "{boot}boot.wim=boot.wim"),                                          \
        WIMBOOT(bits, program, "{boot}boot.wim=boot.wim")

/* A full installation ISO cannot be booted with memdisk: it is larger than what BIOS can address, and Setup would not
 * find its CD. If only wimboot can boot the image, this row reports that (NO_DIALECT) before the next could match. */
#define ONLY_WIMBOOT(install)                                                                                          \
    {                                                                                                                  \
        .firmware = PXED_FW_BIT(PXED_FW_BIOS),                                                                         \
        .loaders = PXED_LOADER_BIT(PXED_LOADER_GPXE) | PXED_LOADER_BIT(PXED_LOADER_PXELINUX), .how = PXED_HOW_WIMBOOT, \
        .kernel = "sources/boot.wim", .when = (install)                                                                \
    }
#define MEMDISK                                                                                                        \
    {                                                                                                                  \
        .firmware = PXED_FW_BIT(PXED_FW_BIOS), .loaders = PXED_LOADER_BIT(PXED_LOADER_PXELINUX),                       \
        .how = PXED_HOW_MEMDISK, .kernel = "/memdisk", .initrd = {"*.iso"}, .args = "iso"                              \
    }
#define BIOS_ROWS                                                                                                      \
    WIMBOOT_LAYOUTS(PXED_FW_BIT(PXED_FW_BIOS), "/wimboot"), ONLY_WIMBOOT("sources/install.wim"),                       \
        ONLY_WIMBOOT("sources/install.esd"), ONLY_WIMBOOT("sources/install.swm"), MEMDISK

static const struct pxed_boot bios_boots[] = {BIOS_ROWS, {0}};
static const struct pxed_boot x64_boots[] = {
    WIMBOOT_LAYOUTS(FIRMWARE_X64 & ~PXED_FW_BIT(PXED_FW_BIOS), "/wimboot"), BIOS_ROWS, {0}};
static const struct pxed_boot x86_boots[] = {
    WIMBOOT_LAYOUTS(FIRMWARE_X86 & ~PXED_FW_BIT(PXED_FW_BIOS), "/wimboot.i386"), BIOS_ROWS, {0}};
static const struct pxed_boot arm64_boots[] = {WIMBOOT_LAYOUTS(FIRMWARE_ARM64, "/wimboot.arm64"), {0}};

/* --- files --- */

#define BATCH(name_, flags_)                                                                                           \
    { .name = (name_), .source = (name_), .escape = PXED_ESCAPE_CMD, .flags = PXED_FILE_CRLF | (flags_) }
#define TEXT(name_, flags_)                                                                                            \
    { .name = (name_), .source = (name_), .escape = PXED_ESCAPE_LINE, .flags = PXED_FILE_CRLF | (flags_) }
/* The helper program for each WinPE: beside autorun.bat, and in System32 for startnet.cmd. */
#define HELPER(name_)                                                                                                  \
    {                                                                                                                  \
        .name = (name_), .source = (name_), .escape = PXED_ESCAPE_NONE,                                                \
        .flags = PXED_FILE_RAW | PXED_FILE_STAGED | PXED_FILE_INJECT                                                   \
    }
#define COMMON                                                                                                         \
    BATCH("autorun.bat", PXED_FILE_STAGED | PXED_FILE_CLOSED | PXED_FILE_GUARDED),                                     \
        TEXT("diskpart.txt", PXED_FILE_STAGED), BATCH("startnet.cmd", PXED_FILE_INJECT),                               \
        TEXT("winpeshl.ini", PXED_FILE_INJECT), BATCH("net.cmd", 0), HELPER("pxed-amd64.exe"), HELPER("pxed-x86.exe")

static const struct pxed_file nt5_files[] = {
    COMMON,
    {.name = "sysprep.inf",
     .source = "sysprep.inf",
     .escape = PXED_ESCAPE_INI,
     .flags = PXED_FILE_ANSWER | PXED_FILE_GUARDED | PXED_FILE_STAGED | PXED_FILE_CRLF},
    TEXT("cmdlines.txt", PXED_FILE_STAGED),
    BATCH("firstboot.cmd", PXED_FILE_STAGED),
    {0},
};
#define NT6_FILES                                                                                                      \
    COMMON,                                                                                                            \
        {.name = "unattend.xml",                                                                                       \
         .source = "unattend.xml",                                                                                     \
         .escape = PXED_ESCAPE_XML,                                                                                    \
         .flags = PXED_FILE_ANSWER | PXED_FILE_GUARDED | PXED_FILE_STAGED | PXED_FILE_INJECT},                         \
        TEXT("diskpart-efi.txt", PXED_FILE_STAGED), BATCH("SetupComplete.cmd", PXED_FILE_STAGED)
static const struct pxed_file nt6_files[] = {NT6_FILES, {0}};
static const struct pxed_file arm64_files[] = {NT6_FILES, HELPER("pxed-arm64.exe"), {0}};

/* --- steps and variables --- */

static const struct pxed_step steps[] = {{"winpe", false}, {"applied", true}, {"firstboot", true}, {0}};

static const struct pxed_os_var vars[] = {
    {"method", "apply: the image, by autorun.bat; setup: setup.exe of the full media (Vista and later)", "apply", 0},
    {"drivers", "folder below drivers/ of the share: added to the system on the disk", NULL, 0},
    WINDOWS_ANSWER_VARS,
    {0},
};

/* It becomes part of paths in batch files. */
const char *windows_drivers_wrong(struct pxed_slice drivers) {
    for (size_t i = 0; i < drivers.len; i++)
        if (!pxed_is_alnum(drivers.ptr[i]) && !memchr("._- ", drivers.ptr[i], 4))
            return "expected the name of one folder: letters, digits, blanks, . _ -";
    return drivers.len > 0 && drivers.ptr[0] == '.' ? "a folder's name does not begin with a dot here" : NULL;
}

const struct pxed_profile windows_nt5 = {"windows-nt5", nt5_claims, bios_boots, nt5_files, steps, vars};
const struct pxed_profile windows_nt6_bios = {"windows-nt6-bios", bios_claims, bios_boots, nt6_files, steps, vars};
const struct pxed_profile windows_nt6_x64 = {"windows-nt6", x64_claims, x64_boots, nt6_files, steps, vars};
const struct pxed_profile windows_nt6_x86 = {"windows-nt6-x86", x86_claims, x86_boots, nt6_files, steps, vars};
const struct pxed_profile windows_nt6_arm64 = {"windows-nt6-arm64", arm64_claims, arm64_boots,
                                               arm64_files,         steps,        vars};
