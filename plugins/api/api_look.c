/* GET /api/v1/images, nets, health, explain, metrics, status. */
#include "api_look.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_routes.h"

#include "pxed/path.h"

enum { SHOWN_FILES = 8, SHOWN_NAME = 512 };

static void image_row(void *arg, const struct pxed_image_view *i) {
    api_rows_add(arg, api_json_image, i);
}

void api_get_images(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct api_rows rows = {0};
    control->images(control->self, image_row, &rows);
    api_answer_rows(ask, &rows);
}

static void pool_row(void *arg, const struct pxed_pool *pool) {
    api_rows_add(arg, api_json_pool, pool);
}

void api_get_nets(const struct api_ask *ask) {
    const struct pxed_leases_service *leases = ask->api->leases;
    struct api_rows rows = {0};
    if (leases && leases->size >= sizeof(*leases) && leases->pools)
        leases->pools(leases->self, pool_row, &rows);
    api_answer_rows(ask, &rows);
}

static void other_row(void *arg, const struct pxed_other_server *o) {
    char text[640], mac[PXED_MAC_TEXT];
    struct pxed_buf out = PXED_BUF(text);
    pxed_buf_str(&out, o->interface);
    pxed_buf_str(&out, ": ");
    pxed_buf_str(&out, o->text);
    if (o->fault && o->mac.len > 0) {
        pxed_buf_str(&out, ", MAC ");
        pxed_buf_str(&out, pxed_mac_text(&o->mac, ":", mac));
    }
    struct api_health_view view = {.name = o->fault ? o->fault : "other DHCP server",
                                   .good = !o->fault,
                                   .count = 1,
                                   .text = pxed_slice_of(pxed_buf_cstr(&out)),
                                   .cure = o->cure};
    api_rows_add(arg, api_json_health, &view);
}

/* The first rows are conditions: the store, other DHCP servers; then each reason that something was refused for. */
void api_get_health(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    const struct pxed_store *store = ask->api->store;
    bool whole = store && store->size >= sizeof(*store);
    bool failing = whole && store->failing && store->failing(store->self);
    bool old = whole && store->old && store->old(store->self);
    enum pxed_reason why = failing ? PXED_WHY_STORE_CANNOT_WRITE : old ? PXED_WHY_STORE_OLD : PXED_WHY_OK;
    struct api_rows rows = {0};
    struct api_health_view view = {.name = "store",
                                   .good = store && why == PXED_WHY_OK,
                                   .count = 0,
                                   .text = pxed_slice_of(!store               ? "no plugin keeps records"
                                                         : why == PXED_WHY_OK ? "what is done is written to disk"
                                                                              : pxed_reason_sentence(why)),
                                   .cure = store ? pxed_reason_cure(why) : "add store-sqlite to plugins ="};
    api_rows_add(&rows, api_json_health, &view);
    const struct pxed_leases_service *leases = ask->api->leases;
    if (leases && leases->size >= sizeof(*leases) && leases->others)
        leases->others(leases->self, other_row, &rows);
    for (int r = 1; r < PXED_REASON_COUNT; r++) {
        enum pxed_reason reason = (enum pxed_reason)r;
        view = (struct api_health_view){.name = pxed_reason_name(reason),
                                        .good = !pxed_reason_is_fault(reason),
                                        .count = control->refused(control->self, reason),
                                        .text = pxed_slice_of(pxed_reason_sentence(reason)),
                                        .cure = pxed_reason_cure(reason)};
        if (view.count > 0)
            api_rows_add(&rows, api_json_health, &view);
    }
    api_answer_rows(ask, &rows);
}

/* ---- texts, asked as the server itself asks: nothing is recorded, secrets are *** */

static enum pxed_reason open_as_server(const struct api *api, struct pxed_slice path, struct pxed_slice query,
                                       struct pxed_content **ret) {
    const struct pxed_core *core = api->ctx->core;
    const struct pxed_iface *ifaces;
    struct pxed_addr own = pxed_addr_v4(0x7f000001);
    if (core->ifaces(api->ctx, &ifaces) > 0 && ifaces[0].addr.family != 0)
        own = ifaces[0].addr;
    struct pxed_request request = {.via = PXED_VIA_HTTP,
                                   .path = path,
                                   .query = query,
                                   .user_agent = PXED_SLICE("iPXE"),
                                   .peer = own,
                                   .local = own};
    enum pxed_reason reason = PXED_WHY_OK;
    uint64_t ticket;
    *ret = NULL;
    if (core->open(api->ctx, &request, &reason, ret, NULL, NULL, &ticket))
        return reason;
    core->cancel(api->ctx, ticket); /* nobody of this machine waits for its neighbours */
    return PXED_WHY_BUSY;
}

