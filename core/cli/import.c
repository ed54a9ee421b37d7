/* `pxed import`: says what an ISO or a folder is, what it lacks, and brings it to where images lie. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalogue_os.h"
#include "cli.h"
#include "family_rows.h"
#include "image_missing.h"
#include "import_copy.h"
#include "import_look.h"
#include "import_take.h"
#include "offline.h"
#include "recognise.h"

struct import {
    struct offline o;
    struct pxed_arena arena;
    struct medium m;
    struct families families;
    const char *path, *as, *id;
    const char *kind;   /* of another server's folder; NULL: a medium */
    const char *images; /* root/boot/os */
    const char *there;  /* it lies in an image's folder already: that one's name */
    bool write, copy;
};

/* Kernels of live media and installers, for ids that no plugin knows. */
static const char *const kernels[][2] = {
    {"casper/vmlinuz", "casper/initrd"},
    {"live/vmlinuz", "live/initrd.img"},
    {"boot/vmlinuz-lts", "boot/initramfs-lts"},
    {"arch/boot/x86_64/vmlinuz-linux", "arch/boot/x86_64/initramfs-linux.img"},
    {"sysresccd/boot/x86_64/vmlinuz", "sysresccd/boot/x86_64/sysresccd.img"},
    {"boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"},
    {"images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"},
    {"isolinux/vmlinuz", "isolinux/initrd.img"},
    {"linux", "initrd.gz"},
    {"boot/vmlinuz", "boot/initrd"},
    {"boot/bzImage", "boot/initrd"},
    {"boot/vmlinuz64", "boot/corepure64.gz"},
    {"kernels/huge.s/bzImage", "isolinux/initrd.img"},
};

/* Names with odd bytes cannot be asked for: the copy's name has none. */
static const char *plain_name(struct import *i) {
    const char *slash = strrchr(i->path, '/');
    char *name = (char *)(uintptr_t)pxed_arena_dup(&i->arena, pxed_slice_of(slash ? slash + 1 : i->path)).ptr;
    for (char *c = name; *c; c++)
        if (!pxed_is_alnum(*c) && !strchr("._-+", *c))
            *c = '-';
    return name;
}

static const struct catalogue_os *system_of(struct import *i, const char *id) {
    struct catalogue_sources from = {&i->o.plugins, &i->families, medium_glob, &i->m};
    return catalogue_os_made(&from, pxed_slice_of(id), &i->arena);
}

/* --- what it is --- */

/* The medium's own name, if a plugin reads it as an OS id: that is how people know what they have downloaded. */
static const char *id_of_name(struct import *i) {
    struct pxed_slice name = pxed_slice_of(plain_name(i));
    struct pxed_os_id parsed;
    if (name.len > 4 && pxed_slice_eq_nocase(pxed_slice_skip(name, name.len - 4), PXED_SLICE(".iso")))
        name = pxed_slice_head(name, name.len - 4);
    if (!catalogue_id_parse(name, &i->arena, &parsed))
        return NULL;
    const char *id = pxed_arena_dup(&i->arena, name).ptr;
    return system_of(i, id)->profile ? id : NULL;
}

static void name_it(struct import *i) {
    struct recognised r;
    bool known = recognise(&i->m, &i->arena, &r);
    if (i->m.iso)
        printf("%s: an ISO (%s), %zu file%s\n", i->path, i->m.iso->names, i->m.iso->n, i->m.iso->n == 1 ? "" : "s");
    else
        printf("%s: a folder\n", i->path);
    if (known)
        printf("  says: %s (%s)%s%s\n", *r.words ? r.words : r.what, r.by, r.id ? ", OS id " : "", r.id ? r.id : "");
    else
        puts("  no file in it says what it is (.treeinfo, .disk/info, media.1/products, ...)");
    i->id = i->as ? i->as : i->there ? i->there : known ? r.id : NULL;
    if (!i->id && (i->id = id_of_name(i)))
        printf("  its name is one that is known: OS id %s; another: --as OS-ID\n", i->id);
}

/* --- what can boot it --- */

/* Can this firmware start a system of that architecture? */
static bool runs(const struct pxed_os_id *id, enum pxed_firmware fw) {
    bool arm = fw == PXED_FW_EFI_ARM64 || fw == PXED_FW_HTTP_ARM64;
    if (id->arch.len == 0)
        return true;
    if (pxed_arch_same(id->arch, PXED_SLICE("arm64")))
        return arm;
    if (pxed_arch_same(id->arch, PXED_SLICE("amd64")))
        return !arm && fw != PXED_FW_EFI_IA32;
    return pxed_arch_same(id->arch, PXED_SLICE("i386")) && !arm && !pxed_firmware_is_http(fw) && fw != PXED_FW_EFI_X64;
}

