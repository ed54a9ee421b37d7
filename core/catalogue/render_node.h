/* The tree of names that a template may use: values, members, lists. */
#pragma once

#include "render.h"

struct node {
    enum pxed_value_kind kind;
    bool secret;           /* reading it makes the text secret */
    struct render *render; /* shared by all nodes of a tree */
    struct pxed_slice key, text;
    struct node *first, *next;                                     /* members of a MAP, items of a LIST */
    struct node *(*find)(struct node *map, struct pxed_slice key); /* makes members on demand */
};

/* The template engine's access to the tree. */
extern const struct pxed_template_data render_node_data;

/* Each adds a node to `map`; the node lives in the arena of its render. `key` must live as long. */
struct node *render_node_add(struct node *map, struct pxed_slice key, enum pxed_value_kind kind,
                             struct pxed_slice text);
/* NULL, and nothing is added, if the text is empty. */
struct node *render_node_text(struct node *map, const char *key, struct pxed_slice text);
/* Adds the flag only if it is true: a missing name counts as false. */
void render_node_flag(struct node *map, const char *key, bool value);
struct node *render_node_map(struct node *map, const char *key);
/* A blank- or comma-separated value as a list for {{#host.dns-list}}{{.}}{{/host.dns-list}}. */
void render_node_list(struct node *map, const char *key, struct pxed_slice words);
