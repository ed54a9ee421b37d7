/* The api plugin: option rows, descriptor, start and stop. */
#include "api_routes.h"
#include "api_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

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
    int fd = api->listen_fd;
    api->listen_fd = -1;
    int r = api->http->serve(api->http->self, fd, api_handle, api);
    if (r < 0)
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"http/1 does not serve the socket\" error=%d", r);
    else
        pxed_log(ctx, PXED_LOG_INFO, "listening", NULL, NULL, "socket=%s", api->path);
    return r;
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
    api->ended = true;
    if (api->pending == 0)
        free(api);
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

static const char *const api_needs[] = {"http/1", "control/1", NULL};

PXED_PLUGIN(api, .kind = PXED_KIND_SERVICE, .name = "api", .version = "1",
            .summary = "JSON over HTTP on a unix socket, for the live commands and other programs", .needs = api_needs,
            .options = api_options, .config_size = sizeof(struct api_config), .ops = &api_ops, .init = api_init,
            .start = api_start, .fini = api_fini)
