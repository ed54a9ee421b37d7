/* Privileged helper processes: a child is forked while the daemon is still root (core->helper), keeps one socket and
 * the descriptors it is given, and carries out the daemon's messages. A message is one datagram of a SOCK_SEQPACKET
 * pair, with or without descriptors. Each helper defines its own messages, which rights it gives up and how it waits.
 *
 * A helper ends, with status 0, when the daemon does: the daemon's end of the socket is closed then, and
 * pxed_helper_receive returns 0. One that ends otherwise is started again on the same socket, if pxed was started as
 * root.
 *
 * PR_SET_PDEATHSIG is not used because it kills at once: a helper may have children to end or an account to finish. */
#pragma once

#include "pxed/slice.h"

enum {
    PXED_HELPER_SOCKET = 3, /* in the child: its end of the pair, close-on-exec */
    PXED_HELPER_KEPT = 4,   /* in the child: the first kept descriptor; the programs it runs inherit them */
    PXED_HELPER_KEPT_MAX = 4,
    PXED_HELPER_FDS_MAX = 4, /* descriptors of one message */
};

enum pxed_helper_wait { PXED_HELPER_NOW, PXED_HELPER_WAIT };

/* Borrowed for the call. */
struct pxed_helper_setup {
    const char *name;               /* process name, at most 15 bytes */
    int keep[PXED_HELPER_KEPT_MAX]; /* descriptors of the daemon that the child keeps as PXED_HELPER_KEPT and on */
    size_t n_keep;
    int send_room;                /* bytes the daemon's send buffer should hold; 0: system default */
    void (*run)(const void *arg); /* runs in the child; when it returns, the child exits with status 1 */
    const void *arg; /* the child has its own copy, made by fork; of core->helper: never freed or changed */
    uint64_t rights; /* capabilities it begins with, if pxed is root: UINT64_C(1) << CAP_SETUID; since 1.6 */
};

/* The daemon's side. */
struct pxed_helper {
    int socket; /* close-on-exec; -1: no helper */
    int pid;
};

/* Forks the helper; the caller ends *ret with pxed_helper_stop. Call before the first thread of the process starts: the
 * child keeps only the calling thread. The child starts with descriptors 0 to 2 on /dev/null, the socket and the kept
 * descriptors, nothing else; in a session of its own, in `/`; without core dumps and unable to gain privileges; it
 * ignores PIPE and the signals to the daemon's group (INT, TERM, HUP, QUIT); other signals have their default action
 * and none is blocked. 0 or a negative errno: then there is no child, and *ret is untouched. */
int pxed_helper_start(const struct pxed_helper_setup *setup, struct pxed_helper *ret);
/* For who starts its successors on the same socket: as above, but the caller also gets and closes the helper's end; and
 * the next helper on that end: its pid, or a negative errno. */
int pxed_helper_begin(const struct pxed_helper_setup *setup, struct pxed_helper *ret, int *ret_end);
int pxed_helper_fork(const struct pxed_helper_setup *setup, int socket);

/* Closes the daemon's end and waits up to `patience` milliseconds for the helper to end; a busy one ends later by
 * itself. It cannot be killed because it may run as another account. Blocks the caller. Afterwards *h has no helper;
 * harmless if it had none. */
void pxed_helper_stop(struct pxed_helper *h, int patience);

/* Sends one message of 1 to SSIZE_MAX bytes and `n_fds` descriptors (at most PXED_HELPER_FDS_MAX), which the caller
 * keeps. Never raises SIGPIPE. 0 or a negative errno: -EAGAIN with PXED_HELPER_NOW if the socket is full, -EPIPE or
 * -ECONNRESET if the other side has gone. Both sides may call it; any thread, but one at a time. */
int pxed_helper_send(int socket, const void *bytes, size_t len, const int *fds, size_t n_fds,
                     enum pxed_helper_wait wait);

/* Receives one message. Returns its length; 0 when the other side has gone; or a negative errno: -EAGAIN with
 * PXED_HELPER_NOW if there is none, -EMSGSIZE if it is longer than `room`, -EBADMSG if it carries some descriptors but
 * not exactly `n_fds` (at most PXED_HELPER_FDS_MAX). A refused message is dropped and its descriptors are closed. The
 * caller owns the descriptors in `ret_fds`, which are close-on-exec; all are -1 if the message has none or is refused.
 * `ret_fds` may be NULL with n_fds 0. Both sides may call it; any thread, but one at a time. */
ptrdiff_t pxed_helper_receive(int socket, void *bytes, size_t room, int *ret_fds, size_t n_fds,
                              enum pxed_helper_wait wait);
