/* SIGKILL at any moment: what was acknowledged is there afterwards. A child commits and tells each acknowledged number
 * through a pipe; the parent kills it, opens the store and looks. */
#include "store.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_core.h"
#include "suite.h"
#include "support.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

enum { ROUNDS = 12, NUMBERS = 1 << 20 };

static const struct store_config config = {.file = "pxed.db"};
static struct fake_core fake;
static const struct pxed_store *store;
static int report;
static uint32_t next;

static void open_store(void) {
    fake_core_open(&fake, pxed_plugin_query(PXED_ABI_MAJOR), &config);
    fake.state_dir = in_folder(".");
    ck_assert_msg(fake_core_start(&fake) == 0, "%s", fake.log);
    store = fake_core_service(&fake, "store/1");
}

static void commit_next(void);

static void on_done(void *arg, int result) {
    uint32_t number = (uint32_t)(uintptr_t)arg;
    if (result != PXED_STORE_OK || write(report, &number, sizeof(number)) != sizeof(number))
        _exit(1);
    commit_next();
}

/* Two tables in one commit: after the kill both records must be there or neither. */
static void commit_next(void) {
    uint32_t number = next++;
    struct pxed_slice key = pxed_slice((const char *)&number, sizeof(number));
    struct pxed_put puts[] = {{"lease", key, PXED_SLICE("bound"), 0}, {"journal", key, PXED_SLICE("leased"), 0}};
    if (store->commit(store->self, puts, 2, on_done, (void *)(uintptr_t)number) < 0)
        _exit(1);
}

static void child(void) {
    open_store();
    for (int i = 0; i < 16; i++)
        commit_next();
    uv_run(&fake.loop, UV_RUN_DEFAULT);
    _exit(0);
}

static unsigned char acknowledged[NUMBERS], in_lease[NUMBERS], in_journal[NUMBERS];

static void mark(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    uint32_t number = 0;
    (void)value;
    if (key.len != sizeof(number) || version != 1)
        ck_abort_msg("a record that nobody wrote");
    memcpy(&number, key.ptr, sizeof(number));
    if (number >= NUMBERS)
        ck_abort_msg("a number that nobody wrote: %u", number);
    ((unsigned char *)arg)[number] = 1;
}

static void one_life(unsigned round) {
    int fds[2];
    uint32_t number;
    ck_assert_int_eq(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        report = fds[1];
        child();
    }
    close(fds[1]);
    /* It must have lived: wait for the first answer, then a while that differs from round to round. */
    ck_assert_int_eq(read(fds[0], &number, sizeof(number)), sizeof(number));
    acknowledged[number] = 1;
    nanosleep(&(struct timespec){.tv_nsec = (long)(round * 7919 % 60) * 1000000L}, NULL);
    kill(pid, SIGKILL);
    while (read(fds[0], &number, sizeof(number)) == sizeof(number)) {
        ck_assert_uint_lt(number, NUMBERS);
        acknowledged[number] = 1;
        next = number >= next ? number + 1 : next;
    }
    close(fds[0]);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    next += 64; /* beyond what the child had under way */
}

static void setup(void) {
    enter_folder();
}

START_TEST(nothing_acknowledged_is_lost) {
    unsigned total = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        one_life(round);
        memset(in_lease, 0, sizeof(in_lease));
        memset(in_journal, 0, sizeof(in_journal));
        open_store();
        ck_assert_int_eq(store->load(store->self, "lease", mark, in_lease), 0);
        ck_assert_int_eq(store->load(store->self, "journal", mark, in_journal), 0);
        fake_core_close(&fake);
        total = 0;
        for (unsigned i = 0; i < NUMBERS; i++) {
            /* No assertion that passes a million times: each is a system call of Check's. */
            if (acknowledged[i] && !in_lease[i])
                ck_abort_msg("round %u: %u was acknowledged and is lost", round, i);
            if (in_lease[i] != in_journal[i])
                ck_abort_msg("round %u: half of commit %u", round, i);
            total += acknowledged[i];
        }
    }
    ck_assert_uint_ge(total, ROUNDS);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("store-kill");
    TCase *tests = tcase_create("kill");
    tcase_add_checked_fixture(tests, setup, leave_folder);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, nothing_acknowledged_is_lost);
    suite_add_tcase(suite, tests);
    return suite_run_apart(suite);
}
