/* The whole plugin on a loop of its own: order, group commit, refusals, a full disk, the end. */
#include "store.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_core.h"
#include "suite.h"
#include "support.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

static struct fake_core fake;
static const struct store_config config = {.file = "pxed.db"};
static const struct pxed_store *store;

static struct store *state(void) {
    return fake.ctx.self;
}

static void begin(void) {
    fake_core_open(&fake, pxed_plugin_query(PXED_ABI_MAJOR), &config);
    fake.state_dir = in_folder(".");
    fake.wall = 1795897894000; /* 2026-11-28T20:31:34Z */
    ck_assert_int_eq(fake.plugin->init(&fake.ctx), 0);
    store = fake_core_service(&fake, "store/1");
}

static void start(void) {
    ck_assert_msg(fake.plugin->start(&fake.ctx) == 0, "%s", fake.log);
}

static void setup(void) {
    enter_folder();
    begin();
}

static void teardown(void) {
    fake_core_close(&fake);
    leave_folder();
}

/* --- answers --- */

static int results[8];
static unsigned answers, good, conflicts, failures;

static void on_done(void *arg, int result) {
    if (arg)
        *(int *)arg = result;
    answers++;
    good += result == PXED_STORE_OK;
    conflicts += result == PXED_STORE_CONFLICT;
    failures += result < 0;
}

static int commit_one(struct pxed_put p, int *slot) {
    return store->commit(store->self, &p, 1, on_done, slot);
}

static void wait_for(unsigned n) {
    while (answers < n)
        uv_run(&fake.loop, UV_RUN_ONCE);
}

static const char *content(const char *table) {
    static struct seen seen;
    seen = (struct seen){0};
    ck_assert_int_eq(store->load(store->self, table, see, &seen), 0);
    return seen.text;
}

static void restart(void) {
    fake_core_close(&fake);
    begin();
    start();
}

START_TEST(descriptor) {
    ck_assert_str_eq(fake.plugin->name, "store-sqlite");
    ck_assert_uint_eq(fake.plugin->magic, PXED_PLUGIN_MAGIC);
    ck_assert_str_eq(fake.plugin->provides[0], "store/1");
    struct pxed_diags diags = {0};
    const struct pxed_protocol_ops *ops = fake.plugin->ops;
    ops->check(&config, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.n, 0);
    ops->check(&(struct store_config){.file = "folder/"}, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.errors, 1);
    pxed_diags_clear(&diags);
}
END_TEST

START_TEST(acknowledged_records_survive_a_restart) {
    start();
    ck_assert_int_eq(commit_one(put("lease", "a", "1", 0), &results[0]), 0);
    ck_assert_uint_eq(answers, 0); /* never from inside the call */
    wait_for(1);
    ck_assert_int_eq(results[0], PXED_STORE_OK);
    ck_assert_int_eq(store->commit(store->self, (struct pxed_put[]){put("lease", "b", "2", 0)}, 1, NULL, NULL), 0);
    ck_assert_str_eq(content("lease"), "a=1@1 b=2@1 "); /* a load sees the commits before it */
    restart();
    ck_assert_str_eq(content("lease"), "a=1@1 b=2@1 ");
    ck_assert_uint_eq(fake.errors, 0);
}
END_TEST

START_TEST(commits_of_one_turn_share_a_transaction) {
    start();
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%03d", i);
        ck_assert_int_eq(commit_one(put("lease", i == 50 ? "049" : key, "v", 0), NULL), 0);
    }
    wait_for(100);
    ck_assert_uint_eq(good, 99);
    ck_assert_uint_eq(conflicts, 1);
    ck_assert_uint_eq(state()->transactions, 1);
    ck_assert_uint_eq(state()->bytes, 0);
}
END_TEST

