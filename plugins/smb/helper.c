#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "helper_rights.h"
#include "helper_run.h"
#include "home.h"
#include "order.h"
#include "pxed/plugin.h"

enum { SOCKET = 3 };

static struct smb_run run;

void smb_say(enum pxed_log_level level, const char *event, const char *mac, const char *format, ...) {
    char datagram[SMB_DATAGRAM_MAX], text[SMB_TEXT_MAX];
    struct smb_report report = {.level = (char)('0' + (int)level)};
    struct pxed_buf b = PXED_BUF(datagram), safe = PXED_BUF(report.text);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    snprintf(report.event, sizeof(report.event), "%s", event);
    snprintf(report.mac, sizeof(report.mac), "%s", mac ? mac : "");
    for (const char *c = text; *c; c++)
        pxed_buf_byte(&safe, (unsigned char)*c < ' ' ? ' ' : *c);
    pxed_buf_cstr(&safe);
    smb_report_write(&report, &b);
    /* A daemon that does not read misses log lines; it must not hold the accounts. */
    (void)!send(SOCKET, datagram, b.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

uint64_t smb_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void obey(const struct smb_order *order) {
    switch (order->verb) {
    case SMB_VERB_SERVE:
        smb_run_serve(&run, order->path);
        break;
    case SMB_VERB_OPEN:
        smb_run_open(&run, order->mac, order->user, order->password);
        break;
    case SMB_VERB_CLOSE:
        smb_run_close(&run, order->mac);
        break;
    case SMB_VERB_SETTLED:
        smb_run_settled(&run);
        break;
    }
}

/* The daemon has gone: smbd and its sessions live on, the next helper finds them. */
static void receive(void) {
    char datagram[SMB_DATAGRAM_MAX];
    struct smb_order order;
    ssize_t n = recv(SOCKET, datagram, sizeof(datagram), MSG_TRUNC);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0)
        _exit(0);
    if ((size_t)n <= sizeof(datagram) && smb_order_read(pxed_slice(datagram, (size_t)n), &order))
        obey(&order);
    else
        smb_say(PXED_LOG_ERROR, "smb-order", NULL, "error=\"an order that cannot be understood\"");
    explicit_bzero(&order, sizeof(order));
    explicit_bzero(datagram, sizeof(datagram));
}

/* Descriptors 0 to 2 on /dev/null, the socket on 3, our folder on 4 (kept by the programs we start), nothing else. */
static bool keep_only(int socket, int home) {
    int keep = fcntl(socket, F_DUPFD_CLOEXEC, 10), folder = fcntl(home, F_DUPFD_CLOEXEC, 10);
    int null = open("/dev/null", O_RDWR);
    if (keep < 0 || folder < 0 || null < 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    return dup3(keep, SOCKET, O_CLOEXEC) == SOCKET && dup2(folder, SMB_HOME_FD) == SMB_HOME_FD &&
           syscall(SYS_close_range, SMB_HOME_FD + 1, ~0u, 0) == 0;
}

static void take_signals(void) {
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, s == SIGINT || s == SIGTERM || s == SIGHUP || s == SIGQUIT || s == SIGPIPE ? SIG_IGN : SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int patience(void) {
    uint64_t due = smb_run_due(&run), now = smb_now();
    return due == UINT64_MAX ? -1 : due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

void smb_helper(int socket, const struct smb_setup *setup) {
    struct rlimit no_core = {0, 0};
    take_signals();
    setsid();
    umask(022);
    prctl(PR_SET_NAME, "pxed-smb", 0, 0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    if (!keep_only(socket, setup->home) || !smb_rights_keep() || chdir("/") != 0)
        _exit(1);
    smb_run_begin(&run, setup);
    for (;;) {
        struct pollfd fds[2] = {{.fd = SOCKET, .events = POLLIN}, {.fd = smb_run_pidfd(&run), .events = POLLIN}};
        int n = poll(fds, 2, patience());
        if (n < 0 && errno != EINTR)
            _exit(1);
        if (n > 0 && fds[1].revents)
            smb_run_died(&run);
        if (n > 0 && fds[0].revents)
            receive(); /* one after the other, so that what is due comes after a burst of orders */
        else
            smb_run_tick(&run);
    }
}
