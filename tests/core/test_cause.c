/* Which cause the facts show, and that docs/causes.md is the closed list of them. */
#include "cause.h"

#include <stdio.h>

#include "pxed/content.h"
#include "suite.h"

#define ARMED_LONG    .declared = true, .install = LIFECYCLE_ARMED, .armed_ago = CAUSE_PATIENCE
#define BEFORE_LOADER .declared = true, .stage = PXED_STAGE_LEASED

static const struct {
    const char *name;
    struct cause_facts facts;
    enum cause cause;
} rows[] = {
    {"nothing is wrong", {.declared = true, .stage = PXED_STAGE_LOCAL, .reason = PXED_WHY_INSTALLED}, CAUSE_NONE},
    {"never heard", {ARMED_LONG}, CAUSE_NOTHING_HEARD},
    {"never heard, armed just now", {.declared = true, .install = LIFECYCLE_ARMED}, CAUSE_NONE},
    {"never heard, a near MAC was", {.declared = true, .near = true}, CAUSE_MAC_NEAR},
    {"a near MAC, but it was heard itself", {.declared = true, .near = true, .stage = PXED_STAGE_LOCAL}, CAUSE_NONE},
    {"a stranger", {.stage = PXED_STAGE_DISCOVERED, .near = true, .reason = PXED_WHY_UNKNOWN_MACHINE}, CAUSE_NONE},
    {"never served, heard through a relay of no net",
     {ARMED_LONG, .reason = PXED_WHY_DHCP_RELAY_FOREIGN},
     CAUSE_REASON},
    {"heard before the order only", {ARMED_LONG, .stage = PXED_STAGE_LOCAL}, CAUSE_NOT_RESTARTED},
    {"whatever ended its last boot",
     {ARMED_LONG, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT},
     CAUSE_NOT_RESTARTED},
    {"heard since", {ARMED_LONG, .heard_since = true, .stage = PXED_STAGE_LOADER}, CAUSE_NONE},
    {"installed, again and again",
     {.declared = true, .install = LIFECYCLE_INSTALLED, .stage = PXED_STAGE_LOCAL, .local_again = 3},
     CAUSE_BOOTS_AGAIN},
    {"installed, restarted twice",
     {.declared = true, .install = LIFECYCLE_INSTALLED, .stage = PXED_STAGE_LOCAL, .local_again = 2},
     CAUSE_NONE},
    {"not installed, again and again", {.declared = true, .stage = PXED_STAGE_LOCAL, .local_again = 9}, CAUSE_NONE},
    {"no acknowledgement",
     {BEFORE_LOADER, .broken = "name=\"a\" 0% of 9 bytes: " PXED_BROKE_NO_ACK},
     CAUSE_TFTP_NO_ACK},
    {"a forged request later", {.declared = true, .stage = PXED_STAGE_SCRIPT, .broken = PXED_BROKE_NO_ACK}, CAUSE_NONE},
    {"no full-size block", {BEFORE_LOADER, .broken = PXED_BROKE_LARGE}, CAUSE_TFTP_LARGE},
    {"no full-size block, and then its loader",
     {.declared = true, .stage = PXED_STAGE_LOADER, .broken = PXED_BROKE_LARGE, .loader_taken = true},
     CAUSE_NONE},
    {"another break", {BEFORE_LOADER, .broken = "the client stopped answering"}, CAUSE_NONE},
    {"initrd",
     {.declared = true, .stage = PXED_STAGE_KERNEL, .broken = "the client closed", .initrd_broken = true},
     CAUSE_INITRD_CUT},
    {"never heard, nor its net", {ARMED_LONG, .net_quiet = true}, CAUSE_NET_SILENT},
    {"heard before, its net is quiet now",
     {ARMED_LONG, .stage = PXED_STAGE_LOCAL, .net_quiet = true},
     CAUSE_NOT_RESTARTED},
    {"another server", {BEFORE_LOADER, .other_server = true}, CAUSE_OTHER_SERVER},
    {"another server before, its loader now",
     {.declared = true, .stage = PXED_STAGE_LOADER, .other_server = true},
     CAUSE_NONE},
    {"another server that says PXEClient",
     {BEFORE_LOADER, .reason = PXED_WHY_OFFER_NOT_TAKEN, .other_server = true, .other_pxe = true},
     CAUSE_OTHER_PXE},
    {"another server before, its loader since, and iPXE runs",
     {.declared = true,
      .stage = PXED_STAGE_LOADER,
      .reason = PXED_WHY_LOADER_SILENT,
      .loader_runs = true,
      .other_server = true},
     CAUSE_SCRIPT_NOT_ASKED},
    {"iPXE took another server's offer",
     {.declared = true,
      .stage = PXED_STAGE_LOADER,
      .reason = PXED_WHY_LOADER_SILENT,
      .loader_runs = true,
      .other_server = true,
      .other_later = true},
     CAUSE_OTHER_LATER},
    {"its installer did",
     {.declared = true,
      .stage = PXED_STAGE_KERNEL,
      .reason = PXED_WHY_ANSWER_NOT_ASKED,
      .other_server = true,
      .other_later = true},
     CAUSE_OTHER_LATER},
    {"its processor is too old",
     {.declared = true,
      .stage = PXED_STAGE_KERNEL,
      .reason = PXED_WHY_ANSWER_NOT_ASKED,
      .cpu_old = true,
      .args_stop = true},
     CAUSE_CPU_OLD},
    {"too old by its word, and it asks", {.declared = true, .stage = PXED_STAGE_ANSWER, .cpu_old = true}, CAUSE_NONE},
    {"its installer spoke of a wrong clock",
     {.declared = true, .stage = PXED_STAGE_LOCAL, .reason = PXED_WHY_REPO_UNREACHABLE, .clock_said = true},
     CAUSE_CLOCK},
    {"a word of args= keeps it from asking",
     {.declared = true, .stage = PXED_STAGE_KERNEL, .reason = PXED_WHY_ANSWER_NOT_ASKED, .args_stop = true},
     CAUSE_ARGS},
    {"a word of args=, but it asked", {.declared = true, .stage = PXED_STAGE_ANSWER, .args_stop = true}, CAUSE_NONE},
    {"its system did",
     {.declared = true, .stage = PXED_STAGE_LOCAL, .other_server = true, .other_later = true},
     CAUSE_NONE},
    {"another server answers, too", {BEFORE_LOADER, .other_too = true, .quiet = CAUSE_QUIET}, CAUSE_OTHER_TOO},
    {"a moment ago", {BEFORE_LOADER, .other_too = true}, CAUSE_NONE},
    {"and it fetches its loader here",
     {.declared = true, .stage = PXED_STAGE_LOADER, .other_too = true, .quiet = CAUSE_QUIET},
     CAUSE_NONE},
    {"and there is no loader",
     {BEFORE_LOADER, .reason = PXED_WHY_LOADER_NONE, .other_too = true, .quiet = CAUSE_QUIET},
     CAUSE_REASON},
    {"no such loader", {BEFORE_LOADER, .missing_last = true}, CAUSE_LOADER_MISSING},
    {"asks in another net, and comes no further",
     {BEFORE_LOADER, .elsewhere = true, .quiet = CAUSE_QUIET},
     CAUSE_WRONG_NET},
    {"asks in another net, a moment ago", {BEFORE_LOADER, .elsewhere = true}, CAUSE_NONE},
    {"asks late and takes nothing", {BEFORE_LOADER, .secs = CAUSE_LATE_SECS, .quiet = CAUSE_QUIET}, CAUSE_LINK_LATE},
    {"asks late, a moment ago", {BEFORE_LOADER, .secs = CAUSE_LATE_SECS}, CAUSE_NONE},
    {"asks late, and there is no loader",
     {BEFORE_LOADER, .reason = PXED_WHY_LOADER_NONE, .secs = 30, .quiet = CAUSE_QUIET},
     CAUSE_REASON},
    {"asks late, and boots",
     {.declared = true, .stage = PXED_STAGE_SCRIPT, .secs = 30, .quiet = CAUSE_QUIET},
     CAUSE_NONE},
    {"iPXE runs and asks for no script",
     {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT, .loader_runs = true},
     CAUSE_SCRIPT_NOT_ASKED},
    {"iPXE runs, and the script's server has a name",
     {.declared = true,
      .stage = PXED_STAGE_LOADER,
      .reason = PXED_WHY_LOADER_SILENT,
      .loader_runs = true,
      .loader_unsigned = true,
      .by_name = true},
     CAUSE_SCRIPT_BY_NAME},
    {"signed by one CA",
     {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT, .loader_one_ca = true},
     CAUSE_LOADER_CA},
    {"silent loader", {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT}, CAUSE_REASON},
    {"of another processor",
     {.declared = true,
      .stage = PXED_STAGE_LOADER,
      .reason = PXED_WHY_LOADER_SILENT,
      .loader_cpu = true,
      .loader_unsigned = true},
     CAUSE_LOADER_CPU},
    {"unsigned",
     {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT, .loader_unsigned = true},
     CAUSE_LOADER_UNSIGNED},
    {"unsigned, but it spoke", {.declared = true, .stage = PXED_STAGE_SCRIPT, .loader_unsigned = true}, CAUSE_NONE},
    {"revocations.efi is asked by habit",
     {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_LOADER_SILENT, .missing_last = true},
     CAUSE_REASON},
    {"the script's kernel is not there",
     {.declared = true, .stage = PXED_STAGE_SCRIPT, .reason = PXED_WHY_SCRIPT_SILENT, .missing_last = true},
     CAUSE_NAME_ASKED},
    {"its answer file was asked from elsewhere",
     {.declared = true, .stage = PXED_STAGE_KERNEL, .answer_refused = true},
     CAUSE_ANSWER_REFUSED},
    {"asked from elsewhere, long before it is its turn",
     {.declared = true, .stage = PXED_STAGE_SCRIPT, .answer_refused = true},
     CAUSE_NONE},
    {"told in the boot before, and fetched nothing", {BEFORE_LOADER, .offer_silent = true}, CAUSE_OFFER_IGNORED},
    {"and it fetches now", {.declared = true, .stage = PXED_STAGE_LOADER, .offer_silent = true}, CAUSE_NONE},
    {"told of port 4011, and does not come", {BEFORE_LOADER, .asks_4011 = true, .quiet = CAUSE_QUIET}, CAUSE_PORT_4011},
    {"told of port 4011 a moment ago", {BEFORE_LOADER, .asks_4011 = true}, CAUSE_NONE},
    {"an initrd larger than its memory",
     {.declared = true, .stage = PXED_STAGE_KERNEL, .broken = "x", .initrd_broken = true, .too_large = true},
     CAUSE_MEMORY},
    {"another port", {.declared = true, .stage = PXED_STAGE_LOADER, .other_port = true}, CAUSE_OTHER_PORT},
    {"somebody else", {.declared = true, .stage = PXED_STAGE_LOADER, .reason = PXED_WHY_NOT_BELIEVED}, CAUSE_REASON},
    {"any other fault", {.declared = true, .stage = PXED_STAGE_SCRIPT, .reason = PXED_WHY_NO_IMAGE}, CAUSE_REASON},
    {"a refusal that is none", {.declared = true, .stage = PXED_STAGE_LOCAL, .reason = PXED_WHY_NOT_ARMED}, CAUSE_NONE},
};

