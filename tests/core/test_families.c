/* Families of systems as data: what their files may say, whose file counts, and the rows that come of them. */
#include "families.h"

#include <stdio.h>
#include <string.h>

#include "catalogue_os.h"
#include "family_args.h"
#include "render_plan.h"
#include "site.h"
#include "suite.h"

static struct site site;

static void setup(void) {
    site_open(&site);
    site_load(&site, "os-linux");
}
static void teardown(void) {
    site_close(&site);
}

#define MAC "08:00:27:4d:4d:aa"
#define FAMILY                                                                                                         \
    "[family]\ntitle = Beispiel\n[claim a]\nfamily = beispiel\nversion = 1 2\narch = amd64 arm64\nflags = old\n"
#define BOOT "[boot a]\nfiles = k i\nargs = x={{host.name}}\n"

static const char *with(const char *text) {
    tree_write(&site.tree, "os-linux.d/beispiel.ini", text);
    return site_build(&site, "", "", MAC ", beispiel-1-amd64, name=web01\n");
}

/* --- files --- */

static const struct {
    const char *text, *said;
} wrong[] = {
    {FAMILY BOOT "[boots b]\nx = y\n", "error beispiel.ini:11: unknown section [boots b], did you mean [boot]?\n"},
    {FAMILY BOOT "kernal = x\n", "error beispiel.ini:11: unknown key 'kernal'\n"},
    {FAMILY "[boot a]\nfile = k i\n", "error beispiel.ini:9: unknown key 'file', did you mean 'files'?\n"
                                      "error beispiel.ini:0: [boot a] lacks the required key 'files'\n"},
    {FAMILY "[boot a]\nfiles = k 1 2 3 4 5\n",
     "error beispiel.ini:9: files = k 1 2 3 4 5: more than a kernel and 4 initrds\n"},
    {FAMILY "[boot a]\nfiles = k\nfirmware = bois\n",
     "error beispiel.ini:10: `bois` is no firmware, did you mean 'bios'?\n"},
    {FAMILY "[boot a]\nfiles = k\nhow = linus\n",
     "error beispiel.ini:10: `linus` is no value for 'how': expected one of linux memdisk multiboot efi, did you mean "
     "'linux'?\n"},
    {FAMILY BOOT "[lack a]\nsay = x\n", "error beispiel.ini:0: [lack a]: `there` or `with` is missing\n"},
    {"[family]\ntitle = x\n", "error beispiel.ini:0: no [claim NAME]: no OS id would use this family\n"},
};

START_TEST(errors_name_line_and_cure) {
    tree_write(&site.tree, "os-linux.d/beispiel.ini", wrong[_i].text);
    ck_assert_str_eq(site_build(&site, "", "", ""), wrong[_i].said);
    ck_assert_ptr_null(site.catalogue);
}
END_TEST

static const struct catalogue_os *os_of(const char *id) {
    return catalogue_os_make(site.catalogue, &site.plugins, pxed_slice_of(id), &site.tree.arena);
}

START_TEST(operators_file_adds) {
    const char *said = with(FAMILY BOOT);
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    ck_assert_str_eq(os_of("beispiel-2")->profile->name, "beispiel");
    ck_assert_ptr_null(os_of("beispiel-3")->profile);
    ck_assert_str_eq(os_of("debian-12")->profile->name, "debian");
}
END_TEST

START_TEST(operators_file_replaces) {
    tree_write(&site.tree, "os-linux.d/debian.ini",
               "[family]\ntitle = ours\n[claim debian]\nfamily = debian\n[boot a]\nfiles = our-linux\n");
    site_build(&site, "", "", "");
    ck_assert_ptr_nonnull(site.catalogue);
    ck_assert_str_eq(os_of("debian-12")->profile->boots[0].kernel, "our-linux");
    ck_assert_ptr_null(os_of("ubuntu-16.04")->profile); /* the whole file is replaced */
}
END_TEST

START_TEST(operators_template_comes_first) {
    tree_write(&site.tree, "os-linux.d/report", "# ours\n");
    site_build(&site, "", "", "");
    struct pxed_slice text =
        catalogue_text(site.catalogue, catalogue_template_path(&site.tree.arena, "os-linux", "report"));
    ck_assert(pxed_slice_is(text, "# ours\n"));
}
END_TEST

