/* The plugin's descriptor, options and their check, start and stop. */
#include "smb.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "home.h"
#include "link.h"
#include "pxed/arena.h"
#include "service.h"
#include "smbd.h"
#include "tool.h"
#include "version.h"

static const struct pxed_option options[] = {
    PXED_OPTION(struct smb_config, mode, ENUM, "mode", .fallback = "off", .words = "off managed external",
                .flags = PXED_OPT_RESTART,
                .help =
                    "who publishes the folder that [os-windows] share names; managed: a private smbd with an account "
                    "for each deployment; external: a Samba that is told to by state/smb/pxed.conf; off: nobody"),
    PXED_OPTION(struct smb_config, guest, BOOL, "guest", .fallback = "no", .flags = PXED_OPT_RESTART,
                .help =
                    "read without an account: everybody on the network reads every host's files, passwords included"),
    PXED_OPTION(struct smb_config, name, STR, "name", .fallback = "", .flags = PXED_OPT_RESTART,
                .help = "the share's name; default: the last part of the folder's path"),
    PXED_OPTION(struct smb_config, server, STR, "server", .fallback = "", .flags = PXED_OPT_RESTART,
                .help = "external: the server's name or address for clients; default: this machine"),
    PXED_OPTION(struct smb_config, user, STR, "user", .fallback = "", .flags = PXED_OPT_RESTART,
                .help = "external: the account of that Samba that clients are given"),
    PXED_OPTION(struct smb_config, password, STR, "password", .fallback = "",
                .flags = PXED_OPT_RESTART | PXED_OPT_SECRET,
                .help = "external: its password; machines that are being installed learn it"),
    PXED_OPTION(struct smb_config, port, UINT, "port", .fallback = "445", .min = 1, .max = 65535,
                .flags = PXED_OPT_RESTART, .help = "managed: TCP port on each served address; Windows knows only 445"),
    PXED_OPTION(struct smb_config, program, PATH, "smbd", .fallback = "/usr/sbin/smbd", .flags = PXED_OPT_RESTART,
                .help = "managed: the program"),
    PXED_OPTION(struct smb_config, first_id, UINT, "first-id", .fallback = "600000", .min = 1000, .max = 2000000000,
                .flags = PXED_OPT_RESTART,
                .help =
                    "managed: the first of 65536 uids and gids for its accounts; must not be used by other accounts"),
    {0},
};

static const char *nonempty(const char *text) {
    return text && *text ? text : NULL;
}

static void share_site(const void *config, struct pxed_share_site *site) {
    const struct smb_config *c = config;
    if (c->mode == SMB_OFF)
        return;
    site->published = true;
    site->guest = c->guest;
    site->accounts = c->mode == SMB_MANAGED;
    site->name = nonempty(c->name);
    if (c->mode == SMB_EXTERNAL) {
        site->server = nonempty(c->server);
        site->user = nonempty(c->user);
        site->password = nonempty(c->password);
    }
}

static void check_managed(const struct smb_config *c, const char *file, struct pxed_diags *diags) {
    const char *const *env;
    if (access(c->program, X_OK) != 0)
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] %s: %s: apt install samba samba-common-bin", c->program,
                      strerror(errno));
    if (access("/usr/bin/pdbedit", X_OK) != 0 && access("/usr/local/bin/pdbedit", X_OK) != 0)
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] pdbedit is missing: apt install samba-common-bin");
    if (!smb_tool_env(&env))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] libnss_wrapper.so is missing: apt install libnss-wrapper");
    if (c->port != 445)
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] port = %llu: Windows speaks SMB on port 445 only",
                      (unsigned long long)c->port);
}

static void check_external(const struct smb_config *c, const char *file, struct pxed_diags *diags) {
    if (nonempty(c->user) && !smb_operator_valid(pxed_slice_of(c->user)))
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[smb] user: '%s' is no account's name", c->user);
    if (nonempty(c->user) && !nonempty(c->password))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] user without password");
    if (!nonempty(c->user) && !c->guest)
        pxed_diag_add(diags, PXED_WARNING, file, 0,
                      "[smb] mode = external with neither user nor guest = yes: machines have no account");
}

