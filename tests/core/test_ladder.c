/* The ladder of loaders: every rule a row of boots. */
#include <stdio.h>

#include "ladder.h"
#include "suite.h"

#define DAY ((int64_t)24 * 3600 * 1000)

static const char *const names[] = {"a.efi", "b.efi", "c.efi"};

/* A boot: what the machine is told, and what became of it. */
enum outcome {
    END,
    WORKS,     /* takes it, and is heard of */
    SILENT,    /* takes it, and is not */
    UNTOUCHED, /* never takes it: switched off, or another took its place */
    HEARD,     /* is heard of without having taken it: a loader in its ROM */
    WEEK,      /* works, and then a week goes by */
};
struct boot {
    const char *told;
    enum outcome then;
};

static const struct {
    const char *what;
    int n; /* names at hand */
    const char *model;
    struct boot boots[14];
} rows[] = {
    {"the first that works is kept", 3, "", {{"a.efi", WORKS}, {"a.efi", WORKS}, {"a.efi", WEEK}, {"a.efi", WORKS}}},
    {"two silent boots, then the next",
     3,
     "",
     {{"a.efi", SILENT}, {"a.efi", SILENT}, {"b.efi", WORKS}, {"b.efi", WORKS}}},
    {"one is forgiven by a word", 3, "", {{"a.efi", SILENT}, {"a.efi", WORKS}, {"a.efi", SILENT}, {"a.efi", WORKS}}},
    {"boots in which it was not taken count neither way",
     3,
     "",
     {{"a.efi", SILENT}, {"a.efi", UNTOUCHED}, {"a.efi", HEARD}, {"a.efi", SILENT}, {"b.efi", WORKS}}},
    {"all in turn, and from the start again",
     3,
     "",
     {{"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", SILENT},
      {"b.efi", SILENT},
      {"c.efi", SILENT},
      {"c.efi", SILENT},
      {"a.efi", WORKS},
      {"a.efi", WORKS}}},
    {"a single one stays", 1, "", {{"a.efi", SILENT}, {"a.efi", SILENT}, {"a.efi", SILENT}, {"a.efi", WORKS}}},
    {"one that never worked here is not tried again",
     3,
     "",
     {{"a.efi", SILENT}, {"a.efi", SILENT}, {"b.efi", WEEK}, {"b.efi", WEEK}, {"b.efi", WORKS}}},
    {"one that did is, after a week",
     3,
     "",
     {{"a.efi", WORKS},
      {"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", WORKS},
      {"b.efi", WEEK},
      {"a.efi", WORKS},
      {"a.efi", WORKS}}},
    {"and given up if it is silent then, for the one that works",
     3,
     "",
     {{"a.efi", WORKS},
      {"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", WEEK},
      {"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", WEEK},
      {"b.efi", WORKS}}},
    {"both silent: the good one first, then the third",
     3,
     "",
     {{"a.efi", WORKS},
      {"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", SILENT},
      {"b.efi", SILENT},
      {"a.efi", SILENT},
      {"a.efi", SILENT},
      {"b.efi", SILENT},
      {"b.efi", SILENT},
      {"c.efi", WORKS}}},
    {"a new machine begins with what its model boots with", 3, "c.efi", {{"c.efi", WORKS}, {"c.efi", WORKS}}},
    {"and falls from it as from any", 3, "c.efi", {{"c.efi", SILENT}, {"c.efi", SILENT}, {"a.efi", WORKS}}},
    {"a model's that is not at hand counts nothing", 2, "c.efi", {{"a.efi", WORKS}}},
};

static void play(struct ladder *l, enum outcome then, const char *told, int64_t *now) {
    if (then == WORKS || then == SILENT || then == WEEK) {
        ck_assert(!ladder_takes(l, PXED_SLICE("something.else")));
        ck_assert(ladder_takes(l, pxed_slice_of(told)));
        ck_assert(!ladder_takes(l, pxed_slice_of(told)));
    }
    if (then == WORKS || then == HEARD || then == WEEK)
        ck_assert(ladder_hears(l, *now) == (then != HEARD));
    *now += then == WEEK ? 7 * DAY : 60 * 1000;
}

