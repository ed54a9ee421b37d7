/* pxed: argv, and who takes it from there. */
#include "cli.h"

#include <string.h>

static void usage(FILE *to) {
    fputs("usage: pxed COMMAND [ARGUMENTS]    (pxed -c FILE is pxed run -c FILE)\n\n", to);
    for (const struct cli_command *c = cli_commands; c->name; c++)
        fprintf(to, "  %-9s %s\n", c->name, c->help);
    fputs("\npxed COMMAND --help shows its arguments.\n", to);
}

int main(int argc, char **argv) {
    if (argc >= 2 && strcmp(argv[1], "-c") == 0)
        return cli_run(argc, argv);
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        usage(stdout);
        return CLI_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        cli_version(stdout);
        return CLI_OK;
    }
    for (const struct cli_command *c = cli_commands; argc >= 2 && c->name; c++) {
        if (strcmp(argv[1], c->name) != 0)
            continue;
        for (int i = 2; i < argc; i++)
            if (strcmp(argv[i], "--help") == 0) {
                printf("usage: pxed %s %s\n%s\n", c->name, c->args, c->help);
                return CLI_OK;
            }
        return c->run(argc - 1, argv + 1);
    }
    if (argc >= 2)
        fprintf(stderr, "pxed: no command '%s'%s%s%s\n", argv[1], cli_nearest(argv[1]) ? ", did you mean '" : "",
                cli_nearest(argv[1]) ? cli_nearest(argv[1]) : "", cli_nearest(argv[1]) ? "'?" : "");
    usage(stderr);
    return CLI_USAGE;
}
