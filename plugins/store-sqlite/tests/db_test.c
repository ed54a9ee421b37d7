/* The database by itself: what a put does, what a transaction undoes, which files are opened. */
#include "db.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "suite.h"
#include "support.h"

static struct store_db db;
static struct store_err error;

static void setup(void) {
    enter_folder();
    error = (struct store_err){0};
    int rc = store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error);
    ck_assert_msg(rc == 0, "%s", error.text);
}

static void teardown(void) {
    store_db_close(&db);
    leave_folder();
}

static struct store_job *job_of(const struct pxed_put *puts, size_t n) {
    struct store_job *job = NULL;
    ck_assert_int_eq(store_job_new(puts, n, 1 << 20, &job), 0);
    return job;
}

static int apply(const struct pxed_put *puts, size_t n) {
    struct store_job *job = job_of(puts, n);
    ck_assert_msg(store_db_apply(&db, job, &error) == 0, "%s", error.text);
    int result = job->result;
    free(job);
    return result;
}

static const char *content(const char *table) {
    static struct seen seen;
    seen = (struct seen){0};
    ck_assert_int_eq(store_db_load(&db, table, see, &seen, &error), 0);
    return seen.text;
}

#define ANY PXED_STORE_ANY

static const struct {
    const char *name;
    const char *value; /* NULL: delete */
    uint64_t replaces;
    const char *before; /* value of the key at version 2; NULL: absent */
    int result;
    const char *after;
} rows[] = {
    {"add-new", "v", 0, NULL, PXED_STORE_OK, "k=v@1 "},
    {"add-existing", "v", 0, "old", PXED_STORE_CONFLICT, "k=old@2 "},
    {"replace-right-version", "v", 2, "old", PXED_STORE_OK, "k=v@3 "},
    {"replace-older-version", "v", 1, "old", PXED_STORE_CONFLICT, "k=old@2 "},
    {"replace-newer-version", "v", 3, "old", PXED_STORE_CONFLICT, "k=old@2 "},
    {"replace-absent", "v", 1, NULL, PXED_STORE_CONFLICT, ""},
    {"any-new", "v", ANY, NULL, PXED_STORE_OK, "k=v@1 "},
    {"any-existing", "v", ANY, "old", PXED_STORE_OK, "k=v@3 "},
    {"empty-value", "", 2, "old", PXED_STORE_OK, "k=@3 "},
    {"delete-right-version", NULL, 2, "old", PXED_STORE_OK, ""},
    {"delete-wrong-version", NULL, 1, "old", PXED_STORE_CONFLICT, "k=old@2 "},
    {"delete-any", NULL, ANY, "old", PXED_STORE_OK, ""},
    {"delete-any-absent", NULL, ANY, NULL, PXED_STORE_OK, ""},
    {"delete-absent-is-absent", NULL, 0, NULL, PXED_STORE_OK, ""},
    {"delete-absent-exists", NULL, 0, "old", PXED_STORE_CONFLICT, "k=old@2 "},
};

START_TEST(one_put) {
    ck_assert_msg(true, "%s", rows[_i].name);
    if (rows[_i].before) {
        apply((struct pxed_put[]){put("lease", "k", "older", 0)}, 1);
        apply((struct pxed_put[]){put("lease", "k", rows[_i].before, 1)}, 1);
    }
    struct pxed_put p = put("lease", "k", rows[_i].value, rows[_i].replaces);
    int result = apply(&p, 1);
    ck_assert_msg(result == rows[_i].result, "%s: result %d", rows[_i].name, result);
    ck_assert_msg(strcmp(content("lease"), rows[_i].after) == 0, "%s: %s", rows[_i].name, content("lease"));
}
END_TEST

static int count_row(void *n, int columns, char **values, char **names) {
    (void)columns, (void)values, (void)names;
    ++*(int *)n;
    return 0;
}

static int tables(void) {
    int n = 0;
    ck_assert_int_eq(sqlite3_exec(db.sqlite, "SELECT name FROM sqlite_master", count_row, &n, NULL), SQLITE_OK);
    return n;
}

