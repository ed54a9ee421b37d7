/* The private folder and the grants, on real files; the hash. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grant.h"
#include "home.h"
#include "nthash.h"
#include "suite.h"

static char dir[64];

static char *path(const char *name) {
    static char text[256];
    snprintf(text, sizeof(text), "%s/%s", dir, name);
    return text;
}

static void setup(void) {
    strcpy(dir, "/tmp/px_smb_files_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void) {
    static const char *const files[] = {"smb/passwd",
                                        "smb/pid",
                                        "smb/log",
                                        "smb",
                                        "share/08-00-27-b2-40-3e",
                                        "share/08-00-27-b2-40-3f",
                                        "share/08-00-27-b2-40-40",
                                        "share/tools",
                                        "share",
                                        "other"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (unlink(path(files[i])) != 0)
            rmdir(path(files[i]));
    rmdir(dir);
}

START_TEST(home) {
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    struct stat before, after;
    ck_assert_int_lt(smb_home_open(dir, false), 0);
    int fd = smb_home_open(dir, true);
    ck_assert_int_ge(fd, 0);
    time_t last = 0;
    for (int i = 0; i < 5; i++) { /* within one second, and never the same modification time */
        ck_assert_int_eq(smb_home_write(fd, "passwd", pxed_slice_of(i % 2 ? "one\n" : "two\n"), 0644), 0);
        ck_assert_int_eq(fstatat(fd, "passwd", &after, 0), 0);
        ck_assert_int_gt(after.st_mtime, last);
        ck_assert_uint_eq(after.st_mode & 07777, 0644);
        last = after.st_mtime;
    }
    ck_assert(smb_home_read(fd, "passwd", &b));
    ck_assert_str_eq(pxed_buf_cstr(&b), "two\n");
    ck_assert(!smb_home_read(fd, "nothing", &b));
    ck_assert_int_eq(fstat(fd, &before), 0);
    ck_assert_uint_eq(before.st_mode & 07777, 0711);
    close(fd);
    ck_assert_int_eq(chmod(path("smb"), 0777), 0); /* others may write: not ours */
    ck_assert_int_eq(smb_home_open(dir, true), -EPERM);
}
END_TEST

START_TEST(foreign_home) {
    ck_assert_int_eq(mkdir(path("other"), 0755), 0);
    ck_assert_int_eq(symlink("other", path("smb")), 0);
    ck_assert_int_lt(smb_home_open(dir, true), 0);
    ck_assert_int_eq(unlink(path("smb")), 0);
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(mkdir(path("smb"), 0755), 0);
    ck_assert_int_eq(chown(path("smb"), 12345, 12345), 0);
    ck_assert_int_eq(smb_home_open(dir, true), -EPERM);
}
END_TEST

static unsigned mode_of(const char *name) {
    struct stat st;
    return lstat(path(name), &st) == 0 ? st.st_mode & 07777 : 0;
}

static gid_t group_of(const char *name) {
    struct stat st;
    return lstat(path(name), &st) == 0 ? st.st_gid : (gid_t)-1;
}

static void make_share(void) {
    ck_assert_int_eq(mkdir(path("share"), 0700), 0);
    ck_assert_int_eq(mkdir(path("share/08-00-27-b2-40-3e"), 0755), 0);
    ck_assert_int_eq(mkdir(path("share/08-00-27-b2-40-3f"), 0755), 0);
    ck_assert_int_eq(mkdir(path("share/tools"), 0755), 0);
    ck_assert_int_eq(mkdir(path("other"), 0755), 0);
    ck_assert_int_eq(symlink("../other", path("share/08-00-27-b2-40-40")), 0);
}

