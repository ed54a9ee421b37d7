/* The boot script and the loaders' configurations: what a machine is to boot, shown to those who may see it. */
#include "content_boot.h"

#include "boot_plan.h"
#include "content_files.h"
#include "content_who.h"
#include "decide.h"
#include "dialect.h"
#include "looked.h"
#include "pxed/path.h"
#include "site_url.h"

/* The client decides what is shown: the machine gets its installer; the server itself sees it with a token that opens
 * nothing. */
static struct believe_right script_judge(struct lookup *l, struct boot *b, const struct pxed_hwaddr *mac,
                                         enum pxed_loader loader) {
    const struct catalogue_host *host;
    struct machine *m = decide_find(l->d, mac, &host);
    enum believe_who who = content_who(l, m, host, mac);
    struct believe_right right = believe_may(who, BELIEVE_SCRIPT);
    l->target = m;
    boot_begin(b, l->d, mac, loader, right.notes);
    lookup_place(l, b);
    b->no_token = !right.live;
    return right;
}

/* The plan, or a boot from disk if the client is not the machine. */
static void script_make(struct lookup *l, struct boot *b, const struct believe_right *right, struct pxed_arena *arena) {
    char seen[64];
    boot_make(b, arena);
    if (b->reason != PXED_WHY_OK || right->why == PXED_WHY_OK)
        return;
    boot_refuse(b, right->why);
    b->seen = pxed_arena_printf(arena, "%s", who_text(&l->kernel, seen));
    if (l->target)
        content_tell_foreign(l, l->target, right->why);
}

/* What is recorded if the machine itself asks. */
static void script_set_note(struct lookup *l, struct open_content *c, struct boot *b) {
    bool install = b->reason == PXED_WHY_OK;
    c->note.kind = CONTENT_NOTE_BOOT;
    c->note.reason = b->reason;
    c->note.live = install && b->os->live;
    c->note.detail = install ? pxed_arena_printf(&c->arena, "%s=%.*s loader=%s%s", c->note.live ? "live" : "install",
                                                 PXED_S(b->os->id.text), pxed_loader_names[b->loader],
                                                 b->plan.how == PXED_HOW_PXELINUX ? " switch=pxelinux" : "")
                             : pxed_arena_printf(&c->arena, "loader=%s", pxed_loader_names[b->loader]);
    c->note.why = b->looked_for;
    if (!install || c->note.live || l->request->via != PXED_VIA_HTTP)
        return;
    c->boot = PXED_NEW(&c->arena, struct boot);
    *c->boot = *b;
    c->boot->mac = &c->mac;
}

static bool wants_operator_script(const struct lookup *l, const struct boot *b) {
    const struct catalogue *c = l->d->catalogue;
    if (c->site.script_always)
        return true;
    return b->host ? b->reason == PXED_WHY_OK : c->settings.unknown == SETTINGS_UNKNOWN_SCRIPT;
}

/* The operator's script; NOT_FOUND: there is none. One that exists but cannot run (unreadable, no handler, not
 * executable) gives CGI_FAILED: never its text, and never pxed's installer. */
static enum pxed_reason open_operator_script(struct lookup *l, struct open_content **ret) {
    char name[PXED_PATH_MAX + 8];
    struct pxed_buf b = PXED_BUF(name);
    pxed_buf_str(&b, "boot/");
    pxed_buf_add(&b, l->name.path);
    if (looked_absent(l->d->catalogue, l->d->root_fd, pxed_buf_cstr(&b)))
        return PXED_WHY_NOT_FOUND;
    enum pxed_reason why = content_boot_file(l, ret);
    if (why == PXED_WHY_NOT_FOUND || (why == PXED_WHY_OK && (*ret)->pub.kind == PXED_CONTENT_CGI))
        return why;
    if (why == PXED_WHY_OK)
        content_free(*ret);
    *ret = NULL;
    return PXED_WHY_CGI_FAILED;
}

/* Whom a request without `mac=` is about: what it says otherwise, or who asks. */
static bool script_find_machine(struct lookup *l, struct pxed_hwaddr *ret) {
    if (lookup_form_mac(l, ret))
        return true;
    content_find_asker(l);
    if (l->asker)
        *ret = l->asker->mac;
    return l->asker != NULL;
}

static void refuse_script(const struct lookup *l, struct boot *b, struct pxed_arena *arena) {
    boot_refuse(b, PXED_WHY_CGI_FAILED);
    b->looked_for = pxed_arena_printf(
        arena,
        "the script %s/%s cannot be run: make it readable, and executable with `#!`, or add its handler to [http] cgi",
        l->d->catalogue->boot_dir, l->d->catalogue->site.script);
}

