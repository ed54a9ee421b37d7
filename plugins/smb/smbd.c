/* Finds, starts, signals and stops smbd, and ends single sessions. */
#include "smbd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts.h"
#include "home.h"
#include "pxed/arena.h"
#include "tool.h"

enum { STOP_PATIENCE = 3000 /* ms */, SESSION_PATIENCE = 500 /* ms, all together */, SESSIONS_AT_ONCE = 256 };

/* smbd holds a write lock on its pid file as long as it runs, and only root can take one. The number in the file alone
 * is not trusted. */
static pid_t lock_holder(int home) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(home, "pid/smbd.pid", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0;
    int rc = fcntl(fd, F_GETLK, &lock);
    close(fd);
    return rc == 0 && lock.l_type == F_WRLCK && lock.l_pid > 1 ? lock.l_pid : 0;
}

bool smb_smbd_find(int home, struct smb_smbd *s) {
    pid_t pid = lock_holder(home);
    int pidfd = pid > 0 ? smb_pidfd_open(pid) : -1;
    if (pidfd < 0)
        return false;
    if (lock_holder(home) != pid) { /* it has ended meanwhile, and another process may have the pid */
        close(pidfd);
        return false;
    }
    *s = (struct smb_smbd){.pid = pid, .pidfd = pidfd};
    return true;
}

int smb_smbd_start(int home, const char *program, struct smb_smbd *s) {
    const char *const argv[] = {program, "-F", "--no-process-group", "-s", SMB_HOME "/smb.conf", NULL};
    int log = openat(home, "log/start.log", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (log < 0)
        return -errno;
    pid_t pid;
    int rc = smb_tool_spawn(argv, log, &pid);
    close(log);
    if (rc != 0)
        return rc;
    *s = (struct smb_smbd){.pid = pid, .pidfd = smb_pidfd_open(pid), .child = true};
    if (s->pidfd >= 0)
        return 0;
    rc = -errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    *s = (struct smb_smbd){0};
    return rc;
}

static void send_signal(const struct smb_smbd *s, int number) {
    syscall(SYS_pidfd_send_signal, s->pidfd, number, NULL, 0);
}

void smb_smbd_reload(const struct smb_smbd *s) {
    send_signal(s, SIGHUP);
}

/* Sessions are in smbd's process group and end with it; one that hangs is killed. The group's number is smbd's pid, so
 * it is smbd's as long as no other process has that pid. */
void smb_smbd_ended(struct smb_smbd *s) {
    bool unreaped = syscall(SYS_pidfd_send_signal, s->pidfd, 0, NULL, 0) == 0;
    if (unreaped || (kill(s->pid, 0) != 0 && errno == ESRCH))
        kill(-s->pid, SIGKILL);
    if (s->child)
        waitpid(s->pid, NULL, WNOHANG);
    close(s->pidfd);
    *s = (struct smb_smbd){0};
}

void smb_smbd_stop(struct smb_smbd *s) {
    send_signal(s, SIGTERM);
    if (!smb_pidfd_wait(s->pidfd, STOP_PATIENCE)) {
        send_signal(s, SIGKILL);
        smb_pidfd_wait(s->pidfd, STOP_PATIENCE);
    }
    smb_smbd_ended(s);
}

/* A session is a process of smbd's group; any other process with that pid is not touched. */
static int open_session(const struct smb_smbd *s, uint64_t number) {
    pid_t pid = (pid_t)number;
    int pidfd = pid == s->pid ? -1 : smb_pidfd_open(pid);
    if (pidfd >= 0 && getpgid(pid) != s->pid) {
        close(pidfd);
        pidfd = -1;
    }
    return pidfd;
}

static void end_processes(const int *pidfds, size_t n) {
    int left = SESSION_PATIENCE;
    for (size_t i = 0; i < n; i++)
        syscall(SYS_pidfd_send_signal, pidfds[i], SIGTERM, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        while (!smb_pidfd_wait(pidfds[i], left > 0 ? 10 : 0) && left > 0)
            left -= 10;
        syscall(SYS_pidfd_send_signal, pidfds[i], SIGKILL, NULL, 0);
        close(pidfds[i]);
    }
}

int smb_smbd_end_sessions(const struct smb_smbd *s, bool (*lives)(void *arg, struct pxed_slice user), void *arg) {
    enum { ROOM = 1024 * 1024 };
    const char *const argv[] = {"smbstatus", "-b", "-s", SMB_HOME "/smb.conf", NULL};
    int pidfds[SESSIONS_AT_ONCE], total = 0;
    size_t n = 0;
    uint64_t pid;
    struct pxed_slice user;
    struct pxed_buf out = {pxed_xalloc(ROOM), ROOM, 0};
    int rc = smb_tool_run(argv, PXED_NO_SLICE, &out);
    struct pxed_slice rest = pxed_buf_slice(&out);
    while (rc == 0 && smb_status_next(&rest, &pid, &user)) {
        int pidfd = lives(arg, user) ? -1 : open_session(s, pid);
        if (pidfd < 0)
            continue;
        pidfds[n++] = pidfd;
        total++;
        if (n == SESSIONS_AT_ONCE) {
            end_processes(pidfds, n);
            n = 0;
        }
    }
    end_processes(pidfds, n);
    free(out.ptr);
    return rc == 0 ? total : rc < 0 ? rc : -EIO;
}
