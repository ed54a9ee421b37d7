/* Tokens: who else than the socket's users may ask, and what. The store holds their hashes. */
#pragma once

#include "api_state.h"

enum { API_TOKEN_NAME = 32, API_TOKENS_MAX = 256, API_GROUPS_MAX = 255, API_WHO_MAX = 127 };

struct api_token {
    char name[API_TOKEN_NAME + 1];
    uint8_t hash[32]; /* SHA-256: the token is random, so no slow hash is needed */
    unsigned scopes;
    char groups[API_GROUPS_MAX + 1]; /* blank-separated; "": every host */
    char by[API_WHO_MAX + 1];        /* who made it */
    int64_t made, used;              /* wall ms; used: 0 never since the start */
};

/* In start(): reads those of the store. 0 or a negative errno, logged. */
int api_tokens_load(struct api *api);
void api_tokens_free(struct api *api);
/* The token that was sent, or NULL. */
const struct api_token *api_token_find(struct api *api, struct pxed_slice token);

void api_tokens_get(const struct api_ask *ask);
void api_tokens_add(const struct api_ask *ask);
void api_tokens_remove(const struct api_ask *ask);
