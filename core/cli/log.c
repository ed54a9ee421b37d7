/* `pxed log`: prints the journal of one machine. */
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "table.h"
#include "text.h"

/* The text sent by an installer: one row per line, below the step. */
static void add_body(struct table *t, const char *body) {
    static const char line_end[] = "\\x0a"; /* as the journal escapes it */
    while (*body) {
        const char *end = strstr(body, line_end);
        size_t n = end ? (size_t)(end - body) : strlen(body) - (body[strlen(body) - 1] == '"');
        for (int blank = 0; blank < 3; blank++)
            table_cell(t, TABLE_PLAIN, "%s", "");
        table_cell(t, TABLE_DIM, "  %.*s", (int)n, body);
        body = end ? end + strlen(line_end) : "";
    }
}

/* The sentence of a refusal goes into the last column, after the step's own text. */
static void add_step(struct table *t, const json_t *j) {
    char at[TEXT_SHORT];
    const char *reason = live_text(j, "reason"), *sentence = live_text(j, "sentence"), *text = live_text(j, "text");
    const char *body = strstr(text, "body=\"");
    size_t n = body ? (size_t)(body - text) : strlen(text);
    bool refused = *sentence != '\0';
    table_cell(t, TABLE_DIM, "%s", text_date(live_number(j, "at_ms"), at));
    table_cell(t, TABLE_BOLD, "%s", live_text(j, "what"));
    table_cell(t, live_flag(j, "fault") ? TABLE_BAD : TABLE_WARN, "%s", refused ? reason : "");
    table_cell(t, TABLE_PLAIN, "%.*s%s%s", (int)n, text, n > 0 && refused ? " - " : "", sentence);
    if (body)
        add_body(t, body + strlen("body=\""));
}

int cli_log(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    static const char *const heads[] = {"TIME", "STEP", "REASON", "DETAIL", NULL};
    struct live l = {0};
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;)
        if (c == '?')
            return CLI_USAGE;
    if (optind + 1 != argc)
        return cli_usage();

    struct table t;
    int64_t since = 0;
    table_begin(&t, heads);
    for (;;) { /* the daemon answers in batches */
        char name[64];
        snprintf(name, sizeof(name), "journal?since=%lld", (long long)since);
        char *target = live_target(name, "host", argv[optind]);
        json_t *rows = live_ask(&l, target, NULL);
        free(target);
        size_t n = json_array_size(rows);
        if (l.json)
            live_print_json(rows);
        for (size_t i = 0; i < n && !l.json; i++)
            add_step(&t, json_array_get(rows, i));
        since = n > 0 ? live_number(json_array_get(rows, n - 1), "seq") : since;
        bool more = rows && n > 0;
        json_decref(rows);
        if (!more)
            break;
    }
    bool none = t.n == t.columns;
    if (l.code == CLI_OK && !l.json && none)
        puts("nothing has been heard of this machine");
    if (none)
        table_drop(&t);
    else
        table_end(&t, stdout);
    return l.code;
}
