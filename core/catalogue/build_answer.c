/* Sets a host's answer file, the profile's or the operator's own, and whether it has the disk guard. */
#define _GNU_SOURCE
#include "build_answer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "answer.h"
#include "build_bytes.h"
#include "build_own.h"
#include "build_trouble.h"
#include "image_find.h"
#include "template_check.h"

/* An answer= file is read and checked once for all hosts that use it. */
struct build_answer_file {
    const char *path, *plugin;
    bool raw; /* no template */
    enum pxed_reason wrong;
    const char *text; /* why it is refused */
    bool guarded;
    struct build_answer_file *next;
};

static struct build_answer_file *answerfile_refuse(struct build_answer_file *f, enum pxed_reason wrong,
                                                   const char *text) {
    f->wrong = wrong;
    f->text = text;
    return f;
}

static struct build_answer_file *answerfile_read_answer(struct build *b, const char *path,
                                                        const struct catalogue_host *h, const struct pxed_var *own) {
    struct pxed_arena *a = &b->c->arena;
    struct build_answer_file *f = PXED_NEW(a, struct build_answer_file);
    *f = (struct build_answer_file){
        .path = path, .plugin = h->os->plugin, .raw = h->rare->answer_raw, .next = b->answers};
    b->answers = f;
    build_private(b, path);
    struct pxed_slice text = catalogue_text(b->c, path);
    if (!text.ptr)
        text = hostfile_slurp(path, ANSWER_MAX, a);
    if (!text.ptr) {
        const char *why = errno == EFBIG    ? "it is larger than 8 MiB"
                          : errno == EINVAL ? "it is no file"
                                            : strerror(errno);
        f = answerfile_refuse(f, PXED_WHY_ANSWER_UNREADABLE,
                              pxed_arena_printf(a, "cannot read the answer file %s: %s", path, why));
        pxed_diag_add(b->diags, PXED_HOST_ERROR, own->file, own->line, "%s", f->text);
        return f;
    }
    build_template(b, path, text);
    build_check_bytes(b, path, text);
    if (f->raw)
        return f;
    struct template_check check = {.c = b->c, .os = h->os, .path = path, .diags = b->diags, .arena = a};
    if (!template_check(&check, text))
        return answerfile_refuse(f, PXED_WHY_ANSWER_BROKEN, check.broken);
    f->guarded = check.guarded;
    return f;
}

/* An unreadable file is reported for each line that names it, for a section only once. */
static struct build_answer_file *load_answer(struct build *b, const char *path, const struct catalogue_host *h,
                                             const struct pxed_var *own) {
    for (struct build_answer_file *f = b->answers; f; f = f->next) {
        if (f->plugin != h->os->plugin || f->raw != h->rare->answer_raw || strcmp(f->path, path) != 0)
            continue;
        if (f->wrong == PXED_WHY_ANSWER_UNREADABLE && own->line == h->pub.line && strcmp(own->file, h->pub.file) == 0)
            pxed_diag_add(b->diags, PXED_HOST_ERROR, own->file, own->line, "%s", f->text);
        return f;
    }
    return answerfile_read_answer(b, path, h, own);
}

/* Its own names lie in hosts/MAC, and, of a row with a path, in another folder below hosts. */
static bool may_have_own(struct build *b, const struct catalogue_host *h, const struct pxed_file *row) {
    char mac[PXED_MAC_TEXT];
    struct pxed_slice path = pxed_slice_of(row->path ? row->path : "");
    if (!build_own_none(b) && build_own_has(b, pxed_mac_text(&h->pub.macs[0], "-", mac)))
        return true;
    if (!pxed_slice_is(pxed_slice_word(&path, "/"), "hosts"))
        return row->path != NULL;
    struct pxed_slice folder = pxed_slice_word(&path, "/");
    return build_own_has(b, pxed_arena_dup(&b->c->arena, folder).ptr);
}

/* An operator's file under one of the answer file's own names wins over the template and has no guard of pxed's. Its
 * errors concern this host alone. */
static bool has_static_answer(struct build *b, struct catalogue_host *h, const struct pxed_file *row, bool ahead) {
    struct answer_found found;
    if (!h->rare->answer && !may_have_own(b, h, row))
        return false;
    struct pxed_arena scratch = {0};
    enum pxed_reason why = answer_find(b->c, h, row, b->c->root_fd, &b->c->arena, &found);
    if (found.fd >= 0)
        build_check_bytes(b, found.path, answer_read(&found, &scratch));
    pxed_arena_clear(&scratch);
    if (found.rendered)
        return false;
    if (why != PXED_WHY_OK)
        build_trouble(b, h, why, h->pub.file, h->pub.line, "%s", found.why);
    else if (found.operators && !ahead && b->in->settings->arm == SETTINGS_ARM_NEW && !h->os->live)
        pxed_diag_add(b->diags, PXED_WARNING, found.path, 0,
                      "this file replaces the answer file and has no disk guard: a new line that uses it does not arm "
                      "(ANSWER_UNGUARDED); use answer= with {{> disk-guard}}, or pxed arm HOST");
    return found.operators;
}

