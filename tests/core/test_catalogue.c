/* From ini and host file to hosts: which place a variable comes from, what is an error, what is a warning. */
#include "catalogue.h"

#include <stdio.h>
#include <unistd.h>

#include "catalogue_os.h"
#include "render_plan.h"
#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {"debian", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "linux", .initrd = {"initrd.gz"}, .args = "url={{file.answer_cfg}}"}, {0}};
static const struct pxed_file files[] = {
    {"answer.cfg", NULL, "answer.cfg", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, NULL}, {0}};
static const struct pxed_os_var vars[] = {
    {"colour", "of the case", "grey", 0}, {"join-password", "of the domain", NULL, PXED_VAR_SECRET}, {0}};
static const struct pxed_profile profile = {"test", claims, boots, files, NULL, vars};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static const struct pxed_claim other_claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_profile other = {"other", other_claims, boots, NULL, NULL, NULL};
static const struct pxed_profile *const other_profiles[] = {&other, NULL};

static struct site site;

static void setup(void) {
    site_open(&site);
    site_part(&site, "os-test", "disk-guard", "guard\n");
    site_part(&site, "os-test", "report", "report\n");
    site_fake_os(&site, "os-test", profiles);
    site_image(&site, "testos-1/linux");
    site_image(&site, "testos-1/initrd.gz");
}
static void teardown(void) {
    site_close(&site);
}

#define MAC "08:00:27:4d:4d:aa"

/* --- the order of places --- */

static const struct {
    const char *name, *line, *sections, *value;
} places[] = {
    {"nowhere", "", "", "(unset)"},
    {"[defaults]", "", "[defaults]\nlocale = D\n", "D pxed.ini:6"},
    {"[os ID] before it", "", "[defaults]\nlocale = D\n[os testos-1]\nlocale = O\n", "O pxed.ini:8"},
    {"[group] before them", ", group=web",
     "[defaults]\nlocale = D\n[os testos-1]\nlocale = O\n[group web]\nlocale = G\n", "G pxed.ini:10"},
    {"the line before all", ", group=web, locale=L",
     "[defaults]\nlocale = D\n[os testos-1]\nlocale = O\n[group web]\nlocale = G\n", "L host-os.conf:2"},
    {"another group", ", group=web", "[group db]\nlocale = G\n[group web]\nkeyboard = de\n", "(unset)"},
    {"another OS id", "", "[os debian-12]\nlocale = O\n", "(unset)"},
    {"set to nothing: set all the same", ", locale=", "[defaults]\nlocale = D\n", " host-os.conf:2"},
};

START_TEST(order_of_places) {
    const char *said =
        site_build(&site, "", places[_i].sections,
                   pxed_arena_printf(&site.tree.arena, "# hosts\n" MAC ", testos-1%s\n", places[_i].line));
    ck_assert_msg(site.catalogue != NULL, "%s: %s", places[_i].name, said);
    const char *value = site_var(&site, site_host(&site, NULL), "locale");
    ck_assert_msg(strcmp(value, places[_i].value) == 0, "%s: %s", places[_i].name, value);
}
END_TEST

START_TEST(the_profile_comes_last) {
    site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "colour"), "grey profile:0");
    site_build(&site, "", "[defaults]\ncolour = red\n", MAC ", testos-1\n08:00:27:00:00:02, local\n");
    ck_assert_uint_eq(site.diags.n, 0); /* hosts of other systems have no such variable; that is no fault */
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "colour"), "red pxed.ini:6");
    ck_assert_str_eq(site_var(&site, site_host(&site, "08:00:27:00:00:02"), "colour"), "(unset)");
    site_build(&site, "", "[os testos-1]\ncolour = red\n", MAC ", testos-1\n");
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "colour"), "red pxed.ini:6");
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "join-password"), "(unset)");
}
END_TEST

START_TEST(secrets_are_flagged) {
    site_build(&site, "", "[os testos-1]\njoin-password = j\n", MAC ", testos-1, root-password-hash=h, name=a\n");
    const struct pxed_host *h = &site_host(&site, NULL)->pub;
    ck_assert_uint_eq(pxed_host_var(h, "join-password")->flags, PXED_VAR_SECRET);
    ck_assert_uint_eq(pxed_host_var(h, "root-password-hash")->flags, PXED_VAR_SECRET);
    ck_assert_uint_eq(pxed_host_var(h, "name")->flags, 0);
}
END_TEST

/* --- errors: the table stays out of force --- */

