/* `pxed run`: the daemon in the foreground. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "daemon.h"

int cli_run(int argc, char **argv) {
    const char *ini = cli_default_ini();
    bool debug = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (strcmp(argv[i], "--debug") == 0)
            debug = true;
        else
            return cli_usage();
    }
    return daemon_run(cli_absolute(ini), debug);
}
