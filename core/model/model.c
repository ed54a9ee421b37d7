/* Names of the basic types, OS ids, and look-up of a host's variables. */
#include "pxed/model.h"
#include "pxed/plugin.h"

const char *const pxed_firmware_names[PXED_FW_COUNT + 1] = {
    "bios", "efi-ia32", "efi-x64", "efi-arm64", "http-x64", "http-arm64", "other", NULL,
};
const char *const pxed_loader_names[PXED_LOADER_COUNT + 1] = {"none", "gpxe", "ipxe", "pxelinux", "grub", NULL};
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

/* Family: the words before the first one that starts with a digit ("fedora-coreos-39"); version: from there to the
 * architecture, which is the last word if it names one. `windows-2008r2-x64`, `centos-5.5-i386`, `debian-12`. */
bool pxed_os_id_parse(struct pxed_slice text, struct pxed_os_id *ret) {
    if (!os_id_chars(text))
        return false;
    struct pxed_slice body = text, arch = pxed_slice(text.ptr + text.len, 0);
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == '-') {
            struct pxed_slice last = pxed_slice_skip(text, i);
            if (is_arch(last)) {
                arch = last;
                body = pxed_slice_head(text, i - 1);
            }
            break;
        }
    size_t at = 0;
    ptrdiff_t dash;
    struct pxed_slice family = body, version = pxed_slice(body.ptr + body.len, 0);
    while ((dash = pxed_slice_find(body, '-', at)) >= 0) {
        at = (size_t)dash + 1;
        if (at < body.len && pxed_is_digit(body.ptr[at])) {
            family = pxed_slice_head(body, at - 1);
            version = pxed_slice_skip(body, at);
            break;
        }
    }
    if (version.len == 0 && (dash = pxed_slice_find(family, '-', 0)) > 0) { /* windows-xp-x86 */
        version = pxed_slice_skip(family, (size_t)dash + 1);
        family = pxed_slice_head(family, (size_t)dash);
    }
    *ret = (struct pxed_os_id){text, family, version, arch};
    return true;
}

const struct pxed_var *pxed_host_var(const struct pxed_host *host, const char *key) {
    for (size_t i = 0; i < host->n_vars; i++)
        if (pxed_slice_is(host->vars[i].key, key))
            return &host->vars[i];
    return NULL;
}

struct pxed_slice pxed_host_value(const struct pxed_host *host, const char *key) {
    const struct pxed_var *v = pxed_host_var(host, key);
    return v ? v->value : PXED_NO_SLICE;
}
