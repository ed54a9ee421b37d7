/* The operation `image`: finds WinPE and the system image, and compares both with what the OS id requires. */
#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

#include "facts.h"
#include "versions.h"
#include "wim_read.h"

enum { NAME_SIZE = 512, IMAGES_TOLD = 40, MISSING_TOLD = 4 };

struct look {
    const struct pxed_image *image;
    const struct windows_version *version;
    struct pxed_diags *diags;
    struct win_wim wim; /* the one read last */
    char arch[8];       /* according to the OS id */
};

static void image_warn(const struct look *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void image_warn(const struct look *l, const char *format, ...) {
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pxed_diag_add(l->diags, PXED_WARNING, l->image->file, l->image->line, "%.*s: %s", PXED_S(l->image->id->text), text);
}

static const char *image_setting(const struct look *l, const char *key) {
    return l->image->setting(l->image, key);
}

static void image_fact(const struct look *l, const char *key, const char *value) {
    if (value && *value)
        l->image->fact(l->image, key, value);
}

static void fact_number(const struct look *l, const char *key, unsigned value) {
    char text[16];
    snprintf(text, sizeof(text), "%u", value);
    image_fact(l, key, text);
}

static void image_missing(const struct look *l, const char *said) {
    image_fact(l, "missing", said);
    image_warn(l, "%s", said);
}

/* Returns NULL with l->wim filled, or the error. */
static const char *read_wim(struct look *l, const char *name, uint64_t *ret_size) {
    uint64_t offset;
    int fd = l->image->open(l->image, name, &offset, ret_size);
    if (fd < 0)
        return "cannot be opened";
    const char *wrong = win_wim_read(fd, offset, *ret_size, &l->wim);
    close(fd);
    return wrong;
}

static bool in_folder(const struct look *l, const char *name) {
    char path[PATH_MAX];
    return snprintf(path, sizeof(path), "%s/%s", l->image->folder, name) < (int)sizeof(path) && access(path, F_OK) == 0;
}

static const char *last_part(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* --- WinPE --- */

static const char *find_boot(const struct look *l) {
    static const char *const names[] = {"boot.wim", "sources/boot.wim"};
    if (image_setting(l, "boot"))
        return image_setting(l, "boot");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (l->image->has(l->image, names[i]))
            return names[i];
    return NULL;
}

static void compare_pe(const struct look *l, const char *name, const struct win_wim_image *pe) {
    uint64_t version = WINDOWS_PE(pe->major, pe->minor, pe->build);
    if (pe->arch && strcmp(pe->arch, l->arch) != 0) {
        if (strcmp(pe->arch, "x86") == 0 && strcmp(l->arch, "amd64") == 0)
            image_warn(l, "%s is a WinPE for x86: it boots by BIOS only, 64-bit UEFI wants one for amd64", name);
        else if (strcmp(pe->arch, "amd64") != 0 || strcmp(l->arch, "x86") != 0)
            image_warn(l, "%s is a WinPE for %s, the system is for %s", name, pe->arch, l->arch);
    }
    if (pe->build > 0 && version < l->version->pe)
        image_warn(l, "%s is WinPE %u.%u.%u; %s needs %u.%u.%u or later", name, pe->major, pe->minor, pe->build,
                   l->version->name, (unsigned)(l->version->pe >> 48), (unsigned)(l->version->pe >> 32 & 0xffff),
                   (unsigned)(l->version->pe & 0xffffffff));
}

static void note_pe(struct look *l, const char *name, uint64_t size) {
    char text[64];
    unsigned index = l->wim.boot_index >= 1 && l->wim.boot_index <= l->wim.n ? l->wim.boot_index : 1;
    const struct win_wim_image *pe = &l->wim.images[index - 1];
    if (l->wim.n == 0) {
        image_warn(l, "%s holds no image", name);
        return;
    }
    image_fact(l, "pe-arch", pe->arch);
    if (pe->build > 0) {
        fact_number(l, "pe-build", pe->build);
        snprintf(text, sizeof(text), "%u.%u.%u", pe->major, pe->minor, pe->build);
        image_fact(l, "pe-version", text);
        image_fact(l, "pe-smb", windows_pe_smb(WINDOWS_PE(pe->major, pe->minor, pe->build)));
    }
    /* WinPE's RAM disk holds the whole WIM, and WinPE itself needs 512 MB. */
    uint64_t ram = (size >> 20) + 512;
    snprintf(text, sizeof(text), "%u MB", ram < 1u << 20 && ram > l->version->ram ? (unsigned)ram : l->version->ram);
    image_fact(l, "need-ram", text);
    compare_pe(l, name, pe);
}

static void look_at_boot(struct look *l) {
    uint64_t size = 0;
    const char *name = find_boot(l), *wrong = name ? read_wim(l, name, &size) : NULL;
    if (name && !wrong) {
        image_fact(l, "boot", name);
        note_pe(l, name, size);
        return;
    }
    if (name)
        image_warn(l, "%s %s", name, wrong);
    char text[32];
    snprintf(text, sizeof(text), "%u MB", l->version->ram);
    image_fact(l, "need-ram", text);
}

/* --- the system image --- */

static bool is_wim_name(const char *name) {
    struct pxed_slice text = pxed_slice_of(name);
    return text.len > 4 && pxed_slice_match(PXED_SLICE("*.wim"), text) &&
           !pxed_slice_match(PXED_SLICE("boot.wim"), text) && !pxed_slice_match(PXED_SLICE("winpe*.wim"), text);
}

/* The only *.wim in the folder that is not WinPE's. False: none, or several. */
static bool only_wim(const struct look *l, const char *boot, char room[NAME_SIZE]) {
    DIR *dir = l->image->folder ? opendir(l->image->folder) : NULL;
    size_t n = 0;
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (is_wim_name(e->d_name) && (!boot || strcmp(boot, e->d_name) != 0) && ++n == 1)
            snprintf(room, NAME_SIZE, "%s", e->d_name);
    if (dir)
        closedir(dir);
    return n == 1;
}

static const char *find_wim(const struct look *l, char room[NAME_SIZE]) {
    static const char *const names[] = {"install.wim",         "install.esd",         "install.swm",
                                        "sources/install.wim", "sources/install.esd", "sources/install.swm"};
    if (image_setting(l, "wim"))
        return image_setting(l, "wim");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (l->image->has(l->image, names[i]))
            return names[i];
    return only_wim(l, image_setting(l, "boot"), room) ? room : NULL;
}

/* install.swm, install2.swm, install3.swm ...: as imagex, dism and wimlib name them. */
static void note_parts(const struct look *l, const char *name) {
    char part[NAME_SIZE + 16], text[2 * NAME_SIZE];
    const char *dot = strrchr(name, '.');
    int stem = dot ? (int)(dot - name) : (int)strlen(name);
    if (l->wim.part != 1) {
        snprintf(
            text, sizeof(text),
            "%s is part %u of a split image: name the first, or make one file of all: wimlib-imagex join install.wim "
            "*.swm",
            name, l->wim.part);
        image_missing(l, text);
        return;
    }
    snprintf(text, sizeof(text), "%.*s*%s", stem - (int)(last_part(name) - name), last_part(name), dot ? dot : "");
    image_fact(l, "swm", text);
    size_t told = 0;
    for (unsigned i = 2; i <= l->wim.parts && told < MISSING_TOLD; i++) {
        snprintf(part, sizeof(part), "%.*s%u%s", stem, name, i, dot ? dot : "");
        if (l->image->has(l->image, part)) {
            image_fact(l, "wim-part", part);
            image_fact(l, "share", part);
        } else {
            snprintf(text, sizeof(text), "%s, part %u of %u of the split %s, is missing: copy it there, too", part, i,
                     l->wim.parts, name);
            image_missing(l, text);
            told++;
        }
    }
}

static void note_images(const struct look *l) {
    char key[32], text[2 * WIN_WIM_TEXT + 8];
    fact_number(l, "images", l->wim.total);
    for (unsigned i = 0; i < l->wim.n && i < IMAGES_TOLD; i++) {
        const struct win_wim_image *one = &l->wim.images[i];
        const char *name = *one->name ? one->name : "no name", *edition = *one->edition ? one->edition : "no edition";
        snprintf(text, sizeof(text), "%s (%s)", name, edition);
        snprintf(key, sizeof(key), "image-%u", i + 1);
        image_fact(l, key, text);
        snprintf(key, sizeof(key), "edition-%u", i + 1);
        image_fact(l, key, one->edition);
        snprintf(key, sizeof(key), "name-%u", i + 1);
        image_fact(l, key, one->name);
    }
}

/* The error in index or edition of [os ID], or NULL and *ret: 0 if they leave it open. */
static const char *image_choose(const struct look *l, unsigned *ret) {
    const char *edition = image_setting(l, "edition"), *number = image_setting(l, "index");
    unsigned by_edition = edition ? win_fact_index(l->image, pxed_slice_of(edition)) : 0;
    uint64_t index = 0;
    *ret = 0;
    if (edition && by_edition == 0)
        return "there is no such edition";
    if (number && (!pxed_slice_u64(pxed_slice_of(number), l->wim.total, &index) || index == 0))
        return "there is no such index";
    if (number && edition && index != by_edition)
        return "index and edition are two images";
    *ret = index > 0 ? (unsigned)index : by_edition > 0 ? by_edition : l->wim.total == 1 ? 1 : 0;
    return NULL;
}

/* The image that [os ID] names, or the only one; 0 if undecided or wrong. */
static unsigned note_index(const struct look *l, const char *name) {
    struct pxed_arena arena = {0};
    unsigned index;
    const char *wrong = image_choose(l, &index), *edition = image_setting(l, "edition"),
               *number = image_setting(l, "index");
    if (wrong)
        image_warn(l, "%s%s%s%s%s: %s; %s holds %s", number ? "index = " : "", number ? number : "",
                   number && edition ? ", " : "", edition ? "edition = " : "", edition ? edition : "", wrong, name,
                   win_fact_list(l->image, &arena));
    if (index > 0)
        fact_number(l, "index", index);
    pxed_arena_clear(&arena);
    return index;
}

/* Builds that match the id; 0, 0: any. */
static void builds_of(const struct look *l, unsigned *ret_first, unsigned *ret_last) {
    unsigned own = (unsigned)(l->version->pe & 0xffff);
    bool nt10 = windows_version_has(l->version, "nt10"), win11 = windows_version_has(l->version, "win11"),
         client = windows_version_has(l->version, "client");
    *ret_first = own;
    *ret_last = own;
    if (windows_version_has(l->version, "nt5"))
        *ret_first = *ret_last = 0; /* 2195, 2600, 3790: images captured with old tools report various builds */
    else if (windows_version_has(l->version, "vista"))
        *ret_first = 6000, *ret_last = 6003;
    else if (windows_version_has(l->version, "nt61"))
        *ret_last = 7601;
    else if (nt10 && client)
        *ret_first = win11 ? 22000 : 10240, *ret_last = win11 ? 65535 : 21999;
}

static void compare_system(const struct look *l, const char *name, const struct win_wim_image *one) {
    unsigned first, last;
    builds_of(l, &first, &last);
    bool server = strncmp(one->kind, "Server", 6) == 0, client = strcmp(one->kind, "Client") == 0;
    if (one->arch && strcmp(one->arch, l->arch) != 0)
        image_warn(l, "%s holds a system for %s, the OS id says %s", name, one->arch, l->arch);
    if (one->build > 0 && last > 0 && (one->build < first || one->build > last))
        image_warn(l, "%s holds Windows build %u, which is not %s", name, one->build, l->version->name);
    else if ((server && windows_version_has(l->version, "client")) ||
             (client && windows_version_has(l->version, "server")))
        image_warn(l, "%s holds a %s edition, which is not %s", name, server ? "server" : "client", l->version->name);
}

static void note_system(const struct look *l, const char *name) {
    image_fact(l, "wim", name);
    image_fact(l, "share", name);
    image_fact(l, "share-alias", "boot.wim"); /* the name that autorun.bat of the classic recipe expects */
    image_fact(l, "file", last_part(name));
    if (!in_folder(l, name))
        image_fact(l, "unpack", "setup.exe");
    if (l->wim.parts > 1)
        note_parts(l, name);
    note_images(l);
    if (l->wim.n == 0) {
        image_missing(l, "the system image holds no image");
        return;
    }
    unsigned index = note_index(l, name);
    const struct win_wim_image *one = &l->wim.images[index > 0 && index <= l->wim.n ? index - 1 : 0];
    if (index > 0)
        image_fact(l, "edition", one->edition);
    /* Images of one WIM differ in edition, rarely in more. */
    image_fact(l, "wim-arch", one->arch);
    if (one->build > 0)
        fact_number(l, "wim-build", one->build);
    image_fact(l, "language", one->language);
    compare_system(l, name, one);
}

static void look_at_system(struct look *l) {
    char room[NAME_SIZE], text[2 * NAME_SIZE];
    uint64_t size;
    const char *name = find_wim(l, room);
    const char *wrong = !name ? NULL : !l->image->has(l->image, name) ? "is missing" : read_wim(l, name, &size);
    if (name && !wrong) {
        note_system(l, name);
        return;
    }
    if (name)
        snprintf(text, sizeof(text), "the system image %s %s", name, wrong);
    else
        snprintf(text, sizeof(text),
                 "no system image: put install.wim, install.esd or install.swm into os/%.*s, or "
                 "name it by wim = in [os %.*s]",
                 PXED_S(l->image->id->text), PXED_S(l->image->id->text));
    image_missing(l, text);
}

/* --- requirements for the machine --- */

static void note_needs(const struct look *l) {
    char text[96];
    bool bios = (l->version->firmware & PXED_FW_BIT(PXED_FW_BIOS)) != 0,
         efi = (l->version->firmware & PXED_FW_EFI) != 0;
    bool win11 = windows_version_has(l->version, "win11") && windows_version_has(l->version, "client");
    const char *via = l->image->via, *smb = l->image->get(l->image, "pe-smb");
    snprintf(text, sizeof(text), "%s%s",
             !efi    ? "BIOS"
             : !bios ? "UEFI"
                     : "BIOS or UEFI",
             win11 ? "; setup.exe itself asks for UEFI, Secure Boot and TPM 2" : "");
    image_fact(l, "need-firmware", text);
    snprintf(text, sizeof(text), "%u.%u.%u or later", (unsigned)(l->version->pe >> 48),
             (unsigned)(l->version->pe >> 32 & 0xffff), (unsigned)(l->version->pe & 0xffffffff));
    image_fact(l, "need-winpe", text);
    image_fact(l, "need-smb", smb ? smb : windows_pe_smb(l->version->pe));
    if (via && !bios && (strcmp(via, "memdisk") == 0 || strcmp(via, "pxelinux") == 0))
        image_warn(l, "via = %s boots by BIOS, and %s only boots by UEFI: no machine can be installed", via,
                   l->version->name);
    if (l->image->has(l->image, "setup.exe") &&
        (l->image->has(l->image, "sources/install.wim") || l->image->has(l->image, "sources/install.esd") ||
         l->image->has(l->image, "sources/install.swm")))
        image_fact(l, "setup", "yes");
}

/* A WinPE that wimboot does not modify fetches its share account only if it was built for that. */
static void judge_share(const struct look *l) {
    const struct pxed_share_site *share = l->image->share;
    if (!l->image->iso || !share || !share->folder || !share->published || share->guest)
        return;
    if (share->password)
        pxed_diag_add(
            l->diags, PXED_WARNING, l->image->file, l->image->line,
            "%.*s boots %s as it is: the password of [smb] is given only to a WinPE that was given a token, as "
            "wimboot does; for this one mode = managed, or an account of its own in its start file",
            PXED_S(l->image->id->text), l->image->iso);
    if (share->accounts)
        pxed_diag_add(
            l->diags, PXED_WARNING, l->image->file, l->image->line,
            "%.*s boots %s as it is: a WinPE made by pxed-winpe fetches its account for the share, one of the "
            "classic recipe needs [smb] guest = yes",
            PXED_S(l->image->id->text), l->image->iso);
}

void windows_image(const struct pxed_image *image, struct pxed_diags *diags) {
    static const char *const archs[] = {"x86", "amd64", "arm64"};
    struct look *l = pxed_xalloc(sizeof(*l)); /* too large for a thread's stack */
    l->image = image;
    l->diags = diags;
    l->version = windows_version_find(image->claim);
    for (size_t i = 0; l->version && i < sizeof(archs) / sizeof(archs[0]); i++)
        if (windows_version_has(l->version, archs[i]))
            snprintf(l->arch, sizeof(l->arch), "%s", archs[i]);
    if (l->version) {
        look_at_boot(l);
        look_at_system(l);
        note_needs(l);
        judge_share(l);
    }
    free(l);
}
