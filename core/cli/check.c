#include <string.h>

#include "cli.h"
#include "offline.h"

int cli_check(int argc, char **argv) {
    const char *ini = cli_default_ini();
    struct offline o;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else
            return cli_usage("check");
    }
    offline_load(&o, ini);
    cli_print_diags(stdout, &o.diags);
    if (o.diags.errors + o.diags.host_errors == 0)
        printf("%s: %zu hosts, %zu warnings\n", ini, o.catalogue->n_hosts, o.diags.warnings);
    int rc = o.diags.errors + o.diags.host_errors > 0 ? CLI_NO : CLI_OK;
    offline_free(&o);
    return rc;
}
