/* What `pxed check` says, and what machines are told about the share. */
#include "pxed/plugin.h"
#include "smb.h"
#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query_smb(uint16_t host_major);

static const struct smb_config standard = {
    .name = "", .server = "", .user = "", .password = "", .program = "/bin/sh", .port = 445, .first_id = 600000};

static const struct pxed_protocol_ops *ops(void) {
    return pxed_plugin_query_smb(PXED_ABI_MAJOR)->ops;
}

/* Is there a diagnosis of this kind that holds `text`? */
static bool told(const struct smb_config *c, enum pxed_severity severity, const char *text) {
    struct pxed_diags diags = {0};
    bool found = false;
    ops()->check(c, "pxed.ini", &diags);
    for (size_t i = 0; i < diags.n; i++)
        found |= diags.items[i].severity == severity && strstr(diags.items[i].text, text);
    pxed_diags_clear(&diags);
    return found;
}

START_TEST(diagnoses) {
    struct smb_config c = standard;
    struct pxed_diags diags = {0};
    ops()->check(&c, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.n, 0);
    c.guest = true;
    ck_assert(told(&c, PXED_WARNING, "guest = yes does nothing"));
    c.mode = SMB_MANAGED;
    ck_assert(told(&c, PXED_WARNING, "everybody on the network"));
    ck_assert(!told(&c, PXED_WARNING, "445"));
    c.port = 4450;
    ck_assert(told(&c, PXED_WARNING, "port 445 only"));
    c.program = "/nonexistent/smbd";
    ck_assert(told(&c, PXED_WARNING, "apt install samba"));
    c.user = "deploy";
    ck_assert(told(&c, PXED_WARNING, "mode = external only"));
    c = standard;
    c.mode = SMB_EXTERNAL;
    ck_assert(told(&c, PXED_WARNING, "no account"));
    c.user = "deploy";
    ck_assert(told(&c, PXED_WARNING, "user without password"));
    c.user = "@wheel";
    ck_assert(told(&c, PXED_ERROR, "is no account's name"));
    c.name = "a b";
    ck_assert(told(&c, PXED_ERROR, "is not a valid share name"));
}
END_TEST

START_TEST(sites) {
    struct smb_config c = standard;
    struct pxed_share_site site = {.folder = "/srv/w"};
    c.user = "deploy";
    c.password = "secret";
    c.name = "media";
    c.server = "nas";
    ops()->share_site(&c, &site);
    ck_assert(!site.published && !site.accounts && !site.user);
    c.mode = SMB_MANAGED;
    ops()->share_site(&c, &site);
    ck_assert(site.published && site.accounts && !site.guest);
    ck_assert_ptr_null(site.user);
    ck_assert_ptr_null(site.server);
    ck_assert_str_eq(site.name, "media");
    c.mode = SMB_EXTERNAL;
    c.guest = true;
    ops()->share_site(&c, &site);
    ck_assert(site.published && !site.accounts && site.guest);
    ck_assert_str_eq(site.user, "deploy");
    ck_assert_str_eq(site.password, "secret");
    ck_assert_str_eq(site.server, "nas");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("smb-check");
    TCase *tc = tcase_create("check");
    tcase_add_test(tc, diagnoses);
    tcase_add_test(tc, sites);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
