/* Reads ISC's dhcpd.leases: `lease ADDRESS { statements }`; other declarations are passed over. Pure. */
#include "lease_lines.h"
#include "lease_read_plain.h"

enum { WORDS_MAX = 8 };

/* A statement: its words, and the sign that ended it: `;`, `{`, `}`, or 0 at the end of the file. */
struct isc_statement {
    struct pxed_slice words[WORDS_MAX];
    size_t n;
    char end;
};

static void isc_skip(struct lease_reader *r, size_t n) {
    for (size_t i = 0; i < n; i++)
        r->line += r->rest.ptr[i] == '\n';
    r->rest = pxed_slice_skip(r->rest, n);
}

static void isc_blanks(struct lease_reader *r) {
    while (r->rest.len > 0 && (pxed_is_space(r->rest.ptr[0]) || r->rest.ptr[0] == '#')) {
        ptrdiff_t end = r->rest.ptr[0] == '#' ? pxed_slice_find(r->rest, '\n', 0) : 1;
        isc_skip(r, end < 0 ? r->rest.len : (size_t)end);
    }
}

static struct pxed_slice isc_quoted(struct lease_reader *r) {
    size_t at = 1;
    while (at < r->rest.len && r->rest.ptr[at] != '"')
        at += r->rest.ptr[at] == '\\' ? 2 : 1;
    at = at < r->rest.len ? at : r->rest.len;
    struct pxed_slice text = pxed_slice(r->rest.ptr + 1, at - 1);
    isc_skip(r, at < r->rest.len ? at + 1 : at);
    return text;
}

static bool isc_sign(char c) {
    return c == '{' || c == '}' || c == ';' || c == '"';
}

static struct pxed_slice isc_word(struct lease_reader *r) {
    size_t at = 0;
    while (at < r->rest.len && !pxed_is_space(r->rest.ptr[at]) && !isc_sign(r->rest.ptr[at]))
        at++;
    struct pxed_slice text = pxed_slice_head(r->rest, at);
    r->rest = pxed_slice_skip(r->rest, at);
    return text;
}

/* Words beyond the last place are dropped: no statement that is looked at has so many. */
static struct isc_statement isc_next(struct lease_reader *r, unsigned *line) {
    struct isc_statement s = {.n = 0};
    isc_blanks(r);
    *line = r->line;
    for (; r->rest.len > 0; isc_blanks(r)) {
        char c = r->rest.ptr[0];
        if (isc_sign(c) && c != '"') {
            isc_skip(r, 1);
            s.end = c;
            break;
        }
        struct pxed_slice word = c == '"' ? isc_quoted(r) : isc_word(r);
        if (s.n < WORDS_MAX)
            s.words[s.n++] = word;
    }
    return s;
}

static bool isc_is(const struct isc_statement *s, size_t n, const char *first, const char *second) {
    return s->n == n && pxed_slice_is(s->words[0], first) && (!second || pxed_slice_is(s->words[1], second));
}

/* `ends never`, `ends epoch SECONDS`, `ends WEEKDAY YYYY/MM/DD HH:MM:SS` */
static bool isc_ends(const struct isc_statement *s, int64_t *ret) {
    uint64_t epoch;
    if (isc_is(s, 2, "ends", "never")) {
        *ret = LEASE_NEVER;
        return true;
    }
    if (isc_is(s, 3, "ends", "epoch")) {
        bool good = pxed_slice_u64(s->words[2], INT64_MAX, &epoch);
        *ret = good ? (int64_t)epoch : 0;
        return good;
    }
    /* Date and time lie one blank apart in the file. */
    const struct pxed_slice date = s->words[2], time = s->words[3];
    return s->n == 4 && time.ptr == date.ptr + date.len + 1 &&
           lease_time(pxed_slice(date.ptr, date.len + 1 + time.len), ret);
}

static const char *isc_apply(const struct isc_statement *s, struct lease_row *row, bool *ended) {
    if (s->n > 0 && pxed_slice_is(s->words[0], "ends")) {
        *ended = isc_ends(s, &row->expires);
        return *ended ? NULL : "the time behind `ends` cannot be read";
    }
    if (isc_is(s, 3, "binding", "state"))
        row->gone = !pxed_slice_is(s->words[2], "active");
    else if (isc_is(s, 3, "hardware", "ethernet") && !lease_set_mac(row, s->words[2]))
        return "the address behind `hardware ethernet` cannot be read";
    else if (isc_is(s, 2, "client-hostname", NULL))
        lease_set_name(row, s->words[1]);
    return NULL;
}

/* The statements of one lease; blocks within it (`on expiry { ... }`) are passed over. */
static int isc_lease(struct lease_reader *r, struct lease_row *row) {
    unsigned line, depth = 0;
    bool ended = false;
    const char *why = NULL;
    for (;;) {
        struct isc_statement s = isc_next(r, &line);
        if (s.end == 0)
            return lease_wrong(row, "the file ends within this lease");
        if (s.end == '}' && depth == 0)
            break;
        if (s.end == ';' && depth == 0 && !why)
            why = isc_apply(&s, row, &ended);
        depth += s.end == '{';
        depth -= s.end == '}';
    }
    if (why)
        return lease_wrong(row, why);
    row->gone |= !ended;
    if (!row->gone && row->mac.len == 0)
        return lease_wrong(row, "there is no `hardware ethernet`");
    return 1;
}

int lease_read_isc(struct lease_reader *r, struct lease_row *ret) {
    unsigned depth = 0;
    for (;;) {
        *ret = (struct lease_row){.line = r->line};
        struct isc_statement s = isc_next(r, &ret->line);
        if (s.end == 0 && s.n == 0)
            return 0;
        if (depth == 0 && s.end == '{' && isc_is(&s, 2, "lease", NULL)) {
            bool good = pxed_addr_parse(s.words[1], &ret->ip) && ret->ip.family == 4;
            int rc = isc_lease(r, ret);
            return good ? rc : lease_wrong(ret, "the word behind `lease` is no IPv4 address");
        }
        depth += s.end == '{';
        depth -= depth > 0 && s.end == '}';
        if (s.end == 0)
            return lease_wrong(ret, "the file ends within this statement");
    }
}
