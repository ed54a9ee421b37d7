/* The table of versions against what each Windows is known to need. */
#include "profiles.h"
#include "suite.h"
#include "versions.h"

static const struct pxed_profile *const profiles[] = {&windows_nt5, &windows_nt6_bios, &windows_nt6_x64,
                                                      &windows_nt6_x86, &windows_nt6_arm64};

static bool in_list(const char *patterns, struct pxed_slice word, bool arch) {
    struct pxed_slice rest = pxed_slice_of(patterns), one;
    while ((one = pxed_slice_word(&rest, " ")).len > 0)
        if (arch ? pxed_arch_same(one, word) : pxed_slice_match(one, word))
            return true;
    return false;
}

/* The row of an id with architecture: exact words before patterns. */
static const struct windows_version *find(const char *text) {
    struct pxed_os_id id;
    const struct windows_version *best = NULL;
    size_t n, best_len = 0;
    const struct windows_version *all = windows_versions(&n);
    ck_assert_msg(pxed_os_id_parse(pxed_slice_of(text), &id), "%s", text);
    for (size_t i = 0; i < n; i++) {
        struct pxed_slice rest = pxed_slice_of(all[i].claim.version), one;
        if (!in_list(all[i].claim.family, id.family, false) || !in_list(all[i].claim.arch, id.arch, true))
            continue;
        while ((one = pxed_slice_word(&rest, " ")).len > 0)
            if (pxed_slice_match(one, id.version) && one.len + 1 > best_len) {
                best_len = one.len + (pxed_slice_ends(one, PXED_SLICE("*")) ? 1 : 20);
                best = &all[i];
            }
    }
    return best;
}

/* --- every version of the issue, with what must be told of it --- */