/* What check would say of it as an image: packages that it does not hold, an initrd that cannot install. Returns the
 * first key of [os ID] that would bring what it lacks; NULL: there is none. */
static const char *print_lacks(struct import *i, const struct catalogue_os *os) {
    struct family_sight sight = {os->claim, &os->id, medium_has, &i->m, medium_glob, &i->m, &i->arena};
    const char *folder = pxed_arena_printf(&i->arena, "%s/%s", i->images, i->id), *key = NULL;
    for (size_t k = 0; os->family && k < os->family->n_lacks; k++) {
        const struct family_lack *lack = &os->family->lacks[k];
        const char *file = lack->with.n > 0 || lack->fact ? NULL : family_lacks(&sight, lack);
        if (!file)
            continue;
        printf("  note: %s\n", family_lack_text(&sight, lack, file, folder));
        key = key || lack->unless.n == 0 ? key : lack->unless.items[0];
    }
    if (os->family && os->family->no_installer)
        printf("  note: %s\n", family_fill(os->family->no_installer, "{id}", os->id.text, &i->arena));
    return key;
}

static void print_firmware(struct import *i, const struct catalogue_os *os) {
    const char *all = "";
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++) {
        bool boots = false, handover;
        if (!runs(&os->id, (enum pxed_firmware)fw))
            continue;
        for (unsigned loader = PXED_LOADER_GPXE; loader < PXED_LOADER_COUNT; loader++) {
            struct profile_client client = {(enum pxed_firmware)fw, (enum pxed_loader)loader, PROFILE_VIA_AUTO};
            enum pxed_reason why;
            boots |= profile_boot(os->profile, &client, medium_has, &i->m, &handover, &why) != NULL;
        }
        if (boots)
            all = pxed_arena_printf(&i->arena, "%s %s", all, pxed_firmware_names[fw]);
    }
    printf("  %s: plugin %s, profile %s\n", i->id, os->plugin, os->profile->name);
    if (*all)
        printf("  boots:%s\n", all);
    else
        printf("  lacks: %s\n", catalogue_looked_for(os, &i->arena));
    import_look(&i->m, i->path, os, &i->arena);
    const char *key = print_lacks(i, os);
    if (key)
        printf("\n[os %s]\n%s = ; as the note says\n", i->id, key);
}

static void print_generic(struct import *i) {
    printf("  no plugin claims '%s': it boots as its section says\n\n[os %s]\n", i->id, i->id);
    if (medium_has(&i->m, "boot/xen.gz")) {
        puts(
            "multiboot  = boot/xen.gz\nmultiboot2 = boot/xen.gz\nargs   = dom0_max_vcpus=1-16 dom0_mem=max:8192M "
            "console=vga\n"
            "initrd = boot/vmlinuz console=hvc0 console=tty0 answerfile={{file.answer}} install\ninitrd = install.img\n"
            "answer = FILE ; its answer file; without one: no answerfile= and install");
        return;
    }
    for (size_t k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++)
        if (medium_has(&i->m, kernels[k][0])) {
            printf("kernel = %s\ninitrd = %s\nargs = ; what its own boot menu says\n", kernels[k][0], kernels[k][1]);
            return;
        }
    puts(i->m.iso ? "; no kernel was found: kernel =, initrd =, or the whole ISO on BIOS machines:\n;iso = NAME.iso"
                  : "; no kernel was found: kernel =, initrd =, efi = or multiboot =");
}

static void print_system(struct import *i) {
    const struct catalogue_os *os = system_of(i, i->id);
    if (os->profile)
        print_firmware(i, os);
    else
        print_generic(i);
}

/* --- where it goes --- */

static int bring(struct import *i, const char *folder) {
    if (!i->m.iso)
        return i->copy ? import_tree(i->path, folder) : -EXDEV;
    if (mkdir(folder, 0755) < 0 && errno != EEXIST)
        return -errno;
    return import_file(i->path, pxed_arena_printf(&i->arena, "%s/%s", folder, plain_name(i)), i->copy);
}

