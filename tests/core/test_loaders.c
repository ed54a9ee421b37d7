/* Which files make a whole, what `auto` stands for, and under which names partners find each other. */
#include "loaders.h"
#include "suite.h"

enum { FILES = 8, NAMES = 6 };

/* A folder as loaders_read would have read it. `key`: of the only signer; 0: none. */
struct one {
    int place; /* LOADERS_TFTP, or an index in loader-path */
    const char *name;
    enum loader_machine machine;
    enum loader_program program;
    enum loader_key key;
    const char *next;
};

#define SHIM(where, name)                                                                                              \
    { where, name, LOADER_X64, LOADER_SHIM, LOADER_KEY_MICROSOFT_2023, "grubx64.efi" }
#define GRUB(where, name)                                                                                              \
    { where, name, LOADER_X64, LOADER_GRUB, LOADER_KEY_DISTRIBUTION, NULL }
#define IPXE(where, name, key)                                                                                         \
    { where, name, LOADER_X64, LOADER_IPXE, key, NULL }

static const struct {
    const char *what;
    enum pxed_firmware firmware;
    struct one files[FILES];
    const char *names[NAMES];  /* of auto */
    const char *alias, *means; /* a name that is asked for, and the file that is meant; NULL: none */
} rows[] = {
    {"nothing", PXED_FW_EFI_X64, {{0}}, {NULL}, "grubx64.efi", NULL},
    {"Debian's packages: each in its folder",
     PXED_FW_EFI_X64,
     {IPXE(0, "snponly.efi", 0), SHIM(1, "shimx64.efi.signed"), GRUB(2, "grubnetx64-installer.efi.signed"),
      GRUB(2, "grubnetx64.efi.signed"), GRUB(2, "grubx64.efi.signed")},
     {"snponly.efi", "shimx64.efi", "grubx64.efi"},
     "grubx64.efi",
     "grubnetx64.efi.signed"},
    {"by HTTP the same",
     PXED_FW_HTTP_X64,
     {IPXE(0, "snponly.efi", 0), SHIM(1, "shimx64.efi.signed"), GRUB(2, "grubnetx64.efi.signed")},
     {"snponly.efi", "shimx64.efi", "grubx64.efi"},
     "bootx64.efi",
     "shimx64.efi.signed"},
    {"the helpers of shim, signed, in any case",
     PXED_FW_EFI_X64,
     {SHIM(1, "shimx64.efi.signed"),
      GRUB(2, "grubnetx64.efi.signed"),
      {1, "mmx64.efi", LOADER_X64, LOADER_MOKMANAGER, 0, NULL},
      {1, "mmx64.efi.signed", LOADER_X64, LOADER_MOKMANAGER, LOADER_KEY_DISTRIBUTION, NULL}},
     {"shimx64.efi", "grubx64.efi"},
     "MMX64.EFI",
     "mmx64.efi.signed"},
    {"an installer's tree: as its files are called",
     PXED_FW_EFI_X64,
     {SHIM(LOADERS_TFTP, "debian-installer/amd64/bootnetx64.efi"),
      GRUB(LOADERS_TFTP, "debian-installer/amd64/grubx64.efi")},
     {"debian-installer/amd64/bootnetx64.efi", "debian-installer/amd64/grubx64.efi"},
     "debian-installer/amd64/mmx64.efi",
     NULL},
    {"an old shim in a folder asks at the root",
     PXED_FW_EFI_X64,
     {SHIM(LOADERS_TFTP, "sb/shimx64.efi"), GRUB(LOADERS_TFTP, "sb/grubx64.efi")},
     {"sb/shimx64.efi", "sb/grubx64.efi"},
     "grubx64.efi",
     "sb/grubx64.efi"},
    {"beside a shim of root/tftp, the package's GRUB",
     PXED_FW_EFI_X64,
     {SHIM(LOADERS_TFTP, "sb/shimx64.efi"), GRUB(2, "grubnetx64.efi.signed")},
     {"sb/shimx64.efi", "grubx64.efi"},
     "sb/grubx64.efi",
     "grubnetx64.efi.signed"},
    {"Debian's unsigned shim beside the signed one",
     PXED_FW_EFI_X64,
     {{1, "shimx64.efi", LOADER_X64, LOADER_SHIM, LOADER_KEY_NONE, NULL},
      SHIM(1, "shimx64.efi.signed"),
      GRUB(2, "grubnetx64.efi.signed")},
     {"shimx64.efi", "grubx64.efi"},
     "shimx64.efi",
     "shimx64.efi.signed"},
    {"below no loader's folder",
     PXED_FW_EFI_X64,
     {SHIM(1, "shimx64.efi.signed"), GRUB(2, "grubnetx64.efi.signed")},
     {"shimx64.efi", "grubx64.efi"},
     "elsewhere/grubx64.efi",
     NULL},
    {"signed iPXE comes first, by the name of its shim",
     PXED_FW_EFI_X64,
     {IPXE(0, "snponly.efi", 0), IPXE(LOADERS_TFTP, "sb/snponly.efi", LOADER_KEY_IPXE),
      SHIM(LOADERS_TFTP, "sb/snponly-shim.efi")},
     {"sb/snponly-shim.efi", "snponly.efi"},
     "x",
     NULL},
    {"also with the machine in it",
     PXED_FW_EFI_X64,
     {IPXE(LOADERS_TFTP, "ipxe.efi", LOADER_KEY_IPXE), SHIM(LOADERS_TFTP, "ipxe-shimx64.efi")},
     {"ipxe-shimx64.efi", "ipxe.efi"},
     "x",
     NULL},
    {"a shim whose iPXE is not signed is no whole",
     PXED_FW_EFI_X64,
     {IPXE(LOADERS_TFTP, "snponly.efi", 0), SHIM(LOADERS_TFTP, "snponly-shim.efi")},
     {"snponly.efi"},
     "x",
     NULL},
    {"iPXE with the site's own key",
     PXED_FW_EFI_X64,
     {IPXE(LOADERS_TFTP, "own.efi", LOADER_KEY_OWN), IPXE(0, "snponly.efi", 0)},
     {"own.efi", "snponly.efi", "own.efi"},
     "x",
     NULL},
    {"an unsigned shim starts nothing",
     PXED_FW_EFI_X64,
     {{1, "shimx64.efi", LOADER_X64, LOADER_SHIM, 0, "grubx64.efi"}, GRUB(2, "grubnetx64.efi.signed")},
     {"grubnetx64.efi.signed"},
     "grubx64.efi",
     NULL},
    {"another machine's", PXED_FW_EFI_ARM64, {IPXE(0, "snponly.efi", 0)}, {NULL}, "x", NULL},
    {"undionly before its other form",
     PXED_FW_BIOS,
     {{0, "undionly.kkpxe", LOADER_BIOS, LOADER_IPXE, 0, NULL},
      {0, "undionly.kpxe", LOADER_BIOS, LOADER_IPXE, 0, NULL},
      {0, "ipxe.lkrn", LOADER_BIOS, LOADER_IPXE, 0, NULL},
      {0, "ipxe.pxe", LOADER_BIOS, LOADER_IPXE, 0, NULL},
      {1, "lpxelinux.0", LOADER_BIOS, LOADER_LPXELINUX, 0, NULL},
      {LOADERS_TFTP, "boot/grub/i386-pc/core.0", LOADER_BIOS, LOADER_GRUB, 0, NULL}},
     {"undionly.kpxe", "ipxe.pxe", "lpxelinux.0", "boot/grub/i386-pc/core.0"},
     "x",
     NULL},
};

