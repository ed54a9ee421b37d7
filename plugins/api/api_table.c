/* Every route below /api/v1, for the socket and every other listener: a new one is a row here and a function. The rows
 * are also the OpenAPI document. */
#include "api_table.h"

#include "api_answer.h"
#include "api_backup.h"
#include "api_event.h"
#include "api_events.h"
#include "api_leases.h"
#include "api_look.h"
#include "api_openapi.h"
#include "api_order.h"
#include "api_routes.h"
#include "api_stop.h"
#include "api_token_record.h"

#include <stdlib.h>

static void get_openapi(const struct api_ask *ask);

#define READ    PXED_API_READ
#define OPERATE PXED_API_OPERATE
#define ARM     PXED_API_ARM
#define ORDER   "hosts:texts"

const struct api_route api_table[] = {
    {"machines", false, READ, api_get_machines, "Every machine, declared or seen",
     "armed:flag failed:flag unknown:flag from:int count:int", NULL, "machine", NULL},
    {"machine", false, READ, api_get_machine, "One machine", "host!", NULL, "machine", NULL},
    {"hosts", false, READ, api_get_hosts, "Declared hosts and their variables, without secrets", NULL, NULL, "host",
     NULL},
    {"journal", false, READ, api_get_journal, "Steps of all machines or of one, in order", "since:int tail:int host",
     NULL, "step", NULL},
    {"why", false, READ, api_get_why, "The steps of a machine's last boot", "host!", NULL, "step", NULL},
    {"faults", false, READ, api_get_faults, "The machines that have a fault", NULL, NULL, "machine", NULL},
    {"explain", false, READ, api_get_explain, "What a machine would get now: its script and the files named there",
     "host!", NULL, "text", NULL},
    {"transfers", false, READ, api_get_transfers, "What is being sent now", NULL, NULL, "transfer", NULL},
    {"leases", false, READ, api_get_leases, "Leases of the DHCP server", NULL, NULL, "lease", NULL},
    {"nets", false, READ, api_get_nets, "Served nets and how full they are", NULL, NULL, "net", NULL},
    {"images", false, READ, api_get_images, "Systems, and what their images lack", NULL, NULL, "image", NULL},
    {"health", false, READ, api_get_health, "The store, and counts of refusals", NULL, NULL, "health", NULL},
    {"events", false, READ, api_get_events, "What happens, as server-sent events", NULL, NULL, NULL,
     "text/event-stream"},
    {"metrics", false, READ, api_get_metrics, "Counts for Prometheus", NULL, NULL, NULL, "text/plain"},
    {"status", false, READ, api_get_status, "The same counts for people", NULL, NULL, NULL, "text/plain"},
    {"openapi.json", false, READ, get_openapi, "This document", NULL, NULL, NULL, "application/json"},
    {"arm", true, ARM, api_order_arm, "Gives the right to install, once", NULL,
     ORDER " os tries:int for_ms:int typed:flag dry_run:flag new:flag url:flag", "order", NULL},
    {"disarm", true, OPERATE, api_order_disarm, "Takes it back", NULL, ORDER, "machine", NULL},
    {"adopt", true, OPERATE, api_order_adopt, "Known, not armed: machines that run already", NULL, ORDER " new:flag",
     "machine", NULL},
    {"event", true, OPERATE, api_event, "Says how an installation ended", NULL, "host! stage! reason", "machine", NULL},
    {"leases/import", true, OPERATE, api_leases_import, "Takes over leases of another server", NULL,
     "leases!:objects dry_run:flag", "taken", NULL},
    {"stop", true, 0, api_stop, "Ends the daemon, at once or if nothing is being installed", NULL,
     "when_idle:flag dry_run:flag", "machine", NULL},
    {"backup", true, 0, api_backup, "Copies the store into a file beside it, which the caller takes and removes", NULL,
     NULL, "backup", NULL},
    {"tokens", false, 0, api_tokens_get, "Tokens, without themselves", NULL, NULL, "token", NULL},
    {"tokens/add", true, 0, api_tokens_add, "Makes a token, which is shown once", NULL,
     "name! scopes!:texts hosts:texts", "token", NULL},
    {"tokens/remove", true, 0, api_tokens_remove, "Removes a token", NULL, "name!", "token", NULL},
    {0},
};

static void get_openapi(const struct api_ask *ask) {
    struct pxed_buf out = {NULL, 0, 0};
    api_openapi_write(api_table, &out);
    size_t size = out.len;
    out = (struct pxed_buf){pxed_xalloc(size), size, 0};
    api_openapi_write(api_table, &out);
    api_answer_text(ask, "application/json", pxed_buf_slice(&out));
    free(out.ptr);
}

/* What a token may do includes looking. */
static bool may(const struct api_ask *ask, const struct api_route *r) {
    const struct pxed_api_caller *caller = ask->caller;
    if (!caller || (r->scope == PXED_API_READ && caller->scopes != 0) || (r->scope & caller->scopes))
        return true;
    char has[32], needs[32];
    struct pxed_buf out = PXED_BUF(has), need = PXED_BUF(needs);
    api_token_scope_text(caller->scopes, &out);
    api_token_scope_text(r->scope, &need);
    if (r->scope == 0)
        api_answer_error(ask, 403, PXED_WHY_SCOPE_MISSING, "%s is ordered on the server itself, by its socket alone",
                         r->name);
    else
        api_answer_error(ask, 403, PXED_WHY_SCOPE_MISSING, "%s needs the scope %s; the token %.*s has %s", r->name,
                         pxed_buf_cstr(&need), PXED_S(caller->name), pxed_buf_cstr(&out));
    api_refuse(ask, PXED_WHY_SCOPE_MISSING, r->name);
    return false;
}

void api_answer(struct api *api, const struct pxed_api_caller *caller, const struct pxed_http_call *call,
                struct pxed_http_reply *reply) {
    const struct api_ask ask = {api, call, caller, reply};
    const struct pxed_slice prefix = PXED_SLICE("/api/v1/");
    struct pxed_slice name =
        pxed_slice_starts(call->path, prefix) ? pxed_slice_skip(call->path, prefix.len) : PXED_NO_SLICE;
    for (const struct api_route *r = api_table; r->name; r++) {
        if (!pxed_slice_is(name, r->name))
            continue;
        if (call->post != r->post)
            api_answer_error(&ask, 405, PXED_WHY_BAD_REQUEST, "%s wants %s", r->name, r->post ? "POST" : "GET");
        else if (may(&ask, r))
            r->answer(&ask);
        return;
    }
    api_answer_error(&ask, 404, PXED_WHY_NOT_FOUND, "there is no such route below /api/v1");
}

void api_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    api_answer(arg, NULL, call, reply);
}
