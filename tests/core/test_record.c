/* A machine's record as the store keeps it: nothing is lost on the way, and no text makes an arming. */
#include "record.h"

#include "suite.h"

static struct lifecycle_record full(void) {
    struct lifecycle_record r = {
        .mac = {.type = 1, .len = 6, .bytes = {0x08, 0x00, 0x27, 0x4d, 0x4d, 0xaa}},
        .held_new = true,
        .line_os = "rocky-9",
        .state = LIFECYCLE_INSTALLING,
        .right = LIFECYCLE_ANY,
        .os = "debian-12",
        .tries = 3,
        .reported = true,
        .on_disk = true,
        .armed_at = 1700000000001,
        .state_at = 1700000000002,
        .event_at = 1700000000003,
        .by = "uid 0 (root)",
        .step = "bootable",
        .fail = "DISK_NOT_BLANK",
        .stage = PXED_STAGE_ANSWER,
        .boot_at = 1700000000004,
        .stage_at = 1700000000005,
        .script_at = 1700000000006,
        .ip = pxed_addr_v4(0x0a4d003c),
        .ip_leased = true,
        .firmware = PXED_FW_HTTP_ARM64,
        .has_firmware = true,
        .exits = {.good = true, .back = 1, .up = true},
        .ways = {.way = "4011", .silent = 1, .good = true, .told = true, .took = true},
        .hardware = {.product = "PowerEdge R640", .serial = "XY-4711", .memory = 34359738368},
        .ladder = {.rung = "sb/shimx64.efi",
                   .silent = 1,
                   .good = true,
                   .good_at = 1700000000007,
                   .was = "snponly.efi",
                   .was_at = 1700000000008,
                   .taken = true,
                   .heard = true,
                   .ran = true,
                   .secure = LADDER_SECURE_ON,
                   .lacks = LADDER_KEY_2011,
                   .model = "08-00-27 PXEClient:Arch:00007:UNDI:003000"},
    };
    for (uint8_t i = 0; i < 16; i++)
        r.token[i] = (uint8_t)(0xf0 + i);
    return r;
}

static void assert_same(const struct lifecycle_record *a, const struct lifecycle_record *b) {
    ck_assert(pxed_hwaddr_eq(&a->mac, &b->mac) && pxed_addr_eq(&a->ip, &b->ip));
    ck_assert(a->held_new == b->held_new && a->reported == b->reported && a->on_disk == b->on_disk);
    ck_assert(a->ip_leased == b->ip_leased && a->has_firmware == b->has_firmware && a->firmware == b->firmware);
    ck_assert_str_eq(a->line_os, b->line_os);
    ck_assert_str_eq(a->os, b->os);
    ck_assert_str_eq(a->by, b->by);
    ck_assert_str_eq(a->step, b->step);
    ck_assert_str_eq(a->fail, b->fail);
    ck_assert(a->state == b->state && a->right == b->right && a->stage == b->stage);
    ck_assert_uint_eq(a->tries, b->tries);
    ck_assert_mem_eq(a->token, b->token, 16);
    ck_assert(a->armed_at == b->armed_at && a->state_at == b->state_at && a->event_at == b->event_at);
    ck_assert(a->exits.good == b->exits.good && a->exits.up == b->exits.up && a->exits.back == b->exits.back);
    ck_assert_str_eq(a->hardware.product, b->hardware.product);
    ck_assert_str_eq(a->hardware.serial, b->hardware.serial);
    ck_assert_int_eq(a->hardware.memory, b->hardware.memory);
    ck_assert_str_eq(a->ways.way, b->ways.way);
    ck_assert(a->ways.silent == b->ways.silent && a->ways.good == b->ways.good);
    ck_assert(a->ways.told == b->ways.told && a->ways.took == b->ways.took);
    ck_assert_str_eq(a->ladder.rung, b->ladder.rung);
    ck_assert_str_eq(a->ladder.was, b->ladder.was);
    ck_assert_str_eq(a->ladder.model, b->ladder.model);
    ck_assert(a->ladder.silent == b->ladder.silent && a->ladder.good == b->ladder.good);
    ck_assert(a->ladder.good_at == b->ladder.good_at && a->ladder.was_at == b->ladder.was_at);
    ck_assert_uint_eq(a->ladder.secure, b->ladder.secure);
    ck_assert_uint_eq(a->ladder.lacks, b->ladder.lacks);
    ck_assert(a->ladder.ran == b->ladder.ran);
    ck_assert(a->ladder.taken == b->ladder.taken && a->ladder.heard == b->ladder.heard);
    ck_assert(a->boot_at == b->boot_at && a->stage_at == b->stage_at && a->script_at == b->script_at);
}

