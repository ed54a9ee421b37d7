/* Kernel lines and answer files for one host: the texts of the contract, where secrets go, and what hostile values of
 * variables cannot do. The profiles are those of plugins/os-linux, the hostile ones a profile of our own. */
#include "render.h"

#include <stdio.h>

#include "dialect.h"
#include "image_files.h"
#include "render_plan.h"
#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, "flagged"}, {0}};
static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "linux", .args = "n={{host.name}} d={{host.domain}} x={{host.extra}}"}, {0}};
static const struct pxed_file files[] = {{"line", NULL, "none", PXED_ESCAPE_LINE, PXED_FILE_ANSWER, NULL},
                                         {"xml", NULL, "none", PXED_ESCAPE_XML, PXED_FILE_ANSWER, NULL},
                                         {"shell", NULL, "none", PXED_ESCAPE_SHELL, PXED_FILE_ANSWER, NULL},
                                         {"cmd", NULL, "none", PXED_ESCAPE_CMD, PXED_FILE_ANSWER, NULL},
                                         {"yaml", NULL, "none", PXED_ESCAPE_YAML, PXED_FILE_ANSWER, NULL},
                                         {"plain", NULL, "none", PXED_ESCAPE_NONE, PXED_FILE_ANSWER, NULL},
                                         {"missing.cfg", "hosts/x/<mac>.cfg", "none", PXED_ESCAPE_LINE, 0, NULL},
                                         {0}};
static const struct pxed_os_var vars[] = {
    {"extra", "anything", NULL, 0}, {"pass", "a secret", NULL, PXED_VAR_SECRET}, {0}};
static const struct pxed_profile profile = {"test", claims, boots, files, NULL, vars};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;

static void setup(void) {
    site_open(&site);
    site_load(&site, "os-linux");
    site_fake_os(&site, "os-test", profiles);
    static const char *const images[] = {"centos-5.5-i386/pxeboot/vmlinuz",
                                         "centos-5.5-i386/pxeboot/initrd.img",
                                         "centos-6.10-x86_64/images/pxeboot/vmlinuz",
                                         "centos-6.10-x86_64/images/pxeboot/initrd.img",
                                         "rocky-9/isolinux/vmlinuz",
                                         "rocky-9/isolinux/initrd.img",
                                         "debian-12/linux",
                                         "debian-12/initrd.gz",
                                         "debian-10/debian-installer/amd64/linux",
                                         "debian-10/debian-installer/amd64/initrd.gz",
                                         "debian-13/linux",
                                         "debian-13/initrd.gz",
                                         "debian-13/rootfs.tar.gz",
                                         "testos-1/linux"};
    for (int i = 0; i < COUNT(images); i++)
        site_image(&site, images[i]);
}
static void teardown(void) {
    site_close(&site);
}

#define MAC "08:00:27:4d:4d:aa"

static const char *pxed_keys = "";

static struct render armed(const char *hosts) {
    const char *keys = pxed_arena_printf(&site.tree.arena, "name = pxe-server\n%s", pxed_keys);
    const char *said = site_build(&site, keys, "", hosts);
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    return site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
}

static const char *script(struct render *r, enum pxed_loader loader, enum pxed_firmware firmware) {
    struct pxed_plan plan;
    enum { SIZE = 4096 };
    struct pxed_buf out = {pxed_arena_alloc(r->arena, SIZE), SIZE - 1, 0};
    enum pxed_reason why = render_plan(r, firmware, loader, &plan);
    ck_assert_msg(why == PXED_WHY_OK, "%s", pxed_reason_name(why));
    ck_assert_int_eq(dialect_write(loader, firmware, &plan, pxed_slice_of(r->catalogue->base), &out), PXED_WHY_OK);
    return pxed_buf_cstr(&out);
}

/* The file of a row, NUL-terminated; "(broken)" for an unset one. */
static const char *file(struct render *r, const char *name) {
    struct catalogue_image image = {r->catalogue, r->os->id.text};
    const struct pxed_file *row = profile_file(r->os->profile, pxed_slice_of(name), catalogue_image_has, &image);
    ck_assert_msg(row != NULL, "%s", name);
    r->secret = false;
    struct pxed_slice text = render_file(r, row);
    return text.ptr ? pxed_arena_dup(r->arena, text).ptr : "(broken)";
}

