/* Any text as pxed.ini: its entries are whole, and every kind of option row binds to them. */
#include "initext.h"
#include "settings.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct all {
    const char *str, *path;
    struct pxed_list list, paths, lines;
    bool flag;
    uint64_t number, duration, bytes;
    unsigned word;
    struct pxed_addr addr;
    struct pxed_addrs addrs;
    struct pxed_ranges ranges;
};

#define ROW(member, kind, ...) PXED_OPTION(struct all, member, kind, #member, __VA_ARGS__)
static const struct pxed_option rows[] = {
    ROW(str, STR, .fallback = "x", .flags = PXED_OPT_REQUIRED),
    ROW(path, PATH),
    ROW(list, LIST),
    ROW(paths, PATHS),
    ROW(lines, LINES),
    ROW(flag, BOOL, .fallback = "yes"),
    ROW(number, UINT, .min = 3, .max = 70),
    ROW(duration, DURATION, .min = 1000, .max = 86400000),
    ROW(bytes, SIZE, .flags = PXED_OPT_SECRET),
    ROW(word, ENUM, .words = "one two three"),
    ROW(addr, ADDR),
    ROW(addrs, ADDRS),
    ROW(ranges, RANGES),
    {0},
};

static void touch_list(const struct pxed_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        touch_text(list->items[i]);
        must(list->lines[i] > 0);
    }
}

static void include(const struct initext *text, struct ini *ini, const char *pattern, unsigned line) {
    (void)ini;
    must(line > 0 && text->depth == 0);
    touch_text(pattern);
}

static void bind_all(struct ini *ini, struct pxed_diags *diags) {
    struct pxed_arena arena = {0};
    struct all all = {0};
    struct settings settings = {0};
    uint64_t count, ms;
    options_bind(rows, "all", false, ini, &all, &arena, diags);
    options_bind(settings_options, "pxed", true, ini, &settings, &arena, diags);
    touch_text(all.str);
    touch_text(all.path);
    touch_list(&all.list);
    touch_list(&all.paths);
    touch_list(&all.lines);
    must(all.number == 0 || (all.number >= 3 && all.number <= 70));
    must(all.duration == 0 || (all.duration >= 1000 && all.duration <= 86400000));
    must(all.word < 3);
    for (size_t i = 0; i < all.ranges.n; i++)
        must(all.ranges.items[i].first.family == all.ranges.items[i].last.family);
    for (size_t i = 0; i < all.addrs.n; i++)
        must(all.addrs.items[i].family == 4 || all.addrs.items[i].family == 6);
    if (settings.arm_any_limit)
        (void)settings_any_limit(pxed_slice_of(settings.arm_any_limit), &count, &ms);
    pxed_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ini ini = {0};
    struct pxed_diags diags = {0};
    struct initext text = {.file = "pxed.ini", .diags = &diags, .include = include};
    if (size == 0 || !(text.stream = fmemopen((void *)(uintptr_t)data, size, "r")))
        return 0;
    initext_read(&ini, &text);
    fclose(text.stream);
    for (size_t i = 0; i < ini.n; i++) {
        must(*ini.entries[i].section != '\0' && ini.entries[i].line > 0);
        touch_text(ini.entries[i].key);
        touch_text(ini.entries[i].value);
    }
    for (size_t i = 0; i < ini.n_sections; i++)
        must(ini.sections[i].line > 0);
    bind_all(&ini, &diags);
    pxed_diags_clear(&diags);
    ini_free(&ini);
    return 0;
}
