/* What the live commands share: common options, and requests to the running daemon. */
#pragma once

#include "cli.h"

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct live {
    const char *command;
    const char *ini;    /* -c; NULL: the installed one */
    const char *socket; /* set by the first request */
    pid_t daemon;       /* who listens there, seen by the last request; 0: not known */
    bool json;
    bool quiet; /* no message if the daemon is not running: `watch` waits until it is back */
    int code;   /* why the last request failed: CLI_NO or CLI_NO_DAEMON */
};

/* The first rows of every command's option table, for live_option(). */
#define LIVE_OPTIONS                                                                                                   \
    { "json", no_argument, NULL, 'j' }
#define LIVE_SHORT "c:"

/* The next option as getopt_long returns it; common options are handled here. -1 at the end, '?' after a usage message.
 * Before the first call *l must have `command` unset. */
int live_option(struct live *l, int argc, char **argv, const struct option *options);

/* GET /api/v1/TARGET, or POST if there is a body, which it takes ownership of. Returns an array that the caller frees,
 * or NULL with l->code set and a message on stderr. Blocks. */
json_t *live_ask(struct live *l, const char *target, json_t *body);

/* "name?key=value" with the value encoded, or the name alone if `value` is NULL. The caller frees it. */
char *live_target(const char *name, const char *key, const char *value);

/* Operands as an array of texts. NULL with l->code set and a message on stderr if one is not UTF-8: JSON would drop it
 * silently, and the order would concern other hosts than the user named. */
json_t *live_hosts(struct live *l, char **hosts, int n);

/* Prints each object of the array on its own line. */
void live_print_json(const json_t *rows);

/* Members of a row; "", 0 or false if absent or of another type. */
const char *live_text(const json_t *row, const char *key);
int64_t live_number(const json_t *row, const char *key);
bool live_flag(const json_t *row, const char *key);
/* The name, else the MAC, else the address. */
const char *live_host(const json_t *row);

/* Milliseconds since the epoch. */
int64_t live_now(void);
