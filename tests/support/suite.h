/* The end of every Check program of ours: run a suite, say what failed, become an exit code. */
#pragma once

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Takes the suite. No fork: sanitizers and debuggers see one process. */
static inline int suite_run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
