/* What is known of a loader by words inside it: those that its program prints or asks for. */
#define _GNU_SOURCE
#include "loader.h"

enum { WINDOW = 16384, OVERLAP = 128, SEARCHED_MAX = 8 << 20 };

/* L"..." as it lies in the file. */
#define WIDE_GRUB "\\\0g\0r\0u\0b\0"
#define WIDE_IPXE "\\\0i\0p\0x\0e\0"

enum word_id {
    WORD_IPXE,
    WORD_GPXE,
    WORD_PXE_EB,
    WORD_EB_TYPE,
    WORD_LKRN,
    WORD_PXELINUX,
    WORD_SYSLINUX,
    WORD_BOOTMGR,
    WORD_WDSNBP,
    WORD_OF_SHIM, /* from here on: what tells shim and its companions apart */
    WORD_MOK = WORD_OF_SHIM,
    WORD_FALLBACK,
    WORD_SHIM,
    WORD_NEXT_GRUB,
    WORD_NEXT_IPXE,
    WORD_COUNT
};

#define WORD(text)                                                                                                     \
    { text, sizeof(text) - 1 }
static const struct {
    const char *text;
    size_t len;
} words[WORD_COUNT] = {
    [WORD_IPXE] = WORD("iPXE\0"),
    [WORD_GPXE] = WORD("gPXE\0"),
    [WORD_PXE_EB] = WORD("PXE->EB:"), /* the part of undionly and kin that is not compressed */
    [WORD_EB_TYPE] = WORD(", type "), /* in iPXE's, not in gPXE's */
    [WORD_LKRN] = WORD("Installation failed - cannot continue"), /* the same of ipxe.lkrn */
    [WORD_PXELINUX] = WORD("PXELINUX "),
    [WORD_SYSLINUX] = WORD("syslinux.cfg"),
    [WORD_MOK] = WORD("MokManager.c"),
    [WORD_FALLBACK] = WORD("F\0A\0L\0L\0B\0A\0C\0K\0_\0V\0E\0R\0B\0O\0S\0E\0"),
    [WORD_SHIM] = WORD("UEFI SHIM\n$Version: "),
    [WORD_NEXT_GRUB] = WORD(WIDE_GRUB),
    [WORD_NEXT_IPXE] = WORD(WIDE_IPXE),
    [WORD_BOOTMGR] = WORD("b\0o\0o\0t\0m\0g\0f\0w\0.\0e\0f\0i\0"),
    [WORD_WDSNBP] = WORD("WDSNBP"),
};

/* Where each word lies; UINT64_MAX: nowhere. */
struct found {
    enum word_id first; /* those before are not searched for: each costs a pass over megabytes */
    uint64_t at[WORD_COUNT];
    char version[sizeof(((struct loader *)0)->version)]; /* behind iPXE's name */
};

static bool has(const struct found *f, enum word_id word) {
    return f->at[word] != UINT64_MAX;
}

/* iPXE's product name and its version lie side by side, each padded with NULs; the name lies elsewhere, too. */
static void try_version(struct pxed_slice rest, struct found *f) {
    size_t gap = 0;
    while (gap < 32 && gap < rest.len && rest.ptr[gap] == '\0')
        gap++;
    rest = pxed_slice_skip(rest, gap);
    if (f->version[0] == '\0' && rest.len > 4 && pxed_is_digit(rest.ptr[0]) && memchr(rest.ptr, '.', 4))
        loader_copy(f->version, sizeof(f->version), rest);
}

static void search(struct pxed_slice window, uint64_t at, struct found *f) {
    for (size_t w = f->first; w < WORD_COUNT; w++) {
        struct pxed_slice rest = window;
        bool all = w == WORD_IPXE && f->version[0] == '\0';
        while ((all || f->at[w] == UINT64_MAX) && rest.len >= words[w].len) {
            const char *hit = memmem(rest.ptr, rest.len, words[w].text, words[w].len);
            if (!hit)
                break;
            if (f->at[w] == UINT64_MAX)
                f->at[w] = at + (uint64_t)(hit - window.ptr);
            rest = pxed_slice_skip(rest, (size_t)(hit - rest.ptr) + words[w].len);
            if (all)
                try_version(rest, f);
        }
    }
}

static void search_file(const struct loader_file *file, struct found *f) {
    char window[WINDOW];
    uint64_t end = file->size < SEARCHED_MAX ? file->size : SEARCHED_MAX;
    for (uint64_t at = 0; at < end;) {
        size_t n = end - at < WINDOW ? (size_t)(end - at) : WINDOW;
        if (!loader_at(file, at, window, n))
            return;
        search(pxed_slice(window, n), at, f);
        if (n < WINDOW)
            return;
        at += WINDOW - OVERLAP; /* a word on the border is seen whole the next time */
    }
}

