/* Names of the basic types, OS ids, and look-up of a host's variables. */
#include "pxed/model.h"
#include "pxed/plugin.h"

const char *const pxed_firmware_names[PXED_FW_COUNT + 1] = {
    "bios",       "efi-ia32", "efi-x64",     "efi-arm64",       "http-x64",
    "http-arm64", "other",    "efi-riscv64", "efi-loongarch64", NULL,
};
const char *const pxed_loader_names[PXED_LOADER_COUNT + 1] = {"none", "gpxe",    "ipxe", "pxelinux",
                                                              "grub", "pxegrub", NULL};
const char *const pxed_stage_names[PXED_STAGE_COUNT + 1] = {
    "",       "discovered", "offered",   "leased", "loader",  "script",
    "kernel", "answer",     "installer", "local",  "refused", NULL,
};

static bool model_find_word(struct pxed_slice word, const char *const *words, unsigned *ret) {
    for (unsigned i = 0; words[i]; i++)
        if (pxed_slice_is(word, words[i])) {
            *ret = i;
            return true;
        }
    return false;
}

bool pxed_firmware_parse(struct pxed_slice name, enum pxed_firmware *ret) {
    unsigned i;
    if (!model_find_word(name, pxed_firmware_names, &i))
        return false;
    *ret = (enum pxed_firmware)i;
    return true;
}

bool pxed_loader_parse(struct pxed_slice name, enum pxed_loader *ret) {
    unsigned i;
    if (!model_find_word(name, pxed_loader_names, &i))
        return false;
    *ret = (enum pxed_loader)i;
    return true;
}

static const char *const arch_same[][4] = {
    {"amd64", "x86_64", "x64", NULL},
    {"i386", "i686", "x86", NULL},
    {"arm64", "aarch64", NULL, NULL},
};
static const char *const arch_other[] = {"ppc64le", "ppc64", "s390x", "riscv64", "armhf",
                                         "sparc",   "ia64",  "i586",  NULL};

static int arch_group(struct pxed_slice a) {
    for (int g = 0; g < 3; g++)
        for (int i = 0; i < 4 && arch_same[g][i]; i++)
            if (pxed_slice_is(a, arch_same[g][i]))
                return g;
    return -1;
}

static bool is_arch(struct pxed_slice a) {
    unsigned i;
    return arch_group(a) >= 0 || model_find_word(a, arch_other, &i);
}

bool pxed_arch_same(struct pxed_slice a, struct pxed_slice b) {
    if (a.len == 0 || b.len == 0 || pxed_slice_eq(a, b))
        return true;
    int group = arch_group(a);
    return group >= 0 && group == arch_group(b);
}