/* --- rows --- */

START_TEST(architectures) {
    with(FAMILY "[boot a]\nfiles = {arch}/k {arch}/i\nfiles = k\n");
    const struct pxed_boot *b = os_of("beispiel-1-arm64")->profile->boots;
    ck_assert_str_eq(b[0].kernel, "arm64/k");
    ck_assert_str_eq(b[0].initrd[0], "arm64/i");
    ck_assert_str_eq(b[1].kernel, "k");
    ck_assert_int_eq(b[2].how, PXED_HOW_LOCAL);
    ck_assert_str_eq(os_of("beispiel-1-x86_64")->profile->boots[0].kernel, "amd64/k"); /* the family's own word */
    b = os_of("beispiel-1")->profile->boots;                                           /* the id does not say: each */
    ck_assert_str_eq(b[0].kernel, "amd64/k");
    ck_assert_str_eq(b[1].kernel, "arm64/k");
    ck_assert_str_eq(b[2].kernel, "k");
    ck_assert_ptr_null(os_of("beispiel-1-i386")->profile);
}
END_TEST

START_TEST(patterns) {
    site_image(&site, "beispiel-1-amd64/live/vmlinuz-6.1.0-9");
    site_image(&site, "beispiel-1-amd64/live/vmlinuz-6.1.0-18");
    site_image(&site, "beispiel-1-amd64/live/initrd.img");
    with(FAMILY "[boot a]\nfiles = live/vmlinuz-* live/initrd*\nfiles = none/* i\n");
    const struct pxed_boot *b = site_host(&site, NULL)->os->profile->boots;
    ck_assert_str_eq(b[0].kernel, "live/vmlinuz-6.1.0-18");
    ck_assert_str_eq(b[0].initrd[0], "live/initrd.img");
    ck_assert_str_eq(b[1].kernel, "none/*"); /* shown as it was looked for */
}
END_TEST

START_TEST(only_some_claims) {
    with(FAMILY "[claim b]\nfamily = beispiel\nversion = 9\nflags = new\n"
                "[boot old]\nonly = old\nfiles = old\n[boot new]\nonly = new\nfiles = new\n"
                "[file a.cfg x]\ntemplate = report\nonly = new\n[file a.cfg y]\ntemplate = disk-guard\n");
    ck_assert_str_eq(os_of("beispiel-1")->profile->boots[0].kernel, "old");
    ck_assert_str_eq(os_of("beispiel-9")->profile->boots[0].kernel, "new");
    ck_assert_str_eq(os_of("beispiel-9")->profile->files[0].source, "report");
    ck_assert_str_eq(os_of("beispiel-1")->profile->files[0].source, "disk-guard");
    ck_assert_str_eq(os_of("beispiel-1")->profile->files[0].name, "a.cfg");
}
END_TEST

START_TEST(facts) {
    struct pxed_plan plan;
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    site_image(&site, "beispiel-1-amd64/pool/rootfs-7.img");
    with(FAMILY
         "[boot a]\nfiles = k i\nargs = r={{{os.url}}}/{{image.root}} d={{image.dir}}\n"
         "[fact root]\nfiles = missing pool/rootfs-*.img\n[fact dir]\nfiles = pool/rootfs-7.img\ncut = rootfs-7.img\n");
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    const char *args =
        pxed_arena_printf(&site.tree.arena, "r=%sos/beispiel-1-amd64/pool/rootfs-7.img d=pool/", site.catalogue->base);
    ck_assert(pxed_slice_is(plan.args, args));
}
END_TEST

