/* Which row boots what an operator may have put there. */
#include "profile.h"
#include "profiles.h"
#include "suite.h"

#define PE_ISO   "*.iso boot/bcd boot/boot.sdi sources/boot.wim "
#define FULL_ISO PE_ISO "sources/install.wim "
#define PROGRAMS "/memdisk /wimboot /wimboot.i386 /wimboot.arm64 "

static bool exists(void *ctx, const char *file) {
    struct pxed_slice rest = pxed_slice_of(ctx), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_is(word, file))
            return true;
    return false;
}

static const struct {
    const char *name;
    const struct pxed_profile *profile;
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    enum profile_via via;
    const char *files, *kernel, *initrd; /* expected; kernel NULL: refused */
    bool handover;
    enum pxed_reason why;
} rows[] = {
#define NT5   &windows_nt5
#define X64   &windows_nt6_x64
#define X86   &windows_nt6_x86
#define ARM64 &windows_nt6_arm64
#define BIOS  PXED_FW_BIOS
#define GPXE  PXED_LOADER_GPXE
#define IPXE  PXED_LOADER_IPXE
#define PXLX  PXED_LOADER_PXELINUX
#define AUTO  PROFILE_VIA_AUTO
    {"the classic chain", X64, BIOS, GPXE, AUTO, PE_ISO "/memdisk", "/memdisk", "*.iso", true, 0},
    {"its second half", X64, BIOS, PXLX, AUTO, PE_ISO "/memdisk", "/memdisk", "*.iso", false, 0},
    {"iPXE without wimboot", X64, BIOS, IPXE, AUTO, PE_ISO "/memdisk", "/memdisk", "*.iso", true, 0},
    {"iPXE with wimboot", X64, BIOS, IPXE, AUTO, PE_ISO PROGRAMS, "/wimboot", "boot/bcd", false, 0},
    {"via pxelinux", X64, BIOS, IPXE, PROFILE_VIA_PXELINUX, PE_ISO PROGRAMS, "/memdisk", "*.iso", true, 0},
    {"via memdisk", X64, BIOS, IPXE, PROFILE_VIA_MEMDISK, PE_ISO PROGRAMS, "/memdisk", "*.iso", false, 0},
    {"XP from a folder", NT5, BIOS, IPXE, AUTO, "boot.wim " PROGRAMS, "/wimboot", "boot.wim", false, 0},
    {"BCD beside it", NT5, BIOS, IPXE, AUTO, "BCD boot.sdi boot.wim " PROGRAMS, "/wimboot", "BCD", false, 0},
    {"a tree without BCD", X64, BIOS, IPXE, AUTO, "sources/boot.wim " PROGRAMS, "/wimboot", "sources/boot.wim", false,
     0},
    /* the row that no BIOS loader but iPXE has words for: its dialect refuses */
    {"a full ISO is not for gPXE", X64, BIOS, GPXE, AUTO, FULL_ISO PROGRAMS, "sources/boot.wim", NULL, false, 0},
    {"nor for PXELINUX", X64, BIOS, PXLX, AUTO, FULL_ISO PROGRAMS, "sources/boot.wim", NULL, false, 0},
    {"an ESD is as full", X86, BIOS, PXLX, AUTO, PE_ISO "sources/install.esd " PROGRAMS, "sources/boot.wim", NULL,
     false, 0},
    {"a split one too", NT5, BIOS, PXLX, AUTO, PE_ISO "sources/install.swm " PROGRAMS, "sources/boot.wim", NULL, false,
     0},
    {"iPXE boots a full ISO", X64, BIOS, IPXE, AUTO, FULL_ISO PROGRAMS, "/wimboot", "boot/bcd", false, 0},
    {"and without wimboot is not sent to PXELINUX", X64, BIOS, IPXE, AUTO, FULL_ISO "/memdisk", NULL, NULL, false,
     PXED_WHY_NO_BOOT_PROGRAM},
    {"UEFI", X64, PXED_FW_EFI_X64, IPXE, AUTO, PE_ISO PROGRAMS, "/wimboot", "boot/bcd", false, 0},
    {"UEFI by HTTP", X64, PXED_FW_HTTP_X64, IPXE, AUTO, FULL_ISO PROGRAMS, "/wimboot", "boot/bcd", false, 0},
    {"UEFI, 32 bits", X86, PXED_FW_EFI_IA32, IPXE, AUTO, PE_ISO PROGRAMS, "/wimboot.i386", "boot/bcd", false, 0},
    {"ARM", ARM64, PXED_FW_EFI_ARM64, IPXE, AUTO, PE_ISO PROGRAMS, "/wimboot.arm64", "boot/bcd", false, 0},
    {"UEFI, wimboot missing", X64, PXED_FW_EFI_X64, IPXE, AUTO, PE_ISO "/memdisk", NULL, NULL, false,
     PXED_WHY_NO_BOOT_PROGRAM},
    {"UEFI, and only an ISO without WIM", X64, PXED_FW_EFI_X64, IPXE, AUTO, "*.iso " PROGRAMS, NULL, NULL, false,
     PXED_WHY_NEEDS_BIOS},
    {"XP on UEFI", NT5, PXED_FW_EFI_X64, IPXE, AUTO, PE_ISO PROGRAMS, NULL, NULL, false, PXED_WHY_NEEDS_BIOS},
    {"a 32-bit Windows on 64-bit UEFI", X86, PXED_FW_EFI_X64, IPXE, AUTO, "boot.wim " PROGRAMS, NULL, NULL, false,
     PXED_WHY_NO_PLAN},
    {"ARM on BIOS", ARM64, BIOS, IPXE, AUTO, "boot.wim " PROGRAMS, NULL, NULL, false, PXED_WHY_NO_PLAN},
    {"nothing there", X64, BIOS, IPXE, AUTO, PROGRAMS, NULL, NULL, false, PXED_WHY_NO_IMAGE},
};

START_TEST(plan) {
    const struct profile_client client = {rows[_i].firmware, rows[_i].loader, rows[_i].via};
    enum pxed_reason why;
    bool handover;
    const struct pxed_boot *b =
        profile_boot(rows[_i].profile, &client, exists, (void *)(uintptr_t)rows[_i].files, &handover, &why);
    if (!rows[_i].kernel) {
        ck_assert_msg(!b, "%s: %s", rows[_i].name, b ? b->kernel : "");
        ck_assert_msg(why == rows[_i].why, "%s: %s", rows[_i].name, pxed_reason_name(why));
        return;
    }
    ck_assert_msg(b != NULL, "%s: %s", rows[_i].name, pxed_reason_name(why));
    ck_assert_msg(strcmp(b->kernel, rows[_i].kernel) == 0, "%s: %s", rows[_i].name, b->kernel);
    ck_assert_msg(rows[_i].initrd ? b->initrd[0] && pxed_slice_is(profile_initrd(b->initrd[0]).file, rows[_i].initrd)
                                  : !b->initrd[0],
                  "%s: %s", rows[_i].name, b->initrd[0] ? b->initrd[0] : "(none)");
    ck_assert_msg(handover == rows[_i].handover, "%s: handover", rows[_i].name);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("plans");
    TCase *tcase = tcase_create("plans");
    tcase_add_loop_test(tcase, plan, 0, COUNT(rows));
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
