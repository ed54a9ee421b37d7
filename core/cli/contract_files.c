/* The files of a profile: their names, their templates, and whether those that say so hold the disk guard. */
#define _GNU_SOURCE
#include <stdio.h>

#include "contract.h"
#include "names.h"

static struct contract_text check_source(const struct plugin *p, const struct pxed_profile *profile,
                                         const struct pxed_file *f) {
    struct contract_text n = {.plugin = p,
                              .profile = profile,
                              .where = pxed_arena_printf(&contract.arena, "share/pxed/%s/%s", p->desc.name, f->source)};
    struct pxed_slice text = contract_share(p, f->source);
    contract_require(text.ptr != NULL || (f->flags & PXED_FILE_RAW), "%s is missing", n.where);
    if (!(f->flags & PXED_FILE_RAW)) /* bytes, and built where there is a cross compiler */
        contract_check_text(&n, text);
    return n;
}

/* Does this file hold the guard and fetch the row's, whose text is of no use before? */
static bool is_fetched_behind(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *f,
                              const struct pxed_file *row) {
    struct pxed_slice text = contract_share(p, f->source);
    char name[128];
    snprintf(name, sizeof(name), "{{file.%s}}", row->name);
    for (char *c = name + strlen("{{file."); *c; c++)
        *c = *c == '.' ? '_' : *c;
    return check_source(p, profile, f).guard && memmem(text.ptr, text.len, name, strlen(name)) != NULL;
}

/* GUARDED: the template holds the guard, or another of the profile's files that it fetches, or that fetches it, does.
 */
static bool is_guarded(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *row) {
    struct contract_text own = check_source(p, profile, row);
    if (own.guard)
        return true;
    for (const struct pxed_file *f = profile->files; f->name; f++)
        if (strcmp(f->name, row->name) != 0 &&
            (is_fetched_behind(p, profile, f, row) || (own.fetches && check_source(p, profile, f).guard)))
            return true;
    return false;
}

/* What lies in a share is used by the script that lies beside it. */
static bool is_guarded_there(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *row) {
    for (const struct pxed_file *f = profile->files; (row->flags & PXED_FILE_STAGED) && f->name; f++)
        if ((f->flags & PXED_FILE_CLOSED) && check_source(p, profile, f).guard)
            return true;
    return false;
}

static void check_file_path(const struct pxed_file *f) {
    const char *mark = f->path ? strstr(f->path, "<mac>") : NULL;
    struct name name;
    if (!f->path)
        return;
    if (f->path[0] == '/') {
        contract_require(!mark && contract_is_relative(f->path + 1) && strncmp(f->path, "/boot/", 6) != 0 &&
                             !contract_in_words(pxed_slice_of(f->path + 1), "status metrics"),
                         "%s: %s is no name outside /boot", f->name, f->path);
        return;
    }
    contract_require(mark != NULL, "%s: %s holds no <mac>", f->name, f->path);
    const char *path =
        pxed_arena_printf(&contract.arena, "%.*s08-00-27-4d-4d-aa%s", (int)(mark - f->path), f->path, mark + 5);
    contract_require(contract_is_relative(path) &&
                         name_parse(pxed_slice_of(path), PXED_SLICE("home.php"), &name) == PXED_WHY_OK &&
                         name.kind == NAME_HOST && name_fits_pattern(pxed_slice_of(path), f->path),
                     "%s: %s is no name of a host's file: hosts/WORD/<mac>.EXT", f->name, f->path);
}

void contract_files(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    for (const struct pxed_file *f = profile->files; f && f->name; f++, n++) {
        contract_require(n < CONTRACT_ROWS_MAX, "a table without an end: its last row is no zeroed one");
        contract_require(contract_is_word(f->name, CONTRACT_NAMES, 64) && f->name[0] != '.', "%s/%s: file `%s`",
                         p->desc.name, profile->name, f->name);
        contract_require(f->escape <= PXED_ESCAPE_INI && (!f->when || contract_is_relative(f->when)), "%s/%s: file %s",
                         p->desc.name, profile->name, f->name);
        check_file_path(f);
        if (!contract_needs_section(p) ||
            !(f->flags & PXED_FILE_ANSWER)) /* its answer file may be the operator's alone */
            check_source(p, profile, f);
        for (const struct pxed_file *o = profile->files; o != f; o++)
            contract_require(strcmp(o->name, f->name) != 0 || (o->when && (!f->when || strcmp(o->when, f->when) != 0)),
                             "%s/%s: the second row of %s is never reached", p->desc.name, profile->name, f->name);
        if (f->flags & PXED_FILE_GUARDED)
            contract_require((f->flags & (PXED_FILE_ANSWER | PXED_FILE_CLOSED)) &&
                                 (is_guarded_there(p, profile, f) || is_guarded(p, profile, f)),
                             "%s/%s: %s is flagged GUARDED and holds no disk guard", p->desc.name, profile->name,
                             f->name);
    }
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        struct contract_text args = {
            .plugin = p,
            .profile = profile,
            .where = pxed_arena_printf(&contract.arena, "%s/%s, arguments", p->desc.name, profile->name)};
        contract_check_text(&args, pxed_slice_of(b->args ? b->args : ""));
        for (size_t i = 0; i < sizeof(b->initrd) / sizeof(b->initrd[0]) && b->initrd[i]; i++)
            contract_check_text(&args, profile_initrd(b->initrd[i]).as);
    }
}
