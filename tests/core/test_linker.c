/* The helper that makes hard links: it links another's file into a folder of the share for a process that may not, and
 * refuses all else. Needs root. */
#define _GNU_SOURCE
#include "linker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "tree.h"

enum { NOBODY = 65534, PATIENCE = 5000 /* ms */ };

/* share/host and what lies in it, share/closed, elsewhere, image, setuid */
static struct tree tree;

static const char *in_tree(const char *name) {
    return tree_path(&tree, name);
}

static void make_file(const char *name, mode_t mode) {
    int fd = open(in_tree(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "image", 5), 5);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void make_folder(const char *name, uid_t owner) {
    ck_assert_int_eq(mkdir(in_tree(name), 0755), 0);
    ck_assert_int_eq(chown(in_tree(name), owner, owner), 0);
}

/* What an unprivileged process gets: 0 or an errno, as its exit status. */
static int link_as_nobody(int socket, const char *source, const char *folder, const char *name) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        int dir = open(in_tree(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0 || setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
            setresuid(NOBODY, NOBODY, NOBODY) != 0)
            _exit(255);
        _exit(-linker_link(socket, in_tree(source), dir, name));
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* What an intruder in the daemon would send: a descriptor that cannot be read, opened with `flags`. The helper's
 * answer, as an errno. */
static int send_unreadable(int socket, const char *source, int flags) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        int dir = open(in_tree("share/closed"), O_RDONLY | O_DIRECTORY | O_CLOEXEC), answer[2] = {0};
        if (dir < 0 || setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
            setresuid(NOBODY, NOBODY, NOBODY) != 0)
            _exit(255);
        int fds[2] = {open(in_tree(source), flags | O_CLOEXEC), dir};
        /* a number, and the name; the answer: the number, and a negative errno */
        if (fds[0] < 0 || pxed_helper_send(socket, "\1\0\0\0stolen", 10, fds, 2, PXED_HELPER_WAIT) != 0 ||
            pxed_helper_receive(socket, answer, sizeof(answer), NULL, 0, PXED_HELPER_WAIT) != sizeof(answer))
            _exit(254);
        _exit(-answer[1]);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A link in a place that the daemon's account may change is a step towards the file: root might give it away later. */
START_TEST(unreadable) {
    struct pxed_helper h;
    struct keeper keeper;
    struct stat st;
    keeper_init(&keeper);
    tree_open(&tree);
    ck_assert_int_eq(chmod(tree.path, 0755), 0);
    make_folder("share", 0);
    make_folder("share/closed", 0);
    make_file("secret", 0600);
    make_file("log", 0622);
    make_file("image", 0644);
    linker_start(&keeper, in_tree("share"), &h);
    ck_assert_int_ge(h.socket, 0);
    ck_assert_int_eq(send_unreadable(h.socket, "secret", O_PATH), EBADF);
    ck_assert_int_eq(send_unreadable(h.socket, "image", O_PATH), EBADF);
    ck_assert_int_eq(send_unreadable(h.socket, "log", O_WRONLY), EBADF);
    ck_assert_int_lt(stat(in_tree("share/closed/stolen"), &st), 0);
    ck_assert_int_eq(send_unreadable(h.socket, "image", O_RDONLY), 0); /* it lives on, and takes what can be read */
    pxed_helper_stop(&h, PATIENCE);
    keeper_free(&keeper);
    tree_close(&tree);
}
END_TEST

START_TEST(links) {
    struct stat image, made;
    struct pxed_helper h;
    struct keeper keeper;
    keeper_init(&keeper);
    tree_open(&tree);
    ck_assert_int_eq(chmod(tree.path, 0755), 0);
    make_folder("share", 0);
    make_folder("share/host", NOBODY);
    make_folder("share/closed", 0);
    make_folder("share/host/below", NOBODY);
    make_folder("elsewhere", NOBODY);
    make_file("image", 0644);
    make_file("setuid", 04755);
    linker_start(&keeper, in_tree("share"), &h);
    ck_assert_int_ge(h.socket, 0);

    /* Into a folder where the caller may not write, too: the helper sees that it lies in the share. */
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "share/closed", "a.wim"), 0);
    ck_assert_int_eq(stat(in_tree("image"), &image), 0);
    ck_assert_int_eq(stat(in_tree("share/closed/a.wim"), &made), 0);
    ck_assert(image.st_ino == made.st_ino && image.st_nlink == 2);
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "share/closed", "a.wim"), EEXIST);

    static const char *const bad[] = {"", ".", "..", "x/y", "../x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(link_as_nobody(h.socket, "image", "share/closed", bad[i]) != 0, "'%s'", bad[i]);
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "share", "x"), EPERM);
    ck_assert_int_eq(chown(in_tree("elsewhere"), 0, 0), 0);
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "elsewhere", "x"), EPERM);
    ck_assert_int_eq(chown(in_tree("share/host/below"), 0, 0), 0);
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "share/host/below", "x"), EPERM);
    ck_assert_int_eq(link_as_nobody(h.socket, "setuid", "share/closed", "x"), EPERM);
    ck_assert_int_eq(link_as_nobody(h.socket, "elsewhere", "share/closed", "x"), EPERM);
    ck_assert_int_ne(link_as_nobody(-1, "image", "share/closed", "y"), 0); /* nor can it be done without the helper */
    ck_assert_int_eq(pxed_helper_send(h.socket, "\7\0\0", 3, NULL, 0, PXED_HELPER_WAIT),
                     0); /* no order; an answer too many */
    /* It lives on after all of that. */
    ck_assert_int_eq(link_as_nobody(h.socket, "image", "share/closed", "b.wim"), 0);
    pxed_helper_stop(&h, PATIENCE);
    keeper_free(&keeper);
    tree_close(&tree);
}
END_TEST

int main(void) {
    if (geteuid() != 0) {
        puts("skipped: root is needed to become somebody else");
        return 77;
    }
    Suite *suite = suite_create("linker");
    TCase *tc = tcase_create("links");
    tcase_add_test(tc, links);
    tcase_add_test(tc, unreadable);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
