/* Machines over a store in memory: the fixture of the tests of records. */
#pragma once

#include "fake_store.h"
#include "ledger.h"
#include "ledger_load.h"
#include "suite.h"

static struct machines ms;
static struct fake_store store;
static int told, told_result;

static void start(void) {
    machines_init(&ms);
    ck_assert_int_eq(ledger_load(&ms, &store.service), 0);
}
static void setup(void) {
    told = told_result = 0;
    fake_store_open(&store);
    start();
}
static void teardown(void) {
    fake_store_pump(&store);
    ledger_free(&ms);
    machines_free(&ms);
    fake_store_close(&store);
}
/* The daemon ends (what was not flushed is lost) and starts again. */
static inline void restart(void) {
    fake_store_pump(&store);
    ledger_free(&ms);
    machines_free(&ms);
    start();
}

static inline void done(void *arg, int result) {
    (void)arg;
    told++;
    told_result = result;
}

static struct pxed_hwaddr mac(unsigned n) {
    return (struct pxed_hwaddr){1, 6, {2, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
}

static inline struct machine *get(unsigned n) {
    struct pxed_hwaddr m = mac(n);
    return machines_get(&ms, &m);
}
static inline struct machine *find(unsigned n) {
    struct pxed_hwaddr m = mac(n);
    return machines_find(&ms, &m);
}
static inline struct machine *held(unsigned n) { /* had a line once; the log does not speak of it */
    struct machine *m = get(n);
    machines_hold(&ms, m, true);
    machines_touch(&ms, m);
    return m;
}
