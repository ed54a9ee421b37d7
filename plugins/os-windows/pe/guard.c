/* Which disk may be written, or why none may. Pure. */
#include "guard.h"

const char *guard_reason_name(enum guard_reason reason) {
    static const char *const names[] = {
        [GUARD_OK] = "",
        [GUARD_NONE] = "DISK_NONE",
        [GUARD_NOT_FOUND] = "DISK_NOT_FOUND",
        [GUARD_AMBIGUOUS] = "DISK_AMBIGUOUS",
        [GUARD_UNREADABLE] = "DISK_UNREADABLE",
        [GUARD_NOT_BLANK] = "DISK_NOT_BLANK",
    };
    return names[reason];
}

const char *guard_kind_name(enum guard_kind kind) {
    static const char *const names[] = {
        [GUARD_LOCAL] = "local",   [GUARD_DOUBTFUL] = "doubtful", [GUARD_REMOVABLE] = "removable",
        [GUARD_REMOTE] = "remote", [GUARD_VIRTUAL] = "virtual",   [GUARD_PROTECTED] = "read-only",
    };
    return names[kind];
}

/* STORAGE_BUS_TYPE of the Windows SDK's winioctl.h; its numbers never change. What may be anything is doubtful: such a
 * disk is never chosen unless `disk=` names it, and it makes a choice without a name ambiguous.
 * SD: eMMC on Windows is SD or MMC, a card is SD only; so SD counts as a card.
 * Virtual: VHDs of Windows 7, but also some drivers' disks. FileBackedVirtual and Spaces lie on other disks. */
static const struct {
    const char *name;
    enum guard_kind kind;
} buses[] = {
    [0x00] = {"unknown", GUARD_DOUBTFUL}, [0x01] = {"SCSI", GUARD_LOCAL},     [0x02] = {"ATAPI", GUARD_LOCAL},
    [0x03] = {"ATA", GUARD_LOCAL},        [0x04] = {"1394", GUARD_REMOVABLE}, [0x05] = {"SSA", GUARD_LOCAL},
    [0x06] = {"FC", GUARD_REMOTE},        [0x07] = {"USB", GUARD_REMOVABLE},  [0x08] = {"RAID", GUARD_LOCAL},
    [0x09] = {"iSCSI", GUARD_REMOTE},     [0x0a] = {"SAS", GUARD_LOCAL},      [0x0b] = {"SATA", GUARD_LOCAL},
    [0x0c] = {"SD", GUARD_REMOVABLE},     [0x0d] = {"MMC", GUARD_LOCAL},      [0x0e] = {"virtual", GUARD_DOUBTFUL},
    [0x0f] = {"VHD", GUARD_VIRTUAL},      [0x10] = {"Spaces", GUARD_VIRTUAL}, [0x11] = {"NVMe", GUARD_LOCAL},
    [0x12] = {"SCM", GUARD_LOCAL},        [0x13] = {"UFS", GUARD_LOCAL},      [0x14] = {"NVMe-oF", GUARD_REMOTE},
};

static unsigned known_bus(unsigned bus) {
    return bus < sizeof(buses) / sizeof(*buses) ? bus : 0;
}

const char *guard_bus_name(unsigned bus) {
    return buses[known_bus(bus)].name;
}

enum guard_kind guard_kind(const struct guard_disk *disk) {
    enum guard_kind kind = buses[known_bus(disk->bus)].kind;
    if (kind != GUARD_LOCAL && kind != GUARD_DOUBTFUL)
        return kind;
    if (disk->removable)
        return GUARD_REMOVABLE;
    return disk->protected ? GUARD_PROTECTED : kind;
}

/* --- spellings --- */

static void add_id(struct guard_ids *ids, const char *text, size_t len) {
    if (len == 0 || len >= GUARD_ID_SIZE || ids->count >= GUARD_IDS)
        return;
    for (unsigned i = 0; i < ids->count; i++)
        if (pxed_slice_eq(pxed_slice_of(ids->text[i]), pxed_slice(text, len)))
            return;
    memcpy(ids->text[ids->count], text, len);
    ids->text[ids->count++][len] = '\0';
}

