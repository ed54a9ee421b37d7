/* seccomp: the calls that a server makes. Another one fails with EPERM and is told; one that only an intruder makes
 * ends the process.
 *
 * Threads and libraries come and go, so the list is what glibc, libuv, SQLite, libwim and libudfread may reasonably
 * use, by purpose. */
#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <ucontext.h>

#include "log.h"
#include "sandbox.h"
#include "settings.h"

enum { CALLS_MAX = 1024 };

/* Names, because not every architecture has each. */
static const char *const allowed[] = {
    /* files that are open */
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "lseek",
    "close",
    "close_range",
    "fstat",
    "fcntl",
    "fcntl64",
    "dup",
    "dup2",
    "dup3",
    "flock",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "ftruncate",
    "fallocate",
    "fadvise64",
    "readahead",
    "sendfile",
    "splice",
    "copy_file_range",
    "ioctl",
    "fchmod",
    "fchown",
    "futimesat",
    "utimensat",
    "fgetxattr",
    "flistxattr",
    "fsetxattr",
    "fremovexattr",
    "fstatfs",
    "pipe",
    "pipe2",
    /* names */
    "open",
    "openat",
    "openat2",
    "creat",
    "stat",
    "lstat",
    "newfstatat",
    "statx",
    "statfs",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "getcwd",
    "chdir",
    "fchdir",
    "mkdir",
    "mkdirat",
    "rmdir",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchownat",
    "truncate",
    "umask",
    "getxattr",
    "lgetxattr",
    "listxattr",
    "llistxattr",
    "setxattr",
    "lsetxattr",
    "inotify_init",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    "name_to_handle_at",
    /* sockets */
    "socket",
    "socketpair",
    "bind",
    "connect",
    "listen",
    "accept",
    "accept4",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "shutdown",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "sendmmsg",
    "recvmmsg",
    /* waiting */
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "eventfd",
    "eventfd2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "nanosleep",
    "clock_nanosleep",
    "pause",
    "restart_syscall",
    "sched_yield",
    /* time */
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "times",
    /* memory */
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "mincore",
    "msync",
    "membarrier",
    "memfd_create",
    /* threads, and helpers that have ended */
    "clone",
    "clone3",
    "futex",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "arch_prctl",
    "exit",
    "exit_group",
    "wait4",
    "waitid",
    "kill",
    "tkill",
    "tgkill",
    "gettid",
    "getpid",
    "getppid",
    "getpgrp",
    "getpgid",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setscheduler",
    "sched_get_priority_min",
    "sched_get_priority_max",
    "getpriority",
    "setpriority",
    "getcpu",
    "prctl",
    /* signals */
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "sigaltstack",
    "signalfd",
    "signalfd4",
    /* who and where we are */
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "getrlimit",
    "setrlimit",
    "prlimit64",
    "getrusage",
    "sysinfo",
    "uname",
    "getrandom",
    "capget",
};

/* None of these has a place in a server that only serves. */
static const char *const deadly[] = {
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "bpf",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "setns",
    "unshare",
    "perf_event_open",
    "userfaultfd",
    "add_key",
    "request_key",
    "keyctl",
    "reboot",
    "swapon",
    "swapoff",
    "iopl",
    "ioperm",
    "open_by_handle_at",
    "personality",
};

static atomic_bool refused[CALLS_MAX];
static atomic_bool any_refused;

/* The call returns -EPERM, as if the kernel had said it. Async-signal-safe: names come later. */
static void on_refused(int number, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    (void)number;
    if (info->si_code != 1 /* SYS_SECCOMP */)
        return;
    if (info->si_syscall >= 0 && info->si_syscall < CALLS_MAX) {
        atomic_store(&refused[info->si_syscall], true);
        atomic_store(&any_refused, true);
    }
#if defined(__x86_64__)
    u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    u->uc_mcontext.regs[0] = (unsigned long)-EPERM;
#else
#error "where does this architecture keep a call's result?"
#endif
}

void sandbox_tick(void) {
    static bool told[CALLS_MAX];
    if (!atomic_exchange(&any_refused, false))
        return;
    for (int i = 0; i < CALLS_MAX; i++) {
        if (!atomic_load(&refused[i]) || told[i])
            continue;
        told[i] = true;
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
        log_core(PXED_LOG_ERROR, "sandbox", "the system call %s was refused: please report it; sandbox = log allows it",
                 name ? name : "?");
        free(name);
    }
}

static int add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t n) {
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        if (call >= 0) /* below: this architecture has none */
            rc = seccomp_rule_add(filter, action, call, 0);
    }
    return rc;
}

int sandbox_calls(unsigned mode) {
    bool strict = mode == SETTINGS_SANDBOX_YES;
    struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER};
    scmp_filter_ctx filter = seccomp_init(strict ? SCMP_ACT_TRAP : SCMP_ACT_LOG);
    if (!filter)
        return -ENOMEM;
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree: each call is looked up in a few steps */
    int rc = sigaction(SIGSYS, &action, NULL) < 0 ? -errno : 0;
    if (rc == 0)
        rc = add_all(filter, SCMP_ACT_ALLOW, allowed, sizeof(allowed) / sizeof(*allowed));
    if (rc == 0 && strict)
        rc = add_all(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof(deadly) / sizeof(*deadly));
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc;
}
