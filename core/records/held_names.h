/* Names that records of the store have or had, looked for among all records: a line with such a name and a new MAC is
 * no new host. */
#pragma once

#include "machines.h"

/* A name that somebody has or had. */
struct held_name {
    struct pxed_slice name; /* as the line has it */
    struct pxed_hwaddr mac; /* of whom */
    bool now;               /* it is the current name, not a former one */
};

/* Zeroed, but for `machines`. */
struct held_names {
    struct machines *machines;
    size_t at;                 /* of the table of machines */
    struct pxed_slice *wanted; /* names of new lines, which outlive this */
    size_t n_wanted;
    struct held_name *items;
    size_t n;
};

/* Before the first held_names_collect. */
void held_names_want(struct held_names *names, struct pxed_slice name);
/* Looks at a part of the records: about a millisecond's work. True: that was the last part. */
bool held_names_collect(struct held_names *names);
/* Who has the name now, else who had it; NULL: nobody. After all was looked at. */
const struct held_name *held_names_find(const struct held_names *names, struct pxed_slice name);
void held_names_end(struct held_names *names);
