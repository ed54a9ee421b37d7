/* `pxed contract-test`: a plugin against what is promised to and by plugins, for those who write one. */
#define _GNU_SOURCE
#include "contract.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

enum { GROUP_SECONDS = 120 };

static const struct group {
    const char *name;
    void (*plugin)(const struct plugin *p);
    contract_visit *visit; /* OS plugins only */
} groups[] = {
    {"descriptor", contract_descriptor, NULL},
    {"options", contract_options, NULL},
    {"claims", NULL, contract_claims},
    {"ids go to it", NULL, contract_samples},
    {"boots", NULL, contract_boots},
    {"steps and variables", NULL, contract_steps},
    {"files and templates", NULL, contract_files},
    {"rendering", NULL, contract_rendering},
};

/* A protocol's configuration would have to be written by somebody: systems are looked at among systems. */
static void only_systems(void) {
    size_t n = 0;
    for (size_t i = 0; i < contract.plugins.n; i++)
        if (contract.plugins.items[i]->desc.kind == PXED_KIND_OS)
            contract.plugins.items[n++] = contract.plugins.items[i];
    contract.plugins.n = n;
}

static void run_group(const struct group *g, const struct plugin *p) {
    struct pxed_diags diags = {0};
    alarm(GROUP_SECONDS);
    families_read(&contract.families, &contract.plugins, NULL, &contract.arena, &diags);
    for (size_t i = 0; i < diags.n; i++)
        contract_require(diags.items[i].severity == PXED_WARNING ||
                             !strstr(diags.items[i].file ? diags.items[i].file : "", p->desc.name),
                         "%s:%u: %s", diags.items[i].file, diags.items[i].line, diags.items[i].text);
    if (g->plugin) {
        g->plugin(p);
        _exit(0);
    }
    if (g->visit == contract_rendering)
        only_systems();
    contract_each(p, g->visit);
    _exit(0);
}

static bool group_passes(const struct group *g, const struct plugin *p) {
    int status = 0;
    printf("%s: %s: ", p->desc.name, g->name);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        run_group(g, p);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        puts("passed");
        return true;
    }
    if (pid > 0 && WIFSIGNALED(status)) /* who exits has said why */
        printf("ended by signal %d (%s)\n", WTERMSIG(status),
               WTERMSIG(status) == SIGALRM ? "it took more than two minutes" : strsignal(WTERMSIG(status)));
    return false;
}

static int test_one(const struct plugin *p) {
    size_t failed = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (groups[i].plugin || p->desc.kind == PXED_KIND_OS)
            failed += !group_passes(&groups[i], p);
    if (failed > 0)
        printf("%s: FAILED\n", p->desc.name);
    else
        printf("%s %s: passed, for plugin ABI %d.%d\n", p->desc.name, p->desc.version, PXED_ABI_MAJOR, PXED_ABI_MINOR);
    return failed > 0 ? CLI_NO : CLI_OK;
}

/* The loader looks into PXED_PLUGIN_DIR first. */
static int look_into(const char *so) {
    char real[PATH_MAX];
    const char *dirs = getenv("PXED_PLUGIN_DIR");
    if (!realpath(so, real)) {
        fprintf(stderr, "pxed contract-test: %s: %s\n", so, strerror(errno));
        return CLI_NO;
    }
    *strrchr(real, '/') = '\0';
    setenv("PXED_PLUGIN_DIR",
           pxed_arena_printf(&contract.arena, "%s%s%s", *real ? real : "/", dirs ? ":" : "", dirs ? dirs : ""), 1);
    return CLI_OK;
}

static int test_file(const char *so, const struct pxed_diags *diags) {
    const char *slash = strrchr(so, '/'), *file = slash ? slash + 1 : so;
    size_t n = strlen(file);
    char name[NAME_MAX + 1];
    snprintf(name, sizeof(name), "%.*s", n > 3 ? (int)n - 3 : 0, file);
    const struct plugin *p = plugins_find(&contract.plugins, name);
    if (p && strcmp(file + n - 3, ".so") == 0)
        return test_one(p);
    for (size_t i = 0; i < diags->n; i++)
        if (strstr(diags->items[i].text, file)) {
            printf("%s\n", diags->items[i].text);
            return CLI_NO;
        }
    printf("%s: a plugin is a file NAME.so\n", so);
    return CLI_NO;
}

int cli_contract_test(int argc, char **argv) {
    bool all = argc == 2 && strcmp(argv[1], "--all") == 0;
    struct pxed_diags diags = {0};
    int code = CLI_OK;
    if (argc != 2 || (argv[1][0] == '-' && !all))
        return cli_usage();
    if (!all && (code = look_into(argv[1])) != CLI_OK)
        return code;
    contract_open();
    plugins_load_all(&contract.plugins, &diags);
    if (!all)
        code = test_file(argv[1], &diags);
    for (size_t i = 0; all && i < contract.plugins.n; i++)
        if (test_one(contract.plugins.items[i]) != CLI_OK)
            code = CLI_NO;
    contract_close();
    pxed_diags_clear(&diags);
    return code;
}
