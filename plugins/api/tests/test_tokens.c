/* Tokens, scopes and groups, the stream of events, and the routes that look at the server. */
#define _GNU_SOURCE
#include "api_openapi.h"
#include "api_table.h"
#include "api_token_record.h"
#include "fake.h"
#include "fake_content.h"
#include "fake_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

static struct fake f;
static struct fake_store store;
static struct fake_contents contents;
static struct api_config config;
static bool store_is_old;

static bool is_old(void *self) {
    (void)self;
    return store_is_old;
}

static enum pxed_reason find(struct fake_contents *c, const struct pxed_request *r, struct pxed_content **ret,
                             unsigned *ret_late_ms) {
    static const char script[] = "#!gpxe\nkernel http://pxe/boot/os/d/linux url=http://pxe/boot/s/"
                                 "00000000000000000000000000000000/hosts/08-00-27-4d-4d-01/preseed.cfg\n"
                                 "initrd http://pxe/boot/hosts/08-00-27-4d-4d-01/preseed.cfg\nboot\n";
    bool own = pxed_addr_eq(&r->peer, &r->local);
    (void)ret_late_ms;
    *ret = !own                                                  ? NULL
           : pxed_slice_is(r->path, "/metrics")                  ? fake_content_bytes(c, PXED_SLICE("pxed_hosts 3\n"))
           : pxed_slice_is(r->query, "mac=08-00-27-4d-4d-01")    ? fake_content_bytes(c, pxed_slice_of(script))
           : pxed_slice_ends(r->path, PXED_SLICE("preseed.cfg")) ? fake_content_bytes(c, PXED_SLICE("d-i ***\n"))
                                                                 : NULL;
    return *ret ? PXED_WHY_OK : PXED_WHY_NOT_FOUND;
}

/* web01 is of the group web, web02 of db. */
static const struct pxed_host *host_of(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac) {
    static const struct pxed_var web[] = {{.key = PXED_SLICE("group"), .value = PXED_SLICE("web")}};
    static const struct pxed_var db[] = {{.key = PXED_SLICE("group"), .value = PXED_SLICE("db")}};
    static struct pxed_host host;
    static struct pxed_hwaddr own;
    struct pxed_hwaddr web01 = fake_mac(1), web02 = fake_mac(2);
    (void)ctx;
    bool first = pxed_hwaddr_eq(mac, &web01);
    if (!first && !pxed_hwaddr_eq(mac, &web02))
        return NULL;
    own = *mac;
    host = (struct pxed_host){.macs = &own,
                              .n_macs = 1,
                              .name = first ? PXED_SLICE("web01") : PXED_SLICE("web02"),
                              .vars = first ? web : db,
                              .n_vars = 1};
    return &host;
}

static void start(void) {
    const struct pxed_plugin *plugin = pxed_plugin_query(PXED_ABI_MAJOR);
    ck_assert_int_eq(plugin->init(&f.core.ctx), 0);
    ck_assert_int_eq(plugin->start(&f.core.ctx), 0);
}

static void stop(void) {
    pxed_plugin_query(PXED_ABI_MAJOR)->fini(&f.core.ctx);
    fake_core_run(&f.core, 1);
}

static void setup(void) {
    fake_begin(&f);
    store_is_old = false;
    fake_store_open(&store);
    store.service.size = sizeof(store.service);
    store.service.old = is_old;
    fake_core_give(&f.core, "store/1", &store.service);
    fake_contents_open(&contents, &f.core, find);
    f.core.core.host = host_of;
    config = (struct api_config){.socket = "pxed.sock", .group = ""};
    f.core.ctx.config = &config;
    start();
}

static void teardown(void) {
    stop();
    fake_store_close(&store);
    fake_end(&f);
}

static const char *of(const json_t *rows, size_t i, const char *key) {
    const char *text = json_string_value(json_object_get(json_array_get(rows, i), key));
    return text ? text : "(absent)";
}

/* The socket asks; the store answers before the answer is looked at. */
static json_t *order(const char *path, const char *body) {
    json_t *early = fake_ask(&f, path, NULL, body);
    if (early)
        return early;
    fake_store_pump(&store);
    return f.replies == 1 ? json_loads(f.body, 0, NULL) : NULL;
}