static void find_place(struct import *i) {
    char real[PATH_MAX], place[PATH_MAX];
    i->images = pxed_arena_printf(&i->arena, "%s/boot/os", i->o.config->settings.root);
    if (!realpath(i->path, real) || !realpath(i->images, place))
        return;
    size_t n = strlen(place);
    if (strncmp(real, place, n) == 0 && real[n] == '/')
        i->there = pxed_arena_printf(&i->arena, "%.*s", (int)strcspn(real + n + 1, "/"), real + n + 1);
}

static int register_it(struct import *i) {
    const char *folder = pxed_arena_printf(&i->arena, "%s/%s", i->images, i->id);
    if (i->there) {
        printf("\nit lies below %s already\n", i->images);
        return CLI_OK;
    }
    if (!i->write) {
        printf("\nto bring it to %s: --write (a second name of the ISO, no space) or --copy\n", folder);
        return CLI_OK;
    }
    int rc = bring(i, folder);
    if (rc == -EXDEV || rc == -EPERM)
        fprintf(stderr, "pxed: %s cannot be linked to from %s: use --copy\n", i->path, i->images);
    else if (rc < 0)
        fprintf(stderr, "pxed: %s: %s\n", folder, strerror(-rc));
    else
        printf("\n%s is there; a running pxed sees it in some seconds. What it says about it: pxed check\n", folder);
    return rc < 0 ? CLI_NO : CLI_OK;
}

static int import_medium(struct import *i) {
    struct pxed_os_id id;
    const char *ini = i->o.config->settings.file;
    families_read(&i->families, &i->o.plugins, ini ? ini_path(&i->arena, ini, ".") : NULL, &i->arena, &i->o.diags);
    find_place(i);
    name_it(i);
    if (!i->id) {
        fputs("pxed: say what it is: --as OS-ID; what no plugin knows may have any id, and boots as its [os ID] says\n",
              stderr);
        return CLI_NO;
    }
    if (!catalogue_id_parse(pxed_slice_of(i->id), &i->arena, &id)) {
        fprintf(stderr, "pxed: '%s' is no OS id: letters, digits, `.`, `_`, `-`, at most 63\n", i->id);
        return CLI_NO;
    }
    print_system(i);
    printf("\na line for the host file:\n08:00:27:00:00:01, %s, name=NAME\n", i->id);
    return register_it(i);
}

/* --wds or --mdt */
static int import_server(struct import *i, const char *ini) {
    struct stat st;
    int rc = CLI_NO;
    if (stat(i->path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        fprintf(stderr, "pxed: %s: %s\n", i->path, errno == ENOENT ? strerror(errno) : "it is no folder");
        return CLI_NO;
    }
    offline_load(&i->o, ini, CATALOGUE_SYNTAX);
    if (i->o.config)
        rc = import_take(&i->o, i->kind, i->path, i->write, i->copy);
    else
        cli_print_diags(stderr, &i->o.diags);
    offline_free(&i->o);
    return rc;
}

static bool read_words(struct import *i, int argc, char **argv, const char **ini) {
    for (int k = 1; k < argc; k++) {
        bool more = k + 1 < argc;
        if (strcmp(argv[k], "-c") == 0 && more)
            *ini = argv[++k];
        else if (strcmp(argv[k], "--as") == 0 && more)
            i->as = argv[++k];
        else if ((strcmp(argv[k], "--wds") == 0 || strcmp(argv[k], "--mdt") == 0) && more && !i->path) {
            i->kind = argv[k] + 2;
            i->path = argv[++k];
        } else if (strcmp(argv[k], "--write") == 0)
            i->write = true;
        else if (strcmp(argv[k], "--copy") == 0)
            i->write = i->copy = true;
        else if (argv[k][0] != '-' && !i->path)
            i->path = argv[k];
        else
            return false;
    }
    return i->path && !(i->kind && i->as);
}

int cli_import(int argc, char **argv) {
    const char *ini = cli_default_ini();
    struct import i = {.id = NULL};
    char why[ISO_WHY_MAX];
    if (!read_words(&i, argc, argv, &ini))
        return cli_usage();
    if (i.kind)
        return import_server(&i, ini);
    if (!medium_open(&i.m, i.path, why)) {
        fprintf(stderr, "pxed: %s: %s\n", i.path, why);
        return CLI_NO;
    }
    offline_load(&i.o, ini, CATALOGUE_SYNTAX);
    int rc = CLI_NO;
    if (i.o.config)
        rc = import_medium(&i);
    else
        cli_print_diags(stderr, &i.o.diags);
    medium_close(&i.m);
    offline_free(&i.o);
    pxed_arena_clear(&i.arena);
    return rc;
}
