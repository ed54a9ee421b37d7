/* What is made on the spot for one machine: boot script, loader configuration, answer files. */
#include <stdio.h>

#include "content.h"
#include "dialect.h"
#include "render.h"

enum { SCRIPT_MAX = 8192 };

/* Everything about one machine that asks for its plan. */
struct boot {
    struct machine *m;
    const struct catalogue_host *host; /* NULL: not declared */
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    enum pxed_reason reason; /* OK: it is being installed */
    struct pxed_plan plan;
    const struct catalogue_os *os;
    bool foreign; /* somebody else asks: no token for him */
};

static struct render make_render(const struct lookup *l, const struct boot *b, struct pxed_arena *arena) {
    return (struct render){.catalogue = l->d->catalogue,
                           .host = b->host,
                           .os = b->os,
                           .record = &b->m->rec,
                           .arena = arena,
                           .no_token = b->foreign};
}

/* The plan of a machine at this moment: its installer if it is armed and nothing stands in the way, else its disk. */
static void make_plan(const struct lookup *l, struct boot *b, struct pxed_arena *arena) {
    b->reason = PXED_WHY_UNKNOWN_MACHINE;
    if (b->host) {
        struct lifecycle_line line = decide_line(b->host);
        b->reason = lifecycle_wants(&b->m->rec, &line);
        b->os = decide_os(l->d, b->host, b->m, arena);
    }
    if (b->reason == PXED_WHY_OK) {
        struct render r = make_render(l, b, arena);
        b->reason = render_plan(&r, b->firmware, b->loader, &b->plan);
    }
    if (b->reason != PXED_WHY_OK)
        b->plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = b->reason};
}

static void set_note(struct boot *b, const struct pxed_hwaddr *mac, struct pxed_arena *arena) {
    char text[PXED_MAC_TEXT];
    struct pxed_slice name = b->host ? b->host->pub.name : PXED_SLICE("unknown machine");
    b->plan.note = pxed_slice_of(pxed_arena_printf(arena, "pxed: %.*s (%s) boots its disk: %s", PXED_S(name),
                                                   pxed_mac_text(mac, ":", text), pxed_reason_sentence(b->reason)));
}

static struct pxed_slice write_plan(const struct lookup *l, struct boot *b, const struct pxed_hwaddr *mac,
                                    struct pxed_arena *arena) {
    struct pxed_buf out = {pxed_arena_alloc(arena, SCRIPT_MAX), SCRIPT_MAX, 0};
    struct pxed_slice base = pxed_slice_of(l->d->catalogue->base);
    if (b->reason == PXED_WHY_OK) {
        b->reason = dialect_write(b->loader, b->firmware, &b->plan, base, &out);
        if (b->reason == PXED_WHY_OK && !pxed_buf_full(&out))
            return pxed_buf_slice(&out);
        if (b->reason == PXED_WHY_OK)
            b->reason = PXED_WHY_NO_DIALECT;
        out.len = 0;
        b->plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = b->reason};
    }
    set_note(b, mac, arena);
    dialect_write(b->loader, b->firmware, &b->plan, base, &out);
    return pxed_buf_slice(&out);
}

static enum pxed_firmware firmware_of(const struct machine *m) {
    return m->rec.has_firmware ? m->rec.firmware : PXED_FW_BIOS;
}

/* Does the request come from the machine it speaks of? The MAC in a name counts unless the address is known to be
 * somebody else's; the server's own addresses are an operator who looks. */
static bool by_itself(const struct lookup *l, const struct machine *m) {
    return !who_is_server(l->d, &l->request->peer) && (!l->asker || l->asker == m);
}

/* The next step of this boot, or the first of the next one. Before the plan is made: it may end an arming. */
static void note_boot(const struct lookup *l, struct machine *m) {
    if (lifecycle_script_opens(&m->rec, daemon_wall(l->d)))
        decide_boot(l->d, m);
}

