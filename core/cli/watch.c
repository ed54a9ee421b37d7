/* `pxed watch`: prints the journal as it grows. Polls four times a second; the daemon keeps no state per watcher. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "pxed/diag.h"
#include "pxed/slice.h"
#include "watch_show.h"

enum { POLL_MS = 250, PATIENCE_MS = 10000 };

struct watch {
    struct live live;
    struct watch_show show;
    const char *host, *until;
    char mac[WATCH_MAC]; /* of host */
    int64_t since;       /* seq of the last printed step */
    int64_t end;         /* when to give up */
    bool seen;           /* `until` was reached */
    bool failed;         /* it can no longer be reached */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static json_t *watch_ask(struct watch *w, const char *name, const char *host) {
    char *target = live_target(name, "host", host);
    json_t *rows = live_ask(&w->live, target, NULL);
    free(target);
    return rows;
}

/* ---- the --until condition */

static bool watch_says(const char *text, const char *key, const char *word) {
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "%s=%s", key, word);
    struct pxed_slice rest = pxed_slice_of(text), found;
    while ((found = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_is(found, wanted))
            return true;
    return false;
}

static void judge_step(struct watch *w, const json_t *step) {
    const char *what = live_text(step, "what");
    if (!w->until)
        return;
    w->seen |= strcmp(what, w->until) == 0 || watch_says(live_text(step, "text"), "stage", w->until);
    w->failed |= w->host && strcmp(w->until, "installed") == 0 && strcmp(what, "failed") == 0;
}

/* The machine's current state counts too, so that a late watcher does not wait for something past. A boot from before
 * the arming says nothing about it. */
static void judge_machine(struct watch *w, const json_t *m) {
    const char *install = live_text(m, "install");
    bool fresh = live_number(m, "stage_at_ms") >= live_number(m, "armed_at_ms");
    if (!w->until)
        return;
    w->seen |= strcmp(install, w->until) == 0 || (fresh && strcmp(live_text(m, "stage"), w->until) == 0) ||
               (strcmp(install, "installing") == 0 && strcmp(live_text(m, "step"), w->until) == 0);
    w->failed |=
        strcmp(w->until, "installed") == 0 && (strcmp(install, "failed") == 0 || strcmp(install, "stalled") == 0);
}

static bool watch_decided(const struct watch *w) {
    return w->seen || w->failed;
}

/* ---- steps */

static void show_step(struct watch *w, const json_t *step) {
    int64_t seq = live_number(step, "seq");
    bool is_new;
    watch_show_boot(&w->show, step, &is_new);
    /* First seen in the middle of its boot: earlier steps tell when the boot began. */
    if (is_new && strcmp(live_text(step, "what"), "discovered") != 0) {
        json_t *boot = watch_ask(w, "why", live_text(step, "mac"));
        for (size_t i = 0; i < json_array_size(boot); i++)
            if (live_number(json_array_get(boot, i), "seq") < seq)
                watch_show_note(&w->show, json_array_get(boot, i));
        json_decref(boot);
    }
    watch_show_step(&w->show, step);
    w->since = seq > w->since ? seq : w->since;
}

/* Prints the steps since the last poll; false if the daemon did not answer. */
static bool look_journal(struct watch *w) {
    for (;;) { /* in batches */
        char name[64];
        snprintf(name, sizeof(name), "journal?since=%lld", (long long)w->since);
        json_t *rows = watch_ask(w, name, w->host ? w->mac : NULL);
        if (!rows)
            return false;
        size_t n = json_array_size(rows);
        for (size_t i = 0; i < n && !watch_decided(w); i++) {
            show_step(w, json_array_get(rows, i));
            judge_step(w, json_array_get(rows, i));
        }
        json_decref(rows);
        if (n == 0 || watch_decided(w))
            return true;
    }
}

static bool watch_look(struct watch *w) {
    if (!look_journal(w))
        return false;
    if (w->until && w->host && !watch_decided(w)) {
        json_t *rows = watch_ask(w, "machine", w->mac);
        judge_machine(w, json_array_get(rows, 0));
        json_decref(rows);
    }
    if (w->live.json)
        fflush(stdout);
    if (w->live.json || watch_decided(w))
        return true;
    json_t *transfers = watch_ask(w, "transfers", NULL);
    if (transfers)
        watch_show_transfers(&w->show, transfers, w->host ? w->mac : NULL, live_now());
    json_decref(transfers);
    return transfers != NULL;
}

/* The seq to continue from; < 0 without an answer. */
static int64_t last_seq(struct watch *w) {
    json_t *rows = watch_ask(w, "journal?tail=1", NULL);
    int64_t seq = rows ? live_number(json_array_get(rows, 0), "seq") : -1;
    json_decref(rows);
    return seq;
}

