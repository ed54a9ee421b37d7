/* The plugin from its descriptor on: socket, routes, orders. */
#include "api_socket.h"
#include "fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

static struct fake f;
static struct api_config config;
static char path[128];

static void setup(void) {
    fake_begin(&f);
    config = (struct api_config){.socket = "pxed.sock", .group = ""};
    f.core.ctx.config = &config;
    snprintf(path, sizeof(path), "%s/pxed.sock", f.state);
}

static void teardown(void) {
    fake_end(&f);
}

static void start(void) {
    const struct pxed_plugin *plugin = pxed_plugin_query(PXED_ABI_MAJOR);
    ck_assert_int_eq(plugin->init(&f.core.ctx), 0);
    ck_assert_int_eq(plugin->start(&f.core.ctx), 0);
}

static void stop(void) {
    pxed_plugin_query(PXED_ABI_MAJOR)->fini(&f.core.ctx);
}

static const char *at(const json_t *rows, size_t i, const char *key) {
    const char *text = json_string_value(json_object_get(json_array_get(rows, i), key));
    return text ? text : "(absent)";
}

static const char *error_of(const json_t *o, const char *key) {
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "(absent)";
}

/* ---- socket */

START_TEST(socket_life) {
    struct stat st;
    start();
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert(S_ISSOCK(st.st_mode));
    ck_assert_int_eq(st.st_mode & 07777, 0660);
    stop();
    ck_assert_int_eq(stat(path, &st), -1);
}
END_TEST

START_TEST(socket_stale) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
    close(fd); /* as after SIGKILL: the name stays, nobody answers */
    start();
    stop();
}
END_TEST

START_TEST(socket_in_use) {
    start();
    struct fake_core second;
    fake_core_open(&second, NULL, &config);
    second.state_dir = f.state;
    ck_assert_int_eq(pxed_plugin_query(1)->init(&second.ctx), -EADDRINUSE);
    ck_assert_uint_eq(second.errors, 1);
    fake_core_close(&second);
    ck_assert_int_eq(access(path, F_OK), 0);
    stop();
}
END_TEST

