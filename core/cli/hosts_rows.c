/* Reads hosts out of a text: each row names a MAC and what is to be said of it. */
#include <string.h>

#include <jansson.h>

#include "hosts_rows.h"
#include "pxed/grow.h"

enum { COLUMNS_MAX = 256 };

struct reading {
    struct hosts_rows *to;
    struct pxed_arena *arena;
    const char *file;
    unsigned line;
    struct pxed_slice columns[COLUMNS_MAX];
    size_t n_columns; /* 0: no CSV */
};

/* What a line of a host file can hold. */
static const char *bad_value(struct pxed_slice value) {
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t')
            return "a value holds a control byte or a line's end: write it to a file, and @FILE here";
    return NULL;
}

static const char *add_pair(struct reading *r, struct hostfile_line *row, struct pxed_slice key,
                            struct pxed_slice value) {
    const char *wrong = bad_value(value);
    if (wrong)
        return wrong;
    for (size_t i = 0; i < key.len; i++)
        if (!pxed_is_alnum(key.ptr[i]) && !strchr("-._", key.ptr[i]))
            return pxed_arena_printf(r->arena, "'%.*s' is no name of a variable", PXED_S(key));
    if (pxed_slice_is(key, "os")) {
        row->os = value;
        return NULL;
    }
    if (pxed_slice_is(key, "mac"))
        return pxed_mac_parse(value, &row->mac)
                   ? NULL
                   : pxed_arena_printf(r->arena, "'%.*s' is no MAC address", PXED_S(pxed_slice_head(value, 60)));
    row->pairs[row->n_pairs++] =
        (struct hostfile_pair){.key = pxed_slice_is(key, "macs") ? PXED_SLICE("mac") : key, .value = value};
    return NULL;
}

/* ---- CSV */

static const char *csv_head(struct reading *r, struct pxed_slice text) {
    bool macs = false;
    for (size_t at = 0; at <= text.len;) {
        if (r->n_columns == COLUMNS_MAX)
            return "more than 256 columns";
        const char *wrong = hostfile_field(text, false, &at, r->arena, &r->columns[r->n_columns]);
        if (wrong)
            return wrong;
        macs |= pxed_slice_is(r->columns[r->n_columns++], "mac");
    }
    return macs ? NULL : "the head names no column `mac`";
}

static const char *csv_row(struct reading *r, struct pxed_slice text, struct hostfile_line *row) {
    row->pairs = PXED_NEWS(r->arena, struct hostfile_pair, r->n_columns);
    size_t at = 0, k = 0;
    for (; at <= text.len && k < r->n_columns; k++) {
        struct pxed_slice value;
        const char *wrong = hostfile_field(text, false, &at, r->arena, &value);
        if (!wrong)
            wrong = add_pair(r, row, r->columns[k], value.len > 0 ? value : PXED_SLICE(""));
        if (wrong)
            return wrong;
    }
    return at <= text.len     ? "more fields than the head has columns"
           : k < r->n_columns ? "fewer fields than the head has columns"
                              : NULL;
}

/* ---- JSON */

static struct pxed_slice json_text(struct reading *r, const json_t *value) {
    if (json_is_string(value))
        return pxed_arena_dup(r->arena, pxed_slice(json_string_value(value), json_string_length(value)));
    if (json_is_integer(value))
        return pxed_slice_of(pxed_arena_printf(r->arena, "%lld", (long long)json_integer_value(value)));
    if (json_is_boolean(value))
        return json_is_true(value) ? PXED_SLICE("yes") : PXED_SLICE("no");
    return json_is_null(value) ? PXED_SLICE("") : PXED_NO_SLICE;
}

static const char *json_members(struct reading *r, json_t *object, struct hostfile_line *row) {
    const char *key, *wrong = NULL;
    json_t *value;
    row->pairs = PXED_NEWS(r->arena, struct hostfile_pair, json_object_size(object) + 1);
    json_object_foreach(object, key, value) {
        struct pxed_slice text = json_text(r, value);
        if (!text.ptr)
            wrong = pxed_arena_printf(r->arena, "'%s' is a list or an object: write its words into one text", key);
        if (!wrong)
            wrong = add_pair(r, row, pxed_arena_dup(r->arena, pxed_slice_of(key)), text);
    }
    return wrong;
}

static const char *json_row(struct reading *r, struct pxed_slice text, struct hostfile_line *row) {
    json_error_t error;
    json_t *object = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        return pxed_arena_printf(r->arena, "no JSON: %s", error.text);
    const char *wrong = json_is_object(object) ? json_members(r, object, row) : "it is no JSON object";
    json_decref(object);
    return wrong;
}

/* ---- all */

static const char *read_row(struct reading *r, struct pxed_slice text, struct hostfile_line *row) {
    if (r->n_columns == 0 && text.ptr[0] != '{')
        return hostfile_split(text, r->arena, row);
    const char *wrong = r->n_columns > 0 ? csv_row(r, text, row) : json_row(r, text, row);
    if (!wrong && row->mac.len == 0)
        wrong = "it names no `mac`";
    if (wrong)
        row->mac.len = 0;
    return wrong;
}

/* A head is told from a host line by its first word, which is no MAC. */
static bool is_head(const struct reading *r, struct pxed_slice text) {
    struct pxed_slice rest = text;
    struct pxed_slice first = pxed_slice_trim(pxed_slice_word(&rest, ","));
    struct pxed_hwaddr mac;
    return r->to->n == 0 && r->n_columns == 0 && text.ptr[0] != '{' && text.ptr[0] != '#' &&
           !pxed_mac_parse(first, &mac) && first.len < text.len &&
           !(pxed_slice_find(text, ' ', 0) >= 0 && pxed_slice_find(text, '=', 0) >= 0);
}

static void read_line(struct reading *r, struct pxed_slice text) {
    struct hostfile_line row = {.file = r->file, .line = r->line};
    const char *wrong = is_head(r, text) ? csv_head(r, text) : read_row(r, text, &row);
    row.file = r->file;
    row.line = r->line;
    if (wrong) {
        r->to->tell(r->file, r->line, wrong);
        r->to->wrong++;
    } else if (row.mac.len > 0) {
        PXED_ARENA_GROW(r->arena, r->to->rows, r->to->n);
        r->to->rows[r->to->n++] = row;
    }
}

void hosts_read_rows(const char *file, struct pxed_slice text, struct pxed_arena *arena, struct hosts_rows *ret) {
    struct reading r = {.to = ret, .arena = arena, .file = file};
    if (pxed_slice_starts(text, PXED_SLICE("\xEF\xBB\xBF")))
        text = pxed_slice_skip(text, 3);
    for (r.line = 1; text.len > 0; r.line++) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        struct pxed_slice line = pxed_slice_trim(end < 0 ? text : pxed_slice_head(text, (size_t)end));
        text = pxed_slice_skip(text, end < 0 ? text.len : (size_t)end + 1);
        if (line.len > 0)
            read_line(&r, line);
    }
}
