/* Files that broke: what is moved aside, what is taken over, and that nothing else is touched. */
#include "damaged.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db.h"
#include "suite.h"
#include "support.h"

enum { LEASES = 3000, MACHINES = 500, JOURNAL = 2000, PAGE = 4096 };
static const time_t now = 1795897894; /* 2026-11-28T20:31:34Z */
#define DATED "pxed.db.damaged-20261128T203134Z"

static struct store_db db;
static struct store_err error;
static struct store_salvage salvage;

static void value_of(const char *table, int i, char out[64]) {
    snprintf(out, 64, "%s %d 0123456789 0123456789 0123456789", table, i);
}

static void fill_table(const char *table, int first, int n) {
    struct store_job *all = NULL, **at = &all;
    for (int i = first; i < first + n; i++) {
        char key[16], value[64];
        snprintf(key, sizeof(key), "%06d", i);
        value_of(table, i, value);
        struct pxed_put p = put(table, key, value, 0);
        ck_assert_int_eq(store_job_new(&p, 1, 1 << 20, at), 0);
        at = &(*at)->next;
    }
    ck_assert_msg(store_db_apply(&db, all, &error) == 0, "%s", error.text);
    while (all) {
        struct store_job *next = all->next;
        free(all);
        all = next;
    }
}

static void open_store(void) {
    int rc = store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error);
    ck_assert_msg(rc == 0, "%s", error.text);
}

static void make_store(void) {
    open_store();
    fill_table("lease", 0, LEASES);
    fill_table("machine", 0, MACHINES);
    fill_table("journal", 0, JOURNAL);
    fill_table("meta", 0, 1);
    store_db_close(&db);
}

static void setup(void) {
    enter_folder();
    error = (struct store_err){0};
    make_store();
}

static void teardown(void) {
    store_db_close(&db);
    leave_folder();
}

static long size_of(const char *file) {
    struct stat st;
    ck_assert_int_eq(stat(in_folder(file), &st), 0);
    return (long)st.st_size;
}

static void overwrite(const char *file, long offset, size_t n) {
    char junk[PAGE];
    memset(junk, 0xf1, sizeof(junk));
    int fd = open(in_folder(file), O_WRONLY);
    ck_assert_int_eq(pwrite(fd, junk, n, offset), (ssize_t)n);
    close(fd);
}

/* The page that holds this text. */
static long page_with(const char *text) {
    FILE *f = fopen(in_folder("pxed.db"), "rb");
    char page[PAGE];
    for (long at = 0; fread(page, 1, PAGE, f) == PAGE; at += PAGE)
        if (memmem(page, PAGE, text, strlen(text))) {
            fclose(f);
            return at;
        }
    ck_abort_msg("no page holds '%s'", text);
}

static void replace(void) {
    int rc = store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error);
    ck_assert_msg(rc == STORE_DAMAGED, "%d %s", rc, error.text);
    rc = store_damaged_replace(in_folder("pxed.db"), &store_schema_now, now, &salvage, &error);
    ck_assert_msg(rc == 0, "%s", error.text);
    ck_assert_str_eq(salvage.moved, in_folder(DATED));
    ck_assert(!exists_in_folder("pxed.db.fresh"));
    open_store();
}

struct compare {
    const char *table;
    size_t n;
};

/* What came over is what was there. */
static void on_row(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct compare *c = arg;
    char expected[64];
    uint64_t i;
    ck_assert(pxed_slice_u64(key, 1000000, &i));
    value_of(c->table, (int)i, expected);
    ck_assert(pxed_slice_is(value, expected));
    ck_assert_uint_eq(version, 1);
    c->n++;
}

static size_t rows_of(const char *table) {
    struct compare c = {table, 0};
    ck_assert_int_eq(store_db_load(&db, table, on_row, &c, &error), 0);
    return c.n;
}

static void counts_agree(void) {
    for (int i = 0; i < STORE_SALVAGED_TABLES; i++)
        ck_assert_uint_eq(rows_of(store_salvaged_tables[i]), salvage.rows[i]);
    ck_assert_uint_eq(rows_of("meta"), 0);
}