static void add(const char *body, char token[static 64]) {
    json_t *rows = order("/api/v1/tokens/add", body);
    ck_assert_msg(f.status == 200, "%s: %s", body, f.body);
    snprintf(token, 64, "%s", of(rows, 0, "token"));
    json_decref(rows);
}

static bool known(const char *token, struct pxed_api_caller *ret) {
    const struct pxed_api_service *api = fake_core_service(&f.core, "api/1");
    return api->who(api->self, pxed_slice_of(token), ret);
}

START_TEST(life_of_a_token) {
    char token[64], other[64];
    struct pxed_api_caller who;
    add("{\"name\":\"grafana\",\"scopes\":[\"read\"]}", token);
    add("{\"name\":\"op\",\"scopes\":[\"arm\",\"operate\"],\"hosts\":[\"group:web\",\"group:db\"]}", other);
    ck_assert_uint_eq(strlen(token), API_TOKEN_TEXT);
    ck_assert(strncmp(token, "pxed_", 5) == 0 && strcmp(token, other) != 0);
    ck_assert(known(token, &who) && pxed_slice_is(who.name, "grafana") && who.scopes == PXED_API_READ);
    ck_assert(known(other, &who) && pxed_slice_is(who.groups, "web db") &&
              who.scopes == (PXED_API_ARM | PXED_API_OPERATE));
    token[API_TOKEN_TEXT - 1] ^= 1;
    ck_assert(!known(token, &who) && !known("", &who) && !known("pxed_", &who));
    token[API_TOKEN_TEXT - 1] ^= 1;
    /* Neither the store nor a list has a token. */
    ck_assert_ptr_null(
        memmem(fake_store_get(&store, "token", "op").ptr, fake_store_get(&store, "token", "op").len, other + 5, 40));
    json_t *rows = fake_ask(&f, "/api/v1/tokens", NULL, NULL);
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_str_eq(of(rows, 1, "scopes"), "operate arm");
    ck_assert_str_eq(of(rows, 1, "made_by"), "unknown user");
    ck_assert_str_eq(of(rows, 1, "token"), "");
    json_decref(rows);
    /* A restart reads them. */
    stop();
    start();
    ck_assert(known(token, &who) && known(other, &who));
    rows = order("/api/v1/tokens/remove", "{\"name\":\"grafana\"}");
    ck_assert_int_eq(f.status, 200);
    json_decref(rows);
    ck_assert(!known(token, &who) && known(other, &who));
    ck_assert_uint_eq(fake_store_count(&store, "token"), 1);
}
END_TEST

START_TEST(only_what_is_on_disk) {
    char token[64];
    struct pxed_api_caller who;
    store.fail = -5;
    json_t *o = order("/api/v1/tokens/add", "{\"name\":\"a\",\"scopes\":[\"read\"]}");
    ck_assert_int_eq(f.status, 500);
    json_decref(o);
    store.fail = 0;
    o = fake_ask(&f, "/api/v1/tokens", NULL, NULL);
    ck_assert_uint_eq(json_array_size(o), 0);
    json_decref(o);
    add("{\"name\":\"a\",\"scopes\":[\"read\"]}", token);
    store.fail = -5;
    o = order("/api/v1/tokens/remove", "{\"name\":\"a\"}");
    ck_assert_int_eq(f.status, 500); /* said, and out of force at once */
    json_decref(o);
    ck_assert(!known(token, &who));
    store.fail = 0;
    /* An older copy of the store brings nothing back, now or later. */
    stop();
    store_is_old = true;
    start();
    fake_store_pump(&store);
    ck_assert(!known(token, &who));
    ck_assert_uint_eq(fake_store_count(&store, "token"), 0);
}
END_TEST