START_TEST(commits_before_start_wait) {
    ck_assert_int_eq(commit_one(put("machine", "m", "1", 0), NULL), 0);
    uv_run(&fake.loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(answers, 0);
    ck_assert_int_eq(store->load(store->self, "machine", see, &(struct seen){0}), -ENOTCONN);
    start();
    ck_assert_str_eq(content("machine"), "m=1@1 ");
    wait_for(1);
    ck_assert_uint_eq(good, 1);
}
END_TEST

static void commit_more(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    (void)arg, (void)value;
    struct pxed_put p = {"lease", key, PXED_SLICE("seen"), version};
    ck_assert_int_eq(store->commit(store->self, &p, 1, on_done, NULL), 0);
}

START_TEST(a_row_may_commit) {
    start();
    commit_one(put("lease", "a", "1", 0), NULL);
    commit_one(put("lease", "b", "1", 0), NULL);
    ck_assert_int_eq(store->load(store->self, "lease", commit_more, NULL), 0);
    wait_for(4);
    ck_assert_str_eq(content("lease"), "a=seen@2 b=seen@2 ");
}
END_TEST

static void on_first(void *arg, int result) {
    ck_assert_int_eq(result, PXED_STORE_OK);
    commit_one(put("lease", "second", "2", 0), arg);
    answers++;
}

START_TEST(done_may_commit) {
    start();
    struct pxed_put p = put("lease", "first", "1", 0);
    ck_assert_int_eq(store->commit(store->self, &p, 1, on_first, &results[1]), 0);
    wait_for(2);
    ck_assert_str_eq(content("lease"), "first=1@1 second=2@1 ");
}
END_TEST

START_TEST(the_queue_is_bounded) {
    static char big[1 << 20];
    unsigned taken = 0;
    start();
    for (int rc = 0; rc == 0; taken += rc == 0) {
        struct pxed_put p = {"lease", pxed_slice((const char *)&taken, sizeof(taken)), pxed_slice(big, sizeof(big)), 0};
        rc = store->commit(store->self, &p, 1, on_done, NULL);
        ck_assert(rc == 0 || rc == -ENOBUFS);
    }
    ck_assert_uint_ge(taken, 60);
    ck_assert_uint_le(taken, 64);
    wait_for(taken);
    ck_assert_uint_eq(good, taken);
    ck_assert_int_eq(commit_one(put("lease", "after", "1", 0), NULL), 0);
    wait_for(taken + 1);
}
END_TEST

static void file_limit(rlim_t bytes) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_is_told_and_survived) {
    static char big[200 * 1024];
    signal(SIGXFSZ, SIG_IGN);
    start();
    commit_one(put("lease", "before", "1", 0), NULL);
    wait_for(1);
    file_limit(64 * 1024);
    for (int i = 0; i < 3; i++) {
        struct pxed_put puts[] = {put("fresh", "lost", "x", 0),
                                  {"lease", PXED_SLICE("big"), pxed_slice(big, sizeof(big)), 0}};
        ck_assert_int_eq(store->commit(store->self, puts, 2, on_done, &results[i]), 0);
        commit_one(put("lease", "lost", "1", 0), NULL); /* shares the transaction, so the error */
        wait_for(1 + 2 * ((unsigned)i + 1));
        ck_assert_int_lt(results[i], 0);
    }
    ck_assert_uint_eq(failures, 6);
    ck_assert_uint_eq(fake.errors, 1); /* one line, not one per commit */
    file_limit(RLIM_INFINITY);
    commit_one(put("fresh", "after", "1", 0), &results[7]);
    wait_for(8);
    ck_assert_int_eq(results[7], PXED_STORE_OK);
    ck_assert_ptr_nonnull(strstr(fake.log, "store-recovered"));
    restart();
    ck_assert_str_eq(content("lease"), "before=1@1 ");
    ck_assert_str_eq(content("fresh"), "after=1@1 ");
}
END_TEST

START_TEST(stop_waits_for_the_queue) {
    start();
    commit_one(put("lease", "a", "1", 0), NULL);
    fake_core_stop(&fake);
    ck_assert_uint_eq(fake.stopped, 0);
    commit_one(put("lease", "b", "1", 0), NULL); /* of a plugin that still drains */
    while (fake.stopped == 0)
        uv_run(&fake.loop, UV_RUN_ONCE);
    ck_assert_uint_eq(good, 2);
    fake_core_stop(&fake);
    ck_assert_uint_eq(fake.stopped, 2);
}
END_TEST

