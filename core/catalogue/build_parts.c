/* Follows the parts of each system's templates once. */
#include "build_parts.h"

#include "build_trouble.h"
#include "pxed/grow.h"
#include "pxed/template.h"

struct part_seen {
    const char *path;  /* of a template */
    const char *wrong; /* the first missing part, said; NULL: none */
};

struct parts {
    struct build *b;
    const char *plugin;
    struct part_seen *seen;
    size_t n;
    const char *path, *wrong; /* of the template that is being read */
};

static const char *follow_template(struct parts *p, const char *path);

static void follow_part(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct parts *p = ctx;
    struct pxed_arena *arena = &p->b->c->arena;
    if (sigil != '>' || p->wrong)
        return;
    const char *path = catalogue_template_path(arena, p->plugin, pxed_arena_dup(arena, name).ptr);
    if (catalogue_text(p->b->c, path).ptr)
        p->wrong = follow_template(p, path);
    else
        p->wrong = pxed_arena_printf(
            arena, "%s:%u: {{> %.*s}}: there is no such file beside it, so it would vanish: copy it there", p->path,
            line, PXED_S(name));
}

/* What is missing in it or in its parts, or NULL. */
static const char *follow_template(struct parts *p, const char *path) {
    unsigned line;
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->seen[i].path, path) == 0)
            return p->seen[i].wrong;
    /* Noted first: a circle, which rendering refuses, ends here. */
    size_t own = p->n;
    PXED_ARENA_GROW(&p->b->c->arena, p->seen, p->n);
    p->seen[p->n++] = (struct part_seen){path, NULL};
    struct parts inner = *p;
    inner.path = path;
    inner.wrong = NULL;
    pxed_template_names(catalogue_text(p->b->c, path), follow_part, &inner, &line);
    p->seen = inner.seen;
    p->n = inner.n;
    p->seen[own].wrong = inner.wrong;
    return inner.wrong;
}

static void judge_system(struct parts *p, const struct catalogue_os *os) {
    const char *wrong = NULL;
    p->plugin = os->plugin;
    for (const struct pxed_file *f = os->profile->files; f && f->name && !wrong; f++) {
        const char *path = catalogue_template_path(&p->b->c->arena, os->plugin, f->source);
        if (!(f->flags & PXED_FILE_RAW) && catalogue_text(p->b->c, path).ptr)
            wrong = follow_template(p, path);
    }
    for (size_t i = 0; i < p->b->c->n_hosts && wrong; i++)
        if (p->b->c->hosts[i].os == os)
            build_trouble(p->b, &p->b->c->hosts[i], PXED_WHY_TEMPLATE_BROKEN, p->b->c->hosts[i].pub.file,
                          p->b->c->hosts[i].pub.line, "%s", wrong);
}

void build_judge_parts(struct build *b) {
    struct parts p = {.b = b};
    for (size_t i = 0; i < b->c->n_systems; i++)
        if (b->c->systems[i]->profile)
            judge_system(&p, b->c->systems[i]);
}
