/* The process that starts scripts. Forked while the daemon is still root, it switches to cgi-user for good and handles
 * two orders: run and kill. Of clients' data it sees only the variables of an order. */
#include "cgi_helper.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgi.h"
#include "cgi_wire.h"
#include "pxed/helper.h"

enum { RUNS = HTTP_CGI_RUNS_MAX + 8 };

/* Running scripts. A pid is not reused before it has been waited for, so a kill reaches the right group. */
static struct {
    pid_t pid; /* 0: free */
    uint32_t id;
} runs[RUNS];

static char datagram[HTTP_ORDER_MAX];

/* The daemon has ended: kills the scripts. */
static _Noreturn void end_helper(void) {
    for (size_t i = 0; i < RUNS; i++)
        if (runs[i].pid > 0)
            kill(-runs[i].pid, SIGKILL);
    _exit(0);
}

static void report_run(enum http_verb verb, uint32_t id, pid_t pid, int status) {
    struct http_report r = {.verb = verb, .id = id, .pid = pid, .status = status};
    if (pxed_helper_send(PXED_HELPER_SOCKET, &r, sizeof(r), NULL, 0, PXED_HELPER_WAIT) < 0)
        end_helper();
}

/* 0 or an errno. */
static int spawn_script(const struct http_order *order, const int fds[HTTP_ORDER_FDS], pid_t *ret) {
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
    posix_spawnattr_setpgroup(&attr, 0); /* its own process group, so that its children are killed too */
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    int error = posix_spawn(ret, order->argv[0], &actions, &attr, (char *const *)(uintptr_t)order->argv,
                            (char *const *)(uintptr_t)order->envp);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void run_script(const struct http_order *order, const int fds[HTTP_ORDER_FDS]) {
    size_t i = 0;
    pid_t pid = 0;
    while (i < RUNS && runs[i].pid != 0)
        i++;
    int error = i == RUNS ? EAGAIN : spawn_script(order, fds, &pid);
    if (error != 0) {
        report_run(HTTP_VERB_NOT_STARTED, order->id, 0, error);
        return;
    }
    runs[i].pid = pid;
    runs[i].id = order->id;
}

static void obey_cgi_order(size_t len, const int fds[HTTP_ORDER_FDS], bool has_fds) {
    static struct http_order order;
    if (http_order_read(datagram, len, &order) != 0)
        return;
    if (order.verb == HTTP_VERB_KILL) {
        for (size_t i = 0; i < RUNS; i++)
            if (runs[i].pid > 0 && runs[i].id == order.id)
                kill(-runs[i].pid, SIGKILL);
    } else if (has_fds) {
        run_script(&order, fds);
    }
}

static void receive_cgi_order(void) {
    int fds[HTTP_ORDER_FDS];
    ptrdiff_t n =
        pxed_helper_receive(PXED_HELPER_SOCKET, datagram, sizeof(datagram), fds, HTTP_ORDER_FDS, PXED_HELPER_WAIT);
    if (n == -EMSGSIZE || n == -EBADMSG)
        return;
    if (n <= 0)
        end_helper();
    obey_cgi_order((size_t)n, fds, fds[0] >= 0);
    for (int i = 0; i < HTTP_ORDER_FDS && fds[i] >= 0; i++)
        close(fds[i]);
}

static void reap_children(int signals) {
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    (void)!read(signals, &info, sizeof(info));
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < RUNS; i++)
            if (runs[i].pid == pid) {
                runs[i].pid = 0; /* first: end_helper() must not kill a pid that another process may have by then */
                report_run(HTTP_VERB_EXITED, runs[i].id, pid, status);
            }
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    syscall(SYS_capset, &head, none);
}

static bool become_account(const struct http_cgi_account *a) {
    if (a->change && (setgroups((size_t)a->n_groups, a->groups) != 0 || setresgid(a->gid, a->gid, a->gid) != 0 ||
                      setresuid(a->uid, a->uid, a->uid) != 0))
        return false;
    drop_capabilities();
    return !a->change || a->uid == 0 || setuid(0) != 0;
}

/* A descriptor that becomes readable when a child ends, or -1. */
static int watch_children(void) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

void http_cgi_helper(const void *account) {
    struct pollfd fds[2] = {{.fd = PXED_HELPER_SOCKET, .events = POLLIN}, {.fd = watch_children(), .events = POLLIN}};
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* grandchildren are waited for here, not by init */
    if (fds[1].fd < 0 || !become_account(account))
        return;
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            end_helper();
        if (fds[1].revents)
            reap_children(fds[1].fd);
        if (fds[0].revents)
            receive_cgi_order();
    }
}
