/* When a boot has come to nothing: each step, its patience, and what makes it no silence. */
#include "silence.h"

#include "suite.h"

enum { S = 1000, MINUTE = 60 * S };
#define L  PXED_STAGE_LOADER
#define SC PXED_STAGE_SCRIPT
#define K  PXED_STAGE_KERNEL

static const struct {
    const char *name;
    enum pxed_reason why;
    struct silence_facts f;
} rows[] = {
    {"just discovered", PXED_WHY_OK, {PXED_STAGE_DISCOVERED, 30 * MINUTE, true, false, false, true, false, true}},
    {"took its loader", PXED_WHY_OK, {L, 89 * S, true, false, false, false, false, false}},
    {"nothing after it", PXED_WHY_LOADER_SILENT, {L, 91 * S, false, false, false, false, false, false}},
    {"still loads it", PXED_WHY_OK, {L, 91 * S, true, false, true, false, false, false}},
    {"has its script", PXED_WHY_OK, {SC, 59 * S, true, false, false, true, false, true}},
    {"nothing after it", PXED_WHY_SCRIPT_SILENT, {SC, 61 * S, true, false, false, true, false, true}},
    {"its script boots the disk", PXED_WHY_OK, {SC, 61 * S, false, false, false, true, false, true}},
    {"the operator's script", PXED_WHY_OK, {SC, 61 * S, true, true, false, true, false, true}},
    {"kernel, and no initrd", PXED_WHY_INITRD_NOT_ASKED, {K, 121 * S, true, false, false, true, false, true}},
    {"loads it", PXED_WHY_OK, {K, 121 * S, true, false, true, true, false, true}},
    {"has it", PXED_WHY_OK, {K, 121 * S, true, false, false, true, true, true}},
    {"needs none", PXED_WHY_OK, {K, 121 * S, true, false, false, false, false, true}},
    {"never asks its answers", PXED_WHY_ANSWER_NOT_ASKED, {K, 11 * MINUTE, true, false, false, true, true, true}},
    {"there are none", PXED_WHY_OK, {K, 11 * MINUTE, true, false, false, true, true, false}},
    {"loads elsewhere", PXED_WHY_OK, {SC, 9 * MINUTE, true, false, false, true, false, true, true}},
    {"or part of it", PXED_WHY_OK, {K, 9 * MINUTE, true, false, false, true, false, true, true}},
    {"and asks for nothing here",
     PXED_WHY_ANSWER_NOT_ASKED,
     {SC, 11 * MINUTE, true, false, false, true, false, true, true}},
    {"nor has to", PXED_WHY_OK, {SC, 11 * MINUTE, true, false, false, true, false, false, true}},
    {"has its answers", PXED_WHY_OK, {PXED_STAGE_ANSWER, 11 * MINUTE, true, false, false, true, true, true}},
};

START_TEST(row) {
    enum pxed_reason why = silence_of(&rows[_i].f);
    ck_assert_msg(why == rows[_i].why, "%s: %s", rows[_i].name, pxed_reason_name(why));
}
END_TEST

int main(void) {
    Suite *s = suite_create("silence");
    TCase *t = tcase_create("silence");
    tcase_add_loop_test(t, row, 0, COUNT(rows));
    suite_add_tcase(s, t);
    return suite_run(s);
}
