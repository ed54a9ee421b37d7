/* What loader_read says of the loaders that Debian has (scripts/deps loaders), and of damaged ones. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader_der.h"
#include "loader_signer.h"
#include "pxed/buf.h"
#include "suite.h"

static bool read_fd(void *ctx, uint64_t from, void *to, size_t n) {
    return pread(*(int *)ctx, to, n, (off_t)from) == (ssize_t)n;
}

static bool read_slice(void *ctx, uint64_t from, void *to, size_t n) {
    const struct pxed_slice *all = ctx;
    ck_assert(from <= all->len && n <= all->len - from);
    memcpy(to, all->ptr + from, n);
    return true;
}

#define DEBIAN_GRUB "grub 5, grub.debian 5, grub.debian12 1"
#define SYSTEMD     "systemd 1, systemd.debian 1"
#define MICROSOFT   "microsoft-uefi-2011 microsoft-uefi-2023"

/* Real files with what is expected of them. `version`: what it begins with. */
static const struct {
    const char *path, *machine, *program, *version, *next, *sbat, *signers;
} files[] = {
    {"/usr/lib/ipxe/undionly.kpxe", "bios", "iPXE", "", "", "", ""},
    {"/usr/lib/ipxe/ipxe.pxe", "bios", "iPXE", "", "", "", ""},
    {"/boot/ipxe.lkrn", "bios", "iPXE", "1.0.0+git-", "", "", ""},
    {"/usr/lib/ipxe/snponly.efi", "x64", "iPXE", "1.0.0+git-", "", "", ""},
    {"/boot/ipxe.efi", "x64", "iPXE", "1.0.0+git-", "", "", ""},
    {"/usr/lib/PXELINUX/pxelinux.0", "bios", "PXELINUX", "6.04", "", "", ""},
    {"/usr/lib/PXELINUX/lpxelinux.0", "bios", "lpxelinux", "6.04", "", "", ""},
    {"/usr/lib/SYSLINUX.EFI/efi64/syslinux.efi", "x64", "syslinux-efi", "", "", "", ""},
    {"/usr/lib/SYSLINUX.EFI/efi32/syslinux.efi", "ia32", "syslinux-efi", "", "", "", ""},
    {"/usr/lib/shim/shimx64.efi", "x64", "shim", "16.", "grubx64.efi", "shim 4, shim.debian 1", ""},
    {"/usr/lib/shim/shimx64.efi.signed", "x64", "shim", "16.", "grubx64.efi", "shim 4, shim.debian 1", MICROSOFT},
    {"/usr/lib/shim/mmx64.efi.signed", "x64", "MokManager", "16.", "", "shim 4, shim.debian 1", "distribution"},
    {"/usr/lib/shim/fbx64.efi.signed", "x64", "fallback", "16.", "", "shim 4, shim.debian 1", "distribution"},
    {"/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed", "x64", "GRUB", "2.06-13", "", DEBIAN_GRUB,
     "distribution"},
    {"/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "x64", "GRUB", "2.06-13", "", DEBIAN_GRUB, "distribution"},
    {"/usr/lib/grub/i386-efi/monolithic/grubnetia32.efi", "ia32", "GRUB", "2.06-13", "", DEBIAN_GRUB, ""},
    {"/usr/lib/systemd/boot/efi/systemd-bootx64.efi", "x64", "systemd-boot", "252.", "", SYSTEMD, ""},
    {"/usr/lib/systemd/boot/efi/linuxx64.efi.stub", "x64", "stub", "252.", "", SYSTEMD, ""},
    {"/usr/local/lib/pxed/loaders/shimaa64.efi.signed", "arm64", "shim", "16.", "grubaa64.efi", "shim 4, shim.debian 1",
     MICROSOFT},
    {"/usr/local/lib/pxed/loaders/grubnetaa64.efi.signed", "arm64", "GRUB", "2.06-13", "", DEBIAN_GRUB, "distribution"},
    {"/usr/local/lib/pxed/loaders/grubnetaa64.efi", "arm64", "GRUB", "2.06-13", "", DEBIAN_GRUB, ""},
};

static void check_texts(int at, const struct loader_file *file, const struct loader *l) {
    char sbat[512] = "", signers[256] = "";
    struct pxed_buf s = PXED_BUF(sbat), k = PXED_BUF(signers);
    struct loader_signer of[LOADER_SIGNATURES_MAX];
    for (size_t i = 0; i < l->n_sbat; i++) {
        pxed_buf_str(&s, i > 0 ? ", " : "");
        pxed_buf_str(&s, l->sbat[i].component);
        pxed_buf_byte(&s, ' ');
        pxed_buf_u64(&s, l->sbat[i].generation);
    }
    size_t n = loader_signers(file, l, of);
    for (size_t i = 0; i < n; i++) {
        pxed_buf_str(&k, i > 0 ? " " : "");
        pxed_buf_str(&k, loader_key_names[of[i].key]);
        if (of[i].key == LOADER_KEY_DISTRIBUTION)
            ck_assert_str_eq(of[i].name, "Debian");
    }
    ck_assert_msg(strcmp(pxed_buf_cstr(&s), files[at].sbat) == 0, "%s: SBAT %s", files[at].path, sbat);
    ck_assert_msg(strcmp(pxed_buf_cstr(&k), files[at].signers) == 0, "%s: signed by %s", files[at].path, signers);
}

START_TEST(debian_has) {
    struct stat st;
    struct loader l = {0};
    int fd = open(files[_i].path, O_RDONLY);
    bool foreign = strncmp(files[_i].path, "/usr/local/", 11) == 0; /* another architecture's may not be had */
    if (fd < 0 && foreign)
        return;
    ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s: run scripts/deps loaders", files[_i].path);
    struct loader_file file = {(uint64_t)st.st_size, read_fd, &fd};
    ck_assert_msg(loader_read(&file, &l), "%s is no loader", files[_i].path);
    ck_assert_str_eq(loader_machine_names[l.machine], files[_i].machine);
    ck_assert_msg(strcmp(loader_program_names[l.program], files[_i].program) == 0, "%s: %s", files[_i].path,
                  loader_program_names[l.program]);
    ck_assert_msg(strncmp(l.version, files[_i].version, strlen(files[_i].version)) == 0 &&
                      (*files[_i].version || !*l.version),
                  "%s: version '%s'", files[_i].path, l.version);
    ck_assert_msg(strcmp(l.next, files[_i].next) == 0, "%s: next '%s'", files[_i].path, l.next);
    ck_assert(!l.damaged);
    check_texts(_i, &file, &l);
    close(fd);
}
END_TEST

/* Which GRUB can read from the net. */
static const struct {
    const char *path;
    bool net;
} grubs[] = {
    {"/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed", true},
    {"/usr/lib/grub/x86_64-efi-signed/grubnetx64-installer.efi.signed", true},
    {"/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", false},
    {"/usr/lib/shim/shimx64.efi.signed", false},
};

START_TEST(grub_of_the_net) {
    struct stat st;
    struct loader l = {0};
    int fd = open(grubs[_i].path, O_RDONLY);
    ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s: run scripts/deps loaders", grubs[_i].path);
    struct loader_file file = {(uint64_t)st.st_size, read_fd, &fd};
    ck_assert(loader_read(&file, &l));
    ck_assert_msg(l.boots_net == grubs[_i].net, "%s", grubs[_i].path);
    close(fd);
}
END_TEST

/* Debian's shim sets a level by itself, and its GRUB is new enough for it. */
START_TEST(level_of_debians_shim) {
    struct loader shim = {0}, grub = {0}, old;
    const char *const paths[] = {"/usr/lib/shim/shimx64.efi.signed",
                                 "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"};
    for (int i = 0; i < 2; i++) {
        struct stat st;
        int fd = open(paths[i], O_RDONLY);
        ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s: run scripts/deps loaders", paths[i]);
        struct loader_file file = {(uint64_t)st.st_size, read_fd, &fd};
        ck_assert(loader_read(&file, i == 0 ? &shim : &grub));
        close(fd);
    }
    unsigned is = 0;
    ck_assert_uint_ge(shim.n_revokes, 2);
    ck_assert_str_eq(shim.revokes[0].component, "shim");
    ck_assert_str_eq(shim.revokes[1].component, "grub");
    ck_assert_uint_ge(shim.revokes[1].generation, 5);
    ck_assert_ptr_null(loader_revoked(&shim, &grub, &is));
    ck_assert_ptr_null(loader_revoked(&shim, &shim, &is));
    ck_assert_uint_eq(grub.n_revokes, 0);
    old = grub;
    old.sbat[0].generation = 4;
    ck_assert_ptr_eq(loader_revoked(&shim, &old, &is), &shim.revokes[1]);
    ck_assert_uint_eq(is, 4);
}
END_TEST

START_TEST(a_level_that_is_none) {
#define LEVEL(bytes)                                                                                                   \
    { bytes, sizeof(bytes) - 1 }
    static const struct {
        const char *bytes;
        size_t n;
    } levels[] = {
        LEVEL(""),
        LEVEL("\0\0\0"),
        LEVEL("\1\0\0\0\10\0\0\0\10\0\0\0grub,5\n"),              /* another version of the format */
        LEVEL("\0\0\0\0\7\0\0\0\10\0\0\0grub,5\n"),               /* the text begins in the header */
        LEVEL("\0\0\0\0\377\377\377\377\10\0\0\0grub,5\n"),       /* or behind the end */
        LEVEL("\0\0\0\0\10\0\0\0\10\0\0\0sbat,1,2025\ngrub,x\n"), /* no number */
        LEVEL("\0\0\0\0\10\0\0\0\10\0\0\0\0grub,5\n"),            /* empty */
    };
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        struct loader l = {0};
        loader_read_level(pxed_slice(levels[i].bytes, levels[i].n), &l);
        ck_assert_msg(l.n_revokes == 0, "%zu", i);
    }
    struct loader l = {0};
    char many[400] = "\0\0\0\0\10\0\0\0\10\0\0\0";
    for (size_t i = 0, at = 12; i < 20; i++, at += 7)
        memcpy(many + at, "grub,5\n", 7);
    loader_read_level(pxed_slice(many, 12 + 140), &l);
    ck_assert_uint_eq(l.n_revokes, LOADER_SBAT_MAX);
}
END_TEST

