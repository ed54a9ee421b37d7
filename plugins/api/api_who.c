/* Who asks: the peer of the socket, or a token and the groups that it is limited to. */
#include "api_who.h"

#include "api_socket.h"

void api_who(const struct api_ask *ask, struct pxed_buf *out) {
    if (!ask->caller) {
        api_socket_peer(ask->call->fd, out);
        return;
    }
    pxed_buf_str(out, "token ");
    pxed_buf_add(out, ask->caller->name);
}

bool api_in_groups(const struct api *api, struct pxed_slice groups, const struct pxed_hwaddr *mac) {
    if (groups.len == 0)
        return true;
    const struct pxed_host *host = api->ctx->core->host(api->ctx, mac);
    struct pxed_slice group = host ? pxed_host_value(host, "group") : PXED_NO_SLICE, word;
    while (group.len > 0 && (word = pxed_slice_word(&groups, " ")).len > 0)
        if (pxed_slice_eq(word, group))
            return true;
    return false;
}

bool api_sees(const struct api_ask *ask, const struct pxed_hwaddr *mac) {
    return !ask->caller || api_in_groups(ask->api, ask->caller->groups, mac);
}

bool api_is_limited(const struct api_ask *ask) {
    return ask->caller && ask->caller->groups.len > 0;
}