static const struct {
    const char *name, *sections, *hosts, *said; /* without warnings */
} wrong[] = {
    {"the same MAC", "", MAC ", testos-1\n08-00-27-4D-4D-AA, testos-1, name=b\n",
     "error host-os.conf:2: MAC 08:00:27:4d:4d:aa stands twice, first at HOSTS:1\n"},
    {"the same MAC as a further port", "",
     MAC ", testos-1\n08:00:27:00:00:01, testos-1, mac=\"08:00:27:00:00:02 " MAC "\"\n",
     "error host-os.conf:2: MAC 08:00:27:4d:4d:aa stands twice, first at HOSTS:1\n"},
    {"the same name", "", MAC ", testos-1, name=web\n08:00:27:00:00:01, testos-1, name=web\n",
     "error host-os.conf:2: name=web stands twice, first at HOSTS:1\n"},
    {"the same name in capitals", "", MAC ", testos-1, name=web\n08:00:27:00:00:01, testos-1, name=WEB\n",
     "error host-os.conf:2: name=WEB stands twice, first at HOSTS:1\n"},
    {"another's default name", "", MAC ", testos-1\n08:00:27:00:00:01, testos-1, name=pxe-4d4daa\n",
     "error host-os.conf:2: name=pxe-4d4daa stands twice, first at HOSTS:1\n"},
    {"the same address", "", MAC ", testos-1, ip=10.77.0.60\n08:00:27:00:00:01, testos-1, ip=10.77.0.60/24\n",
     "error host-os.conf:2: ip=10.77.0.60/24 stands twice, first at HOSTS:1\n"},
    {"an unknown variable", "", MAC ", testos-1, nmae=web\n",
     "error host-os.conf:1: unknown variable 'nmae', did you mean 'name'?\n"},
    {"nothing near it", "", MAC ", testos-1, favourite=tea\n", "error host-os.conf:1: unknown variable 'favourite'\n"},
    {"a profile's variable, misspelt", "", MAC ", testos-1, color=red\n",
     "error host-os.conf:1: unknown variable 'color', did you mean 'colour'?\n"},
    {"another profile's variable", "", MAC ", local, colour=red\n",
     "error host-os.conf:1: unknown variable 'colour'\n"},
    {"users: no hash", "", MAC ", testos-1, users=\"alice:secret\"\n",
     "error host-os.conf:1: users=***: the second field is no hash of a password: make one with `openssl passwd -6`\n"},
    {"ip6 without prefix", "", MAC ", testos-1, ip6=2001:db8::1\n",
     "error host-os.conf:1: ip6=2001:db8::1: expected IPv6 addresses with their prefix, such as 2001:db8::60/64\n"},
    {"gateway6 of another kind", "", MAC ", testos-1, gateway6=10.77.0.1\n",
     "error host-os.conf:1: gateway6=10.77.0.1: expected an IPv6 address\n"},
    {"bond of no mode", "", MAC ", testos-1, bond=lacp\n",
     "error host-os.conf:1: bond=lacp: expected 802.3ad, active-backup, balance-rr, balance-xor, balance-tlb, "
     "balance-alb or broadcast\n"},
    {"install-net", "", MAC ", testos-1, install-net=all\n",
     "error host-os.conf:1: install-net=all: expected port, bond, vlan or both\n"},
    {"bootorder", "", MAC ", testos-1, bootorder=pxe\n",
     "error host-os.conf:1: bootorder=pxe: expected network, keep or disk\n"},
    {"unknown in [defaults]", "[defaults]\ntimezne = UTC\n", MAC ", testos-1\n",
     "error pxed.ini:6: unknown variable 'timezne', did you mean 'timezone'?\n"},
    {"unknown in [group]", "[group web]\ntimezne = UTC\n", MAC ", testos-1\n",
     "error pxed.ini:6: unknown variable 'timezne', did you mean 'timezone'?\n"},
    {"unknown in [os ID]", "[os testos-1]\nlocal = x\n", MAC ", testos-1\n",
     "error pxed.ini:6: unknown variable 'local', did you mean 'locale'?\n"},
    {"another system's variable in [os ID]", "[os local]\ncolour = red\n", MAC ", testos-1\n",
     "error pxed.ini:6: unknown variable 'colour'\n"},
    {"one machine's matter in a section", "[defaults]\nip = 10.77.0.60\n", MAC ", testos-1\n",
     "error pxed.ini:6: 'ip' names one machine: it belongs into a line of the host file\n"},
    {"a name in a section", "[group web]\nname = web\n", MAC ", testos-1\n",
     "error pxed.ini:6: 'name' names one machine: it belongs into a line of the host file\n"},
    {"a bad OS id", "", MAC ", debian/12\n",
     "error host-os.conf:1: 'debian/12' is no OS id: letters, digits, `.`, `_`, `-`, at most 63\n"},
    {"a bad OS id in a section", "[os ../etc]\n", MAC ", testos-1\n", NULL},
    {"a bad name", "", MAC ", testos-1, name=web.example.org\n",
     "error host-os.conf:1: name=web.example.org: a host name has 1 to 63 letters, digits and inner hyphens (the "
     "domain goes into domain=)\n"},
    {"a bad address", "", MAC ", testos-1, ip=10.77.0\n",
     "error host-os.conf:1: ip=10.77.0: expected an address such as 10.77.0.60 or 10.77.0.60/24\n"},
    {"a bad disk", "", MAC ", testos-1, disk=sda\n",
     "error host-os.conf:1: disk=sda: expected /dev/NAME, serial:S, wwn:W, size:400G-500G, smallest or number:N\n"},
    {"a bad VLAN", "", MAC ", testos-1, vlan=4095\n",
     "error host-os.conf:1: vlan=4095: expected a VLAN number, 1 to 4094\n"},
    {"a bad net", "", MAC ", testos-1, net=statik\n", "error host-os.conf:1: net=statik: expected static or dhcp\n"},
    {"a bad flag", "", MAC ", testos-1, protect=sure\n", "error host-os.conf:1: protect=sure: expected yes or no\n"},
    {"a bad further port", "", MAC ", testos-1, mac=08:00\n",
     "error host-os.conf:1: mac=08:00: expected MAC addresses\n"},
    {"a bad gateway", "", MAC ", testos-1, gateway=router\n",
     "error host-os.conf:1: gateway=router: expected addresses\n"},
    {"a bad domain", "", MAC ", testos-1, domain=\"a b\"\n",
     "error host-os.conf:1: domain=a b: a domain has letters, digits, hyphens and dots\n"},
    {"a bad section value", "[defaults]\nvlan = x\n", MAC ", testos-1\n",
     "error pxed.ini:6: vlan=x: expected a VLAN number, 1 to 4094\n"},
    {"an unreadable line", "", "nonsense\n" MAC ", testos-1\n",
     "error host-os.conf:1: the first word is no MAC address: 'nonsense' (write 08:00:27:4d:4d:aa, OS-ID)\n"},
};

