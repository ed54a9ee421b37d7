/* `pxed token`: who may ask over the network, and what. */
#include <string.h>

#include "live.h"
#include "table.h"
#include "text.h"

enum { TOKEN_WORDS = 32 };

struct token_words {
    char *items[TOKEN_WORDS];
    int n;
};

/* read,operate or the option again. Cuts `list` in place. */
static bool take_words(struct token_words *w, char *list) {
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        if (w->n == TOKEN_WORDS)
            return false;
        w->items[w->n++] = word;
    }
    return true;
}

static int token_list(struct live *l) {
    static const char *const heads[] = {"NAME", "SCOPES", "HOSTS", "MADE", "BY", "LAST USED", NULL};
    json_t *rows = live_ask(l, "tokens", NULL);
    struct table t;
    char at[TEXT_SHORT];
    if (!rows)
        return l->code;
    if (l->json) {
        live_print_json(rows);
    } else if (json_array_size(rows) == 0) {
        puts("no tokens: nobody may ask over the network; pxed token add NAME --scope read makes one");
    } else {
        table_begin(&t, heads);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const json_t *row = json_array_get(rows, i);
            table_cell(&t, TABLE_BOLD, "%s", live_text(row, "name"));
            table_cell(&t, TABLE_PLAIN, "%s", live_text(row, "scopes"));
            table_cell(&t, TABLE_PLAIN, "%s", *live_text(row, "groups") ? live_text(row, "groups") : "all");
            table_cell(&t, TABLE_PLAIN, "%s", text_date(live_number(row, "made_at_ms"), at));
            table_cell(&t, TABLE_PLAIN, "%s", live_text(row, "made_by"));
            table_cell(&t, TABLE_DIM, "%s", text_age(live_number(row, "used_at_ms"), live_now(), at));
        }
        table_end(&t, stdout);
    }
    json_decref(rows);
    return CLI_OK;
}

/* The token is on stdout alone, for scripts; what to do with it on stderr. */
static int token_add(struct live *l, char *name, struct token_words *scopes, struct token_words *hosts) {
    static const char *const known[] = {"read", "operate", "arm", NULL};
    for (int i = 0; i < scopes->n; i++) {
        int k = 0;
        while (known[k] && strcmp(known[k], scopes->items[i]) != 0)
            k++;
        if (!known[k])
            return cli_no_word("--scope", scopes->items[i], known, NULL);
    }
    json_t *words = live_hosts(l, scopes->items, scopes->n), *groups = live_hosts(l, hosts->items, hosts->n);
    if (!words || !groups) {
        json_decref(words);
        json_decref(groups);
        return l->code;
    }
    json_t *body = json_pack("{s:s, s:o, s:o}", "name", name, "scopes", words, "hosts", groups);
    json_t *rows = body ? live_ask(l, "tokens/add", body) : NULL;
    if (!rows)
        return l->code ? l->code : CLI_USAGE;
    if (l->json) {
        live_print_json(rows);
    } else {
        puts(live_text(json_array_get(rows, 0), "token"));
        fflush(stdout);
        fputs("It is shown this once. Programs send it as `Authorization: Bearer TOKEN`, people log in with it.\n",
              stderr);
    }
    json_decref(rows);
    return CLI_OK;
}

static int token_remove(struct live *l, char **names, int n) {
    for (int i = 0; i < n; i++) {
        json_t *body = json_pack("{s:s}", "name", names[i]);
        json_t *rows = body ? live_ask(l, "tokens/remove", body) : NULL;
        if (!rows)
            return l->code ? l->code : CLI_USAGE;
        if (l->json)
            live_print_json(rows);
        else
            printf("%s: removed\n", live_text(json_array_get(rows, 0), "name"));
        json_decref(rows);
    }
    return CLI_OK;
}

int cli_token(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"scope", required_argument, NULL, 's'},
        {"hosts", required_argument, NULL, 'h'},
        {0},
    };
    struct live l = {0};
    struct token_words scopes = {0}, hosts = {0};
    bool good = true;
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        if (c == 's')
            good &= take_words(&scopes, optarg);
        if (c == 'h')
            good &= take_words(&hosts, optarg);
    }
    static const char *const verbs[] = {"add", "list", "remove", "revoke", NULL};
    int n = argc - optind - 1;
    const char *verb = n >= 0 ? argv[optind] : "list";
    bool adds = strcmp(verb, "add") == 0, lists = strcmp(verb, "list") == 0;
    bool removes = strcmp(verb, "remove") == 0 || strcmp(verb, "revoke") == 0;
    if (!adds && !lists && !removes)
        return cli_no_word("token", verb, verbs, "revoke");
    if (!good || (adds && (n != 1 || scopes.n == 0)) || (!adds && scopes.n + hosts.n > 0) || (lists && n > 0) ||
        (removes && n < 1))
        return cli_usage();
    return adds    ? token_add(&l, argv[optind + 1], &scopes, &hosts)
           : lists ? token_list(&l)
                   : token_remove(&l, argv + optind + 1, n);
}
