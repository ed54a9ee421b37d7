/* GET /api/v1/NAME: machines, their journal, transfers, leases. Everything that changes state is in api_order.c and
 * api_event.c; the table is in api_table.c. */
#include "api_routes.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_who.h"

#include "pxed/path.h"

#include <stdio.h>

/* A query value, decoded. Returns 1, 0 when absent, -1 after having answered 400. */
static int query_text(const struct api_ask *ask, const char *key, char text[static API_HOST_MAX + 1],
                      struct pxed_slice *ret) {
    struct pxed_slice raw;
    if (!pxed_query_get(ask->call->query, key, &raw))
        return 0;
    struct pxed_buf out = {text, API_HOST_MAX, 0};
    if (!pxed_percent_decode(raw, true, &out) || pxed_buf_full(&out)) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "the value of %s cannot be read", key);
        return -1;
    }
    *ret = pxed_buf_slice(&out);
    return 1;
}

int api_query_host(const struct api_ask *ask, struct pxed_hwaddr *ret_mac) {
    char text[API_HOST_MAX + 1];
    struct pxed_slice host;
    int r = query_text(ask, "host", text, &host);
    return r <= 0 ? r : api_resolve(ask, host, ret_mac) ? 1 : -1;
}

/* A number or `fallback`; false after having answered 400. */
static bool query_number(const struct api_ask *ask, const char *key, uint64_t fallback, uint64_t *ret) {
    char text[API_HOST_MAX + 1];
    struct pxed_slice value;
    *ret = fallback;
    int r = query_text(ask, key, text, &value);
    if (r > 0 && !pxed_slice_u64(value, INT64_MAX, ret)) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "%s must be a number", key);
        return false;
    }
    return r >= 0;
}

static bool query_flag(const struct api_ask *ask, const char *key) {
    struct pxed_slice raw;
    return pxed_query_get(ask->call->query, key, &raw) && !pxed_slice_is(raw, "0");
}

/* ---- machines */

struct machines {
    struct api_rows rows;
    const struct api_ask *asked;
    bool armed, failed, unknown, faults;
};

static void machine_row(void *arg, const struct pxed_machine_view *m) {
    struct machines *ask = arg;
    bool fault = pxed_machine_fault(m) != PXED_WHY_OK;
    bool cause = m->cause && *m->cause && !m->waits;
    if ((ask->faults && !fault && !cause) || !api_sees(ask->asked, &m->mac))
        return;
    bool any = !ask->armed && !ask->failed && !ask->unknown;
    if (any || (ask->armed && pxed_slice_is(pxed_slice_of(m->install), "armed")) || (ask->failed && fault) ||
        (ask->unknown && !m->declared))
        api_rows_add(&ask->rows, api_json_machine, m);
}

static void answer_machines(const struct api_ask *ask, struct machines *which) {
    const struct pxed_control *control = ask->api->control;
    which->asked = ask;
    control->machines(control->self, machine_row, which);
    api_answer_rows(ask, &which->rows);
}

/* from=PLACE, count=N: a part of them, and where the next one is (RFC 8288). */
static void answer_some(const struct api_ask *ask, struct machines *which, uint64_t from, uint64_t count) {
    const struct pxed_control *control = ask->api->control;
    char link[128];
    which->asked = ask;
    size_t places = control->some(control->self, (size_t)from, (size_t)count, machine_row, which);
    bool more = from < places && places - from > count;
    snprintf(link, sizeof(link), "Link: </api/v1/machines?from=%llu&count=%llu>; rel=\"next\"\r\n",
             (unsigned long long)from + count, (unsigned long long)count);
    api_answer_rows_with(ask, &which->rows, more ? link : NULL);
}

void api_get_machines(const struct api_ask *ask) {
    struct machines which = {
        .armed = query_flag(ask, "armed"), .failed = query_flag(ask, "failed"), .unknown = query_flag(ask, "unknown")};
    uint64_t from, count;
    if (!query_number(ask, "from", 0, &from) || !query_number(ask, "count", 0, &count))
        return;
    if (count == 0)
        answer_machines(ask, &which);
    else
        answer_some(ask, &which, from, count);
}

void api_get_machine(const struct api_ask *ask) {
    struct pxed_hwaddr mac;
    int r = api_query_host(ask, &mac);
    if (r == 0)
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "host= is missing");
    if (r <= 0)
        return;
    const struct pxed_control *control = ask->api->control;
    struct machines which = {.asked = ask};
    control->machine(control->self, &mac, machine_row, &which);
    api_answer_rows(ask, &which.rows);
}

/* ---- hosts */

static void host_row(void *arg, const struct pxed_machine_view *m) {
    struct machines *ask = arg;
    const struct pxed_core *core = ask->asked->api->ctx->core;
    const struct pxed_host *host = m->declared ? core->host(ask->asked->api->ctx, &m->mac) : NULL;
    if (host && api_sees(ask->asked, &m->mac))
        api_rows_add(&ask->rows, api_json_host, host);
}