static const char *errors_only(struct site *s) {
    const char *all = "";
    for (size_t i = 0; i < s->diags.n; i++)
        if (s->diags.items[i].severity == PXED_ERROR) {
            struct pxed_diags one = {.items = &s->diags.items[i], .n = 1, .errors = 1};
            all = pxed_arena_printf(&s->tree.arena, "%s%s", all, diags_text(&s->tree, &one));
        }
    return all;
}

START_TEST(errors) {
    site_build(&site, "", wrong[_i].sections, wrong[_i].hosts);
    const char *said = errors_only(&site), *want = wrong[_i].said;
    ck_assert_msg(site.catalogue == NULL, "%s", wrong[_i].name);
    if (want && strstr(want, "HOSTS"))
        want = pxed_arena_printf(&site.tree.arena, "%.*s%s%s", (int)(strstr(want, "HOSTS") - want), want,
                                 tree_path(&site.tree, "host-os.conf"), strstr(want, "HOSTS") + 5);
    ck_assert_msg(want ? strcmp(said, want) == 0 : *said != '\0', "%s:\n%s", wrong[_i].name, said);
}
END_TEST

START_TEST(all_errors_at_once) {
    site_build(&site, "", "[defaults]\nvlan = x\n",
               "nonsense\n" MAC ", testos-1, nmae=a, ip=x\n" MAC ", testos-1, name=b\n");
    ck_assert_uint_eq(site.diags.errors, 5);
}
END_TEST

START_TEST(secret_values_are_not_told) {
    tree_write(&site.tree, "two-lines", "hunter2\nhunter3\n");
    site_build(&site, "", "", MAC ", testos-1, root-password-hash=@two-lines\n");
    ck_assert_int_eq(site_host(&site, NULL)->rare->trouble, PXED_WHY_VALUE_UNREADABLE); /* not the table's fault */
    ck_assert_ptr_nonnull(diags_find(&site.diags, "root-password-hash=***: the value must be one line of text"));
    ck_assert_ptr_null(diags_find(&site.diags, "hunter"));
}
END_TEST

static const char *const fine[] = {
    "disk=/dev/sda",
    "disk=serial:S4EVNF0M",
    "disk=wwn:0x5002538",
    "disk=size:400G-500G",
    "disk=size:1T-2T",
    "disk=smallest",
    "ip=10.77.0.60/24",
    "ip=fd00::60/64",
    "dns=\"10.0.0.1, 10.0.0.2\"",
    "domain=example.org",
    "protect=no",
    "net=dhcp",
    "vlan=4094",
    "mac=\"08:00:27:00:00:02,0800.2700.0003\"",
    "name=a",
    "root-password-hash=$6$a$b",
    "args=\"console=ttyS0 a=\"\"b\"\"\"",
    "group=web",
    "colour=red",
    "packages=\"vim git\"",
};

START_TEST(values_that_are_fine) {
    const char *said =
        site_build(&site, "", "[group web]\n", pxed_arena_printf(&site.tree.arena, MAC ", testos-1, %s\n", fine[_i]));
    ck_assert_msg(site.catalogue && site.diags.n == 0, "%s: %s", fine[_i], said);
}
END_TEST

/* --- warnings: that host boots its disk, all others are in force --- */

START_TEST(nobody_claims_it) {
    const char *said = site_build(&site, "", "", MAC ", beos-5\n08:00:27:00:00:01, testos-1\n");
    ck_assert_str_eq(said, "warning host-os.conf:1: no plugin claims the OS id 'beos-5': its hosts boot their disks "
                           "(NO_PROFILE); to boot its files as they are, name kernel =, "
                           "iso =, efi = or multiboot = in [os beos-5]\n");
    ck_assert_uint_eq(site.catalogue->n_hosts, 2);
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_ANY);
    struct pxed_plan plan;
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_NO_PROFILE);
}
END_TEST

START_TEST(no_image) {
    site_build(&site, "", "", MAC ", testos-2\n08:00:27:00:00:01, testos-1\n08:00:27:00:00:02, testos-2\n");
    ck_assert_ptr_nonnull(site.catalogue);
    ck_assert_uint_eq(site.diags.n, 1); /* once for the OS id, at its first line */
    const struct pxed_diag *d = diags_find(&site.diags, "NO_IMAGE");
    ck_assert(d && strstr(d->text, "no image for 'testos-2'") && d->line == 1 && d->file);
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_ANY);
    struct pxed_plan plan;
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_NO_IMAGE);
}
END_TEST

START_TEST(local_is_no_system) {
    const char *said = site_build(&site, "", "", MAC ", local, name=printer, ip=10.77.0.7\n");
    ck_assert_str_eq(said, "");
    ck_assert_ptr_null(site_host(&site, NULL)->os->profile);
}
END_TEST

/* --- who claims an OS id --- */

