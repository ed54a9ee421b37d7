/* Starts, runs and stops the daemon: only the order of steps. */
#define _GNU_SOURCE
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "banner.h"
#include "clock.h"
#include "content_cache.h"
#include "content_wait.h"
#include "control.h"
#include "core_table.h"
#include "declare.h"
#include "handed.h"
#include "kept.h"
#include "ledger.h"
#include "ledger_load.h"
#include "log.h"
#include "models.h"
#include "names_told.h"
#include "nonces.h"
#include "privileges.h"
#include "reload.h"
#include "reload_log.h"
#include "sandbox.h"
#include "stage.h"
#include "store_mark.h"
#include "ticks.h"
#include "watch_images.h"
#include "watch_links.h"

enum { AGAIN_DRAIN_MS = 10 * 1000 };

struct runner {
    struct daemon d;
    bool again; /* it ends to be started again */
    uv_loop_t loop;
    uv_signal_t sigterm, sigint, sighup;
    uv_poll_t keeper;
    uv_timer_t drain;
    struct ticks ticks;
    size_t draining; /* plugins whose stop has not called done yet */
    bool ended;
};

static const char *const core_provides[] = {"control/1", "names/1", NULL};

/* --- start --- */

static int daemon_load(struct daemon *d) {
    struct pxed_diags diags = {0};
    d->config = config_load(d->ini_path, &d->plugins, &diags);
    if (d->config) {
        plugins_order(&d->plugins, core_provides, &diags);
        d->n_ifaces = interfaces_find(&d->config->settings, d->ifaces, &diags);
        if (d->n_ifaces == 0)
            pxed_diag_add(&diags, PXED_ERROR, d->ini_path, 0, "none of the interfaces can be served");
    }
    bool well = diags.errors == 0;
    reload_log(&diags, RELOAD_CONFIG);
    pxed_diags_clear(&diags);
    if (well) {
        d->state_dir = d->config->settings.state;
        d->catalogue = reload_first(d, &diags);
    }
    reload_log(&diags, RELOAD_HOSTS);
    pxed_diags_clear(&diags);
    if (!d->catalogue)
        return -EINVAL;
    d->start_config = d->config;
    d->start_config->refs++;
    d->catalogue->config = d->config;
    d->catalogue->config_free = config_unref;
    d->config->refs++;
    return 0;
}

