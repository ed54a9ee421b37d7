/* The rules of the ladder of ways. */
#include "ways.h"

static size_t find_way(const char *const *names, size_t n, const char *way) {
    size_t i = 0;
    while (i < n && (!*way || strcmp(names[i], way) != 0))
        i++;
    return i;
}

static void put_way(struct ways *w, const char *name) {
    size_t n = strnlen(name, WAYS_WORD - 1);
    *w = (struct ways){.told = w->told};
    memcpy(w->way, name, n);
}

size_t ways_choose(struct ways *w, const char *const *names, size_t n, const char *model_good, bool *ret_moved) {
    size_t at = find_way(names, n, w->way);
    *ret_moved = false;
    if (at == n) { /* new here, or the table was changed */
        size_t like = find_way(names, n, model_good);
        at = like < n ? like : 0;
        put_way(w, names[at]);
        *ret_moved = at > 0;
    } else if (w->silent >= WAYS_SILENT_BOOTS && n > 1) {
        at = (at + 1) % n;
        put_way(w, names[at]);
        *ret_moved = true;
    }
    w->told = true;
    return at;
}

bool ways_power_on(struct ways *w) {
    bool silent = w->told && !w->took;
    if (silent && w->silent < 1000)
        w->silent++;
    w->told = w->took = false;
    return silent;
}

bool ways_takes(struct ways *w) {
    if (!w->told || w->took)
        return false;
    w->took = w->good = true;
    w->silent = 0;
    return true;
}