START_TEST(no_database_at_all) {
    static const long cuts[] = {0, 0, 100, 600};
    if (_i == 0)
        overwrite("pxed.db", 0, PAGE); /* its first page */
    else if (_i == 1)
        overwrite("pxed.db", 0, 16); /* only its magic */
    else
        ck_assert_int_eq(truncate(in_folder("pxed.db"), cuts[_i]), 0);
    long size = size_of("pxed.db");
    replace();
    ck_assert_int_eq(size_of(DATED), size);
    counts_agree();
    ck_assert_uint_eq(salvage.rows[0], 0);
    fill_table("lease", 0, 10); /* it is a store like any other */
    ck_assert_uint_eq(rows_of("lease"), 10);
}
END_TEST

START_TEST(one_bad_page) {
    static const struct {
        const char *in, *text;
    } pages[] = {{"lease", "lease 1500 "}, {"machine", "machine 250 "}, {"journal", "journal 1000 "}};
    static const size_t all[] = {LEASES, JOURNAL, MACHINES};
    overwrite("pxed.db", page_with(pages[_i].text), PAGE);
    replace();
    counts_agree();
    for (int i = 0; i < STORE_SALVAGED_TABLES; i++) {
        bool hit = strcmp(store_salvaged_tables[i], pages[_i].in) == 0;
        ck_assert_msg(hit ? salvage.rows[i] < all[i] && salvage.rows[i] > all[i] - 120 : salvage.rows[i] == all[i],
                      "%s: %zu", store_salvaged_tables[i], salvage.rows[i]);
    }
}
END_TEST

START_TEST(cut_short) {
    long size = size_of("pxed.db");
    ck_assert_int_eq(truncate(in_folder("pxed.db"), size / 2), 0);
    replace();
    counts_agree();
    ck_assert_uint_gt(salvage.rows[0], LEASES / 2); /* they were written first */
}
END_TEST

/* Rows of all tables are written in turn and in no order, as in real use: lost rows lie between good ones. */
static void make_mixed_store(void) {
    enum { BLOCK = 25 };
    ck_assert_int_eq(unlink(in_folder("pxed.db")), 0);
    open_store();
    for (int i = 0; i < LEASES / BLOCK; i++) {
        int at = i * 77 % (LEASES / BLOCK); /* each once */
        fill_table("lease", at * BLOCK, BLOCK);
        if (at * BLOCK < JOURNAL)
            fill_table("journal", at * BLOCK, BLOCK);
        if (at * BLOCK < MACHINES)
            fill_table("machine", at * BLOCK, BLOCK);
    }
    store_db_close(&db);
}

/* Rows whose page is still there, by looking at the bytes. */
static size_t still_there(const char *file, const char *table) {
    size_t n = 0, len = (size_t)size_of(file);
    char *bytes = malloc(len), word[64];
    FILE *f = fopen(in_folder(file), "rb");
    ck_assert_uint_eq(fread(bytes, 1, len, f), len);
    fclose(f);
    for (int i = 0; i < LEASES; i++) {
        value_of(table, i, word);
        n += memmem(bytes, len, word, strlen(word)) != NULL;
    }
    free(bytes);
    return n;
}

/* An inner page of a tree (its first byte): what hangs below it cannot be reached without it. */
static bool is_inner(long page) {
    int fd = open(in_folder("pxed.db"), O_RDONLY);
    char type = 0;
    ck_assert_int_eq(pread(fd, &type, 1, page * PAGE), 1);
    close(fd);
    return type == 2;
}

START_TEST(many_bad_pages) {
    make_mixed_store();
    long pages = size_of("pxed.db") / PAGE;
    for (long page = 8 + _i; page < pages; page += 5) /* the roots are the first ones */
        if (!is_inner(page))
            overwrite("pxed.db", page * PAGE, PAGE);
    replace();
    counts_agree();
    for (int i = 0; i < STORE_SALVAGED_TABLES; i++) {
        size_t there = still_there(DATED, store_salvaged_tables[i]);
        ck_assert_msg(salvage.rows[i] * 100 >= there * 95, "%s: %zu of %zu", store_salvaged_tables[i], salvage.rows[i],
                      there);
    }
}
END_TEST

