/* Sets group and mode of hosts' folders in the share. */
#include "grant.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int canonical_path(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, size);
    if (n < 0 || (size_t)n >= size)
        return n < 0 ? -errno : -ENAMETOOLONG;
    path[n] = '\0';
    return smb_path_valid(pxed_slice(path, (size_t)n)) ? 0 : -EINVAL;
}

int smb_share_open(const char *path, bool guest, struct smb_share *ret) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = canonical_path(fd, ret->path, sizeof(ret->path));
    if (rc == 0 && fstat(fd, &st) != 0)
        rc = -errno;
    if (rc == 0 && (st.st_mode & 0055) != 0055 && fchmod(fd, (st.st_mode & 07777) | 0055) != 0)
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    ret->fd = fd;
    ret->group = st.st_gid;
    ret->guest = guest;
    return 0;
}

bool smb_share_blocked(const struct smb_share *s, struct pxed_buf *out) {
    char path[sizeof(s->path)];
    struct stat st;
    snprintf(path, sizeof(path), "%s", s->path);
    for (char *slash; (slash = strrchr(path, '/')) && slash > path;) {
        *slash = '\0';
        if (stat(path, &st) == 0 && !(st.st_mode & S_IXOTH)) {
            pxed_buf_str(out, path);
            return true;
        }
    }
    return false;
}

static int open_host_folder(const struct smb_share *s, const char *mac) {
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    if (!smb_mac_valid(pxed_slice_of(mac)))
        return -EINVAL;
    int fd = (int)syscall(SYS_openat2, s->fd, mac, &how, sizeof(how));
    return fd < 0 ? -errno : fd;
}

/* Closes the folder to all first, so that the new group never has the old mode. */
static int set_folder_access(const struct smb_share *s, const char *mac, gid_t gid, mode_t mode) {
    int fd = open_host_folder(s, mac), rc = 0;
    if (fd < 0)
        return fd;
    struct stat st;
    bool same = fstat(fd, &st) == 0 && st.st_gid == gid && (st.st_mode & 07777) == mode;
    if (!same && (fchmod(fd, 0700) != 0 || fchown(fd, (uid_t)-1, gid) != 0 || fchmod(fd, mode) != 0))
        rc = -errno;
    close(fd);
    return rc;
}

int smb_share_grant(const struct smb_share *s, const char *mac, gid_t gid) {
    return s->guest ? set_folder_access(s, mac, s->group, 0755) : set_folder_access(s, mac, gid, 0750);
}

int smb_share_revoke(const struct smb_share *s, const char *mac) {
    int rc = set_folder_access(s, mac, s->group, s->guest ? 0755 : 0700);
    return rc == -ENOENT ? 0 : rc;
}

void smb_share_sweep(const struct smb_share *s, struct smb_accounts *table) {
    int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        struct pxed_slice name = pxed_slice_of(e->d_name);
        if (smb_mac_valid(name) && !smb_accounts_find(table, name))
            smb_share_revoke(s, e->d_name);
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}
