/* Privileged helper processes: a child is forked while the daemon is still root, keeps one socket and the descriptors
 * it is given, and obeys messages of the daemon. A message is one datagram of a SOCK_SEQPACKET pair, with descriptors
 * or without. What a message means, which rights the child gives up and how it waits is its own.
 *
 * A helper ends when the daemon does: the daemon's end of the socket is closed then, and pxed_helper_receive returns 0.
 * That is taken instead of PR_SET_PDEATHSIG, which kills at once: a helper has children to end or an account to finish.
 */
#pragma once

#include "pxed/slice.h"

enum {
    PXED_HELPER_SOCKET = 3, /* in the child: its end of the pair, close-on-exec */
    PXED_HELPER_KEPT = 4,   /* in the child: the first of the descriptors it was given; inherited by its programs */
    PXED_HELPER_KEPT_MAX = 4,
    PXED_HELPER_FDS_MAX = 4, /* descriptors of one message */
};

enum pxed_helper_wait { PXED_HELPER_NOW, PXED_HELPER_WAIT };

/* Borrowed for the call. */
struct pxed_helper_setup {
    const char *name;               /* of the process, at most 15 bytes */
    int keep[PXED_HELPER_KEPT_MAX]; /* descriptors of the daemon that the child keeps as PXED_HELPER_KEPT and on */
    size_t n_keep;
    int send_room;                /* bytes that the daemon's send buffer should hold; 0: as the system has it */
    void (*run)(const void *arg); /* the child's life; its return ends the child with status 1 */
    const void *arg;              /* the child has its own copy, as fork leaves it */
};

/* The daemon's side. */
struct pxed_helper {
    int socket; /* close-on-exec; -1: no helper */
    int pid;
};

/* Forks the helper; *ret is the caller's until pxed_helper_stop. Before the first thread of the process, since the
 * child goes on with only the one that called. The child begins with descriptors 0 to 2 on /dev/null, the socket, what
 * it keeps, and nothing else; in a session of its own, in `/`; without core dumps and without a way to gain privileges;
 * signals to the daemon's group (INT, TERM, HUP, QUIT) and PIPE ignored, all others as a program finds them, none
 * blocked. 0 or a negative errno: then there is no child, and *ret is untouched. */
int pxed_helper_start(const struct pxed_helper_setup *setup, struct pxed_helper *ret);

/* Closes the daemon's end and waits up to `patience` milliseconds for the helper to end; one that is busy ends later by
 * itself. It may be of another account, so that it cannot be killed. Blocks the caller. *h has no helper afterwards;
 * harmless if it had none. */
void pxed_helper_stop(struct pxed_helper *h, int patience);

/* Sends one message of 1 to SSIZE_MAX bytes and `n_fds` descriptors (at most PXED_HELPER_FDS_MAX), which stay the
 * caller's. Never raises SIGPIPE. 0 or a negative errno: -EAGAIN with PXED_HELPER_NOW if the socket is full, -EPIPE or
 * -ECONNRESET if the other side has gone. Both sides; any thread, but one at a time. */
int pxed_helper_send(int socket, const void *bytes, size_t len, const int *fds, size_t n_fds,
                     enum pxed_helper_wait wait);

/* Receives one message. Returns its length; 0 when the other side has gone; or a negative errno: -EAGAIN with
 * PXED_HELPER_NOW if none is there, -EMSGSIZE if it is longer than `room`, -EBADMSG if it carries neither none nor
 * exactly `n_fds` descriptors (at most PXED_HELPER_FDS_MAX). A message that is refused is gone, and its descriptors are
 * closed. The descriptors in `ret_fds` are the caller's, close-on-exec, and all -1 if the message has none or is
 * refused; NULL with n_fds 0. Both sides; any thread, but one at a time. */
ptrdiff_t pxed_helper_receive(int socket, void *bytes, size_t room, int *ret_fds, size_t n_fds,
                              enum pxed_helper_wait wait);
