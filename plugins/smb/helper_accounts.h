/* Creates and removes accounts of the private smbd. In the helper only. */
#pragma once

#include "helper_run.h"

/* Makes the accounts' database if there is none yet; false: it cannot be made. Before smbd starts: whoever opens a new
 * one brings it to its version and renames the result into place, so that of two who do that at once one goes on with a
 * file that is gone (source3/passdb/pdb_tdb.c, tdbsam_convert_backup), and every login fails. */
bool smb_accounts_prepare(void);
/* Creates in smbd, in one run, every account that is not ready, and grants the folders. False: not possible now; the
 * cause is logged. */
bool smb_accounts_make(struct smb_run *r);
void smb_account_grant(struct smb_run *r, const struct smb_account *a);
/* Revokes the folder, removes the account and schedules a sweep of its sessions. */
void smb_account_end(struct smb_run *r, struct smb_account *a);
/* Writes the passwd and group files from the table. 0 or a negative errno. */
int smb_accounts_save(struct smb_run *r);
/* Loads the table of a running smbd; false: it cannot be read. */
bool smb_accounts_load(struct smb_run *r);
/* Ends the sessions of accounts that are not in the table. */
void smb_accounts_sweep(struct smb_run *r);