START_TEST(a_tie) {
    site_fake_os(&site, "os-other", other_profiles);
    const char *said = site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_ptr_null(site.catalogue);
    ck_assert_str_eq(said,
                     "error host-os.conf:1: plugins 'os-test' and 'os-other' both claim 'testos-1'; say which with "
                     "[os testos-1] plugin = NAME\n");
    said = site_build(&site, "", "[os testos-1]\nplugin = os-other\n", MAC ", testos-1\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    ck_assert_str_eq(site_host(&site, NULL)->os->plugin, "os-other");
    said = site_build(&site, "", "[os testos-1]\nplugin = os-test\n", MAC ", testos-1\n");
    ck_assert_str_eq(site_host(&site, NULL)->os->plugin, "os-test");
}
END_TEST

START_TEST(an_id_that_no_line_names) { /* pxed arm --os, and an installation that goes on */
    struct pxed_arena arena = {0};
    site_build(&site, "", "", MAC ", testos-1\n");
    const struct catalogue_os *os = catalogue_os_make(site.catalogue, &site.plugins, PXED_SLICE("debian-12"), &arena);
    ck_assert_str_eq(os->plugin, "os-test");
    ck_assert_ptr_null(catalogue_os_make(site.catalogue, &site.plugins, PXED_SLICE("beos-5"), &arena)->profile);
    ck_assert_ptr_null(catalogue_os_make(site.catalogue, &site.plugins, PXED_SLICE("No Id"), &arena)->profile);
    ck_assert_ptr_null(catalogue_os(site.catalogue, PXED_SLICE("debian-12")));
    ck_assert_ptr_nonnull(catalogue_os(site.catalogue, PXED_SLICE("testos-1")));
    pxed_arena_clear(&arena);
}
END_TEST

START_TEST(own_kernel_and_initrd) {
    struct pxed_plan plan;
    site_image(&site, "testos-3/special/bzImage");
    site_image(&site, "testos-3/ramdisk");
    const char *said =
        site_build(&site, "", "[os testos-3]\nkernel = special/bzImage\ninitrd = ramdisk\n", MAC ", testos-3\n");
    ck_assert_msg(site.catalogue && site.diags.n == 0, "%s", said);
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_ANY);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    ck_assert(pxed_slice_is(plan.kernel, "os/testos-3/special/bzImage"));
    ck_assert(plan.n_initrds == 1 && pxed_slice_is(plan.initrds[0].path, "os/testos-3/ramdisk"));
}
END_TEST

/* --- the disk guard in an operator's own answer file --- */

static const struct {
    const char *name, *answer, *pxed;
    bool guarded;
    const char *warning;
} guards[] = {
    {"included", "a\n{{> disk-guard}}\nb\n", "", true, NULL},
    {"included, without blanks", "{{>disk-guard}}", "", true, NULL},
    {"not included", "a\n", "", false, "no {{> disk-guard}} in this answer file"},
    {"in a comment only", "{{! > disk-guard }}\n", "", false, "no {{> disk-guard}} in this answer file"},
    {"another partial", "{{> report}}\n", "", false, "no {{> disk-guard}} in this answer file"},
    {"not included, arm = any", "a\n", "arm = any\n", false, NULL},
    {"not included, arm = command", "a\n", "arm = command\n", false, NULL},
};

