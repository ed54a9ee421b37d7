/* The whole plugin on real sockets: a veth pair in a network namespace of its own, a fake core and store, and a client
 * that speaks raw frames. Needs root. */
#pragma once

#include "config.h"
#include "fake_core.h"
#include "fake_store.h"
#include "pcap.h"
#include "support.h"

extern struct fake_core fake;
extern struct fake_store store;
extern struct pxed_store service; /* the store as the plugin sees it */
extern bool hold;                 /* commits wait for fake_store_pump */
extern bool failing, aged;        /* what the store says of itself */
extern struct dhcp_config config;
extern const struct pxed_plugin *plugin;
/* Who answers ARP for one address: the last byte of the MAC, 0: nobody. */
extern uint32_t squatted;
extern uint8_t squatter;
extern bool thief; /* MAC 5 answers too */

/* What the client has heard. */
struct got {
    bool any;
    uint8_t to_mac[6];
    struct pxed_captured_udp udp;
    struct dhcp_message m;
};

bool wire_network(void);
void wire_setup(void);
void wire_teardown(void);
void wire_start(void);        /* and nothing is probed ahead of time */
void wire_start_asking(void); /* the same, as it is */
void wire_restart(void);
void wire_restart_asking(void);
void wire_send(struct pxed_slice packet, uint32_t source, uint16_t source_port, uint32_t to, uint16_t port);
void wire_broadcast(struct pxed_slice packet);
/* The next reply of the server within 300 ms. */
struct got wire_receive(void);
/* The same when probes come first. */
struct got wire_receive_late(void);
struct pxed_slice wire_request(struct made *p, uint8_t who, uint32_t ip);
uint32_t wire_lease(uint8_t who);
const char *wire_state(uint32_t ip);
unsigned wire_rows(const char *state);
/* Changes what the running plugin leases for, in ms. */
void wire_lease_time(uint64_t ms);
