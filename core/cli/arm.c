/* `pxed arm`: shows what would be erased, asks for confirmation, and arms. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live.h"
#include "pxed/model.h"
#include "table.h"
#include "text.h"
#include "values.h"

struct arm {
    struct live live;
    const char *os;
    uint64_t tries, valid_ms; /* valid_ms 0: as arm-for says */
    bool dry_run, yes, new_lines, url;
    bool typed; /* a person has typed the number of hosts */
    char **hosts;
    int n;
};

/* Sends the order, or a dry run of it; returns the answer. */
static json_t *arm_order(struct arm *a, bool dry_run) {
    json_t *hosts = live_hosts(&a->live, a->hosts, a->n);
    if (!hosts)
        return NULL;
    json_t *body = json_pack("{s:o, s:I, s:b}", "hosts", hosts, "tries", (json_int_t)a->tries, "dry_run", dry_run);
    if (a->new_lines)
        json_object_set_new(body, "new", json_true());
    if (a->valid_ms > 0)
        json_object_set_new(body, "for_ms", json_integer((json_int_t)a->valid_ms));
    if (a->typed)
        json_object_set_new(body, "typed", json_true());
    if (a->url)
        json_object_set_new(body, "url", json_true());
    if (a->os)
        json_object_set_new(body, "os", json_string(a->os));
    return live_ask(&a->live, "arm", body);
}

static size_t count_refused(const json_t *rows) {
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(rows); i++)
        n += *live_text(json_array_get(rows, i), "refusal") != '\0';
    return n;
}

static void last_cell(struct table *t, const json_t *m) {
    char at[TEXT_SHORT];
    const char *install = live_text(m, "install"), *os = live_text(m, "arm_os");
    if (*live_text(m, "was_install")) /* the installation before an unused arming */
        table_cell(t, TABLE_PLAIN, "%s %s %s", live_text(m, "was_os"), live_text(m, "was_install"),
                   text_date(live_number(m, "was_at_ms"), at));
    else if (*install)
        table_cell(t, TABLE_PLAIN, "%s %s %s", os, install, text_date(live_number(m, "install_at_ms"), at));
    else
        table_cell(t, TABLE_DIM, "never");
}

/* Shows which disk would be affected and how, and why a host is refused. */
static void print_order(const struct arm *a, const json_t *rows, FILE *out) {
    static const char *const heads[] = {"HOST", "MAC", "OS", "ADDRESS", "DISK", "LAST INSTALLATION", NULL};
    struct table t;
    char cure[TEXT_LINE], clean[TEXT_LINE];
    table_begin(&t, heads);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *m = json_array_get(rows, i);
        const char *disk = live_text(m, "disk");
        table_cell(&t, TABLE_BOLD, "%s", live_host(m));
        table_cell(&t, TABLE_PLAIN, "%s", live_text(m, "mac"));
        table_cell(&t, TABLE_PLAIN, "%s", *live_text(m, "order_os") ? live_text(m, "order_os") : "-");
        table_cell(&t, TABLE_PLAIN, "%s", *live_text(m, "ip") ? live_text(m, "ip") : "-");
        table_cell(&t, TABLE_PLAIN, "%s%s", *disk ? disk : "the only one",
                   a->new_lines                          ? ", if blank"
                   : live_flag(m, "unguarded") && !a->os ? ", erased unseen"
                                                         : "");
        last_cell(&t, m);
    }
    table_end(&t, out);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *m = json_array_get(rows, i);
        if (!*live_text(m, "refusal"))
            continue;
        fprintf(out, "%s: ", text_clean(live_host(m), clean, sizeof(clean)));
        fprintf(out, "%s: ", text_clean(live_text(m, "refusal"), clean, sizeof(clean)));
        fprintf(out, "%s", text_clean(live_text(m, "refusal_sentence"), clean, sizeof(clean)));
        text_cure(live_text(m, "refusal_cure"), live_host(m), cure);
        fprintf(out, *cure ? " (%s)\n" : "%s\n", text_clean(cure, clean, sizeof(clean)));
    }
}

static bool all_over_limit(const json_t *rows) {
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(live_text(json_array_get(rows, i), "refusal"), "ARM_ANY_LIMIT") != 0)
            return false;
    return json_array_size(rows) > 0;
}