START_TEST(guard) {
    tree_write(&site.tree, "own.cfg", guards[_i].answer);
    const char *said = site_build(&site, guards[_i].pxed, "", MAC ", testos-1, answer=own.cfg\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    const struct catalogue_host *h = site_host(&site, NULL);
    ck_assert_msg(h->guarded == guards[_i].guarded, "%s", guards[_i].name);
    ck_assert_str_eq(h->rare->answer, tree_path(&site.tree, "own.cfg"));
    ck_assert_msg(guards[_i].warning ? diags_find(&site.diags, guards[_i].warning) && site.diags.n == 1
                                     : site.diags.n == 0,
                  "%s: %s", guards[_i].name, said);
}
END_TEST

START_TEST(the_profiles_own_file_is_guarded) {
    site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert(site_host(&site, NULL)->guarded);
    site_build(&site, "", "", MAC ", beos-5\n");
    ck_assert(!site.catalogue->hosts[0].os->profile);
}
END_TEST

START_TEST(answer_files_of_sections) { /* relative to the file that names them */
    tree_write(&site.tree, "conf.d/own.cfg", "{{> disk-guard}}");
    tree_write(&site.tree, "conf.d/a.ini", "[os testos-1]\nanswer = own.cfg\n");
    site_build(&site, "include = conf.d/*.ini\n", "", MAC ", testos-1\n");
    ck_assert_str_eq(site_host(&site, NULL)->rare->answer, tree_path(&site.tree, "conf.d/own.cfg"));
    ck_assert(site_host(&site, NULL)->guarded);
}
END_TEST

START_TEST(a_missing_answer_file) {
    site_build(&site, "", "", MAC ", testos-1, answer=none.cfg\n");
    ck_assert_ptr_nonnull(site.catalogue);
    const struct pxed_diag *d = diags_find(&site.diags, "cannot read the answer file");
    ck_assert(d && d->severity == PXED_HOST_ERROR && d->line == 1);
    const struct catalogue_host *h = site_host(&site, NULL);
    ck_assert_int_eq(h->rare->trouble, PXED_WHY_ANSWER_UNREADABLE);
    ck_assert_ptr_nonnull(strstr(h->rare->trouble_text, "host-os.conf:1: cannot read the answer file"));
    ck_assert(!h->guarded); /* so the line does not arm */
    struct render r = site_render(&site, h, LIFECYCLE_ANY);
    ck_assert_ptr_null(render_file(&r, &files[0]).ptr); /* ours never stands in for it */
}
END_TEST

START_TEST(a_misspelt_name_in_an_answer_file) {
    tree_write(&site.tree, "own.cfg",
               "{{> disk-guard}}\n{{host.name}} {{host.colour}} {{host.mac-colon}}\n{{#host.nmae}}{{/host.nmae}}\n");
    site_build(&site, "", "", MAC ", testos-1, answer=own.cfg\n");
    ck_assert_uint_eq(site.diags.n, 1);
    const struct pxed_diag *d = diags_find(&site.diags, "unknown variable 'nmae', did you mean 'name'?");
    ck_assert(d && d->severity == PXED_WARNING && d->line == 3);
}
END_TEST

START_TEST(a_broken_answer_file) {
    tree_write(&site.tree, "own.cfg", "{{> disk-guard}}\n{{#host.name}}\n");
    site_build(&site, "", "", MAC ", testos-1, answer=own.cfg\n");
    ck_assert_uint_eq(site.diags.host_errors, 1);
    ck_assert_str_eq(strrchr(site.diags.items[0].file, '/'), "/own.cfg");
    ck_assert_int_eq(site_host(&site, NULL)->rare->trouble, PXED_WHY_ANSWER_BROKEN);
}
END_TEST

/* --- what is never served --- */

START_TEST(private_files) {
    tree_write(&site.tree, "conf.d/a.ini", "[defaults]\nlocale = x\n");
    tree_write(&site.tree, "key", "k");
    tree_write(&site.tree, "own.cfg", "{{> disk-guard}}");
    site_build(&site, "include = conf.d/*.ini\n", "", MAC ", testos-1, ssh-key=@key, answer=own.cfg\n");
    static const char *const names[] = {"pxed.ini", "conf.d/a.ini", "host-os.conf", "key", "own.cfg", "state"};
    for (int i = 0; i < COUNT(names); i++) {
        bool found = false;
        for (size_t k = 0; k < site.catalogue->n_private; k++)
            found |= strcmp(site.catalogue->private_files[k], tree_path(&site.tree, names[i])) == 0;
        ck_assert_msg(found, "%s", names[i]);
    }
    ck_assert_uint_eq(site.catalogue->n_private, (size_t)COUNT(names));
}
END_TEST

/* --- looking up --- */

START_TEST(further_ports) {
    site_build(&site, "", "",
               MAC ", testos-1, mac=\"08:00:27:00:00:02 0800.2700.0003\"\n08:00:27:00:00:04, testos-1\n");
    const struct catalogue_host *h = site_host(&site, MAC);
    ck_assert_uint_eq(h->pub.n_macs, 3);
    ck_assert_ptr_eq(site_host(&site, "08:00:27:00:00:02"), h);
    ck_assert_ptr_eq(site_host(&site, "08:00:27:00:00:03"), h);
    ck_assert_ptr_ne(site_host(&site, "08:00:27:00:00:04"), h);
    ck_assert_ptr_null(site_host(&site, "08:00:27:00:00:05"));
    ck_assert_str_eq(pxed_slice_head(h->pub.name, h->pub.name.len).ptr, "pxe-4d4daa");
}
END_TEST

START_TEST(addresses_and_prefixes) {
    site_build(&site, "", "",
               MAC ", testos-1, ip=10.77.0.60\n08:00:27:00:00:02, testos-1, ip=10.99.0.60\n"
                   "08:00:27:00:00:03, testos-1, ip=10.99.0.61/22\n");
    struct pxed_addr a = pxed_addr_v4(0x0a4d003c), none = pxed_addr_v4(0x0a4d003d);
    ck_assert_ptr_eq(catalogue_find_ip(site.catalogue, &a), site_host(&site, MAC));
    ck_assert_ptr_null(catalogue_find_ip(site.catalogue, &none));
    ck_assert_uint_eq(site.catalogue->hosts[0].pub.prefix, 24); /* the served network's */
    ck_assert_uint_eq(site.catalogue->hosts[1].pub.prefix, 0);
    ck_assert_uint_eq(site.catalogue->hosts[2].pub.prefix, 22);
}
END_TEST

START_TEST(twenty_thousand_hosts) {
    enum { N = 20000 };
    char *text = malloc(N * 64);
    size_t n = 0;
    for (unsigned i = 0; i < N; i++)
        n += (size_t)snprintf(text + n, 64, "02:00:%02x:%02x:%02x:%02x, testos-1, ip=10.%u.%u.%u\n", i >> 24,
                              i >> 16 & 255, i >> 8 & 255, i & 255, 100 + (i >> 16), i >> 8 & 255, i & 255);
    const char *said = site_build(&site, "", "", text);
    ck_assert_msg(site.catalogue && site.catalogue->n_hosts == N, "%.200s", said);
    for (unsigned i = 0; i < N; i++) {
        struct pxed_hwaddr mac = {1, 6, {2, 0, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
        struct pxed_addr ip = pxed_addr_v4(0x0a640000 + (i >> 16 << 16) + (i & 0xffff));
        ck_assert_ptr_eq(catalogue_find(site.catalogue, &mac), &site.catalogue->hosts[i]);
        ck_assert_ptr_eq(catalogue_find_ip(site.catalogue, &ip), &site.catalogue->hosts[i]);
        mac.bytes[0] = 4;
        ck_assert_ptr_null(catalogue_find(site.catalogue, &mac));
    }
    free(text);
}
END_TEST

START_TEST(an_empty_table) {
    ck_assert_str_eq(site_build(&site, "", "", "# nobody yet\n"), "");
    struct pxed_hwaddr mac = {1, 6, {0}};
    struct pxed_addr ip = {0};
    ck_assert_ptr_null(catalogue_find(site.catalogue, &mac));
    ck_assert_ptr_null(catalogue_find_ip(site.catalogue, &ip));
}
END_TEST

START_TEST(a_generation_lives_while_it_is_held) {
    site_build(&site, "", "", MAC ", testos-1, name=first\n");
    struct catalogue *old = catalogue_ref(site.catalogue);
    catalogue_unref(site.catalogue);
    site.catalogue = NULL;
    ck_assert(pxed_slice_is(old->hosts[0].pub.name, "first"));
    catalogue_unref(old);
}
END_TEST

START_TEST(urls) {
    site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_str_eq(site.catalogue->base, "http://10.77.0.1/boot/"); /* the interface's first address */
    site_build(&site, "name = pxe-server\n", "", MAC ", testos-1\n");
    ck_assert_str_eq(site.catalogue->base, "http://pxe-server/boot/");
}
END_TEST

START_TEST(the_last_good_table) {
    tree_write(&site.tree, "hosts.good", "08:00:27:00:00:09, testos-1\n");
    site_build(&site, "", "", MAC ", testos-1\n");
    struct catalogue_input in = {.ini = &site.config->ini,
                                 .settings = &site.config->settings,
                                 .plugins = &site.plugins,
                                 .hosts_from = tree_path(&site.tree, "hosts.good")};
    struct catalogue *c = catalogue_build(&in, &site.diags);
    ck_assert(c && c->n_hosts == 1 && c->hosts[0].pub.macs[0].bytes[5] == 9);
    catalogue_unref(c);
}
END_TEST

/* --- one host's trouble is that host's --- */

static void judge(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags) {
    (void)image;
    if (pxed_slice_is(pxed_host_value(host, "colour"), "none"))
        pxed_diag_add(diags, PXED_ERROR, host->file, host->line, "colour=none: no case has this colour");
    pxed_diag_add(diags, PXED_WARNING, host->file, host->line, "judged");
}

static const struct {
    const char *name, *sections, *line;
    enum pxed_reason why;
    const char *said; /* with its place, as it is kept */
} troubles[] = {
    {"none", "", "", PXED_WHY_OK, NULL},
    {"an @FILE", "", ", ssh-key=@none", PXED_WHY_VALUE_UNREADABLE, "host-os.conf:1: cannot read "},
    {"an @FILE of a section", "[group web]\nssh-key = @none\n", ", group=web", PXED_WHY_VALUE_UNREADABLE,
     "pxed.ini:6: cannot read "},
    {"the line's own value is in force", "[group web]\nssh-key = @none\n", ", group=web, ssh-key=k", PXED_WHY_OK, NULL},
    {"no such group", "[group web]\nlocale = G\n", ", group=wbe", PXED_WHY_HOST_BROKEN,
     "host-os.conf:1: there is no [group wbe], did you mean 'web'?"},
    {"what its plugin says", "", ", colour=none", PXED_WHY_HOST_BROKEN,
     "host-os.conf:1: colour=none: no case has this colour"},
};

START_TEST(trouble) {
    struct pxed_plan plan;
    site.fake_ops[0].host = judge;
    const char *said = site_build(
        &site, "", troubles[_i].sections,
        pxed_arena_printf(&site.tree.arena, MAC ", testos-1%s\n08:00:27:00:00:02, testos-1\n", troubles[_i].line));
    ck_assert_msg(site.catalogue != NULL, "%s: %s", troubles[_i].name, said);
    const struct catalogue_host *h = site_host(&site, NULL), *second = site_host(&site, "08:00:27:00:00:02");
    ck_assert_msg(h->rare->trouble == troubles[_i].why, "%s: %s", troubles[_i].name, said);
    ck_assert_int_eq(second->rare->trouble, PXED_WHY_OK);
    ck_assert_uint_eq(site.diags.errors, 0);
    if (troubles[_i].said) {
        ck_assert_msg(strstr(h->rare->trouble_text, troubles[_i].said) != NULL, "%s", h->rare->trouble_text);
        ck_assert_msg(strstr(said, "error ") != NULL, "it is told, too: %s", said);
    }
    struct render r = site_render(&site, h, LIFECYCLE_ANY);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), troubles[_i].why);
    r = site_render(&site, second, LIFECYCLE_ANY);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
}
END_TEST

START_TEST(many_groups) { /* the 64th was unknown, and refused the table */
    const char *sections = "";
    for (int i = 0; i < 100; i++)
        sections = pxed_arena_printf(&site.tree.arena, "%s[group g%d]\nlocale = l%d\n", sections, i, i);
    const char *said = site_build(&site, "", sections, MAC ", testos-1, group=g99\n");
    ck_assert_str_eq(said, "");
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "locale"), "l99 pxed.ini:204");
}
END_TEST

