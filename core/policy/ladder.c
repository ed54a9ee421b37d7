/* The rules of the ladder of loaders. */
#include "ladder.h"

static void put_name(char *to, size_t size, const char *text) {
    size_t n = strnlen(text, size - 1);
    memmove(to, text, n);
    memset(to + n, 0, size - n);
}

/* Its index, or n. Names that are too long to be kept are compared as they are kept. */
static size_t find_name(const char *const *names, size_t n, const char *name) {
    size_t i = 0;
    while (i < n && (!*name || strncmp(names[i], name, LADDER_NAME - 1) != 0))
        i++;
    return i;
}

size_t ladder_find(const struct ladder *l, const char *const *names, size_t n) {
    return find_name(names, n, l->rung);
}

static void tell(struct ladder *l, const char *name) {
    put_name(l->rung, sizeof(l->rung), name);
    l->silent = 0;
    l->good = false;
    l->good_at = 0;
    l->taken = l->heard = l->ran = false;
}

/* One that was good before is tried before one that is new here. */
static size_t fall(struct ladder *l, const char *const *names, size_t n, size_t at, int64_t now) {
    size_t back = find_name(names, n, l->was), to = back < n && back != at ? back : (at + 1) % n;
    bool good = l->good;
    char left[LADDER_NAME];
    put_name(left, sizeof(left), l->rung);
    if (good || to == back) {
        put_name(l->was, sizeof(l->was), good ? left : "");
        l->was_at = good ? now : 0;
    }
    tell(l, names[to]);
    return to;
}

static size_t try_again(struct ladder *l, const char *const *names, size_t at, size_t back, int64_t now) {
    bool good = l->good;
    tell(l, names[back]);
    put_name(l->was, sizeof(l->was), good ? names[at] : "");
    l->was_at = good ? now : 0;
    return back;
}

size_t ladder_choose(struct ladder *l, const char *const *names, size_t n, const char *model_good, int64_t now,
                     enum ladder_move *ret_move) {
    size_t at = ladder_find(l, names, n), back = find_name(names, n, l->was);
    *ret_move = LADDER_STAYS;
    if (at == n) { /* new here, or its rung is not at hand any more */
        size_t like = find_name(names, n, model_good);
        *ret_move = LADDER_BEGINS;
        tell(l, names[like < n ? like : 0]);
        return like < n ? like : 0;
    }
    if (l->silent >= LADDER_SILENT_BOOTS && n > 1) {
        *ret_move = LADDER_FALLS;
        return fall(l, names, n, at, now);
    }
    if (back < n && back != at && l->silent == 0 && !l->taken && now - l->was_at >= LADDER_AGAIN_MS) {
        *ret_move = LADDER_AGAIN;
        return try_again(l, names, at, back, now);
    }
    return at;
}

bool ladder_power_on(struct ladder *l) {
    bool silent = l->taken && !l->heard;
    if (silent && l->silent < 1000)
        l->silent++;
    l->taken = l->heard = false;
    return silent;
}

bool ladder_takes(struct ladder *l, struct pxed_slice name) {
    struct pxed_slice rung = pxed_slice_head(pxed_slice_of(l->rung), LADDER_NAME - 1);
    if (rung.len == LADDER_NAME - 1) /* cut when it was kept */
        name = pxed_slice_head(name, LADDER_NAME - 1);
    if (l->taken || rung.len == 0 || !pxed_slice_eq_nocase(name, rung))
        return false;
    l->taken = true;
    return true;
}

bool ladder_hears(struct ladder *l, int64_t now) {
    if (!l->taken || l->heard)
        return false;
    l->heard = l->good = true;
    l->silent = 0;
    l->good_at = now;
    return true;
}

static bool of_one_ca(unsigned keys) {
    return keys == LADDER_KEY_2011 || keys == LADDER_KEY_2023;
}

void ladder_fell(struct ladder *l, unsigned from, bool from_ran, unsigned to) {
    bool refused = of_one_ca(from) && !from_ran;
    if (refused)
        l->lacks = from;
    bool other = refused && (to & ~from) != 0;
    if ((from == 0 || other) && to != 0 && l->secure == LADDER_SECURE_UNKNOWN)
        l->secure = LADDER_SECURE_MAYBE;
}

void ladder_heard_with(struct ladder *l, unsigned keys) {
    if (keys == 0)
        l->secure = LADDER_SECURE_UNKNOWN;
    else if (l->secure == LADDER_SECURE_MAYBE)
        l->secure = LADDER_SECURE_ON;
    if (keys == 0 || keys == l->lacks) /* both CAs' it may believe for the other's sake */
        l->lacks = 0;
}

bool ladder_runs(struct ladder *l) {
    bool first = l->taken && !l->ran;
    l->ran |= first;
    return first;
}

bool ladder_refuses(const struct ladder *l, unsigned keys) {
    return l->secure == LADDER_SECURE_ON && keys != 0 && keys == l->lacks;
}

bool ladder_is_kin(const struct ladder *l, struct pxed_slice name) {
    /* What shim 15.8 and 16.1 look for in their folder (shim.c, netboot.c), and its second stages. */
    static const char *const kin[] = {"grub", "mm", "fb", "revocations", "shim", "ipxe", "snponly"};
    struct pxed_slice base = name;
    for (ptrdiff_t at; (at = pxed_slice_find(base, '/', 0)) >= 0;)
        base = pxed_slice_skip(base, (size_t)at + 1);
    if (pxed_slice_eq_nocase(name, pxed_slice_of(l->rung)))
        return true;
    if (base.len < 4 || !pxed_slice_eq_nocase(pxed_slice_skip(base, base.len - 4), PXED_SLICE(".efi")))
        return false;
    for (size_t i = 0; i < sizeof(kin) / sizeof(kin[0]); i++) {
        struct pxed_slice word = pxed_slice_of(kin[i]);
        if (base.len > word.len && pxed_slice_eq_nocase(pxed_slice_head(base, word.len), word))
            return true;
    }
    return false;
}
