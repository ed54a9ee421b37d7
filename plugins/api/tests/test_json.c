/* JSON of each kind of answer. */
#include "api_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "pxed/json.h"
#include "suite.h"

static const struct {
    const char *name, *in, *out;
    size_t n; /* 0: strlen */
} texts[] = {
    {"plain", "web01", "\"web01\"", 0},
    {"quote and backslash", "a\"b\\c", "\"a\\\"b\\\\c\"", 0},
    {"line end", "a\nb\x7f", "\"a\\u000ab\\u007f\"", 0},
    {"nul", "a\0b", "\"a\\u0000b\"", 3},
    {"two bytes", "\xc3\xa9", "\"\xc3\xa9\"", 0},
    {"four bytes", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"", 0},
    {"lone continuation", "a\x80z", "\"a\\ufffdz\"", 0},
    {"overlong slash", "\xc0\xaf", "\"\\ufffd\\ufffd\"", 0},
    {"overlong three", "\xe0\x80\x80", "\"\\ufffd\\ufffd\\ufffd\"", 0},
    {"surrogate", "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"", 0},
    {"beyond unicode", "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"", 0},
    {"cut short", "ab\xe2\x82", "\"ab\\ufffd\\ufffd\"", 0},
    {"latin-1", "caf\xe9", "\"caf\\ufffd\"", 0},
};

START_TEST(text) {
    char room[128];
    struct pxed_buf out = PXED_BUF(room);
    struct pxed_slice in = pxed_slice_of(texts[_i].in);
    if (texts[_i].n)
        in.len = texts[_i].n;
    pxed_json_text(&out, in);
    ck_assert_msg(pxed_slice_is(pxed_buf_slice(&out), texts[_i].out), "%s", texts[_i].name);
}
END_TEST

static const struct {
    const char *name;
    int64_t ms;
    const char *out;
} times[] = {
    {"epoch", 0, "\"1970-01-01T00:00:00.000Z\""},
    {"before it", -5, "\"1970-01-01T00:00:00.000Z\""},
    {"leap day", 1709210096789, "\"2024-02-29T12:34:56.789Z\""},
    {"day after it", 1709251200000, "\"2024-03-01T00:00:00.000Z\""},
    {"last of a year", 1767225599999, "\"2025-12-31T23:59:59.999Z\""},
    {"first of a year", 1767225600001, "\"2026-01-01T00:00:00.001Z\""},
    {"no leap year", 4107542400000, "\"2100-03-01T00:00:00.000Z\""},
    {"end of time", INT64_MAX, "\"9999-12-31T23:59:59.999Z\""},
};

START_TEST(time_text) {
    char room[64];
    struct pxed_buf out = PXED_BUF(room);
    pxed_json_time(&out, times[_i].ms);
    ck_assert_msg(pxed_slice_is(pxed_buf_slice(&out), times[_i].out), "%s: %.*s", times[_i].name,
                  PXED_S(pxed_buf_slice(&out)));
}
END_TEST

/* What an object needs is what it writes: the growing answer relies on it. */
static json_t *parsed(void (*write)(struct pxed_buf *out, const void *view), const void *view) {
    char room[4096];
    struct pxed_buf none = {room, 0, 0}, out = PXED_BUF(room);
    write(&none, view);
    write(&out, view);
    ck_assert_uint_eq(none.len, out.len);
    json_error_t error;
    json_t *o = json_loadb(room, out.len, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(o && json_is_object(o), "%s: %.*s", error.text, (int)out.len, room);
    return o;
}

static const char *member(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? json_string_value(v) : json_is_null(v) ? "(null)" : "(absent)";
}

static const struct pxed_machine_view nobody;

START_TEST(empty_views) {
    json_t *o = parsed(api_json_machine, &nobody);
    ck_assert_str_eq(member(o, "mac"), "");
    ck_assert_str_eq(member(o, "stage_at"), "(null)");
    ck_assert_str_eq(member(o, "reason"), "OK");
    ck_assert_str_eq(member(o, "firmware"), "");
    json_decref(o);
    json_decref(parsed(api_json_journal, &(struct pxed_journal_view){.reason = PXED_REASON_COUNT, .seq = UINT64_MAX}));
    json_decref(parsed(api_json_transfer, &(struct pxed_transfer_view){.size = UINT64_MAX}));
    json_decref(parsed(api_json_lease, &(struct api_lease_view){.lease = &(struct pxed_lease){.expires = INT64_MIN}}));
    json_decref(parsed(api_json_order, &(struct api_order_view){.machine = &nobody}));
}
END_TEST

START_TEST(machine) {
    struct pxed_machine_view m = {.mac = {1, 6, {8, 0, 0x27, 0x4d, 0x4d, 0xaa}},
                                  .declared = true,
                                  .name = PXED_SLICE("we\"b\xff"),
                                  .os = PXED_SLICE("rocky-9"),
                                  .ip = pxed_addr_v4(0x0a4d0032),
                                  .firmware = PXED_FW_EFI_X64,
                                  .stage = "script",
                                  .stage_at = 1767225600001,
                                  .install = "armed",
                                  .tries_left = 2};
    json_t *o = parsed(api_json_machine, &m);
    ck_assert_str_eq(member(o, "mac"), "08:00:27:4d:4d:aa");
    ck_assert_str_eq(member(o, "name"), "we\"b\xef\xbf\xbd");
    ck_assert_str_eq(member(o, "ip"), "10.77.0.50");
    ck_assert_str_eq(member(o, "firmware"), "efi-x64");
    ck_assert_str_eq(member(o, "stage_at"), "2026-01-01T00:00:00.001Z");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "stage_at_ms")), 1767225600001);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "tries_left")), 2);
    json_decref(o);
}
END_TEST

