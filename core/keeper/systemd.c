/* The two protocols between systemd and a service: one datagram to it, and sockets and variables from it. */
#include "systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or `@` and a name of the abstract space, whose first byte is zero. Its length; 0: it is neither. */
static socklen_t notify_address(const char *name, struct sockaddr_un *ret) {
    size_t len = strlen(name);
    size_t end = name[0] == '/';
    if ((name[0] != '/' && name[0] != '@') || len < 2 || len > sizeof(ret->sun_path) - end)
        return 0;
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret->sun_path, name, len);
    if (name[0] == '@')
        ret->sun_path[0] = '\0'; /* each byte counts there: none follows the name */
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + end);
}

int systemd_notify(const char *text) {
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to;
    if (!name || !*name)
        return 0;
    socklen_t len = notify_address(name, &to);
    if (len == 0)
        return -EINVAL;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    ssize_t n;
    do
        n = sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to, len);
    while (n < 0 && errno == EINTR);
    int r = n < 0 ? -errno : 1;
    close(fd);
    return r;
}

/* A whole number above 0, or -1. */
static long read_number(const char *text, long max) {
    char *end;
    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    long n = strtol(text, &end, 10);
    return errno != 0 || *end || n < 1 || n > max ? -1 : n;
}

static int handed_sockets(void) {
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    if (!pid)
        return 0;
    long to = read_number(pid, INT_MAX);
    if (to < 0)
        return -EINVAL;
    if (to != getpid() || !fds)
        return 0; /* they were another process's */
    long n = read_number(fds, INT_MAX - SYSTEMD_FDS_START);
    if (n < 0)
        return -EINVAL;
    for (int i = 0; i < n; i++) {
        int flags = fcntl(SYSTEMD_FDS_START + i, F_GETFD);
        if (flags < 0 || fcntl(SYSTEMD_FDS_START + i, F_SETFD, flags | FD_CLOEXEC) < 0)
            return -errno;
    }
    return (int)n;
}

int systemd_sockets(void) {
    int n = handed_sockets();
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return n;
}
