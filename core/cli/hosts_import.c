/* `pxed hosts import`: what a text says of hosts becomes changed and new lines, all of them or none. What a row does
 * not name stays. Nothing is armed here: the daemon reads the lines as if somebody had written them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "hosts.h"
#include "live.h"
#include "pxed/grow.h"

enum { IMPORT_MAX = 64 << 20 };

struct change {
    const struct hostfile_line *row, *was; /* `was` NULL: a new line */
    struct hostfile_line now;
    const char *keys; /* what differs: "os ip" */
    const char *text; /* the line; NULL: it stays as it is */
};

struct import {
    struct hosts *h;
    struct hosts_rows rows;
    struct change *changes;
    size_t n, n_new, same, wrong;
    size_t *of_line;                         /* for each line of the host files its change + 1 */
    struct hostfile_instead *texts, *before; /* of the files that change */
    size_t n_texts;
};

/* ---- what changes */

static void tell_wrong(const char *file, unsigned line, const char *what) {
    fprintf(stderr, "%s:%u: %s\n", file, line, what);
}

static void import_wrong(struct import *i, const struct hostfile_line *row, const char *what) {
    tell_wrong(row->file, row->line, what);
    i->wrong++;
}

/* `***` is what an export shows of a secret: the line keeps its own. */
static struct pxed_slice value_of(struct import *i, const struct hostfile_line *row, const struct hostfile_line *was,
                                  const struct hostfile_pair *pair) {
    struct pxed_slice had = was ? hosts_value(was, pair->key) : PXED_NO_SLICE;
    if (!pxed_slice_is(pair->value, "***"))
        return pair->value;
    if (!had.ptr)
        import_wrong(i, row,
                     pxed_arena_printf(&i->h->arena, "%.*s=*** stands for a secret that this host has not here",
                                       PXED_S(pair->key)));
    return had;
}

static void set_pair(struct hostfile_line *line, struct pxed_slice key, struct pxed_slice value) {
    size_t k = 0;
    while (k < line->n_pairs && !pxed_slice_eq(line->pairs[k].key, key))
        k++;
    if (value.len > 0) {
        line->pairs[k] = (struct hostfile_pair){.key = key, .value = value};
        line->n_pairs += k == line->n_pairs;
    } else if (k < line->n_pairs) {
        memmove(&line->pairs[k], &line->pairs[k + 1], (line->n_pairs - k - 1) * sizeof(line->pairs[0]));
        line->n_pairs--;
    }
}

static void note_key(struct import *i, struct change *c, struct pxed_slice key) {
    c->keys = pxed_arena_printf(&i->h->arena, "%s%s%.*s", c->keys, *c->keys ? " " : "", PXED_S(key));
}

static void overlay(struct import *i, struct change *c) {
    const struct hostfile_line *row = c->row, *was = c->was;
    struct hostfile_pair *pairs =
        PXED_NEWS(&i->h->arena, struct hostfile_pair, row->n_pairs + (was ? was->n_pairs : 0) + 1);
    c->now = was ? *was : (struct hostfile_line){.mac = row->mac};
    if (was && was->n_pairs > 0)
        memcpy(pairs, was->pairs, was->n_pairs * sizeof(*pairs));
    c->now.pairs = pairs;
    if (row->os.len > 0 && !pxed_slice_eq(c->now.os, row->os)) {
        note_key(i, c, PXED_SLICE("os"));
        c->now.os = row->os;
    }
    for (size_t k = 0; k < row->n_pairs; k++) {
        struct pxed_slice key = row->pairs[k].key, value = value_of(i, row, was, &row->pairs[k]);
        if (pxed_slice_eq(hosts_value(&c->now, key), value))
            continue;
        note_key(i, c, key);
        set_pair(&c->now, key, value);
    }
}

static void take_row(struct import *i, const struct hostfile_line *row) {
    struct change c = {.row = row, .was = hosts_line(i->h, &row->mac), .keys = ""};
    overlay(i, &c);
    if (!c.was && row->os.len == 0)
        import_wrong(i, row, "a new host needs its system: os");
    if (!c.was || *c.keys)
        c.text = hosts_write_line(&c.now, &i->h->arena);
    i->same += c.text == NULL;
    i->n_new += !c.was;
    PXED_ARENA_GROW(&i->h->arena, i->changes, i->n);
    i->changes[i->n++] = c;
    if (c.was)
        i->of_line[c.was - i->h->file.lines] = i->n;
}