/* Without root the only group that can be given is our own. */
START_TEST(grants) {
    static struct smb_accounts table = {.first_id = 600000, .next_id = 600000};
    struct smb_share s;
    gid_t own = getegid(), gid = geteuid() == 0 ? 600001 : own;
    char blocked[256];
    struct pxed_buf b = PXED_BUF(blocked);
    make_share();
    ck_assert_int_eq(smb_share_open(path("share"), false, &s), 0);
    ck_assert_uint_eq(mode_of("share"), 0755);
    ck_assert(smb_share_blocked(&s, &b)); /* mkdtemp's folder is 0700 */
    ck_assert_str_eq(pxed_buf_cstr(&b), dir);
    ck_assert_int_eq(smb_share_grant(&s, "08-00-27-b2-40-3e", gid), 0);
    ck_assert_int_eq(smb_share_grant(&s, "08-00-27-b2-40-3e", gid), 0);
    ck_assert_uint_eq(mode_of("share/08-00-27-b2-40-3e"), 0750);
    ck_assert_uint_eq(group_of("share/08-00-27-b2-40-3e"), gid);
    ck_assert_int_lt(smb_share_grant(&s, "08-00-27-b2-40-40", gid), 0); /* a link leads out */
    ck_assert_int_lt(smb_share_grant(&s, "tools", gid), 0);
    ck_assert_int_lt(smb_share_grant(&s, "..", gid), 0);
    ck_assert_int_lt(smb_share_grant(&s, "08-00-27-b2-40-41", gid), 0);
    ck_assert_int_eq(smb_share_revoke(&s, "08-00-27-b2-40-41"), 0); /* gone already */
    ck_assert_ptr_nonnull(
        smb_accounts_add(&table, pxed_slice_of("08-00-27-b2-40-3e"), PXED_SLICE("a"), PXED_SLICE("b")));
    smb_share_sweep(&s, &table);
    ck_assert_uint_eq(mode_of("share/08-00-27-b2-40-3e"), 0750);
    ck_assert_uint_eq(mode_of("share/08-00-27-b2-40-3f"), 0700);
    ck_assert_uint_eq(mode_of("share/tools"), 0755);
    ck_assert_uint_eq(mode_of("other"), 0755);
    ck_assert_int_eq(smb_share_revoke(&s, "08-00-27-b2-40-3e"), 0);
    ck_assert_uint_eq(mode_of("share/08-00-27-b2-40-3e"), 0700);
    ck_assert_uint_eq(group_of("share/08-00-27-b2-40-3e"), own);
    s.guest = true;
    ck_assert_int_eq(smb_share_grant(&s, "08-00-27-b2-40-3e", gid), 0);
    ck_assert_uint_eq(mode_of("share/08-00-27-b2-40-3e"), 0755);
    close(s.fd);
}
END_TEST

static unsigned open_descriptors(void) {
    unsigned n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Every way through a grant, those that fail too, closes what it opened. */
START_TEST(no_descriptor_stays) {
    static struct smb_accounts none = {.first_id = 600000, .next_id = 600000};
    struct smb_share s;
    make_share();
    ck_assert_int_eq(smb_share_open(path("share"), false, &s), 0);
    unsigned before = open_descriptors();
    for (int i = 0; i < 50; i++) {
        struct smb_share other;
        smb_share_grant(&s, "08-00-27-b2-40-3e", getegid());
        smb_share_grant(&s, "08-00-27-b2-40-40", getegid()); /* a link */
        smb_share_grant(&s, "08-00-27-b2-40-41", getegid()); /* missing */
        smb_share_revoke(&s, "tools");
        smb_share_sweep(&s, &none);
        ck_assert_int_lt(smb_share_open("/", false, &other), 0);
        ck_assert_int_lt(smb_share_open(path("nothing"), false, &other), 0);
        ck_assert_int_lt(smb_home_open(path("other/nothing"), false), 0);
    }
    ck_assert_uint_eq(open_descriptors(), before);
    close(s.fd);
}
END_TEST

START_TEST(hash) {
    static const uint8_t known[SMB_NTHASH] = {0x88, 0x46, 0xf7, 0xea, 0xee, 0x8f, 0xb1, 0x17,
                                              0xad, 0x06, 0xbd, 0xd8, 0x30, 0xb7, 0x58, 0x6c};
    uint8_t got[SMB_NTHASH];
    smb_nthash(PXED_SLICE("password"), got);
    ck_assert_mem_eq(got, known, SMB_NTHASH);
}
END_TEST

START_TEST(shares) {
    struct smb_share s;
    ck_assert_int_lt(smb_share_open(path("nothing"), false, &s), 0);
    ck_assert_int_eq(smb_share_open("/", false, &s), -EINVAL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("smb-files");
    TCase *tc = tcase_create("files");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, home);
    tcase_add_test(tc, foreign_home);
    tcase_add_test(tc, grants);
    tcase_add_test(tc, no_descriptor_stays);
    tcase_add_test(tc, hash);
    tcase_add_test(tc, shares);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
