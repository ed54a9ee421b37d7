/* The end of every Check program: runs a suite, prints failures, returns an exit code. */
#pragma once

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Takes ownership of the suite. */
static inline int suite_run_as(Suite *suite, enum fork_status status) {
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, status);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Takes ownership of the suite. No fork: sanitizers and debuggers see one process. */
static inline int suite_run(Suite *suite) {
    return suite_run_as(suite, CK_NOFORK);
}

/* Takes ownership of the suite. Each test in its own process, as Check does by default (CK_FORK=no disables that): for
 * tests that change static data or may hang. */
static inline int suite_run_apart(Suite *suite) {
    return suite_run_as(suite, CK_FORK_GETENV);
}
