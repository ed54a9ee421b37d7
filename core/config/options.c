/* Parses values by the type of their row; each error names the line, the limits and the nearest word. */
#include "options.h"

#include <stdlib.h>

struct binder {
    const struct pxed_option *rows;
    const char *section;
    void *config;
    struct pxed_arena *arena;
    struct pxed_diags *diags;
};

static bool parse_enum(const char *words, struct pxed_slice text, unsigned *ret) {
    struct pxed_slice rest = pxed_slice_of(words), word;
    for (unsigned i = 0; (word = pxed_slice_word(&rest, " ")).len > 0; i++)
        if (pxed_slice_eq(word, text)) {
            *ret = i;
            return true;
        }
    return false;
}

static void list_append(struct binder *b, struct pxed_list *list, const char *item, unsigned line) {
    const char **items = PXED_NEWS(b->arena, const char *, list->n + 1);
    unsigned *lines = PXED_NEWS(b->arena, unsigned, list->n + 1);
    if (list->n > 0) {
        memcpy(items, list->items, list->n * sizeof(*items));
        memcpy(lines, list->lines, list->n * sizeof(*lines));
    }
    items[list->n] = item;
    lines[list->n] = line;
    *list = (struct pxed_list){items, lines, list->n + 1};
}

/* The next item of a list of paths: "..." holds its blanks together. */
static struct pxed_slice next_path(struct pxed_slice *rest) {
    while (rest->len > 0 && strchr(" ,\t", rest->ptr[0]))
        *rest = pxed_slice_skip(*rest, 1);
    ptrdiff_t end = rest->len > 0 && rest->ptr[0] == '"' ? pxed_slice_find(*rest, '"', 1) : -1;
    if (end < 0)
        return pxed_slice_word(rest, " ,\t");
    struct pxed_slice path = pxed_slice_skip(pxed_slice_head(*rest, (size_t)end), 1);
    *rest = pxed_slice_skip(*rest, (size_t)end + 1);
    return path;
}

static bool parse_range(struct pxed_slice text, struct pxed_range *ret) {
    ptrdiff_t dash = pxed_slice_find(text, '-', 0);
    return dash > 0 && pxed_addr_parse(pxed_slice_trim(pxed_slice_head(text, (size_t)dash)), &ret->first) &&
           pxed_addr_parse(pxed_slice_trim(pxed_slice_skip(text, (size_t)dash + 1)), &ret->last) &&
           ret->first.family == 4 && ret->last.family == 4;
}

static bool put_range(struct binder *b, struct pxed_ranges *ranges, struct pxed_slice text) {
    struct pxed_slice rest = text, one;
    while ((one = pxed_slice_trim(pxed_slice_word(&rest, ","))).len > 0) {
        struct pxed_range *items = PXED_NEWS(b->arena, struct pxed_range, ranges->n + 1);
        if (ranges->n > 0)
            memcpy(items, ranges->items, ranges->n * sizeof(*items));
        if (!parse_range(one, &items[ranges->n]))
            return false;
        *ranges = (struct pxed_ranges){items, ranges->n + 1};
    }
    return true;
}

static bool put_addrs(struct binder *b, struct pxed_addrs *addrs, struct pxed_slice text) {
    struct pxed_slice rest = text, one;
    while ((one = pxed_slice_word(&rest, " ,\t")).len > 0) {
        struct pxed_addr *items = PXED_NEWS(b->arena, struct pxed_addr, addrs->n + 1);
        if (addrs->n > 0)
            memcpy(items, addrs->items, addrs->n * sizeof(*items));
        if (!pxed_addr_parse(one, &items[addrs->n]))
            return false;
        *addrs = (struct pxed_addrs){items, addrs->n + 1};
    }
    return true;
}

static const char *const kind_names[] = {
    [PXED_OPT_STR] = "a text",
    [PXED_OPT_PATH] = "a path",
    [PXED_OPT_LIST] = "a list",
    [PXED_OPT_PATHS] = "a list of paths",
    [PXED_OPT_LINES] = "a line",
    [PXED_OPT_BOOL] = "yes or no",
    [PXED_OPT_UINT] = "a number",
    [PXED_OPT_DURATION] = "a duration such as 30s 15m 2h 7d",
    [PXED_OPT_SIZE] = "a size such as 64K 1M",
    [PXED_OPT_ENUM] = "one of",
    [PXED_OPT_ADDR] = "an address",
    [PXED_OPT_ADDRS] = "addresses",
    [PXED_OPT_RANGES] = "a range `A - B`",
};

