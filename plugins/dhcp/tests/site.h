/* A small site, and boot clients that ask it: what the tests of boot data and of replies share. */
#pragma once

#include "support.h"

#define SCRIPT "http://pxe-server/boot/home.php?mac=52-54-00-00-00-01"

extern struct dhcp_config config;
extern struct dhcp_site site;
extern struct pxed_verdict armed;

void site_setup(void);
struct dhcp_message site_client(struct made *p, uint8_t type, const char *vendor, uint16_t arch, const char *user);
struct dhcp_boot site_boot(const struct dhcp_message *m, bool proxy, const struct pxed_verdict *verdict,
                           struct dhcp_facts *facts);