static bool again(const struct lifecycle_record *r, struct lifecycle_record *ret) {
    char text[RECORD_TEXT_MAX];
    struct pxed_buf b = PXED_BUF(text);
    record_write(r, &b);
    ck_assert(!pxed_buf_full(&b));
    return record_read(pxed_buf_slice(&b), ret);
}

START_TEST(round_trip) {
    struct lifecycle_record r = full(), back;
    ck_assert(again(&r, &back));
    assert_same(&r, &back);
}
END_TEST

START_TEST(round_trip_of_a_new_one) {
    struct lifecycle_record r = {.mac = full().mac}, back;
    ck_assert(again(&r, &back));
    assert_same(&r, &back);
}
END_TEST

START_TEST(every_state_right_stage_firmware) {
    for (unsigned i = 0; i < 256; i++) {
        struct lifecycle_record r = full(), back;
        r.state = (enum lifecycle_state)(i % LIFECYCLE_STATE_COUNT);
        r.right = (enum lifecycle_right)(i % 3);
        r.stage = (enum pxed_stage)(i % PXED_STAGE_COUNT);
        r.firmware = (enum pxed_firmware)(i % PXED_FW_COUNT);
        ck_assert(again(&r, &back));
        assert_same(&r, &back);
    }
}
END_TEST

START_TEST(the_longest_record_fits) {
    struct lifecycle_record r = full(), back;
    r.mac.len = 6;
    memset(r.line_os, 'x', sizeof(r.line_os) - 1);
    memset(r.os, 'y', sizeof(r.os) - 1);
    memset(r.by, 'z', sizeof(r.by) - 1);
    memset(r.step, 's', sizeof(r.step) - 1);
    memset(r.fail, 'F', sizeof(r.fail) - 1);
    memset(r.names, 'n', sizeof(r.names) - 1);
    r.was = (struct lifecycle_past){.state = LIFECYCLE_UNCONFIRMED, .right = LIFECYCLE_BLANK};
    memset(r.was.os, 'y', sizeof(r.was.os) - 1);
    memset(r.was.by, 'z', sizeof(r.was.by) - 1);
    memset(r.was.step, 's', sizeof(r.was.step) - 1);
    memset(r.was.fail, 'F', sizeof(r.was.fail) - 1);
    r.was.armed_at = r.was.state_at = r.expires_at = INT64_MAX;
    memset(r.ladder.rung, 'r', sizeof(r.ladder.rung) - 1);
    memset(r.ladder.was, 'w', sizeof(r.ladder.was) - 1);
    memset(r.ladder.model, 'm', sizeof(r.ladder.model) - 1);
    memset(r.hardware.product, 'p', sizeof(r.hardware.product) - 1);
    memset(r.hardware.serial, 's', sizeof(r.hardware.serial) - 1);
    r.hardware.memory = INT64_MAX;
    r.ladder.silent = 1000;
    r.ladder.good_at = r.ladder.was_at = INT64_MAX;
    r.armed_at = r.state_at = r.event_at = r.boot_at = r.stage_at = r.script_at = INT64_MAX;
    r.tries = 1000;
    r.ip.family = 6;
    memset(r.ip.bytes, 0xab, 16);
    ck_assert(again(&r, &back));
    assert_same(&r, &back);
}
END_TEST