void api_get_hosts(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct machines which = {.asked = ask};
    control->machines(control->self, host_row, &which);
    api_answer_rows(ask, &which.rows);
}

/* ---- journal */

struct journal {
    struct api_rows rows;
    const struct api_ask *asked;
    uint64_t seen;  /* rows counted so far */
    uint64_t skip;  /* leave out this many */
    uint64_t limit; /* at most this many rows */
};

static void journal_count(void *arg, const struct pxed_journal_view *j) {
    struct journal *ask = arg;
    ask->seen += api_sees(ask->asked, &j->mac);
}

static void journal_row(void *arg, const struct pxed_journal_view *j) {
    struct journal *ask = arg;
    if (!api_sees(ask->asked, &j->mac))
        return;
    if (ask->seen++ >= ask->skip && ask->rows.n < ask->limit)
        api_rows_add(&ask->rows, api_json_journal, j);
}

/* since=SEQ, host=HOST, tail=N (only the last N). At most API_JOURNAL_ROWS rows: the rest with since=<last seq>. */
void api_get_journal(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct pxed_hwaddr mac;
    uint64_t since, tail;
    if (!query_number(ask, "since", 0, &since) || !query_number(ask, "tail", UINT64_MAX, &tail))
        return;
    int host = api_query_host(ask, &mac);
    if (host < 0)
        return;
    const struct pxed_hwaddr *only = host ? &mac : NULL;
    struct journal which = {.asked = ask, .limit = API_JOURNAL_ROWS};
    if (tail != UINT64_MAX) {
        control->journal(control->self, since, only, journal_count, &which);
        which.skip = which.seen > tail ? which.seen - tail : 0;
        which.seen = 0;
    }
    control->journal(control->self, since, only, journal_row, &which);
    api_answer_rows(ask, &which.rows);
}

/* ---- why: the last boot of one machine, or every machine that has a fault */

struct boots {
    char before[40]; /* the previous step; longer words open no boot */
    uint64_t opened; /* seq before the last boot's first step */
};

static void boot_scan(void *arg, const struct pxed_journal_view *j) {
    struct boots *boots = arg;
    if (pxed_journal_opens(j->what, pxed_slice_of(boots->before)))
        boots->opened = j->seq - 1;
    struct pxed_buf before = PXED_BUF(boots->before);
    pxed_buf_add(&before, j->what);
    pxed_buf_cstr(&before);
}

void api_get_faults(const struct api_ask *ask) {
    struct machines which = {.faults = true};
    answer_machines(ask, &which);
}

void api_get_why(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct pxed_hwaddr mac;
    int host = api_query_host(ask, &mac);
    if (host < 0)
        return;
    if (host == 0) {
        api_get_faults(ask);
        return;
    }
    struct boots boots = {0};
    struct journal which = {.asked = ask, .limit = API_JOURNAL_ROWS};
    control->journal(control->self, 0, &mac, boot_scan, &boots);
    control->journal(control->self, boots.opened, &mac, journal_row, &which);
    api_answer_rows(ask, &which.rows);
}

/* ---- transfers and leases */

struct transfers {
    struct api_rows rows;
    const struct api_ask *asked;
};

static void transfer_row(void *arg, const struct pxed_transfer_view *t) {
    struct transfers *ask = arg;
    if (api_sees(ask->asked, &t->mac))
        api_rows_add(&ask->rows, api_json_transfer, t);
}

void api_get_transfers(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct transfers which = {.asked = ask};
    control->transfers(control->self, transfer_row, &which);
    api_answer_rows(ask, &which.rows);
}

struct leases {
    struct api_rows rows;
    const struct api_ask *asked;
    struct pxed_ctx *ctx;
};

static void lease_row(void *arg, const struct pxed_lease *lease) {
    struct leases *ask = arg;
    if (!api_sees(ask->asked, &lease->mac))
        return;
    const struct pxed_host *host = ask->ctx->core->host(ask->ctx, &lease->mac);
    struct api_lease_view view = {lease, host ? host->name : PXED_NO_SLICE};
    api_rows_add(&ask->rows, api_json_lease, &view);
}

void api_get_leases(const struct api_ask *ask) {
    const struct pxed_leases_service *leases = ask->api->leases;
    if (!leases) {
        api_answer_error(ask, 404, PXED_WHY_NOT_FOUND, "nothing leases addresses here: the dhcp plugin is not loaded");
        return;
    }
    struct leases which = {.asked = ask, .ctx = ask->api->ctx};
    leases->each(leases->self, lease_row, &which);
    api_answer_rows(ask, &which.rows);
}
