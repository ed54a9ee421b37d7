/* The state folder is given to the account by descriptor: whoever can rename there gets no other file. Needs root. */
#define _GNU_SOURCE
#include "privileges.h"

#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "tree.h"

enum { ROUNDS = 3000 };

static struct tree tree;
static atomic_bool ends;

static uid_t owner_of(const char *name) {
    struct stat st;
    return lstat(tree_path(&tree, name), &st) == 0 ? st.st_uid : (uid_t)-1;
}

/* What a process of the account does that an earlier run left behind. */
static void *exchange(void *arg) {
    const char *const *names = arg;
    while (!atomic_load(&ends))
        renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE);
    return NULL;
}

START_TEST(gives_its_own_files_only) {
    const struct passwd *nobody = getpwnam("nobody");
    struct settings settings = {.user = "nobody"};
    pthread_t thread;
    ck_assert_ptr_nonnull(nobody);
    tree_open(&tree);
    tree_write(&tree, "precious", "root's alone");
    tree_write(&tree, "state/pxed.db", "of an earlier run as root");
    tree_write(&tree, "state/a", "ordinary");
    ck_assert_int_eq(link(tree_path(&tree, "precious"), tree_path(&tree, "state/b")), 0);
    ck_assert_int_eq(symlink(tree_path(&tree, "precious"), tree_path(&tree, "state/link")), 0);
    settings.state = pxed_arena_dup(&tree.arena, pxed_slice_of(tree_path(&tree, "state"))).ptr;
    const char *names[] = {pxed_arena_printf(&tree.arena, "%s/a", settings.state),
                           pxed_arena_printf(&tree.arena, "%s/b", settings.state)};
    ck_assert_int_eq(pthread_create(&thread, NULL, exchange, names), 0);
    for (int i = 0; i < ROUNDS && owner_of("precious") == 0; i++)
        ck_assert_int_eq(privileges_prepare_state(&settings), 0);
    atomic_store(&ends, true);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(owner_of("precious"), 0);
    ck_assert_uint_eq(owner_of("state/link"), 0);
    ck_assert_uint_eq(owner_of("state/pxed.db"), nobody->pw_uid);
    ck_assert_uint_eq(owner_of("state"), nobody->pw_uid);
    tree_close(&tree);
}
END_TEST

int main(void) {
    if (geteuid() != 0) {
        puts("skipped: root is needed to give files away");
        return 77;
    }
    Suite *suite = suite_create("privileges");
    TCase *tc = tcase_create("state");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, gives_its_own_files_only);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
