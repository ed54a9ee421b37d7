/* Asks in a child, and keeps what it says. */
#define _GNU_SOURCE
#include "pxed/account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pxed/arena.h"
#include "write_whole.h"

enum { GROUPS_FIRST = 64, GROUPS_MAX = 65536 /* NGROUPS_MAX */ };

struct account_head {
    uint32_t exists, uid, gid, n_groups;
};

static struct pxed_account *accounts;

/* All groups; the caller's. getgrouplist says how many there are if the room does not do. */
static gid_t *list_groups(const struct passwd *pw, int *ret_n) {
    gid_t *groups = NULL;
    int r = -1;
    *ret_n = GROUPS_FIRST;
    for (int room = 0; r < 0 && room < *ret_n && *ret_n <= GROUPS_MAX;) {
        room = *ret_n;
        groups = pxed_xrealloc(groups, sizeof(*groups) * (size_t)room);
        r = getgrouplist(pw->pw_name, pw->pw_gid, groups, ret_n);
    }
    if (r < 0)
        *ret_n = 0;
    return groups;
}

static bool read_all(int fd, void *to, size_t n) {
    while (n > 0) {
        ssize_t done = read(fd, to, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        to = (char *)to + done;
        n -= (size_t)done;
    }
    return true;
}

static _Noreturn void answer(const char *name, int to) {
    _Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are sent as they are");
    const struct passwd *pw = getpwnam(name);
    int n = 0;
    gid_t *groups = pw ? list_groups(pw, &n) : NULL;
    const struct account_head head = {
        .exists = pw != NULL, .uid = pw ? pw->pw_uid : 0, .gid = pw ? pw->pw_gid : 0, .n_groups = (uint32_t)n};
    if (write_whole(to, pxed_slice((const char *)&head, sizeof(head))) == 0 && n > 0)
        write_whole(to, pxed_slice((const char *)groups, sizeof(*groups) * (size_t)n));
    _exit(0);
}

static struct pxed_account *read_answer(const char *name, int from) {
    struct account_head head;
    if (!read_all(from, &head, sizeof(head)) || head.n_groups > GROUPS_MAX)
        return NULL;
    struct pxed_account *a = pxed_xalloc(sizeof(*a));
    *a = (struct pxed_account){.name = pxed_xstrdup(pxed_slice_of(name)),
                               .exists = head.exists != 0,
                               .uid = head.uid,
                               .gid = head.gid,
                               .groups = pxed_xalloc(sizeof(*a->groups) * (head.n_groups + 1)),
                               .n_groups = head.n_groups};
    if (read_all(from, a->groups, sizeof(*a->groups) * head.n_groups))
        return a;
    free(a->groups);
    free(a->name);
    free(a);
    return NULL;
}

static struct pxed_account *ask(const char *name) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0)
        answer(name, ends[1]);
    close(ends[1]);
    struct pxed_account *a = pid > 0 ? read_answer(name, ends[0]) : NULL;
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return a;
}

const struct pxed_account *pxed_account_find(const char *name) {
    struct pxed_account *a = accounts;
    while (a && strcmp(a->name, name) != 0)
        a = a->next;
    if (!a && (a = ask(name))) {
        a->next = accounts;
        accounts = a;
    }
    return a && a->exists ? a : NULL;
}
