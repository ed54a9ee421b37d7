#include "offline.h"

#include <grp.h>
#include <pwd.h>

static void check_account(struct offline *o) {
    const struct settings *s = &o->config->settings;
    if (s->user && *s->user && !getpwnam(s->user))
        pxed_diag_add(&o->diags, PXED_WARNING, o->config->ini.path, 0, "there is no account '%s' on this machine", s->user);
}

void offline_load(struct offline *o, const char *ini_path) {
    static const char *const core_provides[] = {"control/1", NULL};
    memset(o, 0, sizeof(*o));
    o->config = config_load(ini_path, &o->plugins, &o->diags);
    if (!o->config)
        return;
    check_account(o);
    plugins_order(&o->plugins, core_provides, &o->diags);
    o->n_ifaces = interfaces_find(&o->config->settings, o->ifaces, &o->diags);
    struct catalogue_input in = {
        .ini = &o->config->ini, .settings = &o->config->settings, .plugins = &o->plugins, .ifaces = o->ifaces,
        .n_ifaces = o->n_ifaces,
    };
    o->catalogue = catalogue_build(&in, &o->diags);
}

void offline_free(struct offline *o) {
    catalogue_unref(o->catalogue);
    if (o->config)
        config_unref(o->config);
    plugins_free(&o->plugins);
    pxed_diags_clear(&o->diags);
}
