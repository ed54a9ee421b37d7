/* The end of every Check program of ours: run a suite, say what failed, become an exit code. */
#pragma once

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Takes the suite. */
static inline int suite_run_as(Suite *suite, enum fork_status status) {
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, status);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Takes the suite. No fork: sanitizers and debuggers see one process. */
static inline int suite_run(Suite *suite) {
    return suite_run_as(suite, CK_NOFORK);
}

/* Takes the suite. Each test in a process of its own, as Check does by default (CK_FORK=no: not so): for tests that
 * change what is static, or may hang. */
static inline int suite_run_apart(Suite *suite) {
    return suite_run_as(suite, CK_FORK_GETENV);
}
