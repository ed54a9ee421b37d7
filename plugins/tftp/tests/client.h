/* A plain TFTP client with blocking sockets, for a thread of its own. */
#pragma once

#include "pxed/slice.h"

struct client {
    uint16_t port;            /* of the server, on 127.0.0.1 */
    const char *name, *mode;  /* mode NULL: octet */
    const char *options;      /* "blksize 1428 windowsize 16"; NULL: none */
    unsigned window, blksize; /* what the client expects to be agreed; 0: 1 and 512 */
    bool silent_end;          /* does not send the last ACK */
    unsigned stop_after;      /* blocks; then it closes its socket. 0: never */
    int fd;                   /* 0: a socket of its own; else this one, which stays open */

    /* What came. */
    char *bytes; /* the caller frees */
    size_t n, room;
    char oack[256]; /* "tsize=5 blksize=512 " */
    int error;      /* code of an ERROR, else -1 */
    char text[256];
    bool done, timed_out;
    uint16_t server_port; /* the transfer's */
};

/* A struct client. Returns when the file is complete, refused, or nothing came for 3 s. */
void client_get(void *client);
/* A bound socket. */
int client_socket(void);
/* Sends a packet as it is to 127.0.0.1:port. */
void client_send(int fd, uint16_t port, struct pxed_slice packet);
/* Waits for a packet at most `ms`; its length, or -1. */
int client_receive(int fd, unsigned ms, char *packet, size_t cap, uint16_t *ret_port);
/* A read request; length. */
size_t client_request(char *out, const char *name, const char *mode, const char *options);
