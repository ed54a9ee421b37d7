/* A token's record in the store, its words and its hash. */
#include "api_token_record.h"

#include "api_json.h"
#include "pxed/json.h"

#include <nettle/sha2.h>
#include <stdio.h>

static const struct {
    const char *word;
    unsigned scope;
} scope_words[] = {{"read", PXED_API_READ}, {"operate", PXED_API_OPERATE}, {"arm", PXED_API_ARM}};
enum { SCOPE_WORDS = sizeof(scope_words) / sizeof(scope_words[0]) };

bool api_token_name(const char *name) {
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return n > 0 && n <= API_TOKEN_NAME && name[n] == '\0';
}

static unsigned scope_of(const char *word) {
    for (size_t i = 0; word && i < SCOPE_WORDS; i++)
        if (strcmp(word, scope_words[i].word) == 0)
            return scope_words[i].scope;
    return 0;
}

unsigned api_token_scopes(const json_t *words) {
    unsigned scopes = 0;
    for (size_t i = 0; i < json_array_size(words); i++) {
        unsigned scope = scope_of(json_string_value(json_array_get(words, i)));
        if (scope == 0)
            return 0;
        scopes |= scope;
    }
    return scopes;
}

/* The name of a [group]: no blank splits it here. */
static bool is_group(struct pxed_slice group) {
    for (size_t i = 0; i < group.len; i++)
        if ((unsigned char)group.ptr[i] <= ' ' || group.ptr[i] == 0x7F)
            return false;
    return group.len > 0;
}

bool api_token_groups(const json_t *words, char ret[static API_GROUPS_MAX + 1]) {
    struct pxed_buf out = {ret, API_GROUPS_MAX, 0};
    for (size_t i = 0; i < json_array_size(words); i++) {
        struct pxed_slice word = pxed_slice_of(json_string_value(json_array_get(words, i)));
        struct pxed_slice prefix = PXED_SLICE("group:");
        if (!pxed_slice_starts(word, prefix) || !is_group(pxed_slice_skip(word, prefix.len)))
            return false;
        if (i > 0)
            pxed_buf_byte(&out, ' ');
        pxed_buf_add(&out, pxed_slice_skip(word, prefix.len));
    }
    if (pxed_buf_full(&out))
        return false;
    ret[out.len] = '\0';
    return true;
}

void api_token_scope_text(unsigned scopes, struct pxed_buf *out) {
    const char *blank = "";
    for (size_t i = 0; i < SCOPE_WORDS; i++) {
        if (!(scopes & scope_words[i].scope))
            continue;
        pxed_buf_str(out, blank);
        pxed_buf_str(out, scope_words[i].word);
        blank = " ";
    }
}

void api_token_text(const uint8_t bytes[static API_TOKEN_BYTES], char ret[static API_TOKEN_TEXT + 1]) {
    struct pxed_buf out = {ret, API_TOKEN_TEXT + 1, 0};
    pxed_buf_str(&out, "pxed_");
    pxed_buf_hex(&out, bytes, API_TOKEN_BYTES, "");
    pxed_buf_cstr(&out);
}

void api_token_hash(struct pxed_slice token, uint8_t ret[static 32]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, token.len, (const uint8_t *)token.ptr);
    sha256_digest(&hash, 32, ret);
}

/* {"hash":"...","scopes":5,"groups":"web db","made":1795975200000,"by":"uid 0 (root)"} */
void api_token_write(const struct api_token *t, struct pxed_buf *out) {
    pxed_buf_str(out, "{\"hash\":\"");
    pxed_buf_hex(out, t->hash, sizeof(t->hash), "");
    pxed_buf_str(out, "\",\"scopes\":");
    pxed_buf_u64(out, t->scopes);
    pxed_buf_str(out, ",\"groups\":");
    pxed_json_text(out, pxed_slice_of(t->groups));
    pxed_buf_str(out, ",\"made\":");
    pxed_buf_u64(out, (uint64_t)t->made);
    pxed_buf_str(out, ",\"by\":");
    pxed_json_text(out, pxed_slice_of(t->by));
    pxed_buf_byte(out, '}');
}

static bool read_hash(const char *text, uint8_t ret[static 32]) {
    if (strlen(text) != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = pxed_hex_digit(text[2 * i]), low = pxed_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool api_token_read(struct pxed_slice key, struct pxed_slice value, struct api_token *ret) {
    struct api_token t = {0};
    const char *hash, *groups, *by;
    json_int_t scopes, made;
    json_t *record = json_loadb(value.ptr ? value.ptr : "", value.len, JSON_REJECT_DUPLICATES, NULL);
    bool good = record && json_unpack(record, "{s:s, s:I, s:s, s:I, s:s}", "hash", &hash, "scopes", &scopes, "groups",
                                      &groups, "made", &made, "by", &by) == 0;
    good = good && key.len <= API_TOKEN_NAME && read_hash(hash, t.hash) && scopes > 0 && scopes <= 7 && made >= 0 &&
           strlen(groups) <= API_GROUPS_MAX && strlen(by) <= API_WHO_MAX;
    if (good) {
        snprintf(t.name, sizeof(t.name), "%.*s", PXED_S(key));
        snprintf(t.groups, sizeof(t.groups), "%s", groups);
        snprintf(t.by, sizeof(t.by), "%s", by);
        t.scopes = (unsigned)scopes;
        t.made = made;
        good = api_token_name(t.name);
    }
    json_decref(record);
    if (good)
        *ret = t;
    return good;
}
