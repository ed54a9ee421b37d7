/* The meaning of a name below /boot: a script, a host's file, an image, an event. */
#include "names.h"

static bool name_cut(struct pxed_slice *path, const char *prefix) {
    struct pxed_slice p = pxed_slice_of(prefix);
    if (!pxed_slice_starts(*path, p))
        return false;
    *path = pxed_slice_skip(*path, p.len);
    return true;
}

/* Cuts `HEX/` off: exactly `n` bytes. */
static bool cut_bytes(struct pxed_slice *path, uint8_t *bytes, size_t n) {
    if (pxed_slice_find(*path, '/', 0) != (ptrdiff_t)(2 * n))
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = pxed_hex_digit(path->ptr[2 * i]), low = pxed_hex_digit(path->ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *path = pxed_slice_skip(*path, 2 * n + 1);
    return true;
}

static bool cut_nonce(struct pxed_slice *path, uint64_t *ret) {
    uint8_t bytes[8];
    if (!cut_bytes(path, bytes, sizeof(bytes)))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        *ret = *ret << 8 | bytes[i];
    return *ret != 0;
}

/* hosts/<mac>/NAME, or hosts/<word>/<mac>[.ext], as in the profiles' patterns. */
static enum pxed_reason parse_host(struct pxed_slice rest, struct name *ret) {
    ptrdiff_t slash = pxed_slice_find(rest, '/', 0);
    if (slash <= 0)
        return PXED_WHY_BAD_NAME;
    struct pxed_slice first = pxed_slice_head(rest, (size_t)slash), second = pxed_slice_skip(rest, (size_t)slash + 1);
    if (pxed_mac_parse(first, &ret->mac)) {
        ret->file = second;
        return second.len > 0 ? PXED_WHY_OK : PXED_WHY_BAD_NAME;
    }
    struct pxed_slice stem = second;
    ptrdiff_t dot = pxed_slice_find(second, '.', 0);
    if (!pxed_mac_parse(stem, &ret->mac)) { /* 5254.00aa.0030 is a MAC; 52-54-00-aa-00-30.txt has an extension */
        if (dot < 0)
            return PXED_WHY_BAD_MAC;
        while (dot >= 0 && !pxed_mac_parse(pxed_slice_head(second, (size_t)dot), &ret->mac))
            dot = pxed_slice_find(second, '.', (size_t)dot + 1);
        if (dot < 0)
            return PXED_WHY_BAD_MAC;
    }
    ret->pattern = first;
    return PXED_WHY_OK;
}

/* Is `word` the last folder of `folders`? */
static bool ends_in_folder(struct pxed_slice folders, struct pxed_slice word) {
    return pxed_slice_ends(folders, word) &&
           (folders.len == word.len || folders.ptr[folders.len - word.len - 1] == '/');
}

/* 01: Ethernet, 20: InfiniBand (ARP types, in hexadecimal). */
static enum pxed_reason classify_pxelinux(struct pxed_slice file, struct name *ret) {
    if (!pxed_slice_starts(file, PXED_SLICE("01-")) && !pxed_slice_starts(file, PXED_SLICE("20-")))
        return PXED_WHY_OK;
    ret->kind = NAME_PXELINUX;
    return pxed_mac_parse(pxed_slice_skip(file, 3), &ret->mac) ? PXED_WHY_OK : PXED_WHY_BAD_MAC;
}

/* Loaders look beside themselves or in a folder of their own (grub/, EFI/BOOT/, grub2/): which one says nothing. */
static enum pxed_reason classify_config(struct pxed_slice path, struct name *ret) {
    struct pxed_slice file = path, folders = PXED_NO_SLICE, rest;
    for (size_t i = path.len; i > 0 && folders.len == 0; i--)
        if (path.ptr[i - 1] == '/') {
            folders = pxed_slice_head(path, i - 1);
            file = pxed_slice_skip(path, i);
        }
    if (ends_in_folder(folders, PXED_SLICE("pxelinux.cfg")))
        return classify_pxelinux(file, ret);
    rest = file;
    if (name_cut(&rest, "grub.cfg-01-")) {
        ret->kind = NAME_GRUB_MAC;
        return pxed_mac_parse(rest, &ret->mac) ? PXED_WHY_OK : PXED_WHY_BAD_MAC;
    }
    if (name_cut(&rest, "grub.cfg.01") && pxed_mac_parse(rest, &ret->mac))
        ret->kind = NAME_GRUB_MAC; /* as the GRUB of Solaris 11 asks: 0108002712ABCD */
    else if ((rest = file, name_cut(&rest, "menu.lst.01")) && pxed_mac_parse(rest, &ret->mac))
        ret->kind = NAME_PXEGRUB_MAC;
    else if (pxed_slice_is(file, "grub.cfg"))
        ret->kind = NAME_GRUB;
    else if (pxed_slice_is(file, "autoexec.ipxe"))
        ret->kind = NAME_AUTOEXEC;
    return PXED_WHY_OK;
}

static enum pxed_reason name_classify(struct pxed_slice path, struct pxed_slice script, struct name *ret) {
    struct pxed_slice rest = path;
    if (pxed_slice_eq(path, script)) {
        ret->kind = NAME_SCRIPT;
    } else if (pxed_slice_is(path, "event")) {
        ret->kind = NAME_EVENT;
    } else if (pxed_slice_is(path, "boot.efi")) {
        ret->kind = NAME_BOOT_EFI;
    } else if (pxed_slice_is(path, "ca.pem")) {
        ret->kind = NAME_CA;
    } else if (name_cut(&rest, "os/")) {
        ptrdiff_t slash = pxed_slice_find(rest, '/', 0);
        if (slash <= 0)
            return PXED_WHY_OK; /* os/memdisk */
        ret->kind = NAME_IMAGE;
        ret->os = pxed_slice_head(rest, (size_t)slash);
        ret->file = pxed_slice_skip(rest, (size_t)slash + 1);
    } else if (name_cut(&rest, "hosts/")) {
        ret->kind = NAME_HOST;
        return parse_host(rest, ret);
    } else {
        return classify_config(path, ret);
    }
    return PXED_WHY_OK;
}

enum pxed_reason name_parse(struct pxed_slice path, struct pxed_slice script, struct name *ret) {
    memset(ret, 0, sizeof(*ret));
    if (name_cut(&path, "s/")) {
        if (!(ret->has_token = cut_bytes(&path, ret->token, sizeof(ret->token))))
            return PXED_WHY_BAD_NAME;
    } else if (name_cut(&path, "n/") && !cut_nonce(&path, &ret->nonce)) {
        return PXED_WHY_BAD_NAME;
    }
    ret->path = path;
    return name_classify(path, script, ret);
}

bool name_is_private(const struct name *name) {
#define ENDS(text)                                                                                                     \
    { text, sizeof(text) - 1 }
    static const struct pxed_slice backups[] = {ENDS("~"),         ENDS(".bak"),       ENDS(".swp"),
                                                ENDS(".swo"),      ENDS(".orig"),      ENDS(".rej"),
                                                ENDS(".dpkg-old"), ENDS(".dpkg-dist"), ENDS(".rpmsave")};
#undef ENDS
    struct pxed_slice rest = name->path, part = PXED_NO_SLICE, word;
    bool image = name->kind == NAME_IMAGE;
    while ((word = pxed_slice_word(&rest, "/")).len > 0) {
        part = word;
        if (!image && part.ptr[0] == '.')
            return true;
    }
    if (image) /* an image may contain .treeinfo and other files of its vendor */
        return false;
    for (size_t i = 0; i < sizeof(backups) / sizeof(backups[0]); i++)
        if (pxed_slice_ends(part, backups[i]))
            return true;
    return part.len > 1 && part.ptr[0] == '#' && part.ptr[part.len - 1] == '#';
}

bool name_fits_pattern(struct pxed_slice path, const char *pattern) {
    const char *mark = strstr(pattern, "<mac>");
    if (!mark)
        return false;
    struct pxed_slice head = pxed_slice(pattern, (size_t)(mark - pattern)), tail = pxed_slice_of(mark + 5);
    struct pxed_hwaddr mac;
    return path.len > head.len + tail.len && pxed_slice_starts(path, head) && pxed_slice_ends(path, tail) &&
           pxed_mac_parse(pxed_slice(path.ptr + head.len, path.len - head.len - tail.len), &mac);
}
