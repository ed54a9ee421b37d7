/* Accounts: what the system says of them, without what it takes to say so. */
#include "pxed/account.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

static const char *const known[] = {"root", "nobody", "daemon"};
#define UNKNOWN "pxed-no-such-account"

static unsigned modules(void) { /* of nsswitch, mapped here */
    char line[512];
    unsigned n = 0;
    FILE *f = fopen("/proc/self/maps", "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f))
        n += strstr(line, "/libnss_") != NULL;
    fclose(f);
    return n;
}

START_TEST(as_the_system_says) {
    gid_t groups[1024];
    int n = COUNT(groups);
    const struct pxed_account *a = pxed_account_find(known[_i]);
    const struct passwd *pw = getpwnam(known[_i]);
    ck_assert(a && pw);
    ck_assert_str_eq(a->name, known[_i]);
    ck_assert_uint_eq(a->uid, pw->pw_uid);
    ck_assert_uint_eq(a->gid, pw->pw_gid);
    ck_assert_int_ge(getgrouplist(known[_i], pw->pw_gid, groups, &n), 0);
    ck_assert_uint_eq(a->n_groups, (size_t)n);
    ck_assert_mem_eq(a->groups, groups, sizeof(gid_t) * (size_t)n);
    ck_assert_ptr_eq(pxed_account_find(known[_i]), a);
}
END_TEST

START_TEST(nothing_stays_mapped) { /* of an unknown name every source is asked */
    unsigned before = modules();
    ck_assert_ptr_null(pxed_account_find(UNKNOWN));
    ck_assert_ptr_null(pxed_account_find(UNKNOWN));
    ck_assert_ptr_null(pxed_account_find(""));
    ck_assert_ptr_nonnull(pxed_account_find("root"));
    ck_assert_uint_eq(modules(), before);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}
END_TEST

int main(void) {
    Suite *s = suite_create("account");
    TCase *t = tcase_create("account");
    tcase_add_test(t, nothing_stays_mapped);
    tcase_add_loop_test(t, as_the_system_says, 0, COUNT(known));
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
