/* The service share.smb/1: turns the core's calls into orders to the helper. */
#include "service.h"

#include <stdio.h>

#include "link.h"
#include "pxed/arena.h"

static void set_mac(struct smb_order *o, const struct pxed_hwaddr *mac) {
    pxed_mac_text(mac, "-", o->mac);
}

static void serve_folder(void *self, const struct pxed_share_site *site) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_SERVE};
    struct pxed_slice folder = pxed_slice_of(site->folder);
    if (s->helper.socket < 0 || s->folder || !folder.ptr)
        return;
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
        folder.len--;
    if (!smb_path_valid(folder)) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL, "error=\"no smb.conf can hold the path %s\"", site->folder);
        return;
    }
    s->folder = pxed_xstrdup(folder);
    snprintf(o.path, sizeof(o.path), "%s", s->folder);
    smb_link_send(s, &o);
}

static void open_account(void *self, const struct pxed_share_account *account) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_OPEN};
    if (s->config->mode != SMB_MANAGED || s->helper.socket < 0 || !s->folder)
        return;
    set_mac(&o, &account->mac);
    struct pxed_slice folder = pxed_slice_of(account->folder), share = pxed_slice_of(s->folder);
    if (!smb_user_valid(pxed_slice_of(account->user)) || !smb_password_valid(pxed_slice_of(account->password)) ||
        !pxed_slice_starts(folder, share) || !pxed_slice_is(smb_last_part(folder), o.mac)) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb-account", &account->mac, NULL,
                 "error=\"not a user, a password and a folder of this share\"");
        return;
    }
    snprintf(o.user, sizeof(o.user), "%s", account->user);
    snprintf(o.password, sizeof(o.password), "%s", account->password);
    o.installs = account->installs;
    smb_link_send(s, &o);
    explicit_bzero(&o, sizeof(o));
}

static void close_account(void *self, const struct pxed_hwaddr *mac) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_CLOSE};
    if (s->config->mode != SMB_MANAGED || s->helper.socket < 0 || !s->folder)
        return;
    set_mac(&o, mac);
    smb_link_send(s, &o);
}

static void accounts_settled(void *self) {
    struct smb *s = self;
    if (s->config->mode == SMB_MANAGED && s->helper.socket >= 0 && s->folder)
        smb_link_send(s, &(struct smb_order){.verb = SMB_VERB_SETTLED});
}

void smb_service_init(struct smb *s) {
    s->queue_end = &s->queue;
    s->service = (struct pxed_share_smb){.size = sizeof(s->service),
                                         .self = s,
                                         .open = open_account,
                                         .close = close_account,
                                         .settled = accounts_settled,
                                         .serve = serve_folder};
    s->ctx->core->publish(s->ctx, "share.smb/1", &s->service);
}