/* Prints the last boot so far of one machine; when watching all, nothing past. 0 or an exit code. */
static int watch_begin(struct watch *w) {
    if (!w->host) {
        w->since = last_seq(w);
        return w->since < 0 ? w->live.code : 0;
    }
    json_t *machine = watch_ask(w, "machine", w->host);
    if (!machine)
        return w->live.code;
    const json_t *m = json_array_get(machine, 0);
    snprintf(w->mac, sizeof(w->mac), "%s", m ? live_text(m, "mac") : w->host);
    judge_machine(w, m);
    json_t *boot = watch_ask(w, "why", w->host);
    if (json_array_size(boot) > 0)
        watch_show_note(&w->show, json_array_get(boot, 0)); /* sets when the boot began */
    for (size_t i = 0; i < json_array_size(boot); i++) {
        const json_t *step = json_array_get(boot, i);
        show_step(w, step);
        if (live_number(step, "at_ms") >= live_number(m, "armed_at_ms"))
            judge_step(w, step);
    }
    int code = boot ? 0 : w->live.code;
    json_decref(machine);
    json_decref(boot);
    fflush(stdout);
    return code;
}

/* The daemon may be restarted while a watcher runs. False: it did not come back in time, or answered with an error. */
static bool wait_for_daemon(struct watch *w) {
    if (w->live.code != CLI_NO_DAEMON)
        return false;
    int64_t patience_end = live_now() + PATIENCE_MS;
    watch_show_clear(&w->show);
    fflush(stdout);
    fprintf(stderr, "pxed watch: the daemon has gone; waiting for it\n");
    while (!interrupted && live_now() < w->end) {
        w->live.quiet = live_now() < patience_end; /* the last attempt prints why */
        int64_t seq = last_seq(w);
        if (seq >= 0) {
            w->since = seq < w->since ? 0 : w->since; /* a new journal restarts the count */
            w->live.quiet = true;
            return true;
        }
        if (!w->live.quiet || w->live.code != CLI_NO_DAEMON)
            return false;
        poll(NULL, 0, POLL_MS);
    }
    return true;
}

static int watch_run(struct watch *w) {
    w->live.quiet = true;
    while (!interrupted && !watch_decided(w) && live_now() < w->end) {
        if (!watch_look(w) && !interrupted && !wait_for_daemon(w))
            return w->live.code;
        if (!watch_decided(w))
            poll(NULL, 0, POLL_MS);
    }
    return w->seen || (!w->until && !w->failed) ? CLI_OK : CLI_NO;
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Stages, and states of an installation. A profile's steps are words of its own, so only what looks like one of these
 * mistyped is wrong. */
static bool is_known(const char *until) {
    static const char *const words[] = {"discovered", "offered", "leased",    "loader",  "script",      "kernel",
                                        "answer",     "spent",   "installer", "local",   "refused",     "armed",
                                        "installing", "failed",  "installed", "stalled", "unconfirmed", NULL};
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], until) == 0)
            return true;
    if (pxed_nearest(pxed_slice_of(until), words)) {
        cli_no_word("--until", until, words, NULL);
        return false;
    }
    fprintf(stderr, "pxed watch: '%s' is no stage of a boot: waits for a step of that name\n", until);
    return true;
}

int cli_watch(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"until", required_argument, NULL, 'u'},
        {"timeout", required_argument, NULL, 't'},
        {0},
    };
    struct watch w = {0};
    uint64_t timeout_s = 0;
    for (int c; (c = live_option(&w.live, argc, argv, options)) != -1;) {
        if (c == '?' || (c == 't' && !pxed_slice_u64(pxed_slice_of(optarg), 365 * 86400, &timeout_s)))
            return c == '?' ? CLI_USAGE : cli_usage();
        if (c == 'u')
            w.until = optarg;
    }
    if (argc - optind > 1)
        return cli_usage();
    if (w.until && !is_known(w.until))
        return CLI_USAGE;
    w.host = argv[optind]; /* argv ends with NULL */
    watch_show_begin(&w.show, w.live.json);
    catch_signals();
    w.end = timeout_s > 0 ? live_now() + (int64_t)timeout_s * 1000 : INT64_MAX;
    int code = watch_begin(&w);
    if (code == CLI_OK)
        code = watch_run(&w);
    watch_show_end(&w.show);
    if (w.failed && !w.seen)
        fprintf(stderr, "pxed watch: the installation failed: pxed why %s\n", w.host);
    else if (code == CLI_NO && w.until && !interrupted && w.live.code == CLI_OK)
        fprintf(stderr, "pxed watch: '%s' has not come in %llu s\n", w.until, (unsigned long long)timeout_s);
    return code;
}
