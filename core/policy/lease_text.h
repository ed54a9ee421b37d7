/* Leases as other DHCP servers write them: read and written row by row. Pure. */
#pragma once

#include "pxed/addr.h"

enum lease_format { LEASE_DNSMASQ, LEASE_ISC, LEASE_KEA, LEASE_KEA_SQL, LEASE_WINDOWS, LEASE_FORMATS };
extern const char *const lease_format_names[LEASE_FORMATS + 1]; /* "dnsmasq", ..., NULL */

enum { LEASE_NAME_MAX = 63, LEASE_COLUMNS = 32 };
#define LEASE_NEVER INT64_MAX

/* What a server's file says of one address. Files of ISC and Kea are journals: a later row of an address replaces the
 * earlier ones. */
struct lease_row {
    unsigned line; /* where it begins */
    struct pxed_addr ip;
    struct pxed_hwaddr mac;
    int64_t expires; /* seconds since the epoch, or LEASE_NEVER */
    bool gone;       /* released, expired, declined or free: it is no lease any more */
    char name[LEASE_NAME_MAX + 1];
    const char *why; /* of a row that cannot be read: a sentence without the place */
};

struct lease_reader {
    enum lease_format format;
    struct pxed_slice rest;
    unsigned line;              /* of `rest` */
    bool begun;                 /* the row of column names was read */
    int columns[LEASE_COLUMNS]; /* what stands in each: enum lease_column, or -1 */
    size_t n_columns;
};

/* `text` must live as long as the reader. */
struct lease_reader lease_reader_open(enum lease_format format, struct pxed_slice text);
/* 1: a row; 0: the end; -1: a row that cannot be read (ret->line, ret->why); reading goes on behind it. */
int lease_read(struct lease_reader *r, struct lease_row *ret);

/* What comes before the first row, a row, and what comes after the last. `now`: seconds since the epoch. */
void lease_write_head(enum lease_format format, struct pxed_buf *out);
void lease_write(enum lease_format format, const struct lease_row *row, int64_t now, struct pxed_buf *out);
void lease_write_tail(enum lease_format format, struct pxed_buf *out);
