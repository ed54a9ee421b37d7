/* The root process's life: waits for signals, for words of the serving process and for the end of a child. */
#define _GNU_SOURCE
#include <cap-ng.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "give_back.h"
#include "keeper_live.h"
#include "log.h"

enum { STEADY = 10 * 1000, PAUSE = 1000, PAUSE_DOUBLINGS = 6 /* ms: one that lives shorter waits longer */ };

static uint64_t live_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- what it gives up --- */

enum { KEPT_MAX = 5 + KEEPER_HELPERS_MAX * (1 + PXED_HELPER_KEPT_MAX) };

static size_t list_kept(const struct keeper *k, int signals, int kept[static KEPT_MAX]) {
    size_t n = 0;
    for (int fd = 0; fd < 3; fd++)
        kept[n++] = fd;
    kept[n++] = k->channel;
    kept[n++] = signals;
    for (size_t i = 0; i < k->n_helpers; i++) {
        kept[n++] = k->helpers[i].socket;
        for (size_t m = 0; m < k->helpers[i].setup.n_keep; m++)
            kept[n++] = k->helpers[i].setup.keep[m];
    }
    return n;
}

static int by_number(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

/* A socket that stayed open here would hold its port after the serving process has ended. */
static void close_the_rest(const struct keeper *k, int signals) {
    int kept[KEPT_MAX];
    size_t n = list_kept(k, signals, kept);
    unsigned from = 0;
    qsort(kept, n, sizeof(*kept), by_number);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned)kept[i] > from)
            syscall(SYS_close_range, from, (unsigned)kept[i] - 1, 0);
        from = (unsigned)kept[i] + 1;
    }
    syscall(SYS_close_range, from, ~0u, 0);
}

/* Only what the helpers begin with; each gives up what it does not need itself. */
static void drop_rights(const struct keeper *k) {
    uint64_t rights = 0;
    for (size_t i = 0; i < k->n_helpers; i++)
        rights |= k->helpers[i].setup.rights;
    capng_get_caps_process();
    bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_clear(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
    for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++)
        if (rights >> cap & 1)
            capng_update(CAPNG_ADD,
                         (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED | (bounds ? CAPNG_BOUNDING_SET : 0)), cap);
    if (capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) != 0)
        log_core(PXED_LOG_WARNING, "keeper", "its capabilities cannot be dropped");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* --- helpers --- */

static void helper_again(struct keeper_helper *h, uint64_t now) {
    pid_t pid = pxed_helper_fork(&h->setup, h->socket);
    h->again_at = pid > 0 ? 0 : now + PAUSE;
    h->pid = pid > 0 ? pid : 0;
    h->begun = now;
    if (pid > 0)
        log_core(PXED_LOG_WARNING, "keeper", "helper=%s pid=%d is started again", h->setup.name, (int)pid);
}

/* Status 0: the serving process has closed its end. */
static void helper_ended(struct keeper_helper *h, int status, uint64_t now) {
    h->pid = 0;
    if (status == 0)
        return;
    h->failures = now - h->begun >= STEADY ? 0 : h->failures + 1;
    unsigned doublings = h->failures < PAUSE_DOUBLINGS ? h->failures : PAUSE_DOUBLINGS;
    h->again_at = now + (h->failures > 1 ? (uint64_t)PAUSE << (doublings - 1) : 0);
    if (WIFSIGNALED(status))
        log_core(PXED_LOG_ERROR, "keeper", "helper=%s was ended by signal %d (%s)", h->setup.name, WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        log_core(PXED_LOG_ERROR, "keeper", "helper=%s has ended with status %d", h->setup.name, WEXITSTATUS(status));
}

/* Milliseconds until a helper is due, or -1. */
static int start_due(struct keeper *k) {
    uint64_t now = live_now(), next = UINT64_MAX;
    for (size_t i = 0; i < k->n_helpers; i++) {
        struct keeper_helper *h = &k->helpers[i];
        if (h->pid == 0 && h->again_at > 0 && h->again_at <= now)
            helper_again(h, now);
        if (h->pid == 0 && h->again_at > 0 && h->again_at < next)
            next = h->again_at;
    }
    return next == UINT64_MAX ? -1 : (int)(next - now);
}

/* --- the end --- */

/* As the serving process ended, so that a shell and systemd see what they would see without a keeper. */
static _Noreturn void end_alike(int status) {
    if (!WIFSIGNALED(status))
        _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    sigset_t all;
    log_core(PXED_LOG_ERROR, "keeper", "the serving process was ended by signal %d (%s)", number, strsignal(number));
    signal(number, SIG_DFL);
    sigfillset(&all);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    _exit(128 + number);
}

/* Orphans of a helper come here too, and are only waited for. */
static void reap(struct keeper *k, pid_t serving) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == serving)
            end_alike(status);
        for (size_t i = 0; i < k->n_helpers; i++)
            if (k->helpers[i].pid == pid)
                helper_ended(&k->helpers[i], status, live_now());
    }
}

static void on_signals(struct keeper *k, int signals, pid_t serving) {
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGTERM)
            keeper_say(k->channel, KEEPER_TERMINATE);
        else if (info.ssi_signo == SIGINT)
            keeper_say(k->channel, KEEPER_INTERRUPT);
        else if (info.ssi_signo == SIGHUP)
            keeper_say(k->channel, KEEPER_HANGUP);
    }
    reap(k, serving);
}

static void on_words(const struct keeper *k, struct pollfd *p) {
    enum keeper_word word;
    while ((word = keeper_hear(k->channel)) != KEEPER_NOTHING && word != KEEPER_GONE)
        keeper_notify(word);
    if (word == KEEPER_GONE)
        p->fd = -1; /* its end comes as a signal */
}

_Noreturn void keeper_live(struct keeper *k, pid_t serving, int signals) {
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = k->channel, .events = POLLIN}};
    prctl(PR_SET_NAME, "pxed-keeper");
    close_the_rest(k, signals);
    drop_rights(k);
    for (size_t i = 0; i < k->n_helpers; i++)
        k->helpers[i].begun = live_now();
    give_back();
    for (;;) {
        if (poll(fds, 2, start_due(k)) < 0 && errno != EINTR)
            _exit(1);
        if (fds[1].revents)
            on_words(k, &fds[1]);
        on_signals(k, signals, serving);
        log_tick();
    }
}
