/* Where an operator's file may be, and when two of its names contradict each other. */
#define _GNU_SOURCE
#include "answer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "catalogue_private.h"
#include "image_files.h"
#include "looked.h"

struct finder {
    const struct catalogue *c;
    const struct catalogue_host *h;
    int root_fd;
    struct pxed_arena *arena;
};

static const char *open_error(void) {
    return errno == EXDEV ? "it is a link that leads out of root, which is not followed" : strerror(errno);
}

static enum pxed_reason answer_refuse(struct finder *f, struct answer_found *ret, enum pxed_reason why,
                                      const char *said) {
    if (ret->fd >= 0)
        close(ret->fd);
    ret->fd = -1;
    ret->why = pxed_arena_printf(f->arena, "%s cannot be delivered: %s", ret->path, said);
    return why;
}

/* A dangling link: the operator meant to put a file there. Keeps errno. */
static bool is_link(int root_fd, const char *path) {
    struct stat st;
    int before = errno;
    bool link = fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
    errno = before;
    return link;
}

/* Where no host has a file there is no folder for them: one look answers for all. */
static bool has_no_folder(const struct finder *f, const char *name) {
    const char *slash = strchr(name, '/');
    return slash && f->root_fd >= 0 &&
           looked_absent(f->c, f->root_fd, pxed_arena_printf(f->arena, "boot/%.*s", (int)(slash - name), name));
}

/* Opens one name below root/boot. EACCES does not mean absent: the file, or one in an unreadable folder, was meant to
 * be used. */
static enum pxed_reason answer_open_name(struct finder *f, const char *name, struct answer_found *ret) {
    struct stat st;
    const char *path = pxed_arena_printf(f->arena, "boot/%s", name);
    *ret = (struct answer_found){.fd = -1};
    if (has_no_folder(f, name))
        return PXED_WHY_OK;
    ret->fd = open_beneath(f->root_fd, path);
    if (ret->fd < 0 && f->root_fd < 0) /* without a root there are no files */
        return PXED_WHY_OK;
    if (ret->fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !is_link(f->root_fd, path))
        return PXED_WHY_OK;
    ret->operators = true;
    ret->path = pxed_arena_printf(f->arena, "%s/%s", f->c->boot_dir, name);
    if (ret->fd < 0)
        return answer_refuse(f, ret, errno == EMFILE || errno == ENFILE ? PXED_WHY_BUSY : PXED_WHY_ANSWER_UNREADABLE,
                             open_error());
    if (fstat(ret->fd, &st) < 0 || !S_ISREG(st.st_mode))
        return answer_refuse(f, ret, PXED_WHY_ANSWER_UNREADABLE, "it is no regular file");
    if (catalogue_is_private(f->c, ret->fd, &st))
        return answer_refuse(f, ret, PXED_WHY_PRIVATE_FILE, "it is another name of a file that is never served");
    if (st.st_size > ANSWER_MAX)
        return answer_refuse(f, ret, PXED_WHY_ANSWER_UNREADABLE, "it is larger than 8 MiB");
    ret->size = (uint64_t)st.st_size;
    return PXED_WHY_OK;
}

/* False also if reading fails: then they cannot be compared. */
static bool same_bytes(const struct answer_found *a, const struct answer_found *b) {
    char left[4096], right[4096];
    for (uint64_t at = 0; at < a->size || at < b->size;) {
        ssize_t n = pread(a->fd, left, sizeof(left), (off_t)at);
        if (n <= 0 || pread(b->fd, right, sizeof(right), (off_t)at) != n || memcmp(left, right, (size_t)n) != 0)
            return false;
        at += (uint64_t)n;
    }
    return true;
}

