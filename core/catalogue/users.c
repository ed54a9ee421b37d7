/* Reads the accounts of `users=`. Pure: a value is text, and stays it. */
#include "users.h"

#include <string.h>

/* $id$...$hash, the 13 bytes of DES, the 20 of BSDi. */
bool users_is_hash(struct pxed_slice v) {
    size_t dollars = 0, odd = 0;
    for (size_t i = 0; i < v.len; i++) {
        dollars += v.ptr[i] == '$';
        odd += !pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '.' && v.ptr[i] != '/';
    }
    if (v.len > 0 && (v.ptr[0] == '!' || v.ptr[0] == '*'))
        return true;
    if (v.len > 0 && v.ptr[0] == '$')
        return dollars >= 3 && v.ptr[v.len - 1] != '$';
    return (v.len == 13 && odd == 0) || (v.len == 20 && v.ptr[0] == '_' && odd == 1);
}

/* The text up to the next colon, which is taken too. */
static struct pxed_slice users_field(struct pxed_slice *rest) {
    ptrdiff_t colon = pxed_slice_find(*rest, ':', 0);
    struct pxed_slice field = colon < 0 ? *rest : pxed_slice_head(*rest, (size_t)colon);
    *rest = pxed_slice_skip(*rest, colon < 0 ? rest->len : (size_t)colon + 1);
    return pxed_slice_trim(field);
}

static struct users_one users_split(struct pxed_slice text, struct pxed_slice *ret_sudo) {
    struct users_one u = {.name = users_field(&text)};
    u.hash = users_field(&text); /* not in the initializer, whose parts have no order */
    *ret_sudo = users_field(&text);
    u.sudo = pxed_slice_is(*ret_sudo, "sudo");
    u.key = pxed_slice_trim(text);
    return u;
}

/* The next account that is not empty: a `;` at the end is harmless. */
static struct pxed_slice users_text(struct pxed_slice *rest) {
    struct pxed_slice text = PXED_NO_SLICE;
    while (rest->len > 0 && text.len == 0)
        text = pxed_slice_trim(pxed_slice_word(rest, ";\r\n"));
    return text;
}

bool users_next(struct pxed_slice *rest, struct users_one *ret) {
    struct pxed_slice text = users_text(rest), sudo;
    if (text.len == 0)
        return false;
    *ret = users_split(text, &sudo);
    return true;
}

/* useradd(8) of Debian, the strictest of them. */
static bool users_is_name(struct pxed_slice v) {
    bool good = v.len > 0 && v.len <= 32 && !pxed_is_digit(v.ptr[0]) && v.ptr[0] != '-';
    for (size_t i = 0; i < v.len && good; i++)
        good = (v.ptr[i] >= 'a' && v.ptr[i] <= 'z') || pxed_is_digit(v.ptr[i]) || v.ptr[i] == '_' || v.ptr[i] == '-';
    return good;
}

static const char *users_wrong(const struct users_one *u, struct pxed_slice sudo) {
    if (!users_is_name(u->name))
        return "expected NAME:HASH:sudo:SSH-KEY, where NAME has small letters, digits, _ and inner -, and what follows "
               "it may be missing; accounts are separated by `;` or stand on lines of an @FILE";
    if (pxed_slice_is(u->name, "root"))
        return "root is there already: root-password-hash= and ssh-key= are for it";
    if (u->hash.len > 0 && !users_is_hash(u->hash))
        return "the second field is no hash of a password: make one with `openssl passwd -6`";
    if (sudo.len > 0 && !u->sudo)
        return "the third field is `sudo` or empty";
    if (u->key.len > 0 && pxed_slice_find(u->key, ' ', 0) < 0)
        return "the fourth field is no public key: expected the line of an id_*.pub";
    return NULL;
}

const char *users_check(struct pxed_slice value) {
    struct pxed_slice rest = value, text, sudo;
    while ((text = users_text(&rest)).len > 0) {
        struct users_one u = users_split(text, &sudo), other;
        const char *wrong = users_wrong(&u, sudo);
        if (wrong)
            return wrong;
        struct pxed_slice later = rest;
        while (users_next(&later, &other))
            if (pxed_slice_eq(other.name, u.name))
                return "an account stands twice";
    }
    return NULL;
}
