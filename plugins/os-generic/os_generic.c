/* os-generic: an OS id that no other plugin claims boots just what its [os ID] names, in every loader's language. */
#include "pxed/plugin.h"

/* The last claim of all: any plugin that names a family fits better. */
static const struct pxed_claim claims[] = {{"*", NULL, NULL, NULL}, {0}};

/* A row whose key is not set does not exist. [os ID] initrd and args go with each of them. */
static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "{kernel}"},
    {.firmware = PXED_FW_EFI, .how = PXED_HOW_MULTIBOOT2, .kernel = "{multiboot2}"},
    {.how = PXED_HOW_MULTIBOOT, .kernel = "{multiboot}"},
    {.firmware = PXED_FW_EFI, .how = PXED_HOW_EFI, .kernel = "{efi}"},
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS), .how = PXED_HOW_MEMDISK, .kernel = "/memdisk", .initrd = {"{memdisk}"}},
    {0},
};

/* Without answer= there is no such file: there is no template of ours. */
static const struct pxed_file files[] = {
    {.name = "answer", .source = "answer", .escape = PXED_ESCAPE_LINE, .flags = PXED_FILE_ANSWER},
    {0},
};

static const struct pxed_profile generic = {.name = "generic", .claims = claims, .boots = boots, .files = files};
static const struct pxed_profile *const profiles[] = {&generic, NULL};

static const char *const settings[] = {"multiboot", "multiboot2", "efi", "memdisk", "live", NULL};
static const char *const only_with[] = {"kernel", "multiboot", "multiboot2", "efi", "memdisk", "iso", NULL};

static const struct pxed_os_ops ops = {
    .size = sizeof(ops), .profiles = profiles, .settings = settings, .only_with = only_with};

PXED_PLUGIN(os_generic, .kind = PXED_KIND_OS, .name = "os-generic", .version = "1",
            .summary = "boots what [os ID] names: kernel, multiboot, efi, memdisk or iso", .ops = &ops)
