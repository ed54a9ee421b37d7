/* Which claim knows an OS id, which boot row fits a machine, which file row an image. */
#include "profile.h"

#include "suite.h"

static struct pxed_os_id os_id(const char *text) {
    struct pxed_os_id id;
    ck_assert_msg(pxed_os_id_parse(pxed_slice_of(text), &id), "%s", text);
    return id;
}

static const struct pxed_claim claims[] = {
    {"centos rhel", "5 5.*", "i386 x86_64", "el5"},
    {"centos rhel", "6*", "x86_64", "el6"},
    {"centos", "7.9", NULL, "exact"},
    {"centos", "7.*", NULL, "wild"},
    {"debian", NULL, NULL, "any"},
    {"debian", "12", "amd64", "twelve"},
    {"debian", "1?", "amd64", "teens"},
    {"*bsd", "7.*", NULL, "bsd"},
    {"openbsd", "*", NULL, "open"},
    {0},
};
static const struct pxed_profile claiming = {.name = "claiming", .claims = claims};

static const struct {
    const char *os, *flags; /* of the claim that wins; NULL: none */
} claimed[] = {
    {"centos-5.5-i386", "el5"},
    {"centos-5-i386", "el5"},
    {"rhel-5.11-x86_64", "el5"},
    {"centos-5.5-amd64", "el5"}, /* = x86_64 */
    {"centos-5.5-x64", "el5"},
    {"centos-5.5-i686", "el5"},
    {"centos-5.5-x86", "el5"},
    {"centos-5.5-arm64", NULL},
    {"centos-5.5", "el5"}, /* no architecture fits any */
    {"centos-6.10-x86_64", "el6"},
    {"centos-6.10-i386", NULL},
    {"centos-7.9-x86_64", "exact"},
    {"centos-7.8-aarch64", "wild"},
    {"centos-55", NULL},
    {"centos-x", NULL},
    {"debian-12-amd64", "twelve"},
    {"debian-12", "twelve"},
    {"debian-12-arm64", "any"},
    {"debian-13-amd64", "teens"},
    {"debian-sid", "any"},
    {"debian", "any"},
    {"openbsd-7.4-amd64", "open"}, /* an exact family beats a pattern, whatever the version says */
    {"netbsd-7.4", "bsd"},
    {"netbsd-9.1", NULL},
    {"ubuntu-22.04", NULL},
    {"local", NULL},
};

START_TEST(best_claim) {
    unsigned score;
    struct pxed_os_id id = os_id(claimed[_i].os);
    const struct pxed_claim *c = profile_claim(&claiming, &id, &score);
    const char *flags = c ? c->flags : NULL;
    ck_assert_msg(claimed[_i].flags ? flags && strcmp(flags, claimed[_i].flags) == 0 : !flags, "%s: %s", claimed[_i].os,
                  flags ? flags : "(none)");
    ck_assert((c != NULL) == (score > 0));
}
END_TEST

START_TEST(equal_claims_score_equally) { /* what makes a tie between plugins */
    static const struct pxed_claim a = {"debian", "12", "amd64", "a"},
                                   b = {"ubuntu debian", "11 12", "arm64 x86_64", "b"};
    struct pxed_os_id id = os_id("debian-12-amd64");
    ck_assert_uint_gt(profile_claim_score(&a, &id), 0);
    static const struct pxed_claim same = {"debian", "11 12", "amd64", "same"};
    ck_assert_uint_eq(profile_claim_score(&a, &id), profile_claim_score(&same, &id));
    ck_assert_uint_gt(profile_claim_score(&b, &id), 0);
}
END_TEST

START_TEST(without_claims) {
    static const struct pxed_profile none = {.name = "none"};
    struct pxed_os_id id = os_id("debian-12");
    unsigned score = 7;
    ck_assert_ptr_null(profile_claim(&none, &id, &score));
    ck_assert_uint_eq(score, 0);
}
END_TEST

/* --- boot rows --- */

static bool exists(void *ctx, const char *file) { /* ctx: blank-separated names */
    struct pxed_slice rest = pxed_slice_of(ctx), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_is(word, file))
            return true;
    return false;
}

static const struct pxed_boot boots[] = {
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS),
     .loaders = PXED_LOADER_BIT(PXED_LOADER_PXELINUX),
     .how = PXED_HOW_MEMDISK,
     .kernel = "memdisk",
     .initrd = {"boot.iso"},
     .args = "iso"},
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS),
     .how = PXED_HOW_LINUX,
     .kernel = "special",
     .args = "special",
     .when = "marker"},
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS),
     .how = PXED_HOW_LINUX,
     .kernel = "linux",
     .initrd = {"a", "b"},
     .args = "bios"},
    {.firmware = PXED_FW_EFI, .how = PXED_HOW_EFI, .kernel = "boot.efi", .args = "efi"},
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS), .how = PXED_HOW_LINUX, .kernel = "late", .args = "late"},
    {0},
};
static const struct pxed_profile booting = {.name = "booting", .boots = boots};

