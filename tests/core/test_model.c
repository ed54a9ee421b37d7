/* The nouns: OS ids, architectures, names of firmware and loaders, a host's variables, reasons. */
#include "pxed/model.h"

#include "pxed/plugin.h"
#include "suite.h"

static const struct {
    const char *text, *family, *version, *arch;
} ids[] = {
    {"centos-5.5-i386", "centos", "5.5", "i386"},
    {"windows-2008r2-x64", "windows", "2008r2", "x64"},
    {"windows-xp-x86", "windows", "xp", "x86"},
    {"windows-2000", "windows", "2000", ""},
    {"debian-12", "debian", "12", ""},
    {"debian-12-amd64", "debian", "12", "amd64"},
    {"debian-bookworm-arm64", "debian", "bookworm", "arm64"},
    {"rocky-9", "rocky", "9", ""},
    {"rocky-9.3-aarch64", "rocky", "9.3", "aarch64"},
    {"fedora-coreos-39", "fedora-coreos", "39", ""},
    {"fedora-coreos-39-x86_64", "fedora-coreos", "39", "x86_64"},
    {"centos-stream-9", "centos-stream", "9", ""},
    {"ubuntu-22.04", "ubuntu", "22.04", ""},
    {"opensuse-leap-15.5", "opensuse-leap", "15.5", ""},
    {"openbsd-7.4-amd64", "openbsd", "7.4", "amd64"},
    {"solaris-11.4-sparc", "solaris", "11.4", "sparc"},
    {"solaris-10", "solaris", "10", ""},
    {"local", "local", "", ""},
    {"debian", "debian", "", ""},
    {"x64", "x64", "", ""}, /* one word is a family */
    {"9front", "9front", "", ""},
    {"debian-12-web", "debian", "12-web", ""},
    /* as people write them, and as media are named */
    {"rocky9", "rocky", "9", ""},
    {"rocky-9.4-x86_64-dvd", "rocky", "9.4", "x86_64"},
    {"rocky-9.4-x86_64-minimal", "rocky", "9.4", "x86_64"},
    {"rhel8", "rhel", "8", ""},
    {"rhel-8-u4", "rhel", "8-u4", ""},
    {"rhel-9.3-x86_64-boot", "rhel", "9.3", "x86_64"},
    {"centos7", "centos", "7", ""},
    {"centos-7-2009", "centos", "7-2009", ""},
    {"centos-7-x86_64-dvd-2009", "centos", "7", "x86_64"},
    {"centos-stream-9-latest-x86_64-dvd1", "centos-stream", "9", "x86_64"},
    {"almalinux-9.3-aarch64-boot", "almalinux", "9.3", "aarch64"},
    {"fedora-server-dvd-x86_64-40-1.14", "fedora-server", "40-1.14", "x86_64"},
    {"fedora40", "fedora", "40", ""},
    {"debian-12.5.0-amd64-netinst", "debian", "12.5.0", "amd64"},
    {"debian12", "debian", "12", ""},
    {"debian-bookworm-netinst-amd64", "debian", "bookworm", "amd64"},
    {"ubuntu-22.04.3-live-server-amd64", "ubuntu", "22.04.3", "amd64"},
    {"debian-live-12.5.0-amd64-standard", "debian-live", "12.5.0", "amd64"},
    {"ubuntu22.04", "ubuntu", "22.04", ""},
    {"sle-15-sp5-full-x86_64-gm-media1", "sle", "15-sp5", "x86_64"},
    {"opensuse-leap-15.5-dvd-x86_64-build491.1-media", "opensuse-leap", "15.5", "x86_64"},
    {"archlinux-2024.01.01-x86_64", "archlinux", "2024.01.01", "x86_64"},
    {"proxmox-ve_8.1-1", "proxmox-ve", "8.1-1", ""},
    {"alpine-standard-3.19.1-x86_64", "alpine", "3.19.1", "x86_64"},
    {"win2022", "win", "2022", ""},
    {"win11-24h2-x64", "win", "11-24h2", "x64"},
    {"windows-10-x64-22h2", "windows", "10", "x64"},
    {"windows_server_2019", "windows_server", "2019", ""},
    {"openbsd_7.4_amd64", "openbsd", "7.4", "amd64"},
    {"k8s-1", "k8s", "1", ""},
    {"i386", "i386", "", ""},
};

START_TEST(os_ids) {
    struct pxed_os_id id;
    ck_assert(pxed_os_id_parse(pxed_slice_of(ids[_i].text), &id));
    ck_assert_msg(pxed_slice_is(id.text, ids[_i].text) && pxed_slice_is(id.family, ids[_i].family) &&
                      pxed_slice_is(id.version, ids[_i].version) && pxed_slice_is(id.arch, ids[_i].arch),
                  "%s: `%.*s` `%.*s` `%.*s`", ids[_i].text, PXED_S(id.family), PXED_S(id.version), PXED_S(id.arch));
}
END_TEST

static const char *const no_ids[] = {
    "",
    "Debian-12",
    "debian 12",
    "debian/12",
    "../etc",
    ".hidden",
    "-12",
    "_x",
    "debian-12;reboot",
    "debian\n12",
    ("d\xc3\xa9"
     "bian"),
    "x123456789x123456789x123456789x123456789x123456789x123456789x123", /* 64 */
};

START_TEST(not_os_ids) {
    struct pxed_os_id id;
    ck_assert_msg(!pxed_os_id_parse(pxed_slice_of(no_ids[_i]), &id), "%s", no_ids[_i]);
}
END_TEST

