/* A changed host file is in force within a second; SIGHUP reads the ini too. A worker builds the new generation, which
 * replaces the old one as a whole; if it has errors the old one stays. */
#include "reload.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "declare.h"
#include "kept.h"
#include "log.h"
#include "reload_log.h"
#include "reload_state.h"
#include "stage.h"
#include "watch_images.h"

enum { QUIET_MS = 200, QUIET_LIMIT_MS = 700 };

struct catalogue *reload_build(struct daemon *d, struct config *config, const char *hosts_from,
                               struct pxed_diags *diags) {
    struct catalogue_input in = {
        .ini = &config->ini,
        .settings = &config->settings,
        .plugins = &d->plugins,
        .ifaces = d->ifaces,
        .n_ifaces = d->n_ifaces,
        .hosts_from = hosts_from,
        .as_account = true,
    };
    return catalogue_build(&in, diags);
}

/* --- one reload --- */

/* A file that came while the folders were read may have been missed: the signature 0 fits none, so that the next look
 * builds again. */
static uint64_t sign_built(const struct reload *r, uint64_t earlier) {
    return watch_images_sign(r->before) == earlier ? watch_images_sign(r->built) : 0;
}

static void reload_work(uv_work_t *work) {
    struct reload *r = work->data;
    struct daemon *d = r->daemon;
    if (r->whole)
        r->config = config_load(d->ini_path, &d->plugins, &r->config_diags);
    if (r->whole && r->config)
        config_keep_start(r->config, d->start_config);
    if (!r->config)
        return;
    uint64_t earlier = watch_images_sign(r->before);
    r->built = reload_build(d, r->config, NULL, &r->diags);
    if (!r->built)
        return;
    r->folders = sign_built(r, earlier);
    changes_find(&r->changes, r->before, r->built);
}

/* A half-written or emptied file looks as if most hosts had been removed. */
static bool drops_too_much(const struct daemon *d, const struct reload *r) {
    size_t before = d->catalogue->n_hosts, kept = r->changes.n_kept;
    if (r->whole || before == 0 || kept * 2 >= before)
        return false;
    log_core(PXED_LOG_ERROR, "reload-refused",
             "the host file would drop %zu of %zu hosts; the last table stays in force until SIGHUP confirms it",
             before - kept, before);
    return true;
}

static void reload_swap(struct daemon *d, struct reload *r) {
    struct catalogue *old = d->catalogue;
    if (r->whole) {
        config_compare(d->config, r->config, &d->plugins, &r->config_diags);
        config_unref(d->config);
        d->config = r->config;
        d->config->refs++;
    }
    d->catalogue = r->built;
    r->built->config = r->config;
    r->built->config_free = config_unref;
    r->config = NULL;
    r->built = NULL;
    declare_hosts(d, d->catalogue, &r->changes);
    kept_update(d, &r->changes);
    watch_images_found(d, r->folders);
    stage_all(d);
    catalogue_unref(old);
    log_core(PXED_LOG_INFO, "reloaded", "hosts=%zu", d->catalogue->n_hosts);
}

/* Ready for the next one; systemd is told that this one has ended. */
static void reload_reset(struct daemon *d, struct reload *r) {
    changes_free(&r->changes);
    catalogue_unref(r->before);
    if (r->built)
        catalogue_unref(r->built);
    if (r->config)
        config_unref(r->config);
    if (r->whole)
        keeper_tell(&d->keeper, KEEPER_READY);
    pxed_diags_clear(&r->config_diags);
    pxed_diags_clear(&r->diags);
    r->before = r->built = NULL;
    r->config = NULL;
    r->busy = r->whole = r->again = r->whole_again = false;
}

static void reload_finish(uv_work_t *work, int status) {
    struct reload *r = work->data;
    struct daemon *d = r->daemon;
    bool again = r->again, whole_again = r->whole_again;
    (void)status;
    bool taken = r->built && !d->stopping && !drops_too_much(d, r);
    d->load_refused = !taken;
    if (!d->stopping)
        keeper_tell(&d->keeper, taken ? KEEPER_TAKEN : KEEPER_REFUSED);
    if (taken)
        reload_swap(d, r);
    else if (!r->built)
        log_core(PXED_LOG_ERROR, "reload-refused", "nothing was changed: the files above must be corrected first");
    if (r->whole)
        reload_log(&r->config_diags, RELOAD_CONFIG);
    if (r->built || r->diags.n > 0)
        reload_log(&r->diags, RELOAD_HOSTS);
    reload_reset(d, r);
    if (again && !d->stopping)
        reload_now(d, whole_again);
}