enum pxed_reason content_boot_script(struct lookup *l, struct open_content **ret) {
    struct pxed_hwaddr mac;
    struct boot b;
    struct open_content *c, *cgi = NULL;
    enum pxed_reason why = lookup_query_mac(l, &mac);
    if (why != PXED_WHY_OK) { /* an operator's script has its own way of asking, and its own answer */
        if (open_operator_script(l, ret) != PXED_WHY_OK)
            return why;
        if (!script_find_machine(l, &mac))
            return PXED_WHY_OK; /* or asked again when the kernel knows the client */
        content_free(*ret);
        *ret = NULL;
    }
    struct believe_right right = script_judge(l, &b, &mac, dialect_of_agent(l->request->user_agent));
    if (l->wait)
        return PXED_WHY_OK;
    c = content_new(l);
    c->mac = b.rec.mac;
    script_make(l, &b, &right, &c->arena);
    bool ask_operator = wants_operator_script(l, &b);
    if (ask_operator && open_operator_script(l, &cgi) == PXED_WHY_CGI_FAILED)
        refuse_script(l, &b, &c->arena);
    struct pxed_slice text = boot_write(&b, &c->arena);
    if (cgi)
        content_free(c);
    else
        content_set_text(c, text, "text/plain");
    *ret = cgi ? cgi : c;
    (*ret)->mac = b.rec.mac;
    if (right.notes)
        script_set_note(l, *ret, &b);
    (*ret)->note.own_script = cgi != NULL;
    if (right.notes && l->target && hardware_query(&machine_rec_edit(l->target)->hardware, l->request->query))
        machines_touch(&l->d->machines, l->target);
    return PXED_WHY_OK;
}

static enum pxed_loader config_loader(enum name_kind kind) {
    return kind == NAME_PXELINUX      ? PXED_LOADER_PXELINUX
           : kind == NAME_PXEGRUB_MAC ? PXED_LOADER_PXEGRUB
                                      : PXED_LOADER_GRUB;
}

/* iPXE fills in what SMBIOS says; a build without one of these leaves it empty. */
#define AUTOEXEC_HARDWARE "&product=${product:uristring}&serial=${serial:uristring}&memory=${memsize}"

/* iPXE runs its autoexec.ipxe before it has an address. Its own script is asked for by HTTP then, so that what is
 * believed, used up and recorded is the same as after DHCP. */
static struct pxed_slice autoexec_text(const struct lookup *l, struct pxed_arena *arena) {
    char text[PXED_MAC_TEXT];
    const struct catalogue *c = l->d->catalogue;
    return pxed_slice_of(pxed_arena_printf(arena, "#!ipxe\ndhcp\nchain %s%s?mac=%s" AUTOEXEC_HARDWARE "\n",
                                           site_url_of(c, &l->request->local, &l->request->peer)->base, c->site.script,
                                           l->asker ? pxed_mac_text(&l->asker->mac, "-", text) : "${netX/mac:hexhyp}"));
}

/* The same for every machine, or for one that is not known by its address. */
static struct pxed_slice common_config(const struct lookup *l, struct pxed_arena *arena) {
    return l->name.kind == NAME_AUTOEXEC ? autoexec_text(l, arena)
                                         : PXED_SLICE("configfile /grub/grub.cfg-01-$net_default_mac\n");
}

enum pxed_reason content_loader_config(struct lookup *l, struct open_content **ret) {
    enum pxed_loader loader = config_loader(l->name.kind);
    struct pxed_hwaddr mac = l->name.mac;
    struct boot b;
    struct open_content *c;
    if (mac.len == 0) {
        content_find_asker(l);
        if (l->wait)
            return PXED_WHY_OK;
        if (!l->asker || l->name.kind == NAME_AUTOEXEC) {
            c = *ret = content_new(l);
            content_set_text(c, common_config(l, &c->arena), "text/plain");
            return PXED_WHY_OK;
        }
        mac = l->asker->mac;
    }
    struct believe_right right = script_judge(l, &b, &mac, loader);
    if (!b.host && l->d->catalogue->settings.unknown == SETTINGS_UNKNOWN_IGNORE)
        return PXED_WHY_NOT_FOUND;
    if (l->wait)
        return PXED_WHY_OK;
    c = *ret = content_new(l);
    c->mac = b.rec.mac;
    script_make(l, &b, &right, &c->arena);
    content_set_text(c, boot_write(&b, &c->arena), "text/plain");
    if (right.notes)
        script_set_note(l, c, &b);
    return PXED_WHY_OK;
}

enum pxed_reason content_own_config(struct lookup *l, struct open_content *file, struct open_content **ret) {
    struct boot b;
    enum pxed_loader loader = config_loader(l->name.kind);
    struct believe_right right = script_judge(l, &b, &l->name.mac, loader);
    *ret = file;
    if (l->wait)
        return PXED_WHY_OK;
    struct open_content *c = *ret = content_new(l);
    c->mac = b.rec.mac;
    b.reason = decide_wants(l->d, b.host, &b.rec);
    b.os = decide_os(l->d, b.host, &b.rec, &c->arena);
    bool armed = b.reason == PXED_WHY_OK;
    if (armed && right.why != PXED_WHY_OK) {
        boot_refuse(&b, right.why);
        content_tell_foreign(l, l->target, right.why);
    } else if (armed) {
        content_free(c);
        c = *ret = file;
        c->mac = b.rec.mac;
        c->note.own_script = true;
    } else {
        boot_refuse(&b, b.reason);
    }
    if (c != file)
        content_set_text(c, boot_write(&b, &c->arena), "text/plain");
    if (right.notes)
        script_set_note(l, c, &b);
    if (!armed && right.notes)
        c->note.unused_config = pxed_arena_printf(&c->arena, "file=%s", file->path);
    if (c != file)
        content_free(file);
    return PXED_WHY_OK;
}