static const struct {
    const char *lack, *image, *said;
    bool boots;
} lacks[] = {
    {"there = k\nmissing = p\nsay = {file} of '{id}' is not enough", NULL,
     "warning host-os.conf:1: k of 'beispiel-1-amd64' is not enough\n", true},
    {"there = k\nsay = '{id}', [os {id}]", NULL, "warning host-os.conf:1: 'beispiel-1-amd64', [os beispiel-1-amd64]\n",
     true},
    {"there = k\nmissing = p\nunless = repo\nsay = no packages", NULL, "error host-os.conf:1: no packages\n", false},
    {"there = k\nmissing = p\nunless = repo\nwarns = yes\nsay = no packages", NULL,
     "warning host-os.conf:1: no packages\n", true},
    {"there = k\nmissing = q p\nunless = repo\nsay = no packages", "p", "", true},
    {"there = k\nmissing = p\nunless = repo name\nsay = no packages", NULL, "", true},
    {"there = k\nmissing = p\nunless = repo answer\nsay = no packages", NULL, "error host-os.conf:1: no packages\n",
     false},
    {"there = k\nmissing = p\nstops = yes\nsay = {file} alone", NULL, "error host-os.conf:1: k alone\n", false},
    {"there = k\nmissing = p\nstops = yes\nsay = {file} alone", "p", "", true},
    {"there = z\nunless = repo\nsay = no packages", NULL, "", true},
    {"there = k\nunless = name\nsay = no packages", NULL, "", true},
    {"with = name\nsay = {key}= has no effect on '{id}'", NULL,
     "warning host-os.conf:1: name= has no effect on 'beispiel-1-amd64'\n", true},
    {"with = name=web01 disk\nsay = no", NULL, "warning host-os.conf:1: no\n", true},
    {"with = name=web02 disk\nsay = no", NULL, "", true},
    {"only = new\nwith = name\nsay = no", NULL, "", true},
    {"there = p\nwith = name\nsay = no", "p", "warning host-os.conf:1: no\n", true},
    {"there = p\nwith = name\nsay = no", NULL, "", true},
};

START_TEST(what_an_image_lacks) {
    struct pxed_plan plan;
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    if (lacks[_i].image)
        site_image(&site, pxed_arena_printf(&site.tree.arena, "beispiel-1-amd64/%s", lacks[_i].image));
    ck_assert_str_eq(with(pxed_arena_printf(&site.tree.arena, FAMILY BOOT "[lack a]\n%s\n", lacks[_i].lack)),
                     lacks[_i].said);
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan),
                     lacks[_i].boots ? PXED_WHY_OK : PXED_WHY_IMAGE_INCOMPLETE);
}
END_TEST

/* Words of args=. */
static const struct {
    const char *row, *args, *said;
    bool stops;
} args[] = {
    {"words = our.*", "our.a=1 quiet", "", false},
    {"words = our.*", "inst.ks=http://x/",
     "warning host-os.conf:1: args: the installer of 'beispiel-1-amd64' takes no notice of `inst.ks=`, which is for "
     "another one "
     "(Red Hat Enterprise Linux 5 to 10 and its kin, Fedora: kickstart): take it out\n",
     false},
    {"only = new\nwords = our.*", "our.a=1 {{host.name}}",
     "warning host-os.conf:1: args: the installer of 'beispiel-1-amd64' takes no notice of `our.a=`, which is for "
     "another one "
     "(Beispiel): take it out\n",
     false},
    {"words = bad=*\nsay = {word} on '{id}'", "bad=secret",
     "warning host-os.conf:1: args: bad= on 'beispiel-1-amd64'\n", false},
    {"words = bad=*\nexcept = bad=good*\nsay = no\nstops = yes", "bad=good", "", false},
    {"words = bad=*\nexcept = bad=good*\nsay = no\nstops = yes", "bad=better", "warning host-os.conf:1: args: no\n",
     true},
    {"only = new\nwords = bad=*\nsay = no\nstops = yes", "bad=1", "", false},
};

START_TEST(words_of_args) {
    tree_write(&site.tree, "os-linux.d/beispiel.ini",
               pxed_arena_printf(&site.tree.arena, FAMILY BOOT "[args a]\n%s\n", args[_i].row));
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    ck_assert_str_eq(
        site_build(&site, "", "",
                   pxed_arena_printf(&site.tree.arena, MAC ", beispiel-1-amd64, args=%s\n", args[_i].args)),
        args[_i].said);
    ck_assert_int_eq(site_host(&site, NULL)->rare->args_stop != NULL, args[_i].stops);
}
END_TEST

