/* Which boot files an ISO needs, and where each may be found. Pure. */
#include "layout.h"

#include <string.h>

/* Media: the layout of an installation disc and of ADK's `copype`. WIM: files that Windows 7 and later have in
 * \Windows\Boot. boot/bootfix.bin is left out on purpose: with it the disc asks for a key before it boots. efisys.bin
 * asks for a key too, efisys_noprompt.bin does not. */
const struct layout_file layout_files[] = {
    {"bootmgr", LAYOUT_BIOS, NULL, {"bootmgr"}, {"/Windows/Boot/PCAT/bootmgr"}},
    {"boot/bcd", LAYOUT_BIOS, NULL, {"boot/bcd"}, {"/Windows/Boot/DVD/PCAT/BCD"}},
    {LAYOUT_BIOS_IMAGE,
     LAYOUT_BIOS,
     NULL,
     {"boot/etfsboot.com", "fwfiles/etfsboot.com", "etfsboot.com"},
     {"/Windows/Boot/DVD/PCAT/etfsboot.com"}},
    {"boot/boot.sdi",
     LAYOUT_BIOS | LAYOUT_EFI,
     NULL,
     {"boot/boot.sdi"},
     {"/Windows/Boot/DVD/PCAT/boot.sdi", "/Windows/Boot/DVD/EFI/boot.sdi"}},
    {"efi/boot/bootx64.efi", LAYOUT_EFI, "amd64", {"efi/boot/bootx64.efi"}, {"/Windows/Boot/EFI/bootmgfw.efi"}},
    {"efi/boot/bootia32.efi", LAYOUT_EFI, "x86", {"efi/boot/bootia32.efi"}, {"/Windows/Boot/EFI/bootmgfw.efi"}},
    {"efi/boot/bootaa64.efi", LAYOUT_EFI, "arm64", {"efi/boot/bootaa64.efi"}, {"/Windows/Boot/EFI/bootmgfw.efi"}},
    {"efi/microsoft/boot/bcd", LAYOUT_EFI, NULL, {"efi/microsoft/boot/bcd"}, {"/Windows/Boot/DVD/EFI/BCD"}},
    {LAYOUT_EFI_IMAGE,
     LAYOUT_EFI,
     NULL,
     {"efi/microsoft/boot/efisys_noprompt.bin", "fwfiles/efisys_noprompt.bin", "efi/microsoft/boot/efisys.bin",
      "fwfiles/efisys.bin"},
     {"/Windows/Boot/DVD/EFI/en-US/efisys_noprompt.bin", "/Windows/Boot/DVD/EFI/en-US/efisys.bin"}},
    {"bootmgr.efi", LAYOUT_NICE, NULL, {"bootmgr.efi"}, {NULL}},
    {"boot/fonts/wgl4_boot.ttf",
     LAYOUT_NICE,
     NULL,
     {"boot/fonts/wgl4_boot.ttf"},
     {"/Windows/Boot/Fonts/wgl4_boot.ttf"}},
    {"boot/fonts/segoe_slboot.ttf",
     LAYOUT_NICE,
     NULL,
     {"boot/fonts/segoe_slboot.ttf"},
     {"/Windows/Boot/Fonts/segoe_slboot.ttf"}},
    {"boot/fonts/segmono_boot.ttf",
     LAYOUT_NICE,
     NULL,
     {"boot/fonts/segmono_boot.ttf"},
     {"/Windows/Boot/Fonts/segmono_boot.ttf"}},
    {"boot/resources/bootres.dll",
     LAYOUT_NICE,
     NULL,
     {"boot/resources/bootres.dll"},
     {"/Windows/Boot/Resources/bootres.dll"}},
    {"efi/microsoft/boot/fonts/wgl4_boot.ttf",
     LAYOUT_NICE,
     NULL,
     {"efi/microsoft/boot/fonts/wgl4_boot.ttf"},
     {"/Windows/Boot/Fonts/wgl4_boot.ttf"}},
    {"efi/microsoft/boot/fonts/segoe_slboot.ttf",
     LAYOUT_NICE,
     NULL,
     {"efi/microsoft/boot/fonts/segoe_slboot.ttf"},
     {"/Windows/Boot/Fonts/segoe_slboot.ttf"}},
    {"efi/microsoft/boot/fonts/segmono_boot.ttf",
     LAYOUT_NICE,
     NULL,
     {"efi/microsoft/boot/fonts/segmono_boot.ttf"},
     {"/Windows/Boot/Fonts/segmono_boot.ttf"}},
    {"efi/microsoft/boot/resources/bootres.dll",
     LAYOUT_NICE,
     NULL,
     {"efi/microsoft/boot/resources/bootres.dll"},
     {"/Windows/Boot/Resources/bootres.dll"}},
    {0},
};

unsigned layout_uses(const struct layout_file *file, const char *arch) {
    if (file->arch && strcmp(file->arch, arch) != 0)
        return 0;
    return strcmp(arch, "arm64") == 0 ? file->use & ~(unsigned)LAYOUT_BIOS : file->use;
}
