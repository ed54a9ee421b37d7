/* os-openbsd: OpenBSD 6.9 and later on EFI machines, by autoinstall. An example of docs/writing-os-plugins.md: a system
 * in one folder, all of it tables.
 *
 * The image's folder root/boot/os/openbsd-7.4-amd64 holds BOOTX64.EFI, bsd.rd and the sets. iPXE starts BOOTX64.EFI,
 * which takes bsd.rd from the TFTP server it was booted by: root/tftp/bsd, a link to it. An unmodified bsd.rd asks for
 * its answers at http://SERVER/MAC-install.conf, outside of /boot: give it an auto_install.conf of its own
 * (autoinstall(8)) whose answer to "Response file location" is http://SERVER/boot/hosts/openbsd/MAC.conf, the file
 * below. */
#include "pxed/plugin.h"

static const struct pxed_claim claims[] = {
    {"openbsd", "6.9 7.*", "amd64", NULL},
    {0},
};

static const struct pxed_boot boots[] = {
    {.firmware = PXED_FW_BIT(PXED_FW_EFI_X64) | PXED_FW_BIT(PXED_FW_HTTP_X64),
     .how = PXED_HOW_EFI,
     .kernel = "BOOTX64.EFI",
     .when = "bsd.rd"},
    {0},
};

/* Not flagged GUARDED: the installer's answers cannot look at the disk first, so only `pxed arm` installs, no new line.
 */
static const struct pxed_file files[] = {
    {.name = "install.conf",
     .path = "hosts/openbsd/<mac>.conf",
     .source = "install.conf",
     .escape = PXED_ESCAPE_LINE,
     .flags = PXED_FILE_ANSWER},
    {0},
};

/* What an install.site script may report: ftp -o - "$EVENT&stage=sets". */
static const struct pxed_step steps[] = {
    {"sets", true},
    {"bootable", true},
    {0},
};

static const struct pxed_os_var vars[] = {
    {"openbsd-sets", "the installer's answer to `Set name(s)`", "-game* -x*", 0},
    {0},
};

static const struct pxed_profile openbsd = {"openbsd", claims, boots, files, steps, vars};
static const struct pxed_profile *const profiles[] = {&openbsd, NULL};
static const struct pxed_os_ops ops = {.size = sizeof(ops), .profiles = profiles};

PXED_PLUGIN(os_openbsd, .kind = PXED_KIND_OS, .name = "os-openbsd", .version = "1", .summary = "OpenBSD by autoinstall",
            .ops = &ops)
