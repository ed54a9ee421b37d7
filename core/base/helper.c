/* Forks helper processes that keep privileges, and exchanges messages with them. */
#define _GNU_SOURCE
#include "pxed/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIGH = 16 /* copies are made above every descriptor that the child keeps */ };

/* Room for one descriptor more than allowed, so that a message with too many is detected. */
union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * (PXED_HELPER_FDS_MAX + 1))];
};

/* --- the child --- */

/* The daemon decides when a helper ends, not a signal to the whole group (Ctrl-C, systemd), because it drains first. */
static void reset_signals(void) {
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, s == SIGINT || s == SIGTERM || s == SIGHUP || s == SIGQUIT || s == SIGPIPE ? SIG_IGN : SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool keep_descriptors(const struct pxed_helper_setup *setup, int socket) {
    int kept[PXED_HELPER_KEPT_MAX], copy = fcntl(socket, F_DUPFD_CLOEXEC, HIGH), null = open("/dev/null", O_RDWR);
    if (copy < 0 || null < 0)
        return false;
    for (size_t i = 0; i < setup->n_keep; i++)
        if ((kept[i] = fcntl(setup->keep[i], F_DUPFD_CLOEXEC, HIGH)) < 0)
            return false;
    for (int fd = 0; fd < 3; fd++)
        if (dup2(null, fd) < 0)
            return false;
    if (dup3(copy, PXED_HELPER_SOCKET, O_CLOEXEC) < 0)
        return false;
    for (size_t i = 0; i < setup->n_keep; i++)
        if (dup2(kept[i], PXED_HELPER_KEPT + (int)i) < 0)
            return false;
    return syscall(SYS_close_range, PXED_HELPER_KEPT + (unsigned)setup->n_keep, ~0u, 0) == 0;
}

static _Noreturn void run_child(const struct pxed_helper_setup *setup, int socket) {
    struct rlimit no_core = {0, 0};
    reset_signals();
    setsid();
    prctl(PR_SET_NAME, setup->name, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0); /* a program that takes dumps from a pipe does not ask for the limit */
    if (keep_descriptors(setup, socket) && chdir("/") == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        setup->run(setup->arg);
    _exit(1);
}

/* --- the daemon --- */

static int make_pair(const struct pxed_helper_setup *setup, int ret[static 2]) {
    if (setup->n_keep > PXED_HELPER_KEPT_MAX)
        return -EINVAL;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) != 0)
        return -errno;
    if (setup->send_room > 0) { /* the second call exceeds the system's limit and needs root */
        setsockopt(ret[0], SOL_SOCKET, SO_SNDBUF, &setup->send_room, sizeof(setup->send_room));
        setsockopt(ret[0], SOL_SOCKET, SO_SNDBUFFORCE, &setup->send_room, sizeof(setup->send_room));
    }
    return 0;
}

int pxed_helper_fork(const struct pxed_helper_setup *setup, int socket) {
    pid_t pid = _Fork(); /* what libuv does after a fork closes numbers that are our sockets by now */
    if (pid == 0)
        run_child(setup, socket);
    return pid < 0 ? -errno : pid;
}

int pxed_helper_begin(const struct pxed_helper_setup *setup, struct pxed_helper *ret, int *ret_end) {
    int pair[2], rc = make_pair(setup, pair);
    if (rc < 0)
        return rc;
    pid_t pid = pxed_helper_fork(setup, pair[1]);
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return pid;
    }
    *ret = (struct pxed_helper){.socket = pair[0], .pid = pid};
    *ret_end = pair[1];
    return 0;
}

int pxed_helper_start(const struct pxed_helper_setup *setup, struct pxed_helper *ret) {
    int end, rc = pxed_helper_begin(setup, ret, &end);
    if (rc == 0)
        close(end);
    return rc;
}

void pxed_helper_stop(struct pxed_helper *h, int patience) {
    if (h->socket < 0)
        return;
    close(h->socket);
    struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, h->pid, 0), .events = POLLIN};
    if (p.fd >= 0) {
        poll(&p, 1, patience);
        close(p.fd);
    }
    waitpid(h->pid, NULL, WNOHANG);
    *h = (struct pxed_helper){.socket = -1};
}

/* --- messages --- */

int pxed_helper_send(int socket, const void *bytes, size_t len, const int *fds, size_t n_fds,
                     enum pxed_helper_wait wait) {
    union control control = {.bytes = {0}};
    struct iovec iov = {(void *)(uintptr_t)bytes, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (len == 0 || n_fds > PXED_HELPER_FDS_MAX)
        return -EINVAL; /* an empty datagram would look like end of file */
    if (n_fds > 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
    }
    ssize_t n;
    do
        n = sendmsg(socket, &msg, MSG_NOSIGNAL | (wait == PXED_HELPER_NOW ? MSG_DONTWAIT : 0));
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

/* Collects all descriptors of a message; returns their number. */
static size_t received_descriptors(struct msghdr *msg, int fds[static PXED_HELPER_FDS_MAX + 1]) {
    struct cmsghdr *c = msg->msg_controllen > 0 ? CMSG_FIRSTHDR(msg) : NULL;
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return 0;
    size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    return n;
}

ptrdiff_t pxed_helper_receive(int socket, void *bytes, size_t room, int *ret_fds, size_t n_fds,
                              enum pxed_helper_wait wait) {
    union control control;
    int fds[PXED_HELPER_FDS_MAX + 1];
    struct iovec iov = {bytes, room};
    /* CMSG_LEN, not the whole room: the kernel would fill the padding too. */
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_LEN(sizeof(fds))};
    ssize_t n;
    do
        n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC | (wait == PXED_HELPER_NOW ? MSG_DONTWAIT : 0));
    while (n < 0 && errno == EINTR);
    for (size_t i = 0; i < n_fds; i++)
        ret_fds[i] = -1;
    if (n <= 0)
        return n < 0 ? -errno : 0;
    size_t got = received_descriptors(&msg, fds);
    int error = msg.msg_flags & MSG_TRUNC                                   ? EMSGSIZE
                : (got > 0 && got != n_fds) || (msg.msg_flags & MSG_CTRUNC) ? EBADMSG
                                                                            : 0;
    for (size_t i = 0; i < got; i++)
        if (error != 0)
            close(fds[i]);
        else
            ret_fds[i] = fds[i];
    return error != 0 ? -error : n;
}
