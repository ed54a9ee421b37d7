/* WDS' RemoteInstall: boot images, image groups, answer files, and the list of clients that PowerShell exports. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pxed/addr.h"
#include "pxed/grow.h"
#include "take.h"
#include "wim_read.h"

enum { FIELDS_MAX = 64 };

/* One image of a WIM in an image group. */
struct wds_image {
    const char *path, *group, *base; /* base: the OS id without an edition */
    struct win_wim_image image;
    unsigned index;
    bool hollow;
};

struct wds {
    struct take *t;
    struct wds_image *images;
    size_t n_images;
    const char **ids; /* OS ids given so far */
    size_t n;
    struct win_wim *wim; /* room: large */
};

/* The WIM's metadata; false and told if it is none. */
static bool read_image(struct wds *w, const char *path, const char **ret_spelled) {
    struct stat st;
    int fd = take_open(w->t, path, ret_spelled);
    const char *wrong = fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)
                            ? "cannot be opened"
                            : win_wim_read(fd, 0, (uint64_t)st.st_size, w->wim);
    if (fd >= 0)
        close(fd);
    if (!wrong && w->wim->n == 0)
        wrong = "holds no image";
    if (wrong)
        take_left(w->t, path, 0, "%s", wrong);
    return !wrong;
}

static bool has_id(const struct wds *w, const char *id) {
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->ids[i], id) == 0)
            return true;
    return false;
}

/* windows-2022-x64; where several images would have it, each with its edition: windows-2022-serverdatacenter-x64, or a
 * number. */
static const char *image_id(struct wds *w, const struct wds_image *one) {
    struct take *t = w->t;
    const char *last = strrchr(one->base, '-'), *made = one->base;
    char *edition = (char *)(uintptr_t)pxed_arena_dup(t->arena, pxed_slice_of(one->image.edition)).ptr;
    size_t same = 0;
    for (size_t i = 0; i < w->n_images; i++)
        same += strcmp(w->images[i].base, one->base) == 0;
    for (char *c = edition; c && *c; c++)
        *c = pxed_is_alnum(*c) ? pxed_lower(*c) : '-';
    if (same > 1 && edition && *edition)
        made = pxed_arena_printf(t->arena, "%.*s-%s%s", (int)(last - one->base), one->base, edition, last);
    for (unsigned i = 2; (has_id(w, made) || strlen(made) > 63) && i < 1000; i++)
        made = pxed_arena_printf(t->arena, "%.*s-%u%s", (int)(last - one->base), one->base, i, last);
    PXED_ARENA_GROW(t->arena, w->ids, w->n);
    w->ids[w->n++] = made;
    return made;
}

/* Boot/x64/Images: one image is taken, of several the operator knows which. */
static void take_boot(struct wds *w, const char *os_id) {
    const char *arch = strrchr(os_id, '-') + 1, *found = NULL, *spelled;
    const char *folder = pxed_arena_printf(w->t->arena, "Boot/%s/Images", strcmp(arch, "i386") == 0 ? "x86" : arch);
    size_t n = 0;
    for (const char **name = take_names(w->t, folder); *name; name++)
        if (take_ends(*name, ".wim") && ++n == 1)
            found = pxed_arena_printf(w->t->arena, "%s/%s", folder, *name);
    if (n == 1 && read_image(w, found, &spelled))
        w->t->out->file(w->t->out, os_id, spelled, "boot.wim");
    else if (n != 1)
        take_left(w->t, folder, 0, "%zu boot images: put the one for '%s' into its folder as boot.wim", n, os_id);
}

static void collect_images(struct wds *w, const char *group, const char *path) {
    const char *spelled;
    if (!read_image(w, path, &spelled))
        return;
    for (unsigned i = 0; i < w->wim->n; i++) {
        const struct win_wim_image *one = &w->wim->images[i];
        bool server = strncmp(one->kind, "Server", 6) == 0 || strncmp(one->edition, "Server", 6) == 0;
        const char *base = take_os_id(w->t, one->build, server, one->arch);
        if (!base) {
            take_left(w->t, spelled, 0, "image %u, %s: which Windows it is does not follow from its build %u", i + 1,
                      *one->name ? one->name : "no name", one->build);
            continue;
        }
        PXED_ARENA_GROW(w->t->arena, w->images, w->n_images);
        w->images[w->n_images++] = (struct wds_image){spelled, group, base, *one, i + 1, w->wim->hollow};
    }
}

static void take_image(struct wds *w, const struct wds_image *one) {
    struct take *t = w->t;
    const char *id = image_id(w, one), *section = pxed_arena_printf(t->arena, "os %s", id);
    const char *index = pxed_arena_printf(t->arena, "%u", one->hollow ? 1 : one->index);
    take_set(t, section, "wim", PXED_SLICE("install.wim"), one->path, 0);
    take_set(t, section, "index", pxed_slice_of(index), one->path, 0);
    if (one->hollow)
        take_left(t, one->path, 0,
                  "image %u, %s: its data is in Res.RWM: wimlib-imagex export '%s/%s' %u ROOT/boot/os/%s/install.wim "
                  "--ref='%s/%s/Res.RWM'",
                  one->index, *one->image.name ? one->image.name : "no name", t->out->folder, one->path, one->index, id,
                  t->out->folder, one->group);
    else
        t->out->file(t->out, id, one->path, "install.wim");
    /* Its own answer file lies in a folder that is named as it is. */
    const char *folder =
        pxed_arena_printf(t->arena, "%.*s/Unattend", (int)(strlen(one->path) - strlen(".wim")), one->path);
    for (const char **name = take_names(t, folder); *name; name++)
        if (take_ends(*name, ".xml"))
            take_unattend(t, pxed_arena_printf(t->arena, "%s/%s", folder, *name), section);
    take_boot(w, id);
}

