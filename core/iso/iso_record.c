/* Decodes the records of ISO 9660 and Rock Ridge from untrusted bytes. */
#include "iso_record.h"

static uint32_t record_le32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const uint8_t *bytes_of(struct pxed_slice s) {
    return (const uint8_t *)s.ptr;
}

/* --- volume descriptors: ECMA-119 8.1 to 8.5 --- */

enum { AT_ESCAPES = 88, AT_BLOCK_SIZE = 128, AT_ROOT = 156 };

/* UCS-2 levels 1 to 3: Joliet specification, 3.2 */
static bool is_joliet(const uint8_t *escapes) {
    return escapes[0] == '%' && escapes[1] == '/' && (escapes[2] == '@' || escapes[2] == 'C' || escapes[2] == 'E');
}

enum iso_descriptor iso_descriptor_read(const uint8_t sector[ISO_SECTOR], struct iso_root *ret) {
    if (memcmp(sector + 1, "CD001", 5) != 0)
        return ISO_DESCRIPTOR_NONE;
    if (sector[0] == 255)
        return ISO_DESCRIPTOR_END;
    if (sector[0] != 1 && (sector[0] != 2 || !is_joliet(sector + AT_ESCAPES)))
        return ISO_DESCRIPTOR_OTHER;
    uint32_t size = (uint32_t)sector[AT_BLOCK_SIZE] | (uint32_t)sector[AT_BLOCK_SIZE + 1] << 8;
    if (size != 512 && size != 1024 && size != 2048)
        return ISO_DESCRIPTOR_OTHER;
    ret->block = record_le32(sector + AT_ROOT + 2);
    ret->size = record_le32(sector + AT_ROOT + 10);
    ret->block_size = size;
    return sector[0] == 1 ? ISO_DESCRIPTOR_PRIMARY : ISO_DESCRIPTOR_JOLIET;
}

/* --- directory records: ECMA-119 9.1 --- */

enum { RECORD_HEAD = 33, FLAG_FOLDER = 0x02, FLAG_ASSOCIATED = 0x04, FLAG_MORE = 0x80 };

size_t iso_record_length(struct pxed_slice bytes, size_t at) {
    if (at >= bytes.len)
        return 0;
    const uint8_t *p = bytes_of(bytes) + at;
    size_t left = bytes.len - at, sector = ISO_SECTOR - at % ISO_SECTOR, room = left < sector ? left : sector;
    if (room < RECORD_HEAD + 1 || p[0] < RECORD_HEAD + 1 || p[0] > room)
        return 0;
    return p[32] > p[0] - RECORD_HEAD ? 0 : p[0];
}

static struct pxed_slice system_use(struct pxed_slice record, size_t skip) {
    size_t name = bytes_of(record)[32], at = RECORD_HEAD + name + (name % 2 == 0) + skip;
    return at < record.len ? pxed_slice_skip(record, at) : PXED_SLICE("");
}

bool iso_name_is_good(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7f || name.ptr[i] == '/')
            return false;
    return name.len > 0 && !pxed_slice_is(name, ".") && !pxed_slice_is(name, "..");
}

/* "README.;1": removes the version, and a dot with nothing after it. */
static struct pxed_slice cut_version(struct pxed_slice name, bool dot) {
    size_t end = name.len;
    while (end > 0 && pxed_is_digit(name.ptr[end - 1]))
        end--;
    if (end > 1 && end < name.len && name.ptr[end - 1] == ';')
        name = pxed_slice_head(name, end - 1);
    if (dot && name.len > 1 && name.ptr[name.len - 1] == '.')
        name.len--;
    return name;
}

