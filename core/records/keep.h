/* The last good host table, state/hosts.good: read when the host file is broken at start, and compared with the store
 * to notice that it lost hosts. Written after the records of its hosts are on disk. */
#pragma once

struct daemon;
struct catalogue;

/* In a worker, one at a time; the newest wins. A failure is logged. Without a loop (tests): at once. */
void keep_table(struct daemon *d, struct catalogue *c);
