/* A link with `..` in it opens however much is renamed on the machine meanwhile. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "suite.h"

static char folder[] = "/tmp/pxed-beneath.XXXXXX";
static atomic_bool over;

static void *rename_again_and_again(void *arg) {
    char a[64], b[64];
    (void)arg;
    snprintf(a, sizeof(a), "%s/a", folder);
    snprintf(b, sizeof(b), "%s/b", folder);
    while (!over && rename(a, b) == 0)
        if (rename(b, a) != 0)
            break;
    return NULL;
}

START_TEST(a_link_opens_while_others_rename) {
    pthread_t thread;
    char command[256];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command),
             "cd %s && mkdir -p a in/x in/y && echo x >in/x/file && ln -s ../x/file in/y/file", folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command), "%s/in", folder);
    int dir = open(command, O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(pthread_create(&thread, NULL, rename_again_and_again, NULL), 0);
    for (int i = 0; i < 20000; i++) {
        int fd = open_beneath(dir, "y/file");
        ck_assert_msg(fd >= 0, "open %d: %m", i);
        close(fd);
    }
    over = true;
    pthread_join(thread, NULL);
    close(dir);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("beneath");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_link_opens_while_others_rename);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
