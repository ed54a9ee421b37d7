/* `pxed check`: builds a generation as the daemon would, and prints all diagnostics. */
#include <string.h>

#include "cli.h"
#include "here.h"

int cli_check(int argc, char **argv) {
    const char *ini = cli_default_ini();
    enum catalogue_depth depth = CATALOGUE_ALL;
    struct offline o;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (strcmp(argv[i], "--offline") == 0 && depth == CATALOGUE_ALL)
            depth = CATALOGUE_TEXT;
        else if (strcmp(argv[i], "--quick") == 0)
            depth = CATALOGUE_SYNTAX;
        else
            return cli_usage();
    }
    offline_load(&o, ini, depth);
    if (depth == CATALOGUE_ALL && o.config) {
        here_files(&o);
        here_tls(&o);
        here_ports(&o);
    }
    if (o.by_modes)
        printf("%s: what the account '%s' may read is judged by modes; root would try it\n", ini, o.account->name);
    cli_print_diags(stdout, &o.diags);
    if (o.diags.errors + o.diags.host_errors == 0)
        printf("%s: %zu hosts, %zu warnings\n", ini, o.catalogue->n_hosts, o.diags.warnings);
    int rc = o.diags.errors + o.diags.host_errors > 0 ? CLI_NO : CLI_OK;
    offline_free(&o);
    return rc;
}
