/* The command line; the table of options is also the help text. */
#include "options.h"

#include "pxed/diag.h"
#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, TEXT, MANY, NUMBER };

struct row {
    const char *name, *value, *help;
    enum kind kind;
    size_t offset;
};

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
    {"--server", "URL", "http://10.77.0.1: the pxed that this WinPE asks (required without --classic)", TEXT,
     AT(server)},
    {"--classic", NULL, "no helper program: a start file that mounts --share as a guest", FLAG, AT(classic)},
    {"--share", "UNC", "\\\\10.77.0.1\\windows-media, for --classic", TEXT, AT(share)},
    {"--drivers", "DIR", "drivers that WinPE loads when it starts (every *.inf below DIR); repeatable", MANY,
     AT(drivers)},
    {"--tools", "DIR", "files put into \\Windows\\System32; repeatable", MANY, AT(tools)},
    {"--add", "FILE=PATH", "puts FILE into the image as PATH; repeatable", MANY, AT(add)},
    {"--media", "DIR|ISO", "where the boot files of an ISO come from, if SOURCE is a bare WIM", TEXT, AT(media)},
    {"--image", "N", "which image of the source WIM (default: the bootable one)", NUMBER, AT(image)},
    {"--arch", "CPU", "x86, amd64 or arm64, if the WIM does not say", TEXT, AT(arch)},
    {"--helper", "FILE", "the helper program (default: pxed's own for the image's CPU)", TEXT, AT(helper)},
    {"--label", "TEXT", "volume label of the ISO (default: WINPE)", TEXT, AT(label)},
    {"--recompress", NULL, "compress everything anew: slow, a little smaller", FLAG, AT(recompress)},
    {"--force", NULL, "replace OUTPUT if it exists", FLAG, AT(force)},
    {"--quiet", NULL, "only errors", FLAG, AT(quiet)},
    {"--list", NULL, "show what SOURCE holds, make nothing", FLAG, AT(list)},
    {"--help", NULL, "this text", FLAG, AT(help)},
    {"--version", NULL, "the version", FLAG, AT(version)},
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

