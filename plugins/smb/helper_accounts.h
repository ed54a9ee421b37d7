/* Accounts of the private smbd, as the helper makes and ends them. */
#pragma once

#include "helper_run.h"

/* Makes every account that is not ready known to smbd, all in one go, and grants the folders. False: not possible now,
 * trouble is told. */
bool smb_accounts_make(struct smb_run *r);
void smb_account_grant(struct smb_run *r, const struct smb_account *a);
/* Revokes, forgets, and orders a sweep of its sessions. */
void smb_account_end(struct smb_run *r, struct smb_account *a);
/* passwd and group files from the table. 0 or a negative errno. */
int smb_accounts_save(struct smb_run *r);
/* Takes the table of a living smbd over; false: it cannot be read. */
bool smb_accounts_load(struct smb_run *r);
/* Ends the sessions of accounts that are not in the table. */
void smb_accounts_sweep(struct smb_run *r);
