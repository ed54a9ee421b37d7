/* The output of `pxed watch`, on a terminal or in a pipe. */
#include "watch_show.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pxed/control.h"
#include "pxed/grow.h"
#include "table.h"
#include "text.h"

enum { PLAIN_EVERY_MS = 5000, BAR_WIDTH = 22 };

void watch_show_begin(struct watch_show *s, bool json) {
    *s = (struct watch_show){.json = json, .host_width = 8};
    const char *term = getenv("TERM");
    s->terminal = !json && isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
    s->color = table_wants_color(stdout);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* bars are written at once, not line by line */
}

struct watch_boot *watch_show_boot(struct watch_show *s, const json_t *step, bool *ret_new) {
    const char *mac = live_text(step, "mac");
    for (size_t i = 0; i < s->n_boots; i++)
        if (strcmp(s->boots[i].mac, mac) == 0) {
            *ret_new = false;
            return &s->boots[i];
        }
    PXED_GROW(s->boots, s->n_boots);
    struct watch_boot *b = &s->boots[s->n_boots++];
    *b = (struct watch_boot){.began = live_number(step, "at_ms")};
    snprintf(b->mac, sizeof(b->mac), "%s", mac);
    *ret_new = true;
    return b;
}

void watch_show_note(struct watch_show *s, const json_t *step) {
    bool is_new;
    struct watch_boot *b = watch_show_boot(s, step, &is_new);
    const char *what = live_text(step, "what");
    if (pxed_journal_opens(pxed_slice_of(what), pxed_slice_of(b->before)))
        b->began = live_number(step, "at_ms");
    snprintf(b->before, sizeof(b->before), "%s", what);
}

static void show_put(const struct watch_show *s, enum table_color which, const char *text) {
    char clean[1024];
    table_paint(stdout, s->color, which, text_clean(text, clean, sizeof(clean)));
}

static enum table_color step_color(const json_t *step) {
    const char *what = live_text(step, "what");
    if (live_flag(step, "fault") || strcmp(what, "failed") == 0)
        return TABLE_BAD;
    if (*live_text(step, "sentence"))
        return TABLE_WARN;
    return strcmp(what, "installed") == 0 ? TABLE_GOOD : TABLE_BOLD;
}

void watch_show_step(struct watch_show *s, const json_t *step) {
    char clock[TEXT_SHORT], elapsed[TEXT_SHORT], cell[TEXT_LINE], cure[TEXT_LINE];
    watch_show_note(s, step);
    if (s->json) {
        json_dumpf(step, stdout, JSON_COMPACT);
        putchar('\n');
        return;
    }
    watch_show_clear(s);
    bool is_new;
    const struct watch_boot *b = watch_show_boot(s, step, &is_new);
    int64_t at = live_number(step, "at_ms");
    const char *host = live_host(step);
    char text[TEXT_LINE];
    snprintf(text, sizeof(text), "%s", live_text(step, "text"));
    char *body = strstr(text, "body=\"");
    if (body) /* an installer's text may be long: `pxed log` shows it line by line */
        *body = '\0';
    if ((int)text_columns(host) > s->host_width && text_columns(host) < 40)
        s->host_width = (int)text_columns(host);

    printf("%s %8s  ", text_clock(at, clock), text_elapsed(at - b->began, elapsed));
    snprintf(cell, sizeof(cell), "%-*s  ", s->host_width, host);
    show_put(s, TABLE_PLAIN, cell);
    bool more = *text || *live_text(step, "sentence");
    snprintf(cell, sizeof(cell), "%-*s", more ? 11 : 0, live_text(step, "what"));
    show_put(s, step_color(step), cell);
    if (*text) {
        printf("  ");
        show_put(s, TABLE_PLAIN, text);
    }
    if (*live_text(step, "sentence")) {
        snprintf(cell, sizeof(cell), "  %s: %s", live_text(step, "reason"), live_text(step, "sentence"));
        show_put(s, step_color(step), cell);
    }
    if (*live_text(step, "cure")) {
        printf(" (");
        show_put(s, TABLE_PLAIN, text_cure(live_text(step, "cure"), host, cure));
        printf(")");
    }
    putchar('\n');
}

/* ---- transfers */

static struct watch_rate *rate_of(struct watch_show *s, const char *key) {
    for (size_t i = 0; i < s->n_rates; i++)
        if (strcmp(s->rates[i].key, key) == 0)
            return &s->rates[i];
    if (s->n_rates == WATCH_RATES)
        return NULL;
    struct watch_rate *r = &s->rates[s->n_rates++];
    *r = (struct watch_rate){.rate = -1};
    snprintf(r->key, sizeof(r->key), "%s", key);
    return r;
}

