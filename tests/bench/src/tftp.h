/* A TFTP client that never blocks (RFC 1350, 2347, 2348, 2349, 7440) and compares every block with the file. */
#ifndef BENCH_TFTP_H
#define BENCH_TFTP_H
#include "load.h"
#include <netinet/in.h>

/* What all transfers of a run have in common. */
struct tftp_way {
    struct sockaddr_in server;
    const char *file;
    struct load_bytes whole; /* what must arrive */
    int block_size, window;  /* asked for; a window of 1 is not asked for */
    double timeout;          /* seconds */
    double loss;             /* share of the packets that the client drops, each way */
};

enum tftp_state { TFTP_ASKED, TFTP_DATA, TFTP_DONE, TFTP_FAILED };

/* One transfer. */
struct tftp {
    int fd;
    enum tftp_state state;
    uint64_t last; /* the last block in order */
    uint64_t bytes;
    int block_size, window; /* agreed on */
    int in_window;          /* blocks since the last ACK */
    bool complained;        /* of this gap */
    int tries;
    double begun, ended, deadline;
    uint32_t packets, timeouts, duplicates;
    char why[LOAD_WHY];
};

/* Opens the socket and asks for the file, from this address (network order; 0: any of ours). */
void tftp_start(struct tftp *x, const struct tftp_way *way, uint32_t from);
/* To be called when the socket has something; returns the state. */
enum tftp_state tftp_readable(struct tftp *x, const struct tftp_way *way);
/* To be called now and then: asks again when the time is up; returns the state. */
enum tftp_state tftp_tick(struct tftp *x, const struct tftp_way *way, double now);
/* Ends it as failed. */
void tftp_fail(struct tftp *x, const char *why);
#endif
