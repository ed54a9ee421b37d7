/* Files below root and the loaders' folders. Names cannot leave them; some files in them are never served. */
#define _GNU_SOURCE
#include "content_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "catalogue_private.h"
#include "content_cache.h"
#include "content_script.h"
#include "image_base.h"
#include "image_find.h"
#include "pxed/path.h"

const char *content_type(struct pxed_slice path) {
    static const struct {
        const char *ends, *type;
    } rows[] = {
        {".efi", "application/efi"}, /* EDK2 refuses an image with an unknown type */
        {".iso", "application/vnd.efi-iso"},
        {".img", "application/vnd.efi-img"},
        {".html", "text/html"},
        {".txt", "text/plain"},
        {".cfg", "text/plain"},
        {".ks", "text/plain"},
        {".sh", "text/plain"},
        {".ipxe", "text/plain"},
        {".xml", "text/xml"},
        {".json", "application/json"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = strlen(rows[i].ends);
        if (path.len >= n && pxed_slice_eq_nocase(pxed_slice_skip(path, path.len - n), pxed_slice_of(rows[i].ends)))
            return rows[i].type;
    }
    return "application/octet-stream";
}

enum pxed_reason content_open_failed(void) {
    return errno == EXDEV                       ? PXED_WHY_PRIVATE_FILE
           : errno == EACCES                    ? PXED_WHY_FILE_UNREADABLE
           : errno == EMFILE || errno == ENFILE ? PXED_WHY_BUSY
                                                : PXED_WHY_NOT_FOUND;
}

static struct open_content *new_file(const struct lookup *l, int fd, const struct stat *st, const char *type) {
    struct open_content *c = content_new(l);
    c->pub.kind = PXED_CONTENT_FILE;
    c->pub.fd = fd;
    c->pub.size = (uint64_t)st->st_size;
    c->pub.mtime = st->st_mtim.tv_sec;
    c->pub.type = type;
    c->executable = (st->st_mode & 0111) != 0;
    return c;
}

struct open_content *content_of_file(const struct lookup *l, int fd, const struct stat *st, struct pxed_slice path) {
    struct open_content *c = new_file(l, fd, st, content_type(path));
    content_etag(st, c->pub.etag, sizeof(c->pub.etag));
    return c;
}

static struct open_content *of_cached(const struct lookup *l, struct cached_file *f) {
    struct open_content *c = new_file(l, f->fd, &f->st, f->type);
    memcpy(c->pub.etag, f->etag, sizeof(c->pub.etag));
    c->file = f;
    if (l->request->via == PXED_VIA_TFTP)
        cached_file_keep(f, CACHED_BYTES_TFTP);
    if (f->bytes)
        content_set_text(c, pxed_slice(f->bytes, (size_t)f->st.st_size), f->type);
    return c;
}

/* Takes over `fd`, just opened; -1: errno says why not. `key`: for the next one who asks; empty: it is not shared. */
static enum pxed_reason take_file(const struct lookup *l, struct pxed_slice key, int fd, struct pxed_slice path,
                                  struct open_content **ret) {
    struct stat st = {0};
    if (fd < 0)
        return content_open_failed();
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || catalogue_is_private(l->d->catalogue, fd, &st)) {
        close(fd);
        return S_ISREG(st.st_mode) ? PXED_WHY_PRIVATE_FILE : PXED_WHY_NOT_FOUND;
    }
    struct cached_file *f = key.len > 0 ? content_cache_put(l->d, key, fd, &st, content_type(path)) : NULL;
    *ret = f ? of_cached(l, f) : content_of_file(l, fd, &st, path);
    return PXED_WHY_OK;
}

/* --- a name that others ask for, too, is opened once --- */

enum files_place { FILES_BOOT = 1, FILES_IMAGE, FILES_MADE, FILES_FOLDER /* and the number of its descriptor */ };

struct files_key {
    char text[PXED_PATH_MAX + 16];
    struct pxed_slice slice; /* empty: it is opened for this request alone */
};

static void files_key(const struct lookup *l, int place, struct pxed_slice path, struct files_key *ret) {
    struct pxed_buf b = PXED_BUF(ret->text);
    pxed_buf_u64(&b, (uint64_t)place);
    pxed_buf_byte(&b, ' ');
    pxed_buf_add(&b, path);
    ret->slice = l->alone || pxed_buf_full(&b) ? PXED_NO_SLICE : pxed_buf_slice(&b);
}

static bool find_open(const struct lookup *l, const struct files_key *key, struct open_content **ret) {
    struct cached_file *f = key->slice.len > 0 ? content_cache_find(l->d, key->slice) : NULL;
    if (f)
        *ret = of_cached(l, f);
    return f != NULL;
}

enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret) {
    char text[PXED_PATH_MAX + 16];
    struct pxed_buf b = PXED_BUF(text);
    struct files_key key;
    pxed_buf_str(&b, prefix);
    pxed_buf_add(&b, path);
    files_key(l, FILES_FOLDER + dir_fd, pxed_buf_slice(&b), &key);
    if (find_open(l, &key, ret))
        return PXED_WHY_OK;
    return take_file(l, key.slice, open_beneath(dir_fd, pxed_buf_cstr(&b)), path, ret);
}

enum pxed_reason content_image_file(const struct lookup *l, struct open_content **ret) {
    struct files_key key;
    files_key(l, FILES_IMAGE, l->name.path, &key);
    if (find_open(l, &key, ret))
        return PXED_WHY_OK;
    return take_file(l, key.slice, catalogue_open_image(l->d->catalogue, l->name.path, NULL), l->name.path, ret);
}