static int by_mac(const void *a, const void *b) {
    const struct hostfile_line *x = *(const struct hostfile_line *const *)a,
                               *y = *(const struct hostfile_line *const *)b;
    int r = memcmp(x->mac.bytes, y->mac.bytes, sizeof(x->mac.bytes));
    return r ? r : (x->line > y->line) - (x->line < y->line);
}

static void find_twice(struct import *i) {
    const struct hostfile_line **rows = PXED_NEWS(&i->h->arena, const struct hostfile_line *, i->rows.n + 1);
    for (size_t k = 0; k < i->rows.n; k++)
        rows[k] = &i->rows.rows[k];
    if (i->rows.n > 0)
        qsort(rows, i->rows.n, sizeof(*rows), by_mac);
    for (size_t k = 1; k < i->rows.n; k++)
        if (pxed_hwaddr_eq(&rows[k]->mac, &rows[k - 1]->mac))
            import_wrong(i, rows[k],
                         pxed_arena_printf(&i->h->arena, "this MAC stands in line %u already", rows[k - 1]->line));
}

/* ---- the new texts */

static size_t text_at(struct import *i, const char *path) {
    for (size_t k = 0; k < i->n_texts; k++)
        if (strcmp(i->texts[k].path, path) == 0)
            return k;
    struct pxed_slice text = hosts_text(path, &i->h->arena);
    i->texts[i->n_texts] = i->before[i->n_texts] = (struct hostfile_instead){path, text};
    return i->n_texts++;
}

/* All other lines stay as they are, byte for byte. */
static struct pxed_slice rewrite(struct import *i, const char *path, struct pxed_slice text, bool added) {
    const struct hostfile *file = &i->h->file;
    size_t room = text.len + 2, at = 0;
    for (size_t k = 0; k < i->n; k++)
        room += i->changes[k].text ? strlen(i->changes[k].text) + 1 : 0;
    struct pxed_buf out = {pxed_arena_alloc(&i->h->arena, room), room, 0};
    for (unsigned line = 1; text.len > 0; line++) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        struct pxed_slice one = pxed_slice_head(text, end < 0 ? text.len : (size_t)end);
        text = pxed_slice_skip(text, end < 0 ? text.len : (size_t)end + 1);
        while (at < file->n && (strcmp(file->lines[at].file, path) != 0 || file->lines[at].line < line))
            at++; /* the lines of one file follow each other */
        const struct change *c =
            at < file->n && file->lines[at].line == line && i->of_line[at] > 0 ? &i->changes[i->of_line[at] - 1] : NULL;
        pxed_buf_add(&out, c && c->text ? pxed_slice_of(c->text) : one);
        if (end >= 0 || added)
            pxed_buf_byte(&out, '\n');
    }
    for (size_t k = 0; added && k < i->n; k++) {
        if (i->changes[k].was)
            continue;
        pxed_buf_str(&out, i->changes[k].text);
        pxed_buf_byte(&out, '\n');
    }
    return pxed_buf_slice(&out);
}

static bool make_texts(struct import *i, const char *to) {
    i->texts = PXED_NEWS(&i->h->arena, struct hostfile_instead, i->h->file.n_files + 1);
    i->before = PXED_NEWS(&i->h->arena, struct hostfile_instead, i->h->file.n_files + 1);
    for (size_t k = 0; k < i->n; k++)
        if (i->changes[k].was && i->changes[k].text)
            text_at(i, i->changes[k].was->file);
    if (i->n_new > 0)
        text_at(i, to);
    for (size_t k = 0; k < i->n_texts; k++) {
        if (!i->before[k].text.ptr)
            return false;
        i->texts[k].text =
            rewrite(i, i->texts[k].path, i->before[k].text, i->n_new > 0 && strcmp(i->texts[k].path, to) == 0);
    }
    return true;
}

/* ---- telling */

static const char *name_of(struct import *i, const struct hostfile_line *line) {
    struct pxed_slice name = hosts_value(line, PXED_SLICE("name"));
    char mac[PXED_MAC_TEXT];
    pxed_mac_text(&line->mac, ":", mac);
    return name.len > 0 ? pxed_arena_printf(&i->h->arena, "%.*s (%s)", PXED_S(name), mac)
                        : pxed_arena_printf(&i->h->arena, "%s", mac);
}

