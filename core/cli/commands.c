/* The rows of commands, and what all of them share. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "daemon.h"

const struct cli_command cli_commands[] = {
    {"run", "-c FILE [--debug]", "run the daemon in the foreground", cli_run},
    {"check", "-c FILE [--offline|--quick]", "report every error and warning of a configuration", cli_check},
    {"explain", "-c FILE HOST [--as armed|installed] [--firmware F] [--loader L]", "what a machine would get, and why",
     cli_explain},
    {"options", "[PLUGIN]", "every key of pxed.ini, with its meaning", cli_options},
    {"machines", "[-c FILE] [--armed|--failed|--unknown] [--json]", "every machine and its state", cli_machines},
    {"watch", "[-c FILE] [HOST] [--until STAGE] [--timeout SECONDS] [--json]", "each machine's timeline as it happens",
     cli_watch},
    {"why", "[-c FILE] [HOST] [--json]", "the last steps and the named refusals, with their cure", cli_why},
    {"log", "[-c FILE] HOST [--json]", "the journal of one machine", cli_log},
    {"leases", "[-c FILE] [--json]", "addresses given out", cli_leases},
    {"arm", "[-c FILE] HOST... | --new  [--os OS-ID] [--tries N] [--for 24h] [--dry-run] [--yes] [--json]",
     "give the right to install, once", cli_arm},
    {"disarm", "[-c FILE] HOST... [--json]", "take it back", cli_disarm},
    {"adopt", "[-c FILE] HOST... | --new  [--json]", "known, not armed: new lines of machines that run already",
     cli_adopt},
    {"event", "[-c FILE] HOST installed|failed [REASON] [--json]", "say how an installation ended", cli_event},
    {0},
};

int cli_usage(const char *command) {
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, command) == 0)
            fprintf(stderr, "usage: pxed %s %s\n", c->name, c->args);
    return CLI_USAGE;
}

void cli_version(FILE *to) {
    fprintf(to, "pxed %s, plugin ABI %d.%d\n", PXED_VERSION, PXED_ABI_MAJOR, PXED_ABI_MINOR);
}

const char *cli_nearest(const char *word) {
    const char *names[32];
    size_t n = 0;
    for (const struct cli_command *c = cli_commands; c->name && n < 31; c++)
        names[n++] = c->name;
    names[n] = NULL;
    return pxed_nearest(pxed_slice_of(word), names);
}

const char *cli_default_ini(void) {
    static char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/etc/pxed/pxed.ini", plugins_prefix());
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

/* Only two keys matter, whatever else the ini holds: a live command must work beside a daemon that is running well. */
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