static struct loaders *combine(const struct one *files, struct pxed_arena *arena) {
    struct loaders *all = PXED_NEW(arena, struct loaders);
    all->files = PXED_NEWS(arena, struct loaders_file, FILES);
    for (int i = 0; i < FILES && files[i].name; i++) {
        struct loaders_file *f = &all->files[all->n_files++];
        *f = (struct loaders_file){.name = files[i].name, .folder = "/f", .place = files[i].place};
        f->is.machine = files[i].machine;
        f->is.program = files[i].program;
        if (files[i].next)
            snprintf(f->is.next, sizeof(f->is.next), "%s", files[i].next);
        f->n_signers = files[i].key != LOADER_KEY_NONE;
        f->signers[0].key = files[i].key;
    }
    loaders_combine(all, arena);
    return all;
}

START_TEST(wholes) {
    struct pxed_arena arena = {0};
    const struct loaders *all = combine(rows[_i].files, &arena);
    const char *names[LOADERS_NAMES_MAX];
    size_t n = loaders_auto(all, rows[_i].firmware, names, LOADERS_NAMES_MAX), expected = 0;
    while (expected < NAMES && rows[_i].names[expected])
        expected++;
    for (size_t i = 0; i < n && i < expected; i++)
        ck_assert_msg(strcmp(names[i], rows[_i].names[i]) == 0, "%s: %zu is %s", rows[_i].what, i, names[i]);
    ck_assert_msg(n == expected, "%s: %zu names", rows[_i].what, n);
    const struct loaders_file *f = loaders_alias(all, pxed_slice_of(rows[_i].alias));
    ck_assert_msg((f == NULL) == (rows[_i].means == NULL) && (!f || strcmp(f->name, rows[_i].means) == 0),
                  "%s: %s is %s", rows[_i].what, rows[_i].alias, f ? f->name : "nothing");
    pxed_arena_clear(&arena);
}
END_TEST

