/* Starts, runs and stops the daemon. */
#pragma once

#include <stdbool.h>

/* Runs until SIGTERM; returns an exit code. `ini_path` is absolute. */
int daemon_run(const char *ini_path, bool debug);