START_TEST(records_are_judged) {
    static const char hash[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    static const struct {
        const char *key, *format;
        bool good;
    } rows[] = {
        {"web", "{\"hash\":\"%s\",\"scopes\":7,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", true},
        {"", "{\"hash\":\"%s\",\"scopes\":7,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", false},
        {"a b", "{\"hash\":\"%s\",\"scopes\":7,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", false},
        {"web", "{\"hash\":\"%s0\",\"scopes\":7,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", false},
        {"web", "{\"hash\":\"%s\",\"scopes\":8,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", false},
        {"web", "{\"hash\":\"%s\",\"scopes\":0,\"groups\":\"\",\"made\":1,\"by\":\"x\"}", false},
        {"web", "{\"hash\":\"%s\",\"scopes\":1,\"groups\":\"\",\"made\":1}", false},
        {"web", "\"%s\"", false},
        {"web", "%s", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        struct api_token t;
        snprintf(text, sizeof(text), rows[i].format, hash);
        ck_assert_msg(api_token_read(pxed_slice_of(rows[i].key), pxed_slice_of(text), &t) == rows[i].good, "%zu: %s", i,
                      text);
    }
}
END_TEST

START_TEST(odd_orders) {
    static const char *const bodies[] = {"",
                                         "[]",
                                         "{\"scopes\":[\"read\"]}",
                                         "{\"name\":\"a\"}",
                                         "{\"name\":\"a\",\"scopes\":[]}",
                                         "{\"name\":\"a\",\"scopes\":\"read\"}",
                                         "{\"name\":\"a\",\"scopes\":[\"root\"]}",
                                         "{\"name\":\"a b\",\"scopes\":[\"read\"]}",
                                         "{\"name\":\"a\",\"scopes\":[\"read\"],\"hosts\":\"group:web\"}",
                                         "{\"name\":\"a\",\"scopes\":[\"read\"],\"hosts\":[\"web01\"]}",
                                         "{\"name\":\"a\",\"scopes\":[\"read\"],\"hosts\":[\"group:\"]}",
                                         "{\"name\":\"a\",\"scopes\":[\"read\"],\"hosts\":[\"group:a b\"]}",
                                         "{\"name\":\"a\",\"scopes\":[\"read\"],\"host\":[\"group:web\"]}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        json_t *o = order("/api/v1/tokens/add", bodies[i]);
        ck_assert_msg(f.status == 400, "%s: %d", bodies[i], f.status);
        json_decref(o);
    }
    char token[64];
    add("{\"name\":\"grafana\",\"scopes\":[\"read\"]}", token);
    json_decref(order("/api/v1/tokens/add", "{\"name\":\"grafana\",\"scopes\":[\"arm\"]}"));
    ck_assert_int_eq(f.status, 409);
    json_t *o = order("/api/v1/tokens/remove", "{\"name\":\"graphana\"}");
    ck_assert_int_eq(f.status, 404);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(o, "error")), "did you mean 'grafana'?"));
    json_decref(o);
    fake_core_give(&f.core, "store/1", NULL);
    stop();
    start();
    json_decref(order("/api/v1/tokens/add", "{\"name\":\"a\",\"scopes\":[\"read\"]}"));
    ck_assert_int_eq(f.status, 409); /* nothing keeps records: no tokens */
}
END_TEST

/* Every route with every scope: what is allowed, what is refused and how it is said. */
START_TEST(scopes_of_routes) {
    static const unsigned scopes[] = {0, PXED_API_READ, PXED_API_OPERATE, PXED_API_ARM, 7};
    size_t routes = 0;
    for (const struct api_route *r = api_table; r->name; r++, routes++)
        for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
            bool allowed = r->scope != 0 && (r->scope == PXED_API_READ ? scopes[s] != 0 : (scopes[s] & r->scope) != 0);
            struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = scopes[s], .viewers = 100};
            char path[64];
            snprintf(path, sizeof(path), "/api/v1/%s", r->name);
            json_t *o = fake_ask_as(&f, &who, path, "host=web01", r->post ? "{}" : NULL);
            ck_assert_msg((f.status == 403) == !allowed, "%s with %u: %d", r->name, scopes[s], f.status);
            if (!allowed) {
                const char *error = json_string_value(json_object_get(o, "error"));
                ck_assert_str_eq(json_string_value(json_object_get(o, "reason")), "SCOPE_MISSING");
                ck_assert_msg(strstr(error, r->scope == 0               ? "socket alone"
                                            : r->scope == PXED_API_ARM  ? "needs the scope arm; the token t has"
                                            : r->scope == PXED_API_READ ? "needs the scope read"
                                                                        : "needs the scope operate; the token t has"),
                              "%s", error);
            }
            json_decref(o);
        }
    ck_assert_uint_eq(routes, 26);
    ck_assert_uint_eq(f.arms + f.disarms + f.stops, 0);
}
END_TEST

