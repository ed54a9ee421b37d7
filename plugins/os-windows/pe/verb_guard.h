/* The verb guard: takes the arguments after the verb, returns the exit code. */
#pragma once

int verb_guard(int n, char **args);