/* The text behind a word, up to 64 bytes. */
static struct pxed_slice behind(const struct loader_file *file, const struct found *f, enum word_id word, char *buf) {
    uint64_t from = f->at[word] + words[word].len;
    size_t n = file->size - from < 64 ? (size_t)(file->size - from) : 64;
    return loader_at(file, from, buf, n) ? pxed_slice(buf, n) : PXED_NO_SLICE;
}

/* L"\\grubx64.efi": the second stage. */
static void read_next(const struct loader_file *file, const struct found *f, struct loader *ret) {
    enum word_id word = has(f, WORD_NEXT_GRUB) ? WORD_NEXT_GRUB : WORD_NEXT_IPXE;
    char wide[64], text[32];
    if (!has(f, word))
        return;
    uint64_t from = f->at[word] + 2; /* without the backslash */
    size_t n = file->size - from < sizeof(wide) ? (size_t)(file->size - from) : sizeof(wide), len = 0;
    if (!loader_at(file, from, wide, n))
        return;
    for (size_t i = 0; n >= 2 && i <= n - 2 && len < sizeof(text) && wide[i + 1] == '\0' && wide[i] != '\0'; i += 2)
        text[len++] = wide[i];
    if (pxed_slice_ends(pxed_slice(text, len), PXED_SLICE(".efi")))
        loader_copy(ret->next, sizeof(ret->next), pxed_slice(text, len));
}

static void judge_shim(const struct loader_file *file, const struct found *f, struct loader *ret) {
    char buf[64];
    if (has(f, WORD_MOK) && !has(f, WORD_SHIM)) {
        ret->program = LOADER_MOKMANAGER;
    } else if (has(f, WORD_FALLBACK) && !has(f, WORD_SHIM)) {
        ret->program = LOADER_FALLBACK;
    } else {
        ret->program = LOADER_SHIM;
        read_next(file, f, ret);
    }
    if (has(f, WORD_SHIM)) {
        struct pxed_slice text = behind(file, f, WORD_SHIM, buf);
        loader_copy(ret->version, sizeof(ret->version), pxed_slice_word(&text, " \n"));
    }
}

static void judge_bios(const struct loader_file *file, const struct found *f, struct loader *ret) {
    char buf[64];
    if (has(f, WORD_PXELINUX)) {
        struct pxed_slice text = behind(file, f, WORD_PXELINUX, buf);
        struct pxed_slice version = pxed_slice_word(&text, " "), kind = pxed_slice_word(&text, " ");
        ret->program = pxed_slice_is(kind, "lwIP") ? LOADER_LPXELINUX : LOADER_PXELINUX;
        loader_copy(ret->version, sizeof(ret->version), version);
    } else if (has(f, WORD_PXE_EB)) {
        ret->program = has(f, WORD_EB_TYPE) || has(f, WORD_IPXE) ? LOADER_IPXE : LOADER_GPXE;
    } else if (has(f, WORD_LKRN) || has(f, WORD_IPXE)) {
        ret->program = LOADER_IPXE;
    } else if (has(f, WORD_GPXE)) {
        ret->program = LOADER_GPXE;
    } else if (has(f, WORD_WDSNBP)) {
        ret->program = LOADER_WDSNBP;
    }
}

void loader_read_words(const struct loader_file *file, struct loader *ret) {
    struct found f = {.first = ret->program == LOADER_SHIM ? WORD_OF_SHIM : 0, .version = ""};
    for (size_t i = 0; i < WORD_COUNT; i++)
        f.at[i] = UINT64_MAX;
    search_file(file, &f);
    if (ret->program == LOADER_SHIM || (ret->program == LOADER_UNKNOWN && has(&f, WORD_SHIM))) {
        judge_shim(file, &f, ret);
    } else if (ret->machine == LOADER_BIOS) {
        judge_bios(file, &f, ret);
    } else if (ret->program == LOADER_UNKNOWN) {
        ret->program = has(&f, WORD_BOOTMGR)                        ? LOADER_WINDOWS
                       : has(&f, WORD_IPXE) && f.version[0] != '\0' ? LOADER_IPXE
                       : has(&f, WORD_SYSLINUX)                     ? LOADER_SYSLINUX_EFI
                                                                    : LOADER_UNKNOWN;
    }
    if (ret->program == LOADER_IPXE && ret->version[0] == '\0')
        memcpy(ret->version, f.version, sizeof(ret->version));
}