static void check_smb_options(const void *config, const char *file, struct pxed_diags *diags) {
    const struct smb_config *c = config;
    if (nonempty(c->name) && !smb_name_valid(pxed_slice_of(c->name)))
        pxed_diag_add(diags, PXED_ERROR, file, 0,
                      "[smb] name: '%s' is not a valid share name: letters, digits and ._-$", c->name);
    if (c->guest && c->mode == SMB_OFF)
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] guest = yes does nothing while mode = off");
    else if (c->guest)
        pxed_diag_add(diags, PXED_WARNING, file, 0,
                      "[smb] guest = yes: everybody on the network can read every host's folder, its passwords and "
                      "product keys included");
    if (c->mode != SMB_EXTERNAL && (nonempty(c->user) || nonempty(c->password) || nonempty(c->server)))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[smb] server, user and password count with mode = external only");
    if (c->mode == SMB_MANAGED)
        check_managed(c, file, diags);
    if (c->mode == SMB_EXTERNAL)
        check_external(c, file, diags);
}

/* Stops the smbd left over from an earlier run with mode = managed. */
static void stop_left_over(struct smb *s) {
    int home = smb_home_open(s->ctx->core->state_dir(s->ctx), false);
    struct smb_smbd smbd;
    if (home < 0)
        return;
    if (smb_smbd_find(home, &smbd)) {
        pid_t pid = smbd.pid;
        smb_smbd_stop(&smbd);
        pxed_log(s->ctx, PXED_LOG_INFO, "smb", NULL, NULL, "smbd pid=%d of an earlier run is stopped", (int)pid);
    }
    close(home);
}

static void add_served_address(struct smb_setup *setup, const struct pxed_addr *addr) {
    for (size_t i = 0; i < setup->n_addrs; i++)
        if (pxed_addr_eq(&setup->addrs[i], addr))
            return;
    if (addr->family == 4 && setup->n_addrs < SMB_ADDRS_MAX)
        setup->addrs[setup->n_addrs++] = *addr;
}

static void fill_setup(struct smb *s, struct smb_setup *setup) {
    const struct smb_config *c = s->config;
    const struct passwd *nobody = getpwnam("nobody");
    const struct pxed_iface *ifaces;
    size_t n = s->ctx->core->ifaces(s->ctx, &ifaces);
    *setup = (struct smb_setup){.mode = (enum smb_mode)c->mode,
                                .guest = c->guest,
                                .port = (uint16_t)c->port,
                                .first_id = (uint32_t)c->first_id,
                                .nobody_uid = nobody ? nobody->pw_uid : 65534,
                                .nobody_gid = nobody ? nobody->pw_gid : 65534,
                                .program = c->program,
                                .name = c->name ? c->name : "",
                                .user = c->user ? c->user : ""};
    for (size_t i = 0; i < n; i++)
        add_served_address(setup, &ifaces[i].addr);
}

/* A failure is logged, and the daemon runs without SMB. */
static void start_helper(struct smb *s) {
    static struct smb_setup setup; /* for the helpers to come, too */
    static char shown[1024];
    const char *state = s->ctx->core->state_dir(s->ctx);
    snprintf(shown, sizeof(shown), "%s/smb", state);
    if (s->config->mode == SMB_MANAGED && geteuid() != 0) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL,
                 "error=\"mode = managed needs pxed to be started as root: the folder is not published\"");
        return;
    }
    fill_setup(s, &setup);
    setup.shown = shown;
    setup.home = smb_home_open(state, true);
    if (setup.home < 0) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL, "error=\"%s: %s%s\"", shown, strerror(-setup.home),
                 setup.home == -EPERM ? ": it must be root's and writable to root alone: remove it" : "");
        return;
    }
    int rc = smb_link_init(s, &setup);
    if (rc != 0)
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL, "error=\"helper: %s\"", strerror(-rc));
    close(setup.home);
}

static int smb_init(struct pxed_ctx *ctx) {
    struct smb *s = pxed_xalloc(sizeof(*s));
    s->ctx = ctx;
    s->config = ctx->config;
    s->helper.socket = -1;
    ctx->self = s;
    smb_service_init(s);
    if (s->config->mode != SMB_MANAGED)
        stop_left_over(s);
    if (s->config->mode != SMB_OFF)
        start_helper(s);
    return 0;
}

static int smb_start(struct pxed_ctx *ctx) {
    return smb_link_start(ctx->self);
}

static void smb_fini(struct pxed_ctx *ctx) {
    struct smb *s = ctx->self;
    if (!s)
        return;
    ctx->self = NULL;
    smb_link_fini(s);
}

static const struct pxed_protocol_ops ops = {.size = sizeof(ops), .check = check_smb_options, .share_site = share_site};
static const char *const provides[] = {"share.smb/1", NULL};

PXED_PLUGIN(smb, .kind = PXED_KIND_SERVICE, .name = "smb", .version = SMB_VERSION,
            .summary = "publishes the folder that Windows installs from, by a private or an existing Samba",
            .provides = provides, .options = options, .config_size = sizeof(struct smb_config), .ops = &ops,
            .init = smb_init, .start = smb_start, .fini = smb_fini)
