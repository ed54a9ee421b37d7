/* Copies of a store in use, and stores without a daemon. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_core.h"
#include "suite.h"
#include "support.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

static struct fake_core fake;
static const struct store_config config = {.file = "pxed.db"};
static const struct pxed_store *store;
static const struct pxed_store_files *files;

static void begin(void) {
    fake_core_open(&fake, pxed_plugin_query(PXED_ABI_MAJOR), &config);
    fake.state_dir = in_folder(".");
    fake.wall = 1795897894000; /* 2026-11-28T20:31:34Z */
    ck_assert_msg(fake_core_start(&fake) == 0, "%s", fake.log);
    store = fake_core_service(&fake, "store/1");
    files = ((const struct pxed_protocol_ops *)fake.plugin->ops)->store;
}

static unsigned answers, stopped;
static int copied; /* the result of a copy; 1: none yet */

static void setup(void) {
    answers = stopped = 0;
    copied = 1;
    enter_folder();
    begin();
}

static void teardown(void) {
    leave_folder();
}

static void on_commit(void *arg, int result) {
    (void)arg;
    ck_assert_int_eq(result, PXED_STORE_OK);
    answers++;
}

static void commit(struct pxed_put p) {
    ck_assert_int_eq(store->commit(store->self, &p, 1, on_commit, NULL), 0);
}

static void wait_for(unsigned n) {
    while (answers < n)
        uv_run(&fake.loop, UV_RUN_ONCE);
}

/* Rows of 4 KiB: enough of them make a copy of many pieces. */
static void fill(unsigned from, unsigned to) {
    static char big[4096];
    for (unsigned i = from; i < to; i++) {
        struct pxed_put p = {"lease", pxed_slice((const char *)&i, sizeof(i)), pxed_slice(big, sizeof(big)), 0};
        commit(p);
    }
}

static char copy[PATH_MAX];

static void on_copy(void *arg, int result, const char *file) {
    ck_assert_ptr_eq(arg, &copied);
    ck_assert_int_eq(copied, 1);
    copied = result;
    snprintf(copy, sizeof(copy), "%s", file ? file : "");
}

static void order_copy(void) {
    ck_assert_int_eq(store->backup(store->self, on_copy, &copied), 0);
}

static void wait_for_copy(void) {
    while (copied == 1)
        uv_run(&fake.loop, UV_RUN_ONCE);
}

static char error[512];

static const char *said(struct pxed_buf *b) {
    return pxed_buf_cstr(b);
}

static int load(const char *file, const char *table, struct seen *seen) {
    struct pxed_buf out = PXED_BUF(error);
    *seen = (struct seen){0};
    int rc = files->load(file, table, see, seen, &out);
    said(&out);
    return rc;
}

static size_t count_files(const char *start) {
    DIR *dir = opendir(in_folder("."));
    size_t n = 0;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir));)
        n += strncmp(e->d_name, start, strlen(start)) == 0;
    closedir(dir);
    return n;
}

/* --- while it is used --- */

START_TEST(a_copy_is_whole_and_private) {
    struct seen seen;
    struct stat st;
    commit(put("machine", "a", "1", 0));
    wait_for(1);
    order_copy();
    ck_assert_int_eq(store->backup(store->self, on_copy, &copied), -EBUSY);
    wait_for_copy();
    ck_assert_msg(copied == 0, "%s", fake.log);
    ck_assert(stat(copy, &st) == 0 && (st.st_mode & 0777) == 0600);
    ck_assert_int_eq(load(copy, "machine", &seen), 0);
    ck_assert_str_eq(seen.text, "a=1@1 ");
    commit(put("machine", "a", "2", 1)); /* the store goes on */
    wait_for(2);
    fake_core_close(&fake);
}
END_TEST

