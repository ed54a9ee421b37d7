/* What only root can do, or could: limits, the state folder for the account, the end of all privileges before the first
 * thread. */
#define _GNU_SOURCE
#include "privileges.h"

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "eyes.h"
#include "log.h"

enum { LOCK_TRIES = 250 /* of 20 ms */ };

static int make_folders(const char *path) {
    struct pxed_arena scratch = {0};
    char *copy = (char *)(uintptr_t)pxed_arena_dup(&scratch, pxed_slice_of(path)).ptr;
    int rc = 0;
    for (char *c = copy + 1; rc == 0; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        char kept = *c;
        *c = '\0';
        if (mkdir(copy, kept ? 0755 : 0750) < 0 && errno != EEXIST)
            rc = -errno;
        *c = kept;
        if (!kept)
            break;
    }
    pxed_arena_clear(&scratch);
    return rc;
}

/* By descriptor: the folder may be the account's already, and a name could become another file's meanwhile. */
static void give_file(int dir_fd, const char *name, const char *path, uid_t uid, gid_t gid) {
    struct stat st;
    int fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
        fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0)
        log_core(PXED_LOG_WARNING, "state", "cannot give %s/%s to its account", path, name);
    if (fd >= 0)
        close(fd);
}

/* Gives files of an earlier run as root to the account too. */
static void give_away(const char *path, uid_t uid, gid_t gid) {
    int dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = dir_fd >= 0 ? fdopendir(dir_fd) : NULL;
    if (!dir) {
        if (dir_fd >= 0)
            close(dir_fd);
        return;
    }
    if (fchown(dir_fd, uid, gid) < 0)
        log_core(PXED_LOG_WARNING, "state", "cannot give %s to its account", path);
    for (struct dirent *e; (e = readdir(dir));)
        give_file(dir_fd, e->d_name, path, uid, gid);
    closedir(dir);
}

/* Of two daemons in one folder each would undo what the other wrote. One that was killed a moment ago may take a moment
 * to end. The lock goes with the last process that serves. */
int privileges_lock_state(const char *path) {
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = fd < 0 ? -errno : -EWOULDBLOCK;
    for (int n = 0; rc == -EWOULDBLOCK && n < LOCK_TRIES; n++) {
        rc = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
        if (rc == -EWOULDBLOCK)
            nanosleep(&pause, NULL);
    }
    if (rc < 0)
        log_core(PXED_LOG_ERROR, "state", "%s: %s", path,
                 rc == -EWOULDBLOCK ? "another pxed is using it: stop that one first" : strerror(-rc));
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc;
}

int privileges_prepare_state(const struct settings *settings) {
    int rc = make_folders(settings->state);
    if (rc < 0) {
        log_core(PXED_LOG_ERROR, "state", "cannot make the folder %s: %s%s", settings->state, strerror(-rc),
                 rc == -EROFS ? " (in a unit: systemd-tmpfiles --create makes it)" : "");
        return rc;
    }
    const struct pxed_account *account = geteuid() == 0 ? eyes_account(settings) : NULL;
    if (account)
        give_away(settings->state, account->uid, account->gid);
    return 0;
}

int privileges_drop(const struct settings *settings) {
    eyes_keep();
    if (geteuid() != 0) { /* a unit may have given it some, for its sockets */
        if (capng_get_caps_process() == 0 && capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE)
            return 0;
        capng_clear(CAPNG_SELECT_CAPS);
        return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : -EPERM;
    }
    const struct pxed_account *account = eyes_account(settings);
    if (!account) {
        if (settings->user && *settings->user) {
            log_core(PXED_LOG_ERROR, "privileges", "there is no account '%s'", settings->user);
            return -ENOENT;
        }
        log_core(PXED_LOG_WARNING, "privileges",
                 "there is no account 'pxed': staying root (adduser --system --group pxed)");
        return 0;
    }
    if (account->uid == 0)
        return 0;
    if (setgroups(account->n_groups, account->groups) < 0) {
        log_core(PXED_LOG_ERROR, "privileges", "cannot take the groups of '%s': %s", account->name, strerror(errno));
        return -EPERM;
    }
    capng_clear(CAPNG_SELECT_BOTH);
    int rc = capng_change_id((int)account->uid, (int)account->gid, CAPNG_CLEAR_BOUNDING);
    if (rc != 0) {
        log_core(PXED_LOG_ERROR, "privileges", "cannot become '%s' (libcap-ng %d)", account->name, rc);
        return -EPERM;
    }
    return 0;
}

void privileges_warn_unreadable(const char *ini_path, const struct settings *s) {
    if (access(ini_path, R_OK) < 0)
        log_core(PXED_LOG_WARNING, "privileges", "%s is not readable by the daemon's account: a reload will fail",
                 ini_path);
    for (size_t i = 0; i < s->hosts.n; i++)
        if (access(s->hosts.items[i], R_OK) < 0)
            log_core(PXED_LOG_WARNING, "privileges",
                     "%s is not readable by the daemon's account: its changes will be refused", s->hosts.items[i]);
}

void privileges_raise_limits(void) {
    enum { FILES = 65536 };
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        log_core(PXED_LOG_WARNING, "start", "the limit of open files cannot be raised: %s", strerror(errno));
    if (files.rlim_max >= FILES)
        return;
    files.rlim_cur = files.rlim_max = FILES; /* above the hard limit: only root may */
    setrlimit(RLIMIT_NOFILE, &files);
}