/* An operator's own script in the share, in any place where it replaces pxed's, may partition as it likes. */
static bool has_own_script(struct build *b, const struct catalogue_host *h) {
    char mac[PXED_MAC_TEXT];
    for (const struct pxed_file *f = h->os->profile->files; f && f->name; f++) {
        if (!(f->flags & PXED_FILE_CLOSED))
            continue;
        pxed_mac_text(&h->pub.macs[0], "-", mac);
        const char *own[] = {
            pxed_arena_printf(&b->c->arena, "%s/hosts/%s/%s", b->c->boot_dir, mac, f->name),
            catalogue_image_path(b->c, h->os->id.text, f->name, &b->c->arena),
            b->c->share_dir ? pxed_arena_printf(&b->c->arena, "%s/%s/%s", b->c->share_dir, mac, f->name) : NULL};
        for (size_t i = 0; i < 3; i++) {
            if (!own[i] || faccessat(AT_FDCWD, own[i], F_OK, AT_EACCESS) < 0)
                continue;
            if (i < 2 && b->in->settings->arm == SETTINGS_ARM_NEW) /* the last may be pxed's own file */
                pxed_diag_add(b->diags, PXED_WARNING, own[i], 0,
                              "this script replaces pxed's, which has the disk guard: a new line that uses it does not "
                              "arm (ANSWER_UNGUARDED); pxed arm HOST does");
            return true;
        }
    }
    return false;
}

/* Does the disk guard run before the operator's own answer file is used? Only as long as the files that see to it are
 * pxed's. */
static bool is_guarded_ahead(struct build *b, const struct catalogue_host *h, const struct pxed_file *row) {
    char mac[PXED_MAC_TEXT];
    if (!row || (row->flags & (PXED_FILE_GUARDED | PXED_FILE_AHEAD)) != (PXED_FILE_GUARDED | PXED_FILE_AHEAD))
        return false;
    pxed_mac_text(&h->pub.macs[0], "-", mac);
    for (const struct pxed_file *f = h->os->profile->files; f->name; f++)
        if (!(f->flags & PXED_FILE_ANSWER) &&
            catalogue_boot_file(b->c, pxed_arena_printf(&b->c->arena, "hosts/%s/%s", mac, f->name)))
            return false;
    return true;
}

static void take_answer(struct build *b, struct catalogue_host *h, const struct pxed_var *own) {
    const char *path = ini_path(&b->c->arena, own->file, pxed_arena_dup(&b->c->arena, own->value).ptr);
    struct catalogue_rare *rare = catalogue_rare(&b->c->arena, h);
    options_parse_bool(pxed_host_value(&h->pub, "answer-raw"), &rare->answer_raw);
    const struct build_answer_file *f = load_answer(b, path, h, own);
    rare->answer = f->path;
    rare->answer_wrong = f->wrong;
    rare->answer_text = f->text;
    h->guarded = f->guarded;
}

void build_answer(struct build *b, struct catalogue_host *h) {
    const struct pxed_var *own = pxed_host_var(&h->pub, "answer");
    const struct pxed_profile *profile = h->os->profile;
    const struct pxed_file *row = h->os->answer;
    bool answer = own && own->value.len > 0;
    h->guarded = true;
    if (answer)
        take_answer(b, h, own);
    bool ahead = is_guarded_ahead(b, h, row);
    if (row && has_static_answer(b, h, row, ahead)) {
        h->guarded = ahead;
    } else if (answer) {
        h->guarded |= ahead;
        if (h->rare->answer_wrong)
            build_note_trouble(b, h, h->rare->answer_wrong, own->file, own->line, h->rare->answer_text);
        else if (!h->guarded && b->in->settings->arm == SETTINGS_ARM_NEW && !h->os->live)
            pxed_diag_add(
                b->diags, PXED_WARNING, h->rare->answer, 0,
                "no {{> disk-guard}} in this answer file: a new line that uses it does not arm (ANSWER_UNGUARDED)");
    } else if (profile) {
        /* A whole ISO has its own installer; but the scripts in the share are pxed's, whatever booted. */
        bool ours = !h->os->iso || CATALOGUE_HAS_OP(h->os->ops, share);
        h->guarded = row && (row->flags & PXED_FILE_GUARDED) && ours && !has_own_script(b, h);
    }
}
