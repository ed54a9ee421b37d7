/* The service share.smb/1 (pxed/share.h). */
#pragma once

#include "smb.h"

/* Publishes it; call before the first order. */
void smb_service_init(struct smb *s);
