/* The hash that SMB stores instead of a password. */
#pragma once

#include "pxed/slice.h"

enum { SMB_NTHASH = 16 };

/* MD4 of the password in UTF-16LE ([MS-NLMP] 3.3.2); ASCII passwords of at most 64 bytes only. */
void smb_nthash(struct pxed_slice password, uint8_t ret[static SMB_NTHASH]);
