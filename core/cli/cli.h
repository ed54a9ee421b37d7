/* What the commands of `pxed` share. Each command has its own file and a row in commands.c. */
#pragma once

#include <stdio.h>

enum { CLI_OK = 0, CLI_NO = 1, CLI_USAGE = 2, CLI_NO_DAEMON = 3 };

struct cli_command {
    const char *name;
    const char *args;                  /* as the usage text shows them */
    const char *help;                  /* one line */
    int (*run)(int argc, char **argv); /* argv[0] is the command's own name; returns an exit code */
};

/* Sets the running command; call before its run(). */
void cli_begin(const struct cli_command *command);
/* Prints `pxed NAME ARGS` of the running command to stderr; returns CLI_USAGE. */
int cli_usage(void);

/* Says that `value` is none of the words that `option` knows, which they are, all but `unfit` (may be NULL), and the
 * nearest. `words` ends with NULL. Returns CLI_USAGE. */
int cli_no_word(const char *option, const char *value, const char *const *words, const char *unfit);

/* The ini file used when -c is not given: P/etc/pxed/pxed.ini by the program's own place, /etc/pxed/pxed.ini
 * if P is /usr. Static storage. */
const char *cli_default_ini(void);

/* [api] socket of the ini `file` (absolute), as the daemon would open it. Static storage; NULL with a message on
 * stderr. */
const char *cli_api_socket(const char *file);

void cli_version(FILE *to);
/* Makes a path absolute against the current folder. Static storage. */
const char *cli_absolute(const char *path);
struct pxed_diags;
/* Prints each as `file:line: text`; marks warnings. */
void cli_print_diags(FILE *to, const struct pxed_diags *diags);

/* One file each; all return an exit code (CLI_*). */
int cli_run(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_snippet(int argc, char **argv);
int cli_loaders(int argc, char **argv);
int cli_options(int argc, char **argv);
int cli_hosts(int argc, char **argv);
int cli_contract_test(int argc, char **argv);
int cli_new_plugin(int argc, char **argv);
int cli_machines(int argc, char **argv);
int cli_find(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_watch(int argc, char **argv);
int cli_why(int argc, char **argv);
int cli_log(int argc, char **argv);
int cli_leases(int argc, char **argv);
int cli_arm(int argc, char **argv);
int cli_disarm(int argc, char **argv);
int cli_adopt(int argc, char **argv);
int cli_token(int argc, char **argv);
int cli_event(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_store(int argc, char **argv);
int cli_stop(int argc, char **argv);