/* What the families that come with pxed say. */
static const struct {
    const char *os, *args, *word;
    bool stops;
} shipped[] = {
    {"debian-12", "inst.ks=http://x/ks", "inst.ks=", false},
    {"debian-12", "preseed/url=http://x/", "preseed/url=", true},
    {"debian-12", "priority=low", "priority=", true},
    {"debian-12", "autoinstall", "autoinstall", false},
    {"debian-12", "console=ttyS0 quiet ip=dhcp netcfg/get_ipaddress=10.0.0.1", NULL, false},
    {"centos-6", "inst.ks=http://x/ks", "inst.ks=", false},
    {"centos-6", "ksdevice=eth0 ip=10.0.0.1", NULL, false},
    {"centos-7", "inst.ks=http://x/ks", "inst.ks=", true},
    {"centos-7", "ip=10.0.0.5/24", "ip=", true},
    {"rocky-8", "ks=http://x/ks", "ks=", true},
    {"rocky-8", "auto=true", "auto=", false},
    {"rocky-8", "inst.ks=http://x/ks inst.text", NULL, false},
    {"rocky-9", "ks=http://x/ks", "ks=", false},
    {"rocky-9", "inst.ks=hd:sda1:/ks", "inst.ks=", true},
    {"rocky-9", "ip=10.0.0.5/24", NULL, false},
    {"ubuntu-24.04-server", "preseed/url=http://x/", "preseed/url=", false},
    {"ubuntu-24.04-server", "autoinstall", NULL, false},
    {"opensuse-15.6", "inst.auto=http://x/", "inst.auto=", false},
    {"opensuse-leap-16.0", "autoyast=http://x/", "autoyast=", false},
    {"opensuse-leap-16.0", "inst.auto=http://x/", NULL, false},
};

START_TEST(words_of_shipped_families) {
    char warning[256] = "";
    const char *line = pxed_arena_printf(&site.tree.arena, MAC ", %s, args=%s\n", shipped[_i].os, shipped[_i].args);
    const char *said = site_build(&site, "", "", line);
    if (shipped[_i].word)
        snprintf(warning, sizeof(warning), "`%s`", shipped[_i].word);
    const char *at = strstr(said, "host-os.conf:1: args: ");
    ck_assert_msg(shipped[_i].word ? at && strstr(at, warning) : !at, "%s", said);
    ck_assert_msg((site_host(&site, NULL)->rare->args_stop != NULL) == shipped[_i].stops, "%s", said);
}
END_TEST

static const struct {
    const char *os;
    unsigned level;
} cpus[] = {{"rocky-8", 0},
            {"rocky-9.4", 2},
            {"rocky-10", 3},
            {"almalinux-10", 2},
            {"centos-stream10-x86_64", 3},
            {"rocky-10-aarch64", 0},
            {"debian-12", 0},
            {"opensuse-leap-16.0", 2},
            {"opensuse-leap-15.6", 0},
            {"windows-11", 0}};

START_TEST(processors) {
    site_build(&site, "", "", "");
    ck_assert_uint_eq(family_cpu(os_of(cpus[_i].os)), cpus[_i].level);
}
END_TEST

/* An installer that chooses the disk itself. */
static const struct {
    const char *disk, *said;
} disks[] = {
    {"/dev/sda", ""},
    {"serial:S1", ""},
    {"size:1G-2G",
     "error host-os.conf:1: disk=size:1G-2G: the installer of 'beispiel-1-amd64' chooses the disk itself, "
     "and knows only: name serial\n"},
    {"smallest", "error host-os.conf:1: disk=smallest: the installer of 'beispiel-1-amd64' chooses the disk itself, "
                 "and knows only: name serial\n"},
    {"serial:S*", "error host-os.conf:1: disk=serial:S*: the installer of 'beispiel-1-amd64' chooses the disk itself, "
                  "and knows only: name serial; `*`, `?` and `[` would fit other disks, too\n"},
};

START_TEST(what_disk_may_say) {
    tree_write(&site.tree, "os-linux.d/beispiel.ini",
               "[family]\ntitle = x\ndisk = name serial\n[claim a]\nfamily = beispiel\n[boot a]\nfiles = k i\n"
               "args = x={{host.disk-name}}{{host.disk-serial}}\n");
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    ck_assert_str_eq(site_build(&site, "", "",
                                pxed_arena_printf(&site.tree.arena, MAC ", beispiel-1-amd64, name=web01, disk=%s\n",
                                                  disks[_i].disk)),
                     disks[_i].said);
    struct pxed_plan plan;
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan),
                     *disks[_i].said ? PXED_WHY_HOST_BROKEN : PXED_WHY_OK);
    if (!*disks[_i].said)
        ck_assert(pxed_slice_is(plan.args, _i == 0 ? "x=/dev/sda" : "x=S1"));
}
END_TEST

