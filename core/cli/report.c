/* `pxed report`: the diary of a rack. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "options.h"
#include "report_count.h"
#include "report_html.h"
#include "table.h"
#include "text.h"

/* All steps of all machines: the daemon answers in batches. False: l->code says why. */
static bool read_journal(struct live *l, struct report *r, int64_t since_ms) {
    for (int64_t since = 0;;) {
        char target[64];
        snprintf(target, sizeof(target), "journal?since=%lld", (long long)since);
        json_t *rows = live_ask(l, target, NULL);
        size_t n = json_array_size(rows);
        for (size_t i = 0; i < n; i++) {
            const json_t *j = json_array_get(rows, i);
            struct report_step step = {live_text(j, "mac"),    live_text(j, "name"),     live_text(j, "what"),
                                       live_text(j, "reason"), live_text(j, "sentence"), live_text(j, "text"),
                                       live_number(j, "at_ms")};
            report_take(r, &step, since_ms);
            since = live_number(j, "seq");
        }
        bool ok = rows != NULL;
        json_decref(rows);
        if (!ok || n == 0)
            return ok;
    }
}

static const char *time_or_none(int64_t ms, char text[static TEXT_SHORT]) {
    return ms > 0 ? text_left((double)ms / 1000, text) : "-";
}

static void print_systems(const struct report *r) {
    static const char *const heads[] = {"SYSTEM", "INSTALLED", "FAILED", "MEDIAN", "LONGEST", NULL};
    struct table t;
    table_begin(&t, heads);
    for (size_t i = 0; i < r->n_systems; i++) {
        const struct report_system *s = &r->systems[i];
        char median[TEXT_SHORT], longest[TEXT_SHORT];
        table_cell(&t, TABLE_BOLD, "%s", s->os);
        table_cell(&t, TABLE_GOOD, "%zu", s->whole.n);
        table_cell(&t, s->failed > 0 ? TABLE_BAD : TABLE_PLAIN, "%zu", s->failed);
        table_cell(&t, TABLE_PLAIN, "%s", time_or_none(report_median(&s->whole), median));
        table_cell(&t, TABLE_PLAIN, "%s", time_or_none(report_longest(&s->whole), longest));
    }
    table_end(&t, stdout);
}

static void print_stages(const struct report *r) {
    static const char *const heads[] = {"TO STAGE", "MEDIAN", "LONGEST", "BOOTS", NULL};
    struct table t;
    table_begin(&t, heads);
    for (size_t i = 0; i < REPORT_STAGES; i++) {
        const struct report_times *times = &r->stages[i];
        char median[TEXT_SHORT], longest[TEXT_SHORT];
        if (times->n == 0)
            continue;
        table_cell(&t, TABLE_BOLD, "%s", report_stages[i]);
        table_cell(&t, TABLE_PLAIN, "%s", time_or_none(report_median(times), median));
        table_cell(&t, TABLE_PLAIN, "%s", time_or_none(report_longest(times), longest));
        table_cell(&t, TABLE_PLAIN, "%zu", times->n);
    }
    table_end(&t, stdout);
}

static void print_failures(const struct report *r) {
    static const char *const heads[] = {"REASON", "TIMES", "MACHINES", "WHAT IT IS", NULL};
    struct table t;
    table_begin(&t, heads);
    for (size_t i = 0; i < r->n_failures; i++) {
        const struct report_failure *f = &r->failures[i];
        table_cell(&t, TABLE_BAD, "%s", f->reason);
        table_cell(&t, TABLE_PLAIN, "%zu", f->times);
        table_cell(&t, TABLE_PLAIN, f->n_machines > 1 ? "%s and %zu more" : "%s", f->machines[0], f->n_machines - 1);
        table_cell(&t, TABLE_PLAIN, "%s", f->sentence);
    }
    table_end(&t, stdout);
}

static void print_row(json_t *row) {
    if (row && json_dumpf(row, stdout, JSON_COMPACT) == 0)
        putchar('\n');
    json_decref(row);
}

static void print_json(const struct report *r) {
    print_row(json_pack("{s:I, s:I, s:I}", "installed", (json_int_t)r->installed, "failed", (json_int_t)r->failed,
                        "running", (json_int_t)r->running));
    for (size_t i = 0; i < r->n_systems; i++) {
        const struct report_system *s = &r->systems[i];
        print_row(json_pack("{s:s, s:I, s:I, s:I, s:I}", "system", s->os, "installed", (json_int_t)s->whole.n, "failed",
                            (json_int_t)s->failed, "median_ms", (json_int_t)report_median(&s->whole), "longest_ms",
                            (json_int_t)report_longest(&s->whole)));
    }
    for (size_t i = 0; i < REPORT_STAGES; i++)
        if (r->stages[i].n > 0)
            print_row(json_pack("{s:s, s:I, s:I, s:I}", "stage", report_stages[i], "median_ms",
                                (json_int_t)report_median(&r->stages[i]), "longest_ms",
                                (json_int_t)report_longest(&r->stages[i]), "boots", (json_int_t)r->stages[i].n));
    for (size_t i = 0; i < r->n_failures; i++) {
        const struct report_failure *f = &r->failures[i];
        json_t *names = json_array();
        for (size_t k = 0; k < f->n_machines; k++)
            json_array_append_new(names, json_string(f->machines[k]));
        print_row(json_pack("{s:s, s:I, s:s, s:o}", "reason", f->reason, "times", (json_int_t)f->times, "sentence",
                            f->sentence, "machines", names));
    }
}

static int write_page(const struct report *r, const char *period, const char *path) {
    FILE *out = fopen(path, "w");
    if (out)
        report_html(r, period, out);
    if (!out || ferror(out) || fclose(out) != 0) {
        fprintf(stderr, "pxed report: %s: %s\n", path, strerror(errno));
        return CLI_NO;
    }
    printf("%s is written\n", path);
    return CLI_OK;
}

static void print_text(const struct report *r, const char *period) {
    printf("installations %s: %zu installed, %zu failed, %zu running\n", period, r->installed, r->failed, r->running);
    if (r->n_systems > 0)
        putchar('\n'), print_systems(r);
    if (r->installed > 0)
        putchar('\n'), print_stages(r);
    if (r->n_failures > 0)
        putchar('\n'), print_failures(r);
}

int cli_report(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS, {"since", required_argument, NULL, 's'}, {"html", required_argument, NULL, 'h'}, {0}};
    struct live l = {0};
    struct report r = {0};
    const char *page = NULL, *since = "1d";
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        if (c == 's')
            since = optarg;
        else if (c == 'h')
            page = optarg;
    }
    uint64_t ms;
    if (optind != argc)
        return cli_usage();
    if (!options_parse_duration(pxed_slice_of(since), &ms) || ms > (uint64_t)live_now()) {
        fprintf(stderr, "pxed report: --since %s: expected a time like 12h or 7d\n", since);
        return CLI_USAGE;
    }
    char date[TEXT_SHORT], period[64];
    int64_t from = live_now() - (int64_t)ms;
    snprintf(period, sizeof(period), "since %s", text_date(from, date));
    bool read = read_journal(&l, &r, from);
    report_close(&r);
    if (read && l.json)
        print_json(&r);
    else if (read && !page)
        print_text(&r, period);
    int code = read && page ? write_page(&r, period, page) : l.code;
    report_free(&r);
    return code;
}
