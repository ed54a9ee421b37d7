/* The verb guard: the arguments behind the verb in, the exit code out. */
#pragma once

int verb_guard(int n, char **args);