/* A part that is not there would vanish, and the guard with it. */
static const struct {
    const char *answer, *part, *said;
} parts[] = {
    {"{{> report}}{{> disk-guard}}", "", NULL},
    {"{{> disk-gaurd}}", "",
     "a.cfg:1: {{> disk-gaurd}}: there is no such file beside it, so it would vanish: copy it there"},
    {"\n{{> mine}}{{> mine}}", "x\n{{> none}}", "mine:2: {{> none}}: there is no such file beside it"},
    {"{{> mine}}", "{{> a.cfg}}", NULL}, /* a circle: rendering refuses it */
};

START_TEST(parts_that_are_missing) {
    tree_write(&site.tree, "os-linux.d/a.cfg", parts[_i].answer);
    tree_write(&site.tree, "os-linux.d/mine", parts[_i].part);
    site_image(&site, "beispiel-1-amd64/k");
    const char *said = with(FAMILY "[boot a]\nfiles = k\n[file a.cfg]\ntemplate = a.cfg\nanswer = yes\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    ck_assert_msg(parts[_i].said ? strstr(said, parts[_i].said) != NULL : site.diags.host_errors == 0, "%s", said);
    ck_assert_int_eq(site_host(&site, NULL)->rare->trouble, parts[_i].said ? PXED_WHY_TEMPLATE_BROKEN : PXED_WHY_OK);
}
END_TEST

/* Another file of ours runs the guard first: then an operator's own answer file is guarded as well. */
static const struct {
    const char *ahead, *replaced; /* replaced: a file of root/boot/hosts/<mac> */
    bool guarded;
} aheads[] = {
    {"", NULL, false},
    {"", "a.ign", false},
    {"ahead = yes\n", NULL, true},
    {"ahead = yes\n", "a.ign", true},
    {"ahead = yes\n", "install.sh", false},
};

START_TEST(guarded_ahead) {
    tree_write(&site.tree, "os-linux.d/guard.sh", "{{> report}}\n{{> disk-guard}}\ncurl {{file.a_ign}}\n");
    tree_write(&site.tree, "own.ign", "{}\n");
    if (aheads[_i].replaced)
        tree_write(&site.tree,
                   pxed_arena_printf(&site.tree.arena, "root/boot/hosts/08-00-27-4d-4d-aa/%s", aheads[_i].replaced),
                   "#!/bin/sh\n");
    tree_write(&site.tree, "os-linux.d/beispiel.ini",
               pxed_arena_printf(&site.tree.arena,
                                 FAMILY
                                 "[boot a]\nfiles = k i\nargs = s={{file.install_sh}}\n[file a.ign]\ntemplate = "
                                 "report\nanswer = yes\nguarded = yes\n%s[file install.sh]\ntemplate = guard.sh\n",
                                 aheads[_i].ahead));
    bool own = aheads[_i].replaced && strcmp(aheads[_i].replaced, "a.ign") == 0;
    const char *said = site_build(&site, "", "",
                                  own ? MAC ", beispiel-1-amd64, name=web01\n"
                                      : MAC ", beispiel-1-amd64, name=web01, answer=own.ign\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    ck_assert_msg(site_host(&site, NULL)->guarded == aheads[_i].guarded, "%s", said);
    ck_assert_msg((strstr(said, "ANSWER_UNGUARDED") == NULL) == aheads[_i].guarded, "%s", said);
}
END_TEST

START_TEST(a_word_of_a_file) {
    struct pxed_plan plan;
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    const char *family = FAMILY "[boot a]\nfiles = k i\nargs = init={{image.init}}\n[fact init]\nfiles = s.ipxe\n"
                                "word = init=\n[lack init]\nthere = k\nfact = init\nstops = yes\nsay = no init\n";
    tree_write(&site.tree, "root/boot/os/beispiel-1-amd64/s.ipxe", "#!ipxe\nkernel k initrd=i noinit=1\n");
    ck_assert_str_eq(with(family), "error host-os.conf:1: no init\n");
    tree_write(&site.tree, "root/boot/os/beispiel-1-amd64/s.ipxe", "#!ipxe\nkernel k init=/nix/x/init\r\n");
    ck_assert_str_eq(with(family), "");
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    ck_assert(pxed_slice_is(plan.args, "init=/nix/x/init"));
}
END_TEST

START_TEST(without_an_installer) {
    struct pxed_plan plan;
    const char *said =
        with("[family]\ntitle = x\nno-installer = '{id}' is a disk image\n[claim a]\nfamily = beispiel\n");
    ck_assert_str_eq(said, "error host-os.conf:1: 'beispiel-1-amd64' is a disk image\n");
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_NO_PLAN);
}
END_TEST

START_TEST(whole_iso_as_a_file) {
    struct pxed_plan plan;
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/medium.iso");
    with(FAMILY "[boot a]\nfiles = k *.iso=/x.iso\n");
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    ck_assert_int_eq(render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan), PXED_WHY_OK);
    ck_assert(pxed_slice_is(plan.initrds[0].path, "os/beispiel-1-amd64/medium.iso"));
    ck_assert(pxed_slice_is(plan.initrds[0].as, "/x.iso"));
}
END_TEST