static struct pxed_slice text_of(const struct pxed_content *c) {
    return c->kind == PXED_CONTENT_BYTES ? c->bytes
           : c->kind == PXED_CONTENT_CGI ? PXED_SLICE("(the operator's script is run and decides)")
                                         : PXED_SLICE("(a file, sent as it is)");
}

static void show(const struct api_ask *ask, struct api_rows *rows, const char *kind, struct pxed_slice path,
                 struct pxed_slice query, struct pxed_content **ret) {
    struct api_text_view view = {.kind = kind, .path = path};
    view.reason = open_as_server(ask->api, path, query, ret);
    if (*ret)
        view.text = text_of(*ret);
    api_rows_add(rows, api_json_shown, &view);
}

/* The next name of an answer file in a script: what stands behind /boot/ in a URL, up to its end. Without the token,
 * since this is asked by its plain name. */
static bool next_file(struct pxed_slice *rest, struct pxed_slice *ret) {
    static const char *const ends = " \t\r\n\"';,)";
    const struct pxed_slice boot = PXED_SLICE("/boot/");
    while (rest->len > boot.len) {
        struct pxed_slice word = pxed_slice_word(rest, ends);
        for (size_t at = 0; at + boot.len < word.len; at++) {
            struct pxed_slice from = pxed_slice_skip(word, at);
            if (!pxed_slice_starts(from, boot))
                continue;
            struct pxed_slice name = pxed_path_bare(pxed_slice_skip(from, boot.len));
            if (!pxed_slice_starts(name, PXED_SLICE("hosts/")) || pxed_slice_ends(name, PXED_SLICE("/")))
                break;
            *ret = name;
            return true;
        }
    }
    return false;
}

static void show_files(const struct api_ask *ask, struct api_rows *rows, struct pxed_slice script) {
    char names[SHOWN_FILES][SHOWN_NAME];
    struct pxed_slice name;
    size_t n = 0;
    while (n < SHOWN_FILES && next_file(&script, &name)) {
        struct pxed_buf path = PXED_BUF(names[n]);
        pxed_buf_str(&path, "/boot/");
        pxed_buf_add(&path, name);
        bool seen = pxed_buf_full(&path);
        for (size_t i = 0; i < n && !seen; i++)
            seen = pxed_slice_is(pxed_buf_slice(&path), names[i]);
        if (seen || path.len == sizeof(names[n]))
            continue;
        pxed_buf_cstr(&path);
        struct pxed_content *content;
        show(ask, rows, "file", pxed_slice_of(names[n++]), PXED_NO_SLICE, &content);
        if (content)
            content->release(content, false);
    }
}

/* host=: the script that it would get now, and the answer files that the script names. */
void api_get_explain(const struct api_ask *ask) {
    struct pxed_hwaddr mac;
    char text[PXED_MAC_TEXT], query[8 + PXED_MAC_TEXT];
    int r = api_query_host(ask, &mac);
    if (r == 0)
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "host= is missing");
    if (r <= 0)
        return;
    struct pxed_buf out = PXED_BUF(query);
    pxed_buf_str(&out, "mac=");
    pxed_buf_str(&out, pxed_mac_text(&mac, "-", text));
    struct api_rows rows = {0};
    struct pxed_content *script;
    show(ask, &rows, "script", PXED_SLICE("/boot/home.php"), pxed_buf_slice(&out), &script);
    if (script && script->kind == PXED_CONTENT_BYTES)
        show_files(ask, &rows, script->bytes);
    if (script)
        script->release(script, false);
    api_answer_rows(ask, &rows);
}

static void answer_own(const struct api_ask *ask, struct pxed_slice path) {
    struct pxed_content *content;
    enum pxed_reason reason = open_as_server(ask->api, path, PXED_NO_SLICE, &content);
    if (content && content->kind == PXED_CONTENT_BYTES)
        api_answer_text(ask, content->type, content->bytes);
    else
        api_answer_error(ask, 503, reason, "%s", pxed_reason_sentence(reason));
    if (content)
        content->release(content, false);
}

void api_get_metrics(const struct api_ask *ask) {
    answer_own(ask, PXED_SLICE("/metrics"));
}

void api_get_status(const struct api_ask *ask) {
    answer_own(ask, PXED_SLICE("/status"));
}
