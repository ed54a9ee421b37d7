/* Certificates and keys that sections name: readable, of one pair, in force, good for the names that clients ask. Read
 * as the daemon reads them at its start, by the same plugin. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "eyes.h"
#include "here.h"
#include "pxed/listen.h"

enum { SOON_DAYS = 30, DAY = 24 * 60 * 60 };

/* What one section says. */
struct pair {
    struct offline *o;
    const struct pxed_tls_service *tls; /* NULL: its plugin could not be loaded, which was told */
    const char *section, *cert, *key;
    const struct pxed_list *listen; /* NULL: none */
    bool says_tls;                  /* each of `listen` says whether it speaks TLS; else all do */
};

static void tell(const struct pair *p, enum pxed_severity severity, const char *key, const char *path,
                 const char *text) {
    const struct ini_entry *e = ini_get(&p->o->config->ini, p->section, key);
    pxed_diag_add(&p->o->diags, severity, e ? e->file : p->o->config->ini.path, e ? e->line : 0, "[%s] %s = %s: %s",
                  p->section, key, path, text);
}

/* --- the files --- */

/* May the process that starts read it? Root may; without root, the account must. */
static bool check_file(const struct pair *p, const char *key, const char *path) {
    struct pxed_arena scratch = {0};
    struct stat st;
    int error = stat(path, &st) < 0 ? errno : !S_ISREG(st.st_mode) ? EINVAL : access(path, R_OK) < 0 ? errno : 0;
    if (error == EACCES && p->o->by_modes && eyes_by_mode(p->o->account, path, R_OK) == 0)
        tell(p, PXED_WARNING, key, path, "here: you may not read it, so it was not looked at");
    else if (error == EACCES && p->o->by_modes)
        tell(p, PXED_WARNING, key, path, "here: only root may read it: a pxed that root does not start could not");
    else if (error != 0)
        tell(p, PXED_ERROR, key, path,
             pxed_arena_printf(&scratch, "%s; pxed does not start without it",
                               error == EINVAL ? "this is no file" : strerror(error)));
    pxed_arena_clear(&scratch);
    return error == 0;
}

/* Root reads it at start; a renewed one is read by the account. */
static void check_renewal(const struct pair *p) {
    const char *const keys[] = {"cert", "key"}, *const paths[] = {p->cert, p->key};
    bool seeing = eyes_open(&p->o->config->settings);
    for (size_t i = 0; seeing && i < 2; i++)
        if (faccessat(AT_FDCWD, paths[i], R_OK, AT_EACCESS) < 0 && errno == EACCES)
            tell(p, PXED_WARNING, keys[i], paths[i],
                 "the daemon's account cannot read it: root does at start, but a renewed one needs a restart; chgrp it "
                 "to the account's group, and chmod 640");
    if (seeing)
        eyes_close();
}

static void check_key_mode(const struct pair *p) {
    struct stat st;
    if (stat(p->key, &st) == 0 && (st.st_mode & S_IROTH))
        tell(p, PXED_WARNING, "key", p->key,
             "every account of this machine may read this private key: chmod 640, and chgrp it to the daemon's group");
}

/* --- the certificate --- */

