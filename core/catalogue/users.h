/* Accounts of `users=`: NAME[:HASH[:sudo[:SSH-KEY]]], separated by `;` or line ends. */
#pragma once

#include "pxed/slice.h"

struct users_one {
    struct pxed_slice name, hash, key; /* hash, key: may be empty */
    bool sudo;
};

/* Takes the next account of `rest`; false: there is none. Fields may be wrong: users_check has judged them. */
bool users_next(struct pxed_slice *rest, struct users_one *ret);
/* What is wrong with a value of users=, as a sentence, or NULL. */
const char *users_check(struct pxed_slice value);
/* Is this text a hash of crypt(5)? `!` and `*` lock an account and count as one. */
bool users_is_hash(struct pxed_slice text);