static void take_groups(struct wds *w) {
    for (const char **group = take_names(w->t, "Images"); *group; group++) {
        const char *folder = pxed_arena_printf(w->t->arena, "Images/%s", *group);
        for (const char **name = take_names(w->t, folder); *name; name++) {
            const char *path = pxed_arena_printf(w->t->arena, "%s/%s", folder, *name);
            if (take_ends(*name, ".wim"))
                collect_images(w, folder, path);
            else if (take_ends(*name, ".vhd") || take_ends(*name, ".vhdx"))
                take_left(w->t, path, 0, "a virtual disk: wimlib-imagex capture makes a .wim of its mounted volume");
        }
    }
    for (size_t i = 0; i < w->n_images; i++)
        take_image(w, &w->images[i]);
    if (w->n == 0)
        take_left(w->t, "Images", 0, "no system image was found");
}

/* --- clients: Get-WdsClient | Export-Csv --- */

/* The next field of a CSV line (RFC 4180 2); `separator` as PowerShell of that country writes it. */
static const char *csv_field(struct take *t, struct pxed_slice *rest, char separator) {
    char *text = pxed_arena_alloc(t->arena, rest->len + 1);
    size_t n = 0, at = 0;
    bool quoted = rest->len > 0 && rest->ptr[0] == '"';
    for (at = quoted; at < rest->len; at++) {
        char c = rest->ptr[at];
        if (quoted && c == '"') {
            if (at + 1 < rest->len && rest->ptr[at + 1] == '"')
                at++;
            else {
                quoted = false;
                continue;
            }
        } else if (!quoted && c == separator) {
            break;
        }
        text[n++] = c;
    }
    text[n] = '\0';
    *rest = pxed_slice_skip(*rest, at + 1);
    return text;
}

/* A MAC, or the GUID that WDS makes of one: twenty zeros before it. */
static bool device_mac(const char *id, struct pxed_hwaddr *ret) {
    char hex[64];
    size_t n = 0, zeros = 0;
    for (; *id && n < sizeof(hex) - 1; id++)
        if (pxed_hex_digit(*id) >= 0)
            hex[n++] = *id;
        else if (!strchr("[]{}-:. ", *id))
            return false;
    while (zeros < n && hex[zeros] == '0')
        zeros++;
    if (n == 12)
        return pxed_mac_parse(pxed_slice(hex, 12), ret);
    return n == 32 && zeros >= 20 && pxed_mac_parse(pxed_slice(hex + 20, 12), ret);
}

static void take_client(struct wds *w, const char *path, unsigned line, const char *id, const char *name) {
    struct pxed_hwaddr mac;
    char text[PXED_MAC_TEXT];
    const char *backslash = strrchr(name, '\\');
    if (!device_mac(id, &mac)) {
        take_left(w->t, path, line, "%s is known by %s, which is no MAC: write a line with its MAC",
                  *name ? name : "a client", *id ? id : "nothing");
        return;
    }
    const char *vars =
        *name ? take_var(w->t, "", "name", pxed_slice_of(backslash ? backslash + 1 : name), path, line) : "";
    w->t->out->host(w->t->out, pxed_mac_text(&mac, ":", text), w->n == 1 ? w->ids[0] : NULL, vars);
}

static void take_clients(struct wds *w, const char *path) {
    struct pxed_slice text = take_read(w->t, path), line;
    int id = -1, name = -1;
    char separator = ',';
    for (unsigned number = 1; text.len > 0; number++) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        line = pxed_slice_trim(pxed_slice_head(text, end < 0 ? text.len : (size_t)end));
        text = pxed_slice_skip(text, line.len > 0 || end >= 0 ? (end < 0 ? text.len : (size_t)end + 1) : text.len);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (id < 0 && pxed_slice_find(line, ';', 0) >= 0 && pxed_slice_find(line, ',', 0) < 0)
            separator = ';';
        const char *fields[FIELDS_MAX] = {NULL};
        int n = 0;
        while (line.len > 0 && n < FIELDS_MAX)
            fields[n++] = csv_field(w->t, &line, separator);
        if (id < 0) {
            for (int i = 0; i < n; i++) {
                id = pxed_slice_eq_nocase(pxed_slice_of(fields[i]), PXED_SLICE("DeviceID")) ? i : id;
                name = pxed_slice_eq_nocase(pxed_slice_of(fields[i]), PXED_SLICE("DeviceName")) ? i : name;
            }
            if (id < 0) {
                take_left(w->t, path, number, "no column DeviceID: not a list of Get-WdsClient");
                return;
            }
            continue;
        }
        take_client(w, path, number, id < n ? fields[id] : "", name >= 0 && name < n ? fields[name] : "");
    }
}

void take_wds(struct take *t) {
    struct wds w = {.t = t, .wim = pxed_arena_alloc(t->arena, sizeof(struct win_wim))};
    take_groups(&w);
    for (const char **name = take_names(t, "WdsClientUnattend"); *name; name++)
        if (take_ends(*name, ".xml"))
            take_unattend(t, pxed_arena_printf(t->arena, "WdsClientUnattend/%s", *name), "os-windows");
    size_t lists = 0;
    for (const char **name = take_names(t, ""); *name; name++)
        if (take_ends(*name, ".csv") && ++lists)
            take_clients(&w, *name);
    if (lists == 0)
        take_left(
            t, ".", 0,
            "prestaged clients are in the directory or in WDS' database: on the server, Get-WdsClient | Export-Csv "
            "wds-clients.csv, and put that file here");
}