static void note_plan(const struct lookup *l, const struct boot *b, const struct pxed_hwaddr *mac,
                      struct pxed_arena *arena) {
    bool install = b->reason == PXED_WHY_OK;
    const char *detail = install ? pxed_arena_printf(arena, "install=%.*s loader=%s%s", PXED_S(b->os->id.text),
                                                     pxed_loader_names[b->loader],
                                                     b->plan.how == PXED_HOW_PXELINUX ? " switch=pxelinux" : "")
                                 : pxed_arena_printf(arena, "loader=%s", pxed_loader_names[b->loader]);
    /* Anybody may write a MAC into a URL; the kernel knows whose address it is. */
    if (b->m->rec.ip.family == 0 && who_is_machine(l->d, b->m, b->host, &l->request->peer))
        machines_set_ip(&l->d->machines, b->m, &l->request->peer, false);
    decide_step(l->d, mac, PXED_STAGE_SCRIPT, PXED_WHY_OK, NULL, detail);
    if (!install)
        decide_step(l->d, mac, PXED_STAGE_LOCAL, b->reason, NULL, NULL);
}

static bool wants_operator_script(const struct lookup *l, const struct boot *b) {
    const struct catalogue *c = l->d->catalogue;
    if (c->site.script_always)
        return true;
    return b->host ? b->reason == PXED_WHY_OK : c->settings.unknown == SETTINGS_UNKNOWN_SCRIPT;
}

enum pxed_reason content_boot_script(const struct lookup *l, struct open_content **ret) {
    struct pxed_hwaddr mac;
    struct boot b = {0};
    enum pxed_reason why = content_query_mac(l, &mac);
    if (why != PXED_WHY_OK)
        return why;
    b.m = decide_machine(l->d, &mac, &b.host);
    b.loader = dialect_of_agent(l->request->user_agent);
    b.firmware = firmware_of(b.m);
    bool own = by_itself(l, b.m);
    b.foreign = !own && !who_is_server(l->d, &l->request->peer);
    if (own)
        note_boot(l, b.m);
    struct open_content *c = content_new(l), *cgi;
    c->mac = b.m->rec.mac;
    make_plan(l, &b, &c->arena);
    bool ask_operator = wants_operator_script(l, &b);
    struct pxed_slice text = write_plan(l, &b, &mac, &c->arena);
    if (own)
        note_plan(l, &b, &mac, &c->arena);
    why = ask_operator ? content_boot_file(l, &cgi) : PXED_WHY_NOT_FOUND;
    if (why == PXED_WHY_OK &&
        cgi->pub.kind != PXED_CONTENT_CGI) { /* it is there, but nothing can run it: never its text */
        content_free(cgi);
        why = PXED_WHY_NOT_FOUND;
    }
    if (why != PXED_WHY_NOT_FOUND) {
        b.m->rec.own_script |= own;
        content_free(c);
        *ret = cgi;
        return why;
    }
    content_set_text(c, text, "text/plain");
    *ret = c;
    return PXED_WHY_OK;
}

struct pxed_slice content_loader_text(struct daemon *d, struct machine *m, const struct catalogue_host *host,
                                      struct pxed_arena *arena) {
    struct lookup l = {.d = d};
    struct boot b = {.m = m, .host = host, .loader = PXED_LOADER_PXELINUX, .firmware = firmware_of(m)};
    make_plan(&l, &b, arena);
    return write_plan(&l, &b, &m->rec.mac, arena);
}

enum pxed_reason content_loader_config(const struct lookup *l, struct open_content **ret) {
    struct boot b = {.loader = l->name.kind == NAME_PXELINUX ? PXED_LOADER_PXELINUX : PXED_LOADER_GRUB};
    struct open_content *c;
    struct pxed_hwaddr mac = l->name.mac;
    if (l->name.kind == NAME_GRUB) {
        if (!l->asker) {
            c = content_new(l);
            content_set_text(c, PXED_SLICE("configfile /grub/grub.cfg-01-$net_default_mac\n"), "text/plain");
            *ret = c;
            return PXED_WHY_OK;
        }
        mac = l->asker->rec.mac;
    }
    b.m = decide_machine(l->d, &mac, &b.host);
    if (!b.host && l->d->catalogue->settings.unknown == SETTINGS_UNKNOWN_IGNORE)
        return PXED_WHY_NOT_FOUND;
    b.firmware = firmware_of(b.m);
    bool own = by_itself(l, b.m);
    b.foreign = !own && !who_is_server(l->d, &l->request->peer);
    if (own)
        note_boot(l, b.m);
    c = content_new(l);
    c->mac = b.m->rec.mac;
    make_plan(l, &b, &c->arena);
    content_set_text(c, write_plan(l, &b, &mac, &c->arena), "text/plain");
    if (own)
        note_plan(l, &b, &mac, &c->arena);
    *ret = c;
    return PXED_WHY_OK;
}

