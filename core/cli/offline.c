/* Loads configuration and plugins and builds a generation, without a daemon. */
#include "offline.h"

#include <unistd.h>

#include "cli.h"
#include "eyes.h"
#include "loaders.h"
#include "verdict.h"

static void check_account(struct offline *o) {
    const struct settings *s = &o->config->settings;
    const struct ini_entry *e = ini_get(&o->config->ini, "pxed", "user");
    o->account = eyes_account(s);
    if (s->user && *s->user && !o->account)
        pxed_diag_add(
            &o->diags, PXED_WARNING, e ? e->file : o->config->ini.path, e ? e->line : 0,
            "here: there is no account '%s' on this machine: pxed started as root would stop; adduser --system "
            "--group %s",
            s->user, s->user);
    o->by_modes = o->account && geteuid() != 0 && geteuid() != o->account->uid;
}

/* The path of a Unix socket has at most 107 bytes, on any file system. */
static void check_socket(struct offline *o, const char *ini_path) {
    const char *path = plugins_find(&o->plugins, "api") ? cli_api_socket(ini_path) : NULL;
    const struct ini_entry *e = ini_get(&o->config->ini, "api", "socket");
    if (path && strlen(path) > 107)
        pxed_diag_add(&o->diags, PXED_ERROR, e ? e->file : o->config->ini.path, e ? e->line : 0,
                      "the path of the api socket has %zu bytes, the longest is 107: %s", strlen(path), path);
}

void offline_load(struct offline *o, const char *ini_path, enum catalogue_depth depth) {
    offline_load_instead(o, ini_path, depth, NULL, 0);
}

void offline_load_instead(struct offline *o, const char *ini_path, enum catalogue_depth depth,
                          const struct hostfile_instead *instead, size_t n) {
    static const char *const core_provides[] = {"control/1", "names/1", NULL};
    memset(o, 0, sizeof(*o));
    o->config = config_read(ini_path, &o->plugins, depth == CATALOGUE_SYNTAX, &o->diags);
    if (!o->config)
        return;
    bool here = depth == CATALOGUE_ALL;
    if (here)
        check_account(o);
    check_socket(o, ini_path);
    plugins_order(&o->plugins, core_provides, &o->diags);
    if (here)
        o->n_ifaces = interfaces_find(&o->config->settings, o->ifaces, &o->diags);
    struct catalogue_input in = {
        .ini = &o->config->ini,
        .settings = &o->config->settings,
        .plugins = &o->plugins,
        .ifaces = o->ifaces,
        .n_ifaces = o->n_ifaces,
        .depth = depth,
        .as_account = true,
        .instead = instead,
        .n_instead = n,
    };
    o->catalogue = catalogue_build(&in, &o->diags);
    if (o->diags.errors > 0) { /* all errors are reported, but the generation is not used */
        catalogue_unref(o->catalogue);
        o->catalogue = NULL;
    }
}

void offline_free(struct offline *o) {
    catalogue_unref(o->catalogue);
    if (o->config)
        config_unref(o->config);
    plugins_free(&o->plugins);
    pxed_diags_clear(&o->diags);
}

struct pxed_verdict offline_verdict(const struct offline *o, const struct catalogue_host *host,
                                    const struct pxed_facts *facts, enum pxed_reason wants, const struct site_url *at,
                                    struct pxed_arena *arena) {
    const struct catalogue *c = o->catalogue;
    const char *names[LOADERS_NAMES_MAX];
    const struct plugin *p;
    char mac[PXED_MAC_TEXT];
    struct verdict_facts vf = {
        .declared = host != NULL, .wants = wants, .unknown = c->settings.unknown, .idle = c->settings.idle};
    struct verdict v = verdict_decide(&vf);
    const struct pxed_list *wanted = loaders_key(&o->plugins, facts->firmware, &p);
    bool loads = wanted && loaders_names(c->loaders, facts->firmware, wanted, names) > 0;
    return (struct pxed_verdict){.reason = v.reason,
                                 .offer_boot = v.offer_boot,
                                 .install = v.install,
                                 .host = host ? &host->pub : NULL,
                                 .script_url = pxed_arena_printf(arena, "%s%s?mac=%s", at->base, c->site.script,
                                                                 pxed_mac_text(&facts->mac, "-", mac)),
                                 .loader = loads ? names[0] : NULL};
}
