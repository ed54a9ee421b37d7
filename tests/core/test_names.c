/* Every name of the outside contract, and what it stands for. */
#include "names.h"

#include <stdio.h>

#include "suite.h"

static const char mac_of_all[] = "08-00-27-4d-4d-aa";

static const struct {
    const char *path;
    enum name_kind kind;
    const char *os, *file, *pattern;
    bool mac;
} names[] = {
    {"home.php", NAME_SCRIPT, "", "", "", false},
    {"event", NAME_EVENT, "", "", "", false},
    {"os/centos-5.5-i386/pxeboot/vmlinuz", NAME_IMAGE, "centos-5.5-i386", "pxeboot/vmlinuz", "", false},
    {"os/debian-12/linux", NAME_IMAGE, "debian-12", "linux", "", false},
    {"os/memdisk", NAME_PLAIN, "", "", "", false},
    {"os/w2k8_pe_x64.iso", NAME_PLAIN, "", "", "", false},
    {"hosts/linux-ks/08-00-27-4d-4d-aa.txt", NAME_HOST, "", "", "linux-ks", true},
    {"hosts/linux-ks/08-00-27-4d-4d-aa.ks.txt", NAME_HOST, "", "", "linux-ks", true},
    {"hosts/anything/08-00-27-4d-4d-aa", NAME_HOST, "", "", "anything", true},
    {"hosts/linux-ks/0800.274d.4daa.txt", NAME_HOST, "", "", "linux-ks", true},
    {"hosts/08-00-27-4d-4d-aa/preseed.cfg", NAME_HOST, "", "preseed.cfg", "", true},
    {"hosts/08-00-27-4d-4d-aa/user-data", NAME_HOST, "", "user-data", "", true},
    {"hosts/08-00-27-4d-4d-aa/unattend.xml", NAME_HOST, "", "unattend.xml", "", true},
    {"hosts/08:00:27:4D:4D:AA/preseed.cfg", NAME_HOST, "", "preseed.cfg", "", true},
    {"hosts/01-08-00-27-4d-4d-aa/preseed.cfg", NAME_HOST, "", "preseed.cfg", "", true},
    {"pxelinux.cfg/01-08-00-27-4d-4d-aa", NAME_PXELINUX, "", "", "", true},
    {"pxelinux.cfg/default", NAME_PLAIN, "", "", "", false},
    {"bios/pxelinux.cfg/01-08-00-27-4d-4d-aa", NAME_PXELINUX, "", "", "", true},
    {"xpxelinux.cfg/01-08-00-27-4d-4d-aa", NAME_PLAIN, "", "", "", false},
    {"pxelinux.cfg/20-00-02-c9-03-00-4d-4d-aa", NAME_PXELINUX, "", "", "", false},
    {"pxelinux.cfg/01-08-00-27-4d-4d-aa/x", NAME_PLAIN, "", "", "", false},
    {"EFI/BOOT/grub.cfg", NAME_GRUB, "", "", "", false},
    {"grub.cfg", NAME_GRUB, "", "", "", false},
    {"EFI/BOOT/grub.cfg-01-08-00-27-4d-4d-aa", NAME_GRUB_MAC, "", "", "", true},
    {"autoexec.ipxe", NAME_AUTOEXEC, "", "", "", false},
    {"x/autoexec.ipxe", NAME_AUTOEXEC, "", "", "", false},
    {"os/x/autoexec.ipxe", NAME_IMAGE, "x", "autoexec.ipxe", "", false},
    {"pxelinux.cfg/0A4D003C", NAME_PLAIN, "", "", "", false},
    {"grub/grub.cfg-01-08-00-27-4d-4d-aa", NAME_GRUB_MAC, "", "", "", true},
    {"grub.cfg.010800274D4DAA", NAME_GRUB_MAC, "", "", "", true},
    {"menu.lst.010800274D4DAA", NAME_PXEGRUB_MAC, "", "", "", true},
    {"menu.lst.010800274d4daa", NAME_PXEGRUB_MAC, "", "", "", true},
    {"menu.lst.01", NAME_PLAIN, "", "", "", false},
    {"menu.lst", NAME_PLAIN, "", "", "", false},
    {"grub.cfg.01zz", NAME_PLAIN, "", "", "", false},
    {"grub/grub.cfg", NAME_GRUB, "", "", "", false},
    {"grub/x86_64-efi/command.lst", NAME_PLAIN, "", "", "", false},
    {"pxelinux.0", NAME_PLAIN, "", "", "", false},
    {"undionly.kpxe", NAME_PLAIN, "", "", "", false},
    {"boot.efi", NAME_BOOT_EFI, "", "", "", false},
    {"x/boot.efi", NAME_PLAIN, "", "", "", false},
    {"ca.pem", NAME_CA, "", "", "", false},
    {"x/ca.pem", NAME_PLAIN, "", "", "", false},
    {"eventual", NAME_PLAIN, "", "", "", false},
    {"event/x", NAME_PLAIN, "", "", "", false},
    {"home.php/path/info", NAME_PLAIN, "", "", "", false},
    {"s", NAME_PLAIN, "", "", "", false},
};