/* What was committed before the order is in the copy; of what comes meanwhile, whole commits. */
START_TEST(commits_go_on_meanwhile) {
    struct seen seen;
    unsigned during = 0;
    fill(0, 4000);
    commit(put("machine", "before", "1", 0));
    wait_for(4001);
    order_copy();
    while (copied == 1) {
        char key[16];
        snprintf(key, sizeof(key), "m%u", during++);
        struct pxed_put both[] = {put("machine", key, "1", 0), put("journal", key, "1", 0)};
        ck_assert_int_eq(store->commit(store->self, both, 2, on_commit, NULL), 0);
        wait_for(4001 + during);
    }
    ck_assert_int_eq(copied, 0);
    ck_assert_uint_gt(during, 3); /* none waited for the whole copy */
    fake_core_close(&fake);
    ck_assert_int_eq(load(copy, "lease", &seen), 0);
    ck_assert_uint_eq(seen.n, 4000);
    ck_assert_int_eq(load(copy, "journal", &seen), 0);
    size_t journal = seen.n;
    ck_assert_int_eq(load(copy, "machine", &seen), 0);
    ck_assert_uint_eq(seen.n, journal + 1);
    ck_assert_ptr_nonnull(strstr(seen.text, "before=1@1 "));
}
END_TEST

static void on_stop(struct pxed_ctx *ctx) {
    (void)ctx;
    stopped++;
}

START_TEST(the_end_does_not_wait_for_a_copy) {
    fill(0, 4000);
    wait_for(4000);
    order_copy();
    fake.plugin->stop(&fake.ctx, on_stop);
    while (!stopped)
        uv_run(&fake.loop, UV_RUN_ONCE);
    ck_assert_int_ne(copied, 1); /* told, whatever it says */
    ck_assert_int_eq(store->backup(store->self, on_copy, &copied), -ENOTCONN);
    fake_core_close(&fake);
    ck_assert_uint_eq(count_files("pxed.db.backup-"), copied == 0);
}
END_TEST

START_TEST(copies_that_nobody_took_go_with_the_next_start) {
    order_copy();
    wait_for_copy();
    ck_assert_uint_eq(count_files("pxed.db.backup-"), 1);
    fake_core_close(&fake);
    begin();
    ck_assert_uint_eq(count_files("pxed.db.backup-"), 0);
    fake_core_close(&fake);
}
END_TEST

/* --- without a daemon --- */

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

static int copy_to(const char *to) {
    struct pxed_buf out = PXED_BUF(error);
    char from[PATH_MAX];
    snprintf(from, sizeof(from), "%s", in_folder("pxed.db"));
    int rc = files->copy(from, in_folder(to), &out);
    said(&out);
    return rc;
}

static char aside[PATH_MAX];

static int replace(const char *fresh, const char *path) {
    struct pxed_buf out = PXED_BUF(error), moved = PXED_BUF(aside);
    struct pxed_put mark = put("meta", "restored", "yes", PXED_STORE_ANY);
    int rc = files->replace(in_folder(fresh), in_folder(path), &mark, 1, &moved, &out);
    said(&out);
    said(&moved);
    return rc;
}

START_TEST(a_store_in_use_is_neither_copied_nor_replaced) {
    ck_assert_int_eq(copy_to("copy"), -EBUSY);
    ck_assert_ptr_nonnull(strstr(error, "in use by another process"));
    ck_assert(!exists_in_folder("copy"));
    order_copy();
    wait_for_copy();
    ck_assert_int_eq(rename(copy, in_folder("copy")), 0);
    ck_assert_int_eq(replace("copy", "pxed.db"), -EBUSY);
    commit(put("machine", "a", "1", 0));
    wait_for(1);
    fake_core_close(&fake);
}
END_TEST

