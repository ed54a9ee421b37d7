/* systemd's protocols for services: where a word arrives, and which sockets are ours. */
#include "systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "suite.h"
#include "tree.h"

/* What systemd has: a datagram socket with this address. */
static int listening(const struct sockaddr_un *at, size_t path_len) {
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(
        bind(fd, (const struct sockaddr *)at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_len)), 0);
    return fd;
}

static void arrives(int fd) {
    char got[64] = "";
    ck_assert_int_eq(systemd_notify("READY=1"), 1);
    ck_assert_int_eq(recv(fd, got, sizeof(got), 0), 7);
    ck_assert_mem_eq(got, "READY=1", 7);
    close(fd);
}

START_TEST(by_path) {
    struct tree tree;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    tree_open(&tree);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", tree.path);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    arrives(listening(&at, strlen(at.sun_path) + 1));
    ck_assert_int_eq(systemd_notify("READY=1"), -ECONNREFUSED);
    unlink(at.sun_path);
    ck_assert_int_eq(systemd_notify("READY=1"), -ENOENT);
    tree_close(&tree);
}
END_TEST

/* Of any length: none but its own bytes belong to an abstract name. */
START_TEST(by_abstract_name) {
    char name[sizeof((struct sockaddr_un){0}.sun_path) + 1];
    size_t len = _i == 0 ? (size_t)snprintf(name, sizeof(name), "@pxed-test-%d", (int)getpid()) : sizeof(name) - 1;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (_i == 1) {
        memset(name, 'x', len);
        name[0] = '@';
        snprintf(name + 1, 16, "%d", (int)getpid());
        name[strlen(name)] = '-';
        name[len] = '\0';
    }
    memcpy(at.sun_path, name, len);
    at.sun_path[0] = '\0';
    setenv("NOTIFY_SOCKET", name, 1);
    arrives(listening(&at, len));
}
END_TEST

START_TEST(nobody_asks) {
    unsetenv("NOTIFY_SOCKET");
    ck_assert_int_eq(systemd_notify("READY=1"), 0);
    setenv("NOTIFY_SOCKET", "", 1);
    ck_assert_int_eq(systemd_notify("READY=1"), 0);
}
END_TEST

START_TEST(no_address) {
    char longest[sizeof((struct sockaddr_un){0}.sun_path) + 2];
    static const char *const broken[] = {"/", "@", "notify", "vsock:2:1"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
        setenv("NOTIFY_SOCKET", broken[i], 1);
        ck_assert_int_eq(systemd_notify("READY=1"), -EINVAL);
    }
    memset(longest, 'x', sizeof(longest) - 1);
    longest[0] = '/';
    longest[sizeof(longest) - 2] = '\0'; /* it fits, but for its end */
    setenv("NOTIFY_SOCKET", longest, 1);
    ck_assert_int_eq(systemd_notify("READY=1"), -EINVAL);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[0] = '@';
    longest[sizeof(longest) - 1] = '\0';
    setenv("NOTIFY_SOCKET", longest, 1);
    ck_assert_int_eq(systemd_notify("READY=1"), -EINVAL);
}
END_TEST

/* --- sockets: each row in a process of its own, for their numbers are fixed --- */

static void handed(const char *pid, const char *fds) {
    char own[16];
    snprintf(own, sizeof(own), "%d", (int)getpid());
    if (pid)
        setenv("LISTEN_PID", *pid ? pid : own, 1);
    if (fds)
        setenv("LISTEN_FDS", fds, 1);
    setenv("LISTEN_FDNAMES", "a:b", 1);
}

static void open_two(void) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(dup2(null, SYSTEMD_FDS_START + i), SYSTEMD_FDS_START + i); /* not closed in an exec */
    close(SYSTEMD_FDS_START + 2);
}

static const struct {
    const char *pid, *fds; /* NULL: unset; pid "": our own */
    int n;
} rows[] = {
    {"", "2", 2},
    {"", "1", 1},
    {NULL, "2", 0},
    {"1", "2", 0},
    {"", NULL, 0},
    {"", "", -EINVAL},
    {"", "0", -EINVAL},
    {"", "-1", -EINVAL},
    {"", "2x", -EINVAL},
    {"", " 2", -EINVAL},
    {"", "+2", -EINVAL},
    {"x", "2", -EINVAL},
    {"0", "2", -EINVAL},
    {"", "2147483647", -EINVAL},
    {"", "99999999999999999999", -EINVAL},
    {"", "3", -EBADF},
};

START_TEST(sockets) {
    open_two();
    handed(rows[_i].pid, rows[_i].fds);
    ck_assert_int_eq(systemd_sockets(), rows[_i].n);
    for (int i = 0; i < rows[_i].n; i++)
        ck_assert_int_eq(fcntl(SYSTEMD_FDS_START + i, F_GETFD), FD_CLOEXEC);
    ck_assert(!getenv("LISTEN_PID") && !getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES"));
    ck_assert_int_eq(systemd_sockets(), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("systemd");
    TCase *tc = tcase_create("systemd");
    tcase_add_test(tc, by_path);
    tcase_add_loop_test(tc, by_abstract_name, 0, 2);
    tcase_add_test(tc, nobody_asks);
    tcase_add_test(tc, no_address);
    tcase_add_loop_test(tc, sockets, 0, COUNT(rows));
    suite_add_tcase(suite, tc);
    return suite_run_apart(suite);
}