/* Beginnings of files, and words, that no package has here. */
static const struct {
    const char *bytes;
    size_t n;
    const char *program; /* NULL: no loader */
} made[] = {
#define MADE(bytes, program)                                                                                           \
    { bytes, sizeof(bytes) - 1, program }
    MADE("", NULL),
    MADE("M", NULL),
    MADE("MZ", NULL),
    MADE("#!/bin/sh\necho hello\n", NULL),
    MADE("\xb2\x7f\xea\x00\x82\x00\x00", "GRUB"),
    MADE("\xea\x05\x00\xc0\x07 PXE->EB: PXENV+ at ", "gPXE"),
    MADE("\xea\x05\x00\xc0\x07 PXE->EB: PXENV+ at , type  (workaround enabled)", "iPXE"),
    MADE("\xea\x24\x7c PXELINUX 3.86 2010-04-01 ", "PXELINUX"),
    MADE("\xeb\x3c WDSNBP started using DHCP Referral.", "WDSNBP"),
};

START_TEST(by_words) {
    struct pxed_slice all = pxed_slice(made[_i].bytes, made[_i].n);
    struct loader_file file = {all.len, read_slice, &all};
    struct loader l = {0};
    bool known = loader_read(&file, &l);
    ck_assert_msg(known == (made[_i].program != NULL), "row %d", _i);
    if (known)
        ck_assert_str_eq(loader_program_names[l.program], made[_i].program);
}
END_TEST

