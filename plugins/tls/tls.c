/* The descriptor: publishes the table of what TLS can be asked for. */
#include "pxed/plugin.h"
#include "session.h"

static const struct pxed_tls_service service = {
    .size = sizeof(service),
    .open = tls_pair_open,
    .close = tls_pair_close,
    .valid = tls_pair_valid,
    .holds = tls_pair_holds,
    .change_keys = tls_pair_change_keys,
    .accept = tls_session_accept,
    .free = tls_session_free,
    .handshake = tls_session_handshake,
    .offered = tls_session_offered,
    .read = tls_session_read,
    .writes_first = tls_session_writes_first,
    .pending = tls_session_pending,
    .send = tls_session_send,
    .by_kernel = tls_session_by_kernel,
    .file = tls_session_file,
    .finish = tls_session_finish,
};

static int tls_init(struct pxed_ctx *ctx) {
    ctx->core->publish(ctx, "tls/1", &service);
    return 0;
}

static const char *const provides[] = {"tls/1", NULL};
static const struct pxed_protocol_ops ops = {.size = sizeof(ops), .tls = &service};

PXED_PLUGIN(tls, .kind = PXED_KIND_SERVICE, .name = "tls", .version = "1",
            .summary = "TLS for HTTP and the console, loaded when a section names a certificate", .provides = provides,
            .ops = &ops, .init = tls_init)