/* A number outside its limits leaves the default in place. */
static bool put_number(const struct pxed_option *row, struct pxed_slice text, uint64_t *at) {
    uint64_t n;
    bool good = row->type == PXED_OPT_DURATION ? options_parse_duration(text, &n)
                : row->type == PXED_OPT_SIZE   ? options_parse_size(text, &n)
                                               : pxed_slice_u64(text, UINT64_MAX, &n);
    if (!good || ((row->min != 0 || row->max != 0) && (n < row->min || n > row->max)))
        return false;
    *at = n;
    return true;
}

/* Stores one value in its member, with its quotes if it is a list of paths; `file` is NULL for a default. */
static bool option_put(struct binder *b, const struct pxed_option *row, const char *value, const char *file,
                       unsigned line) {
    void *at = (char *)b->config + row->offset;
    struct pxed_slice text = pxed_slice_of(value), rest = text, word;
    switch (row->type) {
    case PXED_OPT_STR:
        *(const char **)at = pxed_arena_dup(b->arena, text).ptr;
        return true;
    case PXED_OPT_PATH:
        *(const char **)at = ini_path(b->arena, file, value);
        return text.len > 0 || !file;
    case PXED_OPT_LIST:
        while ((word = pxed_slice_word(&rest, " ,\t")).len > 0)
            list_append(b, at, pxed_arena_dup(b->arena, word).ptr, line);
        return true;
    case PXED_OPT_PATHS:
        while ((word = next_path(&rest)).len > 0)
            list_append(b, at, ini_path(b->arena, file, pxed_arena_dup(b->arena, word).ptr), line);
        return true;
    case PXED_OPT_LINES:
        if (text.len > 0)
            list_append(b, at, pxed_arena_dup(b->arena, text).ptr, line);
        return true;
    case PXED_OPT_BOOL:
        return options_parse_bool(text, at);
    case PXED_OPT_UINT:
    case PXED_OPT_DURATION:
    case PXED_OPT_SIZE:
        return put_number(row, text, at);
    case PXED_OPT_ENUM:
        return parse_enum(row->words, text, at);
    case PXED_OPT_ADDR:
        if (text.len == 0) {
            memset(at, 0, sizeof(struct pxed_addr));
            return true;
        }
        return pxed_addr_parse(text, at);
    case PXED_OPT_ADDRS:
        return put_addrs(b, at, text);
    case PXED_OPT_RANGES:
        return put_range(b, at, text);
    }
    return false;
}

/* " from 1 to 64", with durations as people write them. */
static void write_limits(const struct pxed_option *row, char *text, size_t size) {
    bool duration = row->type == PXED_OPT_DURATION;
    uint64_t unit = !duration ? 1 : row->min % 1000 == 0 && row->max % 1000 == 0 ? 1000 : 1;
    const char *suffix = !duration ? "" : unit == 1000 ? "s" : "ms";
    snprintf(text, size, " from %llu%s to %llu%s", (unsigned long long)(row->min / unit), suffix,
             (unsigned long long)(row->max / unit), suffix);
}

static void option_complain(struct binder *b, const struct pxed_option *row, const struct ini_entry *e) {
    char limits[64] = "";
    if (row->min || row->max)
        write_limits(row, limits, sizeof(limits));
    const char *hint = NULL;
    if (row->type == PXED_OPT_ENUM) {
        const char *words[16] = {0};
        struct pxed_slice rest = pxed_slice_of(row->words), word;
        for (size_t i = 0; i < 15 && (word = pxed_slice_word(&rest, " ")).len > 0; i++)
            words[i] = pxed_arena_dup(b->arena, word).ptr;
        hint = pxed_nearest(pxed_slice_of(e->value), words);
    }
    pxed_diag_add(b->diags, PXED_ERROR, e->file, e->line, "`%s` is no value for '%s': expected %s%s%s%s%s%s%s",
                  row->flags & PXED_OPT_SECRET ? "***" : e->value, row->key, kind_names[row->type],
                  row->type == PXED_OPT_ENUM ? " " : "", row->type == PXED_OPT_ENUM ? row->words : "", limits,
                  hint ? ", did you mean '" : "", hint ? hint : "", hint ? "'?" : "");
}

static const struct pxed_option *option_find_row(const struct pxed_option *rows, const char *key) {
    for (; rows->key; rows++)
        if (strcmp(rows->key, key) == 0)
            return rows;
    return NULL;
}

static void unknown_key(struct binder *b, const struct ini_entry *e) {
    const char *names[128];
    size_t n = 0;
    for (const struct pxed_option *r = b->rows; r->key && n < 127; r++)
        names[n++] = r->key;
    names[n] = NULL;
    const char *near = pxed_nearest(pxed_slice_of(e->key), names);
    pxed_diag_add(b->diags, PXED_ERROR, e->file, e->line,
                  near ? "unknown key '%s', did you mean '%s'?" : "unknown key '%s'", e->key, near);
}