static const struct pxed_boot windows_boots[] = {
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS),
     .loaders = PXED_LOADER_BIT(PXED_LOADER_PXELINUX),
     .how = PXED_HOW_MEMDISK,
     .kernel = "/memdisk",
     .initrd = {"*.iso"},
     .args = "iso"},
    {.firmware = PXED_FW_BIT(PXED_FW_BIOS) | PXED_FW_BIT(PXED_FW_EFI_X64),
     .loaders = PXED_LOADER_BIT(PXED_LOADER_IPXE),
     .how = PXED_HOW_WIMBOOT,
     .kernel = "/wimboot",
     .initrd = {"boot.wim"},
     .args = "gui"},
    {0},
};
static const struct pxed_profile windows = {.name = "windows", .boots = windows_boots};

static const struct pxed_boot solaris_boots[] = {
    {.how = PXED_HOW_MULTIBOOT2, .kernel = "unix2", .args = "second"},
    {.how = PXED_HOW_MULTIBOOT, .kernel = "unix", .args = "first"},
    {.firmware = PXED_FW_EFI, .how = PXED_HOW_EFI, .kernel = "loader.efi", .args = "efi"},
    {0},
};
static const struct pxed_profile solaris = {.name = "solaris", .boots = solaris_boots};

#define BIOS PXED_FW_BIOS
#define X64  PXED_FW_EFI_X64
static const struct {
    const char *name;
    const struct pxed_profile *profile;
    const char *files;
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    enum profile_via via;
    const char *args; /* of the row; NULL: none */
    bool handover;
    enum pxed_reason why;
} booted[] = {
    {"first fit", &booting, "linux a b late", BIOS, PXED_LOADER_IPXE, 0, "bios", false, 0},
    {"an initrd is missing: the next row", &booting, "linux a late", BIOS, PXED_LOADER_IPXE, 0, "late", false, 0},
    {"`when` holds", &booting, "special marker linux a b", BIOS, PXED_LOADER_IPXE, 0, "special", false, 0},
    {"`when` does not", &booting, "special linux a b", BIOS, PXED_LOADER_IPXE, 0, "bios", false, 0},
    {"the loader's own row", &booting, "memdisk boot.iso", BIOS, PXED_LOADER_PXELINUX, 0, "iso", false, 0},
    {"what PXELINUX can, gPXE hands over", &booting, "memdisk boot.iso", BIOS, PXED_LOADER_GPXE, 0, "iso", true, 0},
    {"EFI", &booting, "boot.efi linux a b", X64, PXED_LOADER_IPXE, 0, "efi", false, 0},
    {"HTTP boot is EFI", &booting, "boot.efi", PXED_FW_HTTP_ARM64, PXED_LOADER_GRUB, 0, "efi", false, 0},
    {"no row for this firmware", &booting, "linux a b", PXED_FW_OTHER, PXED_LOADER_IPXE, 0, NULL, false,
     PXED_WHY_NO_PLAN},
    {"rows, but no files", &booting, "", BIOS, PXED_LOADER_IPXE, 0, NULL, false, PXED_WHY_NO_IMAGE},
    {"rows of other firmware have files", &booting, "linux a b", X64, PXED_LOADER_IPXE, 0, NULL, false,
     PXED_WHY_NO_IMAGE},
    {"gPXE switches", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_GPXE, 0, "iso", true, 0},
    {"iPXE switches too", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_IPXE, 0, "iso", true, 0},
    {"PXELINUX is where they switch to", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_PXELINUX, 0, "iso", false, 0},
    {"GRUB cannot", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_GRUB, 0, NULL, false, PXED_WHY_NO_PLAN},
    {"via = memdisk: iPXE by itself", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_IPXE, PROFILE_VIA_MEMDISK, "iso",
     false, 0},
    {"via = memdisk: gPXE still cannot", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_GPXE, PROFILE_VIA_MEMDISK, "iso",
     true, 0},
    {"via = pxelinux", &windows, "/memdisk *.iso", BIOS, PXED_LOADER_IPXE, PROFILE_VIA_PXELINUX, "iso", true, 0},
    {"via = wimboot though an ISO is there", &windows, "/memdisk *.iso /wimboot boot.wim", BIOS, PXED_LOADER_IPXE,
     PROFILE_VIA_WIMBOOT, "gui", false, 0},
    {"the ISO comes first", &windows, "/memdisk *.iso /wimboot boot.wim", BIOS, PXED_LOADER_IPXE, 0, "iso", true, 0},
    {"memdisk is missing, wimboot is there", &windows, "*.iso /wimboot boot.wim", BIOS, PXED_LOADER_IPXE, 0, "gui",
     false, 0},
    {"UEFI takes wimboot", &windows, "/memdisk *.iso /wimboot boot.wim", X64, PXED_LOADER_IPXE, 0, "gui", false, 0},
    {"wimboot is missing", &windows, "/memdisk *.iso boot.wim", X64, PXED_LOADER_IPXE, 0, NULL, false,
     PXED_WHY_NO_BOOT_PROGRAM},
    {"memdisk never boots UEFI", &windows, "/memdisk *.iso", X64, PXED_LOADER_IPXE, 0, NULL, false,
     PXED_WHY_NEEDS_BIOS},
    {"not even if asked for", &windows, "/memdisk *.iso /wimboot boot.wim", X64, PXED_LOADER_IPXE, PROFILE_VIA_MEMDISK,
     NULL, false, PXED_WHY_NEEDS_BIOS},
    {"Multiboot by iPXE", &solaris, "unix unix2 loader.efi", BIOS, PXED_LOADER_IPXE, 0, "first", false, 0},
    {"Multiboot by PXELINUX", &solaris, "unix unix2", BIOS, PXED_LOADER_PXELINUX, 0, "first", false, 0},
    {"Multiboot 2 by GRUB", &solaris, "unix unix2", BIOS, PXED_LOADER_GRUB, 0, "second", false, 0},
    {"Multiboot by GRUB on UEFI", &solaris, "unix", X64, PXED_LOADER_GRUB, 0, "first", false, 0},
    {"iPXE on UEFI has none: the next row", &solaris, "unix unix2 loader.efi", X64, PXED_LOADER_IPXE, 0, "efi", false,
     0},
    {"UEFI of 32 bits has no row", &windows, "/wimboot boot.wim", PXED_FW_EFI_IA32, PXED_LOADER_IPXE, 0, NULL, false,
     PXED_WHY_NO_PLAN},
};

