/* A small process that stays privileged makes the links; without it they are tried directly. */
#define _GNU_SOURCE
#include "linker.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_ROOM = 256, SOCKET = 3, SHARE = 4 };

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
};

static int link_fd(int source_fd, int dir_fd, const char *name) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", source_fd);
    return linkat(AT_FDCWD, path, dir_fd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* --- the helper --- */

/* A folder directly below the share, by identity: whatever path led to it. */
static bool below_share(int dir_fd) {
    struct stat share, parent;
    return fstat(SHARE, &share) == 0 && fstatat(dir_fd, "..", &parent, 0) == 0 && share.st_dev == parent.st_dev &&
           share.st_ino == parent.st_ino;
}

static int linker_obey(const int fds[2], const char *name) {
    struct stat st;
    if (strchr(name, '/') || name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EINVAL;
    if (fstat(fds[0], &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & (S_ISUID | S_ISGID)))
        return -EPERM;
    return below_share(fds[1]) ? link_fd(fds[0], fds[1], name) : -EPERM;
}

static _Noreturn void serve(void) {
    for (;;) {
        char name[NAME_ROOM] = "";
        int fds[2] = {-1, -1}, rc = -EINVAL;
        union control control;
        struct iovec iov = {name, sizeof(name) - 1};
        struct msghdr msg = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
        ssize_t n = recvmsg(SOCKET, &msg, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(0);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fds)) &&
            !(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
            memcpy(fds, CMSG_DATA(c), sizeof(fds));
            rc = linker_obey(fds, name);
        }
        for (int i = 0; i < 2; i++)
            if (fds[i] >= 0)
                close(fds[i]);
        if (send(SOCKET, &rc, sizeof(rc), MSG_NOSIGNAL) < 0)
            _exit(0);
    }
}

/* What linking another's file into another's folder takes, and nothing else. */
static bool keep_capabilities(void) {
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED), CAP_FOWNER, CAP_DAC_OVERRIDE,
                         -1) == 0 &&
           capng_apply(CAPNG_SELECT_CAPS) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Only the socket, the share and /dev/null stay open; the daemon's end decides when this one ends. */
static _Noreturn void become_helper(int socket, int share_fd) {
    int keep = fcntl(socket, F_DUPFD_CLOEXEC, 10), folder = fcntl(share_fd, F_DUPFD_CLOEXEC, 10);
    int null = open("/dev/null", O_RDWR);
    for (int s = 1; s < NSIG; s++)
        signal(s, s == SIGINT || s == SIGTERM || s == SIGHUP || s == SIGQUIT || s == SIGPIPE ? SIG_IGN : SIG_DFL);
    setsid();
    prctl(PR_SET_NAME, "pxed-link", 0, 0, 0);
    if (keep < 0 || folder < 0 || null < 0)
        _exit(1);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (dup3(keep, SOCKET, O_CLOEXEC) < 0 || dup3(folder, SHARE, O_CLOEXEC) < 0 ||
        syscall(SYS_close_range, SHARE + 1, ~0u, 0) != 0 || !keep_capabilities())
        _exit(1);
    serve();
}

int linker_start(const char *share) {
    int pair[2];
    if (geteuid() != 0)
        return -1;
    int share_fd = open(share, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (share_fd < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        close(share_fd);
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        become_helper(pair[1], share_fd);
    close(pair[1]);
    close(share_fd);
    if (pid > 0)
        return pair[0];
    close(pair[0]);
    return -1;
}

/* --- the daemon's side --- */

static int linker_ask(int socket, int source_fd, int dir_fd, const char *name) {
    int fds[2] = {source_fd, dir_fd}, rc = -EIO;
    union control control;
    struct iovec iov = {(void *)(uintptr_t)name, strlen(name)};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    memset(&control, 0, sizeof(control));
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(fds));
    memcpy(CMSG_DATA(c), fds, sizeof(fds));
    if (sendmsg(socket, &msg, MSG_NOSIGNAL) < 0)
        return -errno;
    return recv(socket, &rc, sizeof(rc), 0) == sizeof(rc) ? rc : -EIO;
}

static int linker_copy(int source_fd, int dir_fd, const char *name) {
    struct stat st;
    int rc = 0, fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    if (fstat(source_fd, &st) < 0)
        rc = -errno;
    if (rc == 0 && ioctl(fd, FICLONE, source_fd) < 0)
        for (off_t left = st.st_size; rc == 0 && left > 0;) {
            ssize_t n = copy_file_range(source_fd, NULL, fd, NULL, (size_t)(left < 1 << 30 ? left : 1 << 30), 0);
            if (n <= 0)
                rc = n < 0 ? -errno : -EIO;
            else
                left -= n;
        }
    close(fd);
    if (rc < 0)
        unlinkat(dir_fd, name, 0);
    return rc;
}

int linker_link(int socket, const char *source, int dir_fd, const char *name) {
    int source_fd = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source_fd < 0)
        return -errno;
    int rc = link_fd(source_fd, dir_fd, name);
    if ((rc == -EPERM || rc == -EACCES) && socket >= 0)
        rc = linker_ask(socket, source_fd, dir_fd, name);
    if (rc == -EXDEV || rc == -EMLINK)
        rc = linker_copy(source_fd, dir_fd, name);
    close(source_fd);
    return rc;
}