START_TEST(judge) {
    enum cause got = cause_of(&rows[_i].facts);
    char text[40], want[40];
    ck_assert_msg(got == rows[_i].cause, "%s: '%s', not '%s'", rows[_i].name,
                  cause_id(got, rows[_i].facts.reason, text), cause_id(rows[_i].cause, rows[_i].facts.reason, want));
}
END_TEST

/* Each cause but the last has a row in the table. */
START_TEST(each_is_staged) {
    unsigned n = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        n += rows[i].cause == (enum cause)_i;
    ck_assert_uint_ge(n, 1);
}
END_TEST

/* A row of the page, without the marks of code. */
static bool page_has(const char *id, const char *sentence, const char *cure) {
    char line[2048], want[2048], bare[2048];
    bool found = false;
    FILE *f = fopen(PXED_DOCS "/causes.md", "r");
    ck_assert_ptr_nonnull(f);
    snprintf(want, sizeof(want), "| %s | %s | %s |\n", id, sentence, cure);
    while (!found && fgets(line, sizeof(line), f)) {
        size_t n = 0;
        for (const char *p = line; *p; p++)
            if (*p != '`' && *p != '\\')
                bare[n++] = *p;
        bare[n] = '\0';
        char *out = want;
        for (const char *p = want; *p; p++)
            if (*p != '`')
                *out++ = *p;
        *out = '\0';
        found = strcmp(bare, want) == 0;
    }
    fclose(f);
    return found;
}

START_TEST(page) {
    char id[40];
    for (int c = CAUSE_NONE + 1; c < CAUSE_REASON; c++) {
        enum cause cause = (enum cause)c;
        ck_assert_msg(page_has(cause_id(cause, PXED_WHY_OK, id), cause_sentence(cause, PXED_WHY_OK),
                               cause_cure(cause, PXED_WHY_OK)),
                      "docs/causes.md: %s", cause_id(cause, PXED_WHY_OK, id));
    }
    for (int r = 1; r < PXED_REASON_COUNT; r++) {
        enum pxed_reason why = (enum pxed_reason)r;
        if (pxed_reason_is_fault(why))
            ck_assert_msg(page_has(cause_id(CAUSE_REASON, why, id), pxed_reason_sentence(why), pxed_reason_cure(why)),
                          "docs/causes.md: %s", id);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("cause");
    TCase *t = tcase_create("cause");
    tcase_add_loop_test(t, judge, 0, COUNT(rows));
    tcase_add_loop_test(t, each_is_staged, CAUSE_NONE, CAUSE_REASON + 1);
    tcase_add_test(t, page);
    suite_add_tcase(s, t);
    return suite_run(s);
}