/* --- the operator's script --- */

static const char *env_name(struct pxed_arena *arena, struct pxed_slice key) {
    char *name = (char *)(uintptr_t)pxed_arena_printf(arena, "%.*s", PXED_S(key));
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    return name;
}

/* PXED_*: the machine as pxed sees it, and what pxed itself would answer. Secrets are not the script's business: it
 * runs as an unprivileged stranger. */
void content_script_env(const struct lookup *l, struct open_content *c, const struct pxed_hwaddr *mac) {
    struct boot b = {.loader = dialect_of_agent(l->request->user_agent)};
    struct pxed_cgi *cgi = (struct pxed_cgi *)(uintptr_t)c->pub.cgi;
    struct pxed_arena *a = &c->arena;
    char text[PXED_MAC_TEXT];
    if (!mac)
        return;
    b.m = decide_machine(l->d, mac, &b.host);
    b.firmware = firmware_of(b.m);
    c->mac = b.m->rec.mac;
    b.foreign = !by_itself(l, b.m) && !who_is_server(l->d, &l->request->peer);
    make_plan(l, &b, a);
    struct pxed_slice script = write_plan(l, &b, mac, a);
    size_t n = 0, room = 8 + (b.host ? b.host->pub.n_vars : 0);
    const char **env = PXED_NEWS(a, const char *, room);
    env[n++] = pxed_arena_printf(a, "PXED_MAC=%s", pxed_mac_text(mac, "-", text));
    env[n++] = pxed_arena_printf(a, "PXED_OS=%.*s", PXED_S(b.os ? b.os->id.text : PXED_SLICE("")));
    env[n++] = pxed_arena_printf(a, "PXED_ARMED=%s", b.reason == PXED_WHY_OK ? "yes" : "no");
    env[n++] = pxed_arena_printf(a, "PXED_FIRMWARE=%s", pxed_firmware_names[b.firmware]);
    env[n++] = pxed_arena_printf(a, "PXED_LOADER=%s", pxed_loader_names[b.loader]);
    env[n++] = pxed_arena_printf(a, "PXED_SCRIPT=%.*s", PXED_S(script));
    if (b.host)
        env[n++] = pxed_arena_printf(a, "PXED_HOST_NAME=%.*s", PXED_S(b.host->pub.name));
    for (size_t i = 0; b.host && i < b.host->pub.n_vars; i++) {
        const struct pxed_var *v = &b.host->pub.vars[i];
        if (!(v->flags & PXED_VAR_SECRET) && !pxed_slice_is(v->key, "name"))
            env[n++] = pxed_arena_printf(a, "PXED_HOST_%s=%.*s", env_name(a, v->key), PXED_S(v->value));
    }
    cgi->env = env;
    if (l->name.kind != NAME_SCRIPT)
        return;
    b.reason = PXED_WHY_CGI_FAILED;
    b.plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = b.reason};
    cgi->fallback = write_plan(l, &b, mac, a);
}

/* --- files of one machine --- */

struct host_file {
    struct boot b;
    const struct pxed_file *row;
    bool own; /* the machine itself asks */
};

static const struct pxed_file *find_row(const struct lookup *l, const struct boot *b) {
    struct catalogue_image image = {l->d->catalogue, b->os->id.text};
    if (!b->os->profile)
        return NULL;
    if (l->name.pattern.len == 0)
        return profile_file(b->os->profile, l->name.file, catalogue_image_has, &image);
    for (const struct pxed_file *f = b->os->profile->files; f && f->name; f++)
        if (f->path && name_fits_pattern(l->name.path, f->path) && (!f->when || catalogue_image_has(&image, f->when)))
            return f;
    return NULL;
}

static enum pxed_reason may_read(const struct lookup *l, struct host_file *f) {
    const struct pxed_addr *peer = &l->request->peer;
    if (l->token && l->token != f->b.m)
        return PXED_WHY_NOT_YOUR_FILE;
    if (who_is_server(l->d, peer))
        return PXED_WHY_OK;
    if (!lifecycle_open(&f->b.m->rec))
        return PXED_WHY_NOT_YOUR_FILE;
    f->own = l->token || who_is_machine(l->d, f->b.m, f->b.host, peer);
    return f->own ? PXED_WHY_OK : PXED_WHY_NOT_YOUR_FILE;
}

