/* What lies in the state folder: rows of the store as the daemon loads them at start, the mark, the list of staged
 * files. Each line of the input is a row, begun by a letter for its table: a key, a blank, a value with `|` for line
 * ends.
 */
#include "fake_store.h"
#include "ledger.h"
#include "ledger_load.h"
#include "staged_known.h"
#include "store_mark_text.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_row(struct fake_store *store, struct pxed_slice line) {
    static const char *const tables[] = {"meta", "machine", "journal", "lease"};
    struct pxed_slice key, value = pxed_slice_skip(line, 1);
    const char *table = tables[(unsigned char)line.ptr[0] % 4];
    char number[8];
    uint64_t n = 0;
    key = pxed_slice_word(&value, " ");
    if (strcmp(table, "journal") == 0 && pxed_slice_u64(key, UINT64_MAX, &n)) { /* stored as eight bytes */
        for (int i = 0; i < 8; i++)
            number[i] = (char)(n >> (56 - 8 * i));
        key = pxed_slice(number, sizeof(number));
    }
    char *copy = malloc(value.len + 1);
    for (size_t i = 0; i < value.len; i++)
        copy[i] = value.ptr[i] == '|' ? '\n' : value.ptr[i];
    fake_store_put(store, table, key, pxed_slice(copy, value.len));
    free(copy);
}

static void check_machine(void *arg, struct machine *m) {
    unsigned *open = arg;
    *open += lifecycle_open(machine_rec(m));
    must(m->mac.len > 0 && machine_rec(m)->state < LIFECYCLE_STATE_COUNT);
}

static void load(struct pxed_slice rest) {
    struct fake_store store;
    struct machines ms;
    unsigned open = 0;
    fake_store_open(&store);
    while (rest.len > 0) {
        struct pxed_slice line = pxed_slice_word(&rest, "\n");
        if (line.len > 0)
            put_row(&store, line);
    }
    machines_init(&ms);
    ms.table = 64; /* of the slots it has: all of them are walked in the end */
    must(ledger_load(&ms, &store.service) == 0);
    machines_each(&ms, check_machine, &open);
    must(open == ms.n_open && ms.journal.n <= JOURNAL_STEPS);
    (void)ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    ledger_free(&ms);
    machines_free(&ms);
    fake_store_close(&store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size);
    struct store_identity own = {17, 18};
    struct store_mark mark = {0};
    struct staged_known known = {0};
    load(text);
    (void)store_mark_parse(text, &own, &mark);
    staged_known_read(&known, text);
    for (size_t i = 0; i < known.n; i++) {
        touch_text(known.items[i].name);
        must(strlen(known.items[i].hash.hex) <= 32);
    }
    pxed_arena_clear(&known.arena);
    return 0;
}
