/* What machines of a model took is known at once, and costs no walk over all machines. */
#include "models.h"

#include <stdio.h>

#include "suite.h"

static struct daemon d;

static struct machine *add(uint8_t n, const char *model, const char *rung, int64_t good_at, const char *way) {
    struct pxed_hwaddr mac = {.type = 1, .len = 6, .bytes = {2, 0, 0, 0, 0, n}};
    struct machine *m = machines_get(&d.machines, &mac);
    snprintf(machine_rec_edit(m)->ladder.model, sizeof(machine_rec_edit(m)->ladder.model), "%s", model);
    snprintf(machine_rec_edit(m)->ladder.rung, sizeof(machine_rec_edit(m)->ladder.rung), "%s", rung);
    machine_rec_edit(m)->ladder.good = good_at > 0;
    machine_rec_edit(m)->ladder.good_at = good_at;
    snprintf(machine_rec_edit(m)->ways.way, sizeof(machine_rec_edit(m)->ways.way), "%s", way);
    machine_rec_edit(m)->ways.good = *way != '\0';
    return m;
}

static void setup(void) {
    memset(&d, 0, sizeof(d));
    machines_init(&d.machines);
}

static void teardown(void) {
    models_free(&d);
    machines_free(&d.machines);
}

START_TEST(of_the_records) {
    add(1, "a", "old.efi", 10, "");
    add(2, "a", "new.efi", 20, "plain");
    add(3, "a", "none.efi", 0, "");
    add(4, "b", "", 0, "menu");
    ck_assert_str_eq(models_find(&d, "a")->rung, "new.efi");
    ck_assert_str_eq(models_find(&d, "a")->way, "plain");
    ck_assert_str_eq(models_find(&d, "b")->rung, "");
    ck_assert_str_eq(models_find(&d, "b")->way, "menu");
    ck_assert_ptr_null(models_find(&d, "c"));
}
END_TEST

START_TEST(learns) {
    models_learn(&d, add(1, "a", "one.efi", 10, "")); /* found by the first look */
    ck_assert_str_eq(models_find(&d, "a")->rung, "one.efi");
    models_learn(&d, add(2, "a", "two.efi", 20, "file"));
    ck_assert_str_eq(models_find(&d, "a")->rung, "two.efi");
    models_learn(&d, add(3, "a", "older.efi", 15, ""));
    ck_assert_str_eq(models_find(&d, "a")->rung, "two.efi");
    models_learn(&d, add(4, "z", "bad.efi", 0, ""));
    ck_assert_ptr_null(models_find(&d, "z"));
    models_learn(&d, add(5, "", "any.efi", 30, "file"));
    ck_assert_ptr_null(models_find(&d, ""));
}
END_TEST

START_TEST(has_an_end) {
    char name[LADDER_MODEL];
    ck_assert_ptr_null(models_find(&d, "0"));
    for (int i = 0; i < 3 * MODELS_MAX; i++) {
        snprintf(name, sizeof(name), "%d", i);
        models_learn(&d, add(1, name, "x.efi", i + 1, ""));
        ck_assert((models_find(&d, name) != NULL) == (i < MODELS_MAX));
    }
    ck_assert_str_eq(models_find(&d, "0")->rung, "x.efi");
}
END_TEST

int main(void) {
    Suite *s = suite_create("models");
    TCase *t = tcase_create("models");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, of_the_records);
    tcase_add_test(t, learns);
    tcase_add_test(t, has_an_end);
    suite_add_tcase(s, t);
    return suite_run(s);
}
