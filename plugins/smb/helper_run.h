/* State of the helper: one share, one smbd, its accounts. */
#pragma once

#include "accounts.h"
#include "grant.h"
#include "helper.h"
#include "order.h"
#include "smbd.h"

struct smb_run {
    const struct smb_setup *setup;
    char path[1024];   /* as ordered; empty: nothing is published yet */
    char said[512];    /* the last reported failure, so that it is logged once */
    bool written;      /* smb.conf is written, so accounts can be created */
    bool settled;      /* accounts that were not named are removed */
    uint64_t again_at; /* time of the next attempt to start; UINT64_MAX: none */
    size_t n_fresh;    /* accounts waiting to be created */
    uint64_t sweep_at, sweep_until;
    uint64_t started_at;
    unsigned failures;
    struct smb_share share;
    struct smb_smbd smbd;
    struct smb_accounts accounts;
};

void smb_run_begin(struct smb_run *r, const struct smb_setup *setup);
void smb_run_serve(struct smb_run *r, const char *path);
void smb_run_open(struct smb_run *r, const struct smb_order *order);
void smb_run_close(struct smb_run *r, const char *mac);
void smb_run_settled(struct smb_run *r);
/* The daemon ends: so does smbd, unless a machine is being installed from the share. */
void smb_run_end(struct smb_run *r);
void smb_run_died(struct smb_run *r);
void smb_run_tick(struct smb_run *r);
int smb_run_pidfd(const struct smb_run *r); /* -1: no smbd */
uint64_t smb_run_due(const struct smb_run *r);