START_TEST(who_did_it) {
    struct pxed_api_caller who = {.name = PXED_SLICE("jenkins"), .scopes = PXED_API_ARM};
    json_decref(fake_ask_as(&f, &who, "/api/v1/arm", NULL, "{\"hosts\":[\"web01\"]}"));
    ck_assert_int_eq(f.status, 200);
    ck_assert_str_eq(f.who, "token jenkins");
    ck_assert_ptr_nonnull(strstr(f.headers, "Cache-Control: no-store\r\n"));
}
END_TEST

/* A token for some hosts sees and orders no others, and learns no other's name. */
START_TEST(groups_are_walls) {
    static const struct {
        const char *path, *query, *body;
        int status;
        size_t rows;
    } rows[] = {
        {"machines", NULL, NULL, 200, 1},
        {"hosts", NULL, NULL, 200, 1},
        {"machines", "from=0&count=9", NULL, 200, 1},
        {"machine", "host=web01", NULL, 200, 1},
        {"machine", "host=web02", NULL, 404, 0},
        {"machine", "host=wbe02", NULL, 404, 0},
        {"machine", "host=08:00:27:4d:4d:03", NULL, 404, 0},
        {"journal", NULL, NULL, 200, 7},
        {"journal", "tail=2", NULL, 200, 2},
        {"journal", "host=web02", NULL, 404, 0},
        {"why", "host=web02", NULL, 404, 0},
        {"faults", NULL, NULL, 200, 0},
        {"transfers", NULL, NULL, 200, 0},
        {"leases", NULL, NULL, 200, 1},
        {"explain", "host=web02", NULL, 404, 0},
        {"disarm", NULL, "{\"hosts\":[\"web01\"]}", 200, 1},
        {"disarm", NULL, "{\"hosts\":[\"web01\",\"web02\"]}", 404, 0},
        {"arm", NULL, "{\"hosts\":[\"web02\"]}", 404, 0},
        {"arm", NULL, "{\"new\":true}", 403, 0},
        {"adopt", NULL, "{\"new\":true}", 403, 0},
        {"event", NULL, "{\"host\":\"web02\",\"stage\":\"failed\"}", 404, 0},
        {"leases/import", NULL, "{\"leases\":[]}", 403, 0},
    };
    struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = 7, .groups = PXED_SLICE("mail web")};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "/api/v1/%s", rows[i].path);
        json_t *o = fake_ask_as(&f, &who, path, rows[i].query, rows[i].body);
        ck_assert_msg(f.status == rows[i].status, "%zu %s: %d %s", i, rows[i].path, f.status, f.body);
        ck_assert_msg(f.status != 200 || json_array_size(o) == rows[i].rows, "%zu %s: %zu rows", i, rows[i].path,
                      json_array_size(o));
        ck_assert_msg(!strstr(f.body, "did you mean 'web02'") && !strstr(f.body, "10.77.0.51"), "%s", f.body);
        json_decref(o);
    }
}
END_TEST

START_TEST(pages_of_machines) {
    json_t *o = fake_ask(&f, "/api/v1/machines", "from=0&count=3", NULL);
    ck_assert_uint_eq(json_array_size(o), 3);
    ck_assert_ptr_nonnull(strstr(f.headers, "Link: </api/v1/machines?from=3&count=3>; rel=\"next\"\r\n"));
    json_decref(o);
    o = fake_ask(&f, "/api/v1/machines", "from=3&count=3", NULL);
    ck_assert_uint_eq(json_array_size(o), 1);
    ck_assert_ptr_null(strstr(f.headers, "Link:"));
    json_decref(o);
    o = fake_ask(&f, "/api/v1/machines", "from=9223372036854775807&count=9223372036854775807", NULL);
    ck_assert_uint_eq(json_array_size(o), 0);
    json_decref(o);
}
END_TEST