START_TEST(a_line_end_in_a_text_forges_nothing) {
    struct lifecycle_record r = full(), back;
    r.state = LIFECYCLE_FAILED;
    r.tries = 0;
    strcpy(r.by, "uid 7 (x\nstate=armed\ntries=9\nz=)");
    ck_assert(again(&r, &back));
    ck_assert_int_eq(back.state, LIFECYCLE_FAILED);
    ck_assert_uint_eq(back.tries, 0);
    ck_assert_str_eq(back.by, "uid 7 (x state=armed tries=9 z=)");
}
END_TEST

#define HEAD "pxed-machine 1\nmac=08-00-27-4d-4d-aa\n"

static const struct {
    const char *name, *text;
    bool readable;
} texts[] = {
    {"empty", "", false},
    {"no head", "mac=08-00-27-4d-4d-aa\nstate=armed\n", false},
    {"another version", "pxed-machine 2\nmac=08-00-27-4d-4d-aa\n", false},
    {"no MAC", "pxed-machine 1\nstate=armed\n", false},
    {"a bad MAC", "pxed-machine 1\nmac=08-00-27\n", false},
    {"a line without =", HEAD "armed\n", false},
    {"a line without key", HEAD "=armed\n", false},
    {"head alone", HEAD, true},
    {"no last line end", "pxed-machine 1\nmac=08-00-27-4d-4d-aa", true},
    {"a key of a newer daemon", HEAD "colour=blue\n", true},
    {"an unknown state", HEAD "state=exploding\n", true},
    {"an unknown right", HEAD "right=all\n", true},
    {"a token that is no hex", HEAD "token=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n", true},
    {"a short token", HEAD "token=00ff\n", true},
    {"a stage beyond the ladder", HEAD "stage=99\n", false},
    {"numbers that are none", HEAD "tries=many\narmed=yesterday\n", true},
    {"a negative number", HEAD "tries=-1\narmed=-5\n", true},
    {"a number beyond 64 bits", HEAD "tries=99999999999999999999999\narmed=99999999999999999999999\n", true},
    {"a text too long", HEAD "step=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", true},
    {"no address", HEAD "ip=300.1.1.1\n", true},
    {"no firmware", HEAD "firmware=openfirmware\n", true},
};

START_TEST(hostile) {
    struct lifecycle_record r;
    bool readable = record_read(pxed_slice_of(texts[_i].text), &r);
    ck_assert_msg(readable == texts[_i].readable, "%s", texts[_i].name);
    if (!readable)
        return;
    ck_assert_int_eq(r.state, LIFECYCLE_NONE);
    ck_assert_uint_eq(r.tries, 0);
    ck_assert(r.armed_at == 0 && r.ip.family == 0 && !r.has_firmware && r.step[sizeof(r.step) - 1] == '\0');
}
END_TEST

START_TEST(every_cut_is_harmless) { /* a record cut anywhere is unreadable or weaker, never stronger */
    char text[RECORD_TEXT_MAX];
    struct pxed_buf b = PXED_BUF(text);
    struct lifecycle_record r = full(), back;
    record_write(&r, &b);
    for (size_t n = 0; n < b.len; n++) {
        char *copy = malloc(n ? n : 1); /* a heap block of its size: ASan sees a byte too far */
        memcpy(copy, text, n);
        if (record_read(pxed_slice(copy, n), &back))
            ck_assert(back.tries <= r.tries && back.right <= r.right);
        free(copy);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("record");
    TCase *t = tcase_create("record");
    tcase_add_test(t, round_trip);
    tcase_add_test(t, round_trip_of_a_new_one);
    tcase_add_test(t, every_state_right_stage_firmware);
    tcase_add_test(t, the_longest_record_fits);
    tcase_add_test(t, a_line_end_in_a_text_forges_nothing);
    tcase_add_loop_test(t, hostile, 0, COUNT(texts));
    tcase_add_test(t, every_cut_is_harmless);
    suite_add_tcase(s, t);
    return suite_run(s);
}
