/* The step function: single steps by a script, and whole transfers to a simulated client over a bad network. Time is a
 * number here; nothing sleeps. */
#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

static struct tftp_transfer transfer_of(uint64_t size, size_t blksize, unsigned window, bool oack) {
    struct tftp_terms terms = {.accepted = oack ? 1 : 0, .blksize = blksize, .window = window};
    struct tftp_transfer t;
    tftp_transfer_init(&t, &terms, size);
    return t;
}

/* --- scripts --- */

/* Each word is a step, what must come of it stands behind `>`: `s` start, `aN` ACK N, `e` ERROR, `r` the request again,
 * `tN` tick at N ms (time also passes without a tick: `wN`), `h` `l` the hold on what follows the first ACK or on the
 * last block is released. Results: `-` nothing, `o` OACK, `N` or `N-M` blocks, `+` appended: resend; `held`; `whole`,
 * `ok`, `gaveup`, `aborted` ends. */
static const struct {
    const char *title;
    uint64_t size; /* with blocks of 10 */
    unsigned window;
    bool oack;
    const char *script;
} scripts[] = {
    {"lock-step", 25, 1, false, "s>1 a1>2 a2>3 a3>whole"},
    {"lock-step-with-oack", 25, 1, true, "s>o a0>1 a1>2 a2>3 a3>whole"},
    {"exact-multiple-ends-empty", 20, 1, false, "s>1 a1>2 a2>3 a3>whole"},
    {"empty-file", 0, 1, true, "s>o a0>1 a1>whole"},
    {"window", 95, 4, true, "s>o a0>1-4 a4>5-8 a8>9-10 a10>whole"},
    {"window-larger-than-file", 25, 64, true, "s>o a0>1-3 a3>whole"},
    {"duplicate-ack-is-ignored", 95, 1, false, "s>1 a1>2 a1>- a1>- a2>3 a1>- a2>-"},
    {"duplicate-ack-is-ignored-however-late", 95, 1, false, "s>1 a1>2 w900 a1>- a2>3"},
    {"ack-of-what-was-not-sent", 95, 1, false, "s>1 a2>- a65535>- a0>- a1>2 a3>- a9>-"},
    {"ack-65535-at-oack", 95, 4, true, "s>o a65535>- a1>- a0>1-4 a65535>- a5>- a4>5-8"},
    {"loss-inside-window", 200, 4, true, "s>o a0>1-4 a2>3-6+ a6>7-10"},
    {"more-acks-of-one-loss", 200, 4, true, "s>o a0>1-4 a2>3-6+ a2>- a3>- a4>- a6>7-10 a10>11-14"},
    {"client-that-acks-each-block", 200, 4, true, "s>o a0>1-4 a1>2-5+ a2>- a3>- a4>- a5>6-9"},
    {"second-loss-in-the-resend", 200, 4, true, "s>o a0>1-4 a2>3-6+ a5>6-9+ a9>10-13"},
    {"loss-again-before-the-gap", 200, 4, true, "s>o a0>1-4 a2>3-6+ a3>- t9>- t10>4-7+ a7>8-11"},
    {"first-block-of-a-window-lost", 200, 4, true, "s>o a0>1-4 a4>5-8 a4>5-8+ a4>- a4>- a8>9-12 a8>- a12>13-16"},
    {"first-block-of-the-first-window-lost", 200, 4, true, "s>o a0>1-4 a0>- w20 a0>1-4+ a0>- a4>5-8"},
    {"old-ack-in-window", 200, 4, true, "s>o a0>1-4 a4>5-8 a3>- a0>- a8>9-12"},
    {"resend-by-timer", 95, 1, false,
     "s>1 a1>2 t49>- t50>2+ t149>- t150>2+ t350>2+ t750>2+ t1550>2+ t3150>2+ t6350>2+ t12750>2+ t20750>2+ t28750>2+ "
     "t36750>2+ t38999>- t39000>gaveup"},
    {"longer-wait-until-measured-anew", 95, 1, false,
     "s>1 a1>2 t50>2+ t150>2+ w160 a2>3 t359>- w359 a3>4 t484>- t3000>4+"},
    {"wait-of-a-far-client", 200, 4, true, "s>o w100 a0>1-4 t399>- t400>1-4+"},
    {"even-round-trips-shorten-it", 200, 4, true,
     "s>o w100 a0>1-4 w200 a4>5-8 w300 a8>9-12 w400 a12>13-16 w500 a16>17-20 t663>- t664>17-20+"},
    {"resend-of-a-window-by-timer", 200, 4, true, "s>o a0>1-4 t1000>1-4+ a4>5-8 a4>- a8>9-12"},
    {"oack-unanswered", 95, 4, true, "s>o t1000>o+ t2999>- t3000>gaveup"},
    {"first-block-unanswered", 95, 1, false, "s>1 t1000>1+ t3000>gaveup"},
    {"last-ack-never-comes", 15, 1, false,
     "s>1 a1>2 t1000>2+ t3000>2+ t7000>2+ t15000>2+ t23000>2+ t31000>2+ t39000>ok"},
    {"only-block-never-acknowledged", 5, 1, false, "s>1 t1000>1+ t3000>ok"},
    {"request-again-before-first-ack", 95, 4, true, "s>o r>- w500 r>o+ w600 r>- w700 r>- a0>1-4 w950 r>- a4>5-8"},
    {"request-again-without-options", 95, 1, false, "s>1 w900 r>1+ a1>2 w1900 r>-"},
    {"error", 95, 1, false, "s>1 a1>2 e>aborted"},
    {"probe-for-the-size", 95, 4, true, "s>o e>aborted"},
    {"nothing-before-the-asker-is-heard", 25, 1, true, "H s>o a0>held a0>- h>1 a1>2 a2>3 a3>whole"},
    {"without-options-one-block-goes", 25, 1, false, "H s>1 a1>held h>2 a2>3 a3>whole"},
    {"one-block-and-heard-at-its-end", 5, 1, false, "H s>1 a1>whole"},
    {"the-last-block-is-held", 25, 1, true, "L s>o a0>1 a1>2 a2>held a2>- l>3 a3>whole"},
    {"with-the-whole-of-its-window", 95, 4, true, "L s>o a0>1-4 a4>5-8 a8>held l>9-10 a10>whole"},
    {"which-may-be-all", 25, 64, true, "H L s>o a0>held h>held l>1-3 a3>whole"},
    {"one-block-without-options-is-held", 5, 1, false, "H L s>held l>1 a1>whole"},
    {"the-empty-end-is-held", 20, 1, true, "L s>o a0>1 a1>2 a2>held l>3 a3>whole"},
    {"a-held-client-may-leave", 25, 1, true, "L s>o a0>1 a1>2 a2>held e>aborted"},
    {"a-hold-does-not-last-for-ever", 25, 1, true,
     "L s>o a0>1 a1>2 a2>held t1000>held t3000>held t7000>held t15000>held t23000>held t31000>held t39000>gaveup"},
};

