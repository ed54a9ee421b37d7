/* What the live commands share: their common options, and questions to the running daemon. */
#pragma once

#include "cli.h"

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct live {
    const char *command;
    const char *ini;    /* -c; NULL: the installed one */
    const char *socket; /* once asked */
    bool json;
    bool quiet; /* no message when the daemon is not there: `watch` waits for it to come back */
    int code;   /* why the last question failed: CLI_NO or CLI_NO_DAEMON */
};

/* Rows every command's option table begins with, for live_option(). */
#define LIVE_OPTIONS                                                                                                   \
    { "json", no_argument, NULL, 'j' }
#define LIVE_SHORT "c:"

/* Next option as getopt_long gives it, the common ones already taken; -1 at the end, '?' after a usage message has been
 * printed. The first call must find *l with `command` unset. */
int live_option(struct live *l, int argc, char **argv, const struct option *options);

/* GET /api/v1/TARGET, or POST when there is a body (which is taken over). The answer is an array, owned by the caller;
 * NULL with l->code set and a sentence on stderr. */
json_t *live_ask(struct live *l, const char *target, json_t *body);

/* "name?key=value", the value encoded; owned by the caller. A NULL value gives the name alone. */
char *live_target(const char *name, const char *key, const char *value);

/* Operands as an array of texts; NULL with l->code set and a sentence on stderr if one cannot be a name: JSON would
 * drop it silently, and an order must never be about other hosts than it says. */
json_t *live_hosts(struct live *l, char **hosts, int n);

/* Prints each object of the array on a line of its own. */
void live_print_json(const json_t *rows);

/* Members of a row; absent or of another type: "", 0, false. */
const char *live_text(const json_t *row, const char *key);
int64_t live_number(const json_t *row, const char *key);
bool live_flag(const json_t *row, const char *key);
/* The name, else the MAC, else the address. */
const char *live_host(const json_t *row);

/* Milliseconds since the epoch. */
int64_t live_now(void);