/* --- scripts, to the byte --- */

#define DEBIAN "auto=true priority=critical interface=auto"

static const struct {
    const char *name, *host;
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    const char *script;
} scripts[] = {
    {"the contract's", MAC ", centos-5.5-i386", PXED_LOADER_GPXE, PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link "
     "ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt\n"
     "initrd http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img\nboot\n"},
    {"Red Hat 6, EFI", MAC ", centos-6.10-x86_64", PXED_LOADER_IPXE, PXED_FW_EFI_X64,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/centos-6.10-x86_64/images/pxeboot/vmlinuz ksdevice=link "
     "ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt initrd=initrd.img\n"
     "initrd http://pxe-server/boot/os/centos-6.10-x86_64/images/pxeboot/initrd.img\nboot\n"},
    {"args ends the line", MAC ", centos-5.5-i386, args=\"console=ttyS0,115200 text\"", PXED_LOADER_IPXE,
     PXED_FW_EFI_X64,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link "
     "ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt console=ttyS0,115200 text initrd=initrd.img\n"
     "initrd http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img\nboot\n"},
    {"Debian", MAC ", debian-12, name=web01, domain=example.org", PXED_LOADER_GPXE, PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/debian-12/linux " DEBIAN
     " hostname=web01 domain=example.org url=http://pxe-server/boot/hosts/08-00-27-4d-4d-aa/preseed.cfg\n"
     "initrd http://pxe-server/boot/os/debian-12/initrd.gz\nboot\n"},
    {"Debian without name and domain", MAC ", debian-12", PXED_LOADER_GPXE, PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/debian-12/linux " DEBIAN
     " hostname=pxe-4d4daa domain= url=http://pxe-server/boot/hosts/08-00-27-4d-4d-aa/preseed.cfg\n"
     "initrd http://pxe-server/boot/os/debian-12/initrd.gz\nboot\n"},
    {"Debian's netboot.tar.gz", MAC ", debian-10, name=a", PXED_LOADER_PXELINUX, PXED_FW_BIOS,
     "default linux\nlabel linux\n"
     "kernel http://pxe-server/boot/os/debian-10/debian-installer/amd64/linux\n"
     "append " DEBIAN " hostname=a domain= url=http://pxe-server/boot/hosts/08-00-27-4d-4d-aa/preseed.cfg "
     "initrd=http://pxe-server/boot/os/debian-10/debian-installer/amd64/initrd.gz\n"},
    {"Debian with a secret: a token", MAC ", debian-12, name=a, root-password-hash=$6$x$y", PXED_LOADER_GPXE,
     PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/debian-12/linux " DEBIAN " hostname=a domain= "
     "url=http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/08-00-27-4d-4d-aa/preseed.cfg\n"
     "initrd http://pxe-server/boot/os/debian-12/initrd.gz\nboot\n"},
    {"kickstart with a secret: a token", MAC ", centos-5.5-i386, root-password-hash=$1$x$y", PXED_LOADER_GPXE,
     PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link "
     "ks=http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/linux-ks/08-00-27-4d-4d-aa.txt\n"
     "initrd http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img\nboot\n"},
    {"a secret that the text does not hold: a token all the same", MAC ", centos-5.5-i386, product-key=k",
     PXED_LOADER_GPXE, PXED_FW_BIOS,
     "#!gpxe\nimgfree\n"
     "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link "
     "ks=http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/linux-ks/08-00-27-4d-4d-aa.txt\n"
     "initrd http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img\nboot\n"},
};

START_TEST(kernel_lines) {
    struct render r = armed(scripts[_i].host);
    const char *text = script(&r, scripts[_i].loader, scripts[_i].firmware);
    ck_assert_msg(strcmp(text, scripts[_i].script) == 0, "%s:\n%s", scripts[_i].name, text);
}
END_TEST

START_TEST(red_hat_nine) {
    struct render r = armed(MAC ", rocky-9");
    const char *text = script(&r, PXED_LOADER_IPXE, PXED_FW_EFI_X64);
    ck_assert_ptr_nonnull(strstr(text, " inst.ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt "));
    ck_assert_ptr_nonnull(strstr(text, " inst.repo=http://pxe-server/boot/os/rocky-9/ "));
    r = armed(MAC ", rocky-9, repo=http://mirror/rocky/9/BaseOS/x86_64/os/");
    ck_assert_ptr_nonnull(
        strstr(script(&r, PXED_LOADER_IPXE, PXED_FW_EFI_X64), " inst.repo=http://mirror/rocky/9/BaseOS/x86_64/os/ "));
}
END_TEST

