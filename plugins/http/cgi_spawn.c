/* Starts one script as its account. posix_spawn cannot change the account, and a plain fork would copy the page tables
 * of everything that was loaded before the helper; so up to execve the child borrows our memory, with a stack of its
 * own. It makes system calls itself, because glibc's set*id calls would look for the threads of its parent. */
#include "cgi_spawn.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024, CANNOT_RUN = 127 /* exit status, as of a shell */ };

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

/* What the child takes from its parent's memory, and gives back in it. */
struct spawn {
    const struct http_cgi_account *account;
    const struct http_order *order;
    const int *fds;
    int error; /* an errno, if the script does not run */
};

/* Returns only if it failed: an errno. */
static int become_script(const struct spawn *s) {
    setpgid(0, 0); /* so that its children are killed, too */
    reset_child_signals();
    for (int i = 0; i < HTTP_ORDER_FDS; i++)
        if (dup2(s->fds[i], i) < 0)
            return errno;
    int error = become_account(s->account);
    if (error != 0)
        return error;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* after the account: a change of it would undo that */
    if (chdir(s->order->dir) != 0)
        return errno;
    execve(s->order->argv[0], (char *const *)(uintptr_t)s->order->argv, (char *const *)(uintptr_t)s->order->envp);
    return errno;
}

static int child(void *arg) {
    struct spawn *s = arg;
    s->error = become_script(s);
    return CANNOT_RUN;
}

int http_cgi_spawn(const struct http_cgi_account *account, const struct http_order *order,
                   const int fds[HTTP_ORDER_FDS], pid_t *ret) {
    static alignas(16) char stack[STACK_SIZE]; /* one child at a time: the parent waits until it has run execve */
    struct spawn s = {account, order, fds, 0};
    pid_t pid = clone(child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &s);
    if (pid < 0)
        return errno;
    *ret = pid;
    return s.error;
}
