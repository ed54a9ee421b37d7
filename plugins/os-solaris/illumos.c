/* illumos: OmniOS is installed by kayak, which sources a configuration fetched by HTTP. SmartOS runs from memory. */
#include "illumos.h"

#include <stdio.h>

#include "pxed/diag.h"

static const struct pxed_claim omnios_claims[] = {{"omnios omniosce", NULL, "x86_64 x86", NULL}, {0}};

/* kayak appends `/MAC` and shorter and shorter parts of it to install_config: behind the `?` that is a query, and the
 * answer the same. */
#define OMNIOS_ARGS                                                                                                    \
    "-B install_media={{{os.url}}}/{{image.media}},install_config={{file.kayak_sh}}?,console={{host.boot-console}}"

#define RAMDISK "=type=rootfs name=ramdisk"

#define OMNIOS(unix, miniroot)                                                                                         \
    {                                                                                                                  \
        .firmware = PXED_FW_BIT(PXED_FW_BIOS), .how = PXED_HOW_MULTIBOOT, .kernel = unix,                              \
        .initrd = {miniroot RAMDISK}, .args = OMNIOS_ARGS                                                              \
    }

static const struct pxed_boot omnios_boots[] = {
    OMNIOS("boot/platform/i86pc/kernel/amd64/unix", "kayak/miniroot"),
    OMNIOS("platform/i86pc/kernel/amd64/unix", "miniroot"),
    {0},
};

static const struct pxed_file omnios_files[] = {
    {.name = "kayak.sh",
     .source = "kayak.sh",
     .escape = PXED_ESCAPE_SHELL,
     .flags = PXED_FILE_ANSWER | PXED_FILE_GUARDED},
    {0},
};

static const struct pxed_step steps[] = {{"disk", true}, {0}};

static const struct pxed_os_var omnios_vars[] = {
    {"boot-console", "the console: text, ttya, ttyb", "text", 0},
    {0},
};

void illumos_omnios_look(const struct pxed_image *image, struct pxed_diags *diags) {
    char media[128];
    const char *own = image->setting(image, "media");
    snprintf(media, sizeof(media), "omnios-%.*s.zfs.xz", PXED_S(image->id->version));
    if (own)
        snprintf(media, sizeof(media), "%s", own);
    image->fact(image, "media", media);
    if (!image->has(image, media))
        pxed_diag_add(diags, PXED_WARNING, image->file, image->line,
                      "'%.*s' has no %s in %s: kayak's image; another name is `media =` in its [os ID]",
                      PXED_S(image->id->text), media, image->folder);
    if (image->has(image, "miniroot.gz") || image->has(image, "kayak/miniroot.gz"))
        pxed_diag_add(diags, PXED_WARNING, image->file, image->line,
                      "'%.*s': no loader but illumos' own unpacks miniroot.gz: gunzip it", PXED_S(image->id->text));
}

const struct pxed_profile illumos_omnios = {"omnios", omnios_claims, omnios_boots, omnios_files, steps, omnios_vars};

/* --- systems that run from memory --- */

static const struct pxed_claim smartos_claims[] = {{"smartos smart-os", NULL, "x86_64 x86", NULL}, {0}};
static const struct pxed_claim live_claims[] = {{"illumos", NULL, "x86_64 x86", NULL}, {0}};

#define UNIX      "platform/i86pc/kernel/amd64/unix"
#define ARCHIVE   "platform/i86pc/amd64/boot_archive"
#define HASH      "platform/i86pc/amd64/boot_archive.hash"
#define CONSOLE   "-B console={{host.boot-console}}"
#define UEFI_GRUB PXED_FW_BIT(PXED_FW_EFI_X64) | PXED_FW_BIT(PXED_FW_HTTP_X64)

/* The path below the prefix must stay: the kernel finds its files by it. */
#define LIVE(bits, way, arguments, ...)                                                                                \
    { .firmware = bits, .how = way, .kernel = UNIX, .initrd = {ARCHIVE RAMDISK, __VA_ARGS__}, .args = arguments }

static const struct pxed_boot live_boots[] = {
    LIVE(PXED_FW_BIT(PXED_FW_BIOS), PXED_HOW_MULTIBOOT, CONSOLE, NULL),
    LIVE(UEFI_GRUB, PXED_HOW_MULTIBOOT2, CONSOLE, NULL),
    {0},
};

/* The kernel compares the archive that it was given with its hash, if it is given one. */
#define CHECKED HASH "=type=hash name=ramdisk"

static const struct pxed_boot smartos_boots[] = {
    LIVE(PXED_FW_BIT(PXED_FW_BIOS), PXED_HOW_MULTIBOOT, CONSOLE ",smartos=true", CHECKED),
    LIVE(PXED_FW_BIT(PXED_FW_BIOS), PXED_HOW_MULTIBOOT, CONSOLE ",smartos=true", NULL),
    LIVE(UEFI_GRUB, PXED_HOW_MULTIBOOT2, CONSOLE ",smartos=true", CHECKED),
    LIVE(UEFI_GRUB, PXED_HOW_MULTIBOOT2, CONSOLE ",smartos=true", NULL),
    {0},
};

/* A module that its setup finds as /system/boot/answers.json. No guard: it takes every disk that is not on USB. */
static const struct pxed_file smartos_files[] = {
    {.name = "answers.json",
     .source = "answers.json",
     .escape = PXED_ESCAPE_YAML,
     .flags = PXED_FILE_ANSWER | PXED_FILE_INJECT},
    {0},
};

static const struct pxed_os_var live_vars[] = {
    {"boot-console", "the console: text, ttya, ttyb", "text", 0},
    {0},
};

static const struct pxed_os_var smartos_vars[] = {
    {"boot-console", "the console: text, ttya, ttyb", "text", 0},
    {"smartos-disks", "all: if armed by pxed arm, all disks but USB ones become the pool, unasked", NULL, 0},
    {0},
};

void illumos_smartos_look(const struct pxed_image *image, struct pxed_diags *diags) {
    if (!image->setting(image, "live"))
        pxed_diag_add(diags, PXED_WARNING, image->file, image->line,
                      "'%.*s' runs from memory and boots by network each time: `live = yes` in [os %.*s]; without it "
                      "`pxed arm` starts it once, to set up disks that boot by themselves",
                      PXED_S(image->id->text), PXED_S(image->id->text));
}

const struct pxed_profile illumos_smartos = {"smartos",     smartos_claims, smartos_boots,
                                             smartos_files, NULL,           smartos_vars};
const struct pxed_profile illumos_live = {"illumos", live_claims, live_boots, NULL, NULL, live_vars};
