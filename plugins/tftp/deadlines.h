/* Deadlines of transfers: a binary heap. An entry that moves later stays where it is and is found too early once, so a
 * packet that extends its transfer's deadline costs nothing here. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Embedded in the struct that waits. */
struct tftp_due {
    uint64_t at; /* ms */
    size_t index;
    void (*fire)(struct tftp_due *due); /* called by the plugin's timer */
};

struct tftp_deadlines {
    struct tftp_due **heap;
    size_t n;
};

void tftp_deadlines_add(struct tftp_deadlines *d, struct tftp_due *due);
void tftp_deadlines_remove(struct tftp_deadlines *d, struct tftp_due *due);
/* Sets due->at, earlier or later. */
void tftp_deadlines_move(struct tftp_deadlines *d, struct tftp_due *due, uint64_t at);
/* The earliest, or NULL. */
struct tftp_due *tftp_deadlines_first(const struct tftp_deadlines *d);
void tftp_deadlines_clear(struct tftp_deadlines *d);