START_TEST(socket_spares_files) {
    FILE *file = fopen(path, "w");
    fclose(file);
    ck_assert_int_eq(pxed_plugin_query(1)->init(&f.core.ctx), -EEXIST);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(socket_not_ours_any_more) {
    start();
    ck_assert_int_eq(unlink(path), 0);
    FILE *file = fopen(path, "w");
    fclose(file);
    stop();
    ck_assert_int_eq(unlink(path), 0); /* still there */
}
END_TEST

START_TEST(socket_too_long) {
    char name[160];
    memset(name, 'x', sizeof(name));
    name[0] = '/';
    name[108] = '\0';
    config.socket = name;
    struct pxed_diags diags = {0};
    const struct pxed_protocol_ops *ops = pxed_plugin_query(1)->ops;
    ops->check(&config, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.errors, 1);
    pxed_diags_clear(&diags);
    ck_assert_int_eq(pxed_plugin_query(1)->init(&f.core.ctx), -ENAMETOOLONG);
}
END_TEST

START_TEST(check_group) {
    struct pxed_diags diags = {0};
    const struct pxed_protocol_ops *ops = pxed_plugin_query(1)->ops;
    config.group = "no-such-group-here";
    ops->check(&config, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_uint_eq(diags.warnings, 1);
    pxed_diags_clear(&diags);
}
END_TEST

START_TEST(peer) {
    char text[128], wanted[32];
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct pxed_buf out = PXED_BUF(text);
    api_socket_peer(pair[0], &out);
    pxed_buf_cstr(&out);
    snprintf(wanted, sizeof(wanted), "uid %u", getuid());
    ck_assert(strncmp(text, wanted, strlen(wanted)) == 0);
    if (getuid() == 0)
        ck_assert_str_eq(text, "uid 0 (root)");
    close(pair[0]);
    close(pair[1]);
    out = PXED_BUF(text);
    api_socket_peer(-1, &out);
    ck_assert_str_eq(pxed_buf_cstr(&out), "unknown user");
}
END_TEST

/* ---- questions */

static const struct {
    const char *name, *path, *query;
    size_t rows;
    const char *key, *value; /* of the first row */
} gets[] = {
    {"all machines", "/api/v1/machines", NULL, 4, "name", "web01"},
    {"hosts", "/api/v1/hosts", NULL, 3, "name", "web01"},
    {"no filter is on", "/api/v1/machines", "armed=0&failed=0&unknown=0", 4, "name", "web01"},
    {"armed", "/api/v1/machines", "armed=1", 0, NULL, NULL},
    {"failed", "/api/v1/machines", "failed=1", 2, "reason", "DISK_NOT_BLANK"},
    {"unknown", "/api/v1/machines", "unknown=1", 1, "mac", "08:00:27:4d:4d:03"},
    {"machine by name", "/api/v1/machine", "host=web02", 1, "mac", "08:00:27:4d:4d:02"},
    {"machine by encoded MAC", "/api/v1/machine", "host=08%3A00%3A27%3A4D%3A4D%3A02", 1, "name", "web02"},
    {"machine by address", "/api/v1/machine", "host=10.77.0.50", 1, "name", "web01"},
    {"journal", "/api/v1/journal", NULL, 9, "what", "armed"},
    {"journal since", "/api/v1/journal", "since=107", 1, "what", "local"},
    {"journal of one", "/api/v1/journal", "host=web02", 2, "what", "discovered"},
    {"journal of one, tail", "/api/v1/journal", "host=web02&tail=1", 1, "what", "failed"},
    {"tail longer than all", "/api/v1/journal", "tail=1000", 9, "what", "armed"},
    {"tail of nothing", "/api/v1/journal", "tail=0", 0, NULL, NULL},
    {"why: last boot only", "/api/v1/why", "host=web01", 2, "what", "discovered"},
    {"why: refusals by name", "/api/v1/why", "host=web02", 2, "what", "discovered"},
    {"why: never heard of", "/api/v1/why", "host=web04", 0, NULL, NULL},
    {"why: all", "/api/v1/why", "", 2, "name", "web02"},
    {"transfers", "/api/v1/transfers", NULL, 1, "via", "http"},
    {"leases", "/api/v1/leases", NULL, 2, "name", "web01"},
};

START_TEST(get) {
    start();
    json_t *rows = fake_ask(&f, gets[_i].path, gets[_i].query, NULL);
    ck_assert_msg(f.status == 200 && json_is_array(rows), "%s: %d", gets[_i].name, f.status);
    ck_assert_msg(json_array_size(rows) == gets[_i].rows, "%s: %zu rows", gets[_i].name, json_array_size(rows));
    if (gets[_i].key)
        ck_assert_msg(strcmp(at(rows, 0, gets[_i].key), gets[_i].value) == 0, "%s: %s", gets[_i].name,
                      at(rows, 0, gets[_i].key));
    json_decref(rows);
    stop();
}
END_TEST

static const struct {
    const char *name, *path, *query, *body;
    int status;
    const char *reason;
} refusals[] = {
    {"no such question", "/api/v1/nothing", NULL, NULL, 404, "NOT_FOUND"},
    {"outside", "/", NULL, NULL, 404, "NOT_FOUND"},
    {"prefix alone", "/api/v1/", NULL, NULL, 404, "NOT_FOUND"},
    {"machine without host", "/api/v1/machine", "", NULL, 400, "BAD_REQUEST"},
    {"bad escape", "/api/v1/why", "host=%zz", NULL, 400, "BAD_REQUEST"},
    {"unknown host", "/api/v1/why", "host=wbe01", NULL, 404, "UNKNOWN_MACHINE"},
    {"since is no number", "/api/v1/journal", "since=-1", NULL, 400, "BAD_REQUEST"},
    {"tail is no number", "/api/v1/journal", "tail=x", NULL, 400, "BAD_REQUEST"},
    {"GET arm", "/api/v1/arm", "", NULL, 405, "BAD_REQUEST"},
    {"POST machines", "/api/v1/machines", "", "{}", 405, "BAD_REQUEST"},
    {"no body", "/api/v1/arm", NULL, "", 400, "BAD_REQUEST"},
    {"no JSON", "/api/v1/arm", NULL, "hosts=web01", 400, "BAD_REQUEST"},
    {"no object", "/api/v1/arm", NULL, "[\"web01\"]", 400, "BAD_REQUEST"},
    {"no hosts", "/api/v1/arm", NULL, "{\"hosts\":[]}", 400, "BAD_REQUEST"},
    {"hosts no texts", "/api/v1/arm", NULL, "{\"hosts\":[1]}", 400, "BAD_REQUEST"},
    {"hosts no array", "/api/v1/arm", NULL, "{\"hosts\":\"web01\"}", 400, "BAD_REQUEST"},
    {"mistyped rehearsal", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"],\"dryrun\":true}", 400, "BAD_REQUEST"},
    {"rehearsal as text", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"],\"dry_run\":\"yes\"}", 400, "BAD_REQUEST"},
    {"key twice", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"],\"dry_run\":true,\"dry_run\":false}", 400,
     "BAD_REQUEST"},
    {"no tries", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"],\"tries\":0}", 400, "BAD_REQUEST"},
    {"new with hosts", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"],\"new\":true}", 400, "BAD_REQUEST"},
    {"new with os", "/api/v1/arm", NULL, "{\"new\":true,\"os\":\"rocky-9\"}", 400, "BAD_REQUEST"},
    {"one of two unknown", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\",\"web1\"]}", 404, "UNKNOWN_MACHINE"},
    {"one of two refused", "/api/v1/arm", NULL, "{\"hosts\":[\"web01\",\"web02\"]}", 409, "PROTECTED"},
    {"disarm knows hosts only", "/api/v1/disarm", NULL, "{\"hosts\":[\"web01\"],\"os\":\"x\"}", 400, "BAD_REQUEST"},
    {"disarm unknown", "/api/v1/disarm", NULL, "{\"hosts\":[\"nobody-at-all\"]}", 404, "UNKNOWN_MACHINE"},
};

START_TEST(refusal) {
    f.refusal = PXED_WHY_PROTECTED;
    start();
    json_t *o = fake_ask(&f, refusals[_i].path, refusals[_i].query, refusals[_i].body);
    ck_assert_msg(f.status == refusals[_i].status, "%s: %d", refusals[_i].name, f.status);
    ck_assert_msg(strcmp(error_of(o, "reason"), refusals[_i].reason) == 0, "%s: %s", refusals[_i].name,
                  error_of(o, "reason"));
    ck_assert_msg(strlen(error_of(o, "error")) > 8, "%s", refusals[_i].name);
    ck_assert_uint_eq(f.arms + f.disarms, 0);
    json_decref(o);
    stop();
}
END_TEST

START_TEST(nearest_name) {
    start();
    json_t *o = fake_ask(&f, "/api/v1/why", "host=wbe01", NULL);
    ck_assert_str_eq(error_of(o, "error"), "no machine is called 'wbe01'; did you mean 'web01'?");
    json_decref(o);
    stop();
}
END_TEST

START_TEST(no_leases) {
    fake_core_give(&f.core, "leases/1", NULL);
    start();
    json_t *o = fake_ask(&f, "/api/v1/leases", NULL, NULL);
    ck_assert_int_eq(f.status, 404);
    json_decref(o);
    stop();
}
END_TEST

#define LEASE(ip, expires)                                                                                             \
    "{\"ip\":\"" ip "\",\"mac\":\"08:00:27:4d:4d:aa\",\"expires\":" expires ",\"hostname\":\"web01\"}"

/* A dry run judges and takes nothing; each lease has its row; a store that fails is said. */
START_TEST(leases_are_taken_over) {
    static const char both[] = "{\"leases\":[" LEASE("10.77.0.60", "1795975200") "," LEASE("10.77.0.61", "null") "]}";
    static const char dry[] = "{\"dry_run\":true,\"leases\":[" LEASE("10.77.0.60", "1") "," LEASE("10.9.0.1", "1") "]}";
    start();
    json_t *o = fake_ask(&f, "/api/v1/leases/import", NULL, dry);
    ck_assert_int_eq(f.status, 200);
    ck_assert_str_eq(error_of(json_array_get(o, 0), "reason"), "OK");
    ck_assert_str_eq(error_of(json_array_get(o, 1), "reason"), "LEASE_OUTSIDE");
    ck_assert_uint_eq(f.takes, 0);
    json_decref(o);
    o = fake_ask(&f, "/api/v1/leases/import", NULL, both);
    ck_assert_str_eq(error_of(json_array_get(o, 0), "reason"), "OK");
    ck_assert_str_eq(error_of(json_array_get(o, 0), "ip"), "10.77.0.60");
    ck_assert_str_eq(error_of(json_array_get(o, 1), "reason"), "LEASE_TAKEN");
    ck_assert_uint_eq(f.takes, 1);
    json_decref(o);
    f.result = -5;
    o = fake_ask(&f, "/api/v1/leases/import", NULL, both);
    ck_assert_str_eq(error_of(json_array_get(o, 0), "reason"), "STORE_CANNOT_WRITE");
    json_decref(o);
    stop();
}
END_TEST

#define BAD_NAME                                                                                                       \
    "{\"leases\":[{\"ip\":\"10.77.0.60\",\"mac\":\"08:00:27:4d:4d:aa\",\"expires\":1,\"hostname\":\"a b\"}]}"

START_TEST(odd_imports) {
    static const char *const bodies[] = {"",
                                         "{}",
                                         "[]",
                                         "{\"leases\":{}}",
                                         "{\"leases\":[1]}",
                                         "{\"leases\":[{\"ip\":\"10.77.0.60\"}]}",
                                         "{\"leases\":[" LEASE("fd00::1", "1") "]}",
                                         "{\"leases\":[" LEASE("10.77.0.60", "\"soon\"") "]}",
                                         "{\"leases\":[{\"ip\":\"10.77.0.60\",\"mac\":\"x\",\"expires\":1}]}",
                                         BAD_NAME};
    start();
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        json_t *o = fake_ask(&f, "/api/v1/leases/import", NULL, bodies[i]);
        ck_assert_msg(f.status == 400, "%s: %d", bodies[i], f.status);
        json_decref(o);
    }
    ck_assert_uint_eq(f.takes, 0);
    f.leases.size = offsetof(struct pxed_leases_service, judge);
    json_t *o = fake_ask(&f, "/api/v1/leases/import", NULL, "{\"leases\":[]}");
    ck_assert_int_eq(f.status, 404); /* a plugin of an older minor */
    json_decref(o);
    stop();
}
END_TEST

START_TEST(wire_text_stays_json) {
    start();
    fake_step(&f, 1, "event", PXED_WHY_OK, "a\"\\\x01\xff\xc3(");
    json_t *rows = fake_ask(&f, "/api/v1/journal", "tail=1", NULL);
    ck_assert_str_eq(at(rows, 0, "text"), "a\"\\\x01\xef\xbf\xbd\xef\xbf\xbd(");
    json_decref(rows);
    stop();
}
END_TEST

/* More than fits into the answer's first piece of memory. */
START_TEST(long_answer) {
    start();
    while (f.n_steps < FAKE_STEPS)
        fake_step(&f, 2, "event", PXED_WHY_NO_IMAGE, "0123456789012345678901234567890123456789");
    json_t *rows = fake_ask(&f, "/api/v1/journal", NULL, NULL);
    ck_assert_uint_eq(json_array_size(rows), FAKE_STEPS);
    ck_assert_str_eq(at(rows, FAKE_STEPS - 1, "reason"), "NO_IMAGE");
    json_decref(rows);
    stop();
}
END_TEST

/* ---- orders */

START_TEST(arm) {
    start();
    json_t *rows = fake_ask(&f, "/api/v1/arm", NULL,
                            "{\"hosts\":[\"web02\",\"08-00-27-4D-4D-01\",\"web02\"],\"os\":\"debian-12\",\"tries\":3}");
    ck_assert_int_eq(f.status, 200);
    ck_assert_uint_eq(json_array_size(rows), 2); /* as asked, each once */
    ck_assert_str_eq(at(rows, 0, "name"), "web02");
    ck_assert_str_eq(at(rows, 1, "name"), "web01");
    ck_assert_str_eq(at(rows, 0, "order_os"), "debian-12");
    ck_assert_str_eq(at(rows, 0, "order_right"), "any");
    ck_assert_uint_eq(f.arms, 1);
    ck_assert_uint_eq(f.n_macs, 2);
    ck_assert_uint_eq(f.tries, 3);
    ck_assert_str_eq(f.os, "debian-12");
    ck_assert_str_eq(f.who, "unknown user");
    json_decref(rows);
    stop();
}
END_TEST

START_TEST(arm_rehearsal) {
    f.refusal = PXED_WHY_PROTECTED;
    start();
    json_t *rows = fake_ask(&f, "/api/v1/arm", NULL, "{\"hosts\":[\"web01\",\"web02\"],\"dry_run\":true}");
    ck_assert_int_eq(f.status, 200);
    ck_assert_uint_eq(f.arms, 0);
    ck_assert_str_eq(at(rows, 0, "refusal"), "");
    ck_assert_str_eq(at(rows, 0, "order_os"), "centos-5.5-i386");
    ck_assert_str_eq(at(rows, 1, "refusal"), "PROTECTED");
    json_decref(rows);
    stop();
}
END_TEST

START_TEST(arm_new) {
    start();
    json_t *rows = fake_ask(&f, "/api/v1/arm", NULL, "{\"new\":true,\"hosts\":[]}");
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(at(rows, 0, "name"), "web04");
    ck_assert_str_eq(at(rows, 0, "order_right"), "blank");
    ck_assert(f.new_lines);
    ck_assert_uint_eq(f.n_macs, 0);
    json_decref(rows);
    f.machines[3].held_new = false;
    rows = fake_ask(&f, "/api/v1/arm", NULL, "{\"new\":true}");
    ck_assert_int_eq(f.status, 200);
    ck_assert_uint_eq(json_array_size(rows), 0);
    ck_assert_uint_eq(f.arms, 1); /* nothing held: nothing ordered */
    json_decref(rows);
    stop();
}
END_TEST

START_TEST(arm_later) {
    f.hold_done = true;
    start();
    json_decref(fake_ask(&f, "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"]}"));
    ck_assert_int_eq(f.replies, 0);
    fake_done(&f);
    ck_assert_int_eq(f.replies, 1);
    ck_assert_int_eq(f.status, 200);
    stop();
}
END_TEST

START_TEST(arm_store_fails) {
    f.result = -ENOSPC;
    start();
    json_t *o = fake_ask(&f, "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"]}");
    ck_assert_int_eq(f.status, 500);
    ck_assert_str_eq(error_of(o, "reason"), "STORE_FAILED");
    json_decref(o);
    stop();
}
END_TEST

