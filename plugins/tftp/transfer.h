/* One transfer as a step function: what came in, what to send next. Pure; time is an argument.
 *
 * Blocks have 64-bit numbers here and 16-bit ones on the wire. The OACK counts as block 0, so that "resend what is not
 * acknowledged" is one rule. Blocks [base, next) are on their way; below base all is acknowledged. */
#pragma once

#include "options.h"
#include "pxed/reason.h"

enum {
    TFTP_WAIT_FIRST = 1000, /* ms until the first resend, as long as no round trip was measured */
    TFTP_WAIT_LEAST = 50,   /* beyond the round trip */
    TFTP_WAIT_LONGEST = 8000,
    TFTP_WAITS = 7,        /* a silent client is given up after as many waits as these, had none been shortened */
    TFTP_TRIES_UNSEEN = 1, /* before the first ACK: the source address may be forged, so it gets two packets at most */
    TFTP_GAP_LEAST = 10,   /* ms between two rewinds for the same loss; twice the round trip if that is longer */
    TFTP_GAP_MOST = 200,
};

#define TFTP_LAST_UNKNOWN UINT64_MAX

struct tftp_transfer {
    uint64_t base, next;
    uint64_t last;     /* number of the final block, the one that is not full; TFTP_LAST_UNKNOWN for netascii */
    uint64_t recover;  /* up to here something was on its way when the last resend was made */
    uint64_t deadline; /* ms: call tftp_step with TFTP_TICK then */
    uint64_t sent_at, rewound_at;
    unsigned window;
    unsigned wait_first, wait;
    unsigned round_trip8, deviation4; /* ms, smoothed, times 8 and 4 (RFC 6298) */
    unsigned wait_measured;           /* 0: none was measured */
    unsigned patience;                /* ms of silence */
    uint64_t progress_at;
    unsigned gap;
    unsigned tries;
    bool asked;      /* the client named the time-out: it is not measured */
    bool resent;     /* what is on its way is a resend, which measures nothing (Karn) */
    bool seen;       /* the client has acknowledged something */
    bool hold_heard; /* nothing more is sent after the first ACK until this is cleared */
    bool hold_last;  /* nor a window with the last block */
};

enum tftp_input_kind { TFTP_START, TFTP_GOT_ACK, TFTP_GOT_ERROR, TFTP_GOT_REQUEST, TFTP_TICK, TFTP_RELEASED };

struct tftp_input {
    enum tftp_input_kind kind;
    uint16_t block; /* GOT_ACK, as on the wire */
};

/* HOLD: a hold flag prevents sending; clear it and step with TFTP_RELEASED. */
enum tftp_do { TFTP_DO_NOTHING, TFTP_DO_OACK, TFTP_DO_DATA, TFTP_DO_HOLD, TFTP_DO_END };

struct tftp_action {
    enum tftp_do what;
    uint64_t first; /* DATA: blocks first .. first + count - 1 */
    unsigned count;
    bool resend;             /* for counting */
    bool whole;              /* END: the last block was acknowledged */
    enum pxed_reason reason; /* END: OK, TFTP_GAVE_UP or TFTP_ABORTED. A last ACK that never came is no fault */
};

/* Before TFTP_START. `size` UINT64_MAX: not known yet. */
void tftp_transfer_init(struct tftp_transfer *t, const struct tftp_terms *terms, uint64_t size);

struct tftp_action tftp_step(struct tftp_transfer *t, struct tftp_input input, uint64_t now);

/* The sender found that the content ends in `block`, one of those it was just told to send. */
void tftp_transfer_ends(struct tftp_transfer *t, uint64_t block);