static void describe(struct tftp_action a, char *out, size_t cap) {
    const char *plus = a.resend ? "+" : "";
    if (a.what == TFTP_DO_NOTHING)
        snprintf(out, cap, "-");
    else if (a.what == TFTP_DO_HOLD)
        snprintf(out, cap, "held");
    else if (a.what == TFTP_DO_OACK)
        snprintf(out, cap, "o%s", plus);
    else if (a.what == TFTP_DO_DATA && a.count == 1)
        snprintf(out, cap, "%llu%s", (unsigned long long)a.first, plus);
    else if (a.what == TFTP_DO_DATA)
        snprintf(out, cap, "%llu-%llu%s", (unsigned long long)a.first, (unsigned long long)a.first + a.count - 1, plus);
    else if (a.whole)
        snprintf(out, cap, "whole");
    else
        snprintf(out, cap, "%s",
                 a.reason == PXED_WHY_OK             ? "ok"
                 : a.reason == PXED_WHY_TFTP_GAVE_UP ? "gaveup"
                                                     : "aborted");
}

START_TEST(script) {
    struct tftp_transfer t = transfer_of(scripts[_i].size, 10, scripts[_i].window, scripts[_i].oack);
    uint64_t now = 0;
    char text[512];
    snprintf(text, sizeof(text), "%s", scripts[_i].script);
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        static const char kinds[] = "saerthl";
        static const enum tftp_input_kind inputs[] = {TFTP_START, TFTP_GOT_ACK,  TFTP_GOT_ERROR, TFTP_GOT_REQUEST,
                                                      TFTP_TICK,  TFTP_RELEASED, TFTP_RELEASED};
        char *expected = strchr(word, '>'), got[64];
        unsigned long number = strtoul(word + 1, NULL, 10);
        if (word[0] == 't' || word[0] == 'w')
            now = number;
        t.hold_heard |= word[0] == 'H';
        t.hold_last |= word[0] == 'L';
        if (strchr("wHL", word[0]))
            continue;
        if (word[0] == 'h')
            t.hold_heard = false;
        if (word[0] == 'l')
            t.hold_last = false;
        enum tftp_input_kind kind = inputs[strchr(kinds, word[0]) - kinds];
        describe(tftp_step(&t, (struct tftp_input){kind, (uint16_t)number}, now), got, sizeof(got));
        ck_assert_msg(strcmp(got, expected + 1) == 0, "%s: %s gave %s", scripts[_i].title, word, got);
    }
}
END_TEST

