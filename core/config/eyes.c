/* Switches root to the account for a while, or judges the account's rights by file modes. */
#define _GNU_SOURCE
#include "eyes.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    bool open, kept;
    gid_t gid, *groups;
    int n_groups, dumpable;
} eyes;

const struct pxed_account *eyes_account(const struct settings *settings) {
    return pxed_account_find(settings->user && *settings->user ? settings->user : "pxed");
}

static void restore_groups(void) {
    if (eyes.groups && setgroups((size_t)eyes.n_groups, eyes.groups) < 0)
        abort(); /* root again, but with other groups: must not continue */
    free(eyes.groups);
    eyes.groups = NULL;
}

bool eyes_open(const struct settings *settings) {
    const struct pxed_account *account = eyes.kept || eyes.open || geteuid() != 0 ? NULL : eyes_account(settings);
    if (!account || account->uid == 0)
        return false;
    eyes.gid = getegid();
    eyes.dumpable = prctl(PR_GET_DUMPABLE);
    eyes.n_groups = getgroups(0, NULL);
    eyes.groups = calloc((size_t)(eyes.n_groups > 0 ? eyes.n_groups : 1), sizeof(*eyes.groups));
    if (!eyes.groups || eyes.n_groups < 0 || getgroups(eyes.n_groups, eyes.groups) < 0)
        return false;
    /* A container may forbid it: then root reads as root. */
    if (setgroups(account->n_groups, account->groups) == 0 && setegid(account->gid) == 0 &&
        seteuid(account->uid) == 0) {
        eyes.open = true;
        return true;
    }
    if (setegid(eyes.gid) < 0)
        abort();
    restore_groups();
    return false;
}

void eyes_close(void) {
    if (!eyes.open)
        return;
    if (seteuid(0) < 0 || setegid(eyes.gid) < 0)
        abort();
    restore_groups();
    prctl(PR_SET_DUMPABLE, eyes.dumpable); /* changing the user id cleared it, and debuggers and sanitizers need it */
    eyes.open = false;
}

void eyes_keep(void) {
    eyes.kept = true;
}

static bool eyes_allows(const struct pxed_account *account, const struct stat *st, int mode) {
    unsigned shift = 0;
    for (size_t i = 0; i < account->n_groups && shift == 0; i++)
        shift = account->groups[i] == st->st_gid ? 3 : 0;
    if (st->st_uid == account->uid)
        shift = 6;
    return (((unsigned)st->st_mode >> shift) & (unsigned)mode) == (unsigned)mode; /* R_OK is 4, X_OK 1, as in modes */
}

int eyes_by_mode(const struct pxed_account *account, const char *path, int mode) {
    char *real = realpath(path, NULL);
    struct stat st;
    int error = real ? 0 : errno;
    for (char *at = real; real && error == 0; *at = '/') {
        at = strchr(at + 1, '/');
        if (!at)
            break;
        *at = '\0';
        if (stat(real, &st) < 0)
            error = errno;
        else if (!eyes_allows(account, &st, X_OK))
            error = EACCES;
    }
    if (error == 0 && stat(real, &st) < 0)
        error = errno;
    if (error == 0 && !eyes_allows(account, &st, mode))
        error = EACCES;
    free(real);
    return error;
}
