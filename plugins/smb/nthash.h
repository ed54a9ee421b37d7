/* What is kept instead of a password: the hash that SMB stores, and a mark to recognise it by. */
#pragma once

#include "pxed/slice.h"

enum { SMB_NTHASH = 16, SMB_MARK = 32 };

/* MD4 of the password in UTF-16LE ([MS-NLMP] 3.3.2); ASCII passwords of at most 64 bytes only. */
void smb_nthash(struct pxed_slice password, uint8_t ret[static SMB_NTHASH]);
/* SHA-256 of the password: it opens nothing, and a password of 128 random bits cannot be found from it. */
void smb_password_mark(struct pxed_slice password, uint8_t ret[static SMB_MARK]);
