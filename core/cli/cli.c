/* What the commands share: usage, the ini file, diagnostics. */
#include "cli.h"

#include "pxed/diag.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins.h"

static const struct cli_command *running;

void cli_begin(const struct cli_command *command) {
    running = command;
}

int cli_usage(void) {
    if (running)
        fprintf(stderr, "usage: pxed %s %s\n", running->name, running->args);
    return CLI_USAGE;
}

int cli_no_word(const char *option, const char *value, const char *const *words, const char *unfit) {
    const char *near = pxed_nearest(pxed_slice_of(value), words);
    fprintf(stderr, "pxed %s: %s '%s' is none of:", running->name, option, value);
    for (; *words; words++)
        if (!unfit || strcmp(*words, unfit) != 0)
            fprintf(stderr, " %s", *words);
    fprintf(stderr, near ? "; did you mean '%s'?\n" : "\n", near);
    return CLI_USAGE;
}

void cli_version(FILE *to) {
    fprintf(to, "pxed %s, plugin ABI %d.%d\n", PXED_VERSION, PXED_ABI_MAJOR, PXED_ABI_MINOR);
}

const char *cli_default_ini(void) {
    static char path[PATH_MAX + 32];
    /* What lies in /usr is configured in /etc (Filesystem Hierarchy Standard 3.0, 4.1). */
    const char *prefix = strcmp(plugins_prefix(), "/usr") == 0 ? "" : plugins_prefix();
    snprintf(path, sizeof(path), "%s/etc/pxed/pxed.ini", prefix);
    return path;
}

const char *cli_absolute(const char *path) {
    static char absolute[PATH_MAX * 2];
    char cwd[PATH_MAX];
    if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
        return path;
    snprintf(absolute, sizeof(absolute), "%s/%s", cwd, path);
    return absolute;
}

/* Reads only two keys and ignores other errors of the ini: a live command must work as long as the daemon runs. */
const char *cli_api_socket(const char *file) {
    static char path[PATH_MAX * 2];
    struct ini ini;
    struct pxed_diags diags = {0};
    int rc = ini_load(&ini, cli_absolute(file), &diags);
    if (rc < 0)
        fprintf(stderr, "pxed: %s: cannot read it\n", file);
    const struct ini_entry *state = ini_get(&ini, "pxed", "state"), *socket = ini_get(&ini, "api", "socket");
    const char *folder = state ? ini_path(&ini.arena, state->file, state->value) : "/var/lib/pxed";
    const char *name = socket && *socket->value ? socket->value : "pxed.sock";
    snprintf(path, sizeof(path), "%s%s%s", name[0] == '/' ? "" : folder, name[0] == '/' ? "" : "/", name);
    pxed_diags_clear(&diags);
    ini_free(&ini);
    return rc < 0 ? NULL : path;
}

void cli_print_diags(FILE *to, const struct pxed_diags *diags) {
    for (size_t i = 0; i < diags->n; i++) {
        const struct pxed_diag *d = &diags->items[i];
        const char *kind = d->severity == PXED_WARNING ? "warning: " : "";
        if (d->file && d->line)
            fprintf(to, "%s:%u: %s%s\n", d->file, d->line, kind, d->text);
        else
            fprintf(to, "%s%s%s%s\n", d->file ? d->file : "", d->file ? ": " : "", kind, d->text);
    }
}
