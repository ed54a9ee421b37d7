/* A certificate and its private key, taken anew when the files change; connections keep what they began with. */
#pragma once

#include "http_state.h"

/* Reads both files, with the rights that the process has now: in init. The same pair for the same files. NULL: they are
 * of no use; logged. Lives as long as the plugin. */
struct pxed_http_pair *http_pair_open(struct http *h, const char *cert, const char *key);
void http_pairs_free(struct http *h);
/* When each expires, for /metrics. */
void http_pairs_metrics(const struct http *h, const struct pxed_metrics *out);

/* For one more connection. Looks at the files at most once a second; a pair that is of no use is told, and the one
 * before it stays. */
struct pxed_tls_pair *http_pair_now(struct http *h, struct pxed_http_pair *p);
