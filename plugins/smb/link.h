/* The daemon's side of the helper. */
#pragma once

#include "order.h"
#include "smb.h"

/* Forks the helper. 0 or a negative errno. */
int smb_link_init(struct smb *s, const struct smb_setup *setup);
int smb_link_start(struct smb *s);
/* Sends an order, or queues it while the helper's socket is full. */
void smb_link_send(struct smb *s, const struct smb_order *order);
/* Sends queued orders as far as the socket takes them and releases the helper; frees `s` when its handle is closed. */
void smb_link_fini(struct smb *s);