static const struct {
    const char *id, *flags, *without, *boot_bios, *boot_efi;
    uint64_t pe;
    const char *smb;
} rows[] = {
    {"windows-2000-x86", "nt5 w2k x86 imagex", "xp client server nt6", "bootsect /nt52 W: /force /mbr", NULL,
     WINDOWS_PE(6, 0, 6000), "SMB2_02"},
    {"windows-xp-x86", "nt5 xp client x86", "w2k3 amd64 uefi", "bootsect /nt52 W: /force /mbr", NULL,
     WINDOWS_PE(6, 0, 6000), "SMB2_02"},
    {"windows-xp-x64", "nt5 xp client amd64", "x86 uefi", "bootsect /nt52 W: /force /mbr", NULL, WINDOWS_PE(6, 0, 6000),
     "SMB2_02"},
    {"windows-2003-x86", "nt5 w2k3 server x86", "xp", "bootsect /nt52 W: /force /mbr", NULL, WINDOWS_PE(6, 0, 6000),
     "SMB2_02"},
    {"windows-2003r2-x64", "nt5 w2k3 server amd64", "xp", "bootsect /nt52 W: /force /mbr", NULL, WINDOWS_PE(6, 0, 6000),
     "SMB2_02"},
    {"windows-vista-x86", "nt6 vista client x86 imagex", "nt61plus uefi dism", "bcdboot W:\\Windows /s W:", NULL,
     WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-2008-x64", "nt6 vista server amd64 imagex", "nt61 uefi", "bcdboot W:\\Windows /s W:", NULL,
     WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-7-x86", "nt6 nt61 nt61plus client x86", "uefi nt62plus", "bcdboot W:\\Windows /s W:", NULL,
     WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-7-x64", "nt61 client amd64 uefi imagex", "server",
     "bcdboot W:\\Windows /s W:", "bcdboot W:\\Windows /s S:", WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-2008r2-x64", "nt61 server amd64 uefi", "vista client",
     "bcdboot W:\\Windows /s W:", "bcdboot W:\\Windows /s S:", WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-8-x86", "nt62 nt62plus client x86 uefi dism", "imagex", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(6, 2, 9200), "SMB3_00"},
    {"windows-8-x64", "nt62 client amd64", "nt63plus", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(6, 2, 9200), "SMB3_00"},
    {"windows-2012-x64", "nt62 server amd64", "nt63", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(6, 2, 9200), "SMB3_00"},
    {"windows-8.1-x64", "nt63 nt63plus client amd64", "nt62 nt10plus", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(6, 3, 9600), "SMB3_02"},
    {"windows-2012r2-x64", "nt63 server amd64", "nt62", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(6, 3, 9600), "SMB3_02"},
    {"windows-10-x86", "nt10 client x86 uefi", "win11 amd64", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 10240), "SMB3_11"},
    {"windows-10-x64", "nt10 nt61plus client amd64", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 10240), "SMB3_11"},
    {"windows-10-arm64", "nt10 client arm64 uefi", "amd64 win11", NULL, "bcdboot W:\\Windows /s S: /f UEFI",
     WINDOWS_PE(10, 0, 16299), "SMB3_11"},
    {"windows-2016-x64", "nt10 server", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 14393), "SMB3_11"},
    {"windows-2019-x64", "nt10 server", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 17763), "SMB3_11"},
    {"windows-2022-x64", "nt10 server", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 20348), "SMB3_11"},
    {"windows-11-x64", "nt10 win11 client amd64", "server", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 22000), "SMB3_11"},
    {"windows-11-arm64", "nt10 win11 client arm64", "amd64", NULL, "bcdboot W:\\Windows /s S: /f UEFI",
     WINDOWS_PE(10, 0, 22000), "SMB3_11"},
    {"windows-2025-x64", "nt10 win11 server amd64", "client", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 26100), "SMB3_11"},
    /* other ways to write the same */
    {"windows-server-2022-x64", "nt10 server", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 20348), "SMB3_11"},
    {"windows-server-2008-r2-x64", "nt61 server", "vista",
     "bcdboot W:\\Windows /s W:", "bcdboot W:\\Windows /s S:", WINDOWS_PE(6, 1, 7600), "SMB2_10"},
    {"windows-2008-sp2-x86", "vista server", "nt61", "bcdboot W:\\Windows /s W:", NULL, WINDOWS_PE(6, 1, 7600),
     "SMB2_10"},
    {"windows-10-22h2-amd64", "nt10 client", "win11", "bcdboot W:\\Windows /s W: /f BIOS",
     "bcdboot W:\\Windows /s S: /f UEFI", WINDOWS_PE(10, 0, 10240), "SMB3_11"},
    {"windows-xp-sp3-i386", "xp x86", "amd64", "bootsect /nt52 W: /force /mbr", NULL, WINDOWS_PE(6, 0, 6000),
     "SMB2_02"},
};

static void same(const char *id, const char *expected, const char *got) {
    ck_assert_msg((!expected && !got) || (expected && got && strcmp(expected, got) == 0), "%s: `%s`, not `%s`", id,
                  got ? got : "(none)", expected ? expected : "(none)");
}

static void check_flags(const struct windows_version *v, const char *id, const char *flags, bool wanted) {
    struct pxed_slice rest = pxed_slice_of(flags), one;
    char word[32];
    while ((one = pxed_slice_word(&rest, " ")).len > 0) {
        ck_assert_uint_lt(one.len, sizeof(word));
        memcpy(word, one.ptr, one.len);
        word[one.len] = '\0';
        ck_assert_msg(windows_version_has(v, word) == wanted, "%s: flag %s", id, word);
    }
}

START_TEST(version) {
    const struct windows_version *v = find(rows[_i].id);
    ck_assert_msg(v != NULL, "%s", rows[_i].id);
    check_flags(v, rows[_i].id, rows[_i].flags, true);
    check_flags(v, rows[_i].id, rows[_i].without, false);
    same(rows[_i].id, rows[_i].boot_bios, windows_version_boot_command(v, false));
    same(rows[_i].id, rows[_i].boot_efi, windows_version_boot_command(v, true));
    ck_assert_msg(v->pe == rows[_i].pe, "%s: WinPE", rows[_i].id);
    same(rows[_i].id, rows[_i].smb, windows_pe_smb(v->pe));
}
END_TEST

