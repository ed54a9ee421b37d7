/* TLS of one connection: the handshake in steps, records read and written, files by the kernel where it can. */
#pragma once

#include "pair.h"

struct pxed_tls *tls_session_accept(struct pxed_tls_pair *pair, int fd);
void tls_session_free(struct pxed_tls *s);
enum pxed_tls_step tls_session_handshake(struct pxed_tls *s, struct pxed_tls_failure *ret_failure);
const char *tls_session_offered(const struct pxed_tls *s);
ptrdiff_t tls_session_read(struct pxed_tls *s, void *buf, size_t len);
bool tls_session_writes_first(const struct pxed_tls *s);
bool tls_session_pending(const struct pxed_tls *s);
ptrdiff_t tls_session_send(struct pxed_tls *s, const void *record, size_t len);
bool tls_session_by_kernel(const struct pxed_tls *s);
ptrdiff_t tls_session_file(struct pxed_tls *s, int fd, uint64_t at, size_t len);
void tls_session_finish(struct pxed_tls *s);
