/* What a load complains of, for the journal: what stands is told once, and what many lines share is one line. */
#include "reload_log.h"

#include <stdlib.h>

#include "log.h"
#include "pxed/arena.h"

enum { ALIKE_TOLD = 3 };

struct sign {
    uint64_t text;
    size_t at; /* among the diagnostics */
};

static struct {
    struct sign *items; /* sorted by text */
    size_t n;
} told[RELOAD_STAGES];

/* Line numbers move when a line above is added: they make no news. */
static uint64_t sign(const struct pxed_diag *d) {
    return pxed_hash(d->text, strlen(d->text), d->file ? pxed_hash(d->file, strlen(d->file), 0) : 0);
}

/* `name=web01: sentence`: the sentence. */
static const char *sentence(const char *text) {
    const char *colon = strstr(text, ": "), *equals = strchr(text, '=');
    return colon && equals && equals < colon ? colon + 2 : text;
}

static int by_text(const void *a, const void *b) {
    const struct sign *x = a, *y = b;
    int order = (x->text > y->text) - (x->text < y->text);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void tell(const struct pxed_diag *e) {
    enum pxed_log_level level = e->severity == PXED_WARNING ? PXED_LOG_WARNING : PXED_LOG_ERROR;
    if (e->file && e->line)
        log_core(level, "config", "%s:%u: %s", e->file, e->line, e->text);
    else
        log_core(level, "config", "%s%s%s", e->file ? e->file : "", e->file ? ": " : "", e->text);
}

/* Marks what the last load of this stage said as often as this one, and takes this one's place. */
static void compare(enum reload_stage stage, const struct pxed_diags *diags, bool *ret_stands) {
    struct sign *now = pxed_xalloc((diags->n + 1) * sizeof(*now));
    size_t before = 0;
    for (size_t i = 0; i < diags->n; i++)
        now[i] = (struct sign){sign(&diags->items[i]), i};
    qsort(now, diags->n, sizeof(*now), by_text);
    for (size_t i = 0; i < diags->n; i++) {
        while (before < told[stage].n && told[stage].items[before].text < now[i].text)
            before++;
        bool same = before < told[stage].n && told[stage].items[before].text == now[i].text;
        ret_stands[now[i].at] = same && diags->items[now[i].at].severity != PXED_ERROR;
        before += same;
    }
    free(told[stage].items);
    told[stage].items = now;
    told[stage].n = diags->n;
}

/* Sentences in an open table: how often each was met. */
struct alike {
    const char *text;
    enum pxed_severity severity;
    size_t n;
};

static struct alike *find(struct alike *table, size_t size, const struct pxed_diag *d) {
    const char *text = sentence(d->text);
    uint64_t at = pxed_hash(text, strlen(text), d->severity);
    while (table[at & (size - 1)].text &&
           (table[at & (size - 1)].severity != d->severity || strcmp(table[at & (size - 1)].text, text) != 0))
        at++;
    table[at & (size - 1)].text = text;
    table[at & (size - 1)].severity = d->severity;
    return &table[at & (size - 1)];
}

void reload_log(const struct pxed_diags *diags, enum reload_stage stage) {
    size_t size = 16;
    while (size < diags->n * 2)
        size *= 2;
    struct alike *table = pxed_xalloc(size * sizeof(*table));
    bool *stands = pxed_xalloc(diags->n + 1);
    compare(stage, diags, stands);
    for (size_t i = 0; i < diags->n; i++)
        if (!stands[i] && find(table, size, &diags->items[i])->n++ < ALIKE_TOLD)
            tell(&diags->items[i]);
    for (size_t i = 0; i < size; i++)
        if (table[i].n > ALIKE_TOLD)
            log_core(table[i].severity == PXED_WARNING ? PXED_LOG_WARNING : PXED_LOG_ERROR, "config",
                     "and %zu more lines: %s; pxed check lists them", table[i].n - ALIKE_TOLD, table[i].text);
    free(stands);
    free(table);
}
