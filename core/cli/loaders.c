/* `pxed loaders`: the boot loaders at hand for each firmware, what they are, and what would bring those that are
 * missing. */
#include <jansson.h>
#include <string.h>

#include "cli.h"
#include "eyes.h"
#include "loaders.h"
#include "offline.h"
#include "table.h"

/* One row, for a table or as an object. */
struct loaders_row {
    const char *firmware, *what, *name;
    const struct loaders_file *file, *then;
    const char *then_name, *cure;
    bool secure;
    int at; /* among those that the key names; -1: not one of them */
};

struct loaders_show {
    struct offline o;
    struct loaders *all;
    struct pxed_arena arena;
    struct table table;
    bool json;
};

static const char *state_of(const struct loaders_row *r, struct pxed_arena *arena) {
    if (!r->name)
        return pxed_arena_printf(arena, "missing: %s", r->cure);
    if (!r->file && !strstr(r->name, "://"))
        return "no such loader at hand, or an unknown one";
    return r->at == 0 ? "first" : r->at > 0 ? "if those above stay silent" : "not asked for";
}

static const char *version_of(const struct loaders_row *r, struct pxed_arena *arena) {
    const char *first = r->file ? r->file->is.version : "", *second = r->then ? r->then->is.version : "";
    return *second ? pxed_arena_printf(arena, "%s, %s", first, second) : first;
}

static const char *signers_of(const struct loaders_row *r, struct pxed_arena *arena) {
    char first[256], second[256];
    if (!r->file)
        return "";
    loaders_signed_by(r->file, first, sizeof(first));
    if (!r->then)
        return pxed_arena_printf(arena, "%s", first);
    return pxed_arena_printf(arena, "%s; %s", first, loaders_signed_by(r->then, second, sizeof(second)));
}

static json_t *file_json(const struct loaders_file *f) {
    json_t *sbat = json_array(), *keys = json_array();
    for (size_t i = 0; i < f->is.n_sbat; i++)
        json_array_append_new(sbat, json_pack("{s:s, s:i}", "component", f->is.sbat[i].component, "generation",
                                              (int)f->is.sbat[i].generation));
    for (size_t i = 0; i < f->n_signers; i++)
        json_array_append_new(
            keys, json_pack("{s:s, s:s}", "key", loader_key_names[f->signers[i].key], "name", f->signers[i].name));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "folder", f->folder, "file", f->name, "machine",
                     loader_machine_names[f->is.machine], "program", loader_program_names[f->is.program], "version",
                     f->is.version, "signers", keys, "sbat", sbat, "damaged", f->is.damaged);
}

static void show_json(struct loaders_show *s, const struct loaders_row *r) {
    json_t *partners = json_array();
    if (r->then) {
        json_t *then = file_json(r->then);
        json_object_set_new(then, "name", json_string(r->then_name));
        json_array_append_new(partners, then);
    }
    json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:i, s:o, s:o, s:s, s:s}", "firmware", r->firmware, "loader", r->what,
                            "name", r->name ? r->name : "", "secure", r->secure, "order", r->at + 1, "first",
                            r->file ? file_json(r->file) : json_null(), "partners", partners, "state",
                            state_of(r, &s->arena), "missing", r->name ? "" : r->cure);
    if (row)
        json_dumpf(row, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(row);
}

static void show_row(struct loaders_show *s, const struct loaders_row *r) {
    if (s->json) {
        show_json(s, r);
        return;
    }
    enum table_color color = r->name ? r->at == 0 ? TABLE_GOOD : TABLE_PLAIN : TABLE_DIM;
    table_cell(&s->table, TABLE_BOLD, "%s", r->firmware);
    table_cell(&s->table, color, "%s", r->what);
    table_cell(&s->table, color, "%s", r->name ? r->name : "-");
    table_cell(&s->table, TABLE_PLAIN, "%s", version_of(r, &s->arena));
    table_cell(&s->table, TABLE_PLAIN, "%s", signers_of(r, &s->arena));
    table_cell(&s->table, TABLE_PLAIN, "%s", r->then ? r->then_name : "");
    table_cell(&s->table, color, "%s", state_of(r, &s->arena));
}

static int place_in(const char *const *names, size_t n, const char *name) {
    for (size_t i = 0; name && i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

/* A loader that the key names and that is none of the usual ones. */
static void show_named(struct loaders_show *s, const char *firmware, const char *name, int at) {
    struct loaders_row r = {
        .firmware = firmware, .what = "named", .name = name, .file = loaders_find(s->all, name), .cure = "", .at = at};
    if (r.file)
        r.what = loader_program_names[r.file->is.program];
    show_row(s, &r);
}

static void show_firmware(struct loaders_show *s, enum pxed_firmware firmware) {
    const char *names[LOADERS_NAMES_MAX];
    const struct plugin *p;
    const struct pxed_list *wanted = loaders_key(&s->o.plugins, firmware, &p);
    size_t n = wanted ? loaders_names(s->all, firmware, wanted, names) : 0;
    bool shown[LOADERS_NAMES_MAX] = {false};
    for (size_t i = 0; i < s->all->n_rungs; i++) {
        const struct loaders_rung *g = &s->all->rungs[i];
        if (g->machine != loaders_machine(firmware))
            continue;
        struct loaders_row r = {
            pxed_firmware_names[firmware], g->what, g->name, g->file, g->then, g->then_name, g->cure, g->secure,
            place_in(names, n, g->name)};
        if (r.at >= 0)
            shown[r.at] = true;
        show_row(s, &r);
    }
    for (size_t i = 0; i < n; i++)
        if (!shown[i])
            show_named(s, pxed_firmware_names[firmware], names[i], (int)i);
}

static void show_all(struct loaders_show *s) {
    static const char *const heads[] = {"FIRMWARE",  "LOADER",   "NAME",  "VERSION",
                                        "SIGNED BY", "ASKS FOR", "STATE", NULL};
    static const int spare[] = {3, 5, 4, -1};
    if (!s->json)
        table_begin(&s->table, heads);
    for (int fw = 0; fw < PXED_FW_COUNT; fw++)
        if (!pxed_firmware_is_http((enum pxed_firmware)fw) && fw != PXED_FW_OTHER)
            show_firmware(s, (enum pxed_firmware)fw);
    if (s->json)
        return;
    table_fit(&s->table, table_width(stdout), spare);
    table_end(&s->table, stdout);
    if (s->all->n_left > 0)
        printf("%zu files were not looked at: there are too many in root/tftp\n", s->all->n_left);
}

int cli_loaders(int argc, char **argv) {
    const char *ini = cli_default_ini();
    struct loaders_show s = {.json = false};
    int rc = CLI_NO;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            s.json = true;
        else
            return cli_usage();
    }
    offline_load(&s.o, ini, CATALOGUE_TEXT);
    if (!s.o.catalogue) {
        cli_print_diags(stderr, &s.o.diags);
    } else {
        bool seeing = eyes_open(&s.o.config->settings);
        s.all = loaders_read(&s.o.config->settings, s.o.catalogue->tftp_dir, &s.arena);
        if (seeing)
            eyes_close();
        show_all(&s);
        rc = CLI_OK;
    }
    offline_free(&s.o);
    pxed_arena_clear(&s.arena);
    return rc;
}