static int open_folders(struct daemon *d) {
    const struct settings *s = &d->config->settings;
    d->root_fd = open(s->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (d->root_fd < 0) {
        log_core(PXED_LOG_ERROR, "start", "cannot open root %s: %s", s->root, strerror(errno));
        return -errno;
    }
    for (size_t i = 0; i < s->loader_path.n && d->n_loader_fds < 16; i++)
        d->loader_fds[d->n_loader_fds++] = open(s->loader_path.items[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
    return 0;
}

static int init_plugins(struct daemon *d) {
    for (size_t i = 0; i < d->plugins.n; i++) {
        struct plugin *p = d->plugins.items[i];
        p->owner = d;
        p->ctx.core = &core_table;
        int rc = p->desc.init ? p->desc.init(&p->ctx) : 0;
        if (rc < 0) {
            log_core(PXED_LOG_ERROR, "start", "plugin %s cannot start: %s", p->desc.name, strerror(-rc));
            return rc;
        }
        p->inited = true;
    }
    return 0;
}

/* The store must be open before the records are loaded, and they before a plugin answers a request. */
static int load_records(struct daemon *d) {
    const struct pxed_store *store = services_find(&d->services, "store/1");
    if (d->machines.ledger || !store)
        return 0;
    int rc = ledger_load(&d->machines, store);
    if (rc < 0) {
        log_core(PXED_LOG_ERROR, "store", "cannot read the machines' records: %s", strerror(-rc));
        return rc;
    }
    store_mark_start(d);
    declare_hosts(d, d->catalogue, NULL);
    while (d->declaring) /* the first client, who may be waiting already, must not hear that nothing is armed */
        uv_run(d->loop, UV_RUN_ONCE);
    return 0;
}

static int start_plugins(struct daemon *d) {
    for (size_t i = 0; i < d->plugins.n; i++) {
        struct plugin *p = d->plugins.items[i];
        int rc = p->desc.start ? p->desc.start(&p->ctx) : 0;
        if (rc < 0) {
            log_core(PXED_LOG_ERROR, "start", "plugin %s cannot start: %s", p->desc.name, strerror(-rc));
            return rc;
        }
        p->started = true;
        for (const char *const *give = p->desc.provides; give && *give; give++)
            if (strcmp(*give, "store/1") == 0 && (rc = load_records(d)) < 0)
                return rc;
    }
    if (d->machines.ledger)
        return 0;
    log_core(PXED_LOG_ERROR, "start",
             "no plugin provides store/1, so installations cannot be recorded: add store-sqlite to [pxed] plugins");
    return -ENOENT;
}

/* --- timers and signals --- */

static void daemon_end(struct runner *r) {
    if (!r->ended)
        uv_stop(&r->loop);
    r->ended = true;
}

static void on_drained(uv_timer_t *timer) {
    struct runner *r = timer->data;
    log_core(PXED_LOG_WARNING, "stop", "transfers still running after `drain` are cut");
    daemon_end(r);
}

static void plugin_drained(struct pxed_ctx *ctx) {
    struct plugin *p = (struct plugin *)(void *)((char *)ctx - offsetof(struct plugin, ctx));
    struct runner *r = p->owner;
    if (r->draining > 0 && --r->draining == 0)
        daemon_end(r);
}

/* Running transfers have `drain_ms`. */
static void begin_stop(struct runner *r, uint64_t drain_ms) {
    struct daemon *d = &r->d;
    d->stopping = true;
    keeper_tell(&d->keeper, KEEPER_STOPPING);
    log_core(PXED_LOG_INFO, "stop", "no new transfers; running ones have %llu s", (unsigned long long)drain_ms / 1000);
    uv_timer_start(&r->drain, on_drained, drain_ms, 0);
    r->draining = 1; /* counts us, so that a plugin that is done at once does not end the loop early */
    for (size_t i = d->plugins.n; i > 0; i--) {
        struct plugin *p = d->plugins.items[i - 1];
        if (!p->desc.stop || !p->started)
            continue;
        r->draining++;
        p->desc.stop(&p->ctx, plugin_drained);
    }
    if (--r->draining == 0)
        daemon_end(r);
}

static void stop_or_end(struct runner *r) {
    if (r->d.stopping)
        daemon_end(r);
    else
        begin_stop(r, r->d.catalogue->settings.drain);
}

/* With a status that tells systemd to start it again: only at start may sockets be tied to an interface. */
static void interface_anew(struct daemon *d) {
    struct runner *r = (struct runner *)(void *)((char *)d - offsetof(struct runner, d));
    uint64_t drain = d->catalogue->settings.drain;
    r->again = true;
    if (!d->stopping)
        begin_stop(r, drain < AGAIN_DRAIN_MS ? drain : AGAIN_DRAIN_MS);
}

static void on_signal(uv_signal_t *signal, int number) {
    struct runner *r = signal->data;
    if (number != SIGHUP)
        stop_or_end(r);
    else if (!r->d.stopping)
        reload_now(&r->d, true);
}

static void on_keeper(uv_poll_t *poll, int status, int events) {
    struct runner *r = poll->data;
    enum keeper_word word = status < 0 ? KEEPER_GONE : keeper_hear(r->d.keeper.channel);
    (void)events;
    if (word == KEEPER_GONE)
        uv_poll_stop(poll);
    if (word == KEEPER_HANGUP)
        on_signal(&r->sighup, SIGHUP);
    else if (word != KEEPER_NOTHING)
        stop_or_end(r);
}

static void start_handles(struct runner *r) {
    uv_signal_t *handles[] = {&r->sigterm, &r->sigint, &r->sighup};
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(&r->loop, handles[i]);
        handles[i]->data = r;
        uv_signal_start(handles[i], on_signal, numbers[i]);
    }
    if (r->d.keeper.divided && uv_poll_init(&r->loop, &r->keeper, r->d.keeper.channel) == 0) {
        r->keeper.data = r;
        uv_poll_start(&r->keeper, UV_READABLE, on_keeper);
    }
    uv_timer_init(&r->loop, &r->drain);
    r->drain.data = r;
    ticks_start(&r->ticks, &r->d);
}

/* --- stop --- */

static void daemon_written(void *arg, int result) {
    (void)result;
    uv_stop(arg);
}

static void close_handles(struct runner *r) {
    uv_handle_t *handles[] = {(uv_handle_t *)&r->sigterm, (uv_handle_t *)&r->sigint, (uv_handle_t *)&r->sighup,
                              (uv_handle_t *)&r->drain};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
        uv_close(handles[i], NULL);
    if (r->keeper.data)
        uv_close((uv_handle_t *)&r->keeper, NULL);
    ticks_close(&r->ticks);
    content_cache_end(&r->d);
    reload_free(&r->d);
}

static void fini_plugins(struct daemon *d) {
    for (size_t i = d->plugins.n; i > 0; i--) {
        struct plugin *p = d->plugins.items[i - 1];
        if (p->inited && p->desc.fini)
            p->desc.fini(&p->ctx);
    }
}

static void free_daemon(struct runner *r) {
    struct daemon *d = &r->d;
    for (size_t i = 0; i < d->n_loader_fds; i++)
        if (d->loader_fds[i] >= 0)
            close(d->loader_fds[i]);
    if (d->root_fd >= 0)
        close(d->root_fd);
    content_drop_pending(d);
    stage_free(d);
    nonces_free(d);
    models_free(d);
    ledger_free(&d->machines);
    kept_free(d);
    machines_free(&d->machines);
    catalogue_unref(d->catalogue);
    free(d->reload);
    if (d->config)
        config_unref(d->config);
    if (d->start_config)
        config_unref(d->start_config);
    plugins_free(&d->plugins);
    keeper_free(&d->keeper);
}

static void images_changed(struct daemon *d) {
    reload_now(d, false);
}

/* What needs root; afterwards this is the serving process, without rights. */
static int prepare_as_root(struct runner *r) {
    struct daemon *d = &r->d;
    int rc = privileges_prepare_state(&d->config->settings);
    if (rc == 0)
        rc = privileges_lock_state(d->state_dir);
    if (rc == 0)
        rc = open_folders(d);
    if (rc == 0)
        rc = stage_init(d);
    if (rc == 0)
        rc = init_plugins(d);
    handed_end();
    if (rc == 0 && (rc = keeper_divide(&d->keeper)) == 0 && d->keeper.divided)
        rc = uv_loop_fork(&r->loop);
    if (rc == 0)
        rc = privileges_drop(&d->config->settings);
    if (rc < 0)
        return rc;
    keeper_bind(&d->keeper);
    sandbox_enter(d);
    privileges_warn_unreadable(d->ini_path, &d->config->settings);
    return 0;
}

static int daemon_serve(struct runner *r) {
    struct daemon *d = &r->d;
    int rc = prepare_as_root(r);
    bool handles = rc == 0;
    if (rc == 0) {
        start_handles(r);
        reload_init(d);
        rc = start_plugins(d);
    }
    if (rc == 0)
        rc = stage_start(d);
    if (rc == 0) {
        watch_images_start(d, images_changed);
        if (watch_links_start(d, interface_anew) < 0)
            log_core(PXED_LOG_WARNING, "interface", "no rtnetlink: an interface that goes away is not noticed");
        banner_say(d);
        d->started_at = clock_calendar();
        keeper_tell(&d->keeper, KEEPER_READY);
        log_core(PXED_LOG_INFO, "ready", "pid=%d", (int)getpid());
        uv_run(&r->loop, UV_RUN_DEFAULT);
        if (ledger_flush(&d->machines, daemon_written, &r->loop) == 0)
            uv_run(&r->loop, UV_RUN_DEFAULT);
    }
    d->stopping = true;
    watch_images_stop(d);
    watch_links_stop(d);
    stage_stop(d);
    fini_plugins(d);
    store_guard_close(&d->guard);
    if (handles)
        close_handles(r);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    return rc;
}

int daemon_run(const char *ini_path, bool debug) {
    static struct runner runner; /* too large for the stack, and there is only one */
    struct runner *r = &runner;
    struct daemon *d = &r->d;
    log_init(debug);
    signal(SIGPIPE, SIG_IGN);
    umask(022); /* staged files are read by others; secret files set their own mode */
    privileges_raise_limits();
    uv_loop_init(&r->loop);
    d->loop = &r->loop;
    d->ini_path = ini_path;
    d->root_fd = -1;
    handed_init();
    keeper_init(&d->keeper);
    machines_init(&d->machines);
    control_init(d);
    names_told_init(d);
    int rc = daemon_load(d);
    malloc_trim(0); /* what reading left behind: every process that is forked from here on would keep it */
    if (rc == 0)
        rc = daemon_serve(r);
    free_daemon(r);
    if (uv_loop_close(&r->loop) < 0)
        log_core(PXED_LOG_DEBUG, "stop", "the loop was not empty");
    log_core(PXED_LOG_INFO, "stopped", "%s", rc < 0 ? strerror(-rc) : "");
    return rc < 0 ? 1 : r->again ? EX_TEMPFAIL : 0;
}