/* --- what will not do although each word can be read --- */

static const struct {
    const char *name, *sections, *line, *said; /* NULL: nothing */
    enum pxed_reason why;
} judged[] = {
    {"an address", "", "ip=10.77.0.60", NULL, PXED_WHY_OK},
    {"the server's own", "", "ip=10.77.0.1", "error host-os.conf:1: ip=10.77.0.1: this server's own address",
     PXED_WHY_HOST_BROKEN},
    {"the broadcast", "", "ip=10.77.0.255", "error host-os.conf:1: ip=10.77.0.255: the broadcast address",
     PXED_WHY_HOST_BROKEN},
    {"the network", "", "ip=10.77.0.0/24", "error host-os.conf:1: ip=10.77.0.0/24: the network's own address",
     PXED_WHY_HOST_BROKEN},
    {"another net's broadcast", "", "vlan=5, ip=10.9.0.255/24", "ip=10.9.0.255/24: the broadcast address",
     PXED_WHY_HOST_BROKEN},
    {"in the middle of a wide net", "", "vlan=5, ip=10.9.0.255/16", NULL, PXED_WHY_OK},
    {"a point to point net has neither", "", "vlan=5, ip=10.9.0.0/31", NULL, PXED_WHY_OK},
    {"in no served net", "", "ip=10.78.0.60", "warning host-os.conf:1: ip=10.78.0.60: in no net that is served here",
     PXED_WHY_OK},
    {"in a VLAN", "", "ip=10.78.0.60/24, vlan=5", NULL, PXED_WHY_OK},
    {"a gateway", "", "ip=10.77.0.60, gateway=10.77.0.254", NULL, PXED_WHY_OK},
    {"one outside", "", "ip=10.77.0.60, gateway=10.78.0.254",
     "warning host-os.conf:1: gateway=10.78.0.254: outside the net of", PXED_WHY_OK},
    {"itself", "", "ip=10.77.0.60, gateway=10.77.0.60", "gateway=10.77.0.60: the address of the host itself",
     PXED_WHY_OK},
    {"of a section", "[defaults]\ngateway = 10.1.0.1\n", "ip=10.77.0.60",
     "warning pxed.ini:6: gateway=10.1.0.1: outside", PXED_WHY_OK},
    {"plain text for a hash", "", "root-password-hash=hunter2",
     "warning host-os.conf:1: root-password-hash=***: this is no hash", PXED_WHY_OK},
    {"in a section", "[defaults]\nroot-password-hash = hunter2\n", "name=a",
     "warning pxed.ini:6: root-password-hash=***", PXED_WHY_OK},
    {"SHA-512", "", "root-password-hash=$6$salt$hash", NULL, PXED_WHY_OK},
    {"yescrypt", "", "root-password-hash=$y$j9T$salt$hash", NULL, PXED_WHY_OK},
    {"DES", "", "root-password-hash=abJnggxhB/yWI", NULL, PXED_WHY_OK},
    {"locked", "", "root-password-hash=!", NULL, PXED_WHY_OK},
    {"a blank in kernel =", "[os testos-1]\nkernel = my linux\n", "name=a",
     "error pxed.ini:6: kernel = my linux: a blank", PXED_WHY_HOST_BROKEN},
    {"in initrd =", "[os testos-1]\nkernel = linux\ninitrd = my initrd\n", "name=a",
     "error pxed.ini:7: initrd = my initrd", PXED_WHY_HOST_BROKEN},
    {"a link out of root", "[os testos-9]\n", "name=a",
     "is a link that leads out of root and image-path, which is not followed; image-path = ", PXED_WHY_OK},
    {"a missing image: what was looked for", "[os testos-8]\n", "name=a",
     "no image for 'testos-8': its hosts boot their disks (NO_IMAGE); looked for linux + initrd.gz in BOOT/os/testos-8",
     PXED_WHY_OK},
    {"an empty kernel", "[os testos-3]\n", "name=a", "BOOT/os/testos-3/linux is empty", PXED_WHY_OK},
};

