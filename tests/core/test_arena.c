#include "pxed/arena.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_zero(const char *bytes, size_t n) {
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

/* Sizes from nothing to beyond any chunk: each zeroed, aligned, and none over another. */
START_TEST(test_alloc) {
    struct pxed_arena a = {0};
    struct {
        char *ptr;
        size_t size;
    } blocks[400];

    srandom(1);
    for (size_t i = 0; i < 400; i++) {
        size_t size = (size_t)random() % (i % 10 == 0 ? 100000 : 200);
        blocks[i].ptr = pxed_arena_alloc(&a, size);
        blocks[i].size = size;
        ck_assert_uint_eq((uintptr_t)blocks[i].ptr % _Alignof(max_align_t), 0);
        ck_assert(is_zero(blocks[i].ptr, size));
        memset(blocks[i].ptr, (int)(i % 255 + 1), size);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < blocks[i].size; j++)
            ck_assert_int_eq((unsigned char)blocks[i].ptr[j], (int)(i % 255 + 1));
    pxed_arena_clear(&a);
}
END_TEST

START_TEST(test_big_first) {
    struct pxed_arena a = {0};
    memset(pxed_arena_alloc(&a, 1000000), 1, 1000000);
    ck_assert(is_zero(pxed_arena_alloc(&a, 16), 16));
    pxed_arena_clear(&a);
}
END_TEST

START_TEST(test_clear_and_reuse) {
    struct pxed_arena a = {0};
    pxed_arena_clear(&a);
    for (int i = 0; i < 3; i++) {
        char *text = pxed_arena_alloc(&a, 100);
        ck_assert(is_zero(text, 100));
        memset(text, 'x', 100);
        pxed_arena_clear(&a);
        ck_assert(a.chunks == NULL && a.used == 0);
    }
}
END_TEST

START_TEST(test_texts) {
    struct pxed_arena a = {0};
    struct pxed_slice copy = pxed_arena_dup(&a, pxed_slice("abcdef", 3));
    ck_assert_uint_eq(copy.len, 3);
    ck_assert_str_eq(copy.ptr, "abc");
    ck_assert_str_eq(pxed_arena_dup(&a, PXED_SLICE("")).ptr, "");
    ck_assert_ptr_null(pxed_arena_dup(&a, PXED_NO_SLICE).ptr); /* unset stays unset */

    ck_assert_str_eq(pxed_arena_printf(&a, "%s-%d", "node", 7), "node-7");
    ck_assert_uint_eq(strlen(pxed_arena_printf(&a, "%5000d", 1)), 5000);
    pxed_arena_clear(&a);
}
END_TEST

START_TEST(test_macros) {
    struct pxed_arena a = {0};
    uint64_t *one = PXED_NEW(&a, uint64_t), *many = PXED_NEWS(&a, uint64_t, 10);
    ck_assert(*one == 0 && many[9] == 0);
    many[9] = *one = 1;
    pxed_arena_clear(&a);
}
END_TEST

START_TEST(test_heap) {
    char *text = pxed_xstrdup(pxed_slice("abcdef", 3));
    ck_assert_str_eq(text, "abc");
    text = pxed_xrealloc(text, 100);
    ck_assert_str_eq(text, "abc");
    text = pxed_xrealloc(text, 0);
    ck_assert_ptr_nonnull(text);
    free(text);

    text = pxed_xstrdup(PXED_NO_SLICE);
    ck_assert_str_eq(text, "");
    free(text);
    text = pxed_xalloc(10);
    ck_assert(is_zero(text, 10));
    free(text);
}
END_TEST

static void ask_too_many(struct pxed_arena *a) {
    PXED_NEWS(a, uint64_t, SIZE_MAX / 4);
}
static void ask_too_much(struct pxed_arena *a) {
    pxed_arena_alloc(a, SIZE_MAX);
}

/* A size that wraps round must end the process, not give a small block. */
static void assert_dies(void (*ask)(struct pxed_arena *a)) {
    int status = 0;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct pxed_arena a = {0};
        close(STDERR_FILENO);
        ask(&a);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

START_TEST(test_overflow) {
    assert_dies(ask_too_many);
    assert_dies(ask_too_much);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_add_test(tests, test_alloc);
    tcase_add_test(tests, test_big_first);
    tcase_add_test(tests, test_clear_and_reuse);
    tcase_add_test(tests, test_texts);
    tcase_add_test(tests, test_macros);
    tcase_add_test(tests, test_heap);
    tcase_add_test(tests, test_overflow);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
