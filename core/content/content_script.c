/* The environment of the operator's script: the machine as pxed sees it. */
#include "content_script.h"

#include "boot_plan.h"
#include "content_who.h"
#include "decide.h"
#include "dialect.h"

static const char *env_name(struct pxed_arena *arena, struct pxed_slice key) {
    char *name = (char *)(uintptr_t)pxed_arena_printf(arena, "%.*s", PXED_S(key));
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    return name;
}

/* PXED_*: the machine as pxed sees it, and pxed's own answer. Without secrets, because the script is not trusted with
 * them. */
void content_script_env(struct lookup *l, struct open_content *c, const struct pxed_hwaddr *mac) {
    struct pxed_cgi *cgi = (struct pxed_cgi *)(uintptr_t)c->pub.cgi;
    struct pxed_arena *a = &c->arena;
    char text[PXED_MAC_TEXT];
    struct boot b;
    if (!mac)
        return;
    const struct catalogue_host *host;
    const struct machine *m = decide_find(l->d, mac, &host);
    struct believe_right right = believe_may(content_who(l, m, host, mac), BELIEVE_SCRIPT);
    boot_begin(&b, l->d, mac, dialect_of_agent(l->request->user_agent), right.notes);
    lookup_place(l, &b);
    b.no_token = !right.live;
    c->mac = b.rec.mac;
    boot_make(&b, a);
    if (b.reason == PXED_WHY_OK && right.why != PXED_WHY_OK)
        boot_refuse(&b, right.why);
    struct pxed_slice script = boot_write(&b, a);
    size_t n = 0, room = 8;
    size_t at = 0;
    for (const struct pxed_var *v; b.host && (v = pxed_host_next_var(&b.host->pub, &at)) != NULL;)
        room++;
    const char **env = PXED_NEWS(a, const char *, room);
    env[n++] = pxed_arena_printf(a, "PXED_MAC=%s", pxed_mac_text(mac, "-", text));
    env[n++] = pxed_arena_printf(a, "PXED_OS=%.*s", PXED_S(b.os ? b.os->id.text : PXED_SLICE("")));
    env[n++] = pxed_arena_printf(a, "PXED_ARMED=%s", b.reason == PXED_WHY_OK ? "yes" : "no");
    env[n++] = pxed_arena_printf(a, "PXED_FIRMWARE=%s", pxed_firmware_names[b.firmware]);
    env[n++] = pxed_arena_printf(a, "PXED_LOADER=%s", pxed_loader_names[b.loader]);
    env[n++] = pxed_arena_printf(a, "PXED_SCRIPT=%.*s", PXED_S(script));
    if (b.host)
        env[n++] = pxed_arena_printf(a, "PXED_HOST_NAME=%.*s", PXED_S(b.host->pub.name));
    at = 0;
    for (const struct pxed_var *v; b.host && (v = pxed_host_next_var(&b.host->pub, &at)) != NULL;) {
        if (!(v->flags & PXED_VAR_SECRET) && !pxed_slice_is(v->key, "name"))
            env[n++] = pxed_arena_printf(a, "PXED_HOST_%s=%.*s", env_name(a, v->key), PXED_S(v->value));
    }
    cgi->env = env;
    if (l->name.kind != NAME_SCRIPT)
        return;
    boot_refuse(&b, PXED_WHY_CGI_FAILED);
    cgi->fallback = boot_write(&b, a);
}
