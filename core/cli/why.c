/* `pxed why`: prints the last steps and refusals, each with its cure, or what a text on a screen means. */
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "screens.h"
#include "table.h"
#include "text.h"

static void print_cleanly(bool color, enum table_color which, const char *text) {
    char clean[TEXT_LINE];
    table_paint(stdout, color, which, text_clean(text, clean, sizeof(clean)));
}

/* NAME: sentence, and on the next line the cure. */
static void print_reason(const json_t *row, const char *host, const char *indent) {
    char cure[TEXT_LINE];
    bool color = table_wants_color(stdout);
    printf("%s", indent);
    print_cleanly(color, live_flag(row, "fault") ? TABLE_BAD : TABLE_WARN, live_text(row, "reason"));
    printf(": ");
    print_cleanly(color, TABLE_PLAIN, live_text(row, "sentence"));
    putchar('\n');
    if (*live_text(row, "cure")) {
        printf("%s  cure: ", indent);
        print_cleanly(color, TABLE_PLAIN, text_cure(live_text(row, "cure"), host, cure));
        putchar('\n');
    }
}

static bool has_reason(const json_t *row) {
    return *live_text(row, "sentence") != '\0';
}

/* Prints the steps of the last boot with the refusals among them. Returns whether one was a fault. */
static bool print_boot(const json_t *rows, const char *host) {
    char clock[TEXT_SHORT], elapsed[TEXT_SHORT], line[TEXT_LINE];
    bool fault = false, color = table_wants_color(stdout);
    int64_t began = live_number(json_array_get(rows, 0), "at_ms");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *j = json_array_get(rows, i);
        int64_t at = live_number(j, "at_ms");
        printf("  %s %8s  ", text_clock(at, clock), text_elapsed(at - began, elapsed));
        snprintf(line, sizeof(line), "%-*s", *live_text(j, "text") ? 12 : 0, live_text(j, "what"));
        print_cleanly(color, TABLE_BOLD, line);
        print_cleanly(color, TABLE_PLAIN, live_text(j, "text"));
        putchar('\n');
        if (has_reason(j))
            print_reason(j, host, "      ");
        fault |= live_flag(j, "fault");
    }
    return fault;
}

/* The cause, if it says more than the reason that is printed above it. */
static void print_cause(const json_t *m, const char *host) {
    char cure[TEXT_LINE];
    bool color = table_wants_color(stdout);
    if (!*live_text(m, "cause") || strcmp(live_text(m, "cause_sentence"), live_text(m, "sentence")) == 0)
        return;
    fputs("  cause: ", stdout);
    print_cleanly(color, TABLE_BAD, live_text(m, "cause"));
    printf(": ");
    print_cleanly(color, TABLE_PLAIN, live_text(m, "cause_sentence"));
    if (*live_text(m, "evidence")) {
        fputs("\n    seen: ", stdout);
        print_cleanly(color, TABLE_PLAIN, live_text(m, "evidence"));
    }
    fputs("\n    cure: ", stdout);
    print_cleanly(color, TABLE_PLAIN, text_cure(live_text(m, "cause_cure"), host, cure));
    putchar('\n');
}

/* --json: the cause is a row of its own before the steps. */
static void print_cause_json(const json_t *m, const char *host) {
    char cure[TEXT_LINE];
    json_t *row = m && *live_text(m, "cause")
                      ? json_pack("{s:s, s:s, s:s, s:s}", "cause", live_text(m, "cause"), "sentence",
                                  live_text(m, "cause_sentence"), "evidence", live_text(m, "evidence"), "cure",
                                  text_cure(live_text(m, "cause_cure"), host, cure))
                      : NULL;
    if (row && json_dumpf(row, stdout, JSON_COMPACT) == 0)
        putchar('\n');
    json_decref(row);
}

/* Which loader its firmware is told, and why that one. */
static void print_loader(const json_t *m) {
    char line[TEXT_LINE];
    const char *loader = live_text(m, "loader"), *was = live_text(m, "loader_was");
    int64_t silent = live_number(m, "loader_silent");
    if (!*loader)
        return;
    snprintf(line, sizeof(line), "  loader: %s%s%s%s", loader,
             live_flag(m, "loader_good") ? ", it boots with that" : "", *was ? "; before with " : "", was);
    print_cleanly(table_wants_color(stdout), TABLE_PLAIN, line);
    if (silent > 0)
        printf("; taken in %lld boot%s in a row without a word after it", (long long)silent, silent == 1 ? "" : "s");
    putchar('\n');
}

