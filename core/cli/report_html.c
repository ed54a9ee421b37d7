/* Bars are SVG; the page follows the reader's light or dark. Names come from machines and files: each is escaped. */
#include "report_html.h"

#include "text.h"

static const char head[] = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                           "content=\"width=device-width\">\n"
                           "<title>pxed: installations</title>\n<style>\n"
                           ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:2rem "
                           "auto;max-width:60rem;padding:0 1rem}\n"
                           "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem "
                           ".6rem;border-bottom:1px solid #8884}\n"
                           "td.n{text-align:right;font-variant-numeric:tabular-nums}.good{fill:#2a8a3e}.bad{fill:#"
                           "c0392b}.stage{fill:#3a6fb0}\n"
                           "</style>\n";

static void put_text(FILE *out, const char *text) {
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void put_cell(FILE *out, const char *text) {
    char clean[TEXT_LINE];
    fputs("<td>", out);
    put_text(out, text_clean(text, clean, sizeof(clean)));
}

static void put_bar(FILE *out, const char *kind, double share) {
    fprintf(out, "<td><svg width=\"160\" height=\"12\" role=\"img\" aria-label=\"%.0f %%\">", share * 100);
    fprintf(out, "<rect class=\"%s\" width=\"%.0f\" height=\"12\"/></svg>", kind, share * 160);
}

static void put_time(FILE *out, int64_t ms) {
    char text[TEXT_SHORT];
    fprintf(out, "<td class=\"n\">%s", ms > 0 ? text_left((double)ms / 1000, text) : "-");
}

static void put_systems(const struct report *r, FILE *out) {
    fputs("<h2>Systems</h2>\n<table><tr><th>system<th>installed<th>failed<th>ended well<th>median<th>longest\n", out);
    for (size_t i = 0; i < r->n_systems; i++) {
        const struct report_system *s = &r->systems[i];
        fputs("<tr>", out);
        put_cell(out, s->os);
        fprintf(out, "<td class=\"n\">%zu<td class=\"n\">%zu", s->whole.n, s->failed);
        put_bar(out, "good", (double)s->whole.n / (double)(s->whole.n + s->failed));
        put_time(out, report_median(&s->whole));
        put_time(out, report_longest(&s->whole));
        fputc('\n', out);
    }
    fputs("</table>\n", out);
}

static void put_stages(const struct report *r, FILE *out) {
    int64_t most = 1;
    for (size_t i = 0; i < REPORT_STAGES; i++)
        most = report_median(&r->stages[i]) > most ? report_median(&r->stages[i]) : most;
    fputs("<h2>How long each stage took</h2>\n<table><tr><th>to<th>median<th><th>longest<th>boots\n", out);
    for (size_t i = 0; i < REPORT_STAGES; i++) {
        const struct report_times *t = &r->stages[i];
        if (t->n == 0)
            continue;
        fputs("<tr>", out);
        put_cell(out, report_stages[i]);
        put_time(out, report_median(t));
        put_bar(out, "stage", (double)report_median(t) / (double)most);
        put_time(out, report_longest(t));
        fprintf(out, "<td class=\"n\">%zu\n", t->n);
    }
    fputs("</table>\n", out);
}

static void put_failures(const struct report *r, FILE *out) {
    size_t most = r->n_failures > 0 ? r->failures[0].times : 1;
    fputs("<h2>What failed</h2>\n<table><tr><th>reason<th>times<th><th>what it is<th>machines\n", out);
    for (size_t i = 0; i < r->n_failures; i++) {
        const struct report_failure *f = &r->failures[i];
        fputs("<tr>", out);
        put_cell(out, f->reason);
        fprintf(out, "<td class=\"n\">%zu", f->times);
        put_bar(out, "bad", (double)f->times / (double)most);
        put_cell(out, f->sentence);
        fputs("<td>", out);
        for (size_t k = 0; k < f->n_machines; k++) {
            char clean[TEXT_LINE];
            fputs(k > 0 ? ", " : "", out);
            put_text(out, text_clean(f->machines[k], clean, sizeof(clean)));
        }
        fputc('\n', out);
    }
    fputs("</table>\n", out);
}

void report_html(const struct report *r, const char *period, FILE *out) {
    fputs(head, out);
    fprintf(out, "<h1>Installations %s</h1>\n<p>%zu installed, %zu failed, %zu running.\n", period, r->installed,
            r->failed, r->running);
    put_systems(r, out);
    put_stages(r, out);
    put_failures(r, out);
    fputs("</html>\n", out);
}