/* Into `out` of GUARD_ID_SIZE bytes; returns the length, or 0 if it does not fit. */
static size_t plain_serial(char *out, struct pxed_slice text) {
    size_t n = 0;
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ' ')
            blank = n > 0;
        if (c <= ' ' || c > '~')
            continue;
        if (n + 2 >= GUARD_ID_SIZE)
            return 0;
        if (blank)
            out[n++] = ' ';
        blank = false;
        out[n++] = c;
    }
    return n;
}

void guard_add_serial(struct guard_ids *ids, struct pxed_slice text) {
    char out[GUARD_ID_SIZE];
    add_id(ids, out, plain_serial(out, text));
}

static size_t plain_wwn(char *out, struct pxed_slice text) {
    static const char *const prefixes[] = {"wwn-", "naa.", "eui.", "nvme.", "uuid.", "0x"};
    char lower[GUARD_ID_SIZE];
    if (text.len >= sizeof(lower))
        return 0;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = pxed_lower(text.ptr[i]);
    struct pxed_slice rest = pxed_slice(lower, text.len);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (pxed_slice_starts(rest, pxed_slice_of(prefixes[i])))
            rest = pxed_slice_skip(rest, strlen(prefixes[i]));
    size_t n = 0;
    for (size_t i = 0; i < rest.len; i++) /* Windows writes an NVMe disk's EUI-64 as 0025_3851_b150_9f76. */
        if (rest.ptr[i] > ' ' && rest.ptr[i] <= '~' && !strchr(":_.", rest.ptr[i]))
            out[n++] = rest.ptr[i];
    return n;
}

void guard_add_wwn(struct guard_ids *ids, struct pxed_slice text) {
    char out[GUARD_ID_SIZE];
    add_id(ids, out, plain_wwn(out, text));
}

static bool has_id(const struct guard_ids *ids, const char *text, size_t len) {
    for (unsigned i = 0; len > 0 && i < ids->count; i++)
        if (pxed_slice_eq(pxed_slice_of(ids->text[i]), pxed_slice(text, len)))
            return true;
    return false;
}

/* --- the rule --- */

/* Digits and K, M, G or T, which is `factor` to the power of 1 to 4. */
static bool parse_bytes(struct pxed_slice text, uint64_t factor, uint64_t *ret_bytes) {
    unsigned power = 0;
    if (text.len > 0 && !pxed_is_digit(text.ptr[text.len - 1])) {
        const char *unit = strchr("kmgt", pxed_lower(text.ptr[text.len - 1]));
        if (!unit || *unit == '\0')
            return false;
        power = (unsigned)(strlen("kmgt") - strlen(unit)) + 1;
        text.len--;
    }
    if (text.len == 0)
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!pxed_is_digit(text.ptr[i]) || n > (UINT64_MAX - 9) / 10)
            return false;
        n = n * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    for (; power > 0; power--) {
        if (n > UINT64_MAX / factor)
            return false;
        n *= factor;
    }
    *ret_bytes = n;
    return true;
}

struct rule {
    enum { RULE_ANY, RULE_NUMBER, RULE_SERIAL, RULE_WWN, RULE_SIZE, RULE_SMALLEST, RULE_NOTHING } what;
    uint64_t low, high; /* RULE_NUMBER: low; RULE_SIZE: bytes; RULE_SMALLEST: low */
    char text[GUARD_ID_SIZE];
    size_t len;
};

/* A 500G disk has 500 * 10^9 bytes and a virtual one 500 * 2^30: the lower bound is read small, the upper one large. */
static bool parse_size(struct pxed_slice text, struct rule *rule) {
    size_t first = 0, last = text.len;
    while (first < text.len && text.ptr[first] != '-')
        first++;
    while (last > 0 && text.ptr[last - 1] != '-')
        last--;
    return parse_bytes(pxed_slice_head(text, first), 1000, &rule->low) &&
           parse_bytes(pxed_slice_skip(text, last), 1024, &rule->high);
}

