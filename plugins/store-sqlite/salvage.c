/* SQLite reads a table in key order and stops at the first bad page. So it is read from both ends, and the part in
 * between is searched by seeking: a seek to the middle of a gap finds a bad page or a good one, and leaves smaller
 * gaps. They are handled in the order they were found, so that one large bad area does not use up all seeks. */
#include "salvage.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pxed/arena.h"

enum { KEY_MAX = 48, GAPS_MAX = 65536 };

/* The beginning of a key. */
struct key {
    uint8_t bytes[KEY_MAX];
    int len;
};

/* A position in key order, as a number: its digits are the bytes that keys of this table consist of, so that the middle
 * between two keys looks like a key. 0: the key has ended. */
struct place {
    uint8_t digits[KEY_MAX];
};

struct gap {
    struct place low, high; /* the keys between them are unknown */
};

struct salvage {
    sqlite3_stmt *up, *down, *add; /* up: rows from ?1 to below ?2; down: all rows, backwards */
    bool seen[256];                /* in keys */
    uint8_t byte_of[256];          /* of a digit, from 1 */
    unsigned base;                 /* digits are below this */
    struct gap *gaps;
    size_t n;
    int written; /* SQLITE_OK, or why `add` failed */
};

/* ---- rows ---- */

static void note_key(struct salvage *s, sqlite3_stmt *row, struct key *ret) {
    const uint8_t *bytes = sqlite3_column_blob(row, 0);
    int len = bytes ? sqlite3_column_bytes(row, 0) : 0;
    ret->len = len < KEY_MAX ? len : KEY_MAX;
    for (int i = 0; i < ret->len; i++) {
        ret->bytes[i] = bytes[i];
        s->seen[bytes[i]] = true;
    }
}

/* Copies rows until one cannot be read (false) or none is left. `last` becomes the key of the last good one. */
static bool salvage_take(struct salvage *s, sqlite3_stmt *rows, struct key *last) {
    int rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW && s->written == SQLITE_OK) {
        bool whole = sqlite3_column_type(rows, 0) == SQLITE_BLOB && sqlite3_column_type(rows, 1) == SQLITE_INTEGER &&
                     sqlite3_column_type(rows, 2) == SQLITE_BLOB;
        note_key(s, rows, last);
        for (int i = 0; i < 3; i++)
            sqlite3_bind_value(s->add, i + 1, sqlite3_column_value(rows, i));
        if (whole && sqlite3_step(s->add) != SQLITE_DONE)
            s->written = sqlite3_errcode(sqlite3_db_handle(s->add));
        sqlite3_reset(s->add);
    }
    sqlite3_reset(rows);
    return rc == SQLITE_DONE;
}

static bool take_between(struct salvage *s, const struct key *low, const struct key *high, struct key *last) {
    sqlite3_bind_blob(s->up, 1, low->bytes, low->len, SQLITE_STATIC);
    sqlite3_bind_blob(s->up, 2, high->bytes, high->len, SQLITE_STATIC);
    return salvage_take(s, s->up, last);
}

/* ---- places ---- */

static void choose_digits(struct salvage *s) {
    bool any = false;
    for (int i = 1; i < 256; i++)
        any |= s->seen[i];
    for (unsigned i = s->base = 1; i < 256; i++)
        if (!any || s->seen[i])
            s->byte_of[s->base++] = (uint8_t)i;
}

static struct place place_of(const struct salvage *s, const struct key *k) {
    struct place p = {0};
    for (int i = 0; i < k->len; i++) {
        unsigned digit = s->base - 1;
        while (digit > 1 && s->byte_of[digit] > k->bytes[i])
            digit--;
        p.digits[i] = (uint8_t)digit;
    }
    return p;
}

static struct key key_of(const struct salvage *s, const struct place *p) {
    struct key k = {0};
    while (k.len < KEY_MAX && p->digits[k.len] != 0) {
        k.bytes[k.len] = s->byte_of[p->digits[k.len]];
        k.len++;
    }
    return k;
}

static struct place salvage_middle(const struct salvage *s, const struct place *a, const struct place *b) {
    struct place m;
    unsigned carry = 0, i;
    for (i = KEY_MAX; i-- > 0;) {
        carry += (unsigned)a->digits[i] + b->digits[i];
        m.digits[i] = (uint8_t)(carry % s->base);
        carry /= s->base;
    }
    for (i = 0; i < KEY_MAX; i++) {
        carry = carry * s->base + m.digits[i];
        m.digits[i] = (uint8_t)(carry / 2);
        carry %= 2;
    }
    for (i = 0; i < KEY_MAX && m.digits[i] != 0; i++)
        ;
    memset(m.digits + i, 0, KEY_MAX - i); /* nothing follows the end of a key */
    return m;
}

static int salvage_compare(const struct place *a, const struct place *b) {
    return memcmp(a->digits, b->digits, KEY_MAX);
}

static void add_gap(struct salvage *s, const struct place *low, const struct place *high) {
    if (s->n < GAPS_MAX && salvage_compare(low, high) < 0)
        s->gaps[s->n++] = (struct gap){*low, *high};
}

/* ---- the search ---- */

static void search_gap(struct salvage *s, struct gap gap) {
    struct place mid = salvage_middle(s, &gap.low, &gap.high);
    if (salvage_compare(&gap.low, &mid) >= 0 || salvage_compare(&mid, &gap.high) >= 0)
        return;
    struct key from = key_of(s, &mid), to = key_of(s, &gap.high), last = from;
    bool whole = take_between(s, &from, &to, &last);
    struct place end = place_of(s, &last);
    add_gap(s, &gap.low, &mid);
    if (!whole)
        add_gap(s, salvage_compare(&end, &mid) > 0 ? &end : &mid, &gap.high);
}

static void salvage_search(struct salvage *s) {
    struct key low = {0}, high = {.len = KEY_MAX}, none = {0};
    memset(high.bytes, 0xff, KEY_MAX);
    if (take_between(s, &none, &high, &low) || salvage_take(s, s->down, &high))
        return;
    choose_digits(s);
    struct gap all = {place_of(s, &low), place_of(s, &high)};
    add_gap(s, &all.low, &all.high);
    for (size_t i = 0; i < s->n && s->written == SQLITE_OK; i++)
        search_gap(s, s->gaps[i]);
}

int store_salvage_rows(sqlite3 *from, const char *table, sqlite3_stmt *add) {
    char sql[160];
    struct salvage s = {.add = add, .written = SQLITE_OK};
    sqlite3_snprintf(sizeof(sql), sql, "SELECT key, version, value FROM t_%s WHERE key >= ?1 AND key < ?2 ORDER BY key",
                     table);
    int rc = sqlite3_prepare_v2(from, sql, -1, &s.up, NULL);
    sqlite3_snprintf(sizeof(sql), sql, "SELECT key, version, value FROM t_%s ORDER BY key DESC", table);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(from, sql, -1, &s.down, NULL);
    if (rc == SQLITE_OK) {
        s.gaps = pxed_xalloc(sizeof(*s.gaps) * GAPS_MAX);
        salvage_search(&s);
        free(s.gaps);
    }
    sqlite3_finalize(s.up);
    sqlite3_finalize(s.down);
    return s.written;
}
