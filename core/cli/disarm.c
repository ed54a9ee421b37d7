/* `pxed disarm`: takes back an unused arming. */
#include <string.h>

#include "live.h"
#include "text.h"

/* Rows show each machine as it was before. */
static void print_disarmed(const json_t *m) {
    char clean[TEXT_LINE], before[TEXT_LINE];
    const char *install = live_text(m, "install");
    text_clean(live_host(m), clean, sizeof(clean));
    text_clean(*install ? install : "never armed", before, sizeof(before));
    if (strcmp(install, "armed") == 0 || strcmp(install, "not ready") == 0)
        printf("%s: disarmed; boots its disk\n", clean);
    else
        printf("%s: was not armed (%s)\n", clean, before);
}

int cli_disarm(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    struct live l = {0};
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;)
        if (c == '?')
            return CLI_USAGE;
    if (optind == argc)
        return cli_usage();
    json_t *hosts = live_hosts(&l, argv + optind, argc - optind);
    json_t *rows = hosts ? live_ask(&l, "disarm", json_pack("{s:o}", "hosts", hosts)) : NULL;
    if (!rows)
        return l.code;
    if (l.json)
        live_print_json(rows);
    for (size_t i = 0; i < json_array_size(rows) && !l.json; i++)
        print_disarmed(json_array_get(rows, i));
    json_decref(rows);
    return CLI_OK;
}