START_TEST(table) {
    size_t n;
    const struct windows_version *all = windows_versions(&n);
    for (size_t i = 0; i < n; i++) {
        const struct windows_version *v = &all[i];
        bool nt5 = windows_version_has(v, "nt5");
        ck_assert_msg(windows_version_find(&v->claim) == v, "%s is not found by its claim", v->name);
        ck_assert_msg(nt5 != windows_version_has(v, "nt6"), "%s", v->name);
        ck_assert_msg(
            windows_version_has(v, "x86") + windows_version_has(v, "amd64") + windows_version_has(v, "arm64") == 1,
            "%s: one CPU type", v->name);
        ck_assert_msg(windows_version_has(v, "imagex") != windows_version_has(v, "dism"), "%s: one tool", v->name);
        ck_assert_msg(((v->firmware & PXED_FW_EFI) != 0) == windows_version_has(v, "uefi"), "%s: uefi", v->name);
        ck_assert_msg(((v->firmware & PXED_FW_BIT(PXED_FW_BIOS)) != 0) == !windows_version_has(v, "arm64"), "%s: BIOS",
                      v->name);
        ck_assert_msg((v->methods & WINDOWS_APPLY) && nt5 == !(v->methods & WINDOWS_SETUP), "%s: methods", v->name);
        ck_assert_msg((windows_version_answer(v) == WINDOWS_SYSPREP_INF) == nt5, "%s: answer", v->name);
        same(v->name, nt5 ? "sysprep\\sysprep.inf" : "Windows\\Panther\\unattend.xml", windows_version_answer_place(v));
        ck_assert_msg(v->ram >= 1024 && v->ram <= 4096, "%s: %u MB", v->name, v->ram);
    }
    ck_assert_ptr_null(windows_version_find(NULL));
    ck_assert_ptr_null(windows_version_find(&(struct pxed_claim){"windows", "12", "x86_64", ""}));
}
END_TEST

/* Each row is a claim of exactly one profile, and its machines have a plan there for just their firmware. */
START_TEST(claims) {
    size_t n, claimed = 0;
    windows_versions(&n);
    for (size_t p = 0; p < COUNT(profiles); p++)
        for (const struct pxed_claim *c = profiles[p]->claims; c->family; c++, claimed++) {
            const struct windows_version *v = windows_version_find(c);
            uint32_t firmware = 0;
            ck_assert_msg(v != NULL && strcmp(v->claim.flags, c->flags) == 0, "%s", c->version);
            for (const struct pxed_boot *b = profiles[p]->boots; b->how != PXED_HOW_LOCAL; b++)
                firmware |= b->firmware;
            ck_assert_msg(firmware == v->firmware, "%s: boots of %s", v->name, profiles[p]->name);
        }
    ck_assert_uint_eq(claimed, n);
}
END_TEST

START_TEST(drivers) {
    ck_assert_ptr_null(windows_drivers_wrong(PXED_SLICE("Dell OptiPlex-7010_a.b")));
    ck_assert_ptr_null(windows_drivers_wrong(PXED_SLICE("")));
    ck_assert_ptr_nonnull(windows_drivers_wrong(PXED_SLICE("..")));
    ck_assert_ptr_nonnull(windows_drivers_wrong(PXED_SLICE("a\\b")));
    ck_assert_ptr_nonnull(windows_drivers_wrong(PXED_SLICE("a%b")));
    ck_assert_ptr_nonnull(windows_drivers_wrong(PXED_SLICE("a\"b")));
}
END_TEST

START_TEST(smb) {
    ck_assert_ptr_null(windows_pe_smb(WINDOWS_PE(5, 2, 3790))); /* WinPE 1 */
    ck_assert_str_eq(windows_pe_smb(WINDOWS_PE(6, 0, 6001)), "SMB2_02");
    ck_assert_str_eq(windows_pe_smb(WINDOWS_PE(6, 1, 7601)), "SMB2_10");
    ck_assert_str_eq(windows_pe_smb(WINDOWS_PE(10, 0, 26100)), "SMB3_11");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("versions");
    TCase *tcase = tcase_create("versions");
    tcase_add_loop_test(tcase, version, 0, COUNT(rows));
    tcase_add_test(tcase, table);
    tcase_add_test(tcase, claims);
    tcase_add_test(tcase, drivers);
    tcase_add_test(tcase, smb);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
