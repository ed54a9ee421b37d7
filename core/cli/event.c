/* `pxed event`: an operator reports how an installation ended. */
#include <string.h>

#include "live.h"
#include "text.h"

/* For an installer that could not report itself. */
int cli_event(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    struct live l = {0};
    char host[TEXT_LINE], install[TEXT_LINE];
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;)
        if (c == '?')
            return CLI_USAGE;
    int n = argc - optind;
    if (n < 2 || n > 3 || (strcmp(argv[optind + 1], "installed") != 0 && strcmp(argv[optind + 1], "failed") != 0))
        return cli_usage();
    json_t *hosts = live_hosts(&l, argv + optind, n); /* each of them is text */
    if (!hosts)
        return l.code;
    json_decref(hosts);
    json_t *body = json_pack("{s:s, s:s}", "host", argv[optind], "stage", argv[optind + 1]);
    if (n == 3)
        json_object_set_new(body, "reason", json_string(argv[optind + 2]));
    json_t *rows = live_ask(&l, "event", body);
    if (!rows)
        return l.code;
    if (l.json)
        live_print_json(rows);
    for (size_t i = 0; i < json_array_size(rows) && !l.json; i++) {
        const json_t *m = json_array_get(rows, i);
        text_clean(live_host(m), host, sizeof(host));
        text_clean(live_text(m, "install"), install, sizeof(install));
        if (strcmp(install, argv[optind + 1]) == 0)
            printf("%s: %s\n", host, install);
        else
            fprintf(stderr, "pxed event: %s: %s: nothing is being installed there\n", host,
                    *install ? install : "never armed");
    }
    bool done = strcmp(live_text(json_array_get(rows, 0), "install"), argv[optind + 1]) == 0;
    json_decref(rows);
    return done ? CLI_OK : CLI_NO;
}
