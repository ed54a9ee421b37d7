/* Orders to the CGI helper and its reports, as datagrams of a SOCK_SEQPACKET pair. Pure. Both ends are one program on
 * one machine: host byte order. */
#pragma once

#include "cgi_env.h"

enum {
    HTTP_ORDER_MAX = 128 * 1024,
    HTTP_ORDER_ARGS = 3,
    HTTP_ORDER_FDS = 3, /* with RUN, by SCM_RIGHTS: stdin, stdout, stderr */
};

enum http_verb { HTTP_VERB_RUN = 1, HTTP_VERB_KILL, HTTP_VERB_EXITED, HTTP_VERB_NOT_STARTED, HTTP_VERB_BEGAN };

/* Strings point into the datagram, argv and envp end with NULL. */
struct http_order {
    enum http_verb verb; /* RUN or KILL */
    uint32_t id;
    const char *dir;
    const char *argv[HTTP_ORDER_ARGS + 1];
    const char *envp[HTTP_CGI_ENV_MAX + 1];
};

struct http_report {
    uint32_t verb; /* EXITED, NOT_STARTED or, first of all, BEGAN */
    uint32_t id;
    int32_t pid;
    int32_t status; /* EXITED: as waitpid() gives it; NOT_STARTED: errno */
};

/* `env`: `n_env` texts, each ended by NUL, as http_cgi_env() writes them; `handler` may be NULL. The result must fit in
 * HTTP_ORDER_MAX. */
void http_order_run(uint32_t id, const char *script, const char *handler, struct pxed_slice env, size_t n_env,
                    struct pxed_buf *out);
void http_order_kill(uint32_t id, struct pxed_buf *out);

/* 0, or -1 if it is not an order. */
int http_order_read(const void *datagram, size_t len, struct http_order *ret);
