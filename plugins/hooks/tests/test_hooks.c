/* What hooks are told: JSON, environment, signature, and when they are told again. */
#include <jansson.h>

#include "event.h"
#include "pxed/plugin.h"
#include "sign.h"
#include "suite.h"

static const struct hooks_event failed = {.seq = 42,
                                          .at = 1767225600001,
                                          .mac = {1, 6, {8, 0, 0x27, 0x4d, 0x4d, 0xaa}},
                                          .ip = {4, {10, 77, 0, 50}},
                                          .what = {"failed", 6},
                                          .name = {"web01", 5},
                                          .os = {"debian-12", 9},
                                          .reason = PXED_WHY_DISK_NOT_BLANK,
                                          .text = {"a \"b\" \n\xff", 8}};

START_TEST(words) {
    for (int i = 0; i < HOOKS_WORDS; i++)
        ck_assert_int_eq(hooks_word(pxed_slice_of(hooks_words[i])), i);
    ck_assert_ptr_null(hooks_words[HOOKS_WORDS]);
    ck_assert_int_eq(hooks_word(PXED_SLICE("install")), -1);
    ck_assert_int_eq(hooks_word(PXED_NO_SLICE), -1);
    for (int i = 0; i < PXED_STAGE_COUNT; i++)
        ck_assert_msg(*pxed_stage_names[i] == '\0' || hooks_word(pxed_slice_of(pxed_stage_names[i])) >= 0, "%s",
                      pxed_stage_names[i]);
}
END_TEST

START_TEST(event_as_json) {
    char room[4096];
    struct pxed_buf none = {NULL, 0, 0}, out = PXED_BUF(room);
    json_error_t error;
    hooks_event_json(&failed, "ops", &none);
    hooks_event_json(&failed, "ops", &out);
    ck_assert_uint_eq(none.len, out.len);
    ck_assert_int_eq(room[out.len - 1], '\n');
    json_t *o = json_loadb(room, out.len, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(o != NULL, "%s: %.*s", error.text, (int)out.len, room);
    const struct {
        const char *key, *value;
    } rows[] = {{"hook", "ops"},
                {"event", "failed"},
                {"at", "2026-01-01T00:00:00.001Z"},
                {"mac", "08:00:27:4d:4d:aa"},
                {"name", "web01"},
                {"os", "debian-12"},
                {"ip", "10.77.0.50"},
                {"reason", "DISK_NOT_BLANK"},
                {"cure", "pxed arm HOST: erases the disk"},
                {"text", "a \"b\" \n\xef\xbf\xbd"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        ck_assert_str_eq(json_string_value(json_object_get(o, rows[i].key)), rows[i].value);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "seq")), 42);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "at_ms")), 1767225600001);
    json_decref(o);
}
END_TEST

START_TEST(long_texts_are_cut) {
    static char text[HOOKS_TEXT_MAX * 3], room[HOOKS_TEXT_MAX * 8];
    struct hooks_event e = failed;
    struct pxed_buf out = PXED_BUF(room);
    memset(text, 'x', sizeof(text));
    e.text = pxed_slice(text, sizeof(text));
    hooks_event_json(&e, "ops", &out);
    ck_assert(!pxed_buf_full(&out));
    json_t *o = json_loadb(room, out.len, 0, NULL);
    ck_assert_uint_eq(json_string_length(json_object_get(o, "text")), HOOKS_TEXT_MAX);
    json_decref(o);
}
END_TEST

/* The value of NAME, or NULL; texts end with NUL. */
static const char *value_of(struct pxed_slice env, const char *name) {
    for (const char *at = env.ptr; at < env.ptr + env.len; at += strlen(at) + 1)
        if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=')
            return at + strlen(name) + 1;
    return NULL;
}

