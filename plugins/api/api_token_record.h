/* A token's record in the store, its words and its hash. Pure but for jansson's memory. */
#pragma once

#include "api_tokens.h"

#include <jansson.h>

enum { API_TOKEN_BYTES = 20, API_TOKEN_TEXT = 5 + 2 * API_TOKEN_BYTES };

/* [A-Za-z0-9._-]{1,32} */
bool api_token_name(const char *name);
/* "read arm" from ["read","arm"]; 0: an unknown word, or none. */
unsigned api_token_scopes(const json_t *words);
/* "web db" from ["group:web","group:db"]; false: another form, or too long. */
bool api_token_groups(const json_t *words, char ret[static API_GROUPS_MAX + 1]);
/* "read operate" */
void api_token_scope_text(unsigned scopes, struct pxed_buf *out);
/* `pxed_` and 40 hex digits. */
void api_token_text(const uint8_t bytes[static API_TOKEN_BYTES], char ret[static API_TOKEN_TEXT + 1]);
void api_token_hash(struct pxed_slice token, uint8_t ret[static 32]);

/* The value of a record; its key is the name. */
void api_token_write(const struct api_token *t, struct pxed_buf *out);
bool api_token_read(struct pxed_slice key, struct pxed_slice value, struct api_token *ret);
