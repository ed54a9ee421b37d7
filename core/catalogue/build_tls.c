/* Hosts whose secrets could only be delivered in the clear, although [http] answers = https. */
#include "build_tls.h"

#include "build_trouble.h"
#include "render.h"

static bool has_secret_file(struct build *b, const struct catalogue_host *h) {
    static const struct lifecycle_record none;
    struct pxed_arena scratch = {0};
    struct render r = {.catalogue = b->c, .host = h, .os = h->os, .record = &none, .arena = &scratch};
    bool found = render_has_secret_file(&r);
    pxed_arena_clear(&scratch);
    return found;
}

void build_judge_tls(struct build *b) {
    struct catalogue *c = b->c;
    for (size_t i = 0; i < c->n_hosts && c->site.answers_https; i++) {
        struct catalogue_host *h = &c->hosts[i];
        if (h->os->profile && !render_tls(h->os) && h->rare->trouble == PXED_WHY_OK && has_secret_file(b, h))
            build_trouble(
                b, h, PXED_WHY_ANSWER_NEEDS_TLS, h->pub.file, h->pub.line,
                "the answer file of %.*s holds a secret, and the installer of '%.*s' is not known to fetch it by "
                "TLS ([http] answers = https): no secret for it, or answers = http",
                PXED_S(h->pub.name), PXED_S(h->os->id.text));
    }
}