START_TEST(judgements) {
    struct pxed_arena *a = &site.tree.arena;
    tree_write(&site.tree, "outside/linux", "x");
    tree_write(&site.tree, "outside/initrd.gz", "x");
    tree_write(&site.tree, "root/boot/os/testos-3/linux", "");
    site_image(&site, "testos-3/initrd.gz");
    site_image(&site, "testos-1/my linux");
    ck_assert_int_eq(symlink(tree_path(&site.tree, "outside"), tree_path(&site.tree, "root/boot/os/testos-9")), 0);
    const char *said =
        site_build(&site, "", judged[_i].sections, pxed_arena_printf(a, MAC ", testos-1, %s\n", judged[_i].line));
    ck_assert_msg(site.catalogue != NULL, "%s: %s", judged[_i].name, said);
    ck_assert_msg(site_host(&site, NULL)->rare->trouble == judged[_i].why, "%s: %s", judged[_i].name, said);
    if (!judged[_i].said) {
        ck_assert_msg(site.diags.n == 0, "%s: %s", judged[_i].name, said);
        return;
    }
    const char *boot = strstr(judged[_i].said, "BOOT"), *want = judged[_i].said;
    if (boot)
        want = pxed_arena_printf(a, "%.*s%s%s", (int)(boot - want), want, site.catalogue->boot_dir, boot + 4);
    ck_assert_msg(strstr(said, want) != NULL, "%s: %s", judged[_i].name, said);
}
END_TEST

START_TEST(variables_that_nobody_reads) {
    site.fakes[0].desc.name = "os-reads"; /* with a template of its own */
    site_part(&site, "os-reads", "answer.cfg", "{{host.locale}}\n");
    const char *said = site_build(&site, "", "[defaults]\nproduct-key = x\n",
                                  MAC ", testos-1, locale=x\n08:00:27:00:00:02, testos-1, name=b, edition=Pro\n");
    ck_assert_uint_eq(site.diags.n, 1); /* the section is for many systems */
    ck_assert_msg(strstr(said, "warning host-os.conf:2: 'edition' has no effect: testos-1 (os-reads)") != NULL, "%s",
                  said);
}
END_TEST

