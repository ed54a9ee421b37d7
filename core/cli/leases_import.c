/* `pxed leases import`: reads another server's file and hands its leases to the running server. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lease_text.h"
#include "leases_files.h"
#include "pxed/grow.h"
#include "text.h"

enum { IMPORT_AT_ONCE = 200, IMPORT_MAX = 256 << 20 };

struct lease_refusal {
    unsigned line;
    struct pxed_addr ip; /* family 0: the line cannot be read */
    char *why;
};

struct lease_import {
    struct live *live;
    const char *file; /* as complaints name it */
    char *text;
    size_t len;
    struct lease_row *rows; /* of `n` addresses: what the file says last of each */
    size_t n, gone, taken;
    const struct lease_row *last_taken;
    struct lease_refusal *refusals;
    size_t refused;
    bool dry_run;
};

/* ---- the file ---- */

static bool import_slurp(struct lease_import *i, FILE *from) {
    size_t cap = 1 << 16;
    i->text = pxed_xalloc(cap);
    for (size_t n; (n = fread(i->text + i->len, 1, cap - i->len, from)) > 0;) {
        i->len += n;
        if (i->len == cap && cap < IMPORT_MAX)
            i->text = pxed_xrealloc(i->text, cap *= 2);
    }
    if (i->len == IMPORT_MAX)
        errno = EFBIG;
    return !ferror(from) && i->len < IMPORT_MAX;
}

static void import_refuse(struct lease_import *i, const struct lease_row *row, const char *why) {
    PXED_GROW(i->refusals, i->refused);
    i->refusals[i->refused++] = (struct lease_refusal){row->line, row->ip, pxed_xstrdup(pxed_slice_of(why))};
}

static void import_read(struct lease_import *i, enum lease_format format) {
    struct lease_reader r = lease_reader_open(format, pxed_slice(i->text, i->len));
    struct lease_row row;
    for (int rc; (rc = lease_read(&r, &row)) != 0;) {
        if (rc < 0) {
            row.ip.family = 0;
            import_refuse(i, &row, row.why);
            continue;
        }
        PXED_GROW(i->rows, i->n);
        i->rows[i->n++] = row;
    }
}

/* ---- what the file says last ---- */

static int by_address(const void *a, const void *b) {
    const struct lease_row *x = a, *y = b;
    uint32_t p = pxed_addr_u32(&x->ip), q = pxed_addr_u32(&y->ip);
    return p != q ? (p > q) - (p < q) : (x->line > y->line) - (x->line < y->line);
}

static int by_machine(const void *a, const void *b) {
    const struct lease_row *x = a, *y = b;
    int r = memcmp(x->mac.bytes, y->mac.bytes, sizeof(x->mac.bytes));
    return r ? r : (x->expires < y->expires) - (x->expires > y->expires);
}

static int by_line(const void *a, const void *b) {
    const struct lease_refusal *x = a, *y = b;
    return (x->line > y->line) - (x->line < y->line);
}

/* The last row of an address counts. Of several addresses of one machine, the one whose lease ends last comes first:
 * the server takes the first that it may, and refuses the others. */
static void import_settle(struct lease_import *i) {
    size_t kept = 0;
    if (i->n == 0)
        return;
    qsort(i->rows, i->n, sizeof(*i->rows), by_address);
    for (size_t k = 0; k < i->n; k++) {
        bool last = k + 1 == i->n || !pxed_addr_eq(&i->rows[k].ip, &i->rows[k + 1].ip);
        i->gone += last && i->rows[k].gone;
        if (last && !i->rows[k].gone)
            i->rows[kept++] = i->rows[k];
    }
    i->n = kept;
    if (kept > 0)
        qsort(i->rows, kept, sizeof(*i->rows), by_machine);
}

/* ---- the running server ---- */

