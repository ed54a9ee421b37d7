/* Real files below root and the loaders' folders. Nothing leaves them; some files in them are never served. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "content.h"

static int open_beneath(int dir_fd, const char *path) {
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

/* By identity, whatever name led here: the ini, the host file, operators' secrets, everything in state. */
static bool is_private(const struct catalogue *c, int fd) {
    char link[64], path[PATH_MAX];
    struct stat st, own;
    if (fstat(fd, &st) < 0)
        return true;
    if (!c->private_inside && st.st_nlink == 1)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < c->n_private; i++) {
        size_t len = strlen(c->private_files[i]);
        if (strncmp(path, c->private_files[i], len) == 0 && (path[len] == '\0' || path[len] == '/'))
            return true;
        /* A second name for the same file is the same file. */
        if (st.st_nlink > 1 && stat(c->private_files[i], &own) == 0 && own.st_dev == st.st_dev && own.st_ino == st.st_ino)
            return true;
    }
    return false;
}

static const char *type_of(struct pxed_slice path) {
    static const struct {
        const char *ends, *type;
    } rows[] = {
        {".efi", "application/efi"}, /* EDK2 refuses an image whose type it does not know */
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
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pxed_slice_ends(path, pxed_slice_of(rows[i].ends)))
            return rows[i].type;
    return "application/octet-stream";
}

enum pxed_reason content_file(const struct lookup *l, int dir_fd, const char *prefix, struct pxed_slice path,
                              struct open_content **ret) {
    char text[PXED_PATH_MAX + 16];
    struct pxed_buf b = PXED_BUF(text);
    struct stat st = {0};
    pxed_buf_str(&b, prefix);
    pxed_buf_add(&b, path);
    int fd = open_beneath(dir_fd, pxed_buf_cstr(&b));
    if (fd < 0)
        return errno == EXDEV ? PXED_WHY_PRIVATE_FILE : errno == EMFILE || errno == ENFILE ? PXED_WHY_BUSY : PXED_WHY_NOT_FOUND;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || is_private(l->d->catalogue, fd)) {
        close(fd);
        return S_ISREG(st.st_mode) ? PXED_WHY_PRIVATE_FILE : PXED_WHY_NOT_FOUND;
    }
    struct open_content *c = content_new(l);
    c->pub.kind = PXED_CONTENT_FILE;
    c->pub.fd = fd;
    c->pub.size = (uint64_t)st.st_size;
    c->pub.mtime = st.st_mtim.tv_sec;
    c->pub.type = type_of(path);
    snprintf(c->pub.etag, sizeof(c->pub.etag), "\"%llx-%llx-%lx\"", (unsigned long long)st.st_ino,
             (unsigned long long)st.st_size, (unsigned long)(st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec));
    *ret = c;
    return PXED_WHY_OK;
}

/* --- scripts --- */

static const char *handler_of(const struct pxed_site *site, struct pxed_slice path) {
    for (size_t i = 0; i < site->cgi.n; i++) {
        struct pxed_slice rest = pxed_slice_of(site->cgi.items[i]), ends = pxed_slice_word(&rest, " \t");
        if (pxed_slice_ends(path, ends))
            return pxed_slice_trim(rest).ptr;
    }
    return NULL;
}

static bool is_regular(const struct lookup *l, struct pxed_slice path, struct stat *st) {
    char text[PXED_PATH_MAX + 16];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_str(&b, "boot/");
    pxed_buf_add(&b, path);
    int fd = open_beneath(l->d->root_fd, pxed_buf_cstr(&b));
    bool regular = fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode);
    char magic[2];
    if (regular && !(pread(fd, magic, 2, 0) == 2 && magic[0] == '#' && magic[1] == '!'))
        st->st_mode &= ~(mode_t)0111; /* files copied from ISO, SMB or vfat are all executable: the bit alone runs nothing */
    if (fd >= 0)
        close(fd);
    return regular;
}

/* The script's own part of the name; what follows is PATH_INFO. */
static bool find_script(const struct lookup *l, struct pxed_slice *ret_script, const char **ret_handler) {
    struct pxed_slice path = l->name.path;
    struct stat st;
    for (size_t end = 0; end <= path.len; end++) {
        if (end < path.len && path.ptr[end] != '/')
            continue;
        struct pxed_slice part = pxed_slice_head(path, end);
        const char *handler = handler_of(&l->d->catalogue->site, part);
        bool direct = pxed_slice_find(part, '/', 0) < 0;
        if ((!handler && !direct) || !is_regular(l, part, &st))
            continue;
        if (handler || (st.st_mode & 0111)) {
            *ret_script = part;
            *ret_handler = handler;
            return true;
        }
    }
    return false;
}

bool content_script_file(const struct lookup *l, enum pxed_reason *ret_why, struct open_content **ret) {
    struct pxed_slice script;
    const char *handler;
    struct pxed_hwaddr mac;
    if (l->name.kind == NAME_IMAGE || l->name.kind == NAME_HOST || !find_script(l, &script, &handler))
        return false;
    if (l->request->via == PXED_VIA_TFTP) {
        *ret_why = PXED_WHY_SCRIPT_SOURCE;
        return true;
    }
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
    bool has_mac = content_query_mac(l, &mac) == PXED_WHY_OK;
    content_script_env(l, c, has_mac ? &mac : NULL);
    *ret_why = PXED_WHY_OK;
    *ret = c;
    return true;
}