START_TEST(fini_writes_what_is_queued) {
    start();
    for (int i = 0; i < 50; i++)
        commit_one(put("lease", (char[]){'a', (char)('0' + i), 0}, "1", 0), NULL);
    restart();
    ck_assert_uint_eq(answers, 0);
    struct seen seen = {0};
    store->load(store->self, "lease", see, &seen);
    ck_assert_uint_eq(seen.n, 50);
}
END_TEST

START_TEST(start_fails_in_one_sentence) {
    ck_assert_int_eq(mkdir(in_folder("pxed.db"), 0700), 0);
    ck_assert_int_lt(fake.plugin->start(&fake.ctx), 0);
    ck_assert_uint_eq(fake.errors, 1);
    commit_one(put("lease", "a", "1", 0), NULL); /* dropped by fini */
    rmdir(in_folder("pxed.db"));
}
END_TEST

/* It starts all the same, and says in one line what happened and where the file lies. */
START_TEST(a_damaged_file_is_moved_aside) {
    FILE *f = fopen(in_folder("pxed.db"), "w");
    fputs("SQLite format 2, or something like it: certainly no database of ours, and longer than a header is. ......",
          f);
    fclose(f);
    start();
    ck_assert_uint_eq(fake.errors, 1);
    ck_assert(exists_in_folder("pxed.db.damaged-20261128T203134Z"));
    ck_assert_ptr_nonnull(strstr(fake.log, "store-damaged: the store was damaged ("));
    ck_assert_ptr_nonnull(strstr(fake.log, "/pxed.db.damaged-20261128T203134Z, "));
    ck_assert_ptr_nonnull(strstr(fake.log, "with 0 rows of lease, 0 of journal, 0 of machine"));
    commit_one(put("lease", "a", "1", 0), &results[0]);
    wait_for(1);
    ck_assert_int_eq(results[0], PXED_STORE_OK);
    restart();
    ck_assert_str_eq(content("lease"), "a=1@1 ");
    ck_assert_uint_eq(fake.errors, 0);
}
END_TEST

START_TEST(a_hundred_thousand) {
    unsigned n = 0;
    start();
    while (n < 100000) {
        for (int i = 0; i < 64; i++, n++) {
            struct pxed_put p = {"lease", pxed_slice((const char *)&n, sizeof(n)),
                                 PXED_SLICE("10.77.0.50 08:00:27:4d:4d:aa 1893456000 bound: as long as a lease"), 0};
            ck_assert_int_eq(store->commit(store->self, &p, 1, on_done, NULL), 0);
        }
        uv_run(&fake.loop, UV_RUN_NOWAIT);
    }
    wait_for(n);
    ck_assert_uint_eq(good, n);
    struct stat st;
    ck_assert_int_eq(stat(in_folder("pxed.db-wal"), &st), 0);
    ck_assert_int_le(st.st_size, 64 << 20);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("store-plugin");
    TCase *tests = tcase_create("plugin");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, descriptor);
    tcase_add_test(tests, acknowledged_records_survive_a_restart);
    tcase_add_test(tests, commits_of_one_turn_share_a_transaction);
    tcase_add_test(tests, commits_before_start_wait);
    tcase_add_test(tests, a_row_may_commit);
    tcase_add_test(tests, done_may_commit);
    tcase_add_test(tests, the_queue_is_bounded);
    tcase_add_test(tests, a_full_disk_is_told_and_survived);
    tcase_add_test(tests, stop_waits_for_the_queue);
    tcase_add_test(tests, fini_writes_what_is_queued);
    tcase_add_test(tests, start_fails_in_one_sentence);
    tcase_add_test(tests, a_damaged_file_is_moved_aside);
    tcase_add_test(tests, a_hundred_thousand);
    suite_add_tcase(suite, tests);
    return suite_run_apart(suite);
}
