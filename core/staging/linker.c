/* Makes hard links through a helper process that keeps two capabilities; without it, tries them directly. */
#define _GNU_SOURCE
#include "linker.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linker_name.h"

enum { NAME_ROOM = 256, SHARE = PXED_HELPER_KEPT, ANSWER_SECONDS = 10 };

/* Numbered, because one that the helper did not live to answer must not get the answer of the next. */
struct link_order {
    uint32_t number;
    char name[NAME_ROOM]; /* as much of it as was sent */
};

struct link_answer {
    uint32_t number;
    int32_t result; /* 0 or a negative errno */
};

static int link_fd(int source_fd, int dir_fd, const char *name) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", source_fd);
    return linkat(AT_FDCWD, path, dir_fd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* --- the helper --- */

/* Is this folder directly below the share? Compared by identity, whatever path led to it. */
static bool below_share(int dir_fd) {
    struct stat share, parent;
    return fstat(SHARE, &share) == 0 && fstatat(dir_fd, "..", &parent, 0) == 0 && share.st_dev == parent.st_dev &&
           share.st_ino == parent.st_ino;
}

/* The sender could read this file: its link shows nobody more than that. O_PATH opens a file of any mode. */
static bool is_readable(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_PATH) && (flags & O_ACCMODE) != O_WRONLY;
}

static int link_checked(const int fds[2], const char *name) {
    struct stat st;
    if (!linker_name_valid(name))
        return -EINVAL;
    if (!is_readable(fds[0]))
        return -EBADF;
    if (fstat(fds[0], &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & (S_ISUID | S_ISGID)))
        return -EPERM;
    return below_share(fds[1]) ? link_fd(fds[0], fds[1], name) : -EPERM;
}

static void answer_links(const void *arg) {
    (void)arg;
    for (;;) {
        struct link_order order = {0};
        int fds[2];
        ptrdiff_t n = pxed_helper_receive(PXED_HELPER_SOCKET, &order, sizeof(order) - 1, fds, 2, PXED_HELPER_WAIT);
        if (n == 0 || (n < 0 && n != -EMSGSIZE && n != -EBADMSG))
            _exit(0);
        bool whole = n > (ptrdiff_t)offsetof(struct link_order, name) && fds[0] >= 0;
        struct link_answer answer = {order.number, whole ? link_checked(fds, order.name) : -EINVAL};
        for (int i = 0; i < 2; i++)
            if (fds[i] >= 0)
                close(fds[i]);
        if (pxed_helper_send(PXED_HELPER_SOCKET, &answer, sizeof(answer), NULL, 0, PXED_HELPER_WAIT) < 0)
            _exit(0);
    }
}

/* The capabilities needed to link another owner's file into another owner's folder, and no others. */
static bool keep_capabilities(void) {
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED), CAP_FOWNER, CAP_DAC_OVERRIDE,
                         -1) == 0 &&
           capng_apply(CAPNG_SELECT_CAPS) == 0;
}

static void run_linker(const void *arg) {
    if (geteuid() != 0 || keep_capabilities())
        answer_links(arg);
}

/* --- the daemon's side --- */

void linker_start(struct keeper *keeper, const char *share, struct pxed_helper *ret) {
    struct pxed_helper_setup setup = {.name = "pxed-link",
                                      .n_keep = 1,
                                      .run = run_linker,
                                      .rights = UINT64_C(1) << CAP_FOWNER | UINT64_C(1) << CAP_DAC_OVERRIDE};
    struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    *ret = (struct pxed_helper){.socket = -1};
    setup.keep[0] = open(share, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (setup.keep[0] < 0)
        return;
    if (keeper_start_helper(keeper, &setup, ret) == 0)
        setsockopt(ret->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    close(setup.keep[0]);
}

static int ask_helper(int socket, int source_fd, int dir_fd, const char *name) {
    static _Atomic uint32_t last;
    struct link_order order = {.number = ++last};
    struct link_answer answer;
    int fds[2] = {source_fd, dir_fd};
    size_t len = strlen(name);
    if (len >= NAME_ROOM)
        return -ENAMETOOLONG;
    memcpy(order.name, name, len);
    int rc = pxed_helper_send(socket, &order, offsetof(struct link_order, name) + len, fds, 2, PXED_HELPER_WAIT);
    if (rc < 0)
        return rc;
    do
        if (pxed_helper_receive(socket, &answer, sizeof(answer), NULL, 0, PXED_HELPER_WAIT) != sizeof(answer))
            return -EIO; /* it has died, or does not answer: staging tries again */
    while (answer.number != order.number);
    return answer.result;
}

static int copy_across(int source_fd, int dir_fd, const char *name) {
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
    if ((rc == -EPERM || rc == -EACCES || rc == -EXDEV) && socket >= 0) /* EXDEV: Landlock says that, too */
        rc = ask_helper(socket, source_fd, dir_fd, name);
    if (rc == -EXDEV || rc == -EMLINK)
        rc = copy_across(source_fd, dir_fd, name);
    close(source_fd);
    return rc;
}
