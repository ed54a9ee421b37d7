/* Threads that send what is left of a large file while nothing about it is to be decided. A connection is lent with a
 * stretch of its file and comes back when that is sent, or cannot be. Heads, small answers, and the end of what uses up
 * an arming are sent by the loop. All functions are called on the loop. */
#pragma once

#include "connection_state.h"

/* How many threads `workers` asks for; false: it is neither a number nor `auto`. */
bool http_workers_count(const char *text, unsigned *ret_n);
/* 0, or a negative errno. */
int http_workers_start(struct http *h);
/* Waits for the threads. No connection is lent any more. */
void http_workers_end(struct http *h);

/* Lends `length` bytes of the file from c->pos, which are in the page cache. False: they are few, or there are no
 * threads. Otherwise http->run will be called, with c->pos moved on and c->lent_error set. */
bool http_workers_lend(struct http_conn *c, uint64_t length);
/* Counts what has been sent so far. */
void http_workers_look(struct http_conn *c);
/* Takes a connection back at once: waits for the piece that is being sent, which never waits for the client. */
void http_workers_recall(struct http_conn *c);
