/* Texts of several files as ustar archives: what tar(1) reads back, and what is refused. */
#include "pack.h"

#include <stdio.h>
#include <stdlib.h>

#include "suite.h"

static char archive[8192];

static enum pxed_reason pack(const char *text, size_t *ret_len) {
    struct pxed_buf out = PXED_BUF(archive);
    enum pxed_reason why = pack_tar(pxed_slice_of(text), &out);
    *ret_len = out.len;
    return why;
}

/* What tar says of the archive. */
static const char *listed(const char *text) {
    static char said[1024];
    size_t len;
    ck_assert_int_eq(pack(text, &len), PXED_WHY_OK);
    ck_assert_uint_eq(len % 512, 0);
    FILE *f = fopen("pack-test.tar", "wb");
    ck_assert(f && fwrite(archive, 1, len, f) == len && fclose(f) == 0);
    FILE *tar =
        popen("tar -tvf pack-test.tar --utc --full-time 2>&1 && tar -xOf pack-test.tar 2>&1; rm -f pack-test.tar", "r");
    size_t n = tar ? fread(said, 1, sizeof(said) - 1, tar) : 0;
    said[n] = '\0';
    ck_assert(tar && pclose(tar) == 0);
    return said;
}

START_TEST(tar_reads_it) {
    ck_assert_str_eq(listed("=== etc/a 0644\none\ntwo\n=== etc/b -> /init.d/local\n=== etc/c 755\n#!/bin/sh\n"),
                     "-rw-r--r-- 0/0               8 1970-01-01 00:00:00 etc/a\n"
                     "lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 etc/b -> /init.d/local\n"
                     "-rwxr-xr-x 0/0              10 1970-01-01 00:00:00 etc/c\n"
                     "one\ntwo\n#!/bin/sh\n");
    ck_assert_str_eq(listed("=== empty 0600\n"), "-rw------- 0/0               0 1970-01-01 00:00:00 empty\n");
}
END_TEST

static const char *const wrong[] = {
    "",
    "x\n",
    "=== a 0644",
    "=== /a 0644\n",
    "=== ../a 0644\n",
    "=== a/../../b 0644\n",
    "=== a\n",
    "=== a 0849\n",
    "=== a 07777777\n",
    "=== a ->\n",
    "=== a/ 0644\nx\n",
    "a\n=== b 0644\n",
    "=== a 0644\n=== 0644\n",
    "=== 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 0644\n",
};

START_TEST(refused) {
    size_t len;
    ck_assert_int_eq(pack(wrong[_i], &len), PXED_WHY_TEMPLATE_BROKEN);
}
END_TEST

START_TEST(measured_without_room) {
    struct pxed_buf none = {0};
    size_t len;
    const char *text = "=== a 0644\nsome text\n";
    ck_assert_int_eq(pack(text, &len), PXED_WHY_OK);
    ck_assert_int_eq(pack_tar(pxed_slice_of(text), &none), PXED_WHY_OK);
    ck_assert_uint_eq(none.len, len);
}
END_TEST

int main(void) {
    Suite *s = suite_create("pack");
    TCase *t = tcase_create("pack");
    tcase_add_test(t, tar_reads_it);
    tcase_add_loop_test(t, refused, 0, COUNT(wrong));
    tcase_add_test(t, measured_without_room);
    suite_add_tcase(s, t);
    return suite_run(s);
}