START_TEST(a_table_that_is_expected_is_made_before_its_first_commit) {
    store_db_expect(&db, "lease");
    ck_assert_int_eq(tables(), 1);
    int pages = db.wal_pages;
    store_db_expect(&db, "lease");
    store_db_expect(&db, "no good");
    ck_assert_int_eq(db.wal_pages, pages); /* nothing is written again */
    ck_assert_str_eq(content("lease"), "");
    ck_assert_int_eq(sqlite3_exec(db.sqlite, "PRAGMA query_only=ON", NULL, NULL, NULL), SQLITE_OK);
    store_db_expect(&db, "journal"); /* fails, and the commit that needs it makes it */
    ck_assert_int_eq(sqlite3_exec(db.sqlite, "PRAGMA query_only=OFF", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(tables(), 1);
    ck_assert_int_eq(apply((struct pxed_put[]){put("lease", "a", "1", 0), put("journal", "b", "2", ANY)}, 2),
                     PXED_STORE_OK);
    ck_assert_str_eq(content("journal"), "b=2@1 ");
    ck_assert_int_eq(tables(), 2);
}
END_TEST

START_TEST(a_conflict_undoes_its_whole_job_and_no_other) {
    apply((struct pxed_put[]){put("lease", "taken", "x", 0)}, 1);
    struct store_job *first = job_of((struct pxed_put[]){put("lease", "a", "1", 0), put("journal", "a", "1", 0)}, 2);
    struct store_job *second = job_of(
        (struct pxed_put[]){put("lease", "b", "2", 0), put("fresh", "b", "2", 0), put("lease", "taken", "y", 0)}, 3);
    struct store_job *third = job_of((struct pxed_put[]){put("fresh", "c", "3", 0)}, 1);
    first->next = second, second->next = third;
    ck_assert_int_eq(store_db_apply(&db, first, &error), 0);
    ck_assert_int_eq(first->result, PXED_STORE_OK);
    ck_assert_int_eq(second->result, PXED_STORE_CONFLICT);
    ck_assert_int_eq(third->result, PXED_STORE_OK);
    ck_assert_str_eq(content("lease"), "a=1@1 taken=x@1 ");
    ck_assert_str_eq(content("journal"), "a=1@1 ");
    ck_assert_str_eq(content("fresh"), "c=3@1 ");
    free(first), free(second), free(third);
}
END_TEST

/* A large job is written in the order of keys; what it says of one key keeps its own. */
START_TEST(a_large_job_means_what_it_says) {
    enum { MANY = 1000 };
    static char keys[MANY][8];
    struct pxed_put puts[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "%d", 7 * (MANY - i) % MANY);
        puts[i] = put(i % 2 ? "lease" : "journal", keys[i], "v", 0);
    }
    puts[10] = put("meta", "a", "1", 0);
    puts[500] = put("meta", "a", "2", 1);
    puts[600] = put("meta", "ab", "3", 0);
    puts[900] = put("meta", "a", NULL, 2);
    puts[901] = put("meta", "a", "4", 0);
    ck_assert_int_eq(apply(puts, MANY), PXED_STORE_OK);
    ck_assert_str_eq(content("meta"), "a=4@1 ab=3@1 ");
    ck_assert_int_eq(apply(puts + 100, MANY - 100), PXED_STORE_CONFLICT); /* each key is there */
    ck_assert_str_eq(content("meta"), "a=4@1 ab=3@1 ");
}
END_TEST

START_TEST(a_later_job_sees_the_one_before) {
    struct store_job *first = job_of((struct pxed_put[]){put("lease", "a", "1", 0)}, 1);
    struct store_job *second = job_of((struct pxed_put[]){put("lease", "a", "2", 1)}, 1);
    struct store_job *third = job_of((struct pxed_put[]){put("lease", "a", "3", 1)}, 1);
    first->next = second, second->next = third;
    ck_assert_int_eq(store_db_apply(&db, first, &error), 0);
    ck_assert_int_eq(second->result, PXED_STORE_OK);
    ck_assert_int_eq(third->result, PXED_STORE_CONFLICT);
    ck_assert_str_eq(content("lease"), "a=2@2 ");
    free(first), free(second), free(third);
}
END_TEST

START_TEST(bytes_are_kept_as_they_are) {
    struct pxed_put p = {"machine", pxed_slice("\0k\xff", 3), pxed_slice("\0\1\2\0", 4), 0};
    apply(&p, 1);
    struct pxed_put empty_key = {"machine", pxed_slice("", 0), pxed_slice("e", 1), 0};
    apply(&empty_key, 1);
    store_db_close(&db);
    ck_assert_int_eq(store_db_open(&db, in_folder("pxed.db"), &store_schema_now, &error), 0);
    struct pxed_put again = p;
    again.replaces = 1;
    ck_assert_int_eq(apply(&again, 1), PXED_STORE_OK);
    ck_assert_int_eq(apply(&empty_key, 1), PXED_STORE_CONFLICT);
    struct seen seen = {0};
    ck_assert_int_eq(store_db_load(&db, "machine", see, &seen, &error), 0);
    ck_assert_uint_eq(seen.n, 2);
}
END_TEST

START_TEST(names_of_tables) {
    static const char *const bad[] = {"", "Lease", "a b", "x;drop", "t1", "abcdefghijklmnopqrstuvwxyzabcdefg", NULL};
    struct store_job *job = NULL;
    for (int i = 0; bad[i]; i++) {
        struct pxed_put p = put(bad[i], "k", "v", 0);
        ck_assert_msg(store_job_new(&p, 1, 1000, &job) == -EINVAL, "%s", bad[i]);
        ck_assert_int_eq(store_db_load(&db, bad[i], see, &(struct seen){0}, &error), -EINVAL);
    }
    ck_assert_str_eq(content("never"), "");
}
END_TEST

START_TEST(a_job_has_a_bound) {
    struct store_job *job = NULL;
    struct pxed_put p = put("lease", "key", "value", 0);
    ck_assert_int_eq(store_job_new(&p, 1, 20, &job), -ENOBUFS);
    p.value.len = SIZE_MAX - 4; /* must not wrap around */
    ck_assert_int_eq(store_job_new(&p, 1, 1 << 20, &job), -ENOBUFS);
}
END_TEST

START_TEST(the_file_is_private_and_locked) {
    struct stat st;
    struct store_db second;
    apply((struct pxed_put[]){put("lease", "a", "1", 0)}, 1);
    ck_assert_int_eq(stat(in_folder("pxed.db"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(in_folder("pxed.db-wal"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(store_db_open(&second, in_folder("pxed.db"), &store_schema_now, &error), -EBUSY);
    ck_assert_ptr_nonnull(strstr(error.text, "in use by another process"));
}
END_TEST

START_TEST(the_log_does_not_grow_for_ever) {
    char value[4096];
    struct stat st;
    memset(value, 'v', sizeof(value));
    for (int i = 0; i < 8000; i++) {
        struct pxed_put p = {"journal", pxed_slice((const char *)&i, sizeof(i)), pxed_slice(value, sizeof(value)), 0};
        apply(&p, 1);
        store_db_checkpoint(&db);
    }
    ck_assert_int_eq(stat(in_folder("pxed.db-wal"), &st), 0);
    ck_assert_int_lt(st.st_size, 32 << 20);
    store_db_close(&db);
    ck_assert(!exists_in_folder("pxed.db-wal"));
}
END_TEST

/* --- which files are opened --- */

static const char *const steps[] = {
    "ALTER TABLE t_lease ADD COLUMN note TEXT; CREATE TABLE fresh(x)",
    "UPDATE t_lease SET note = 'third'",
};
static const struct store_schema schema_3 = {3, steps};
static const struct store_schema schema_broken = {2, (const char *const[]){"CREATE TABLE more(x); NONSENSE"}};

static void reopen(const struct store_schema *schema, int expected) {
    store_db_close(&db);
    int rc = store_db_open(&db, in_folder("pxed.db"), schema, &error);
    ck_assert_msg(rc == expected, "%d %s", rc, error.text);
}

START_TEST(an_older_store_is_copied_and_migrated) {
    struct stat st;
    apply((struct pxed_put[]){put("lease", "a", "1", 0)}, 1);
    reopen(&schema_3, 0);
    ck_assert_str_eq(content("lease"), "a=1@1 ");
    ck_assert_int_eq(
        sqlite3_exec(db.sqlite, "SELECT note FROM t_lease WHERE note = 'third'; SELECT x FROM fresh", NULL, NULL, NULL),
        SQLITE_OK);
    ck_assert_int_eq(stat(in_folder("pxed.db.before-3"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert(!exists_in_folder("pxed.db.before-3.tmp"));
    reopen(&schema_3, 0);

    /* The copy is the old store, whole. */
    store_db_close(&db);
    ck_assert_int_eq(rename(in_folder("pxed.db.before-3"), in_folder("pxed.db")), 0);
    reopen(&store_schema_now, 0);
    ck_assert_str_eq(content("lease"), "a=1@1 ");
}
END_TEST

START_TEST(a_newer_store_is_refused) {
    reopen(&schema_3, -EIO); /* no table t_lease: the step fails and leaves version 1 */
    reopen(&store_schema_now, 0);
    apply((struct pxed_put[]){put("lease", "a", "1", 0)}, 1);
    reopen(&schema_3, 0);
    reopen(&store_schema_now, -ENOTSUP);
    ck_assert_ptr_nonnull(strstr(error.text, "newer pxed (schema 3, this one knows 1)"));
    ck_assert_ptr_null(strchr(error.text, '\n'));
}
END_TEST

START_TEST(a_broken_step_changes_nothing) {
    apply((struct pxed_put[]){put("lease", "a", "1", 0)}, 1);
    reopen(&schema_broken, -EIO);
    ck_assert_ptr_nonnull(strstr(error.text, "it is unchanged"));
    ck_assert(exists_in_folder("pxed.db.before-2"));
    reopen(&store_schema_now, 0);
    ck_assert_str_eq(content("lease"), "a=1@1 ");
    reopen(&schema_broken, -EIO); /* the copy of the first attempt is replaced */
}
END_TEST

START_TEST(foreign_files_are_refused) {
    store_db_close(&db);
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(in_folder("other.db"), &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "CREATE TABLE theirs(x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    ck_assert_int_eq(store_db_open(&db, in_folder("other.db"), &store_schema_now, &error), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "not one of pxed"));

    FILE *f = fopen(in_folder("text.db"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", f);
    fclose(f);
    ck_assert_int_eq(store_db_open(&db, in_folder("text.db"), &store_schema_now, &error), STORE_DAMAGED);
    ck_assert_int_eq(symlink("/dev/null", in_folder("link.db")), 0);
    ck_assert_int_lt(store_db_open(&db, in_folder("link.db"), &store_schema_now, &error), 0);
    ck_assert_int_lt(store_db_open(&db, in_folder("none/pxed.db"), &store_schema_now, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "No such file"));
}
END_TEST

/* As after a kill: the zeros behind the last frame are no frame. */
START_TEST(a_log_laid_out_is_recovered) {
    char command[2 * PATH_MAX];
    struct stat log;
    struct statvfs disk;
    store_db_lay_out(&db, in_folder("pxed.db"));
    apply((struct pxed_put[]){put("lease", "k", "v", 0)}, 1);
    ck_assert_int_eq(stat(in_folder("pxed.db-wal"), &log), 0);
    ck_assert_int_eq(statvfs(in_folder("pxed.db"), &disk), 0);
    if ((uint64_t)disk.f_bavail * disk.f_frsize > UINT64_C(2) << 30)
        ck_assert(log.st_size >= 1 << 20 && log.st_size < (1 << 20) + (64 << 10));
    snprintf(command, sizeof(command), "cd '%s' && cp pxed.db killed.db && cp pxed.db-wal killed.db-wal",
             in_folder(""));
    ck_assert_int_eq(system(command), 0);
    store_db_close(&db);
    ck_assert_msg(store_db_open(&db, in_folder("killed.db"), &store_schema_now, &error) == 0, "%s", error.text);
    ck_assert_str_eq(content("lease"), "k=v@1 ");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("store-db");
    TCase *puts = tcase_create("puts"), *files = tcase_create("files");
    tcase_add_checked_fixture(puts, setup, teardown);
    tcase_add_checked_fixture(files, setup, teardown);
    tcase_set_timeout(puts, 60);
    tcase_add_loop_test(puts, one_put, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(puts, a_table_that_is_expected_is_made_before_its_first_commit);
    tcase_add_test(puts, a_conflict_undoes_its_whole_job_and_no_other);
    tcase_add_test(puts, a_large_job_means_what_it_says);
    tcase_add_test(puts, a_later_job_sees_the_one_before);
    tcase_add_test(puts, bytes_are_kept_as_they_are);
    tcase_add_test(puts, names_of_tables);
    tcase_add_test(puts, a_job_has_a_bound);
    tcase_add_test(puts, the_log_does_not_grow_for_ever);
    tcase_add_test(files, the_file_is_private_and_locked);
    tcase_add_test(files, an_older_store_is_copied_and_migrated);
    tcase_add_test(files, a_newer_store_is_refused);
    tcase_add_test(files, a_broken_step_changes_nothing);
    tcase_add_test(files, foreign_files_are_refused);
    tcase_add_test(files, a_log_laid_out_is_recovered);
    suite_add_tcase(suite, puts);
    suite_add_tcase(suite, files);
    return suite_run_apart(suite);
}
