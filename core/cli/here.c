/* Checks of this machine for `pxed check`: account, folders, loaders. */
#define _GNU_SOURCE
#include "here.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "eyes.h"
#include "image_find.h"

/* --- what the account may read --- */

struct place {
    const char *file;
    unsigned line;
};

static struct place of_key(const struct offline *o, const char *section, const char *key) {
    const struct ini_entry *e = ini_get(&o->config->ini, section, key);
    return e ? (struct place){e->file, e->line} : (struct place){o->config->ini.path, 0};
}

/* Access (R_OK, W_OK, X_OK) as the account, or judged by modes if we cannot become the account. 0 or an errno. */
static int may_read(const struct offline *o, const char *path, int mode) {
    if (o->by_modes)
        return eyes_by_mode(o->account, path, mode);
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 ? 0 : errno;
}

static const char *here_who(const struct offline *o) {
    return o->account ? o->account->name : "the daemon";
}

/* A missing file is not reported here: it has its own messages. */
static void check_readable(struct offline *o, const char *path, struct place at, enum pxed_severity severity,
                           const char *what, const char *cost) {
    int error = may_read(o, path, R_OK);
    if (error == 0 || error == ENOENT || error == ENOTDIR)
        return;
    pxed_diag_add(&o->diags, severity, at.file, at.line, "%s %s cannot be read by '%s': %s; %s", what, path,
                  here_who(o), strerror(error), cost);
}

static void here_check_tables(struct offline *o) {
    const struct settings *s = &o->config->settings;
    struct place ini = {o->config->ini.path, 0}, hosts = of_key(o, "pxed", "hosts");
    check_readable(o, o->config->ini.path, ini, PXED_WARNING, "the file", "a reload will fail; chgrp and chmod it");
    for (size_t i = 0; i < s->hosts.n; i++)
        check_readable(o, s->hosts.items[i], hosts, PXED_WARNING, "the host file",
                       "its changes will be refused; chgrp and chmod it");
}