/* The daemon stops while the store still writes: nothing is answered, nothing is freed twice (ASan watches). */
START_TEST(arm_outlives_plugin) {
    f.hold_done = true;
    start();
    json_decref(fake_ask(&f, "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"]}"));
    stop();
    fake_done(&f);
    ck_assert_int_eq(f.replies, 0);
}
END_TEST

static const struct {
    const char *body, *busy;
    int status;
    unsigned rows, stops;
} stops[] = {
    {"{}", "", 200, 0, 1},
    {"{}", "installing", 200, 1, 1}, /* at once: says whom it cuts off */
    {"{\"when_idle\":true}", "", 200, 0, 1},
    {"{\"when_idle\":true}", "installing", 200, 1, 0},
    {"{\"when_idle\":true}", "booting", 200, 1, 0},
    {"{\"when_idle\":false}", "booting", 200, 1, 1},
    {"{\"when_idle\":true,\"dry_run\":true}", "", 200, 0, 0},
    {"{\"dry_run\":true}", "installing", 200, 1, 0},
    {"{\"when_idle\":1}", "", 400, 0, 0},
    {"{\"now\":true}", "", 400, 0, 0},
    {"[]", "", 400, 0, 0},
    {"", "", 400, 0, 0},
};

START_TEST(order_to_stop) {
    f.machines[1].busy = stops[_i].busy;
    start();
    json_t *rows = fake_ask(&f, "/api/v1/stop", NULL, stops[_i].body);
    ck_assert_int_eq(f.status, stops[_i].status);
    ck_assert_uint_eq(json_is_array(rows) ? json_array_size(rows) : 0, stops[_i].rows);
    if (stops[_i].rows > 0) {
        ck_assert_str_eq(at(rows, 0, "name"), "web02");
        ck_assert_str_eq(at(rows, 0, "busy"), stops[_i].busy);
    }
    ck_assert_uint_eq(f.stops, stops[_i].stops);
    if (f.stops > 0)
        ck_assert_str_eq(f.who, "unknown user");
    json_decref(rows);
    stop();
}
END_TEST