static bool os_id_chars(struct pxed_slice text) {
    if (text.len == 0 || text.len > 63 || !pxed_is_alnum(text.ptr[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!(pxed_is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-'))
            return false;
    }
    return true;
}

/* What media are called besides: no part of family or version. */
static const char *const noise[] = {"dvd",     "dvd1",    "dvd2",       "cd",       "cd1",       "disc1",
                                    "netinst", "netboot", "netinstall", "minimal",  "boot",      "full",
                                    "iso",     "live",    "desktop",    "install",  "installer", "latest",
                                    "media1",  "gm",      "everything", "standard", NULL};

/* The word that begins at `at`, up to `-` or `_`; x86_64 is one. */
static struct pxed_slice word_at(struct pxed_slice text, size_t at) {
    struct pxed_slice long_one = PXED_SLICE("x86_64"), rest = pxed_slice_skip(text, at);
    size_t n = 0;
    if (pxed_slice_starts(rest, long_one) &&
        (rest.len == long_one.len || rest.ptr[long_one.len] == '-' || rest.ptr[long_one.len] == '_'))
        return pxed_slice_head(rest, long_one.len);
    while (n < rest.len && rest.ptr[n] != '-' && rest.ptr[n] != '_')
        n++;
    return pxed_slice_head(rest, n);
}

/* `rocky9`, `sles15sp5`: letters, then a version to the end. Returns the letters' length, or 0. */
static size_t glued_at(struct pxed_slice word) {
    size_t letters = 0, n;
    while (letters < word.len && word.ptr[letters] >= 'a' && word.ptr[letters] <= 'z')
        letters++;
    for (n = letters; n < word.len && (pxed_is_digit(word.ptr[n]) || word.ptr[n] == '.' ||
                                       (n > letters && word.ptr[n] >= 'a' && word.ptr[n] <= 'z'));
         n++)
        ;
    return letters > 1 && letters < word.len && n == word.len && pxed_is_digit(word.ptr[letters]) ? letters : 0;
}

/* After a version `live` is noise ("ubuntu-24.04-live-server"); before, it names a system ("debian-live-12"). */
static bool is_noise(struct pxed_slice word, bool in_version) {
    unsigned i;
    return model_find_word(word, noise, &i) && (in_version || !pxed_slice_eq_nocase(word, PXED_SLICE("live")));
}

/* Family: the words before the first that begins with a digit, names an architecture or is noise ("fedora-coreos-39");
 * version: from that digit to the next such word or the end. `windows-2008r2-x64`, `rocky-9.4-x86_64-dvd`, `rocky9`,
 * `Fedora-Server-dvd-x86_64-40`. The parts are slices of the text. */
bool pxed_os_id_parse(struct pxed_slice text, struct pxed_os_id *ret) {
    if (!os_id_chars(text))
        return false;
    struct pxed_slice none = pxed_slice(text.ptr + text.len, 0), arch = none, family = none, version = none;
    size_t glued = glued_at(word_at(text, 0));
    bool in_version = false, ended = false; /* the family, and then the version, has ended */
    for (size_t at = 0, next; at < text.len; at = next) {
        struct pxed_slice word = word_at(text, at);
        next = at + word.len + 1;
        if (at > 0 && is_arch(word)) {
            arch = arch.len > 0 ? arch : word;
            ended = true;
        } else if (at > 0 && is_noise(word, in_version)) {
            ended = true;
        } else if (at == 0 && glued > 0) {
            family = pxed_slice_head(word, glued);
            version = pxed_slice_skip(word, glued);
            in_version = true;
        } else if (at > 0 && version.len == 0 && word.len > 0 && pxed_is_digit(word.ptr[0])) {
            version = word;
            in_version = true;
            ended = false;
        } else if (!ended && in_version) {
            version = pxed_slice(version.ptr, (size_t)(word.ptr + word.len - version.ptr));
        } else if (!ended) {
            family = pxed_slice_head(text, at + word.len);
        }
    }
    ptrdiff_t dash;
    if (version.len == 0 && (dash = pxed_slice_find(family, '-', 0)) > 0) { /* windows-xp-x86 */
        version = pxed_slice_skip(family, (size_t)dash + 1);
        family = pxed_slice_head(family, (size_t)dash);
    }
    *ret = (struct pxed_os_id){text, family, version, arch};
    return true;
}

static const struct pxed_var *find_var(const struct pxed_var *vars, size_t n, struct pxed_slice key) {
    for (size_t i = 0; i < n; i++)
        if (pxed_slice_eq(vars[i].key, key))
            return &vars[i];
    return NULL;
}

const struct pxed_var *pxed_host_var(const struct pxed_host *host, const char *key) {
    const struct pxed_var *own = find_var(host->vars, host->n_vars, pxed_slice_of(key));
    return own || !host->shared ? own : find_var(host->shared->vars, host->shared->n, pxed_slice_of(key));
}

const struct pxed_var *pxed_host_next_var(const struct pxed_host *host, size_t *at) {
    if (*at < host->n_vars)
        return &host->vars[(*at)++];
    size_t n = host->n_vars + (host->shared ? host->shared->n : 0);
    while (*at < n) {
        const struct pxed_var *v = &host->shared->vars[(*at)++ - host->n_vars];
        if (!find_var(host->vars, host->n_vars, v->key))
            return v;
    }
    return NULL;
}

bool pxed_host_has(const struct pxed_host *host, const struct pxed_hwaddr *mac) {
    for (size_t i = 0; host && i < host->n_macs; i++)
        if (pxed_hwaddr_eq(&host->macs[i], mac))
            return true;
    return false;
}

struct pxed_slice pxed_host_value(const struct pxed_host *host, const char *key) {
    const struct pxed_var *v = pxed_host_var(host, key);
    return v ? v->value : PXED_NO_SLICE;
}
