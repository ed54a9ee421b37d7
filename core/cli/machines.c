/* `pxed machines`: every machine and its state; `pxed find`: those that have a word. */
#include <stdlib.h>

#include "live.h"
#include "table.h"
#include "text.h"

static bool machines_is(const json_t *row, const char *key, const char *word) {
    return strcmp(live_text(row, key), word) == 0;
}

static void os_cell(struct table *t, const json_t *m) {
    const char *os = live_text(m, "os"), *armed = live_text(m, "arm_os");
    if (!live_flag(m, "declared"))
        table_cell(t, TABLE_WARN, *armed ? "%s, no line any more" : "not in the host file", armed);
    else if (*armed && strcmp(armed, os) != 0)
        table_cell(t, TABLE_WARN, "%s, line says %s: pxed arm", armed, os);
    else
        table_cell(t, TABLE_PLAIN, "%s", os);
}

static void stage_cell(struct table *t, const json_t *m, int64_t now) {
    char age[TEXT_SHORT];
    const char *stage = live_text(m, "stage");
    bool refused = machines_is(m, "stage", "refused");
    text_age(live_number(m, "stage_at_ms"), now, age);
    if (!*stage)
        table_cell(t, TABLE_DIM, "never seen");
    else if (refused || live_flag(m, "fault"))
        table_cell(t, live_flag(m, "fault") ? TABLE_BAD : TABLE_WARN, "%s %s, %s ago", stage, live_text(m, "reason"),
                   age);
    else
        table_cell(t, TABLE_PLAIN, "%s, %s ago", stage, age);
}

static void install_cell(struct table *t, const json_t *m, int64_t now) {
    char age[TEXT_SHORT];
    const char *install = live_text(m, "install"), *step = live_text(m, "step"), *fail = live_text(m, "fail");
    text_age(live_number(m, "install_at_ms"), now, age);
    if (live_flag(m, "held_new"))
        table_cell(t, TABLE_WARN, "new, held: pxed arm --new");
    else if (machines_is(m, "install", "not ready"))
        table_cell(t, TABLE_BAD, *live_text(m, "not_ready_text") ? "not ready: %s (%s)" : "not ready: %s",
                   live_text(m, "not_ready"), live_text(m, "not_ready_text"));
    else if (machines_is(m, "install", "") && machines_is(m, "reason", "ARM_EXPIRED"))
        table_cell(t, TABLE_WARN, "not armed (expired)");
    else if (machines_is(m, "install", "failed") && live_flag(m, "disk_cleared"))
        table_cell(t, TABLE_BAD, "failed%s%s, disk already cleared, %s ago", *fail ? ": " : "", fail, age);
    else if (machines_is(m, "install", "armed"))
        table_cell(t, TABLE_WARN, "armed (%s disk)", live_text(m, "right"));
    else if (machines_is(m, "install", "installing"))
        table_cell(t, TABLE_BOLD, "installing%s%s, %s", *step ? ": " : "", step, age);
    else if (machines_is(m, "install", "installed"))
        table_cell(t, TABLE_GOOD, "installed, %s ago", age);
    else if (machines_is(m, "install", "live"))
        table_cell(t, TABLE_PLAIN, "live: boots at every power-on");
    else if (*install)
        table_cell(t, TABLE_BAD, "%s%s%s, %s ago", install, *fail ? ": " : "", fail, age);
    else if (live_flag(m, "protect"))
        table_cell(t, TABLE_PLAIN, "protected");
    else
        table_cell(t, TABLE_DIM, "-");
}

/* "12 machines: 1 armed, 3 installed, 2 unknown" */
static void print_count(const json_t *rows) {
    static const char *const words[] = {"armed", "installing", "installed", "failed", "stalled", "unconfirmed"};
    size_t n = json_array_size(rows), unknown = 0;
    const char *between = ": ";
    printf("%zu machine%s", n, n == 1 ? "" : "s");
    for (size_t w = 0; w < sizeof(words) / sizeof(*words); w++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += machines_is(json_array_get(rows, i), "install", words[w]);
        if (count > 0)
            printf("%s%zu %s", between, count, words[w]);
        between = count > 0 ? ", " : between;
    }
    for (size_t i = 0; i < n; i++)
        unknown += !live_flag(json_array_get(rows, i), "declared");
    if (unknown > 0)
        printf("%s%zu not in the host file", between, unknown);
    putchar('\n');
}

