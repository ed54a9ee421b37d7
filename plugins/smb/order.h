/* Orders to the helper and its reports, as datagrams of a SOCK_SEQPACKET pair: one byte, then texts that each end with
 * NUL. Pure. */
#pragma once

#include "names.h"

enum { SMB_DATAGRAM_MAX = 2048, SMB_PATH_MAX = 1024, SMB_EVENT_MAX = 32, SMB_TEXT_MAX = 512 };

enum smb_verb {
    SMB_VERB_SERVE = 's',
    SMB_VERB_OPEN = 'o',
    SMB_VERB_CLOSE = 'c',
    SMB_VERB_SETTLED = 'e',
    SMB_VERB_END = 'q'
};

struct smb_order {
    enum smb_verb verb;
    char path[SMB_PATH_MAX];             /* SERVE: the share's folder */
    char mac[PXED_MAC_TEXT];             /* OPEN, CLOSE */
    char user[SMB_USER_MAX + 1];         /* OPEN */
    char password[SMB_PASSWORD_MAX + 1]; /* OPEN */
    bool installs;                       /* OPEN: written as "1" or "" */
};

struct smb_report {
    char level;                /* of enum pxed_log_level, as a digit */
    char event[SMB_EVENT_MAX]; /* slug */
    char mac[PXED_MAC_TEXT];   /* or empty */
    char text[SMB_TEXT_MAX];
};

void smb_order_write(const struct smb_order *order, struct pxed_buf *out);
/* False: not a valid order. Every text is checked, because the daemon that sends it may be compromised. */
bool smb_order_read(struct pxed_slice datagram, struct smb_order *ret);
void smb_report_write(const struct smb_report *report, struct pxed_buf *out);
bool smb_report_read(struct pxed_slice datagram, struct smb_report *ret);
