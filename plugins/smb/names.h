/* Validates texts for smb.conf, passwd and orders to the helper. Pure. */
#pragma once

#include "pxed/addr.h"

enum { SMB_USER_MAX = 20, SMB_PASSWORD_MAX = 32 };

/* A share name that needs no quoting in smb.conf or in a batch file. */
bool smb_name_valid(struct pxed_slice name);
/* A folder that smb.conf takes literally: absolute, not `/`, without substitutions (%), quotes and control bytes. */
bool smb_path_valid(struct pxed_slice path);
/* The account of a deployment: [a-z0-9-], at most SMB_USER_MAX bytes; not an account of the system. */
bool smb_user_valid(struct pxed_slice user);
/* [0-9a-f], SMB_PASSWORD_MAX bytes. */
bool smb_password_valid(struct pxed_slice password);
/* An operator's account of an existing Samba, possibly DOMAIN\user. */
bool smb_operator_valid(struct pxed_slice user);
/* Lower-case hexadecimal pairs with hyphens, 6 to 20 of them: the name of a host's folder. */
bool smb_mac_valid(struct pxed_slice mac);
/* The last part of a path. */
struct pxed_slice smb_last_part(struct pxed_slice path);