START_TEST(the_clients_timeout) {
    struct tftp_terms terms = {.accepted = 1, .blksize = 10, .window = 1, .timeout_ms = 6000};
    struct tftp_transfer t;
    tftp_transfer_init(&t, &terms, 100);
    tftp_step(&t, (struct tftp_input){.kind = TFTP_START}, 0);
    ck_assert_uint_eq(t.deadline, 1000); /* nobody has answered yet: our own pace */
    tftp_step(&t, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = 0}, 10);
    ck_assert_uint_eq(t.deadline, 6010);
    tftp_step(&t, (struct tftp_input){.kind = TFTP_TICK}, 6010);
    ck_assert_uint_eq(t.deadline, 14010);
}
END_TEST

START_TEST(the_end_is_found_on_the_way) {
    struct tftp_transfer t = transfer_of(UINT64_MAX, 10, 4, true);
    tftp_step(&t, (struct tftp_input){.kind = TFTP_START}, 0);
    struct tftp_action a = tftp_step(&t, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = 0}, 0);
    ck_assert_uint_eq(a.count, 4);
    tftp_transfer_ends(&t, 2);
    a = tftp_step(&t, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = 3}, 0);
    ck_assert_int_eq(a.what, TFTP_DO_NOTHING); /* block 3 was never sent */
    a = tftp_step(&t, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = 1}, 0);
    ck_assert_uint_eq(a.count, 1);
    a = tftp_step(&t, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = 2}, 0);
    ck_assert(a.what == TFTP_DO_END && a.whole);
}
END_TEST

/* --- a network and a client --- */

enum { QUEUE = 4096 };

struct packet {
    uint64_t at;    /* arrives, in ms */
    uint64_t order; /* of packets that arrive together */
    bool to_client;
    bool oack;
    uint16_t block;
    size_t length;
    uint64_t offset; /* of the content: the simulated payload */
};

struct world {
    struct tftp_transfer server;
    uint64_t size;
    size_t blksize;
    unsigned window, loss, duplicate, reorder; /* per thousand */
    uint64_t delay;
    uint32_t random;

    struct packet queue[QUEUE];
    size_t n_queue;
    uint64_t now, sequence;
    uint64_t data_packets, resends;

    /* The client: RFC 7440's receiver. */
    uint64_t received; /* bytes, in order, compared */
    uint64_t expects;  /* next block, 64 bits */
    unsigned in_window;
    bool started, done, gapped;
    uint64_t client_deadline;

    bool ended, whole;
    enum pxed_reason reason;
};

static unsigned dice(struct world *w) {
    w->random = w->random * 1664525u + 1013904223u;
    return (w->random >> 8) % 1000;
}

static void put_packet(struct world *w, struct packet p) {
    if (w->n_queue == QUEUE) /* plain: an assertion per packet would take the most time */
        ck_abort_msg("more than %d packets under way", QUEUE);
    p.at = w->now + w->delay + (dice(w) < w->reorder ? 1 + dice(w) % 5 : 0);
    p.order = w->sequence++;
    w->queue[w->n_queue++] = p;
}

