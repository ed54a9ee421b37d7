/* The file beside the store that tells a lost or older store from the right one. */
#define _GNU_SOURCE
#include "store_mark.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_store.h"
#include "ledger.h"
#include "ledger_load.h"
#include "site.h"
#include "suite.h"

static struct tree tree;
static struct fake_store store;
static struct daemon d;

static void setup(void) {
    tree_open(&tree);
    fake_store_open(&store);
}
static void teardown(void) {
    fake_store_close(&store);
    tree_close(&tree);
}

/* A start: what store_mark_start finds wrong. */
static bool starts_old(void) {
    memset(&d, 0, sizeof(d));
    d.state_dir = tree.path;
    machines_init(&d.machines);
    ck_assert_int_eq(ledger_load(&d.machines, &store.service), 0);
    store_mark_start(&d);
    ledger_on_mark(&d.machines, NULL, NULL); /* no loop here: written below */
    return d.guard.old;
}

static int make_armed(void *arg, struct machine *m, struct lifecycle_record *rec) {
    static const uint8_t token[16] = {1};
    (void)arg, (void)m;
    lifecycle_arm(rec, LIFECYCLE_ANY, PXED_SLICE("x"), 1, token, PXED_SLICE("y"), 1);
    return 1;
}

static void arm_one(void) {
    struct pxed_hwaddr mac = {1, 6, {2, 0, 0, 0, 0, 1}};
    struct machine *m = machines_get(&d.machines, &mac);
    machines_declare(&d.machines, m, true);
    ledger_commit(&d.machines, &m, 1, make_armed, NULL, NULL);
    fake_store_pump(&store);
    ck_assert_int_eq(store_mark_write(tree.path, &d.machines.mark), 0);
}

static enum lifecycle_state state(void) {
    struct pxed_hwaddr mac = {1, 6, {2, 0, 0, 0, 0, 1}};
    const struct machine *m = machines_find(&d.machines, &mac);
    return m ? machine_rec(m)->state : LIFECYCLE_NONE;
}

static void stop(void) {
    ledger_flush(&d.machines, NULL, NULL);
    fake_store_pump(&store);
    ledger_free(&d.machines);
    machines_free(&d.machines);
}

START_TEST(written_and_read_back) {
    struct ledger_mark mark = {.id = {1, 2, 0xff}, .counter = 4711};
    struct store_mark got;
    ck_assert(store_mark_read(tree.path, &got) == 0 && !got.there);
    ck_assert_int_eq(store_mark_write(tree.path, &mark), 0);
    mark.counter++;
    ck_assert_int_eq(store_mark_write(tree.path, &mark), 0);
    ck_assert(store_mark_read(tree.path, &got) == 0 && got.there && !got.copied);
    ck_assert_mem_eq(got.mark.id, mark.id, 16);
    ck_assert_uint_eq(got.mark.counter, 4712);
}
END_TEST

START_TEST(a_restart_is_trusted) {
    ck_assert(!starts_old()); /* the very first */
    arm_one();
    stop();
    ck_assert(!starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_ARMED);
    stop();
}
END_TEST

START_TEST(a_lost_store_is_not) {
    starts_old();
    arm_one();
    stop();
    fake_store_close(&store);
    fake_store_open(&store);
    ck_assert(starts_old());
    stop();
}
END_TEST

START_TEST(nor_an_older_one) {
    starts_old();
    arm_one();
    struct ledger_mark ahead = d.machines.mark;
    stop();
    ahead.counter += 1; /* one more thing was done, and its store is gone */
    ck_assert_int_eq(store_mark_write(tree.path, &ahead), 0);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    ck_assert_uint_ge(d.machines.mark.counter, ahead.counter);
    stop();
}
END_TEST

START_TEST(nor_another_ones) {
    starts_old();
    arm_one();
    stop();
    struct ledger_mark other = {.id = {0x77}, .counter = 1};
    store_mark_write(tree.path, &other);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    stop();
}
END_TEST

