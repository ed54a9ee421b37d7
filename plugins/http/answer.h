/* Moves a connection with a complete request to SENDING or BUSY. */
#pragma once

#include "connection_state.h"

void http_serve(struct http_conn *c);
/* Answers with one line of text; `close`: nothing more is read from this client. */
void http_answer_text(struct http_conn *c, int status, const char *name, const char *sentence, bool close);
/* Copies `body`. */
void http_answer_bytes(struct http_conn *c, int status, struct pxed_slice type, struct pxed_slice body);
/* The same with header lines and a tag. */
void http_answer_service(struct http_conn *c, const struct pxed_http_answer *answer);
/* Everything up to `limit` is sent: asks the core for the rest. True: continue at once. */
bool http_answer_settle(struct http_conn *c);
/* Cancels what the connection waits for. */
void http_answer_cancel(struct http_conn *c);