static enum pxed_reason render_host_file(const struct lookup *l, struct host_file *f, struct open_content **ret) {
    struct open_content *c = content_new(l);
    struct render r = make_render(l, &f->b, &c->arena);
    struct pxed_slice text = render_file(&r, f->row);
    enum pxed_reason why = !text.ptr               ? PXED_WHY_TEMPLATE_BROKEN
                           : r.secret && !l->token ? PXED_WHY_SECRET_NO_TOKEN
                                                   : PXED_WHY_OK;
    if (why != PXED_WHY_OK) {
        content_free(c);
        return why;
    }
    bool raw = (f->row->flags & PXED_FILE_RAW) != 0;
    content_set_text(c, text,
                     raw                                 ? "application/octet-stream"
                     : f->row->escape == PXED_ESCAPE_XML ? "text/xml"
                                                         : "text/plain");
    *ret = c;
    return PXED_WHY_OK;
}

enum pxed_reason content_host_file(const struct lookup *l, struct open_content **ret) {
    struct host_file f = {0};
    struct pxed_arena scratch = {0};
    f.b.m = decide_machine(l->d, &l->name.mac, &f.b.host);
    if (!f.b.host)
        return PXED_WHY_UNKNOWN_MACHINE;
    enum pxed_reason why = may_read(l, &f);
    if (why != PXED_WHY_OK)
        return why;
    f.b.os = decide_os(l->d, f.b.host, f.b.m, &scratch);
    f.row = find_row(l, &f.b);
    why = content_file(l, l->d->root_fd, "boot/", l->name.path, ret); /* an operator's file wins */
    if (why == PXED_WHY_NOT_FOUND)
        why = f.row ? render_host_file(l, &f, ret) : f.b.os->profile ? PXED_WHY_NOT_FOUND : PXED_WHY_NO_PROFILE;
    if (why == PXED_WHY_OK) {
        (*ret)->mac = f.b.m->rec.mac;
        (*ret)->spends = f.own && f.row && (f.row->flags & PXED_FILE_ANSWER);
        if (f.own && f.row && (f.row->flags & PXED_FILE_ANSWER))
            decide_step(l->d, &f.b.m->rec.mac, PXED_STAGE_ANSWER, PXED_WHY_OK, NULL, (*ret)->path);
    }
    pxed_arena_clear(&scratch);
    return why;
}

/* --- image files --- */

static bool is_last_file(const struct pxed_plan *plan, struct pxed_slice path) {
    struct pxed_slice last = plan->n_initrds > 0 ? plan->initrds[plan->n_initrds - 1].path : plan->kernel;
    return pxed_slice_eq_nocase(last, path); /* as names inside an ISO are found */
}

void content_note_image(const struct lookup *l, struct open_content *c) {
    struct boot b = {.m = l->asker, .loader = PXED_LOADER_IPXE};
    if (!b.m || !lifecycle_open(&b.m->rec) || !(b.host = catalogue_find(l->d->catalogue, &b.m->rec.mac)))
        return;
    b.os = decide_os(l->d, b.host, b.m, &c->arena);
    if (!pxed_slice_eq_nocase(b.os->id.text, l->name.os) && !(b.os->iso && l->name.kind == NAME_PLAIN))
        return;
    decide_step(l->d, &b.m->rec.mac, PXED_STAGE_KERNEL, PXED_WHY_OK, NULL, c->path);
    c->feeds = b.m->rec.own_script;
    if (b.m->rec.state != LIFECYCLE_ARMED || !b.os->profile)
        return;
    b.firmware = firmware_of(b.m);
    make_plan(l, &b, &c->arena);
    if (b.plan.how == PXED_HOW_PXELINUX) {
        b.loader = PXED_LOADER_PXELINUX;
        make_plan(l, &b, &c->arena);
    }
    /* Where pxed delivers no answer file itself, the last image is the point of no return. */
    struct catalogue_image image = {l->d->catalogue, b.os->id.text};
    bool delivers =
        b.plan.how != PXED_HOW_MEMDISK && profile_answer(b.os->profile, catalogue_image_has, &image) != NULL;
    c->spends = b.reason == PXED_WHY_OK && !delivers && is_last_file(&b.plan, l->name.path);
}
