/* `pxed leases export`: prints the running server's leases as another server's file. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lease_text.h"
#include "leases_files.h"

static bool export_format(const char *word, enum lease_format *ret) {
    for (int f = 0; f < LEASE_FORMATS; f++)
        if (strcmp(word, lease_format_names[f]) == 0) {
            *ret = (enum lease_format)f;
            return true;
        }
    cli_no_word("FORMAT", word, lease_format_names, NULL);
    return false;
}

/* A lease in force of an Ethernet card. Others have no place in such files. */
static bool export_row(const json_t *r, struct lease_row *row) {
    const char *name = *live_text(r, "name") ? live_text(r, "name") : live_text(r, "hostname");
    *row = (struct lease_row){.expires = live_flag(r, "never") ? LEASE_NEVER : live_number(r, "expires_ms") / 1000};
    snprintf(row->name, sizeof(row->name), "%s", name);
    if (row->name[strspn(row->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] != '\0')
        row->name[0] = '\0';
    return strcmp(live_text(r, "state"), "bound") == 0 &&
           pxed_addr_parse(pxed_slice_of(live_text(r, "ip")), &row->ip) &&
           pxed_mac_parse(pxed_slice_of(live_text(r, "mac")), &row->mac);
}

static void export_put(FILE *to, const struct pxed_buf *text) {
    fwrite(text->ptr, 1, text->len, to);
}

static void export_rows(const json_t *rows, enum lease_format format, FILE *to) {
    char text[1024];
    struct pxed_buf out = PXED_BUF(text);
    struct lease_row row;
    lease_write_head(format, &out);
    export_put(to, &out);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (!export_row(json_array_get(rows, i), &row))
            continue;
        out.len = 0;
        lease_write(format, &row, (int64_t)time(NULL), &out);
        export_put(to, &out);
    }
    out.len = 0;
    lease_write_tail(format, &out);
    export_put(to, &out);
}

int leases_export(struct live *l, char **words, int n) {
    enum lease_format format;
    if (n < 1 || n > 2)
        return cli_usage();
    if (!export_format(words[0], &format))
        return CLI_USAGE;
    json_t *rows = live_ask(l, "leases", NULL);
    if (!rows)
        return l->code;
    bool file = n == 2 && strcmp(words[1], "-") != 0;
    FILE *to = file ? fopen(words[1], "we") : stdout;
    if (to)
        export_rows(rows, format, to);
    json_decref(rows);
    bool good = to && fflush(to) == 0 && !ferror(to) && (!file || fsync(fileno(to)) == 0);
    if (!good)
        fprintf(stderr, "pxed leases: %s: %s\n", file ? words[1] : "stdout", strerror(errno));
    if (file && to)
        fclose(to);
    return good ? CLI_OK : CLI_NO;
}
