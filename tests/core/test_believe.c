/* Who is believed: every cell of the two tables. */
#include "believe.h"

#include "suite.h"

/* own token routed resolved its_card query -> who */
static const struct {
    const char *name;
    struct believe_facts facts;
    enum believe_who who;
} askers[] = {
    {"curl on the server", {.own = true}, BELIEVE_SERVER},
    {"a token does not help the server", {.own = true, .token = true}, BELIEVE_SERVER},
    {"nor its own entry", {.own = true, .resolved = true, .its_card = true}, BELIEVE_SERVER},
    {"nor believe = query", {.own = true, .query = true}, BELIEVE_SERVER},
    {"a token from afar", {.token = true, .routed = true}, BELIEVE_TOKEN},
    {"a token from another card", {.token = true, .resolved = true}, BELIEVE_TOKEN},
    {"a token before the entry is known", {.token = true}, BELIEVE_TOKEN},
    {"the machine", {.resolved = true, .its_card = true}, BELIEVE_MACHINE},
    {"its address on another card", {.resolved = true}, BELIEVE_NEIGHBOUR},
    {"nobody answers there", {.its_card = false}, BELIEVE_NEIGHBOUR},
    {"an old entry of what is routed now", {.routed = true, .resolved = true, .its_card = true}, BELIEVE_ROUTED},
    {"a stranger from afar", {.routed = true}, BELIEVE_ROUTED},
    {"behind a declared relay, from its leased address", {.routed = true, .leased = true}, BELIEVE_MACHINE},
    {"behind a relay, by the nonce of its boot", {.routed = true, .nonce = true}, BELIEVE_MACHINE},
    {"a nonce does not help the server", {.own = true, .nonce = true}, BELIEVE_SERVER},
    {"a lease alone proves nothing on the wire", {.leased = true, .resolved = true}, BELIEVE_NEIGHBOUR},
    {"the classic recipe", {.query = true}, BELIEVE_MACHINE},
    {"the classic recipe from afar", {.query = true, .routed = true}, BELIEVE_MACHINE},
};

START_TEST(tell) {
    ck_assert_msg(believe_tell(&askers[_i].facts) == askers[_i].who, "%s: %d", askers[_i].name,
                  believe_tell(&askers[_i].facts));
}
END_TEST

#define OK      PXED_WHY_OK
#define LIVE    true
#define ZERO    false
#define MASKED  true
#define CLEAR   false
#define NOTED   true
#define UNNOTED false
#define SPENDS  true
#define UNSPENT false

/* CONTRACT 1b as docs/threat-model.md has it: rows are requests, columns are askers. */
static const struct believe_right rights[BELIEVE_WHO_COUNT][BELIEVE_WHAT_COUNT] =
    {
        [BELIEVE_SERVER] =
            {
                [BELIEVE_SCRIPT] = {OK, ZERO, MASKED, UNNOTED, UNSPENT},
                [BELIEVE_ANSWER] = {OK, ZERO, MASKED, UNNOTED, UNSPENT},
                [BELIEVE_SECRET] = {OK, ZERO, MASKED, UNNOTED, UNSPENT},
                [BELIEVE_EVENT] = {PXED_WHY_EVENT_FOREIGN, ZERO, MASKED, UNNOTED, UNSPENT},
                [BELIEVE_IMAGE] = {OK, ZERO, MASKED, UNNOTED, UNSPENT},
            },
        [BELIEVE_TOKEN] =
            {
                [BELIEVE_SCRIPT] = {OK, LIVE, CLEAR, NOTED, SPENDS},
                [BELIEVE_ANSWER] = {OK, LIVE, CLEAR, NOTED, SPENDS},
                [BELIEVE_SECRET] = {OK, LIVE, CLEAR, NOTED, SPENDS},
                [BELIEVE_EVENT] = {OK, LIVE, CLEAR, NOTED, UNSPENT},
                [BELIEVE_IMAGE] = {OK, LIVE, CLEAR, NOTED, SPENDS},
            },
        [BELIEVE_MACHINE] =
            {
                [BELIEVE_SCRIPT] = {OK, LIVE, CLEAR, NOTED, SPENDS},
                [BELIEVE_ANSWER] = {OK, LIVE, CLEAR, NOTED, SPENDS},
                [BELIEVE_SECRET] = {PXED_WHY_SECRET_NO_TOKEN, ZERO, CLEAR, NOTED, UNSPENT},
                [BELIEVE_EVENT] = {OK, LIVE, CLEAR, NOTED, UNSPENT},
                [BELIEVE_IMAGE] = {OK, LIVE, CLEAR, NOTED, SPENDS},
            },
        [BELIEVE_NEIGHBOUR] =
            {
                [BELIEVE_SCRIPT] = {PXED_WHY_NOT_BELIEVED, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_ANSWER] = {PXED_WHY_NOT_YOUR_FILE, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_SECRET] = {PXED_WHY_NOT_YOUR_FILE, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_EVENT] = {PXED_WHY_EVENT_FOREIGN, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_IMAGE] = {OK, ZERO, CLEAR, UNNOTED, UNSPENT},
            },
        [BELIEVE_ROUTED] =
            {
                [BELIEVE_SCRIPT] = {PXED_WHY_NOT_BELIEVED, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_ANSWER] = {PXED_WHY_NOT_YOUR_FILE, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_SECRET] = {PXED_WHY_NOT_YOUR_FILE, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_EVENT] = {PXED_WHY_EVENT_FOREIGN, ZERO, CLEAR, UNNOTED, UNSPENT},
                [BELIEVE_IMAGE] = {OK, ZERO, CLEAR, UNNOTED, UNSPENT},
            },
};

START_TEST(may) {
    enum believe_who who = (enum believe_who)(_i / BELIEVE_WHAT_COUNT);
    enum believe_what what = (enum believe_what)(_i % BELIEVE_WHAT_COUNT);
    struct believe_right got = believe_may(who, what), want = rights[who][what];
    ck_assert_msg(got.why == want.why && got.live == want.live && got.masked == want.masked &&
                      got.notes == want.notes && got.spends == want.spends,
                  "asker %u, request %u: %s live %d masked %d notes %d spends %d", who, what, pxed_reason_name(got.why),
                  got.live, got.masked, got.notes, got.spends);
}
END_TEST

START_TEST(
    only_proof_changes_anything) { /* whatever the facts: without a token, its card or the recipe's trust, nothing */
    for (unsigned bits = 0; bits < 256; bits++) {
        struct believe_facts f = {(bits & 1) != 0,  (bits & 2) != 0,  (bits & 4) != 0,  (bits & 8) != 0,
                                  (bits & 16) != 0, (bits & 32) != 0, (bits & 64) != 0, (bits & 128) != 0};
        bool proof = f.token || f.nonce || f.query || (f.routed ? f.leased : f.resolved && f.its_card);
        for (unsigned what = 0; what < BELIEVE_WHAT_COUNT; what++) {
            struct believe_right r = believe_may(believe_tell(&f), (enum believe_what)what);
            ck_assert(!(r.notes || r.spends || r.live) || (proof && !f.own));
        }
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("believe");
    TCase *t = tcase_create("believe");
    tcase_add_loop_test(t, tell, 0, COUNT(askers));
    tcase_add_loop_test(t, may, 0, BELIEVE_WHO_COUNT * BELIEVE_WHAT_COUNT);
    tcase_add_test(t, only_proof_changes_anything);
    suite_add_tcase(s, t);
    return suite_run(s);
}
