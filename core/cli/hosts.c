/* `pxed hosts`, and its export: the lines of the host files for people and programs. */
#include "hosts.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "live.h"
#include "pxed/grow.h"

/* ---- export */

/* An @FILE is where the secret is, not the secret. */
static struct pxed_slice shown(const struct hosts *h, const struct hostfile_line *line,
                               const struct hostfile_pair *pair) {
    const struct catalogue_host *host = catalogue_find(h->offline.catalogue, &line->mac);
    for (size_t i = 0; host && i < host->pub.n_vars; i++) /* of its line */
        if (pxed_slice_eq(host->pub.vars[i].key, pair->key) && (host->pub.vars[i].flags & PXED_VAR_SECRET) &&
            pair->value.len > 0 && pair->value.ptr[0] != '@')
            return PXED_SLICE("***");
    return pair->value;
}

static struct hostfile_line shown_line(struct hosts *h, const struct hostfile_line *line) {
    struct hostfile_line copy = *line;
    copy.pairs = PXED_NEWS(&h->arena, struct hostfile_pair, line->n_pairs + 1);
    for (size_t i = 0; i < line->n_pairs; i++)
        copy.pairs[i] = (struct hostfile_pair){.key = line->pairs[i].key, .value = shown(h, line, &line->pairs[i])};
    return copy;
}

static json_t *json_of(struct pxed_slice text) {
    json_t *value = json_stringn(text.ptr ? text.ptr : "", text.len);
    return value ? value : json_string("?"); /* not UTF-8 */
}

static void export_json(const struct hostfile_line *line) {
    char mac[PXED_MAC_TEXT], key[64];
    json_t *row = json_object();
    json_object_set_new(row, "mac", json_string(pxed_mac_text(&line->mac, ":", mac)));
    json_object_set_new(row, "os", json_of(line->os));
    for (size_t i = 0; i < line->n_pairs; i++) {
        snprintf(key, sizeof(key), "%.*s", PXED_S(line->pairs[i].key));
        /* `mac=` of a line has its further ports */
        json_object_set_new(row, strcmp(key, "mac") == 0 ? "macs" : key, json_of(line->pairs[i].value));
    }
    json_dumpf(row, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(row);
}

struct columns {
    struct pxed_slice *keys;
    size_t n;
};

static void see_column(struct hosts *h, struct columns *c, struct pxed_slice key) {
    for (size_t i = 0; i < c->n; i++)
        if (pxed_slice_eq(c->keys[i], key))
            return;
    PXED_ARENA_GROW(&h->arena, c->keys, c->n);
    c->keys[c->n++] = key;
}

/* RFC 4180, but for its CR. */
static void export_csv(struct hosts *h) {
    struct columns c = {0};
    char mac[PXED_MAC_TEXT];
    for (size_t i = 0; i < h->file.n; i++)
        for (size_t k = 0; k < h->file.lines[i].n_pairs; k++)
            see_column(h, &c, h->file.lines[i].pairs[k].key);
    fputs("mac,os", stdout);
    for (size_t k = 0; k < c.n; k++)
        printf(",%.*s", PXED_S(pxed_slice_is(c.keys[k], "mac") ? PXED_SLICE("macs") : c.keys[k]));
    putchar('\n');
    for (size_t i = 0; i < h->file.n; i++) {
        struct hostfile_line line = shown_line(h, &h->file.lines[i]);
        printf("%s,%s", pxed_mac_text(&line.mac, ":", mac), hosts_quoted(line.os, &h->arena));
        for (size_t k = 0; k < c.n; k++) {
            struct pxed_slice value = hosts_value(&line, c.keys[k]);
            printf(",%s", value.len > 0 ? hosts_quoted(value, &h->arena) : "");
        }
        putchar('\n');
    }
}

static int hosts_export(struct hosts *h) {
    if (h->csv)
        export_csv(h);
    for (size_t i = 0; i < h->file.n && !h->csv; i++) {
        struct hostfile_line line = shown_line(h, &h->file.lines[i]);
        if (h->json)
            export_json(&line);
        else
            puts(hosts_write_line(&line, &h->arena));
    }
    return ferror(stdout) ? CLI_NO : CLI_OK;
}

/* ---- the command */

static int hosts_run(struct hosts *h, const char *verb, const char *operand) {
    int code = CLI_NO;
    bool edits = strcmp(verb, "edit") == 0;
    if (edits)
        h->to = operand;
    if (hosts_open(h, edits))
        code = edits ? hosts_edit(h) : operand ? hosts_import(h, operand) : hosts_export(h);
    hosts_close(h);
    return code;
}

int cli_hosts(int argc, char **argv) {
    static const char *const verbs[] = {"export", "import", "edit", NULL};
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"csv", no_argument, NULL, 'v'},
        {"dry-run", no_argument, NULL, 'n'},
        {"to", required_argument, NULL, 't'},
        {0},
    };
    struct live l = {0};
    struct hosts h = {0};
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        h.csv |= c == 'v';
        h.dry_run |= c == 'n';
        h.to = c == 't' ? optarg : h.to;
    }
    const char *verb = optind < argc ? argv[optind] : "", *operand = optind + 1 < argc ? argv[optind + 1] : NULL;
    h.ini = l.ini ? l.ini : cli_default_ini();
    h.json = l.json;
    bool exports = strcmp(verb, "export") == 0, imports = strcmp(verb, "import") == 0;
    if (*verb && !exports && !imports && strcmp(verb, "edit") != 0)
        return cli_no_word("hosts", verb, verbs, NULL);
    if (!*verb || argc - optind > 2 || (exports && (operand || h.dry_run || h.to || (h.csv && h.json))) ||
        (imports && (!operand || h.csv)) || (!exports && !imports && (h.csv || h.json || h.dry_run || h.to)))
        return cli_usage();
    return hosts_run(&h, verb, operand);
}