/* Keys of certificates: here_tls.c. */
static bool is_key(const struct offline *o, const char *real) {
    struct stat a, b;
    for (size_t i = 0; i < o->plugins.n; i++) {
        const struct plugin *p = o->plugins.items[i];
        for (const struct pxed_option *row = p->desc.options; row && row->key; row++) {
            const char *const *path = (const void *)((const char *)p->config + row->offset);
            if (row->type == PXED_OPT_PATH && (row->flags & PXED_OPT_KEY) && *path && stat(*path, &a) == 0 &&
                stat(real, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev)
                return true;
        }
    }
    return false;
}

/* Only for users who cannot become the account: for root, reading these files has reported the errors already. */
static void check_private(struct offline *o) {
    const struct catalogue *c = o->catalogue;
    struct stat st;
    for (size_t i = 0; o->by_modes && c && i < c->n_private; i++)
        if (!is_key(o, c->private_files[i]) && stat(c->private_files[i], &st) == 0 && S_ISREG(st.st_mode))
            check_readable(o, c->private_files[i], (struct place){c->private_files[i], 0}, PXED_HOST_ERROR, "the file",
                           "the hosts that need it boot their disks; chgrp and chmod it");
}

static void check_images(struct offline *o) {
    const struct catalogue *c = o->catalogue;
    struct pxed_arena scratch = {0};
    for (size_t i = 0; o->by_modes && c && i < c->n_systems; i++) {
        const struct catalogue_os *os = c->systems[i];
        for (const struct pxed_boot *b = os->profile ? os->profile->boots : NULL; b && b->how != PXED_HOW_LOCAL; b++) {
            const char *names[] = {b->kernel, b->initrd[0], b->initrd[0] ? b->initrd[1] : NULL};
            for (size_t k = 0; k < 3; k++) {
                bool own = names[k] && names[k][0] != '/' && names[k][0] != '*';
                const char *path = own ? catalogue_image_path(c, os->id.text, names[k], &scratch) : NULL;
                if (path)
                    check_readable(o, path, (struct place){os->file, os->line}, PXED_HOST_ERROR, "the image file",
                                   "its hosts boot their disks (NO_IMAGE); chmod it");
            }
        }
    }
    pxed_arena_clear(&scratch);
}

/* --- folders --- */

static void check_folder(struct offline *o, const char *path, struct place at, const char *cure) {
    struct stat st;
    int error = stat(path, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? may_read(o, path, X_OK) : ENOTDIR;
    if (error == ENOENT)
        pxed_diag_add(&o->diags, PXED_WARNING, at.file, at.line, "here: there is no folder %s: %s", path, cure);
    else if (error != 0)
        pxed_diag_add(&o->diags, PXED_ERROR, at.file, at.line, "the folder %s cannot be used by '%s': %s; chmod it",
                      path, here_who(o), strerror(error));
}

static void check_folders(struct offline *o) {
    const struct settings *s = &o->config->settings;
    char path[PATH_MAX];
    struct stat st;
    struct place root = of_key(o, "pxed", "root"), state = of_key(o, "pxed", "state");
    check_folder(o, s->root, root, "pxed does not start without it; make it");
    if (stat(s->root, &st) == 0 && snprintf(path, sizeof(path), "%s/boot", s->root) < (int)sizeof(path))
        check_folder(o, path, root, "images lie in boot/os, in it; make it");
    if (stat(s->state, &st) == 0 && !S_ISDIR(st.st_mode))
        pxed_diag_add(&o->diags, PXED_ERROR, state.file, state.line, "state = %s: this is no folder", s->state);
    else if (stat(s->state, &st) == 0 && geteuid() != 0 && !o->by_modes && access(s->state, W_OK | X_OK) < 0)
        pxed_diag_add(&o->diags, PXED_WARNING, state.file, state.line,
                      "here: the folder %s cannot be written: %s; pxed started as root would take it over", s->state,
                      strerror(errno));
}

/* At start root makes root/tftp/pxelinux.cfg, or gives root's own to the account; another's stays as it is. */
static void check_pxelinux_cfg(struct offline *o) {
    const struct catalogue *c = o->catalogue;
    char path[PATH_MAX];
    struct stat st;
    struct place at = {o->config->ini.path, 0};
    for (size_t i = 0; i < o->config->ini.n; i++)
        if (strcmp(o->config->ini.entries[i].key, "write-pxelinux-cfg") == 0)
            at = (struct place){o->config->ini.entries[i].file, o->config->ini.entries[i].line};
    if (!c->writes_pxelinux_cfg || snprintf(path, sizeof(path), "%s/pxelinux.cfg", c->tftp_dir) >= (int)sizeof(path))
        return;
    bool there = lstat(path, &st) == 0, given = there && st.st_uid == 0 && S_ISDIR(st.st_mode);
    int error = there ? may_read(o, path, W_OK | X_OK) : stat(c->tftp_dir, &st) < 0 ? errno : 0;
    if (error != 0 && !given)
        pxed_diag_add(&o->diags, PXED_WARNING, at.file, at.line,
                      "here: write-pxelinux-cfg = yes: '%s' cannot write %s: %s; make it and chown it, or set no",
                      here_who(o), there ? path : c->tftp_dir, strerror(error));
}

/* Whether they exist is this machine's affair: one mounted later is found then. */
static void check_image_path(struct offline *o) {
    const struct pxed_list *paths = &o->config->settings.image_path;
    struct stat st;
    for (size_t i = 0; i < paths->n; i++) {
        const char *path = paths->items[i];
        int error = stat(path, &st) < 0 ? errno : !S_ISDIR(st.st_mode) ? ENOTDIR : may_read(o, path, R_OK | X_OK);
        if (error == ENOENT)
            pxed_diag_add(&o->diags, PXED_WARNING, of_key(o, "pxed", "image-path").file, paths->lines[i],
                          "here: image-path = %s: there is no such folder: make or mount it", path);
        else if (error != 0)
            pxed_diag_add(&o->diags, PXED_WARNING, of_key(o, "pxed", "image-path").file, paths->lines[i],
                          "here: image-path = %s cannot be read by '%s': %s; its images are not found: chmod it", path,
                          here_who(o), strerror(error));
    }
}

/* --- the operator's script --- */

static const char *here_handler_of(const struct pxed_site *site, const char *name) {
    for (size_t i = 0; i < site->cgi.n; i++) {
        struct pxed_slice rest = pxed_slice_of(site->cgi.items[i]), ends = pxed_slice_word(&rest, " \t");
        if (pxed_slice_ends(pxed_slice_of(name), ends))
            return pxed_slice_trim(rest).ptr;
    }
    return NULL;
}

static void check_script(struct offline *o) {
    const struct pxed_site *site = &o->catalogue->site;
    struct place at = of_key(o, "http", "script");
    char path[PATH_MAX], name[PATH_MAX], magic[2] = "";
    const char *handler = here_handler_of(site, site->script);
    if (snprintf(path, sizeof(path), "%s/%s", o->catalogue->boot_dir, site->script) >= (int)sizeof(path) ||
        snprintf(name, sizeof(name), "boot/%s", site->script) >= (int)sizeof(name))
        return;
    int fd = open_beneath(o->catalogue->root_fd, name), error = errno;
    bool runs = fd >= 0 && pread(fd, magic, 2, 0) == 2 && magic[0] == '#' && magic[1] == '!';
    if (fd >= 0)
        close(fd);
    if (fd < 0 && (error == ENOENT || error == EBADF))
        return;
    if (o->by_modes && (error = may_read(o, path, R_OK)) != 0)
        fd = -1;
    if (fd < 0)
        pxed_diag_add(&o->diags, PXED_ERROR, at.file, at.line,
                      "the script %s cannot be read by '%s': %s; every machine it is asked for boots its disk "
                      "(CGI_FAILED)",
                      path, here_who(o), error == EXDEV ? "a link that leads out of root" : strerror(error));
    else if (handler && may_read(o, handler, X_OK) != 0)
        pxed_diag_add(
            &o->diags, PXED_WARNING, at.file, at.line,
            "here: the script %s needs %s, which cannot be run: install it, or every machine it is asked for boots "
            "its disk (CGI_FAILED)",
            path, handler);
    else if (!handler && (!runs || may_read(o, path, X_OK) != 0))
        pxed_diag_add(
            &o->diags, PXED_WARNING, at.file, at.line,
            "the script %s does not run: pxed answers itself; make it executable with #! in its first line, or "
            "name its interpreter with [http] cgi",
            path);
}

void here_files(struct offline *o) {
    bool seeing = eyes_open(&o->config->settings);
    here_check_tables(o);
    check_folders(o);
    check_image_path(o);
    check_private(o);
    check_images(o);
    if (o->catalogue) {
        check_script(o);
        check_pxelinux_cfg(o);
        here_loaders(o);
    }
    if (seeing)
        eyes_close();
}
