/* The verbs event and get: the arguments behind the verb in, the exit code out. */
#pragma once

int verb_event(int n, char **args);
int verb_get(int n, char **args);
