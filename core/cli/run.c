/* `pxed run`: the daemon in the foreground. */
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "daemon.h"

/* A generation is built by one thread and freed by another. With an arena for each thread, and a threshold that rises
 * with what is freed, malloc would keep all of them: 100,000 hosts took 100 MB more with each reload. */
static void give_memory_back(void) {
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

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
    give_memory_back();
    return daemon_run(cli_absolute(ini), debug);
}
