/* The register of helpers, and the division into keeper and serving process. */
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper_live.h"

enum { FIRST_FD = 32 /* copies stay clear of the descriptors that a helper begins with */ };

void keeper_init(struct keeper *k) {
    *k = (struct keeper){.channel = -1};
}

static void release_helper(struct keeper_helper *h) {
    for (size_t i = 0; i < h->setup.n_keep; i++)
        if (h->setup.keep[i] >= 0)
            close(h->setup.keep[i]);
    if (h->socket >= 0)
        close(h->socket);
}

/* The keeper's own copies of what the helper's successor needs. Failing, it is a helper that is not started again. */
static void register_helper(struct keeper *k, const struct pxed_helper_setup *setup, int socket, pid_t pid) {
    struct keeper_helper *h = &k->helpers[k->n_helpers];
    *h = (struct keeper_helper){.setup = *setup, .pid = pid};
    h->socket = fcntl(socket, F_DUPFD_CLOEXEC, FIRST_FD);
    bool whole = h->socket >= 0;
    for (size_t i = 0; i < setup->n_keep; i++)
        whole &= (h->setup.keep[i] = fcntl(setup->keep[i], F_DUPFD_CLOEXEC, FIRST_FD)) >= 0;
    if (whole)
        k->n_helpers++;
    else
        release_helper(h);
}

int keeper_start_helper(struct keeper *k, const struct pxed_helper_setup *setup, struct pxed_helper *ret) {
    int end, rc = pxed_helper_begin(setup, ret, &end);
    if (rc < 0)
        return rc;
    if (geteuid() == 0 && !k->divided && k->n_helpers < KEEPER_HELPERS_MAX)
        register_helper(k, setup, end, ret->pid);
    close(end);
    return 0;
}

/* --- the division --- */

/* From here on they come by a descriptor, so that none is lost between the fork and the first wait. */
static int hold_signals(sigset_t *ret_before) {
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, ret_before);
    return signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

int keeper_divide(struct keeper *k) {
    int pair[2], error = 0;
    sigset_t before;
    if (geteuid() != 0)
        return 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return -errno;
    int signals = hold_signals(&before);
    pid_t serving = signals < 0 ? -1 : fork();
    if (serving < 0)
        error = errno;
    if (serving > 0) {
        k->channel = pair[0];
        keeper_live(k, serving, signals);
    }
    if (signals >= 0)
        close(signals);
    close(pair[0]);
    keeper_free(k);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (serving < 0) {
        close(pair[1]);
        return -error;
    }
    k->channel = pair[1];
    k->divided = true;
    setsid(); /* the terminal's signals go to the keeper, which passes them on */
    return 0;
}

void keeper_bind(const struct keeper *k) {
    if (!k->divided)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char byte;
    if (recv(k->channel, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        _exit(1); /* it had ended before */
}

void keeper_tell(const struct keeper *k, enum keeper_word word) {
    if (k->divided)
        keeper_say(k->channel, word);
    else
        keeper_notify(word);
}

void keeper_free(struct keeper *k) {
    for (size_t i = 0; i < k->n_helpers; i++)
        release_helper(&k->helpers[i]);
    k->n_helpers = 0;
    if (k->channel >= 0)
        close(k->channel);
    k->channel = -1;
}