static bool same_text(const struct answer_found *a, struct pxed_slice text) {
    char bytes[4096];
    if (a->size != text.len)
        return false;
    for (size_t at = 0; at < text.len;) {
        ssize_t n = pread(a->fd, bytes, sizeof(bytes), (off_t)at);
        if (n <= 0 || (size_t)n > text.len - at || memcmp(bytes, text.ptr + at, (size_t)n) != 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static enum pxed_reason answer_differ(struct finder *f, struct answer_found *ret, const char *other) {
    return answer_refuse(
        f, ret, PXED_WHY_ANSWER_BROKEN,
        pxed_arena_printf(f->arena, "%s is another answer file for the same host: remove one of them", other));
}

/* answer=, as read when the generation was built. */
static enum pxed_reason find_template(struct finder *f, struct answer_found *ret) {
    *ret = (struct answer_found){.operators = true, .rendered = true, .fd = -1, .path = f->h->rare->answer};
    if (f->h->rare->answer_wrong)
        ret->why = f->h->rare->answer_text;
    return f->h->rare->answer_wrong;
}

/* answer= is in the host line, not in a section for many hosts. */
static bool of_the_line(const struct catalogue_host *h) {
    const struct pxed_var *v = pxed_host_var(&h->pub, "answer");
    return v && v->file && v->line == h->pub.line && strcmp(v->file, h->pub.file) == 0;
}

enum pxed_reason answer_find(const struct catalogue *c, const struct catalogue_host *h, const struct pxed_file *row,
                             int root_fd, struct pxed_arena *arena, struct answer_found *ret) {
    struct finder f = {c, h, root_fd, arena};
    struct answer_found second = {.fd = -1};
    char mac[PXED_MAC_TEXT];
    pxed_mac_text(&h->pub.macs[0], "-", mac);
    bool answer = (row->flags & PXED_FILE_ANSWER) && h->rare->answer;
    const char *other = catalogue_row_path(arena, row, mac);
    enum pxed_reason why = answer_open_name(&f, pxed_arena_printf(arena, "hosts/%s/%s", mac, row->name), ret);
    if (why != PXED_WHY_OK)
        return why;
    if (other)
        why = answer_open_name(&f, other, &second);
    if (why == PXED_WHY_OK && ret->operators && second.operators && !same_bytes(ret, &second))
        why = answer_differ(&f, ret, second.path);
    else if (why != PXED_WHY_OK || !ret->operators) {
        if (ret->fd >= 0)
            close(ret->fd);
        *ret = second;
        second.fd = -1;
    }
    if (second.fd >= 0)
        close(second.fd);
    if (why != PXED_WHY_OK || !answer)
        return why;
    if (!ret->operators)
        return find_template(&f, ret);
    if (of_the_line(h) && !same_text(ret, catalogue_text(c, h->rare->answer)))
        return answer_differ(&f, ret, h->rare->answer);
    return PXED_WHY_OK;
}

struct pxed_slice answer_read(struct answer_found *found, struct pxed_arena *arena) {
    char *bytes = pxed_arena_alloc(arena, (size_t)found->size + 1);
    size_t n = 0;
    for (ssize_t r = 1; n < found->size && r > 0; n += r > 0 ? (size_t)r : 0)
        r = pread(found->fd, bytes + n, (size_t)found->size - n, (off_t)n);
    bool whole = n == found->size;
    close(found->fd);
    found->fd = -1;
    return whole ? pxed_slice(bytes, n) : PXED_NO_SLICE;
}

const struct pxed_file *answer_row(const struct catalogue *c, const struct catalogue_host *h,
                                   const struct catalogue_os *os) {
    struct catalogue_image image = {c, os->id.text};
    struct answer_found found = {.fd = -1};
    struct pxed_arena scratch = {0};
    const struct pxed_file *row = os->profile ? profile_answer(os->profile, catalogue_image_has, &image) : NULL;
    bool given = row && (h->rare->answer || (row->flags & PXED_FILE_RAW) ||
                         catalogue_text(c, catalogue_template_path(&scratch, os->plugin, row->source)).ptr);
    if (row && !given) {
        answer_find(c, h, row, c->root_fd, &scratch, &found);
        given = found.operators;
        if (found.fd >= 0)
            close(found.fd);
    }
    pxed_arena_clear(&scratch);
    return given ? row : NULL;
}