START_TEST(kinds) {
    struct name n;
    struct pxed_hwaddr mac;
    ck_assert(pxed_mac_parse(pxed_slice_of(mac_of_all), &mac));
    enum pxed_reason why = name_parse(pxed_slice_of(names[_i].path), PXED_SLICE("home.php"), &n);
    ck_assert_msg(why == PXED_WHY_OK, "%s: %s", names[_i].path, pxed_reason_name(why));
    ck_assert_msg(n.kind == names[_i].kind, "%s: kind %d", names[_i].path, n.kind);
    ck_assert_msg(pxed_slice_is(n.os, names[_i].os) && pxed_slice_is(n.file, names[_i].file) &&
                      pxed_slice_is(n.pattern, names[_i].pattern),
                  "%s: `%.*s` `%.*s` `%.*s`", names[_i].path, PXED_S(n.os), PXED_S(n.file), PXED_S(n.pattern));
    ck_assert_msg(!names[_i].mac || pxed_hwaddr_eq(&n.mac, &mac), "%s: MAC", names[_i].path);
    ck_assert(!n.has_token && pxed_slice_is(n.path, names[_i].path));
}
END_TEST

START_TEST(the_script_has_the_name_it_is_given) {
    struct name n;
    name_parse(PXED_SLICE("boot.cgi"), PXED_SLICE("boot.cgi"), &n);
    ck_assert_int_eq(n.kind, NAME_SCRIPT);
    name_parse(PXED_SLICE("home.php"), PXED_SLICE("boot.cgi"), &n);
    ck_assert_int_eq(n.kind, NAME_PLAIN);
    ck_assert_int_eq(name_parse(PXED_SLICE("n/00112233445566fF/home.php"), PXED_SLICE("home.php"), &n), PXED_WHY_OK);
    ck_assert(n.nonce == 0x00112233445566ff && n.kind == NAME_SCRIPT && !n.has_token);
    ck_assert(pxed_slice_is(n.path, "home.php"));
}
END_TEST

static const char *const spellings[] = {
    "08-00-27-4d-4d-aa", "08:00:27:4d:4d:aa", "0800.274d.4daa",       "0800274d4daa",         "08-00-27-4D-4D-AA",
    "08:00:27:4D:4D:AA", "0800.274D.4DAA",    "01-08-00-27-4d-4d-aa", "01-08:00:27:4d:4d:aa",
};

START_TEST(mac_spellings) {
    static const char *const patterns[] = {"hosts/%s/x", "hosts/linux-ks/%s.txt", "pxelinux.cfg/01-%s",
                                           "grub/grub.cfg-01-%s"};
    struct pxed_hwaddr mac;
    ck_assert(pxed_mac_parse(pxed_slice_of(mac_of_all), &mac));
    for (int p = 0; p < COUNT(patterns); p++) {
        char path[128];
        struct name n;
        const char *mark = strstr(patterns[p], "%s");
        snprintf(path, sizeof(path), "%.*s%s%s", (int)(mark - patterns[p]), patterns[p], spellings[_i], mark + 2);
        ck_assert_msg(name_parse(pxed_slice_of(path), PXED_SLICE("home.php"), &n) == PXED_WHY_OK, "%s", path);
        ck_assert_msg(pxed_hwaddr_eq(&n.mac, &mac), "%s", path);
    }
}
END_TEST

