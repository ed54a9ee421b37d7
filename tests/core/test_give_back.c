/* What is given back after the start, and that everything works as before. */
#include "give_back.h"

#include <stdio.h>
#include <string.h>

#include "suite.h"

struct held {
    unsigned long code, relocated; /* KiB: of files' pages as they are; of pages that were written, in read-only maps */
};

static struct held held(void) {
    struct held h = {0};
    char line[512], rights[8] = "", path[256] = "";
    unsigned long kib, rss = 0;
    FILE *f = fopen("/proc/self/smaps", "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%*x-%*x %7s %*s %*s %*s %255s", rights, path) >= 1 && strlen(rights) == 4 &&
            strchr("rwxps-", rights[0]) && strchr("rwxps-", rights[3]))
            path[strcspn(path, "\n")] = '\0';
        else if (sscanf(line, "Rss: %lu kB", &kib) == 1)
            rss = kib;
        else if (sscanf(line, "Anonymous: %lu kB", &kib) == 1 && rights[1] == '-' && path[0] == '/') {
            h.code += rss - kib;
            h.relocated += kib;
        }
    }
    fclose(f);
    return h;
}

static const char *const table[] = {"words", "whose", "addresses", "were", "relocated"};

/* More constants than the test touches otherwise. */
enum { BULK = 1024 * 1024, PAGE = 4096 };
static const char bulk[BULK] = {1};

static int touch_bulk(void) {
    int sum = 0;
    for (size_t i = 0; i < BULK; i += PAGE)
        sum += *(const volatile char *)&bulk[i];
    return sum;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

START_TEST(code_goes_and_comes) {
    const char *sorted[COUNT(table)];
    ck_assert_int_eq(touch_bulk(), 1);
    struct held before = held();
    give_back();
    struct held after = held();
    ck_assert_msg(after.code + BULK / 1024 / 2 < before.code, "%lu KiB before, %lu after", before.code, after.code);
    ck_assert_uint_gt(before.relocated, 0);
    ck_assert_uint_eq(after.relocated, before.relocated);
    memcpy(sorted, table, sizeof(table));
    qsort(sorted, COUNT(table), sizeof(*sorted), compare);
    ck_assert_str_eq(sorted[0], "addresses");
    ck_assert_str_eq(sorted[4], "words");
    ck_assert_int_eq(touch_bulk(), 1);
    give_back();
    ck_assert_str_eq(table[4], "relocated");
}
END_TEST

int main(void) {
    Suite *s = suite_create("give_back");
    TCase *t = tcase_create("give_back");
    tcase_add_test(t, code_goes_and_comes);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