/* It says the server's address inside. */
static void made_key(const struct lookup *l, struct pxed_slice name, struct files_key *ret) {
    char server[PXED_ADDR_TEXT], text[PXED_PATH_MAX + PXED_ADDR_TEXT];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_str(&b, pxed_addr_text(&l->request->local, server));
    pxed_buf_byte(&b, ' ');
    pxed_buf_add(&b, name);
    files_key(l, FILES_MADE, pxed_buf_slice(&b), ret);
}

bool content_made_find(const struct lookup *l, struct pxed_slice name, struct open_content **ret) {
    struct files_key key;
    made_key(l, name, &key);
    return find_open(l, &key, ret);
}

enum pxed_reason content_made(const struct lookup *l, struct pxed_slice name, int fd, struct open_content **ret) {
    struct files_key key;
    made_key(l, name, &key);
    return take_file(l, key.slice, fd, name, ret);
}

static enum pxed_reason open_boot(const struct lookup *l, struct open_content **ret) {
    struct files_key key;
    files_key(l, FILES_BOOT, l->name.path, &key);
    if (find_open(l, &key, ret))
        return PXED_WHY_OK;
    return take_file(l, key.slice, catalogue_open_boot(l->d->catalogue, l->name.path), l->name.path, ret);
}

bool content_is(const struct lookup *l, const char *prefix, struct pxed_slice path, mode_t type) {
    char text[PXED_PATH_MAX + 16];
    struct pxed_buf b = PXED_BUF(text);
    struct stat st;
    pxed_buf_str(&b, prefix);
    pxed_buf_add(&b, path);
    int fd = open_beneath(l->d->root_fd, pxed_buf_cstr(&b));
    bool is = fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type;
    if (fd >= 0)
        close(fd);
    return is;
}

/* --- scripts --- */

static const char *files_handler_of(const struct pxed_site *site, struct pxed_slice path) {
    for (size_t i = 0; i < site->cgi.n; i++) {
        struct pxed_slice rest = pxed_slice_of(site->cgi.items[i]), ends = pxed_slice_word(&rest, " \t");
        if (pxed_slice_ends(path, ends))
            return pxed_slice_trim(rest).ptr;
    }
    return NULL;
}

/* Finds the part of the name that has a handler's extension and is a file; the rest is PATH_INFO. */
static bool find_handled(const struct lookup *l, struct pxed_slice *ret_script, const char **ret_handler) {
    struct pxed_slice path = l->name.path;
    if (pxed_slice_find(path, '.', 0) < 0) /* each extension has one */
        return false;
    for (size_t end = 0; end <= path.len; end++) {
        if (end < path.len && path.ptr[end] != '/')
            continue;
        struct pxed_slice part = pxed_slice_head(path, end);
        const char *handler = files_handler_of(&l->d->catalogue->site, part);
        if (!handler || !content_is(l, "boot/", part, S_IFREG))
            continue;
        *ret_script = part;
        *ret_handler = handler;
        return true;
    }
    return false;
}

/* A script without extension must lie directly in root/boot, be executable and begin with `#!`. Files copied from ISO,
 * SMB or vfat are all executable, so the mode alone is not enough. */
static bool runs_itself(const struct lookup *l, const struct open_content *c) {
    char magic[2];
    return c->executable && pxed_slice_find(l->name.path, '/', 0) < 0 && pread(c->pub.fd, magic, 2, 0) == 2 &&
           magic[0] == '#' && magic[1] == '!';
}

static enum pxed_reason open_script(struct lookup *l, struct pxed_slice script, const char *handler,
                                    struct open_content **ret) {
    struct pxed_hwaddr mac;
    if (l->request->via == PXED_VIA_TFTP)
        return PXED_WHY_SCRIPT_SOURCE;
    struct open_content *c = content_new(l);
    struct pxed_cgi *cgi = PXED_NEW(&c->arena, struct pxed_cgi);
    const struct catalogue *cat = l->d->catalogue;
    *cgi = (struct pxed_cgi){
        .script = pxed_arena_printf(&c->arena, "%s/%.*s", cat->boot_dir, PXED_S(script)),
        .script_name = pxed_arena_printf(&c->arena, "/boot/%.*s", PXED_S(script)),
        .path_info = pxed_arena_printf(&c->arena, "%.*s", PXED_S(pxed_slice_skip(l->name.path, script.len))),
        .handler = handler,
        .document_root = cat->settings.root,
    };
    c->pub.kind = PXED_CONTENT_CGI;
    c->pub.type = "text/plain";
    c->pub.cgi = cgi;
    bool has_mac = lookup_query_mac(l, &mac) == PXED_WHY_OK || lookup_form_mac(l, &mac);
    if (!has_mac && l->asker) {
        mac = l->asker->mac;
        has_mac = true;
    }
    content_script_env(l, c, has_mac ? &mac : NULL);
    *ret = c;
    return PXED_WHY_OK;
}

enum pxed_reason content_boot_file(struct lookup *l, struct open_content **ret) {
    struct pxed_slice script;
    const char *handler;
    bool may_run = l->name.kind != NAME_IMAGE && l->name.kind != NAME_HOST;
    if (may_run && find_handled(l, &script, &handler))
        return open_script(l, script, handler, ret);
    enum pxed_reason why = open_boot(l, ret);
    if (why != PXED_WHY_OK || !may_run || !runs_itself(l, *ret))
        return why;
    content_free(*ret);
    return open_script(l, l->name.path, NULL, ret);
}