/* --- OS ids are compared without regard to case --- */

static const struct {
    const char *name, *id, *folder, *section, *locale;
} spellings[] = {
    {"as it is", "testos-1", "testos-1", "os testos-1", "x"},
    {"a capital in the line", "TestOS-1", "testos-1", "os testos-1", "x"},
    {"a capital in the folder", "testos-7", "TESTOS-7", "os testos-7", "x"},
    {"in the section", "testos-1", "testos-1", "os TestOS-1", "x"},
    {"the exact folder first", "TestOS-2", "TestOS-2", "os testos-2", "x"},
};

START_TEST(spelling) {
    struct pxed_plan plan;
    site_image(&site, "testos-2/linux");
    site_image(&site, "testos-2/initrd.gz");
    site_image(&site, "TestOS-2/linux");
    site_image(&site, "TestOS-2/initrd.gz");
    site_image(&site, "TESTOS-7/linux");
    site_image(&site, "TESTOS-7/initrd.gz");
    const char *said =
        site_build(&site, "", pxed_arena_printf(&site.tree.arena, "[%s]\nlocale = x\n", spellings[_i].section),
                   pxed_arena_printf(&site.tree.arena, MAC ", %s\n", spellings[_i].id));
    ck_assert_msg(site.catalogue && site.diags.n == 0, "%s: %s", spellings[_i].name, said);
    const struct catalogue_host *h = site_host(&site, NULL);
    ck_assert(pxed_slice_is(h->pub.os.text, spellings[_i].id) && pxed_slice_is(h->pub.os.family, "testos"));
    ck_assert_str_eq(h->os->plugin, "os-test");
    ck_assert(pxed_slice_is(pxed_host_value(&h->pub, "locale"), spellings[_i].locale));
    struct render r = site_render(&site, h, LIFECYCLE_ANY);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    ck_assert_str_eq(pxed_arena_dup(&site.tree.arena, plan.kernel).ptr,
                     pxed_arena_printf(&site.tree.arena, "os/%s/linux", spellings[_i].folder));
}
END_TEST

START_TEST(two_spellings_in_one_table) { /* each is shown as it is written; they are one system all the same */
    site_build(&site, "", "", MAC ", testos-1\n08:00:27:00:00:02, TESTOS-1\n");
    ck_assert(pxed_slice_is(site_host(&site, NULL)->pub.os.text, "testos-1"));
    ck_assert(pxed_slice_is(site_host(&site, "08:00:27:00:00:02")->pub.os.text, "TESTOS-1"));
    ck_assert_ptr_nonnull(catalogue_os(site.catalogue, PXED_SLICE("TestOs-1")));
}
END_TEST

/* --- the ini's own sections --- */

START_TEST(unknown_sections) {
    site_build(&site, "", "[os-tset]\nx = 1\n[grup web]\n", MAC ", testos-1\n");
    ck_assert_ptr_null(site.catalogue);
    ck_assert_ptr_nonnull(diags_find(&site.diags, "unknown section [os-tset], did you mean [os-test]?"));
    ck_assert_ptr_nonnull(diags_find(&site.diags, "unknown section [grup web]"));
}
END_TEST

int main(void) {
    Suite *s = suite_create("catalogue");
    TCase *t = tcase_create("catalogue");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, order_of_places, 0, COUNT(places));
    tcase_add_test(t, the_profile_comes_last);
    tcase_add_test(t, secrets_are_flagged);
    tcase_add_loop_test(t, errors, 0, COUNT(wrong));
    tcase_add_test(t, all_errors_at_once);
    tcase_add_test(t, secret_values_are_not_told);
    tcase_add_loop_test(t, values_that_are_fine, 0, COUNT(fine));
    tcase_add_test(t, nobody_claims_it);
    tcase_add_test(t, no_image);
    tcase_add_test(t, local_is_no_system);
    tcase_add_test(t, a_tie);
    tcase_add_test(t, an_id_that_no_line_names);
    tcase_add_test(t, own_kernel_and_initrd);
    tcase_add_loop_test(t, guard, 0, COUNT(guards));
    tcase_add_test(t, the_profiles_own_file_is_guarded);
    tcase_add_test(t, answer_files_of_sections);
    tcase_add_test(t, a_missing_answer_file);
    tcase_add_test(t, a_misspelt_name_in_an_answer_file);
    tcase_add_test(t, a_broken_answer_file);
    tcase_add_test(t, private_files);
    tcase_add_test(t, further_ports);
    tcase_add_test(t, addresses_and_prefixes);
    tcase_add_test(t, twenty_thousand_hosts);
    tcase_add_test(t, an_empty_table);
    tcase_add_test(t, a_generation_lives_while_it_is_held);
    tcase_add_test(t, urls);
    tcase_add_test(t, the_last_good_table);
    tcase_add_loop_test(t, trouble, 0, COUNT(troubles));
    tcase_add_test(t, many_groups);
    tcase_add_loop_test(t, judgements, 0, COUNT(judged));
    tcase_add_test(t, variables_that_nobody_reads);
    tcase_add_loop_test(t, spelling, 0, COUNT(spellings));
    tcase_add_test(t, two_spellings_in_one_table);
    tcase_add_test(t, unknown_sections);
    suite_add_tcase(s, t);
    return suite_run(s);
}
