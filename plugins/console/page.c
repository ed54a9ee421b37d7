/* HTML made by the server: the login form, and the table of machines, which the script of the page replaces. */
#include "page.h"

#include <stdlib.h>

#include "html.h"
#include "pxed/arena.h"
#include "pxed/date.h"
#include "pxed/path.h"

enum { SEARCH_MAX = 64 };

static struct pxed_buf text_room(struct console_text *out, size_t more) {
    if (out->cap - out->len < more) {
        out->cap = (out->len + more) * 2;
        out->ptr = pxed_xrealloc(out->ptr, out->cap);
    }
    return (struct pxed_buf){out->ptr + out->len, out->cap - out->len, 0};
}

/* As it is: constants of ours. */
static void text_raw(struct console_text *out, const char *html) {
    size_t n = strlen(html);
    struct pxed_buf b = text_room(out, n);
    pxed_buf_add(&b, pxed_slice(html, n));
    out->len += n;
}

static void text_put(struct console_text *out, struct pxed_slice text) {
    struct pxed_buf b = text_room(out, 6 * text.len + 1); /* &quot; */
    console_html_text(&b, text);
    out->len += b.len;
}

static void text_number(struct console_text *out, uint64_t n) {
    struct pxed_buf b = text_room(out, 20);
    pxed_buf_u64(&b, n);
    out->len += b.len;
}

