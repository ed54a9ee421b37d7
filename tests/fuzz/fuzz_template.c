/* Template text against fixed data; the part after the first NUL byte is the only partial. Measuring and writing must
 * agree, and both passes must agree on what is well-formed. */
#include "pxed/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct node {
    enum pxed_value_kind kind;
    const char *key; /* in the map it stands in */
    const char *text;
    const struct node *children;
    size_t n;
};

/* The items hide the list's own name, so that `{{#l}}{{#l}}...` cannot grow without bound. */
static const struct node item_members[] = {{.kind = PXED_VALUE_FALSE, .key = "l"},
                                           {.kind = PXED_VALUE_TEXT, .key = "i", .text = "it's \"<&%\\\n"}};
static const struct node items[] = {{.kind = PXED_VALUE_MAP, .children = item_members, .n = 2},
                                    {.kind = PXED_VALUE_MAP, .children = item_members, .n = 2}};
static const struct node members[] = {{.kind = PXED_VALUE_TEXT, .key = "a", .text = "text"},
                                      {.kind = PXED_VALUE_TRUE, .key = "t", .text = "yes"},
                                      {.kind = PXED_VALUE_FALSE, .key = "f"},
                                      {.kind = PXED_VALUE_LIST, .key = "l", .children = items, .n = 2},
                                      {.kind = PXED_VALUE_MAP, .key = "m", .children = item_members, .n = 2}};
static const struct node root = {.kind = PXED_VALUE_MAP, .children = members, .n = 5};

static enum pxed_value_kind node_kind(const void *node) {
    return ((const struct node *)node)->kind;
}

static struct pxed_slice node_text(const void *node) {
    return pxed_slice_of(((const struct node *)node)->text);
}

static const void *node_get(const void *node, struct pxed_slice key) {
    const struct node *map = node;
    for (size_t i = 0; i < map->n; i++)
        if (pxed_slice_is(key, map->children[i].key))
            return &map->children[i];
    return NULL;
}

static const void *node_item(const void *node, size_t index) {
    const struct node *list = node;
    return index < list->n ? &list->children[index] : NULL;
}

static const struct pxed_template_data node_data = {node_kind, node_text, node_get, node_item};

static bool the_partial(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text) {
    if (!pxed_slice_is(name, "p"))
        return false;
    *ret_text = *(const struct pxed_slice *)ctx;
    return true;
}

static void check(bool ok) {
    if (!ok)
        abort();
}

static void touch(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    check(line > 0);
    *(uint64_t *)ctx += pxed_hash(name.ptr, name.len, (uint64_t)sigil);
}

static void check_render(pxed_escape_fn *escape, struct pxed_slice text, struct pxed_slice partial) {
    struct pxed_template t = {
        .data = &node_data, .root = &root, .escape = escape, .partial = the_partial, .partial_ctx = &partial};
    struct pxed_buf none = {NULL, 0, 0};
    unsigned line = 0;
    uint64_t sum = 0;

    int rc = pxed_template_render(&t, text, &none, &line);
    int strict = pxed_template_names(text, touch, &sum, NULL);
    check(pxed_template_strerror(rc)[0] != '\0');
    check((rc == 0) == (line == 0));
    check(strict == 0 || rc != 0); /* a partial may be the only thing wrong, or be what is found first */

    struct pxed_buf out = {malloc(none.len + 1), none.len, 0};
    check(pxed_template_render(&t, text, &out, NULL) == rc && out.len == none.len);
    check(pxed_hash(out.ptr, out.len, sum) != 1);
    free(out.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static pxed_escape_fn *const escapes[] = {
        NULL, pxed_escape_html, pxed_escape_line, pxed_escape_shell, pxed_escape_cmd, pxed_escape_yaml};
    struct pxed_slice text = pxed_slice((const char *)data, size), partial = PXED_NO_SLICE;
    ptrdiff_t nul = pxed_slice_find(text, '\0', 0);
    if (nul >= 0) {
        partial = pxed_slice_skip(text, (size_t)nul + 1);
        text = pxed_slice_head(text, (size_t)nul);
    }
    check_render(escapes[size % 6], text, partial);
    return 0;
}
