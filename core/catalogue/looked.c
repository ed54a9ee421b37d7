/* A small table; of two names that fall on one place the later one stays. */
#include "looked.h"

#include <errno.h>
#include <unistd.h>

#include "beneath.h"

enum { PLACES = 256, NAME_KEPT = 160, OF_IMAGE = -1 };

struct found {
    uint64_t turn;   /* 0: empty */
    uint64_t serial; /* of the generation */
    int folder_fd;   /* or OF_IMAGE */
    unsigned len;
    char name[NAME_KEPT];
    bool there;
};

static _Thread_local uint64_t turn; /* 0: nobody tells it */
static struct found table[PLACES];  /* of the thread that tells the turns */

void looked_turn(void) {
    turn++;
}

static struct found *place_of(const struct catalogue *c, int folder_fd, struct pxed_slice name) {
    return &table[pxed_hash(name.ptr, name.len, c->serial + (uint64_t)folder_fd) % PLACES];
}

/* NULL: it was not looked for in this turn. */
static const struct found *find_found(const struct catalogue *c, int folder_fd, struct pxed_slice name) {
    if (turn == 0)
        return NULL;
    const struct found *f = place_of(c, folder_fd, name);
    bool same = f->turn == turn && f->serial == c->serial && f->folder_fd == folder_fd &&
                pxed_slice_eq(name, pxed_slice(f->name, f->len));
    return same ? f : NULL;
}

static bool keep_found(const struct catalogue *c, int folder_fd, struct pxed_slice name, bool there) {
    if (turn == 0 || name.len > NAME_KEPT)
        return there;
    struct found *f = place_of(c, folder_fd, name);
    *f = (struct found){
        .turn = turn, .serial = c->serial, .folder_fd = folder_fd, .len = (unsigned)name.len, .there = there};
    memcpy(f->name, name.ptr, name.len);
    return there;
}

bool looked_image(const struct catalogue *c, struct pxed_slice os, const char *file, profile_exists_fn *look,
                  void *ctx) {
    char text[NAME_KEPT];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_add(&b, os);
    pxed_buf_byte(&b, ' ');
    pxed_buf_str(&b, file);
    if (pxed_buf_full(&b))
        return look(ctx, file);
    struct pxed_slice name = pxed_buf_slice(&b);
    const struct found *f = find_found(c, OF_IMAGE, name);
    return f ? f->there : keep_found(c, OF_IMAGE, name, look(ctx, file));
}

static bool is_there(int folder_fd, const char *path) {
    int fd = open_beneath(folder_fd, path);
    if (fd < 0)
        return errno != ENOENT;
    close(fd);
    return true;
}

bool looked_absent(const struct catalogue *c, int folder_fd, const char *path) {
    struct pxed_slice name = pxed_slice_of(path);
    const struct found *f = find_found(c, folder_fd, name);
    return !(f ? f->there : keep_found(c, folder_fd, name, is_there(folder_fd, path)));
}
