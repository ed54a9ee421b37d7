/* POST /api/v1/stop: {"when_idle":true,"dry_run":true}: who is in the middle of an installation, and the end of the
 * daemon. */
#include "api_stop.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_who.h"

#include <jansson.h>

static void busy_machine(void *arg, const struct pxed_machine_view *m) {
    if (m->busy && *m->busy)
        api_rows_add(arg, api_json_machine, m);
}

/* Whether to stop is decided in the same turn of the loop in which the machines are looked at: none can begin between.
 * The daemon keeps no wish to stop: who waits asks again. */
void api_stop(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    int when_idle = 0, dry_run = 0;
    json_t *body =
        json_loadb(ask->call->body.len ? ask->call->body.ptr : "", ask->call->body.len, JSON_REJECT_DUPLICATES, NULL);
    bool good = body && json_unpack(body, "{s?b, s?b !}", "when_idle", &when_idle, "dry_run", &dry_run) == 0;
    json_decref(body);
    if (!good) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "the body holds when_idle and dry_run, true or false");
        return;
    }
    char who[128];
    struct pxed_buf out = PXED_BUF(who);
    api_who(ask, &out);
    struct api_rows rows = {0};
    control->machines(control->self, busy_machine, &rows);
    bool stop = !dry_run && !(when_idle && rows.n > 0);
    api_answer_rows(ask, &rows);
    if (stop)
        control->stop(control->self, pxed_buf_slice(&out));
}
