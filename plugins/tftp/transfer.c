/* The step function of a transfer: takes an ACK, an ERROR or a timeout, returns what to send next. Pure. */
#include "transfer.h"

/* Each wait is twice as long as the one before. */
static unsigned transfer_longer(const struct tftp_transfer *t, unsigned wait) {
    unsigned longest = t->wait_first > TFTP_WAIT_LONGEST ? t->wait_first : TFTP_WAIT_LONGEST;
    return wait * 2 < longest ? wait * 2 : longest;
}

void tftp_transfer_init(struct tftp_transfer *t, const struct tftp_terms *terms, uint64_t size) {
    *t = (struct tftp_transfer){
        .base = terms->accepted ? 0 : 1,
        .last = size == UINT64_MAX ? TFTP_LAST_UNKNOWN : size / terms->blksize + 1,
        .window = terms->window,
        .wait_first = terms->timeout_ms ? terms->timeout_ms : TFTP_WAIT_FIRST,
        .wait = TFTP_WAIT_FIRST,
        .asked = terms->timeout_ms != 0,
        .gap = TFTP_GAP_LEAST,
    };
    t->next = t->base;
    for (unsigned i = 0, wait = t->wait_first; i < TFTP_WAITS; i++, wait = transfer_longer(t, wait))
        t->patience += wait;
}

static struct tftp_action transfer_nothing(void) {
    return (struct tftp_action){.what = TFTP_DO_NOTHING};
}

static struct tftp_action transfer_end(enum pxed_reason reason, bool whole) {
    return (struct tftp_action){.what = TFTP_DO_END, .whole = whole, .reason = reason};
}

/* From base on, as many as the window allows. Until the client has answered, only the OACK or one block is sent. */
static struct tftp_action send_window(struct tftp_transfer *t, uint64_t now, bool resend) {
    uint64_t n = t->seen ? t->window : 1;
    if (t->base > 0 && n > t->last - t->base + 1)
        n = t->last - t->base + 1;
    uint64_t end = t->progress_at + t->patience;
    t->sent_at = now;
    t->resent = resend;
    t->deadline = t->seen && end > now && end < now + t->wait ? end : now + t->wait;
    /* A window that is cut short would leave the client waiting for the rest of it (RFC 7440 s4): all of it is held. */
    bool last = t->base > 0 && (t->last == TFTP_LAST_UNKNOWN || t->base + n > t->last);
    if ((t->hold_heard && t->seen) || (t->hold_last && last))
        return (struct tftp_action){.what = TFTP_DO_HOLD};
    t->next = t->base + n;
    return (struct tftp_action){
        .what = t->base == 0 ? TFTP_DO_OACK : TFTP_DO_DATA, .first = t->base, .count = (unsigned)n, .resend = resend};
}

static struct tftp_action send_again(struct tftp_transfer *t, uint64_t now) {
    t->recover = t->next - 1;
    t->rewound_at = now;
    return send_window(t, now, true);
}

/* RFC 7440 s4: an ACK inside the window says that what follows it was lost. Once per loss: the blocks behind the gap,
 * already on their way, draw more ACKs for the same loss, and a client that acknowledges every block would have each
 * window sent as often as it has blocks. */
static struct tftp_action rewind_window(struct tftp_transfer *t, uint64_t now) {
    if (t->base - 1 > t->recover || now - t->rewound_at >= t->gap)
        return send_again(t, now);
    uint64_t soon = t->rewound_at + t->gap;
    if (soon < t->deadline)
        t->deadline = soon;
    return transfer_nothing();
}

/* An ACK for what was already acknowledged. In lock-step it is a duplicate and answering it would double every packet
 * from here on (sorcerer's apprentice, RFC 1123 4.2.3.1). With a window it can mean that the window's first block was
 * lost, unless a resend just drew it. */
static struct tftp_action repeated_ack(struct tftp_transfer *t, uint64_t now) {
    if (t->window == 1 || t->base == 0)
        return transfer_nothing();
    if (t->base - 1 > t->recover || now - t->sent_at >= t->gap)
        return send_again(t, now);
    return transfer_nothing();
}

