/* Any sequence of inputs at any times: what the step function promises must hold after each. */
#include <stdlib.h>

#include "transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void check_action(const struct tftp_transfer *t, const struct tftp_action *a, unsigned window, uint64_t now) {
    if (a->what == TFTP_DO_DATA) {
        require(a->first == t->base && a->first >= 1);
        require(a->count >= 1 && a->count <= window);
        require(a->first + a->count - 1 <= t->last);
        require(t->seen || a->count == 1);
        require(a->first + a->count == t->next);
    }
    if (a->what == TFTP_DO_OACK)
        require(t->base == 0 && !t->seen);
    if (a->what == TFTP_DO_END)
        require(a->whole == (t->base > t->last));
    else
        require(t->base < t->next && t->next - 1 <= t->last && t->deadline > now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 6)
        return 0;
    struct tftp_terms terms = {.accepted = data[0] & 1,
                               .blksize = 8 + data[1],
                               .window = 1 + data[2] % TFTP_WINDOW_MOST,
                               .timeout_ms = data[3] * 1000u};
    if (!terms.accepted)
        terms.window = 1;
    bool text = (data[0] & 2) != 0;
    struct tftp_transfer t;
    tftp_transfer_init(&t, &terms, text ? UINT64_MAX : (uint64_t)data[4] << 8 | data[5]);
    uint64_t now = 0;
    struct tftp_action a = tftp_step(&t, (struct tftp_input){.kind = TFTP_START}, now);
    check_action(&t, &a, terms.window, now);
    for (size_t i = 6; i + 2 < size && a.what != TFTP_DO_END; i += 3) {
        static const enum tftp_input_kind kinds[] = {TFTP_GOT_ACK, TFTP_GOT_ACK, TFTP_TICK, TFTP_GOT_REQUEST};
        struct tftp_input input = {kinds[data[i] & 3], (uint16_t)(data[i + 1] << 8 | data[i + 2])};
        if (data[i] & 4) /* near what is on its way: random numbers seldom are */
            input.block = (uint16_t)(t.base + (uint64_t)(int8_t)data[i + 2]);
        now = (data[i] & 8) && input.kind == TFTP_TICK ? t.deadline : now + (uint64_t)(data[i] >> 4);
        if (now >= t.deadline && input.kind != TFTP_TICK)
            now = t.deadline - 1; /* the caller ticks in time */
        a = tftp_step(&t, input, now);
        check_action(&t, &a, terms.window, now);
        if (text && a.what == TFTP_DO_DATA && data[i + 1] == 0x55)
            tftp_transfer_ends(&t, a.first + data[i + 2] % a.count);
    }
    return 0;
}