START_TEST(disarm) {
    start();
    json_t *rows = fake_ask(&f, "/api/v1/disarm", NULL, "{\"hosts\":[\"web01\",\"10.77.0.51\"]}");
    ck_assert_int_eq(f.status, 200);
    ck_assert_uint_eq(f.disarms, 1);
    ck_assert_uint_eq(f.n_macs, 2);
    ck_assert_str_eq(at(rows, 0, "install"), "installed");
    ck_assert_str_eq(at(rows, 1, "install"), "failed");
    json_decref(rows);
    stop();
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int main(void) {
    Suite *s = suite_create("api");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, socket_life);
    tcase_add_test(t, socket_stale);
    tcase_add_test(t, socket_in_use);
    tcase_add_test(t, socket_spares_files);
    tcase_add_test(t, socket_not_ours_any_more);
    tcase_add_test(t, socket_too_long);
    tcase_add_test(t, check_group);
    tcase_add_test(t, peer);
    tcase_add_loop_test(t, get, 0, ROWS(gets));
    tcase_add_loop_test(t, refusal, 0, ROWS(refusals));
    tcase_add_test(t, nearest_name);
    tcase_add_test(t, no_leases);
    tcase_add_test(t, leases_are_taken_over);
    tcase_add_test(t, odd_imports);
    tcase_add_test(t, wire_text_stays_json);
    tcase_add_test(t, long_answer);
    tcase_add_test(t, arm);
    tcase_add_test(t, arm_rehearsal);
    tcase_add_test(t, arm_new);
    tcase_add_test(t, arm_later);
    tcase_add_test(t, arm_store_fails);
    tcase_add_test(t, arm_outlives_plugin);
    tcase_add_test(t, disarm);
    tcase_add_loop_test(t, order_to_stop, 0, ROWS(stops));
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
