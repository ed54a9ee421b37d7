/* `pxed leases`: prints the leases of the DHCP server. */
#include "live.h"
#include "table.h"
#include "text.h"

static void print_leases(const json_t *rows) {
    static const char *const heads[] = {"ADDRESS", "MAC", "NAME", "STATE", "EXPIRES", NULL};
    struct table t;
    if (json_array_size(rows) == 0) {
        puts("no leases");
        return;
    }
    table_begin(&t, heads);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *r = json_array_get(rows, i);
        const char *name = live_text(r, "name"), *hostname = live_text(r, "hostname"), *state = live_text(r, "state");
        char at[TEXT_SHORT];
        table_cell(&t, TABLE_PLAIN, "%s", live_text(r, "ip"));
        table_cell(&t, TABLE_PLAIN, "%s", *live_text(r, "mac") ? live_text(r, "mac") : "-");
        /* A name sent by the client is not verified: it is shown in quotes. */
        table_cell(&t, TABLE_BOLD, *name ? "%s" : *hostname ? "\"%s\"" : "-%s", *name ? name : hostname);
        table_cell(&t, strcmp(state, "bound") == 0 ? TABLE_GOOD : TABLE_DIM, "%s", state);
        table_cell(&t, TABLE_PLAIN, "%s",
                   live_flag(r, "never") ? "never" : text_date(live_number(r, "expires_ms"), at));
    }
    table_end(&t, stdout);
}

int cli_leases(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    struct live l = {0};
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;)
        if (c == '?')
            return CLI_USAGE;
    if (optind != argc)
        return cli_usage();
    json_t *rows = live_ask(&l, "leases", NULL);
    if (!rows)
        return l.code;
    if (l.json)
        live_print_json(rows);
    else
        print_leases(rows);
    json_decref(rows);
    return CLI_OK;
}