/* Exceeding arm-any-limit takes a person who has read the number of hosts and types it. */
static bool type_number(struct arm *a, size_t n) {
    char answer[32] = "";
    uint64_t typed = 0;
    if (!isatty(STDIN_FILENO))
        return false;
    fprintf(stderr,
            "More than arm-any-limit. To install %zu machine%s and LOSE what is on their disks, type their number: ", n,
            n == 1 ? "" : "s");
    a->typed = fgets(answer, sizeof(answer), stdin) &&
               pxed_slice_u64(pxed_slice_trim(pxed_slice_of(answer)), 1000000, &typed) && typed == n;
    return a->typed;
}

static bool arm_confirmed(const struct arm *a, size_t n) {
    char answer[16] = "";
    if (a->yes || a->typed)
        return true;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "pxed arm: nobody to ask here: nothing was armed; --yes arms without asking\n");
        return false;
    }
    if (a->new_lines)
        fprintf(stderr, "Install %zu machine%s, if the disk is blank? [y/N] ", n, n == 1 ? "" : "s");
    else
        fprintf(stderr, "Install %zu machine%s? What is on the disk%s will be LOST. [y/N] ", n, n == 1 ? "" : "s",
                n == 1 ? "" : "s");
    bool yes = fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
    if (!yes)
        fprintf(stderr, "pxed arm: nothing was armed\n");
    return yes;
}

static int arm_now(struct arm *a) {
    json_t *rows = arm_order(a, false);
    if (!rows)
        return a->live.code;
    size_t n = json_array_size(rows);
    if (a->live.json)
        live_print_json(rows);
    else
        printf("armed %zu machine%s: installed at the next network boot\n", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n && a->url && !a->live.json; i++)
        printf("%s: %s\n", live_host(json_array_get(rows, i)), live_text(json_array_get(rows, i), "boot_url"));
    json_decref(rows);
    return CLI_OK;
}

/* The machines are always shown first, from a dry run of the same order. With --new the daemon arms the lines it holds
 * at that time: a reload during the question may add some, and those get the right to blank disks only. */
static int arm_run(struct arm *a) {
    json_t *rows = arm_order(a, true);
    if (!rows)
        return a->live.code;
    size_t n = json_array_size(rows), refused = count_refused(rows);
    if (a->live.json && (a->dry_run || refused > 0))
        live_print_json(rows);
    else if (n > 0)
        print_order(a, rows, a->live.json ? stderr : stdout);
    bool over = all_over_limit(rows);
    json_decref(rows);
    if (over && !a->dry_run && type_number(a, n)) {
        rows = arm_order(a, true); /* the limit hid all other refusals */
        if (!rows)
            return a->live.code;
        refused = count_refused(rows);
        print_order(a, rows, stderr);
        json_decref(rows);
    }
    if (n == 0 && !a->live.json)
        puts("no new hosts are waiting to be armed");
    if (refused > 0) {
        fprintf(stderr, "pxed arm: %zu of %zu may not be armed; nothing was\n", refused, n);
        return CLI_NO;
    }
    if (a->dry_run || n == 0)
        return CLI_OK;
    fflush(stdout);
    return arm_confirmed(a, n) ? arm_now(a) : CLI_NO;
}

int cli_arm(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"os", required_argument, NULL, 'o'},
        {"tries", required_argument, NULL, 't'},
        {"for", required_argument, NULL, 'f'},
        {"dry-run", no_argument, NULL, 'd'},
        {"yes", no_argument, NULL, 'y'},
        {"new", no_argument, NULL, 'n'},
        {"url", no_argument, NULL, 'u'},
        {0},
    };
    struct arm a = {.tries = 1};
    bool good = true;
    for (int c; (c = live_option(&a.live, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        if (c == 'o')
            a.os = optarg;
        if (c == 't')
            good &= pxed_slice_u64(pxed_slice_of(optarg), 1000, &a.tries) && a.tries > 0;
        if (c == 'f')
            good &= options_parse_duration(pxed_slice_of(optarg), &a.valid_ms) && a.valid_ms > 0;
        a.dry_run |= c == 'd';
        a.yes |= c == 'y';
        a.new_lines |= c == 'n';
        a.url |= c == 'u';
    }
    struct pxed_os_id id;
    if (a.os && !pxed_os_id_parse(pxed_slice_of(a.os), &id)) {
        fprintf(stderr, "pxed arm: '%s' is no OS id: lower-case letters, digits, `.`, `_` and `-`\n", a.os);
        return CLI_USAGE;
    }
    a.hosts = argv + optind;
    a.n = argc - optind;
    if (!good || a.new_lines == (a.n > 0) || (a.new_lines && a.os))
        return cli_usage();
    return arm_run(&a);
}
