/* Looks at changed host files as the daemon would, and writes them as wholes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "cli.h"
#include "hosts.h"
#include "write_whole.h"

enum { HOSTS_MAX = 64 << 20 };

struct pxed_slice hosts_text(const char *path, struct pxed_arena *arena) {
    struct pxed_slice text = hostfile_slurp(path, HOSTS_MAX, arena);
    if (!text.ptr)
        fprintf(stderr, "pxed hosts: %s: %s\n", path, strerror(errno));
    return text;
}

void hosts_print_errors(const struct pxed_diags *all) {
    struct pxed_diags errors = {0};
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].severity != PXED_WARNING)
            pxed_diag_add(&errors, all->items[i].severity, all->items[i].file, all->items[i].line, "%s",
                          all->items[i].text);
    cli_print_diags(stderr, &errors);
    pxed_diags_clear(&errors);
}

bool hosts_good(const struct hosts *h, const struct hostfile_instead *texts, size_t n, size_t host_errors) {
    struct offline o;
    offline_load_instead(&o, h->ini, CATALOGUE_ALL, texts, n);
    bool good = o.diags.errors == 0 && o.diags.host_errors <= host_errors;
    if (!good)
        hosts_print_errors(&o.diags);
    offline_free(&o);
    return good;
}

static bool write_fail(const char *path, int error) {
    fprintf(stderr, "pxed hosts: %s: %s\n", path, strerror(error));
    return false;
}

/* The new file beside the old one, with its owner and mode. */
static int write_part(const char *part, const struct stat *like, struct pxed_slice text) {
    if (unlink(part) < 0 && errno != ENOENT)
        return -errno;
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    int rc = write_whole(fd, text);
    if (rc == 0 && fsync(fd) < 0)
        rc = -errno;
    if (rc == 0 && (fchown(fd, like->st_uid, like->st_gid) < 0 || fchmod(fd, like->st_mode & 07777) < 0))
        rc = -errno;
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    return rc;
}

static int put_part(const char *part, const char *real) {
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", real);
    return rename(part, real) < 0 ? -errno : sync_folder(dirname(folder));
}

static bool unchanged(const char *path, struct pxed_slice before) {
    struct pxed_arena arena = {0};
    struct pxed_slice now = hostfile_slurp(path, HOSTS_MAX, &arena);
    bool same = now.ptr && pxed_slice_eq(now, before);
    pxed_arena_clear(&arena);
    return same;
}

bool hosts_replace(const char *path, struct pxed_slice before, struct pxed_slice after) {
    char real[PATH_MAX], part[PATH_MAX];
    struct stat st;
    const char *slash;
    if (!realpath(path, real) || stat(real, &st) < 0)
        return write_fail(path, errno);
    slash = strrchr(real, '/');
    if (snprintf(part, sizeof(part), "%.*s/.%s.new", (int)(slash - real), real, slash + 1) >= PATH_MAX)
        return write_fail(path, ENAMETOOLONG);
    int rc = write_part(part, &st, after);
    if (rc == 0 && !unchanged(real, before)) {
        unlink(part);
        fprintf(stderr, "pxed hosts: %s was changed meanwhile by somebody else: nothing is written\n", path);
        return false;
    }
    if (rc == 0)
        rc = put_part(part, real);
    if (rc < 0)
        unlink(part);
    return rc == 0 || write_fail(path, -rc);
}
