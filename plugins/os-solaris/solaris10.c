/* Solaris 10 for x86: JumpStart. The medium and JumpStart's own folder come by NFS, which pxed does not serve; both are
 * the same for all hosts. What is a host's own its begin and finish scripts fetch by HTTP. */
#include "solaris10.h"

#include <stdio.h>

#include "pxed/diag.h"

/* A family ends before the first word that begins with a digit: `solaris10u11` has no version. */
static const struct pxed_claim claims[] = {
    {"solaris sunos sol", "10 10u* 10.* 5.10", "x86 x86_64", NULL},
    {0},
};

/* The kernel's own name comes before its arguments. Blanks would end the list after -B. */
#define ARGS                                                                                                           \
    "kernel/unix - install nowin -B install_media={{image.nfs}},install_config={{image.nfs}}/jumpstart,"               \
    "sysid_config={{image.nfs}}/jumpstart,pxed={{answer.url}},console={{host.boot-console}}"

#define LAYOUT(folder)                                                                                                 \
    {                                                                                                                  \
        .firmware = PXED_FW_BIT(PXED_FW_BIOS), .how = PXED_HOW_MULTIBOOT, .kernel = folder "multiboot",                \
        .initrd = {folder "x86.miniroot"}, .args = ARGS                                                                \
    }

static const struct pxed_boot boots[] = {LAYOUT("boot/"), LAYOUT(""), {0}};

static const struct pxed_file files[] = {
    {.name = "begin.ksh",
     .source = "begin.ksh",
     .escape = PXED_ESCAPE_SHELL,
     .flags = PXED_FILE_ANSWER | PXED_FILE_GUARDED},
    {.name = "finish.ksh", .source = "finish.ksh", .escape = PXED_ESCAPE_SHELL},
    {0},
};

static const struct pxed_step steps[] = {{"disk", true}, {0}};

static const struct pxed_os_var vars[] = {
    {"cluster", "the software group that is installed", "SUNWCreq", 0},
    {"root-fs", "zfs, or ufs: before 10/08 there is no other", "zfs", 0},
    {"boot-console", "the console: text, ttya, ttyb", "text", 0},
    {0},
};

void solaris_10_look(const struct pxed_image *image, struct pxed_diags *diags) {
    const char *nfs = image->setting(image, "nfs");
    char own[4200];
    snprintf(own, sizeof(own), "SERVER:%s", image->folder);
    image->fact(image, "nfs", nfs ? nfs : own);
    if (!nfs) {
        image->fact(image, "missing", "nfs = SERVER:/FOLDER in its [os ID], the medium as NFS clients mount it");
        pxed_diag_add(diags, PXED_WARNING, image->file, image->line,
                      "'%.*s' is installed over NFS, which pxed does not serve: a line `%s *(ro,no_root_squash)` for "
                      "/etc/exports of an NFS server, and `nfs = %s` in [os %.*s]",
                      PXED_S(image->id->text), image->folder, own, PXED_S(image->id->text));
    }
    if (!image->has(image, "jumpstart/rules.ok")) {
        image->fact(image, "missing", "jumpstart/rules.ok in the image's folder");
        pxed_diag_add(diags, PXED_WARNING, image->file, image->line,
                      "'%.*s' has no jumpstart/rules.ok: copy pxed's folder share/pxed/os-solaris-jumpstart to "
                      "%s/jumpstart",
                      PXED_S(image->id->text), image->folder);
    }
}

const struct pxed_profile solaris_10 = {"solaris-10", claims, boots, files, steps, vars};