START_TEST(boots) {
    struct ladder l = {.rung = ""};
    enum ladder_move move;
    int64_t now = 1000 * DAY;
    for (const struct boot *b = rows[_i].boots; b->then != END; b++) {
        ladder_power_on(&l);
        size_t at = ladder_choose(&l, names, (size_t)rows[_i].n, rows[_i].model, now, &move);
        ck_assert_msg(strcmp(names[at], b->told) == 0, "%s: boot %d is told %s", rows[_i].what,
                      (int)(b - rows[_i].boots) + 1, names[at]);
        ck_assert_str_eq(l.rung, b->told);
        ck_assert_uint_eq(ladder_choose(&l, names, (size_t)rows[_i].n, rows[_i].model, now, &move), at);
        ck_assert_int_eq(move, LADDER_STAYS);
        play(&l, b->then, b->told, &now);
        ck_assert_uint_eq(ladder_choose(&l, names, (size_t)rows[_i].n, rows[_i].model, now, &move), at);
    }
}
END_TEST

START_TEST(moves) {
    struct ladder l = {.rung = ""};
    enum ladder_move move;
    ladder_choose(&l, names, 3, "", 1, &move);
    ck_assert_int_eq(move, LADDER_BEGINS);
    for (int i = 0; i < 2; i++) {
        ck_assert(ladder_takes(&l, PXED_SLICE("A.EFI")));
        ck_assert(ladder_power_on(&l));
    }
    ck_assert_int_eq((int)l.silent, 2);
    ck_assert(!ladder_power_on(&l));
    ladder_choose(&l, names, 3, "", 1, &move);
    ck_assert_int_eq(move, LADDER_FALLS);
    const char *const others[] = {"d.efi"};
    ck_assert_uint_eq(ladder_choose(&l, others, 1, "", 1, &move), 0); /* the key says otherwise now */
    ck_assert_int_eq(move, LADDER_BEGINS);
    ck_assert_str_eq(l.rung, "d.efi");
    snprintf(l.was, sizeof(l.was), "%s", "a.efi");
    snprintf(l.rung, sizeof(l.rung), "%s", "b.efi");
    ck_assert_uint_eq(ladder_choose(&l, names, 3, "", 7 * DAY, &move), 0);
    ck_assert_int_eq(move, LADDER_AGAIN);
}
END_TEST

/* A name longer than what is kept. */
START_TEST(long_names) {
    static char text[201];
    const char *const one[] = {text, "b.efi"};
    struct ladder l = {.rung = ""};
    enum ladder_move move;
    memset(text, 'x', sizeof(text) - 1);
    ladder_choose(&l, one, 2, "", 1, &move);
    ck_assert_uint_eq(strlen(l.rung), LADDER_NAME - 1);
    ck_assert_uint_eq(ladder_choose(&l, one, 2, "", 1, &move), 0);
    ck_assert_int_eq(move, LADDER_STAYS);
    ck_assert(ladder_takes(&l, pxed_slice_of(text)));
}
END_TEST

static const struct {
    const char *name;
    bool kin;
} asked[] = {
    {"sb/shimx64.efi", true},
    {"sb/grubx64.efi", true},
    {"SB/GRUBX64.EFI", true},
    {"revocations_sbat.efi", true},
    {"mmx64.efi", true},
    {"snponly.efi", true},
    {"shim_certificate_0.efi", true},
    {"grub/grub.cfg", false},
    {"grub.cfg", false},
    {"autoexec.ipxe", false},
    {"grub/x86_64-efi/fs.lst", false},
    {".efi", false},
    {"", false},
    {"boot/os/linux", false},
    {"Boot/BCD", false},
    {"kernel.efi", false},
};

