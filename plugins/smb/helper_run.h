/* What the helper has to do: one share, one smbd, its accounts. Shared by helper.c and helper_run.c only. */
#pragma once

#include "accounts.h"
#include "grant.h"
#include "helper.h"
#include "pxed/plugin.h"
#include "smbd.h"

struct smb_run {
    const struct smb_setup *setup;
    char path[1024];   /* as ordered; empty: nothing is served yet */
    char said[512];    /* the last trouble, so that it is told once */
    bool written;      /* the configuration is; accounts can be made */
    bool settled;      /* accounts that were not named are dead */
    uint64_t again_at; /* try to start again; UINT64_MAX: not */
    size_t n_fresh;    /* accounts that wait to be made */
    uint64_t sweep_at, sweep_until;
    uint64_t started_at;
    unsigned failures;
    struct smb_share share;
    struct smb_smbd smbd;
    struct smb_accounts accounts;
};

/* helper.c */
void smb_say(enum pxed_log_level level, const char *event, const char *mac, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
uint64_t smb_now(void); /* monotonic, ms */

/* helper_run.c */
void smb_run_begin(struct smb_run *r, const struct smb_setup *setup);
void smb_run_serve(struct smb_run *r, const char *path);
void smb_run_open(struct smb_run *r, const char *mac, const char *user, const char *password);
void smb_run_close(struct smb_run *r, const char *mac);
void smb_run_settled(struct smb_run *r);
void smb_run_died(struct smb_run *r);
void smb_run_tick(struct smb_run *r);
int smb_run_pidfd(const struct smb_run *r); /* -1: no smbd */
uint64_t smb_run_due(const struct smb_run *r);

/* helper_accounts.c */
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
