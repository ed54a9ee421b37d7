#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void site_open(struct site *s) {
    memset(s, 0, sizeof(*s));
    tree_open(&s->tree);
    mkdir(tree_path(&s->tree, "state"), 0755);
    mkdir(tree_path(&s->tree, "root"), 0755);
    mkdir(tree_path(&s->tree, "root/boot"), 0755);
    s->ifaces[0] =
        (struct pxed_iface){.name = "eth1", .index = 2, .addr = pxed_addr_v4(0x0a4d0001), .prefix = 24, .mtu = 1500};
}

static void forget(struct site *s) {
    catalogue_unref(s->catalogue);
    if (s->config)
        config_unref(s->config);
    pxed_diags_clear(&s->diags);
    s->catalogue = NULL;
    s->config = NULL;
}

void site_close(struct site *s) {
    forget(s);
    plugins_free(&s->plugins);
    tree_close(&s->tree);
}

void site_fake_os(struct site *s, const char *name, const struct pxed_profile *const *profiles) {
    size_t at = s->plugins.n;
    s->fake_ops[at] = (struct pxed_os_ops){.size = sizeof(struct pxed_os_ops), .profiles = profiles};
    s->fakes[at] = (struct plugin){.desc = {.magic = PXED_PLUGIN_MAGIC,
                                            .abi_major = PXED_ABI_MAJOR,
                                            .size = sizeof(struct pxed_plugin),
                                            .kind = PXED_KIND_OS,
                                            .name = name,
                                            .ops = &s->fake_ops[at]},
                                   .from = "a test"};
    s->plugins.items[s->plugins.n++] = &s->fakes[at];
}

void site_load(struct site *s, const char *name) {
    static const unsigned line = 1;
    struct pxed_list names = {&name, &line, 1};
    plugins_load(&s->plugins, &names, &(struct ini){.path = "test"}, &s->diags);
    if (s->diags.errors > 0)
        fputs(diags_text(&s->tree, &s->diags), stderr);
    if (!plugins_find(&s->plugins, name))
        abort();
}

const char *site_build(struct site *s, const char *more_pxed, const char *sections, const char *hosts) {
    forget(s);
    const char *ini =
        tree_write(&s->tree, "pxed.ini",
                   pxed_arena_printf(&s->tree.arena, "[pxed]\ninterface = eth1\nroot = root\nstate = state\n%s%s",
                                     more_pxed, sections));
    if (hosts)
        tree_write(&s->tree, "host-os.conf", hosts);
    s->config = config_load(ini, &s->plugins, &s->diags);
    if (s->config) {
        struct catalogue_input in = {.ini = &s->config->ini,
                                     .settings = &s->config->settings,
                                     .plugins = &s->plugins,
                                     .ifaces = s->ifaces,
                                     .n_ifaces = 1};
        s->catalogue = catalogue_build(&in, &s->diags);
    }
    return diags_text(&s->tree, &s->diags);
}

void site_part(struct site *s, const char *plugin, const char *name, const char *text) {
    const char *folder = pxed_arena_printf(&s->tree.arena, "%s/share/pxed/%s", plugins_prefix(), plugin);
    const char *path = pxed_arena_printf(&s->tree.arena, "%s/%s", folder, name);
    const char *own =
        pxed_arena_printf(&s->tree.arena, "%s/.%s.%d", folder, name, (int)getpid()); /* tests run in parallel */
    mkdir(folder, 0755);
    FILE *f = fopen(own, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0 || rename(own, path) < 0)
        abort();
}

void site_image(struct site *s, const char *name) {
    tree_write(&s->tree, pxed_arena_printf(&s->tree.arena, "root/boot/os/%s", name), "x");
}

const struct catalogue_host *site_host(struct site *s, const char *mac) {
    struct pxed_hwaddr hw;
    if (!mac)
        return &s->catalogue->hosts[0];
    return pxed_mac_parse(pxed_slice_of(mac), &hw) ? catalogue_find(s->catalogue, &hw) : NULL;
}

const char *site_var(struct site *s, const struct catalogue_host *host, const char *key) {
    const struct pxed_var *v = pxed_host_var(&host->pub, key);
    if (!v)
        return "(unset)";
    const char *slash = v->file ? strrchr(v->file, '/') : NULL;
    return pxed_arena_printf(&s->tree.arena, "%.*s %s:%u", PXED_S(v->value), slash ? slash + 1 : "profile", v->line);
}

struct render site_render(struct site *s, const struct catalogue_host *host, enum lifecycle_right right) {
    static struct lifecycle_record record;
    static const uint8_t token[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    memset(&record, 0, sizeof(record));
    lifecycle_arm(&record, right, host->os->id.text, 1, token, PXED_SLICE("new line"), 1);
    return (struct render){
        .catalogue = s->catalogue, .host = host, .os = host->os, .record = &record, .arena = &s->tree.arena};
}
