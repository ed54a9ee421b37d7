/* Logs the diagnostics of a load: unchanged ones only once, and many of one kind as one line. */
#include "reload_log.h"

#include <stdlib.h>

#include "log.h"
#include "pxed/arena.h"

enum { ALIKE_TOLD = 3 };

struct sign {
    uint64_t text;
    size_t at; /* index of the diagnostic */
};

static struct {
    struct sign *items; /* sorted by text */
    size_t n;
} told[RELOAD_STAGES];

/* Without the line number, which changes when a line is added above. */
static uint64_t told_sign(const struct pxed_diag *d) {
    return pxed_hash(d->text, strlen(d->text), d->file ? pxed_hash(d->file, strlen(d->file), 0) : 0);
}

/* The sentence in `name=web01: sentence`. */
static const char *told_sentence(const char *text) {
    const char *colon = strstr(text, ": "), *equals = strchr(text, '=');
    return colon && equals && equals < colon ? colon + 2 : text;
}

static int by_text(const void *a, const void *b) {
    const struct sign *x = a, *y = b;
    int order = (x->text > y->text) - (x->text < y->text);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void told_tell(const struct pxed_diag *e) {
    enum pxed_log_level level = e->severity == PXED_WARNING ? PXED_LOG_WARNING : PXED_LOG_ERROR;
    if (e->file && e->line)
        log_core(level, "config", "%s:%u: %s", e->file, e->line, e->text);
    else
        log_core(level, "config", "%s%s%s", e->file ? e->file : "", e->file ? ": " : "", e->text);
}

/* Marks diagnostics that the last load of this stage had too, and remembers these for the next. */
static void told_compare(enum reload_stage stage, const struct pxed_diags *diags, bool *ret_stands) {
    struct sign *now = pxed_xalloc((diags->n + 1) * sizeof(*now));
    size_t before = 0;
    for (size_t i = 0; i < diags->n; i++)
        now[i] = (struct sign){told_sign(&diags->items[i]), i};
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

/* Sentences in a hash table, with the number of times each occurred. */
struct alike {
    const char *text;
    enum pxed_severity severity;
    size_t n;
};

static struct alike *told_find(struct alike *table, size_t size, const struct pxed_diag *d) {
    const char *text = told_sentence(d->text);
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
    told_compare(stage, diags, stands);
    for (size_t i = 0; i < diags->n; i++)
        if (!stands[i] && told_find(table, size, &diags->items[i])->n++ < ALIKE_TOLD)
            told_tell(&diags->items[i]);
    for (size_t i = 0; i < size; i++)
        if (table[i].n > ALIKE_TOLD)
            log_core(table[i].severity == PXED_WARNING ? PXED_LOG_WARNING : PXED_LOG_ERROR, "config",
                     "and %zu more lines: %s; pxed check lists them", table[i].n - ALIKE_TOLD, table[i].text);
    free(stands);
    free(table);
}