static void transmit(struct world *w, struct packet p) {
    if (dice(w) >= w->loss)
        put_packet(w, p);
    if (dice(w) < w->duplicate)
        put_packet(w, p);
}

static void serve(struct world *w, struct tftp_action a) {
    w->resends += a.resend;
    if (a.what == TFTP_DO_END) {
        w->ended = true;
        w->whole = a.whole;
        w->reason = a.reason;
    } else if (a.what == TFTP_DO_OACK) {
        transmit(w, (struct packet){.to_client = true, .oack = true});
    } else if (a.what == TFTP_DO_DATA) {
        if (a.count > w->window || (!w->started && a.count > 1))
            ck_abort_msg("a window of %u", a.count);
        for (uint64_t b = a.first; b < a.first + a.count; b++) {
            uint64_t offset = (b - 1) * w->blksize;
            if (offset > w->size)
                ck_abort_msg("block %llu is beyond the end", (unsigned long long)b);
            size_t n = w->size - offset < w->blksize ? (size_t)(w->size - offset) : w->blksize;
            w->data_packets++;
            transmit(w, (struct packet){.to_client = true, .block = (uint16_t)b, .length = n, .offset = offset});
        }
    }
}

static void client_acks(struct world *w) {
    transmit(w, (struct packet){.block = (uint16_t)(w->expects - 1)});
    w->in_window = 0;
    w->client_deadline = w->now + 1000;
}

/* RFC 7440 s4: acknowledges each full window, the end, and the last block in order when one is missing: once per gap.
 */
static void client_gets(struct world *w, const struct packet *p) {
    if (p->oack) {
        if (w->expects == 1 && w->received == 0)
            client_acks(w);
        w->started = true;
        return;
    }
    w->started = true;
    if (p->block != (uint16_t)w->expects) {
        bool old = (uint16_t)(p->block - (uint16_t)w->expects) >= 32768;
        if (w->window > 1 && !w->gapped && !old)
            client_acks(w);
        else if (old && (w->done || w->window == 1)) /* a repeated block is acknowledged again */
            client_acks(w);
        w->gapped = w->gapped || !old;
        return;
    }
    if (p->offset != w->received)
        ck_abort_msg("offset %llu came as %llu", (unsigned long long)p->offset, (unsigned long long)w->received);
    w->received += p->length;
    w->expects++;
    w->gapped = false;
    w->done = p->length < w->blksize;
    if (w->done || ++w->in_window >= w->window)
        client_acks(w);
}

static size_t next_packet(const struct world *w) {
    size_t best = 0;
    for (size_t i = 1; i < w->n_queue; i++) {
        const struct packet *a = &w->queue[i], *b = &w->queue[best];
        if (a->at < b->at || (a->at == b->at && a->order < b->order))
            best = i;
    }
    return best;
}

static void one_event(struct world *w) {
    size_t i = next_packet(w);
    uint64_t packet_at = w->n_queue ? w->queue[i].at : UINT64_MAX;
    uint64_t server_at = w->server.deadline, client_at = w->done ? UINT64_MAX : w->client_deadline;
    if (packet_at <= server_at && packet_at <= client_at) {
        struct packet p = w->queue[i];
        w->queue[i] = w->queue[--w->n_queue];
        w->now = p.at;
        if (p.to_client)
            client_gets(w, &p);
        else
            serve(w, tftp_step(&w->server, (struct tftp_input){TFTP_GOT_ACK, p.block}, w->now));
    } else if (server_at <= client_at) {
        w->now = server_at;
        serve(w, tftp_step(&w->server, (struct tftp_input){.kind = TFTP_TICK}, w->now));
    } else {
        w->now = client_at;
        if (w->started)
            client_acks(w);
        else
            serve(w, tftp_step(&w->server, (struct tftp_input){.kind = TFTP_GOT_REQUEST}, w->now));
        w->client_deadline = w->now + 1000;
    }
}

static void live(struct world *w, bool oack) {
    w->server = transfer_of(w->size, w->blksize, w->window, oack);
    w->expects = 1;
    w->client_deadline = 1000;
    serve(w, tftp_step(&w->server, (struct tftp_input){.kind = TFTP_START}, 0));
    while (!w->ended)
        one_event(w);
}

