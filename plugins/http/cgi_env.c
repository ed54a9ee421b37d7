/* Writes the meta-variables of a CGI request. */
#include "cgi_env.h"

#include "version.h"

static void add_var(struct pxed_buf *out, size_t *n, const char *name, struct pxed_slice value) {
    pxed_buf_str(out, name);
    pxed_buf_byte(out, '=');
    pxed_buf_add(out, value);
    pxed_buf_byte(out, '\0');
    ++*n;
}

static void add_u64_var(struct pxed_buf *out, size_t *n, const char *name, uint64_t number) {
    char text[24];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_u64(&b, number);
    add_var(out, n, name, pxed_buf_slice(&b));
}

static void add_addr_var(struct pxed_buf *out, size_t *n, const char *name, const struct pxed_addr *addr) {
    char text[PXED_ADDR_TEXT];
    add_var(out, n, name, pxed_slice_of(pxed_addr_text(addr, text)));
}

/* Host without its port, if it has only characters of host names and addresses; else unset. */
static struct pxed_slice server_name(struct pxed_slice host) {
    size_t end = 0;
    if (host.len > 0 && host.ptr[0] == '[') { /* [v6]:port */
        while (end < host.len && host.ptr[end] != ']')
            end++;
        end = end < host.len ? end + 1 : 0;
    } else {
        while (end < host.len && host.ptr[end] != ':')
            end++;
    }
    for (size_t i = 0; i < end; i++)
        if (!pxed_is_alnum(host.ptr[i]) && !strchr(".-_:[]", host.ptr[i]))
            return PXED_NO_SLICE;
    return end > 0 ? pxed_slice_head(host, end) : PXED_NO_SLICE;
}

/* Not passed to scripts: credentials (4.1.18), Proxy (CVE-2016-5385), headers that have their own variable; names with
 * anything but letters, digits and `-`, which could collide; `() {`, which an old bash runs as a function
 * (CVE-2014-6271). */
static bool header_passes(struct pxed_slice name, struct pxed_slice value) {
    static const char *const dropped[] = {"authorization", "proxy-authorization", "proxy", "content-type",
                                          "content-length"};
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        if (pxed_slice_eq_nocase(name, pxed_slice_of(dropped[i])))
            return false;
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && name.ptr[i] != '-')
            return false;
    return !pxed_slice_starts(value, PXED_SLICE("() {"));
}

static void add_header_var(const struct http_request *r, size_t i, struct pxed_buf *out, size_t *n) {
    struct pxed_slice name = http_header_name(r, i), value = http_header_value(r, i);
    if (!header_passes(name, value))
        return;
    for (size_t j = 0; j < i; j++)
        if (pxed_slice_eq_nocase(http_header_name(r, j), name))
            return; /* joined to the first header of this name */
    pxed_buf_add(out, PXED_SLICE("HTTP_"));
    for (size_t k = 0; k < name.len; k++) {
        char c = name.ptr[k] == '-' ? '_' : name.ptr[k];
        pxed_buf_byte(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    pxed_buf_byte(out, '=');
    pxed_buf_add(out, value);
    for (size_t j = i + 1; j < r->n_headers; j++)
        if (pxed_slice_eq_nocase(http_header_name(r, j), name) && header_passes(name, http_header_value(r, j))) {
            pxed_buf_add(out, pxed_slice_eq_nocase(name, PXED_SLICE("cookie")) ? PXED_SLICE("; ") : PXED_SLICE(", "));
            pxed_buf_add(out, http_header_value(r, j));
        }
    pxed_buf_byte(out, '\0');
    ++*n;
}

static void add_server_vars(const struct http_cgi_call *call, struct pxed_buf *out, size_t *n) {
    char local[PXED_ADDR_TEXT];
    struct pxed_slice name = server_name(call->request->host);
    add_var(out, n, "GATEWAY_INTERFACE", PXED_SLICE("CGI/1.1"));
    add_var(out, n, "SERVER_SOFTWARE", PXED_SLICE("pxed/" HTTP_VERSION));
    add_var(out, n, "SERVER_PROTOCOL", call->request->minor ? PXED_SLICE("HTTP/1.1") : PXED_SLICE("HTTP/1.0"));
    add_var(out, n, "SERVER_NAME", name.ptr ? name : pxed_slice_of(pxed_addr_text(&call->local, local)));
    add_addr_var(out, n, "SERVER_ADDR", &call->local);
    add_u64_var(out, n, "SERVER_PORT", call->port);
    if (call->tls)
        add_var(out, n, "HTTPS", PXED_SLICE("on"));
    add_addr_var(out, n, "REMOTE_ADDR", &call->peer);
    add_addr_var(out, n, "REMOTE_HOST", &call->peer); /* 4.1.9: the address, because no name is looked up */
    add_u64_var(out, n, "REMOTE_PORT", call->peer_port);
}

static void add_script_vars(const struct http_cgi_call *call, struct pxed_buf *out, size_t *n) {
    static const char *const methods[] = {"GET", "HEAD", "POST"};
    const struct pxed_cgi *cgi = call->cgi;
    const struct http_request *r = call->request;
    struct pxed_slice root = pxed_slice_of(cgi->document_root), info = pxed_slice_of(cgi->path_info);
    add_var(out, n, "REQUEST_METHOD",
            pxed_slice_of(methods[call->body || r->method != HTTP_METHOD_POST ? r->method : HTTP_METHOD_GET]));
    add_var(out, n, "REQUEST_URI", r->target);
    add_var(out, n, "QUERY_STRING", call->query); /* as sent, and never argv words (CVE-2012-1823) */
    add_var(out, n, "SCRIPT_NAME", pxed_slice_of(cgi->script_name));
    add_var(out, n, "SCRIPT_FILENAME", pxed_slice_of(cgi->script));
    add_var(out, n, "DOCUMENT_ROOT", root);
    add_var(out, n, "PATH_INFO", info);
    if (info.len > 0) {
        pxed_buf_add(out, PXED_SLICE("PATH_TRANSLATED="));
        pxed_buf_add(out, root);
        pxed_buf_add(out, info);
        pxed_buf_byte(out, '\0');
        ++*n;
    }
    if (call->body && r->body.len > 0) {
        add_u64_var(out, n, "CONTENT_LENGTH", r->body.len);
        if (r->content_type.ptr)
            add_var(out, n, "CONTENT_TYPE", r->content_type);
    } else if (call->body && r->method == HTTP_METHOD_POST) {
        add_u64_var(out, n, "CONTENT_LENGTH", 0);
    }
    add_var(out, n, "REDIRECT_STATUS", PXED_SLICE("200")); /* php-cgi refuses to run without it (force-cgi-redirect) */
    add_var(out, n, "PATH", PXED_SLICE("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
}

bool http_cgi_env(const struct http_cgi_call *call, struct pxed_buf *out, size_t *ret_n) {
    size_t n = 0;
    add_server_vars(call, out, &n);
    add_script_vars(call, out, &n);
    for (size_t i = 0; i < call->request->n_headers; i++)
        add_header_var(call->request, i, out, &n);
    for (const char *const *e = call->cgi->env; e && *e; e++) {
        pxed_buf_str(out, *e);
        pxed_buf_byte(out, '\0');
        n++;
    }
    *ret_n = n;
    return n <= HTTP_CGI_ENV_MAX && call->cgi->script != NULL;
}