/* The shim cut off at each of many lengths: never a byte outside it is read, and signatures lie inside or are none. */
START_TEST(cut_off) {
    int fd = open("/usr/lib/shim/shimx64.efi.signed", O_RDONLY);
    struct stat st;
    ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "run scripts/deps loaders");
    char *bytes = malloc((size_t)st.st_size);
    ck_assert(bytes && pread(fd, bytes, (size_t)st.st_size, 0) == st.st_size);
    close(fd);
    size_t damaged = 0;
    for (size_t n = 0; n < (size_t)st.st_size; n += n < 1024 ? 7 : 99991) {
        struct pxed_slice all = pxed_slice(bytes, n);
        struct loader_file file = {n, read_slice, &all};
        struct loader l = {0};
        if (!loader_read(&file, &l))
            continue;
        damaged += l.damaged;
        ck_assert_int_eq((int)l.n_signatures, 0);
    }
    ck_assert_int_gt((int)damaged, 5);
    free(bytes);
}
END_TEST

static const struct {
    const char *subject, *issuer;
    enum loader_key key;
    const char *by;
} keys[] = {
    {"Microsoft Windows UEFI Driver Publisher", "Microsoft Corporation UEFI CA 2011", LOADER_KEY_MICROSOFT_2011, NULL},
    {"Microsoft UEFI CA 2023 signer", "Microsoft UEFI CA 2023", LOADER_KEY_MICROSOFT_2023, NULL},
    {"Microsoft Windows", "Microsoft Windows Production PCA 2011", LOADER_KEY_WINDOWS_2011, NULL},
    {"Microsoft Windows", "Windows UEFI CA 2023", LOADER_KEY_WINDOWS_2023, NULL},
    {"Debian Secure Boot Signer 2022 - grub2", "Debian Secure Boot CA", LOADER_KEY_DISTRIBUTION, "Debian"},
    {"Red Hat Secure Boot Signing 602", "Red Hat Secure Boot CA 6", LOADER_KEY_DISTRIBUTION, "Red Hat"},
    {"openSUSE Secure Boot Signkey", "openSUSE Secure Boot CA", LOADER_KEY_DISTRIBUTION, "openSUSE"},
    {"Canonical Ltd. Secure Boot Signing (2022 v1)", "Canonical Ltd. Master Certificate Authority",
     LOADER_KEY_DISTRIBUTION, "Ubuntu"},
    {"iPXE Secure Boot Automatic Code Signing G1A", "iPXE Secure Boot Intermediate G1A", LOADER_KEY_IPXE, NULL},
    {"our key", "our key", LOADER_KEY_OWN, NULL},
    {"", "", LOADER_KEY_OWN, NULL},
};