void options_usage(void) {
    puts("usage: pxed-winpe [options] SOURCE OUTPUT.iso|OUTPUT.wim\n"
         "       pxed-winpe --list SOURCE\n\n"
         "Makes a WinPE that finds its pxed. SOURCE is a boot.wim, a WinPE or installation ISO, or a folder with\n"
         "sources/boot.wim; it stays untouched.\n");
    for (size_t i = 0; i < N_ROWS; i++) {
        char left[40];
        snprintf(left, sizeof(left), "%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        printf("  %-17s %s\n", left, rows[i].help);
    }
    puts("\nDrivers are loaded by drvload while WinPE starts. Adding them offline, into the image's driver store, "
         "needs\n"
         "DISM on Windows. Exit: 0 done, 1 failed, 2 usage.");
}

static const struct row *winpe_options_find(struct pxed_slice name) {
    for (size_t i = 0; i < N_ROWS; i++)
        if (pxed_slice_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}

static int winpe_options_unknown(struct pxed_slice name) {
    const char *names[N_ROWS + 1] = {NULL}, *near;

    for (size_t i = 0; i < N_ROWS; i++)
        names[i] = rows[i].name;
    near = pxed_nearest(name, names);
    return near ? say_error("unknown option '%.*s', did you mean '%s'?", PXED_S(name), near)
                : say_error("unknown option '%.*s'", PXED_S(name));
}

static int winpe_options_store(const struct row *row, const char *value, struct options *o) {
    char *at = (char *)o + row->offset;
    uint64_t number;

    switch (row->kind) {
    case FLAG:
        *(bool *)(void *)at = true;
        return 0;
    case NUMBER:
        if (!pxed_slice_u64(pxed_slice_of(value), 9999, &number) || number == 0)
            return say_error("%s: '%s' is no number", row->name, value);
        *(unsigned *)(void *)at = (unsigned)number;
        return 0;
    case MANY:
        for (const char **slot = (const char **)(void *)at, **end = slot + OPTIONS_MANY; slot < end; slot++)
            if (!*slot) {
                *slot = value;
                return 0;
            }
        return say_error("%s: more than %d", row->name, OPTIONS_MANY);
    default:
        *(const char **)(void *)at = value;
        return 0;
    }
}

/* Are all characters letters, digits or in `more`? So nothing that cmd.exe would interpret. */
static bool winpe_options_plain(struct pxed_slice text, const char *more) {
    for (size_t i = 0; i < text.len; i++)
        if (!pxed_is_alnum(text.ptr[i]) && !strchr(more, text.ptr[i]))
            return false;
    return text.len > 0;
}

static int check_server(struct options *o) {
    struct pxed_slice url = pxed_slice_of(o->server);

    while (pxed_slice_ends(url, PXED_SLICE("/")))
        url.len--;
    if (!pxed_slice_starts(url, PXED_SLICE("http://")) ||
        !winpe_options_plain(pxed_slice_skip(url, strlen("http://")), ".-_:[]"))
        return say_error("--server: '%s' is no http://HOST or http://HOST:PORT", o->server);
    ((char *)(size_t)o->server)[url.len] = '\0'; /* argv may be changed */
    return 0;
}

static int check_share(const struct options *o) {
    struct pxed_slice unc = pxed_slice_of(o->share), rest = pxed_slice_skip(unc, 2);
    ptrdiff_t slash = pxed_slice_find(rest, '\\', 0);

    if (!pxed_slice_starts(unc, PXED_SLICE("\\\\")) || slash <= 0 || !winpe_options_plain(rest, ".-_$\\ ") ||
        pxed_slice_ends(rest, PXED_SLICE("\\")))
        return say_error("--share: '%s' is no \\\\SERVER\\SHARE (in a shell write it in single quotes)", o->share);
    return 0;
}

static int winpe_options_check(struct options *o) {
    int bad = 0;

    if (o->arch && strcmp(o->arch, "x86") != 0 && strcmp(o->arch, "amd64") != 0 && strcmp(o->arch, "arm64") != 0)
        bad = say_error("--arch: '%s' is none of x86, amd64, arm64", o->arch);
    if (o->label && (strlen(o->label) > 32 || !winpe_options_plain(pxed_slice_of(o->label), "_-. ")))
        bad = say_error("--label: up to 32 letters, digits, blanks, `_`, `-` or `.`");
    if (o->list)
        return !o->source ? say_error("--list needs a SOURCE") : bad;
    if (!o->output)
        return say_error("a SOURCE and an OUTPUT are needed; --help shows how");
    if (!options_wants_iso(o) && !pxed_slice_match(PXED_SLICE("*.wim"), pxed_slice_of(o->output)))
        bad = say_error("OUTPUT must end in .iso or .wim: '%s'", o->output);
    if (o->classic && !o->share)
        bad = say_error("--classic needs --share '\\\\SERVER\\SHARE'");
    if (o->classic && (o->server || o->helper))
        bad = say_error("--classic uses no helper: leave --server and --helper out");
    if (!o->classic && !o->server)
        bad = say_error("--server http://ADDRESS is needed: the pxed that this WinPE asks");
    if (!o->classic && o->share)
        bad = say_error("--share is for --classic; the helper asks the server which share it may use");
    if (o->server && check_server(o) != 0)
        bad = -1;
    if (o->share && check_share(o) != 0)
        bad = -1;
    return bad;
}

int options_parse(int argc, char **argv, struct options *ret) {
    bool only_names = false;

    *ret = (struct options){0};
    for (int i = 1; i < argc; i++) {
        struct pxed_slice word = pxed_slice_of(argv[i]);
        if (only_names || word.len < 2 || word.ptr[0] != '-') {
            const char **slot = !ret->source ? &ret->source : &ret->output;
            if (*slot)
                return say_error("one SOURCE and one OUTPUT: '%s' is too many", argv[i]);
            *slot = argv[i];
            continue;
        }
        if (pxed_slice_is(word, "--")) {
            only_names = true;
            continue;
        }
        ptrdiff_t equals = pxed_slice_find(word, '=', 0);
        struct pxed_slice name = equals < 0 ? word : pxed_slice_head(word, (size_t)equals);
        const struct row *row = winpe_options_find(name);
        if (!row)
            return winpe_options_unknown(name);
        const char *value = equals < 0 ? NULL : argv[i] + equals + 1;
        if (row->kind == FLAG && value)
            return say_error("%s takes no value", row->name);
        if (row->kind != FLAG && !value && ++i < argc)
            value = argv[i];
        if (row->kind != FLAG && (!value || !*value))
            return say_error("%s needs a value: %s", row->name, row->value);
        if (winpe_options_store(row, value, ret) != 0)
            return -1;
    }
    return ret->help || ret->version ? 0 : winpe_options_check(ret);
}

bool options_wants_iso(const struct options *options) {
    return pxed_slice_match(PXED_SLICE("*.iso"), pxed_slice_of(options->output));
}
