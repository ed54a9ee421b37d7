/* The last good host table, state/hosts.good: used if the host file is broken at start, and to detect that the store
 * has lost hosts. Written after the records of its hosts are on disk. */
#pragma once

struct daemon;
struct catalogue;

/* Writes the table on a worker, one at a time; the newest wins. A failure is logged. Without a loop (tests): writes at
 * once. */
void keep_table(struct daemon *d, struct catalogue *c);
