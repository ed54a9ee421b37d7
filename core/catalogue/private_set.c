/* Keeps the inodes of private files: a list made anew now and then, and what inotify told since. */
#define _GNU_SOURCE
#include "private_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "pxed/grow.h"

enum {
    LEFT_MAX = 1024, /* inodes remembered that have left a private place */
    COMES = IN_CREATE | IN_MOVED_TO,
    WATCHED = COMES | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    AGE_MS = 1000, /* what inotify cannot tell (a network's file system, a folder far above) is seen after this */
    AGE_COST = 100 /* but a look takes at most one part in so many of the time */
};

/* Numbers of inodes are used again, so the birth tells a new file from a private one that is gone. 0: unknown. */
struct private_inode {
    dev_t dev;
    ino_t ino;
    int64_t born; /* ns */
};

struct inode_list {
    struct private_inode *items;
    size_t n;
};

struct private_watch {
    int wd;
    bool folder; /* all files in it are private */
    bool above;  /* stands for a folder below it that does not exist */
    char *path;
};

struct private_set {
    pthread_mutex_t lock;
    struct inode_list now;   /* at the last look, sorted */
    struct inode_list fresh; /* told since */
    struct inode_list left;  /* no longer there at a look; a ring */
    size_t left_at;
    struct private_watch *watches;
    size_t n_watches;
    int inotify;    /* -1: none */
    bool blind;     /* a place cannot be watched */
    bool stale;     /* a look is due */
    int64_t due_at; /* ms: of the next look in any case */
};

static int64_t private_now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int compare_inodes(const void *a, const void *b) {
    const struct private_inode *x = a, *y = b;
    return x->dev != y->dev ? (x->dev < y->dev ? -1 : 1) : x->ino != y->ino ? (x->ino < y->ino ? -1 : 1) : 0;
}

static bool same_inode(const struct private_inode *a, const struct private_inode *b) {
    return a->dev == b->dev && a->ino == b->ino && (a->born == b->born || a->born == 0 || b->born == 0);
}

static bool inode_of(int dir_fd, const char *name, int flags, struct private_inode *ret, mode_t *ret_mode) {
    struct statx x;
    if (statx(dir_fd, name, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &x) < 0)
        return false;
    *ret = (struct private_inode){.dev = makedev(x.stx_dev_major, x.stx_dev_minor), .ino = x.stx_ino};
    if (x.stx_mask & STATX_BTIME)
        ret->born = x.stx_btime.tv_sec * 1000000000 + x.stx_btime.tv_nsec;
    *ret_mode = x.stx_mode;
    return true;
}

static void list_add(struct inode_list *list, const struct private_inode *inode) {
    PXED_GROW(list->items, list->n);
    list->items[list->n++] = *inode;
}

/* --- a look at all places --- */

static void look_into(struct inode_list *found, const char *folder) {
    DIR *dir = opendir(folder);
    struct private_inode inode;
    mode_t mode;
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_type != DT_DIR && inode_of(dirfd(dir), e->d_name, AT_SYMLINK_NOFOLLOW, &inode, &mode) && S_ISREG(mode))
            list_add(found, &inode);
    if (dir)
        closedir(dir);
}

/* Watches a folder, or the next one above that exists: what appears in it makes the look worth repeating. */
static void watch_place(struct private_set *s, const char *path, bool folder) {
    char text[PATH_MAX];
    int wd = -1;
    bool above = false;
    snprintf(text, sizeof(text), "%s", path);
    while (s->inotify >= 0 && (wd = inotify_add_watch(s->inotify, text, WATCHED)) < 0 && errno == ENOENT) {
        char *slash = strrchr(text, '/');
        if (!slash || !text[1])
            break;
        slash[slash == text ? 1 : 0] = '\0';
        above = true;
    }
    if (wd < 0) {
        s->blind = true;
        return;
    }
    for (size_t i = 0; i < s->n_watches; i++)
        if (s->watches[i].wd == wd) {
            s->watches[i].folder |= folder && !above;
            s->watches[i].above |= above;
            return;
        }
    PXED_GROW(s->watches, s->n_watches);
    s->watches[s->n_watches++] = (struct private_watch){wd, folder && !above, above, pxed_xstrdup(pxed_slice_of(text))};
}

static void watch_parent(struct private_set *s, const char *path) {
    char text[PATH_MAX];
    snprintf(text, sizeof(text), "%s", path);
    char *slash = strrchr(text, '/');
    if (slash)
        slash[slash == text ? 1 : 0] = '\0';
    watch_place(s, slash ? text : ".", false);
}

static void forget_watches(struct private_set *s) {
    for (size_t i = 0; i < s->n_watches; i++)
        free(s->watches[i].path);
    free(s->watches);
    s->watches = NULL;
    s->n_watches = 0;
    s->blind = false;
}

static void keep_left(struct private_set *s, const struct private_inode *inode) {
    if (s->left.n < LEFT_MAX)
        list_add(&s->left, inode);
    else
        s->left.items[s->left_at++ % LEFT_MAX] = *inode;
}

static bool list_has(const struct inode_list *list, const struct private_inode *inode) {
    struct private_inode *at =
        list->n > 0 ? bsearch(inode, list->items, list->n, sizeof(*inode), compare_inodes) : NULL;
    return at && same_inode(at, inode);
}

