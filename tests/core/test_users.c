/* Accounts of users=: what is taken from a value, and what is refused. */
#include "users.h"

#include <stdio.h>

#include "suite.h"

static const struct {
    const char *value, *read;
} good[] = {
    {"alice", "alice:::"},
    {"alice:$6$a$b:sudo:ssh-rsa A b:c", "alice:$6$a$b:sudo:ssh-rsa A b:c"},
    {" alice : ! : sudo ;; bob::: ssh-rsa A ;", "alice:!:sudo: bob:::ssh-rsa A"},
    {"a_1-b\r\n\nbob\n", "a_1-b::: bob:::"},
    {"", ""},
};

static const char *const bad[] = {
    "Alice",
    "1a",
    "-a",
    "a b",
    "root",
    "alice:secret",
    "alice:$6$a",
    "alice::wheel",
    "alice:::AAAA",
    "alice;alice",
    ":$6$a$b:",
    "a.b",
    "ab12345678901234567890123456789012",
    "\xc3\xa4",
};

START_TEST(is_read) {
    char text[256] = "";
    size_t n = 0;
    struct pxed_slice rest = pxed_slice_of(good[_i].value);
    struct users_one u;
    ck_assert_ptr_null(users_check(rest));
    while (users_next(&rest, &u))
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s:%.*s:%s:%.*s", n ? " " : "", PXED_S(u.name),
                              PXED_S(u.hash), u.sudo ? "sudo" : "", PXED_S(u.key));
    ck_assert_str_eq(text, good[_i].read);
}
END_TEST

START_TEST(is_refused) {
    ck_assert_ptr_nonnull(users_check(pxed_slice_of(bad[_i])));
}
END_TEST

int main(void) {
    Suite *s = suite_create("users");
    TCase *t = tcase_create("users");
    tcase_add_loop_test(t, is_read, 0, COUNT(good));
    tcase_add_loop_test(t, is_refused, 0, COUNT(bad));
    suite_add_tcase(s, t);
    return suite_run(s);
}