START_TEST(looks_at_the_server) {
    json_t *o = fake_ask(&f, "/api/v1/images", NULL, NULL);
    ck_assert_str_eq(of(o, 1, "reason"), "NO_IMAGE");
    json_decref(o);
    o = fake_ask(&f, "/api/v1/nets", NULL, NULL);
    ck_assert_str_eq(of(o, 0, "net"), "10.77.0.0/24");
    json_decref(o);
    o = fake_ask(&f, "/api/v1/health", NULL, NULL);
    ck_assert_uint_eq(json_array_size(o), 2);
    ck_assert_str_eq(of(o, 0, "name"), "store");
    ck_assert_str_eq(of(o, 1, "name"), "BAD_MAC");
    json_decref(o);
    o = fake_ask(&f, "/api/v1/explain", "host=web01", NULL);
    ck_assert_uint_eq(json_array_size(o), 2); /* the file is named twice, and shown once by its plain name */
    ck_assert_str_eq(of(o, 1, "path"), "/boot/hosts/08-00-27-4d-4d-01/preseed.cfg");
    ck_assert_str_eq(of(o, 1, "text"), "d-i ***\n");
    json_decref(o);
    o = fake_ask(&f, "/api/v1/explain", "host=web02", NULL);
    ck_assert_str_eq(of(o, 0, "reason"), "NOT_FOUND");
    json_decref(o);
    fake_ask(&f, "/api/v1/metrics", NULL, NULL);
    ck_assert_str_eq(f.body, "pxed_hosts 3\n");
    ck_assert_uint_eq(contents.opened, contents.released);
}
END_TEST

/* ---- the stream */

START_TEST(events) {
    struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = 1, .viewers = 2};
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    ck_assert_int_eq(f.streams, 1);
    ck_assert_ptr_nonnull(strstr(f.streamed, "event: hello\n"));
    fake_core_run(&f.core, 600);
    ck_assert_ptr_null(strstr(f.streamed, "event: step")); /* what was before is asked, not told */
    fake_step(&f, 1, "armed", PXED_WHY_OK, "os=x");
    fake_step(&f, 1, "discovered", PXED_WHY_OK, "");
    fake_core_run(&f.core, 600);
    const char *step = strstr(f.streamed, "event: step\ndata: {\"seq\":109,"),
               *machine = strstr(f.streamed, "event: machine");
    ck_assert(step && machine && strstr(machine, "\"name\":\"web01\""));
    ck_assert_ptr_null(strstr(machine + 1, "event: machine")); /* once for two steps */
    fake_core_run(&f.core, 600);
    ck_assert_ptr_nonnull(strstr(f.streamed, "event: transfers\ndata: [{"));
    /* It does not take any more: later it is told that it lost something. */
    f.stream_full = true;
    fake_step(&f, 2, "armed", PXED_WHY_OK, "os=x");
    fake_core_run(&f.core, 600);
    f.stream_full = false;
    ck_assert_ptr_null(strstr(f.streamed, "event: lost"));
    f.stream.ready(f.stream.arg);
    ck_assert_ptr_nonnull(strstr(f.streamed, "event: lost\n"));
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    ck_assert_int_eq(f.streams, 2);
    json_t *o = fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    ck_assert_int_eq(f.status, 503); /* two viewers look already */
    json_decref(o);
    f.stream.gone(f.stream.arg);
    f.streams--;
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    ck_assert_int_eq(f.streams, 2);
}
END_TEST

START_TEST(events_of_a_group) {
    struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = 1, .groups = PXED_SLICE("db"), .viewers = 2};
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    fake_step(&f, 1, "armed", PXED_WHY_OK, "os=x");
    fake_step(&f, 2, "armed", PXED_WHY_OK, "os=x");
    fake_core_run(&f.core, 1200);
    ck_assert_ptr_null(strstr(f.streamed, "web01"));
    ck_assert_ptr_nonnull(strstr(f.streamed, "\"name\":\"web02\""));
    ck_assert_ptr_nonnull(strstr(f.streamed, "event: transfers\ndata: [{\"mac\":\"08:00:27:4d:4d:02\""));
    /* With its token the stream ends. */
    char token[64];
    add("{\"name\":\"t\",\"scopes\":[\"read\"]}", token);
    ck_assert_int_eq(f.streams, 1);
    json_decref(order("/api/v1/tokens/remove", "{\"name\":\"t\"}"));
    ck_assert_int_eq(f.streams, 0);
}
END_TEST

