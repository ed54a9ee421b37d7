/* Reads the text of one ini file: inih splits it; this counts the lines and reports what inih would accept silently. */
#define _GNU_SOURCE
#include "initext.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

#include "pxed/grow.h"

enum { LINE_MAX_INIH = 198, SECTION_MAX_INIH = 49 };

/* Hides a `;` inside "..." from inih, which would take it for a comment; restored when the value arrives. */
#define HIDDEN_SEMICOLON '\x01'

struct reader {
    struct ini *ini;
    const struct initext *text;
    unsigned line;
    bool continued; /* the last line given to inih continues the value above */
    bool have_key;
    char *bytes; /* of the line */
    size_t cap;
};

static void note_section(struct reader *r, struct pxed_slice text);

/* Also cuts the line at its comment: inih does not look for one in a continuation. */
static void hide_semicolons(char *text) {
    bool quoted = false;
    for (char *c = text; *c; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == ';' && quoted)
            *c = HIDDEN_SEMICOLON;
        else if (*c == ';' && c > text && pxed_is_space(c[-1])) {
            *c = '\0';
            return;
        }
    }
}

/* True if the line may be given to inih. */
static bool ini_judge(struct reader *r, struct pxed_slice line) {
    struct pxed_slice text = pxed_slice_trim(line);
    r->continued = false;
    if (text.len == 0 || text.ptr[0] == ';' || text.ptr[0] == '#')
        return true;
    if (line.len > LINE_MAX_INIH) {
        pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line,
                      "line is longer than %d bytes; continue it on an indented line, or use @FILE", LINE_MAX_INIH);
        return false;
    }
    if (pxed_is_space(line.ptr[0]) && r->have_key) {
        r->continued = true;
        return true;
    }
    if (text.ptr[0] == '[') {
        ptrdiff_t close = pxed_slice_find(text, ']', 0);
        r->have_key = false;
        if (close < 0)
            pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line, "section lacks its closing `]`");
        else if (close - 1 > SECTION_MAX_INIH)
            pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line, "section name is longer than %d bytes",
                          SECTION_MAX_INIH);
        else
            note_section(r, pxed_slice(text.ptr + 1, (size_t)close - 1)); /* an empty one has no entry */
        return close >= 0 && close - 1 <= SECTION_MAX_INIH;
    }
    size_t at = 0;
    while (at < text.len && text.ptr[at] != '=' && text.ptr[at] != ':')
        at++;
    if (at == 0 || at == text.len || text.ptr[at] == ':') {
        pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line, "expected `key = value`");
        return false;
    }
    r->have_key = true;
    return true;
}

/* inih calls this instead of fgets. */
static char *read_line(char *to, int size, void *arg) {
    struct reader *r = arg;
    ssize_t n = getline(&r->bytes, &r->cap, r->text->stream);
    if (n < 0)
        return NULL;
    r->line++;
    while (n > 0 && (r->bytes[n - 1] == '\n' || r->bytes[n - 1] == '\r'))
        r->bytes[--n] = '\0';
    if (r->line == 1 && n >= 3 && memcmp(r->bytes, "\xEF\xBB\xBF", 3) == 0)
        memmove(r->bytes, r->bytes + 3, (size_t)(n -= 3) + 1);
    bool keep = strlen(r->bytes) == (size_t)n;
    if (!keep)
        pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line, "line holds a NUL byte");
    keep = keep && ini_judge(r, pxed_slice(r->bytes, (size_t)n));
    if (keep)
        hide_semicolons(r->bytes);
    snprintf(to, (size_t)size, "%s\n", keep ? r->bytes : "");
    return to;
}

static const char *raw_value(struct ini *ini, const char *value) {
    char *copy = (char *)(uintptr_t)pxed_arena_dup(&ini->arena, pxed_slice_of(value)).ptr;
    for (char *c = copy; *c; c++)
        if (*c == HIDDEN_SEMICOLON)
            *c = ';';
    return copy;
}

static const char *clean_value(struct ini *ini, const char *value) {
    char *copy = (char *)(uintptr_t)raw_value(ini, value);
    size_t n = strlen(copy);
    if (n >= 2 && copy[0] == '"' && copy[n - 1] == '"' && !memchr(copy + 1, '"', n - 2)) {
        copy[n - 1] = '\0';
        copy++;
    }
    return copy;
}

/* "os  debian-12 " is `os debian-12`: one blank between words, none around them. */
static const char *section_name(struct ini *ini, struct pxed_slice name) {
    char *copy = pxed_arena_alloc(&ini->arena, name.len + 1), *to = copy;
    while (name.len > 0) {
        struct pxed_slice word = pxed_slice_word(&name, " \t");
        if (word.len == 0)
            continue;
        if (to > copy)
            *to++ = ' ';
        memcpy(to, word.ptr, word.len);
        to += word.len;
    }
    *to = '\0';
    return copy;
}

static void note_section(struct reader *r, struct pxed_slice text) {
    struct ini *ini = r->ini;
    struct pxed_slice name = pxed_slice_of(section_name(ini, text));
    for (size_t i = 0; i < ini->n_sections; i++)
        if (pxed_slice_is(name, ini->sections[i].name))
            return;
    PXED_GROW(ini->sections, ini->n_sections);
    ini->sections[ini->n_sections++] = (struct ini_section){name.ptr, r->text->file, r->line};
}

static int take_entry(void *arg, const char *section, const char *key, const char *value) {
    struct reader *r = arg;
    struct ini *ini = r->ini;
    section = section_name(ini, pxed_slice_of(section));
    if (!*section) {
        pxed_diag_add(r->text->diags, PXED_ERROR, r->text->file, r->line,
                      "key `%s` is before the first [section]: move it below one", key);
        return 1;
    }
    if (strcmp(section, "pxed") == 0 && strcmp(key, "include") == 0) { /* for a continuation inih repeats the key */
        r->text->include(r->text, ini, clean_value(ini, value), r->line);
        return 1;
    }
    if (r->continued && ini->n > 0) {
        struct ini_entry *last = &ini->entries[ini->n - 1];
        last->value =
            pxed_arena_printf(&ini->arena, "%s%s%s", last->value, *last->value ? " " : "", clean_value(ini, value));
        last->raw = pxed_arena_printf(&ini->arena, "%s%s%s", last->raw, *last->raw ? " " : "", raw_value(ini, value));
        return 1;
    }
    PXED_GROW(ini->entries, ini->n);
    ini->entries[ini->n++] = (struct ini_entry){
        .section = section,
        .key = pxed_arena_dup(&ini->arena, pxed_slice_of(key)).ptr,
        .value = clean_value(ini, value),
        .raw = raw_value(ini, value),
        .file = r->text->file,
        .line = r->line,
    };
    return 1;
}

void initext_read(struct ini *ini, const struct initext *text) {
    struct reader r = {.ini = ini, .text = text};
    int rc = ini_parse_stream(read_line, &r, take_entry, &r);
    if (rc > 0 && text->diags->errors == 0) /* the checks above are stricter; this catches what they miss */
        pxed_diag_add(text->diags, PXED_ERROR, text->file, (unsigned)rc, "cannot parse this line");
    free(r.bytes);
}
