/* What a table of hosts arms when it comes into force: a new line may, nothing else does. Each test is a life of the
 * daemon: a store, generations of the host file, restarts. */
#define _GNU_SOURCE
#include <stdio.h>

#include "decide.h"
#include "declare.h"
#include "fake_store.h"
#include "ledger.h"
#include "ledger_load.h"
#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"debian", NULL, NULL, NULL}, {"rocky", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "linux"}, {0}};
static const struct pxed_file files[] = {{"a", NULL, "a", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, NULL},
                                         {0}};
static const struct pxed_profile profile = {"test", claims, boots, files, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;
static struct fake_store store;
static struct daemon d;
static const char *pxed_keys = "";
static bool by_changes;

static void boot_daemon(void) {
    memset(&d, 0, sizeof(d));
    d.loop = uv_default_loop();
    machines_init(&d.machines);
    ck_assert_int_eq(ledger_load(&d.machines, &store.service), 0);
}
static void setup(void) {
    pxed_keys = "";
    site_open(&site);
    site_fake_os(&site, "os-test", profiles);
    fake_store_open(&store);
    boot_daemon();
}
static void setup_changes(void) {
    setup();
    by_changes = true;
}
static void end_daemon(void) {
    ledger_flush(&d.machines, NULL, NULL);
    fake_store_pump(&store);
    ledger_free(&d.machines);
    machines_free(&d.machines);
}
static void teardown(void) {
    end_daemon();
    site_close(&site);
    fake_store_close(&store);
}

static void settle(void) {
    fake_store_pump(&store);
    while (d.declaring) {
        uv_run(d.loop, UV_RUN_ONCE);
        fake_store_pump(&store);
    }
    uv_run(d.loop, UV_RUN_DEFAULT); /* the table is kept */
}

/* The host file now says this. Each test runs twice: lines count as at a start, and what they change, as in a reload.
 */
static void hosts(const char *text) {
    struct catalogue *before = by_changes && d.catalogue ? catalogue_ref(site.catalogue) : NULL;
    struct changes changes = {0};
    const char *said = site_build(&site, pxed_keys, "", text);
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    if (before)
        changes_find(&changes, before, site.catalogue);
    d.catalogue = site.catalogue;
    declare_hosts(&d, site.catalogue, before ? &changes : NULL);
    changes_free(&changes);
    catalogue_unref(before);
    settle();
}
static void restart(const char *text) {
    end_daemon();
    boot_daemon();
    hosts(text);
}
static void lose_store(const char *text) {
    end_daemon();
    fake_store_close(&store);
    fake_store_open(&store);
    boot_daemon();
    hosts(text);
}

static struct machine *machine(unsigned n);

static int make_ordered(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct declare_secrets secrets = {.token = {7}};
    (void)m;
    declare_arm(rec, LIFECYCLE_ANY, pxed_slice_of(arg), 1, &secrets, PXED_SLICE("uid 0"), 1);
    return 1;
}

/* As `pxed arm` does. */
static void order(unsigned n, const char *os) {
    struct machine *m = machine(n);
    ck_assert_int_eq(ledger_commit(&d.machines, &m, 1, make_ordered, NULL, (void *)(uintptr_t)os), 0);
    fake_store_pump(&store);
}

static struct machine *machine(unsigned n) {
    struct pxed_hwaddr mac = {1, 6, {2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n}};
    return machines_find(&d.machines, &mac);
}
static enum lifecycle_state state(unsigned n) {
    return machine(n) ? machine_rec(machine(n))->state : LIFECYCLE_NONE;
}

struct count {
    size_t armed, held_new;
};
static void count_one(void *arg, struct machine *m) {
    struct count *c = arg;
    c->armed += machine_rec(m)->state == LIFECYCLE_ARMED;
    c->held_new += machine_rec(m)->held_new;
}
static struct count count(void) {
    struct count c = {0};
    machines_each(&d.machines, count_one, &c);
    return c;
}

/* The machine's last step with this name has this reason. */
static bool journalled(unsigned n, const char *what, enum pxed_reason reason) {
    for (const struct journal_entry *e = machine(n)->steps.last; e; e = e->machine_older)
        if (strcmp(e->what, what) == 0)
            return e->reason == reason;
    return false;
}

static const char *many(unsigned from, unsigned n) {
    char *text = pxed_arena_alloc(&site.tree.arena, n * 40 + 1);
    size_t at = 0;
    for (unsigned i = from; i < from + n; i++)
        at += (size_t)sprintf(text + at, "02:00:00:00:%02x:%02x, debian-12\n", i >> 8, i & 255);
    return text;
}

#define ONE "02:00:00:00:00:01, debian-12\n"
#define TWO "02:00:00:00:00:02, debian-12\n"

START_TEST(a_new_line_arms_blank) {
    hosts(ONE);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert_int_eq(machine_rec(machine(1))->right, LIFECYCLE_BLANK);
    ck_assert_str_eq(machine_rec(machine(1))->os, "debian-12");
    ck_assert_str_eq(machine_rec(machine(1))->by, "new line");
    ck_assert_uint_eq(machine_rec(machine(1))->tries, 1);
    ck_assert(journalled(1, "armed", PXED_WHY_OK));
    uint8_t none[16] = {0};
    ck_assert_mem_ne(machine_rec(machine(1))->token, none, 16);
    hosts(ONE TWO);
    ck_assert_mem_ne(machine_rec(machine(1))->token, machine_rec(machine(2))->token, 16);
}
END_TEST

static const struct {
    const char *name, *keys, *line;
    enum lifecycle_state state;
    enum lifecycle_right right;
    enum pxed_reason why;
    bool held_new; /* `pxed arm --new` will list it */
} lines[] = {
    {"arm = any", "arm = any\n", "", LIFECYCLE_ARMED, LIFECYCLE_ANY, PXED_WHY_OK, false},
    {"arm = command", "arm = command\n", "", LIFECYCLE_NONE, LIFECYCLE_NO_RIGHT, PXED_WHY_ARM_COMMAND, true},
    {"protected", "", ", protect=yes", LIFECYCLE_NONE, LIFECYCLE_NO_RIGHT, PXED_WHY_PROTECTED, false},
    {"unguarded answer", "", ", answer=own.cfg", LIFECYCLE_NONE, LIFECYCLE_NO_RIGHT, PXED_WHY_ANSWER_UNGUARDED, true},
    {"an answer file that is not there yet is waited for", "", ", answer=missing.cfg", LIFECYCLE_ARMED, LIFECYCLE_BLANK,
     PXED_WHY_OK, false},
    {"unguarded answer, arm = any", "arm = any\n", ", answer=own.cfg", LIFECYCLE_ARMED, LIFECYCLE_ANY, PXED_WHY_OK,
     false},
};

START_TEST(new_lines) {
    tree_write(&site.tree, "own.cfg", "no guard\n");
    pxed_keys = lines[_i].keys;
    hosts(pxed_arena_printf(&site.tree.arena, "02:00:00:00:00:01, debian-12%s\n", lines[_i].line));
    const struct machine *m = machine(1);
    ck_assert_msg(machine_rec(m)->state == lines[_i].state && machine_rec(m)->right == lines[_i].right, "%s",
                  lines[_i].name);
    ck_assert_msg(machine_rec(m)->held_new == lines[_i].held_new, "%s: held_new", lines[_i].name);
    ck_assert_msg(lines[_i].why == PXED_WHY_OK || journalled(1, "not-armed", lines[_i].why), "%s", lines[_i].name);
    pxed_keys = ""; /* the obstacle goes away: the line is no longer new */
    hosts(ONE);
    ck_assert_msg(state(1) == lines[_i].state, "%s: armed by a reload", lines[_i].name);
    restart(ONE);
    ck_assert_msg(state(1) == lines[_i].state, "%s: armed by a start", lines[_i].name);
}
END_TEST

START_TEST(local_is_never_armed) {
    hosts("02:00:00:00:00:01, local\n");
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    hosts(ONE); /* a changed OS id arms nothing */
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
}
END_TEST

START_TEST(a_restart_arms_nothing) {
    hosts(ONE TWO);
    lifecycle_disarm(machine_rec_edit(machine(1)), 1);
    machines_touch(&d.machines, machine(1));
    for (int i = 0; i < 3; i++) {
        restart(ONE TWO);
        ck_assert_int_eq(state(1), LIFECYCLE_NONE);
        ck_assert_int_eq(state(2), LIFECYCLE_ARMED); /* and takes nothing away */
        hosts(ONE TWO);
        ck_assert_uint_eq(count().armed, 1);
    }
}
END_TEST

START_TEST(a_line_that_comes_back_arms_nothing) {
    hosts(ONE TWO);
    hosts(TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE); /* it took its unused right with it */
    ck_assert(journalled(1, "disarmed", PXED_WHY_OK));
    hosts(ONE TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ck_assert_int_eq(state(2), LIFECYCLE_ARMED);
    restart(TWO);
    restart(ONE TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
}
END_TEST

START_TEST(removed_while_the_daemon_was_down) {
    hosts(ONE TWO);
    restart(TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    restart(ONE TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ck_assert_int_eq(state(2), LIFECYCLE_ARMED);
}
END_TEST

START_TEST(removing_stops_nothing_that_runs) {
    hosts(ONE TWO);
    lifecycle_delivered(machine_rec_edit(machine(1)), 1);
    machines_touch(&d.machines, machine(1));
    hosts(TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_INSTALLING);
    restart(TWO);
    ck_assert_int_eq(state(1), LIFECYCLE_INSTALLING);
}
END_TEST

START_TEST(a_changed_line_arms_nothing) {
    hosts(ONE);
    lifecycle_disarm(machine_rec_edit(machine(1)), 1);
    static const char *const changed[] = {"02:00:00:00:00:01, rocky-9\n", "02:00:00:00:00:01, debian-12, name=other\n",
                                          "02:00:00:00:00:01, debian-12, ip=10.77.0.60\n",
                                          "02-00-00-00-00-01,debian-12\n",
                                          "02:00:00:00:00:01, debian-12, mac=02:00:00:00:00:09\n"};
    for (int i = 0; i < COUNT(changed); i++) {
        hosts(changed[i]);
        ck_assert_msg(count().armed == 0, "%s", changed[i]);
    }
}
END_TEST

START_TEST(an_unused_arming_follows_the_os_id) {
    hosts(ONE);
    hosts("02:00:00:00:00:01, rocky-9\n");
    ck_assert_str_eq(machine_rec(machine(1))->os, "rocky-9");
    ck_assert_str_eq(machine_rec(machine(1))->line_os, "rocky-9");
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert(journalled(1, "declared", PXED_WHY_OK));
    restart("02:00:00:00:00:01, debian-12\n"); /* changed while it was down */
    ck_assert_str_eq(machine_rec(machine(1))->os, "debian-12");
}
END_TEST

START_TEST(a_used_arming_does_not_follow) {
    hosts(ONE);
    lifecycle_delivered(machine_rec_edit(machine(1)), 1);
    hosts("02:00:00:00:00:01, rocky-9\n");
    ck_assert_str_eq(machine_rec(machine(1))->os, "debian-12");
    ck_assert_str_eq(machine_rec(machine(1))->line_os, "rocky-9"); /* `machines` shows both */
    ck_assert_int_eq(state(1), LIFECYCLE_INSTALLING);
    const struct catalogue_host *h = site_host(&site, NULL);
    struct pxed_arena arena = {0};
    ck_assert(pxed_slice_is(decide_os(&d, h, machine_rec(machine(1)), &arena)->id.text,
                            "debian-12")); /* its files stay those of the install */
    pxed_arena_clear(&arena);
}
END_TEST

START_TEST(an_order_for_another_os_stays) { /* pxed arm --os: the line did not change */
    hosts(ONE);
    order(1, "rocky-9");
    hosts(ONE);
    restart(ONE);
    ck_assert_str_eq(machine_rec(machine(1))->os, "rocky-9");
}
END_TEST

START_TEST(swapped_ports_arm_nothing) {
    hosts("02:00:00:00:00:01, debian-12, mac=02:00:00:00:00:02\n");
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert_uint_eq(count().armed, 1); /* one host, one right */
    lifecycle_disarm(machine_rec_edit(machine(1)), 1);
    hosts("02:00:00:00:00:02, debian-12, mac=02:00:00:00:00:01\n");
    ck_assert_uint_eq(count().armed, 0);
    hosts(TWO);
    ck_assert_uint_eq(count().armed, 0);
    hosts(ONE TWO);
    ck_assert_uint_eq(count().armed, 0);
    restart("02:00:00:00:00:03, debian-12, mac=02:00:00:00:00:01\n"); /* a new card, an old one beside it */
    ck_assert_uint_eq(count().armed, 0);
}
END_TEST

START_TEST(a_stranger_is_new) { /* seen on the wire is not held by the store */
    struct pxed_hwaddr mac = {1, 6, {2, 0, 0, 0, 0, 1}};
    machines_get(&d.machines, &mac);
    hosts(ONE);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
}
END_TEST

START_TEST(a_lost_store_arms_none) {
    hosts(many(1, 100)); /* a machine room, a rack at a time */
    hosts(many(1, 200));
    ck_assert_uint_eq(count().armed, 200);
    lose_store(many(1, 200));
    ck_assert_uint_eq(count().armed, 0);
    ck_assert_uint_eq(count().held_new, 200);
    ck_assert(journalled(1, "not-armed", PXED_WHY_ARM_LIMIT));
    ck_assert_uint_eq(d.counters[PXED_WHY_ARM_LIMIT], 200);
    restart(many(1, 200)); /* nor later */
    hosts(many(1, 201));
    ck_assert_uint_eq(count().armed, 1); /* but the next new line does */
    ck_assert_int_eq(state(201), LIFECYCLE_ARMED);
}
END_TEST

static const struct {
    const char *keys;
    unsigned n;
    size_t armed;
} limits[] = {
    {"", 100, 100},
    {"", 101, 0},
    {"arm-limit = 2\n", 2, 2},
    {"arm-limit = 2\n", 3, 0},
    {"arm-limit = 0\n", 300, 300},
    {"arm = any\n", 101, 0},
    {"arm = command\n", 101, 0},
};

START_TEST(arm_limit) {
    pxed_keys = limits[_i].keys;
    hosts(many(1, limits[_i].n));
    ck_assert_msg(count().armed == limits[_i].armed, "%s%u: %zu", limits[_i].keys, limits[_i].n, count().armed);
}
END_TEST

START_TEST(the_limit_counts_what_would_arm) { /* protected and local lines do not use it up */
    pxed_keys = "arm-limit = 1\n";
    hosts(ONE "02:00:00:00:00:02, local\n02:00:00:00:00:03, debian-12, protect=yes\n");
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert_uint_eq(count().armed, 1);
}
END_TEST

START_TEST(a_removed_held_line_is_forgotten) {
    pxed_keys = "arm = command\n";
    hosts(ONE);
    ck_assert(machine_rec(machine(1))->held_new);
    hosts(TWO);
    ck_assert(!machine_rec(machine(1))->held_new);
    hosts(ONE TWO);
    ck_assert(!machine_rec(machine(1))->held_new);
}
END_TEST

START_TEST(all_of_it_is_stored) {
    hosts("02:00:00:00:00:01, debian-12, mac=02:00:00:00:00:02\n02:00:00:00:00:03, local\n");
    ck_assert_uint_eq(fake_store_count(&store, "machine"), 3);
    struct pxed_slice text = fake_store_get(&store, "machine", "02-00-00-00-00-01");
    ck_assert_msg(text.ptr && memmem(text.ptr, text.len, "state=armed\n", 12), "%.*s", PXED_S(text));
}
END_TEST

static TCase *cases(const char *name, void (*begin)(void)) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, begin, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_new_line_arms_blank);
    tcase_add_loop_test(t, new_lines, 0, COUNT(lines));
    tcase_add_test(t, local_is_never_armed);
    tcase_add_test(t, a_restart_arms_nothing);
    tcase_add_test(t, a_line_that_comes_back_arms_nothing);
    tcase_add_test(t, removed_while_the_daemon_was_down);
    tcase_add_test(t, removing_stops_nothing_that_runs);
    tcase_add_test(t, a_changed_line_arms_nothing);
    tcase_add_test(t, an_unused_arming_follows_the_os_id);
    tcase_add_test(t, a_used_arming_does_not_follow);
    tcase_add_test(t, an_order_for_another_os_stays);
    tcase_add_test(t, swapped_ports_arm_nothing);
    tcase_add_test(t, a_stranger_is_new);
    tcase_add_test(t, a_lost_store_arms_none);
    tcase_add_loop_test(t, arm_limit, 0, COUNT(limits));
    tcase_add_test(t, the_limit_counts_what_would_arm);
    tcase_add_test(t, a_removed_held_line_is_forgotten);
    tcase_add_test(t, all_of_it_is_stored);
    return t;
}

int main(void) {
    Suite *s = suite_create("declare");
    suite_add_tcase(s, cases("whole", setup));
    suite_add_tcase(s, cases("changes", setup_changes));
    return suite_run(s);
}
