/* Listening sockets: one for each served address, and those of services. */
#pragma once

#include "http_state.h"

/* A socket that listens there, or a negative errno; `iface` may be NULL. */
int http_listen_socket(struct http *h, const struct pxed_addr *addr, uint16_t port, const char *iface);
/* `listen` of the section, then the served interfaces at `port`, unless it names them; 0 or a negative errno, logged.
 */
int http_listen_all(struct http *h);
/* Takes ownership of the socket; 0 or a negative errno (then it is closed). */
int http_listen_add(struct http *h, int fd, const struct pxed_addr *addr, struct pxed_http_pair *tls,
                    pxed_http_handler *handler, void *arg);
int http_listen_start(struct http *h);   /* polls every listener */
void http_listen_resume(struct http *h); /* those paused because there were no descriptors */
void http_listen_close(struct http *h);  /* no new connections to the core's names; services continue until the end */
void http_listen_free(struct http *h);
