/* The process that starts scripts. Forked while the daemon is still root, it handles two orders: run and kill. Of
 * clients' data it sees only the variables of an order. */
#include "cgi_helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgi.h"
#include "cgi_spawn.h"
#include "cgi_wire.h"
#include "pxed/helper.h"

enum { RUNS = HTTP_CGI_RUNS_MAX + 8 };

/* Running scripts. A pid is not reused before it has been waited for, so a kill reaches the right group. */
static struct {
    pid_t pid; /* 0: free */
    uint32_t id;
} runs[RUNS];

static char datagram[HTTP_ORDER_MAX];
static const struct http_cgi_account *account;

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

static void run_script(const struct http_order *order, const int fds[HTTP_ORDER_FDS]) {
    size_t i = 0;
    pid_t pid = 0;
    while (i < RUNS && runs[i].pid != 0)
        i++;
    int error = i == RUNS ? EAGAIN : http_cgi_spawn(account, order, fds, &pid);
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

/* A script's start changes the account; everything else root could do is given up. */
static bool keep_rights(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (account->change)
        data[0].permitted = data[0].effective = (uint32_t)HTTP_CGI_RIGHTS;
    return syscall(SYS_capset, &head, data) == 0;
}

/* A descriptor that becomes readable when a child ends, or -1. */
static int watch_children(void) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

void http_cgi_helper(const void *arg) {
    struct pollfd fds[2] = {{.fd = PXED_HELPER_SOCKET, .events = POLLIN}, {.fd = watch_children(), .events = POLLIN}};
    account = arg;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* grandchildren are waited for here, not by init */
    if (fds[1].fd < 0 || !keep_rights())
        return;
    report_run(HTTP_VERB_BEGAN, 0, 0, 0);
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            end_helper();
        if (fds[1].revents)
            reap_children(fds[1].fd);
        if (fds[0].revents)
            receive_cgi_order();
    }
}