START_TEST(odd_os_ids) { /* hyphens in odd places must not read beyond the text */
    static const char *const odd[] = {"a-", "a--", "a--1", "a-1-", "a-x64-", "1", "a-i386", "a-i386-i386", "0-0-0"};
    for (int i = 0; i < COUNT(odd); i++) {
        char *copy = strdup(odd[i]);
        struct pxed_os_id id;
        ck_assert_msg(pxed_os_id_parse(pxed_slice(copy, strlen(copy)), &id), "%s", odd[i]);
        ck_assert(id.family.len > 0 && id.family.len + id.version.len + id.arch.len <= strlen(copy));
        free(copy);
    }
    struct pxed_os_id id;
    char long_id[64];
    memset(long_id, 'x', 63);
    ck_assert(pxed_os_id_parse(pxed_slice(long_id, 63), &id));
    ck_assert(!pxed_os_id_parse(pxed_slice("ab\0c", 4), &id));
}
END_TEST

static const struct {
    const char *a, *b;
    bool same;
} archs[] = {
    {"amd64", "x86_64", true},  {"x64", "amd64", true},      {"i386", "i686", true},    {"x86", "i386", true},
    {"arm64", "aarch64", true}, {"i386", "amd64", false},    {"arm64", "amd64", false}, {"", "sparc", true},
    {"sparc", "sparc", true},   {"sparc", "sparc64", false}, {"i586", "i386", false},
};

START_TEST(architectures) {
    struct pxed_slice a = pxed_slice_of(archs[_i].a), b = pxed_slice_of(archs[_i].b);
    ck_assert_msg(pxed_arch_same(a, b) == archs[_i].same && pxed_arch_same(b, a) == archs[_i].same, "%s %s",
                  archs[_i].a, archs[_i].b);
}
END_TEST

START_TEST(firmware_and_loaders) {
    enum pxed_firmware fw;
    enum pxed_loader l;
    for (int i = 0; i < PXED_FW_COUNT; i++)
        ck_assert(pxed_firmware_parse(pxed_slice_of(pxed_firmware_names[i]), &fw) && (int)fw == i);
    for (int i = 0; i < PXED_LOADER_COUNT; i++)
        ck_assert(pxed_loader_parse(pxed_slice_of(pxed_loader_names[i]), &l) && (int)l == i);
    ck_assert_ptr_null(pxed_firmware_names[PXED_FW_COUNT]);
    ck_assert_ptr_null(pxed_loader_names[PXED_LOADER_COUNT]);
    ck_assert_ptr_null(pxed_stage_names[PXED_STAGE_COUNT]);
    ck_assert(!pxed_firmware_parse(PXED_SLICE("BIOS"), &fw) && !pxed_firmware_parse(PXED_SLICE(""), &fw));
    ck_assert(!pxed_loader_parse(PXED_SLICE("lilo"), &l));
    for (int i = 0; i < PXED_FW_COUNT; i++) {
        bool efi = strncmp(pxed_firmware_names[i], "efi", 3) == 0,
             http = strncmp(pxed_firmware_names[i], "http", 4) == 0;
        ck_assert(pxed_firmware_is_efi((enum pxed_firmware)i) == (efi || http));
        ck_assert(pxed_firmware_is_http((enum pxed_firmware)i) == http);
    }
}
END_TEST

START_TEST(variables) {
    static const struct pxed_var vars[] = {{PXED_SLICE("disk"), PXED_SLICE("/dev/sda"), "f", 3, 0},
                                           {PXED_SLICE("dns"), PXED_SLICE(""), "f", 3, 0}};
    struct pxed_host host = {.vars = vars, .n_vars = 2};
    ck_assert(pxed_slice_is(pxed_host_value(&host, "disk"), "/dev/sda"));
    ck_assert_ptr_nonnull(pxed_host_value(&host, "dns").ptr); /* set, and empty */
    ck_assert_ptr_null(pxed_host_value(&host, "dis").ptr);
    ck_assert_ptr_null(pxed_host_var(&host, "diskk"));
    ck_assert_uint_eq(pxed_host_var(&host, "disk")->line, 3);
}
END_TEST

START_TEST(reasons) {
    for (unsigned r = 0; r < PXED_REASON_COUNT; r++) {
        const char *name = pxed_reason_name((enum pxed_reason)r);
        ck_assert_msg(*name && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == strlen(name), "%s", name);
        ck_assert_msg(strlen(name) <= 32, "%s is longer than an event's word", name);
        ck_assert_msg(*pxed_reason_sentence((enum pxed_reason)r), "%s", name);
        for (unsigned k = 0; k < r; k++)
            ck_assert_str_ne(name, pxed_reason_name((enum pxed_reason)k));
    }
    ck_assert_str_eq(pxed_reason_name(PXED_REASON_COUNT), "?");
    ck_assert_str_eq(pxed_reason_cure(PXED_REASON_COUNT), "");
    ck_assert(!pxed_reason_is_fault(PXED_REASON_COUNT) && !pxed_reason_is_fault(PXED_WHY_OK));
}
END_TEST

int main(void) {
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_add_loop_test(t, os_ids, 0, COUNT(ids));
    tcase_add_loop_test(t, not_os_ids, 0, COUNT(no_ids));
    tcase_add_test(t, odd_os_ids);
    tcase_add_loop_test(t, architectures, 0, COUNT(archs));
    tcase_add_test(t, firmware_and_loaders);
    tcase_add_test(t, variables);
    tcase_add_test(t, reasons);
    suite_add_tcase(s, t);
    return suite_run(s);
}