/* Bytes per second of one transfer, or < 0 while unknown. */
static double rate_update(struct watch_show *s, const json_t *t, int64_t now) {
    char key[160];
    snprintf(key, sizeof(key), "%lld %s %s %s", (long long)live_number(t, "since_ms"), live_text(t, "mac"),
             live_text(t, "ip"), live_text(t, "path"));
    int64_t sent = live_number(t, "sent");
    struct watch_rate *r = rate_of(s, key);
    if (!r)
        return -1;
    r->seen = true;
    if (r->at == 0) { /* first seen: the average so far */
        int64_t age = now - live_number(t, "since_ms");
        r->rate = age >= 200 ? (double)sent * 1000 / (double)age : -1;
    } else if (now - r->at < 200) {
        return r->rate; /* too early to measure */
    } else {
        double fresh = (double)(sent - r->sent) * 1000 / (double)(now - r->at);
        r->rate = r->rate < 0 ? fresh : r->rate * 0.7 + fresh * 0.3;
    }
    r->at = now;
    r->sent = sent;
    return r->rate;
}

static void rates_sweep(struct watch_show *s) {
    size_t kept = 0;
    for (size_t i = 0; i < s->n_rates; i++)
        if (s->rates[i].seen) {
            s->rates[i].seen = false;
            if (kept != i)
                s->rates[kept] = s->rates[i];
            kept++;
        }
    s->n_rates = kept;
}

/* One line of at most `columns` columns. */
static void transfer_line(const struct watch_show *s, const json_t *t, double rate, size_t columns, char *line,
                          size_t size) {
    char bar[TEXT_SHORT], done[TEXT_SHORT], whole[TEXT_SHORT], speed[TEXT_SHORT], left[TEXT_SHORT];
    char path[TEXT_LINE], clean[TEXT_LINE], numbers[160];
    double sent = (double)live_number(t, "sent"), total = (double)live_number(t, "size");
    double fraction = total > 0 ? sent / total : 0;
    if (rate < 0)
        snprintf(numbers, sizeof(numbers), "%3.0f%% of %s", fraction * 100, text_bytes(total, whole));
    else
        snprintf(numbers, sizeof(numbers), "%3.0f%% of %s, %s/s, eta %s", fraction * 100, text_bytes(total, whole),
                 text_bytes(rate, speed), text_left(rate > 0 ? (total - sent) / rate : 1e9, left));
    if (total <= 0) /* size unknown: a script's output */
        snprintf(numbers, sizeof(numbers), "%s", text_bytes(sent, done));
    text_clean(live_text(t, "path"), clean, sizeof(clean));
    size_t used = (size_t)s->host_width + 2 + (s->terminal ? BAR_WIDTH + 1 : 0) + strlen(numbers) + 2 + 6;
    text_tail(clean, columns > used + 12 ? columns - used : 12, path);
    text_clean(live_host(t), clean, sizeof(clean));
    snprintf(line, size, "%-*s  %s%s%s  %-4s  %s", s->host_width, clean,
             s->terminal ? text_bar(fraction, BAR_WIDTH, bar) : "", s->terminal ? " " : "", numbers,
             live_text(t, "via"), path);
}

static void terminal_size(size_t *ret_columns, size_t *ret_rows) {
    struct winsize w;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0;
    *ret_columns = known ? w.ws_col : 120;
    *ret_rows = known ? w.ws_row : 24;
}

void watch_show_clear(struct watch_show *s) {
    if (s->bars > 0)
        printf("\033[%dA\033[J", s->bars); /* up to the first bar, then erase to the end of the screen */
    s->bars = 0;
}

void watch_show_transfers(struct watch_show *s, const json_t *rows, const char *only, int64_t now) {
    size_t columns, height, shown = 0, more = 0;
    bool tell = s->terminal || now - s->plain >= PLAIN_EVERY_MS;
    if (s->json)
        return;
    terminal_size(&columns, &height);
    watch_show_clear(s);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *t = json_array_get(rows, i);
        char line[2048], clock[TEXT_SHORT];
        if (only && strcmp(only, live_text(t, "mac")) != 0)
            continue;
        double rate = rate_update(s, t, now);
        bool fits = !s->terminal || shown + 2 < height / 2; /* keeps half of the screen for the steps */
        more += !fits;
        if (!tell || !fits)
            continue;
        transfer_line(s, t, rate, s->terminal ? columns - 1 : 160, line, sizeof(line));
        if (s->terminal)
            text_cut(line, columns - 1); /* a wrapped line would take two */
        if (s->terminal)
            printf("%s\033[K\n", line);
        else
            printf("%s           %s\n", text_clock(now, clock), line);
        shown++;
    }
    if (s->terminal && more > 0)
        printf("and %zu more\033[K\n", more);
    s->bars = s->terminal ? (int)(shown + (more > 0)) : 0;
    if (tell && shown > 0)
        s->plain = now;
    rates_sweep(s);
    fflush(stdout);
}

void watch_show_end(struct watch_show *s) {
    watch_show_clear(s);
    fflush(stdout);
    free(s->boots);
    s->boots = NULL;
}