START_TEST(first_fit) {
    enum pxed_reason why = PXED_WHY_OK;
    bool handover;
    struct profile_client client = {booted[_i].firmware, booted[_i].loader, booted[_i].via};
    const struct pxed_boot *b =
        profile_boot(booted[_i].profile, &client, exists, (void *)(uintptr_t)booted[_i].files, &handover, &why);
    ck_assert_msg(booted[_i].args ? b && strcmp(b->args, booted[_i].args) == 0 : !b, "%s: %s", booted[_i].name,
                  b ? b->args : "(none)");
    ck_assert_msg(b || why == booted[_i].why, "%s: %s", booted[_i].name, pxed_reason_name(why));
    ck_assert_msg(handover == booted[_i].handover, "%s: handover", booted[_i].name);
}
END_TEST

/* --- file rows --- */

static const struct pxed_file files[] = {
    {"preseed.cfg", NULL, "image", PXED_ESCAPE_LINE, PXED_FILE_ANSWER, "rootfs.tar.gz"},
    {"preseed.cfg", NULL, "packages", PXED_ESCAPE_LINE, PXED_FILE_ANSWER, NULL},
    {"install.sh", NULL, "install", PXED_ESCAPE_SHELL, 0, "rootfs.tar.gz"},
    {0},
};
static const struct pxed_profile filing = {.name = "filing", .files = files};

START_TEST(file_rows) {
    struct pxed_slice name = PXED_SLICE("preseed.cfg"), script = PXED_SLICE("install.sh");
    char with[] = "rootfs.tar.gz", without[] = "";
    ck_assert_str_eq(profile_file(&filing, name, exists, with)->source, "image");
    ck_assert_str_eq(profile_file(&filing, name, exists, without)->source, "packages");
    ck_assert_str_eq(profile_answer(&filing, exists, with)->source, "image");
    ck_assert_str_eq(profile_answer(&filing, exists, without)->source, "packages");
    ck_assert_ptr_nonnull(profile_file(&filing, script, exists, with));
    ck_assert_ptr_null(profile_file(&filing, script, exists, without));
    ck_assert_ptr_null(profile_file(&filing, PXED_SLICE("preseed.cf"), exists, with));
    ck_assert_ptr_null(profile_file(&filing, PXED_NO_SLICE, exists, with));
    ck_assert_ptr_null(profile_answer(&booting, exists, with));
}
END_TEST

START_TEST(an_initrd_may_have_a_key_and_a_name) {
    static const struct {
        const char *text, *key, *file, *as;
    } rows[] = {{"initrd.gz", "", "initrd.gz", ""},
                {"boot/bcd=BCD", "", "boot/bcd", "BCD"},
                {"{boot}sources/a.wim=a.wim", "boot", "sources/a.wim", "a.wim"},
                {"{boot}a", "boot", "a", ""},
                {"{open", "", "{open", ""},
                {"*.iso", "", "*.iso", ""},
                {"", "", "", ""}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct profile_initrd got = profile_initrd(rows[i].text);
        ck_assert_msg(pxed_slice_is(got.key, rows[i].key) && pxed_slice_is(got.file, rows[i].file) &&
                          pxed_slice_is(got.as, rows[i].as),
                      "%s", rows[i].text);
    }
    ck_assert(profile_initrd(NULL).file.len == 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("profile");
    TCase *t = tcase_create("profile");
    tcase_add_loop_test(t, best_claim, 0, COUNT(claimed));
    tcase_add_test(t, equal_claims_score_equally);
    tcase_add_test(t, without_claims);
    tcase_add_loop_test(t, first_fit, 0, COUNT(booted));
    tcase_add_test(t, file_rows);
    tcase_add_test(t, an_initrd_may_have_a_key_and_a_name);
    suite_add_tcase(s, t);
    return suite_run(s);
}
