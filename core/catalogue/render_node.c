/* A map has few members: they are searched linearly. */
#include "render_node.h"

static enum pxed_value_kind node_kind(const void *arg) {
    return ((const struct node *)arg)->kind;
}

static struct pxed_slice node_text(const void *arg) {
    const struct node *n = arg;
    if (n->secret) {
        n->render->secret = true;
        if (n->render->masked)
            return PXED_SLICE("***");
    }
    return n->text;
}

static const void *node_get(const void *arg, struct pxed_slice key) {
    struct node *map = (struct node *)(uintptr_t)arg;
    for (struct node *n = map->first; n; n = n->next)
        if (pxed_slice_eq(n->key, key))
            return n;
    return map->find ? map->find(map, key) : NULL;
}

static const void *node_item(const void *arg, size_t index) {
    const struct node *n = ((const struct node *)arg)->first;
    while (n && index-- > 0)
        n = n->next;
    return n;
}

const struct pxed_template_data render_node_data = {node_kind, node_text, node_get, node_item};

struct node *render_node_add(struct node *map, struct pxed_slice key, enum pxed_value_kind kind,
                             struct pxed_slice text) {
    struct node *n = PXED_NEW(map->render->arena, struct node), **end = &map->first;
    *n = (struct node){.kind = kind, .render = map->render, .key = key, .text = text};
    while (*end)
        end = &(*end)->next;
    *end = n;
    return n;
}

struct node *render_node_text(struct node *map, const char *key, struct pxed_slice text) {
    return text.len > 0 ? render_node_add(map, pxed_slice_of(key), PXED_VALUE_TEXT, text) : NULL;
}

void render_node_flag(struct node *map, const char *key, bool value) {
    if (value)
        render_node_add(map, pxed_slice_of(key), PXED_VALUE_TRUE, PXED_SLICE("1"));
}

struct node *render_node_map(struct node *map, const char *key) {
    return render_node_add(map, pxed_slice_of(key), PXED_VALUE_MAP, PXED_NO_SLICE);
}

void render_node_list(struct node *map, const char *key, struct pxed_slice words) {
    struct pxed_slice word;
    if (words.len == 0)
        return;
    struct node *list = render_node_add(map, pxed_slice_of(key), PXED_VALUE_LIST, PXED_NO_SLICE);
    while ((word = pxed_slice_word(&words, " ,\t")).len > 0)
        render_node_add(list, PXED_NO_SLICE, PXED_VALUE_TEXT, word);
}
