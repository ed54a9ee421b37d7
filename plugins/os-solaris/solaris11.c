/* Solaris 11 for x86: the automated installer. It fetches its own image from install_media and a derived manifest
 * script from aimanifest. Booted by other means, with install_service alone, it asks the AI server's CGI program: that
 * name is answered, too. */
#include "solaris11.h"

static const struct pxed_claim claims[] = {
    {"solaris sunos sol", "11 11.* 11u* 11-* 5.11", "x86 x86_64", NULL},
    {0},
};

#define KERNEL  "platform/i86pc/kernel/amd64/unix"
#define ARCHIVE "platform/i86pc/amd64/boot_archive"
#define ARGS                                                                                                           \
    "-B install=true,install_media={{{os.url}}},install_service={{os.id}},"                                            \
    "install_svc_address={{server.address}}:{{server.port}},aimanifest={{file.manifest_ksh}},"                         \
    "console={{host.boot-console}}"

static const struct pxed_boot boots[] = {
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS),
     .how = PXED_HOW_MULTIBOOT,
     .kernel = KERNEL,
     .initrd = {ARCHIVE},
     .args = ARGS},
    {.firmware = PXED_FW_BIT(PXED_FW_EFI_X64) | PXED_FW_BIT(PXED_FW_HTTP_X64),
     .how = PXED_HOW_MULTIBOOT2,
     .kernel = KERNEL,
     .initrd = {ARCHIVE},
     .args = ARGS},
    {0},
};

static const struct pxed_file files[] = {
    {.name = "manifest.ksh",
     .source = "manifest.ksh",
     .escape = PXED_ESCAPE_SHELL,
     .flags = PXED_FILE_ANSWER | PXED_FILE_GUARDED},
    {.name = "profile.xml", .source = "profile.xml", .escape = PXED_ESCAPE_XML},
    {.name = "ai-service", .path = "/cgi-bin/cgi_get_manifest.py", .source = "ai-service", .escape = PXED_ESCAPE_SHELL},
    {0},
};

static const struct pxed_step steps[] = {{"disk", true}, {0}};

static const struct pxed_os_var vars[] = {
    {"package-group", "the IPS group package that is installed", "pkg:/group/system/solaris-small-server", 0},
    {"keyboard-layout", "the keyboard, as Solaris names it", "US-English", 0},
    {"boot-console", "the console: text, ttya, ttyb", "text", 0},
    {0},
};

const struct pxed_profile solaris_11 = {"solaris-11", claims, boots, files, steps, vars};
