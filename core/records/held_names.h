/* Every name that a record of the store has or had: a line with such a name and a new MAC is no new host. */
#pragma once

#include "machines.h"
#include "pxed/arena.h"

struct held_name {
    struct pxed_slice name;
    struct pxed_hwaddr mac;
    bool now; /* its current name, not a former one */
};

/* Zeroed, but for `machines`. */
struct held_names {
    struct machines *machines;
    size_t at; /* of the table of machines */
    struct held_name *items;
    size_t n;
    struct pxed_arena arena;
};

/* Collects a part of them: about a millisecond's work. True: all are collected, and sorted. */
bool held_names_collect(struct held_names *names);
/* The current holder of a name before former ones; NULL: nobody had it. After all are collected. */
const struct held_name *held_names_find(const struct held_names *names, struct pxed_slice name);
void held_names_end(struct held_names *names);
