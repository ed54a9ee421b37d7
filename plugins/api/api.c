/* The api plugin: option rows, descriptor, start and stop. */
#include "api_events.h"
#include "api_socket.h"
#include "api_table.h"
#include "api_tokens.h"
#include "api_who.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the service "api/1" */

static bool service_who(void *self, struct pxed_slice token, struct pxed_api_caller *ret) {
    const struct api_token *t = api_token_find(self, token);
    if (t)
        *ret = (struct pxed_api_caller){
            .name = pxed_slice_of(t->name), .scopes = t->scopes, .groups = pxed_slice_of(t->groups)};
    return t != NULL;
}

static bool service_sees(void *self, const struct pxed_api_caller *caller, const struct pxed_hwaddr *mac) {
    return api_in_groups(self, caller->groups, mac);
}

static void service_call(void *self, const struct pxed_api_caller *caller, const struct pxed_http_call *call,
                         struct pxed_http_reply *reply) {
    api_answer(self, caller, call, reply);
}

static void service_publish(struct api *api) {
    api->service = (struct pxed_api_service){
        .size = sizeof(api->service), .self = api, .who = service_who, .sees = service_sees, .call = service_call};
    api->ctx->core->publish(api->ctx, "api/1", &api->service);
}

static int api_init(struct pxed_ctx *ctx) {
    const struct api_config *config = ctx->config;
    struct api *api = pxed_xalloc(sizeof(*api));
    api->ctx = ctx;
    api->listen_fd = -1;
    api->path = api_socket_path(ctx->core->state_dir(ctx), config->socket);
    int r = api_socket_open(api, config->group);
    if (r < 0) {
        free(api->path);
        free(api);
        return r;
    }
    ctx->self = api;
    api_events_init(api);
    service_publish(api);
    return 0;
}

static int api_start(struct pxed_ctx *ctx) {
    struct api *api = ctx->self;
    const struct pxed_core *core = ctx->core;
    api->http = core->find(ctx, "http/1");
    api->control = core->find(ctx, "control/1");
    api->leases = core->find(ctx, "leases/1");
    if (!api->http || api->http->size < sizeof(*api->http) || !api->control ||
        api->control->size < sizeof(*api->control)) {
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"http/1 or control/1 is missing or too old\"");
        return -ENOENT;
    }
    api->store = core->find(ctx, "store/1");
    int r = api_tokens_load(api);
    if (r < 0)
        return r;
    int fd = api->listen_fd;
    api->listen_fd = -1;
    r = api->http->serve(api->http->self, fd, api_handle, api);
    if (r < 0)
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"http/1 does not serve the socket\" error=%d", r);
    else
        pxed_log(ctx, PXED_LOG_INFO, "listening", NULL, NULL, "socket=%s", api->path);
    return r;
}

static void api_on_timer_closed(uv_handle_t *handle) {
    struct api *api = handle->data;
    api->timing = false;
    if (api->pending == 0)
        free(api);
}

static void api_fini(struct pxed_ctx *ctx) {
    struct api *api = ctx->self;
    if (!api)
        return;
    ctx->self = NULL;
    if (api->listen_fd >= 0)
        close(api->listen_fd);
    api_socket_unlink(api);
    free(api->path);
    api->path = NULL;
    api_events_end(api);
    api_tokens_free(api);
    api->ended = true;
    uv_close((uv_handle_t *)&api->timer, api_on_timer_closed);
}

static void api_check(const void *config_void, const char *file, struct pxed_diags *diags) {
    const struct api_config *config = config_void;
    size_t n = config->socket ? strlen(config->socket) : 0;
    if (n == 0)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[api] socket is empty");
    if (n > API_SOCKET_MAX)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[api] socket is %zu bytes long; a unix socket's path ends at %d", n,
                      API_SOCKET_MAX);
    if (config->group && *config->group && !getgrnam(config->group))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[api] group '%s' does not exist here; only root could connect",
                      config->group);
}

static const struct pxed_option api_options[] = {
    PXED_OPTION(struct api_config, socket, STR, "socket", .fallback = "pxed.sock", .flags = PXED_OPT_RESTART,
                .help = "unix socket of the live commands, relative to state; at most 107 bytes in all"),
    PXED_OPTION(struct api_config, group, STR, "group", .flags = PXED_OPT_RESTART,
                .help = "group that may use the socket (mode 0660), and so may arm; empty: root alone"),
    {0},
};

static const struct pxed_protocol_ops api_ops = {.size = sizeof(api_ops), .check = api_check};

static const char *const api_provides[] = {"api/1", NULL};
static const char *const api_needs[] = {"http/1", "control/1", NULL};

PXED_PLUGIN(api, .kind = PXED_KIND_SERVICE, .name = "api", .version = "1",
            .summary = "JSON over HTTP on a unix socket, for the live commands and other programs",
            .provides = api_provides, .needs = api_needs, .options = api_options,
            .config_size = sizeof(struct api_config), .ops = &api_ops, .init = api_init, .start = api_start,
            .fini = api_fini)