/* A section's line is told once, however many hosts have it; a host's line for each word that has no effect. */
START_TEST(told_once_a_line) {
    tree_write(&site.tree, "os-linux.d/beispiel.ini", FAMILY BOOT "[lack a]\nwith = domain ntp\nsay = no {key}\n");
    site_image(&site, "beispiel-1-amd64/k");
    site_image(&site, "beispiel-1-amd64/i");
    ck_assert_str_eq(
        site_build(&site, "", "[defaults]\ndomain = a.test\n",
                   MAC ", beispiel-1-amd64\n08:00:27:4d:4d:ab, beispiel-1-amd64\n"
                       "08:00:27:4d:4d:ac, beispiel-1-amd64, domain=b.test, ntp=10.77.0.1\n"),
        "warning pxed.ini:6: no domain\nwarning host-os.conf:3: no domain\nwarning host-os.conf:3: no ntp\n");
}
END_TEST

START_TEST(steps_and_variables) {
    const char *said = with(FAMILY "steps = a b*\n" BOOT "[variable colour]\nhelp = of the case\ndefault = grey\n");
    ck_assert_msg(!site.catalogue, "%s", said); /* `steps` stands below [claim a] */
    said = with("[family]\ntitle = x\nsteps = a b*\n[claim a]\nfamily = beispiel\n" BOOT
                "[variable colour]\nhelp = of the case\ndefault = grey\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    const struct pxed_profile *p = site_host(&site, NULL)->os->profile;
    ck_assert_str_eq(p->steps[0].name, "a");
    ck_assert(!p->steps[0].disk && p->steps[1].disk);
    ck_assert_str_eq(p->steps[1].name, "b");
    ck_assert_str_eq(site_var(&site, site_host(&site, NULL), "colour"), "grey profile:0");
}
END_TEST

int main(void) {
    Suite *s = suite_create("families");
    TCase *t = tcase_create("families");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, errors_name_line_and_cure, 0, COUNT(wrong));
    tcase_add_test(t, operators_file_adds);
    tcase_add_test(t, operators_file_replaces);
    tcase_add_test(t, operators_template_comes_first);
    tcase_add_test(t, architectures);
    tcase_add_test(t, patterns);
    tcase_add_test(t, only_some_claims);
    tcase_add_test(t, facts);
    tcase_add_loop_test(t, what_an_image_lacks, 0, COUNT(lacks));
    tcase_add_loop_test(t, words_of_args, 0, COUNT(args));
    tcase_add_loop_test(t, words_of_shipped_families, 0, COUNT(shipped));
    tcase_add_loop_test(t, processors, 0, COUNT(cpus));
    tcase_add_loop_test(t, what_disk_may_say, 0, COUNT(disks));
    tcase_add_loop_test(t, parts_that_are_missing, 0, COUNT(parts));
    tcase_add_loop_test(t, guarded_ahead, 0, COUNT(aheads));
    tcase_add_test(t, a_word_of_a_file);
    tcase_add_test(t, without_an_installer);
    tcase_add_test(t, whole_iso_as_a_file);
    tcase_add_test(t, told_once_a_line);
    tcase_add_test(t, steps_and_variables);
    suite_add_tcase(s, t);
    return suite_run(s);
}