/* What the machine told of itself. */
static void print_hardware(const json_t *m) {
    char line[TEXT_LINE];
    const char *product = live_text(m, "product"), *serial = live_text(m, "serial");
    int64_t memory = live_number(m, "memory") / (1024 * 1024);
    if (!*product && !*serial && memory == 0)
        return;
    snprintf(line, sizeof(line), "  hardware: %s%s%s", product, *serial ? (*product ? ", serial " : "serial ") : "",
             serial);
    print_cleanly(table_wants_color(stdout), TABLE_PLAIN, line);
    if (memory > 0)
        printf("%s%lld MiB of memory", *product || *serial ? ", " : "", (long long)memory);
    putchar('\n');
}

/* Does it get to its disk when a loader sends it there? */
static void print_exit(const json_t *m) {
    int64_t back = live_number(m, "disk_back");
    if (back > 0)
        printf("  sent to its disk by a loader: it came back at once, %lld time%s in a row\n", (long long)back,
               back == 1 ? "" : "s");
    else if (live_flag(m, "disk_good"))
        puts("  sent to its disk by a loader: it came up");
}

/* Prints the current problem, whatever the last boot showed. Returns whether it is a fault. */
static bool print_now(const json_t *m, const char *host) {
    char line[TEXT_LINE], age[TEXT_SHORT];
    bool color = table_wants_color(stdout);
    const char *install = live_text(m, "install");
    const char *os = *live_text(m, "arm_os") ? live_text(m, "arm_os") : live_text(m, "os");
    text_age(live_number(m, "install_at_ms"), live_now(), age);
    const char *looked_for = live_text(m, "not_ready_text");
    snprintf(line, sizeof(line), "%s (%s): %s%s%s%s%s%s%s", host, live_text(m, "mac"),
             *os ? os : "not in the host file", *install ? ", " : "", install, *live_text(m, "not_ready") ? ": " : "",
             live_text(m, "not_ready"), *looked_for ? ": " : "", looked_for);
    print_cleanly(color, TABLE_BOLD, line);
    printf("%s%s%s\n", *age ? " for " : "", age, live_flag(m, "held_new") ? "; new and held: pxed arm --new" : "");
    if (has_reason(m))
        print_reason(m, host, "  ");
    return live_flag(m, "fault");
}

static int why_host(struct live *l, const char *host) {
    char *target = live_target("machine", "host", host);
    json_t *machine = live_ask(l, target, NULL);
    free(target);
    target = live_target("why", "host", host);
    json_t *boot = machine ? live_ask(l, target, NULL) : NULL;
    free(target);
    bool fault = false;
    if (boot && l->json) {
        const json_t *m = json_array_get(machine, 0);
        print_cause_json(m, m ? live_host(m) : host);
        live_print_json(boot);
        for (size_t i = 0; i < json_array_size(boot); i++)
            fault |= live_flag(json_array_get(boot, i), "fault");
    } else if (boot) {
        char name[TEXT_LINE];
        const json_t *m = json_array_get(machine, 0);
        snprintf(name, sizeof(name), "%s", m ? live_host(m) : host);
        fault = print_now(m, name);
        print_cause(m, name);
        print_loader(m);
        print_exit(m);
        print_hardware(m);
        puts(json_array_size(boot) > 0 ? "last boot:" : "nothing has been heard of this machine");
        fault |= print_boot(boot, name);
    }
    json_decref(machine);
    json_decref(boot);
    return boot ? (fault ? CLI_NO : CLI_OK) : l->code;
}

static int why_all(struct live *l) {
    json_t *rows = live_ask(l, "why", NULL);
    if (!rows)
        return l->code;
    size_t n = json_array_size(rows);
    if (l->json)
        live_print_json(rows);
    else if (n == 0)
        puts("no machine has a fault");
    for (size_t i = 0; i < n && !l->json; i++) {
        const json_t *m = json_array_get(rows, i);
        print_now(m, live_host(m));
        print_cause(m, live_host(m));
    }
    json_decref(rows);
    return n > 0 ? CLI_NO : CLI_OK;
}

int cli_why(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS, {"screen", required_argument, NULL, 's'}, {"all", no_argument, NULL, 'a'}, {0}};
    struct live l = {0};
    const char *screen = NULL;
    bool all = false;
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        if (c == 's')
            screen = optarg;
        all |= c == 'a'; /* as without HOST */
    }
    if (argc - optind > (screen || all ? 0 : 1) || (screen && all))
        return cli_usage();
    if (screen)
        return screens_tell(screen, l.json);
    return optind < argc ? why_host(&l, argv[optind]) : why_all(&l);
}
