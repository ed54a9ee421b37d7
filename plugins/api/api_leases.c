/* POST /api/v1/leases/import:
 * {"dry_run":true,"leases":[{"ip":"10.77.0.60","mac":"08:00:27:4d:4d:aa","expires":1795975200, "hostname":"web01"}]};
 * `expires` null: never. The answer has a row for each lease, in their order: OK, or why not. Those that may be taken
 * are, the others change nothing. */
#include "api_leases.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_order.h"
#include "api_who.h"

#include <jansson.h>
#include <stdlib.h>

enum { LEASES_MAX = 500, LEASE_NAME_MAX = 63 };

/* An import from its request to its answer; it outlives the request's slices. */
struct import {
    struct api_ask ask; /* ask.call is valid during the request only */
    struct pxed_lease *leases;
    enum pxed_reason *reasons;
    char (*names)[LEASE_NAME_MAX];
    size_t n;
    bool dry_run;
};

static void import_free(struct import *i) {
    free(i->leases);
    free(i->reasons);
    free(i->names);
    free(i);
}

static void import_answer(struct import *i) {
    struct api_rows rows = {0};
    for (size_t k = 0; k < i->n; k++) {
        struct api_taken_view view = {&i->leases[k], i->reasons[k]};
        api_rows_add(&rows, api_json_taken, &view);
    }
    api_answer_rows(&i->ask, &rows);
    import_free(i);
}

/* A name is what DHCP clients may be called: letters, digits, `-`, `_`, `.`. */
static bool import_name(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && !strchr("-_.", name.ptr[i]))
            return false;
    return name.len <= LEASE_NAME_MAX;
}

static bool import_lease(const json_t *row, struct pxed_lease *lease, char name[static LEASE_NAME_MAX]) {
    const json_t *expires = json_object_get(row, "expires");
    struct pxed_slice hostname = pxed_slice_of(json_string_value(json_object_get(row, "hostname")));
    const char *ip = json_string_value(json_object_get(row, "ip")),
               *mac = json_string_value(json_object_get(row, "mac"));
    if (!ip || !mac || !pxed_addr_parse(pxed_slice_of(ip), &lease->ip) || lease->ip.family != 4 ||
        !pxed_mac_parse(pxed_slice_of(mac), &lease->mac) || !(json_is_null(expires) || json_is_integer(expires)) ||
        !import_name(hostname))
        return false;
    lease->expires = json_is_null(expires) ? INT64_MAX : json_integer_value(expires);
    if (hostname.len > 0)
        memcpy(name, hostname.ptr, hostname.len);
    lease->hostname = pxed_slice(name, hostname.len);
    return true;
}

/* NULL after having answered. */
static struct import *import_read(const struct api_ask *ask) {
    json_t *body =
        json_loadb(ask->call->body.len ? ask->call->body.ptr : "", ask->call->body.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *rows = json_object_get(body, "leases");
    struct import *i = pxed_xalloc(sizeof(*i));
    i->ask = *ask;
    i->n = json_array_size(rows);
    i->dry_run = json_is_true(json_object_get(body, "dry_run"));
    size_t room = i->n < LEASES_MAX ? i->n + 1 : 1;
    i->leases = pxed_xalloc(room * sizeof(*i->leases));
    i->reasons = pxed_xalloc(room * sizeof(*i->reasons));
    i->names = pxed_xalloc(room * sizeof(*i->names));
    bool good = json_is_array(rows) && i->n <= LEASES_MAX - 1;
    for (size_t k = 0; good && k < i->n; k++)
        good = import_lease(json_array_get(rows, k), &i->leases[k], i->names[k]);
    json_decref(body);
    if (good)
        return i;
    api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST,
                     "the body holds leases, at most %d, each with ip, mac, expires (or null) and maybe hostname",
                     LEASES_MAX - 1);
    import_free(i);
    return NULL;
}

static void import_done(void *arg, size_t stored) {
    struct import *i = arg;
    size_t taken = 0;
    for (size_t k = 0; k < i->n; k++)
        taken += i->reasons[k] == PXED_WHY_OK ? 1 : 0;
    for (size_t k = 0; k < i->n && stored < taken; k++) /* they stand in one transaction */
        if (i->reasons[k] == PXED_WHY_OK)
            i->reasons[k] = PXED_WHY_STORE_CANNOT_WRITE;
    if (!api_order_ends(i->ask.api))
        import_free(i);
    else
        import_answer(i);
}

void api_leases_import(const struct api_ask *ask) {
    const struct pxed_leases_service *s = ask->api->leases;
    if (!s || s->size < offsetof(struct pxed_leases_service, take) + sizeof(s->take) || !s->take) {
        api_answer_error(ask, 404, PXED_WHY_NOT_FOUND, "nothing leases addresses here: the dhcp plugin is not loaded");
        return;
    }
    if (api_is_limited(ask)) {
        api_answer_error(ask, 403, PXED_WHY_SCOPE_MISSING, "leases are of every host; this token has those of %.*s",
                         PXED_S(ask->caller->groups));
        return;
    }
    struct import *i = import_read(ask);
    if (!i)
        return;
    if (i->dry_run) {
        for (size_t k = 0; k < i->n; k++)
            i->reasons[k] = s->judge(s->self, &i->leases[k]);
        import_answer(i);
        return;
    }
    ask->api->pending++;
    s->take(s->self, i->leases, i->n, i->reasons, import_done, i);
}
