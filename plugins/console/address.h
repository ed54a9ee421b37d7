/* `listen = 127.0.0.1:8080`: where the page is served. Pure. */
#pragma once

#include "pxed/addr.h"

/* ADDRESS:PORT, IPv6 in brackets. False: it is none. */
bool console_address(struct pxed_slice text, struct pxed_addr *ret, uint16_t *ret_port);
/* 127.0.0.0/8 and ::1: nobody on a wire sees what is sent there. */
bool console_is_loopback(const struct pxed_addr *addr);