static void print_lines_to_paste(const json_t *rows) {
    puts("\nFor the host file, with the OS id of your choice:");
    for (size_t i = 0; i < json_array_size(rows); i++)
        printf("%s, OS-ID, name=\n", live_text(json_array_get(rows, i), "mac"));
}

static void print_none(bool armed, bool failed, bool unknown) {
    if (armed + failed + unknown > 1)
        puts("no machine is any of these");
    else if (unknown)
        puts("no unknown machine was seen: each that asked is in the host file");
    else
        puts(armed    ? "no machine is armed"
             : failed ? "no installation failed"
                      : "no machine is known: add lines to the host file");
}

static void print_machines(const json_t *rows) {
    static const char *const heads[] = {"MAC", "NAME", "OS", "ADDRESS", "STAGE", "INSTALL", NULL};
    static const int spare[] = {3, 2, 4, -1};
    struct table t;
    int64_t now = live_now();
    table_begin(&t, heads);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *m = json_array_get(rows, i);
        table_cell(&t, TABLE_PLAIN, "%s", live_text(m, "mac"));
        table_cell(&t, TABLE_BOLD, "%s", *live_text(m, "name") ? live_text(m, "name") : "-");
        os_cell(&t, m);
        table_cell(&t, TABLE_PLAIN, "%s", *live_text(m, "ip") ? live_text(m, "ip") : "-");
        stage_cell(&t, m, now);
        install_cell(&t, m, now);
    }
    table_fit(&t, table_width(stdout), spare);
    table_end(&t, stdout);
    print_count(rows);
}

int cli_machines(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"armed", no_argument, NULL, 'a'},
        {"failed", no_argument, NULL, 'f'},
        {"unknown", no_argument, NULL, 'u'},
        {0},
    };
    struct live l = {0};
    bool armed = false, failed = false, unknown = false;
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        armed |= c == 'a';
        failed |= c == 'f';
        unknown |= c == 'u';
    }
    if (optind != argc)
        return cli_usage();
    char target[64];
    snprintf(target, sizeof(target), "machines?armed=%d&failed=%d&unknown=%d", armed, failed, unknown);
    json_t *rows = live_ask(&l, target, NULL);
    if (!rows)
        return l.code;
    if (l.json)
        live_print_json(rows);
    else if (json_array_size(rows) == 0)
        print_none(armed, failed, unknown);
    else
        print_machines(rows);
    if (!l.json && unknown && !armed && !failed && json_array_size(rows) > 0)
        print_lines_to_paste(rows);
    json_decref(rows);
    return CLI_OK;
}

/* --- pxed find --- */

static bool has_part(const char *text, const char *word) {
    char pattern[256];
    snprintf(pattern, sizeof(pattern), "*%.200s*", word);
    return pxed_slice_match(pxed_slice_of(pattern), pxed_slice_of(text));
}

/* Without `:`, `-` and `.`, as people read a MAC from a sticker. */
static void bare(const char *text, char *out, size_t cap) {
    size_t n = 0;
    for (; *text && n + 1 < cap; text++)
        if (*text != ':' && *text != '-' && *text != '.')
            out[n++] = *text;
    out[n] = '\0';
}

static bool has_word(const json_t *m, const char *word) {
    static const char *const keys[] = {"name", "ip", "os", "arm_os", "serial", "product"};
    char mac[TEXT_SHORT], digits[TEXT_SHORT];
    bare(live_text(m, "mac"), mac, sizeof(mac));
    bare(word, digits, sizeof(digits));
    if (*digits && has_part(mac, digits))
        return true;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (has_part(live_text(m, keys[i]), word))
            return true;
    return false;
}

int cli_find(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    struct live l = {0};
    for (int c; (c = live_option(&l, argc, argv, options)) != -1;)
        if (c == '?')
            return CLI_USAGE;
    if (argc - optind != 1 || !*argv[optind])
        return cli_usage();
    json_t *rows = live_ask(&l, "machines", NULL), *found = rows ? json_array() : NULL;
    if (!rows)
        return l.code;
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (has_word(json_array_get(rows, i), argv[optind]))
            json_array_append(found, json_array_get(rows, i));
    size_t n = json_array_size(found);
    if (l.json)
        live_print_json(found);
    else if (n == 0)
        printf("no machine's MAC, name, address, system, serial number or model has '%s' in it\n", argv[optind]);
    else
        print_machines(found);
    json_decref(found);
    json_decref(rows);
    return n > 0 ? CLI_OK : CLI_NO;
}
