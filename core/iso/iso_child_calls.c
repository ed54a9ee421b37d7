/* A seccomp filter written by hand: pxed-winpe, which reads ISOs as well, does not link libseccomp. */
#include "iso_child_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define LOAD(field)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(value, y, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (y), (n))
#define HAS(bits, y, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (y), (n))
#define END(action)     BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW(call)     IS(call, 0, 1), END(SECCOMP_RET_ALLOW)
#define FAIL(call)      IS(call, 0, 1), END(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW_ON(call, fd)                                                                                             \
    IS(call, 0, 4), LOAD(args[0]), IS(fd, 0, 1), END(SECCOMP_RET_ALLOW), END(SECCOMP_RET_ERRNO | EBADF)
#define ALLOW_DATA(call)                                                                                               \
    IS(call, 0, 4), LOAD(args[2]), HAS(PROT_EXEC, 1, 0), END(SECCOMP_RET_ALLOW), END(SECCOMP_RET_KILL_PROCESS)

bool iso_child_calls(int image, int out) {
#ifdef ARCH
    struct sock_filter rules[] = {
        LOAD(arch),
        IS(ARCH, 1, 0),
        END(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        ALLOW_ON(SYS_pread64, (unsigned)image),
        ALLOW_ON(SYS_write, (unsigned)out),
        ALLOW_DATA(SYS_mmap),
        ALLOW_DATA(SYS_mprotect),
        ALLOW(SYS_munmap),
        ALLOW(SYS_mremap),
        ALLOW(SYS_brk),
        ALLOW(SYS_madvise),
        ALLOW(SYS_futex),
        ALLOW(SYS_exit_group),
        /* abort(), when memory is at its limit */
        ALLOW(SYS_rt_sigprocmask),
        ALLOW(SYS_rt_sigaction),
        ALLOW(SYS_getpid),
        ALLOW(SYS_gettid),
        ALLOW(SYS_tgkill),
        /* libudfread's messages on stderr, which is closed */
        FAIL(SYS_writev),
        FAIL(SYS_newfstatat),
        FAIL(SYS_fstat),
        END(SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
    (void)image, (void)out;
    return false;
#endif
}