/* --- answer files --- */

static const char *const systems[][2] = {
    {"centos-5.5-i386", "ks.cfg"},     {"centos-6.10-x86_64", "ks.cfg"}, {"rocky-9", "ks.cfg"},
    {"debian-12", "preseed.cfg"},      {"debian-12", "early.sh"},        {"debian-13", "preseed.cfg"},
    {"debian-13", "image-install.sh"},
};

START_TEST(answer_files) {
    for (int right = LIFECYCLE_BLANK; right <= LIFECYCLE_ANY; right++) {
        struct render r = armed(pxed_arena_printf(
            &site.tree.arena, MAC ", %s, name=web01, domain=example.org, ip=10.77.0.60, disk=/dev/vda\n",
            systems[_i][0]));
        ((struct lifecycle_record *)(uintptr_t)r.record)->right = (enum lifecycle_right)right;
        const char *text = file(&r, systems[_i][1]);
        ck_assert_msg(strlen(text) > 100 && !strstr(text, "{{"), "%s of %s:\n%s", systems[_i][1], systems[_i][0], text);
        ck_assert_msg(!r.secret, "%s of %s", systems[_i][1], systems[_i][0]);
        const char *guard = strstr(text, "PXED_RIGHT='");
        if (guard) {
            ck_assert_msg(strncmp(guard + 12, lifecycle_right_names[right], strlen(lifecycle_right_names[right])) == 0,
                          "%.20s", guard);
            ck_assert_ptr_nonnull(strstr(text, "PXED_WANT='/dev/vda'"));
        }
        r.record = NULL;
    }
}
END_TEST

START_TEST(kickstart_by_release) {
    struct render r = armed(MAC ", centos-5.5-i386, root-password-hash=$1$a$b");
    const char *text = file(&r, "ks.cfg");
    ck_assert(strstr(text, "\nkey --skip\n") && strstr(text, "rootpw --iscrypted \"$1$a$b\"\n") &&
              !strstr(text, "\n%end"));
    ck_assert_ptr_nonnull(strstr(text, "url --url=\"http://pxe-server/boot/os/centos-5.5-i386/\"\n"));
    r = armed(MAC ", rocky-9");
    text = file(&r, "ks.cfg");
    ck_assert(!strstr(text, "key --skip") && strstr(text, "\nrootpw --lock\n") && strstr(text, "\n%end"));
    ck_assert_ptr_nonnull(strstr(text, "/boot/event?mac=08-00-27-4d-4d-aa"));
}
END_TEST

START_TEST(an_operators_own_file) {
    tree_write(&site.tree, "own.cfg",
               "{{host.name}} {{os.id}} {{os.family}} {{os.version}} {{server.url}} {{event.url}} {{arm.right}} "
               "{{host.dns-list}}\n"
               "{{#host.dns-list}}[{{.}}]{{/host.dns-list}}{{host.netmask}} {{host.prefix}} {{host.mac-colon}}\n");
    struct render r = armed(MAC ", debian-12, answer=own.cfg, name=a, ip=10.77.0.60, dns=\"10.0.0.1, 10.0.0.2\"");
    ck_assert_str_eq(
        file(&r, "preseed.cfg"),
        "a debian-12 debian 12 http://pxe-server http://pxe-server/boot/event?mac=08-00-27-4d-4d-aa blank \n"
        "[10.0.0.1][10.0.0.2]255.255.255.0 24 08:00:27:4d:4d:aa\n");
    ck_assert_str_ne(file(&r, "early.sh"), "(broken)"); /* the profile's further files stay */
}
END_TEST