/* Replaces the list by what was found; what is gone from it is remembered. */
static void list_renew(struct private_set *s, struct inode_list *found) {
    if (found->n > 0)
        qsort(found->items, found->n, sizeof(*found->items), compare_inodes);
    struct inode_list *before[] = {&s->now, &s->fresh};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < before[k]->n; i++)
            if (!list_has(found, &before[k]->items[i]))
                keep_left(s, &before[k]->items[i]);
        free(before[k]->items);
        *before[k] = (struct inode_list){0};
    }
    s->now = *found;
}

static void look_at_all(struct private_set *s, const char *const *paths, size_t n) {
    struct inode_list found = {0};
    struct private_inode inode;
    mode_t mode;
    int64_t began = private_now_us();
    if (s->inotify < 0)
        s->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    forget_watches(s);
    for (size_t i = 0; i < n; i++) {
        watch_parent(s, paths[i]); /* first: nothing comes unseen between watching and looking */
        if (!inode_of(AT_FDCWD, paths[i], 0, &inode, &mode))
            continue;
        if (S_ISDIR(mode)) {
            watch_place(s, paths[i], true);
            look_into(&found, paths[i]);
        } else {
            list_add(&found, &inode);
        }
    }
    list_renew(s, &found);
    s->stale = s->blind;
    int64_t cost = private_now_us() - began;
    s->due_at = began + cost + (cost * AGE_COST > AGE_MS * 1000 ? cost * AGE_COST : AGE_MS * 1000);
}

/* --- what inotify tells --- */

static bool is_private_path(const char *path, const char *const *paths, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(paths[i], path) == 0)
            return true;
    return false;
}

static void came(struct private_set *s, const struct private_watch *w, const char *name, const char *const *paths,
                 size_t n) {
    char path[PATH_MAX];
    struct private_inode inode;
    mode_t mode;
    if (snprintf(path, sizeof(path), "%s/%s", strcmp(w->path, "/") == 0 ? "" : w->path, name) >= (int)sizeof(path))
        return;
    bool itself = is_private_path(path, paths, n);
    if ((!w->folder && !itself) || !inode_of(AT_FDCWD, path, itself ? 0 : AT_SYMLINK_NOFOLLOW, &inode, &mode))
        return;
    if (S_ISREG(mode))
        list_add(&s->fresh, &inode);
    else
        s->stale |= itself; /* a folder, in which files are private */
}

static void private_event(struct private_set *s, const struct inotify_event *e, const char *const *paths, size_t n) {
    if ((e->mask & COMES) == 0) {
        s->stale = true; /* lost events, or a folder that is no longer where it was */
        return;
    }
    for (size_t i = 0; i < s->n_watches; i++) {
        if (s->watches[i].wd != e->wd || e->len == 0)
            continue;
        s->stale |= s->watches[i].above && (e->mask & IN_ISDIR) != 0;
        came(s, &s->watches[i], e->name, paths, n);
    }
    s->stale |= s->fresh.n > LEFT_MAX;
}

static void hear_events(struct private_set *s, const char *const *paths, size_t n) {
    _Alignas(struct inotify_event) char events[4096];
    ssize_t got;
    while ((got = read(s->inotify, events, sizeof(events))) > 0)
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *e = (const struct inotify_event *)(events + at);
            private_event(s, e, paths, n);
            at += (ssize_t)(sizeof(*e) + e->len);
        }
}

/* --- the question --- */

static bool private_unsorted(const struct inode_list *list, const struct private_inode *inode) {
    for (size_t i = 0; i < list->n; i++)
        if (same_inode(&list->items[i], inode))
            return true;
    return false;
}

static bool may_have(const struct private_set *s, const struct private_inode *inode) {
    return list_has(&s->now, inode) || private_unsorted(&s->fresh, inode) || private_unsorted(&s->left, inode);
}

bool private_set_has(struct private_set *s, const char *const *paths, size_t n, int fd, const struct stat *st) {
    struct private_inode inode = {.dev = st->st_dev, .ino = st->st_ino};
    mode_t mode;
    pthread_mutex_lock(&s->lock);
    if (s->inotify >= 0)
        hear_events(s, paths, n);
    if (s->stale || private_now_us() >= s->due_at)
        look_at_all(s, paths, n);
    /* The birth costs a call and is asked for only if the number is one of ours. */
    bool has = may_have(s, &inode) && (!inode_of(fd, "", AT_EMPTY_PATH, &inode, &mode) || may_have(s, &inode));
    pthread_mutex_unlock(&s->lock);
    return has;
}

void private_set_look(struct private_set *s, const char *const *paths, size_t n) {
    pthread_mutex_lock(&s->lock);
    look_at_all(s, paths, n);
    pthread_mutex_unlock(&s->lock);
}

struct private_set *private_set_new(void) {
    struct private_set *s = pxed_xalloc(sizeof(*s));
    pthread_mutex_init(&s->lock, NULL);
    s->inotify = -1;
    s->stale = true;
    return s;
}

void private_set_free(struct private_set *s) {
    if (!s)
        return;
    forget_watches(s);
    if (s->inotify >= 0)
        close(s->inotify);
    free(s->now.items);
    free(s->fresh.items);
    free(s->left.items);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