START_TEST(kin) {
    struct ladder l = {.rung = "sb/shimx64.efi"};
    ck_assert_msg(ladder_is_kin(&l, pxed_slice_of(asked[_i].name)) == asked[_i].kin, "%s", asked[_i].name);
}
END_TEST

/* What its loaders show of Secure Boot: it left an unsigned one, and was heard of with a signed one. */
enum { BOTH = LADDER_KEY_2011 | LADDER_KEY_2023 };

START_TEST(secure) {
    struct ladder l = {0};
    ladder_heard_with(&l, BOTH); /* firmware without Secure Boot starts that as well */
    ck_assert_uint_eq(l.secure, LADDER_SECURE_UNKNOWN);
    ladder_fell(&l, BOTH, false, BOTH);
    ladder_fell(&l, 0, false, 0);
    ladder_fell(&l, BOTH, false, 0);
    ck_assert_uint_eq(l.secure, LADDER_SECURE_UNKNOWN);
    ladder_fell(&l, 0, false, BOTH);
    ck_assert_uint_eq(l.secure, LADDER_SECURE_MAYBE);
    ladder_heard_with(&l, BOTH);
    ck_assert_uint_eq(l.secure, LADDER_SECURE_ON);
    ladder_fell(&l, 0, false, BOTH);
    ck_assert_uint_eq(l.secure, LADDER_SECURE_ON);
    ladder_heard_with(&l, 0); /* switched off */
    ck_assert_uint_eq(l.secure, LADDER_SECURE_UNKNOWN);
}
END_TEST

/* It refuses what one CA alone has signed, and boots with what has both CAs' signatures. */
START_TEST(one_ca) {
    struct ladder l = {.rung = "ipxe-shimx64.efi"};
    ladder_fell(&l, LADDER_KEY_2011, false, 0);
    ladder_fell(&l, 0, false, BOTH);
    ck_assert(!ladder_refuses(&l, LADDER_KEY_2011)); /* not before it was heard of */
    ladder_heard_with(&l, BOTH);
    ck_assert(ladder_refuses(&l, LADDER_KEY_2011));
    ck_assert(!ladder_refuses(&l, LADDER_KEY_2023));
    ck_assert(!ladder_refuses(&l, BOTH));
    ck_assert(!ladder_refuses(&l, 0));
    ladder_heard_with(&l, LADDER_KEY_2011); /* it was enrolled */
    ck_assert(!ladder_refuses(&l, LADDER_KEY_2011));
    ck_assert_uint_eq(l.secure, LADDER_SECURE_ON);
}
END_TEST

/* A shim that asked for what it starts has run: its silence is no matter of keys. */
START_TEST(one_ca_ran) {
    struct ladder l = {.rung = "ipxe-shimx64.efi"};
    ck_assert(!ladder_runs(&l)); /* somebody else asks */
    ck_assert(ladder_takes(&l, pxed_slice_of("ipxe-shimx64.efi")));
    ck_assert(ladder_runs(&l));
    ck_assert(!ladder_runs(&l));
    ladder_power_on(&l);
    ck_assert(l.ran);
    ladder_fell(&l, LADDER_KEY_2011, l.ran, LADDER_KEY_2023);
    ladder_heard_with(&l, LADDER_KEY_2023);
    ck_assert_uint_eq(l.secure, LADDER_SECURE_UNKNOWN);
    ck_assert(!ladder_refuses(&l, LADDER_KEY_2011));
}
END_TEST

int main(void) {
    Suite *s = suite_create("ladder");
    TCase *t = tcase_create("ladder");
    tcase_add_loop_test(t, boots, 0, COUNT(rows));
    tcase_add_test(t, moves);
    tcase_add_test(t, long_names);
    tcase_add_loop_test(t, kin, 0, COUNT(asked));
    tcase_add_test(t, secure);
    tcase_add_test(t, one_ca);
    tcase_add_test(t, one_ca_ran);
    suite_add_tcase(s, t);
    return suite_run(s);
}
