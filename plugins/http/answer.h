/* From a whole request to SENDING, or BUSY. */
#pragma once

#include "connection_state.h"

void http_serve(struct http_conn *c);
/* A text of one line; `close`: nothing more is read from this client. */
void http_answer_text(struct http_conn *c, int status, const char *name, const char *sentence, bool close);
/* Copies `body`. */
void http_answer_bytes(struct http_conn *c, int status, struct pxed_slice type, struct pxed_slice body);
/* The bytes up to `limit` are out: asks the core for the rest. True: go on at once. */
bool http_answer_settle(struct http_conn *c);
/* Lets go of whatever the connection waits for. */
void http_answer_cancel(struct http_conn *c);