static void page_head(struct console_text *out, const char *title) {
    text_raw(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    text_raw(out, title);
    text_raw(out, "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                  "<meta name=\"color-scheme\" content=\"light dark\">"
                  "<link rel=\"icon\" href=\"/static/icon.svg\"><link rel=\"stylesheet\" href=\"/static/style.css\">");
}

void console_page_login(struct console_text *out, const char *wrong) {
    page_head(out, "pxed: log in");
    text_raw(out, "</head><body class=\"login\"><main><h1>pxed</h1>");
    if (wrong) {
        text_raw(out, "<p class=\"wrong\" role=\"alert\">");
        text_put(out, pxed_slice_of(wrong));
        text_raw(out, "</p>");
    }
    text_raw(
        out,
        "<form method=\"post\" action=\"/login\"><input name=\"user\" value=\"pxed\" autocomplete=\"username\" hidden>"
        "<label for=\"token\">Token</label>"
        "<input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" required "
        "autofocus spellcheck=\"false\"><button>Log in</button></form>"
        "<p class=\"hint\">Whoever runs the server makes one: "
        "<code>pxed token add NAME --scope read</code></p></main></body></html>\n");
}

/* ---- machines */

struct table {
    const struct console *c;
    const struct pxed_api_caller *who;
    struct console_text *out;
    struct pxed_slice search; /* in lower case */
    size_t rows, left_out;
};

static bool text_has(struct pxed_slice text, struct pxed_slice search) {
    for (size_t at = 0; at + search.len <= text.len; at++)
        if (pxed_slice_eq_nocase(pxed_slice_head(pxed_slice_skip(text, at), search.len), search))
            return true;
    return search.len == 0;
}

static void put_cell(struct console_text *out, struct pxed_slice text) {
    text_raw(out, "<td>");
    text_put(out, text);
}

/* "2026-11-29 21:04" in UTC */
static void put_when(struct console_text *out, int64_t ms) {
    char text[32];
    struct pxed_buf b = PXED_BUF(text);
    if (ms <= 0)
        return;
    struct pxed_date date = pxed_date_of_days(ms / 86400000);
    unsigned minute = (unsigned)(ms / 60000 % 1440);
    pxed_buf_digits(&b, (uint64_t)date.year, 4);
    pxed_buf_byte(&b, '-');
    pxed_buf_digits(&b, date.month, 2);
    pxed_buf_byte(&b, '-');
    pxed_buf_digits(&b, date.day, 2);
    pxed_buf_byte(&b, ' ');
    pxed_buf_digits(&b, minute / 60, 2);
    pxed_buf_byte(&b, ':');
    pxed_buf_digits(&b, minute % 60, 2);
    text_raw(out, " <small>");
    text_put(out, pxed_buf_slice(&b));
    text_raw(out, "</small>");
}

static void put_machine(struct table *t, const struct pxed_machine_view *m, struct pxed_slice mac) {
    bool ready = m->not_ready == PXED_WHY_OK;
    enum pxed_reason reason = ready ? m->reason : m->not_ready;
    struct pxed_slice install = pxed_slice_of(!ready ? "not ready" : m->install);
    text_raw(t->out, "<tr><th scope=\"row\">");
    text_put(t->out, m->name.len > 0 ? m->name : m->declared ? PXED_SLICE("-") : PXED_SLICE("(unknown)"));
    text_raw(t->out, "</th>");
    put_cell(t->out, mac);
    put_cell(t->out, m->os);
    put_cell(t->out, install);
    put_when(t->out, m->install_at);
    put_cell(t->out, pxed_slice_of(m->stage));
    put_when(t->out, m->stage_at);
    put_cell(t->out, reason == PXED_WHY_OK ? PXED_NO_SLICE : pxed_slice_of(pxed_reason_sentence(reason)));
}

static void table_row(void *arg, const struct pxed_machine_view *m) {
    struct table *t = arg;
    char text[PXED_MAC_TEXT];
    struct pxed_slice mac = pxed_slice_of(pxed_mac_text(&m->mac, ":", text));
    if (!t->c->api->sees(t->c->api->self, t->who, &m->mac))
        return;
    if (!text_has(m->name, t->search) && !text_has(mac, t->search) && !text_has(m->os, t->search) &&
        !text_has(pxed_slice_of(m->install), t->search) && !text_has(pxed_slice_of(m->stage), t->search) &&
        !text_has(m->serial, t->search) && !text_has(m->product, t->search))
        return;
    if (t->rows == CONSOLE_ROWS) {
        t->left_out++;
        return;
    }
    t->rows++;
    put_machine(t, m, mac);
}

static void put_search(struct console_text *out, struct pxed_slice search) {
    text_raw(
        out,
        "<form role=\"search\"><label for=\"q\">Search</label><input id=\"q\" name=\"q\" type=\"search\" value=\"");
    text_put(out, search);
    text_raw(out, "\"><button>Search</button></form>");
}

static void put_more(struct console_text *out, size_t from, const char *words) {
    text_raw(out, "<a href=\"/?from=");
    text_number(out, from);
    text_raw(out, "\">");
    text_raw(out, words);
    text_raw(out, "</a> ");
}

static void put_table(struct table *t, size_t from) {
    const struct pxed_control *control = t->c->control;
    size_t places = 0;
    text_raw(t->out, "<table><caption>Machines</caption><thead><tr><th scope=\"col\">Name<th scope=\"col\">MAC"
                     "<th scope=\"col\">OS<th scope=\"col\">State<th scope=\"col\">Last stage"
                     "<th scope=\"col\">Last reason</tr></thead><tbody>");
    if (t->search.len > 0)
        control->machines(control->self, table_row, t);
    else
        places = control->some(control->self, from, CONSOLE_ROWS, table_row, t);
    text_raw(t->out, "</tbody></table><p>");
    if (t->rows == 0)
        text_raw(t->out, "No machine. ");
    if (t->left_out > 0) {
        text_number(t->out, t->left_out);
        text_raw(t->out, " more: search for less. ");
    }
    if (from > 0)
        put_more(t->out, from > CONSOLE_ROWS ? from - CONSOLE_ROWS : 0, "previous");
    if (places > CONSOLE_ROWS && from < places - CONSOLE_ROWS)
        put_more(t->out, from + CONSOLE_ROWS, "next");
    text_raw(t->out, "</p>");
}

void console_page_machines(const struct console *c, const struct pxed_api_caller *who, struct pxed_slice query,
                           struct console_text *out) {
    char search[SEARCH_MAX];
    struct pxed_buf b = PXED_BUF(search);
    struct pxed_slice raw;
    uint64_t from = 0;
    if (pxed_query_get(query, "from", &raw) && !pxed_slice_u64(raw, 1u << 24, &from))
        from = 0;
    if (pxed_query_get(query, "q", &raw) && !pxed_percent_decode(raw, true, &b))
        b.len = 0;
    struct table t = {.c = c, .who = who, .out = out, .search = pxed_slice_trim(pxed_buf_slice(&b))};
    page_head(out, "pxed: machines");
    text_raw(out, "<script type=\"module\" src=\"/static/app.js\"></script></head><body data-token=\"");
    text_put(out, who->name);
    text_raw(out, "\" data-scopes=\"read");
    text_raw(out, who->scopes & PXED_API_OPERATE ? " operate" : "");
    text_raw(out, who->scopes & PXED_API_ARM ? " arm" : "");
    text_raw(out, "\"><header><strong>pxed</strong><form method=\"post\" action=\"/logout\"><button>Log out</button>"
                  "</form></header><main id=\"main\" class=\"plain\">");
    put_search(out, t.search);
    put_table(&t, (size_t)from);
    text_raw(out,
             "<noscript><p class=\"hint\">With JavaScript this page is kept up to date, and shows boots, images, nets "
             "and orders. Times are UTC.</p></noscript></main></body></html>\n");
}