static json_t *import_body(const struct lease_import *i, size_t from, size_t to) {
    json_t *leases = json_array();
    for (size_t k = from; k < to; k++) {
        const struct lease_row *row = &i->rows[k];
        char ip[PXED_ADDR_TEXT], mac[PXED_MAC_TEXT];
        json_t *lease = json_pack("{s:s, s:s, s:s}", "ip", pxed_addr_text(&row->ip, ip), "mac",
                                  pxed_mac_text(&row->mac, ":", mac), "hostname", row->name);
        json_object_set_new(lease, "expires",
                            row->expires == LEASE_NEVER ? json_null() : json_integer((json_int_t)row->expires));
        json_array_append_new(leases, lease);
    }
    return json_pack("{s:o, s:b}", "leases", leases, "dry_run", i->dry_run);
}

/* A dry run judges each lease alone: the second of one machine would be refused after the first. */
static void import_judged(struct lease_import *i, size_t k, const json_t *row) {
    char wire[TEXT_LINE], clean[TEXT_LINE];
    const struct lease_row *r = &i->rows[k];
    bool good = strcmp(live_text(row, "reason"), "OK") == 0;
    if (good && i->last_taken && pxed_hwaddr_eq(&i->last_taken->mac, &r->mac)) {
        import_refuse(i, r, "LEASE_ANOTHER: the same machine has another lease in this file, which ends later");
        return;
    }
    if (good) {
        i->taken++;
        i->last_taken = r;
        return;
    }
    snprintf(wire, sizeof(wire), "%s: %s", live_text(row, "reason"), live_text(row, "text"));
    import_refuse(i, r, text_clean(wire, clean, sizeof(clean)));
}

static bool import_send(struct lease_import *i) {
    for (size_t from = 0; from < i->n; from += IMPORT_AT_ONCE) {
        size_t to = from + IMPORT_AT_ONCE < i->n ? from + IMPORT_AT_ONCE : i->n;
        json_t *answer = live_ask(i->live, "leases/import", import_body(i, from, to));
        if (!answer)
            return false;
        for (size_t k = from; k < to; k++)
            import_judged(i, k, json_array_get(answer, k - from));
        if (i->live->json)
            live_print_json(answer);
        json_decref(answer);
    }
    return true;
}

static void import_tell(struct lease_import *i) {
    char ip[PXED_ADDR_TEXT];
    if (i->live->json)
        return;
    if (i->refused > 0)
        qsort(i->refusals, i->refused, sizeof(*i->refusals), by_line);
    for (size_t k = 0; k < i->refused; k++) {
        const struct lease_refusal *r = &i->refusals[k];
        printf("%s:%u: %s%s%s\n", i->file, r->line, r->ip.family ? pxed_addr_text(&r->ip, ip) : "",
               r->ip.family ? ": " : "", r->why);
    }
    printf("%s: %zu lease%s %s, %zu refused, %zu ended in the file\n", i->file, i->taken, i->taken == 1 ? "" : "s",
           i->dry_run ? "would be taken over" : "taken over", i->refused, i->gone);
}

static int import_run(struct lease_import *i, enum lease_format format) {
    import_read(i, format);
    import_settle(i);
    bool asked = import_send(i);
    import_tell(i);
    return !asked ? i->live->code : i->refused > 0 ? CLI_NO : CLI_OK;
}

int leases_import(struct live *l, char **words, int n, bool dry_run) {
    int format = 0, rc = CLI_NO;
    if (n < 1 || n > 2)
        return cli_usage();
    while (format < LEASE_FORMATS && strcmp(words[0], lease_format_names[format]) != 0)
        format++;
    if (format == LEASE_FORMATS)
        return cli_no_word("FORMAT", words[0], lease_format_names, NULL);
    bool file = n == 2 && strcmp(words[1], "-") != 0;
    FILE *from = file ? fopen(words[1], "re") : stdin;
    struct lease_import i = {.live = l, .file = file ? words[1] : "stdin", .dry_run = dry_run};
    if (from && import_slurp(&i, from))
        rc = import_run(&i, (enum lease_format)format);
    else
        fprintf(stderr, "pxed leases: %s: %s\n", i.file, strerror(errno));
    if (file && from)
        fclose(from);
    for (size_t k = 0; k < i.refused; k++)
        free(i.refusals[k].why);
    free(i.refusals);
    free(i.text);
    free(i.rows);
    return rc;
}
