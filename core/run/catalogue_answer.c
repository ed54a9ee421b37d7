/* A host's answer file: the profile's, or the operator's own; and whether it guards the disk. */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "catalogue_build.h"
#include "pxed/template.h"
#include "vars.h"

static void seen_partial(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    (void)line;
    if (sigil == '>' && pxed_slice_is(name, "disk-guard"))
        *(bool *)ctx = true;
}

struct name_check {
    struct build *b;
    const char *path;
    const struct pxed_profile *profile;
};

/* The strict pass: a misspelt host.NAME in an operator's file renders as nothing, so say it now. */
static void seen_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct name_check *check = ctx;
    if (sigil == '>' || !pxed_slice_starts(name, PXED_SLICE("host.")))
        return;
    static const char *const derived[] = {"mac",      "mac-colon",     "mac-upper", "prefix",    "netmask", "static",
                                          "dns-list", "packages-list", "ntp-list",  "dns-first", NULL};
    struct pxed_slice key = pxed_slice_skip(name, 5);
    if (pxed_slice_starts(key, PXED_SLICE("win-"))) /* a plugin's own making */
        return;
    for (size_t i = 0; derived[i]; i++)
        if (pxed_slice_is(key, derived[i]))
            return;
    struct pxed_diags quiet = {0};
    if (!vars_check(key, PXED_NO_SLICE, check->profile, true, check->path, line, &quiet))
        pxed_diag_add(check->b->diags, PXED_WARNING, check->path, line, "%s", quiet.items[0].text);
    pxed_diags_clear(&quiet);
}

/* An operator's own answer file: read once, judged, kept. False if it cannot be used. */
static bool load_answer(struct build *b, const char *path, const struct catalogue_host *host, bool *ret_guarded) {
    struct pxed_slice text = catalogue_text(b->c, path);
    unsigned line = 0;
    if (!text.ptr) {
        text = hostfile_slurp(path, TEMPLATE_MAX, &b->c->arena);
        if (!text.ptr) {
            pxed_diag_add(b->diags, PXED_WARNING, host->pub.file, host->pub.line, "cannot read the answer file %s: %s",
                          path, strerror(errno));
            return false;
        }
        struct name_check check = {b, path, host->os->profile};
        int rc = pxed_template_names(text, seen_name, &check, &line);
        if (rc != PXED_TEMPLATE_OK)
            pxed_diag_add(b->diags, PXED_WARNING, path, line, "%s", pxed_template_strerror(rc));
        build_template(b, path, text);
        build_private(b, path);
    }
    *ret_guarded = false;
    pxed_template_names(text, seen_partial, ret_guarded, &line);
    return true;
}

/* A file of the operator's at the answer file's own place wins over the template, and nothing puts a guard into it. */
static bool has_static_answer(struct build *b, const struct catalogue_host *h, const struct pxed_file *row) {
    char mac[PXED_MAC_TEXT];
    pxed_mac_text(&h->pub.macs[0], "-", mac);
    const char *path = pxed_arena_printf(&b->c->arena, "%s/hosts/%s/%s", b->c->boot_dir, mac, row->name);
    bool found = access(path, F_OK) == 0;
    const char *other = catalogue_row_path(&b->c->arena, row, mac);
    if (!found && other) {
        path = pxed_arena_printf(&b->c->arena, "%s/%s", b->c->boot_dir, other);
        found = access(path, F_OK) == 0;
    }
    if (found && b->in->settings->arm == SETTINGS_ARM_NEW)
        pxed_diag_add(
            b->diags, PXED_WARNING, path, 0,
            "this file is served in place of the answer file and has no disk guard: a new line that uses it does not "
            "arm (ANSWER_UNGUARDED)");
    return found;
}

/* A share's script of the operator's own, in any of the places where it would win over ours, partitions as it likes. */
static bool has_own_script(struct build *b, const struct catalogue_host *h) {
    char mac[PXED_MAC_TEXT];
    pxed_mac_text(&h->pub.macs[0], "-", mac);
    for (const struct pxed_file *f = h->os->profile->files; f && f->name; f++) {
        const char *own[] = {
            pxed_arena_printf(&b->c->arena, "%s/hosts/%s/%s", b->c->boot_dir, mac, f->name),
            pxed_arena_printf(&b->c->arena, "%s/os/%.*s/%s", b->c->boot_dir, PXED_S(h->os->id.text), f->name),
            b->c->share_dir ? pxed_arena_printf(&b->c->arena, "%s/%s/%s", b->c->share_dir, mac, f->name) : NULL};
        for (size_t i = 0; (f->flags & PXED_FILE_CLOSED) && i < 3; i++) {
            if (!own[i] || access(own[i], F_OK) < 0)
                continue;
            if (i < 2 && b->in->settings->arm == SETTINGS_ARM_NEW) /* the last may well be what pxed put there */
                pxed_diag_add(b->diags, PXED_WARNING, own[i], 0,
                              "this script takes the place of pxed's, which holds the disk guard: a new line that uses "
                              "it does not arm (ANSWER_UNGUARDED)");
            return true;
        }
    }
    return false;
}

void build_answer(struct build *b, struct catalogue_host *h) {
    const struct pxed_var *own = pxed_host_var(&h->pub, "answer");
    const struct pxed_profile *profile = h->os->profile;
    struct catalogue_image image = {b->c, h->os->id.text};
    h->guarded = true;
    if (own && own->value.len > 0) {
        const char *path = ini_path(&b->c->arena, own->file, pxed_arena_dup(&b->c->arena, own->value).ptr);
        h->guarded = false;
        if (!load_answer(b, path, h, &h->guarded))
            return;
        h->answer = path;
        if (!h->guarded && b->in->settings->arm == SETTINGS_ARM_NEW)
            pxed_diag_add(
                b->diags, PXED_WARNING, path, 0,
                "no {{> disk-guard}} in this answer file: a new line that uses it does not arm (ANSWER_UNGUARDED)");
    } else if (profile) {
        const struct pxed_file *row = profile_answer(profile, catalogue_image_has, &image);
        /* A whole ISO brings its own installer; but a share's scripts are ours, whatever booted. */
        bool ours = !h->os->iso || CATALOGUE_HAS_OP(h->os->ops, share);
        h->guarded =
            row && (row->flags & PXED_FILE_GUARDED) && ours && !has_static_answer(b, h, row) && !has_own_script(b, h);
    }
}