/* RFC 6298 s2; the variation counts at least TFTP_WAIT_LEAST, because boot ROMs pause to unpack or to write. */
static void measure_wait(struct tftp_transfer *t, unsigned took) {
    unsigned smooth = t->round_trip8 / 8, off = took > smooth ? took - smooth : smooth - took;
    if (t->wait_measured == 0) {
        t->round_trip8 = took * 8;
        t->deviation4 = took * 2;
    } else {
        t->deviation4 += off - t->deviation4 / 4;
        t->round_trip8 += took - t->round_trip8 / 8;
    }
    t->wait_measured =
        t->round_trip8 / 8 + (t->deviation4 > TFTP_WAIT_LEAST ? t->deviation4 : (unsigned)TFTP_WAIT_LEAST);
    if (t->wait_measured > TFTP_WAIT_LONGEST)
        t->wait_measured = TFTP_WAIT_LONGEST;
}

static void note_round_trip(struct tftp_transfer *t, uint64_t now) {
    uint64_t took = now - t->sent_at < TFTP_WAIT_LONGEST ? now - t->sent_at : TFTP_WAIT_LONGEST, gap = 2 * took;
    t->gap = gap < TFTP_GAP_LEAST ? TFTP_GAP_LEAST : gap > TFTP_GAP_MOST ? TFTP_GAP_MOST : (unsigned)gap;
    measure_wait(t, (unsigned)took);
    t->wait = t->asked ? t->wait_first : t->wait_measured;
}

static struct tftp_action got_ack(struct tftp_transfer *t, uint16_t block, uint64_t now) {
    /* The wire's 16 bits as a distance from the last acknowledged block: anything that was not sent, and anything old,
     * lies outside of what is on its way. Block numbers start at 0 with base 0, hence the wrap of base - 1. */
    uint16_t ahead = (uint16_t)(block - (uint16_t)((t->base - 1) & 0xffff));
    if (ahead == 0)
        return repeated_ack(t, now);
    if (ahead > t->next - t->base)
        return transfer_nothing();

    t->base += ahead;
    t->tries = 0;
    t->progress_at = now;
    if (t->base > t->last)
        return transfer_end(PXED_WHY_OK, true);
    if (t->base == t->next && !t->resent)
        note_round_trip(t, now);
    else if (t->asked || !t->seen) /* else the longer wait stands until a round trip is measured (RFC 6298 s5.7) */
        t->wait = t->wait_first;
    t->seen = true;
    t->deadline = now + t->wait;
    if (t->base < t->next)
        return rewind_window(t, now);
    return send_window(t, now, false);
}

/* pxelinux and U-Boot do not send the last ACK: silence after the last block ends a transfer like any other end. */
static struct tftp_action transfer_give_up(const struct tftp_transfer *t) {
    return transfer_end(t->next > t->last ? PXED_WHY_OK : PXED_WHY_TFTP_GAVE_UP, false);
}

static struct tftp_action transfer_tick(struct tftp_transfer *t, uint64_t now) {
    if (now < t->deadline)
        return transfer_nothing();
    if (t->seen ? now - t->progress_at >= t->patience : t->tries == TFTP_TRIES_UNSEEN)
        return transfer_give_up(t);
    t->tries++;
    t->wait = transfer_longer(t, t->wait);
    return send_again(t, now);
}

struct tftp_action tftp_step(struct tftp_transfer *t, struct tftp_input input, uint64_t now) {
    switch (input.kind) {
    case TFTP_START:
        return send_window(t, now, false);
    case TFTP_GOT_ACK:
        return got_ack(t, input.block, now);
    case TFTP_GOT_ERROR:
        return transfer_end(PXED_WHY_TFTP_ABORTED, false);
    case TFTP_GOT_REQUEST:
        /* A client repeats its request after a second or more; sooner it is a packet that the network doubled. */
        if (t->seen || t->tries == TFTP_TRIES_UNSEEN || now - t->sent_at < TFTP_GAP_MOST)
            return transfer_nothing();
        t->tries++;
        return send_again(t, now);
    case TFTP_TICK:
        return transfer_tick(t, now);
    case TFTP_RELEASED:
        return send_window(t, now, false);
    }
    return transfer_nothing();
}

void tftp_transfer_ends(struct tftp_transfer *t, uint64_t block) {
    t->last = block;
    if (t->next > block + 1)
        t->next = block + 1;
}