#define TOKEN "00112233445566778899aabbccddeeff"

START_TEST(tokens) {
    struct name n;
    ck_assert_int_eq(
        name_parse(PXED_SLICE("s/" TOKEN "/hosts/08-00-27-4d-4d-aa/preseed.cfg"), PXED_SLICE("home.php"), &n),
        PXED_WHY_OK);
    ck_assert(n.has_token && n.kind == NAME_HOST);
    ck_assert_uint_eq(n.token[0], 0x00);
    ck_assert_uint_eq(n.token[15], 0xff);
    ck_assert(pxed_slice_is(n.path, "hosts/08-00-27-4d-4d-aa/preseed.cfg"));
    ck_assert_int_eq(name_parse(PXED_SLICE("s/00112233445566778899AABBCCDDEEFF/event"), PXED_SLICE("home.php"), &n),
                     PXED_WHY_OK);
    ck_assert(n.has_token && n.kind == NAME_EVENT && n.token[15] == 0xff);
    /* one token, not a chain of them */
    ck_assert_int_eq(name_parse(PXED_SLICE("s/" TOKEN "/s/" TOKEN "/event"), PXED_SLICE("home.php"), &n), PXED_WHY_OK);
    ck_assert_int_eq(n.kind, NAME_PLAIN);
}
END_TEST

static const struct {
    const char *path;
    enum pxed_reason why;
} bad[] = {
    {"s/", PXED_WHY_BAD_NAME},
    {"n/", PXED_WHY_BAD_NAME},
    {"n/0011223344556677", PXED_WHY_BAD_NAME},
    {"n/00112233445566/event", PXED_WHY_BAD_NAME},
    {"n/001122334455667g/event", PXED_WHY_BAD_NAME},
    {"n/0000000000000000/event", PXED_WHY_BAD_NAME},
    {"s/short/event", PXED_WHY_BAD_NAME},
    {"s/" TOKEN, PXED_WHY_BAD_NAME},
    {"s/" TOKEN "00/event", PXED_WHY_BAD_NAME},
    {"s/0011223344556677889 aabbccddeeff/event", PXED_WHY_BAD_NAME},
    {"s/g0112233445566778899aabbccddeeff/event", PXED_WHY_BAD_NAME},
    {"hosts/", PXED_WHY_BAD_NAME},
    {"hosts/08-00-27-4d-4d-aa", PXED_WHY_BAD_NAME},
    {"hosts/08-00-27-4d-4d-aa/", PXED_WHY_BAD_NAME},
    {"hosts/linux-ks/", PXED_WHY_BAD_MAC},
    {"hosts/linux-ks/default.txt", PXED_WHY_BAD_MAC},
    {"hosts/linux-ks/08-00-27-4d-4d.txt", PXED_WHY_BAD_MAC},
    {"hosts/linux-ks/08-00-27-4d-4d-aa-bb.txt", PXED_WHY_BAD_MAC},
    {"hosts/linux-ks/08-00-27-4d-4d-ag.txt", PXED_WHY_BAD_MAC},
    {"hosts/linux-ks/x/08-00-27-4d-4d-aa.txt", PXED_WHY_BAD_MAC},
    {"pxelinux.cfg/01-", PXED_WHY_BAD_MAC},
    {"pxelinux.cfg/01-08-00-27", PXED_WHY_BAD_MAC},
    {"grub/grub.cfg-01-", PXED_WHY_BAD_MAC},
    {"grub/grub.cfg-01-zz-00-27-4d-4d-aa", PXED_WHY_BAD_MAC},
};

