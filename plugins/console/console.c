/* The console plugin: option rows, descriptor, its listeners. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "handle.h"
#include "pxed/arena.h"

static const struct pxed_option console_options[] = {
    PXED_OPTION(struct console_config, listen, LIST, "listen", .fallback = "127.0.0.1:8080", .flags = PXED_OPT_RESTART,
                .help = "ADDRESS:PORT of the page and the API, repeatable; without `cert` and `key` this machine's own "
                        "addresses alone, since what is sent there is not encrypted"),
    PXED_OPTION(struct console_config, cert, PATH, "cert", .flags = PXED_OPT_RESTART | PXED_OPT_CERT,
                .help =
                    "PEM file of a certificate, then those between it and its CA: with `key`, every `listen` speaks "
                    "TLS alone. Taken anew when it changes"),
    PXED_OPTION(struct console_config, key, PATH, "key", .flags = PXED_OPT_RESTART | PXED_OPT_KEY,
                .help = "PEM file of its private key; it is never served"),
    PXED_OPTION(struct console_config, viewers, UINT, "viewers", .fallback = "200", .max = 2000,
                .help = "pages that may be kept up to date at once"),
    {0},
};

/* Tokens cross no wire in the clear. */
static bool may_listen(const struct console_config *c, const struct pxed_addr *addr) {
    return (c->cert && c->key) || pxed_addr_is_loopback(addr);
}

static void console_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct console_config *c = config;
    const struct pxed_list *listen = &c->listen;
    if (!c->cert != !c->key)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[console] %s without %s: TLS needs both", c->cert ? "cert" : "key",
                      c->cert ? "key" : "cert");
    for (size_t i = 0; i < listen->n; i++) {
        const char *item = listen->items[i];
        unsigned line = listen->lines ? listen->lines[i] : 0;
        struct pxed_addr addr;
        uint16_t port;
        if (!pxed_addr_port_parse(pxed_slice_of(item), &addr, &port))
            pxed_diag_add(diags, PXED_ERROR, file, line, "[console] listen: '%s' is no ADDRESS:PORT, as 127.0.0.1:8080",
                          item);
        else if (!may_listen(c, &addr))
            pxed_diag_add(
                diags, PXED_ERROR, file, line,
                "[console] listen = %s: what is sent there can be read and changed on the wire, tokens too; "
                "give it a certificate (cert and key), or write 127.0.0.1:%u and reach it through a web server "
                "with one (a reverse proxy), or by ssh -L %u:127.0.0.1:%u SERVER",
                item, port, port, port);
        for (size_t k = 0; k < i; k++)
            if (strcmp(item, listen->items[k]) == 0)
                pxed_diag_add(diags, PXED_ERROR, file, line, "[console] listen = %s is named twice", item);
    }
    if (listen->n > CONSOLE_LISTENERS)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[console] listen: more than %d addresses", CONSOLE_LISTENERS);
}

static void close_fds(struct console *c) {
    for (size_t i = 0; i < c->n_fds; i++)
        if (c->fds[i] >= 0)
            close(c->fds[i]);
    c->n_fds = 0;
}

static int open_one(struct console *c, const char *item) {
    struct pxed_addr addr;
    uint16_t port;
    if (c->n_fds == CONSOLE_LISTENERS || !pxed_addr_port_parse(pxed_slice_of(item), &addr, &port) ||
        !may_listen(c->config, &addr))
        return -EINVAL;
    int fd = c->http->listen(c->http->self, &addr, port);
    if (fd >= 0)
        c->fds[c->n_fds++] = fd;
    return fd < 0 ? fd : 0;
}

static int console_init(struct pxed_ctx *ctx) {
    struct console *c = pxed_xalloc(sizeof(*c));
    int r = 0;
    *c = (struct console){.ctx = ctx, .config = ctx->config, .http = ctx->core->find(ctx, "http/1")};
    ctx->self = c;
    if (!c->http || c->http->size < sizeof(*c->http)) {
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"http/1 is missing or too old\"");
        return -ENOENT;
    }
    if (c->config->cert && c->config->key) {
        c->pair = c->http->pair(c->http->self, c->config->cert, c->config->key);
        if (!c->pair)
            return -EINVAL; /* it has told */
    }
    for (size_t i = 0; i < c->config->listen.n && r == 0; i++) {
        r = open_one(c, c->config->listen.items[i]);
        if (r < 0)
            pxed_log(ctx, PXED_LOG_ERROR, "listen", NULL, NULL, "text=\"cannot listen\" address=%s error=\"%s\"",
                     c->config->listen.items[i], strerror(-r));
    }
    return r < 0 ? r : console_files_load(c);
}

static int console_start(struct pxed_ctx *ctx) {
    struct console *c = ctx->self;
    c->api = ctx->core->find(ctx, "api/1");
    c->control = ctx->core->find(ctx, "control/1");
    if (!c->api || c->api->size < sizeof(*c->api) || !c->control || c->control->size < sizeof(*c->control)) {
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"api/1 or control/1 is missing or too old\"");
        return -ENOENT;
    }
    for (size_t i = 0; i < c->n_fds; i++) {
        int fd = c->fds[i];
        c->fds[i] = -1;
        int r = c->pair ? c->http->serve_tls(c->http->self, fd, c->pair, console_handle, c)
                        : c->http->serve(c->http->self, fd, console_handle, c);
        if (r < 0)
            return r;
        pxed_log(ctx, PXED_LOG_INFO, "listening", NULL, NULL, "url=http%s://%s/", c->pair ? "s" : "",
                 c->config->listen.items[i]);
    }
    return 0;
}

static void console_fini(struct pxed_ctx *ctx) {
    struct console *c = ctx->self;
    if (!c)
        return;
    ctx->self = NULL;
    close_fds(c);
    console_files_free(c);
    free(c);
}

static const struct pxed_protocol_ops console_ops = {.size = sizeof(console_ops), .check = console_check};
static const char *const console_needs[] = {"http/1", "api/1", "control/1", NULL};

PXED_PLUGIN(console, .kind = PXED_KIND_SERVICE, .name = "console", .version = "1",
            .summary = "a page that shows machines and their boots, and the API over the network",
            .needs = console_needs, .options = console_options, .config_size = sizeof(struct console_config),
            .ops = &console_ops, .init = console_init, .start = console_start, .fini = console_fini)
