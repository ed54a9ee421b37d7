/* The two small containers, against what they should hold. */
#include "table.h"

#include <stdlib.h>

#include "deadlines.h"
#include "suite.h"

START_TEST(table) {
    static struct tftp_table t;
    static struct tftp_entry entries[3000];
    for (unsigned i = 0; i < 3000; i++) {
        entries[i] = (struct tftp_entry){.addr = pxed_addr_v4(0x0a000000 + i % 7), .port = (uint16_t)(1024 + i)};
        tftp_table_add(&t, &entries[i]);
    }
    ck_assert_uint_eq(t.n, 3000);
    ck_assert_uint_eq(tftp_table_count(&t, &entries[0].addr), 3000 / 7 + 1);
    for (unsigned i = 0; i < 3000; i++)
        ck_assert_ptr_eq(tftp_table_find(&t, &entries[i].addr, entries[i].port), &entries[i]);
    struct tftp_entry twin = {.addr = entries[9].addr, .port = entries[9].port};
    tftp_table_add(&t, &twin);
    ck_assert_ptr_eq(tftp_table_find(&t, &twin.addr, twin.port), &twin);
    ck_assert_ptr_eq(tftp_table_next(&twin), &entries[9]);
    ck_assert_ptr_null(tftp_table_next(&entries[9]));
    tftp_table_remove(&t, &twin);
    for (unsigned i = 0; i < 3000; i += 2)
        tftp_table_remove(&t, &entries[i]);
    for (unsigned i = 0; i < 3000; i++)
        ck_assert_ptr_eq(tftp_table_find(&t, &entries[i].addr, entries[i].port), i % 2 ? &entries[i] : NULL);
    for (unsigned i = 1; i < 3000; i += 2)
        tftp_table_remove(&t, &entries[i]);
    ck_assert_uint_eq(t.n, 0);
    ck_assert_uint_eq(tftp_table_count(&t, &entries[0].addr), 0);
    for (size_t i = 0; i < TFTP_PEER_BUCKETS; i++)
        ck_assert_ptr_null(t.peers[i]);
}
END_TEST

static unsigned place(const struct pxed_queue *q, int k, const struct tftp_entry *entry) {
    unsigned n = 0;
    for (const struct pxed_link *e = q->first; e && e != &entry->link; e = e->in[k].newer)
        n++;
    return n;
}

START_TEST(unproven) { /* in two orders: of all and of an address */
    static struct tftp_table t;
    static struct tftp_entry entries[90];
    for (unsigned i = 0; i < 90; i++) {
        entries[i] = (struct tftp_entry){.addr = pxed_addr_v4(0x0a000000 + i % 3), .port = (uint16_t)(1024 + i)};
        tftp_table_add(&t, &entries[i]);
    }
    const struct pxed_queue *all = tftp_table_unproven(&t, NULL), *zero = tftp_table_unproven(&t, &entries[0].addr);
    ck_assert_uint_eq(all->n, 90);
    ck_assert_uint_eq(zero->n, 30);
    ck_assert(all->first == &entries[0].link && zero->first == &entries[0].link);
    ck_assert(all->last == &entries[89].link && zero->last == &entries[87].link);
    tftp_table_prove(&t, &entries[0]);
    tftp_table_prove(&t, &entries[0]); /* once is enough */
    tftp_table_remove(&t, &entries[6]);
    tftp_table_prove(&t, &entries[87]);
    ck_assert_uint_eq(all->n, 87);
    ck_assert_uint_eq(zero->n, 27);
    ck_assert(all->first == &entries[1].link && zero->first == &entries[3].link);
    ck_assert(zero->last == &entries[84].link && zero->last->in[TFTP_OF_PEER].newer == NULL);
    ck_assert_uint_eq(place(zero, TFTP_OF_PEER, &entries[9]), 1);
    ck_assert_uint_eq(place(all, TFTP_OF_ALL, &entries[9]), 7);
    ck_assert_uint_eq(tftp_table_count(&t, &entries[0].addr), 29); /* a proven one still counts as a transfer */
    for (unsigned i = 0; i < 90; i++)
        if (i != 6)
            tftp_table_remove(&t, &entries[i]);
    struct pxed_addr nobody = pxed_addr_v4(1);
    ck_assert_uint_eq(all->n, 0);
    ck_assert_ptr_null(all->first);
    ck_assert_ptr_null(all->last);
    ck_assert_uint_eq(tftp_table_unproven(&t, &nobody)->n, 0);
}
END_TEST

enum { N = 500 };

static uint64_t lowest(const struct tftp_due *due, const bool *in) {
    uint64_t low = UINT64_MAX;
    for (int i = 0; i < N; i++)
        low = in[i] && due[i].at < low ? due[i].at : low;
    return low;
}

START_TEST(deadlines) {
    static struct tftp_due due[N];
    static bool in[N];
    struct tftp_deadlines d = {0};
    srand(1);
    ck_assert_ptr_null(tftp_deadlines_first(&d));
    for (int round = 0; round < 20000; round++) {
        int i = rand() % N;
        if (!in[i]) {
            due[i].at = (uint64_t)(rand() % 1000);
            tftp_deadlines_add(&d, &due[i]);
            in[i] = true;
        } else if (rand() % 3 == 0) {
            tftp_deadlines_remove(&d, &due[i]);
            in[i] = false;
        } else {
            tftp_deadlines_move(&d, &due[i], (uint64_t)(rand() % 1000));
        }
        const struct tftp_due *first = tftp_deadlines_first(&d);
        if ((first ? first->at : UINT64_MAX) != lowest(due, in))
            ck_abort_msg("round %d", round);
    }
    tftp_deadlines_clear(&d);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-table");
    TCase *tests = tcase_create("table");
    tcase_add_test(tests, table);
    tcase_add_test(tests, unproven);
    tcase_add_test(tests, deadlines);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
