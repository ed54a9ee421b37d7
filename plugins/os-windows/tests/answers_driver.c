/* The program that the tests in Python drive: a JSON array of cases on stdin, an array of answers on stdout. A case
 * names a row of versions.def and may hold an image (where its files are), facts, variables and a template:
 *   {"row": "Windows 7 x64", "image": {...}, "facts": {...}, "vars": {...}, "efi": true, "template": PATH}
 *   {"facts": [[KEY, VALUE]...], "diags": [[SEVERITY, LINE, TEXT]...], "text": ...} */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "image.h"
#include "judge.h"
#include "pxed/template.h"
#include "versions.h"

enum { VARS = 64, FACTS = 256, TEXT = 1 << 20 };

static struct pxed_arena arena;

static const struct pxed_os_var answer_vars[] = {WINDOWS_ANSWER_VARS, {0}};

/* --- an image --- */

struct fake_image {
    struct pxed_image pub; /* first */
    struct pxed_os_id id;
    const json_t *names, *said;
    const char *keys[FACTS], *values[FACTS];
    size_t n;
};

static bool fake_has(const struct pxed_image *image, const char *name) {
    return json_object_get(((const struct fake_image *)image)->names, name) != NULL;
}

static int fake_open(const struct pxed_image *image, const char *name, uint64_t *ret_offset, uint64_t *ret_size) {
    const char *path;
    json_int_t offset, size;
    json_t *where = json_object_get(((const struct fake_image *)image)->names, name);
    if (!where || json_unpack(where, "[sII]", &path, &offset, &size) != 0)
        return -1;
    *ret_offset = (uint64_t)offset;
    *ret_size = (uint64_t)size;
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void fake_fact(const struct pxed_image *image, const char *key, const char *value) {
    struct fake_image *own = (struct fake_image *)(uintptr_t)image;
    if (own->n == FACTS)
        return;
    own->keys[own->n] = pxed_arena_dup(&arena, pxed_slice_of(key)).ptr;
    own->values[own->n++] = pxed_arena_dup(&arena, pxed_slice_of(value)).ptr;
}

static const char *fake_get(const struct pxed_image *image, const char *key) {
    const struct fake_image *own = (const struct fake_image *)image;
    for (size_t i = 0; i < own->n; i++)
        if (strcmp(own->keys[i], key) == 0)
            return own->values[i];
    return NULL;
}

static const char *fake_setting(const struct pxed_image *image, const char *key) {
    return json_string_value(json_object_get(((const struct fake_image *)image)->said, key));
}

static const struct windows_version *find_row(const char *name) {
    size_t n;
    const struct windows_version *rows = windows_versions(&n);
    for (size_t i = 0; name && i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    fprintf(stderr, "no row %s\n", name ? name : "(null)");
    exit(2);
}

static const char *word(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void make_image(const json_t *test, const struct windows_version *row, struct fake_image *ret) {
    const json_t *said = json_object_get(test, "image");
    const char *key;
    json_t *value;
    *ret = (struct fake_image){.names = json_object_get(said, "names"), .said = said};
    ret->id.text = PXED_SLICE("windows-test");
    ret->pub = (struct pxed_image){.size = sizeof(struct pxed_image),
                                   .id = &ret->id,
                                   .claim = &row->claim,
                                   .folder = word(said, "folder"),
                                   .iso = word(said, "iso"),
                                   .via = word(said, "via"),
                                   .file = "pxed.ini",
                                   .line = 7,
                                   .has = fake_has,
                                   .open = fake_open,
                                   .fact = fake_fact,
                                   .get = fake_get,
                                   .setting = fake_setting};
    json_object_foreach(json_object_get(test, "facts"), key, value) {
        fake_fact(&ret->pub, key, json_string_value(value));
    }
}

/* --- a host --- */

static unsigned flags_of(const char *key) {
    static const char *const secret[] = {"admin-password", "product-key", "join-password"};
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
        if (strcmp(secret[i], key) == 0)
            return PXED_VAR_SECRET;
    return 0;
}

static struct pxed_slice json_slice(const json_t *string) {
    return pxed_slice(json_string_value(string), json_string_length(string));
}

static void make_host(json_t *vars, struct pxed_host *ret) {
    struct pxed_var *list = PXED_NEWS(&arena, struct pxed_var, VARS);
    static struct pxed_hwaddr mac;
    const char *key;
    json_t *value;
    unsigned line = 100;
    pxed_mac_parse(PXED_SLICE("08:00:27:b2:40:3e"), &mac);
    *ret = (struct pxed_host){.macs = &mac, .n_macs = 1, .vars = list, .file = "host-os.conf", .line = 3};
    json_object_foreach(vars, key, value) {
        if (ret->n_vars < VARS)
            list[ret->n_vars++] =
                (struct pxed_var){pxed_slice_of(key), json_slice(value), "host-os.conf", line++, flags_of(key)};
    }
    for (const struct pxed_os_var *v = answer_vars; v->key; v++)
        if (v->fallback && !pxed_host_var(ret, v->key) && ret->n_vars < VARS)
            list[ret->n_vars++] =
                (struct pxed_var){pxed_slice_of(v->key), pxed_slice_of(v->fallback), NULL, 0, v->flags};
    ret->name = pxed_host_value(ret, "name");
    pxed_addr_parse_prefix(pxed_host_value(ret, "ip"), &ret->ip, &ret->prefix);
}

/* --- a template --- */

static struct {
    const struct pxed_host *host;
    const struct fake_image *image;
    json_t *host_node;
} tree;

static enum pxed_value_kind tree_kind(const void *node) {
    return json_is_object((const json_t *)node)   ? PXED_VALUE_MAP
           : json_is_string((const json_t *)node) ? PXED_VALUE_TEXT
           : json_is_true((const json_t *)node)   ? PXED_VALUE_TRUE
                                                  : PXED_VALUE_NONE;
}

static struct pxed_slice tree_text(const void *node) {
    return json_is_string((const json_t *)node) ? json_slice(node) : PXED_SLICE("1");
}

static const void *tree_get(const void *node, struct pxed_slice key) {
    const json_t *known = json_object_getn(node, key.ptr, key.len);
    if (known || node != tree.host_node || !pxed_slice_starts(key, PXED_SLICE("win-")))
        return known;
    const char *name = pxed_arena_dup(&arena, key).ptr;
    struct pxed_slice value = windows_value(tree.host, &tree.image->pub, name, &arena);
    if (value.len == 0)
        return NULL;
    json_object_set_new(tree.host_node, name, json_stringn(value.ptr, value.len));
    return json_object_get(tree.host_node, name);
}

static const void *tree_item(const void *node, size_t index) {
    (void)node, (void)index;
    return NULL;
}

static const struct pxed_template_data tree_data = {tree_kind, tree_text, tree_get, tree_item};

static void add_addresses(json_t *node, const struct pxed_host *host) {
    char text[PXED_ADDR_TEXT], number[8];
    struct pxed_addr mask = pxed_addr_v4(pxed_prefix_mask(host->prefix));
    if (host->ip.family != 4)
        return;
    json_object_set_new(node, "ip", json_string(pxed_addr_text(&host->ip, text)));
    json_object_set_new(node, "netmask", json_string(pxed_addr_text(&mask, text)));
    snprintf(number, sizeof(number), "%u", host->prefix);
    json_object_set_new(node, "prefix", json_string(number));
    if (!pxed_slice_is(pxed_host_value(host, "net"), "dhcp"))
        json_object_set_new(node, "static", json_true());
}

static json_t *make_tree(const json_t *test, const struct pxed_host *host, const struct fake_image *image) {
    json_t *host_node = json_object(), *os = json_object(), *machine = json_object();
    for (size_t i = 0; i < host->n_vars; i++)
        if (host->vars[i].value.len > 0)
            json_object_set_new(host_node, pxed_arena_dup(&arena, host->vars[i].key).ptr,
                                json_stringn_nocheck(host->vars[i].value.ptr, host->vars[i].value.len));
    add_addresses(host_node, host);
    json_object_set_new(host_node, "mac-upper", json_string("08-00-27-B2-40-3E"));
    struct pxed_slice flags = pxed_slice_of(image->pub.claim->flags), flag;
    while ((flag = pxed_slice_word(&flags, " ")).len > 0)
        json_object_set_new(os, pxed_arena_dup(&arena, flag).ptr, json_true());
    json_object_set_new(machine, json_is_true(json_object_get(test, "efi")) ? "efi" : "bios", json_true());
    tree.host = host;
    tree.image = image;
    tree.host_node = host_node;
    return json_pack("{sososos{ss}}", "host", host_node, "os", os, "machine", machine, "event", "url",
                     "http://10.77.0.1/boot/event?mac=08-00-27-b2-40-3e");
}

static json_t *render(const json_t *test, const struct pxed_host *host, const struct fake_image *image,
                      const char *template) {
    char *text = malloc(TEXT), *made = malloc(TEXT);
    FILE *file = fopen(template, "r");
    if (!file || !text || !made) {
        fprintf(stderr, "%s: %s\n", template, strerror(errno));
        exit(2);
    }
    size_t n = fread(text, 1, TEXT, file);
    fclose(file);
    json_t *root = make_tree(test, host, image);
    struct pxed_slice name = pxed_slice_of(template);
    struct pxed_template t = {.data = &tree_data,
                              .root = root,
                              .escape = pxed_slice_ends(name, PXED_SLICE(".xml")) ? pxed_escape_html : pxed_escape_ini};
    struct pxed_buf out = {made, TEXT, 0};
    int rc = pxed_template_render(&t, pxed_slice(text, n), &out, NULL);
    json_t *answer = rc == 0 && !pxed_buf_full(&out) ? json_stringn(made, out.len) : json_null();
    json_decref(root);
    free(text);
    free(made);
    return answer;
}

/* --- cases --- */

static json_t *diags_json(const struct pxed_diags *diags) {
    json_t *list = json_array();
    for (size_t i = 0; i < diags->n; i++)
        json_array_append_new(list, json_pack("[ssis]", diags->items[i].severity == PXED_ERROR ? "error" : "warning",
                                              diags->items[i].file, (int)diags->items[i].line, diags->items[i].text));
    return list;
}

static json_t *facts_json(const struct fake_image *image) {
    json_t *list = json_array();
    for (size_t i = 0; i < image->n; i++)
        json_array_append_new(list, json_pack("[ss]", image->keys[i], image->values[i]));
    return list;
}

static json_t *run(const json_t *test) {
    static struct fake_image image;
    struct pxed_host host;
    struct pxed_diags diags = {0};
    json_t *vars = json_object_get(test, "vars");
    make_image(test, find_row(word(test, "row")), &image);
    if (json_object_get(test, "image"))
        windows_image(&image.pub, &diags);
    json_t *text = json_null();
    if (vars) {
        make_host(vars, &host);
        windows_host(&host, &image.pub, &diags);
        if (word(test, "template"))
            text = render(test, &host, &image, word(test, "template"));
    }
    json_t *answer = json_pack("{sososo}", "facts", facts_json(&image), "diags", diags_json(&diags), "text", text);
    pxed_diags_clear(&diags);
    pxed_arena_clear(&arena);
    return answer;
}

static json_t *rows_json(void) {
    size_t n;
    const struct windows_version *rows = windows_versions(&n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("[sssi]", rows[i].name, rows[i].claim.arch, rows[i].claim.flags,
                                              (int)(rows[i].pe & 0xffff)));
    return list;
}

int main(int argc, char **argv) {
    json_error_t error;
    json_t *answers = argc > 1 && strcmp(argv[1], "rows") == 0 ? rows_json() : json_array();
    json_t *tests = argc > 1 ? NULL : json_loadf(stdin, 0, &error), *test;
    size_t i;
    if (argc == 1 && !tests) {
        fprintf(stderr, "line %d: %s\n", error.line, error.text);
        return 2;
    }
    json_array_foreach(tests, i, test) {
        json_t *answer = run(test);
        if (!answer)
            return 2;
        json_array_append_new(answers, answer);
    }
    json_dumpf(answers, stdout, JSON_COMPACT);
    json_decref(tests);
    json_decref(answers);
    return 0;
}