START_TEST(nor_a_folder_that_was_put_back) { /* all files of yesterday, made anew */
    const char *mark = pxed_arena_printf(&tree.arena, "%s/store.mark", tree.path);
    const char *copy = pxed_arena_printf(&tree.arena, "%s/copy", tree.path);
    char text[256];
    starts_old();
    arm_one();
    stop();
    int from = open(mark, O_RDONLY), to = open(copy, O_WRONLY | O_CREAT, 0600);
    ssize_t n = read(from, text, sizeof(text));
    ck_assert(n > 0 && write(to, text, (size_t)n) == n);
    close(from);
    close(to);
    ck_assert_int_eq(rename(copy, mark), 0);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    stop();
}
END_TEST

/* A number is given again: whatever has it now was made at another time. */
START_TEST(nor_a_file_made_anew_under_the_same_number) {
    const char *mark = pxed_arena_printf(&tree.arena, "%s/store.mark", tree.path);
    char text[256], *born;
    starts_old();
    arm_one();
    stop();
    int fd = open(mark, O_RDWR);
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    ck_assert(n > 0);
    text[n] = '\0';
    ck_assert((born = strstr(text, " born=")) != NULL);
    born[6] = born[6] == '9' ? '8' : '9'; /* as a file says that was made at another time */
    ck_assert(pwrite(fd, text, (size_t)n, 0) == n);
    close(fd);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    stop();
}
END_TEST

START_TEST(nor_one_that_was_put_over_the_present) { /* the same file with yesterday's bytes, beside yesterday's store */
    const char *mark = pxed_arena_printf(&tree.arena, "%s/store.mark", tree.path);
    char text[256];
    starts_old();
    arm_one();
    struct ledger_mark ahead = d.machines.mark;
    stop();
    int fd = open(mark, O_RDWR);
    ssize_t n = pread(fd, text, sizeof(text), 0);
    ahead.counter++;
    ck_assert_int_eq(store_mark_write(tree.path, &ahead), 0);
    ck_assert(n > 0 && pwrite(fd, text, (size_t)n, 0) == n);
    close(fd);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    arm_one(); /* the counter goes on above both, so the next start trusts what is written now */
    stop();
    ck_assert(!starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_ARMED);
    stop();
}
END_TEST

START_TEST(nor_one_that_lacks_hosts) {
    tree_write(&tree, "hosts.good", "# the last good table\n02:00:00:00:00:09, debian-12, name=\"a\"\n");
    ck_assert(starts_old());
    stop();
}
END_TEST

static const char *const broken[] = {"", "x", "pxed-mark 1 inode=1", "pxed-mark 2 inode=1 id=0 counter=1",
                                     "pxed-mark 1 inode=1 id=zz counter=1"};

START_TEST(a_broken_mark_is_no_proof) {
    starts_old();
    arm_one();
    stop();
    tree_write(&tree, "store.mark", broken[_i]);
    ck_assert(starts_old());
    ck_assert_int_eq(state(), LIFECYCLE_NONE);
    stop();
}
END_TEST

int main(void) {
    Suite *s = suite_create("store-mark");
    TCase *t = tcase_create("store-mark");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, written_and_read_back);
    tcase_add_test(t, a_restart_is_trusted);
    tcase_add_test(t, a_lost_store_is_not);
    tcase_add_test(t, nor_an_older_one);
    tcase_add_test(t, nor_another_ones);
    tcase_add_test(t, nor_a_folder_that_was_put_back);
    tcase_add_test(t, nor_a_file_made_anew_under_the_same_number);
    tcase_add_test(t, nor_one_that_was_put_over_the_present);
    tcase_add_test(t, nor_one_that_lacks_hosts);
    tcase_add_loop_test(t, a_broken_mark_is_no_proof, 0, COUNT(broken));
    suite_add_tcase(s, t);
    return suite_run(s);
}