static const struct {
    const char *title;
    uint64_t size;
    size_t blksize;
    unsigned window, loss, duplicate, reorder;
    uint64_t delay;
} worlds[] = {
    {"quiet", 100000, 512, 1, 0, 0, 0, 1},
    {"rollover", 70000 * 8 + 3, 8, 1, 0, 0, 0, 0},
    {"rollover-exact", 65536 * 8, 8, 1, 0, 0, 0, 0},
    {"rollover-twice-window", 140000 * 8, 8, 16, 0, 0, 0, 1},
    {"rollover-lossy-window", 140000 * 8, 8, 16, 5, 5, 5, 1},
    {"lossy", 300000, 512, 1, 50, 0, 0, 1},
    {"duplicating", 300000, 512, 1, 0, 300, 0, 1},
    {"all-doubled", 300000, 512, 1, 0, 1000, 0, 1},
    {"reordering", 300000, 512, 1, 0, 100, 300, 1},
    {"window-quiet", 1000000, 1432, 16, 0, 0, 0, 1},
    {"window-lossy", 1000000, 1432, 16, 20, 0, 0, 1},
    {"window-64-lossy-far", 4000000, 512, 64, 10, 0, 0, 80},
    {"window-duplicating", 1000000, 1432, 8, 0, 300, 0, 2},
    {"window-all-doubled", 1000000, 1432, 8, 0, 1000, 0, 2},
    {"window-reordering", 1000000, 1432, 8, 0, 0, 100, 2},
    {"window-everything", 1000000, 1432, 16, 50, 50, 50, 5},
};

START_TEST(world) {
    static struct world w;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        w = (struct world){.size = worlds[_i].size,
                           .blksize = worlds[_i].blksize,
                           .window = worlds[_i].window,
                           .loss = worlds[_i].loss,
                           .duplicate = worlds[_i].duplicate,
                           .reorder = worlds[_i].reorder,
                           .delay = worlds[_i].delay,
                           .random = seed};
        live(&w, worlds[_i].window > 1 || seed % 2 == 0);
        uint64_t blocks = w.size / w.blksize + 1;
        const char *title = worlds[_i].title;
        ck_assert_msg(w.done && w.received == w.size, "%s: %llu bytes arrived", title, (unsigned long long)w.received);
        ck_assert_msg(w.reason == PXED_WHY_OK, "%s: %s", title, pxed_reason_name(w.reason));
        ck_assert_msg(w.whole || w.loss > 0, "%s: the last ACK was seen", title);
        if (worlds[_i].loss == 0 && worlds[_i].window == 1)
            ck_assert_msg(w.data_packets == blocks, "%s: %llu packets for %llu blocks", title,
                          (unsigned long long)w.data_packets, (unsigned long long)blocks);
        /* However bad the network, the server never floods it. */
        ck_assert_msg(w.data_packets <= 3 * blocks + 64, "%s: %llu packets for %llu blocks", title,
                      (unsigned long long)w.data_packets, (unsigned long long)blocks);
    }
}
END_TEST

/* A loss costs the measured wait, not a second; what was sent again in vain stays little. */
START_TEST(losses_cost_little) {
    static const struct {
        unsigned window;
        uint64_t delay, most;
    } rows[] = {{1, 1, 2500}, {16, 1, 1500}, {64, 75, 16000}};
    static struct world w;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (uint32_t seed = 1; seed <= 5; seed++) {
            w = (struct world){.size = rows[i].window == 64 ? 4000000 : 1000000,
                               .blksize = 1432,
                               .window = rows[i].window,
                               .loss = 10,
                               .delay = rows[i].delay,
                               .random = seed};
            live(&w, true);
            ck_assert_uint_eq(w.received, w.size);
            ck_assert_msg(w.now < rows[i].most, "window %u: %llu ms", rows[i].window, (unsigned long long)w.now);
        }
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table[0]))

int main(void) {
    Suite *suite = suite_create("tftp-transfer");
    TCase *tests = tcase_create("transfer");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, script, 0, ROWS(scripts));
    tcase_add_test(tests, the_clients_timeout);
    tcase_add_test(tests, losses_cost_little);
    tcase_add_test(tests, the_end_is_found_on_the_way);
    tcase_add_loop_test(tests, world, 0, ROWS(worlds));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