START_TEST(key_names) {
    const char *by;
    ck_assert_int_eq(loader_key_of(pxed_slice_of(keys[_i].subject), pxed_slice_of(keys[_i].issuer), &by), keys[_i].key);
    ck_assert((by == NULL) == (keys[_i].by == NULL) && (!by || strcmp(by, keys[_i].by) == 0));
}
END_TEST

/* Heads of DER values: what is taken, and how much is left. */
static const struct {
    const char *bytes;
    size_t n;
    int content; /* bytes of it; -1: refused */
    size_t left;
} values[] = {
#define VALUE(bytes, ...)                                                                                              \
    { bytes, sizeof(bytes) - 1, __VA_ARGS__ }
    VALUE("", -1, 0),
    VALUE("\x30", -1, 1),
    VALUE("\x30\x00", 0, 0),
    VALUE("\x30\x01", -1, 2), /* one byte short */
    VALUE("\x30\x01x", 1, 0),
    VALUE("\x30\x01xy", 1, 1),
    VALUE("\x30\x81", -1, 2), /* the length is cut off */
    VALUE("\x30\x81\x02xy", 2, 0),
    VALUE("\x30\x82\x00\x02xyz", 2, 1),
    VALUE("\x30\x84\x00\x00\x00\x01x", 1, 0),
    VALUE("\x30\x84\xff\xff\xff\xffx", -1, 7),
    VALUE("\x30\x85\x00\x00\x00\x00\x01x", -1, 8), /* a length of more than 32 bits */
    VALUE("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xffx", -1, 11),
    VALUE("\x30\xff"
          "x",
          -1, 3),
    VALUE("\x30\x80\x02\x01x\0\0", -1, 7), /* it ends where it says */
    VALUE("\x1f\x01\x01x", -1, 4),         /* a tag of several octets */
    VALUE("\x3f\x81\x01\x01x", -1, 5),
};

START_TEST(der) {
    char *exact = malloc(values[_i].n > 0 ? values[_i].n : 1); /* a sanitizer sees what is read behind it */
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, values[_i].bytes, values[_i].n);
    struct pxed_slice from = pxed_slice(exact, values[_i].n), value = {0};
    unsigned tag = 0;
    bool taken = loader_der_any(&from, &tag, &value);
    ck_assert_msg(taken == (values[_i].content >= 0), "row %d", _i);
    ck_assert_msg(from.len == values[_i].left, "row %d", _i);
    if (taken) {
        ck_assert_uint_eq(tag, LOADER_TAG_SEQUENCE);
        ck_assert_uint_eq(value.len, (size_t)values[_i].content);
        from = pxed_slice(exact, values[_i].n);
        ck_assert(!loader_der_take(&from, LOADER_TAG_SET, &value) && from.len == values[_i].n);
        ck_assert(loader_der_take(&from, LOADER_TAG_SEQUENCE, &value) && from.len == values[_i].left);
    }
    free(exact);
}
END_TEST

int main(void) {
    Suite *s = suite_create("loader");
    TCase *t = tcase_create("loader");
    tcase_add_loop_test(t, debian_has, 0, COUNT(files));
    tcase_add_loop_test(t, grub_of_the_net, 0, COUNT(grubs));
    tcase_add_test(t, level_of_debians_shim);
    tcase_add_test(t, a_level_that_is_none);
    tcase_add_loop_test(t, by_words, 0, COUNT(made));
    tcase_add_test(t, cut_off);
    tcase_add_loop_test(t, key_names, 0, COUNT(keys));
    tcase_add_loop_test(t, der, 0, COUNT(values));
    suite_add_tcase(s, t);
    return suite_run(s);
}