static void check_dates(const struct pair *p, const struct pxed_tls_pair *read) {
    struct pxed_arena scratch = {0};
    int64_t from, until, now = time(NULL);
    struct tm tm = {0};
    if (!p->tls->valid(read, &from, &until))
        return;
    if (from > now)
        tell(p, PXED_WARNING, "cert", p->cert,
             "it is not valid yet: clients refuse it; does this machine's clock run?");
    time_t at = (time_t)until;
    gmtime_r(&at, &tm);
    const char *date = pxed_arena_printf(&scratch, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    if (until < now)
        tell(p, PXED_WARNING, "cert", p->cert,
             pxed_arena_printf(&scratch, "it has expired (%s): clients refuse it; renew it", date));
    else if ((until - now) / DAY < SOON_DAYS)
        tell(p, PXED_WARNING, "cert", p->cert,
             pxed_arena_printf(&scratch, "it expires in %d days (%s): renew it", (int)((until - now) / DAY), date));
    pxed_arena_clear(&scratch);
}

/* What clients ask for at this listener must stand in the certificate. */
static void check_name(const struct pair *p, const struct pxed_tls_pair *read, const struct pxed_listen *at) {
    struct pxed_arena scratch = {0};
    char text[PXED_ADDR_TEXT];
    const char *name = p->o->config->settings.name;
    struct pxed_slice wanted = at->name.ptr ? at->name : pxed_slice_of(name && *name ? name : "");
    bool by_name = wanted.len > 0;
    if (!by_name)
        wanted = pxed_slice_of(pxed_addr_text(&at->addr, text));
    const char *asked = pxed_arena_dup(&scratch, wanted).ptr;
    bool good = p->tls->holds(read, asked, !by_name);
    if (!good && (by_name || !pxed_addr_is_any(&at->addr)))
        tell(p, PXED_WARNING, "cert", p->cert,
             pxed_arena_printf(&scratch, "it does not hold the %s %s, so clients that ask https://%s%s%s refuse it",
                               by_name ? "name" : "address", asked, !by_name && at->addr.family == 6 ? "[" : "", asked,
                               !by_name && at->addr.family == 6 ? "]" : ""));
    pxed_arena_clear(&scratch);
}

static void check_names(const struct pair *p, const struct pxed_tls_pair *read) {
    for (size_t i = 0; p->listen && i < p->listen->n; i++) {
        struct pxed_listen at;
        if (!pxed_listen_parse(pxed_slice_of(p->listen->items[i]), &at) && (at.tls || !p->says_tls))
            check_name(p, read, &at);
    }
}

static void check_pair(const struct pair *p) {
    struct pxed_tls_wrong wrong;
    struct pxed_tls_pair *read = p->tls->open(p->cert, NULL, &wrong);
    if (!read) {
        tell(p, PXED_ERROR, "cert", p->cert, wrong.text);
        return;
    }
    check_dates(p, read);
    check_names(p, read);
    p->tls->close(read);
    read = p->tls->open(p->cert, p->key, &wrong);
    if (!read)
        tell(p, PXED_ERROR, "key", p->key, wrong.text);
    p->tls->close(read);
}

/* --- every section that has a pair --- */

static const void *member(const struct plugin *p, const struct pxed_option *row) {
    return (const char *)p->config + row->offset;
}

static const struct pxed_tls_service *find_tls(const struct offline *o) {
    for (size_t i = 0; i < o->plugins.n; i++) {
        const struct pxed_protocol_ops *ops = o->plugins.items[i]->desc.ops;
        if (o->plugins.items[i]->desc.kind != PXED_KIND_OS && CATALOGUE_HAS_OP(ops, tls))
            return ops->tls;
    }
    return NULL;
}

void here_tls(struct offline *o) {
    const struct pxed_tls_service *tls = find_tls(o);
    for (size_t i = 0; i < o->plugins.n; i++) {
        const struct plugin *plugin = o->plugins.items[i];
        struct pair p = {.o = o, .tls = tls, .section = plugin->desc.name};
        for (const struct pxed_option *row = plugin->desc.options; row && row->key; row++) {
            if (row->type == PXED_OPT_PATH && (row->flags & PXED_OPT_CERT))
                p.cert = *(const char *const *)member(plugin, row);
            else if (row->type == PXED_OPT_PATH && (row->flags & PXED_OPT_KEY))
                p.key = *(const char *const *)member(plugin, row);
            else if (strcmp(row->key, "listen") == 0 && (row->type == PXED_OPT_LINES || row->type == PXED_OPT_LIST)) {
                p.listen = member(plugin, row);
                p.says_tls = row->type == PXED_OPT_LINES;
            }
        }
        if (!p.cert || !p.key)
            continue;
        bool cert = check_file(&p, "cert", p.cert), key = check_file(&p, "key", p.key);
        check_key_mode(&p);
        check_renewal(&p);
        if (tls && cert && key)
            check_pair(&p);
    }
}