START_TEST(static_addresses) {
    static const struct {
        const char *host;
        bool fixed;
    } rows[] = {{MAC ", testos-1, ip=10.77.0.60", true},
                {MAC ", testos-1, ip=10.77.0.60, net=dhcp", false},
                {MAC ", testos-1, ip=10.99.0.60", false},
                {MAC ", testos-1, ip=10.99.0.60/16", true},
                {MAC ", testos-1", false},
                {MAC ", testos-1, net=static", false}};
    tree_write(&site.tree, "own.cfg", "{{#host.static}}static{{/host.static}}");
    for (int i = 0; i < COUNT(rows); i++) {
        struct render r = armed(pxed_arena_printf(&site.tree.arena, "%s, answer=own.cfg", rows[i].host));
        ck_assert_msg((*file(&r, "line") != '\0') == rows[i].fixed, "%s", rows[i].host);
    }
}
END_TEST

/* --- secrets --- */

START_TEST(a_text_tells_that_it_holds_a_secret) {
    static const struct {
        const char *answer;
        bool secret;
    } rows[] = {
        {"{{host.pass}}", true},  {"{{{host.pass}}}", true},       {"{{#host.pass}}set{{/host.pass}}", false},
        {"{{host.name}}", false}, {"{{host.extra}}", false},       {"{{host.root-password-hash}}", false}, /* not set */
        {"{{file.line}}", true},  {"{{file.missing_cfg}}", false},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        tree_write(&site.tree, "own.cfg",
                   pxed_arena_printf(&site.tree.arena, "%s%s", rows[i].answer,
                                     strstr(rows[i].answer, "file.line") ? "{{host.pass}}" : ""));
        struct render r = armed(MAC ", testos-1, answer=own.cfg, pass=hunter2, extra=e");
        const char *text = file(&r, "line");
        ck_assert_msg(r.secret == rows[i].secret, "%s", rows[i].answer);
        ck_assert((strstr(text, "hunter2") != NULL) <= rows[i].secret);
    }
}
END_TEST

START_TEST(masked) {
    tree_write(&site.tree, "own.cfg", "p={{host.pass}} u={{file.line}} a={{answer.url}}");
    struct render r = armed(MAC ", testos-1, answer=own.cfg, pass=hunter2");
    r.masked = true;
    const char *text = file(&r, "line");
    ck_assert_str_eq(text, "p=*** u=http://pxe-server/boot/s/***/hosts/08-00-27-4d-4d-aa/line "
                           "a=http://pxe-server/boot/s/***/hosts/08-00-27-4d-4d-aa");
}
END_TEST

static void note_var(void *arg, const struct pxed_var *v) {
    const char **all = arg;
    *all = pxed_arena_printf(&site.tree.arena, "%s%.*s=%.*s\n", *all, PXED_S(v->key), PXED_S(v->value));
}

START_TEST(variables_for_explain) {
    const char *all = "";
    struct render r = armed(MAC ", testos-1, pass=hunter2, root-password-hash=$6$x, name=a");
    render_each_var(&r, note_var, &all);
    ck_assert_str_eq(all, "pass=***\nroot-password-hash=***\nname=a\n");
}
END_TEST

START_TEST(a_file_may_link_to_itself) {
    tree_write(&site.tree, "own.cfg", "again: {{file.line}}");
    struct render r = armed(MAC ", testos-1, answer=own.cfg, pass=hunter2");
    ck_assert_str_eq(file(&r, "line"),
                     "again: http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/08-00-27-4d-4d-aa/line");
    ck_assert(!r.secret); /* the token is the host's, the text gives nothing else away */
    tree_write(&site.tree, "own.cfg", "again: {{file.line}} {{file.shell}} {{host.pass}}"); /* and to each other */
    r = armed(MAC ", testos-1, answer=own.cfg, pass=x");
    ck_assert_str_eq(file(&r, "line"),
                     "again: http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/08-00-27-4d-4d-aa/line "
                     "http://pxe-server/boot/s/00112233445566778899aabbccddeeff/hosts/08-00-27-4d-4d-aa/shell x");
    ck_assert(r.secret);
}
END_TEST

/* Which URLs carry a token: [pxed] tokens, and what the host is like. */
static const struct {
    const char *keys, *line;
    bool token;
} token_rows[] = {
    {"", "", false},
    {"", ", pass=x", true},                /* a secret */
    {"", ", mac=08:00:27:4d:4d:ab", true}, /* another card may ask */
    {"", ", ip=10.77.0.60", false},        /* in the boot net */
    {"", ", ip=192.168.9.60/24", true},    /* outside of it */
    {"", ", vlan=12", true},
    {"tokens = secrets\n", ", mac=08:00:27:4d:4d:ab", false},
    {"tokens = secrets\n", ", pass=x", false}, /* the text itself holds none */
    {"tokens = always\n", "", true},
};