static bool guard_word(struct pxed_slice text, const char *with, struct pxed_slice *ret_rest) {
    if (!pxed_slice_starts(text, pxed_slice_of(with)))
        return false;
    *ret_rest = pxed_slice_skip(text, strlen(with));
    return true;
}

static struct rule parse_rule(struct pxed_slice text) {
    struct rule rule = {.what = RULE_NOTHING};
    struct pxed_slice rest;
    if (text.len == 0) {
        rule.what = RULE_ANY;
    } else if (pxed_slice_is(text, "smallest")) {
        rule.what = RULE_SMALLEST;
    } else if (guard_word(text, "number:", &rest)) {
        if (rest.len > 0 && pxed_is_digit(rest.ptr[rest.len - 1]) && parse_bytes(rest, 1, &rule.low))
            rule.what = RULE_NUMBER;
    } else if (guard_word(text, "serial:", &rest)) {
        rule.what = RULE_SERIAL;
        rule.len = plain_serial(rule.text, rest);
    } else if (guard_word(text, "wwn:", &rest)) {
        rule.what = RULE_WWN;
        rule.len = plain_wwn(rule.text, rest);
    } else if (guard_word(text, "size:", &rest) && parse_size(rest, &rule)) {
        rule.what = RULE_SIZE;
    }
    return rule;
}

static bool guard_eligible(const struct guard_disk *disk) {
    enum guard_kind kind = guard_kind(disk);
    return kind == GUARD_LOCAL || kind == GUARD_DOUBTFUL;
}

static bool guard_fits(const struct rule *rule, const struct guard_disk *disk) {
    switch (rule->what) {
    case RULE_ANY:
        return guard_eligible(disk);
    case RULE_NUMBER:
        return disk->number == rule->low;
    case RULE_SERIAL:
        return has_id(&disk->serials, rule->text, rule->len);
    case RULE_WWN:
        return has_id(&disk->wwns, rule->text, rule->len);
    case RULE_SIZE:
        return guard_eligible(disk) && disk->bytes > 0 && disk->bytes >= rule->low && disk->bytes <= rule->high;
    case RULE_SMALLEST:
        return guard_eligible(disk) && disk->bytes == rule->low;
    case RULE_NOTHING:
        break;
    }
    return false;
}

enum guard_reason guard_choose(struct pxed_slice text, const struct guard_disk *disks, size_t count,
                               size_t *ret_index) {
    struct rule rule = parse_rule(text);
    rule.low = rule.what == RULE_SMALLEST ? UINT64_MAX : rule.low;
    for (size_t i = 0; rule.what == RULE_SMALLEST && i < count; i++)
        if (guard_eligible(&disks[i]) && disks[i].bytes < rule.low)
            rule.low = disks[i].bytes;
    size_t found = 0, index = 0;
    for (size_t i = 0; i < count; i++)
        if (guard_fits(&rule, &disks[i])) {
            index = i;
            found++;
        }
    if (found == 0)
        return rule.what == RULE_ANY ? GUARD_NONE : GUARD_NOT_FOUND;
    bool named = rule.what == RULE_NUMBER || rule.what == RULE_SERIAL || rule.what == RULE_WWN;
    if (found > 1 || (!named && guard_kind(&disks[index]) != GUARD_LOCAL))
        return GUARD_AMBIGUOUS;
    *ret_index = index;
    return GUARD_OK;
}

enum guard_reason guard_judge(const struct guard_disk *disk, bool any, bool readable, size_t finds) {
    if (!readable || disk->bytes == 0)
        return GUARD_UNREADABLE;
    return finds > 0 && !any ? GUARD_NOT_BLANK : GUARD_OK;
}
