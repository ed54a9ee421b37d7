/* A server in one process: the daemon's rooms from catalogue to content, the dhcp plugin, a store in memory. What
 * stands outside of it is made here: the loop, the clock, the kernel's neighbour table, the cards, the disk. */
#pragma once

#include "context.h"
#include "dhcp_state.h"
#include "fake_store.h"
#include "touch.h"

enum {
    WORLD_CLIENTS = 8,     /* MACs 52:54:00:00:00:01 and on; the first five are those of the hosts */
    WORLD_HOSTS = 4,       /* 1 ip=.52; 2 and 3 one host with ip=.53; 4 without ip; 5 protect=yes */
    WORLD_GENERATIONS = 2, /* in the second, host 1 has ip=.55, and 4's line is gone */
    WORLD_TRANSFERS = 4,
};
#define WORLD_INSTALL "INSTALL-MARK"
#define WORLD_ANSWER  "ANSWER-MARK"

struct world_transfer {
    struct pxed_content *content; /* NULL: free, or not answered yet */
    bool waits;                   /* for `later` */
    bool held, heard, settled, refused;
    uint8_t asker, about; /* clients: who asks, and whose host it is about */
    bool token;           /* it came with the host's token */
    bool tftp;
    bool armed, open; /* when it was asked for: the asker's right to an installer, and to the files for it */
    uint64_t ticket;
};

struct world {
    struct daemon d;
    unsigned generation;
    struct fake_store store;
    bool failing;    /* the disk: commits fail */
    bool unresolved; /* the kernel does not know its neighbours' hardware addresses */
    struct plugin dhcp;
    uint32_t offered[WORLD_CLIENTS + 1]; /* the address that a client was offered or leased last; 0: none */
    struct world_transfer transfers[WORLD_TRANSFERS];
};

extern struct world world;

/* With PXED_FUZZ_TRACE in the environment: a line on stderr for each step, to understand an input. */
__attribute__((format(printf, 1, 2))) void world_trace(const char *format, ...);

/* Once: reads the generations. Ends the process if one is bad. */
void world_make(void);
/* A server that has just been installed, with an empty store. */
void world_begin(void);
void world_end(void);
/* It stops and starts again. `written`: what waited for the disk got there. */
void world_restart(bool written);
/* The operator's files say something else now. */
void world_generation(unsigned n);
/* What waits for the disk gets there, or fails. */
void world_write(void);
/* For how long the oldest of it has waited, in ms. */
uint64_t world_unwritten(void);
/* A datagram arrives. */
void world_packet(const struct dhcp_arrival *arrival, struct pxed_slice bytes, bool pxe_port);
/* Who answers the oldest ARP probe: another machine, the client itself. */
void world_probed(bool taken, bool own);
/* Is it still being looked who uses the address that this client asks for? */
bool world_probing(uint8_t client, uint32_t ip);
/* `asker` asks for a name about the host of `about`; nothing happens without room for another transfer. */
struct world_asking {
    enum pxed_via via;
    bool post, token;
    uint8_t asker, about;
    struct pxed_slice path, query, agent, body;
};
void world_ask(const struct world_asking *a);
/* A transfer goes on: `whole` to its end, else it is cut. */
void world_transfer(unsigned n, bool whole);

struct pxed_hwaddr world_mac(uint8_t client);
/* The host of this client in the generation in force, or NULL. */
const struct catalogue_host *world_host(uint8_t client);
/* The record of the host of this client, or NULL. */
struct machine *world_machine(uint8_t client);
int64_t world_wall(void);