static void add_utf8(struct pxed_buf *out, uint32_t c) {
    if (c < 0x80) {
        pxed_buf_byte(out, (char)c);
        return;
    }
    if (c < 0x800) {
        pxed_buf_byte(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            pxed_buf_byte(out, (char)(0xe0 | c >> 12));
        } else {
            pxed_buf_byte(out, (char)(0xf0 | c >> 18));
            pxed_buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        pxed_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    pxed_buf_byte(out, (char)(0x80 | (c & 0x3f)));
}

/* Big-endian UCS-2; newer writers use UTF-16 surrogate pairs. */
static void add_joliet(struct pxed_buf *out, struct pxed_slice name) {
    const uint8_t *p = bytes_of(name);
    for (size_t i = 0; name.len - i >= 2; i += 2) {
        uint32_t c = (uint32_t)p[i] << 8 | p[i + 1], low;
        if (c >= 0xd800 && c < 0xdc00 && name.len - i >= 4) {
            low = (uint32_t)p[i + 2] << 8 | p[i + 3];
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        add_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
}

static void set_name(struct iso_record *r, struct pxed_slice name) {
    struct pxed_buf out = PXED_BUF(r->name);
    pxed_buf_add(&out, name);
    pxed_buf_cstr(&out);
    if (!iso_name_is_good(name))
        r->flags |= ISO_RECORD_BAD_NAME;
}

/* --- Rock Ridge: fields of the system use area --- */

bool iso_record_is_rock_ridge(struct pxed_slice record, size_t *ret_skip) {
    /* SUSP 5.3: SP is the first field of the root's first record; on a CD-ROM XA 14 bytes precede it. */
    static const size_t places[] = {0, 14};
    for (size_t i = 0; i < 2; i++) {
        struct pxed_slice area = system_use(record, places[i]);
        const uint8_t *p = bytes_of(area);
        if (area.len >= 7 && p[0] == 'S' && p[1] == 'P' && p[2] == 7 && p[4] == 0xbe && p[5] == 0xef) {
            *ret_skip = p[6];
            return true;
        }
    }
    return false;
}

enum { PART_CONTINUES = 1, PART_CURRENT = 2, PART_PARENT = 4, PART_ROOT = 8 };

/* NM (RRIP 4.1.4): a name in parts */
static void take_name(struct iso_reading *r, struct pxed_slice field) {
    if (field.len < 5 || r->name_ended)
        return;
    uint8_t flags = bytes_of(field)[4];
    pxed_buf_add(&r->name, flags & PART_CURRENT  ? PXED_SLICE(".")
                           : flags & PART_PARENT ? PXED_SLICE("..")
                                                 : pxed_slice_skip(field, 5));
    r->name_ended = !(flags & PART_CONTINUES);
}

/* SL (RRIP 4.1.3): components, each of which may continue in the next one */
static void take_link(struct iso_reading *r, struct pxed_slice field) {
    r->record->flags |= ISO_RECORD_LINK;
    if (field.len < 5 || r->target_ended)
        return;
    for (size_t at = 5; field.len - at >= 2;) {
        const uint8_t *p = bytes_of(field) + at;
        if (p[1] > field.len - at - 2)
            break;
        if (r->target.len > 0 && !r->part_goes_on && !pxed_slice_ends(pxed_buf_slice(&r->target), PXED_SLICE("/")))
            pxed_buf_byte(&r->target, '/');
        pxed_buf_add(&r->target, p[0] & PART_CURRENT  ? PXED_SLICE(".")
                                 : p[0] & PART_PARENT ? PXED_SLICE("..")
                                 : p[0] & PART_ROOT   ? PXED_SLICE("/")
                                                      : pxed_slice((const char *)p + 2, p[1]));
        r->part_goes_on = p[0] & PART_CONTINUES;
        at += 2u + p[1];
    }
    r->target_ended = !(bytes_of(field)[4] & PART_CONTINUES);
}

/* CE (SUSP 5.1): the fields continue elsewhere */
static void take_continuation(struct iso_reading *r, struct pxed_slice field) {
    const uint8_t *p = bytes_of(field);
    if (field.len >= 28)
        r->more = (struct iso_continuation){record_le32(p + 4), record_le32(p + 12), record_le32(p + 20)};
}

static void take_fields(struct iso_reading *r, struct pxed_slice area) {
    struct iso_record *record = r->record;
    while (area.len >= 4) {
        const uint8_t *p = bytes_of(area);
        size_t len = p[2];
        if (len < 4 || len > area.len || memcmp(p, "ST", 2) == 0)
            return;
        struct pxed_slice field = pxed_slice_head(area, len);
        if (memcmp(p, "NM", 2) == 0)
            take_name(r, field);
        else if (memcmp(p, "SL", 2) == 0)
            take_link(r, field);
        else if (memcmp(p, "CE", 2) == 0)
            take_continuation(r, field);
        else if (memcmp(p, "RE", 2) == 0)
            record->flags |= ISO_RECORD_SKIP;
        else if (memcmp(p, "ZF", 2) == 0)
            record->flags |= ISO_RECORD_COMPRESSED;
        else if (memcmp(p, "SF", 2) == 0)
            record->flags |= ISO_RECORD_SPARSE;
        else if (memcmp(p, "CL", 2) == 0 && len >= 12) {
            record->flags |= ISO_RECORD_CHILD | ISO_RECORD_FOLDER;
            record->block = record_le32(p + 4);
        }
        area = pxed_slice_skip(area, len);
    }
}

void iso_record_begin(struct iso_reading *reading, struct pxed_slice record, enum iso_names names, size_t skip,
                      struct iso_record *ret) {
    const uint8_t *p = bytes_of(record);
    struct pxed_slice name = pxed_slice(record.ptr + RECORD_HEAD, p[32]);
    bool special = name.len == 1 && (name.ptr[0] == 0 || name.ptr[0] == 1); /* `.` and `..`: ECMA-119 7.6.2 */
    struct pxed_buf joliet = PXED_BUF(ret->target);                         /* borrowed until the name is cut */
    ret->flags = (p[25] & FLAG_FOLDER ? ISO_RECORD_FOLDER : 0u) | (p[25] & FLAG_MORE ? ISO_RECORD_MORE : 0u) |
                 (p[25] & FLAG_ASSOCIATED || special ? ISO_RECORD_SKIP : 0u) |
                 (p[26] || p[27] ? ISO_RECORD_SPARSE : 0u);
    ret->block = record_le32(p + 2) + p[1]; /* after the extended attributes */
    ret->size = record_le32(p + 10);
    if (ret->block < p[1])
        ret->block = UINT32_MAX;
    if (names == ISO_NAMES_JOLIET) {
        add_joliet(&joliet, name);
        name = pxed_buf_slice(&joliet);
    }
    if (!special)
        set_name(ret, cut_version(name, names != ISO_NAMES_JOLIET));
    else
        ret->name[0] = '\0';
    ret->target[0] = '\0';
    *reading = (struct iso_reading){
        .record = ret, .name = {ret->name, ISO_NAME_MAX, 0}, .target = {ret->target, sizeof(ret->target) - 1, 0}};
    if (names == ISO_NAMES_ROCK_RIDGE && !special)
        take_fields(reading, system_use(record, skip));
}

void iso_record_continue(struct iso_reading *reading, struct pxed_slice area) {
    reading->more.size = 0;
    take_fields(reading, area);
}

void iso_record_end(struct iso_reading *reading) {
    struct iso_record *r = reading->record;
    if (reading->name.len > 0) { /* it replaced the plain name */
        r->flags &= ~(unsigned)ISO_RECORD_BAD_NAME;
        r->name[pxed_buf_slice(&reading->name).len] = '\0';
        if (pxed_buf_full(&reading->name) || !iso_name_is_good(pxed_buf_slice(&reading->name)))
            r->flags |= ISO_RECORD_BAD_NAME;
    }
    r->target[pxed_buf_slice(&reading->target).len] = '\0';
    if ((r->flags & ISO_RECORD_LINK) && (reading->target.len == 0 || pxed_buf_full(&reading->target)))
        r->flags |= ISO_RECORD_BAD_NAME;
}
