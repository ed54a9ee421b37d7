/* What `pxed report` counts of a journal. */
#include "report_count.h"

#include <stdio.h>

#include "suite.h"

enum { T0 = 1000000, SECOND = 1000 };

static struct report report;

static void step(const char *mac, int64_t at, const char *what, const char *text, const char *reason) {
    struct report_step s = {mac, "", what, reason, *reason ? "a sentence" : "", text, T0 + at * SECOND};
    report_take(&report, &s, T0);
}

static void boot(const char *mac, int64_t at, const char *os) {
    char text[64];
    snprintf(text, sizeof(text), "install=%s loader=ipxe", os);
    step(mac, at, "discovered", "", "");
    step(mac, at + 1, "leased", "", "");
    step(mac, at + 3, "loader", "snponly.efi", "");
    step(mac, at + 6, "script", text, "");
    step(mac, at + 7, "kernel", "", "");
}

static const struct report_times *stage(const char *name) {
    for (size_t i = 0; i < REPORT_STAGES; i++)
        if (strcmp(report_stages[i], name) == 0)
            return &report.stages[i];
    ck_abort_msg("%s", name);
    return NULL;
}

START_TEST(counts) {
    report = (struct report){0};
    boot("a", 0, "debian-12");
    step("a", 100, "installed", "", "");
    boot("b", 10, "debian-12");
    step("b", 310, "installed", "", "");
    boot("c", 20, "rocky-9");
    step("c", 30, "failed", "", "DISK_NOT_BLANK");
    boot("c", 40, "rocky-9");
    step("c", 50, "failed", "", "DISK_NOT_BLANK");
    boot("d", 60, "rocky-9"); /* still running */
    step("e", 70, "discovered", "", "");
    step("e", 75, "script", "loader=ipxe", "");
    step("e", 76, "local", "", "INSTALLED"); /* boots its disk */
    report_close(&report);
    ck_assert_uint_eq(report.installed, 2);
    ck_assert_uint_eq(report.failed, 2);
    ck_assert_uint_eq(report.running, 1);
    ck_assert_uint_eq(report.n_systems, 2);
    ck_assert_str_eq(report.systems[0].os, "debian-12");
    ck_assert_int_eq(report_median(&report.systems[0].whole), 100 * SECOND);
    ck_assert_int_eq(report_longest(&report.systems[0].whole), 300 * SECOND);
    ck_assert_uint_eq(report.systems[1].failed, 2);
    ck_assert_uint_eq(report.n_failures, 1);
    ck_assert_uint_eq(report.failures[0].times, 2);
    ck_assert_uint_eq(report.failures[0].n_machines, 1);
    ck_assert_str_eq(report.failures[0].machines[0], "c");
    ck_assert_uint_eq(stage("loader")->n, 2); /* of those that ended well */
    ck_assert_int_eq(report_median(stage("loader")), 2 * SECOND);
    ck_assert_int_eq(report_median(stage("installed")), 93 * SECOND);
    ck_assert_uint_eq(stage("answer")->n, 0);
    report_free(&report);
}
END_TEST

START_TEST(what_began_before) {
    report = (struct report){0};
    boot("a", -100, "debian-12");
    step("a", -10, "installed", "", "");
    boot("b", -100, "debian-12");
    step("b", 20, "installed", "", "");
    report_close(&report);
    ck_assert_uint_eq(report.installed, 1);
    ck_assert_int_eq(report_median(&report.systems[0].whole), 120 * SECOND);
    report_free(&report);
}
END_TEST

START_TEST(an_end_without_a_beginning) {
    report = (struct report){0};
    step("a", 1, "installed", "by an operator", "");
    step("a", 2, "installed", "again", "");
    boot("b", 3, "debian-12");
    step("b", 50, "installed", "", "");
    step("b", 60, "installed", "repeated", "");
    report_close(&report);
    ck_assert_uint_eq(report.installed, 1);
    report_free(&report);
}
END_TEST

START_TEST(many_machines) {
    report = (struct report){0};
    char mac[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(mac, sizeof(mac), "m%d", i);
        boot(mac, i, i % 2 ? "debian-12" : "rocky-9");
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(mac, sizeof(mac), "m%d", i);
        step(mac, 9000, "installed", "", "");
    }
    report_close(&report);
    ck_assert_uint_eq(report.installed, 5000);
    ck_assert_uint_eq(report.systems[0].whole.n, 2500);
    ck_assert_uint_eq(report.running, 0);
    report_free(&report);
}
END_TEST

int main(void) {
    Suite *s = suite_create("report");
    TCase *t = tcase_create("report");
    tcase_add_test(t, counts);
    tcase_add_test(t, what_began_before);
    tcase_add_test(t, an_end_without_a_beginning);
    tcase_add_test(t, many_machines);
    suite_add_tcase(s, t);
    return suite_run(s);
}
