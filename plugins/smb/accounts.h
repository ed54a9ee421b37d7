/* The accounts of the private smbd: a table, and the passwd and group files that libnss_wrapper shows to smbd instead
 * of the system's. The passwd file also stores the table: the field for a person's name holds the MAC. Pure. */
#pragma once

#include "names.h"
#include "nthash.h"

enum { SMB_ACCOUNTS_MAX = 4096, SMB_IDS = 65536, SMB_PASSWD_LINE = 160 };

struct smb_account {
    char mac[PXED_MAC_TEXT];
    char user[SMB_USER_MAX + 1];
    char password[SMB_PASSWORD_MAX + 1]; /* only until smbd has it; then empty */
    uint8_t mark[SMB_MARK];              /* of the password, if `marked`; it is unknown since a restart otherwise */
    bool marked;
    uint32_t id;   /* uid and gid, used by this account only */
    bool made;     /* smbd has the account */
    bool ready;    /* smbd has it with this password */
    bool named;    /* opened since the helper started */
    bool installs; /* its machine is being installed, not only armed */
};

/* A zeroed table with first_id and next_id set is empty. */
struct smb_accounts {
    uint32_t first_id, next_id; /* used in rotation within SMB_IDS, so that a closed account's id is not reused soon */
    size_t n;
    struct smb_account items[SMB_ACCOUNTS_MAX];
};

struct smb_account *smb_accounts_find(struct smb_accounts *t, struct pxed_slice mac);
struct smb_account *smb_accounts_find_user(struct smb_accounts *t, struct pxed_slice user);
/* NULL: the table is full, or another MAC has this user. The texts must be valid and the MAC must be new. The account
 * stays valid until the next remove. */
struct smb_account *smb_accounts_add(struct smb_accounts *t, struct pxed_slice mac, struct pxed_slice user,
                                     struct pxed_slice password);
/* Moves the last account into its place. */
void smb_accounts_remove(struct smb_accounts *t, struct smb_account *a);

/* Both files begin with root and nobody, which smbd needs. */
void smb_accounts_passwd(const struct smb_accounts *t, uint32_t nobody_uid, uint32_t nobody_gid, struct pxed_buf *out);
void smb_accounts_group(const struct smb_accounts *t, uint32_t nobody_gid, struct pxed_buf *out);
/* Fills an empty table, including next_id, from a passwd file written by smb_accounts_passwd. 0, or -1 if it is no such
 * file: then the table is empty again. */
int smb_accounts_read(struct smb_accounts *t, struct pxed_slice passwd);

enum { SMB_IMPORT_LINE = 160 };
/* Writes a line for `pdbedit -i smbpasswd:`; `hash` is the password's NT hash, `now` seconds since the epoch: without a
 * time of change a password counts as expired. */
void smb_account_import(const struct smb_account *a, const uint8_t hash[static 16], uint32_t now, struct pxed_buf *out);

/* Reads the next session from the output of `smbstatus -b`: the pid of the smbd that serves it, and its user. False at
 * the end. */
bool smb_status_next(struct pxed_slice *rest, uint64_t *ret_pid, struct pxed_slice *ret_user);
