/* `pxed adopt`: marks hosts as known but not armed, for machines that already run. */
#include <stdlib.h>

#include "live.h"

/* Rows show each machine as it was before. */
int cli_adopt(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {"new", no_argument, NULL, 'n'}, {0}};
    struct live l = {0};
    bool all = false;
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        all |= c == 'n';
    }
    if (all == (optind < argc))
        return cli_usage();
    json_t *hosts = live_hosts(&l, argv + optind, argc - optind);
    json_t *rows = hosts ? live_ask(&l, "adopt", json_pack("{s:o, s:b}", "hosts", hosts, "new", all)) : NULL;
    if (!rows)
        return l.code;
    if (l.json)
        live_print_json(rows);
    else
        printf("%zu machine%s known, not armed\n", json_array_size(rows), json_array_size(rows) == 1 ? "" : "s");
    json_decref(rows);
    return CLI_OK;
}
