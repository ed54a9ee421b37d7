/* `pxed new-plugin`: a folder that builds outside of pxed's tree and passes `pxed contract-test` as it stands. Its
 * files lie in share/pxed/contrib/new-plugin. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "hostfile.h"
#include "plugins.h"

enum { SKELETON_MAX = 1 << 20, WORD_MAX = 24 };

struct skeleton {
    const char *kind, *word; /* "os", "haiku" */
    char name[40], ident[40];
    struct pxed_arena arena;
};

static const struct skeleton_file {
    const char *kind, *from, *to; /* of an installation's share/pxed; below the new folder */
} skeleton_files[] = {
    {"os", "contrib/new-plugin/os/CMakeLists.txt.in", "CMakeLists.txt"},
    {"os", "contrib/new-plugin/os/plugin.c.in", "plugin.c"},
    {"os", "contrib/new-plugin/os/templates/install.sh.in", "templates/install.sh"},
    {"os", "os-linux/report", "templates/report"},
    {"os", "os-linux/disk-guard", "templates/disk-guard"},
    {"protocol", "contrib/new-plugin/protocol/CMakeLists.txt.in", "CMakeLists.txt"},
    {"protocol", "contrib/new-plugin/protocol/plugin.c.in", "plugin.c"},
    {0},
};

static int skeleton_fail(const char *path, const char *what) {
    fprintf(stderr, "pxed new-plugin: %s: %s\n", path, what);
    return CLI_NO;
}

/* CMake looks into /usr by itself. */
static const char *find_me(struct skeleton *s) {
    const char *prefix = plugins_prefix();
    return strcmp(prefix, "/usr") == 0 ? "" : pxed_arena_printf(&s->arena, " -DCMAKE_PREFIX_PATH=%s", prefix);
}

static bool write_filled(struct skeleton *s, struct pxed_slice text, FILE *to) {
    const struct {
        struct pxed_slice mark;
        const char *text;
    } marks[] = {{PXED_SLICE("@NAME@"), s->name}, {PXED_SLICE("@IDENT@"), s->ident}, {PXED_SLICE("@WORD@"), s->word}};
    while (text.len > 0) {
        size_t skip = 1;
        const char *put = NULL;
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
            if (pxed_slice_starts(text, marks[i].mark)) {
                put = marks[i].text;
                skip = marks[i].mark.len;
            }
        if (put)
            fputs(put, to);
        else
            putc(text.ptr[0], to);
        text = pxed_slice_skip(text, skip);
    }
    return !ferror(to);
}

static int write_file(struct skeleton *s, const struct skeleton_file *f) {
    const char *from = pxed_arena_printf(&s->arena, "%s/share/pxed/%s", plugins_prefix(), f->from);
    const char *to = pxed_arena_printf(&s->arena, "%s/%s", s->name, f->to);
    struct pxed_slice text = hostfile_slurp(from, SKELETON_MAX, &s->arena);
    if (!text.ptr)
        return skeleton_fail(from, strerror(errno));
    FILE *out = fopen(to, "wxe");
    bool good = out && write_filled(s, text, out);
    if (out && fclose(out) != 0)
        good = false;
    return good ? CLI_OK : skeleton_fail(to, strerror(errno));
}

static int skeleton_write(struct skeleton *s) {
    int code = CLI_OK;
    if (plugins_installed(s->name))
        return skeleton_fail(s->name, "there is an installed plugin of this name");
    if (mkdir(s->name, 0777) < 0)
        return skeleton_fail(s->name, strerror(errno));
    if (strcmp(s->kind, "os") == 0 && mkdir(pxed_arena_printf(&s->arena, "%s/templates", s->name), 0777) < 0)
        return skeleton_fail(s->name, strerror(errno));
    for (const struct skeleton_file *f = skeleton_files; f->kind && code == CLI_OK; f++)
        if (strcmp(f->kind, s->kind) == 0)
            code = write_file(s, f);
    if (code == CLI_OK)
        printf("%s: next\n"
               "  cmake -S %s -B %s/build%s && cmake --build %s/build && pxed contract-test %s/build/%s.so\n",
               s->name, s->name, s->name, find_me(s), s->name, s->name, s->name);
    return code;
}

/* It becomes an OS id's family, a variable's name and an identifier of C. */
static bool good_word(const char *word) {
    size_t n = strlen(word);
    return n > 0 && n <= WORD_MAX && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789") == n &&
           !pxed_is_digit(word[0]);
}

int cli_new_plugin(int argc, char **argv) {
    static const char *const kinds[] = {"os", "protocol", NULL};
    struct skeleton s = {.kind = argc > 1 ? argv[1] : ""};
    bool os = strcmp(s.kind, "os") == 0;
    if (argc > 1 && argv[1][0] != '-' && !os && strcmp(s.kind, "protocol") != 0)
        return cli_no_word("new-plugin", s.kind, kinds, NULL);
    if (argc != 3 || argv[1][0] == '-')
        return cli_usage();
    s.word = os && strncmp(argv[2], "os-", 3) == 0 ? argv[2] + 3 : argv[2];
    if (!good_word(s.word))
        return skeleton_fail(argv[2], "a name is a word of a-z and 0-9 that begins with a letter, at most 24 of them");
    snprintf(s.name, sizeof(s.name), "%s%s", os ? "os-" : "", s.word);
    snprintf(s.ident, sizeof(s.ident), "%s%s", os ? "os_" : "", s.word);
    int code = skeleton_write(&s);
    pxed_arena_clear(&s.arena);
    return code;
}