static void tell_json(const struct change *c, const char *to) {
    char mac[PXED_MAC_TEXT];
    json_t *rows = json_pack("[{s:s, s:s, s:s, s:s}]", "mac", pxed_mac_text(&c->now.mac, ":", mac), "what",
                             !c->was    ? "added"
                             : *c->keys ? "changed"
                                        : "same",
                             "keys", c->keys, "file", c->was ? c->was->file : to);
    live_print_json(rows);
    json_decref(rows);
}

static const char *arm_word(const struct settings *s, struct import *i) {
    if (s->arm == SETTINGS_ARM_COMMAND)
        return "new lines are not armed (arm = command)";
    if (s->arm_limit > 0 && i->n_new > s->arm_limit)
        return pxed_arena_printf(
            &i->h->arena, "more new lines than arm-limit = %llu: none is armed; pxed adopt --new, or pxed arm --new",
            (unsigned long long)s->arm_limit);
    return s->arm == SETTINGS_ARM_ANY ? "new lines are armed, for disks of any content (arm = any)"
                                      : "new lines are armed, for blank disks (arm = new)";
}

static void import_tell(struct import *i, const char *to) {
    for (size_t k = 0; k < i->n; k++) {
        const struct change *c = &i->changes[k];
        if (i->h->json)
            tell_json(c, to);
        else if (!c->was)
            printf("%s: added to %s\n", name_of(i, &c->now), to);
        else if (*c->keys)
            printf("%s:%u: %s: %s\n", c->was->file, c->was->line, name_of(i, &c->now), c->keys);
    }
    if (i->h->json)
        return;
    printf("%zu %s, %zu changed, %zu as they were%s\n", i->n_new, i->h->dry_run ? "to be added" : "added",
           i->n - i->n_new - i->same, i->same, i->h->dry_run ? "; nothing is written" : "");
    if (i->n_new > 0)
        printf("%s\n", arm_word(&i->h->offline.config->settings, i));
}

/* ---- all of it */

static struct pxed_slice import_slurp(struct hosts *h, const char *file) {
    if (strcmp(file, "-") != 0)
        return hosts_text(file, &h->arena);
    size_t cap = 1 << 16, n = 0;
    char *text = pxed_xalloc(cap);
    for (size_t got; (got = fread(text + n, 1, cap - n, stdin)) > 0 && n < IMPORT_MAX;)
        if ((n += got) == cap)
            text = pxed_xrealloc(text, cap *= 2);
    struct pxed_slice copy = pxed_arena_dup(&h->arena, pxed_slice(text, n));
    free(text);
    return copy;
}

static int import_write(struct import *i, const char *to) {
    if (!make_texts(i, to))
        return CLI_NO;
    if (i->n_texts > 0 && !hosts_good(i->h, i->texts, i->n_texts, i->h->offline.diags.host_errors)) {
        fprintf(stderr, "pxed hosts: nothing is written\n");
        return CLI_NO;
    }
    for (size_t k = 0; k < i->n_texts && !i->h->dry_run; k++)
        if (!hosts_replace(i->texts[k].path, i->before[k].text, i->texts[k].text))
            return CLI_NO;
    import_tell(i, to);
    return CLI_OK;
}

int hosts_import(struct hosts *h, const char *file) {
    struct import i = {.h = h, .rows = {.tell = tell_wrong}};
    struct pxed_slice text = import_slurp(h, file);
    if (!text.ptr)
        return CLI_NO;
    hosts_read_rows(strcmp(file, "-") == 0 ? "stdin" : file, text, &h->arena, &i.rows);
    i.of_line = PXED_NEWS(&h->arena, size_t, h->file.n + 1);
    find_twice(&i);
    for (size_t k = 0; k < i.rows.n; k++)
        take_row(&i, &i.rows.rows[k]);
    if (i.rows.wrong + i.wrong > 0) {
        fprintf(stderr, "pxed hosts: nothing is written\n");
        return CLI_NO;
    }
    const char *to = i.n_new > 0 || h->to ? hosts_file(h) : "";
    return to ? import_write(&i, to) : CLI_NO;
}
