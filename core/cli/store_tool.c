/* Finds the store of a configuration, for the commands that work without a daemon. */
#include "store_tool.h"

#include "cli.h"
#include "eyes.h"

bool store_tool_open(struct store_tool *t, const char *command, const char *ini) {
    t->command = command;
    offline_load(&t->offline, ini, CATALOGUE_SYNTAX);
    if (!t->offline.config) {
        cli_print_diags(stderr, &t->offline.diags);
        return false;
    }
    for (size_t i = 0; i < t->offline.plugins.n; i++) {
        const struct plugin *p = t->offline.plugins.items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        struct pxed_buf path = PXED_BUF(t->path);
        if (!ops || ops->size < offsetof(struct pxed_protocol_ops, store) + sizeof(ops->store) || !ops->store)
            continue;
        t->files = ops->store;
        if (t->files->path(p->config, t->offline.config->settings.state, &path) == 0)
            return true;
        store_tool_fail(t, t->offline.config->settings.state, "the path of the store is too long");
        return false;
    }
    store_tool_fail(t, ini, "no plugin that it loads keeps a store in a file: store-sqlite does");
    return false;
}

void store_tool_close(struct store_tool *t) {
    offline_free(&t->offline);
}

void store_tool_as_account(const struct store_tool *t) {
    eyes_open(&t->offline.config->settings);
}

int store_tool_fail(const struct store_tool *t, const char *file, const char *text) {
    fprintf(stderr, "pxed %s: %s: %s\n", t->command, file, text);
    return CLI_NO;
}
