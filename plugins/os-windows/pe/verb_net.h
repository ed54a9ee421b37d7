/* The verbs event and get: take the arguments after the verb, return the exit code. */
#pragma once

int verb_event(int n, char **args);
int verb_get(int n, char **args);