START_TEST(which_urls_carry_a_token) {
    tree_write(&site.tree, "own.cfg", "{{file.line}} {{event.url}} {{answer.url}}");
    pxed_keys = token_rows[_i].keys;
    struct render r =
        armed(pxed_arena_printf(&site.tree.arena, MAC ", testos-1, answer=own.cfg%s", token_rows[_i].line));
    const char *text = file(&r, "line");
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, "/boot/s/00112233445566778899aabbccddeeff/")); at++)
        n++;
    ck_assert_msg(n == (token_rows[_i].token ? 3 : 0), "%s%s: %s", token_rows[_i].keys, token_rows[_i].line, text);
    pxed_keys = "";
}
END_TEST

/* An account that an operator gave all machines is a secret wherever a text holds it; an arming's own ends with it. */
START_TEST(the_password_of_a_share) {
    tree_write(&site.tree, "own.cfg", "{{file.line}} {{answer.url}} {{share.user}}:{{share.password}}");
    for (int given = 0; given < 3; given++) {
        struct render r = armed(MAC ", testos-1, answer=own.cfg");
        site.catalogue->share_dir = "/srv/w";
        site.catalogue->share = (struct pxed_share_site){.published = true,
                                                         .accounts = given == 2,
                                                         .user = given == 1 ? "deploy" : NULL,
                                                         .password = given == 1 ? "Samba-42" : NULL};
        const char *text = file(&r, "line"), *at = strstr(text, "/boot/s/");
        ck_assert_msg(r.secret == (given == 1), "%d: %s", given, text);
        ck_assert_msg((at && strstr(at + 1, "/boot/s/")) == (given == 1), "%d: %s", given, text);
        ck_assert_msg((strstr(text, "deploy:Samba-42") != NULL) == (given == 1), "%d: %s", given, text);
        r.masked = true;
        text = file(&r, "line");
        ck_assert_msg(strstr(text, given == 0 ? " :" : ":***") && !strstr(text, "Samba"), "%d: %s", given, text);
    }
}
END_TEST

START_TEST(broken_or_missing) {
    tree_write(&site.tree, "own.cfg", "{{#host.name}}");
    struct render r = armed(MAC ", testos-1, answer=own.cfg");
    ck_assert_str_eq(file(&r, "line"), "(broken)");
    ck_assert_str_eq(file(&r, "missing.cfg"), "(broken)");
    tree_write(&site.tree, "own.cfg",
               "a{{> none}}{{> ../os-linux/report}}{{> /etc/passwd}}{{host.none}}{{none.at.all}}b");
    r = armed(MAC ", testos-1, answer=own.cfg");
    ck_assert_str_eq(file(&r, "line"), "ab"); /* lenient: warned about when it was read */
}
END_TEST

/* --- hostile values --- */

#define EVIL "a'b\"c$(reboot)`x`%PATH%&|<>^;{{host.pass}}\\"

START_TEST(values_stay_inside) {
    static const struct {
        const char *row, *answer, *text;
    } rows[] = {
        {"line", "x={{host.extra}}|\n", "x=a'b\"c$(reboot)`x`%PATH%&|<>^;{{host.pass}}\\ two|\n"},
        {"shell", "x='{{host.extra}}'\n", "x='a'\\''b\"c$(reboot)`x`%PATH%&|<>^;{{host.pass}}\\\ntwo'\n"},
        {"plain", "x={{host.extra}}\n", "x=a'b\"c$(reboot)`x`%PATH%&|<>^;{{host.pass}}\\\ntwo\n"},
    };
    tree_write(&site.tree, "value", EVIL "\ntwo\n");
    for (int i = 0; i < COUNT(rows); i++) {
        tree_write(&site.tree, "own.cfg", rows[i].answer);
        struct render r = armed(MAC ", testos-1, answer=own.cfg, pass=hunter2, extra=@value");
        const char *text = file(&r, rows[i].row);
        ck_assert_msg(strcmp(text, rows[i].text) == 0, "%s:\n%s", rows[i].row, text);
        ck_assert(!strstr(text, "hunter2")); /* a value is never template text */
    }
}
END_TEST