START_TEST(refused) {
    struct name n;
    char *copy = strdup(bad[_i].path); /* exactly as long as it is */
    enum pxed_reason why = name_parse(pxed_slice(copy, strlen(copy)), PXED_SLICE("home.php"), &n);
    ck_assert_msg(why == bad[_i].why, "%s: %s", bad[_i].path, pxed_reason_name(why));
    free(copy);
}
END_TEST

static const struct {
    const char *path;
    bool private;
} privacy[] = {
    {"home.php", false},
    {".htaccess", true},
    {"sub/.git/config", true},
    {".hidden/file", true},
    {"home.php~", true},
    {"sub/home.php.bak", true},
    {".home.php.swp", true},
    {"home.php.swp", true},
    {"home.php.swo", true},
    {"home.php.orig", true},
    {"home.php.rej", true},
    {"home.php.dpkg-old", true},
    {"home.php.dpkg-dist", true},
    {"home.php.rpmsave", true},
    {"#home.php#", true},
    {"#", false},
    {"home.php.txt", false},
    {"a.b/c", false},
    {"os/.secret", true},
    {"os/centos-7/.treeinfo", false},
    {"os/centos-7/.discinfo", false},
    {"os/centos-7/Packages/a~b.rpm", false},
    {"os/centos-7/README~", false},
    {"hosts/08-00-27-4d-4d-aa/preseed.cfg~", true},
    {"hosts/08-00-27-4d-4d-aa/.preseed.cfg", true},
    {"s/" TOKEN "/.htaccess", true},
    {"s/" TOKEN "/home.php~", true},
};

START_TEST(private_names) {
    struct name n;
    ck_assert_int_eq(name_parse(pxed_slice_of(privacy[_i].path), PXED_SLICE("home.php"), &n), PXED_WHY_OK);
    ck_assert_msg(name_is_private(&n) == privacy[_i].private, "%s", privacy[_i].path);
}
END_TEST

static const struct {
    const char *path, *pattern;
    bool fits;
} fitting[] = {
    {"hosts/linux-ks/08-00-27-4d-4d-aa.txt", "hosts/linux-ks/<mac>.txt", true},
    {"hosts/linux-ks/08:00:27:4D:4D:AA.txt", "hosts/linux-ks/<mac>.txt", true},
    {"hosts/linux-ks/0800.274d.4daa.txt", "hosts/linux-ks/<mac>.txt", true},
    {"hosts/linux-ks/08-00-27-4d-4d-aa.cfg", "hosts/linux-ks/<mac>.txt", false},
    {"hosts/other/08-00-27-4d-4d-aa.txt", "hosts/linux-ks/<mac>.txt", false},
    {"hosts/linux-ks/.txt", "hosts/linux-ks/<mac>.txt", false},
    {"hosts/linux-ks/.tx", "hosts/linux-ks/<mac>.txt", false},
    {"x08-00-27-4d-4d-aa", "<mac>", false},
    {"08-00-27-4d-4d-aa", "<mac>", true},
    {"08-00-27-4d-4d-aa", "no mark", false},
    {"", "<mac>", false},
};

START_TEST(patterns) {
    ck_assert_msg(name_fits_pattern(pxed_slice_of(fitting[_i].path), fitting[_i].pattern) == fitting[_i].fits,
                  "%s as %s", fitting[_i].path, fitting[_i].pattern);
}
END_TEST

int main(void) {
    Suite *s = suite_create("names");
    TCase *t = tcase_create("names");
    tcase_add_loop_test(t, kinds, 0, COUNT(names));
    tcase_add_test(t, the_script_has_the_name_it_is_given);
    tcase_add_loop_test(t, mac_spellings, 0, COUNT(spellings));
    tcase_add_test(t, tokens);
    tcase_add_loop_test(t, refused, 0, COUNT(bad));
    tcase_add_loop_test(t, private_names, 0, COUNT(privacy));
    tcase_add_loop_test(t, patterns, 0, COUNT(fitting));
    suite_add_tcase(s, t);
    return suite_run(s);
}
