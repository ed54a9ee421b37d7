/* Writes and reads the orders to the CGI helper. */
#include "cgi_wire.h"

struct order_head {
    uint32_t verb, id;
    uint16_t n_args, n_env;
};

static void add_order_text(struct pxed_buf *out, struct pxed_slice text) {
    pxed_buf_add(out, text);
    pxed_buf_byte(out, '\0');
}

static void add_order_head(struct pxed_buf *out, struct order_head head) {
    pxed_buf_add(out, pxed_slice((const char *)&head, sizeof(head)));
}

/* A script runs in its own folder (RFC 3875 7.2). */
static struct pxed_slice folder_of_script(const char *path) {
    const char *slash = strrchr(path, '/');
    return !slash || slash == path ? PXED_SLICE("/") : pxed_slice(path, (size_t)(slash - path));
}

void http_order_run(uint32_t id, const char *script, const char *handler, struct pxed_slice env, size_t n_env,
                    struct pxed_buf *out) {
    add_order_head(out, (struct order_head){HTTP_VERB_RUN, id, handler ? 2 : 1, (uint16_t)n_env});
    add_order_text(out, folder_of_script(script));
    if (handler)
        add_order_text(out, pxed_slice_of(handler));
    add_order_text(out, pxed_slice_of(script));
    pxed_buf_add(out, env);
}

void http_order_kill(uint32_t id, struct pxed_buf *out) {
    add_order_head(out, (struct order_head){HTTP_VERB_KILL, id, 0, 0});
}

/* The next text of the datagram; NULL at the end. */
static const char *next_order_text(struct pxed_slice *rest) {
    ptrdiff_t end = pxed_slice_find(*rest, '\0', 0);
    const char *text = rest->ptr;
    if (end < 0)
        return NULL;
    *rest = pxed_slice_skip(*rest, (size_t)end + 1);
    return text;
}

static bool next_order_texts(struct pxed_slice *rest, size_t n, const char **ret) {
    for (size_t i = 0; i < n; i++)
        if (!(ret[i] = next_order_text(rest)))
            return false;
    ret[n] = NULL;
    return true;
}

int http_order_read(const void *datagram, size_t len, struct http_order *ret) {
    struct order_head head;
    if (len < sizeof(head))
        return -1;
    memcpy(&head, datagram, sizeof(head));
    struct pxed_slice rest = pxed_slice((const char *)datagram + sizeof(head), len - sizeof(head));
    ret->verb = (enum http_verb)head.verb;
    ret->id = head.id;
    if (head.verb == HTTP_VERB_KILL)
        return rest.len == 0 ? 0 : -1;
    if (head.verb != HTTP_VERB_RUN || head.n_args == 0 || head.n_args > HTTP_ORDER_ARGS ||
        head.n_env > HTTP_CGI_ENV_MAX || !(ret->dir = next_order_text(&rest)))
        return -1;
    if (!next_order_texts(&rest, head.n_args, ret->argv) || !next_order_texts(&rest, head.n_env, ret->envp) ||
        rest.len != 0)
        return -1;
    return ret->argv[0][0] == '/' ? 0 : -1;
}