struct catalogue *reload_first(struct daemon *d, struct pxed_diags *diags) {
    char path[PATH_MAX];
    struct catalogue *now = reload_build(d, d->config, NULL, diags), *good = NULL;
    snprintf(path, sizeof(path), "%s/hosts.good", d->state_dir);
    if ((now && now->n_hosts > 0) || access(path, R_OK) < 0)
        return now;
    reload_log(diags, RELOAD_HOSTS);
    pxed_diags_clear(diags);
    good = reload_build(d, d->config, path, diags);
    if (!good || (now && good->n_hosts == 0)) {
        catalogue_unref(good);
        return now;
    }
    d->load_refused = true;
    log_core(PXED_LOG_ERROR, "hosts", "the host file is %s: the last good table is in force%s",
             now ? "empty" : "broken", now ? " until SIGHUP confirms it" : "");
    catalogue_unref(now);
    return good;
}

void reload_now(struct daemon *d, bool whole) {
    struct reload *r = d->reload;
    if (r->busy) {
        r->again = true;
        r->whole_again |= whole;
        return;
    }
    if (whole)
        keeper_tell(&d->keeper, KEEPER_RELOADING);
    r->busy = true;
    r->whole = whole;
    r->config = whole ? NULL : d->config;
    if (r->config)
        r->config->refs++;
    r->before = catalogue_ref(d->catalogue);
    r->work.data = r;
    int rc = uv_queue_work(d->loop, &r->work, reload_work, reload_finish);
    if (rc < 0) {
        log_core(PXED_LOG_ERROR, "reload-refused", "nothing was changed: %s", uv_strerror(rc));
        reload_reset(d, r);
    }
}

/* --- watching --- */

static void on_quiet(uv_timer_t *timer) {
    struct reload *r = timer->data;
    r->first_change = 0;
    reload_now(r->daemon, false);
}

/* An editor writes in several steps: waits until the file has been quiet, but only for a limited time. */
static void on_change(uv_fs_event_t *event, const char *name, int events, int status) {
    struct watched *w = event->data;
    struct reload *r = w->reload;
    struct stat st;
    uint64_t now = uv_now(r->daemon->loop);
    (void)events, (void)name;
    if (status < 0)
        return;
    if (!w->folder) { /* the folder has other files: compares ours, following links */
        if (stat(w->path, &st) < 0)
            memset(&st, 0, sizeof(st));
        if (st.st_ino == w->last.st_ino && st.st_size == w->last.st_size &&
            st.st_mtim.tv_sec == w->last.st_mtim.tv_sec && st.st_mtim.tv_nsec == w->last.st_mtim.tv_nsec &&
            !r->first_change)
            return;
        w->last = st;
    }
    if (r->first_change == 0)
        r->first_change = now;
    uint64_t waited = now - r->first_change, left = waited < QUIET_LIMIT_MS ? QUIET_LIMIT_MS - waited : 0;
    uv_timer_start(&r->quiet, on_quiet, left < QUIET_MS ? left : QUIET_MS, 0);
}

static int reload_watch(struct reload *r, const char *path) {
    struct watched *w = &r->watched[r->n_watched];
    char copy[PATH_MAX];
    struct stat st;
    if (r->n_watched == RELOAD_WATCHED || strlen(path) >= sizeof(copy)) {
        log_core(PXED_LOG_WARNING, "watch", "%s is not watched: more than %d host files; after a change send SIGHUP",
                 path, RELOAD_WATCHED);
        return -E2BIG;
    }
    *w = (struct watched){.reload = r, .path = path};
    w->folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (stat(path, &w->last) < 0)
        memset(&w->last, 0, sizeof(w->last));
    snprintf(copy, sizeof(copy), "%s", path);
    uv_fs_event_init(r->daemon->loop, &w->event);
    w->event.data = w;
    int rc = uv_fs_event_start(&w->event, on_change, w->folder ? path : dirname(copy), 0);
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "watch", "cannot watch %s: %s; after a change send SIGHUP", path, uv_strerror(rc));
    r->n_watched++;
    return rc;
}

int reload_init(struct daemon *d) {
    struct reload *r = d->reload = pxed_xalloc(sizeof(*r));
    r->daemon = d;
    uv_timer_init(d->loop, &r->quiet);
    r->quiet.data = r;
    const struct pxed_list *hosts = &d->config->settings.hosts;
    r->watched_config = d->config;
    d->config->refs++;
    int rc = 0;
    for (size_t i = 0; i < hosts->n; i++) {
        int one = reload_watch(r, hosts->items[i]);
        rc = rc < 0 ? rc : one;
    }
    return rc;
}

void reload_free(struct daemon *d) {
    struct reload *r = d->reload;
    for (size_t i = 0; i < r->n_watched; i++)
        uv_close((uv_handle_t *)&r->watched[i].event, NULL);
    uv_close((uv_handle_t *)&r->quiet, NULL);
    config_unref(r->watched_config);
}
