/* The rows are those of docs/screens.md, installed as share/pxed/screens.md: one page for people and for this command.
 */
#include "screens.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plugins.h"
#include "pxed/slice.h"

enum { SAYS, CAUSE, ASK, CURE, CELLS };

struct screen {
    struct pxed_slice cells[CELLS];
};

/* `| a; b | cause | ask | cure |`; false: another line, or the table's head. */
static bool read_row(struct pxed_slice line, struct screen *ret) {
    for (size_t i = 0; i < CELLS; i++)
        if ((ret->cells[i] = pxed_slice_trim(pxed_slice_word(&line, "|"))).len == 0)
            return false;
    return !pxed_slice_starts(ret->cells[CAUSE], PXED_SLICE("---")) && !pxed_slice_is(ret->cells[CAUSE], "cause");
}

static bool holds(struct pxed_slice text, struct pxed_slice part) {
    char pattern[512];
    snprintf(pattern, sizeof(pattern), "*%.*s*", PXED_S(pxed_slice_head(part, 500)));
    return pxed_slice_match(pxed_slice_of(pattern), text);
}

/* Does one of the row's texts stand in what was read out, or the other way round? */
static bool fits(const struct screen *s, struct pxed_slice text) {
    struct pxed_slice rest = s->cells[SAYS], one;
    while ((one = pxed_slice_trim(pxed_slice_word(&rest, ";"))).len > 0)
        if (holds(text, one) || (text.len >= 3 && holds(one, text)))
            return true;
    return text.len == 0;
}

static void print_screen(const struct screen *s, bool json) {
    const struct pxed_slice *c = s->cells;
    json_t *row = json ? json_pack("{s:s%, s:s%, s:s%, s:s%}", "says", c[SAYS].ptr, c[SAYS].len, "cause", c[CAUSE].ptr,
                                   c[CAUSE].len, "ask", c[ASK].ptr, c[ASK].len, "cure", c[CURE].ptr, c[CURE].len)
                       : NULL;
    if (!row) {
        printf("%.*s\n  %.*s\n  ask:  %.*s\n  cure: %.*s\n", PXED_S(c[SAYS]), PXED_S(c[CAUSE]), PXED_S(c[ASK]),
               PXED_S(c[CURE]));
        return;
    }
    json_dumpf(row, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(row);
}

int screens_tell(const char *text, bool json) {
    char path[4096], *line = NULL;
    size_t cap = 0, n = 0;
    snprintf(path, sizeof(path), "%s/share/pxed/screens.md", plugins_prefix());
    FILE *page = fopen(path, "re");
    if (!page) {
        fprintf(stderr, "pxed why: %s cannot be read\n", path);
        return CLI_NO;
    }
    for (ssize_t len; (len = getline(&line, &cap, page)) > 0;) {
        struct screen s;
        if (!read_row(pxed_slice(line, (size_t)len), &s) || !fits(&s, pxed_slice_trim(pxed_slice_of(text))))
            continue;
        print_screen(&s, json);
        n++;
    }
    free(line);
    fclose(page);
    if (n == 0)
        fprintf(stderr, "pxed why: no text like this is known; pxed why --screen '' prints those that are\n");
    return n > 0 ? CLI_OK : CLI_NO;
}