START_TEST(lists) {
    struct pxed_arena arena = {0};
    const struct loaders *all = combine(rows[1].files, &arena);
    const char *names[LOADERS_NAMES_MAX], *cure;
    const char *const mixed[] = {"first.efi", "auto", "last.efi"};
    const struct pxed_list list = {mixed, NULL, 3};
    ck_assert_int_eq((int)loaders_names(all, PXED_FW_EFI_X64, &list, names), 5);
    ck_assert_str_eq(names[0], "first.efi");
    ck_assert_str_eq(names[1], "snponly.efi");
    ck_assert_str_eq(names[4], "last.efi");
    ck_assert_int_eq((int)loaders_names(NULL, PXED_FW_EFI_X64, &list, names), 2);
    ck_assert_ptr_nonnull(loaders_secure(all, LOADER_X64, &cure));
    all = combine(rows[0].files, &arena);
    ck_assert_ptr_null(loaders_secure(all, LOADER_X64, &cure));
    ck_assert_ptr_nonnull(strstr(cure, "shim-signed"));
    ck_assert_ptr_null(loaders_secure(all, LOADER_BIOS, &cure));
    ck_assert_ptr_null(cure);
    pxed_arena_clear(&arena);
}
END_TEST

/* A shim that revokes the GRUB at hand makes no pair with it, and says which would do. */
START_TEST(a_revoked_pair) {
    struct pxed_arena arena = {0};
    struct loaders *all = combine(rows[1].files, &arena);
    const char *cure;
    ck_assert_ptr_nonnull(loaders_rung(all, LOADER_X64, LOADERS_SIGNED_GRUB));
    for (size_t i = 0; i < all->n_files; i++) {
        struct loader *l = &all->files[i].is;
        if (l->program == LOADER_SHIM)
            l->revokes[l->n_revokes++] = (struct loader_sbat){"grub", 5};
        if (l->program == LOADER_GRUB)
            l->sbat[l->n_sbat++] = (struct loader_sbat){"grub", 4};
    }
    all->n_rungs = all->n_aliases = 0;
    loaders_combine(all, &arena);
    ck_assert_ptr_null(loaders_rung(all, LOADER_X64, LOADERS_SIGNED_GRUB));
    ck_assert_ptr_null(loaders_secure(all, LOADER_X64, &cure));
    for (size_t i = 0; i < all->n_rungs; i++)
        if (all->rungs[i].machine == LOADER_X64 && all->rungs[i].kind == LOADERS_SIGNED_GRUB)
            ck_assert_str_eq(all->rungs[i].cure,
                             "shimx64.efi.signed takes grub of SBAT generation 5 and later, grubnetx64.efi.signed has "
                             "4: bring a newer one, or an older shim");
    pxed_arena_clear(&arena);
}
END_TEST

/* Since 15.3 shim asks what it starts for SBAT. */
START_TEST(a_pair_without_sbat) {
    struct pxed_arena arena = {0};
    struct loaders *all = combine(rows[1].files, &arena);
    for (size_t i = 0; i < all->n_files; i++)
        if (all->files[i].is.program == LOADER_SHIM)
            all->files[i].is.sbat[all->files[i].is.n_sbat++] = (struct loader_sbat){"shim", 4};
    all->n_rungs = all->n_aliases = 0;
    loaders_combine(all, &arena);
    ck_assert_ptr_null(loaders_rung(all, LOADER_X64, LOADERS_SIGNED_GRUB));
    for (size_t i = 0; i < all->n_rungs; i++)
        if (all->rungs[i].machine == LOADER_X64 && all->rungs[i].kind == LOADERS_SIGNED_GRUB)
            ck_assert_str_eq(all->rungs[i].cure, "shimx64.efi.signed starts nothing that has no SBAT, and "
                                                 "grubnetx64.efi.signed has none: bring a newer one, or an older shim");
    pxed_arena_clear(&arena);
}
END_TEST

/* Firmware that boots by HTTP gets GRUB on a disk, and nothing else. */
START_TEST(disks) {
    struct pxed_arena arena = {0};
    struct loaders *all = combine(rows[1].files, &arena);
    const struct loaders_rung *grub = loaders_rung(all, LOADER_X64, LOADERS_SIGNED_GRUB);
    ck_assert_str_eq(grub->disk, "shimx64.img");
    ck_assert_str_eq(loaders_by_http(all, grub->name), "shimx64.img");
    ck_assert_str_eq(loaders_by_http(all, "snponly.efi"), "snponly.efi");
    ck_assert_str_eq(loaders_by_http(NULL, "shimx64.efi"), "shimx64.efi");
    pxed_arena_clear(&arena);
}
END_TEST

int main(void) {
    Suite *s = suite_create("loaders");
    TCase *t = tcase_create("loaders");
    tcase_add_loop_test(t, wholes, 0, COUNT(rows));
    tcase_add_test(t, lists);
    tcase_add_test(t, a_revoked_pair);
    tcase_add_test(t, a_pair_without_sbat);
    tcase_add_test(t, disks);
    suite_add_tcase(s, t);
    return suite_run(s);
}
