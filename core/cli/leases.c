/* `pxed leases`: prints the leases of the DHCP server, or hands them over from or to another server's file. */
#include <string.h>

#include "leases_files.h"
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
    static const struct option options[] = {LIVE_OPTIONS, {"dry-run", no_argument, NULL, 'n'}, {0}};
    struct live l = {0};
    bool dry_run = false;
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        dry_run |= c == 'n';
    }
    const char *word = optind < argc ? argv[optind] : "";
    if (strcmp(word, "import") == 0)
        return leases_import(&l, argv + optind + 1, argc - optind - 1, dry_run);
    if (strcmp(word, "export") == 0 && !dry_run)
        return leases_export(&l, argv + optind + 1, argc - optind - 1);
    if (optind != argc || dry_run)
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
