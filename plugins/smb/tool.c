/* Starts Samba's programs with our accounts instead of the system's. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "home.h"

bool smb_tool_env(const char *const **ret) {
    static char preload[512];
    static const char *const env[] = {preload,
                                      "NSS_WRAPPER_PASSWD=" SMB_HOME "/passwd",
                                      "NSS_WRAPPER_GROUP=" SMB_HOME "/group",
                                      "_NO_WINBINDD=1",
                                      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                      "LC_ALL=C",
                                      NULL};
    static const char *const places[] = {"/usr/lib/*/libnss_wrapper.so", "/usr/lib64/libnss_wrapper.so",
                                         "/usr/lib/libnss_wrapper.so", "/usr/local/lib/libnss_wrapper.so"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        glob_t found;
        bool there = glob(places[i], 0, NULL, &found) == 0;
        if (there)
            snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", found.gl_pathv[0]);
        globfree(&found);
        if (there) {
            *ret = env;
            return true;
        }
    }
    return false;
}

int smb_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by default */
}

bool smb_pidfd_wait(int pidfd, int ms) {
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    int n;
    while ((n = poll(&p, 1, ms)) < 0 && errno == EINTR) {
    }
    return n > 0;
}

static int spawn_with_fds(const char *const *argv, const int fds[3], bool by_path, pid_t *ret) {
    const char *const *env;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    if (!smb_tool_env(&env))
        return -ELIBACC;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    /* smbd -F creates a session itself, which fails if it leads one already; --no-process-group prevents that. */
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    int error = (by_path ? posix_spawnp : posix_spawn)(ret, argv[0], &actions, &attr, (char *const *)(uintptr_t)argv,
                                                       (char *const *)(uintptr_t)env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int smb_tool_spawn(const char *const *argv, int output, pid_t *ret) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0)
        return -errno;
    int rc = spawn_with_fds(argv, (const int[3]){null, output, output}, false, ret);
    close(null);
    return rc;
}

static int wait_for_tool(pid_t pid) {
    int pidfd = smb_pidfd_open(pid), status = 0;
    bool late = pidfd >= 0 && !smb_pidfd_wait(pidfd, SMB_TOOL_PATIENCE);
    if (late)
        kill(-pid, SIGKILL);
    if (pidfd >= 0)
        close(pidfd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return late ? -ETIMEDOUT : WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

int smb_tool_run(const char *const *argv, struct pxed_slice input, struct pxed_buf *out) {
    char piece[4096];
    ssize_t n;
    pid_t pid;
    int in = memfd_create("input", MFD_CLOEXEC), output = memfd_create("output", MFD_CLOEXEC), rc = 0;
    if (in < 0 || output < 0 || write(in, input.ptr, input.len) != (ssize_t)input.len || lseek(in, 0, SEEK_SET) != 0)
        rc = -EIO;
    if (rc == 0)
        rc = spawn_with_fds(argv, (const int[3]){in, output, output}, true, &pid);
    if (rc == 0) {
        rc = wait_for_tool(pid);
        for (off_t at = 0; (n = pread(output, piece, sizeof(piece), at)) > 0; at += n)
            pxed_buf_add(out, pxed_slice(piece, (size_t)n));
    }
    if (in >= 0)
        close(in);
    if (output >= 0)
        close(output);
    return rc;
}