START_TEST(event_as_environment) {
    char room[4096];
    struct pxed_buf out = PXED_BUF(room);
    struct hooks_event e = failed;
    e.text = PXED_SLICE("a\0PXED_EVENT=forged");
    size_t n = hooks_event_env(&e, "ops", &out), texts = 0;
    struct pxed_slice env = pxed_buf_slice(&out);
    for (size_t i = 0; i < env.len; i++)
        texts += env.ptr[i] == '\0';
    ck_assert_uint_eq(n, texts);
    ck_assert_str_eq(value_of(env, "PXED_HOOK"), "ops");
    ck_assert_str_eq(value_of(env, "PXED_EVENT"), "failed");
    ck_assert_str_eq(value_of(env, "PXED_MAC"), "08:00:27:4d:4d:aa");
    ck_assert_str_eq(value_of(env, "PXED_IP"), "10.77.0.50");
    ck_assert_str_eq(value_of(env, "PXED_SEQ"), "42");
    ck_assert_str_eq(value_of(env, "PXED_REASON"), "DISK_NOT_BLANK");
    ck_assert_str_eq(value_of(env, "PXED_TEXT"), "a PXED_EVENT=forged");
    ck_assert_ptr_nonnull(value_of(env, "PATH"));
}
END_TEST

START_TEST(question) {
    const struct pxed_veto_host hosts[] = {{failed.mac, PXED_SLICE("web01"), PXED_SLICE("debian-12")},
                                           {failed.mac, PXED_SLICE("web02"), PXED_SLICE("rocky-9")}};
    const struct pxed_veto_question q = {hosts, 2, PXED_SLICE("uid 0 (root)"), true};
    char room[4096];
    struct pxed_buf out = PXED_BUF(room);
    hooks_ask_json(&q, "gate", &out);
    json_t *o = json_loadb(room, out.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(o);
    const json_t *list = json_object_get(o, "hosts");
    ck_assert_str_eq(json_string_value(json_object_get(o, "ask")), "arm");
    ck_assert_str_eq(json_string_value(json_object_get(o, "by")), "uid 0 (root)");
    ck_assert(json_is_true(json_object_get(o, "erases")));
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 1), "os")), "rocky-9");
    json_decref(o);
    out.len = 0;
    ck_assert_uint_gt(hooks_ask_env(&q, "gate", &out), 5);
    ck_assert_str_eq(value_of(pxed_buf_slice(&out), "PXED_COUNT"), "2");
    ck_assert_str_eq(value_of(pxed_buf_slice(&out), "PXED_NAME"), "web01");
    ck_assert_str_eq(value_of(pxed_buf_slice(&out), "PXED_ERASES"), "yes");
}
END_TEST

START_TEST(tries) {
    static const uint64_t seconds[] = {1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    for (unsigned i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
        ck_assert_uint_eq(hooks_retry_ms(i), seconds[i] * 1000);
    ck_assert_uint_eq(hooks_retry_ms(UINT32_MAX), 300 * 1000);
}
END_TEST

/* RFC 4231 test cases 2 and 6, and the example of GitHub's documentation of webhooks. */
START_TEST(signatures) {
    static char long_key[131];
    char hex[HOOKS_SIGNATURE];
    memset(long_key, 0xaa, sizeof(long_key));
    ck_assert(hooks_sign(PXED_SLICE("Jefe"), PXED_SLICE("what do ya want for nothing?"), hex));
    ck_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    ck_assert(hooks_sign(pxed_slice(long_key, sizeof(long_key)),
                         PXED_SLICE("Test Using Larger Than Block-Size Key - Hash Key First"), hex));
    ck_assert_str_eq(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    ck_assert(hooks_sign(PXED_SLICE("It's a Secret to Everybody"), PXED_SLICE("Hello, World!"), hex));
    ck_assert_str_eq(hex, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}
END_TEST

int main(void) {
    Suite *s = suite_create("hooks");
    TCase *t = tcase_create("hooks");
    tcase_add_test(t, words);
    tcase_add_test(t, event_as_json);
    tcase_add_test(t, long_texts_are_cut);
    tcase_add_test(t, event_as_environment);
    tcase_add_test(t, question);
    tcase_add_test(t, tries);
    tcase_add_test(t, signatures);
    suite_add_tcase(s, t);
    return suite_run(s);
}