/* Hosts come and go by a load, without a step. */
START_TEST(a_load_is_told) {
    struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = 1, .viewers = 1};
    f.generation = 4;
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    fake_core_run(&f.core, 600);
    ck_assert_ptr_null(strstr(f.streamed, "event: lost"));
    f.generation++;
    fake_core_run(&f.core, 600);
    const char *lost = strstr(f.streamed, "event: lost\n");
    ck_assert_ptr_nonnull(lost);
    fake_core_run(&f.core, 600);
    ck_assert_ptr_null(strstr(lost + 1, "event: lost"));
}
END_TEST

/* What burst would not fit is not told in pieces. */
START_TEST(a_burst_is_lost_as_a_whole) {
    static char text[7000];
    struct pxed_api_caller who = {.name = PXED_SLICE("t"), .scopes = 1, .viewers = 1};
    memset(text, 'x', sizeof(text) - 1);
    fake_ask_as(&f, &who, "/api/v1/events", NULL, NULL);
    while (f.n_steps < FAKE_STEPS)
        fake_step(&f, 2, "event", PXED_WHY_OK, text);
    fake_core_run(&f.core, 600);
    ck_assert_ptr_nonnull(strstr(f.streamed, "event: lost\n"));
    ck_assert_ptr_null(strstr(f.streamed, "event: step"));
}
END_TEST

/* --- copies of the store */

static void (*copy_done)(void *arg, int result, const char *file);
static void *copy_arg;

static int copy_begun(void *self, void (*done)(void *arg, int result, const char *file), void *arg) {
    (void)self;
    if (copy_done)
        return -EBUSY;
    copy_done = done;
    copy_arg = arg;
    return 0;
}

static void copy_told(int result, const char *file) {
    void (*done)(void *arg, int r, const char *name) = copy_done;
    copy_done = NULL;
    done(copy_arg, result, file);
}

START_TEST(copies_are_ordered_by_the_socket) {
    static const struct pxed_api_caller all = {.name = PXED_SLICE("ci"), .scopes = 7};
    json_decref(fake_ask(&f, "/api/v1/backup", NULL, "{}")); /* this store cannot */
    ck_assert_int_eq(f.status, 404);
    store.service.backup = copy_begun;
    json_decref(fake_ask_as(&f, &all, "/api/v1/backup", NULL, "{}"));
    ck_assert_int_eq(f.status, 403);
    ck_assert_ptr_null(copy_done);

    json_decref(fake_ask(&f, "/api/v1/backup", NULL, "{}"));
    json_decref(fake_ask(&f, "/api/v1/backup", NULL, "{}"));
    ck_assert_int_eq(f.status, 409); /* the first is not answered yet */
    copy_told(0, "/state/pxed.db.backup-1");
    ck_assert_int_eq(f.status, 200);
    ck_assert_ptr_nonnull(strstr(f.body, "\"file\":\"/state/pxed.db.backup-1\""));

    json_decref(fake_ask(&f, "/api/v1/backup", NULL, "{}"));
    copy_told(-ENOSPC, NULL);
    ck_assert_int_eq(f.status, 500);
    ck_assert_ptr_nonnull(strstr(f.body, "No space left on device"));
}
END_TEST

int main(void) {
    Suite *s = suite_create("api tokens");
    TCase *t = tcase_create("api");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, life_of_a_token);
    tcase_add_test(t, only_what_is_on_disk);
    tcase_add_test(t, records_are_judged);
    tcase_add_test(t, odd_orders);
    tcase_add_test(t, scopes_of_routes);
    tcase_add_test(t, who_did_it);
    tcase_add_test(t, groups_are_walls);
    tcase_add_test(t, pages_of_machines);
    tcase_add_test(t, looks_at_the_server);
    tcase_add_test(t, events);
    tcase_add_test(t, events_of_a_group);
    tcase_add_test(t, a_load_is_told);
    tcase_add_test(t, a_burst_is_lost_as_a_whole);
    tcase_add_test(t, copies_are_ordered_by_the_socket);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
