/* Starts one script as its account. posix_spawn cannot change the account, and a plain fork would copy the page tables
 * of everything that was loaded before the helper; so this is vfork: up to execve the child borrows our memory. It
 * makes system calls itself, because glibc's set*id calls would look for the threads of its parent. */
#include "cgi_spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int become_account(const struct http_cgi_account *a) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (a->change &&
        (syscall(SYS_setgroups, (size_t)a->n_groups, a->groups) != 0 ||
         syscall(SYS_setresgid, a->gid, a->gid, a->gid) != 0 || syscall(SYS_setresuid, a->uid, a->uid, a->uid) != 0))
        return errno;
    if (syscall(SYS_capset, &head, none) != 0)
        return errno;
    return a->change && a->uid != 0 && syscall(SYS_setuid, 0) == 0 ? EPERM : 0;
}

static void reset_child_signals(void) {
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only if it failed: an errno. */
static int become_script(const struct http_cgi_account *account, const struct http_order *order,
                         const int fds[HTTP_ORDER_FDS]) {
    setpgid(0, 0); /* so that its children are killed, too */
    reset_child_signals();
    for (int i = 0; i < HTTP_ORDER_FDS; i++)
        if (dup2(fds[i], i) < 0)
            return errno;
    int error = become_account(account);
    if (error != 0)
        return error;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* after the account: a change of it would undo that */
    if (chdir(order->dir) != 0)
        return errno;
    execve(order->argv[0], (char *const *)(uintptr_t)order->argv, (char *const *)(uintptr_t)order->envp);
    return errno;
}

int http_cgi_spawn(const struct http_cgi_account *account, const struct http_order *order,
                   const int fds[HTTP_ORDER_FDS], pid_t *ret) {
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        error = become_script(account, order, fds);
        _exit(127);
    }
    if (pid < 0)
        return errno;
    *ret = pid;
    return error;
}
