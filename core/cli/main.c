/* pxed: finds the command that argv names and runs it. */
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "commands.h"

static void print_help(FILE *to) {
    fputs("usage: pxed COMMAND [ARGUMENTS]    (pxed -c FILE is pxed run -c FILE)\n\n", to);
    for (const struct cli_command *c = cli_commands; c->name; c++)
        fprintf(to, "  %-13s %s\n", c->name, c->help);
    fputs("\npxed COMMAND --help shows its arguments.\n", to);
}

static int run_command(const struct cli_command *c, int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            printf("usage: pxed %s %s\n%s\n", c->name, c->args, c->help);
            return CLI_OK;
        }
    cli_begin(c);
    return c->run(argc, argv);
}

static int refuse_word(const char *word) {
    const char *near = commands_nearest(word);
    fprintf(stderr, "pxed: no command '%s'%s%s%s\n", word, near ? ", did you mean '" : "", near ? near : "",
            near ? "'?" : "");
    print_help(stderr);
    return CLI_USAGE;
}

/* Passwords of hosts are in the memory of every command that reads the host file. Helpers and threads inherit it; a
 * change of the account takes the second half back, so the sandbox says it again. */
static void forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

int main(int argc, char **argv) {
    const char *word = argc >= 2 ? argv[1] : "";
    const struct cli_command *c = commands_find(word);
    forbid_core_dumps();
    if (c)
        return run_command(c, argc - 1, argv + 1);
    if (strcmp(word, "-c") == 0)
        return run_command(commands_find("run"), argc, argv);
    if (strcmp(word, "--version") == 0) {
        cli_version(stdout);
        return CLI_OK;
    }
    bool help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if (*word && !help)
        return refuse_word(word);
    print_help(help ? stdout : stderr);
    return help ? CLI_OK : CLI_USAGE;
}
