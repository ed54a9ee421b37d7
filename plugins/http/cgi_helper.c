/* The process that starts scripts. Forked from the daemon while that is still root, it becomes cgi-user for good, keeps
 * one socket, and knows two verbs. It never sees a byte from the network but the variables of an order. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgi.h"
#include "cgi_wire.h"

enum { RUNS = HTTP_CGI_RUNS_MAX + 8, SOCKET = 3, SIGNALS = 4 };

/* A leader that has not been waited for keeps its pid, so that a kill always meets the right group. */
static struct {
    pid_t pid; /* 0: free */
    uint32_t id;
} runs[RUNS];

static char datagram[HTTP_ORDER_MAX];

/* The daemon has gone: no script outlives it. */
static _Noreturn void end(void) {
    for (size_t i = 0; i < RUNS; i++)
        if (runs[i].pid > 0)
            kill(-runs[i].pid, SIGKILL);
    _exit(0);
}

static void report(enum http_verb verb, uint32_t id, pid_t pid, int status) {
    struct http_report r = {.verb = verb, .id = id, .pid = pid, .status = status};
    if (send(SOCKET, &r, sizeof(r), MSG_NOSIGNAL) < 0)
        end();
}

/* 0 or an errno. */
static int spawn(const struct http_order *order, const int fds[HTTP_ORDER_FDS], pid_t *ret) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    for (int i = 0; i < HTTP_ORDER_FDS; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    posix_spawn_file_actions_addchdir_np(&actions, order->dir);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attr, 0); /* a group of its own: it is killed with its children */
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    int error = posix_spawn(ret, order->argv[0], &actions, &attr, (char *const *)(uintptr_t)order->argv,
                            (char *const *)(uintptr_t)order->envp);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void run(const struct http_order *order, const int fds[HTTP_ORDER_FDS]) {
    size_t i = 0;
    pid_t pid = 0;
    while (i < RUNS && runs[i].pid != 0)
        i++;
    int error = i == RUNS ? EAGAIN : spawn(order, fds, &pid);
    if (error != 0) {
        report(HTTP_VERB_NOT_STARTED, order->id, 0, error);
        return;
    }
    runs[i].pid = pid;
    runs[i].id = order->id;
}

static void obey(size_t len, const int fds[HTTP_ORDER_FDS], bool has_fds) {
    static struct http_order order;
    if (http_order_read(datagram, len, &order) != 0)
        return;
    if (order.verb == HTTP_VERB_KILL) {
        for (size_t i = 0; i < RUNS; i++)
            if (runs[i].pid > 0 && runs[i].id == order.id)
                kill(-runs[i].pid, SIGKILL);
    } else if (has_fds) {
        run(&order, fds);
    }
}

static void receive(void) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * HTTP_ORDER_FDS)];
    } control;
    struct iovec iov = {datagram, sizeof(datagram)};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    ssize_t n = recvmsg(SOCKET, &msg, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0)
        end();
    int fds[HTTP_ORDER_FDS];
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    bool has_fds = c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fds));
    if (has_fds)
        memcpy(fds, CMSG_DATA(c), sizeof(fds));
    if (!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        obey((size_t)n, fds, has_fds);
    for (int i = 0; has_fds && i < HTTP_ORDER_FDS; i++)
        close(fds[i]);
}

static void reap(void) {
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    (void)!read(SIGNALS, &info, sizeof(info));
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < RUNS; i++)
            if (runs[i].pid == pid) {
                runs[i].pid = 0; /* first: end() must not kill a pid that may be another's by now */
                report(HTTP_VERB_EXITED, runs[i].id, pid, status);
            }
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    syscall(SYS_capset, &head, none);
}

static bool become(const struct http_cgi_account *a) {
    if (a->change && (setgroups((size_t)a->n_groups, a->groups) != 0 || setresgid(a->gid, a->gid, a->gid) != 0 ||
                      setresuid(a->uid, a->uid, a->uid) != 0))
        return false;
    drop_capabilities();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return !a->change || a->uid == 0 || setuid(0) != 0;
}

/* Descriptors 0 to 2 on /dev/null, the socket on 3, the signals on 4, nothing else: not a socket of the daemon's. */
static bool keep_only(int socket) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int keep = fcntl(socket, F_DUPFD_CLOEXEC, 10);
    int null = open("/dev/null", O_RDWR);
    if (keep < 0 || null < 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (dup3(keep, SOCKET, O_CLOEXEC) < 0 || syscall(SYS_close_range, SIGNALS, ~0u, 0) != 0)
        return false;
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK) == SIGNALS;
}

/* The daemon's end decides when we end, not a signal to the whole group (Ctrl-C, systemd): the daemon drains first. */
static void take_signals(void) {
    sigset_t blocked;
    for (int s = 1; s < NSIG; s++)
        signal(s, s == SIGINT || s == SIGTERM || s == SIGHUP || s == SIGQUIT || s == SIGPIPE ? SIG_IGN : SIG_DFL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

void http_cgi_helper(int socket, const struct http_cgi_account *account) {
    struct rlimit no_core = {0, 0};
    struct pollfd fds[2] = {{.fd = SOCKET, .events = POLLIN}, {.fd = SIGNALS, .events = POLLIN}};
    take_signals();
    setsid();
    prctl(PR_SET_NAME, "pxed-cgi", 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* grandchildren are waited for, not left to init */
    setrlimit(RLIMIT_CORE, &no_core);
    if (!keep_only(socket) || !become(account))
        _exit(1);
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            end();
        if (fds[1].revents)
            reap();
        if (fds[0].revents)
            receive();
    }
}