START_TEST(values_stay_inside_for_other_readers) {
    tree_write(&site.tree, "value", EVIL "\ntwo\n");
    tree_write(&site.tree, "own.cfg", "[{{host.extra}}]");
    struct render r = armed(MAC ", testos-1, answer=own.cfg, extra=@value");
    const char *xml = file(&r, "xml"), *cmd = file(&r, "cmd"), *yaml = file(&r, "yaml");
    ck_assert_msg(strpbrk(xml, "<>\"'") == NULL, "%s", xml);
    ck_assert_msg(strchr(cmd, '\n') == NULL && strstr(cmd, "%%PATH%%") && strstr(cmd, "b\"\"c"), "%s", cmd);
    ck_assert_msg(strchr(yaml, '\n') == NULL && strstr(yaml, "\\\"c") && strstr(yaml, "\\\\\\n"), "%s", yaml);
}
END_TEST

START_TEST(a_shell_agrees) { /* what our quoting means is what sh reads */
    tree_write(&site.tree, "value", EVIL "\n'two'\n'\n");
    tree_write(&site.tree, "own.cfg", "printf %s '{{host.extra}}'\n");
    struct render r = armed(MAC ", testos-1, answer=own.cfg, extra=@value");
    char said[256] = "";
    FILE *sh =
        popen(pxed_arena_printf(&site.tree.arena, "sh %s", tree_write(&site.tree, "run.sh", file(&r, "shell"))), "re");
    said[fread(said, 1, sizeof(said) - 1, sh)] = '\0';
    ck_assert_int_eq(pclose(sh), 0);
    ck_assert_str_eq(said, EVIL "\n'two'\n'");
}
END_TEST

START_TEST(a_kernel_line_is_one_line) {
    tree_write(&site.tree, "value", "one\nboot\n#!ipxe\n\x1b[2Jshell\n");
    struct render r = armed(MAC ", testos-1, name=a, extra=@value");
    struct pxed_plan plan;
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    for (size_t i = 0; i < plan.args.len; i++)
        ck_assert_msg((unsigned char)plan.args.ptr[i] >= ' ', "%.*s", PXED_S(plan.args));
    ck_assert_msg(pxed_slice_starts(plan.args, PXED_SLICE("n=a d= x=one boot")), "%.*s", PXED_S(plan.args));
}
END_TEST

START_TEST(a_large_value) { /* the buffer grows to what was asked */
    char *big = malloc(60001);
    memset(big, '\'', 60000);
    big[60000] = '\0';
    tree_write(&site.tree, "value", big);
    tree_write(&site.tree, "own.cfg", "{{host.extra}}{{host.extra}}");
    struct render r = armed(MAC ", testos-1, answer=own.cfg, extra=@value");
    ck_assert_uint_eq(strlen(file(&r, "shell")), 2 * 60000 * 4);
    free(big);
}
END_TEST

int main(void) {
    Suite *s = suite_create("render");
    TCase *t = tcase_create("render");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, kernel_lines, 0, COUNT(scripts));
    tcase_add_test(t, red_hat_nine);
    tcase_add_loop_test(t, answer_files, 0, COUNT(systems));
    tcase_add_test(t, kickstart_by_release);
    tcase_add_test(t, an_operators_own_file);
    tcase_add_test(t, static_addresses);
    tcase_add_test(t, a_text_tells_that_it_holds_a_secret);
    tcase_add_test(t, masked);
    tcase_add_test(t, variables_for_explain);
    tcase_add_test(t, a_file_may_link_to_itself);
    tcase_add_loop_test(t, which_urls_carry_a_token, 0, COUNT(token_rows));
    tcase_add_test(t, the_password_of_a_share);
    tcase_add_test(t, broken_or_missing);
    tcase_add_test(t, values_stay_inside);
    tcase_add_test(t, values_stay_inside_for_other_readers);
    tcase_add_test(t, a_shell_agrees);
    tcase_add_test(t, a_kernel_line_is_one_line);
    tcase_add_test(t, a_large_value);
    suite_add_tcase(s, t);
    return suite_run(s);
}