START_TEST(there_and_back) {
    struct seen seen;
    char old[PATH_MAX], now[PATH_MAX];
    commit(put("machine", "a", "old", 0));
    wait_for(1);
    fake_core_close(&fake);
    ck_assert_msg(copy_to("copy") == 0, "%s", error);
    begin();
    commit(put("machine", "a", "new", 1));
    wait_for(2);
    fake_core_close(&fake);
    ck_assert_msg(replace("copy", "pxed.db") == 0, "%s", error);
    snprintf(old, sizeof(old), "%s", aside);
    snprintf(now, sizeof(now), "%s", in_folder("pxed.db"));
    ck_assert_int_eq(load(old, "machine", &seen), 0);
    ck_assert_str_eq(seen.text, "a=new@2 ");
    ck_assert_int_eq(load(now, "machine", &seen), 0);
    ck_assert_str_eq(seen.text, "a=old@1 ");
    ck_assert_int_eq(load(now, "meta", &seen), 0);
    ck_assert_str_eq(seen.text, "restored=yes@1 ");
    ck_assert(!exists_in_folder("copy"));
}
END_TEST

START_TEST(where_there_was_nothing) {
    fake_core_close(&fake);
    ck_assert_int_eq(copy_to("copy"), 0);
    ck_assert_int_eq(unlink(in_folder("pxed.db")), 0);
    ck_assert_int_eq(replace("copy", "pxed.db"), 0);
    ck_assert_str_eq(aside, "");
    ck_assert(exists_in_folder("pxed.db"));
}
END_TEST

/* A damaged store, and one that is none, go aside as they are. */
START_TEST(whatever_was_there_is_kept) {
    fake_core_close(&fake);
    ck_assert_int_eq(copy_to("copy"), 0);
    write_file(in_folder("pxed.db"), "this was a store, before the disk went bad, and it may tell somebody something");
    ck_assert_msg(replace("copy", "pxed.db") == 0, "%s", error);
    char text[4] = "";
    int fd = open(aside, O_RDONLY);
    ck_assert(fd >= 0 && read(fd, text, 4) == 4 && memcmp(text, "this", 4) == 0);
    close(fd);
}
END_TEST

START_TEST(what_is_no_copy_changes_nothing) {
    struct seen seen;
    static const char *const wrong[] = {"", "hello", "SQLite format 3", NULL};
    char now[PATH_MAX];
    commit(put("machine", "a", "1", 0));
    wait_for(1);
    fake_core_close(&fake);
    for (size_t i = 0; wrong[i]; i++) {
        write_file(in_folder("copy"), wrong[i]);
        ck_assert_int_eq(replace("copy", "pxed.db"), -EINVAL);
        ck_assert_str_eq(error, "it is no copy of a store");
    }
    ck_assert_int_eq(copy_to("copy"), 0);
    ck_assert_int_eq(truncate(in_folder("copy"), 6000), 0); /* cut on its way */
    ck_assert_int_lt(replace("copy", "pxed.db"), 0);
    ck_assert_ptr_nonnull(strstr(error, "damaged"));
    ck_assert_uint_eq(count_files("pxed.db.replaced-"), 0);
    snprintf(now, sizeof(now), "%s", in_folder("pxed.db"));
    ck_assert_int_eq(load(now, "machine", &seen), 0);
    ck_assert_str_eq(seen.text, "a=1@1 ");
}
END_TEST

int main(void) {
    Suite *s = suite_create("backup");
    TCase *t = tcase_create("backup");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_copy_is_whole_and_private);
    tcase_add_test(t, commits_go_on_meanwhile);
    tcase_add_test(t, the_end_does_not_wait_for_a_copy);
    tcase_add_test(t, copies_that_nobody_took_go_with_the_next_start);
    tcase_add_test(t, a_store_in_use_is_neither_copied_nor_replaced);
    tcase_add_test(t, there_and_back);
    tcase_add_test(t, where_there_was_nothing);
    tcase_add_test(t, whatever_was_there_is_kept);
    tcase_add_test(t, what_is_no_copy_changes_nothing);
    suite_add_tcase(s, t);
    return suite_run(s);
}