/* What the configuration sets, and nothing that is secret. */
START_TEST(host) {
    const struct pxed_hwaddr mac = {1, 6, {8, 0, 0x27, 0x4d, 0x4d, 0xaa}};
    const struct pxed_var vars[] = {
        {PXED_SLICE("group"), PXED_SLICE("web"), "hosts", 1, 0},
        {PXED_SLICE("admin-password"), PXED_SLICE("hidden"), "hosts", 1, PXED_VAR_SECRET},
        {PXED_SLICE("keyboard"), PXED_SLICE("us"), NULL, 0, 0},
        {PXED_SLICE("rack"), PXED_SLICE("a\"1"), "pxed.ini", 7, 0},
    };
    const struct pxed_host h = {.macs = &mac,
                                .n_macs = 1,
                                .name = PXED_SLICE("web01"),
                                .os = {PXED_SLICE("debian-12"), PXED_SLICE("debian"), PXED_SLICE("12"), PXED_NO_SLICE},
                                .ip = pxed_addr_v4(0x0a4d0032),
                                .vars = vars,
                                .n_vars = 4,
                                .file = "hosts",
                                .line = 1};
    json_t *o = parsed(api_json_host, &h);
    const json_t *set = json_object_get(o, "vars");
    ck_assert_str_eq(member(o, "mac"), "08:00:27:4d:4d:aa");
    ck_assert_str_eq(member(o, "family"), "debian");
    ck_assert_str_eq(member(o, "ip"), "10.77.0.50");
    ck_assert_str_eq(member(o, "group"), "web");
    ck_assert_uint_eq(json_object_size(set), 2);
    ck_assert_str_eq(member(set, "rack"), "a\"1");
    json_decref(o);
}
END_TEST

static const struct {
    const char *name;
    struct pxed_machine_view m;
    enum pxed_reason fault;
} faults[] = {
    {"nothing", {.line = 0}, PXED_WHY_OK},
    {"harmless refusal", {.reason = PXED_WHY_NOT_ARMED}, PXED_WHY_OK},
    {"fault", {.reason = PXED_WHY_NO_IMAGE}, PXED_WHY_NO_IMAGE},
    {"failed, named", {.install = "failed", .fail = PXED_SLICE("DISK_NOT_BLANK")}, PXED_WHY_DISK_NOT_BLANK},
    {"failed, own word", {.install = "failed", .fail = PXED_SLICE("no-raid")}, PXED_WHY_INSTALL_FAILED},
    {"failed, OK is no reason", {.install = "failed", .fail = PXED_SLICE("OK")}, PXED_WHY_INSTALL_FAILED},
    {"stalled", {.install = "stalled"}, PXED_WHY_INSTALL_STALLED},
    {"unconfirmed", {.install = "unconfirmed"}, PXED_WHY_INSTALL_UNCONFIRMED},
    {"younger refusal", {.install = "stalled", .install_at = 5, .stage_at = 6, .reason = PXED_WHY_BUSY}, PXED_WHY_BUSY},
    {"older refusal",
     {.install = "stalled", .install_at = 7, .stage_at = 6, .reason = PXED_WHY_BUSY},
     PXED_WHY_INSTALL_STALLED},
    {"armed again", {.install = "armed", .fail = PXED_SLICE("DISK_NONE")}, PXED_WHY_OK},
};

START_TEST(machine_fault) {
    ck_assert_msg(pxed_machine_fault(&faults[_i].m) == faults[_i].fault, "%s", faults[_i].name);
}
END_TEST

static const struct {
    const char *name, *what, *before;
    bool opens;
} opens[] = {
    {"first of all", "armed", "", true},           {"power on", "discovered", "local", true},
    {"ladder goes on", "script", "loader", false}, {"script after local", "script", "local", true},
    {"event", "installed", "answer", false},
};

START_TEST(journal_opens) {
    ck_assert_msg(pxed_journal_opens(pxed_slice_of(opens[_i].what), pxed_slice_of(opens[_i].before)) == opens[_i].opens,
                  "%s", opens[_i].name);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int main(void) {
    Suite *s = suite_create("api json");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, text, 0, ROWS(texts));
    tcase_add_loop_test(t, time_text, 0, ROWS(times));
    tcase_add_test(t, empty_views);
    tcase_add_test(t, machine);
    tcase_add_test(t, host);
    tcase_add_loop_test(t, machine_fault, 0, ROWS(faults));
    tcase_add_loop_test(t, journal_opens, 0, ROWS(opens));
    suite_add_tcase(s, t);
    return suite_run(s);
}
