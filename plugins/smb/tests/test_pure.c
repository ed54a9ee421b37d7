/* Names, configuration, accounts and orders: texts against what they should be. */
#include <stdio.h>

#include "accounts.h"
#include "conf.h"
#include "order.h"
#include "suite.h"

#define S(text) pxed_slice_of(text)

START_TEST(names) {
    static const char *const good[] = {"windows-media", "w", "Media_2.0$", "0a"};
    static const char *const bad[] = {"",     "global",   "Homes", "printers", "IPC$", "a b",  "a]",
                                      "a\nb", "[global]", "-a",    "$a",       "a/b",  "a\\b", "%U",
                                      "a;b",  "a=b",      "a\"b",  ".hidden",  "a,b",  "a:b",  "a\tb"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(smb_name_valid(S(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!smb_name_valid(S(bad[i])), "%s", bad[i]);
    ck_assert(!smb_name_valid(pxed_slice("a\0b", 3)));
}
END_TEST

START_TEST(paths) {
    static const char *const good[] = {"/srv/pxed/windows-media", "/srv/a b", "/srv/\xc3\xa9t\xc3\xa9", "/x"};
    static const char *const bad[] = {"",         "/",       "srv/x",     "/srv/%U", "/srv/a\nb",          "/srv/\"x\"",
                                      "/srv/a\\", "/srv/x ", "/srv/\x7f", "/a\rb",   "/a\n[root]\npath=/", "/srv/a\tb"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(smb_path_valid(S(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!smb_path_valid(S(bad[i])), "%s", bad[i]);
    ck_assert(!smb_path_valid(pxed_slice("/a\0b", 4)));
    ck_assert(pxed_slice_is(smb_last_part(S("/srv/pxed/windows-media/")), "windows-media"));
    ck_assert(pxed_slice_is(smb_last_part(S("x")), "x"));
}
END_TEST

START_TEST(users) {
    ck_assert(smb_user_valid(S("pxed-0a1b2c3d")));
    ck_assert(smb_user_valid(S("a2345678901234567890")));
    static const char *const bad[] = {
        "", "a23456789012345678901", "root", "nobody", "-a", "A", "a:b", "a b", "a\nb", "../x", "a_b", "nogroup"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!smb_user_valid(S(bad[i])), "%s", bad[i]);
    ck_assert(smb_password_valid(S("0123456789abcdef0123456789abcdef")));
    ck_assert(!smb_password_valid(S("0123456789abcdef0123456789abcde")));
    ck_assert(!smb_password_valid(S("0123456789abcdef0123456789abcdeg")));
    ck_assert(!smb_password_valid(S("0123456789ABCDEF0123456789abcdef")));
    ck_assert(smb_operator_valid(S("DOMAIN\\pxe.user-1")));
    static const char *const hostile[] = {"", "@wheel", "+staff", "a b", "a\nguest ok = yes", "a,b", "a\\", "%U"};
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        ck_assert_msg(!smb_operator_valid(S(hostile[i])), "%s", hostile[i]);
}
END_TEST

START_TEST(macs) {
    ck_assert(smb_mac_valid(S("08-00-27-b2-40-3e")));
    ck_assert(smb_mac_valid(S("08-00-27-b2-40-3e-01-02")));
    static const char *const bad[] = {"",
                                      "..",
                                      "08-00-27-B2-40-3e",
                                      "08:00:27:b2:40:3e",
                                      "08-00-27-b2-40",
                                      "08-00-27-b2-40-3",
                                      "08-00-27-b2-40-3e-",
                                      "08-00-27-b2-40-/e",
                                      "-8-00-27-b2-40-3e",
                                      "08-00-27-b2-40-3e/../../../../etc"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!smb_mac_valid(S(bad[i])), "%s", bad[i]);
}
END_TEST

/* What a managed smbd must be told; the rest is smbd's own to accept (smbd.sh runs it). */
static const char *const managed_lines[] = {
    "    interfaces = 10.77.0.1 10.78.0.1\n",
    "    bind interfaces only = yes\n",
    "    smb ports = 445\n",
    "    private dir = /proc/self/fd/4/private\n",
    "    passdb backend = tdbsam:/proc/self/fd/4/private/passdb.tdb\n",
    "    server min protocol = SMB2_02\n",
    "    ntlm auth = ntlmv2-only\n",
    "    map to guest = Never\n",
    "    restrict anonymous = 2\n",
    "[windows-media]\n    path = /srv/pxed/windows-media\n",
    "    read only = yes\n",
    "    follow symlinks = no\n",
    "    wide links = no\n",
    "    guest ok = no\n",
};

/* Every key stands once: the second of two would win. */
static void check_keys(const char *text) {
    char keys[128][64];
    size_t n = 0;
    struct pxed_slice rest = pxed_slice_of(text), line;
    while ((line = pxed_slice_word(&rest, "\n")).len > 0) {
        ptrdiff_t equals = pxed_slice_find(line, '=', 0);
        if (equals < 0 || line.ptr[0] == '#')
            continue;
        ck_assert_uint_lt(n, 128);
        snprintf(keys[n], sizeof(keys[n]), "%.*s", (int)equals, line.ptr);
        for (size_t i = 0; i < n; i++)
            ck_assert_str_ne(keys[i], keys[n]);
        n++;
    }
}

START_TEST(managed) {
    static const struct pxed_addr addrs[] = {{4, {10, 77, 0, 1}}, {4, {10, 78, 0, 1}}};
    struct smb_conf c = {.home = "/proc/self/fd/4",
                         .path = PXED_SLICE("/srv/pxed/windows-media"),
                         .name = PXED_SLICE("windows-media"),
                         .addrs = addrs,
                         .n_addrs = 2,
                         .port = 445};
    char text[SMB_CONF_MAX], other[SMB_CONF_MAX];
    struct pxed_buf b = PXED_BUF(text), o = PXED_BUF(other);
    smb_conf_managed(&c, &b);
    for (size_t i = 0; i < sizeof(managed_lines) / sizeof(managed_lines[0]); i++)
        ck_assert_msg(strstr(pxed_buf_cstr(&b), managed_lines[i]) != NULL, "%s", managed_lines[i]);
    check_keys(text);
    c.guest = true;
    smb_conf_managed(&c, &o);
    pxed_buf_cstr(&o);
    ck_assert_ptr_nonnull(strstr(other, "    map to guest = Bad User\n"));
    ck_assert_ptr_nonnull(strstr(other, "    restrict anonymous = 0\n"));
    ck_assert_ptr_nonnull(strstr(other, "    guest ok = yes\n"));
    ck_assert(smb_conf_reloadable(S(text), S(other)));
    for (int what = 0; what < 3; what++) {
        struct smb_conf changed = c;
        changed.n_addrs -= what == 0;
        changed.port = (uint16_t)(changed.port + (what == 1));
        changed.path = what == 2 ? PXED_SLICE("/srv/pxed/windows") : changed.path;
        o.len = 0;
        smb_conf_managed(&changed, &o);
        ck_assert(!smb_conf_reloadable(S(text), S(pxed_buf_cstr(&o))));
    }
    ck_assert(!smb_conf_reloadable(S(""), S(text)));
    ck_assert(!smb_conf_reloadable(S(text), PXED_NO_SLICE));
}
END_TEST

START_TEST(external) {
    char text[1024];
    struct pxed_buf b = PXED_BUF(text);
    smb_conf_external(S("/srv/w"), S("w"), false, S("DOM\\deploy"), &b);
    ck_assert_str_eq(pxed_buf_cstr(&b),
                     "# Written by pxed; changes are lost. Belongs into the Samba that publishes this folder.\n"
                     "[w]\n"
                     "    path = /srv/w\n"
                     "    read only = yes\n"
                     "    printable = no\n"
                     "    follow symlinks = no\n"
                     "    wide links = no\n"
                     "    hide unreadable = yes\n"
                     "    guest ok = no\n"
                     "    valid users = DOM\\deploy\n");
    b.len = 0;
    smb_conf_external(S("/srv/w"), S("w"), true, S("deploy"), &b);
    ck_assert_ptr_null(strstr(pxed_buf_cstr(&b), "valid users"));
}
END_TEST

static const char password[] = "0123456789abcdef0123456789abcdef";

START_TEST(table) {
    static struct smb_accounts t, again;
    char text[4096], mac[32], user[32];
    struct pxed_buf b = PXED_BUF(text);
    t = (struct smb_accounts){.first_id = 600000, .next_id = 665535};
    struct smb_account *a = smb_accounts_add(&t, S("08-00-27-b2-40-3e"), S("pxed-a"), S(password));
    ck_assert_uint_eq(a->id, 665535);
    a = smb_accounts_add(&t, S("08-00-27-b2-40-3f"), S("pxed-b"), S(password));
    ck_assert_uint_eq(a->id, 600000); /* goes round */
    ck_assert_str_eq(a->password, password);
    ck_assert_ptr_null(smb_accounts_add(&t, S("08-00-27-b2-40-40"), S("pxed-a"), S(password)));
    ck_assert_ptr_eq(smb_accounts_find(&t, S("08-00-27-b2-40-3f")), a);
    smb_accounts_passwd(&t, 65534, 65533, &b);
    ck_assert_str_eq(pxed_buf_cstr(&b), "root:x:0:0:600001:/:/usr/sbin/nologin\n"
                                        "nobody:x:65534:65533::/:/usr/sbin/nologin\n"
                                        "pxed-a:x:665535:665535:08-00-27-b2-40-3e:/:/usr/sbin/nologin\n"
                                        "pxed-b:x:600000:600000:08-00-27-b2-40-3f:/:/usr/sbin/nologin\n");
    again = (struct smb_accounts){.first_id = 600000, .next_id = 600000};
    ck_assert_int_eq(smb_accounts_read(&again, S(text)), 0);
    ck_assert_uint_eq(again.n, 2);
    ck_assert_uint_eq(again.next_id, 600001);
    ck_assert(again.items[1].ready && !again.items[1].named && again.items[1].password[0] == '\0');
    ck_assert_str_eq(again.items[1].mac, "08-00-27-b2-40-3f");
    b.len = 0;
    smb_accounts_group(&t, 65533, &b);
    ck_assert_str_eq(pxed_buf_cstr(&b), "root:x:0:\nnogroup:x:65533:\npxed-a:x:665535:\npxed-b:x:600000:\n");
    smb_accounts_remove(&t, smb_accounts_find_user(&t, S("pxed-a")));
    ck_assert_uint_eq(t.n, 1);
    ck_assert_str_eq(t.items[0].user, "pxed-b");
    for (int i = 1; i < SMB_ACCOUNTS_MAX; i++) {
        snprintf(mac, sizeof(mac), "02-00-00-00-%02x-%02x", i >> 8, i & 255);
        snprintf(user, sizeof(user), "u-%d", i);
        ck_assert_ptr_nonnull(smb_accounts_add(&t, S(mac), S(user), S(password)));
    }
    ck_assert_ptr_null(smb_accounts_add(&t, S("08-00-27-b2-40-40"), S("pxed-c"), S(password)));
}
END_TEST

START_TEST(hostile_passwd) {
    static const char *const bad[] = {
        "root:x:0:0:600001:/:/usr/sbin/nologin", /* no end of line */
        "root:x:0:0:5:/:/bin/sh\n",
        "root:x:0:0::/:/bin/sh\n",
        "a:x:600000:600000:08-00-27-b2-40-3e:/\n",
        "a:x:600000:600000:08-00-27-b2-40-3e:/:/bin/sh:\n",
        "a:x:600000:600001:08-00-27-b2-40-3e:/:/bin/sh\n",
        "a:x:0:0:08-00-27-b2-40-3e:/:/bin/sh\n",
        "a:x:665536:665536:08-00-27-b2-40-3e:/:/bin/sh\n",
        "a:x:-1:-1:08-00-27-b2-40-3e:/:/bin/sh\n",
        "a:x:600000:600000:../../etc:/:/bin/sh\n",
        "A:x:600000:600000:08-00-27-b2-40-3e:/:/bin/sh\n",
        "a:x:600000:600000:08-00-27-b2-40-3e:/:/s\nb:x:600000:600000:08-00-27-b2-40-3f:/:/s\n",
        "a:x:600000:600000:08-00-27-b2-40-3e:/:/s\na:x:600001:600001:08-00-27-b2-40-3f:/:/s\n",
        "a:x:600000:600000:08-00-27-b2-40-3e:/:/s\nb:x:600001:600001:08-00-27-b2-40-3e:/:/s\n",
        "\n",
    };
    static struct smb_accounts t;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        t = (struct smb_accounts){.first_id = 600000, .next_id = 600000};
        ck_assert_msg(smb_accounts_read(&t, S(bad[i])) == -1, "%s", bad[i]);
        ck_assert_uint_eq(t.n, 0);
        ck_assert_uint_eq(t.next_id, 600000);
    }
}
END_TEST

START_TEST(status) {
    struct pxed_slice rest = PXED_SLICE(
        "\nSamba version 4.17.12-Debian\n"
        "PID     Username     Group        Machine                                   Protocol Version  Encryption\n"
        "--------------------------------------------------------------------------------------------------------\n"
        "5961    pxed-a       pxed-a       10.88.0.1 (ipv4:10.88.0.1:36518)          SMB3_11           -\n"
        "1       pxed-z       init is nobody's session\n"
        "99999999999 pxed-z\n"
        "5962    nobody       nogroup      10.88.0.2");
    uint64_t pid;
    struct pxed_slice user;
    ck_assert(smb_status_next(&rest, &pid, &user));
    ck_assert_uint_eq(pid, 5961);
    ck_assert(pxed_slice_is(user, "pxed-a"));
    ck_assert(smb_status_next(&rest, &pid, &user));
    ck_assert_uint_eq(pid, 5962);
    ck_assert(pxed_slice_is(user, "nobody"));
    ck_assert(!smb_status_next(&rest, &pid, &user));
}
END_TEST

START_TEST(imported) {
    static const uint8_t hash[16] = {0x88, 0x46, 0xf7, 0xea, 0xee, 0x8f, 0xb1, 0x17,
                                     0xad, 0x06, 0xbd, 0xd8, 0x30, 0xb7, 0x58, 0x6c};
    struct smb_account a = {.user = "pxed-a", .id = 600001};
    char text[SMB_IMPORT_LINE];
    struct pxed_buf b = PXED_BUF(text);
    smb_account_import(&a, hash, 0x65a0b1c2, &b);
    ck_assert_str_eq(pxed_buf_cstr(&b),
                     "pxed-a:600001:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:8846F7EAEE8FB117AD06BDD830B7586C:"
                     "[U          ]:LCT-65A0B1C2:\n");
    strcpy(a.user, "a2345678901234567890"); /* the longest fits its room */
    a.id = UINT32_MAX;
    b.len = 0;
    smb_account_import(&a, hash, 0x65a0b1c2, &b);
    ck_assert(!pxed_buf_full(&b));
}
END_TEST

START_TEST(orders) {
    static const struct smb_order good[] = {{.verb = SMB_VERB_SERVE, .path = "/srv/pxed/windows-media"},
                                            {.verb = SMB_VERB_OPEN,
                                             .mac = "08-00-27-b2-40-3e",
                                             .user = "pxed-a",
                                             .password = "0123456789abcdef0123456789abcdef"},
                                            {.verb = SMB_VERB_OPEN,
                                             .mac = "08-00-27-b2-40-3e",
                                             .user = "pxed-a",
                                             .password = "0123456789abcdef0123456789abcdef",
                                             .installs = true},
                                            {.verb = SMB_VERB_CLOSE, .mac = "08-00-27-b2-40-3e"},
                                            {.verb = SMB_VERB_SETTLED},
                                            {.verb = SMB_VERB_END}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char text[SMB_DATAGRAM_MAX];
        struct smb_order back;
        struct pxed_buf b = PXED_BUF(text);
        smb_order_write(&good[i], &b);
        ck_assert(smb_order_read(pxed_buf_slice(&b), &back));
        ck_assert_mem_eq(&back, &good[i], sizeof(back));
        for (size_t n = 0; n < b.len; n++) /* every piece of it is refused */
            ck_assert(!smb_order_read(pxed_slice(text, n), &back));
        pxed_buf_byte(&b, '\0');
        ck_assert(!smb_order_read(pxed_buf_slice(&b), &back)); /* and what goes on */
    }
}
END_TEST

START_TEST(hostile_orders) {
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
#define B(text) {text, sizeof(text) - 1}
        B(""),
        B("x"),
        B("s/\0"),
        B("srelative\0"),
        B("s/srv/%U\0"),
        B("o08-00-27-b2-40-3e\0root\0"
          "0123456789abcdef0123456789abcdef\0\0"),
        B("o08-00-27-b2-40-3e\0a:x\0"
          "0123456789abcdef0123456789abcdef\0\0"),
        B("o08-00-27-b2-40-3e\0a\0"
          "0123456789abcdef0123456789abcde\n\0\0"),
        B("o../etc\0a\0"
          "0123456789abcdef0123456789abcdef\0\0"),
        B("o08-00-27-b2-40-3e\0a23456789012345678901\0"
          "0123456789abcdef0123456789abcdef\0\0"),
        B("c\0"),
        B("c..\0"),
        B("o08-00-27-b2-40-3e\0a\0"
          "0123456789abcdef0123456789abcdef\0"
          "2\0"),
        B("q\0"),
        B("e\0"),
    };
    struct smb_order order;
    char lengthy[SMB_DATAGRAM_MAX];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!smb_order_read(pxed_slice(bad[i].text, bad[i].len), &order), "%zu", i);
    memset(lengthy, 'a', sizeof(lengthy));
    lengthy[0] = 's';
    lengthy[1] = '/';
    lengthy[sizeof(lengthy) - 1] = '\0';
    ck_assert(!smb_order_read(pxed_slice(lengthy, sizeof(lengthy)), &order));
}
END_TEST

START_TEST(reports) {
    struct smb_report r = {.level = '3', .event = "smb", .mac = "08-00-27-b2-40-3e", .text = "error=\"x\""}, back;
    char text[SMB_DATAGRAM_MAX];
    struct pxed_buf b = PXED_BUF(text);
    memset(&back, 0, sizeof(back));
    smb_report_write(&r, &b);
    ck_assert(smb_report_read(pxed_buf_slice(&b), &back));
    ck_assert_mem_eq(&r, &back, sizeof(r));
    for (size_t n = 0; n < b.len; n++)
        ck_assert(!smb_report_read(pxed_slice(text, n), &back));
    ck_assert(!smb_report_read(PXED_SLICE("xsmb\0\0\0"), &back));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("smb-pure");
    TCase *tc = tcase_create("texts");
    tcase_add_test(tc, names);
    tcase_add_test(tc, paths);
    tcase_add_test(tc, users);
    tcase_add_test(tc, macs);
    tcase_add_test(tc, managed);
    tcase_add_test(tc, external);
    tcase_add_test(tc, table);
    tcase_add_test(tc, hostile_passwd);
    tcase_add_test(tc, status);
    tcase_add_test(tc, imported);
    tcase_add_test(tc, orders);
    tcase_add_test(tc, hostile_orders);
    tcase_add_test(tc, reports);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
