/* Creates the folders that systems need and gives them to the account. */
#define _GNU_SOURCE
#include "stage_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "eyes.h"
#include "log.h"

bool stage_shares(const struct catalogue_os *os) {
    return os && os->profile && CATALOGUE_HAS_OP(os->ops, share);
}

static bool anybody_shares(const struct catalogue *c) {
    for (size_t i = 0; i < c->n_systems; i++)
        if (stage_shares(c->systems[i]))
            return true;
    return false;
}

/* True if no part of the path is a symbolic link. */
static bool is_path_plain(int fd, const char *path) {
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    struct stat given, plain;
    int again = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
    bool same = again >= 0 && fstat(fd, &given) == 0 && fstat(again, &plain) == 0 && given.st_dev == plain.st_dev &&
                given.st_ino == plain.st_ino;
    if (again >= 0)
        close(again);
    return same;
}

/* Gives a folder of root's to the account; any other owner is kept. What lies behind a symbolic link is not given: the
 * account may be able to put such a link there. */
static int give_folder(const struct catalogue *c, const char *path) {
    const struct pxed_account *account = geteuid() == 0 ? eyes_account(&c->settings) : NULL;
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;
    if (fd < 0)
        return -errno;
    bool ours = account && account->uid != 0 && fstat(fd, &st) == 0 && st.st_uid == 0;
    if (ours && !is_path_plain(fd, path))
        log_core(PXED_LOG_WARNING, "stage",
                 "%s leads through a symbolic link, so it is not given to the account that writes there: chown %s %s",
                 path, account->name, path);
    else if (ours && fchown(fd, account->uid, account->gid) < 0)
        rc = -errno;
    close(fd);
    return rc;
}

/* Runs as root. The folders above the share are created only if a host needs them. */
int stage_prepare_share(const struct catalogue *c) {
    const char *path = c->share_dir;
    char part[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash && anybody_shares(c); slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return -errno;
    }
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return anybody_shares(c) ? -errno : 0;
    return give_folder(c, path);
}

/* The account writes the copies of PXELINUX configurations too. An operator's root/tftp stays root's. */
void stage_prepare_pxelinux_cfg(const struct catalogue *c) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/pxelinux.cfg", c->tftp_dir) >= (int)sizeof(path))
        return;
    int rc = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : give_folder(c, path);
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "stage", "cannot make %s: %s; write-pxelinux-cfg has no effect", path,
                 strerror(-rc));
}