START_TEST(a_lost_root_costs_one_table) {
    sqlite3_stmt *root = NULL;
    open_store();
    ck_assert_int_eq(
        sqlite3_prepare_v2(db.sqlite, "SELECT rootpage FROM sqlite_master WHERE name = 't_journal'", -1, &root, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(root), SQLITE_ROW);
    long page = sqlite3_column_int(root, 0);
    sqlite3_finalize(root);
    store_db_close(&db);
    overwrite("pxed.db", (page - 1) * PAGE, PAGE);
    replace();
    counts_agree();
    ck_assert_uint_eq(salvage.rows[0], LEASES);
    ck_assert_uint_eq(salvage.rows[1], 0);
    ck_assert_uint_eq(salvage.rows[2], MACHINES);
}
END_TEST

/* After a crash the newest rows are in the log alone: they count, and the log lies beside the damaged file. */
START_TEST(the_log_belongs_to_it) {
    char command[3 * PATH_MAX];
    open_store();
    fill_table("lease", LEASES, 40);
    snprintf(command, sizeof(command), "cp %s %s && cp %s %s", in_folder("pxed.db"), in_folder("c.db"),
             in_folder("pxed.db-wal"), in_folder("c.db-wal"));
    ck_assert_int_eq(system(command), 0);
    store_db_close(&db);
    ck_assert_int_eq(rename(in_folder("c.db"), in_folder("pxed.db")), 0);
    ck_assert_int_eq(rename(in_folder("c.db-wal"), in_folder("pxed.db-wal")), 0);
    overwrite("pxed.db", page_with("journal 1000 "), PAGE);
    replace();
    ck_assert(exists_in_folder(DATED "-wal"));
    counts_agree();
    ck_assert_uint_eq(salvage.rows[0], LEASES + 40);
}
END_TEST

START_TEST(it_is_moved_once) {
    overwrite("pxed.db", 0, 16);
    replace();
    store_db_close(&db);
    open_store(); /* the fresh one is whole */
    store_db_close(&db);
    overwrite("pxed.db", 0, 16); /* and again in the same second */
    ck_assert_int_eq(store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error), STORE_DAMAGED);
    ck_assert_int_eq(store_damaged_replace(in_folder("pxed.db"), &store_schema_now, now, &salvage, &error), 0);
    ck_assert_str_eq(salvage.moved, in_folder(DATED "-2"));
    ck_assert(exists_in_folder(DATED));
}
END_TEST

/* The disk is full: the damaged file stays where it is, and nothing half made beside it. */
START_TEST(no_room_for_a_fresh_one) {
    overwrite("pxed.db", page_with("journal 1000 "), PAGE);
    long size = size_of("pxed.db");
    ck_assert_int_eq(store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error), STORE_DAMAGED);
    struct rlimit little = {20000, RLIM_INFINITY}, before;
    getrlimit(RLIMIT_FSIZE, &before);
    little.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
    int rc = store_damaged_replace(in_folder("pxed.db"), &store_schema_now, now, &salvage, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_lt(rc, 0);
    ck_assert_int_eq(size_of("pxed.db"), size);
    ck_assert(!exists_in_folder("pxed.db.fresh") && !exists_in_folder(DATED));
    replace();
}
END_TEST

START_TEST(an_empty_file_is_a_fresh_store) {
    ck_assert_int_eq(truncate(in_folder("pxed.db"), 0), 0);
    open_store();
    ck_assert_uint_eq(rows_of("lease") + rows_of("meta"), 0);
    ck_assert(!exists_in_folder(DATED));
}
END_TEST

/* A store of a large site opens at once although every page is looked at. */
START_TEST(looking_is_quick) {
    open_store();
    fill_table("journal", JOURNAL, 50000 - JOURNAL);
    fill_table("machine", MACHINES, 10000 - MACHINES);
    store_db_close(&db);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    open_store();
    clock_gettime(CLOCK_MONOTONIC, &b);
    long ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
    printf("60000 rows, %ld KiB: opened in %ld ms\n", size_of("pxed.db") / 1024, ms);
    ck_assert_int_lt(ms, 1000);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("store-damaged");
    TCase *t = tcase_create("files");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, no_database_at_all, 0, 4);
    tcase_add_loop_test(t, one_bad_page, 0, 3);
    tcase_add_test(t, cut_short);
    tcase_add_loop_test(t, many_bad_pages, 0, 5);
    tcase_add_test(t, a_lost_root_costs_one_table);
    tcase_add_test(t, the_log_belongs_to_it);
    tcase_add_test(t, it_is_moved_once);
    tcase_add_test(t, no_room_for_a_fresh_one);
    tcase_add_test(t, an_empty_file_is_a_fresh_store);
    tcase_add_test(t, looking_is_quick);
    suite_add_tcase(suite, t);
    return suite_run_apart(suite);
}
