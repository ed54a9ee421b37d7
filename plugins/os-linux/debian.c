/* Debian and its old relatives: the installer's kernel, and a preseed file. If the image's folder also has
 * rootfs.tar.gz (scripts/make-image), the installer unpacks that instead of installing packages: image mode. */
#include "debian.h"
#include "pxed/diag.h"
#include "steps.h"

/* auto=true asks the locale questions after the network is up; hostname and domain must be here, because the network is
 * up before the preseed file is read. */
#define ARGS                                                                                                           \
    "auto=true priority=critical interface=auto hostname={{host.name}} domain={{host.domain}} "                        \
    "url={{file.preseed_cfg}}"

static const struct pxed_claim claims[] = {
    {"debian", "4* 5* 6* 7* 8* 9* 1?* etch lenny squeeze wheezy jessie stretch buster bullseye bookworm trixie sid",
     "amd64 i386 arm64", NULL},
    {"ubuntu", "8.* 9.* 10.* 11.* 12.* 14.* 16.* 18.*", "amd64 i386", NULL}, /* with the old installer */
    {0},
};

static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "linux", .initrd = {"initrd.gz"}, .args = ARGS},
    {.how = PXED_HOW_LINUX,
     .kernel = "debian-installer/amd64/linux",
     .initrd = {"debian-installer/amd64/initrd.gz"},
     .args = ARGS},
    {0},
};

static const struct pxed_file files[] = {
    {"preseed.cfg", NULL, "preseed-image.cfg", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, "rootfs.tar.gz"},
    {"preseed.cfg", NULL, "preseed.cfg", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, NULL},
    {"image-install.sh", NULL, "image-install.sh", PXED_ESCAPE_SHELL, 0, "rootfs.tar.gz"},
    {"early.sh", NULL, "early.sh", PXED_ESCAPE_SHELL, 0, NULL},
    {0},
};

/* The initrd of a CD or DVD searches for its medium and has no modules to fetch packages, so it cannot install over the
 * network. */
static const char *const cd_initrds[] = {"install.amd/initrd.gz", "install.386/initrd.gz", "install.a64/initrd.gz",
                                         NULL};

void linux_debian_look(const struct pxed_image *image, struct pxed_diags *diags) {
    if (image->has(image, "linux") || image->has(image, "debian-installer/amd64/linux"))
        return;
    for (const char *const *cd = cd_initrds; *cd; cd++)
        if (image->has(image, *cd))
            pxed_diag_add(
                diags, PXED_WARNING, image->file, image->line,
                "CD_INITRD: %s of '%.*s' is a CD's installer, which cannot install from the network: put linux and "
                "initrd.gz of Debian's netboot.tar.gz into %s",
                *cd, PXED_S(image->id->text), image->folder);
}

const struct pxed_profile linux_debian = {"debian", claims, boots, files, linux_steps, NULL};