static bool is_list(const struct pxed_option *row) {
    return row->type == PXED_OPT_LIST || row->type == PXED_OPT_PATHS || row->type == PXED_OPT_LINES ||
           row->type == PXED_OPT_ADDRS || row->type == PXED_OPT_RANGES;
}

/* The first value in the ini replaces a list's default. */
static void option_reset(struct binder *b, const struct pxed_option *row) {
    memset((char *)b->config + row->offset, 0, pxed_option_size(row->type));
}

static void bind_defaults(struct binder *b, const char *path) {
    for (const struct pxed_option *r = b->rows; r->key; r++) {
        if (is_list(r))
            option_reset(b, r);
        if (r->fallback)
            option_put(b, r, r->fallback, path, 0);
    }
}

/* One entry; `first` is where its key stood before, if it did. */
static void bind_entry(struct binder *b, const struct pxed_option *row, const struct ini_entry *e,
                       const struct ini_entry **first) {
    if (*first && !is_list(row)) {
        pxed_diag_add(b->diags, PXED_ERROR, e->file, e->line, "'%s' is given twice, first at line %u", row->key,
                      (*first)->line);
        return;
    }
    if (!*first && is_list(row))
        option_reset(b, row);
    if (!*first)
        *first = e;
    if (!option_put(b, row, row->type == PXED_OPT_PATHS ? e->raw : e->value, e->file, e->line))
        option_complain(b, row, e);
}

/* Binds the section's entries, without defaults. Returns the entry that each row was first set by. */
static const struct ini_entry **bind_entries(struct binder *b, bool open, struct ini *ini) {
    size_t n = 0;
    while (b->rows[n].key)
        n++;
    const struct ini_entry **first = PXED_NEWS(b->arena, const struct ini_entry *, n + 1);
    for (size_t i = 0; i < ini->n; i++) {
        struct ini_entry *e = &ini->entries[i];
        if (strcmp(e->section, b->section) != 0)
            continue;
        e->used = true;
        const struct pxed_option *row = option_find_row(b->rows, e->key);
        if (row)
            bind_entry(b, row, e, &first[row - b->rows]);
        else if (!open)
            unknown_key(b, e);
    }
    return first;
}

void options_bind(const struct pxed_option *rows, const char *section, bool open, struct ini *ini, void *config,
                  struct pxed_arena *arena, struct pxed_diags *diags) {
    struct binder b = {rows, section, config, arena, diags};
    bind_defaults(&b, ini->path);
    const struct ini_entry **first = bind_entries(&b, open, ini);
    for (const struct pxed_option *r = rows; r->key; r++)
        if ((r->flags & PXED_OPT_REQUIRED) && !first[r - rows])
            pxed_diag_add(diags, PXED_ERROR, ini->path, 0, "[%s] lacks the required key '%s'", section, r->key);
}

uint64_t options_bind_over(const struct pxed_option *rows, const char *section, struct ini *ini, void *config,
                           struct pxed_arena *arena, struct pxed_diags *diags) {
    struct binder b = {rows, section, config, arena, diags};
    const struct ini_entry **first = bind_entries(&b, false, ini);
    uint64_t set = 0;
    for (size_t i = 0; rows[i].key && i < PXED_SECTION_ROWS; i++)
        set |= (uint64_t)(first[i] != NULL) << i;
    return set;
}

void options_print(FILE *to, const char *section, const char *summary, const struct pxed_option *rows) {
    fprintf(to, "[%s]  %s\n", section, summary ? summary : "");
    for (; rows && rows->key; rows++) {
        fprintf(to, "  %s = %s", rows->key, rows->fallback ? rows->fallback : "");
        fprintf(to, "\n      %s\n", rows->help ? rows->help : "");
        fprintf(to, "      %s%s%s", kind_names[rows->type], rows->type == PXED_OPT_ENUM ? ": " : "",
                rows->type == PXED_OPT_ENUM ? rows->words : "");
        if (rows->min || rows->max) {
            char limits[64];
            write_limits(rows, limits, sizeof(limits));
            fprintf(to, ", %s", limits + strlen(" from "));
        }
        if (is_list(rows))
            fputs(", repeatable", to);
        if (rows->flags & PXED_OPT_REQUIRED)
            fputs(", required", to);
        if (rows->flags & PXED_OPT_RESTART)
            fputs(", a change needs a restart", to);
        fputs("\n", to);
    }
}

void options_keep(const struct pxed_option *rows, const void *from, void *to) {
    for (; rows->key; rows++)
        if (rows->flags & PXED_OPT_RESTART)
            memcpy((char *)to + rows->offset, (const char *)from + rows->offset, pxed_option_size(rows->type));
}
