/* A control service and an http service small enough to see through: for the tests of the api plugin and of the
 * commands that ask it. */
#pragma once

#include "api_state.h"
#include "fake_core.h"

#include <jansson.h>
#include <sys/types.h>

enum { FAKE_MACHINES = 8, FAKE_STEPS = 64 };

struct fake {
    struct fake_core core; /* the first member */
    struct pxed_control control;
    struct pxed_http_service http;
    struct pxed_leases_service leases;
    char state[64]; /* a folder of its own */

    struct pxed_machine_view machines[FAKE_MACHINES];
    size_t n_machines;
    struct pxed_journal_view steps[FAKE_STEPS];
    size_t n_steps, hidden; /* the last `hidden` steps have not happened yet */
    struct pxed_transfer_view transfers[2];
    size_t n_transfers;
    enum pxed_reason refusal; /* of web02 */

    uint64_t generation;

    /* The order that came last. */
    unsigned arms, disarms, stops, takes;
    char who[64], os[64];
    size_t n_macs;
    unsigned tries;
    bool new_lines;
    void (*done)(void *arg, int result);
    void *done_arg;
    int result;
    bool hold_done; /* the test calls fake_done() itself */

    /* The http service: what it serves, and the answer that came last. */
    int listen_fd;
    void (*handler)(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);
    void *handler_arg;
    int status, replies, reply_fd; /* reply_fd: where to write the answer, or -1 */
    char *body;
    char headers[512];
    /* Its stream: what was written last, and how many there are. */
    struct pxed_http_stream stream;
    char streamed[32768];
    int streams;
    bool stream_full;
};

struct pxed_hwaddr fake_mac(unsigned char last);
void fake_begin(struct fake *f);
void fake_end(struct fake *f);
void fake_step(struct fake *f, unsigned char mac, const char *what, enum pxed_reason reason, const char *text);

/* Asks the handler directly. POST if body is not NULL. Returns the answer, to be given back with json_decref; f->status
 * tells how it went. */
json_t *fake_ask(struct fake *f, const char *path, const char *query, const char *body);
/* The same through the service api/1, as somebody with a token. */
json_t *fake_ask_as(struct fake *f, const struct pxed_api_caller *caller, const char *path, const char *query,
                    const char *body);
/* The core has finished the order. */
void fake_done(struct fake *f);
/* Answers one request on the socket, if one comes within 20 ms. */
void fake_serve_one(struct fake *f, void (*turn)(struct fake *f, const char *target));
/* Answers on the socket until the child has ended; its exit code. `turn`, if any, is called before each answer. */
int fake_serve_while(struct fake *f, pid_t child, void (*turn)(struct fake *f, const char *target));
