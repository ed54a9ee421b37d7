/* Hands over what is found in another server's folder. */
#include "take.h"

#include <stdarg.h>
#include <stdio.h>

bool take_ends(const char *name, const char *ending) {
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && pxed_slice_eq_nocase(pxed_slice_of(name + n - m), pxed_slice_of(ending));
}

void take_left(struct take *t, const char *path, unsigned line, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    t->out->left(t->out, path, line, text);
}

/* What an ini and a host line can hold. `@` would make pxed read a file of this machine. */
static bool is_plain(struct pxed_slice value) {
    if (value.len > 0 && value.ptr[0] == '@')
        return false;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == ';' || value.ptr[i] == 0x7f)
            return false;
    return value.len > 0 && value.len < 512;
}

void take_set(struct take *t, const char *section, const char *key, struct pxed_slice value, const char *path,
              unsigned line) {
    if (is_plain(value))
        t->out->set(t->out, section, key, pxed_arena_dup(t->arena, value).ptr);
    else if (value.len > 0)
        take_left(t, path, line, "%s: its value cannot be written in one line, or begins with `@`: set it by hand",
                  key);
}

const char *take_var(struct take *t, const char *vars, const char *key, struct pxed_slice value, const char *path,
                     unsigned line) {
    if (!is_plain(value)) {
        take_left(t, path, line, "%s: its value cannot be written in a host line, or begins with `@`: set it by hand",
                  key);
        return vars;
    }
    size_t room = value.len * 2 + 3;
    struct pxed_buf out = {.ptr = pxed_arena_alloc(t->arena, room + 1), .cap = room};
    bool quote = false;
    for (size_t i = 0; i < value.len; i++)
        quote |= strchr(",\"# ", value.ptr[i]) != NULL;
    if (quote)
        pxed_buf_byte(&out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            pxed_buf_byte(&out, '"');
        pxed_buf_byte(&out, value.ptr[i]);
    }
    if (quote)
        pxed_buf_byte(&out, '"');
    return pxed_arena_printf(t->arena, "%s, %s=%.*s", vars, key, PXED_S(pxed_buf_slice(&out)));
}

const char *take_os_id(struct take *t, unsigned build, bool server, const char *arch) {
    static const struct {
        unsigned first, last;
        const char *client, *server;
    } rows[] = {
        {6000, 6003, "vista", "2008"}, {7600, 7601, "7", "2008r2"},  {9200, 9200, "8", "2012"},
        {9600, 9600, "8.1", "2012r2"}, {14393, 14393, "10", "2016"}, {17763, 17763, "10", "2019"},
        {20348, 20348, NULL, "2022"},  {26100, 26100, "11", "2025"}, {10240, 21999, "10", NULL},
        {22000, 65535, "11", NULL},
    };
    static const char *const archs[][2] = {{"amd64", "x64"}, {"x64", "x64"}, {"x86", "i386"}, {"arm64", "arm64"}};
    const char *version = NULL, *word = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !version; i++)
        if (build >= rows[i].first && build <= rows[i].last)
            version = server ? rows[i].server : rows[i].client;
    for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]) && arch && !word; i++)
        if (pxed_slice_eq_nocase(pxed_slice_of(arch), pxed_slice_of(archs[i][0])))
            word = archs[i][1];
    return version && word ? pxed_arena_printf(t->arena, "windows-%s-%s", version, word) : NULL;
}
