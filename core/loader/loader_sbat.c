/* SBAT lines (github.com/rhboot/shim, SBAT.md), and what is printable of a text. */
#include "loader.h"

void loader_copy(char *to, size_t size, struct pxed_slice text) {
    size_t n = 0;
    while (n < text.len && n < size - 1 && text.ptr[n] >= ' ' && text.ptr[n] <= '~') {
        to[n] = text.ptr[n];
        n++;
    }
    to[n] = '\0';
}

/* The next of the comma-separated fields of a line; an empty one counts. */
static struct pxed_slice next_field(struct pxed_slice *rest) {
    ptrdiff_t comma = pxed_slice_find(*rest, ',', 0);
    struct pxed_slice field = pxed_slice_head(*rest, comma < 0 ? rest->len : (size_t)comma);
    *rest = pxed_slice_skip(*rest, comma < 0 ? rest->len : (size_t)comma + 1);
    return field;
}

static enum loader_program program_of_component(struct pxed_slice name) {
    static const struct {
        const char *component;
        enum loader_program program;
    } rows[] = {{"grub", LOADER_GRUB},
                {"shim", LOADER_SHIM},
                {"systemd", LOADER_SYSTEMD_BOOT},
                {"systemd-boot", LOADER_SYSTEMD_BOOT},
                {"systemd-stub", LOADER_SYSTEMD_STUB},
                {"ipxe", LOADER_IPXE},
                {"wimboot", LOADER_WIMBOOT},
                {"linux", LOADER_LINUX}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pxed_slice_is(name, rows[i].component))
            return rows[i].program;
    return LOADER_UNKNOWN;
}

static struct pxed_slice before_nul(struct pxed_slice text) {
    ptrdiff_t end = pxed_slice_find(text, '\0', 0);
    return end < 0 ? text : pxed_slice_head(text, (size_t)end);
}

/* The next line `component,generation` but `sbat`'s own, added to the list if there is room; what follows is left in
 * *ret_rest. False: there is none. */
static bool next_entry(struct pxed_slice *text, struct loader_sbat list[static LOADER_SBAT_MAX], size_t *n,
                       struct pxed_slice *ret_name, struct pxed_slice *ret_rest) {
    struct pxed_slice line;
    while ((line = pxed_slice_word(text, "\r\n")).len > 0) {
        struct pxed_slice name = next_field(&line), number = next_field(&line);
        uint64_t generation;
        if (!pxed_slice_u64(number, 1000000, &generation) || pxed_slice_is(name, "sbat"))
            continue;
        if (*n < LOADER_SBAT_MAX) {
            struct loader_sbat *s = &list[(*n)++];
            loader_copy(s->component, sizeof(s->component), name);
            s->generation = (unsigned)generation;
        }
        *ret_name = name;
        *ret_rest = line;
        return true;
    }
    return false;
}

void loader_read_sbat(struct pxed_slice text, struct loader *ret) {
    struct pxed_slice name, line;
    bool vendors = false;
    text = before_nul(text);
    while (next_entry(&text, ret->sbat, &ret->n_sbat, &name, &line)) {
        struct pxed_slice field = PXED_NO_SLICE;
        for (int i = 0; i < 3; i++) /* vendor, package, version */
            field = next_field(&line);
        bool vendor = pxed_slice_find(name, '.', 0) > 0;
        if (ret->program == LOADER_UNKNOWN)
            ret->program = program_of_component(name);
        if (!vendors && field.len > 0) /* the first vendor's is the package's version */
            loader_copy(ret->version, sizeof(ret->version), field);
        vendors |= vendor;
    }
}

/* After the format's version, 0, two offsets from there: of the level that every boot sets, and of the newest, which
 * only an owner asks for. The text of each ends with a NUL. */
void loader_read_level(struct pxed_slice section, struct loader *ret) {
    enum { VERSION = 4, HEADER = 8 };
    static const char zero[VERSION];
    if (section.len < VERSION + HEADER || memcmp(section.ptr, zero, VERSION) != 0)
        return;
    struct pxed_slice from = pxed_slice_skip(section, VERSION), name, rest;
    const uint8_t *at = (const uint8_t *)from.ptr;
    uint32_t offset = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    if (offset < HEADER || offset >= from.len)
        return;
    struct pxed_slice text = before_nul(pxed_slice_skip(from, offset));
    while (next_entry(&text, ret->revokes, &ret->n_revokes, &name, &rest))
        ;
}

const struct loader_sbat *loader_revoked(const struct loader *shim, const struct loader *file, unsigned *ret_is) {
    for (size_t i = 0; i < shim->n_revokes; i++)
        for (size_t k = 0; k < file->n_sbat; k++)
            if (strcmp(shim->revokes[i].component, file->sbat[k].component) == 0 &&
                file->sbat[k].generation < shim->revokes[i].generation) {
                *ret_is = file->sbat[k].generation;
                return &shim->revokes[i];
            }
    return NULL;
}
